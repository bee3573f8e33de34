/** Which methods and attributes the built-in types have: `methodOf(value, name)` for instances, `methodsOf(type)` for classes. */
import { NONE, int, str, unknown, type NativeFunction, type Value } from '../../values';
import { fn, type Body } from '../define';
import { iter, next } from '../builtins/iteration';
import { isIntegral, scalarType } from '../numpy/marks';
import { asDtype } from '../numpy/dtype';
import { dictRows, fromKeys } from './dict';
import { listRows, tupleRows } from './list';
import { castScalar, floatRows, intRows, numberAttr, scalarRows } from './number';
import { setRows } from './set';
import { makeTranslation, strMethods } from './str';

const table = (rows: readonly (readonly [string, Body])[]): ReadonlyMap<string, NativeFunction> =>
  new Map(
    rows.map(([signature, body]) => {
      const made = fn(signature, body);
      return [made.name, made];
    }),
  );

const CHANGING = new Set([
  'add',
  'remove',
  'discard',
  'pop',
  'clear',
  'update',
  'intersection_update',
  'difference_update',
]);

const iteratorRows: readonly (readonly [string, Body])[] = [
  ['__next__(self)', (machine, { self }) => next(machine, self)],
  ['__iter__(self)', (machine, { self }) => iter(machine, self)],
  // A generator's own: what is sent in does not reach the elements, which were worked out in advance.
  ['send(self, value, /)', () => unknown('the reply of a generator to send() is not followed')],
  ['close(self)', () => NONE],
];

const bytesRows = ['join(self, iterable, /)', 'hex(self, *args)'].map((signature): [string, Body] => [
  signature,
  () => unknown('these bytes are not followed', null, signature.startsWith('hex') ? 'str' : 'bytes'),
]);

const METHODS: Readonly<Record<string, ReadonlyMap<string, NativeFunction>>> = {
  str: strMethods,
  bytes: new Map([
    ...[...strMethods].filter(([name]) => !['format', 'format_map', 'encode', 'join'].includes(name)),
    ...table(bytesRows),
  ]),
  list: table(listRows),
  tuple: table(tupleRows),
  dict: table(dictRows),
  set: table(setRows),
  frozenset: table(
    setRows.filter(([signature]) => !CHANGING.has(signature.slice(0, signature.indexOf('(')))),
  ),
  int: table(intRows),
  bool: table(intRows),
  float: table(floatRows),
  range: table(tupleRows),
  iterator: table(iteratorRows),
};

const SCALAR_METHODS = table(scalarRows);
const decode = fn("decode(self, encoding='utf-8', errors='strict')", (_machine, { self }) =>
  self.kind === 'bytes' ? str(self.value) : unknown('these bytes are not known', null, 'str'),
);

/** The unbound methods of a built-in type by name (`str`, `list`, `frozenset`, …): attributes of its class. */
export function methodsOf(type: string): ReadonlyMap<string, NativeFunction> {
  return METHODS[type] ?? EMPTY;
}

const EMPTY: ReadonlyMap<string, NativeFunction> = new Map();

/** Methods called on the class itself: `dict.fromkeys`, `str.maketrans`, … (class methods get the class first). */
export const CLASS_METHODS: Readonly<
  Record<string, ReadonlyMap<string, { mode: 'static' | 'class'; fn: NativeFunction }>>
> = {
  dict: new Map([['fromkeys', { mode: 'class', fn: fromKeys }]]),
  str: new Map([['maketrans', { mode: 'static', fn: makeTranslation }]]),
  int: new Map([
    [
      'from_bytes',
      {
        mode: 'class',
        fn: fn('from_bytes(cls, *args, **kwargs)', () =>
          unknown('these bytes are not followed', null, 'int'),
        ),
      },
    ],
  ]),
  float: new Map([
    [
      'fromhex',
      {
        mode: 'class',
        fn: fn('fromhex(cls, text, /)', () => unknown('this text is not followed', null, 'float')),
      },
    ],
  ]),
};

/**
 * The method or attribute `name` of a value of a built-in type, bound to it; undefined when the type has none (then
 * AttributeError is certain, unless the value has a class of its own).
 */
export function methodOf(value: Value, name: string): Value | undefined {
  if (value.kind === 'property')
    return name === 'fget' ? (value.get ?? NONE) : name === 'fset' ? (value.set ?? NONE) : undefined;
  if (value.kind === 'slice')
    return name === 'start' || name === 'stop' || name === 'step' ? value[name] : undefined;
  if (value.kind === 'range' && (name === 'start' || name === 'stop' || name === 'step'))
    return int(value[name]);
  if (value.kind === 'bytes' && name === 'decode') return bind(value, decode, name);
  if (value.kind === 'dict' && name === 'default_factory')
    return value.defaultFactory ?? (value.cls ? NONE : undefined);
  if (value.kind === 'wrapped' && (name === '__func__' || name === '__wrapped__')) return value.fn;
  const type =
    value.kind === 'set' && value.frozen ? 'frozenset' : value.kind === 'symbolic' ? 'int' : value.kind;
  const found = METHODS[type]?.get(name) ?? (isScalar(value) ? scalarMethod(value, name) : undefined);
  if (found) return found.kind === 'native' ? bind(value, found, name) : found;
  const shared = CLASS_METHODS[type]?.get(name);
  if (shared) return shared.mode === 'static' ? shared.fn : bind(NONE, shared.fn, name);
  return numberAttr(value, name);
}

/** Numpy's scalars, and bools: those that a comparison of arrays gave are not told from Python's. */
const isScalar = (value: Value): boolean => scalarType(value) !== undefined || value.kind === 'bool';

/** What only numpy's scalars have: `item`, `astype`, `dtype` and the reductions, which give the number itself. */
function scalarMethod(value: Value, name: string): NativeFunction | Value | undefined {
  if (name === 'dtype')
    return unknown(`the dtype ${scalarType(value) ?? 'bool'} as an object is not followed`, null, 'dtype');
  const own = SCALAR_METHODS.get(name);
  if (own) return own;
  if (name === 'astype') {
    return fn('astype(self, dtype, **kwargs)', (machine, { self, dtype }) =>
      castScalar(self, asDtype(machine, dtype)),
    );
  }
  if (
    [
      'sum',
      'prod',
      'min',
      'max',
      'mean',
      'squeeze',
      'copy',
      'flatten',
      'ravel',
      'round',
      'all',
      'any',
    ].includes(name)
  ) {
    const toFloat = name === 'mean' && value.kind === 'int' && isIntegral(value.numpy ?? '');
    return fn(`${name}(self, *args, **kwargs)`, (_machine, { self }) =>
      toFloat && self.kind === 'int' ? { kind: 'float', value: self.value, numpy: 'float64' } : self,
    );
  }
  return undefined;
}

const bind = (self: Value, method: NativeFunction, name: string): Value => ({
  kind: 'method',
  self,
  fn: method,
  name,
});
