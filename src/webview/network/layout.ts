/**
 * Places the boxes: series run down a straight spine, branches stand side by side, skip connections keep to a lane on the
 * right, opened boxes hold their inside. Lines are drawn afterwards by `routes.ts` from the same frames.
 */
import type { ModelGraph, NodeId } from '../../graph/graph';
import {
  inputShapes,
  insideScope,
  membersOf,
  modelScope,
  outputShape,
  withDescendants,
  type Item,
  type Scope,
} from './items';
import { layered } from './layered';
import { structureOf } from './repeats';
import { drawEdges } from './routes';
import { BOX, boxSize } from './sizes';
import { itemsOf, type Region } from './structure';
import type { Drawing, PlacedBox, PlacedLabel, Point } from './types';
import { shape as shapeText } from '../format';

/** Lengths in pixels. */
export const GAP = {
  labelled: 34,
  plain: 13,
  branch: 26,
  lane: 20,
  frame: 14,
  title: 26,
  header: 40,
} as const;

/** Which foldable boxes stand open, by key; absent means the default (closed, but a repetition's first block and sections open). */
export type OpenState = Readonly<Record<string, boolean>>;

export interface Unit extends Omit<PlacedBox, 'x' | 'y' | 'depth' | 'parent'> {
  x: number;
  y: number;
  /** Its inside when it stands open. */
  readonly inside: Frame | null;
  /** Items of the scope that it stands for: one, or all of a repetition or block. */
  readonly items: readonly number[];
  /** Where lines enter and leave, from its left side. */
  readonly port: number;
}

/** A path for a line to keep to, beside the branches. */
export interface Lane {
  readonly edge: number;
  x: number;
  top: number;
  bottom: number;
}

export interface Block {
  readonly width: number;
  readonly height: number;
  /** Where the spine runs, from the left. */
  readonly spine: number;
  readonly units: Unit[];
  readonly lanes: Lane[];
  readonly bends: { readonly edge: number; points: Point[] }[];
  /** Edges that turn aside at their beginning instead of at their end. */
  readonly early: number[];
}

/** A rectangle with units in it; what comes in enters at the top of `spine`, what leaves goes out at the bottom. */
export interface Frame {
  readonly scope: Scope;
  readonly block: Block;
  /** Items of the scope that lie inside. */
  readonly items: readonly number[];
  /** Position of the block within the opened box. */
  readonly dx: number;
  readonly dy: number;
}

export function layoutModel(graph: ModelGraph, model: number, open: OpenState): Drawing {
  const scope = modelScope(graph, model);
  if (scope.items.length === 0) return { width: 0, height: 0, boxes: [], edges: [], labels: [] };
  const placer = new Placer(graph, open);
  const frame = placer.scope(scope);
  const boxes: PlacedBox[] = [];
  const labels: PlacedLabel[] = [];
  collect(graph, frame, 0, 0, 0, null, boxes, labels);
  return { width: frame.block.width, height: frame.block.height, boxes, labels, edges: drawEdges(frame) };
}

/** Turns positions within frames into absolute ones. */
function collect(
  graph: ModelGraph,
  frame: Frame,
  dx: number,
  dy: number,
  depth: number,
  parent: string | null,
  boxes: PlacedBox[],
  labels: PlacedLabel[],
): void {
  for (const unit of frame.block.units) {
    const { inside, items: _items, port, ...box } = unit;
    const x = unit.x + dx;
    const y = unit.y + dy;
    boxes.push({ ...box, x, y, depth, parent });
    // An opened box shows the shape that leaves it inside already.
    if (!inside && isLabelled(graph, unit.node, unit.light)) {
      const tensor = graph.nodes[unit.node].outputs[0];
      labels.push({
        key: unit.key,
        tensor,
        x: x + port + 7,
        y: y + unit.height + 15,
        unchanged: keepsShape(graph, unit.node),
      });
    }
    if (inside) collect(graph, inside, x + inside.dx, y + inside.dy, depth + 1, unit.key, boxes, labels);
  }
}

function keepsShape(graph: ModelGraph, node: NodeId): boolean {
  const out = outputShape(graph, node);
  const inputs = inputShapes(graph, node);
  return out !== null && inputs.length > 0 && inputs.every((input) => shapeText(input) === shapeText(out));
}

function isLabelled(graph: ModelGraph, node: NodeId, light: boolean): boolean {
  return graph.nodes[node].outputs.length > 0 && !(light && keepsShape(graph, node));
}

class Placer {
  constructor(
    private readonly graph: ModelGraph,
    private readonly open: OpenState,
  ) {}

  scope(scope: Scope): Frame {
    const region = structureOf(this.graph, scope);
    return {
      scope,
      block: this.region(region, scope),
      items: scope.items.map((_, index) => index),
      dx: 0,
      dy: 0,
    };
  }

