/** SimpleRNN, LSTM, GRU and their cells. Sources: Keras `layers/rnn/simple_rnn.py`, `lstm.py`, `gru.py`. */
import type { Dim, Known, Shape } from '../../../graph/graph';
import { NONE, list, tuple, type Value } from '../../../python/values';
import {
  argumentError,
  computeDtype,
  elementsOf,
  pythonType,
  requireActivation,
  requireNames,
  variables,
} from '../../arguments';
import {
  KerasError,
  type CallContext,
  type Config,
  type LayerDefinition,
  type TensorRef,
  type TensorSpec,
  type WeightSpec,
} from '../../definition';
import { broadcastShapes } from '../../broadcast';
import { isKnownRank, mulDim, unknownDim } from '../../dims';
import { argumentText, tupleText } from '../../pythonText';
import { signature } from '../../signature';
import { builtSpec, known, rememberAxes, spec } from '../shared';
import { requirePositive, requireWholeCount } from '../convolution/shared';
import { layerParts } from '../compound';
import {
  CALL_PARAMETERS,
  NAMES,
  checkStateful,
  recurrentOutputs,
  requireSequenceRank,
  sequenceDims,
  unitsOf,
} from './shared';

type Cell = 'simple' | 'lstm' | 'gru';

interface Family {
  readonly cell: Cell;
  readonly layer: string;
  readonly cellName: string;
  /** Kernels side by side: 1, 4 or 3. */
  readonly gates: number;
  readonly states: number;
}

const FAMILIES: readonly Family[] = [
  { cell: 'simple', layer: 'SimpleRNN', cellName: 'SimpleRNNCell', gates: 1, states: 1 },
  { cell: 'lstm', layer: 'LSTM', cellName: 'LSTMCell', gates: 4, states: 2 },
  { cell: 'gru', layer: 'GRU', cellName: 'GRUCell', gates: 3, states: 1 },
];

const INITIALIZERS = `use_bias=True, kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', bias_initializer='zeros'`;
const REST = `kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None`;
const CONSTRAINTS = `kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, dropout=0.0, recurrent_dropout=0.0`;
const OUTPUTS =
  'return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False';

/** Constructor signatures, in each class's own order. */
function cellSignature(cell: Cell): string {
  if (cell === 'simple')
    return `units, activation='tanh', ${INITIALIZERS}, ${REST}, ${CONSTRAINTS}, seed=None`;
  const gates = `units, activation='tanh', recurrent_activation='sigmoid', ${INITIALIZERS}`;
  return cell === 'lstm'
    ? `${gates}, unit_forget_bias=True, ${REST}, ${CONSTRAINTS}, seed=None, *, implementation=2`
    : `${gates}, ${REST}, ${CONSTRAINTS}, reset_after=True, seed=None, *, implementation=2`;
}

function layerSignature(cell: Cell, keras2 = false): string {
  const extra = keras2 ? ', *, implementation=2, time_major=False' : ', *, implementation=2';
  if (cell === 'simple') {
    const seed = keras2 ? '' : ', seed=None';
    return `units, activation='tanh', ${INITIALIZERS}, ${REST}, activity_regularizer=None, ${CONSTRAINTS}, ${OUTPUTS}${seed}, *, zero_output_for_mask=False${keras2 ? ', time_major=False' : ''}`;
  }
  const gates = `units, activation='tanh', recurrent_activation='sigmoid', ${INITIALIZERS}`;
  if (keras2) {
    return cell === 'lstm'
      ? `${gates}, unit_forget_bias=True, ${REST}, activity_regularizer=None, ${CONSTRAINTS}, ${OUTPUTS.replace(', unroll=False', '')}, time_major=False, unroll=False, *, implementation=2`
      : `${gates}, ${REST}, activity_regularizer=None, ${CONSTRAINTS}, ${OUTPUTS}, time_major=False, reset_after=True, *, implementation=2`;
  }
  return cell === 'lstm'
    ? `${gates}, unit_forget_bias=True, ${REST}, activity_regularizer=None, ${CONSTRAINTS}, seed=None, ${OUTPUTS}, use_cudnn='auto'${extra}, zero_output_for_mask=False`
    : `${gates}, ${REST}, activity_regularizer=None, ${CONSTRAINTS}, seed=None, ${OUTPUTS}, reset_after=True, use_cudnn='auto'${extra}, zero_output_for_mask=False`;
}

function check(config: Config, cell: Cell): void {
  requirePositive(
    config,
    'units',
    (text) => `Received an invalid value for argument \`units\`, expected a positive integer, got ${text}.`,
  );
  requireActivation(config);
  if (cell !== 'simple') requireActivation(config, 'recurrent_activation');
  requireNames(config, ...NAMES);
  for (const name of ['dropout', 'recurrent_dropout']) requireShare(config, name);
}

/** Keras clips these to 0 to 1, which only numbers allow. */
function requireShare(config: Config, name: string): void {
  const value = config.value(name);
  if (!['none', 'str', 'tuple', 'list', 'dict'].includes(value.kind) || config.kerasVersion === 2) return;
  const text = argumentText(config, name);
  argumentError(
    'rate-invalid',
    name,
    `\`${name}\` must be a number between 0 and 1, not ${text}.`,
    `'>' not supported between instances of '${pythonType(value)}' and 'float'`,
    {},
    'TypeError',
  );
}

