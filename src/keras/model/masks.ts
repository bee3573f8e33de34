/**
 * Masks that ride on tensors (`Embedding(mask_zero=True)`, `Masking`): who gets one as an argument and who passes it on
 * (keras/src/layers/layer.py, steps 6 and 7 of `Layer.__call__`). Masks are operations of their own in a functional graph.
 */
import type { Given, TensorId } from '../../graph/graph';
import { NONE, int, type CallArgs, type Value } from '../../python/values';
import { opsLookup } from '../ops';
import { signature } from '../signature';
import { givenValue } from './given';
import { userMethod } from './layerBuild';
import type { LayerState } from './layerState';
import type { Recorder } from './recorder';
import { containsTensor, flatten, isTensor, mapStructure, tensorDataOf } from './structure';

/** Builtin layers whose `call` takes a `mask`. */
const TAKES_MASK = new Set([
  'RNN',
  'SimpleRNN',
  'LSTM',
  'GRU',
  'ConvLSTM1D',
  'ConvLSTM2D',
  'ConvLSTM3D',
  'Bidirectional',
  'TimeDistributed',
  'GlobalAveragePooling1D',
  'BatchNormalization',
  'Softmax',
  'Lambda',
]);

/** Builtin layers that hand the mask of their input on. */
const PASSES_MASK = new Set([
  'Dense',
  'Dropout',
  'AlphaDropout',
  'GaussianDropout',
  'GaussianNoise',
  'SpatialDropout1D',
  'SpatialDropout2D',
  'SpatialDropout3D',
  'ActivityRegularization',
  'Activation',
  'ReLU',
  'LeakyReLU',
  'PReLU',
  'ELU',
  'Softmax',
  'LayerNormalization',
  'BatchNormalization',
  'GroupNormalization',
  'UnitNormalization',
  'Identity',
  'Rescaling',
  'Normalization',
  'MultiHeadAttention',
  'GroupQueryAttention',
  'TernaryDense',
]);

const RECURRENT = new Set(['RNN', 'SimpleRNN', 'LSTM', 'GRU', 'Bidirectional']);

/** The mask that an input carries; undefined when it has none. */
export function maskOf(recorder: Recorder, value: Value | undefined): Value | undefined {
  const id = value === undefined ? undefined : tensorDataOf(value)?.tensor;
  return id === undefined ? undefined : recorder.masks.get(id);
}

/** The mask for a call's own `mask` parameter, when the caller gave none and exactly one argument holds tensors. */
export function maskForCall(recorder: Recorder, state: LayerState, args: CallArgs): Value | undefined {
  if (recorder.masks.size === 0 || args.keywords.has('mask')) return undefined;
  const given = [...args.positional.slice(1), ...args.keywords.values()]
    .map((arg) => arg.value)
    .filter((value) => flatten(value).some(isTensor));
  const mask = given.length === 1 ? maskOf(recorder, given[0]) : undefined;
  if (mask === undefined) return undefined;
  const call = userMethod(state, 'call');
  if (call?.kind === 'function')
    return call.def.params.some((param) => param.name === 'mask') ? mask : undefined;
  return state.isModel || TAKES_MASK.has(state.definition?.name ?? '') ? mask : undefined;
}

/** Whether Keras keeps the mask among the node's arguments: only in its short way for a single tensor of the layer's dtype. */
export function maskJoinsNode(recorder: Recorder, state: LayerState, args: CallArgs): boolean {
  if (state.isModel) return true;
  if (args.positional.length !== 2 || args.keywords.size > 0) return false;
  const id = tensorDataOf(args.positional[1].value)?.tensor;
  return id !== undefined && recorder.graph.tensors[id].dtype === (state.config?.computeDtype ?? 'float32');
}

/** Attaches the mask that the layer computes to its outputs. */
export function passMask(
  recorder: Recorder,
  state: LayerState,
  first: Value | undefined,
  explicit: Value | undefined,
  outputs: Value,
): void {
  if (explicit === undefined && recorder.masks.size === 0 && !startsMask(state)) return;
  const leaves = flatten(outputs).filter(isTensor);
  if (first === undefined || leaves.length === 0) return;
  const previous = explicit ?? maskOf(recorder, first);
  const computed = computeMask(recorder, state, first, previous);
  const masks = computed === undefined ? [] : flatten(computed);
  leaves.forEach((leaf, i) => {
    const mask = masks.length === 1 ? masks[0] : masks[i];
    const id: TensorId = tensorDataOf(leaf)!.tensor;
    if (mask !== undefined && isTensor(mask) && !recorder.masks.has(id)) recorder.masks.set(id, mask);
  });
}

