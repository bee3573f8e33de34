/** Sequential models: the stack of layers, and the functional graph that Keras rebuilds whenever it is known what comes in. */
import type { CallSite, NodeId, Shape, SummaryRow, Unknown } from '../../graph/graph';
import { unknownBase } from '../../python/interpreter/classes';
import { isOpaque } from '../../python/library/known';
import { list, type Value } from '../../python/values';
import { KerasError } from '../definition';
import { isKnownRank } from '../dims';
import type { FunctionalGraph } from './functional';
import { makeInputLayer } from './input';
import { callLayer } from './layerCall';
import { layerStateOf, type LayerState } from './layerState';
import { shapeToValue, valueToShape } from './shapes';
import { flatten, tensorDataOf } from './structure';

/** `model.add(layer)`; `site` is where an error counts. */
export function addToSequential(state: LayerState, value: Value, site: CallSite, rebuild: boolean): void {
  const { recorder } = state;
  state.touch();
  const stack = (state.stack ??= []);
  const layer = layerOf(state, value);
  if (layer === undefined) {
    if (
      value.kind === 'unknown' ||
      (value.kind === 'instance' && (unknownBase(value.cls) !== null || isOpaque(value)))
    ) {
      // An object of a class that is not followed to its root may be a layer.
      state.layer.built = false;
      state.functional = null;
      missPart(state, {
        kind: 'unknown',
        reason: value.kind === 'unknown' ? value.reason : `what ${value.cls.name} is is not known`,
      });
      return;
    }
    const what =
      value.kind === 'class'
        ? `the class ${value.name}`
        : value.kind === 'function' || value.kind === 'native'
          ? `the function ${value.name}`
          : (recorder.machine.repr(value) ?? `a ${value.kind}`);
    recorder.fail(
      new KerasError(
        'sequential-not-layer',
        `${what} is no layer`,
        `Only instances of \`keras.Layer\` can be added to a Sequential model. Received: ${recorder.machine.repr(value) ?? what}`,
        {
          facts: {
            kind: value.kind,
            name: value.kind === 'class' || value.kind === 'function' ? value.name : null,
          },
        },
      ),
      { site, layer: state.layer },
    );
    return;
  }
  if (
    stack.length === 0 &&
    state.unknownPart === null &&
    layer.inputShapeArg !== null &&
    layer.inputTensor === null
  ) {
    const shape = valueToShape(layer.inputShapeArg);
    if (shape !== undefined) stack.push(makeInputLayer(recorder, { shape, dtype: null, name: null }, site));
  }
  if (stack.some((other) => other !== layer && other.layer.name === layer.layer.name)) {
    recorder.fail(
      new KerasError(
        'duplicate-name',
        `the name "${layer.layer.name}" is already that of another layer of this model`,
        `All layers added to a Sequential model should have unique names. Name '${layer.layer.name}' is already the name of a layer in this model. Update the \`name\` argument to pass a unique name.`,
        { argument: 'name', facts: { name: layer.layer.name } },
      ),
      { site: layer.layer.args['name'] === undefined ? site : layer.layer.site, layer: layer.layer },
    );
  }
  if (layer.inputTensor !== null && stack.length > 0 && stack[0].inputTensor !== null) {
    recorder.fail(
      new KerasError(
        'sequential-second-input',
        'this model has an Input already',
        `Sequential model '${state.layer.name}' has already been configured to use an input shape. You cannot add a different Input layer to it.`,
        {},
      ),
      { site, layer: state.layer },
    );
    return;
  }
  stack.push(layer);
  if (layer.inputTensor === null) state.adopt(layer);
  if (rebuild) rebuildSequential(state);
  else {
    state.layer.built = false;
  }
}

/** The layers that follow in the stack of `state` come after a part that is not known. */
export function missPart(state: LayerState, part: Unknown): void {
  state.unknownPart ??= part;
  state.unknownFrom ??= state.stack?.length ?? 0;
}

/** Keras 3 takes the tensor of an `Input` for its layer. */
function layerOf(state: LayerState, value: Value): LayerState | undefined {
  const direct = layerStateOf(value);
  if (direct !== undefined) return direct;
  const id = tensorDataOf(value)?.tensor;
  if (id === undefined) return undefined;
  const node = state.recorder.producerOf(id);
  return node?.primitive.op === 'input' && node.layer !== null
    ? state.recorder.layers[node.layer]
    : undefined;
}

