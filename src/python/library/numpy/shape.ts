/** Lengths and shapes of arrays: from values and to values, broadcasting, and sizes of slices. */
import type { Machine } from '../../machine';
import { combine, same, type Expr } from '../../symbolic';
import { int, tuple, unknown, type UnknownValue, type Value } from '../../values';
import { elements, indexOf, symbolic, typeName } from '../known';
import { arrayOf, isRanked, type ArrayData, type ArrayDim } from './array';

export type ArrayShape = ArrayData['shape'];

export const dimValue = (dim: ArrayDim): Value => (typeof dim === 'number' ? int(dim) : dim);

/** `x.shape` as the tuple that the program sees. */
export function shapeValue(shape: ArrayShape): Value {
  return isRanked(shape) ? tuple(shape.map(dimValue)) : unknown(shape.reason, shape.at, 'tuple');
}

/** A length given as an argument; unknown where it is not a known or open integer. */
export function toDim(machine: Machine, value: Value): ArrayDim {
  if (value.kind === 'symbolic') return symbolic(value.expr);
  if (value.kind === 'unknown') return value;
  const length = indexOf(value);
  if (length !== undefined) return length;
  const scalar = arrayOf(value);
  if (scalar) return scalar.data?.length === 1 ? scalar.data[0] : unknown('a length taken from an array');
  if (value.kind === 'instance') return unknown('a length that is not known');
  return machine.raise(
    'TypeError',
    `'${typeName(machine, value)}' object cannot be interpreted as an integer`,
  );
}

/** A shape argument: an integer or a sequence of them. `-1` is left for `reshape` to resolve when `negative` is set. */
export function toShape(machine: Machine, value: Value, negative = false): ArrayShape {
  if (value.kind === 'unknown') return value;
  const array = arrayOf(value);
  // It may hold one length or many.
  if (array && !isRanked(array.shape)) return unknown('the lengths are in an array that is not known');
  const isSequence =
    value.kind === 'tuple' ||
    value.kind === 'list' ||
    value.kind === 'range' ||
    (array && isRanked(array.shape) && array.shape.length === 1);
  const given = isSequence ? elements(machine, value) : { items: [value], tail: null };
  if (given.tail) return given.tail;
  const shape = given.items.map((item) => toDim(machine, item));
  if (!negative && shape.some((dim) => typeof dim === 'number' && dim < 0)) {
    machine.raise('ValueError', 'negative dimensions are not allowed');
  }
  return shape;
}

const exprOfDim = (dim: ArrayDim): Expr | undefined =>
  typeof dim === 'number' ? dim : dim.kind === 'symbolic' ? dim.expr : undefined;

export function fromDimExpr(expr: Expr): ArrayDim {
  return typeof expr === 'number' ? expr : symbolic(expr);
}

/** Arithmetic on lengths; an unknown one makes the result unknown. */
export function combineDims(op: '+' | '-' | '*' | '//' | 'max' | 'min', a: ArrayDim, b: ArrayDim): ArrayDim {
  const [left, right] = [exprOfDim(a), exprOfDim(b)];
  if (left !== undefined && right !== undefined) return fromDimExpr(combine(op, left, right));
  return (left === undefined ? a : b) as UnknownValue;
}

export const productOf = (dims: readonly ArrayDim[]): ArrayDim =>
  // A zero or unknown factor counts first: ? × 0 is still not known here, for the array may not exist.
  dims.reduce<ArrayDim>((total, dim) => combineDims('*', total, dim), 1);

/** True or false when certain. */
export function sameDim(a: ArrayDim, b: ArrayDim): boolean | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a === b;
  const [left, right] = [exprOfDim(a), exprOfDim(b)];
  return left !== undefined && right !== undefined && same(left, right) ? true : undefined;
}

