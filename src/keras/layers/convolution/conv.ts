/** Conv1D, Conv2D and Conv3D. Source: Keras `layers/convolutional/base_conv.py`. */
import { isOpen, type Dim } from '../../../graph/graph';
import { argumentError, computeDtype, intOf, variables } from '../../arguments';
import { KerasError, type Config, type LayerDefinition } from '../../definition';
import { floorDivideDim } from '../../dims';
import { tupleText } from '../../pythonText';
import { signature } from '../../signature';
import { argumentDim, builtSpec, dimsOfRank, known, onlyInput, rememberAxes, spec } from '../shared';
import {
  buildChannels,
  checkStridesAgainstDilation,
  checkWindowArguments,
  convShape,
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

function checkGroups(config: Config): void {
  const filters = intOf(config.value('filters'), config);
  const groups = intOf(config.value('groups'), config);
  if (filters === null || groups === null || filters % groups === 0) return;
  argumentError(
    'groups-divide-filters',
    'groups',
    `${filters} filters cannot be shared out evenly among ${groups} groups.`,
    `The number of filters must be evenly divisible by the number of groups. Received: groups=${groups}, filters=${filters}.`,
    { groups, filters },
  );
}

/** Channels per group for the kernel; raises when they do not come out whole or are open. */
function channelsPerGroup(config: Config, rank: number, shape: readonly Dim[], channels: Dim): Dim {
  const groups = intOf(config.value('groups'), config);
  if (typeof channels === 'object' && isOpen(channels)) {
    throw new KerasError(
      'open-dimension-weight',
      `The number of input channels is open in ${tupleText(shape)}, but the kernel's shape depends on it.`,
      config.kerasVersion === 2
        ? `The channel dimension of the inputs should be defined. The input_shape received is ${tupleText(shape)}, where axis -1 (0-based) is the channel dimension, which found to be \`None\`.`
        : "unsupported operand type(s) for %: 'NoneType' and 'int'",
      { input: 0, facts: { rank }, exception: config.kerasVersion === 2 ? 'ValueError' : 'TypeError' },
    );
  }
  if (groups === null) return argumentDim(config, 'groups', null);
  if (typeof channels === 'number' && channels % groups !== 0) {
    throw new KerasError(
      'groups-divide-channels',
      `${channels} input channels cannot be shared out evenly among ${groups} groups.`,
      `The number of input channels must be evenly divisible by the number of groups. Received groups=${groups}, but the input has ${channels} channels (full input shape is ${tupleText(shape)}).`,
      { argument: 'groups', input: 0, facts: { groups, channels } },
    );
  }
  return floorDivideDim(channels, groups);
}

function conv(rank: 1 | 2 | 3): LayerDefinition {
  const ones = rank === 1 ? '1' : `(${Array(rank).fill('1').join(', ')})`;
  return {
    name: `Conv${rank}D`,
    aliases: [`Convolution${rank}D`],
    parameters:
      signature(`filters, kernel_size, strides=${ones}, padding='valid', data_format=None, dilation_rate=${ones}, groups=1,
      activation=None, use_bias=True, kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None,
      bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None`),
    configure(config) {
      checkWindowArguments(config, rank, NAMES, rank === 1);
      requirePositive(
        config,
        'filters',
        (text) =>
          `Invalid value for argument \`filters\`. Expected a strictly positive value. Received filters=${text}.`,
      );
      requirePositive(
        config,
        'groups',
        (text) => `The number of groups must be a positive integer. Received: groups=${text}.`,
      );
      checkGroups(config);
      checkStridesAgainstDilation(config, rank);
    },
    inputSpec: (config) => builtSpec(config, { minNdim: rank + 2 }),
    weights(config, [input]) {
      const channels = buildChannels(config, rank, input);
      const perGroup = channelsPerGroup(config, rank, dimsOfRank(input.shape, rank + 2), channels);
      const filters = filtersOf(config);
      convShape(config, rank, input, filters);
      requireWholeCount(config, 'filters');
      const kernel = windowNumbers(config, rank).kernel.map((size) =>
        argumentDim(config, 'kernel_size', size),
      );
      const specs = variables(
        {
          name: 'kernel',
          shape: [...kernel, perGroup, filters],
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
      const { axes, shape, channels, channelsFirst } = convShape(
        config,
        rank,
        onlyInput(context),
        filtersOf(config),
      );
      return {
        outputs: [spec(shape, computeDtype(config))],
        primitive: {
          op: 'conv',
          axes,
          transposed: false,
          depthwise: false,
          depthMultiplier: null,
          groups: intOf(config.value('groups'), config),
          inChannels: known(channels),
          outChannels: intOf(config.value('filters'), config),
          channelsFirst,
          useBias: config.flag('use_bias') !== false,
          activation: config.activation('activation'),
        },
      };
    },
    fallback: (config, [input]) => [
      spec(convShape(config, rank, input, filtersOf(config), true).shape, computeDtype(config)),
    ],
  };
}

export const convolutions: readonly LayerDefinition[] = [conv(1), conv(2), conv(3)];
