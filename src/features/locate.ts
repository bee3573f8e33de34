/** Finds what stands at a place in the source: executions, layer objects, models, and names with what they were seen to be. */
import type { Analysis } from '../analysis/analysis';
import type { Layer, Model, Node, NodeId, Observation, SourceRange } from '../graph/graph';

/** What the innermost expression around an offset turned out to be, once per time it ran. */
export type Found =
  | { readonly kind: 'nodes'; readonly range: SourceRange; readonly nodes: readonly Node[] }
  | {
      readonly kind: 'layers';
      readonly range: SourceRange;
      readonly layers: readonly Layer[];
      readonly nodes: readonly Node[];
    }
  | {
      readonly kind: 'observations';
      readonly range: SourceRange;
      readonly observations: readonly Observation[];
    }
  /** A function or class that makes models, or one call of it. */
  | {
      readonly kind: 'models';
      readonly range: SourceRange;
      readonly name: string;
      readonly models: readonly number[];
    };

/** The innermost finding around an offset of the program's text. */
export function locate(analysis: Analysis, offset: number): Found | null {
  const { graph, program } = analysis;
  let best: SourceRange | null = null;
  let rank = 0;
  const consider = (range: SourceRange, kind: number): void => {
    if (range.file !== program.path || range.from > offset || range.to < offset) return;
    const narrower = best === null ? 1 : best.to - best.from - (range.to - range.from);
    if (narrower > 0 || (narrower === 0 && kind > rank)) {
      best = range;
      rank = kind;
    }
  };
  for (const node of graph.nodes) if (!node.internal) consider(node.site.range, 1);
  for (const layer of graph.layers) consider(layer.site.range, 2);
  for (const observation of graph.observations) consider(observation.range, 3);
  const makers = makersAt(analysis, offset);
  for (const { range } of makers) consider(range, 4);
  if (best === null) return null;
  const range: SourceRange = best;
  const same = (other: SourceRange): boolean =>
    other.file === range.file && other.from === range.from && other.to === range.to;
  if (rank === 4) {
    const maker = makers.find((candidate) => same(candidate.range));
    if (maker !== undefined) return { kind: 'models', ...maker };
  }
  if (rank === 3)
    return {
      kind: 'observations',
      range,
      observations: graph.observations.filter((item) => same(item.range)),
    };
  if (rank === 2) {
    const layers = graph.layers.filter((layer) => same(layer.site.range));
    return { kind: 'layers', range, layers, nodes: layers.flatMap((layer) => executions(analysis, layer)) };
  }
  return {
    kind: 'nodes',
    range,
    nodes: graph.nodes.filter((node) => !node.internal && same(node.site.range)),
  };
}

interface Maker {
  readonly range: SourceRange;
  readonly name: string;
  readonly models: readonly number[];
}

/** Functions and classes that make models, by their name in the definition, and their calls, around an offset. */
function makersAt(analysis: Analysis, offset: number): Maker[] {
  const { functions, classes, calls } = analysis.builders;
  const makers: Maker[] = [...functions, ...classes].map(({ at, name, models }) => ({
    range: at,
    name,
    models,
  }));
  for (const { range, name, models } of calls) makers.push({ range, name, models });
  return makers.filter(({ range }) => range.from <= offset && offset <= range.to);
}

/** Executions worth telling of a layer: its own ones, not the repetitions inside calls of a model that holds it. */
export function executions(analysis: Analysis, layer: Layer): Node[] {
  const { nodes } = analysis.graph;
  const own: Node[] = [];
  for (const id of layer.nodes) if (nodes[id].parent === null) own.push(nodes[id]);
  return own.length > 0 ? own : layer.nodes.map((id) => nodes[id]);
}

/** The model of a layer object; undefined for an ordinary layer. */
export function modelOf(analysis: Analysis, layer: Layer): Model | undefined {
  return analysis.graph.models.find((model) => model.layer === layer.id);
}

/** Nodes to mark for a cursor: those of the innermost call or constructor around it. */
export function nodesAt(analysis: Analysis, offset: number): NodeId[] {
  const found = locate(analysis, offset);
  if (found === null) return [];
  if (found.kind === 'models') return found.models.flatMap((index) => analysis.graph.models[index].nodes);
  if (found.kind !== 'observations') return found.nodes.map((node) => node.id);
  const ids = found.observations.flatMap(({ seen }) => {
    if (seen.kind === 'tensor') {
      const { producer } = analysis.graph.tensors[seen.tensor];
      return producer === null ? [] : [producer];
    }
    return seen.kind === 'layer'
      ? executions(analysis, analysis.graph.layers[seen.layer]).map((node) => node.id)
      : [];
  });
  return [...new Set(ids)];
}

/** Index of the model that an offset belongs to: the one whose layers or calls stand nearest around or before it. */
export function modelAt(analysis: Analysis, offset: number): number | null {
  const { graph } = analysis;
  const nodes = new Set(nodesAt(analysis, offset));
  let best: number | null = null;
  let size = Infinity;
  graph.models.forEach((model, index) => {
    const inside =
      model.nodes.some((id) => nodes.has(id)) ||
      model.rows.some((row) => row.layer !== null && nodes.has(row.node ?? -1));
    if (inside && model.nodes.length < size) {
      best = index;
      size = model.nodes.length;
    }
  });
  if (best !== null) return best;
  let nearest = -1;
  graph.models.forEach((model, index) => {
    for (const { range } of model.bindings) {
      if (range.file !== analysis.program.path || range.from > offset || range.from <= nearest) continue;
      nearest = range.from;
      best = index;
    }
  });
  return best ?? (graph.models.length > 0 ? graph.models.length - 1 : null);
}
