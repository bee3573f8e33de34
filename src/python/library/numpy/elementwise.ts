/** Element-wise arithmetic, comparison and functions of arrays, with broadcasting. */
import type { BinaryOp, CompareOp, Machine } from '../../machine';
import { float, unknown, type Value } from '../../values';
import { because, firstUnknown } from '../known';
import { roundHalfEven } from '../numbers';
import { wholePart } from '../modules/math';
import { MAX_ELEMENTS, arrayOf, elementCount, isRanked, knownShape, type ArrayData } from './array';
import { isFloating, isIntegral, promote, scalarType } from './marks';
import { broadcast } from './shape';
import { arrayOrScalar, asArray } from './space';

type Operator = BinaryOp | CompareOp;

const mod = (a: number, b: number): number => a - b * Math.floor(a / b);

const COMPUTE: Partial<Record<Operator | 'max' | 'min', (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': (a, b) => Math.floor(a / b),
  '%': mod,
  '**': (a, b) => a ** b,
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  max: Math.max,
  min: Math.min,
};

const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];

/** Python's own numbers take part with the array's dtype (NEP 50). */
function resultDtype(op: string, a: Value, b: Value, left: ArrayData, right: ArrayData): string | undefined {
  if (COMPARISONS.includes(op)) return 'bool';
  if (left.dtype === undefined || right.dtype === undefined) return undefined;
  const weak = (value: Value): boolean =>
    !arrayOf(value) &&
    scalarType(value) === undefined &&
    ['int', 'float', 'bool', 'symbolic'].includes(value.kind);
  let dtype: string;
  if (weak(a) !== weak(b)) {
    const strong = weak(a) ? right.dtype : left.dtype;
    const other = weak(a) ? a : b;
    dtype =
      other.kind === 'float' && !isFloating(strong)
        ? 'float64'
        : strong === 'bool' && other.kind !== 'bool'
          ? 'int64'
          : strong;
  } else dtype = promote(left.dtype, right.dtype);
  return op === '/' && !isFloating(dtype) && !dtype.startsWith('complex') ? 'float64' : dtype;
}

/**
 * `a op b` where at least one is an array (or for numpy's functions anything array-like). Undefined: the other operand is
 * no array (a tensor of a library), which then may know what to do.
 */
export function arithmetic(
  machine: Machine,
  op: Operator | 'max' | 'min',
  a: Value,
  b: Value,
): Value | undefined {
  const cause = firstUnknown(a, b);
  if (cause) {
    const array = arrayOf(a) ?? arrayOf(b);
    // A number does not change the shape; what else an unknown may be does.
    if (array && cause.type !== undefined && ['int', 'float', 'bool'].includes(cause.type)) {
      return arrayOrScalar(machine, array.shape, undefined);
    }
    return because(cause);
  }
  const [left, right] = [asArray(machine, a), asArray(machine, b)];
  if (!left || !right) return undefined;
  const shape = broadcast(machine, [left.shape, right.shape]);
  const dtype = resultDtype(op, a, b, left, right);
  const compute = COMPUTE[op];
  const data =
    compute && left.data && right.data ? combineData(left, right, knownShape(shape), compute) : undefined;
  return arrayOrScalar(
    machine,
    shape,
    dtype,
    data && dtype !== undefined && isIntegral(dtype) && data.some((x) => !Number.isFinite(x))
      ? undefined
      : data,
  );
}

function combineData(
  a: ArrayData,
  b: ArrayData,
  shape: readonly number[] | undefined,
  compute: (a: number, b: number) => number,
): number[] | undefined {
  if (!shape || !a.data || !b.data) return undefined;
  const count = elementCount(shape);
  if (count === undefined || count > MAX_ELEMENTS) return undefined;
  const left = expand(a, shape);
  const right = expand(b, shape);
  return left.map((value, i) => compute(value, right[i]));
}

/** The data of an array repeated to a shape that it broadcasts to. */
export function expand(array: ArrayData, shape: readonly number[]): number[] {
  const own = knownShape(array.shape) ?? [];
  const data = array.data ?? [];
  const offset = shape.length - own.length;
  const strides = own.map((_, axis) => own.slice(axis + 1).reduce((a, b) => a * b, 1));
  const out: number[] = [];
  const walk = (axis: number, at: number): void => {
    if (axis === shape.length) {
      out.push(data[at]);
      return;
    }
    const place = axis - offset;
    const step = place < 0 || own[place] === 1 ? 0 : strides[place];
    for (let i = 0; i < shape[axis]; i++) walk(axis + 1, at + i * step);
  };
  walk(0, 0);
  return out;
}

