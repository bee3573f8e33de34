/** Functions that act position by position: of one tensor, or of several with broadcasting. */
import type { CompareOp } from '../../python/machine';
import { int, float, type Value } from '../../python/values';
import type { OpContext, OpDefinition } from './opFunction';
import { lostResult } from './opFunction';
import type { DtypeRule } from '../dtypes';
import { dtypeOf, elementwise } from './operators';
import { dtypeName } from '../model/input';
import { asTensor } from '../model/structure';
import { KerasError } from '../definition';
import { OPEN, floorDivideDim, formatShape, isKnownRank, product } from '../dims';
import { axesOf } from './reduceOps';
import type { Shape } from '../../graph/graph';

/** name → [class name, name in the primitive, dtype rule, function of a plain number]. */
type UnaryRow = readonly [type: string, fn: string, dtype: DtypeRule, plain?: (x: number) => number];

const UNARY: Readonly<Record<string, UnaryRow>> = {
  relu: ['Relu', 'relu', 'same'],
  relu6: ['Relu6', 'relu6', 'same'],
  sigmoid: ['Sigmoid', 'sigmoid', 'same'],
  tanh: ['Tanh', 'tanh', 'float'],
  softplus: ['Softplus', 'softplus', 'same'],
  softsign: ['Softsign', 'softsign', 'same'],
  silu: ['Silu', 'silu', 'same'],
  gelu: ['Gelu', 'gelu', 'same'],
  elu: ['Elu', 'elu', 'same'],
  selu: ['Selu', 'selu', 'same'],
  celu: ['Celu', 'celu', 'same'],
  mish: ['Mish', 'mish', 'float'],
  leaky_relu: ['LeakyRelu', 'leaky_relu', 'same'],
  hard_sigmoid: ['HardSigmoid', 'hard_sigmoid', 'same'],
  hard_silu: ['HardSilu', 'hard_silu', 'same'],
  hard_tanh: ['HardTanh', 'hard_tanh', 'same'],
  hard_shrink: ['HardShrink', 'hard_shrink', 'same'],
  soft_shrink: ['SoftShrink', 'soft_shrink', 'same'],
  tanh_shrink: ['TanhShrink', 'tanh_shrink', 'same'],
  log_sigmoid: ['LogSigmoid', 'log_sigmoid', 'same'],
  squareplus: ['Squareplus', 'squareplus', 'same'],
  threshold: ['Threshold', 'threshold', 'same'],
  sparse_plus: ['SparsePlus', 'sparse_plus', 'same'],
  sparse_sigmoid: ['SparseSigmoid', 'sparse_sigmoid', 'same'],
  exponential: ['Exp', 'exponential', 'keptFloat'],
  linear: ['Identity', 'linear', 'same'],
  sqrt: ['Sqrt', 'sqrt', 'float', Math.sqrt],
  rsqrt: ['Rsqrt', 'rsqrt', 'same', (x) => 1 / Math.sqrt(x)],
  square: ['Square', 'square', 'counted', (x) => x * x],
  abs: ['Absolute', 'absolute', 'same', Math.abs],
  absolute: ['Absolute', 'absolute', 'same', Math.abs],
  exp: ['Exp', 'exp', 'keptFloat', Math.exp],
  expm1: ['Expm1', 'expm1', 'keptFloat', Math.expm1],
  log: ['Log', 'log', 'float', Math.log],
  log1p: ['Log1p', 'log1p', 'float', Math.log1p],
  log2: ['Log2', 'log2', 'float', Math.log2],
  log10: ['Log10', 'log10', 'float', Math.log10],
  sin: ['Sin', 'sin', 'float', Math.sin],
  cos: ['Cos', 'cos', 'float', Math.cos],
  tan: ['Tan', 'tan', 'float', Math.tan],
  sinh: ['Sinh', 'sinh', 'float', Math.sinh],
  cosh: ['Cosh', 'cosh', 'float', Math.cosh],
  arcsin: ['Arcsin', 'arcsin', 'float', Math.asin],
  arccos: ['Arccos', 'arccos', 'float', Math.acos],
  arctan: ['Arctan', 'arctan', 'float', Math.atan],
  arcsinh: ['Arcsinh', 'arcsinh', 'float', Math.asinh],
  arccosh: ['Arccosh', 'arccosh', 'float', Math.acosh],
  arctanh: ['Arctanh', 'arctanh', 'float', Math.atanh],
  floor: ['Floor', 'floor', 'float', Math.floor],
  ceil: ['Ceil', 'ceil', 'float', Math.ceil],
  round: ['Round', 'round', 'same', undefined],
  sign: ['Sign', 'sign', 'same', Math.sign],
  trunc: ['Trunc', 'trunc', 'same', Math.trunc],
  negative: ['Negative', 'negative', 'same', (x) => -x],
  reciprocal: ['Reciprocal', 'reciprocal', 'float32', (x) => 1 / x],
  erf: ['Erf', 'erf', 'same'],
  erfinv: ['Erfinv', 'erfinv', 'same'],
  logical_not: ['LogicalNot', 'logical_not', 'bool'],
  isnan: ['Isnan', 'isnan', 'bool'],
  isinf: ['Isinf', 'isinf', 'bool'],
  isfinite: ['Isfinite', 'isfinite', 'bool'],
  stop_gradient: ['StopGradient', 'linear', 'same'],
  zeros_like: ['ZerosLike', 'zeros_like', 'same'],
  ones_like: ['OnesLike', 'ones_like', 'same'],
  nan_to_num: ['NanToNum', 'nan_to_num', 'same'],
  conjugate: ['Conjugate', 'conjugate', 'same'],
  real: ['Real', 'real', 'same'],
  imag: ['Imag', 'imag', 'same'],
  digamma: ['Digamma', 'digamma', 'float'],
  lgamma: ['Lgamma', 'lgamma', 'float'],
  logit: ['Logit', 'logit', 'float'],
  clip: ['Clip', 'clip', 'counted'],
  clip_by_norm: ['ClipByNorm', 'clip_by_norm', 'same'],
  copy: ['Copy', 'linear', 'same'],
  // Along an axis, but each position keeps its place and the shape stays.
  cumsum: ['Cumsum', 'cumsum', 'counted'],
  cumprod: ['Cumprod', 'cumprod', 'counted'],
  flip: ['Flip', 'flip', 'same'],
  roll: ['Roll', 'roll', 'same'],
  sort: ['Sort', 'sort', 'same'],
  argsort: ['Argsort', 'argsort', 'int32'],
  unit_normalize: ['Normalize', 'unit_normalize', 'float32'],
  full_like: ['FullLike', 'full_like', 'same'],
  tril: ['Tril', 'tril', 'same'],
  triu: ['Triu', 'triu', 'same'],
  random_like: ['RandomLike', 'random_like', 'same'],
  cbrt: ['Cbrt', 'cbrt', 'wideFloat', Math.cbrt],
  exp2: ['Exp2', 'exp2', 'keptFloat', (x) => 2 ** x],
  fabs: ['Fabs', 'absolute', 'keptFloat', Math.abs],
  erfc: ['Erfc', 'erfc', 'float'],
  angle: ['Angle', 'angle', 'float'],
  sinc: ['Sinc', 'sinc', 'float'],
  deg2rad: ['Deg2rad', 'deg2rad', 'wideFloat'],
  rad2deg: ['Rad2deg', 'rad2deg', 'wideFloat'],
  i0: ['I0', 'i0', 'wideFloat'],
  isneginf: ['Isneginf', 'isneginf', 'bool'],
  isposinf: ['Isposinf', 'isposinf', 'bool'],
  isreal: ['Isreal', 'isreal', 'bool'],
  signbit: ['Signbit', 'signbit', 'bool'],
  conj: ['Conj', 'conjugate', 'same'],
  bitwise_not: ['BitwiseNot', 'bitwise_not', 'same'],
  bitwise_invert: ['BitwiseInvert', 'bitwise_not', 'same'],
  empty_like: ['EmptyLike', 'zeros_like', 'same'],
  sparsemax: ['Sparsemax', 'sparsemax', 'same'],
  nancumsum: ['Nancumsum', 'cumsum', 'counted'],
  nancumprod: ['Nancumprod', 'cumprod', 'counted'],
  fliplr: ['Fliplr', 'flip', 'same'],
  flipud: ['Flipud', 'flip', 'same'],
  gaussian_blur: ['GaussianBlur', 'gaussian_blur', 'same'],
  affine_transform: ['AffineTransform', 'affine_transform', 'same'],
  perspective_transform: ['PerspectiveTransform', 'perspective_transform', 'same'],
  elastic_transform: ['ElasticTransform', 'elastic_transform', 'same'],
  rgb_to_hsv: ['RGBToHSV', 'rgb_to_hsv', 'same'],
  hsv_to_rgb: ['HSVToRGB', 'hsv_to_rgb', 'same'],
};

