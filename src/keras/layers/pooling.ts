/** Pooling: windows, global and adaptive. Sources: Keras `layers/pooling/base_pooling.py`, `base_global_pooling.py`, `base_adaptive_pooling.py`. */
import type { AxisWindow, Dim, Known, Shape } from '../../graph/graph';
import {
  argumentError,
  computeDtype,
  didYouMean,
  elementsOf,
  intOf,
  isPlainData,
  requireDataFormat,
  requireTuple,
} from '../arguments';
import { KerasError, type Config, type LayerDefinition, type TensorSpec } from '../definition';
import { ceilDivideDim, unknownDim } from '../dims';
import { convWindow } from '../geometry';
import { closest } from '../names';
import { argumentText, arrayText, tupleText } from '../pythonText';
import { signature } from '../signature';
import { sizesText } from './convolution/shared';
import { argumentDim, dimsOfRank, joinLayout, onlyInput, spec, splitLayout } from './shared';

function poolNumbers(config: Config, rank: number): { size: Known<number>[]; strides: Known<number>[] } {
  const size = config.ints('pool_size', rank);
  return { size, strides: config.isNone('strides') ? size : config.ints('strides', rank) };
}

/** Keras checks a pool's padding only when it is called, and takes lower case alone. */
function poolPadding(config: Config): 'valid' | 'same' | 'unknown' {
  const value = config.value('padding');
  if (isPlainData(value) || value.kind === 'none') {
    argumentError(
      'padding-name',
      'padding',
      '`padding` must be "valid" or "same".',
      `Argument \`padding\` must be either 'valid' or 'same'. Received: padding=${argumentText(config, 'padding')}`,
    );
  }
  if (value.kind !== 'str') return 'unknown';
  // Keras 2 took either case, as Keras 3's convolutions do.
  const name = config.kerasVersion === 2 ? value.value.toLowerCase() : value.value;
  if (name === 'valid' || name === 'same') return name;
  const suggestion = closest(value.value, ['valid', 'same']);
  argumentError(
    'padding-name',
    'padding',
    `"${value.value}" is no padding of a pooling layer${didYouMean(suggestion)}`,
    `Argument \`padding\` must be either 'valid' or 'same'. Received: padding=${value.value}`,
    { received: value.value, suggestion: suggestion ?? null },
  );
}

interface PoolShape {
  readonly axes: readonly AxisWindow[];
  readonly shape: Shape;
  readonly channelsFirst: boolean;
}

function poolShape(config: Config, rank: number, input: TensorSpec, lenient = false): PoolShape {
  const format = config.channelsFirst();
  const dims = dimsOfRank(input.shape, rank + 2);
  const lost = (reason: string): PoolShape => ({
    axes: [],
    shape: [dims[0] ?? unknownDim(reason), ...Array<Dim>(rank + 1).fill(unknownDim(reason))],
    channelsFirst: format === true,
  });
  if (format === null) return lost('the data format is not known');
  if (dims.length !== rank + 2) return lost('the input has the wrong number of axes');
  const { size, strides } = poolNumbers(config, rank);
  if (!lenient && strides.includes(0))
    argumentError(
      'tuple-argument',
      'strides',
      '`strides` must be positive: a window that does not move never ends.',
      'division by zero',
      { rank },
      'ZeroDivisionError',
    );
  const padding = lenient && config.string('padding') !== 'same' ? 'valid' : poolPadding(config);
  const layout = splitLayout(dims, format);
  const axes = layout.spatial.map((length, i) =>
    convWindow({ input: length, kernel: size[i], stride: strides[i], padding }),
  );
  const empty = axes.some((axis) => typeof axis.output === 'number' && axis.output <= 0);
  if (empty && padding === 'valid' && !lenient) throw poolTooLarge(dims, size, strides, axes);
  const spatial = axes.map((axis) =>
    typeof axis.output === 'number' && axis.output <= 0 && padding === 'valid'
      ? ceilDivideDim(axis.input, axis.stride || 1)
      : axis.output,
  );
  return { axes, shape: joinLayout({ ...layout, spatial }, format), channelsFirst: format };
}

