/** Operations of networks that `keras.ops.nn` and `keras.ops.image` have beside windows: normalisations, attention, losses, patches, borders. Sources: Keras `ops/nn.py`, `ops/image.py`. */
import type { Dim, Known, Primitive } from '../../graph/graph';
import type { Value } from '../../python/values';
import { KerasError, type TensorSpec } from '../definition';
import { OPEN, addToDim, combineDims, floorDivideDim, formatShape, mulDim } from '../dims';
import { dtypeOf } from './operators';
import type { OpContext, OpDefinition } from './opFunction';
import { Lost, axisOf, needs, rule } from './opRule';
import type { OpResult } from './record';

const opaque = (reason: string, ...outputs: readonly TensorSpec[]): OpResult => ({
  outputs,
  primitive: { op: 'opaque', reason },
});

/** Keeps the shape and dtype of `name`. */
const keeps = (signature: string, type: string, name: string, primitive: Primitive): OpDefinition =>
  rule(
    signature,
    type,
    (context) => {
      const { shape, dtype } = needs(context, name);
      return { outputs: [{ shape, dtype }], primitive };
    },
    { inputs: [name] },
  );

const normalize = (mode: 'batch' | 'layer' | 'rms'): Primitive => ({
  op: 'normalize',
  mode,
  axis: [],
  epsilon: 0.001,
  center: mode !== 'rms',
  scale: true,
});

const isFirst = (context: OpContext): boolean => {
  const value = context.params['data_format'];
  return value.kind === 'none'
    ? context.recorder.channelsFirstDefault
    : value.kind === 'str' && value.value === 'channels_first';
};

function numbers(value: Value, count: number): Known<number>[] {
  const one = (item: Value | undefined): Known<number> => (item?.kind === 'int' ? item.value : null);
  if (value.kind === 'tuple' || value.kind === 'list')
    return Array.from({ length: count }, (_, i) => one(value.items[i]));
  return Array.from({ length: count }, () => one(value));
}

function adaptive(mode: 'max' | 'average'): OpDefinition {
  const type = mode === 'max' ? 'AdaptiveMaxPool' : 'AdaptiveAveragePool';
  return rule('(inputs, output_size, data_format=None, name=None)', type, (context) => {
    const { shape, dtype } = needs(context, 'inputs');
    const rank = shape.length - 2;
    if (rank < 1) throw new Lost('the input has no spatial axes', dtype);
    const size = context.params['output_size'];
    const given = size.kind === 'tuple' ? size.items.length : null;
    const sizes = numbers(size, given ?? rank);
    const spatial = sizes.map(
      (size): Dim => size ?? { kind: 'unknown', reason: 'the output size is not known' },
    );
    const first = isFirst(context);
    // With channels last Keras' own shape rule puts the lengths in place of as many last axes, channels included.
    const kept =
      context.recorder.kerasVersion === 3 && given !== null ? shape.slice(0, -given) : shape.slice(0, 1);
    return {
      outputs: [
        { shape: first ? [shape[0], shape[1], ...spatial] : [...kept, ...spatial, shape[rank + 1]], dtype },
      ],
      primitive: { op: 'adaptivePool', mode, outputSize: sizes, channelsFirst: first },
    };
  });
}

function requireSame(target: readonly Dim[], output: readonly Dim[]): void {
  const differ =
    target.length !== output.length ||
    target.some((dim, i) => (typeof dim === 'number' || typeof output[i] === 'number') && dim !== output[i]);
  if (!differ) return;
  throw new KerasError(
    'loss-shape',
    `Targets of shape ${formatShape(target)} do not match outputs of shape ${formatShape(output)}.`,
    `Arguments \`target\` and \`output\` must have the same shape. Received: target.shape=${formatShape(target)}, output.shape=${formatShape(output)}`,
    { callArgument: 'target', facts: { target: formatShape(target), output: formatShape(output) } },
  );
}

const crossentropy = (type: string, perClass: boolean): OpDefinition =>
  rule(
    '(target, output, from_logits=False, axis=-1)',
    type,
    (context) => {
      const target = needs(context, 'target');
      const { shape, dtype } = needs(context, 'output');
      requireSame(target.shape, shape);
      return opaque('a loss', { shape: perClass ? shape.slice(0, -1) : shape, dtype });
    },
    { inputs: ['target', 'output'] },
  );

