/** Layered layout (dagre) of what has no series-parallel structure: cells whose branches cross. */
import { Graph, layout } from '@dagrejs/dagre';
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

/** `edges` as pairs of box indices; −1 for what lies above, −2 for what lies below. */
export function layered(boxes: readonly LayeredBox[], edges: readonly (readonly [number, number])[]): LayeredResult {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 22, ranksep: 34, edgesep: 12, marginx: 0, marginy: 0, ranker: boxes.length > 150 ? 'longest-path' : 'network-simplex' });
  graph.setDefaultEdgeLabel(() => ({}));
  boxes.forEach((box, index) => graph.setNode(String(index), { width: box.width, height: box.height }));
  if (edges.some(([from]) => from === -1)) graph.setNode('-1', { width: 1, height: 1 });
  if (edges.some(([, to]) => to === -2)) graph.setNode('-2', { width: 1, height: 1 });
  edges.forEach(([from, to], index) => graph.setEdge(String(from), String(to), {}, `e${index}`));
  layout(graph);
  const at = (name: string): Point => graph.node(name) as unknown as Point;
  const centres = boxes.map((_, index) => ({ x: at(String(index)).x, y: at(String(index)).y }));
  const left = Math.min(...centres.map((centre, index) => centre.x - boxes[index].width / 2));
  const right = Math.max(...centres.map((centre, index) => centre.x + boxes[index].width / 2));
  const top = Math.min(...centres.map((centre, index) => centre.y - boxes[index].height / 2));
  const bottom = Math.max(...centres.map((centre, index) => centre.y + boxes[index].height / 2));
  const bends = edges.map(([from, to], index) => {
    const points = (graph.edge({ v: String(from), w: String(to), name: `e${index}` }) as { points?: Point[] }).points ?? [];
    return points.slice(1, -1).map((point) => ({ x: Math.min(right, Math.max(left, point.x)) - left, y: Math.min(bottom, Math.max(top, point.y)) - top }));
  });
  const entry = graph.hasNode('-1') ? at('-1').x : (left + right) / 2;
  return {
    width: right - left,
    height: bottom - top,
    centres: centres.map((centre) => ({ x: centre.x - left, y: centre.y - top })),
    bends,
    entryX: Math.min(right, Math.max(left, entry)) - left,
  };
}
