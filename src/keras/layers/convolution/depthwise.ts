/** DepthwiseConv1D/2D and SeparableConv1D/2D. Sources: Keras `layers/convolutional/base_depthwise_conv.py`, `base_separable_conv.py`. */
import type { Dim, Primitive } from '../../../graph/graph';
import { computeDtype, intOf, variables } from '../../arguments';
import type { Config, LayerDefinition, TensorSpec } from '../../definition';
import { combineDims } from '../../dims';
import { convWindow } from '../../geometry';
import { signature } from '../../signature';
import { argumentDim, builtSpec, known, onlyInput, rememberAxes, spec } from '../shared';
import {
  buildChannels,
  checkWindowArguments,
  convShape,
  requirePositive,
  requireWholeCount,
  windowNumbers,
  type ConvShape,
} from './shared';

const positive = (name: string) => (text: string) =>
  `Invalid value for argument \`${name}\`. Expected a strictly positive value. Received ${name}=${text}.`;

function multiplierOf(config: Config): Dim {
  return argumentDim(config, 'depth_multiplier', intOf(config.value('depth_multiplier'), config));
}

function filtersOf(config: Config): Dim {
  return argumentDim(config, 'filters', intOf(config.value('filters'), config));
}

/** Output of the depthwise part: every input channel gives `depth_multiplier` channels. */
function depthwiseShape(
  config: Config,
  rank: number,
  input: TensorSpec,
  lenient = false,
): ConvShape & { readonly out: Dim } {
  const channels = buildChannels(config, rank, input);
  const out = combineDims('*', multiplierOf(config), channels);
  return { ...convShape(config, rank, input, out, lenient), out };
}

function depthwisePrimitive(
  config: Config,
  shape: ConvShape & { readonly out: Dim },
  useBias: boolean,
  activation: string | null,
): Primitive {
  return {
    op: 'conv',
    axes: shape.axes,
    transposed: false,
    depthwise: true,
    depthMultiplier: intOf(config.value('depth_multiplier'), config),
    groups: known(shape.channels),
    inChannels: known(shape.channels),
    outChannels: known(shape.out),
    channelsFirst: shape.channelsFirst,
    useBias,
    activation,
  };
}

function depthwise(rank: 1 | 2): LayerDefinition {
  const ones = rank === 1 ? '1' : '(1, 1)';
  const parameters =
    signature(`kernel_size, strides=${ones}, padding='valid', depth_multiplier=1, data_format=None, dilation_rate=${ones},
      activation=None, use_bias=True, depthwise_initializer='glorot_uniform', bias_initializer='zeros', depthwise_regularizer=None,
      bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None, bias_constraint=None`);
  return {
    name: `DepthwiseConv${rank}D`,
    parameters,
    // Keras 2 handed what else it was given to the convolution that it derives from, where it had no effect.
    keras2: {
      parameters: [
        ...parameters,
        ...signature('*, kernel_initializer=None, kernel_regularizer=None, kernel_constraint=None, groups=1'),
      ],
    },
    configure(config) {
      checkWindowArguments(config, rank, [
        'depthwise_initializer',
        'bias_initializer',
        'depthwise_regularizer',
        'bias_regularizer',
        'depthwise_constraint',
        'bias_constraint',
      ]);
      requirePositive(config, 'depth_multiplier', positive('depth_multiplier'));
    },
    inputSpec: (config) => builtSpec(config, { minNdim: rank + 2 }),
    weights(config, [input]) {
      requireWholeCount(config, 'depth_multiplier');
      const { channels, out } = depthwiseShape(config, rank, input);
      const kernel = windowNumbers(config, rank).kernel.map((size) =>
        argumentDim(config, 'kernel_size', size),
      );
      const specs = variables(
        {
          name: 'kernel',
          shape: [...kernel, channels, multiplierOf(config)],
          initializer: { argument: 'depthwise_initializer' },
        },
        config.flag('use_bias') !== false && {
          name: 'bias',
          shape: [out],
          initializer: { argument: 'bias_initializer' },
        },
      );
      rememberAxes(config, { minNdim: rank + 2 }, { [config.channelsFirst() ? 1 : -1]: channels });
      return specs;
    },
    call(context) {
      const { config } = context;
      const shape = depthwiseShape(config, rank, onlyInput(context));
      return {
        outputs: [spec(shape.shape, computeDtype(config))],
        primitive: depthwisePrimitive(
          config,
          shape,
          config.flag('use_bias') !== false,
          config.activation('activation'),
        ),
      };
    },
    fallback: (config, [input]) => [
      spec(depthwiseShape(config, rank, input, true).shape, computeDtype(config)),
    ],
  };
}

