/** The module `numpy`, as far as shapes and small constants of model code go; everything else in it is unknown. */
import type { Machine } from '../../machine';
import { NONE, float, int, str, tuple, unknown, type ModuleValue } from '../../values';
import { nativeClass, nativeModule, type ModuleMaker } from '../classes';
import { fn, functions, type Body } from '../define';
import { because, elements, firstUnknown, indexOf, iterator } from '../known';
import { roundTo } from '../numbers';
import { arrayOf, isRanked, knownShape, type ArrayData } from './array';
import { CREATORS, RANDOM } from './create';
import { asDtype } from './dtype';
import { dtypeClass, scalarTypes } from './dtypes';
import { UNARY, arithmetic, unaryFunction } from './elementwise';
import {
  concatenate,
  expandDims,
  moveAxis,
  pad,
  repeat,
  reshape,
  split,
  squeeze,
  stack,
  stackAlong,
  tile,
  transpose,
  withRank,
} from './manipulate';
import { dot, product } from './methods';
import { promote } from './marks';
import { REDUCTIONS, cumulative, reduce } from './reduce';
import { broadcast, dimValue, productOf, shapeValue, toAxis, toShape } from './shape';
import { arrayClass, arrayOrScalar, asArray, makeArray } from './space';

const BINARY: Readonly<Record<string, Parameters<typeof arithmetic>[1]>> = {
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
  true_divide: '/',
  floor_divide: '//',
  mod: '%',
  remainder: '%',
  power: '**',
  float_power: '**',
  maximum: 'max',
  minimum: 'min',
  fmax: 'max',
  fmin: 'min',
  equal: '==',
  not_equal: '!=',
  less: '<',
  less_equal: '<=',
  greater: '>',
  greater_equal: '>=',
  bitwise_and: '&',
  bitwise_or: '|',
  bitwise_xor: '^',
};

/** Results with the shape of the first argument and values not followed. */
const SAME_SHAPE = [
  'clip',
  'flip',
  'fliplr',
  'flipud',
  'roll',
  'nan_to_num',
  'copy',
  'triu',
  'tril',
  'interp',
];

const likeFirst: Body = (machine, { a }) => {
  if (a.kind === 'unknown') return because(a);
  const array = asArray(machine, a);
  return array ? arrayOrScalar(machine, array.shape, array.dtype) : unknown('such a value is no array here');
};

/** `np.round(a, decimals)`. */
const rounded: Body = (machine, { a, decimals }) => {
  if (a.kind === 'unknown') return because(a);
  const array = asArray(machine, a);
  const digits = indexOf(decimals);
  if (!array) return unknown('such a value is no array here');
  return arrayOrScalar(
    machine,
    array.shape,
    array.dtype,
    digits === undefined ? undefined : array.data?.map((x) => roundTo(x, digits)),
  );
};

/** `np.sort(a)`: the elements of a vector in order. */
const sortedArray: Body = (machine, { a }) => {
  if (a.kind === 'unknown') return because(a);
  const array = asArray(machine, a);
  if (!array) return unknown('such a value is no array here');
  const vector = isRanked(array.shape) && array.shape.length === 1;
  return arrayOrScalar(
    machine,
    array.shape,
    array.dtype,
    vector && array.data ? [...array.data].sort((x, y) => x - y) : undefined,
  );
};

