/** Lowers dense layers, products, reductions, softmax, embeddings, elementwise functions, attention and recurrence. */
import { elementwiseExpression } from '../../activations';
import { binary, input, mul, num, select, substitute, unary, type Expression } from '../../expression';
import { sizeOf, type ReduceFunction } from '../../ops';
import { CannotRun, type PlanTensor } from '../plan';
import { einsum } from './einsum';
import { known, type LowerContext, type PrimitiveOf } from './context';

export function lowerDense(context: LowerContext, primitive: PrimitiveOf<'dense'>): PlanTensor[] {
  const { x, builder } = context;
  const features = x.shape[x.shape.length - 1];
  const units = known(primitive.units, 'the number of units');
  const rows = sizeOf(x.shape) / features;
  const bias = primitive.useBias ? context.weight('bias', [units]) : undefined;
  const product = builder.matmul(
    builder.reshape(x, [1, rows, features]),
    context.weight('kernel', [1, features, units]),
    { bias },
  );
  return [context.activate(builder.reshape(product, [...x.shape.slice(0, -1), units]), primitive.activation)];
}

export function lowerEinsum(context: LowerContext, primitive: PrimitiveOf<'einsum'>): PlanTensor[] {
  const { builder } = context;
  let operands = primitive.weight === null ? context.inputs : [context.x, context.weight(primitive.weight)];
  if (context.layer?.builtin === 'Dot' && context.layer.config['normalize'] !== false)
    operands = normalizeDot(context, primitive.equation);
  let result = einsum(builder, primitive.equation, operands);
  if (primitive.useBias) {
    const bias =
      context.findWeight(primitive.weight === null ? 'bias' : primitive.weight.replace(/kernel$/, 'bias')) ??
      context.findWeight('bias');
    if (!bias) throw new CannotRun('its bias is not known');
    result = builder.map({ kind: 'binary', fn: 'add', a: input(0), b: input(1) }, [
      result,
      context.weightTensor(bias),
    ]);
  }
  return [context.activate(result, primitive.activation)];
}

/** `Dot(normalize=True)`: cosine proximity; each operand has unit length along the contracted axis. */
function normalizeDot(context: LowerContext, equation: string): PlanTensor[] {
  if (context.layer?.config['normalize'] !== true) throw new CannotRun('whether it normalises is not known');
  const [terms, output] = equation.split('->').map((side) => side.split(','));
  return context.inputs.map((tensor, i) => {
    const axes = [...terms[i]].flatMap((letter, d) =>
      terms[1 - i].includes(letter) && !output[0].includes(letter) ? [d] : [],
    );
    const sum = context.builder.reduce(
      'sum',
      context.builder.map(unary('square', input(0)), [tensor]),
      axes,
      true,
    );
    return context.builder.map(binary('mul', input(0), binary('min', unary('rsqrt', input(1)), num(1e12))), [
      tensor,
      sum,
    ]);
  });
}

export function lowerMatmul(context: LowerContext, primitive: PrimitiveOf<'matmul'>): PlanTensor[] {
  const { builder } = context;
  const [a, b] = context.inputs;
  if (!a || !b) throw new CannotRun('one of its matrices is not known');
  // numpy's rules for vectors: a row on the left, a column on the right, and the added axis goes again.
  if (
    context.node.type !== 'Matmul' &&
    (a.shape.length > 2 || b.shape.length > 2 || context.node.type === 'Tensordot')
  )
    throw new CannotRun(`the product “${context.node.type}” cannot be computed here`);
  const left = a.shape.length === 1 ? builder.reshape(a, [1, a.shape[0]]) : a;
  const right = b.shape.length === 1 ? builder.reshape(b, [b.shape[0], 1]) : b;
  const product = builder.matmul(left, right, {
    transposeA: primitive.transposeA,
    transposeB: primitive.transposeB,
  });
  const shape = [...product.shape];
  if (b.shape.length === 1) shape.pop();
  if (a.shape.length === 1) shape.splice(shape.length - (b.shape.length === 1 ? 1 : 2), 1);
  return [builder.reshape(product, shape)];
}

