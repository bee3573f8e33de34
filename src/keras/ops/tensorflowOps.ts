/** TensorFlow functions whose arguments differ from their Keras twins: brought into Keras' order and run as those. */
import { fn, type Params } from '../../python/library/define';
import {
  NONE,
  TRUE,
  int,
  list,
  native,
  tuple,
  type CallArgs,
  type NativeFunction,
  type Value,
} from '../../python/values';
import type { Machine } from '../../python/machine';
import type { Recorder } from '../model/recorder';
import { opDefinition, opsLookup } from './index';
import { opFunction } from './opFunction';

interface Twin {
  /** TensorFlow's parameters. */
  readonly signature: string;
  /** The operation it is, and its arguments made of TensorFlow's. */
  readonly op: string;
  /** What rows call it, where Keras' class name would say less. */
  readonly type?: string;
  arguments(params: Params, machine: Machine): Readonly<Record<string, Value>>;
}

const or = (...values: (Value | undefined)[]): Value =>
  values.find((value) => value !== undefined && value.kind !== 'none') ?? NONE;
const given = (entries: Readonly<Record<string, Value | undefined>>): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(entries).filter(
      (entry): entry is [string, Value] => entry[1] !== undefined && entry[1].kind !== 'none',
    ),
  );

const conv = (op: string, type: string): Twin => ({
  type,
  signature:
    '(input=None, filters=None, strides=1, padding=None, data_format=None, dilations=None, name=None, filter=None, use_cudnn_on_gpu=True, stride=None, value=None, rate=None, dilation_rate=None, num_filters=None)',
  op,
  arguments: (p) =>
    given({
      inputs: or(p['input'], p['value']),
      kernel: or(p['filters'], p['filter']),
      strides: or(p['stride'], p['strides']),
      padding: p['padding'],
      data_format: p['data_format'],
      dilation_rate: or(p['dilations'], p['rate'], p['dilation_rate']),
    }),
});

const pool = (op: string, type: string): Twin => ({
  type,
  signature: '(input=None, ksize=None, strides=None, padding=None, data_format=None, name=None, value=None)',
  op,
  arguments: (p) =>
    given({
      inputs: or(p['input'], p['value']),
      pool_size: p['ksize'],
      strides: p['strides'],
      padding: p['padding'],
      data_format: p['data_format'],
    }),
});

const transposed = (type: string): Twin => ({
  signature:
    "(input=None, filters=None, output_shape=None, strides=1, padding='SAME', data_format=None, dilations=None, name=None, filter=None, value=None)",
  op: 'conv_transpose',
  type,
  arguments: (p) =>
    given({
      inputs: or(p['input'], p['value']),
      kernel: or(p['filters'], p['filter']),
      strides: p['strides'],
      padding: p['padding'],
      data_format: p['data_format'],
      output_shape: p['output_shape'],
    }),
});

const reduction = (op: string): Twin => ({
  signature: '(input_tensor, axis=None, keepdims=None, name=None, reduction_indices=None, keep_dims=None)',
  op,
  arguments: (p) =>
    given({
      x: p['input_tensor'],
      axis: or(p['axis'], p['reduction_indices']),
      keepdims: or(p['keepdims'], p['keep_dims']),
    }),
});

const argument = (op: string): Twin => ({
  signature: '(input, axis=None, output_type=None, name=None, dimension=None)',
  op,
  // Along the first axis unless another is given, where Keras looks at all of them.
  arguments: (p) => ({ x: p['input'], axis: or(p['axis'], p['dimension'], int(0)) }),
});

const running = (op: string): Twin => ({
  signature: '(x, axis=0, exclusive=False, reverse=False, name=None)',
  op,
  // Along the first axis unless another is given, where Keras flattens.
  arguments: (p) => ({ x: p['x'], axis: p['axis'] }),
});

const patches: Twin = {
  signature: '(images, sizes=None, strides=None, rates=None, padding=None, name=None, ksizes=None)',
  op: 'extract_patches',
  arguments: (p) =>
    given({
      images: p['images'],
      size: or(p['sizes'], p['ksizes']),
      strides: p['strides'],
      dilation_rate: p['rates'],
      padding: p['padding'],
    }),
};