/** Kernel, recurrent kernel and bias for `features` inputs. GRU's bias has two rows with `reset_after`. */
function weights(config: Config, family: Family, features: Dim): readonly WeightSpec[] {
  requireWholeCount(config, 'units');
  const units = unitsOf(config);
  const gates = mulDim(units, family.gates);
  const resetAfter = family.cell === 'gru' ? config.flag('reset_after') : false;
  const bias: readonly Dim[] = resetAfter === true ? [2, gates] : [gates];
  return variables(
    { name: 'kernel', shape: [features, gates], initializer: { argument: 'kernel_initializer' } },
    { name: 'recurrent_kernel', shape: [units, gates], initializer: { argument: 'recurrent_initializer' } },
    config.flag('use_bias') !== false && {
      name: 'bias',
      shape:
        resetAfter === null ? { kind: 'unknown', reason: 'the argument reset_after is not known' } : bias,
      initializer: { argument: 'bias_initializer' },
    },
  );
}

function features(input: TensorSpec): Dim {
  return isKnownRank(input.shape) ? input.shape[input.shape.length - 1] : unknownDim(input.shape.reason);
}

function outputsOf(config: Config, family: Family, input: TensorSpec): ReturnType<typeof recurrentOutputs> {
  const { batch, time } = sequenceDims(input, 3);
  const units = unitsOf(config);
  return recurrentOutputs(
    config,
    batch,
    time,
    [units],
    Array.from({ length: family.states }, () => [units]),
    computeDtype(config),
  );
}

function recurrentLayer(family: Family): LayerDefinition {
  return {
    name: family.layer,
    base: 'RNN',
    parameters: signature(layerSignature(family.cell)),
    ignored: family.cell === 'simple' ? ['activity_regularizer'] : undefined,
    callParameters: CALL_PARAMETERS,
    configure(config) {
      check(config, family.cell);
    },
    inputSpec: (config) => (config.kerasVersion === 2 ? undefined : { ndim: 3 }),
    weights(config, [input]) {
      if (isKnownRank(input.shape) && input.shape.length !== 3) return [];
      checkStateful(config, sequenceDims(input, 3).batch, input.shape);
      return weights(config, family, features(input));
    },
    call(context) {
      const { config } = context;
      requireSequenceRank(context, 3);
      const [input] = context.inputs;
      return {
        ...outputsOf(config, family, input),
        primitive: {
          op: 'recurrent',
          cell: family.cell,
          units: known(unitsOf(config)),
          inFeatures: known(features(input)),
          returnSequences: config.flag('return_sequences') === true,
          goBackwards: config.flag('go_backwards') === true,
          resetAfter: family.cell === 'gru' ? config.flag('reset_after') !== false : undefined,
          activation: config.activation('activation'),
          recurrentActivation: family.cell === 'simple' ? null : config.activation('recurrent_activation'),
          useBias: config.flag('use_bias') !== false,
        },
      };
    },
    fallback: (config, [input]) => outputsOf(config, family, input).outputs,
    keras2: { parameters: signature(layerSignature(family.cell, true)) },
  };
}

/** `state_size` and `output_size` as a cell's attributes. */
function unitsValue(self: Value): Value {
  const config = layerParts(self)?.config;
  return config?.value('units') ?? NONE;
}

function cellDefinition(family: Family): LayerDefinition {
  return {
    name: family.cellName,
    parameters: signature(cellSignature(family.cell)),
    callParameters: signature('inputs, states, training=False'),
    configure: (config) => check(config, family.cell),
    inputSpec: (config) => builtSpec(config, undefined),
    weights(config, [input]) {
      const specs = weights(config, family, features(input));
      rememberAxes(config, {}, { [-1]: features(input) });
      return specs;
    },
    call(context) {
      checkStates(context, family);
      checkSplit(context, family);
      const dtype = computeDtype(context.config);
      const output = cellStep(context, family, dtype);
      const state = spec(stepShape(context, unitsOf(context.config)), dtype);
      return {
        outputs: [output, ...Array.from({ length: family.states }, (_, i) => (i === 0 ? output : state))],
        arrange: ([h, ...states]) => tuple([h, stateStructure(context, states)]),
      };
    },
    fallback(config, [input]) {
      return Array.from({ length: family.states + 1 }, () =>
        spec(stateShape(input, unitsOf(config)), computeDtype(config)),
      );
    },
    properties: {
      state_size: (_machine, self) =>
        family.states === 1 ? unitsValue(self) : list([unitsValue(self), unitsValue(self)]),
      output_size: (_machine, self) => unitsValue(self),
    },
  };
}

/** A cell of one state gives it back as it got it: bare or in a list. */
function stateStructure(context: CallContext, states: readonly Value[]): Value {
  const given = context.callArgs.get('states');
  return states.length === 1 && given !== undefined && given.kind !== 'list' && given.kind !== 'tuple'
    ? states[0]
    : list([...states]);
}

