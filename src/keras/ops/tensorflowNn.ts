/** Operations of `tf.nn` that `keras.ops` lacks: biases, normalisation by given moments, look-ups, and functions made of two steps. */
import type { Dim, Shape } from '../../graph/graph';
import { fn } from '../../python/library/define';
import { int, list, NONE, str, tuple, type NativeFunction, type Value } from '../../python/values';
import type { Machine } from '../../python/machine';
import { KerasError } from '../definition';
import { dimsEqual, formatShape, isKnownRank } from '../dims';
import { recorderOf } from '../model/recorder';
import { asTensor, tensorDataOf } from '../model/structure';
import { dtypeOf } from './operators';
import { opsLookup } from './index';
import { lostResult, opFunction, type OpContext, type OpDefinition } from './opFunction';

const isFirst = (value: Value): boolean => value.kind === 'str' && value.value.startsWith('NC');

/** Adds a vector along the channels (`tensorflow/python/ops/nn_ops.py`, `bias_add`). */
const biasAdd: OpDefinition = {
  signature: '(value, bias, data_format=None, name=None)',
  type: 'BiasAdd',
  inputs: ['value', 'bias'],
  compute: ({ tensor, params }) => {
    const x = tensor('value');
    const bias = tensor('bias');
    if (x === undefined) return lostResult('what the bias is added to is not known');
    if (bias !== undefined && isKnownRank(x.shape) && isKnownRank(bias.shape) && bias.shape.length === 1) {
      const channels = x.shape[isFirst(params['data_format']) ? 1 : x.shape.length - 1];
      if (dimsEqual(channels, bias.shape[0]) === false) {
        throw new KerasError(
          'bias-shape',
          `a bias of shape ${formatShape(bias.shape)} does not fit the channels of ${formatShape(x.shape)}`,
          `Dimensions must be equal, but are ${formatShape([channels])} and ${formatShape(bias.shape)} for BiasAdd`,
          { callArgument: 'bias', facts: { shape: formatShape(x.shape), bias: formatShape(bias.shape) } },
        );
      }
    }
    return {
      outputs: [{ shape: x.shape, dtype: x.dtype }],
      primitive: { op: 'elementwise', fn: 'add' },
    };
  },
};

/** Normalises by moments that are given (`tf.nn.batch_normalization`). */
const batchNormalization: OpDefinition = {
  signature: '(x, mean, variance, offset, scale, variance_epsilon, name=None)',
  type: 'BatchNormalization',
  inputs: ['x', 'mean', 'variance', 'offset', 'scale'],
  compute: ({ tensor, params }) => {
    const x = tensor('x');
    if (x === undefined) return lostResult('what is normalised is not known');
    const epsilon = params['variance_epsilon'];
    return {
      outputs: [{ shape: x.shape, dtype: x.dtype }],
      primitive: {
        op: 'normalize',
        mode: 'batch',
        axis: isKnownRank(x.shape) ? [x.shape.length - 1] : [],
        epsilon: epsilon.kind === 'float' || epsilon.kind === 'int' ? epsilon.value : 0.001,
        center: params['offset'].kind !== 'none',
        scale: params['scale'].kind !== 'none',
      },
    };
  },
};

/** The same, with the moments that it computes given out as well (`tf.compat.v1.nn.fused_batch_norm`). */
const fusedBatchNorm: OpDefinition = {
  signature:
    "(x, scale, offset, mean=None, variance=None, epsilon=0.001, data_format='NHWC', is_training=True, name=None, exponential_avg_factor=1.0)",
  type: 'FusedBatchNorm',
  inputs: ['x', 'scale', 'offset', 'mean', 'variance'],
  compute: ({ tensor, params }) => {
    const x = tensor('x');
    if (x === undefined || !isKnownRank(x.shape)) {
      const lost = lostResult('what is normalised is not known', x?.dtype ?? null);
      return { ...lost, outputs: [lost.outputs[0], lost.outputs[0], lost.outputs[0]], structure: 'tuple' };
    }
    const axis = isFirst(params['data_format']) ? 1 : x.shape.length - 1;
    const moment = { shape: [x.shape[axis]], dtype: 'float32' };
    return {
      outputs: [{ shape: x.shape, dtype: x.dtype }, moment, moment],
      structure: 'tuple',
      primitive: {
        op: 'normalize',
        mode: 'batch',
        axis: [axis],
        epsilon: params['epsilon'].kind === 'float' ? params['epsilon'].value : 0.001,
        center: true,
        scale: true,
      },
    };
  },
};

