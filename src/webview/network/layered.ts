/**
 * Layered layout of what has no series-parallel structure (cells whose branches cross): longest-path layers, order by
 * barycentres, and positions that keep lines straight by isotonic regression. After Sugiyama, Tagawa and Toda (1981).
 */
import type { Point } from './types';

export interface LayeredBox {
  readonly width: number;
  readonly height: number;
}

export interface LayeredResult {
  readonly width: number;
  readonly height: number;
  /** Centres, by box. */
  readonly centres: readonly Point[];
  /** Bends between the two ends, by edge. */
  readonly bends: readonly (readonly Point[])[];
  /** Where the lines from above come in. */
  readonly entryX: number;
}

const SPACE = { boxes: 22, lines: 14, layers: 36 } as const;
const ORDER_SWEEPS = 8;
const PLACE_SWEEPS = 10;
/** Layouts kept: an edit seldom changes the wiring of a tangle. */
const KEPT = 8;

const kept = new Map<string, LayeredResult>();

/** A box, or one of the points through which a long line passes a layer. */
interface Vertex {
  readonly layer: number;
  readonly width: number;
  readonly box: number;
  readonly above: number[];
  readonly below: number[];
  x: number;
  order: number;
}

/** `edges` as pairs of box indices (each from an earlier to a later box); −1 for what lies above, −2 for what lies below. */
export function layered(
  boxes: readonly LayeredBox[],
  edges: readonly (readonly [number, number])[],
): LayeredResult {
  const key = `${boxes.map((box) => `${box.width},${box.height}`).join()};${edges.join()}`;
  const result = kept.get(key) ?? compute(boxes, edges);
  kept.delete(key);
  kept.set(key, result);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
  return result;
}

function compute(boxes: readonly LayeredBox[], edges: readonly (readonly [number, number])[]): LayeredResult {
  const layerOf = layers(boxes.length, edges);
  const last = Math.max(0, ...layerOf);
  const vertices: Vertex[] = boxes.map((box, index) => ({
    layer: layerOf[index],
    width: box.width,
    box: index,
    above: [],
    below: [],
    x: 0,
    order: index,
  }));
  const chains = edges.map(([from, to]) => chain(vertices, from, to, last));
  const rows: number[][] = Array.from({ length: last + 1 }, () => []);
  vertices.forEach((vertex, index) => rows[vertex.layer].push(index));
  orderRows(vertices, rows);
  placeRows(vertices, rows);
  return measure(boxes, vertices, rows, chains, edges);
}

/** Longest path from above; then boxes with more leaving than entering move down to where they are needed. */
function layers(count: number, edges: readonly (readonly [number, number])[]): number[] {
  const into: number[][] = Array.from({ length: count }, () => []);
  const outOf: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) {
    if (from < 0 || to < 0) continue;
    into[to].push(from);
    outOf[from].push(to);
  }
  const layer = new Array<number>(count).fill(0);
  for (let i = 0; i < count; i++) for (const from of into[i]) layer[i] = Math.max(layer[i], layer[from] + 1);
  for (let i = count - 1; i >= 0; i--) {
    if (outOf[i].length === 0) continue;
    const latest = Math.min(...outOf[i].map((to) => layer[to])) - 1;
    if (latest > layer[i] && outOf[i].length > into[i].length) layer[i] = latest;
  }
  return layer;
}

/** Adds a point to every layer that a line passes, and links them; the points' indices from top to bottom. */
function chain(vertices: Vertex[], from: number, to: number, last: number): number[] {
  const start = from < 0 ? -1 : vertices[from].layer;
  const end = to < 0 ? last + 1 : vertices[to].layer;
  const points: number[] = [];
  let before = from;
  const link = (next: number): void => {
    if (before >= 0 && next >= 0) {
      vertices[before].below.push(next);
      vertices[next].above.push(before);
    }
    before = next;
  };
  for (let layer = start + 1; layer < end; layer++) {
    points.push(vertices.length);
    vertices.push({ layer, width: 0, box: -1, above: [], below: [], x: 0, order: vertices.length });
    link(vertices.length - 1);
  }
  link(to);
  return points;
}

/** Rows are ordered by the mean place of their neighbours, going down and up in turn; the order with fewest crossings stays. */
function orderRows(vertices: Vertex[], rows: number[][]): void {
  const number = (row: number[]): void => row.forEach((vertex, index) => (vertices[vertex].order = index));
  rows.forEach(number);
  let best = rows.map((row) => [...row]);
  let fewest = crossings(vertices, rows);
  const wish = new Float64Array(vertices.length);
  for (let sweep = 0; sweep < ORDER_SWEEPS && fewest > 0; sweep++) {
    const down = sweep % 2 === 0;
    for (let k = 1; k < rows.length; k++) {
      const row = rows[down ? k : rows.length - 1 - k];
      for (const index of row)
        wish[index] = barycentre(
          vertices,
          down ? vertices[index].above : vertices[index].below,
          vertices[index].order,
        );
      row.sort((a, b) => wish[a] - wish[b] || vertices[a].order - vertices[b].order);
      number(row);
    }
    const count = crossings(vertices, rows);
    if (count < fewest) {
      fewest = count;
      best = rows.map((row) => [...row]);
    }
  }
  best.forEach((row, layer) => {
    rows[layer] = row;
    number(row);
  });
}

function barycentre(vertices: readonly Vertex[], neighbours: readonly number[], otherwise: number): number {
  if (neighbours.length === 0) return otherwise;
  let sum = 0;
  for (const neighbour of neighbours) sum += vertices[neighbour].order;
  return sum / neighbours.length;
}