function poolTooLarge(
  dims: readonly Dim[],
  size: readonly Known<number>[],
  strides: readonly Known<number>[],
  axes: readonly AxisWindow[],
): KerasError {
  const spatial = axes.map((axis) => axis.input);
  return new KerasError(
    'pool-too-large',
    `The pooling window ${sizesText(size)} is larger than the input ${sizesText(spatial)}: nothing would be left.`,
    `Computed output size would be zero or negative. Received: \`inputs.shape=${arrayText(dims)}\`, \`pool_size=${arrayText(size)}\`, \`strides=${tupleText(strides)}\`, \`padding=valid\`.`,
    {
      argument: 'pool_size',
      input: 0,
      facts: {
        span: [...size],
        input: spatial.map((dim) => (typeof dim === 'number' ? dim : null)),
        axis: axes.findIndex((axis) => typeof axis.output === 'number' && axis.output <= 0),
      },
    },
  );
}

function pool(mode: 'max' | 'average', rank: 1 | 2 | 3): LayerDefinition {
  const short = mode === 'max' ? 'Max' : 'Average';
  const twos = rank === 1 ? '2' : `(${Array(rank).fill('2').join(', ')})`;
  // AveragePooling has no default pool size in Keras 3; Keras 2 had 2.
  const parameters = (withDefault: boolean) =>
    signature(
      `pool_size${withDefault ? `=${twos}` : ''}, strides=None, padding='valid', data_format=None, name=None`,
    );
  return {
    name: `${short}Pooling${rank}D`,
    aliases: [`${mode === 'max' ? 'MaxPool' : 'AvgPool'}${rank}D`],
    parameters: parameters(mode === 'max'),
    configure(config) {
      requireTuple(config, 'pool_size', rank);
      if (!config.isNone('strides')) requireTuple(config, 'strides', rank, true);
      requireDataFormat(config);
    },
    inputSpec: () => ({ ndim: rank + 2 }),
    call(context) {
      const { config } = context;
      const { axes, shape, channelsFirst } = poolShape(config, rank, onlyInput(context));
      return {
        outputs: [spec(shape, computeDtype(config))],
        primitive: { op: 'pool', mode, axes, channelsFirst },
      };
    },
    fallback: (config, [input]) => [spec(poolShape(config, rank, input, true).shape, computeDtype(config))],
    keras2: { parameters: parameters(true) },
  };
}

function globalShape(config: Config, rank: number, input: TensorSpec): Shape {
  const format = config.channelsFirst();
  const keep = config.flag('keepdims');
  const dims = dimsOfRank(input.shape, rank + 2);
  if (dims.length !== rank + 2)
    return [
      dims[0] ?? unknownDim('the input has no axes'),
      unknownDim('the input has the wrong number of axes'),
    ];
  if (keep === null) return { kind: 'unknown', reason: 'whether axes are kept is not known' };
  const channels =
    format === null ? unknownDim('the data format is not known') : splitLayout(dims, format).channels;
  if (!keep) return [dims[0], channels];
  const spatial = Array<Dim>(rank).fill(format === null ? unknownDim('the data format is not known') : 1);
  return joinLayout({ batch: dims[0], spatial, channels }, format === true);
}

function globalPool(mode: 'max' | 'average', rank: 1 | 2 | 3): LayerDefinition {
  const short = mode === 'max' ? 'Max' : 'Average';
  return {
    name: `Global${short}Pooling${rank}D`,
    aliases: [`Global${mode === 'max' ? 'Max' : 'Avg'}Pool${rank}D`],
    parameters: signature('data_format=None, keepdims=False'),
    configure: requireDataFormat,
    inputSpec: () => ({ ndim: rank + 2 }),
    call(context) {
      const { config } = context;
      const input = onlyInput(context);
      const first = config.channelsFirst() === true ? 2 : 1;
      return {
        outputs: [spec(globalShape(config, rank, input), computeDtype(config))],
        primitive: {
          op: 'reduce',
          fn: mode === 'max' ? 'max' : 'mean',
          axes: config.channelsFirst() === null ? null : Array.from({ length: rank }, (_, i) => first + i),
          keepDims: config.flag('keepdims') === true,
        },
      };
    },
    fallback: (config, [input]) => [spec(globalShape(config, rank, input), computeDtype(config))],
  };
}