/** Reads along an axis rather than position by position: no window can be stated for these. */
const MIXING = new Set([
  'cumsum',
  'cumprod',
  'flip',
  'roll',
  'sort',
  'argsort',
  'unit_normalize',
  'sparsemax',
  'nancumsum',
  'nancumprod',
  'fliplr',
  'flipud',
  'gaussian_blur',
  'affine_transform',
  'perspective_transform',
  'elastic_transform',
  'rgb_to_hsv',
  'hsv_to_rgb',
]);

const BINARY: Readonly<Record<string, readonly [type: string, fn: string, dtype: DtypeRule]>> = {
  add: ['Add', 'add', 'promote'],
  subtract: ['Subtract', 'subtract', 'promote'],
  multiply: ['Multiply', 'multiply', 'promote'],
  divide: ['Divide', 'divide', 'float'],
  true_divide: ['TrueDivide', 'divide', 'float'],
  divide_no_nan: ['DivideNoNan', 'divide', 'float'],
  floor_divide: ['FloorDivide', 'floor_divide', 'promote'],
  mod: ['Mod', 'mod', 'promoteCounted'],
  power: ['Power', 'power', 'promote'],
  maximum: ['Maximum', 'maximum', 'promote'],
  minimum: ['Minimum', 'minimum', 'promote'],
  arctan2: ['Arctan2', 'arctan2', 'float'],
  equal: ['Equal', 'equal', 'bool'],
  not_equal: ['NotEqual', 'not_equal', 'bool'],
  less: ['Less', 'less', 'bool'],
  less_equal: ['LessEqual', 'less_equal', 'bool'],
  greater: ['Greater', 'greater', 'bool'],
  greater_equal: ['GreaterEqual', 'greater_equal', 'bool'],
  logical_and: ['LogicalAnd', 'logical_and', 'bool'],
  logical_or: ['LogicalOr', 'logical_or', 'bool'],
  logical_xor: ['LogicalXor', 'logical_xor', 'bool'],
  squared_difference: ['SquaredDifference', 'squared_difference', 'promote'],
  logaddexp: ['Logaddexp', 'logaddexp', 'float'],
  hypot: ['Hypot', 'hypot', 'promoteToFloat'],
  logaddexp2: ['Logaddexp2', 'logaddexp2', 'float'],
  heaviside: ['Heaviside', 'heaviside', 'promoteToFloat'],
  nextafter: ['Nextafter', 'nextafter', 'float'],
  ldexp: ['Ldexp', 'ldexp', 'float'],
  gammainc: ['Gammainc', 'gammainc', 'float'],
  fmax: ['Fmax', 'maximum', 'promote'],
  fmin: ['Fmin', 'minimum', 'promote'],
  fmod: ['Fmod', 'mod', 'promoteCounted'],
  gcd: ['Gcd', 'gcd', 'promoteStrong'],
  lcm: ['Lcm', 'lcm', 'promoteStrong'],
  bitwise_and: ['BitwiseAnd', 'bitwise_and', 'promote'],
  bitwise_or: ['BitwiseOr', 'bitwise_or', 'promote'],
  bitwise_xor: ['BitwiseXor', 'bitwise_xor', 'promote'],
  bitwise_left_shift: ['BitwiseLeftShift', 'left_shift', 'promote'],
  bitwise_right_shift: ['BitwiseRightShift', 'right_shift', 'promote'],
  left_shift: ['LeftShift', 'left_shift', 'promote'],
  right_shift: ['RightShift', 'right_shift', 'promote'],
  isclose: ['Isclose', 'isclose', 'bool'],
};

