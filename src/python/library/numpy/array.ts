/**
 * Arrays as values: an instance of the native class `numpy.ndarray` whose `data` is an `ArrayData`. Read by libraries
 * that take arrays (shapes of data given to `fit`, constants in operations) through `arrayOf`.
 */
import type { SymbolicInt, UnknownValue, Value } from '../../values';

export type ArrayDim = number | SymbolicInt | UnknownValue;

/** Nested numbers of a small array, row by row; a plain number for rank 0. */
export type Nested = number | readonly Nested[];

export interface ArrayData {
  readonly isArray: true;
  /** Lengths, or the reason why not even the rank is known. */
  readonly shape: readonly ArrayDim[] | UnknownValue;
  /** Canonical name (`float32`); undefined when not known. */
  readonly dtype: string | undefined;
  /** Elements in row-major order, for known shapes of at most `MAX_ELEMENTS` elements whose values are known. */
  data: readonly number[] | undefined;
}

/** Larger arrays are known by shape alone. */
export const MAX_ELEMENTS = 4096;

/** The payload of an array, undefined for any other value. */
export function arrayOf(value: Value | undefined): ArrayData | undefined {
  if (value?.kind !== 'instance') return undefined;
  const data = value.data as Partial<ArrayData> | null | undefined;
  return typeof data === 'object' && data?.isArray ? (data as ArrayData) : undefined;
}

/** The number of elements; undefined when a length is not a known number. */
export function elementCount(shape: ArrayData['shape']): number | undefined {
  if (!isRanked(shape)) return undefined;
  let total = 1;
  for (const dim of shape) {
    if (typeof dim !== 'number') return undefined;
    total *= dim;
  }
  return total;
}

export function isRanked(shape: ArrayData['shape']): shape is readonly ArrayDim[] {
  return Array.isArray(shape);
}

/** All lengths as numbers, or undefined. */
export function knownShape(shape: ArrayData['shape']): readonly number[] | undefined {
  return isRanked(shape) && shape.every((dim): dim is number => typeof dim === 'number') ? shape : undefined;
}

/** Elements as nested lists, as `tolist()` has them; undefined when they are not known. */
export function nested(array: ArrayData): Nested | undefined {
  const shape = knownShape(array.shape);
  if (!shape || !array.data) return undefined;
  const build = (axis: number, offset: number, size: number): Nested => {
    if (axis === shape.length) return array.data![offset];
    const step = shape[axis] === 0 ? 0 : size / shape[axis];
    return Array.from({ length: shape[axis] }, (_, i) => build(axis + 1, offset + i * step, step));
  };
  return build(0, 0, array.data.length);
}
