/** Functions that make arrays: zeros, ranges, grids, random numbers of a given shape. */
import type { Machine } from '../../machine';
import { int, list, tuple, unknown, type Value } from '../../values';
import type { Body, Params } from '../define';
import { because, elements, exprOf, firstUnknown, indexOf, numberOf } from '../known';
import { MAX_ELEMENTS, arrayOf, elementCount, isRanked, type ArrayData, type ArrayDim } from './array';
import { asDtype } from './dtype';
import { isIntegral } from './marks';
import { combineDims, fromDimExpr, toShape, type ArrayShape } from './shape';
import { asArray, makeArray } from './space';

/** The dtype given, or `otherwise`; undefined when one was given that is not known. */
function dtypeOr(machine: Machine, given: Value, otherwise: string): string | undefined {
  return given.kind === 'none' ? otherwise : asDtype(machine, given);
}

function filled(
  machine: Machine,
  shape: ArrayShape,
  dtype: string | undefined,
  value: number | undefined,
): Value {
  const count = elementCount(shape);
  const data =
    value !== undefined && count !== undefined && count <= MAX_ELEMENTS
      ? Array<number>(count).fill(value)
      : undefined;
  return makeArray(machine, shape, dtype, data);
}

const fill =
  (value: number | undefined): Body =>
  (machine, { shape, dtype }) =>
    filled(machine, toShape(machine, shape), dtypeOr(machine, dtype, 'float64'), value);

const fillLike =
  (value: number | undefined): Body =>
  (machine, { a, dtype, shape }) => {
    const like = a.kind === 'unknown' ? undefined : asArray(machine, a);
    const wanted =
      shape.kind === 'none'
        ? (like?.shape ?? firstUnknown(a) ?? unknown('the shape is not known'))
        : toShape(machine, shape);
    return filled(machine, wanted, dtype.kind === 'none' ? like?.dtype : asDtype(machine, dtype), value);
  };

function arange(machine: Machine, { start, stop, step, dtype }: Params): Value {
  const [from, to, by] = stop === undefined ? [int(0), start, step] : [start, stop, step];
  const cause = firstUnknown(from, to, by);
  const numbers = [from, to, by].map(numberOf);
  const made =
    dtype.kind === 'none'
      ? [from, to, by].some(({ kind }) => kind === 'float')
        ? 'float64'
        : 'int64'
      : asDtype(machine, dtype);
  if (numbers.every((number): number is number => number !== undefined)) {
    const [a, b, c] = numbers;
    if (c === 0) machine.raise('ZeroDivisionError', 'division by zero');
    const length = Math.max(Math.ceil((b - a) / c), 0);
    const data = length <= MAX_ELEMENTS ? Array.from({ length }, (_, i) => a + i * c) : undefined;
    return makeArray(machine, [length], made, data);
  }
  const [a, b] = [exprOf(from), exprOf(to)];
  if (!cause && a !== undefined && b !== undefined && numberOf(by) === 1) {
    return makeArray(machine, [combineDims('-', fromDimExpr(b), fromDimExpr(a))], made);
  }
  return makeArray(machine, [cause ?? unknown('the length of the range is not known')], made);
}

function linspace(machine: Machine, { start, stop, num, endpoint, dtype }: Params): Value {
  const [a, b, count] = [numberOf(start), numberOf(stop), indexOf(num)];
  const ends = machine.truth(endpoint);
  const made = dtypeOr(machine, dtype, 'float64');
  const length: ArrayDim =
    count ??
    (num.kind === 'symbolic'
      ? fromDimExpr(num.expr)
      : (firstUnknown(num) ?? unknown('the number of points is not known')));
  if (a === undefined || b === undefined || count === undefined || ends === undefined || count > MAX_ELEMENTS)
    return makeArray(machine, [length], made);
  const steps = ends ? count - 1 : count;
  const data = Array.from({ length: count }, (_, i) =>
    ends && i === count - 1 && count > 1 ? b : a + (steps > 0 ? (i * (b - a)) / steps : 0),
  );
  return makeArray(
    machine,
    [count],
    made,
    made !== undefined && isIntegral(made) ? data.map(Math.floor) : data,
  );
}

function logspace(machine: Machine, params: Params): Value {
  const points = arrayOf(linspace(machine, params));
  const base = numberOf(params.base);
  return makeArray(
    machine,
    points?.shape ?? [],
    points?.dtype,
    base === undefined ? undefined : points?.data?.map((x) => base ** x),
  );
}