/** `output_size` as Keras checks it: an int or `rank` of them. */
function checkOutputSize(config: Config, rank: number): void {
  const value = config.value('output_size');
  const elements = elementsOf(value);
  if (
    elements
      ? elements.length === rank
      : ['int', 'bool', 'unknown', 'instance', 'symbolic', 'list'].includes(value.kind)
  )
    return;
  const axes = ['', '(height, width) tuple', '(depth, height, width) tuple'][rank - 1];
  const text = argumentText(config, 'output_size');
  argumentError(
    'tuple-argument',
    'output_size',
    `\`output_size\` must be ${rank === 1 ? 'one integer' : `one integer or ${rank} of them`}, not ${text}.`,
    rank === 1
      ? elements
        ? `For 1D input, \`output_size\` tuple must have length 1. Received: ${text}`
        : `\`output_size\` must be an integer or tuple of 1 integer. Received: ${text} of type <class '${value.kind}'>`
      : `\`output_size\` must be an integer or ${axes}. Received: ${text} of type <class '${value.kind}'>`,
    { rank },
    rank === 1 && elements ? 'ValueError' : 'TypeError',
  );
}

/** What counts as false stands for the usual default. */
function adaptiveFormat(config: Config): Known<boolean> {
  const value = config.value('data_format');
  const standard = value.kind !== 'none' && config.machine.truth(value) === false;
  return standard ? false : config.channelsFirst();
}

function adaptiveShape(config: Config, rank: number, input: TensorSpec): Shape {
  const format = adaptiveFormat(config);
  const dims = dimsOfRank(input.shape, rank + 2);
  const spatial = config.ints('output_size', rank).map((size) => argumentDim(config, 'output_size', size));
  const channels =
    format === null
      ? unknownDim('the data format is not known')
      : (dims[format ? 1 : dims.length - 1] ?? unknownDim('the input has no such axis'));
  return joinLayout(
    { batch: dims[0] ?? unknownDim('the input has no axes'), spatial, channels },
    format === true,
  );
}

/** Adaptive pooling takes the data format as it is written, in lower case alone. */
function checkExactFormat(config: Config): void {
  const value = config.value('data_format');
  // What counts as false stands for the default.
  if (value.kind !== 'str' && (!isPlainData(value) || config.machine.truth(value) !== true)) return;
  const format = argumentText(config, 'data_format');
  if (format === 'channels_first' || format === 'channels_last' || format === '') return;
  argumentError(
    'data-format-name',
    'data_format',
    `\`data_format\` must be "channels_last" or "channels_first" in lower case here, not ${format}.`,
    `Invalid data_format: ${format}. Expected 'channels_first' or 'channels_last'.`,
    { received: format, suggestion: format.toLowerCase() },
  );
}

function adaptivePool(mode: 'max' | 'average', rank: 1 | 2 | 3): LayerDefinition {
  return {
    name: `Adaptive${mode === 'max' ? 'Max' : 'Average'}Pooling${rank}D`,
    parameters: signature('output_size, data_format=None'),
    configure(config) {
      checkOutputSize(config, rank);
      checkExactFormat(config);
    },
    call(context) {
      const { config } = context;
      const negative = config.ints('output_size', rank).some((size) => size !== null && size < 0);
      if (negative) {
        const text = argumentText(config, 'output_size');
        argumentError(
          'tuple-argument',
          'output_size',
          `\`output_size\` must not be negative, but is ${text}.`,
          `Cannot convert '${text}' to a shape. Negative dimensions are not allowed.`,
        );
      }
      return {
        outputs: [spec(adaptiveShape(config, rank, onlyInput(context)), computeDtype(config))],
        primitive: {
          op: 'adaptivePool',
          mode,
          outputSize: config
            .ints('output_size', rank)
            .map((size) => (size === null ? null : intOf({ kind: 'int', value: size }))),
          channelsFirst: config.channelsFirst() === true,
        },
      };
    },
    fallback: (config, [input]) => [spec(adaptiveShape(config, rank, input), computeDtype(config))],
  };
}

const MODES = ['max', 'average'] as const;
const RANKS = [1, 2, 3] as const;

export const poolings: readonly LayerDefinition[] = MODES.flatMap((mode) =>
  RANKS.flatMap((rank) => [pool(mode, rank), globalPool(mode, rank), adaptivePool(mode, rank)]),
);