const TWINS: Readonly<Record<string, Twin>> = {
  'nn.conv1d': conv('conv1d', 'Conv1D'),
  'nn.conv2d': conv('conv2d', 'Conv2D'),
  'nn.conv3d': conv('conv3d', 'Conv3D'),
  'nn.convolution': {
    // TensorFlow 1 has the padding before the strides.
    signature:
      "(input=None, filters=None, strides=None, padding='VALID', data_format=None, dilations=None, name=None, filter=None, dilation_rate=None)",
    op: 'conv',
    type: 'Convolution',
    arguments: (p) => {
      const old = p['strides'].kind === 'str';
      return given({
        inputs: p['input'],
        kernel: or(p['filters'], p['filter']),
        strides: old ? (p['padding'].kind === 'str' ? NONE : p['padding']) : p['strides'],
        padding: old ? p['strides'] : p['padding'],
        data_format: old ? NONE : p['data_format'],
        dilation_rate: or(p['dilation_rate'], old ? p['data_format'] : p['dilations']),
      });
    },
  },
  'nn.depthwise_conv2d': conv('depthwise_conv2d', 'DepthwiseConv2D'),
  'nn.depthwise_conv2d_native': conv('depthwise_conv2d', 'DepthwiseConv2D'),
  'nn.atrous_conv2d': {
    type: 'AtrousConv2D',
    signature: '(value, filters, rate, padding, name=None)',
    op: 'conv2d',
    arguments: (p) =>
      given({ inputs: p['value'], kernel: p['filters'], padding: p['padding'], dilation_rate: p['rate'] }),
  },
  'nn.conv1d_transpose': transposed('Conv1DTranspose'),
  'nn.conv2d_transpose': transposed('Conv2DTranspose'),
  'nn.conv3d_transpose': transposed('Conv3DTranspose'),
  'nn.conv_transpose': transposed('ConvTranspose'),
  'nn.max_pool': pool('max_pool', 'MaxPool'),
  'nn.max_pool2d': pool('max_pool', 'MaxPool'),
  'nn.max_pool1d': pool('max_pool', 'MaxPool'),
  'nn.max_pool3d': pool('max_pool', 'MaxPool'),
  'nn.avg_pool': pool('average_pool', 'AvgPool'),
  'nn.avg_pool2d': pool('average_pool', 'AvgPool'),
  'nn.avg_pool1d': pool('average_pool', 'AvgPool'),
  'nn.avg_pool3d': pool('average_pool', 'AvgPool'),
  'nn.dropout': {
    signature: '(x, rate=None, keep_prob=None, noise_shape=None, seed=None, name=None)',
    op: 'linear',
    type: 'Dropout',
    arguments: (p) => ({ x: p['x'] }),
  },
  'nn.leaky_relu': {
    signature: '(features, alpha=0.2, name=None)',
    op: 'leaky_relu',
    arguments: (p) => ({ x: p['features'], negative_slope: p['alpha'] }),
  },
  'nn.softmax': {
    signature: '(logits, axis=-1, name=None, dim=None)',
    op: 'softmax',
    arguments: (p) => ({ x: p['logits'], axis: or(p['dim'], p['axis']) }),
  },
  'nn.log_softmax': {
    signature: '(logits, axis=-1, name=None)',
    op: 'log_softmax',
    arguments: (p) => ({ x: p['logits'], axis: p['axis'] }),
  },
  'nn.moments': {
    signature: '(x, axes, shift=None, keepdims=None, name=None, keep_dims=None)',
    op: 'moments',
    arguments: (p) => given({ x: p['x'], axes: p['axes'], keepdims: or(p['keepdims'], p['keep_dims']) }),
  },
  reduce_mean: reduction('mean'),
  reduce_sum: reduction('sum'),
  reduce_max: reduction('max'),
  reduce_min: reduction('min'),
  reduce_prod: reduction('prod'),
  reduce_any: reduction('any'),
  reduce_all: reduction('all'),
  'math.reduce_variance': reduction('var'),
  'math.reduce_std': reduction('std'),
  reduce_logsumexp: reduction('logsumexp'),
  argmax: argument('argmax'),
  argmin: argument('argmin'),
  cumsum: running('cumsum'),
  cumprod: running('cumprod'),
  norm: {
    signature: "(tensor, ord='euclidean', axis=None, keepdims=None, name=None, keep_dims=None)",
    op: 'norm',
    arguments: (p) => given({ x: p['tensor'], axis: p['axis'], keepdims: or(p['keepdims'], p['keep_dims']) }),
  },
  one_hot: {
    signature: '(indices, depth, on_value=None, off_value=None, axis=-1, dtype=None, name=None)',
    op: 'one_hot',
    arguments: (p) => given({ x: p['indices'], num_classes: p['depth'], axis: p['axis'], dtype: p['dtype'] }),
  },
  split: {
    signature: '(value, num_or_size_splits, axis=0, num=None, name=None)',
    op: 'split',
    arguments: (p) => {
      const old = p['value'].kind === 'int' && p['axis'].kind === 'instance';
      return {
        x: old ? p['axis'] : p['value'],
        indices_or_sections: p['num_or_size_splits'],
        axis: old ? p['value'] : p['axis'],
        sizes: TRUE,
      };
    },
  },
  concat: {
    signature: '(values, axis=0, name=None)',
    op: 'concatenate',
    // Before TensorFlow 1 the axis came first.
    arguments: (p) =>
      p['values'].kind === 'int' && p['axis'].kind !== 'int'
        ? { xs: p['axis'], axis: p['values'] }
        : { xs: p['values'], axis: p['axis'] },
  },
  unstack: {
    signature: '(value, num=None, axis=0, name=None)',
    op: 'unstack',
    arguments: (p) => ({ x: p['value'], num: p['num'], axis: p['axis'] }),
  },
  stack: {
    signature: '(values, axis=0, name=None)',
    op: 'stack',
    arguments: (p) => ({ xs: p['values'], axis: p['axis'] }),
  },
  pad: {
    signature: "(tensor, paddings, mode='CONSTANT', constant_values=0, name=None)",
    op: 'pad',
    arguments: (p) => ({ x: p['tensor'], pad_width: p['paddings'], mode: p['mode'] }),
  },
  tile: {
    signature: '(input, multiples, name=None)',
    op: 'tile',
    arguments: (p) => ({ x: p['input'], repeats: p['multiples'] }),
  },
  transpose: {
    signature: '(a, perm=None, conjugate=False, name=None)',
    op: 'transpose',
    arguments: (p) => ({ x: p['a'], axes: p['perm'] }),
  },
  reshape: {
    signature: '(tensor, shape, name=None)',
    op: 'reshape',
    arguments: (p) => ({ x: p['tensor'], newshape: p['shape'] }),
  },
  expand_dims: {
    signature: '(input, axis=None, name=None, dim=None)',
    op: 'expand_dims',
    arguments: (p) => ({ x: p['input'], axis: or(p['axis'], p['dim']) }),
  },
  squeeze: {
    signature: '(input, axis=None, name=None, squeeze_dims=None)',
    op: 'squeeze',
    arguments: (p) => ({ x: p['input'], axis: or(p['axis'], p['squeeze_dims']) }),
  },
  matmul: {
    signature: '(a, b, transpose_a=False, transpose_b=False, **kwargs)',
    op: 'matmul',
    arguments: (p) => ({
      x1: p['a'],
      x2: p['b'],
      transpose_a: p['transpose_a'],
      transpose_b: p['transpose_b'],
    }),
  },
  tensordot: {
    signature: '(a, b, axes, name=None)',
    op: 'tensordot',
    arguments: (p) => ({ x1: p['a'], x2: p['b'], axes: p['axes'] }),
  },
  gather: {
    signature: '(params, indices, validate_indices=None, axis=0, batch_dims=0, name=None)',
    op: 'take',
    arguments: (p) => ({ x: p['params'], indices: p['indices'], axis: p['axis'] }),
  },
  cast: {
    signature: '(x, dtype, name=None)',
    op: 'cast',
    arguments: (p) => ({ x: p['x'], dtype: p['dtype'] }),
  },
  where: {
    signature: '(condition, x=None, y=None, name=None)',
    op: 'where',
    arguments: (p) => ({ condition: p['condition'], x1: p['x'], x2: p['y'] }),
  },
  broadcast_to: {
    signature: '(input, shape, name=None)',
    op: 'broadcast_to',
    arguments: (p) => ({ x: p['input'], shape: p['shape'] }),
  },
  slice: {
    signature: '(input_, begin, size, name=None)',
    op: 'slice',
    arguments: (p) => ({ inputs: p['input_'], start_indices: p['begin'], shape: p['size'] }),
  },
  'nn.depth_to_space': {
    signature: '(input, block_size, data_format=None, name=None)',
    op: 'depth_to_space',
    arguments: (p) => given({ x: p['input'], block_size: p['block_size'], data_format: p['data_format'] }),
  },
  'nn.space_to_depth': {
    signature: '(input, block_size, data_format=None, name=None)',
    op: 'space_to_depth',
    arguments: (p) => given({ x: p['input'], block_size: p['block_size'], data_format: p['data_format'] }),
  },
  'image.extract_patches': patches,
  'image.extract_image_patches': patches,
  'image.resize': resize('bilinear'),
  'image.resize_images': resize('bilinear'),
  'image.resize_bilinear': resize('bilinear'),
  'image.resize_nearest_neighbor': resize('nearest'),
  'image.resize_bicubic': resize('bicubic'),
};

