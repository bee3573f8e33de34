/**
 * What a whole tensor sees of the network's inputs: which of its axes run along which input axis, and the field of every
 * input axis it depends on. The helpers here make the map of a result from the maps of its operands.
 */
import { compose, cover, isLost, POINT, unite, WHOLE, type Bounds, type Field } from './field';
import type { BoundedStep } from './steps';
import type { Lost } from './field';

/** An axis of a network input, by index into `Origins.dimensions`. */
export type DimId = number;

/**
 * An axis of a tensor in row-major parts: one part for an ordinary axis, several after a reshape joined axes. `dims` are
 * the input axes that the part runs along (several when maps of different inputs were merged).
 */
export interface Part {
  readonly length: number | null;
  readonly dims: readonly DimId[];
}

export type Axis = readonly Part[];

/** What is seen along one input axis: over the largest and over the smallest branch. */
export interface Track {
  readonly max: Field;
  readonly min: Field;
  /** Whether all paths agree in stride and centre; null when not known. */
  readonly aligned: boolean | null;
  /** Why nothing can be said; `max` and `min` then mean nothing. */
  readonly lost?: string;
}

export interface FieldMap {
  /** Null when the rank is not known. */
  readonly axes: readonly Axis[] | null;
  readonly tracks: ReadonlyMap<DimId, Track>;
}

/** A network input's axis; `length` null when open or unknown. */
export interface Dimension {
  readonly root: number;
  readonly axis: number;
  readonly length: number | null;
}

/** Shared by one run: the input axes, which of them a window slides along, and the ranges of unknown pads. */
export interface Origins {
  readonly dimensions: Dimension[];
  readonly windowed: Set<DimId>;
  readonly bounds: Map<string, readonly [number, number]>;
}

export const POINT_TRACK: Track = { max: POINT, min: POINT, aligned: true };
export const WHOLE_TRACK: Track = { max: WHOLE, min: WHOLE, aligned: true };
export const NOTHING: FieldMap = { axes: null, tracks: new Map() };

export function lostTrack(reason: string): Track {
  return { max: WHOLE, min: WHOLE, aligned: null, lost: reason };
}

/** An axis that runs along no input axis. */
export function plain(length: number | null): Axis {
  return [{ length, dims: [] }];
}

export function dimsOf(axis: Axis): DimId[] {
  return axis.flatMap((part) => part.dims);
}

/** The map with other tracks for some dims. */
export function withTracks(map: FieldMap, changed: ReadonlyMap<DimId, Track>): FieldMap {
  return changed.size === 0 ? map : { axes: map.axes, tracks: new Map([...map.tracks, ...changed]) };
}

export function withAxes(map: FieldMap, axes: readonly Axis[] | null): FieldMap {
  return { axes, tracks: map.tracks };
}

/** Gives up what is said along some dims (default: all). */
export function lose(map: FieldMap, reason: string, dims: Iterable<DimId> = map.tracks.keys()): FieldMap {
  const changed = new Map<DimId, Track>();
  for (const dim of dims) if (!map.tracks.get(dim)?.lost) changed.set(dim, lostTrack(reason));
  return withTracks(map, changed);
}

/** Moves along one axis by a step; the new axis has `length` positions. */
export function stepAxis(
  map: FieldMap,
  index: number,
  step: BoundedStep | Lost,
  length: number | null,
  origins: Origins,
): FieldMap {
  if (map.axes === null) return lose(map, 'the rank of a tensor on the way is not known');
  const axis = map.axes[index];
  if (axis === undefined) return map;
  const axes = map.axes.map((other, i) => (i === index ? [{ length, dims: dimsOf(axis) }] : other));
  const dims = dimsOf(axis);
  if (dims.length === 0) return withAxes(map, axes);
  if ('lost' in step) return withAxes(lose(map, step.lost, dims), axes);
  if (axis.length > 1) {
    const trivial =
      step.step.period === 1 &&
      step.step.advance === 1 &&
      step.step.taps[0].count === 1 &&
      step.step.taps[0].first === 0;
    return trivial ? map : withAxes(lose(map, 'a window runs along an axis that joins several', dims), axes);
  }
  if (step.step.unknownPad !== undefined && step.padRange)
    origins.bounds.set(step.step.unknownPad, step.padRange);
  const changed = new Map<DimId, Track>();
  for (const dim of dims) {
    const track = map.tracks.get(dim);
    if (track && !track.lost)
      changed.set(
        dim,
        mapTrack(track, (field) => compose(field, step.step)),
      );
  }
  return withAxes(withTracks(map, changed), axes);
}

/** Applies `change` to both ends of a track, once when they are the same. */
export function mapTrack(track: Track, change: (field: Field) => Field | Lost): Track {
  if (track.lost) return track;
  const max = change(track.max);
  if (isLost(max)) return lostTrack(max.lost);
  const min = track.min === track.max ? max : change(track.min);
  return isLost(min) ? lostTrack(min.lost) : { max, min, aligned: track.aligned };
}