/** The states given: as many as the cell has, each as wide as its units (a carry may also be one wide: it is broadcast). */
function checkStates(context: CallContext, family: Family): void {
  const given = context.callArgs.get('states');
  const units = unitsOf(context.config);
  if (given === undefined || given.kind === 'unknown' || context.config.kerasVersion === 2) return;
  const items = elementsOf(given) ?? (given.kind === 'list' ? [] : [given]);
  const fail = (message: string, keras: string, exception: string): never => {
    throw new KerasError('recurrent-state', message, keras, { callArgument: 'states', exception });
  };
  if (elementsOf(given) && items.length < family.states)
    fail(
      `${family.cellName} has ${family.states === 1 ? 'one state' : `${family.states} states`}, but got ${items.length}.`,
      'list index out of range',
      'IndexError',
    );
  if (typeof units !== 'number') return;
  items.slice(0, family.states).forEach((item, i) => {
    const shape = context.tensor(item)?.shape;
    const width = shape !== undefined && isKnownRank(shape) ? shape[shape.length - 1] : undefined;
    if (typeof width !== 'number' || width === units || (i > 0 && width === 1)) return;
    fail(
      `The states of ${family.cellName} are ${units} wide here, but one of ${width} was given.`,
      `dot_general requires contracting dimensions to have the same shape, got (${width},) and (${units},).`,
      'TypeError',
    );
  });
}

/** What a step gives: the input's axes but the last one, then `width`. */
function stateShape(input: TensorSpec, width: Dim): Shape {
  return isKnownRank(input.shape)
    ? [...input.shape.slice(0, -1), width]
    : [unknownDim(input.shape.reason), width];
}

/** What a step gives: the products of input and state are added, so that their axes are broadcast. */
function stepShape(context: CallContext, width: Dim): Shape {
  const [input] = context.inputs;
  const state = firstState(context)?.shape;
  const alone = stateShape(input, width);
  if (state === undefined || !isKnownRank(state) || !isKnownRank(alone)) return alone;
  if (state.length <= 2 && alone.length >= 2) return alone;
  const both = broadcastShapes(alone.slice(0, -1), state.slice(0, -1));
  return isKnownRank(both) ? [...both, width] : both;
}

/** An LSTM's step cuts the four gates out of the second axis, whatever the rank. */
function checkSplit(context: CallContext, family: Family): void {
  const [input] = context.inputs;
  // The other implementation, which recurrent dropout asks for, cuts the kernels instead.
  const dropout = context.config.value('recurrent_dropout');
  const cutsGates = (dropout.kind === 'int' || dropout.kind === 'float') && dropout.value === 0;
  const other = context.config.value('implementation');
  if (family.cell !== 'lstm' || !cutsGates || (other.kind !== 'none' && other.kind !== 'int')) return;
  if (other.kind === 'int' && other.value === 1) return;
  if (!isKnownRank(input.shape) || input.shape.length < 3) return;
  const length = input.shape[1];
  if (typeof length !== 'number' || length % 4 === 0) return;
  throw new KerasError(
    'input-rank',
    `An LSTM cell takes one time step (2 axes, batch included), but the input ${tupleText(input.shape)} has ${input.shape.length}.`,
    `array split does not result in an equal division: rest is ${length % 4}`,
    { input: 0, facts: { rank: input.shape.length, expected: 2, ndim: 2, shape: tupleText(input.shape) } },
  );
}

/** One step: input and state each against their kernel, then the gates. */
function cellStep(context: CallContext, family: Family, dtype: string | null): TensorRef {
  const { config } = context;
  const [input] = context.inputs;
  const units = unitsOf(config);
  const gates = mulDim(units, family.gates);
  const useBias = config.flag('use_bias') !== false;
  const dense = (inputRef: TensorRef, inFeatures: Known<number>, weight: string, bias: boolean): TensorRef =>
    context.step({
      type: 'Dense',
      primitive: { op: 'dense', inFeatures, units: known(gates), useBias: bias, activation: 'linear' },
      inputs: [inputRef],
      outputs: [spec(stateShape(input, gates), dtype)],
      weights: bias ? [weight, 'bias'] : [weight],
    })[0];
  const parts = [dense(input, known(features(input)), 'kernel', useBias)];
  const state = firstState(context);
  if (state) parts.push(dense(state, known(units), 'recurrent_kernel', false));
  return context.step({
    type: 'Gates',
    primitive: { op: 'elementwise', fn: `${family.cell}_gates` },
    inputs: parts,
    outputs: [spec(stepShape(context, units), dtype)],
  })[0];
}

function firstState(context: CallContext): TensorRef | undefined {
  const value = context.callArgs.get('states');
  if (value === undefined) return undefined;
  const first = value.kind === 'list' || value.kind === 'tuple' ? value.items[0] : value;
  return first === undefined ? undefined : context.tensor(first);
}

export const recurrentLayers: readonly LayerDefinition[] = FAMILIES.flatMap((family) => [
  recurrentLayer(family),
  cellDefinition(family),
]);
