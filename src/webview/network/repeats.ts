/** Finds blocks that repeat one after another in a series (a residual stage, a stack of encoders) and folds them to one, ×N. */
import { inputShapes, outputShape, type Scope } from './items';
import { itemsOf, type Region } from './structure';
import type { Dim, ModelGraph, Node, Primitive, Shape } from '../../graph/graph';
import { detailOf } from './kinds';
import * as format from '../format';

/** A repetition is folded when it hides at least this many items: two equal layers in a row are easier seen than explained. */
const WORTH_HIDING = 8;

/** The region with repeated stretches of every series replaced by `repeat` regions. */
export function foldRepeats(graph: ModelGraph, scope: Scope, region: Region): Region {
  const signatures = new Signatures(graph, scope);
  const visit = (at: Region): Region => {
    switch (at.kind) {
      case 'series':
        return foldSeries(
          at.parts.map(visit),
          at.parts.map((part) => signatures.of(part)),
          graph,
          scope,
        );
      case 'parallel':
        return { ...at, branches: at.branches.map(visit) };
      default:
        return at;
    }
  };
  return visit(region);
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

  private number(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.numbers.size);
    return this.numbers.size - 1;
  }

  private text(region: Region): string {
    switch (region.kind) {
      case 'item':
        return nodeSignature(this.graph, this.graph.nodes[this.scope.items[region.item].node]);
      case 'series':
      case 'parallel': {
        const parts = region.kind === 'series' ? region.parts : region.branches;
        return `${region.kind}(${parts.map((part) => this.of(part)).join(',')})${region.kind === 'parallel' ? region.direct.length : ''}`;
      }
      case 'tangle': {
        const local = new Map(region.items.map((item, index) => [item, index]));
        const wires = this.scope.edges
          .filter((edge) => local.has(edge.to))
          .map((edge) => `${local.get(edge.from) ?? 'i'}>${local.get(edge.to)}`);
        return `tangle(${region.items.map((item) => this.of({ kind: 'item', item })).join(',')};${wires.join(',')})`;
      }
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

function foldSeries(
  parts: readonly Region[],
  signatures: readonly number[],
  graph: ModelGraph,
  scope: Scope,
): Region {
  const sizes = parts.map((part) => itemsOf(part).length);
  const out: Region[] = [];
  let at = 0;
  for (const run of runs(signatures, sizes, (start) => startsBlock(parts[start], graph, scope))) {
    out.push(...parts.slice(at, run.start));
    const instances: Region[] = [];
    for (let k = 0; k < run.count; k++) {
      const inner = parts.slice(run.start + k * run.period, run.start + (k + 1) * run.period);
      instances.push(inner.length === 1 ? inner[0] : { kind: 'series', parts: inner });
    }
    out.push({ kind: 'repeat', instances });
    at = run.start + run.count * run.period;
  }
  out.push(...parts.slice(at));
  return out.length === 1 ? out[0] : { kind: 'series', parts: out };
}

/** A block reads best when it begins with its branches or its weights, not with the activation of the one before. */
function startsBlock(part: Region, graph: ModelGraph, scope: Scope): boolean {
  return (
    part.kind !== 'item' ||
    graph.nodes[scope.items[part.item].node].weights.length > 0 ||
    graph.nodes[scope.items[part.item].node].children.length > 0
  );
}

/** Repetitions that do not overlap, best first: those that hide most; of equal ones the shorter period, then the better beginning. */
export function runs(
  signatures: readonly number[],
  sizes: readonly number[],
  startsWell: (start: number) => boolean,
): Run[] {
  const found: (Run & { hidden: number; well: number })[] = [];
  const n = signatures.length;
  const before = [0];
  for (const size of sizes) before.push(before[before.length - 1] + size);
  for (let period = 1; period * 2 <= n; period++) {
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
