/** Reductions of arrays over axes: sums, means, extremes, and the products of shapes that model code computes. */
import type { Machine } from '../../machine';
import { unknown, type Value } from '../../values';
import { because, combineInts, elements, firstUnknown, indexOf } from '../known';
import { isRanked, knownShape, type ArrayData, type ArrayDim } from './array';
import { isFloating, isIntegral } from './marks';
import { toAxis } from './shape';
import { arrayOrScalar, asArray } from './space';

interface Reduction {
  readonly f: (values: readonly number[]) => number;
  readonly result: 'same' | 'sum' | 'float' | 'bool' | 'int';
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const variance = (values: readonly number[]): number => {
  const center = mean(values);
  return mean(values.map((value) => (value - center) ** 2));
};
const median = (values: readonly number[]): number => {
  const ordered = [...values].sort((a, b) => a - b);
  const middle = ordered.length >> 1;
  return ordered.length % 2 === 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
};

export const REDUCTIONS: Readonly<Record<string, Reduction>> = {
  sum: { f: sum, result: 'sum' },
  prod: { f: (values) => values.reduce((a, b) => a * b, 1), result: 'sum' },
  product: { f: (values) => values.reduce((a, b) => a * b, 1), result: 'sum' },
  mean: { f: mean, result: 'float' },
  average: { f: mean, result: 'float' },
  median: { f: median, result: 'float' },
  var: { f: variance, result: 'float' },
  std: { f: (values) => Math.sqrt(variance(values)), result: 'float' },
  min: { f: (values) => Math.min(...values), result: 'same' },
  max: { f: (values) => Math.max(...values), result: 'same' },
  amin: { f: (values) => Math.min(...values), result: 'same' },
  amax: { f: (values) => Math.max(...values), result: 'same' },
  nansum: { f: (values) => sum(values.filter((value) => !Number.isNaN(value))), result: 'sum' },
  nanmean: { f: (values) => mean(values.filter((value) => !Number.isNaN(value))), result: 'float' },
  ptp: { f: (values) => Math.max(...values) - Math.min(...values), result: 'same' },
  all: { f: (values) => Number(values.every((value) => value !== 0)), result: 'bool' },
  any: { f: (values) => Number(values.some((value) => value !== 0)), result: 'bool' },
  argmax: { f: (values) => values.indexOf(Math.max(...values)), result: 'int' },
  argmin: { f: (values) => values.indexOf(Math.min(...values)), result: 'int' },
  count_nonzero: { f: (values) => values.filter((value) => value !== 0).length, result: 'int' },
};

function resultDtype(result: Reduction['result'], dtype: string | undefined): string | undefined {
  if (result === 'bool') return 'bool';
  if (result === 'int') return 'int64';
  if (dtype === undefined || result === 'same') return dtype;
  if (result === 'float') return isFloating(dtype) ? dtype : 'float64';
  // Sums of narrow integers are taken in the machine's own.
  if (dtype === 'bool') return 'int64';
  return isIntegral(dtype) ? (dtype.startsWith('u') ? 'uint64' : 'int64') : dtype;
}

/** `np.name(a, axis, keepdims)`. Products and sums over sequences with open lengths stay formulas. */
export function reduce(
  machine: Machine,
  name: string,
  a: Value,
  axis: Value,
  keepdims: Value,
  dtype?: string,
): Value {
  const reduction = REDUCTIONS[name];
  const open = formula(machine, name, a);
  if (open) return open;
  if (a.kind === 'unknown') return because(a, axis.kind === 'none' ? scalarKind(reduction) : undefined);
  const array = asArray(machine, a);
  if (!array) return unknown(`numpy's ${name}() of such a value is not followed`);
  const made = dtype ?? resultDtype(reduction.result, array.dtype);
  if (!isRanked(array.shape))
    return axis.kind === 'none'
      ? because(array.shape, scalarKind(reduction))
      : arrayOrScalar(machine, array.shape, made);
  const cause = firstUnknown(axis, keepdims);
  const rank = array.shape.length;
  const axes =
    axis.kind === 'none'
      ? array.shape.map((_, i) => i)
      : elementsOf(machine, axis).map((each) => toAxis(machine, each, rank));
  const keep = machine.truth(keepdims);
  if (cause || keep === undefined || axes.some((each) => typeof each !== 'number')) {
    return arrayOrScalar(machine, cause ?? unknown('the axis is not known'), made);
  }
  const reduced = new Set(axes as number[]);
  const shape = array.shape.flatMap((dim, i): ArrayDim[] => (reduced.has(i) ? (keep ? [1] : []) : [dim]));
  return arrayOrScalar(machine, shape, made, reduceData(array, reduced, reduction.f));
}

const elementsOf = (machine: Machine, axis: Value): readonly Value[] =>
  axis.kind === 'tuple' || axis.kind === 'list' ? elements(machine, axis).items : [axis];

const scalarKind = (reduction: Reduction): string =>
  reduction.result === 'bool'
    ? 'bool'
    : reduction.result === 'int'
      ? 'int'
      : reduction.result === 'float'
        ? 'float'
        : 'number';

/** `np.prod(x.shape[1:])` where a length is open: numpy would refuse `None`, what is meant is the product of lengths. */
function formula(machine: Machine, name: string, a: Value): Value | undefined {
  if (
    (a.kind !== 'tuple' && a.kind !== 'list') ||
    (name !== 'prod' && name !== 'sum' && name !== 'max' && name !== 'min')
  )
    return undefined;
  const { items, tail } = elements(machine, a);
  if (tail || !items.some(({ kind }) => kind === 'symbolic')) {
    const cause = tail ?? firstUnknown(...items);
    return cause ? because(cause, 'int') : undefined;
  }
  const op = name === 'prod' ? '*' : name === 'sum' ? '+' : name;
  const total = items.reduce<Value | undefined>(
    (left, right) => left && combineInts(op, left, right),
    items[0].kind === 'symbolic' || indexOf(items[0]) !== undefined
      ? name === 'prod'
        ? { kind: 'int', value: 1 }
        : name === 'sum'
          ? { kind: 'int', value: 0 }
          : items[0]
      : undefined,
  );
  return total ?? unknown('a length is not known', null, 'int');
}

function reduceData(array: ArrayData, reduced: ReadonlySet<number>, f: Reduction['f']): number[] | undefined {
  const shape = knownShape(array.shape);
  if (!shape || !array.data || array.data.length === 0) {
    // Sums and products of nothing are known; extremes raise and are left open.
    return array.data?.length === 0 && shape?.length === 1 && (f === sum || f === REDUCTIONS.prod.f)
      ? [f([])]
      : undefined;
  }
  const groups = new Map<number, number[]>();
  array.data.forEach((value, at) => {
    let rest = at;
    let place = 0;
    let scale = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const index = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
      if (reduced.has(axis)) continue;
      place += index * scale;
      scale *= shape[axis];
    }
    const group = groups.get(place);
    if (group) group.push(value);
    else groups.set(place, [value]);
  });
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, values]) => f(values));
}

/** Cumulative sums and products keep the shape along an axis and flatten without one. */
export function cumulative(machine: Machine, a: Value, axis: Value, product: boolean): Value {
  if (a.kind === 'unknown') return because(a);
  const array = asArray(machine, a);
  if (!array) return unknown('the array is not known');
  const dtype = resultDtype('sum', array.dtype);
  const flat = knownShape(array.shape);
  if (axis.kind === 'none' || flat?.length === 1) {
    let total = product ? 1 : 0;
    const data = array.data?.map((value) => (total = product ? total * value : total + value));
    const length = flat ? flat.reduce((x, y) => x * y, 1) : unknown('the size is not known');
    return arrayOrScalar(machine, [length], dtype, data);
  }
  return arrayOrScalar(machine, array.shape, dtype);
}
