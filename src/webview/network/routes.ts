/** Draws the lines of a placed frame: straight down the spine, aside into branches, through lanes around them. */
import type { Edge } from './items';
import { GAP, type Frame, type Unit } from './layout';
import type { PlacedEdge, Point } from './types';

/** Height in which a line turns aside. */
const TURN = 30;
/** Distance between lines that meet the same box. */
const SPREAD = 12;

interface Segment {
  readonly edge: number;
  readonly tensor: number;
  readonly from: Unit | null;
  readonly to: Unit | null;
  readonly lane: number | null;
  readonly bends: readonly Point[];
  readonly early: boolean;
}

interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function drawEdges(root: Frame): PlacedEdge[] {
  const out: PlacedEdge[] = [];
  frameEdges(
    root,
    '',
    { x: 0, y: 0, width: root.block.width, height: root.block.height },
    root.block.spine,
    0,
    0,
    out,
  );
  return out;
}

/** `dx`, `dy`: where the frame's block begins; `outer`: the opened box around it. */
function frameEdges(
  frame: Frame,
  key: string,
  outer: Bounds,
  port: number,
  dx: number,
  dy: number,
  out: PlacedEdge[],
): void {
  const segments = segmentsOf(frame, key !== '');
  const ports = new Ports(segments, port - (key === '' ? 0 : dx - outer.x));
  for (const segment of segments) {
    const [startX, endX] = ports.of(segment);
    const start = {
      x: startX + dx,
      y: segment.from ? segment.from.y + segment.from.height + dy : outer.y + GAP.title,
    };
    const end = { x: endX + dx, y: segment.to ? segment.to.y + dy : outer.y + outer.height };
    const lane = segment.lane === null ? null : segment.lane + dx;
    const bends = segment.bends.map((point) => ({ x: point.x + dx, y: point.y + dy }));
    const xs = [start.x, end.x, ...(lane === null ? [] : [lane]), ...bends.map((point) => point.x)];
    const x = Math.min(...xs);
    out.push({
      key: `${segment.from?.key ?? `${key}:in`}>${segment.to?.key ?? `${key}:out`}`,
      from: segment.from?.key ?? key,
      to: segment.to?.key ?? key,
      tensor: segment.tensor,
      skip: lane !== null,
      path: pathOf(start, end, lane, bends, segment.early),
      bounds: { x, y: start.y, width: Math.max(...xs) - x, height: end.y - start.y },
    });
  }
  for (const unit of frame.block.units) {
    if (!unit.inside) continue;
    const box = { x: unit.x + dx, y: unit.y + dy, width: unit.width, height: unit.height };
    frameEdges(unit.inside, unit.key, box, unit.port, box.x + unit.inside.dx, box.y + unit.inside.dy, out);
  }
}

function segmentsOf(frame: Frame, hasBoundary: boolean): Segment[] {
  const unitOf = new Map<number, Unit>();
  for (const unit of frame.block.units) for (const item of unit.items) unitOf.set(item, unit);
  const lanes = new Map(frame.block.lanes.map((lane) => [lane.edge, lane.x]));
  const bends = new Map(frame.block.bends.map((bend) => [bend.edge, bend.points]));
  const early = new Set(frame.block.early);
  const seen = new Set<string>();
  const segments: Segment[] = [];
  frame.scope.edges.forEach((edge: Edge, index) => {
    const from = unitOf.get(edge.from) ?? null;
    const to = unitOf.get(edge.to) ?? null;
    if (from === to || (!hasBoundary && (!from || !to))) return;
    const key = `${from?.key ?? ''}>${to?.key ?? ''}`;
    if (seen.has(key)) return;
    seen.add(key);
    segments.push({
      edge: index,
      tensor: edge.tensor,
      from,
      to,
      lane: lanes.get(index) ?? null,
      bends: bends.get(index) ?? [],
      early: early.has(index),
    });
  });
  return segments;
}

/** Spreads the lines that meet one box, so that each can be followed; the one that comes straight stays straight. */
class Ports {
  private readonly starts = new Map<Segment, number>();
  private readonly ends = new Map<Segment, number>();

  constructor(
    segments: readonly Segment[],
    private readonly boundary: number,
  ) {
    const into = new Map<Unit | null, Segment[]>();
    const outOf = new Map<Unit | null, Segment[]>();
    for (const segment of segments) {
      into.set(segment.to, [...(into.get(segment.to) ?? []), segment]);
      outOf.set(segment.from, [...(outOf.get(segment.from) ?? []), segment]);
    }
    for (const [unit, group] of into)
      this.spread(
        unit,
        group,
        this.ends,
        (segment) => segment.lane ?? segment.bends.at(-1)?.x ?? this.centre(segment.from),
      );
    for (const [unit, group] of outOf)
      this.spread(
        unit,
        group,
        this.starts,
        (segment) => segment.lane ?? segment.bends[0]?.x ?? this.centre(segment.to),
      );
  }

  of(segment: Segment): [number, number] {
    return [this.starts.get(segment)!, this.ends.get(segment)!];
  }

  private centre(unit: Unit | null): number {
    return unit ? unit.x + unit.port : this.boundary;
  }

  private spread(
    unit: Unit | null,
    group: readonly Segment[],
    into: Map<Segment, number>,
    towards: (segment: Segment) => number,
  ): void {
    const centre = this.centre(unit);
    const left = group
      .filter((segment) => towards(segment) < centre - 1)
      .sort((a, b) => towards(b) - towards(a));
    const right = group
      .filter((segment) => towards(segment) > centre + 1)
      .sort((a, b) => towards(a) - towards(b));
    const straight = group.length - left.length - right.length > 0;
    for (const segment of group) into.set(segment, centre);
    if (group.length === 1) return;
    const room = unit ? Math.max(4, Math.min(unit.port, unit.width - unit.port) - 10) : 60;
    const step = Math.min(SPREAD, room / Math.max(left.length, right.length, 1));
    const first = straight ? 1 : 0.5;
    left.forEach((segment, index) => into.set(segment, centre - (index + first) * step));
    right.forEach((segment, index) => into.set(segment, centre + (index + first) * step));
  }
}

const n = (value: number): string => String(Math.round(value * 10) / 10);
const curve = (x1: number, y1: number, x2: number, y2: number): string =>
  `C${n(x1)} ${n((y1 + y2) / 2)} ${n(x2)} ${n((y1 + y2) / 2)} ${n(x2)} ${n(y2)}`;

function pathOf(
  start: Point,
  end: Point,
  lane: number | null,
  bends: readonly Point[],
  early: boolean,
): string {
  const begin = `M${n(start.x)} ${n(start.y)}`;
  const turn = Math.max(4, Math.min(TURN, (end.y - start.y) / (lane === null ? 1 : 2)));
  if (lane !== null) {
    const turned = `${curve(start.x, start.y, lane, start.y + turn)}V${n(end.y - turn)}`;
    return begin + turned + curve(lane, end.y - turn, end.x, end.y);
  }
  if (bends.length > 0) return begin + through([start, ...bends, end]);
  if (Math.abs(start.x - end.x) < 0.5) return `${begin}V${n(end.y)}`;
  if (early) return `${begin}${curve(start.x, start.y, end.x, start.y + turn)}V${n(end.y)}`;
  return `${begin}V${n(end.y - turn)}${curve(start.x, end.y - turn, end.x, end.y)}`;
}

/** A smooth line through points that go down. */
function through(points: readonly Point[]): string {
  return points
    .slice(1)
    .map((point, index) => curve(points[index].x, points[index].y, point.x, point.y))
    .join('');
}