/** Rows of a table by number; a list of tables counts as one that is spread (`tf.nn.embedding_lookup`). */
const embeddingLookup: OpDefinition = {
  signature: "(params, ids, partition_strategy='mod', name=None, validate_indices=True, max_norm=None)",
  type: 'EmbeddingLookup',
  inputs: ['params', 'ids'],
  compute: ({ tensor }) => {
    const table = tensor('params');
    const ids = tensor('ids');
    if (table === undefined || ids === undefined || !isKnownRank(table.shape) || !isKnownRank(ids.shape))
      return lostResult('the table or the numbers that are looked up are not known', table?.dtype ?? null);
    const [rows, ...rest] = table.shape;
    const known = (dim: Dim | undefined): number | null => (typeof dim === 'number' ? dim : null);
    return {
      outputs: [{ shape: [...ids.shape, ...rest], dtype: table.dtype }],
      primitive: { op: 'embedding', inputDim: known(rows), outputDim: known(rest[0]) },
    };
  },
};

/** Divides by the squares of neighbouring channels: no position of the map looks at another one. */
const localResponse: OpDefinition = {
  signature: '(input, depth_radius=5, bias=1, alpha=1, beta=0.5, name=None)',
  type: 'LocalResponseNormalization',
  inputs: ['input'],
  compute: ({ tensor }) => {
    const x = tensor('input');
    return x === undefined
      ? lostResult('what is normalised is not known')
      : {
          outputs: [{ shape: x.shape, dtype: x.dtype }],
          primitive: {
            op: 'normalize',
            mode: 'other',
            axis: isKnownRank(x.shape) ? [x.shape.length - 1] : [],
            epsilon: 0,
            center: false,
            scale: false,
          },
        };
  },
};

interface LossRule {
  readonly type: string;
  readonly signature: string;
  /** Parameters with the tensors. */
  readonly inputs: readonly string[];
  /** Shape of the result from the logits' (or the only tensor's). */
  shape(logits: Shape, context: OpContext): Shape;
  readonly dtype?: string;
}

const dropLast = (shape: Shape): Shape => (isKnownRank(shape) ? shape.slice(0, -1) : shape);
const LABELS = ['labels', 'logits'];

/** Losses and measures, which end a network: every tensor that follows from them belongs to training. */
const LOSSES: Readonly<Record<string, LossRule>> = {
  softmax_cross_entropy_with_logits: {
    type: 'SoftmaxCrossEntropyWithLogits',
    signature: '(_sentinel=None, labels=None, logits=None, dim=-1, name=None, axis=None)',
    inputs: LABELS,
    shape: dropLast,
  },
  softmax_cross_entropy_with_logits_v2: {
    type: 'SoftmaxCrossEntropyWithLogits',
    signature: '(labels, logits, axis=None, name=None, dim=None)',
    inputs: LABELS,
    shape: dropLast,
  },
  sparse_softmax_cross_entropy_with_logits: {
    type: 'SparseSoftmaxCrossEntropyWithLogits',
    signature: '(_sentinel=None, labels=None, logits=None, name=None)',
    inputs: LABELS,
    shape: dropLast,
  },
  sigmoid_cross_entropy_with_logits: {
    type: 'SigmoidCrossEntropyWithLogits',
    signature: '(_sentinel=None, labels=None, logits=None, name=None, targets=None)',
    inputs: [...LABELS, 'targets'],
    shape: (shape) => shape,
  },
  weighted_cross_entropy_with_logits: {
    type: 'WeightedCrossEntropyWithLogits',
    signature: '(labels=None, logits=None, pos_weight=None, name=None, targets=None)',
    inputs: [...LABELS, 'targets'],
    shape: (shape) => shape,
  },
  l2_loss: { type: 'L2Loss', signature: '(t, name=None)', inputs: ['t'], shape: () => [] },
  in_top_k: {
    type: 'InTopK',
    signature: '(predictions=None, targets=None, k=None, name=None)',
    inputs: ['predictions', 'targets'],
    shape: (shape) => (isKnownRank(shape) ? shape.slice(0, 1) : shape),
    dtype: 'bool',
  },
};

