/** Changes of an array's shape: reshape, transpose, joining, splitting, padding. Small arrays keep their elements where that is easy. */
import type { Machine } from '../../machine';
import { list, unknown, type UnknownValue, type Value } from '../../values';
import { elements, firstUnknown, indexOf, symbolic } from '../known';
import { isRanked, knownShape, type ArrayData, type ArrayDim } from './array';
import { promote } from './marks';
import { combineDims, productOf, sameDim, shapeText, toAxis, toShape, type ArrayShape } from './shape';
import { asArray, makeArray } from './space';

/** Applies `change` to a ranked array; unknown things stay unknown. */
export function withRank(
  machine: Machine,
  value: Value,
  change: (array: ArrayData, shape: readonly ArrayDim[]) => Value,
): Value {
  if (value.kind === 'unknown') return makeArray(machine, value, undefined);
  const array = asArray(machine, value);
  if (!array) return unknown('such a value is no array here');
  return isRanked(array.shape) ? change(array, array.shape) : makeArray(machine, array.shape, array.dtype);
}

/** `reshape(shape)` with one `-1`; raises ValueError where the sizes certainly differ. */
export function reshape(machine: Machine, value: Value, wanted: Value): Value {
  const target = toShape(machine, wanted, true);
  if (!isRanked(target)) {
    return value.kind === 'unknown' ? value : makeArray(machine, target, asArray(machine, value)?.dtype);
  }
  const source = value.kind === 'unknown' ? undefined : asArray(machine, value);
  const total = source && isRanked(source.shape) ? productOf(source.shape) : undefined;
  const hole = target.indexOf(-1);
  const others = target.filter((_, i) => i !== hole);
  const given = productOf(others);
  const fail = (): never =>
    machine.raise(
      'ValueError',
      `cannot reshape array of size ${String(total)} into shape ${shapeText(target)}`,
    );
  let shape: readonly ArrayDim[] = target;
  if (hole >= 0) {
    let dim: ArrayDim = unknown('the size of the array is not known');
    if (total !== undefined && typeof total === 'number' && typeof given === 'number') {
      if (given === 0 || total % given !== 0) fail();
      dim = total / given;
    } else if (total !== undefined && source && isRanked(source.shape)) dim = remaining(source.shape, others);
    shape = target.map((each, i) => (i === hole ? dim : each));
  } else if (typeof total === 'number' && typeof given === 'number' && total !== given) fail();
  return makeArray(machine, shape, source?.dtype, source?.data);
}

