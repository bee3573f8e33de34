/**
 * Layers whose arguments change what they compute beyond what their primitive says. Sources: Keras
 * `layers/core/{ternary_dense,reversible_embedding}.py`, `layers/preprocessing/*.py`.
 */
import type { ConfigValue } from '../../../graph/graph';
import { add, binary, div, input, mul, num, sub, unary, type Expression } from '../../expression';
import { sizeOf } from '../../ops';
import { keepAxis } from '../builder';
import { CannotRun, type PlanTensor } from '../plan';
import { known, type LowerContext } from './context';
import { resizeTo } from './resize';

type Lowering = (context: LowerContext) => PlanTensor | null;

/** An argument of the constructor, which must be known. */
function config(context: LowerContext, name: string): ConfigValue {
  if (name in (context.layer?.unknowns ?? {})) throw new CannotRun(`its argument “${name}” is not known`);
  return context.layer?.config[name] ?? null;
}

/** Numbers written in the program (nested lists), as a constant. */
function numbers(context: LowerContext, name: string): PlanTensor | null {
  const value = config(context, name);
  if (value === null) return null;
  const shape: number[] = [];
  for (
    let level: ConfigValue = value;
    Array.isArray(level);
    level = (level as readonly ConfigValue[])[0] ?? null
  )
    shape.push(level.length);
  const list = [value].flat(8) as readonly ConfigValue[];
  if (!list.every((entry) => typeof entry === 'number') || sizeOf(shape) !== list.length)
    throw new CannotRun(`its argument “${name}” is not known as numbers`);
  return context.builder.constant(shape, [], () => Float32Array.from(list as number[]));
}

/** `(x − mean)/√variance`, with the statistics that were given or adapted. */
const normalization: Lowering = (context) => {
  const { x, builder } = context;
  const axis = config(context, 'axis');
  const axes =
    axis === null ? [] : ([axis].flat() as number[]).map((own) => (own < 0 ? own + x.shape.length : own));
  const shape = x.shape.map((length, d) => (axes.includes(d) ? length : 1));
  const statistic = (name: string): PlanTensor => {
    const own = numbers(context, name) ?? (context.hasWeight(name) ? context.weight(name) : null);
    if (!own) throw new CannotRun(`its ${name} is not known`);
    return sizeOf(own.shape) === sizeOf(shape) ? builder.reshape(own, shape) : own;
  };
  const deviation = binary('max', unary('sqrt', input(2)), num(1e-7));
  const formula: Expression =
    config(context, 'invert') === true
      ? add(input(1), mul(input(0), deviation))
      : div(sub(input(0), input(1)), deviation);
  return builder.map(formula, [x, statistic('mean'), statistic('variance')]);
};

const rescaling: Lowering = (context) => {
  // Plain numbers are in the primitive, which fuses better.
  if ([config(context, 'scale'), config(context, 'offset')].every((value) => typeof value === 'number'))
    return null;
  const [scale, offset] = [numbers(context, 'scale'), numbers(context, 'offset')];
  if (!scale || !offset) throw new CannotRun('its scale is not known');
  return context.builder.map(add(mul(input(0), input(1)), input(2)), [context.x, scale, offset]);
};

/** Weights −1, 0 and 1, times their mean size where no threshold is given. */
const ternaryDense: Lowering = (context) => {
  const { x, builder } = context;
  const features = x.shape[x.shape.length - 1];
  const weight = context.findWeight('kernel');
  const units = known(context.outputLength(x.shape.length - 1), 'the number of units');
  if (!weight) throw new CannotRun('its weight “kernel” is not known');
  const threshold = config(context, 'threshold');
  const kernel = builder.constant([features, units], [weight.id], (read) => {
    const values = read(weight.id);
    const mean = values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
    const limit = typeof threshold === 'number' ? threshold : mean / 2;
    const size = threshold === null ? mean : 1;
    return values.map((value) => (Math.abs(value) > limit ? Math.sign(value) * size : 0));
  });
  const bias = context.hasWeight('bias') ? context.weight('bias', [units]) : undefined;
  const rows = sizeOf(x.shape) / features;
  const product = builder.matmul(
    builder.reshape(x, [1, rows, features]),
    builder.reshape(kernel, [1, features, units]),
    {
      bias,
    },
  );
  const name = config(context, 'activation');
  return context.activate(
    builder.reshape(product, [...x.shape.slice(0, -1), units]),
    name === null ? 'linear' : typeof name === 'string' ? name : null,
  );
};

/** With `reverse`, the product with the transposed table. */
const reversibleEmbedding: Lowering = (context) => {
  if (context.given('reverse') !== true) return null;
  const { x, builder } = context;
  const tied = config(context, 'tie_weights') !== false;
  const product = builder.matmul(x, context.weight(tied ? 'embeddings' : 'reverse_embeddings'), {
    transposeB: tied,
  });
  const cap = config(context, 'logit_soft_cap');
  if (cap === null) return product;
  if (typeof cap !== 'number') throw new CannotRun('its soft cap is not known');
  return builder.map(mul(unary('tanh', div(input(0), num(cap))), num(cap)), [product]);
};