/** Class names of the steps that end a network. */
export const OBJECTIVE_TYPES: ReadonlySet<string> = new Set([
  ...Object.values(LOSSES).map(({ type }) => type),
  'Loss',
]);

const loss = ({ type, signature, inputs, shape, dtype }: LossRule): OpDefinition => ({
  signature,
  type,
  inputs,
  compute: (context) => {
    const from = ['logits', 'predictions', 't'].find((name) => inputs.includes(name))!;
    const x = context.tensor(from);
    return x === undefined
      ? lostResult('what the loss is computed of is not known')
      : {
          outputs: [
            { shape: shape(x.shape, context), dtype: dtype ?? dtypeOf(context.recorder, 'keptFloat', [x]) },
          ],
          primitive: { op: 'opaque', reason: 'a loss belongs to training' },
        };
  },
});

/** `tf.losses.*` of TensorFlow 1 give a number. */
const scalarLoss: OpDefinition = {
  signature: '(a, b=None, *args, **kwargs)',
  type: 'Loss',
  inputs: ['a', 'b', 'kwargs'],
  compute: () => ({
    outputs: [{ shape: [], dtype: 'float32' }],
    primitive: { op: 'opaque', reason: 'a loss belongs to training' },
  }),
};

const DEFINITIONS: Readonly<Record<string, OpDefinition>> = {
  bias_add: biasAdd,
  batch_normalization: batchNormalization,
  fused_batch_norm: fusedBatchNorm,
  embedding_lookup: embeddingLookup,
  lrn: localResponse,
  local_response_normalization: localResponse,
  ...Object.fromEntries(Object.entries(LOSSES).map(([name, rule]) => [name, loss(rule)])),
};

