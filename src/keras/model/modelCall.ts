/** Calling a model on tensors: a functional graph is run again on them, a Sequential goes through its layers. */
import { isUnknown, type Dim, type Node, type Shape, type TensorId } from '../../graph/graph';
import { list, type Arg, type CallArgs, type Value } from '../../python/values';
import { KerasError, type TensorRef } from '../definition';
import { formatShape, isKnownRank } from '../dims';
import type { FunctionalGraph } from './functional';
import { openTail } from './callArguments';
import { callLayer } from './layerCall';
import type { LayerState } from './layerState';
import type { Recorder } from './recorder';
import { buildSequential } from './sequentialBuild';
import { asTensor, flatten, mapArgs, mapStructure, tensorDataOf } from './structure';

/** The value that the model's own `call` gives; `node` is the model's call. */
export function callModel(
  recorder: Recorder,
  state: LayerState,
  node: Node,
  first: Arg | undefined,
  args: CallArgs,
): Value {
  const { machine } = recorder;
  if (first === undefined) return machine.unknown('the model is called without inputs');
  if (state.role === 'sequential' && state.functional === null) {
    const ref = asTensor(recorder, first.value);
    if (ref !== undefined && isKnownRank(ref.shape))
      recorder.within(null, () => buildSequential(state, ref.shape));
  }
  if (state.functional !== null) return runFunctional(recorder, state, node, first.value);
  if (state.role === 'sequential') {
    return recorder.within(node.id, () =>
      recorder.drive(node.site, () => {
        let value = first.value;
        const stack = state.stack ?? [];
        stack.forEach((layer, index) => {
          if (index === state.unknownFrom) value = machine.unknown(state.unknownPart!.reason);
          if (layer.inputTensor === null)
            value = callLayer(recorder, layer, machine.args([layer.self, value]));
        });
        return state.unknownFrom === stack.length ? machine.unknown(state.unknownPart!.reason) : value;
      }),
    );
  }
  return machine.unknown(
    args.range === null
      ? `${state.layer.type} has no call()`
      : `${state.layer.type} does not say what it computes: it has no call()`,
    args.range,
  );
}

/** Runs the functional graph on the tensors in `value`; the steps become children of `node`. */
function runFunctional(recorder: Recorder, state: LayerState, node: Node, value: Value): Value {
  const { machine } = recorder;
  const graph = state.functional!;
  const given = inputsInOrder(recorder, graph, value);
  if (given === undefined) reportCount(recorder, state, node, graph, value);
  if (given === undefined)
    return machine.unknown("the inputs of this call do not have the structure of the model's inputs");
  const tensors = given.map((leaf) => (leaf.kind === 'none' ? undefined : asTensor(recorder, leaf)));
  try {
    checkInputs(recorder, state, graph, tensors, recorder.kerasVersion === 3);
  } catch (error) {
    if (!(error instanceof KerasError)) throw error;
    // Data run through a Sequential whatever their lengths, as long as its layers take them.
    if (tensors.every((ref) => ref === undefined || runsThrough(recorder, state, ref))) {
      const { result, failed } = recorder.attempt(() => replayed(recorder, node, graph, tensors));
      if (!failed) return result;
    }
    if (error.options.severity !== 'warning') node.failed = true;
    if (!hasErrors(state))
      recorder.fail(error, {
        site: node.site,
        node,
        layer: state.layer,
        callArgs: node.args,
        inputs: node.inputs,
      });
    if (!node.failed) return replayed(recorder, node, graph, tensors);
    return mapStructure(graph.outputs, (leaf) => {
      const id = tensorDataOf(leaf)?.tensor;
      return id === undefined
        ? leaf
        : recorder.constant({ shape: recorder.ref(id).shape, dtype: recorder.ref(id).dtype });
    });
  }
  return replayed(recorder, node, graph, tensors);
}

/** Whether something in the model is wrong already: what it makes of data is a guess then. */
export function hasErrors(state: LayerState): boolean {
  const own = new Set([state.id, ...(state.functional?.layers ?? []).map(({ id }) => id)]);
  return state.recorder.graph.failures.some(
    ({ severity, layer }) => severity === 'error' && layer !== null && own.has(layer),
  );
}

/**
 * Keras 3 asks of a Sequential's input only that it has the right rank where it is data, or a tensor within a layer's `call`:
 * `Sequential.call` runs its graph without the check that a functional model makes.
 */
export function runsThrough(recorder: Recorder, state: LayerState, ref: TensorRef): boolean {
  const wanted = state.functional?.inputIds.map((id) => recorder.graph.tensors[id].shape)[0];
  return (
    recorder.kerasVersion === 3 &&
    state.role === 'sequential' &&
    (recorder.inCall || !recorder.isSymbolic(ref.tensor)) &&
    wanted !== undefined &&
    isKnownRank(wanted) &&
    isKnownRank(ref.shape) &&
    wanted.length === ref.shape.length &&
    // Weights are as wide as the last axis.
    wanted[wanted.length - 1] === ref.shape[ref.shape.length - 1]
  );
}