const shapeRows: readonly (readonly [string, Body])[] = [
  ...['round', 'around', 'round_'].map((name): [string, Body] => [
    `${name}(a, decimals=0, out=None)`,
    rounded,
  ]),
  ['sort(a, axis=-1, **kwargs)', sortedArray],
  [
    'shape(a)',
    (m, { a }) =>
      a.kind === 'unknown'
        ? because(a, 'tuple')
        : shapeValue(asArray(m, a)?.shape ?? unknown('the shape is not known')),
  ],
  [
    'ndim(a)',
    (m, { a }) => {
      const shape: ArrayData['shape'] =
        a.kind === 'unknown' ? a : (asArray(m, a)?.shape ?? unknown('the rank is not known'));
      return isRanked(shape) ? int(shape.length) : because(shape, 'int');
    },
  ],
  [
    'size(a, axis=None)',
    (m, { a, axis }) => {
      const array = a.kind === 'unknown' ? undefined : asArray(m, a);
      if (!array || !isRanked(array.shape))
        return because(firstUnknown(a) ?? unknown('the size is not known'), 'int');
      if (axis.kind === 'none') return dimValue(productOf(array.shape));
      const place = toAxis(m, axis, array.shape.length);
      return typeof place === 'number' ? dimValue(array.shape[place]) : because(place, 'int');
    },
  ],
  ['reshape(a, shape, order=None, **kwargs)', (m, { a, shape }) => reshape(m, a, shape)],
  ['ravel(a, order=None)', (m, { a }) => reshape(m, a, int(-1))],
  ['transpose(a, axes=None)', (m, { a, axes }) => transpose(m, a, axes)],
  ['swapaxes(a, axis1, axis2)', (m, { a, axis1, axis2 }) => moveAxis(m, a, axis1, axis2, true)],
  [
    'moveaxis(a, source, destination)',
    (m, { a, source, destination }) => moveAxis(m, a, source, destination, false),
  ],
  ['rollaxis(a, axis, start=0)', (m, { a, axis, start }) => moveAxis(m, a, axis, start, false)],
  ['expand_dims(a, axis)', (m, { a, axis }) => expandDims(m, a, axis)],
  ['squeeze(a, axis=None)', (m, { a, axis }) => squeeze(m, a, axis)],
  ['concatenate(arrays, axis=0, **kwargs)', (m, { arrays, axis }) => concatenate(m, arrays, axis)],
  ['concat(arrays, axis=0, **kwargs)', (m, { arrays, axis }) => concatenate(m, arrays, axis)],
  ['stack(arrays, axis=0, **kwargs)', (m, { arrays, axis }) => stack(m, arrays, axis)],
  ['vstack(tup, **kwargs)', (m, { tup }) => stackAlong(m, tup, 'v')],
  ['row_stack(tup, **kwargs)', (m, { tup }) => stackAlong(m, tup, 'v')],
  ['hstack(tup, **kwargs)', (m, { tup }) => stackAlong(m, tup, 'h')],
  ['dstack(tup)', (m, { tup }) => stackAlong(m, tup, 'd')],
  [
    'append(arr, values, axis=None)',
    (m, { arr, values, axis }) => {
      if (axis.kind !== 'none') return concatenate(m, tuple([arr, values]), axis);
      return concatenate(m, tuple([reshape(m, arr, int(-1)), reshape(m, values, int(-1))]), int(0));
    },
  ],
  ['split(a, sections, axis=0)', (m, { a, sections, axis }) => split(m, a, sections, axis, true)],
  ['array_split(a, sections, axis=0)', (m, { a, sections, axis }) => split(m, a, sections, axis, false)],
  ['hsplit(a, sections)', (m, { a, sections }) => split(m, a, sections, int(1), true)],
  ['vsplit(a, sections)', (m, { a, sections }) => split(m, a, sections, int(0), true)],
  ['repeat(a, repeats, axis=None)', (m, { a, repeats, axis }) => repeat(m, a, repeats, axis)],
  ['tile(a, reps)', (m, { a, reps }) => tile(m, a, reps)],
  ["pad(a, pad_width, mode='constant', **kwargs)", (m, { a, pad_width }) => pad(m, a, pad_width)],
  [
    'broadcast_to(a, shape, **kwargs)',
    (m, { a, shape }) => makeArray(m, toShape(m, shape), asArray(m, a)?.dtype),
  ],
  [
    'atleast_1d(a)',
    (m, { a }) =>
      withRank(m, a, (array, shape) =>
        makeArray(m, shape.length === 0 ? [1] : shape, array.dtype, array.data),
      ),
  ],
  [
    'atleast_2d(a)',
    (m, { a }) =>
      withRank(m, a, (array, shape) =>
        makeArray(
          m,
          shape.length === 0 ? [1, 1] : shape.length === 1 ? [1, ...shape] : shape,
          array.dtype,
          array.data,
        ),
      ),
  ],
  [
    'where(condition, x?, y?)',
    (m, { condition, x, y }) => {
      if (x === undefined || y === undefined) return unknown('where a condition holds', null, 'tuple');
      const cause = firstUnknown(condition, x, y);
      if (cause) return because(cause);
      const parts = [condition, x, y].map((value) => asArray(m, value));
      if (parts.some((part) => !part)) return unknown('such a value is no array here');
      const [c, a, b] = parts as NonNullable<(typeof parts)[number]>[];
      const dtype = a.dtype !== undefined && b.dtype !== undefined ? promote(a.dtype, b.dtype) : undefined;
      return arrayOrScalar(m, broadcast(m, [c.shape, a.shape, b.shape]), dtype);
    },
  ],
  [
    'take(a, indices, axis=None)',
    (m, { a, indices, axis }) => {
      const picked = indices.kind === 'unknown' ? undefined : asArray(m, indices);
      return withRank(m, a, (array, shape) => {
        if (!picked || !isRanked(picked.shape))
          return makeArray(m, unknown('the indices are not known'), array.dtype);
        if (axis.kind === 'none') return arrayOrScalar(m, picked.shape, array.dtype);
        const place = toAxis(m, axis, shape.length);
        if (typeof place !== 'number') return makeArray(m, place, array.dtype);
        return arrayOrScalar(
          m,
          [...shape.slice(0, place), ...picked.shape, ...shape.slice(place + 1)],
          array.dtype,
        );
      });
    },
  ],
  [
    'argsort(a, axis=-1, **kwargs)',
    (m, { a }) => withRank(m, a, (_array, shape) => makeArray(m, shape, 'int64')),
  ],
  [
    'diff(a, n=1, axis=-1)',
    (m, { a, n }) =>
      withRank(m, a, (array, shape) => {
        const last = shape[shape.length - 1];
        const dim =
          typeof last === 'number' && n.kind === 'int'
            ? Math.max(last - n.value, 0)
            : unknown('the length is not known');
        return makeArray(m, [...shape.slice(0, -1), dim], array.dtype);
      }),
  ],
  ['cumsum(a, axis=None, **kwargs)', (m, { a, axis }) => cumulative(m, a, axis, false)],
  ['cumprod(a, axis=None, **kwargs)', (m, { a, axis }) => cumulative(m, a, axis, true)],
  ['dot(a, b)', (m, { a, b }) => dot(m, a, b)],
  ['matmul(a, b, **kwargs)', (m, { a, b }) => product(m, a, b) ?? unknown('the product is not known')],
  [
    'unique(a, *args, **kwargs)',
    (m, { a }, call) => {
      const array = a.kind === 'unknown' ? undefined : asArray(m, a);
      if (call.keywords.size > 0 || call.positional.length > 1)
        return unknown('the distinct elements of an array');
      if (!array?.data)
        return makeArray(m, [unknown('how many distinct elements there are is not known')], array?.dtype);
      const data = [...new Set(array.data)].sort((x, y) => x - y);
      return makeArray(m, [data.length], array.dtype, data);
    },
  ],
  ['array_equal(a, b)', () => unknown('whether two arrays are equal', null, 'bool')],
  ['allclose(a, b, **kwargs)', () => unknown('whether two arrays are equal', null, 'bool')],
  [
    'isscalar(a)',
    (_m, { a }) =>
      a.kind === 'unknown'
        ? because(a, 'bool')
        : {
            kind: 'bool',
            value: arrayOf(a) === undefined && !['list', 'tuple', 'dict', 'none'].includes(a.kind),
          },
  ],
  ['ndenumerate(a)', (_m, { a }) => iterator([], firstUnknown(a) ?? unknown('the elements of an array'))],
  [
    'ndindex(*shape)',
    (m, { shape }) => {
      const { items } = elements(m, shape);
      const dims = toShape(m, items.length === 1 ? items[0] : tuple([...items]));
      const known = knownShape(dims);
      if (!known || known.reduce((a, b) => a * b, 1) > 4096)
        return iterator([], unknown('the indices of an array'));
      return iterator(
        known
          .reduce<number[][]>(
            (rows, n) => rows.flatMap((row) => Array.from({ length: n }, (_, i) => [...row, i])),
            [[]],
          )
          .map((row) => tuple(row.map((i) => int(i)))),
      );
    },
  ],
  ['asscalar(a)', (m, { a }) => m.invoke(a, 'item', [])],
  ['array_repr(a)', () => unknown('the text of an array', null, 'str')],
  ['set_printoptions(*args, **kwargs)', () => NONE],
  ['seterr(*args, **kwargs)', () => unknown('the error settings')],
  ['save(*args, **kwargs)', () => NONE],
  ['savez(*args, **kwargs)', () => NONE],
  ['savetxt(*args, **kwargs)', () => NONE],
  ['load(file, *args, **kwargs)', () => unknown('the content of a data file is not known')],
  ['loadtxt(file, *args, **kwargs)', () => unknown('the content of a data file is not known')],
  ['genfromtxt(file, *args, **kwargs)', () => unknown('the content of a data file is not known')],
  ['fromfile(file, *args, **kwargs)', () => unknown('the content of a data file is not known')],
  [
    'issubdtype(a, b)',
    (m, { a, b }) => {
      const dtype = asDtype(m, a);
      if (dtype === undefined || b.kind !== 'class') return unknown('the dtype is not known', null, 'bool');
      const cls = m.importModule('numpy')?.attrs.get(dtype === 'bool' ? 'bool_' : dtype);
      return cls?.kind === 'class'
        ? { kind: 'bool', value: cls.mro.includes(b) }
        : unknown('the dtype is not known', null, 'bool');
    },
  ],
];