/** Pairs of lines that cross between neighbouring rows, counted with a binary indexed tree (Barth, Jünger and Mutzel, 2002). */
function crossings(vertices: readonly Vertex[], rows: readonly (readonly number[])[]): number {
  let total = 0;
  for (let layer = 0; layer + 1 < rows.length; layer++) {
    const tree = new Array<number>(rows[layer + 1].length + 1).fill(0);
    let seen = 0;
    for (const vertex of rows[layer]) {
      const ends = vertices[vertex].below.map((to) => vertices[to].order).sort((a, b) => a - b);
      for (const end of ends) {
        let before = 0;
        for (let i = end + 1; i > 0; i -= i & -i) before += tree[i];
        total += seen - before;
      }
      for (const end of ends) {
        seen++;
        for (let i = end + 1; i < tree.length; i += i & -i) tree[i]++;
      }
    }
  }
  return total;
}

/** Every vertex is drawn to the mean of its neighbours, lines more strongly than boxes, so that long lines run straight. */
function placeRows(vertices: Vertex[], rows: readonly (readonly number[])[]): void {
  const apart = (a: Vertex, b: Vertex): number =>
    (a.width + b.width) / 2 + (a.box >= 0 && b.box >= 0 ? SPACE.boxes : SPACE.lines);
  for (const row of rows) {
    let x = 0;
    row.forEach((index, place) => {
      if (place > 0) x += apart(vertices[row[place - 1]], vertices[index]);
      vertices[index].x = x;
    });
    const middle = x / 2;
    for (const index of row) vertices[index].x -= middle;
  }
  for (let sweep = 0; sweep < PLACE_SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    // The last rounds look both ways and settle.
    const both = sweep >= PLACE_SWEEPS - 4;
    for (let k = 0; k < rows.length; k++) {
      const row = rows[down ? k : rows.length - 1 - k];
      const wishes = row.map((index) => {
        const vertex = vertices[index];
        let sum = 0;
        let count = 0;
        const towards = (others: readonly number[]): void => {
          for (const other of others) sum += vertices[other].x;
          count += others.length;
        };
        if (both || down) towards(vertex.above);
        if (both || !down) towards(vertex.below);
        return count === 0 ? vertex.x : sum / count;
      });
      const weights = row.map((index) =>
        vertices[index].box < 0
          ? 4
          : 1 + (vertices[index].above.length === 1 && vertices[index].below.length === 1 ? 2 : 0),
      );
      const gaps = row.map((index, place) =>
        place === 0 ? 0 : apart(vertices[row[place - 1]], vertices[index]),
      );
      isotonic(wishes, weights, gaps).forEach((x, place) => (vertices[row[place]].x = x));
    }
  }
}

/** Least squares positions nearest to `wishes` with `x[i] ≥ x[i−1] + gaps[i]`: pool adjacent violators. */
export function isotonic(
  wishes: readonly number[],
  weights: readonly number[],
  gaps: readonly number[],
): number[] {
  const pools: { mean: number; weight: number; count: number }[] = [];
  let offset = 0;
  const offsets: number[] = [];
  wishes.forEach((wish, i) => {
    offset += gaps[i];
    offsets.push(offset);
    let pool = { mean: wish - offset, weight: weights[i], count: 1 };
    while (pools.length > 0 && pools[pools.length - 1].mean > pool.mean) {
      const before = pools.pop()!;
      const weight = before.weight + pool.weight;
      pool = {
        mean: (before.mean * before.weight + pool.mean * pool.weight) / weight,
        weight,
        count: before.count + pool.count,
      };
    }
    pools.push(pool);
  });
  const out: number[] = [];
  for (const pool of pools) for (let k = 0; k < pool.count; k++) out.push(pool.mean + offsets[out.length]);
  return out;
}

function measure(
  boxes: readonly LayeredBox[],
  vertices: readonly Vertex[],
  rows: readonly (readonly number[])[],
  chains: readonly (readonly number[])[],
  edges: readonly (readonly [number, number])[],
): LayeredResult {
  const left = Math.min(...vertices.map((vertex) => vertex.x - vertex.width / 2));
  const right = Math.max(...vertices.map((vertex) => vertex.x + vertex.width / 2));
  const middles: number[] = [];
  const halves: number[] = [];
  let y = 0;
  for (const row of rows) {
    const height = Math.max(
      0,
      ...row.map((index) => (vertices[index].box < 0 ? 0 : boxes[vertices[index].box].height)),
    );
    middles.push(y + height / 2);
    halves.push(height / 2);
    y += height + SPACE.layers;
  }
  const centres = boxes.map((_, index) => ({
    x: vertices[index].x - left,
    y: middles[vertices[index].layer],
  }));
  // A line passes a layer straight down, from above its boxes to below them.
  const bends = chains.map((points) =>
    points.flatMap((index) => {
      const { x, layer } = vertices[index];
      return [
        { x: x - left, y: middles[layer] - halves[layer] },
        { x: x - left, y: middles[layer] + halves[layer] },
      ];
    }),
  );
  const entering = edges.flatMap(([from, to], edge) =>
    from >= 0
      ? []
      : chains[edge].length > 0
        ? [vertices[chains[edge][0]].x]
        : to >= 0
          ? [vertices[to].x]
          : [],
  );
  const entryX =
    entering.length > 0
      ? entering.reduce((sum, x) => sum + x, 0) / entering.length - left
      : (right - left) / 2;
  return { width: right - left, height: y - SPACE.layers, centres, bends, entryX };
}
