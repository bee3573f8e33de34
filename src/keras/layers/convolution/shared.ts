/** What all convolutions share: argument checks, windows per axis, output shape, and Keras' complaints about them. */
import type { AxisWindow, Dim, Known, Shape } from '../../../graph/graph';
import { isUnknown } from '../../../graph/graph';
import {
  argumentError,
  intOf,
  requireActivation,
  requireDataFormat,
  requireNames,
  requirePadding,
  requireTuple,
  type PaddingName,
} from '../../arguments';
import { KerasError, type Config, type TensorSpec } from '../../definition';
import { ceilDivideDim, isKnownRank, unknownDim } from '../../dims';
import { convWindow } from '../../geometry';
import { argumentText, arrayText, tupleText } from '../../pythonText';
import { dimsOfRank, joinLayout, splitLayout } from '../shared';

/** The numbers of a window along each spatial axis; null where not known. */
export interface WindowNumbers {
  readonly kernel: readonly Known<number>[];
  readonly strides: readonly Known<number>[];
  readonly dilation: readonly Known<number>[];
  readonly padding: PaddingName | 'unknown';
}

const NUMBERS = 'windowNumbers';

/** Reads the window arguments without checking them; once per layer, for several of its rules ask. */
export function windowNumbers(config: Config, rank: number): WindowNumbers {
  let made = config.memo.get(NUMBERS) as WindowNumbers | undefined;
  if (made === undefined || made.kernel.length !== rank)
    config.memo.set(NUMBERS, (made = readNumbers(config, rank)));
  return made;
}

function readNumbers(config: Config, rank: number): WindowNumbers {
  const padding = config.value('padding');
  const name = padding.kind === 'str' ? padding.value.toLowerCase() : 'unknown';
  return {
    kernel: config.ints('kernel_size', rank),
    strides: config.ints('strides', rank),
    dilation: config.ints('dilation_rate', rank),
    padding: name === 'valid' || name === 'same' || name === 'causal' ? name : 'unknown',
  };
}

/** Checks common to every convolution's constructor, in Keras' order. */
export function checkWindowArguments(
  config: Config,
  rank: number,
  names: readonly string[],
  allowCausal = false,
): void {
  requireTuple(config, 'kernel_size', rank);
  requireTuple(config, 'strides', rank);
  requireTuple(config, 'dilation_rate', rank);
  requirePadding(config, allowCausal);
  requireDataFormat(config);
  requireActivation(config);
  requireNames(config, ...names);
}

/** A count (`filters`, `depth_multiplier`, `groups`) must be positive; a float is not noticed here. */
export function requirePositive(config: Config, name: string, keras: (text: string) => string): void {
  const value = config.value(name);
  if (config.kerasVersion === 3 && ['list', 'tuple', 'dict', 'set', 'str'].includes(value.kind)) {
    const text = argumentText(config, name);
    argumentError(
      `${name.replace(/_/g, '-')}-invalid`,
      name,
      `\`${name}\` must be an integer, not ${text}.`,
      `'<=' not supported between instances of '${value.kind}' and 'int'`,
      { received: text },
      'TypeError',
    );
  }
  const count = intOf(value, config);
  if (count === null || count > 0) return;
  const text = argumentText(config, name);
  argumentError(
    `${name.replace(/_/g, '-')}-invalid`,
    name,
    `\`${name}\` must be positive, not ${text}.`,
    keras(text),
    { received: count },
  );
}

/** Keras notices a wrong `filters` when it makes the kernel: a float, a string, None. */
export function requireWholeCount(config: Config, name: string): void {
  const value = config.value(name);
  if (
    config.kerasVersion === 2 ||
    (value.kind !== 'float' && value.kind !== 'str' && value.kind !== 'none' && value.kind !== 'tuple')
  )
    return;
  const text = argumentText(config, name);
  argumentError(
    `${name.replace(/_/g, '-')}-invalid`,
    name,
    `\`${name}\` must be an integer, not ${text}.`,
    `Cannot convert '(…, ${text})' to a shape. Found invalid dimension '${text}' of type '<class '${value.kind === 'none' ? 'NoneType' : value.kind}'>'.`,
    { received: text, isFloat: value.kind === 'float' },
  );
}

export function checkStridesAgainstDilation(config: Config, rank: number): void {
  const { strides, dilation } = windowNumbers(config, rank);
  if (!strides.some((n) => n !== null && n > 1) || !dilation.some((n) => n !== null && n > 1)) return;
  const argument = config.given('dilation_rate') ? 'dilation_rate' : 'strides';
  argumentError(
    'strides-with-dilation',
    argument,
    'A convolution can have strides or dilation, not both.',
    `\`strides > 1\` not supported in conjunction with \`dilation_rate > 1\`. Received: strides=${tupleText(strides)} and dilation_rate=${tupleText(dilation)}`,
    { strides: [...strides], dilation: [...dilation] },
  );
}

export interface ConvShape {
  readonly axes: readonly AxisWindow[];
  readonly shape: Shape;
  /** Channels of the input. */
  readonly channels: Dim;
  readonly channelsFirst: boolean;
}

/**
 * Windows and output shape of a convolution over `input` with `filters` output channels. Raises KerasError for a wrong
 * rank or an output without elements, unless `lenient` (after an error: such an axis then gets the length of `same`).
 */
