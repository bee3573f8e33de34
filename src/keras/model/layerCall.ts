/**
 * Calling a layer on tensors: checks the inputs, builds on the first call, runs the shape rule or the program's own
 * `call`, and leaves a node (keras/src/layers/layer.py, `Layer.__call__`).
 */
import type { CallSite, Node, SourceRange, TensorId } from '../../graph/graph';
import { unknownBase } from '../../python/interpreter/classes';
import {
  NONE,
  list,
  native,
  tuple,
  type CallArgs,
  type NativeFunction,
  type Value,
} from '../../python/values';
import { KerasError, type CallResult, type TensorRef, type TensorSpec } from '../definition';
import { appended } from '../lists';
import { signature } from '../signature';
import { wrongCall } from './callChecks';
import { LayerCallContext, unknownOutputs } from './context';
import { checkInputSpec } from './inputSpec';
import { buildDefinition, buildForCall, userMethod } from './layerBuild';
import {
  elementRanges,
  firstArgument,
  inputRefs,
  namesOf,
  orderedInputs,
  toTensorLeaf,
  withMask,
  withoutSelf,
} from './callArguments';
import { layerStateOf, type LayerState } from './layerState';
import { givenBeside, maskForCall, maskJoinsNode, passMask } from './masks';
import { callModel } from './modelCall';
import { asksForShape, beforeItRuns, withStatedShapes } from './statedOutput';
import { runUserCall } from './userCall';
import { recorderOf, type Recorder } from './recorder';
import {
  argumentRanges,
  asTensor,
  containsTensor,
  flatten,
  mapArgs,
  mapStructure,
  tensorsIn,
} from './structure';

const CALL_PARAMETERS = signature('inputs, training=None, mask=None, *args, **kwargs');

/** `Layer.__call__`. */
export const layerCall: NativeFunction = native('__call__', (machine, args) => {
  const self = args.positional[0]?.value;
  const state = self === undefined ? undefined : layerStateOf(self);
  if (state === undefined) return machine.unknown('this layer was not made by its constructor');
  return callLayer(recorderOf(machine), state, args);
});

/** One call. `args.positional[0]` is the layer itself. */
export function callLayer(recorder: Recorder, state: LayerState, original: CallArgs): Value {
  const args = withTensors(recorder, original);
  const site = recorder.site();
  const parameters = state.definition?.callParameters ?? CALL_PARAMETERS;
  const ranges = argumentRanges(namesOf(parameters), args);
  const wrong = wrongCall(recorder, state, args, ranges);
  const first = firstArgument(args, parameters[0]?.name);
  const userCall = userMethod(state, 'call');
  const builtin = userCall === undefined && state.definition !== null;
  const inputs = first === undefined ? [] : inputRefs(recorder, first.value, takesNumbers(state));
  const mask = maskForCall(recorder, state, args);
  let tensorArguments: { readonly name: string; readonly value: Value }[] = [];
  for (let i = 1; i < args.positional.length; i++) {
    const { value } = args.positional[i];
    if (containsTensor(value))
      tensorArguments = appended(tensorArguments, { name: parameters[i - 1]?.name ?? `arg${i - 1}`, value });
  }
  for (const [name, { value }] of args.keywords)
    if (containsTensor(value)) tensorArguments = appended(tensorArguments, { name, value });
  const inputIds = orderedInputs(inputs, tensorArguments);

  if (wrong) {
    const guess = [
      recorder.doubt(asTensor(recorder, recorder.machine.unknown('the argument is no tensor'))!),
    ];
    const node = recorder.begin({
      layer: state,
      type: state.layer.type,
      name: state.layer.name,
      inputs: guess.map((ref) => ref.tensor),
      primitive: { op: 'opaque', reason: 'called on no tensor' },
      args: ranges,
    });
    node.failed = true;
    return finish(recorder, state, node, fallbackOf(state, guess, 'called on no tensor'), args, 'single');
  }
  if (builtin && !state.broken) {
    const inputRanges = elementRanges(first);
    try {
      const spec = state.definition!.inputSpec?.(state.config!);
      if (spec !== undefined) checkInputSpec(spec, inputs, state.layer.name);
    } catch (error) {
      if (!(error instanceof KerasError)) throw error;
      const at = { site, layer: state.layer, callArgs: ranges, inputs: inputIds, inputRanges };
      // A specification asks for the layer's shapes alone: the model is made, and data that run through it end here.
      if (recorder.specifying) recorder.fail(error.asWarning(), at);
      else {
        const node = recorder.begin({
          layer: state,
          type: state.layer.type,
          name: state.layer.name,
          inputs: inputIds,
          primitive: { op: 'opaque', reason: error.message },
          args: ranges,
        });
        node.failed = true;
        recorder.fail(error, { ...at, node });
        return finish(recorder, state, node, fallbackOf(state, inputs, error.message), args, 'single');
      }
    }
  }
  let buildFailed = false;
  if (!state.isModel) {
    if (builtin && !state.layer.built && userMethod(state, 'build') === undefined) {
      state.touch();
      state.layer.built = true;
      buildFailed = !buildNow(recorder, state, inputs, site, ranges, inputIds);
    } else if (!state.layer.built) {
      buildForCall(
        state,
        inputs,
        tensorArguments.length > 0
          ? tensorArguments
          : first === undefined
            ? []
            : [{ name: 'inputs', value: first.value }],
        ranges,
      );
    }
  }

  if (state.isModel && !state.layer.built && userCall !== undefined) {
    if (userMethod(state, 'build') !== undefined) buildForCall(state, inputs, tensorArguments, ranges);
    state.touch();
    state.layer.built = true;
  }
  const node = recorder.begin({
    layer: state,
    type: state.layer.type,
    name: state.layer.name,
    inputs: inputIds,
    primitive: { op: 'composite' },
    weights: state.layer.weights,
    args: ranges,
    given: givenBeside(recorder, state, args, mask),
  });
  recorder.remember(node.id, { fn: state.self, args: withoutSelf(args) });
  if (mask !== undefined && maskJoinsNode(recorder, state, args))
    recorder.maskInputs.set(node.id, tensorsIn(mask));
  if (buildFailed || state.broken) {
    node.failed = true;
    // How many weights it would have is not known.
    state.touch();
    state.layer.weightsDiffer = true;
    node.primitive = { op: 'opaque', reason: 'the layer could not be built' };
    return finish(
      recorder,
      state,
      node,
      fallbackOf(state, inputs, 'the layer could not be built'),
      args,
      'single',
    );
  }
  if (userCall === undefined && state.isModel)
    return finishValue(recorder, state, node, args, callModel(recorder, state, node, first, args));
  if (userCall !== undefined)
    return finishValue(recorder, state, node, args, ownCall(recorder, state, node, args, mask, inputIds));
  if (state.definition?.call !== undefined) return runDefinition(recorder, state, node, inputs, args);
  if (unknownBase(state.self.cls) !== null || state.self.cls.def === null)
    node.unknown = recorder.unknown(`what ${state.layer.type} computes is not known`);
  else node.unknown = recorder.unknown(`${state.layer.type} has no call()`);
  node.primitive = { op: 'opaque', reason: node.unknown.reason };
  return finish(
    recorder,
    state,
    node,
    unknownOutputs(node.unknown.reason, inputs[0]?.dtype ?? null),
    args,
    'single',
  );
}

