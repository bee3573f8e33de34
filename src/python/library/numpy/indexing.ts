/** Indexing of arrays: integers, slices, new axes, ellipsis, and index or mask arrays, by shape and for small ones by value. */
import type { Machine } from '../../machine';
import { unknown, type InstanceValue, type SliceValue, type UnknownValue, type Value } from '../../values';
import { firstUnknown, indexOf } from '../known';
import { arrayOf, isRanked, knownShape, type ArrayData, type ArrayDim } from './array';
import { broadcast, sliceDim, sliceIndices } from './shape';
import { arrayOrScalar, asArray, makeArray } from './space';

/** What one entry of an index does to the axis it stands for. */
type Part =
  | { readonly kind: 'new' }
  | { readonly kind: 'drop'; readonly at: number | undefined }
  | { readonly kind: 'slice'; readonly dim: ArrayDim; readonly indices: readonly number[] | undefined }
  | { readonly kind: 'gather'; readonly by: ArrayData };

/** `array[index]`: an array, a scalar for a full index; raises IndexError where that is certain. */
export function getItem(machine: Machine, self: InstanceValue, index: Value): Value {
  const array = arrayOf(self);
  if (!array) return unknown('the array is not known');
  if (!isRanked(array.shape)) return makeArray(machine, array.shape, array.dtype);
  const entries = spread(machine, index, array.shape.length);
  if (!Array.isArray(entries)) return makeArray(machine, entries, array.dtype);
  const parts: Part[] = [];
  let axis = 0;
  for (const entry of entries) {
    if (entry.kind === 'none') {
      parts.push({ kind: 'new' });
      continue;
    }
    const mask = arrayOf(entry);
    const part = one(machine, array.shape[axis], entry, axis, array.data !== undefined);
    if ('reason' in part) return makeArray(machine, part, array.dtype);
    parts.push(part);
    axis += mask?.dtype === 'bool' && isRanked(mask.shape) ? mask.shape.length : 1;
  }
  for (; axis < array.shape.length; axis++) parts.push(whole(array.shape[axis], array.data !== undefined));
  return assemble(machine, array, parts);
}

/** `listed`: indices are needed, for the elements are known. */
const whole = (dim: ArrayDim, listed: boolean): Part => ({
  kind: 'slice',
  dim,
  indices: listed && typeof dim === 'number' ? Array.from({ length: dim }, (_, i) => i) : undefined,
});

/** The entries of an index with `...` replaced by whole axes. */
function spread(machine: Machine, index: Value, rank: number): Value[] | UnknownValue {
  const entries = index.kind === 'tuple' ? [...index.items] : [index];
  const cause = firstUnknown(...entries);
  if (cause && cause.type !== 'int') return cause;
  const taken = entries
    .filter(({ kind }) => kind !== 'none' && kind !== 'ellipsis')
    .reduce((total, entry) => {
      const mask = arrayOf(entry);
      return total + (mask?.dtype === 'bool' && isRanked(mask.shape) ? mask.shape.length : 1);
    }, 0);
  if (taken > rank) {
    machine.raise(
      'IndexError',
      `too many indices for array: array is ${rank}-dimensional, but ${taken} were indexed`,
    );
  }
  const at = entries.findIndex(({ kind }) => kind === 'ellipsis');
  if (at < 0) return entries;
  const all: SliceValue = {
    kind: 'slice',
    start: { kind: 'none' },
    stop: { kind: 'none' },
    step: { kind: 'none' },
  };
  entries.splice(at, 1, ...Array<Value>(rank - taken).fill(all));
  return entries;
}

