/**
 * From the model graph to what one level of the drawing shows: items (a node, or a nested model that may be opened) and the
 * edges between them. A level is called a scope: the model itself, or the inside of an opened item.
 */
import type { ModelGraph, Node, NodeId, Shape, TensorId } from '../../graph/graph';

export interface Item {
  /** Stable across edits: names of the enclosing nodes and its own, with a count where names repeat. */
  readonly key: string;
  readonly node: NodeId;
  /** True when it has an inside to show. */
  readonly foldable: boolean;
}

export interface Edge {
  /** Indices into `Scope.items`; `ENTRY` and `EXIT` for the scope's own boundary. */
  readonly from: number;
  readonly to: number;
  readonly tensor: TensorId;
}

export const ENTRY = -1;
export const EXIT = -2;

export interface Scope {
  readonly items: readonly Item[];
  readonly edges: readonly Edge[];
}

/** The top level of a model. */
export function modelScope(graph: ModelGraph, model: number): Scope {
  const found = graph.models[model];
  return found ? scopeOf(graph, found.nodes, found.outputs, '') : { items: [], edges: [] };
}

/** The inside of a composite node. */
export function insideScope(graph: ModelGraph, item: Item): Scope {
  const node = graph.nodes[item.node];
  return scopeOf(graph, node.children, node.outputs, `${item.key}/`);
}

function scopeOf(
  graph: ModelGraph,
  nodes: readonly NodeId[],
  outputs: readonly TensorId[],
  prefix: string,
): Scope {
  const index = new Map<NodeId, number>();
  const count = new Map<string, number>();
  const items: Item[] = [];
  for (const id of nodes) {
    const node = graph.nodes[id];
    if (!node || index.has(id)) continue;
    index.set(id, items.length);
    const times = (count.get(node.name) ?? 0) + 1;
    count.set(node.name, times);
    items.push({
      key: `${prefix}${node.name}${times > 1 ? `#${times}` : ''}`,
      node: id,
      foldable: isFoldable(graph, node),
    });
  }
  return { items, edges: edgesOf(graph, items, index, outputs) };
}

/** A composite whose inside tells more than itself: more than one step, and not only Keras' own. */
function isFoldable(graph: ModelGraph, node: Node): boolean {
  return node.primitive.op === 'composite' && node.children.some((child) => graph.nodes[child] !== undefined);
}

function edgesOf(
  graph: ModelGraph,
  items: readonly Item[],
  index: ReadonlyMap<NodeId, number>,
  outputs: readonly TensorId[],
): Edge[] {
  const edges: Edge[] = [];
  const consumed = new Set<number>();
  const seen = new Set<string>();
  const add = (from: number, to: number, tensor: TensorId): void => {
    const key = `${from}:${to}:${tensor}`;
    if (from === to || seen.has(key)) return;
    seen.add(key);
    if (from >= 0) consumed.add(from);
    edges.push({ from, to, tensor });
  };
  items.forEach((item, to) => {
    for (const tensor of graph.nodes[item.node].inputs)
      add(sourceOf(graph, tensor, index) ?? ENTRY, to, tensor);
  });
  const exits = new Set<number>();
  for (const tensor of outputs) {
    const from = sourceOf(graph, tensor, index);
    if (from !== undefined && !exits.has(from)) {
      exits.add(from);
      add(from, EXIT, tensor);
    }
  }
  // What nothing consumes leaves the scope as well; otherwise it would hang in the air.
  items.forEach((item, from) => {
    if (!consumed.has(from) && !exits.has(from))
      edges.push({ from, to: EXIT, tensor: graph.nodes[item.node].outputs[0] ?? -1 });
  });
  return edges;
}

/** The item that makes a tensor: its producer, or the item around it. */
function sourceOf(
  graph: ModelGraph,
  tensor: TensorId,
  index: ReadonlyMap<NodeId, number>,
): number | undefined {
  let node: NodeId | null = graph.tensors[tensor]?.producer ?? null;
  for (let climbed = 0; node !== null && climbed < 100; climbed++) {
    const found = index.get(node);
    if (found !== undefined) return found;
    node = graph.nodes[node]?.parent ?? null;
  }
  return undefined;
}

export function outputShape(graph: ModelGraph, node: NodeId): Shape | null {
  const tensor = graph.nodes[node]?.outputs[0];
  return tensor === undefined ? null : (graph.tensors[tensor]?.shape ?? null);
}

export function inputShapes(graph: ModelGraph, node: NodeId): Shape[] {
  return graph.nodes[node].inputs.flatMap((tensor) =>
    graph.tensors[tensor] ? [graph.tensors[tensor].shape] : [],
  );
}

/** The node and all nodes inside it. */
export function withDescendants(graph: ModelGraph, node: NodeId): NodeId[] {
  const all: NodeId[] = [];
  const visit = (id: NodeId): void => {
    if (!graph.nodes[id]) return;
    all.push(id);
    graph.nodes[id].children.forEach(visit);
  };
  visit(node);
  return all;
}