/** Layers without an input spec make one tensor of the numbers in a list: those that prepare data. */
function takesNumbers(state: LayerState): boolean {
  return state.definition !== null && state.definition.inputSpec === undefined;
}

/** Arguments with arrays as tensors. Apart, as are the next two, for a function made in `callLayer` costs memory in every call. */
function withTensors(recorder: Recorder, original: CallArgs): CallArgs {
  return mapArgs(original, (leaf) => toTensorLeaf(recorder, leaf));
}

/** Makes the weights of a builtin layer at its first call. False where that fails. */
function buildNow(
  recorder: Recorder,
  state: LayerState,
  inputs: readonly TensorRef[],
  site: CallSite,
  ranges: Readonly<Record<string, SourceRange>>,
  inputIds: readonly TensorId[],
): boolean {
  return buildDefinition(state, inputs, (error) =>
    recorder.fail(error, { site, layer: state.layer, callArgs: ranges, inputs: inputIds }),
  );
}

/** What the program's own `call` gives. */
function ownCall(
  recorder: Recorder,
  state: LayerState,
  node: Node,
  args: CallArgs,
  mask: Value | undefined,
  inputIds: readonly TensorId[],
): Value {
  const run = (): Value =>
    runUserCall(recorder, state, node, mask === undefined ? args : withMask(args, mask));
  if (!asksForShape(recorder, state, inputIds)) return run();
  const result = withStatedShapes(recorder, state, args, beforeItRuns(recorder, state, run));
  if (result.kind !== 'unknown') node.unknown = null;
  return result;
}