/** Heights and widths of images after adding or removing borders; `sign` 1 adds. */
function borders(type: string, word: 'padding' | 'cropping', sign: 1 | -1): OpDefinition {
  const sides = ['top', 'left', 'bottom', 'right'].map((side) => `${side}_${word}`);
  return rule(
    `(images, ${sides.map((side) => `${side}=None`).join(', ')}, target_height=None, target_width=None, data_format=None)`,
    type,
    (context) => {
      const { shape, dtype } = needs(context, 'images');
      if (shape.length !== 3 && shape.length !== 4)
        throw new KerasError(
          'input-rank',
          `Images have 3 axes, or 4 with the batch, but this has the shape ${formatShape(shape)}.`,
          `Invalid images rank: expected rank 3 (single image) or rank 4 (batch of images). Received: images.shape=${formatShape(shape)}`,
          { input: 0, facts: { rank: shape.length } },
        );
      const { params } = context;
      const at = isFirst(context) ? shape.length - 2 : shape.length - 3;
      const length = (axis: number, before: string, after: string, target: string): Dim => {
        if (params[target].kind === 'int') return params[target].value;
        const [a, b] = [params[before], params[after]];
        if (params[target].kind !== 'none' || a.kind !== 'int' || b.kind !== 'int')
          return { kind: 'unknown', reason: `how much ${type} changes is not known` };
        return addToDim(shape[axis], sign * (a.value + b.value));
      };
      const dims = [...shape];
      dims[at] = length(at, sides[0], sides[2], 'target_height');
      dims[at + 1] = length(at + 1, sides[1], sides[3], 'target_width');
      return opaque(`${type} moves borders`, { shape: dims, dtype });
    },
  );
}

function unfold(context: OpContext): OpResult {
  const { shape, dtype } = needs(context);
  if (shape.length !== 4)
    throw new KerasError(
      'input-rank',
      `unfold() takes 4 axes, but the shape is ${formatShape(shape)}.`,
      `Input must be a 4D tensor. Received: input.shape=${formatShape(shape)}`,
      { input: 0, facts: { rank: shape.length, expected: 4, ndim: 4, shape: formatShape(shape) } },
    );
  const [n, c, h, w] = shape;
  const of = (name: string): Known<number>[] => numbers(context.params[name], 2);
  const [kernel, dilation, padding, stride] = ['kernel_size', 'dilation', 'padding', 'stride'].map(of);
  const positions = ([h, w] as const).map((length, i): Dim => {
    const [k, d, p, s] = [kernel[i], dilation[i], padding[i], stride[i]];
    if (k === null || d === null || p === null || s === null)
      return { kind: 'unknown', reason: 'the window of unfold() is not known' };
    return addToDim(floorDivideDim(addToDim(length, 2 * p - d * (k - 1) - 1), s), 1);
  });
  const [a, b] = kernel;
  const channels: Dim =
    a === null || b === null ? { kind: 'unknown', reason: 'the window is not known' } : mulDim(c, a * b);
  return opaque('patches', { shape: [n, channels, combineDims('*', positions[0], positions[1])], dtype });
}

function fold(context: OpContext): OpResult {
  const { shape, dtype } = needs(context);
  if (shape.length !== 3) throw new Lost('fold() takes 3 axes', dtype);
  const size = numbers(context.params['output_size'], 2);
  const [a, b] = numbers(context.params['kernel_size'], 2);
  if (a === null || b === null || size.includes(null))
    throw new Lost('the window of fold() is not known', dtype);
  const [n, c] = shape;
  if (typeof c === 'number' && c % (a * b) !== 0)
    throw new KerasError(
      'block-channels',
      `${c} values cannot be shared out among windows of ${a}×${b}.`,
      `The second dimension of the input (${c}) must be divisible by kernel_size product (${a * b}).`,
      { input: 0, facts: { channels: c, block: a * b } },
    );
  return opaque('patches', { shape: [n, floorDivideDim(c, a * b), size[0]!, size[1]!], dtype });
}