/** `_maybe_rebuild`: with an input known at the front the graph is built; every time a Functional takes a name. */
export function rebuildSequential(state: LayerState): void {
  const stack = state.stack ?? [];
  if (stack.length === 0 || state.unknownFrom === 0) return;
  const [first] = stack;
  if (first.inputTensor !== null) {
    if (stack.length > 1) extend(state);
    return;
  }
  const inner = first.functional;
  if (inner !== null && stack.length > 1 && inner.inputIds.length === 1) {
    const shape = state.recorder.graph.tensors[inner.inputIds[0]].shape;
    if (isKnownRank(shape)) buildSequential(state, shape);
  }
}

/** Builds for an input shape (batch included), as `model.build(shape)` or a first call does. */
export function buildSequential(state: LayerState, shape: Shape): void {
  const { recorder } = state;
  const stack = (state.stack ??= []);
  if (stack.length === 0 || state.unknownFrom === 0) return;
  state.touch();
  if (stack[0].inputTensor === null) {
    if (state.unknownFrom !== null) state.unknownFrom++;
    stack.unshift(makeInputLayer(recorder, { shape, dtype: 'float32', name: null }, state.layer.site));
  }
  state.functional = null;
  extend(state);
}

/** Runs the layers that the graph does not have yet. */
function extend(state: LayerState): void {
  const { recorder } = state;
  const stack = state.stack!;
  const input = stack[0].inputTensor!;
  const before = state.functional;
  // The graph so far holds when it covers the front of the stack; otherwise it is made anew.
  let value: Value = recorder.valueOf(input);
  let nodes: NodeId[] = [];
  let start = 1;
  if (
    before !== null &&
    before.inputIds[0] === input &&
    before.layers.length < stack.length &&
    before.layers.every((layer, i) => layer === stack[i])
  ) {
    value = before.outputs;
    nodes = [...before.nodes];
    start = before.layers.length;
  } else {
    const node = recorder.producerOf(input);
    if (node !== null) nodes.push(node.id);
  }
  for (let index = start; index < stack.length; index++) {
    const layer = stack[index];
    if (index === state.unknownFrom) value = recorder.machine.unknown(state.unknownPart!.reason);
    const count = recorder.graph.nodes.length;
    value = recorder.within(null, () =>
      recorder.drive(layer.layer.site, () =>
        callLayer(recorder, layer, recorder.machine.args([layer.self, value])),
      ),
    );
    const made = recorder.graph.nodes
      .slice(count)
      .find((node) => node.parent === null && node.layer === layer.id);
    if (made !== undefined) nodes.push(made.id);
  }
  if (state.unknownFrom === stack.length) value = recorder.machine.unknown(state.unknownPart!.reason);
  if (recorder.kerasVersion === 3) recorder.autoName('Functional');
  const outputIds = flatten(value).flatMap((leaf) => tensorDataOf(leaf)?.tensor ?? []);
  const rows = nodes.map((id): SummaryRow => ({ layer: recorder.graph.nodes[id].layer!, node: id }));
  const graph: FunctionalGraph = {
    inputs: list([recorder.valueOf(input)]),
    outputs: value,
    inputIds: [input],
    outputIds,
    nodes,
    rows,
    layers: [...stack],
    missing: null,
  };
  state.touch();
  state.functional = graph;
  state.layer.built = true;
}

/** `model.pop()`. */
export function popSequential(state: LayerState): LayerState | undefined {
  state.touch();
  const layer = state.stack?.pop();
  if (layer === undefined) return undefined;
  state.sublayers = state.sublayers.filter((other) => other !== layer);
  state.layer.sublayers = state.sublayers.map((other) => other.id);
  const graph = state.functional;
  state.functional = null;
  state.layer.built = false;
  const stack = state.stack!;
  if (graph !== null && stack.length > 1) {
    const nodes = graph.nodes.slice(0, stack.length);
    const last = state.recorder.graph.nodes[nodes[nodes.length - 1]];
    const outputs = last.outputs.map((id) => state.recorder.valueOf(id));
    state.functional = {
      ...graph,
      nodes,
      rows: graph.rows.slice(0, stack.length),
      layers: [...stack],
      outputIds: [...last.outputs],
      outputs: outputs.length === 1 ? outputs[0] : list(outputs),
    };
    state.layer.built = true;
    if (state.recorder.kerasVersion === 3) state.recorder.autoName('Functional');
  }
  return layer;
}

export const inputShapeValue = (state: LayerState): Value | undefined => {
  const id = state.functional?.inputIds[0];
  return id === undefined ? undefined : shapeToValue(state.recorder.graph.tensors[id].shape);
};
