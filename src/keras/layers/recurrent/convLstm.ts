/** ConvLSTM1D, ConvLSTM2D and ConvLSTM3D. Source: Keras `layers/rnn/conv_lstm.py`. */
import { isOpen, type Dim } from '../../../graph/graph';
import {
  argumentError,
  computeDtype,
  intOf,
  requireActivation,
  requireDataFormat,
  requireNames,
  requirePadding,
  requireTuple,
  variables,
} from '../../arguments';
import { KerasError, type Config, type LayerDefinition, type TensorSpec } from '../../definition';
import { isKnownRank, mulDim } from '../../dims';
import { tupleText } from '../../pythonText';
import { signature } from '../../signature';
import { argumentDim, known, splitLayout } from '../shared';
import { convShape, requireWholeCount, windowNumbers, type ConvShape } from '../convolution/shared';
import { CALL_PARAMETERS, NAMES, checkStateful, recurrentOutputs, sequenceDims } from './shared';

const filtersOf = (config: Config): Dim =>
  argumentDim(config, 'filters', intOf(config.value('filters'), config));

/** The input without its time axis. */
function stepSpec(input: TensorSpec, rank: number): TensorSpec {
  const { batch, rest } = sequenceDims(input, rank + 3);
  return { shape: [batch, ...rest], dtype: input.dtype };
}

function outputsOf(
  config: Config,
  rank: number,
  input: TensorSpec,
  lenient: boolean,
): { result: ReturnType<typeof recurrentOutputs>; conv: ConvShape } {
  const { batch, time } = sequenceDims(input, rank + 3);
  const conv = convShape(config, rank, stepSpec(input, rank), filtersOf(config), lenient);
  const state = isKnownRank(conv.shape) ? conv.shape.slice(1) : [];
  return { result: recurrentOutputs(config, batch, time, state, [state, state], computeDtype(config)), conv };
}

/** Spatial lengths and channels must be known, for the states have them. */
function requireStatic(config: Config, rank: number, input: TensorSpec): { channels: Dim } {
  const step = stepSpec(input, rank).shape as readonly Dim[];
  const { spatial, channels } = splitLayout(step, config.channelsFirst() === true);
  if (spatial.some((dim) => isOpen(dim))) {
    throw new KerasError(
      'convlstm-open',
      `The spatial lengths of the input must be known, but are open in ${tupleText(step)} (without the time axis).`,
      `ConvLSTM layers only support static input shapes for the spatial dimension. Received invalid input shape: input_shape=${tupleText(step)}`,
      { input: 0 },
    );
  }
  if (typeof channels === 'object' && isOpen(channels)) {
    throw new KerasError(
      'open-dimension-weight',
      `The number of channels must be known, but is open in ${tupleText(step)}.`,
      `The channel dimension of the inputs (last axis) should be defined. Found None. Full input shape received: input_shape=${tupleText(step)}`,
      { input: 0 },
    );
  }
  return { channels };
}

function convLstm(rank: 1 | 2 | 3): LayerDefinition {
  const text = (
    recurrentActivation: string,
    seed: string,
    ones: string,
  ) => `filters, kernel_size, strides=${ones}, padding='valid', data_format=None,
    dilation_rate=${ones}, activation='tanh', recurrent_activation='${recurrentActivation}', use_bias=True,
    kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros', unit_forget_bias=True,
    kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None,
    bias_constraint=None, dropout=0.0, recurrent_dropout=0.0${seed}, return_sequences=False, return_state=False, go_backwards=False,
    stateful=False, *, zero_output_for_mask=False`;
  return {
    name: `ConvLSTM${rank}D`,
    base: 'RNN',
    parameters: signature(text('sigmoid', ', seed=None', '1')),
    callParameters: CALL_PARAMETERS,
    configure(config) {
      requireTuple(config, 'kernel_size', rank);
      requireTuple(config, 'strides', rank, true);
      requirePadding(config);
      requireDataFormat(config);
      requireTuple(config, 'dilation_rate', rank);
      const { strides, dilation } = windowNumbers(config, rank);
      if (strides.some((n) => n !== null && n > 1) && dilation.some((n) => n !== null && n > 1)) {
        argumentError(
          'strides-with-dilation',
          config.given('dilation_rate') ? 'dilation_rate' : 'strides',
          'A convolution can have strides or dilation, not both.',
          `Specifying \`strides > 1\` is not compatible with \`dilation_rate > 1\`. Please provide \`strides=1\` or \`dilation_rate=1\`. Received: strides=${tupleText(strides)} and dilation_rate=${tupleText(dilation)}`,
        );
      }
      requireActivation(config);
      requireActivation(config, 'recurrent_activation');
      requireNames(config, ...NAMES);
    },
    inputSpec: () => ({ ndim: rank + 3 }),
    weights(config, [input]) {
      const { channels } = requireStatic(config, rank, input);
      requireWholeCount(config, 'filters');
      checkStateful(config, sequenceDims(input, rank + 3).batch, input.shape);
      const filters = filtersOf(config);
      const gates = mulDim(filters, 4);
      const kernel = windowNumbers(config, rank).kernel.map((size) =>
        argumentDim(config, 'kernel_size', size),
      );
      return variables(
        {
          name: 'kernel',
          shape: [...kernel, channels, gates],
          initializer: { argument: 'kernel_initializer' },
          inCell: true,
        },
        {
          name: 'recurrent_kernel',
          shape: [...kernel, filters, gates],
          initializer: { argument: 'recurrent_initializer' },
          inCell: true,
        },
        config.flag('use_bias') !== false && {
          name: 'bias',
          shape: [gates],
          initializer: { argument: 'bias_initializer' },
          inCell: true,
        },
      );
    },
    call(context) {
      const { config } = context;
      const { result, conv } = outputsOf(config, rank, context.inputs[0], false);
      return {
        ...result,
        primitive: {
          op: 'recurrent',
          cell: 'lstm',
          units: intOf(config.value('filters'), config),
          inFeatures: known(conv.channels),
          returnSequences: config.flag('return_sequences') === true,
          goBackwards: config.flag('go_backwards') === true,
          activation: config.activation('activation'),
          recurrentActivation: config.activation('recurrent_activation'),
          useBias: config.flag('use_bias') !== false,
          conv: conv.axes,
        },
      };
    },
    fallback: (config, [input]) => outputsOf(config, rank, input, true).result.outputs,
    keras2: {
      parameters: signature(
        text('hard_sigmoid', '', rank === 1 ? '1' : `(${Array(rank).fill('1').join(', ')})`),
      ),
    },
  };
}

export const convLstms: readonly LayerDefinition[] = [convLstm(1), convLstm(2), convLstm(3)];