const SYMBOL: Readonly<Record<string, '+' | '-' | '*' | '/' | '//' | '%' | '**'>> = {
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
  true_divide: '/',
  floor_divide: '//',
  mod: '%',
  power: '**',
};

/** Of plain numbers they are known at once: `if tf.math.equal(x.shape[-1], filters):`. */
const COMPARISON: Readonly<Record<string, CompareOp>> = {
  equal: '==',
  not_equal: '!=',
  less: '<',
  less_equal: '<=',
  greater: '>',
  greater_equal: '>=',
};

export function elementwiseOp(name: string): OpDefinition | undefined {
  const unary = UNARY[name];
  if (unary !== undefined) return unaryOp(name, unary);
  const binary = BINARY[name];
  return binary === undefined ? undefined : binaryOp(name, binary);
}

/** What reads along an axis needs one that is there; running sums without an axis run over all elements. */
function alongAxis({ params }: OpContext, name: string, shape: Shape): Shape {
  if (!isKnownRank(shape) || !MIXING.has(name)) return shape;
  const axis = params['kwargs'].kind === 'dict' ? params['kwargs'].entries.get('s:axis')?.value : undefined;
  if (axis !== undefined) axesOf(axis, shape.length, shape);
  const positional = params['args'].kind === 'tuple' && params['args'].items.length > 0;
  const runs = /^(nan)?cum(sum|prod)$/.test(name);
  if (!runs || positional || (axis !== undefined && axis.kind !== 'none')) return shape;
  return [shape.every((dim) => typeof dim === 'number') ? product(shape) : OPEN];
}

