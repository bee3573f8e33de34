/** Names of dtypes: what `dtype=` arguments mean, and the objects `np.float32` and `x.dtype` are. */
import type { Machine } from '../../machine';
import type { Value } from '../../values';

const ALIASES: Readonly<Record<string, string>> = {
  float: 'float64',
  double: 'float64',
  float_: 'float64',
  half: 'float16',
  single: 'float32',
  int: 'int64',
  int_: 'int64',
  intp: 'int64',
  long: 'int64',
  longlong: 'int64',
  uint: 'uint64',
  intc: 'int32',
  short: 'int16',
  byte: 'int8',
  ubyte: 'uint8',
  bool: 'bool',
  bool_: 'bool',
  complex: 'complex128',
  object: 'object',
  object_: 'object',
  str: 'str',
  str_: 'str',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f: 'float32',
  d: 'float64',
  i: 'int32',
  l: 'int64',
  B: 'uint8',
  b: 'int8',
};

/** Numpy's scalar types, by the names under which the module has them. */
export const SCALAR_TYPES = [
  'float16',
  'float32',
  'float64',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
] as const;

/** The canonical name for a dtype's text (`'<f4'` → `float32`); undefined when it is none that is followed. */
export function dtypeName(text: string): string | undefined {
  const plain = text.replace(/^[<>=|]/, '');
  const known: readonly string[] = SCALAR_TYPES;
  return ALIASES[plain] ?? (known.includes(plain) || plain === 'bfloat16' ? plain : undefined);
}

/** The dtype that a `dtype=` argument names: a text, a type (`float`, `np.float32`), an array's `dtype`, a library's dtype. */
export function asDtype(machine: Machine, value: Value | undefined): string | undefined {
  if (value === undefined || value.kind === 'none') return undefined;
  if (value.kind === 'str') return dtypeName(value.value);
  if (value.kind === 'class') return dtypeName(value.name);
  if (value.kind === 'instance') {
    const name = machine.findAttr(value, 'name');
    return name?.kind === 'str' ? dtypeName(name.value) : undefined;
  }
  return undefined;
}