/** Functions of one argument: the value, and whether the result is integral, boolean or of a float dtype. */
export const UNARY: Readonly<
  Record<string, { readonly f: (x: number) => number; readonly result: 'same' | 'float' | 'bool' }>
> = {
  sqrt: { f: Math.sqrt, result: 'float' },
  exp: { f: Math.exp, result: 'float' },
  expm1: { f: Math.expm1, result: 'float' },
  log: { f: Math.log, result: 'float' },
  log2: { f: Math.log2, result: 'float' },
  log10: { f: Math.log10, result: 'float' },
  log1p: { f: Math.log1p, result: 'float' },
  sin: { f: Math.sin, result: 'float' },
  cos: { f: Math.cos, result: 'float' },
  tan: { f: Math.tan, result: 'float' },
  arcsin: { f: Math.asin, result: 'float' },
  arccos: { f: Math.acos, result: 'float' },
  arctan: { f: Math.atan, result: 'float' },
  sinh: { f: Math.sinh, result: 'float' },
  cosh: { f: Math.cosh, result: 'float' },
  tanh: { f: Math.tanh, result: 'float' },
  cbrt: { f: Math.cbrt, result: 'float' },
  floor: { f: Math.floor, result: 'same' },
  ceil: { f: Math.ceil, result: 'same' },
  trunc: { f: Math.trunc, result: 'same' },
  rint: { f: roundHalfEven, result: 'float' },
  abs: { f: Math.abs, result: 'same' },
  absolute: { f: Math.abs, result: 'same' },
  fabs: { f: Math.abs, result: 'float' },
  negative: { f: (x) => -x, result: 'same' },
  sign: { f: Math.sign, result: 'same' },
  square: { f: (x) => x * x, result: 'same' },
  reciprocal: { f: (x) => 1 / x, result: 'float' },
  deg2rad: { f: (x) => (x * Math.PI) / 180, result: 'float' },
  radians: { f: (x) => (x * Math.PI) / 180, result: 'float' },
  rad2deg: { f: (x) => (x * 180) / Math.PI, result: 'float' },
  degrees: { f: (x) => (x * 180) / Math.PI, result: 'float' },
  isnan: { f: (x) => Number(Number.isNaN(x)), result: 'bool' },
  isinf: { f: (x) => Number(Math.abs(x) === Infinity), result: 'bool' },
  isfinite: { f: (x) => Number(Number.isFinite(x)), result: 'bool' },
  logical_not: { f: (x) => Number(x === 0), result: 'bool' },
};

/** `np.name(x)`: floor and ceil of an open length's fraction stay a formula, as a float. */
export function unaryFunction(machine: Machine, name: string, x: Value): Value {
  const { f, result } = UNARY[name];
  if (name === 'floor' || name === 'ceil') {
    if (x.kind === 'symbolic')
      return { ...unknown('a rounded open length', null, 'float'), quotient: { a: x.expr, b: 1 } };
    if (x.kind === 'unknown' && x.quotient) {
      const whole = wholePart(machine, x, name === 'ceil');
      if (whole.kind === 'symbolic')
        return { ...unknown(x.reason, x.at, 'float'), quotient: { a: whole.expr, b: 1 } };
      return whole.kind === 'int' ? float(whole.value) : because(x, 'float');
    }
  }
  if (x.kind === 'unknown') return because(x, x.type === 'int' || x.type === 'float' ? 'float' : undefined);
  if (x.kind === 'symbolic') return unknown(`${name}() of an open length`, null, 'float');
  const array = asArray(machine, x);
  if (!array) return unknown(`numpy's ${name}() of such a value is not followed`);
  const { dtype } = array;
  const made =
    result === 'bool'
      ? 'bool'
      : dtype === undefined
        ? undefined
        : result === 'same' && dtype !== 'bool'
          ? dtype
          : isFloating(dtype)
            ? dtype
            : 'float64';
  return arrayOrScalar(machine, array.shape, made, array.data?.map(f));
}

/** Arrays have rank; the number of axes, or undefined. */
export const rankOf = (array: ArrayData): number | undefined =>
  isRanked(array.shape) ? array.shape.length : undefined;
