/**
 * Finds blocks that repeat and folds them to one, ×N: one after another in a series (a residual stage, a stack of encoders), in
 * program order where each is fed by several before it (cells of a searched network), and side by side (branches of one kind).
 */
import { EXIT, inputShapes, insideScope, outputShape, type Item, type Scope } from './items';
import { decompose, itemsOf, type Region } from './structure';
import type { Dim, ModelGraph, Node, Primitive, Shape } from '../../graph/graph';
import { detailOf } from './kinds';
import * as format from '../format';

/** A repetition is folded when it hides at least this many items: two equal layers in a row are easier seen than explained. */
const WORTH_HIDING = 8;
/** What has an inside is more to read than a layer: it counts as this many, standing open as what it shows. */
const WEIGHT = 4;

const structures = new WeakMap<Scope, Region>();

/** A scope taken apart and folded; worked out once, since it does not depend on what stands open. */
export function structureOf(graph: ModelGraph, scope: Scope): Region {
  let region = structures.get(scope);
  if (!region) structures.set(scope, (region = foldRepeats(graph, scope, decompose(scope))));
  return region;
}

/** The region with repeated stretches of every series replaced by `repeat` regions. */
export function foldRepeats(graph: ModelGraph, scope: Scope, region: Region): Region {
  const signatures = new Signatures(graph, scope);
  const fold = (
    parts: readonly Region[],
    numbers: readonly number[],
    longest: number,
    join: (parts: readonly Region[]) => Region,
    isLine: boolean,
  ): Region[] => folded(parts, runs(numbers, weights(parts), startsWell(parts), longest), join, isLine);
  const weights = (parts: readonly Region[]): number[] =>
    parts.map((part) => itemsOf(part).reduce((sum, item) => sum + weightOf(scope.items[item]), 0));
  const startsWell = (parts: readonly Region[]) => (start: number) => startsBlock(parts[start], graph, scope);
  const tangle = (parts: readonly Region[], before: readonly Region[]): Region => {
    // What stands together in topological order can be drawn as one: nothing leaves it and comes back.
    const numbers = signatures.wired(parts, before);
    const inner = fold(parts, numbers, Infinity, (some) => ({ kind: 'tangle', parts: some }), false);
    return inner.length === 1 ? inner[0] : { kind: 'tangle', parts: inner };
  };
  /** The last of several cells stands after the tangle that they make: it is one of them where it repeats them. */
  const withTails = (parts: readonly Region[]): Region[] => {
    const out: Region[] = [];
    for (let at = 0; at < parts.length; at++) {
      const [part, tail] = [parts[at], parts[at + 1]];
      if (part.kind !== 'tangle' || tail?.kind !== 'item') {
        out.push(part);
        continue;
      }
      const joined = [...part.parts, tail];
      const found = runs(
        signatures.wired(joined, before(out, out.length)),
        weights(joined),
        startsWell(joined),
      );
      const repeats = found.some((run) => run.start + run.period * run.count === joined.length);
      out.push(repeats ? { kind: 'tangle', parts: joined } : part);
      if (repeats) at++;
    }
    return out;
  };
  const visit = (at: Region): Region => {
    switch (at.kind) {
      case 'series': {
        const whole = withTails(at.parts);
        const numbers = whole.map((part) => signatures.of(part));
        const inner = whole.map((part, place) =>
          part.kind === 'tangle' ? tangle(part.parts, before(whole, place)) : visit(part),
        );
        const parts = fold(inner, numbers, Infinity, (some) => ({ kind: 'series', parts: some }), true);
        return parts.length === 1 ? parts[0] : { kind: 'series', parts };
      }
      case 'parallel': {
        // Only neighbours that are equal: an order among branches would not mean anything.
        const numbers = at.branches.map((branch) => signatures.of(branch));
        const branches = fold(at.branches.map(visit), numbers, 1, () => at, false);
        return { ...at, branches };
      }
      case 'tangle':
        return tangle(at.parts, []);
      default:
        return at;
    }
  };
  return visit(region);
}

/** The items that stand right before a part of a series. */
function before(parts: readonly Region[], place: number): Region[] {
  let start = place;
  while (start > 0 && parts[start - 1].kind === 'item') start--;
  return parts.slice(start, place);
}

/** Structure as a small number: equal numbers, equal structure (types, windows, output shapes, wiring). */
class Signatures {
  private readonly numbers = new Map<string, number>();

  constructor(
    private readonly graph: ModelGraph,
    private readonly scope: Scope,
  ) {}

  of(region: Region): number {
    return this.number(this.text(region));
  }

  /** Of parts in topological order after those `before`, each with how far before it those stand that feed it. */
  wired(parts: readonly Region[], before: readonly Region[] = []): number[] {
    const places = new Map<number, number>();
    [...before, ...parts].forEach((part, place) =>
      itemsOf(part).forEach((item) => places.set(item, place - before.length)),
    );
    const feeds = parts.map((): string[] => []);
    for (const edge of this.scope.edges) {
      const to = places.get(edge.to);
      if (to === undefined || to < 0) continue;
      const from = places.get(edge.from);
      if (from !== to) feeds[to].push(from === undefined ? 'in' : String(to - from));
    }
    return parts.map((part, place) => this.number(`${this.of(part)}<${feeds[place].join(',')}`));
  }

