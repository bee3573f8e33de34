/**
 * Numpy scalars among the numbers. `np.prod((2, 3))` is an `IntValue` or `FloatValue` whose `numpy` names its dtype:
 * it computes and prints like the Python number, so that nothing downstream has to know of it, but `isinstance(x, int)`
 * is false for it, which is why `Dense(np.prod(shape))` raises in Keras while `Conv2D` accepts it.
 */
import { float, int, type FloatValue, type IntValue, type Value } from '../../values';

/** The numpy dtype of a scalar; undefined for Python's own numbers. */
export function scalarType(value: Value): string | undefined {
  return value.kind === 'int' || value.kind === 'float' ? value.numpy : undefined;
}

/** `value` with the mark of `like`, where `like` is a numpy scalar. */
export function mark(value: IntValue | FloatValue, like: Value): IntValue | FloatValue {
  const dtype = scalarType(like);
  return dtype === undefined ? value : { ...value, numpy: dtype };
}

/** A numpy scalar of the dtype; integral dtypes truncate. */
export function npScalar(value: number, dtype: string): Value {
  if (dtype === 'bool') return { kind: 'bool', value: value !== 0 };
  if (isIntegral(dtype)) return { ...int(Math.trunc(value)), numpy: dtype };
  return { ...float(dtype === 'float32' ? Math.fround(value) : value), numpy: dtype };
}

export const isIntegral = (dtype: string): boolean => /^u?int/.test(dtype);
export const isFloating = (dtype: string): boolean => /^b?float/.test(dtype);

/** The dtype of the result of arithmetic between two scalars, at least one of them numpy's (NEP 50). */
export function resultType(a: Value, b: Value): string {
  const [left, right] = [scalarType(a), scalarType(b)];
  if (left !== undefined && right !== undefined) return promote(left, right);
  const dtype = left ?? right ?? 'float64';
  const other = left === undefined ? a : b;
  return other.kind === 'float' && isIntegral(dtype) ? 'float64' : dtype;
}

const ORDER = [
  'bool',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'uint64',
  'int64',
  'float16',
  'float32',
  'float64',
  'complex64',
  'complex128',
];

/** `np.promote_types` for the usual dtypes. */
export function promote(a: string, b: string): string {
  if (a === b) return a;
  const [low, high] = ORDER.indexOf(a) <= ORDER.indexOf(b) ? [a, b] : [b, a];
  const bits = (dtype: string): number => (dtype === 'bool' ? 1 : Number(/\d+/.exec(dtype)?.[0] ?? 64));
  if (isIntegral(low) && isIntegral(high) && low.startsWith('u') !== high.startsWith('u')) {
    const unsigned = low.startsWith('u') ? low : high;
    const signed = low.startsWith('u') ? high : low;
    if (bits(signed) > bits(unsigned)) return signed;
    return bits(unsigned) >= 64 ? 'float64' : `int${bits(unsigned) * 2}`;
  }
  if (isFloating(high) && isIntegral(low)) {
    if (bits(low) <= 8 || (bits(low) <= 16 && bits(high) >= 32)) return high;
    return 'float64';
  }
  return high;
}