/** `np.array(x)`: its elements where they are known and few, else its shape. */
function array(machine: Machine, { a, dtype, ndmin }: Params): Value {
  const made = dtype.kind === 'none' ? undefined : asDtype(machine, dtype);
  if (a.kind === 'unknown') return makeArray(machine, a, made);
  const found: ArrayData | undefined = asArray(machine, a);
  if (!found) {
    // A tensor of a library: a library's own array protocol may tell more.
    return makeArray(machine, because(unknown('what the array is made of is not followed')), made);
  }
  let shape = found.shape;
  const least = indexOf(ndmin) ?? 0;
  if (isRanked(shape) && shape.length < least)
    shape = [...Array<ArrayDim>(least - shape.length).fill(1), ...shape];
  const type = dtype.kind === 'none' ? found.dtype : made;
  const data = type !== undefined && isIntegral(type) ? found.data?.map(Math.trunc) : found.data;
  return makeArray(machine, shape, type, data);
}

/** A matrix of ones where `holds` says so of how far an element lies above the main diagonal, and of `k`; else zeros. */
const byDiagonal =
  (holds: (above: number, k: number) => boolean): Body =>
  (machine, { N, M, k, dtype }) => {
    const rows = toShape(machine, N);
    const columns = M.kind === 'none' ? rows : toShape(machine, M);
    if (!isRanked(rows) || !isRanked(columns))
      return makeArray(machine, isRanked(rows) ? columns : rows, undefined);
    const [n, m, shift] = [rows[0], columns[0], indexOf(k)];
    const data =
      typeof n === 'number' && typeof m === 'number' && shift !== undefined && n * m <= MAX_ELEMENTS
        ? Array.from({ length: n * m }, (_, i) => Number(holds((i % m) - Math.floor(i / m), shift)))
        : undefined;
    return makeArray(machine, [n, m], dtypeOr(machine, dtype, 'float64'), data);
  };

function full(machine: Machine, { shape, value, dtype }: Params): Value {
  const number = numberOf(value);
  const made = dtype.kind === 'none' ? asArray(machine, value)?.dtype : asDtype(machine, dtype);
  return filled(machine, toShape(machine, shape), made, number);
}

function meshgrid(machine: Machine, { arrays, indexing }: Params): Value {
  const { items, tail } = elements(machine, arrays);
  const lengths = items.map((item): ArrayDim => {
    const found = item.kind === 'unknown' ? undefined : asArray(machine, item);
    return found && isRanked(found.shape)
      ? (found.shape[0] ?? 1)
      : (firstUnknown(item) ?? unknown('a length is not known'));
  });
  if (tail) return list([], tail);
  if (indexing.kind === 'str' && indexing.value === 'xy' && lengths.length >= 2)
    [lengths[0], lengths[1]] = [lengths[1], lengths[0]];
  return list(
    items.map((item) =>
      makeArray(machine, lengths, item.kind === 'unknown' ? undefined : asArray(machine, item)?.dtype),
    ),
  );
}

export const CREATORS: readonly (readonly [string, Body])[] = [
  ['array(a, dtype=None, copy=True, order=None, subok=False, ndmin=0, **kwargs)', array],
  ['zeros(shape, dtype=None, order=None, **kwargs)', fill(0)],
  ['ones(shape, dtype=None, order=None, **kwargs)', fill(1)],
  ['empty(shape, dtype=None, order=None, **kwargs)', fill(undefined)],
  ['full(shape, value, dtype=None, order=None, **kwargs)', full],
  ['zeros_like(a, dtype=None, order=None, subok=True, shape=None)', fillLike(0)],
  ['ones_like(a, dtype=None, order=None, subok=True, shape=None)', fillLike(1)],
  ['empty_like(a, dtype=None, order=None, subok=True, shape=None)', fillLike(undefined)],
  [
    'full_like(a, value, dtype=None, order=None, subok=True, shape=None)',
    (machine, params, call) => fillLike(numberOf(params.value))(machine, params, call),
  ],
  ['arange(start, stop?, step=1, dtype=None, **kwargs)', arange],
  ['linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0)', linspace],
  ['logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0)', logspace],
  ['eye(N, M=None, k=0, dtype=None, **kwargs)', byDiagonal((above, k) => above === k)],
  ['tri(N, M=None, k=0, dtype=None, **kwargs)', byDiagonal((above, k) => above <= k)],
  [
    'identity(N, dtype=None, **kwargs)',
    (machine, params, call) =>
      byDiagonal((above) => above === 0)(machine, { ...params, M: { kind: 'none' }, k: int(0) }, call),
  ],
  ["meshgrid(*arrays, indexing='xy', sparse=False, copy=True)", meshgrid],
  ...['asarray', 'asanyarray', 'ascontiguousarray'].map((name): [string, Body] => [
    `${name}(a, dtype=None, order=None, **kwargs)`,
    (machine, params) => array(machine, { ...params, ndmin: int(0) }),
  ]),
];

