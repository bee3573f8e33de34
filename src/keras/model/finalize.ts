/** After the run: the models of the graph with their rows, inputs and outputs, and what `compile` was told. */
import type { Model, Node, NodeId, SummaryRow } from '../../graph/graph';
import type { LayerState } from './layerState';
import { layersOf } from './modelClass';
import { plain } from './layerClass';
import type { Recorder } from './recorder';
import { savedMembers } from './savePaths';

/** Adds every model object to the graph, in the order of creation. */
export function finalizeModels(recorder: Recorder): Map<LayerState, Model> {
  const models = new Map<LayerState, Model>();
  for (const state of recorder.layers) {
    const saved = savedMembers(state);
    if (saved !== null) state.layer.saved = saved;
    if (!state.isModel) continue;
    if (state.unknownPart !== null) state.layer.incomplete = true;
    const model = describeModel(recorder, state);
    models.set(state, model);
    recorder.graph.models.push(model);
  }
  return models;
}

function describeModel(recorder: Recorder, state: LayerState): Model {
  const { graph } = recorder;
  const first = state.layer.nodes.length === 0 ? null : graph.nodes[preferred(recorder, state.layer.nodes)];
  const base = {
    layer: state.id,
    bindings: [],
    probed: state.layer.probed || (first?.probed ?? false),
    unknown: state.unknownPart ?? (state.functional === null ? (first?.unknown ?? null) : null),
    ...(state.weightFiles.length === 0 ? {} : { weightFiles: [...new Set(state.weightFiles)] }),
    ...(state.compiled === null
      ? {}
      : {
          compiled: {
            site: state.compiled.site,
            args: state.compiled.args,
            loss: plain(state.compiled.loss),
            metrics: plain(state.compiled.metrics),
          },
        }),
  };
  const { functional } = state;
  if (functional !== null) {
    const rows =
      state.role === 'sequential'
        ? functional.rows.filter(
            (row) => row.layer === null || recorder.layers[row.layer].inputTensor === null,
          )
        : functional.rows;
    return {
      ...base,
      probed: state.layer.probed,
      kind: state.role === 'sequential' ? 'sequential' : 'functional',
      inputs: [...functional.inputIds],
      outputs: [...functional.outputIds],
      rows: [...rows],
      nodes: [...functional.nodes],
    };
  }
  const rows = layersOf(state).map((layer): SummaryRow => ({
    layer: layer.id,
    node: nodeWithin(recorder, layer, first),
  }));
  return {
    ...base,
    kind: state.role === 'sequential' ? 'sequential' : 'subclass',
    inputs: first === null ? [] : [...first.inputs],
    outputs: first === null ? [] : [...first.outputs],
    rows,
    nodes: first === null ? [] : [...first.children],
  };
}

/** The call that stands for the layer: the first that is no probe. */
function preferred(recorder: Recorder, nodes: readonly NodeId[]): NodeId {
  return nodes.find((id) => !recorder.graph.nodes[id].probed) ?? nodes[0];
}

/** The layer's first call within the model's call, however deep; else its first call. */
function nodeWithin(recorder: Recorder, layer: LayerState, call: Node | null): NodeId | null {
  const { nodes } = layer.layer;
  if (nodes.length === 0) return null;
  const inside = call === null ? undefined : nodes.find((id) => isInside(recorder, id, call.id));
  return inside ?? preferred(recorder, nodes);
}

function isInside(recorder: Recorder, id: NodeId, ancestor: NodeId): boolean {
  let parent = recorder.graph.nodes[id].parent;
  while (parent !== null && parent !== ancestor) parent = recorder.graph.nodes[parent].parent;
  return parent === ancestor;
}
