/** Keras' activation and elementwise functions by name, as expressions. Source: Keras `activations/activations.py`, `ops/nn.py`, `ops/numpy.py`. */
import {
  add,
  atLeast,
  binary,
  clamp,
  div,
  input,
  mul,
  num,
  select,
  sub,
  unary,
  type Binary,
  type Expression,
  type Unary,
} from './expression';

export type Parameters = Readonly<Record<string, number | string | boolean | null>>;

const x = input(0);
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const sigmoid = unary('sigmoid', x);
const relu = atLeast(x, 0);
const hardSigmoid = clamp(add(div(x, num(6)), num(0.5)), 0, 1);
const expm1 = unary('expm1', x);
const positive = binary('gt', x, num(0));

/** `a` of the parameters under the first name that is given, else the default. Null when it is there but not known. */
function parameter(parameters: Parameters, names: readonly string[], fallback: number | null): number | null {
  for (const name of names) {
    if (!(name in parameters)) continue;
    const value = parameters[name];
    return typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : null;
  }
  return fallback;
}

/** One-argument functions whose formula depends on parameters; null when a parameter is not known. */
const PARAMETRIC: Readonly<Record<string, (p: Parameters) => Expression | null>> = {
  relu(p) {
    const slope = parameter(p, ['negative_slope', 'alpha'], 0);
    const threshold = parameter(p, ['threshold'], 0);
    const limited = 'max_value' in p && p['max_value'] !== null;
    const maximum = limited ? parameter(p, ['max_value'], 0) : Infinity;
    if (slope === null || threshold === null || maximum === null) return null;
    if (slope === 0 && threshold === 0) return limited ? clamp(x, 0, maximum) : relu;
    const upper = limited ? binary('min', x, num(maximum)) : x;
    return select(binary('ge', x, num(threshold)), upper, mul(num(slope), sub(x, num(threshold))));
  },
  leaky_relu: (p) =>
    withNumber(parameter(p, ['negative_slope', 'alpha'], 0.2), (a) => select(positive, x, mul(num(a), x))),
  elu: (p) => withNumber(parameter(p, ['alpha'], 1), (a) => select(positive, x, mul(num(a), expm1))),
  celu: (p) =>
    withNumber(parameter(p, ['alpha'], 1), (a) =>
      select(positive, x, mul(num(a), unary('expm1', div(x, num(a))))),
    ),
  gelu(p) {
    if (p['approximate'] === true) {
      const inner = mul(num(Math.sqrt(2 / Math.PI)), add(x, mul(num(0.044715), mul(x, mul(x, x)))));
      return mul(mul(num(0.5), x), add(num(1), unary('tanh', inner)));
    }
    return mul(mul(num(0.5), x), add(num(1), unary('erf', mul(x, num(Math.SQRT1_2)))));
  },
  threshold: (p) =>
    withNumber(parameter(p, ['threshold'], null), (t) =>
      withNumber(parameter(p, ['default_value'], null), (v) => select(binary('gt', x, num(t)), x, num(v))),
    ),
  thresholded_relu: (p) =>
    withNumber(parameter(p, ['theta'], 1), (t) => select(binary('gt', x, num(t)), x, num(0))),
  soft_shrink: (p) =>
    withNumber(parameter(p, ['threshold'], 0.5), (t) =>
      mul(unary('sign', x), atLeast(sub(unary('abs', x), num(t)), 0)),
    ),
  hard_shrink: (p) =>
    withNumber(parameter(p, ['threshold'], 0.5), (t) =>
      select(binary('gt', unary('abs', x), num(t)), x, num(0)),
    ),
  squareplus: (p) =>
    withNumber(parameter(p, ['b'], 4), (b) => mul(num(0.5), add(x, unary('sqrt', add(mul(x, x), num(b)))))),
  rescale: (p) =>
    withNumber(parameter(p, ['scale'], 1), (scale) =>
      withNumber(parameter(p, ['offset'], 0), (offset) => add(mul(x, num(scale)), num(offset))),
    ),
};

function withNumber(value: number | null, make: (value: number) => Expression | null): Expression | null {
  return value === null ? null : make(value);
}

const FIXED: Readonly<Record<string, Expression>> = {
  linear: x,
  identity: x,
  sigmoid,
  silu: mul(x, sigmoid),
  tanh: unary('tanh', x),
  softplus: unary('softplus', x),
  exponential: unary('exp', x),
  relu6: clamp(x, 0, 6),
  selu: mul(num(SELU_SCALE), select(positive, x, mul(num(SELU_ALPHA), expm1))),
  softsign: div(x, add(num(1), unary('abs', x))),
  hard_sigmoid: hardSigmoid,
  hard_silu: mul(x, hardSigmoid),
  hard_tanh: clamp(x, -1, 1),
  mish: mul(x, unary('tanh', unary('softplus', x))),
  log_sigmoid: unary('neg', unary('softplus', unary('neg', x))),
  tanh_shrink: sub(x, unary('tanh', x)),
  sparse_sigmoid: clamp(mul(num(0.5), add(x, num(1))), 0, 1),
  sparse_plus: select(
    binary('ge', x, num(1)),
    x,
    select(binary('le', x, num(-1)), num(0), mul(num(0.25), unary('square', add(x, num(1))))),
  ),
  ones_like: num(1),
  zeros_like: num(0),
  conjugate: x,
  real: x,
  log2: mul(unary('log', x), num(Math.LOG2E)),
  log10: mul(unary('log', x), num(Math.LOG10E)),
  exp2: unary('exp', mul(num(Math.LN2), x)),
  deg2rad: mul(x, num(Math.PI / 180)),
  rad2deg: mul(x, num(180 / Math.PI)),
  cbrt: mul(unary('sign', x), binary('pow', unary('abs', x), num(1 / 3))),
  erfc: sub(num(1), unary('erf', x)),
  sinc: select(
    binary('eq', x, num(0)),
    num(1),
    div(unary('sin', mul(num(Math.PI), x)), mul(num(Math.PI), x)),
  ),
  logit: unary('log', div(x, sub(num(1), x))),
  signbit: binary('lt', x, num(0)),
  arcsinh: unary('log', add(x, unary('sqrt', add(mul(x, x), num(1))))),
  arccosh: unary('log', add(x, unary('sqrt', sub(mul(x, x), num(1))))),
  arctanh: mul(num(0.5), unary('log', div(add(num(1), x), sub(num(1), x)))),
};

