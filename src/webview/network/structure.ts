/**
 * Takes a scope apart into what runs in series and what runs in parallel (a series-parallel decomposition): a spine with
 * branches beside it and skip connections around it. What cannot be taken apart that way is a tangle, for layered layout.
 */
import { ENTRY, EXIT, type Scope } from './items';

export type Region =
  | { readonly kind: 'item'; readonly item: number }
  | { readonly kind: 'series'; readonly parts: readonly Region[] }
  /** Branches between the same two points; `direct`: edges that go past them all (indices into `Scope.edges`). */
  | {
      readonly kind: 'parallel';
      readonly branches: readonly Region[];
      readonly direct: readonly number[];
      readonly entry: number;
      readonly exit: number;
    }
  /** `parts` in topological order: items, and repetitions where `foldRepeats` found them. */
  | { readonly kind: 'tangle'; readonly parts: readonly Region[] }
  /** Made by `foldRepeats`: `instances` are equal in structure; `isLine`: each feeds only the next. */
  | { readonly kind: 'repeat'; readonly instances: readonly Region[]; readonly isLine: boolean };

/** The scope as one region. Items come in topological order (as the graph lists them; kept as given where they do not). */
export function decompose(scope: Scope): Region {
  const order = topological(scope);
  return new Decomposition(scope, order).region(order, ENTRY, EXIT, true);
}

function topological(scope: Scope): number[] {
  const waiting = scope.items.map(() => 0);
  const next: number[][] = scope.items.map(() => []);
  for (const edge of scope.edges) {
    if (edge.from < 0 || edge.to < 0) continue;
    waiting[edge.to]++;
    next[edge.from].push(edge.to);
  }
  // Of the ready ones the first listed goes first: the drawing keeps the program's order.
  const order: number[] = [];
  const done = scope.items.map(() => false);
  const ready = scope.items.flatMap((_, item) => (waiting[item] === 0 ? [item] : []));
  while (ready.length > 0) {
    let best = 0;
    for (let i = 1; i < ready.length; i++) if (ready[i] < ready[best]) best = i;
    const item = ready.splice(best, 1)[0];
    done[item] = true;
    order.push(item);
    for (const to of next[item]) if (--waiting[to] === 0) ready.push(to);
  }
  // A cycle cannot come from interpretation; should one come, its items are still drawn.
  scope.items.forEach((_, item) => !done[item] && order.push(item));
  return order;
}

class Decomposition {
  private readonly position: number[];
  private readonly outgoing: number[][];
  private readonly incoming: number[][];

  constructor(
    private readonly scope: Scope,
    order: readonly number[],
  ) {
    this.position = [];
    order.forEach((item, index) => (this.position[item] = index));
    this.outgoing = scope.items.map(() => []);
    this.incoming = scope.items.map(() => []);
    scope.edges.forEach((edge, index) => {
      if (edge.from >= 0) this.outgoing[edge.from].push(index);
      if (edge.to >= 0) this.incoming[edge.to].push(index);
    });
  }

  /** `list` in topological order, everything between `entry` and `exit`; `outermost` counts unfed items as fed by the entry. */
  region(list: readonly number[], entry: number, exit: number, outermost = false): Region {
    if (list.length === 1) return { kind: 'item', item: list[0] };
    if (list.length === 0) return { kind: 'series', parts: [] };
    const cuts = this.cuts(list, outermost);
    if (cuts.length > 0) return this.series(list, cuts, entry, exit);
    const components = this.components(list);
    if (components.length === 1)
      return { kind: 'tangle', parts: list.map((item) => ({ kind: 'item', item })) };
    const branches = components.map((component) => this.region(component, entry, exit, true));
    return { kind: 'parallel', branches, direct: [], entry, exit };
  }

  /** Positions in `list` that every path from entry to exit passes. */
  private cuts(list: readonly number[], outermost: boolean): number[] {
    const local = new Map(list.map((item, index) => [item, index]));
    const n = list.length;
    const cover = new Array<number>(n + 1).fill(0);
    const span = (from: number, to: number): void => {
      if (to - from < 2) return;
      cover[from + 1]++;
      cover[to]--;
    };
    list.forEach((item, at) => {
      let inner = 0;
      for (const edge of this.incoming[item]) {
        const from = local.get(this.scope.edges[edge].from);
        if (from === undefined) span(-1, at);
        else inner++;
      }
      if (outermost && inner === 0) span(-1, at);
      let onward = 0;
      for (const edge of this.outgoing[item]) {
        const to = local.get(this.scope.edges[edge].to);
        span(at, to ?? n);
        onward++;
      }
      if (onward === 0) span(at, n);
    });
    const cuts: number[] = [];
    let depth = 0;
    for (let at = 0; at < n; at++) {
      depth += cover[at];
      if (depth === 0) cuts.push(at);
    }
    return cuts;
  }

  private series(list: readonly number[], cuts: readonly number[], entry: number, exit: number): Region {
    const parts: Region[] = [];
    let start = 0;
    let from = entry;
    const between = (end: number, to: number): void => {
      const inner = list.slice(start, end);
      if (inner.length === 0) return;
      const direct = this.direct(from, to);
      const region = this.region(inner, from, to, true);
      if (direct.length === 0) parts.push(region);
      else if (region.kind === 'parallel') parts.push({ ...region, direct });
      else parts.push({ kind: 'parallel', branches: [region], direct, entry: from, exit: to });
    };
    for (const cut of cuts) {
      between(cut, list[cut]);
      parts.push({ kind: 'item', item: list[cut] });
      from = list[cut];
      start = cut + 1;
    }
    between(list.length, exit);
    return parts.length === 1 ? parts[0] : { kind: 'series', parts };
  }

  private direct(from: number, to: number): number[] {
    const between = (edge: number): boolean =>
      this.scope.edges[edge].to === to && this.scope.edges[edge].from === from;
    if (from >= 0) return this.outgoing[from].filter(between);
    return to >= 0 ? this.incoming[to].filter(between) : [];
  }

  /** Connected components of `list` by edges inside it, in order of their first item. */
  private components(list: readonly number[]): number[][] {
    const inside = new Set(list);
    const group = new Map<number, number[]>();
    const result: number[][] = [];
    for (const first of list) {
      if (group.has(first)) continue;
      const component: number[] = [];
      const stack = [first];
      group.set(first, component);
      while (stack.length > 0) {
        const item = stack.pop()!;
        component.push(item);
        const edges = [
          ...this.outgoing[item].map((edge) => this.scope.edges[edge].to),
          ...this.incoming[item].map((edge) => this.scope.edges[edge].from),
        ];
        for (const other of edges) {
          if (!inside.has(other) || group.has(other)) continue;
          group.set(other, component);
          stack.push(other);
        }
      }
      result.push(component.sort((a, b) => this.position[a] - this.position[b]));
    }
    return result;
  }
}

/** Items of a region, in drawing order. */
export function itemsOf(region: Region): number[] {
  switch (region.kind) {
    case 'item':
      return [region.item];
    case 'series':
      return region.parts.flatMap(itemsOf);
    case 'parallel':
      return region.branches.flatMap(itemsOf);
    case 'tangle':
      return region.parts.flatMap(itemsOf);
    case 'repeat':
      return region.instances.flatMap(itemsOf);
  }
}