/** Whether a layer may give its outputs a mask though no tensor carries one yet. */
function startsMask(state: LayerState): boolean {
  const name = state.definition?.name;
  return name === 'Embedding' || name === 'Masking' || userMethod(state, 'compute_mask') !== undefined;
}

function computeMask(
  recorder: Recorder,
  state: LayerState,
  first: Value,
  previous: Value | undefined,
): Value | undefined {
  const { machine } = recorder;
  const name = state.definition?.name ?? '';
  if (userMethod(state, 'compute_mask') !== undefined) {
    return recorder.userCode(() => machine.invoke(state.self, 'compute_mask', [first, previous ?? NONE]));
  }
  const notEqual = (value: Value): Value | undefined => {
    const op = opsLookup(recorder, 'not_equal');
    return op === undefined ? undefined : machine.apply(op, [first, value]);
  };
  if (name === 'Embedding') return state.config?.flag('mask_zero') === true ? notEqual(int(0)) : undefined;
  if (name === 'Masking') {
    const any = opsLookup(recorder, 'any');
    const unequal = notEqual(state.config?.value('mask_value') ?? int(0));
    return any === undefined || unequal === undefined
      ? undefined
      : machine.apply(any, [unequal], { axis: int(-1) });
  }
  if (previous === undefined) return undefined;
  if (RECURRENT.has(name)) return returnsSequences(state) ? previous : undefined;
  if (PASSES_MASK.has(name)) return previous;
  const own = state.self.attrs.get('supports_masking');
  return own !== undefined && machine.truth(own) === true ? previous : undefined;
}

function returnsSequences(state: LayerState): boolean {
  if (state.config?.flag('return_sequences') === true) return true;
  return (
    state.definition?.name === 'Bidirectional' &&
    state.sublayers.some((layer) => layer.config?.flag('return_sequences') === true)
  );
}

/**
 * Arguments of a builtin layer's call beside its first, with the masks that Keras hands over by itself: that of a single tensor
 * argument as `mask`, those of several as `query_mask`, `value_mask`, … where `call` has such parameters.
 */
export function givenBeside(
  recorder: Recorder,
  state: LayerState,
  args: CallArgs,
  mask: Value | undefined,
): Readonly<Record<string, Given>> | undefined {
  const parameters = state.definition?.callParameters ?? DEFAULT_PARAMETERS;
  if (state.definition === null || state.isModel || userMethod(state, 'call') !== undefined) return undefined;
  // The usual call: one tensor and nothing else.
  if (
    mask === undefined &&
    recorder.masks.size === 0 &&
    args.keywords.size === 0 &&
    args.positional.length <= 2
  )
    return undefined;
  const values = new Map<string, Value>();
  args.positional.slice(1).forEach(({ value }, i) => {
    const name = parameters[i]?.name;
    if (name !== undefined) values.set(name, value);
  });
  for (const [name, { value }] of args.keywords) values.set(name, value);
  const given: Record<string, Given> = {};
  for (const [name, value] of values) if (name !== parameters[0]?.name) given[name] = givenValue(value);
  if (mask !== undefined) given.mask = givenValue(mask);
  if (recorder.masks.size > 0) {
    const tensors = [...values].filter(([, value]) => containsTensor(value));
    for (const [name, value] of tensors) {
      const target = tensors.length === 1 ? 'mask' : `${name}_mask`;
      const taken = (given[target] ?? null) !== null;
      if (taken || !parameters.some((parameter) => parameter.name === target)) continue;
      const own = mapStructure(value, (leaf) => maskOf(recorder, leaf) ?? NONE);
      if (flatten(own).some(isTensor)) given[target] = givenValue(own);
    }
  }
  return Object.keys(given).length > 0 ? given : undefined;
}

const DEFAULT_PARAMETERS = signature('inputs, mask=None');
