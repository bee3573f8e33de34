/** Conv1DTranspose, Conv2DTranspose and Conv3DTranspose. Source: Keras `layers/convolutional/base_conv_transpose.py`. */
import type { AxisWindow, Dim, Shape } from '../../../graph/graph';
import { argumentError, computeDtype, intOf, requireTuple, variables } from '../../arguments';
import { KerasError, type Config, type LayerDefinition, type TensorSpec } from '../../definition';
import { unknownDim } from '../../dims';
import { transposedWindow } from '../../geometry';
import { tupleText } from '../../pythonText';
import { signature } from '../../signature';
import {
  argumentDim,
  builtSpec,
  dimsOfRank,
  joinLayout,
  known,
  onlyInput,
  rememberAxes,
  spec,
  splitLayout,
} from '../shared';
import {
  buildChannels,
  checkStridesAgainstDilation,
  checkWindowArguments,
  requirePositive,
  requireWholeCount,
  windowNumbers,
} from './shared';

const NAMES = [
  'kernel_initializer',
  'bias_initializer',
  'kernel_regularizer',
  'bias_regularizer',
  'kernel_constraint',
  'bias_constraint',
];

function filtersOf(config: Config): Dim {
  return argumentDim(config, 'filters', intOf(config.value('filters'), config));
}

/** `output_padding` must stay below the strides, axis by axis. */
function checkOutputPadding(config: Config, rank: number): void {
  if (config.isNone('output_padding')) return;
  const padding = requireTuple(config, 'output_padding', rank, true);
  const { strides } = windowNumbers(config, rank);
  for (let i = 0; i < rank; i++) {
    const [p, s] = [padding[i], strides[i]];
    if (p === null || s === null || p < s) continue;
    argumentError(
      'output-padding-stride',
      'output_padding',
      `\`output_padding\` (${p}) must be smaller than the stride (${s}) on every axis.`,
      `\`output_padding\` must be strictly less than \`strides\` for all dimensions. At dimension ${i}, \`output_padding\` is ${p} but \`strides\` is ${s}. Received: output_padding=${tupleText(padding)}, strides=${tupleText(strides)}`,
      { axis: i },
    );
  }
}

function windows(
  config: Config,
  rank: number,
  input: TensorSpec,
): { axes: readonly AxisWindow[]; shape: Shape; channels: Dim; channelsFirst: boolean } {
  const format = config.channelsFirst();
  const channelsFirst = format === true;
  const dims = dimsOfRank(input.shape, rank + 2);
  if (dims.length > rank + 2) {
    throw new KerasError(
      'input-rank',
      `A ${rank}-D transposed convolution takes inputs of ${rank + 2} axes, but the input ${tupleText(dims)} has ${dims.length}.`,
      'tuple index out of range',
      { input: 0, facts: { rank: dims.length, expected: rank + 2 }, exception: 'IndexError' },
    );
  }
  const filters = filtersOf(config);
  if (format === null) {
    const lost = unknownDim('the data format is not known');
    return { axes: [], shape: [dims[0], ...Array<Dim>(rank + 1).fill(lost)], channels: lost, channelsFirst };
  }
  const numbers = windowNumbers(config, rank);
  const layout = splitLayout(dims, channelsFirst);
  const outputPadding = config.isNone('output_padding') ? undefined : config.ints('output_padding', rank);
  const padding = numbers.padding === 'causal' ? 'unknown' : numbers.padding;
  const axes = layout.spatial.slice(0, rank).map((length, i) =>
    transposedWindow({
      input: length,
      kernel: numbers.kernel[i],
      stride: numbers.strides[i],
      dilation: numbers.dilation[i],
      padding,
      outputPadding: outputPadding?.[i],
    }),
  );
  const shape = joinLayout(
    { batch: layout.batch, spatial: axes.map((axis) => axis.output), channels: filters },
    channelsFirst,
  );
  return { axes, shape, channels: layout.channels, channelsFirst };
}

function transposed(rank: 1 | 2 | 3): LayerDefinition {
  // Conv3DTranspose alone has these two the other way round.
  const paddingAndFormat =
    rank === 3 ? 'data_format=None, output_padding=None' : 'output_padding=None, data_format=None';
  const ones = rank === 1 ? '1' : `(${Array(rank).fill('1').join(', ')})`;
  return {
    name: `Conv${rank}DTranspose`,
    aliases: [`Convolution${rank}DTranspose`],
    parameters: signature(`filters, kernel_size, strides=${ones}, padding='valid', ${paddingAndFormat},
      dilation_rate=${ones}, activation=None, use_bias=True, kernel_initializer='glorot_uniform', bias_initializer='zeros',
      kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None`),
    configure(config) {
      checkWindowArguments(config, rank, NAMES);
      checkOutputPadding(config, rank);
      requirePositive(
        config,
        'filters',
        (text) =>
          `Invalid value for argument \`filters\`. Expected a strictly positive value. Received filters=${text}.`,
      );
      checkStridesAgainstDilation(config, rank);
    },
    inputSpec: (config) => builtSpec(config, { minNdim: rank + 2 }),
    weights(config, [input]) {
      requireWholeCount(config, 'filters');
      const channels = buildChannels(config, rank, input);
      const filters = filtersOf(config);
      const kernel = windowNumbers(config, rank).kernel.map((size) =>
        argumentDim(config, 'kernel_size', size),
      );
      const specs = variables(
        {
          name: 'kernel',
          shape: [...kernel, filters, channels],
          initializer: { argument: 'kernel_initializer' },
        },
        config.flag('use_bias') !== false && {
          name: 'bias',
          shape: [filters],
          initializer: { argument: 'bias_initializer' },
        },
      );
      rememberAxes(config, { minNdim: rank + 2 }, { [config.channelsFirst() ? 1 : -1]: channels });
      return specs;
    },
    call(context) {
      const { config } = context;
      const { axes, shape, channels, channelsFirst } = windows(config, rank, onlyInput(context));
      return {
        outputs: [spec(shape, computeDtype(config))],
        primitive: {
          op: 'conv',
          axes,
          transposed: true,
          depthwise: false,
          depthMultiplier: null,
          groups: 1,
          inChannels: known(channels),
          outChannels: intOf(config.value('filters'), config),
          channelsFirst,
          useBias: config.flag('use_bias') !== false,
          activation: config.activation('activation'),
        },
      };
    },
    fallback: (config, [input]) => [
      spec(
        windows(config, rank, {
          ...input,
          shape:
            dimsOfRank(input.shape, rank + 2).length === rank + 2
              ? input.shape
              : unknownDim('the input has the wrong number of axes'),
        }).shape,
        computeDtype(config),
      ),
    ],
  };
}

export const transposedConvolutions: readonly LayerDefinition[] = [
  transposed(1),
  transposed(2),
  transposed(3),
];
