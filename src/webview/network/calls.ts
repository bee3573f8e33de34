/**
 * The blocks of the program: what one call of a function of the program made is one item of the drawing, to be opened like a
 * nested model. A call that made nearly everything is the program's way to build the model and no block of it.
 */
import type { CallId, ModelGraph, NodeId, TensorId } from '../../graph/graph';
import type { Item, MadeBy } from './items';

/** Calls that made fewer items are easier seen than explained. */
const LEAST = 3;
/** A call that made more than this share of a scope builds it. */
const BUILDS = 2 / 3;
/** Up to this many items a model can be taken in whole: its blocks stand open. */
const TAKEN_IN = 40;
/** A function that is called at least so often makes blocks; fewer calls are sections, which stand open. */
const OFTEN = 3;

/** `leaves` in the program's order; `within`: what this is the inside of. Groups stand where their first member stood. */
export function groupByCall(
  graph: ModelGraph,
  leaves: readonly Item[],
  outputs: readonly TensorId[],
  within: MadeBy | null,
): Item[] {
  if (leaves.length <= LEAST || leaves.every((leaf) => graph.nodes[leaf.node].site.call === undefined))
    return [...leaves];
  const tree = new CallTree(graph, leaves, within?.call ?? null);
  const blocks = within?.blocks ?? tree.blocks();
  const dissolved = new Set<CallId>();
  for (;;) {
    const groups = tree.groups(dissolved);
    const tangled = cyclic(graph, leaves, groups);
    if (tangled.size === 0) return itemsOf(graph, leaves, groups, outputs, blocks);
    for (const call of tangled) dissolved.add(call);
  }
}

/** Which leaves each call made, the calls within it included. */
class CallTree {
  private readonly members = new Map<CallId, number[]>();
  /** From the outermost call within the base to the innermost, by leaf. */
  private readonly chains: CallId[][];

  constructor(
    private readonly graph: ModelGraph,
    private readonly leaves: readonly Item[],
    base: CallId | null,
  ) {
    this.chains = leaves.map((leaf) => chainOf(graph, leaf.node, base));
    this.chains.forEach((chain, leaf) => {
      for (const call of chain) append(this.members, call, leaf);
    });
  }

  /** The outermost calls that are blocks, by leaf; null where a leaf stands for itself. */
  groups(dissolved: ReadonlySet<CallId>): (CallId | null)[] {
    return this.chains.map(
      (chain) => chain.find((call) => !dissolved.has(call) && this.isBlock(call)) ?? null,
    );
  }

  /** Functions that were called often, where there is too much to show it all at once. */
  blocks(): Set<string> {
    const times = new Map<string, number>();
    for (const [call, members] of this.members) {
      const { name } = this.graph.calls[call];
      if (members.length >= LEAST) times.set(name, (times.get(name) ?? 0) + 1);
    }
    const often = [...times].filter(([, count]) => count >= OFTEN).map(([name]) => name);
    return new Set(this.leaves.length > TAKEN_IN ? often : []);
  }

  private isBlock(call: CallId): boolean {
    const count = this.members.get(call)!.length;
    const { name } = this.graph.calls[call];
    return count >= LEAST && count <= this.leaves.length * BUILDS && !name.startsWith('<');
  }
}

function append<K, V>(to: Map<K, V[]>, key: K, value: V): void {
  const known = to.get(key);
  if (known) known.push(value);
  else to.set(key, [value]);
}

function chainOf(graph: ModelGraph, node: NodeId, base: CallId | null): CallId[] {
  const chain: CallId[] = [];
  let at: CallId | null = graph.nodes[node].site.call ?? null;
  while (at !== null && at !== base && graph.calls[at]) {
    chain.unshift(at);
    at = graph.calls[at].parent;
  }
  return chain;
}

/** Calls that cannot be drawn as one box each: something that one makes goes out and comes back into it by others. */
function cyclic(graph: ModelGraph, leaves: readonly Item[], groups: readonly (CallId | null)[]): Set<CallId> {
  const vertexOf = new Map<NodeId, number>();
  const ids = new Map<CallId, number>();
  leaves.forEach((leaf, index) => {
    const call = groups[index];
    if (call !== null && !ids.has(call)) ids.set(call, index);
    vertexOf.set(leaf.node, call === null ? index : ids.get(call)!);
  });
  const next: number[][] = leaves.map(() => []);
  for (const leaf of leaves) {
    const to = vertexOf.get(leaf.node)!;
    for (const tensor of graph.nodes[leaf.node].inputs) {
      const from = producerIn(graph, tensor, vertexOf);
      if (from !== undefined && from !== to) next[from].push(to);
    }
  }
  const found = new Set<CallId>();
  for (const component of components(next)) {
    if (component.length < 2) continue;
    for (const vertex of component) {
      const call = groups[vertex];
      if (call !== null) found.add(call);
    }
  }
  return found;
}