/** Runs the definition's shape rule for `node` and gives the output values. */
function runDefinition(
  recorder: Recorder,
  state: LayerState,
  node: Node,
  inputs: readonly TensorRef[],
  args: CallArgs,
): Value {
  const { machine } = recorder;
  const definition = state.definition!;
  const parameters = definition.callParameters ?? CALL_PARAMETERS;
  const bound = machine.bind(parameters, withoutSelf(args));
  const firstName = parameters[0]?.name;
  const firstValue = firstName === undefined ? undefined : bound.values.get(firstName);
  const isList =
    firstValue !== undefined &&
    (firstValue.kind === 'list' || firstValue.kind === 'tuple' || firstValue.kind === 'dict');
  const context = new LayerCallContext(machine, recorder, state, node, inputs, isList, bound.values);
  let result: CallResult;
  try {
    const missing = bound.missing.find((name) => name !== 'args' && name !== 'kwargs');
    if (missing !== undefined) {
      throw new KerasError(
        'call-argument-missing',
        `${state.layer.type} needs the argument \`${missing}\``,
        `${state.layer.type}.call() missing 1 required positional argument: '${missing}'`,
        { exception: 'TypeError', facts: { argument: missing } },
      );
    }
    result = definition.call!(context);
  } catch (error) {
    if (error instanceof TypeError) {
      // A definition met something it does not expect: the result is unknown, the rest of the program goes on.
      recorder.internal(error, node.site.range);
      node.unknown = recorder.unknown(`the analysis of ${state.layer.type} failed here`);
      node.primitive = { op: 'opaque', reason: node.unknown.reason };
      return finish(recorder, state, node, unknownOutputs(node.unknown.reason, null), args, 'single');
    }
    if (!(error instanceof KerasError)) throw error;
    node.failed = true;
    node.primitive = { op: 'opaque', reason: error.message };
    recorder.fail(error, {
      site: node.site,
      node,
      layer: state.layer,
      callArgs: node.args,
      inputs: node.inputs,
    });
    return finish(recorder, state, node, fallbackOf(state, inputs, error.message), args, 'single');
  }
  node.primitive = result.primitive ?? { op: 'composite' };
  if (node.weights.length !== state.layer.weights.length) node.weights = [...state.layer.weights];
  if (result.unknown !== undefined) node.unknown = recorder.unknown(result.unknown);
  return finish(
    recorder,
    state,
    node,
    result.outputs,
    args,
    result.arrange ?? result.structure ?? (result.outputs.length === 1 ? 'single' : 'list'),
  );
}

/** The native `call` of a builtin class, reached through `super().call(x)`: a step within the current node. */
export const builtinCall: NativeFunction = native('call', (machine, args) => {
  const recorder = recorderOf(machine);
  const self = args.positional[0]?.value;
  const state = self === undefined ? undefined : layerStateOf(self);
  if (state?.definition?.call === undefined || state.config === null)
    return machine.unknown('what this call() computes is not known');
  const first = firstArgument(args, state.definition.callParameters?.[0]?.name ?? 'inputs');
  const inputs = first === undefined ? [] : inputRefs(recorder, first.value);
  const node = recorder.begin({
    layer: null,
    type: state.definition.name,
    name: state.layer.name,
    inputs: inputs.map((ref) => ref.tensor),
    primitive: { op: 'composite' },
    weights: state.layer.weights,
  });
  recorder.remember(node.id, { fn: builtinCall, args });
  return runDefinition(recorder, state, node, inputs, args);
});

/** Gives `node` the tensors in `value`, the result of a program's own `call` or of a model. */
function finishValue(recorder: Recorder, state: LayerState, node: Node, args: CallArgs, value: Value): Value {
  if (value.kind === 'unknown') {
    node.unknown ??= {
      kind: 'unknown',
      reason: value.reason,
      ...(value.at === null ? {} : { at: value.at }),
    };
    return finish(recorder, state, node, unknownOutputs(node.unknown.reason, null), args, 'single');
  }
  const leaves = flatten(value);
  const tensors = leaves.flatMap((leaf) => {
    const ref = leaf.kind === 'none' || leaf.kind === 'str' ? undefined : asTensor(recorder, leaf);
    return ref === undefined ? [] : [ref];
  });
  const made = recorder.finish(node, tensors);
  let next = 0;
  const output = mapStructure(value, (leaf) => {
    if (leaf.kind === 'none' || leaf.kind === 'str' || asTensor(recorder, leaf) === undefined) return leaf;
    return recorder.valueOf(made[next++].tensor);
  });
  note(state, node, args, output);
  return output;
}

function finish(
  recorder: Recorder,
  state: LayerState,
  node: Node,
  outputs: readonly (TensorSpec | TensorRef)[],
  args: CallArgs,
  structure: 'single' | 'list' | 'tuple' | NonNullable<CallResult['arrange']>,
): Value {
  const values = recorder.finish(node, outputs).map((ref) => recorder.valueOf(ref.tensor));
  const output: Value =
    typeof structure === 'function'
      ? structure(values)
      : structure === 'list'
        ? list(values)
        : structure === 'tuple'
          ? tuple(values)
          : (values[0] ?? NONE);
  note(state, node, args, output);
  return output;
}

function note(state: LayerState, node: Node, args: CallArgs, outputs: Value): void {
  if (node.layer !== state.id) return;
  passMask(
    state.recorder,
    state,
    firstArgument(args, 'inputs')?.value,
    args.keywords.get('mask')?.value,
    outputs,
  );
  state.touch();
  const inputs = args.positional[1]?.value ?? [...args.keywords.values()][0]?.value ?? NONE;
  state.calls = appended(state.calls, { node: node.id, inputs, outputs });
}

export function fallbackOf(
  state: LayerState,
  inputs: readonly TensorSpec[],
  reason: string,
): readonly TensorSpec[] {
  const dtype = inputs[0]?.dtype ?? null;
  if (state.definition?.fallback !== undefined && state.config !== null) {
    try {
      return state.definition.fallback(state.config, inputs);
    } catch (error) {
      if (!(error instanceof KerasError || error instanceof TypeError)) throw error;
    }
  }
  return unknownOutputs(reason, dtype);
}