/** `zeros_like(x, dtype=…)`, `cumsum(x, dtype=…)`: the dtype that the call states. */
function statedDtype({ params }: OpContext): string | undefined {
  const value = params['kwargs'].kind === 'dict' ? params['kwargs'].entries.get('s:dtype')?.value : undefined;
  return value === undefined || value.kind === 'none' ? undefined : (dtypeName(value) ?? undefined);
}

function unaryOp(name: string, [type, fn, dtype, plain]: UnaryRow): OpDefinition {
  return {
    signature: '(x, *args, **kwargs)',
    type,
    inputs: ['x'],
    plain: ({ params }) => {
      const { x } = params;
      return plain !== undefined && (x.kind === 'int' || x.kind === 'float')
        ? number(plain(x.value), x)
        : undefined;
    },
    compute: (context) => {
      const x = context.tensor('x');
      if (x === undefined) return lostResult(`${name}() of this is not known`);
      const stated = statedDtype(context);
      // Running sums of truth values count, whichever dtype is asked for.
      const counts = stated === 'bool' && dtype === 'counted';
      const kept = counts ? 'int32' : (stated ?? dtypeOf(context.recorder, dtype, [x]));
      const result = { outputs: [{ shape: alongAxis(context, name, x.shape), dtype: kept }] };
      if (MIXING.has(name))
        return { ...result, primitive: { op: 'opaque', reason: `${type} reads along an axis` } };
      return { ...result, primitive: { op: 'elementwise', fn, ...parameters(context, name) } };
    },
  };
}

