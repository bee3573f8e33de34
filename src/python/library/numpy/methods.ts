/** The class `numpy.ndarray`: attributes, operators and methods. */
import type { BinaryOp, CompareOp, Machine } from '../../machine';
import {
  NONE,
  bool,
  float,
  int,
  list,
  tuple,
  unknown,
  type ClassValue,
  type InstanceValue,
  type Value,
} from '../../values';
import { fn, type Body } from '../define';
import { because, elements, firstUnknown, indexOf, iterator } from '../known';
import { roundTo } from '../numbers';
import { arrayOf, elementCount, isRanked, knownShape, nested, type ArrayData, type Nested } from './array';
import { asDtype } from './dtype';
import { dtypeObject } from './dtypes';
import { arithmetic, unaryFunction } from './elementwise';
import { getItem, setItem } from './indexing';
import { matmul, moveAxis, repeat, reshape, squeeze, transpose } from './manipulate';
import { isIntegral } from './marks';
import { REDUCTIONS, cumulative, reduce } from './reduce';
import { dimValue, productOf, shapeValue } from './shape';
import { arrayOrScalar, asArray, makeArray, setInstaller } from './space';

const OPERATORS: readonly (readonly [string, BinaryOp])[] = [
  ['add', '+'],
  ['sub', '-'],
  ['mul', '*'],
  ['truediv', '/'],
  ['floordiv', '//'],
  ['mod', '%'],
  ['pow', '**'],
  ['and', '&'],
  ['or', '|'],
  ['xor', '^'],
];
const COMPARISONS: readonly (readonly [string, CompareOp])[] = [
  ['eq', '=='],
  ['ne', '!='],
  ['lt', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['ge', '>='],
];

const dataOf = (value: Value): ArrayData =>
  arrayOf(value) ?? {
    isArray: true,
    shape: unknown('the array is not known'),
    dtype: undefined,
    data: undefined,
  };

/** Arrays of at most so many rows are walked row by row; longer ones once, on an unknown row. */
const MOST_ROWS = 256;

function arrayAttr(machine: Machine, self: InstanceValue, name: string): Value | undefined {
  const array = arrayOf(self);
  if (!array) return undefined;
  switch (name) {
    case 'shape':
      return shapeValue(array.shape);
    case 'ndim':
      return isRanked(array.shape) ? int(array.shape.length) : because(array.shape, 'int');
    case 'size':
      return isRanked(array.shape) ? dimValue(productOf(array.shape)) : because(array.shape, 'int');
    case 'dtype':
      return array.dtype === undefined
        ? unknown('the dtype is not known', null, 'dtype')
        : dtypeObject(machine, array.dtype);
    case 'T':
      return transpose(machine, self, NONE);
    case 'itemsize':
      return int(Number(/\d+$/.exec(array.dtype ?? '')?.[0] ?? 8) / 8);
    case 'nbytes': {
      const count = elementCount(array.shape);
      return count === undefined || array.dtype === undefined
        ? unknown('the size is not known', null, 'int')
        : int((count * Number(/\d+$/.exec(array.dtype)?.[0] ?? 8)) / 8);
    }
    case 'real':
    case 'flat':
      return name === 'flat' ? reshape(machine, self, int(-1)) : self;
    default:
      return undefined;
  }
}

/** Elements as Python's lists; rows of unknown numbers where they are not known. */
export function toList(array: ArrayData): Value {
  const known = nested(array);
  if (known !== undefined) return fromNested(known, array.dtype);
  const shape = knownShape(array.shape);
  const first = isRanked(array.shape) ? array.shape[0] : undefined;
  if (!shape || shape.length === 0)
    return first === undefined
      ? unknown('the elements of an array')
      : unknown('the elements of an array', null, 'list');
  const build = (axis: number): Value =>
    axis === shape.length
      ? unknown(
          'an element of an array',
          null,
          array.dtype !== undefined && isIntegral(array.dtype) ? 'int' : 'float',
        )
      : list(Array.from({ length: shape[axis] }, () => build(axis + 1)));
  return shape.reduce((a, b) => a * b, 1) <= MOST_ROWS
    ? build(0)
    : unknown('the elements of an array', null, 'list');
}

function fromNested(value: Nested, dtype: string | undefined): Value {
  if (typeof value !== 'number') return list(value.map((item) => fromNested(item, dtype)));
  if (dtype === 'bool') return bool(value !== 0);
  return dtype !== undefined && isIntegral(dtype) ? int(value) : float(value);
}

function astype(machine: Machine, self: Value, dtype: Value): Value {
  const array = dataOf(self);
  const made = asDtype(machine, dtype);
  const data =
    made === undefined
      ? undefined
      : isIntegral(made)
        ? array.data?.map(Math.trunc)
        : made === 'bool'
          ? array.data?.map((x) => Number(x !== 0))
          : array.data;
  return makeArray(machine, array.shape, made, data);
}

/** A single element as a Python number (`item()`, `int(a)`, `float(a)`); TypeError for certainly more than one. */
function single(machine: Machine, self: Value, type: 'int' | 'float' | undefined): Value {
  const array = dataOf(self);
  const count = elementCount(array.shape);
  if (count !== undefined && count !== 1) {
    return machine.raise('TypeError', 'only length-1 arrays can be converted to Python scalars');
  }
  if (!array.data) return unknown('an element of an array', null, type);
  const [value] = array.data;
  const integral =
    type === 'int' || (type === undefined && array.dtype !== undefined && isIntegral(array.dtype));
  return integral ? int(Math.trunc(value)) : float(value);
}

const METHODS: readonly (readonly [string, Body])[] = [
  ['__getitem__(self, index)', (m, { self, index }) => getItem(m, self as InstanceValue, index)],
  [
    '__setitem__(self, index, value)',
    (m, { self }) => {
      setItem(m, self as InstanceValue);
      return NONE;
    },
  ],
  [
    '__len__(self)',
    (m, { self }) => {
      const { shape } = dataOf(self);
      if (!isRanked(shape)) return because(shape, 'int');
      return shape.length === 0 ? m.raise('TypeError', 'len() of unsized object') : dimValue(shape[0]);
    },
  ],
  [
    '__iter__(self)',
    (m, { self }) => {
      const { shape } = dataOf(self);
      if (!isRanked(shape)) return iterator([], shape);
      const [rows] = shape;
      if (rows === undefined) return m.raise('TypeError', 'iteration over a 0-d array');
      if (typeof rows !== 'number' || rows > MOST_ROWS)
        return iterator(
          [],
          typeof rows === 'object' && rows.kind === 'unknown' ? rows : unknown('the rows of an array'),
        );
      return iterator(Array.from({ length: rows }, (_, i) => getItem(m, self as InstanceValue, int(i))));
    },
  ],
  ['__contains__(self, value)', () => unknown('whether an array holds a value', null, 'bool')],
  [
    '__bool__(self)',
    (m, { self }) => {
      const array = dataOf(self);
      const count = elementCount(array.shape);
      if (count !== undefined && count > 1) {
        return m.raise(
          'ValueError',
          'The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()',
        );
      }
      return array.data?.length === 1
        ? bool(array.data[0] !== 0)
        : unknown('the truth of an array', null, 'bool');
    },
  ],
  ['__int__(self)', (m, { self }) => single(m, self, 'int')],
  ['__index__(self)', (m, { self }) => single(m, self, 'int')],
  ['__float__(self)', (m, { self }) => single(m, self, 'float')],
  [
    'item(self, *args)',
    (m, { self, args }) => {
      const { items } = elements(m, args);
      return items.length === 0 ? single(m, self, undefined) : unknown('an element of an array');
    },
  ],
  ['__neg__(self)', (m, { self }) => unaryFunction(m, 'negative', self)],
  ['__pos__(self)', (_m, { self }) => self],
  ['__abs__(self)', (m, { self }) => unaryFunction(m, 'abs', self)],
  ['__invert__(self)', (m, { self }) => makeArray(m, dataOf(self).shape, dataOf(self).dtype)],
  ['__matmul__(self, other)', (m, { self, other }) => product(m, self, other) ?? m.builtin('NotImplemented')],
  [
    '__rmatmul__(self, other)',
    (m, { self, other }) => product(m, other, self) ?? m.builtin('NotImplemented'),
  ],
  ['astype(self, dtype, *args, **kwargs)', (m, { self, dtype }) => astype(m, self, dtype)],
  ['view(self, *args, **kwargs)', (m, { self }) => makeArray(m, dataOf(self).shape, undefined)],
  ['reshape(self, *shape, **kwargs)', (m, { self, shape }) => reshape(m, self, spreadOrOne(m, shape))],
  [
    'resize(self, *shape, **kwargs)',
    (m, { self, shape }) => {
      const made = arrayOf(reshape(m, self, spreadOrOne(m, shape)));
      m.touch(self as InstanceValue);
      if (made) (self as InstanceValue).data = made;
      return NONE;
    },
  ],
  [
    'transpose(self, *axes)',
    (m, { self, axes }) => {
      const { items } = elements(m, axes);
      return transpose(m, self, items.length === 0 ? NONE : spreadOrOne(m, axes));
    },
  ],
  ['swapaxes(self, a, b)', (m, { self, a, b }) => moveAxis(m, self, a, b, true)],
  ['flatten(self, order=None)', (m, { self }) => reshape(m, self, int(-1))],
  ['ravel(self, order=None)', (m, { self }) => reshape(m, self, int(-1))],
  ['squeeze(self, axis=None)', (m, { self, axis }) => squeeze(m, self, axis)],
  ['repeat(self, repeats, axis=None)', (m, { self, repeats, axis }) => repeat(m, self, repeats, axis)],
  [
    'copy(self, order=None)',
    (m, { self }) => makeArray(m, dataOf(self).shape, dataOf(self).dtype, dataOf(self).data),
  ],
  ['tolist(self)', (_m, { self }) => toList(dataOf(self))],
  [
    'fill(self, value)',
    (m, { self }) => {
      setItem(m, self as InstanceValue);
      return NONE;
    },
  ],
  [
    'sort(self, *args, **kwargs)',
    (m, { self }) => {
      setItem(m, self as InstanceValue);
      return NONE;
    },
  ],
  ['argsort(self, *args, **kwargs)', (m, { self }) => makeArray(m, dataOf(self).shape, 'int64')],
  ['clip(self, *args, **kwargs)', (m, { self }) => makeArray(m, dataOf(self).shape, dataOf(self).dtype)],
  [
    'round(self, decimals=0, **kwargs)',
    (m, { self, decimals }) => {
      const array = dataOf(self);
      const digits = indexOf(decimals);
      return makeArray(
        m,
        array.shape,
        array.dtype,
        digits === undefined ? undefined : array.data?.map((x) => roundTo(x, digits)),
      );
    },
  ],
  ['cumsum(self, axis=None, **kwargs)', (m, { self, axis }) => cumulative(m, self, axis, false)],
  ['cumprod(self, axis=None, **kwargs)', (m, { self, axis }) => cumulative(m, self, axis, true)],
  ['dot(self, other)', (m, { self, other }) => dot(m, self, other)],
  ['tobytes(self, *args)', () => unknown('the bytes of an array', null, 'bytes')],
  ['tofile(self, *args, **kwargs)', () => NONE],
  [
    'nonzero(self)',
    (_m, { self }) => {
      const { shape } = dataOf(self);
      return isRanked(shape)
        ? tuple(shape.map(() => unknown('the places of an array that are not zero')))
        : because(shape);
    },
  ],
  ...Object.keys(REDUCTIONS).map((name): [string, Body] => [
    `${name}(self, axis=None, dtype=None, out=None, keepdims=False, **kwargs)`,
    (m, { self, axis, keepdims, dtype }) => reduce(m, name, self, axis, keepdims, asDtype(m, dtype)),
  ]),
  ...OPERATORS.flatMap(([name, op]): [string, Body][] => [
    [
      `__${name}__(self, other)`,
      (m, { self, other }) => arithmetic(m, op, self, other) ?? m.builtin('NotImplemented'),
    ],
    [
      `__r${name}__(self, other)`,
      (m, { self, other }) => arithmetic(m, op, other, self) ?? m.builtin('NotImplemented'),
    ],
  ]),
  ...COMPARISONS.map(([name, op]): [string, Body] => [
    `__${name}__(self, other)`,
    (m, { self, other }) =>
      arithmetic(m, op, self, other) ?? unknown('the comparison of an array', null, 'array'),
  ]),
];

/** `reshape(2, 3)` and `reshape((2, 3))`. */
function spreadOrOne(machine: Machine, args: Value): Value {
  const { items, tail } = elements(machine, args);
  return tail ?? (items.length === 1 ? items[0] : tuple([...items]));
}

/** `a @ b`; undefined when one is no array. */
export function product(machine: Machine, a: Value, b: Value): Value | undefined {
  const cause = firstUnknown(a, b);
  if (cause) return because(cause);
  const [left, right] = [asArray(machine, a), asArray(machine, b)];
  if (!left || !right) return undefined;
  const { shape, dtype } = matmul(machine, left, right);
  return arrayOrScalar(machine, shape, dtype);
}

/** `np.dot`: a product of numbers scales; otherwise the last axis meets the last but one. */
export function dot(machine: Machine, a: Value, b: Value): Value {
  const cause = firstUnknown(a, b);
  if (cause) return because(cause);
  const [left, right] = [asArray(machine, a), asArray(machine, b)];
  if (!left || !right) return unknown('the product of such values is not followed');
  if (
    isRanked(left.shape) &&
    isRanked(right.shape) &&
    (left.shape.length === 0 || right.shape.length === 0)
  ) {
    return arithmetic(machine, '*', a, b) ?? unknown('the product is not known');
  }
  if (isRanked(left.shape) && isRanked(right.shape) && left.shape.length > 2 && right.shape.length > 1) {
    return makeArray(
      machine,
      [...left.shape.slice(0, -1), ...right.shape.slice(0, -2), right.shape[right.shape.length - 1]],
      undefined,
    );
  }
  return product(machine, a, b) ?? unknown('the product is not known');
}

setInstaller((_machine, cls: ClassValue) => {
  for (const [signature, body] of METHODS) {
    const method = fn(signature, body);
    cls.attrs.set(method.name, method);
  }
}, arrayAttr);
