/** Steps that arrange positions rather than compute: slices, joins, broadcasting, normalization over axes, a flat input seen as an image. */
import { isUnknown, type ModelGraph, type Node, type Primitive, type Shape } from '../../graph/graph';
import { POINT } from './field';
import {
  coverAxis,
  dimsOf,
  lose,
  mergeAligned,
  plain,
  POINT_TRACK,
  stepAxis,
  withAxes,
  type Axis,
  type DimId,
  type FieldMap,
  type Origins,
  type Track,
} from './map';
import { knownLength, shiftStep, sliceStep } from './steps';

/** Depthwise channels stay apart; where an input axis runs along them it no longer runs evenly if they multiply. */
export function spread(
  map: FieldMap,
  channels: number,
  lengths: readonly (number | null)[] | null,
): FieldMap {
  const axis = map.axes?.[channels];
  const length = lengths?.[channels] ?? null;
  return axis && axis.length === 1 && axis[0].length === length ? map : coverAxis(map, channels, length);
}

/** Operands are brought into line from the last axis, as numpy broadcasts. */
export function broadcastMap(
  inputs: readonly FieldMap[],
  lengths: readonly (number | null)[] | null,
  origins: Origins,
): FieldMap {
  if (lengths === null)
    return mergeAligned(
      inputs.map((map) => withAxes(map, null)),
      origins.bounds,
    );
  const rank = lengths.length;
  const aligned = inputs
    .filter((map) => map.tracks.size > 0)
    .map((map) => {
      if (map.axes === null) return map;
      let result = map;
      map.axes.forEach((axis, i) => {
        const target = lengths[rank - (map.axes as readonly Axis[]).length + i];
        const single = axis.every((part) => part.length === 1);
        // A single position that is spread over the whole axis is seen by all units alike.
        if (single && target !== 1) result = coverAxis(result, i, target ?? null);
      });
      const axes = [
        ...Array.from({ length: Math.max(0, rank - map.axes.length) }, (_, i) => plain(lengths[i])),
        ...(result.axes ?? []),
      ];
      return withAxes(result, axes);
    });
  return mergeAligned(aligned, origins.bounds);
}

export function sliceMap(
  map: FieldMap,
  primitive: Extract<Primitive, { op: 'slice' }>,
  input: Shape,
  lengths: readonly (number | null)[] | null,
  origins: Origins,
  place: (axis: number) => string,
): FieldMap {
  if (map.axes === null) return lose(map, 'the rank of a tensor on the way is not known');
  let result = map;
  const axes: (number | 'new')[] = [];
  let axis = 0;
  for (const item of primitive.items) {
    if (item.kind === 'newAxis') {
      axes.push('new');
      continue;
    }
    const length = isUnknown(input) ? { kind: 'unknown' as const, reason: '' } : input[axis];
    if (item.kind === 'range') {
      const after = lengths?.[axes.length] ?? null;
      if (axis > 0)
        result = stepAxis(
          result,
          axis,
          sliceStep(item.start, item.step, length, place(axis)),
          after,
          origins,
        );
      axes.push(axis);
    } else {
      result = stepAxis(result, axis, sliceStep(item.index, 1, length, place(axis)), 1, origins);
      result = coverAxis(result, axis, 1);
    }
    axis++;
  }
  for (; axis < map.axes.length; axis++) axes.push(axis);
  return withAxes(
    result,
    axes.map((from) => (from === 'new' ? plain(1) : ((result.axes as readonly Axis[])[from] ?? plain(null)))),
  );
}

/** Batch statistics are constants when predicting; the others read all that they average over. */
export function normalizeMap(
  map: FieldMap,
  primitive: Extract<Primitive, { op: 'normalize' }>,
  lengths: readonly (number | null)[] | null,
): FieldMap {
  const rank = map.axes?.length ?? 0;
  const all = Array.from({ length: rank }, (_, axis) => axis).slice(1);
  const over = (axes: readonly number[]): FieldMap =>
    axes.reduce((result, axis) => coverAxis(result, axis, lengths?.[axis] ?? null), map);
  switch (primitive.mode) {
    case 'batch':
    case 'spectral':
      return map;
    case 'layer':
    case 'rms':
    case 'unit':
      return over(primitive.axis.filter((axis) => axis > 0));
    case 'group':
      return over(all);
    case 'instance':
      return over(all.filter((axis) => !primitive.axis.includes(axis)));
    default:
      return lose(map, 'what this normalization averages over is not known');
  }
}

/** Along the joined axis positions are moved by the lengths of the parts before. */
export function concatMap(
  graph: ModelGraph,
  node: Node,
  inputs: readonly FieldMap[],
  axis: number,
  lengths: readonly (number | null)[] | null,
  origins: Origins,
): FieldMap {
  const carrying = inputs.filter(
    (map) => map.axes?.[axis] && dimsOf(map.axes[axis]).some((dim) => !isFixed(map.tracks.get(dim))),
  );
  if (carrying.length === 0) {
    const merged = mergeAligned(inputs, origins.bounds);
    return merged.axes === null
      ? merged
      : withAxes(
          merged,
          merged.axes.map((old, i) => (i === axis ? plain(lengths?.[axis] ?? null) : old)),
        );
  }
  const moved = inputs.map((map, i) => {
    if (!carrying.includes(map)) return map;
    if (carrying.length > 1) {
      const dims = map.axes ? dimsOf(map.axes[axis]) : [];
      return lose(map, 'positions of several maps are joined along one axis', dims);
    }
    let before: number | null = 0;
    for (const id of node.inputs.slice(0, i)) {
      const shape = graph.tensors[id].shape;
      const length = isUnknown(shape) ? null : knownLength(shape[axis]);
      before = before === null || length === null ? null : before + length;
    }
    return stepAxis(map, axis, shiftStep(before, `${node.id}.${axis}`), lengths?.[axis] ?? null, origins);
  });
  return mergeAligned(moved, origins.bounds);
}

function isFixed(track: Track | undefined): boolean {
  return track === undefined || (!track.lost && track.max.advance === 0);
}

/**
 * A flat input (`(None, 784)`) that is first of all reshaped into an image: its own axis says nothing, so the field is
 * measured on the image. Only where nothing was computed before.
 */
export function rerooted(map: FieldMap, node: Node, output: Shape, origins: Origins): FieldMap {
  if (isUnknown(output) || output.length < 3 || map.axes?.length !== 2 || map.tracks.size !== 1) return map;
  const [[dim, track]] = map.tracks;
  const { root } = origins.dimensions[dim];
  if (track.max !== POINT || node.inputs[0] !== root) return map;
  const tracks = new Map<DimId, Track>();
  const axes = output.map((length, axis) => {
    if (axis === 0) return plain(knownLength(length));
    const id = origins.dimensions.length;
    origins.dimensions.push({ root, axis, length: knownLength(length) });
    tracks.set(id, POINT_TRACK);
    return [{ length: knownLength(length), dims: [id] }];
  });
  return { axes, tracks };
}