function one(
  machine: Machine,
  dim: ArrayDim,
  entry: Value,
  axis: number,
  listed: boolean,
): Part | UnknownValue {
  const position = indexOf(entry);
  if (position !== undefined) {
    if (typeof dim !== 'number') return { kind: 'drop', at: undefined };
    if (position < -dim || position >= dim) {
      machine.raise('IndexError', `index ${position} is out of bounds for axis ${axis} with size ${dim}`);
    }
    return { kind: 'drop', at: position < 0 ? position + dim : position };
  }
  if (entry.kind === 'slice') {
    const cause = firstUnknown(entry.start, entry.stop, entry.step);
    const bounds = [entry.start, entry.stop, entry.step];
    const absent = (bound: Value): boolean =>
      bound.kind === 'none' || (bound.kind === 'symbolic' && bound.isNone);
    const [start, stop, step] = bounds.map((bound) => (absent(bound) ? undefined : indexOf(bound)));
    const open = bounds.some((bound) => !absent(bound) && indexOf(bound) === undefined);
    if (cause || open)
      return { kind: 'slice', dim: cause ?? unknown('a slice with open bounds'), indices: undefined };
    if (step === 0) machine.raise('ValueError', 'slice step cannot be zero');
    return {
      kind: 'slice',
      dim: sliceDim(dim, start, stop, step ?? 1),
      indices: listed && typeof dim === 'number' ? sliceIndices(dim, start, stop, step ?? 1) : undefined,
    };
  }
  if (entry.kind === 'symbolic' || entry.kind === 'unknown') return { kind: 'drop', at: undefined };
  const by = asArray(machine, entry);
  return by ? { kind: 'gather', by } : unknown('an index of this kind is not followed');
}

function assemble(machine: Machine, array: ArrayData, parts: readonly Part[]): Value {
  const gathers = parts.filter((part): part is Part & { kind: 'gather' } => part.kind === 'gather');
  const masks = gathers.some(({ by }) => by.dtype === 'bool');
  const gathered = masks
    ? [unknown('how many elements a mask keeps is not known')]
    : gathers.length > 0
      ? broadcast(
          machine,
          gathers.map(({ by }) => by.shape),
        )
      : [];
  if (!isRanked(gathered)) return makeArray(machine, gathered, array.dtype);
  // Several index arrays apart from each other put their axes in front (numpy: "advanced indexing").
  const places = parts.flatMap((part, i) =>
    part.kind === 'gather' || (gathers.length > 0 && part.kind === 'drop') ? [i] : [],
  );
  const together = places.every((place, i) => i === 0 || place === places[i - 1] + 1);
  const shape: ArrayDim[] = [];
  let inserted = false;
  if (gathers.length > 0 && !together) {
    shape.push(...gathered);
    inserted = true;
  }
  for (const part of parts) {
    if (part.kind === 'new') shape.push(1);
    else if (part.kind === 'slice') shape.push(part.dim);
    else if (part.kind === 'gather' && !inserted) {
      shape.push(...gathered);
      inserted = true;
    }
  }
  return arrayOrScalar(machine, shape, array.dtype, gatherData(array, parts));
}

/** Elements picked by at most one list of indices per axis. */
function gatherData(array: ArrayData, parts: readonly Part[]): number[] | undefined {
  const shape = knownShape(array.shape);
  if (!shape || !array.data || parts.filter(({ kind }) => kind === 'gather').length > 1) return undefined;
  const lists: number[][] = [];
  for (const part of parts) {
    if (part.kind === 'new') continue;
    const axis = lists.length;
    if (part.kind === 'drop') {
      if (part.at === undefined) return undefined;
      lists.push([part.at]);
    } else if (part.kind === 'slice') {
      if (!part.indices) return undefined;
      lists.push([...part.indices]);
    } else {
      if (!part.by.data || part.by.dtype === 'bool') return undefined;
      lists.push(part.by.data.map((index) => (index < 0 ? index + shape[axis] : index)));
    }
  }
  let places = [0];
  lists.forEach((list, axis) => {
    const stride = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    places = places.flatMap((place) => list.map((index) => place + index * stride));
  });
  const { data } = array;
  return places.every((place) => place < data.length) ? places.map((place) => data[place]) : undefined;
}

/** `array[index] = value`: afterwards only the shape is known. */
export function setItem(machine: Machine, self: InstanceValue): void {
  const array = arrayOf(self);
  if (!array?.data) return;
  machine.touch(self);
  self.data = { ...array, data: undefined } satisfies ArrayData;
}