export const networkOps: Readonly<Record<string, OpDefinition>> = {
  adaptive_average_pool: adaptive('average'),
  adaptive_max_pool: adaptive('max'),
  layer_normalization: keeps('(x, gamma=None, beta=None, axis=-1, epsilon=None, **kwargs)', 'LayerNorm', 'x', normalize('layer')),
  rms_normalization: keeps('(x, scale=None, axis=-1, epsilon=None)', 'RMSNorm', 'x', normalize('rms')),
  batch_normalization: keeps('(x, mean, variance, axis, offset=None, scale=None, epsilon=0.001)', 'BatchNorm', 'x', normalize('batch')),
  dot_product_attention: rule(
    '(query, key, value, bias=None, mask=None, scale=None, is_causal=False, flash_attention=None, attn_logits_soft_cap=None)',
    'DotProductAttention',
    (context) => {
      const [query, key, value] = ['query', 'key', 'value'].map((name) => needs(context, name));
      const count = (dim: Dim): Known<number> => (typeof dim === 'number' ? dim : null);
      return {
        outputs: [{ shape: query.shape, dtype: dtypeOf(context.recorder, 'promote', [query, key, value]) }],
        primitive: {
          op: 'attention',
          heads: count(query.shape[2] ?? OPEN),
          keyDim: count(key.shape[3] ?? OPEN),
          valueDim: count(value.shape[3] ?? OPEN),
          mode: 'dot',
          causal: context.machine.truth(context.params['is_causal']) ?? null,
        },
      };
    },
    { inputs: ['query', 'key', 'value'] },
  ),
  categorical_crossentropy: crossentropy('CategoricalCrossentropy', true),
  binary_crossentropy: rule(
    '(target, output, from_logits=False)',
    'BinaryCrossentropy',
    (context) => {
      const target = needs(context, 'target');
      const { shape, dtype } = needs(context, 'output');
      requireSame(target.shape, shape);
      return opaque('a loss', { shape, dtype });
    },
    { inputs: ['target', 'output'] },
  ),
  sparse_categorical_crossentropy: rule(
    '(target, output, from_logits=False, axis=-1)',
    'SparseCategoricalCrossentropy',
    (context) => {
      const { shape, dtype } = needs(context, 'output');
      const axis = axisOf(context.params['axis'], shape.length, shape);
      if (axis === null) throw new Lost('the axis is not known', dtype);
      return opaque('a loss', { shape: shape.filter((_, i) => i !== axis), dtype });
    },
    { inputs: ['target', 'output'] },
  ),
  in_top_k: rule('(targets, predictions, k)', 'InTopK', (context) =>
    opaque('ranks', { shape: needs(context, 'targets').shape, dtype: 'bool' }),
    { inputs: ['targets', 'predictions'] },
  ),
  multi_hot: rule('(inputs, num_classes=None, axis=-1, dtype=None, sparse=False, num_tokens=None)', 'MultiHot', (context) => {
    const { shape, dtype } = needs(context, 'inputs');
    const { params } = context;
    const classes = params['num_classes'].kind === 'int' ? params['num_classes'] : params['num_tokens'];
    const axis = params['axis'];
    if (classes.kind !== 'int' || axis.kind !== 'int') throw new Lost('the number of classes is not known', dtype);
    const dims: Dim[] = [...shape];
    dims.splice(axis.value === -1 ? shape.length : axis.value, 0, classes.value);
    return opaque('encodes', { shape: dims.length === 2 ? [dims[1]] : [dims[0], ...dims.slice(2)], dtype });
  }),
  unfold: rule("(x, kernel_size, dilation=1, padding=0, stride=1, data_format='channels_first')", 'Unfold', unfold),
  fold: rule('(x, output_size, kernel_size, dilation=1, padding=0, stride=1)', 'Fold', fold),
  pad_images: borders('PadImages', 'padding', 1),
  crop_images: borders('CropImages', 'cropping', -1),
  slice: rule('(inputs, start_indices, shape)', 'Slice', (context) => {
    const { shape, dtype } = needs(context, 'inputs');
    const { params } = context;
    const [starts, lengths] = [params['start_indices'], params['shape']];
    const items = (value: Value): readonly Value[] | undefined =>
      value.kind === 'tuple' || value.kind === 'list' ? value.items : undefined;
    const sizes = items(lengths);
    if (sizes === undefined) throw new Lost('the shape of the slice is not known', dtype);
    if (sizes.length !== shape.length)
      throw new KerasError(
        'input-rank',
        `The slice has ${sizes.length} lengths for the ${shape.length} axes of ${formatShape(shape)}.`,
        `The number of dimensions in \`inputs\` must match the number of dimensions in \`shape\`. Received inputs.shape=${formatShape(shape)}`,
        { callArgument: 'shape', facts: { rank: shape.length, expected: sizes.length } },
      );
    const dims = shape.map((dim, i): Dim => {
      const size = sizes[i];
      if (size.kind === 'int' && size.value !== -1) return size.value;
      if (size.kind !== 'int') return { kind: 'unknown', reason: 'a length of the slice is not known' };
      const start = items(starts)?.[i];
      return start?.kind === 'int' && typeof dim === 'number' ? dim - start.value : OPEN;
    });
    return opaque('slices at places given', { shape: dims, dtype });
  }),
  slice_update: keeps('(inputs, start_indices, updates)', 'SliceUpdate', 'inputs', { op: 'opaque', reason: 'writes a slice' }),
  scatter_update: keeps('(inputs, indices, updates, reduction=None)', 'ScatterUpdate', 'inputs', { op: 'opaque', reason: 'writes by index' }),
}; // prettier-ignore