// --- random numbers: shapes are known, values never ------------------------------------------------------------------

const NOT_KNOWN = (type: string): Value => unknown('a random number', null, type);

/** A random array of shape `size`, or a single unknown number without one. */
function randomOf(machine: Machine, size: Value, dtype: string): Value {
  if (size.kind === 'none') return NOT_KNOWN(isIntegral(dtype) ? 'int' : 'float');
  return makeArray(machine, toShape(machine, size), dtype);
}

/** `size` or the broadcast shape of the distribution's parameters. */
const sized =
  (dtype = 'float64'): Body =>
  (machine, { size, ...rest }) => {
    if (size.kind !== 'none') return randomOf(machine, size, dtype);
    const shaped = Object.values(rest)
      .map(arrayOf)
      .find((found) => found !== undefined);
    return shaped ? makeArray(machine, shaped.shape, dtype) : NOT_KNOWN(isIntegral(dtype) ? 'int' : 'float');
  };

const byDims: Body = (machine, { dims }) => {
  const { items, tail } = elements(machine, dims);
  if (tail) return makeArray(machine, tail, 'float64');
  return items.length === 0 ? NOT_KNOWN('float') : randomOf(machine, tuple([...items]), 'float64');
};

const integers: Body = (machine, { size, dtype }) => {
  const made = dtype.kind === 'none' ? 'int64' : asDtype(machine, dtype);
  return size.kind === 'none' ? NOT_KNOWN('int') : makeArray(machine, toShape(machine, size), made);
};

/** A shuffled copy: an integer means its range. */
const permutation: Body = (machine, { x }) => {
  if (x.kind === 'unknown') return makeArray(machine, x, undefined);
  if (x.kind === 'int' || x.kind === 'symbolic') return makeArray(machine, toShape(machine, x), 'int64');
  const found = asArray(machine, x);
  return makeArray(machine, found?.shape ?? unknown('the array is not known'), found?.dtype);
};

const choice: Body = (machine, { a, size }) => {
  const source = a.kind === 'unknown' ? undefined : asArray(machine, a);
  const dtype = source && isRanked(source.shape) && source.shape.length === 0 ? 'int64' : source?.dtype;
  if (size.kind !== 'none') return makeArray(machine, toShape(machine, size), dtype);
  const { items } = a.kind === 'list' || a.kind === 'tuple' ? a : { items: [] as readonly Value[] };
  const cause = unknown('a random choice');
  return items.length > 0 ? { ...cause, among: items } : cause;
};

const NONE_BODY: Body = () => ({ kind: 'none' });

/** What `np.random`, `RandomState` and `default_rng()` have in common. */
export const RANDOM: readonly (readonly [string, Body])[] = [
  ['rand(*dims)', byDims],
  ['randn(*dims)', byDims],
  ['random(size=None, **kwargs)', sized()],
  ['random_sample(size=None)', sized()],
  ['ranf(size=None)', sized()],
  ['standard_normal(size=None, **kwargs)', sized()],
  ['normal(loc=0.0, scale=1.0, size=None)', sized()],
  ['uniform(low=0.0, high=1.0, size=None)', sized()],
  ['lognormal(mean=0.0, sigma=1.0, size=None)', sized()],
  ['laplace(loc=0.0, scale=1.0, size=None)', sized()],
  ['exponential(scale=1.0, size=None)', sized()],
  ['gamma(shape, scale=1.0, size=None)', sized()],
  ['beta(a, b, size=None)', sized()],
  ['poisson(lam=1.0, size=None)', sized('int64')],
  ['binomial(n, p, size=None)', sized('int64')],
  ['randint(low, high=None, size=None, dtype=None)', integers],
  ['integers(low, high=None, size=None, dtype=None, endpoint=False)', integers],
  ['random_integers(low, high=None, size=None, dtype=None)', integers],
  ['choice(a, size=None, replace=True, p=None, **kwargs)', choice],
  ['permutation(x, **kwargs)', permutation],
  [
    'shuffle(x, **kwargs)',
    (machine, { x }) => {
      // In place: a list keeps its length, its order is no longer known.
      if (x.kind === 'list') {
        machine.touch(x);
        const all = [...x.items];
        x.items = all.map(() => ({ ...unknown('the order after shuffling is not known'), among: all }));
      }
      return { kind: 'none' };
    },
  ],
  ['seed(*args, **kwargs)', NONE_BODY],
  ['set_state(*args, **kwargs)', NONE_BODY],
  ['get_state(*args, **kwargs)', () => unknown('the state of the random generator')],
];