/** All positions of an axis are read together (a contraction, a reduction): the axis then runs along nothing. */
export function coverAxis(map: FieldMap, index: number, length: number | null = 1): FieldMap {
  if (map.axes === null) return lose(map, 'the rank of a tensor on the way is not known');
  const axis = map.axes[index];
  if (axis === undefined) return map;
  const changed = new Map<DimId, Track>();
  for (const part of axis) {
    for (const dim of part.dims) {
      const track = map.tracks.get(dim);
      if (track)
        changed.set(
          dim,
          mapTrack(track, (field) => cover(field, part.length)),
        );
    }
  }
  return withAxes(
    withTracks(map, changed),
    map.axes.map((other, i) => (i === index ? plain(length) : other)),
  );
}

/** Everything the map depends on, seen together: for attention over all positions. */
export function coverAll(map: FieldMap): FieldMap {
  let result = map;
  for (let index = 0; index < (map.axes?.length ?? 0); index++) result = coverAxis(result, index, null);
  return result;
}

/**
 * Merges maps whose axes are already brought into line: unit by unit, each sees what any operand's unit sees. A dim must
 * run along the same axis in all operands.
 */
export function mergeAligned(maps: readonly FieldMap[], bounds: Bounds): FieldMap {
  const known = maps.filter((map) => map.tracks.size > 0 || map.axes !== null);
  if (known.length === 1) return known[0];
  const tracks = new Map<DimId, Track>();
  for (const map of known) {
    for (const [dim, track] of map.tracks) {
      const other = tracks.get(dim);
      tracks.set(dim, other === undefined ? track : mergeTracks(other, track, bounds));
    }
  }
  if (known.some((map) => map.axes === null)) {
    const spread: FieldMap = { axes: null, tracks };
    return known.length === 0 ? NOTHING : spread;
  }
  const rank = Math.max(0, ...known.map((map) => map.axes?.length ?? 0));
  const axes: Axis[] = [];
  const crossed = new Set<DimId>();
  for (let index = 0; index < rank; index++) {
    const candidates = known.flatMap((map) => (map.axes?.[index] ? [map.axes[index]] : []));
    axes.push(mergeAxes(candidates, crossed));
  }
  const place = new Map<DimId, number>();
  known.forEach((map) =>
    map.axes?.forEach((axis, index) => {
      for (const dim of dimsOf(axis)) {
        const before = place.get(dim);
        if (before !== undefined && before !== index) crossed.add(dim);
        place.set(dim, index);
      }
    }),
  );
  return lose({ axes, tracks }, 'maps are combined whose axes run along different input axes', crossed);
}

function mergeTracks(a: Track, b: Track, bounds: Bounds): Track {
  if (a === b) return a;
  if (a.lost) return a;
  if (b.lost) return b;
  const union = unite(a.max, b.max, bounds);
  if (isLost(union.field)) return { ...lostTrack(union.field.lost), aligned: union.aligned };
  const aligned =
    a.aligned === false || b.aligned === false || union.aligned === false
      ? false
      : a.aligned === null || b.aligned === null
        ? null
        : union.aligned;
  return { max: union.field, min: smaller(a.min, b.min), aligned };
}

/** The field that sees less; of two that see equally much the first. */
function smaller(a: Field, b: Field): Field {
  return extent(b) < extent(a) ? b : a;
}

function extent(field: Field): number {
  let most = 0;
  field.lo.forEach((low, phase) => (most = Math.max(most, field.hi[phase] - low + 1)));
  return most === 0 ? Infinity : most;
}

function mergeAxes(candidates: readonly Axis[], crossed: Set<DimId>): Axis {
  const carrying = candidates.filter((axis) => axis.some((part) => part.dims.length > 0));
  if (carrying.length === 0)
    return candidates.reduce((a, b) => ((length(b) ?? 0) > (length(a) ?? 0) ? b : a));
  const first = carrying[0];
  if (carrying.length === 1) return first;
  if (
    carrying.every(
      (axis) => axis.length === first.length && axis.every((part, i) => part.length === first[i].length),
    )
  ) {
    return first.map((part, i) => ({
      length: part.length,
      dims: [...new Set(carrying.flatMap((axis) => axis[i].dims))],
    }));
  }
  if (carrying.every((axis) => axis.length === 1)) {
    return [{ length: first[0].length, dims: [...new Set(carrying.flatMap((axis) => axis[0].dims))] }];
  }
  for (const axis of carrying) for (const dim of dimsOf(axis)) crossed.add(dim);
  return first;
}

function length(axis: Axis): number | null {
  return axis.reduce<number | null>(
    (total, part) => (total === null || part.length === null ? null : total * part.length),
    1,
  );
}
