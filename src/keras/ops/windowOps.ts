/** Convolutions and pools as functions (`tf.nn.conv2d`, `keras.ops.max_pool`, …), through the one window geometry. */
import type { Dim, Known, Unknown, WeightId } from '../../graph/graph';
import type { Value } from '../../python/values';
import { KerasError, type TensorRef } from '../definition';
import { formatShape, isKnownRank, mulDim, unknownDim } from '../dims';
import { convWindow, transposedWindow, type PaddingMode } from '../geometry';
import type { Recorder } from '../model/recorder';
import { tensorDataOf } from '../model/structure';
import { valueToShape } from '../model/shapes';
import { lostResult, type OpContext, type OpDefinition } from './opFunction';
import type { OpResult } from './record';

/** Numbers per spatial axis from an int, one per axis, or TensorFlow's list with batch and channels; null: not known. */
function perAxis(value: Value, rank: number, channelsFirst: boolean, fallback: number): Known<number>[] {
  if (value.kind === 'none') return Array.from({ length: rank }, () => fallback);
  if (value.kind === 'int') return Array.from({ length: rank }, () => value.value);
  if (value.kind !== 'tuple' && value.kind !== 'list') return Array.from({ length: rank }, () => null);
  const numbers = value.items.map((item) => (item.kind === 'int' ? item.value : null));
  if (numbers.length === rank + 2) return channelsFirst ? numbers.slice(2) : numbers.slice(1, -1);
  if (numbers.length === rank) return numbers;
  return Array.from({ length: rank }, () => (numbers.length === 1 ? numbers[0] : null));
}

type Padding = PaddingMode | readonly { readonly before: Known<number>; readonly after: Known<number> }[];

function paddingOf(value: Value, rank: number, channelsFirst: boolean): Padding {
  if (value.kind === 'str') {
    const name = value.value.toLowerCase();
    return name === 'same' || name === 'valid' || name === 'causal' ? name : 'unknown';
  }
  if ((value.kind === 'list' || value.kind === 'tuple') && value.items.length === rank + 2) {
    const pairs = (channelsFirst ? value.items.slice(2) : value.items.slice(1, -1)).map((item) =>
      (item.kind === 'list' || item.kind === 'tuple') && item.items.length === 2 ? item.items : [],
    );
    return pairs.map((pair) => ({
      before: pair[0]?.kind === 'int' ? pair[0].value : null,
      after: pair[1]?.kind === 'int' ? pair[1].value : null,
    }));
  }
  return 'unknown';
}

/** `channels_first`, or without a word what the program has set. */
const isFirst = (value: Value, recorder: Recorder): boolean =>
  (value.kind === 'none' && recorder.channelsFirstDefault) ||
  (value.kind === 'str' && (value.value === 'channels_first' || value.value.startsWith('NC')));

interface ConvOptions {
  /** Number of spatial axes; null: from the input's rank. */
  readonly rank: number | null;
  readonly depthwise?: boolean;
  readonly type: string;
}

