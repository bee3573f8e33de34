/** Promotion of dtypes as Keras' elementwise operations do it (backend/common/dtypes.py). */
export { broadcastShapes } from '../broadcast';

const FLOATS = ['bfloat16', 'float16', 'float32', 'float64'];
const INTEGERS = ['bool', 'uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'uint64', 'int64'];

/** Result dtype of two operands; `weak` ones are Python numbers, which do not widen a dtype of their own kind. */
export function promote(a: string | null, b: string | null, weakA = false, weakB = false): string | null {
  if (a === null || b === null) return null;
  if (a === b) return a;
  const floatA = FLOATS.includes(a);
  const floatB = FLOATS.includes(b);
  if (floatA && floatB) {
    if (weakA) return b;
    if (weakB) return a;
    if ((a === 'float16' && b === 'bfloat16') || (a === 'bfloat16' && b === 'float16')) return 'float32';
    return FLOATS.indexOf(a) > FLOATS.indexOf(b) ? a : b;
  }
  if (floatA) return a;
  if (floatB) return b;
  if (weakA && b !== 'bool') return b;
  if (weakB && a !== 'bool') return a;
  const ia = INTEGERS.indexOf(a);
  const ib = INTEGERS.indexOf(b);
  if (ia < 0 || ib < 0) return null;
  const wider = ia > ib ? a : b;
  const narrower = ia > ib ? b : a;
  if (wider.startsWith('int') && narrower.startsWith('uint') && bits(wider) <= bits(narrower))
    return bits(narrower) >= 32 ? 'int64' : `int${bits(narrower) * 2}`;
  if (wider.startsWith('uint') && narrower.startsWith('int') && bits(wider) > 0)
    return bits(wider) >= 64 ? 'float32' : `int${bits(wider) * 2}`;
  return wider;
}

function bits(dtype: string): number {
  return Number(/\d+$/.exec(dtype)?.[0] ?? 0);
}

export const isFloat = (dtype: string | null): boolean =>
  dtype !== null && (FLOATS.includes(dtype) || dtype.startsWith('complex'));

/** dtype of functions that always give floats (`sqrt`, `mean`): integers become float32. */
export function floatOf(dtype: string | null): string | null {
  return dtype === null || isFloat(dtype) ? dtype : 'float32';
}
