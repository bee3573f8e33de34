/** Derivatives of scalar expressions, as expressions: kernels and reference compute them like any other. */
import { add, binary, div, mul, num, select, sub, unary, type Expression } from '../expression';

const ZERO = num(0);
const ONE = num(1);

/** ∂ expression / ∂ input `index`. At kinks it is the slope that Keras' gradients have (0 for `relu` at 0). */
export function derivative(expression: Expression, index: number): Expression {
  switch (expression.kind) {
    case 'input':
      return expression.index === index ? ONE : ZERO;
    case 'number':
      return ZERO;
    case 'unary': {
      const inner = derivative(expression.a, index);
      return isNumber(inner, 0) ? ZERO : times(ofUnary(expression), inner);
    }
    case 'binary':
      return ofBinary(expression, derivative(expression.a, index), derivative(expression.b, index));
    case 'select': {
      const a = derivative(expression.a, index);
      const b = derivative(expression.b, index);
      return same(a, b) ? a : select(expression.test, a, b);
    }
  }
}

const isNumber = (expression: Expression, value: number): boolean =>
  expression.kind === 'number' && expression.value === value;

const same = (a: Expression, b: Expression): boolean =>
  a.kind === 'number' && b.kind === 'number' && a.value === b.value;

function times(a: Expression, b: Expression): Expression {
  if (isNumber(a, 0) || isNumber(b, 0)) return ZERO;
  if (isNumber(a, 1)) return b;
  if (isNumber(b, 1)) return a;
  return mul(a, b);
}

function plus(a: Expression, b: Expression): Expression {
  if (isNumber(a, 0)) return b;
  return isNumber(b, 0) ? a : add(a, b);
}

function minus(a: Expression, b: Expression): Expression {
  return isNumber(b, 0) ? a : isNumber(a, 0) ? unary('neg', b) : sub(a, b);
}

/** The slope of the function itself. */
function ofUnary(expression: Extract<Expression, { kind: 'unary' }>): Expression {
  const { a } = expression;
  switch (expression.fn) {
    case 'neg':
      return num(-1);
    case 'abs':
      return unary('sign', a);
    case 'sign':
    case 'floor':
    case 'ceil':
    case 'round':
    case 'trunc':
    case 'not':
      return ZERO;
    case 'exp':
      return expression;
    case 'log':
      return unary('reciprocal', a);
    case 'log1p':
      return unary('reciprocal', add(ONE, a));
    case 'expm1':
      return unary('exp', a);
    case 'sqrt':
      return div(num(0.5), expression);
    case 'rsqrt':
      return mul(num(-0.5), div(expression, a));
    case 'square':
      return mul(num(2), a);
    case 'reciprocal':
      return unary('neg', unary('square', expression));
    case 'sin':
      return unary('cos', a);
    case 'cos':
      return unary('neg', unary('sin', a));
    case 'tan':
      return add(ONE, unary('square', expression));
    case 'asin':
      return unary('rsqrt', sub(ONE, unary('square', a)));
    case 'acos':
      return unary('neg', unary('rsqrt', sub(ONE, unary('square', a))));
    case 'atan':
      return unary('reciprocal', add(ONE, unary('square', a)));
    case 'sinh':
      return unary('cosh', a);
    case 'cosh':
      return unary('sinh', a);
    case 'tanh':
      return sub(ONE, unary('square', expression));
    case 'sigmoid':
      return mul(expression, sub(ONE, expression));
    case 'softplus':
      return unary('sigmoid', a);
    case 'erf':
      return mul(num(2 / Math.sqrt(Math.PI)), unary('exp', unary('neg', unary('square', a))));
  }
}

function ofBinary(
  expression: Extract<Expression, { kind: 'binary' }>,
  da: Expression,
  db: Expression,
): Expression {
  const { a, b } = expression;
  switch (expression.fn) {
    case 'add':
      return plus(da, db);
    case 'sub':
      return minus(da, db);
    case 'mul':
      return plus(times(da, b), times(a, db));
    case 'div':
      return plus(
        isNumber(da, 0) ? ZERO : div(da, b),
        isNumber(db, 0) ? ZERO : unary('neg', div(mul(expression, db), b)),
      );
    case 'pow': {
      // With a constant exponent the base may be negative; else d(aᵇ) = aᵇ·(b′·log a + b·a′/a).
      const base =
        isNumber(da, 0) || isNumber(b, 0)
          ? ZERO
          : times(mul(b, binary('pow', a, b.kind === 'number' ? num(b.value - 1) : sub(b, ONE))), da);
      return plus(base, isNumber(db, 0) ? ZERO : times(mul(expression, unary('log', a)), db));
    }
    case 'max':
      return same(da, db) ? da : select(binary('gt', a, b), da, db);
    case 'min':
      return same(da, db) ? da : select(binary('lt', a, b), da, db);
    case 'mod':
      return minus(da, times(db, unary('floor', div(a, b))));
    case 'atan2': {
      const scale = add(unary('square', a), unary('square', b));
      return minus(
        isNumber(da, 0) ? ZERO : div(times(da, b), scale),
        isNumber(db, 0) ? ZERO : div(times(a, db), scale),
      );
    }
    default:
      return ZERO;
  }
}