/** Cuts or pads the image to the target's aspect ratio first, where asked. */
const resizing: Lowering = (context) => {
  const { builder } = context;
  const crop = config(context, 'crop_to_aspect_ratio') === true;
  const pad = config(context, 'pad_to_aspect_ratio') === true;
  if (!crop && !pad) return null;
  if (config(context, 'data_format') === 'channels_first' || context.x.shape.length !== 4)
    throw new CannotRun('keeping the aspect ratio of such images cannot be computed here');
  const size = [config(context, 'height'), config(context, 'width')];
  const [height, width] = size as [number, number];
  if (size.some((length) => typeof length !== 'number')) throw new CannotRun('the size is not known');
  let { x } = context;
  const [rows, columns] = [x.shape[1], x.shape[2]];
  const wanted = [Math.trunc((columns * height) / width), Math.trunc((rows * width) / height)];
  if (crop) {
    const kept = [rows, columns].map((length, d) => Math.max(Math.min(length, wanted[d]), 1));
    const from = [rows, columns].map((length, d) => Math.trunc((length - kept[d]) / 2));
    x = builder.section(builder.section(x, 1, from[0], kept[0]), 2, from[1], kept[1]);
  } else {
    const value = config(context, 'fill_value') ?? 0;
    if (typeof value !== 'number' || (config(context, 'fill_mode') ?? 'constant') !== 'constant')
      throw new CannotRun('what it fills with is not known');
    const before = [rows, columns].map((length, d) => Math.trunc((Math.max(length, wanted[d]) - length) / 2));
    x = builder.gather(
      x,
      x.shape.map((length, d) => (d === 1 || d === 2 ? length + 2 * before[d - 1] : length)),
      x.shape.map((_, d) =>
        d === 1 || d === 2 ? { ...keepAxis(d), add: -before[d - 1], outside: 'value' } : keepAxis(d),
      ),
      value,
    );
  }
  const interpolation = config(context, 'interpolation');
  if (typeof interpolation !== 'string') throw new CannotRun('its interpolation is not known');
  return resizeTo(context, x, [height, width], interpolation, config(context, 'antialias') === true);
};

/** Which of the intervals between sorted boundaries a number lies in. */
const discretization: Lowering = (context) => {
  const boundaries = numbers(context, 'bin_boundaries');
  if (!boundaries || (config(context, 'output_mode') ?? 'int') !== 'int')
    throw new CannotRun('bins that are learnt or encoded cannot be computed here');
  const { x, builder } = context;
  const over = builder.map(binary('ge', input(0), input(1)), [
    builder.reshape(x, [...x.shape, 1]),
    boundaries,
  ]);
  return builder.reduce('sum', over, [x.shape.length], false);
};

const categoryEncoding: Lowering = (context) => {
  const { x, builder } = context;
  const count = config(context, 'num_tokens');
  const mode = config(context, 'output_mode') ?? 'multi_hot';
  if (typeof count !== 'number' || context.given('count_weights') !== null)
    throw new CannotRun('this encoding cannot be computed here');
  const tokens = builder.constant([count], [], () => Float32Array.from({ length: count }, (_, i) => i));
  const squeezed =
    mode === 'one_hot' && x.shape[x.shape.length - 1] === 1 ? builder.reshape(x, x.shape.slice(0, -1)) : x;
  const hot = builder.map(binary('eq', input(0), input(1)), [
    builder.reshape(squeezed, [...squeezed.shape, 1]),
    tokens,
  ]);
  if (mode === 'one_hot') return hot;
  return builder.reduce(mode === 'count' ? 'sum' : 'max', hot, [x.shape.length - 1], false);
};

const refuse =
  (reason: string): Lowering =>
  () => {
    throw new CannotRun(reason);
  };

const LAYERS: Readonly<Record<string, Lowering>> = {
  Normalization: normalization,
  Rescaling: rescaling,
  TernaryDense: ternaryDense,
  ReversibleEmbedding: reversibleEmbedding,
  Resizing: resizing,
  Discretization: discretization,
  CategoryEncoding: categoryEncoding,
  RandomCrop: refuse('when predicting, Keras gives images uncropped in a shape that it does not state'),
  // These act when predicting too.
  AutoContrast: refuse('contrast over a whole picture cannot be computed here'),
  Equalization: refuse('equalised histograms cannot be computed here'),
  ContrastLimitedAdaptiveHistogramEqualization: refuse('equalised histograms cannot be computed here'),
};

/** What a layer with arguments of its own computes; null where its primitive says it all. */
export function lowerBuiltinLayer(context: LowerContext): PlanTensor | null {
  const lowering = LAYERS[context.layer?.builtin ?? ''];
  return lowering ? lowering(context) : null;
}