function rowsOfUnary(): [string, Body][] {
  return Object.keys(UNARY).map((name) => [`${name}(x, **kwargs)`, (m, { x }) => unaryFunction(m, name, x)]);
}

function rowsOfBinary(): [string, Body][] {
  return Object.entries(BINARY).map(([name, op]) => [
    `${name}(a, b, **kwargs)`,
    (m, { a, b }) => arithmetic(m, op, a, b) ?? unknown(`numpy's ${name}() of such values is not followed`),
  ]);
}

function rowsOfReductions(): [string, Body][] {
  return Object.keys(REDUCTIONS).map((name) => [
    name === 'average'
      ? 'average(a, axis=None, weights=None, returned=False, *, keepdims=False)'
      : name.startsWith('arg')
        ? `${name}(a, axis=None, out=None, *, keepdims=False)`
        : `${name}(a, axis=None, dtype=None, out=None, keepdims=False, **kwargs)`,
    (m, { a, axis, keepdims, dtype }) => reduce(m, name, a, axis, keepdims, dtype && asDtype(m, dtype)),
  ]);
}

/** A generator object (`RandomState(0)`, `default_rng()`) with the functions of `np.random` as methods. */
function randomModule(machine: Machine): ModuleValue {
  const generator = nativeClass(machine, 'Generator', {
    partial: true,
    module: 'numpy.random',
    methods: [
      ['__init__(self, *args, **kwargs)', () => NONE],
      ...RANDOM.map(([signature, body]): [string, Body] => [
        signature.replace('(', signature.includes('()') ? '(self' : '(self, '),
        body,
      ]),
    ],
  });
  return nativeModule('numpy.random', [
    ...functions(RANDOM),
    ['Generator', generator],
    ['RandomState', generator],
    ['default_rng', fn('default_rng(seed=None)', (m) => m.allocate(generator))],
  ]);
}

export function numpyModule(machine: Machine): ModuleValue {
  const sameShape = SAME_SHAPE.map((name): [string, Body] => [`${name}(a, *args, **kwargs)`, likeFirst]);
  return nativeModule('numpy', [
    ...functions([
      ...sameShape,
      ...rowsOfUnary(),
      ...rowsOfBinary(),
      ...rowsOfReductions(),
      ...CREATORS,
      ...shapeRows,
    ]),
    ...scalarTypes(machine),
    ['ndarray', arrayClass(machine)],
    ['dtype', dtypeClass(machine)],
    ['newaxis', NONE],
    ['pi', float(Math.PI)],
    ['e', float(Math.E)],
    ['inf', float(Infinity)],
    ['Inf', float(Infinity)],
    ['nan', float(NaN)],
    ['NaN', float(NaN)],
    ['__version__', unknown('which numpy is installed is not known', null, 'str')],
    ['random', randomModule(machine)],
    ['__name__', str('numpy')],
  ]);
}

export const numpyRandom: ModuleMaker = (machine, _name, get) => {
  const random = get('numpy').attrs.get('random');
  return random?.kind === 'module' ? random : randomModule(machine);
};
