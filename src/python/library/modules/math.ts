/** The module `math`; floor and ceil of open lengths and their quotients stay formulas. */
import type { Machine } from '../../machine';
import { combine } from '../../symbolic';
import { bool, float, int, tuple, unknown, type Value } from '../../values';
import { nativeModule } from '../classes';
import { functions, type Body } from '../define';
import {
  because,
  combineInts,
  elements,
  exprOf,
  firstUnknown,
  fromExpr,
  indexOf,
  intValue,
  isOpaque,
  numberOf,
  typeName,
} from '../known';

/** The number of an argument, or the unknown that the function's result is instead. TypeError where Python raises it. */
function real(machine: Machine, x: Value, type: string): number | Value {
  const number = numberOf(x);
  if (number !== undefined) return number;
  if (x.kind === 'unknown') return because(x, type);
  if (x.kind === 'symbolic') return unknown('a function of an open length', null, type);
  if (x.kind === 'instance') {
    const method = machine.findAttr(x, '__float__');
    if (method) {
      const made = method.kind === 'unknown' ? method : machine.apply(method, []);
      return numberOf(made) ?? because(firstUnknown(made) ?? unknown('the number is not known'), type);
    }
  }
  if (isOpaque(x)) return unknown("a function of a library's object", null, type);
  return machine.raise('TypeError', `must be real number, not ${typeName(machine, x)}`);
}

const isPlain = (value: number | Value): value is number => typeof value === 'number';

/** A real function of one argument with its domain. */
const unary =
  (f: (x: number) => number, domain: (x: number) => boolean = () => true): Body =>
  (machine, { x }) => {
    const number = real(machine, x, 'float');
    if (!isPlain(number)) return number;
    return domain(number) ? float(f(number)) : machine.raise('ValueError', 'math domain error');
  };

/** `⌊x⌋` or `⌈x⌉` as a value; `up`: ceil. */
export function wholePart(machine: Machine, x: Value, up: boolean): Value {
  if (x.kind === 'symbolic') return x;
  if (x.kind === 'unknown' && x.quotient) {
    const { a, b } = x.quotient;
    return fromExpr(combine('//', up ? combine('+', a, b - 1) : a, b));
  }
  if (x.kind === 'instance') {
    const method = machine.findAttr(x, up ? '__ceil__' : '__floor__');
    if (method && method.kind !== 'unknown') return machine.apply(method, []);
  }
  const number = real(machine, x, 'int');
  if (!isPlain(number)) return number;
  if (!Number.isFinite(number)) {
    return machine.raise(
      Number.isNaN(number) ? 'ValueError' : 'OverflowError',
      `cannot convert float ${Number.isNaN(number) ? 'NaN' : 'infinity'} to integer`,
    );
  }
  return intValue(up ? Math.ceil(number) : Math.floor(number));
}

/** Product of the elements; used for `math.prod` and shapes. */
export function product(machine: Machine, iterable: Value, start: Value): Value {
  const { items, tail } = elements(machine, iterable);
  if (tail) return because(tail);
  return items.reduce(
    (total, item) => combineInts('*', total, item) ?? machine.binary('*', total, item),
    start,
  );
}

function gcd(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : gcd(b, a % b);
}

const onInts =
  (f: (values: number[]) => number): Body =>
  (machine, { args }) => {
    const { items, tail } = elements(machine, args);
    const cause = firstUnknown(...items) ?? tail;
    const numbers = items.map(indexOf);
    if (cause || numbers.some((number) => number === undefined))
      return because(cause ?? unknown('an integer is not known'), 'int');
    return intValue(f(numbers as number[]));
  };

function combinations(n: number, k: number): number {
  let result = 1;
  for (let i = 0; i < k; i++) result = Math.round((result * (n - i)) / (i + 1));
  return k < 0 || k > n ? 0 : result;
}

function logarithm(machine: Machine, x: Value, base: Value | undefined): Value {
  const number = real(machine, x, 'float');
  if (!isPlain(number)) return number;
  if (number <= 0) return machine.raise('ValueError', 'math domain error');
  if (base === undefined) return float(Math.log(number));
  const radix = real(machine, base, 'float');
  if (!isPlain(radix)) return radix;
  if (radix <= 0) return machine.raise('ValueError', 'math domain error');
  if (radix === 1) return machine.raise('ZeroDivisionError', 'float division by zero');
  return float(Math.log(number) / Math.log(radix));
}

const positive = (x: number): boolean => x > 0;
const within = (x: number): boolean => Math.abs(x) <= 1;

