/** Methods and attributes of numbers, numpy scalars among them, and of ranges and slices. */
import { float, int, str, tuple, unknown, type Value } from '../../values';
import type { Body } from '../define';
import { because, firstUnknown, indexOf, isNumber, numberOf } from '../known';
import { npScalar, scalarType } from '../numpy/marks';

export const intRows: readonly (readonly [string, Body])[] = [
  [
    'bit_length(self)',
    (_machine, { self }) => {
      const value = indexOf(self);
      return value === undefined
        ? unknown('the number is not known', null, 'int')
        : int(value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1);
    },
  ],
  ['conjugate(self)', (_machine, { self }) => self],
  ['__index__(self)', (_machine, { self }) => self],
  ['to_bytes(self, *args, **kwargs)', () => unknown('these bytes are not followed', null, 'bytes')],
  ['as_integer_ratio(self)', (_machine, { self }) => tuple([self, int(1)])],
];

export const floatRows: readonly (readonly [string, Body])[] = [
  [
    'is_integer(self)',
    (_machine, { self }) => {
      const value = numberOf(self);
      return value === undefined
        ? unknown('the number is not known', null, 'bool')
        : { kind: 'bool', value: Number.isInteger(value) };
    },
  ],
  ['conjugate(self)', (_machine, { self }) => self],
  ['hex(self)', () => unknown('this text is not followed', null, 'str')],
];

/** What numpy's scalars have beside Python's numbers. */
export const scalarRows: readonly (readonly [string, Body])[] = [
  [
    'item(self)',
    (_machine, { self }) =>
      self.kind === 'int' ? int(self.value) : self.kind === 'float' ? float(self.value) : self,
  ],
  [
    'tolist(self)',
    (_machine, { self }) =>
      self.kind === 'int' ? int(self.value) : self.kind === 'float' ? float(self.value) : self,
  ],
];

/** Plain attributes of numbers. */
export function numberAttr(value: Value, name: string): Value | undefined {
  if (!isNumber(value)) return undefined;
  const dtype = scalarType(value);
  switch (name) {
    case 'real':
    case 'numerator':
      return value;
    case 'imag':
      return value.kind === 'float' ? float(0) : int(0);
    case 'denominator':
      return value.kind === 'float' ? undefined : int(1);
    case 'shape':
      return dtype === undefined ? undefined : tuple([]);
    case 'ndim':
      return dtype === undefined ? undefined : int(0);
    case 'size':
      return dtype === undefined ? undefined : int(1);
    case 'T':
      return dtype === undefined ? undefined : value;
    default:
      return undefined;
  }
}

/** `np.int64(3).astype(np.float32)` with the dtype's name known. */
export function castScalar(value: Value, dtype: string | undefined): Value {
  const number = numberOf(value);
  const cause = firstUnknown(value);
  if (number === undefined || dtype === undefined) return because(cause ?? unknown('the dtype is not known'));
  return dtype === 'str' ? str(String(number)) : npScalar(number, dtype);
}