/** Numbers that shape the function, for the engine. */
function parameters(
  { params }: OpContext,
  name: string,
): { params?: Record<string, number | string | boolean | null> } {
  const found: Record<string, number | string | boolean | null> = {};
  const [first, second] = params['args'].kind === 'tuple' ? params['args'].items : [];
  const set = (key: string, value: Value | undefined): void => {
    if (
      value !== undefined &&
      (value.kind === 'int' || value.kind === 'float' || value.kind === 'bool' || value.kind === 'str')
    )
      found[key] = value.value;
  };
  if (params['kwargs'].kind === 'dict')
    for (const { key, value } of params['kwargs'].entries.values())
      if (key.kind === 'str') set(key.value, value);
  if (name === 'leaky_relu') set('negative_slope', first);
  if (name === 'elu' || name === 'celu') set('alpha', first);
  if (name === 'gelu') set('approximate', first);
  if (name === 'clip') {
    set('x_min', first);
    set('x_max', second);
  }
  return Object.keys(found).length === 0 ? {} : { params: found };
}

function number(value: number, like: Value): Value {
  return like.kind === 'int' && Number.isInteger(value) && Math.abs(value) < 2 ** 53
    ? int(value)
    : float(value);
}

function binaryOp(name: string, [type, fn, dtype]: readonly [string, string, DtypeRule]): OpDefinition {
  return {
    signature: '(x1, x2, *args, **kwargs)',
    type,
    inputs: ['x1', 'x2'],
    plain: ({ machine, params }) => {
      const symbol = SYMBOL[name];
      const numbers = [params['x1'], params['x2']].every(
        (value) => value.kind === 'int' || value.kind === 'float' || value.kind === 'symbolic',
      );
      if (!numbers) return undefined;
      const comparison = COMPARISON[name];
      if (comparison !== undefined) return machine.compare(comparison, params['x1'], params['x2']);
      if (symbol !== undefined) return machine.binary(symbol, params['x1'], params['x2']);
      if (name !== 'maximum' && name !== 'minimum') return undefined;
      return machine.apply(machine.builtin(name === 'maximum' ? 'max' : 'min'), [params['x1'], params['x2']]);
    },
    compute: ({ recorder, params, tensor }) => {
      const left = tensor('x1');
      const right = tensor('x2');
      if (left === undefined || right === undefined) return lostResult(`${name}() of these is not known`);
      return elementwise(recorder, { type, fn, dtype }, [left, right], [params['x1'], params['x2']]);
    },
  };
}

