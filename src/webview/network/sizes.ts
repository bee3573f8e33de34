/** How large a box is drawn: its width tells channels, its height tells resolution, both on a logarithmic scale. */
import type { ModelGraph, Node, Shape } from '../../graph/graph';
import { isRanked } from '../format';
import { isLight } from './kinds';
import { inputShapes, outputShape } from './items';

export const BOX = {
  minWidth: 118,
  maxWidth: 226,
  minHeight: 34,
  maxHeight: 68,
  light: 22,
  unknown: 140,
} as const;

export interface BoxSize {
  readonly width: number;
  readonly height: number;
  /** One line of text only. */
  readonly light: boolean;
}

/** Channels and resolution of an output: last axis (or axis 1) and the geometric mean of the spatial axes; null when not known. */
export function extent(
  shape: Shape | null,
  channelsFirst: boolean,
): { channels: number | null; resolution: number | null } {
  if (!shape || !isRanked(shape) || shape.length < 2) return { channels: null, resolution: null };
  const known = shape.slice(1).map((length) => (typeof length === 'number' ? length : null));
  const channels = channelsFirst ? known[0] : known[known.length - 1];
  const spatial = channelsFirst ? known.slice(1) : known.slice(0, -1);
  if (spatial.length === 0) return { channels, resolution: 1 };
  if (spatial.some((length) => length === null)) return { channels, resolution: null };
  const mean = Math.pow(
    spatial.reduce<number>((product, length) => product * Math.max(1, length!), 1),
    1 / spatial.length,
  );
  return { channels, resolution: mean };
}

/** 1 channel → the narrowest, 2048 and more → the widest; 1 → the lowest, 512 and more → the tallest. */
export function boxSize(graph: ModelGraph, node: Node): BoxSize {
  const primitive = node.primitive;
  const channelsFirst = 'channelsFirst' in primitive && primitive.channelsFirst;
  const { channels, resolution } = extent(outputShape(graph, node.id), channelsFirst);
  const width = channels === null ? BOX.unknown : scale(channels, 2048, BOX.minWidth, BOX.maxWidth);
  if (isLight(primitive, inputShapes(graph, node.id).length) && !node.failed && !node.unknown)
    return { width, height: BOX.light, light: true };
  return {
    width,
    height: resolution === null ? BOX.minHeight + 10 : scale(resolution, 512, BOX.minHeight, BOX.maxHeight),
    light: false,
  };
}

function scale(value: number, top: number, from: number, to: number): number {
  const share = Math.min(1, Math.max(0, Math.log2(Math.max(1, value)) / Math.log2(top)));
  return Math.round(from + (to - from) * share);
}
