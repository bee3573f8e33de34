/** `keras.models.clone_model`: the same architecture with new layers and weights. */
import { fn } from '../../python/library/define';
import { NONE, type CallArgs, type NativeFunction, type Value } from '../../python/values';
import type { TensorId } from '../../graph/graph';
import { addToSequential, rebuildSequential } from './sequentialBuild';
import { initialiseFunctional } from './functionalInit';
import { makeInputLayer } from './input';
import { createState, setUp, COMMON } from './layerClass';
import { callLayer } from './layerCall';
import { layerStateOf, type LayerState } from './layerState';
import { flatten, mapArgs, mapStructure, tensorDataOf } from './structure';

export const cloneModel: NativeFunction = fn(
  'clone_model(model, input_tensors=None, clone_function=None, call_function=None, recursive=False)',
  (machine, { model, input_tensors: given }, args) => {
    const state = layerStateOf(model);
    if (state === undefined) return machine.unknown('the model to clone is not known');
    return (
      cloneState(state, given, args)?.self ??
      machine.unknown(`a clone of ${state.layer.type} is not followed`)
    );
  },
);

/** Copies a layer with its configuration and name, not its weights. */
function cloneLayer(state: LayerState, args: CallArgs): LayerState | undefined {
  if (state.isModel) return cloneState(state, NONE, args);
  const { machine } = state.recorder;
  if (state.config === null) {
    const config = machine.apply(machine.getAttr(state.self, 'get_config'), []);
    const made = machine.apply(machine.getAttr(state.self.cls, 'from_config'), [config]);
    return layerStateOf(made);
  }
  const keywords: Record<string, Value> = {};
  for (const name of state.config.bound.given) keywords[name] = state.config.value(name);
  keywords['name'] = { kind: 'str', value: state.layer.name };
  const copy = layerStateOf(machine.instantiate(state.self.cls, machine.args([], keywords)));
  // The configuration of a layer says whether it is trainable.
  if (copy !== undefined && !state.layer.trainable) copy.setTrainable(false);
  return copy;
}

function cloneState(state: LayerState, given: Value, args: CallArgs): LayerState | undefined {
  const { recorder } = state;
  const { machine } = recorder;
  const site = recorder.site();
  return recorder.drive(site, () => {
    if (state.role === 'sequential') {
      const clone = newModel(state, recorder.classes.Sequential, 'sequential');
      clone.stack = [];
      for (const layer of state.stack ?? []) {
        const copy =
          layer.inputTensor !== null
            ? makeInputLayer(
                recorder,
                {
                  shape: recorder.ref(layer.inputTensor).shape,
                  dtype: recorder.ref(layer.inputTensor).dtype,
                  name: layer.layer.name,
                },
                site,
              )
            : cloneLayer(layer, args);
        if (copy === undefined) return undefined;
        addToSequential(clone, copy.self, site, false);
      }
      rebuildSequential(clone);
      return clone;
    }
    if (state.functional === null) return undefined;
    const graph = state.functional;
    const map = new Map<TensorId, Value>();
    const tensors = given.kind === 'none' ? [] : flatten(given);
    graph.inputIds.forEach((id, i) => {
      const ref = recorder.ref(id);
      const input =
        tensors[i] ??
        recorder.valueOf(
          makeInputLayer(
            recorder,
            { shape: ref.shape, dtype: ref.dtype, name: recorder.producerOf(id)?.name ?? null },
            site,
          ).inputTensor!,
        );
      map.set(id, input);
    });
    const layers = new Map<number, LayerState>();
    const substitute = (leaf: Value): Value => map.get(tensorDataOf(leaf)?.tensor ?? -1) ?? leaf;
    for (const id of graph.nodes) {
      const node = recorder.graph.nodes[id];
      const replay = recorder.replay(id);
      if (node.primitive.op === 'input' || replay === undefined) continue;
      const replayed = mapArgs(replay.args, substitute);
      let result: Value;
      if (node.layer === null) result = machine.call(replay.fn, { ...replayed, range: null });
      else {
        let copy = layers.get(node.layer);
        if (copy === undefined) {
          copy = cloneLayer(recorder.layers[node.layer], args);
          if (copy === undefined) return undefined;
          layers.set(node.layer, copy);
        }
        result = recorder.within(null, () =>
          callLayer(recorder, copy!, {
            ...replayed,
            positional: [{ value: copy!.self, range: null }, ...replayed.positional],
            range: null,
          }),
        );
      }
      const leaves = flatten(result);
      node.outputs.forEach((output, i) => leaves[i] !== undefined && map.set(output, leaves[i]));
    }
    const clone = newModel(state, recorder.classes.Functional, 'functional');
    initialiseFunctional(
      clone,
      mapStructure(graph.inputs, substitute),
      mapStructure(graph.outputs, substitute),
      site,
      {},
    );
    return clone;
  });
}

/** An empty model object with the name of the original. */
function newModel(state: LayerState, cls: LayerState['self']['cls'], kind: LayerState['role']): LayerState {
  const { recorder } = state;
  const { machine } = recorder;
  const self = machine.allocate(cls);
  const clone = createState(machine, self, kind, kind === 'functional' ? 'Functional' : 'Sequential');
  self.data = clone;
  setUp(
    machine,
    clone,
    machine.bind(COMMON, machine.args([], { name: { kind: 'str', value: state.layer.name } })),
  );
  return clone;
}