/** Numpy's broadcasting; raises ValueError where two known lengths contradict each other. */
export function broadcast(machine: Machine, shapes: readonly ArrayShape[]): ArrayShape {
  const open = shapes.find((shape) => !isRanked(shape));
  if (open) return open;
  const ranked = shapes as readonly (readonly ArrayDim[])[];
  const rank = Math.max(0, ...ranked.map((shape) => shape.length));
  const out: ArrayDim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let dim: ArrayDim = 1;
    for (const shape of ranked) {
      const own = shape[axis - (rank - shape.length)];
      if (own === undefined || own === 1) continue;
      if (dim === 1) dim = own;
      else if (typeof dim === 'number' && typeof own === 'number') {
        if (dim !== own) {
          machine.raise(
            'ValueError',
            `operands could not be broadcast together with shapes ${ranked.map(shapeText).join(' ')}`,
          );
        }
        // A known length decides what an open or unknown one must be.
      } else if (typeof own === 'number') dim = own;
    }
    out.push(dim);
  }
  return out;
}

export function shapeText(shape: ArrayShape): string {
  if (!isRanked(shape)) return '(…)';
  const parts = shape.map((dim) => (typeof dim === 'number' ? String(dim) : '?'));
  return parts.length === 1 ? `(${parts[0]},)` : `(${parts.join(',')})`;
}

/** An axis argument within the rank, counted from the front; raises where it is certainly out of bounds. */
export function toAxis(machine: Machine, value: Value, rank: number): number | UnknownValue {
  if (value.kind === 'unknown') return value;
  const axis = indexOf(value);
  if (axis === undefined) return unknown('the axis is not known');
  if (axis < -rank || axis >= rank) {
    machine.raise('ValueError', `axis ${axis} is out of bounds for array of dimension ${rank}`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** First index, step and number of the elements that a slice takes of a known length. */
function sliceRange(
  length: number,
  start: number | undefined,
  stop: number | undefined,
  step: number,
): { first: number; count: number } {
  const clip = (value: number, low: number, high: number): number =>
    Math.min(Math.max(value < 0 ? value + length : value, low), high);
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const first = start === undefined ? (step > 0 ? 0 : length - 1) : clip(start, low, high);
  const end = stop === undefined ? (step > 0 ? length : -1) : clip(stop, low, high);
  return { first, count: Math.max(Math.ceil((end - first) / step), 0) };
}

/** Indices that a slice takes of a known length. */
export function sliceIndices(
  length: number,
  start: number | undefined,
  stop: number | undefined,
  step: number,
): number[] {
  const { first, count } = sliceRange(length, start, stop, step);
  return Array.from({ length: count }, (_, i) => first + i * step);
}

/** Length of `dim[start:stop:step]` for a dimension that is not a number; step 1 or more, else unknown. */
export function sliceDim(
  dim: ArrayDim,
  start: number | undefined,
  stop: number | undefined,
  step: number,
): ArrayDim {
  if (typeof dim === 'number') return sliceRange(dim, start, stop, step).count;
  if (dim.kind === 'unknown')
    return start === undefined && stop === undefined && Math.abs(step) === 1
      ? dim
      : unknown('a slice of an unknown length');
  if (step === -1 && start === undefined && stop === undefined) return dim;
  if (step < 1) return unknown('a slice of an open length');
  const bound = (value: number | undefined, otherwise: ArrayDim): ArrayDim =>
    value === undefined
      ? otherwise
      : value < 0
        ? combineDims('max', combineDims('+', dim, value), 0)
        : combineDims('min', dim, value);
  const length = combineDims('-', bound(stop, dim), bound(start, 0));
  // Ends given from one side only leave the length as people write it; clipping matters for shorter ones alone.
  const plain =
    stop === undefined && start !== undefined && start > 0
      ? combineDims('-', dim, start)
      : stop !== undefined && stop < 0 && (start === undefined || start >= 0)
        ? combineDims('-', combineDims('+', dim, stop), start ?? 0)
        : length;
  return step === 1 ? plain : combineDims('//', combineDims('+', plain, step - 1), step);
}