export function lowerReduce(context: LowerContext, primitive: PrimitiveOf<'reduce'>): PlanTensor[] {
  const { x, builder } = context;
  if (primitive.fn === 'other') throw new CannotRun('this reduction cannot be computed here');
  if (primitive.axes === null) throw new CannotRun('the axes it reduces are not known');
  const axes = primitive.axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  if (axes.length === 0) return [x];
  const mask = context.layer?.builtin === 'GlobalAveragePooling1D' ? context.givenTensor('mask') : null;
  if (mask) return [maskedMean(context, mask, axes[0], primitive.keepDims)];
  // `moments`: mean and variance.
  if (context.node.outputs.length === 2 && primitive.fn === 'mean')
    return [
      builder.reduce('mean', x, axes, primitive.keepDims),
      builder.reduce('var', x, axes, primitive.keepDims),
    ];
  return [builder.reduce(primitive.fn as ReduceFunction, x, axes, primitive.keepDims)];
}

/** The mean over the steps that the mask keeps. */
function maskedMean(context: LowerContext, mask: PlanTensor, axis: number, keepDims: boolean): PlanTensor {
  const { x, builder } = context;
  if (mask.shape.length !== 2 || mask.shape[1] !== x.shape[axis])
    throw new CannotRun('its mask is not one number per time step');
  const own = builder.reshape(
    mask,
    x.shape.map((length, d) => (d === 0 || d === axis ? length : 1)),
  );
  const kept = builder.map(select(input(1), input(0), num(0)), [x, own]);
  const count = builder.reduce('sum', own, [axis], keepDims);
  return builder.map(binary('div', input(0), input(1)), [
    builder.reduce('sum', kept, [axis], keepDims),
    count,
  ]);
}

export function lowerSoftmax(context: LowerContext, primitive: PrimitiveOf<'softmax'>): PlanTensor[] {
  const { builder } = context;
  const mask = context.layer?.builtin === 'Softmax' ? context.givenTensor('mask') : null;
  if (!mask) return [softmaxOf(context, primitive, context.x)];
  // Masked positions give way to a score that softmax turns into zero; of wholly masked rows nothing is left.
  const masked = builder.map(select(input(1), input(0), num(-1e9)), [context.x, mask]);
  return [builder.map(mul(input(0), input(1)), [softmaxOf(context, primitive, masked), mask])];
}

function softmaxOf(context: LowerContext, primitive: PrimitiveOf<'softmax'>, x: PlanTensor): PlanTensor {
  return context.builder.softmax(
    x,
    primitive.axis.map((axis) => (axis < 0 ? axis + x.shape.length : axis)),
    primitive.log === true,
  );
}

export function lowerEmbedding(context: LowerContext, primitive: PrimitiveOf<'embedding'>): PlanTensor[] {
  const { x, builder } = context;
  const rows = known(primitive.inputDim, 'the size of the vocabulary');
  const width = known(primitive.outputDim, 'the width of the embedding');
  const table = context.weight('embeddings', [rows, width]);
  return [
    builder.emit({ kind: 'embedding', count: sizeOf(x.shape), rows, width }, [x, table], [...x.shape, width]),
  ];
}