  private region(region: Region, scope: Scope): Block {
    switch (region.kind) {
      case 'item':
        return this.single(this.item(region.item, scope));
      case 'series':
        return this.series(region.parts, scope);
      case 'parallel':
        return this.parallel(region, scope);
      case 'tangle':
        return this.tangle(region, scope);
      case 'repeat':
        return this.single(this.repeat(region, scope));
    }
  }

  private single(unit: Unit): Block {
    return {
      width: unit.width,
      height: unit.height,
      spine: unit.port,
      units: [unit],
      lanes: [],
      bends: [],
      early: [],
    };
  }

  private item(index: number, scope: Scope): Unit {
    const item = scope.items[index];
    const node = this.graph.nodes[item.node];
    const base = {
      key: item.key,
      node: item.node,
      covers: this.covers(item),
      foldable: item.foldable,
      count: 1,
      ordinal: 0,
      items: [index],
      x: 0,
      y: 0,
      ...(item.made && { name: item.made.name }),
    };
    const kind = item.made ? 'call' : item.foldable ? 'group' : 'node';
    if (item.foldable && (this.open[item.key] ?? item.isOpen)) {
      return {
        ...base,
        kind,
        open: true,
        light: false,
        ...framed(this.scope(insideScope(this.graph, item))),
      };
    }
    if (item.made)
      return { ...base, kind, open: false, inside: null, light: false, ...this.closedSize(item.node) };
    const size = boxSize(this.graph, node);
    return { ...base, kind, open: false, inside: null, ...size, port: size.width / 2 };
  }

  private covers(item: Item): NodeId[] {
    return membersOf(item).flatMap((node) => withDescendants(this.graph, node));
  }

  private repeat({ instances, isLine }: Region & { kind: 'repeat' }, scope: Scope): Unit {
    const all = instances.map(itemsOf);
    const nodesOf = (items: readonly number[]): NodeId[] =>
      items.flatMap((item) => this.covers(scope.items[item]));
    const lastNode = (items: readonly number[]): NodeId => scope.items[Math.max(...items)].node;
    const key = `${scope.items[all[0][0]].key}×`;
    const base = { foldable: true, light: false, x: 0, y: 0 } as const;
    const last = lastNode(all[all.length - 1]);
    const whole = {
      ...base,
      key,
      kind: 'repeat',
      node: last,
      covers: all.flatMap(nodesOf),
      items: all.flat(),
      count: instances.length,
      ordinal: 0,
      name: callNames(all[0].map((item) => scope.items[item])),
    } as const;
    if (!this.open[key]) return { ...whole, open: false, inside: null, ...this.closedSize(last) };
    const units = instances.map((instance, index): Unit => {
      const blockKey = `${key}${index + 1}`;
      const block = {
        ...base,
        key: blockKey,
        kind: 'block',
        node: lastNode(all[index]),
        covers: nodesOf(all[index]),
        items: all[index],
        count: 1,
        ordinal: index + 1,
      } as const;
      if (!(this.open[blockKey] ?? index === 0))
        return { ...block, open: false, inside: null, ...this.closedSize(lastNode(all[index])) };
      return {
        ...block,
        open: true,
        ...framed({ scope, block: this.region(instance, scope), items: all[index], dx: 0, dy: 0 }),
      };
    });
    const block = isLine ? this.stack(units.map((unit) => this.single(unit))) : this.woven(units, scope);
    return { ...whole, open: true, ...framed({ scope, block, items: all.flat(), dx: 0, dy: 0 }) };
  }

  private closedSize(node: NodeId): { width: number; height: number; port: number } {
    const width = Math.max(boxSize(this.graph, this.graph.nodes[node]).width, BOX.unknown + 20);
    return { width, height: 52, port: width / 2 };
  }

  private series(parts: readonly Region[], scope: Scope): Block {
    return this.stack(parts.map((part) => this.region(part, scope)));
  }

  /** One under the other with the spines in line. */
  private stack(blocks: readonly Block[]): Block {
    const spine = Math.max(0, ...blocks.map((block) => block.spine));
    const right = Math.max(0, ...blocks.map((block) => block.width - block.spine));
    let y = 0;
    blocks.forEach((block, index) => {
      if (index > 0) y += this.gap(blocks[index - 1], block);
      move(block, spine - block.spine, y);
      y += block.height;
    });
    return { ...merged(blocks), width: spine + right, height: y, spine };
  }

  private gap(above: Block, below: Block): number {
    if (above.units.length > 1 || below.units.length > 1 || above.lanes.length > 0 || below.lanes.length > 0)
      return GAP.labelled;
    const unit = above.units[0];
    return unit && !isLabelled(this.graph, unit.node, unit.light) ? GAP.plain : GAP.labelled;
  }

