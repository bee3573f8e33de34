/** Which models and custom layers hold which: what a call hierarchy walks, from the outside in and back. */
import type { Analysis } from '../analysis/analysis';
import type { LayerId, NodeId, SourceRange } from '../graph/graph';
import { shapesText, short } from './format';
import { locate } from './locate';
import { modelName } from './summary';
import { t } from './words';

/** A model, or a layer that holds others. */
export interface HierarchyItem {
  readonly layer: LayerId;
  readonly name: string;
  readonly type: string;
  /** Output shape and parameters. */
  readonly detail: string;
  readonly kind: 'model' | 'layer';
  /** Where it is made, or bound to a name. */
  readonly range: SourceRange;
}

export interface HierarchyCall {
  readonly item: HierarchyItem;
  /** The calls of the inner one, in the file. */
  readonly calls: readonly SourceRange[];
}

/** The models and holding layers that stand at an offset of the program's text. */
export function hierarchyAt(analysis: Analysis, offset: number): HierarchyItem[] {
  const found = locate(analysis, offset);
  if (found === null) return [];
  const { graph } = analysis;
  const layers =
    found.kind === 'models'
      ? found.models.map((index) => graph.models[index].layer)
      : found.kind === 'layers'
        ? found.layers.map(({ id }) => id)
        : found.kind === 'nodes'
          ? found.nodes.flatMap(({ layer }) => (layer === null ? [] : [layer]))
          : found.observations.flatMap(({ seen }) => (seen.kind === 'layer' ? [seen.layer] : []));
  return [...new Set(layers)].filter((id) => holds(analysis, id)).map((id) => item(analysis, id));
}

/** What a model or layer holds that holds something itself, in the order of its calls. */
export function heldBy(analysis: Analysis, outer: LayerId): HierarchyCall[] {
  return inner(analysis, outer)
    .filter((id) => holds(analysis, id))
    .map((id) => ({ item: item(analysis, id), calls: callsWithin(analysis, id, outer) }));
}

/** The models and layers that hold this one. */
export function holdersOf(analysis: Analysis, held: LayerId): HierarchyCall[] {
  return analysis.graph.layers
    .filter(({ id }) => id !== held && holds(analysis, id) && inner(analysis, id).includes(held))
    .map(({ id }) => ({ item: item(analysis, id), calls: callsWithin(analysis, held, id) }));
}

function holds(analysis: Analysis, id: LayerId): boolean {
  return inner(analysis, id).length > 0;
}

/** The layers directly inside: a model's rows, a layer's sublayers. */
function inner({ graph }: Analysis, id: LayerId): LayerId[] {
  const model = graph.models.find(({ layer }) => layer === id);
  const rows = model?.rows.flatMap(({ layer }) => (layer === null ? [] : [layer])) ?? [];
  return [...new Set([...rows, ...graph.layers[id].sublayers])];
}

function callsWithin({ graph, program }: Analysis, held: LayerId, outer: LayerId): SourceRange[] {
  const model = graph.models.find(({ layer }) => layer === outer);
  const top = new Set<NodeId>([...(model?.nodes ?? []), ...graph.layers[outer].nodes]);
  const within = (id: NodeId): boolean => {
    for (let at: NodeId | null = id; at !== null; at = graph.nodes[at].parent) if (top.has(at)) return true;
    return false;
  };
  const ranges = graph.layers[held].nodes
    .filter(within)
    .map((id) => graph.nodes[id])
    .filter(({ internal, site }) => !internal && site.range.file === program.path)
    .map(({ site }) => site.range);
  return ranges.filter((range, i) => ranges.findIndex((other) => other.from === range.from) === i);
}

function item(analysis: Analysis, id: LayerId): HierarchyItem {
  const { graph, program, figures } = analysis;
  const layer = graph.layers[id];
  const model = graph.models.find((candidate) => candidate.layer === id);
  const binding = model?.bindings.find(({ range }) => range.file === program.path);
  const node = layer.nodes.length > 0 ? graph.nodes[layer.nodes[0]] : null;
  const outputs = model && model.outputs.length > 0 ? model.outputs : (node?.outputs ?? []);
  const { total } = figures.parametersOfLayer(layer);
  const parts = [layer.type];
  if (outputs.length > 0) parts.push(shapesText(outputs.map((tensor) => graph.tensors[tensor].shape)));
  if (total !== null) parts.push(t('{0} parameters', short(total)));
  return {
    layer: id,
    name: model ? modelName(analysis, model) : layer.name,
    type: layer.type,
    detail: parts.join(' · '),
    kind: model ? 'model' : 'layer',
    range: binding?.range ?? layer.site.range,
  };
}