  private item(item: Item): string {
    if (!item.made) return nodeSignature(this.graph, this.graph.nodes[item.node]);
    const inside = insideScope(this.graph, item);
    const inner = new Signatures(this.graph, inside);
    const parts = inside.items.map((_, index): Region => ({ kind: 'item', item: index }));
    const wires = inside.edges
      .filter((edge) => edge.to !== EXIT)
      .map((edge) => `${edge.from}>${edge.to}`)
      .join(',');
    return `${item.made.name}(${parts.map((part) => inner.text(part)).join(',')};${wires})`;
  }

  private number(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.numbers.size);
    return this.numbers.size - 1;
  }

  private text(region: Region): string {
    switch (region.kind) {
      case 'item':
        return this.item(this.scope.items[region.item]);
      case 'series':
      case 'parallel': {
        const parts = region.kind === 'series' ? region.parts : region.branches;
        return `${region.kind}(${parts.map((part) => this.of(part)).join(',')})${region.kind === 'parallel' ? region.direct.length : ''}`;
      }
      case 'tangle':
        return `tangle(${this.wired(region.parts).join(',')})`;
      case 'repeat':
        return `${region.instances.length}×${this.of(region.instances[0])}`;
    }
  }
}

/**
 * Type, window and lengths. Resolution counts everywhere: a block that halves it differs from those after it. Channels count
 * where the layer itself sets them, not where it passes on what comes, so that a growing stack (DenseNet) is still one stack.
 */
function nodeSignature(graph: ModelGraph, node: Node): string {
  const { primitive } = node;
  const inside = node.children
    .map((child) => (graph.nodes[child] ? nodeSignature(graph, graph.nodes[child]) : ''))
    .join(',');
  const output = outputShape(graph, node.id);
  const setsChannels = !PASSES_ON.has(primitive.op) && !(primitive.op === 'conv' && primitive.depthwise);
  const resolution = (shape: Shape): string =>
    format.isRanked(shape) ? spatial(shape, primitive).map(format.dim).join('×') : '?';
  const inputs = inputShapes(graph, node.id).map(resolution).join(';');
  const out = output === null ? '' : setsChannels ? format.shape(output) : resolution(output);
  return `${node.type}[${detailOf(primitive)}]${inputs}>${out}{${inside}}`;
}

const PASSES_ON = new Set([
  'normalize',
  'elementwise',
  'concat',
  'pool',
  'pad',
  'crop',
  'upsample',
  'softmax',
  'identity',
  'reduce',
  'adaptivePool',
]);

function spatial(shape: readonly Dim[], primitive: Primitive): readonly Dim[] {
  const channelsFirst = 'channelsFirst' in primitive && primitive.channelsFirst;
  return channelsFirst ? [shape[0], ...shape.slice(2)] : shape.slice(0, -1);
}

interface Run {
  readonly start: number;
  readonly period: number;
  readonly count: number;
}

/** `parts` with each run as one repetition; `join` makes one block of several parts. */
function folded(
  parts: readonly Region[],
  found: readonly Run[],
  join: (parts: readonly Region[]) => Region,
  isLine: boolean,
): Region[] {
  const out: Region[] = [];
  let at = 0;
  for (const run of found) {
    out.push(...parts.slice(at, run.start));
    const instances: Region[] = [];
    for (let k = 0; k < run.count; k++) {
      const inner = parts.slice(run.start + k * run.period, run.start + (k + 1) * run.period);
      instances.push(inner.length === 1 ? inner[0] : join(inner));
    }
    out.push({ kind: 'repeat', instances, isLine });
    at = run.start + run.count * run.period;
  }
  out.push(...parts.slice(at));
  return out;
}

function weightOf(item: Item): number {
  if (!item.foldable) return 1;
  return item.made && item.isOpen ? item.made.items.length : WEIGHT;
}

/** A block reads best when it begins with its branches or its weights, not with the activation of the one before. */
function startsBlock(part: Region, graph: ModelGraph, scope: Scope): boolean {
  if (part.kind !== 'item') return true;
  const item = scope.items[part.item];
  return item.foldable || graph.nodes[item.node].weights.length > 0;
}

/**
 * Repetitions that do not overlap, best first: those that hide most; of equal ones the shorter period, then the better beginning.
 * No period is above `longest`.
 */
export function runs(
  signatures: readonly number[],
  sizes: readonly number[],
  startsWell: (start: number) => boolean,
  longest = Infinity,
): Run[] {
  const found: (Run & { hidden: number; well: number })[] = [];
  const n = signatures.length;
  const before = [0];
  for (const size of sizes) before.push(before[before.length - 1] + size);
  for (let period = 1; period * 2 <= n && period <= longest; period++) {
    let at = 0;
    while (at + period < n) {
      // The stretch [at, end) in which every element equals the one `period` after it.
      let end = at;
      while (end + period < n && signatures[end] === signatures[end + period]) end++;
      // Beginning later than one period into the stretch is never better.
      for (let start = at; start < Math.min(end, at + period); start++) {
        const count = Math.floor((end + period - start) / period);
        if (count < 2) continue;
        const hidden = before[start + period * count] - before[start + period];
        if (hidden >= WORTH_HIDING)
          found.push({ start, period, count, hidden, well: startsWell(start) ? 1 : 0 });
      }
      at = end + 1;
    }
  }
  found.sort((a, b) => b.hidden - a.hidden || a.period - b.period || b.well - a.well || a.start - b.start);
  const taken = new Array<boolean>(n).fill(false);
  const chosen: Run[] = [];
  for (const run of found) {
    const end = run.start + run.period * run.count;
    if (taken.slice(run.start, end).some(Boolean)) continue;
    taken.fill(true, run.start, end);
    chosen.push({ start: run.start, period: run.period, count: run.count });
  }
  return chosen.sort((a, b) => a.start - b.start);
}