  private parallel(region: Region & { kind: 'parallel' }, scope: Scope): Block {
    const blocks = region.branches.map((branch) => this.region(branch, scope));
    const height = Math.max(0, ...blocks.map((block) => block.height));
    let x = 0;
    blocks.forEach((block, index) => {
      if (index > 0) x += GAP.branch;
      move(block, x, (height - block.height) / 2);
      x += block.width;
    });
    const inner = merged(blocks);
    // One branch that is clearly the longest is the main path and keeps the spine; equal ones stand around it.
    const sizes = region.branches.map((branch) => itemsOf(branch).length);
    const longest = sizes.indexOf(Math.max(...sizes));
    const main =
      blocks.length === 1 || sizes.every((size, index) => index === longest || size * 2 <= sizes[longest])
        ? longest
        : -1;
    let offset = 0;
    for (let k = 0; k < main; k++) offset += blocks[k].width + GAP.branch;
    const spine = main >= 0 ? offset + blocks[main].spine : x / 2;
    let width = x;
    for (const edge of region.direct) {
      width += GAP.lane;
      inner.lanes.push({ edge, x: width, top: 0, bottom: height });
    }
    if (region.direct.length > 0) width += 4;
    const inBranch = new Set(itemsOf(region));
    scope.edges.forEach((edge, index) => {
      if (edge.from === region.entry && inBranch.has(edge.to)) inner.early.push(index);
    });
    return { ...inner, width, height, spine };
  }

  private tangle({ parts }: Region & { kind: 'tangle' }, scope: Scope): Block {
    return this.woven(
      parts.map((part) =>
        part.kind === 'repeat' ? this.repeat(part, scope) : this.item(itemsOf(part)[0], scope),
      ),
      scope,
    );
  }

  /** Units whose lines cross, in layers. */
  private woven(units: Unit[], scope: Scope): Block {
    const local = new Map(units.flatMap((unit, index) => unit.items.map((item) => [item, index])));
    const edges: number[] = [];
    const pairs: [number, number][] = [];
    const seen = new Set<string>();
    scope.edges.forEach((edge, index) => {
      const from = local.get(edge.from) ?? -1;
      const to = local.get(edge.to) ?? -2;
      if ((from === -1 && to === -2) || from === to || seen.has(`${from}>${to}`)) return;
      seen.add(`${from}>${to}`);
      edges.push(index);
      pairs.push([from, to]);
    });
    const placed = layered(units, pairs);
    units.forEach((unit, index) => {
      unit.x = placed.centres[index].x - unit.width / 2;
      unit.y = placed.centres[index].y - unit.height / 2;
    });
    const bends = edges.map((edge, index) => ({ edge, points: [...placed.bends[index]] }));
    return {
      width: placed.width,
      height: placed.height,
      spine: placed.entryX,
      units,
      lanes: [],
      bends,
      early: [],
    };
  }
}

/** The functions whose calls make up a block; undefined where none does. */
function callNames(items: readonly Item[]): string | undefined {
  const times = new Map<string, number>();
  for (const { made } of items) if (made) times.set(made.name, (times.get(made.name) ?? 0) + 1);
  const names = [...times].map(([name, count]) => (count > 1 ? `${count} ${name}` : name));
  return names.length === 0 ? undefined : names.join(' + ');
}

/** The opened box around a frame: room for its title above, a margin on the other sides. */
function framed(frame: Frame): { width: number; height: number; port: number; inside: Frame } {
  const width = Math.max(BOX.unknown, frame.block.width + 2 * GAP.frame);
  const dx = (width - frame.block.width) / 2;
  return {
    width,
    height: frame.block.height + GAP.header + GAP.frame + 6,
    port: dx + frame.block.spine,
    inside: { ...frame, dx, dy: GAP.header },
  };
}

function move(block: Block, dx: number, dy: number): void {
  for (const unit of block.units) {
    unit.x += dx;
    unit.y += dy;
  }
  for (const lane of block.lanes) {
    lane.x += dx;
    lane.top += dy;
    lane.bottom += dy;
  }
  for (const bend of block.bends)
    bend.points = bend.points.map((point) => ({ x: point.x + dx, y: point.y + dy }));
}

function merged(blocks: readonly Block[]): Pick<Block, 'units' | 'lanes' | 'bends' | 'early'> {
  return {
    units: blocks.flatMap((block) => block.units),
    lanes: blocks.flatMap((block) => block.lanes),
    bends: blocks.flatMap((block) => block.bends),
    early: blocks.flatMap((block) => block.early),
  };
}