/** `conv(inputs, kernel, strides, padding, data_format, dilation_rate)`; kernels are `[k…, in/groups, out]`. */
function convolution({ rank: given, depthwise = false, type }: ConvOptions): OpDefinition {
  return {
    signature: "(inputs, kernel, strides=1, padding='valid', data_format=None, dilation_rate=None)",
    type,
    inputs: ['inputs', 'kernel'],
    compute: (context) => {
      const x = ranked(context.tensor('inputs'), given);
      const kernel = context.tensor('kernel');
      if (x === undefined || kernel === undefined || !isKnownRank(x.shape))
        return lostResult('the input of this convolution is not known', x?.dtype ?? null);
      const rank = given ?? x.shape.length - 2;
      const { params } = context;
      const first = isFirst(params['data_format'], context.recorder);
      if (x.shape.length !== rank + 2) {
        throw new KerasError(
          'input-rank',
          `a ${rank}-D convolution takes ${rank + 2} axes (batch included), but the input ${formatShape(x.shape)} has ${x.shape.length}`,
          null,
          { callArgument: 'inputs', facts: { rank: x.shape.length, expected: rank + 2 } },
        );
      }
      const k: readonly Dim[] =
        isKnownRank(kernel.shape) && kernel.shape.length === rank + 2
          ? kernel.shape
          : Array.from({ length: rank + 2 }, () => unknownDim('the kernel is not known'));
      const channels = first ? x.shape[1] : x.shape[rank + 1];
      const spatial = first ? x.shape.slice(2) : x.shape.slice(1, -1);
      const strides = perAxis(params['strides'], rank, first, 1);
      const dilation = perAxis(params['dilation_rate'], rank, first, 1);
      const padding = paddingOf(params['padding'], rank, first);
      const axes = spatial.map((input, i) =>
        convWindow({
          input,
          kernel: num(k[i]),
          stride: strides[i],
          dilation: dilation[i],
          padding: typeof padding === 'string' ? padding : (padding[i] ?? 'unknown'),
        }),
      );
      checkFit(context, x.shape, axes);
      const inKernel = k[rank];
      const multiplier = k[rank + 1];
      const out = depthwise ? times(channels, multiplier) : multiplier;
      if (
        typeof channels === 'number' &&
        typeof inKernel === 'number' &&
        (depthwise ? channels !== inKernel : inKernel > 0 && channels % inKernel !== 0)
      ) {
        throw new KerasError(
          'conv-channels',
          `the input has ${channels} channels, but the kernel ${formatShape(kernel.shape)} takes ${inKernel}`,
          `The depth of the input (${channels}) must be a multiple of the depth of the kernel (${inKernel})`,
          {
            callArgument: 'kernel',
            facts: { channels, kernel: inKernel },
          },
        );
      }
      const dims = first
        ? [x.shape[0], out, ...axes.map((axis) => axis.output)]
        : [x.shape[0], ...axes.map((axis) => axis.output), out];
      const groups =
        typeof channels === 'number' && typeof inKernel === 'number' && inKernel > 0
          ? channels / inKernel
          : null;
      return {
        outputs: [{ shape: dims, dtype: x.dtype }],
        weights: weightsOf(context, 'kernel'),
        primitive: {
          op: 'conv',
          axes,
          transposed: false,
          depthwise,
          depthMultiplier: depthwise ? num(multiplier) : null,
          groups: depthwise ? num(channels) : groups,
          inChannels: num(channels),
          outChannels: num(out),
          channelsFirst: first,
          useBias: false,
          activation: 'linear',
        },
      };
    },
  };
}

/** A tensor of unknown rank as the window needs it: an operation over two spatial axes takes four, whatever they are. */
function ranked(x: TensorRef | undefined, rank: number | null): TensorRef | undefined {
  if (x === undefined || rank === null || isKnownRank(x.shape)) return x;
  const { reason } = x.shape as Unknown;
  return { ...x, shape: Array.from({ length: rank + 2 }, () => unknownDim(reason)) };
}

function num(dim: Dim): Known<number> {
  return typeof dim === 'number' ? dim : null;
}

function times(a: Dim, b: Dim): Dim {
  return typeof b === 'number' ? mulDim(a, b) : b;
}

function weightsOf(context: OpContext, name: string): WeightId[] {
  const weight = tensorDataOf(context.params[name])?.weight;
  return weight === undefined ? [] : [weight];
}

function checkFit(
  context: OpContext,
  shape: readonly Dim[],
  axes: readonly { readonly output: Dim; readonly kernel: Known<number>; readonly input: Dim }[],
): void {
  const bad = axes.find((axis) => typeof axis.output === 'number' && axis.output <= 0);
  if (bad === undefined) return;
  throw new KerasError(
    'conv-window-too-large',
    `a window of ${bad.kernel} does not fit the input ${formatShape(shape)}`,
    `Negative dimension size caused by subtracting ${bad.kernel} from ${typeof bad.input === 'number' ? bad.input : '?'}`,
    { callArgument: 'inputs', facts: { kernel: bad.kernel, input: num(bad.input) } },
  );
}

