/** `x[key]` on tensors: ints, slices with steps, `...`, `None`, tuples of these, and index arrays. */
import { isOpen, isUnknown, type Dim, type Shape, type SliceItem, type Unknown } from '../../graph/graph';
import type { Value } from '../../python/values';
import { KerasError } from '../definition';
import { OPEN, addToDim, ceilDivideDim, formatShape, fromFormula, isKnownRank, unknownDim } from '../dims';
import { combine } from '../../python/symbolic';
import { toUnknown } from '../model/shapes';
import type { OpResult } from './record';

/** Shape and primitive of an indexing; throws KerasError for an index that is certainly out of bounds. */
export function indexTensor(
  shape: Shape,
  dtype: string | null,
  key: Value,
  shapeOf: (value: Value) => Shape | undefined,
): OpResult {
  const whole = (reason: Unknown): OpResult => ({
    outputs: [{ shape: reason, dtype }],
    primitive: { op: 'opaque', reason: reason.reason },
    unknown: reason.reason,
  });
  if (!isKnownRank(shape)) return whole(shape as Unknown);
  if (key.kind === 'unknown' && key.type !== 'int') return whole(toUnknown(key));
  const keys: Value[] = key.kind === 'tuple' || key.kind === 'list' ? [...key.items] : [key];
  const ellipses = keys.filter((item) => item.kind === 'ellipsis').length;
  if (ellipses === 0) keys.push({ kind: 'ellipsis' });
  const dims: Dim[] = [];
  const items: SliceItem[] = [];
  let axis = 0;
  let gathered = false;
  for (const [position, item] of keys.entries()) {
    if (item.kind === 'none') {
      dims.push(1);
      items.push({ kind: 'newAxis' });
      continue;
    }
    if (item.kind === 'ellipsis') {
      const needed = keys.slice(position + 1).filter((later) => later.kind !== 'none').length;
      for (; axis < shape.length - needed; axis++) {
        dims.push(shape[axis]);
        items.push({ kind: 'range', start: 0, step: 1 });
      }
      continue;
    }
    if (axis >= shape.length) {
      throw new KerasError(
        'index-count',
        `${formatShape(shape)} has ${shape.length} axes, but there are more indices.`,
        `Array has shape ${formatShape(shape)} but slice has to many indices.`,
        { facts: { rank: shape.length } },
      );
    }
    const length = shape[axis++];
    if (item.kind === 'slice') {
      const part = sliceLength(length, item);
      dims.push(part.dim);
      items.push(part.item);
    } else if (item.kind === 'int' || item.kind === 'bool') {
      const index = Number(item.value);
      if (typeof length === 'number' && (index >= length || index < -length)) {
        throw new KerasError(
          'index-range',
          `Index ${index} is out of bounds for axis ${axis - 1} of ${formatShape(shape)}.`,
          `Array has shape ${formatShape(shape)} but out-of-bounds index ${index} was requested.`,
          { facts: { index, length } },
        );
      }
      items.push({ kind: 'index', index });
    } else if (item.kind === 'symbolic' || (item.kind === 'unknown' && item.type === 'int')) {
      items.push({ kind: 'index', index: null });
    } else if (item.kind === 'list' || item.kind === 'instance') {
      const indices = shapeOf(item);
      if (indices === undefined || !isKnownRank(indices))
        return whole({ kind: 'unknown', reason: 'the index array is not known' });
      gathered = true;
      dims.push(...indices);
    } else {
      return whole(
        item.kind === 'unknown' ? toUnknown(item) : { kind: 'unknown', reason: 'the index is not known' },
      );
    }
  }
  if (gathered)
    return {
      outputs: [{ shape: dims, dtype }],
      primitive: { op: 'opaque', reason: 'gathers by an index tensor' },
    };
  return { outputs: [{ shape: dims, dtype }], primitive: { op: 'slice', items } };
}

interface SlicePart {
  readonly dim: Dim;
  readonly item: SliceItem;
}

/** Length of `start:stop:step` along an axis, as Python's `slice.indices`. */
export function sliceLength(length: Dim, slice: Extract<Value, { kind: 'slice' }>): SlicePart {
  const step = bound(slice.step);
  const start = bound(slice.start);
  const stop = bound(slice.stop);
  if (step === undefined || start === undefined || stop === undefined || step === 0) {
    const why = [slice.step, slice.start, slice.stop].find((value) => value.kind === 'unknown');
    // A symbolic bound gives a length that nobody can state; Keras keeps such an axis open.
    const dim: Dim = why !== undefined && why.kind === 'unknown' ? toUnknown(why) : OPEN;
    return { dim, item: { kind: 'range', start: null, step: typeof step === 'number' ? step : null } };
  }
  const by = step ?? 1;
  const item: SliceItem = { kind: 'range', start: by > 0 ? (start ?? 0) : start, step: by };
  if (isUnknown(length))
    return {
      dim:
        start === null && stop === null && (by === 1 || by === -1)
          ? length
          : unknownDim('its length is not known', length),
      item,
    };
  if (typeof length === 'number')
    return { dim: rangeLength(length, start, stop, by), item: startOf(length, start, by, item) };
  return { dim: openLength(length, start, stop, by), item };
}

function bound(value: Value): number | null | undefined {
  // A length that is None where the program reads it bounds nothing: `x[:, : y.shape[1]]` is then all of the axis.
  if (value.kind === 'none' || (value.kind === 'symbolic' && value.isNone)) return null;
  return value.kind === 'int' || value.kind === 'bool' ? Number(value.value) : undefined;
}

function rangeLength(length: number, start: number | null, stop: number | null, step: number): number {
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? length : length - 1;
  const clip = (index: number): number => Math.min(Math.max(index < 0 ? index + length : index, low), high);
  const from = start === null ? (step > 0 ? 0 : length - 1) : clip(start);
  const to = stop === null ? (step > 0 ? length : -1) : clip(stop);
  return step > 0 ? Math.max(0, Math.ceil((to - from) / step)) : Math.max(0, Math.ceil((from - to) / -step));
}

function startOf(length: number, start: number | null, step: number, item: SliceItem): SliceItem {
  if (item.kind !== 'range') return item;
  if (start === null) return { kind: 'range', start: step > 0 ? 0 : length - 1, step };
  return { kind: 'range', start: Math.max(0, start < 0 ? start + length : start), step };
}

/** An open axis stays open; the formula follows where the slice surely lies within it. */
function openLength(length: Dim, start: number | null, stop: number | null, step: number): Dim {
  if (!isOpen(length) || length.formula === undefined) return OPEN;
  if (step < 0) return start === null && stop === null && step === -1 ? length : OPEN;
  const from = start ?? 0;
  if (stop === null && from >= 0) return ceilDivideDim(addToDim(length, -from), step);
  if (stop !== null && stop < 0 && from >= 0) return ceilDivideDim(addToDim(length, stop - from), step);
  if (stop === null && from < 0) return fromOpen(ceilDivideDim(-from, step));
  return stop !== null && stop >= 0 && from >= 0
    ? fromOpen(fromFormula(combine('min', length.formula, stop)))
    : OPEN;
}

/** Keras keeps a slice of an open axis open, whatever the bounds say. */
function fromOpen(dim: Dim): Dim {
  return typeof dim === 'number' ? OPEN : dim;
}