const ALIASES: Readonly<Record<string, string>> = {
  swish: 'silu',
  hard_swish: 'hard_silu',
  exp: 'exponential',
  absolute: 'abs',
  negative: 'neg',
  arcsin: 'asin',
  arccos: 'acos',
  arctan: 'atan',
  stop_gradient: 'linear',
  true_divide: 'divide',
  arctan2: 'atan2',
  rescaling: 'rescale',
};

const UNARY_NAMES: readonly Unary[] = [
  'neg',
  'abs',
  'sign',
  'log',
  'log1p',
  'expm1',
  'sqrt',
  'rsqrt',
  'square',
  'reciprocal',
  'floor',
  'ceil',
  'round',
  'trunc',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'erf',
];

const BINARY_NAMES: Readonly<Record<string, Binary>> = {
  add: 'add',
  subtract: 'sub',
  multiply: 'mul',
  divide: 'div',
  mod: 'mod',
  power: 'pow',
  maximum: 'max',
  minimum: 'min',
  less: 'lt',
  less_equal: 'le',
  greater: 'gt',
  greater_equal: 'ge',
  equal: 'eq',
  not_equal: 'ne',
  logical_and: 'and',
  logical_or: 'or',
  atan2: 'atan2',
};

/** The fused activation of a layer, or null when it has none as an elementwise formula (`softmax`, unknown names). */
export function activationExpression(name: string): Expression | null {
  return elementwiseExpression(name, 1, {});
}

/** What an elementwise function of `arity` operands computes, or null when the engine has no formula for it. */
export function elementwiseExpression(fn: string, arity: number, parameters: Parameters): Expression | null {
  const name = ALIASES[fn] ?? fn;
  const operands = Array.from({ length: arity }, (_, index) => input(index));
  if (arity === 1) {
    const parametric = PARAMETRIC[name];
    if (parametric) return parametric(parameters);
    if (name in FIXED) return FIXED[name];
    if ((UNARY_NAMES as readonly string[]).includes(name)) return unary(name as Unary, x);
    if (name === 'logical_not') return unary('not', x);
    if (name === 'clip') {
      const low = parameter(parameters, ['x_min', 'min_value', 'clip_value_min', 'a_min'], NaN);
      const high = parameter(parameters, ['x_max', 'max_value', 'clip_value_max', 'a_max'], NaN);
      return low === null || high === null || Number.isNaN(low) || Number.isNaN(high)
        ? null
        : clamp(x, low, high);
    }
  }
  if (arity < 2) return null;
  if (name === 'average') return div(operands.reduce(add), num(arity));
  if (name === 'where' && arity === 3) return select(operands[0], operands[1], operands[2]);
  if (name === 'clip' && arity === 3)
    return binary('min', binary('max', operands[0], operands[1]), operands[2]);
  if (name === 'floor_divide' && arity === 2) return unary('floor', div(operands[0], operands[1]));
  if (name === 'fmod' && arity === 2)
    return sub(operands[0], mul(unary('trunc', div(operands[0], operands[1])), operands[1]));
  if (name === 'logaddexp2' && arity === 2)
    return add(
      binary('max', operands[0], operands[1]),
      mul(
        num(Math.LOG2E),
        unary('log1p', unary('exp', mul(num(-Math.LN2), unary('abs', sub(operands[0], operands[1]))))),
      ),
    );
  if (name === 'isclose' && arity === 2)
    return binary(
      'le',
      unary('abs', sub(operands[0], operands[1])),
      add(num(1e-8), mul(num(1e-5), unary('abs', operands[1]))),
    );
  if (name === 'squared_difference' && arity === 2) return unary('square', sub(operands[0], operands[1]));
  if (name === 'prelu' && arity === 2) return add(relu, mul(operands[1], binary('min', x, num(0))));
  if (name === 'logical_xor' && arity === 2)
    return binary('ne', unary('not', operands[0]), unary('not', operands[1]));
  if (name === 'hypot' && arity === 2)
    return unary('sqrt', add(unary('square', operands[0]), unary('square', operands[1])));
  if (name === 'logaddexp' && arity === 2)
    return add(
      binary('max', operands[0], operands[1]),
      unary('log1p', unary('exp', unary('neg', unary('abs', sub(operands[0], operands[1]))))),
    );
  const operator = BINARY_NAMES[name];
  if (!operator) return null;
  if (arity === 2) return binary(operator, operands[0], operands[1]);
  const associative = ['add', 'mul', 'max', 'min', 'and', 'or'].includes(operator);
  return associative ? operands.reduce((a, b) => binary(operator, a, b)) : null;
}