export function convShape(
  config: Config,
  rank: number,
  input: TensorSpec,
  filters: Dim,
  lenient = false,
): ConvShape {
  const numbers = windowNumbers(config, rank);
  const format = config.channelsFirst();
  const channelsFirst = format === true;
  const dims = dimsOfRank(input.shape, rank + 2);
  if (dims.length !== rank + 2) {
    if (lenient) return wrongRank(rank, dims, filters, channelsFirst);
    const channels = dims[channelsFirst ? 1 : dims.length - 1];
    throw new KerasError(
      'input-rank',
      `A ${rank}-D convolution takes inputs of ${rank + 2} axes (batch, ${channelsFirst ? 'channels, ' : ''}${['steps', 'height, width', 'depth, height, width'][rank - 1]}${channelsFirst ? '' : ', channels'}), but the input ${tupleText(dims)} has ${dims.length}.`,
      `Kernel shape must have the same length as input, but received kernel of shape ${tupleText([...numbers.kernel, channels, filters])} and input of shape ${tupleText(dims)}.`,
      { input: 0, facts: { expected: rank + 2, found: dims.length } },
    );
  }
  const layout = splitLayout(dims, channelsFirst);
  if (format === null) {
    const reason = 'the data format is not known';
    const spatial = layout.spatial.map(() => unknownDim(reason));
    return {
      axes: axesOf(numbers, spatial),
      shape: [layout.batch, ...spatial, unknownDim(reason)],
      channels: unknownDim(reason),
      channelsFirst,
    };
  }
  const axes = axesOf(numbers, layout.spatial);
  const empty = axes.some((axis) => typeof axis.output === 'number' && axis.output <= 0);
  // Keras checks "valid" only; "same" of an empty axis stays empty.
  if (empty && numbers.padding === 'valid' && !lenient)
    throw windowTooLarge(dims, layout.channels, filters, numbers, axes);
  const spatial = axes.map((axis) =>
    typeof axis.output === 'number' && axis.output <= 0 && numbers.padding === 'valid'
      ? ceilDivideDim(axis.input, axis.stride ?? 1)
      : axis.output,
  );
  return {
    axes,
    shape: joinLayout({ batch: layout.batch, spatial, channels: filters }, channelsFirst),
    channels: layout.channels,
    channelsFirst,
  };
}

function axesOf(numbers: WindowNumbers, spatial: readonly Dim[]): AxisWindow[] {
  return spatial.map((input, i) =>
    convWindow({
      input,
      kernel: numbers.kernel[i],
      stride: numbers.strides[i],
      dilation: numbers.dilation[i],
      padding: numbers.padding,
    }),
  );
}

function wrongRank(rank: number, dims: readonly Dim[], filters: Dim, channelsFirst: boolean): ConvShape {
  const lost = unknownDim('the input has the wrong number of axes');
  const spatial = Array.from({ length: rank }, () => lost);
  return {
    axes: [],
    shape: joinLayout({ batch: dims[0] ?? lost, spatial, channels: filters }, channelsFirst),
    channels: lost,
    channelsFirst,
  };
}

function windowTooLarge(
  dims: readonly Dim[],
  channels: Dim,
  filters: Dim,
  numbers: WindowNumbers,
  axes: readonly AxisWindow[],
): KerasError {
  const spatial = axes.map((axis) => axis.input);
  const worst = axes.findIndex((axis) => typeof axis.output === 'number' && axis.output <= 0);
  const spans = axes.map((axis) =>
    axis.kernel === null || axis.dilation === null ? null : axis.dilation * (axis.kernel - 1) + 1,
  );
  return new KerasError(
    'window-too-large',
    `The window ${sizesText(spans)} is larger than the input ${sizesText(spatial)}: nothing would be left.`,
    'Computed output size would be zero or negative. Received ' +
      `\`inputs shape=${tupleText(dims)}\`, \`kernel shape=${tupleText([...numbers.kernel, channels, filters])}\`, ` +
      `\`dilation_rate=${arrayText(numbers.dilation)}\`, \`strides=${tupleText(numbers.strides)}\`, \`padding=${numbers.padding}\`.`,
    {
      argument: 'kernel_size',
      input: 0,
      facts: {
        axis: worst,
        span: [...spans],
        input: spatial.map((dim) => (typeof dim === 'number' ? dim : null)),
      },
    },
  );
}

/** `3×3`, with `?` for what is not known. */
export function sizesText(sizes: readonly (Dim | Known<number>)[]): string {
  return sizes
    .map((size) =>
      size === null || (typeof size === 'object' && isUnknown(size))
        ? '?'
        : typeof size === 'object'
          ? 'None'
          : String(size),
    )
    .join('×');
}

/** Channels of the input for building weights; raises when they are open. */
export function buildChannels(config: Config, rank: number, input: TensorSpec): Dim {
  const format = config.channelsFirst();
  if (format === null) return unknownDim('the data format is not known');
  const dims = dimsOfRank(input.shape, rank + 2);
  return isKnownRank(dims) && dims.length >= 2
    ? dims[format ? 1 : dims.length - 1]
    : unknownDim('the input has too few axes');
}