function separable(rank: 1 | 2): LayerDefinition {
  const ones = rank === 1 ? '1' : '(1, 1)';
  const definition = (allowCausal: boolean): LayerDefinition => ({
    name: `SeparableConv${rank}D`,
    aliases: [`SeparableConvolution${rank}D`],
    parameters:
      signature(`filters, kernel_size, strides=${ones}, padding='valid', data_format=None, dilation_rate=${ones},
      depth_multiplier=1, activation=None, use_bias=True, depthwise_initializer='glorot_uniform',
      pointwise_initializer='glorot_uniform', bias_initializer='zeros', depthwise_regularizer=None, pointwise_regularizer=None,
      bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None, pointwise_constraint=None, bias_constraint=None`),
    configure(config) {
      checkWindowArguments(
        config,
        rank,
        [
          'depthwise_initializer',
          'pointwise_initializer',
          'bias_initializer',
          'depthwise_regularizer',
          'pointwise_regularizer',
          'bias_regularizer',
          'depthwise_constraint',
          'pointwise_constraint',
          'bias_constraint',
        ],
        allowCausal,
      );
      requirePositive(config, 'depth_multiplier', positive('depth_multiplier'));
      requirePositive(config, 'filters', positive('filters'));
    },
    inputSpec: (config) => builtSpec(config, { minNdim: rank + 2 }),
    weights(config, [input]) {
      const filters = filtersOf(config);
      const { channels, out } = depthwiseShape(config, rank, input);
      requireWholeCount(config, 'depth_multiplier');
      requireWholeCount(config, 'filters');
      const kernel = windowNumbers(config, rank).kernel.map((size) =>
        argumentDim(config, 'kernel_size', size),
      );
      const specs = variables(
        {
          name: 'depthwise_kernel',
          shape: [...kernel, channels, multiplierOf(config)],
          initializer: { argument: 'depthwise_initializer' },
        },
        {
          name: 'pointwise_kernel',
          shape: [...kernel.map(() => 1), out, filters],
          initializer: { argument: 'pointwise_initializer' },
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
      const useBias = config.flag('use_bias') !== false;
      const input = onlyInput(context);
      const first = depthwiseShape(config, rank, input);
      const dtype = computeDtype(config);
      const [middle] = context.step({
        type: `DepthwiseConv${rank}D`,
        primitive: depthwisePrimitive(config, first, false, 'linear'),
        inputs: [input],
        outputs: [spec(first.shape, dtype)],
        weights: ['depthwise_kernel'],
      });
      const axes = first.axes.map((axis) =>
        convWindow({ input: axis.output, kernel: 1, stride: 1, padding: 'valid' }),
      );
      const { shape } = convShape(config, rank, input, filtersOf(config));
      return {
        outputs: context.step({
          type: `Conv${rank}D`,
          primitive: {
            op: 'conv',
            axes,
            transposed: false,
            depthwise: false,
            depthMultiplier: null,
            groups: 1,
            inChannels: known(first.out),
            outChannels: intOf(config.value('filters'), config),
            channelsFirst: first.channelsFirst,
            useBias,
            activation: config.activation('activation'),
          },
          inputs: [middle],
          outputs: [spec(shape, dtype)],
          weights: useBias ? ['pointwise_kernel', 'bias'] : ['pointwise_kernel'],
        }),
      };
    },
    fallback: (config, [input]) => [
      spec(convShape(config, rank, input, filtersOf(config), true).shape, computeDtype(config)),
    ],
  });
  const made = definition(false);
  return {
    ...made,
    // Keras 2 allowed causal padding for SeparableConv1D, and handed what else it was given to the convolution below, without effect.
    keras2: {
      parameters: [
        ...made.parameters,
        ...signature('*, kernel_initializer=None, kernel_regularizer=None, kernel_constraint=None, groups=1'),
      ],
      ...(rank === 1 ? { configure: definition(true).configure } : {}),
    },
  };
}

export const depthwiseConvolutions: readonly LayerDefinition[] = [
  depthwise(1),
  depthwise(2),
  separable(1),
  separable(2),
];