const BARE = new Set([
  'reduce_mean',
  'reduce_sum',
  'reduce_max',
  'reduce_min',
  'reduce_prod',
  'reduce_any',
  'reduce_all',
  'reduce_logsumexp',
  'argmax',
  'argmin',
  'cumsum',
  'cumprod',
  'norm',
  'one_hot',
  'split',
  'concat',
  'stack',
  'unstack',
  'pad',
  'tile',
  'transpose',
  'reshape',
  'expand_dims',
  'squeeze',
  'matmul',
  'tensordot',
  'gather',
  'cast',
  'where',
  'broadcast_to',
  'slice',
]);
const ALSO: Readonly<Record<string, string>> = {
  'linalg.matmul': 'matmul',
  depth_to_space: 'nn.depth_to_space',
  space_to_depth: 'nn.space_to_depth',
  'math.softmax': 'nn.softmax',
  batch_matmul: 'matmul',
};

function resize(method: string): Twin {
  return {
    signature: `(images, size, method='${method}', preserve_aspect_ratio=False, antialias=False, name=None, align_corners=False, **kwargs)`,
    op: 'resize',
    arguments: (p, machine) => ({
      x: p['images'],
      // One side may then stay shorter than asked for.
      size:
        p['preserve_aspect_ratio'].kind === 'none' || machine.truth(p['preserve_aspect_ratio']) === false
          ? p['size']
          : machine.unknown('the size follows the picture (preserve_aspect_ratio)'),
      interpolation: ['str', 'unknown'].includes(p['method'].kind)
        ? p['method']
        : { kind: 'str', value: method },
    }),
  };
}