function itemsOf(
  graph: ModelGraph,
  leaves: readonly Item[],
  groups: readonly (CallId | null)[],
  outputs: readonly TensorId[],
  blocks: ReadonlySet<string>,
): Item[] {
  const inside = new Map<CallId, Item[]>();
  leaves.forEach((leaf, index) => {
    const call = groups[index];
    if (call !== null) append(inside, call, leaf);
  });
  const leaving = leavingTensors(graph, leaves, groups, outputs);
  const done = new Set<CallId>();
  return leaves.flatMap((leaf, index): Item[] => {
    const call = groups[index];
    if (call === null) return [leaf];
    if (done.has(call)) return [];
    done.add(call);
    const items = inside.get(call)!;
    const { name } = graph.calls[call];
    const out = leaving.get(call) ?? [];
    const made: MadeBy = { call, name, items, outputs: out, blocks };
    const last = items.findLast((item) => graph.nodes[item.node].outputs.some((each) => out.includes(each)));
    const node = (last ?? items[items.length - 1]).node;
    // Calls within each other may begin with the same item.
    const depth = chainOf(graph, items[0].node, null).indexOf(call);
    return [{ key: `${items[0].key}(${depth})`, node, foldable: true, made, isOpen: !blocks.has(name) }];
  });
}

/** What others read of each call's tensors, in order. */
function leavingTensors(
  graph: ModelGraph,
  leaves: readonly Item[],
  groups: readonly (CallId | null)[],
  outputs: readonly TensorId[],
): Map<CallId, TensorId[]> {
  const callOf = new Map<NodeId, CallId | null>();
  leaves.forEach((leaf, index) => callOf.set(leaf.node, groups[index]));
  const leaving = new Map<CallId, Set<TensorId>>();
  const read = (tensor: TensorId, by: CallId | null): void => {
    const from = producerIn(graph, tensor, callOf) ?? null;
    if (from === null || from === by) return;
    leaving.set(from, (leaving.get(from) ?? new Set()).add(tensor));
  };
  leaves.forEach((leaf, index) => {
    for (const tensor of graph.nodes[leaf.node].inputs) read(tensor, groups[index]);
  });
  for (const tensor of outputs) read(tensor, null);
  return new Map([...leaving].map(([call, tensors]) => [call, [...tensors]]));
}

/** What stands for the maker of a tensor among these nodes: its producer, or the node around it. */
export function producerIn<T>(
  graph: ModelGraph,
  tensor: TensorId,
  among: ReadonlyMap<NodeId, T>,
): T | undefined {
  let node: NodeId | null = graph.tensors[tensor]?.producer ?? null;
  for (let climbed = 0; node !== null && climbed < 100; climbed++) {
    if (among.has(node)) return among.get(node);
    node = graph.nodes[node]?.parent ?? null;
  }
  return undefined;
}

/** Strongly connected components (Tarjan, 1972), without recursion. */
function components(next: readonly (readonly number[])[]): number[][] {
  const order = new Array<number>(next.length).fill(-1);
  const low = new Array<number>(next.length).fill(0);
  const onStack = new Array<boolean>(next.length).fill(false);
  const stack: number[] = [];
  const result: number[][] = [];
  let counter = 0;
  for (let root = 0; root < next.length; root++) {
    if (order[root] >= 0) continue;
    const work: { vertex: number; edge: number }[] = [{ vertex: root, edge: 0 }];
    while (work.length > 0) {
      const top = work[work.length - 1];
      const { vertex } = top;
      if (top.edge === 0) {
        order[vertex] = low[vertex] = counter++;
        stack.push(vertex);
        onStack[vertex] = true;
      }
      const to = next[vertex][top.edge++];
      if (to !== undefined) {
        if (order[to] < 0) work.push({ vertex: to, edge: 0 });
        else if (onStack[to]) low[vertex] = Math.min(low[vertex], order[to]);
        continue;
      }
      work.pop();
      const above = work[work.length - 1];
      if (above) low[above.vertex] = Math.min(low[above.vertex], low[vertex]);
      if (low[vertex] !== order[vertex]) continue;
      const component: number[] = [];
      let member: number;
      do {
        member = stack.pop()!;
        onStack[member] = false;
        component.push(member);
      } while (member !== vertex);
      result.push(component);
    }
  }
  return result;
}