const MATH = functions([
  ['floor(x, /)', (machine, { x }) => wholePart(machine, x, false)],
  ['ceil(x, /)', (machine, { x }) => wholePart(machine, x, true)],
  [
    'trunc(x, /)',
    (machine, { x }) => {
      const number = numberOf(x);
      return wholePart(machine, x, number !== undefined && number < 0);
    },
  ],
  ['sqrt(x, /)', unary(Math.sqrt, (x) => x >= 0)],
  ['cbrt(x, /)', unary(Math.cbrt)],
  [
    'isqrt(n, /)',
    (machine, { n }) => {
      const number = real(machine, n, 'int');
      if (!isPlain(number)) return number;
      return number < 0
        ? machine.raise('ValueError', 'isqrt() argument must be nonnegative')
        : int(Math.floor(Math.sqrt(number)));
    },
  ],
  ['exp(x, /)', unary(Math.exp)],
  ['exp2(x, /)', unary((x) => 2 ** x)],
  ['expm1(x, /)', unary(Math.expm1)],
  ['log(x, base?, /)', (machine, { x, base }) => logarithm(machine, x, base)],
  ['log2(x, /)', unary(Math.log2, positive)],
  ['log10(x, /)', unary(Math.log10, positive)],
  ['log1p(x, /)', unary(Math.log1p, (x) => x > -1)],
  ['sin(x, /)', unary(Math.sin)],
  ['cos(x, /)', unary(Math.cos)],
  ['tan(x, /)', unary(Math.tan)],
  ['asin(x, /)', unary(Math.asin, within)],
  ['acos(x, /)', unary(Math.acos, within)],
  ['atan(x, /)', unary(Math.atan)],
  ['sinh(x, /)', unary(Math.sinh)],
  ['cosh(x, /)', unary(Math.cosh)],
  ['tanh(x, /)', unary(Math.tanh)],
  ['fabs(x, /)', unary(Math.abs)],
  ['degrees(x, /)', unary((x) => (x * 180) / Math.PI)],
  ['radians(x, /)', unary((x) => (x * Math.PI) / 180)],
  ['erf(x, /)', () => unknown('erf() is not followed', null, 'float')],
  ['gamma(x, /)', () => unknown('gamma() is not followed', null, 'float')],
  [
    'atan2(y, x, /)',
    (machine, { y, x }) => {
      const [a, b] = [real(machine, y, 'float'), real(machine, x, 'float')];
      return !isPlain(a) ? a : !isPlain(b) ? b : float(Math.atan2(a, b));
    },
  ],
  [
    'pow(x, y, /)',
    (machine, { x, y }) => {
      const [a, b] = [real(machine, x, 'float'), real(machine, y, 'float')];
      return !isPlain(a) ? a : !isPlain(b) ? b : float(a ** b);
    },
  ],
  [
    'fmod(x, y, /)',
    (machine, { x, y }) => {
      const [a, b] = [real(machine, x, 'float'), real(machine, y, 'float')];
      if (!isPlain(a)) return a;
      if (!isPlain(b)) return b;
      return b === 0 ? machine.raise('ValueError', 'math domain error') : float(a % b);
    },
  ],
  [
    'copysign(x, y, /)',
    (machine, { x, y }) => {
      const [a, b] = [real(machine, x, 'float'), real(machine, y, 'float')];
      if (!isPlain(a)) return a;
      return !isPlain(b) ? b : float(b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a));
    },
  ],
  [
    'modf(x, /)',
    (machine, { x }) => {
      const a = real(machine, x, 'float');
      return isPlain(a) ? tuple([float(a % 1), float(Math.trunc(a))]) : a;
    },
  ],
  [
    'hypot(*args)',
    (machine, { args }) => {
      const numbers = elements(machine, args).items.map((item) => real(machine, item, 'float'));
      return (
        numbers.find((item): item is Value => !isPlain(item)) ?? float(Math.hypot(...(numbers as number[])))
      );
    },
  ],
  ['prod(iterable, /, *, start=1)', (machine, { iterable, start }) => product(machine, iterable, start)],
  [
    'fsum(iterable, /)',
    (machine, { iterable }) => {
      const { items, tail } = elements(machine, iterable);
      const numbers = items.map((item) => real(machine, item, 'float'));
      const open = numbers.find((item): item is Value => !isPlain(item));
      return (
        open ?? (tail ? because(tail, 'float') : float((numbers as number[]).reduce((a, b) => a + b, 0)))
      );
    },
  ],
  ['gcd(*args)', onInts((values) => values.reduce(gcd, 0))],
  [
    'lcm(*args)',
    onInts((values) => values.reduce((a, b) => (a === 0 || b === 0 ? 0 : Math.abs(a * b) / gcd(a, b)), 1)),
  ],
  [
    'factorial(n, /)',
    (machine, { n }) => {
      const number = indexOf(n);
      if (number === undefined) return because(firstUnknown(n) ?? unknown('an integer is not known'), 'int');
      if (number < 0) return machine.raise('ValueError', 'factorial() not defined for negative values');
      let result = 1;
      for (let i = 2; i <= number && Number.isFinite(result); i++) result *= i;
      return intValue(result);
    },
  ],
  [
    'comb(n, k, /)',
    (_machine, { n, k }) => {
      const [a, b] = [indexOf(n), indexOf(k)];
      return a === undefined || b === undefined
        ? because(firstUnknown(n, k) ?? unknown('an integer is not known'), 'int')
        : intValue(combinations(a, b));
    },
  ],
  ['isnan(x, /)', (machine, { x }) => test(machine, x, Number.isNaN)],
  ['isinf(x, /)', (machine, { x }) => test(machine, x, (value) => Math.abs(value) === Infinity)],
  ['isfinite(x, /)', (machine, { x }) => test(machine, x, Number.isFinite)],
  [
    'isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)',
    (machine, { a, b, rel_tol, abs_tol }) => {
      const [x, y] = [real(machine, a, 'bool'), real(machine, b, 'bool')];
      if (!isPlain(x)) return x;
      if (!isPlain(y)) return y;
      const limit = Math.max(
        (numberOf(rel_tol) ?? 1e-9) * Math.max(Math.abs(x), Math.abs(y)),
        numberOf(abs_tol) ?? 0,
      );
      return bool(x === y || Math.abs(x - y) <= limit);
    },
  ],
]);

function test(machine: Machine, x: Value, holds: (x: number) => boolean): Value {
  if (exprOf(x) !== undefined && x.kind === 'symbolic') return bool(holds(1));
  const number = real(machine, x, 'bool');
  return isPlain(number) ? bool(holds(number)) : number;
}

export const mathModule = () =>
  nativeModule('math', [
    ...MATH,
    ['pi', float(Math.PI)],
    ['e', float(Math.E)],
    ['tau', float(2 * Math.PI)],
    ['inf', float(Infinity)],
    ['nan', float(NaN)],
  ]);
