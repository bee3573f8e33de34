/**
 * Scalar expressions: what an elementwise step computes from one element of each input. Data, so that one table gives the
 * reference (evaluated here in float64) and the kernels (`kernels/emit.ts` writes them as source).
 */

export type Unary =
  | 'neg'
  | 'abs'
  | 'sign'
  | 'exp'
  | 'log'
  | 'log1p'
  | 'expm1'
  | 'sqrt'
  | 'rsqrt'
  | 'square'
  | 'reciprocal'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'trunc'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'sigmoid'
  | 'softplus'
  | 'erf'
  | 'not';
export type Binary =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'mod'
  | 'pow'
  | 'max'
  | 'min'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'eq'
  | 'ne'
  | 'and'
  | 'or'
  | 'atan2';

export type Expression =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'unary'; readonly fn: Unary; readonly a: Expression }
  | { readonly kind: 'binary'; readonly fn: Binary; readonly a: Expression; readonly b: Expression }
  /** `a` where `test` is not zero, else `b`. */
  | { readonly kind: 'select'; readonly test: Expression; readonly a: Expression; readonly b: Expression };

export const input = (index: number): Expression => ({ kind: 'input', index });
export const num = (value: number): Expression => ({ kind: 'number', value });
export const unary = (fn: Unary, a: Expression): Expression => ({ kind: 'unary', fn, a });
export const binary = (fn: Binary, a: Expression, b: Expression): Expression => ({
  kind: 'binary',
  fn,
  a,
  b,
});
export const select = (test: Expression, a: Expression, b: Expression): Expression => ({
  kind: 'select',
  test,
  a,
  b,
});
export const add = (a: Expression, b: Expression): Expression => binary('add', a, b);
export const sub = (a: Expression, b: Expression): Expression => binary('sub', a, b);
export const mul = (a: Expression, b: Expression): Expression => binary('mul', a, b);
export const div = (a: Expression, b: Expression): Expression => binary('div', a, b);
export const atLeast = (a: Expression, low: number): Expression => binary('max', a, num(low));
export const clamp = (a: Expression, low: number, high: number): Expression =>
  binary('min', binary('max', a, num(low)), num(high));

/** The expression with `input k` replaced by `arguments[k]`. */
export function substitute(expression: Expression, values: readonly Expression[]): Expression {
  switch (expression.kind) {
    case 'input':
      return values[expression.index] ?? expression;
    case 'number':
      return expression;
    case 'unary':
      return { ...expression, a: substitute(expression.a, values) };
    case 'binary':
      return { ...expression, a: substitute(expression.a, values), b: substitute(expression.b, values) };
    case 'select':
      return {
        ...expression,
        test: substitute(expression.test, values),
        a: substitute(expression.a, values),
        b: substitute(expression.b, values),
      };
  }
}

/** How many nodes the expression has: fused chains stay below a limit so that shaders stay small. */
export function sizeOfExpression(expression: Expression): number {
  switch (expression.kind) {
    case 'input':
    case 'number':
      return 1;
    case 'unary':
      return 1 + sizeOfExpression(expression.a);
    case 'binary':
      return 1 + sizeOfExpression(expression.a) + sizeOfExpression(expression.b);
    case 'select':
      return (
        1 +
        sizeOfExpression(expression.test) +
        sizeOfExpression(expression.a) +
        sizeOfExpression(expression.b)
      );
  }
}

/** A function of the input elements, in float64. */
export function compileExpression(expression: Expression): (values: ArrayLike<number>) => number {
  switch (expression.kind) {
    case 'input': {
      const { index } = expression;
      return (values) => values[index];
    }
    case 'number': {
      const { value } = expression;
      return () => value;
    }
    case 'unary': {
      const a = compileExpression(expression.a);
      const fn = UNARY[expression.fn];
      return (values) => fn(a(values));
    }
    case 'binary': {
      const a = compileExpression(expression.a);
      const b = compileExpression(expression.b);
      const fn = BINARY[expression.fn];
      return (values) => fn(a(values), b(values));
    }
    case 'select': {
      const test = compileExpression(expression.test);
      const a = compileExpression(expression.a);
      const b = compileExpression(expression.b);
      return (values) => (test(values) !== 0 ? a(values) : b(values));
    }
  }
}

const UNARY: Readonly<Record<Unary, (a: number) => number>> = {
  neg: (a) => -a,
  abs: Math.abs,
  sign: Math.sign,
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  expm1: Math.expm1,
  sqrt: Math.sqrt,
  rsqrt: (a) => 1 / Math.sqrt(a),
  square: (a) => a * a,
  reciprocal: (a) => 1 / a,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfEven,
  trunc: Math.trunc,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  softplus: (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
  erf,
  not: (a) => (a === 0 ? 1 : 0),
};

const BINARY: Readonly<Record<Binary, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  mod: (a, b) => a - Math.floor(a / b) * b,
  pow: Math.pow,
  max: Math.max,
  min: Math.min,
  lt: (a, b) => +(a < b),
  le: (a, b) => +(a <= b),
  gt: (a, b) => +(a > b),
  ge: (a, b) => +(a >= b),
  eq: (a, b) => +(a === b),
  ne: (a, b) => +(a !== b),
  and: (a, b) => +(a !== 0 && b !== 0),
  or: (a, b) => +(a !== 0 || b !== 0),
  atan2: Math.atan2,
};

/** numpy and Keras round half to even. */
function roundHalfEven(a: number): number {
  const rounded = Math.round(a);
  return Math.abs(a % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Error function: its power series near zero, a continued fraction far out (Abramowitz & Stegun 7.1.6, 7.1.14). */
export function erf(x: number): number {
  const z = Math.abs(x);
  if (z > 6) return Math.sign(x);
  if (z < 2.5) {
    let term = z;
    let sum = z;
    for (let k = 1; k < 80 && Math.abs(term) > 1e-18 * Math.abs(sum); k++) {
      term *= (2 * z * z) / (2 * k + 1);
      sum += term;
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum;
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (z + fraction);
  return Math.sign(x) * (1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * (z + fraction)));
}