/** `conv_transpose(inputs, kernel, strides, padding, output_padding, …)`; kernels are `[k…, out, in]`. */
const convTranspose = (rank: number | null): OpDefinition => ({
  signature:
    "(inputs, kernel, strides=1, padding='valid', output_padding=None, data_format=None, dilation_rate=None, output_shape=None)",
  type: 'ConvTranspose',
  inputs: ['inputs', 'kernel'],
  compute: (context) => {
    const kernel = context.tensor('kernel');
    const x = ranked(
      context.tensor('inputs'),
      kernel !== undefined && isKnownRank(kernel.shape) ? kernel.shape.length - 2 : rank,
    );
    if (x === undefined || kernel === undefined || !isKnownRank(x.shape))
      return lostResult('the input of this convolution is not known', x?.dtype ?? null);
    const spatialRank = rank ?? x.shape.length - 2;
    const { params } = context;
    const first = isFirst(params['data_format'], context.recorder);
    const k: readonly Dim[] =
      isKnownRank(kernel.shape) && kernel.shape.length === spatialRank + 2
        ? kernel.shape
        : Array.from({ length: spatialRank + 2 }, () => unknownDim('the kernel is not known'));
    const strides = perAxis(params['strides'], spatialRank, first, 1);
    const padding = paddingOf(params['padding'], spatialRank, first);
    const mode = padding === 'same' || padding === 'valid' ? padding : 'unknown';
    const spatial = first ? x.shape.slice(2) : x.shape.slice(1, -1);
    const stated = params['output_shape'].kind === 'none' ? undefined : valueToShape(params['output_shape']);
    const dilation = perAxis(params['dilation_rate'], spatialRank, first, 1);
    const outputPadding =
      params['output_padding'].kind === 'none'
        ? undefined
        : perAxis(params['output_padding'], spatialRank, first, 0);
    const axes = spatial.map((input, i) =>
      transposedWindow({
        input,
        kernel: num(k[i]),
        stride: strides[i],
        padding: mode,
        dilation: dilation[i],
        ...(outputPadding === undefined ? {} : { outputPadding: outputPadding[i] }),
      }),
    );
    const out = k[spatialRank];
    const channels = first ? x.shape[1] : x.shape[spatialRank + 1];
    const lengths = axes.map((axis) => axis.output);
    const dims = first ? [x.shape[0], out, ...lengths] : [x.shape[0], ...lengths, out];
    const given = params['output_shape'].kind !== 'none';
    const shape =
      stated !== undefined && isKnownRank(stated) && stated.length === dims.length
        ? stated
        : given
          ? // TensorFlow takes the lengths from `output_shape`: what follows from the window alone is one of several.
            dims.map((dim, axis) =>
              axis === (first ? 1 : dims.length - 1) ? dim : unknownDim('the output_shape is not known'),
            )
          : dims;
    return {
      outputs: [{ shape, dtype: x.dtype }],
      weights: weightsOf(context, 'kernel'),
      primitive: {
        op: 'conv',
        axes,
        transposed: true,
        depthwise: false,
        depthMultiplier: null,
        groups: 1,
        inChannels: num(channels),
        outChannels: num(out),
        channelsFirst: first,
        useBias: false,
        activation: 'linear',
      },
    };
  },
});