/** What is left of a shape's size when some of it is taken; lengths on both sides cancel. */
function remaining(shape: readonly ArrayDim[], taken: readonly ArrayDim[]): ArrayDim {
  const left = [...shape];
  const divisors = taken.filter((dim) => {
    const at = left.findIndex((own) => sameDim(own, dim));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const total = productOf(left);
  const by = productOf(divisors);
  if (by === 1) return total;
  const cause = [total, by].find(
    (dim): dim is UnknownValue => typeof dim === 'object' && dim.kind === 'unknown',
  );
  return cause ?? combineDims('//', total, by);
}

/** `transpose(axes)`; without axes the order is reversed. */
export function transpose(machine: Machine, value: Value, axes: Value): Value {
  return withRank(machine, value, (array, shape) => {
    const order =
      axes.kind === 'none'
        ? shape.map((_, i) => shape.length - 1 - i)
        : elements(machine, axes).items.map((axis) => toAxis(machine, axis, shape.length));
    if (order.some((axis) => typeof axis !== 'number'))
      return makeArray(
        machine,
        shape.map(() => unknown('the order of axes is not known')),
        array.dtype,
      );
    if (order.length !== shape.length) machine.raise('ValueError', "axes don't match array");
    return permute(machine, array, shape, order as number[]);
  });
}

function permute(
  machine: Machine,
  array: ArrayData,
  shape: readonly ArrayDim[],
  order: readonly number[],
): Value {
  const old = knownShape(shape);
  let data: number[] | undefined;
  if (old && array.data) {
    const source = array.data;
    const strides = old.map((_, axis) => old.slice(axis + 1).reduce((a, b) => a * b, 1));
    let places = [0];
    for (const axis of order)
      places = places.flatMap((place) =>
        Array.from({ length: old[axis] }, (_, i) => place + i * strides[axis]),
      );
    data = places.map((place) => source[place]);
  }
  return makeArray(
    machine,
    order.map((axis) => shape[axis]),
    array.dtype,
    data,
  );
}

export function moveAxis(machine: Machine, value: Value, from: Value, to: Value, swap: boolean): Value {
  return withRank(machine, value, (array, shape) => {
    const [source, target] = [toAxis(machine, from, shape.length), toAxis(machine, to, shape.length)];
    if (typeof source !== 'number' || typeof target !== 'number') {
      return makeArray(
        machine,
        shape.map(() => unknown('the axis is not known')),
        array.dtype,
      );
    }
    const order = shape.map((_, i) => i);
    if (swap) [order[source], order[target]] = [order[target], order[source]];
    else order.splice(target, 0, ...order.splice(source, 1));
    return permute(machine, array, shape, order);
  });
}

export function expandDims(machine: Machine, value: Value, axis: Value): Value {
  return withRank(machine, value, (array, shape) => {
    const given = axis.kind === 'tuple' || axis.kind === 'list' ? elements(machine, axis).items : [axis];
    const rank = shape.length + given.length;
    const axes = given.map((each) => toAxis(machine, each, rank));
    const cause = axes.find((each): each is UnknownValue => typeof each !== 'number');
    if (cause) return makeArray(machine, cause, array.dtype);
    const rest = [...shape];
    const out = Array.from({ length: rank }, (_, i): ArrayDim => (axes.includes(i) ? 1 : rest.shift()!));
    return makeArray(machine, out, array.dtype, array.data);
  });
}

export function squeeze(machine: Machine, value: Value, axis: Value): Value {
  return withRank(machine, value, (array, shape) => {
    if (axis.kind === 'none') {
      const open = shape.find((dim) => typeof dim !== 'number');
      // A length that is not known may be 1.
      if (open !== undefined)
        return makeArray(machine, unknown('which axes have length 1 is not known'), array.dtype);
      return makeArray(
        machine,
        shape.filter((dim) => dim !== 1),
        array.dtype,
        array.data,
      );
    }
    const given = axis.kind === 'tuple' ? axis.items : [axis];
    const axes = given.map((each) => toAxis(machine, each, shape.length));
    const cause = axes.find((each): each is UnknownValue => typeof each !== 'number');
    if (cause) return makeArray(machine, cause, array.dtype);
    if (axes.some((each) => typeof shape[each as number] === 'number' && shape[each as number] !== 1)) {
      machine.raise('ValueError', 'cannot select an axis to squeeze out which has size not equal to one');
    }
    return makeArray(
      machine,
      shape.filter((_, i) => !axes.includes(i)),
      array.dtype,
      array.data,
    );
  });
}

/** The arrays of a sequence argument; unknown when their number is not known. */
function parts(machine: Machine, value: Value): ArrayData[] | UnknownValue {
  const { items, tail } = elements(machine, value, 'the arrays to join');
  const cause = tail ?? firstUnknown(...items);
  if (cause) return cause;
  const arrays = items.map((item) => asArray(machine, item));
  return arrays.some((array) => !array) ? unknown('an array to join is not known') : (arrays as ArrayData[]);
}

/** The lengths of one axis that must agree; raises where known ones do not. */
function agree(machine: Machine, dims: readonly ArrayDim[]): ArrayDim {
  const known = dims.filter((dim) => typeof dim === 'number');
  if (known.some((dim) => dim !== known[0])) {
    machine.raise(
      'ValueError',
      'all the input array dimensions except for the concatenation axis must match exactly',
    );
  }
  if (known.length > 0) return known[0];
  return dims.every((dim) => sameDim(dim, dims[0])) ? dims[0] : unknown('the lengths are not known');
}

const commonDtype = (arrays: readonly ArrayData[]): string | undefined =>
  arrays.every(({ dtype }) => dtype !== undefined)
    ? (arrays.map(({ dtype }) => dtype) as string[]).reduce(promote)
    : undefined;

export function concatenate(machine: Machine, value: Value, axis: Value): Value {
  const arrays = parts(machine, value);
  if (!Array.isArray(arrays)) return makeArray(machine, arrays, undefined);
  if (arrays.length === 0) machine.raise('ValueError', 'need at least one array to concatenate');
  const dtype = commonDtype(arrays);
  const open = arrays.find(({ shape }) => !isRanked(shape));
  if (open) return makeArray(machine, open.shape, dtype);
  const shapes = arrays.map(({ shape }) => shape as readonly ArrayDim[]);
  const rank = shapes[0].length;
  if (rank === 0) machine.raise('ValueError', 'zero-dimensional arrays cannot be concatenated');
  if (shapes.some((shape) => shape.length !== rank)) {
    machine.raise('ValueError', 'all the input arrays must have same number of dimensions');
  }
  const along = toAxis(machine, axis, rank);
  if (typeof along !== 'number')
    return makeArray(
      machine,
      shapes[0].map(() => along),
      dtype,
    );
  const shape = shapes[0].map((_, i) => {
    const dims = shapes.map((each) => each[i]);
    return i === along ? dims.reduce((a, b) => combineDims('+', a, b)) : agree(machine, dims);
  });
  return makeArray(machine, shape, dtype, joined(arrays, along));
}

/** The elements of arrays laid side by side along an axis; undefined where those of one are not known. */
function joined(arrays: readonly ArrayData[], axis: number): readonly number[] | undefined {
  const rows: { readonly data: readonly number[]; readonly width: number }[] = [];
  for (const array of arrays) {
    const shape = knownShape(array.shape);
    if (!shape || !array.data) return undefined;
    rows.push({ data: array.data, width: shape.slice(axis).reduce((a, b) => a * b, 1) });
  }
  const outer = rows[0].width === 0 ? 0 : rows[0].data.length / rows[0].width;
  return Array.from({ length: outer }, (_, i) =>
    rows.flatMap(({ data, width }) => data.slice(i * width, (i + 1) * width)),
  ).flat();
}

export function stack(machine: Machine, value: Value, axis: Value): Value {
  const arrays = parts(machine, value);
  if (!Array.isArray(arrays)) return makeArray(machine, arrays, undefined);
  if (arrays.length === 0) machine.raise('ValueError', 'need at least one array to stack');
  const dtype = commonDtype(arrays);
  const open = arrays.find(({ shape }) => !isRanked(shape));
  if (open) return makeArray(machine, open.shape, dtype);
  const shapes = arrays.map(({ shape }) => shape as readonly ArrayDim[]);
  if (shapes.some((shape) => shape.length !== shapes[0].length))
    machine.raise('ValueError', 'all input arrays must have the same shape');
  const place = toAxis(machine, axis, shapes[0].length + 1);
  if (typeof place !== 'number') return makeArray(machine, place, dtype);
  const shape: ArrayDim[] = shapes[0].map((_, i) =>
    agree(
      machine,
      shapes.map((each) => each[i]),
    ),
  );
  shape.splice(place, 0, arrays.length);
  const data =
    place === 0 && arrays.every((array) => array.data)
      ? arrays.flatMap((array) => array.data as number[])
      : undefined;
  return makeArray(machine, shape, dtype, data);
}

/** `vstack` (axis 0 of at least 2 axes), `hstack` (axis 1, or 0 for vectors), `dstack`. */
export function stackAlong(machine: Machine, value: Value, how: 'v' | 'h' | 'd'): Value {
  const arrays = parts(machine, value);
  if (!Array.isArray(arrays)) return makeArray(machine, arrays, undefined);
  const least = how === 'v' ? 2 : how === 'h' ? 1 : 3;
  const raised = arrays.map((array) => {
    if (!isRanked(array.shape)) return makeArray(machine, array.shape, array.dtype);
    const shape: ArrayDim[] = [...array.shape];
    if (how === 'd') {
      if (shape.length === 0) shape.push(1);
      if (shape.length === 1) shape.unshift(1);
      if (shape.length === 2) shape.push(1);
    } else while (shape.length < least) shape.unshift(1);
    return makeArray(machine, shape, array.dtype, array.data);
  });
  const vectors = arrays.every(({ shape }) => isRanked(shape) && shape.length <= 1);
  return concatenate(machine, list(raised), {
    kind: 'int',
    value: how === 'v' ? 0 : how === 'd' ? 2 : vectors ? 0 : 1,
  });
}

/** `split(a, sections)` into a list of arrays. */
export function split(machine: Machine, value: Value, sections: Value, axis: Value, exact: boolean): Value {
  const array = value.kind === 'unknown' ? undefined : asArray(machine, value);
  const cause = firstUnknown(value, sections, axis);
  if (cause || !array || !isRanked(array.shape)) return list([], cause ?? unknown('the array is not known'));
  const along = toAxis(machine, axis, array.shape.length);
  if (typeof along !== 'number') return list([], along);
  const shape = array.shape;
  const dim = shape[along];
  const piece = (length: ArrayDim): Value =>
    makeArray(
      machine,
      shape.map((each, i) => (i === along ? length : each)),
      array.dtype,
    );
  const count = indexOf(sections);
  if (count !== undefined) {
    if (typeof dim !== 'number')
      return list(
        Array.from({ length: count }, () => piece(unknown('a part of a length that is not known'))),
      );
    if (exact && dim % count !== 0)
      machine.raise('ValueError', 'array split does not result in an equal division');
    return list(
      Array.from({ length: count }, (_, i) => piece(Math.floor(dim / count) + (i < dim % count ? 1 : 0))),
    );
  }
  const { items, tail } = elements(machine, sections);
  const cuts = items.map(indexOf);
  if (tail || cuts.some((cut) => cut === undefined))
    return list([], tail ?? unknown('where the array is split is not known'));
  const bounds = [0, ...(cuts as number[]), undefined];
  return list(
    bounds.slice(1).map((end, i) => {
      const start = bounds[i]!;
      if (end !== undefined)
        return piece(
          typeof dim === 'number' ? Math.max(Math.min(end, dim) - Math.min(start, dim), 0) : end - start,
        );
      return piece(typeof dim === 'number' ? Math.max(dim - start, 0) : combineDims('-', dim, start));
    }),
  );
}

/** `repeat(a, n, axis)` and `tile(a, reps)`. */
export function repeat(machine: Machine, value: Value, times: Value, axis: Value): Value {
  return withRank(machine, value, (array, shape) => {
    const n: ArrayDim =
      times.kind === 'symbolic'
        ? symbolic(times.expr)
        : (indexOf(times) ?? firstUnknown(times) ?? unknown('how often elements repeat is not known'));
    if (axis.kind === 'none') return makeArray(machine, [combineDims('*', productOf(shape), n)], array.dtype);
    const along = toAxis(machine, axis, shape.length);
    if (typeof along !== 'number')
      return makeArray(
        machine,
        shape.map(() => along),
        array.dtype,
      );
    return makeArray(
      machine,
      shape.map((dim, i) => (i === along ? combineDims('*', dim, n) : dim)),
      array.dtype,
    );
  });
}

export function tile(machine: Machine, value: Value, reps: Value): Value {
  return withRank(machine, value, (array, shape) => {
    const times = toShape(machine, reps);
    if (!isRanked(times)) return makeArray(machine, times, array.dtype);
    const rank = Math.max(shape.length, times.length);
    const at = (dims: readonly ArrayDim[], i: number): ArrayDim => dims[i - (rank - dims.length)] ?? 1;
    return makeArray(
      machine,
      Array.from({ length: rank }, (_, i) => combineDims('*', at(shape, i), at(times, i))),
      array.dtype,
    );
  });
}

/** `pad(a, width)`: a number, a pair, or a pair per axis. */
export function pad(machine: Machine, value: Value, width: Value): Value {
  return withRank(machine, value, (array, shape) => {
    const widths = width.kind === 'unknown' ? undefined : asArray(machine, width);
    const known = widths && knownShape(widths.shape);
    const data = widths?.data;
    if (!known || !data)
      return makeArray(
        machine,
        shape.map(() => firstUnknown(width) ?? unknown('the padding is not known')),
        array.dtype,
      );
    const pairs =
      known.length === 0
        ? [data[0], data[0]]
        : known.length === 1 && data.length === 1
          ? [data[0], data[0]]
          : [...data];
    const out = shape.map((dim, i) => {
      const at = pairs.length === 2 ? 0 : 2 * i;
      return combineDims('+', dim, (pairs[at] ?? 0) + (pairs[at + 1] ?? 0));
    });
    return makeArray(machine, out, array.dtype);
  });
}

/** Matrix product `a @ b` by shape. */
export function matmul(
  machine: Machine,
  a: ArrayData,
  b: ArrayData,
): { shape: ArrayShape; dtype: string | undefined } {
  const dtype = a.dtype !== undefined && b.dtype !== undefined ? promote(a.dtype, b.dtype) : undefined;
  if (!isRanked(a.shape)) return { shape: a.shape, dtype };
  if (!isRanked(b.shape)) return { shape: b.shape, dtype };
  const [left, right] = [a.shape, b.shape];
  if (left.length === 0 || right.length === 0)
    machine.raise('ValueError', 'matmul: input operand does not have enough dimensions');
  const inner = right.length === 1 ? right[0] : right[right.length - 2];
  const own = left[left.length - 1];
  if (sameDim(own, inner) === false) {
    machine.raise(
      'ValueError',
      `matmul: Input operand 1 has a mismatch in its core dimension 0 (size ${String(inner)} is different from ${String(own)})`,
    );
  }
  const longest = left.length >= right.length ? left : right;
  const batch = longest.slice(0, Math.max(longest.length - 2, 0));
  const rows = left.length === 1 ? [] : [left[left.length - 2]];
  const columns = right.length === 1 ? [] : [right[right.length - 1]];
  return { shape: [...batch, ...rows, ...columns], dtype };
}
