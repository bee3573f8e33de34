/**
 * From the model graph to what one level of the drawing shows: items (a node, or a nested model or block of the program that may
 * be opened) and the edges between them. A level is called a scope: the model itself, or the inside of an opened item.
 */
import type { CallId, ModelGraph, Node, NodeId, Shape, TensorId } from '../../graph/graph';
import { groupByCall, producerIn } from './calls';

export interface Item {
  /** Stable across edits: names of the enclosing nodes and its own, with a count where names repeat. */
  readonly key: string;
  /** The node it stands for; for what a call made, the last one whose output leaves it. */
  readonly node: NodeId;
  /** True when it has an inside to show. */
  readonly foldable: boolean;
  /** Set for an item that stands for all that a call of a function made. */
  readonly made?: MadeBy;
  /** Shows its inside unless it was closed. */
  readonly isOpen?: boolean;
}

/** What a call of a function of the program made. */
export interface MadeBy {
  readonly call: CallId;
  readonly name: string;
  readonly items: readonly Item[];
  /** Tensors that others read. */
  readonly outputs: readonly TensorId[];
  /** Functions of the model whose calls are shown closed at first. */
  readonly blocks: ReadonlySet<string>;
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

/** Scopes worked out so far: names, drawing and folding ask for the same ones. A graph is never changed. */
const known = new WeakMap<ModelGraph, Map<number | Item, Scope>>();

function once(graph: ModelGraph, of: number | Item, make: () => Scope): Scope {
  let scopes = known.get(graph);
  if (!scopes) known.set(graph, (scopes = new Map()));
  let scope = scopes.get(of);
  if (!scope) scopes.set(of, (scope = make()));
  return scope;
}

/** The top level of a model. */
export function modelScope(graph: ModelGraph, model: number): Scope {
  const found = graph.models[model];
  if (!found) return { items: [], edges: [] };
  return once(graph, model, () => scopeOf(graph, found.nodes, found.outputs, ''));
}

/** The inside of a composite node or of what a call made. */
export function insideScope(graph: ModelGraph, item: Item): Scope {
  return once(graph, item, () => insideOf(graph, item));
}

function insideOf(graph: ModelGraph, item: Item): Scope {
  if (item.made) return arranged(graph, item.made.items, item.made.outputs, item.made);
  const node = graph.nodes[item.node];
  return scopeOf(graph, node.children, node.outputs, `${item.key}/`);
}

/** Every node that an item stands for at its level. */
export function membersOf(item: Item): readonly NodeId[] {
  return item.made ? item.made.items.map((each) => each.node) : [item.node];
}

function scopeOf(
  graph: ModelGraph,
  nodes: readonly NodeId[],
  outputs: readonly TensorId[],
  prefix: string,
): Scope {
  const listed = new Set<NodeId>();
  const count = new Map<string, number>();
  const items: Item[] = [];
  for (const id of nodes) {
    const node = graph.nodes[id];
    if (!node || listed.has(id)) continue;
    listed.add(id);
    const times = (count.get(node.name) ?? 0) + 1;
    count.set(node.name, times);
    items.push({
      key: `${prefix}${node.name}${times > 1 ? `#${times}` : ''}`,
      node: id,
      foldable: isFoldable(graph, node),
    });
  }
  return arranged(graph, items, outputs, null);
}

function arranged(
  graph: ModelGraph,
  leaves: readonly Item[],
  outputs: readonly TensorId[],
  within: MadeBy | null,
): Scope {
  const items = groupByCall(graph, leaves, outputs, within);
  const index = new Map<NodeId, number>();
  items.forEach((item, at) => membersOf(item).forEach((node) => index.set(node, at)));
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
    for (const node of membersOf(item))
      for (const tensor of graph.nodes[node].inputs)
        add(producerIn(graph, tensor, index) ?? ENTRY, to, tensor);
  });
  const exits = new Set<number>();
  for (const tensor of outputs) {
    const from = producerIn(graph, tensor, index);
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
