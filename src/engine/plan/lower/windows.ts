/** Lowers what moves a window: convolutions, pooling, adaptive pooling. Geometry comes from `keras/geometry.ts` alone. */
import type { AxisWindow } from '../../../graph/graph';
import { convWindow, transposedWindow } from '../../../keras/geometry';
import { sizeOf, type WindowAxis } from '../../ops';
import { adaptiveBin } from '../../reference/algebra';
import { CannotRun, type PlanTensor } from '../plan';
import { channelsLast, known, type LowerContext, type PrimitiveOf } from './context';

/** The window with the input length of this run. */
export function bindWindow(axis: AxisWindow, input: number, transposed: boolean): WindowAxis {
  const { kernel, stride, dilation } = axis;
  if (axis.padding === 'unknown') throw new CannotRun('its padding is not known');
  const bound = transposed
    ? transposedWindow({
        input,
        kernel,
        stride,
        dilation,
        padding: axis.padding === 'same' ? 'same' : 'valid',
        outputPadding: axis.outputPadding ?? null,
      })
    : convWindow({
        input,
        kernel,
        stride,
        dilation,
        padding:
          axis.padding === 'explicit' ? { before: axis.padBefore, after: axis.padAfter } : axis.padding,
      });
  if (typeof bound.output !== 'number') throw new CannotRun('its window is not known');
  if (bound.output <= 0) throw new CannotRun(`its window does not fit the input (length ${input})`);
  return {
    input,
    output: bound.output,
    kernel: known(kernel, 'the kernel size'),
    stride: known(stride, 'the stride'),
    dilation: known(dilation, 'the dilation rate'),
    padBefore: known(bound.padBefore, 'the padding'),
  };
}

export function lowerConv(context: LowerContext, primitive: PrimitiveOf<'conv'>): PlanTensor[] {
  if (primitive.unshared) throw new CannotRun('a convolution with unshared weights cannot be computed here');
  const { builder } = context;
  const result = channelsLast(builder, primitive.channelsFirst, context.x, (x) => {
    const rank = primitive.axes.length;
    if (x.shape.length !== rank + 2)
      throw new CannotRun(`it needs an input of ${rank + 2} axes and gets (${x.shape.join(', ')})`);
    const axes = primitive.axes.map((axis, d) => bindWindow(axis, x.shape[d + 1], primitive.transposed));
    const inChannels = x.shape[rank + 1];
    const multiplier = primitive.depthwise ? known(primitive.depthMultiplier, 'the depth multiplier') : 1;
    const outChannels = primitive.depthwise
      ? inChannels * multiplier
      : known(primitive.outChannels, 'the number of filters');
    const groups = primitive.depthwise
      ? 1
      : primitive.transposed
        ? 1
        : known(primitive.groups, 'the number of groups');
    if (inChannels % groups !== 0 || outChannels % groups !== 0)
      throw new CannotRun('its channels do not divide into its groups');
    const kernelShape = [
      ...axes.map((axis) => axis.kernel),
      ...(primitive.depthwise
        ? [inChannels, multiplier]
        : primitive.transposed
          ? [outChannels, inChannels]
          : [inChannels / groups, outChannels]),
    ];
    const kernel = context.weight('kernel', kernelShape);
    const bias = primitive.useBias ? [context.weight('bias', [outChannels])] : [];
    const op = {
      kind: 'conv',
      n: x.shape[0],
      axes,
      inChannels,
      outChannels,
      groups,
      depthwise: primitive.depthwise,
      transposed: primitive.transposed,
      bias: primitive.useBias,
      epilogue: null,
    } as const;
    return builder.emit(
      op,
      [x, kernel, ...bias],
      [x.shape[0], ...axes.map((axis) => axis.output), outChannels],
    );
  });
  if (primitive.activation === 'softmax' && primitive.channelsFirst)
    throw new CannotRun('softmax over channels-first maps cannot be computed here');
  return [context.activate(result, primitive.activation)];
}

export function lowerPool(context: LowerContext, primitive: PrimitiveOf<'pool'>): PlanTensor[] {
  const { builder } = context;
  return [
    channelsLast(builder, primitive.channelsFirst, context.x, (x) => {
      const rank = primitive.axes.length;
      if (x.shape.length !== rank + 2)
        throw new CannotRun(`it needs an input of ${rank + 2} axes and gets (${x.shape.join(', ')})`);
      const axes = primitive.axes.map((axis, d) => bindWindow(axis, x.shape[d + 1], false));
      const channels = x.shape[rank + 1];
      return builder.emit(
        { kind: 'pool', mode: primitive.mode, n: x.shape[0], axes, channels },
        [x],
        [x.shape[0], ...axes.map((axis) => axis.output), channels],
      );
    }),
  ];
}

export function lowerAdaptivePool(
  context: LowerContext,
  primitive: PrimitiveOf<'adaptivePool'>,
): PlanTensor[] {
  const { builder } = context;
  const outputs = primitive.outputSize.map((size) => known(size, 'the output size'));
  return [
    channelsLast(builder, primitive.channelsFirst, context.x, (x) => {
      const channels = x.shape[x.shape.length - 1];
      const inputs = x.shape.slice(1, -1);
      if (primitive.mode === 'max') {
        return builder.emit(
          { kind: 'adaptiveMax', n: x.shape[0], inputs, outputs, channels },
          [x],
          [x.shape[0], ...outputs, channels],
        );
      }
      return outputs.reduce(
        (tensor, bins, d) => resample(context, tensor, d + 1, adaptiveMatrix(inputs[d], bins), bins),
        x,
      );
    }),
  ];
}

/** Weights of the averages over bins, `[bins, length]`. */
function adaptiveMatrix(length: number, bins: number): Float32Array {
  const matrix = new Float32Array(bins * length);
  for (let o = 0; o < bins; o++) {
    const [from, to] = adaptiveBin(o, bins, length);
    matrix.fill(1 / (to - from), o * length + from, o * length + to);
  }
  return matrix;
}

/** Multiplies one axis by a matrix `[length after, length before]`. */
export function resample(
  context: LowerContext,
  x: PlanTensor,
  axis: number,
  matrix: Float32Array,
  length: number,
): PlanTensor {
  const { builder } = context;
  const before = x.shape[axis];
  const inner = sizeOf(x.shape.slice(axis + 1));
  const table = builder.constant([1, length, before], [], () => matrix);
  const flat = builder.reshape(x, [sizeOf(x.shape.slice(0, axis)), before, inner]);
  return builder.reshape(
    builder.matmul(table, flat),
    x.shape.map((size, d) => (d === axis ? length : size)),
  );
}