export function lowerElementwise(context: LowerContext, primitive: PrimitiveOf<'elementwise'>): PlanTensor[] {
  const { builder } = context;
  refuseUncertain(context, primitive);
  const tensors = [...context.inputs];
  // PReLU's slopes are a weight, not an input.
  const slopes = primitive.fn.toLowerCase().replace('_', '') === 'prelu' ? context.findWeight('alpha') : null;
  if (slopes) tensors.push(context.weightTensor(slopes));
  const constants = primitive.constants ?? [];
  const arrays = primitive.arrays ?? [];
  const own = tensors.length;
  const operands: Expression[] = [];
  let next = 0;
  for (let position = 0; position < Math.max(constants.length, arrays.length); position++) {
    const value = constants[position] ?? null;
    const array = arrays[position] ?? null;
    if (array !== null) {
      tensors.push(context.resolve(array));
      operands.push(input(tensors.length - 1));
    } else operands.push(value === null ? input(next++) : num(value));
  }
  while (next < own) operands.push(input(next++));
  if (next > own) throw new CannotRun('one of its operands is not known');
  const expression =
    primitive.fn === 'cast'
      ? castExpression(context)
      : elementwiseExpression(
          slopes ? 'prelu' : context.node.type === 'Fmod' ? 'fmod' : primitive.fn,
          operands.length,
          parametersOf(context, primitive),
        );
  if (!expression) {
    const alone = operands.length === 1 && elementwiseExpression(primitive.fn, 2, {}) !== null;
    throw new CannotRun(
      alone
        ? 'one of its operands is an array of constants, whose numbers are not known here'
        : `the function “${primitive.fn}” cannot be computed here`,
    );
  }
  const safe =
    context.node.type === 'DivideNoNan'
      ? select(binary('eq', input(1), num(0)), num(0), expression)
      : expression;
  const full = substitute(safe, operands);
  if (full.kind === 'input' && tensors.length === 1) return [tensors[0]];
  return [builder.map(full, tensors)];
}

/** Where Keras' operation has another default than the layer or activation of that name, and the names of parameters given by place. */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, number | boolean>>>> = {
  gelu: { approximate: true },
  soft_shrink: { threshold: 0.5 },
  hard_shrink: { threshold: 0.5 },
  squareplus: { b: 4 },
  leaky_relu: { negative_slope: 0.2 },
  elu: { alpha: 1 },
  celu: { alpha: 1 },
  threshold: { threshold: NaN, default_value: NaN },
};

/** The parameters of an elementwise function: the layer's, or those of the operation's call. */
function parametersOf(
  context: LowerContext,
  primitive: PrimitiveOf<'elementwise'>,
): Readonly<Record<string, number | string | boolean | null>> {
  const own = primitive.params ?? {};
  const defaults = DEFAULTS[primitive.fn];
  if (context.layer !== null || !context.node.given || !defaults) return own;
  const found: Record<string, number | string | boolean | null> = { ...own };
  Object.entries(defaults).forEach(([name, fallback], place) => {
    if (name in own) return;
    const value = context.argument(name, place) ?? fallback;
    if (typeof value !== 'number' && typeof value !== 'boolean')
      throw new CannotRun(`its argument “${name}” is not known`);
    found[name] = value;
  });
  return found;
}

function refuseUncertain(context: LowerContext, primitive: PrimitiveOf<'elementwise'>): void {
  const parameters = primitive.params ?? {};
  if (context.layer === null && !context.node.given) {
    if (primitive.fn === 'gelu' && typeof parameters['approximate'] !== 'boolean')
      throw new CannotRun('which form of GELU this is, is not known');
    if (primitive.fn in DEFAULTS && !primitive.params) throw new CannotRun('its parameters are not known');
  }
  const unknowns = context.layer?.unknowns ?? {};
  const lost = Object.keys(parameters).find((name) => parameters[name] === null && name in unknowns);
  if (lost) throw new CannotRun(`its argument “${lost}” is not known`);
  if (context.node.type === 'BiasAdd' && context.inputs.length === 2) {
    const [x, bias] = context.inputs;
    if (x.shape.length > 2 && x.shape[1] === bias.shape[0] && x.shape[x.shape.length - 1] === bias.shape[0])
      throw new CannotRun('which axis gets the bias is not known');
  }
}

/** A cast to whole numbers cuts fractions off, one to bool compares with zero. */
function castExpression(context: LowerContext): Expression {
  const dtype = context.graph.tensors[context.node.outputs[0]].dtype;
  if (dtype === null) throw new CannotRun('the type it casts to is not known');
  if (dtype === 'bool') return binary('ne', input(0), num(0));
  return /^u?int/.test(dtype) ? unary('trunc', input(0)) : input(0);
}