/** The graph's nodes on the tensors of this call. Keras 2 adds or drops a last axis of 1 first, Keras 3 only where data runs through. */
function replayed(
  recorder: Recorder,
  node: Node,
  graph: FunctionalGraph,
  tensors: readonly (TensorRef | undefined)[],
): Value {
  const map = new Map<TensorId, Value>();
  const within = recorder.takeUncast();
  // For other shapes than those that the model was made of, Keras 3 asks each layer what it would give for these tensors.
  const specified =
    recorder.kerasVersion === 3 &&
    (node.parent === null || within) &&
    tensors.some(
      (ref, i) => ref !== undefined && !sameShape(ref.shape, recorder.ref(graph.inputIds[i]).shape),
    );
  graph.inputIds.forEach((id, i) => {
    const ref = tensors[i];
    if (ref === undefined) return;
    const adjusted = recorder.kerasVersion === 2 ? adjustRank(recorder, recorder.ref(id), ref) : ref;
    map.set(
      id,
      recorder.valueOf((specified ? adjusted : converted(recorder, recorder.ref(id), adjusted)).tensor),
    );
  });
  return recorder.within(node.id, () =>
    recorder.drive(node.site, () => replayNodes(recorder, graph, map, false, specified)),
  );
}

const sameShape = (a: Shape, b: Shape): boolean =>
  !isKnownRank(a) ||
  !isKnownRank(b) ||
  (a.length === b.length &&
    a.every((dim, i) => {
      const other = b[i];
      // One that is not known may be either.
      if (isUnknown(dim) || isUnknown(other)) return true;
      return typeof dim === 'number' || typeof other === 'number' ? dim === other : true;
    }));

/** Keras 3 converts what a model is called on to the dtype of its inputs. */
function converted(recorder: Recorder, reference: TensorRef, ref: TensorRef): TensorRef {
  const { dtype } = reference;
  if (recorder.kerasVersion === 2 || dtype === null || ref.dtype === null || dtype === ref.dtype) return ref;
  return castTo(recorder, ref, dtype);
}

/** A step that casts, which Keras takes by itself. */
export function castTo(recorder: Recorder, ref: TensorRef, dtype: string): TensorRef {
  const node = recorder.begin({
    layer: null,
    type: 'Cast',
    name: 'cast',
    inputs: [ref.tensor],
    primitive: { op: 'elementwise', fn: 'cast' },
    internal: true,
  });
  return recorder.finish(node, [{ shape: ref.shape, dtype }])[0];
}

/** Runs the graph's nodes again with `map` from its tensors to new ones. Gives the outputs in their structure. */
export function replayNodes(
  recorder: Recorder,
  graph: Pick<FunctionalGraph, 'nodes' | 'outputs'>,
  map: Map<TensorId, Value>,
  keepNames = false,
  /** The layers are asked for what they would give; nothing casts what they get. */
  specified = false,
): Value {
  const { machine } = recorder;
  const substitute = (leaf: Value): Value => {
    const id = tensorDataOf(leaf)?.tensor;
    return (id === undefined ? undefined : map.get(id)) ?? leaf;
  };
  for (const id of graph.nodes) {
    const node = recorder.graph.nodes[id];
    if (node.primitive.op === 'input' || node.outputs.every((output) => map.has(output))) continue;
    const replay = recorder.replay(id);
    if (replay === undefined) {
      for (const output of node.outputs)
        map.set(output, machine.unknown(`${node.type} cannot be followed here`));
      continue;
    }
    const { nameOverride: before, driven } = recorder;
    // What a function made together stays together in every call of the model.
    if (driven !== null) recorder.driven = { ...driven, call: node.site.call };
    if (keepNames) recorder.nameOverride = node.name;
    let result: Value;
    const args = mapArgs(replay.args, substitute);
    try {
      const call = (): Value =>
        node.layer === null
          ? machine.call(replay.fn, { ...args, range: null })
          : callLayer(recorder, recorder.layers[node.layer], {
              ...args,
              positional: [{ value: recorder.layers[node.layer].self, range: null }, ...args.positional],
              range: null,
            });
      result = specified && node.layer !== null ? recorder.specify(call) : call();
    } finally {
      recorder.nameOverride = before;
      recorder.driven = driven;
    }
    const leaves = flatten(result).filter((leaf) => leaf.kind !== 'none');
    node.outputs.forEach((output, i) =>
      map.set(output, leaves[i] ?? machine.unknown(`${node.type} gave fewer outputs here`)),
    );
  }
  return mapStructure(graph.outputs, substitute);
}