/** Functions of several steps, each a row of its own. */
const STEPS: Readonly<Record<string, NativeFunction>> = {
  xw_plus_b: fn('xw_plus_b(x, weights, biases, name=None)', (machine, { x, weights, biases }) =>
    run(machine, 'bias_add', { value: run(machine, 'matmul', { x1: x, x2: weights }), bias: biases }),
  ),
  relu_layer: fn('relu_layer(x, weights, biases, name=None)', (machine, { x, weights, biases }) =>
    run(machine, 'relu', {
      x: run(machine, 'bias_add', { value: run(machine, 'matmul', { x1: x, x2: weights }), bias: biases }),
    }),
  ),
  crelu: fn('crelu(features, name=None, axis=-1)', (machine, { features, axis }) =>
    run(machine, 'concatenate', {
      xs: list([
        run(machine, 'relu', { x: features }),
        run(machine, 'relu', { x: run(machine, 'negative', { x: features }) }),
      ]),
      axis,
    }),
  ),
  separable_conv2d: fn(
    'separable_conv2d(input, depthwise_filter, pointwise_filter, strides, padding, data_format=None, dilations=None, name=None, rate=None)',
    (machine, p, args) => {
      const recorder = recorderOf(machine);
      const inputs = [p['input'], p['depthwise_filter'], p['pointwise_filter']].flatMap((value) => {
        const ref = asTensor(recorder, value);
        return ref === undefined ? [] : [recorder.operand(ref.tensor)];
      });
      const node = recorder.begin({
        layer: null,
        type: 'SeparableConv2D',
        name: recorder.operationName('SeparableConv2D', inputs),
        inputs,
        primitive: { op: 'composite' },
      });
      recorder.remember(node.id, { fn: STEPS['separable_conv2d'], args });
      const result = recorder.within(node.id, () =>
        recorder.drive(node.site, () => {
          const depthwise = run(machine, 'depthwise_conv2d', {
            inputs: p['input'],
            kernel: p['depthwise_filter'],
            strides: p['strides'],
            padding: p['padding'],
            data_format: p['data_format'],
            dilation_rate: p['dilations'].kind === 'none' ? orOne(p['rate']) : p['dilations'],
          });
          return run(machine, 'conv2d', {
            inputs: depthwise,
            kernel: p['pointwise_filter'],
            strides: int(1),
            padding: str('VALID'),
            data_format: p['data_format'],
          });
        }),
      );
      const output = tensorDataOf(result)?.tensor;
      if (output === undefined) return result;
      return recorder.valueOf(recorder.finish(node, [recorder.ref(output)])[0].tensor);
    },
  ),
  pool: fn(
    'pool(input, window_shape, pooling_type, strides=None, padding=None, data_format=None, dilations=None, name=None, dilation_rate=None)',
    (machine, p) =>
      p['pooling_type'].kind === 'str'
        ? run(machine, p['pooling_type'].value.toUpperCase() === 'AVG' ? 'average_pool' : 'max_pool', {
            inputs: p['input'],
            pool_size: p['window_shape'],
            strides: orOne(p['strides']),
            padding: p['padding'].kind === 'none' ? str('VALID') : p['padding'],
            data_format: p['data_format'],
          })
        : machine.unknown('the kind of this pool is not known'),
  ),
  max_pool_with_argmax: fn(
    'max_pool_with_argmax(input, ksize, strides, padding, data_format=None, output_dtype=None, include_batch_in_index=False, name=None, **kwargs)',
    (machine, p) => {
      const pooled = run(machine, 'max_pool', {
        inputs: p['input'],
        pool_size: p['ksize'],
        strides: p['strides'],
        padding: p['padding'],
      });
      const id = tensorDataOf(pooled)?.tensor;
      const recorder = recorderOf(machine);
      return tuple([
        pooled,
        id === undefined ? pooled : recorder.constant({ shape: recorder.ref(id).shape, dtype: 'int64' }),
      ]);
    },
  ),
};

const orOne = (value: Value): Value => (value.kind === 'none' ? int(1) : value);

function run(machine: Machine, name: string, values: Readonly<Record<string, Value>>): Value {
  const recorder = recorderOf(machine);
  const op = name === 'bias_add' ? nnOp(name) : opsLookup(recorder, name);
  if (op === undefined) return machine.unknown(`${name}() is not modelled`);
  return machine.apply(
    op,
    [],
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== NONE && value.kind !== 'none')),
  );
}

const made = new Map<string, NativeFunction>();

/** `tf.nn.<name>` where `keras.ops` has no twin. */
export function nnOp(name: string): NativeFunction | undefined {
  if (Object.hasOwn(STEPS, name)) return STEPS[name];
  if (!Object.hasOwn(DEFINITIONS, name)) return undefined;
  let op = made.get(name);
  if (op === undefined) made.set(name, (op = opFunction(DEFINITIONS[name], name)));
  return op;
}

/** `tf.losses.<name>` of TensorFlow 1: functions in small letters. */
/** Losses of TensorFlow 1, which give one number; `tf.losses` of TensorFlow 2 is Keras' module, and gives one for each sample. */
const ONE_NUMBER = new Set([
  'absolute_difference',
  'compute_weighted_loss',
  'cosine_distance',
  'hinge_loss',
  'huber_loss',
  'log_loss',
  'mean_pairwise_squared_error',
  'mean_squared_error',
  'sigmoid_cross_entropy',
  'softmax_cross_entropy',
  'sparse_softmax_cross_entropy',
]);

export function lossFunction(name: string): NativeFunction | undefined {
  if (!ONE_NUMBER.has(name)) return undefined;
  let op = made.get(`losses.${name}`);
  if (op === undefined) made.set(`losses.${name}`, (op = opFunction(scalarLoss, name)));
  return op;
}