function pool(rank: number | null, mode: 'max' | 'average'): OpDefinition {
  return {
    signature: "(inputs, pool_size, strides=None, padding='valid', data_format=None, **kwargs)",
    type: mode === 'max' ? 'MaxPool' : 'AveragePool',
    inputs: ['inputs'],
    compute: (context) => {
      const poolSize = context.params['pool_size'];
      const listed = poolSize.kind === 'list' || poolSize.kind === 'tuple' ? poolSize.items.length : 0;
      // TensorFlow's lists have an entry for every axis.
      const x = ranked(context.tensor('inputs'), rank ?? (listed >= 4 ? listed - 2 : null));
      if (x === undefined || !isKnownRank(x.shape))
        return lostResult('the input of this pool is not known', x?.dtype ?? null);
      const spatialRank = rank ?? x.shape.length - 2;
      const { params } = context;
      const first = isFirst(params['data_format'], context.recorder);
      const size = perAxis(params['pool_size'], spatialRank, first, 2);
      const strides =
        params['strides'].kind === 'none' ? size : perAxis(params['strides'], spatialRank, first, 1);
      const padding = paddingOf(params['padding'], spatialRank, first);
      const spatial = first ? x.shape.slice(2) : x.shape.slice(1, -1);
      const axes = spatial.map((input, i) =>
        convWindow({
          input,
          kernel: size[i],
          stride: strides[i],
          padding: typeof padding === 'string' ? padding : (padding[i] ?? 'unknown'),
        }),
      );
      checkFit(context, x.shape, axes);
      const lengths = axes.map((axis) => axis.output);
      const dims = first
        ? [x.shape[0], x.shape[1], ...lengths]
        : [x.shape[0], ...lengths, x.shape[spatialRank + 1]];
      return {
        outputs: [{ shape: dims, dtype: x.dtype }],
        primitive: { op: 'pool', mode, axes, channelsFirst: first } satisfies OpResult['primitive'],
      };
    },
  };
}

/** Every window's values beside each other on the channel axis (`keras/src/ops/image.py`, `tf.image.extract_patches`). */
const extractPatches: OpDefinition = {
  signature: "(images, size, strides=None, dilation_rate=1, padding='valid', data_format=None)",
  type: 'ExtractPatches',
  inputs: ['images'],
  compute: (context) => {
    const x = context.tensor('images');
    if (x === undefined || !isKnownRank(x.shape) || x.shape.length < 3)
      return lostResult('the image that is cut into patches is not known', x?.dtype ?? null);
    const rank = x.shape.length <= 4 ? 2 : 3;
    const batch = x.shape.slice(0, x.shape.length - rank - 1);
    const { params } = context;
    const first = isFirst(params['data_format'], context.recorder);
    const size = perAxis(params['size'], rank, first, 1);
    const strides = params['strides'].kind === 'none' ? size : perAxis(params['strides'], rank, first, 1);
    const dilation = perAxis(params['dilation_rate'], rank, first, 1);
    const padding = paddingOf(params['padding'], rank, first);
    const inner = x.shape.slice(batch.length);
    const channels = first ? inner[0] : inner[rank];
    const axes = (first ? inner.slice(1) : inner.slice(0, rank)).map((input, i) =>
      convWindow({
        input,
        kernel: size[i],
        stride: strides[i],
        dilation: dilation[i],
        padding: typeof padding === 'string' ? padding : 'unknown',
      }),
    );
    const window = size.reduce<Dim>(
      (all, length) => times(all, length ?? unknownDim('the size of the patches is not known')),
      1,
    );
    const out = times(channels, window);
    const lengths = axes.map((axis) => axis.output);
    return {
      outputs: [{ shape: first ? [...batch, out, ...lengths] : [...batch, ...lengths, out], dtype: x.dtype }],
      primitive: { op: 'opaque', reason: 'cuts its input into patches' },
    };
  },
};

export const windowOps: Readonly<Record<string, OpDefinition>> = {
  conv: convolution({ rank: null, type: 'Conv' }),
  conv1d: convolution({ rank: 1, type: 'Conv' }),
  conv2d: convolution({ rank: 2, type: 'Conv' }),
  conv3d: convolution({ rank: 3, type: 'Conv' }),
  depthwise_conv: convolution({ rank: null, depthwise: true, type: 'DepthwiseConv' }),
  depthwise_conv2d: convolution({ rank: 2, depthwise: true, type: 'DepthwiseConv' }),
  conv_transpose: convTranspose(null),
  extract_patches: extractPatches,
  max_pool: pool(null, 'max'),
  average_pool: pool(null, 'average'),
  max_pool2d: pool(2, 'max'),
  average_pool2d: pool(2, 'average'),
};
