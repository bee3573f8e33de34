/** What recurrent layers share: their outputs by `return_sequences` and `return_state`, checks, and gate counts. */
import type { Dim, Shape } from '../../../graph/graph';
import { intOf } from '../../arguments';
import {
  KerasError,
  type CallContext,
  type CallResult,
  type Config,
  type TensorSpec,
} from '../../definition';
import { isKnownRank, unknownDim } from '../../dims';
import { tupleText } from '../../pythonText';
import { signature } from '../../signature';
import { argumentDim, spec } from '../shared';

/** Names checked against Keras' initialisers, regularisers and constraints. */
export const NAMES = [
  'kernel_initializer',
  'recurrent_initializer',
  'bias_initializer',
  'kernel_regularizer',
  'recurrent_regularizer',
  'bias_regularizer',
  'kernel_constraint',
  'recurrent_constraint',
  'bias_constraint',
];

export const CALL_PARAMETERS = signature('sequences, initial_state=None, mask=None, training=False');

export function unitsOf(config: Config): Dim {
  return argumentDim(config, 'units', intOf(config.value('units'), config));
}

/** Batch, time and the shape of one step's input. Unknown rank: all unknown. */
export function sequenceDims(
  input: TensorSpec,
  rank: number,
): { batch: Dim; time: Dim; rest: readonly Dim[]; dims: readonly Dim[] } {
  const lost = unknownDim('the input has the wrong number of axes');
  const dims: readonly Dim[] = isKnownRank(input.shape)
    ? input.shape
    : Array<Dim>(rank).fill({ kind: 'unknown', reason: input.shape.reason });
  return { batch: dims[0] ?? lost, time: dims[1] ?? lost, rest: dims.slice(2), dims };
}

/**
 * The outputs of a recurrent layer whose step gives `step` (without batch axis) and whose states have the shapes
 * `states` (without batch axis).
 */
export function recurrentOutputs(
  config: Config,
  batch: Dim,
  time: Dim,
  step: readonly Dim[],
  states: readonly (readonly Dim[])[],
  dtype: string | null,
): Pick<CallResult, 'outputs' | 'structure' | 'unknown'> {
  const sequences = config.flag('return_sequences');
  const withState = config.flag('return_state');
  const output: Shape =
    sequences === null
      ? { kind: 'unknown', reason: 'whether sequences are returned is not known' }
      : sequences
        ? [batch, time, ...step]
        : [batch, ...step];
  if (withState === null) {
    const reason = 'whether states are returned is not known';
    return { outputs: [spec({ kind: 'unknown', reason }, dtype)], unknown: reason };
  }
  if (!withState) return { outputs: [spec(output, dtype)], structure: 'single' };
  return {
    outputs: [spec(output, dtype), ...states.map((state) => spec([batch, ...state], dtype))],
    structure: config.kerasVersion === 2 ? 'list' : 'tuple',
  };
}

/** A stateful layer must know its batch size. */
export function checkStateful(config: Config, batch: Dim, shape: Shape): void {
  if (
    config.flag('stateful') !== true ||
    typeof batch !== 'object' ||
    batch.kind !== 'open' ||
    !isKnownRank(shape)
  )
    return;
  throw new KerasError(
    'stateful-batch',
    'A stateful layer must know the batch size: give the input a `batch_size`.',
    `When using \`stateful=True\` in a RNN, the batch size must be static. Found dynamic batch size: sequence.shape=${tupleText(shape)}`,
    { argument: 'stateful', input: 0 },
  );
}

/** Rank check for Keras 2, where the first argument may be a list with the states behind the sequence. */
export function requireSequenceRank(context: CallContext, rank: number): void {
  const shape = context.inputs[0]?.shape;
  if (
    context.config.kerasVersion !== 2 ||
    shape === undefined ||
    !isKnownRank(shape) ||
    shape.length === rank
  )
    return;
  throw new KerasError(
    'input-rank',
    `this layer takes ${rank} axes (batch included), but the input ${tupleText(shape)} has ${shape.length}`,
    `Input 0 of layer is incompatible with the layer: expected ndim=${rank}, found ndim=${shape.length}. Full shape received: ${tupleText(shape)}`,
    { input: 0, facts: { rank: shape.length, expected: rank, ndim: rank, shape: tupleText(shape) } },
  );
}