/** Leaves in the order of the model's inputs; a dict may name them. Undefined when the structure does not fit. */
function inputsInOrder(
  recorder: Recorder,
  graph: FunctionalGraph,
  value: Value,
): readonly Value[] | undefined {
  if (value.kind === 'dict' && graph.inputs.kind !== 'dict') {
    const found = graph.inputIds.map((id) => {
      const name = recorder.graph.tensors[id].name;
      return [...value.entries.values()].find(({ key }) => key.kind === 'str' && key.value === name)?.value;
    });
    return found.every((leaf) => leaf !== undefined) ? found : undefined;
  }
  const leaves = flatten(value);
  return leaves.length === graph.inputIds.length ? leaves : undefined;
}

/** Another number of tensors than the model has inputs; says nothing where the structure is not wholly known. */
function reportCount(
  recorder: Recorder,
  state: LayerState,
  node: Node,
  graph: FunctionalGraph,
  value: Value,
): void {
  const leaves = flatten(value);
  if (
    value.kind === 'dict' ||
    graph.inputs.kind === 'dict' ||
    (value.kind === 'list' && value.tail !== null) ||
    !leaves.every((leaf) => tensorDataOf(leaf) !== undefined) ||
    // Inputs that are not all known (`Model(encoder.inputs, …)` of an unknown encoder) may be any number.
    graph.inputIds.length === 0 ||
    openTail(graph.inputs) !== null ||
    !flatten(graph.inputs).every((leaf) => tensorDataOf(leaf) !== undefined)
  )
    return;
  const [wanted, got] = [graph.inputIds.length, leaves.length];
  node.failed = true;
  recorder.fail(
    new KerasError(
      'input-count',
      `${state.layer.name} takes ${wanted} inputs, but gets ${got}`,
      `Layer "${state.layer.name}" expects ${wanted} input(s), but it received ${got} input tensors.`,
      { callArgument: 'inputs', facts: { expected: wanted, found: got } },
    ),
    { site: node.site, node, layer: state.layer, callArgs: node.args, inputs: node.inputs },
  );
}

/**
 * Known lengths must agree. Data may differ in rank by a last axis of 1 only. Keras 3's check of a symbolic call (`symbolic`)
 * leaves a last axis of 1 out on both sides, and compares the axes that both have: another rank shows when data runs through.
 */
export function checkInputs(
  recorder: Recorder,
  state: LayerState,
  graph: FunctionalGraph,
  tensors: readonly (TensorRef | undefined)[],
  symbolic = false,
): void {
  for (const [index, tensor] of tensors.entries()) {
    if (tensor === undefined || !isKnownRank(tensor.shape)) continue;
    const reference = recorder.graph.tensors[graph.inputIds[index]];
    if (!isKnownRank(reference.shape)) continue;
    const [found, wanted] = [tensor.shape, reference.shape];
    const got = formatShape(found);
    const expected = formatShape(wanted);
    const mistake = (severity: 'error' | 'warning'): KerasError =>
      new KerasError(
        'model-input-shape',
        `${state.layer.name} takes an input of shape ${expected}, but gets ${got}`,
        `Input ${index} of layer "${state.layer.name}" is incompatible with the layer: expected shape=${expected}, found shape=${got}`,
        {
          callArgument: 'inputs',
          input: index,
          facts: { input: reference.name, expected, received: got },
          severity,
        },
      );
    const longer = found.length > wanted.length ? found : wanted;
    const fits =
      found.length === wanted.length ||
      (Math.abs(found.length - wanted.length) === 1 && mayBeOne(longer[longer.length - 1]));
    if (!fits && !symbolic) throw mistake('error');
    const [a, b] = [squeezed(found), squeezed(wanted)];
    for (let axis = 1; axis < Math.min(a.length, b.length); axis++)
      if (typeof a[axis] === 'number' && typeof b[axis] === 'number' && a[axis] !== b[axis])
        throw mistake('error');
    if (!fits) throw mistake('warning');
  }
}

/** Without a last axis of 1. */
function squeezed(shape: readonly Dim[]): readonly Dim[] {
  return shape.length > 0 && shape[shape.length - 1] === 1 ? shape.slice(0, -1) : shape;
}

const mayBeOne = (dim: Dim): boolean => dim === 1 || (typeof dim === 'object' && isUnknown(dim));

/** `Functional._adjust_input_rank`: a last axis of 1 is dropped or added. */
function adjustRank(recorder: Recorder, reference: TensorRef, tensor: TensorRef): TensorRef {
  if (
    !isKnownRank(reference.shape) ||
    !isKnownRank(tensor.shape) ||
    reference.shape.length === tensor.shape.length
  )
    return tensor;
  const shape =
    tensor.shape.length > reference.shape.length ? tensor.shape.slice(0, -1) : [...tensor.shape, 1];
  const node = recorder.begin({
    layer: null,
    type: tensor.shape.length > reference.shape.length ? 'Squeeze' : 'ExpandDims',
    name: 'expand_dims',
    inputs: [tensor.tensor],
    primitive: { op: 'reshape' },
    internal: true,
  });
  return recorder.finish(node, [{ shape, dtype: tensor.dtype }])[0];
}

export const inputList = (values: readonly Value[]): Value =>
  values.length === 1 ? values[0] : list([...values]);