/** `where(condition, a, b)`, `add_n`, `clip`: elementwise over more operands. */
export const variadicOps: Readonly<Record<string, OpDefinition>> = {
  where: {
    signature: '(condition, x1=None, x2=None, x=None, y=None, name=None)',
    type: 'Where',
    inputs: ['condition', 'x1', 'x2', 'x', 'y'],
    compute: ({ recorder, params }) => {
      const values = ['condition', 'x1', 'x2', 'x', 'y']
        .map((key) => params[key])
        .filter((value) => value.kind !== 'none');
      const refs = values.map((value) => asTensor(recorder, value));
      if (recorder.kerasVersion === 3 && refs.length === 2)
        throw new KerasError(
          'op-argument',
          '`where()` takes both `x1` and `x2`, or neither.',
          '`x1` and `x2` either both should be `None` or both should have non-None value.',
          { facts: { function: 'where' } },
        );
      if (refs.length < 3 || refs.some((ref) => ref === undefined))
        return lostResult('the number of positions where this holds is not known');
      const known = refs.map((ref) => ref!);
      const result = elementwise(recorder, { type: 'Where', fn: 'where', dtype: 'promote' }, known, values);
      return {
        ...result,
        outputs: [
          {
            shape: result.outputs[0].shape,
            dtype: dtypeOf(recorder, 'promote', known.slice(1), values.slice(1)),
          },
        ],
      };
    },
  },
  select: {
    signature: '(condlist, choicelist, default=0)',
    type: 'Select',
    inputs: ['condlist', 'choicelist', 'default'],
    compute: ({ recorder, params, machine }) => {
      const [conditions, choices] = ['condlist', 'choicelist'].map((key) => machine.iterate(params[key]));
      if (conditions === undefined || choices === undefined)
        return lostResult('what select() chooses from is not known');
      if (conditions.tail !== null || choices.tail !== null)
        return lostResult('how many tensors select() chooses from is not known');
      const chosen = [...choices.items, params['default']];
      const values = [...conditions.items, ...chosen];
      const refs = values.map((value) => asTensor(recorder, value));
      if (refs.some((ref) => ref === undefined)) return lostResult('what select() chooses from is not known');
      const known = refs.map((ref) => ref!);
      const { outputs } = elementwise(
        recorder,
        { type: 'Select', fn: 'select', dtype: 'promote' },
        known,
        values,
      );
      const dtype = dtypeOf(recorder, 'promote', known.slice(conditions.items.length), chosen);
      return {
        outputs: [{ shape: outputs[0].shape, dtype }],
        primitive: { op: 'opaque', reason: 'chooses among tensors by conditions' },
      };
    },
  },
  add_n: {
    signature: '(inputs, name=None)',
    type: 'Add',
    compute: ({ recorder, params, machine }) => {
      const items = machine.iterate(params['inputs']);
      const refs = items?.items.map((value) => asTensor(recorder, value)) ?? [];
      if (
        items === undefined ||
        items.tail !== null ||
        refs.length === 0 ||
        refs.some((ref) => ref === undefined)
      )
        return lostResult('the tensors to add are not known');
      return elementwise(
        recorder,
        { type: 'Add', fn: 'add', dtype: 'promote' },
        refs.map((ref) => ref!),
        items.items,
      );
    },
  },
  glu: {
    signature: '(x, axis=-1)',
    type: 'Glu',
    compute: ({ tensor, params }) => {
      const x = tensor('x');
      if (x === undefined || !isKnownRank(x.shape) || params['axis'].kind !== 'int')
        return lostResult('glu() of this is not known', x?.dtype);
      const axis = params['axis'].value < 0 ? params['axis'].value + x.shape.length : params['axis'].value;
      const length = x.shape[axis];
      if (typeof length === 'number' && length % 2 !== 0)
        throw new KerasError(
          'axis-odd',
          `glu() halves axis ${axis}, whose length ${length} is odd.`,
          `axis size must be divisible by 2. Received: x.shape=${formatShape(x.shape)} with axis=${params['axis'].value}`,
          { facts: { axis, length } },
        );
      const shape = x.shape.map((dim, i) => (i === axis ? floorDivideDim(dim, 2) : dim));
      return {
        outputs: [{ shape, dtype: x.dtype }],
        primitive: { op: 'opaque', reason: 'Glu joins two halves of an axis' },
      };
    },
  },
  softmax: softmax('Softmax', false),
  log_softmax: softmax('LogSoftmax', true),
  bias_add: {
    signature: '(value, bias, data_format=None, name=None)',
    type: 'BiasAdd',
    inputs: ['value', 'bias'],
    compute: ({ tensor, recorder, params }) => {
      const value = tensor('value');
      const bias = tensor('bias');
      if (value === undefined || bias === undefined)
        return lostResult('the operands of bias_add() are not known');
      const format = params['data_format'];
      if (format.kind === 'str' && format.value.startsWith('NC'))
        return {
          outputs: [{ shape: value.shape, dtype: value.dtype }],
          primitive: { op: 'elementwise', fn: 'add' },
        };
      return elementwise(recorder, { type: 'BiasAdd', fn: 'add', dtype: 'promote' }, [value, bias], []);
    },
  },
};

function softmax(type: string, log: boolean): OpDefinition {
  return {
    signature: '(x, axis=-1, name=None)',
    type,
    compute: ({ tensor, params }) => {
      const x = tensor('x');
      if (x === undefined) return lostResult('softmax() of this is not known');
      const axis = params['axis'];
      const rank = isKnownRank(x.shape) ? x.shape.length : null;
      const at =
        axis.kind === 'int' && rank !== null ? [axis.value < 0 ? axis.value + rank : axis.value] : [];
      return {
        outputs: [{ shape: x.shape, dtype: x.dtype }],
        primitive: { op: 'softmax', axis: at, ...(log ? { log } : {}) },
      };
    },
  };
}