const isLength = (value: Value): boolean => value.kind === 'int' || value.kind === 'symbolic';
const itemsOf = (value: Value | undefined): readonly Value[] | undefined =>
  value !== undefined && (value.kind === 'tuple' || (value.kind === 'list' && value.tail === null))
    ? value.items
    : undefined;

/** Lengths put together to a shape stay lengths: `tf.stack([tf.shape(x)[0], 7, 7, 64])`. */
const LENGTHS: Readonly<Record<string, (params: Params) => Value | undefined>> = {
  stack: (p) => {
    const items = itemsOf(p['values']);
    return items !== undefined && items.length > 0 && items.every(isLength) ? tuple(items) : undefined;
  },
  concat: (p) => {
    const parts = itemsOf(p['values'])?.map(itemsOf);
    if (parts === undefined || parts.length === 0) return undefined;
    const all = parts.flatMap((part) => part ?? []);
    return parts.every((part) => part?.every(isLength)) && all.some((item) => item.kind === 'symbolic')
      ? tuple(all)
      : undefined;
  },
  unstack: (p) => {
    const items = itemsOf(p['value']);
    return items !== undefined && items.length > 0 && items.every(isLength) ? list([...items]) : undefined;
  },
};

/** The function `tf.<name>`; undefined where Keras' twin takes the same arguments. */
export function tensorflowOp(recorder: Recorder, name: string): NativeFunction | undefined {
  const key = ALSO[name] ?? name;
  const twin = TWINS[key];
  const lengths = LENGTHS[key];
  if (twin === undefined || (!key.includes('.') && !BARE.has(key))) return undefined;
  const last = key.split('.').pop()!;
  const definition = twin.type === undefined ? undefined : opDefinition(twin.op);
  const own = definition && opFunction({ ...definition, type: twin.type! }, last);
  const names = [...twin.signature.matchAll(/[(,] *(\w+)/g)].map(([, parameter]) => parameter);
  return fn(`${last}${twin.signature}`, (machine, params, args) => {
    const plain = lengths?.(params);
    if (plain !== undefined) return plain;
    const op = own ?? opsLookup(recorder, twin.op);
    if (op === undefined || op.kind !== 'native') return machine.unknown(`tf.${name} is not modelled`);
    const read = new Set<string>();
    const watched = new Proxy(params, {
      get(target, key: string) {
        read.add(key);
        return target[key];
      },
    });
    const first = recorder.graph.nodes.length;
    const result = machine.call(op, withRanges(twin.arguments(watched, machine), params, args));
    const dropped = names.filter(
      (parameter, i) => !read.has(parameter) && isGiven(args, parameter, i, params),
    );
    if (dropped.length > 0)
      for (const node of recorder.graph.nodes.slice(first)) node.given = { ...node.given, dropped };
    return result;
  });
}

/** Arguments that have no influence on what is computed. */
const WITHOUT_EFFECT = new Set(['name', 'use_cudnn_on_gpu', 'validate_indices', 'partition_strategy']);

/** Whether the call states an argument other than None or False. */
function isGiven(args: CallArgs, parameter: string, place: number, params: Params): boolean {
  if (WITHOUT_EFFECT.has(parameter) || (!args.keywords.has(parameter) && place >= args.positional.length))
    return false;
  const value = params[parameter];
  return value !== undefined && value.kind !== 'none' && !(value.kind === 'bool' && !value.value);
}

/** The arguments as keywords, each with the place where its value stands in the call. */
function withRanges(values: Readonly<Record<string, Value>>, _params: Params, args: CallArgs): CallArgs {
  const all = [...args.positional, ...args.keywords.values()];
  const keywords = new Map(
    Object.entries(values).map(
      ([key, value]) =>
        [
          key,
          { value, range: all.find((arg) => arg.value === value)?.range ?? null, nameRange: null },
        ] as const,
    ),
  );
  return { positional: [], keywords, openPositional: null, openKeywords: null, range: args.range };
}

/** TensorFlow's names of the first operand where Keras says `x`, and of the second. */
const FIRST = [
  'features',
  'logits',
  'input',
  'input_tensor',
  'tensor',
  'a',
  't',
  'value',
  'values',
  'labels',
];
const SECOND = ['y', 'b'];

/** An operation of Keras as TensorFlow's function of the same meaning: its operands may come by TensorFlow's names. */
export function renamed(op: NativeFunction, name: string): NativeFunction {
  const definition = opDefinition(name);
  if (definition === undefined) return op;
  const own = definition.signature
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim().split('=')[0]);
  const [first, second] = own;
  return native(op.name, (machine, args) => {
    const wrong = [...args.keywords.keys()].some((key) => !own.includes(key));
    if (!wrong) return machine.call(op, args);
    const keywords = new Map(
      [...args.keywords].map(([key, arg]) => {
        if (own.includes(key)) return [key, arg] as const;
        if (second === 'x2' && (key === 'x' || key === 'a')) return [first, arg] as const;
        if (second === 'x2' && SECOND.includes(key)) return [second, arg] as const;
        return [args.positional.length === 0 && FIRST.includes(key) ? first : key, arg] as const;
      }),
    );
    return machine.call(op, { ...args, keywords });
  });
}
