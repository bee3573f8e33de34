/** The constructors of Python's built-in types: `int("3")`, `list(x)`, `dict(a=1)`, `range(…)`, `slice(…)`. */
import type { Machine } from '../machine';
import { hashKey, isUnhashable } from '../hash';
import { combine } from '../symbolic';
import {
  NONE,
  bool,
  float,
  int,
  list,
  str,
  tuple,
  unknown,
  type CallArgs,
  type DictValue,
  type SetValue,
  type UnknownValue,
  type Value,
} from '../values';
import { fn, type Params } from './define';
import {
  because,
  elements,
  firstUnknown,
  fromExpr,
  indexOf,
  intValue,
  isOpaque,
  numberOf,
  strOf,
  typeName,
} from './known';
import { parseFloat, parseInt, reprStr } from './numbers';

/** Names of the built-in types whose calls `construct` answers. */
export type Constructible =
  | 'int'
  | 'float'
  | 'bool'
  | 'str'
  | 'bytes'
  | 'bytearray'
  | 'complex'
  | 'list'
  | 'tuple'
  | 'dict'
  | 'set'
  | 'frozenset'
  | 'range'
  | 'slice'
  | 'memoryview';

/** `kind(*args)`: raises as Python does where that is certain, unknown where an argument is. */
export function construct(kind: Constructible, machine: Machine, args: CallArgs): Value {
  const constructor = CONSTRUCTORS[kind];
  return constructor.impl(machine, args);
}

export const isConstructible = (name: string): name is Constructible => Object.hasOwn(CONSTRUCTORS, name);

/** `int(x)`: open lengths stay formulas, and so does the floor of their quotient (lengths are not negative). */
export function toInt(machine: Machine, x: Value, base?: Value): Value {
  const cause = firstUnknown(x, base);
  if (cause) {
    if (cause === x && cause.quotient) return fromExpr(combine('//', cause.quotient.a, cause.quotient.b));
    return because(cause, 'int');
  }
  switch (x.kind) {
    case 'symbolic':
      return x;
    case 'int':
    case 'bool':
      return int(numberOf(x)!);
    case 'float':
      if (Number.isFinite(x.value)) return intValue(Math.trunc(x.value));
      return Number.isNaN(x.value)
        ? machine.raise('ValueError', 'cannot convert float NaN to integer')
        : machine.raise('OverflowError', 'cannot convert float infinity to integer');
    case 'str':
    case 'bytes': {
      const radix = base === undefined ? 10 : (indexOf(base) ?? 10);
      const value = parseInt(x.value, radix);
      if (value !== undefined) return intValue(value);
      return machine.raise('ValueError', `invalid literal for int() with base ${radix}: ${reprStr(x.value)}`);
    }
    default:
      return (
        viaMethod(machine, x, ['__int__', '__index__', '__trunc__'], 'int') ??
        machine.raise(
          'TypeError',
          `int() argument must be a string, a bytes-like object or a real number, not '${typeName(machine, x)}'`,
        )
      );
  }
}

function toFloat(machine: Machine, x: Value): Value {
  if (x.kind === 'unknown') return because(x, 'float');
  if (x.kind === 'symbolic') {
    return { ...unknown('a fraction of an open length', null, 'float'), quotient: { a: x.expr, b: 1 } };
  }
  const number = numberOf(x);
  if (number !== undefined) return float(number);
  if (x.kind === 'str' || x.kind === 'bytes') {
    const value = parseFloat(x.value);
    if (value !== undefined) return float(value);
    return machine.raise('ValueError', `could not convert string to float: ${reprStr(x.value)}`);
  }
  return (
    viaMethod(machine, x, ['__float__', '__index__'], 'float') ??
    machine.raise(
      'TypeError',
      `float() argument must be a string or a real number, not '${typeName(machine, x)}'`,
    )
  );
}

/** The result of the first of the instance's methods that it has. Instances with unknown parts answer unknown. */
function viaMethod(machine: Machine, x: Value, names: readonly string[], type: string): Value | undefined {
  if (x.kind !== 'instance') return undefined;
  for (const name of names) {
    const method = machine.findAttr(x, name);
    if (method) return method.kind === 'unknown' ? because(method, type) : machine.apply(method, []);
  }
  return isOpaque(x) ? unknown(`a ${x.cls.name} as a number`, null, type) : undefined;
}

function toStr(machine: Machine, x: Value): Value {
  const text = machine.str(x);
  if (text !== undefined) return str(text);
  return x.kind === 'unknown'
    ? because(x, 'str')
    : unknown('the text of a value that is not known', null, 'str');
}

/** `dict(pairs_or_mapping, **kwargs)` merged into `target`. */
export function fillDict(
  machine: Machine,
  target: DictValue,
  source: Value | undefined,
  kwargs: DictValue | undefined,
): void {
  if (source !== undefined) {
    if (source.kind === 'dict') {
      for (const [key, entry] of source.entries) target.entries.set(key, { ...entry });
      target.tail ??= source.tail;
    } else if (source.kind === 'instance' && machine.findAttr(source, 'keys')) {
      const { items, tail } = elements(machine, machine.invoke(source, 'keys', []));
      for (const key of items) put(machine, target, key, machine.getItem(source, key));
      target.tail ??= tail;
    } else {
      const { items, tail } = elements(machine, source, 'the entries of a dict');
      for (const item of items) {
        const pair = elements(machine, item);
        if (pair.tail || pair.items.length !== 2)
          target.tail ??= pair.tail ?? machine.unknown('the entries of a dict are not known');
        else put(machine, target, pair.items[0], pair.items[1]);
      }
      target.tail ??= tail;
    }
  }
  if (kwargs) {
    for (const [key, entry] of kwargs.entries) target.entries.set(key, entry);
    target.tail ??= kwargs.tail;
  }
}

/** Sets an entry; a key that is not known leaves the dict open. Does not `touch`: for dicts just made. */
export function put(machine: Machine, target: DictValue, key: Value, value: Value): void {
  const hash = hashKey(key);
  if (hash !== undefined) target.entries.set(hash, { key, value });
  else if (isUnhashable(key)) machine.raise('TypeError', `unhashable type: '${typeName(machine, key)}'`);
  else target.tail ??= firstUnknown(key) ?? machine.unknown('a key of the dict is not known');
}

export function makeSet(machine: Machine, source: Value | undefined, frozen: boolean): SetValue {
  const entries: SetValue['entries'] = new Map();
  if (source === undefined) return { kind: 'set', entries, tail: null, frozen };
  const { items, tail } = elements(machine, source, 'the elements of a set');
  let open: UnknownValue | null = tail;
  for (const item of items) {
    const hash = hashKey(item);
    if (hash !== undefined) {
      if (!entries.has(hash)) entries.set(hash, item);
    } else if (isUnhashable(item))
      machine.raise('TypeError', `unhashable type: '${typeName(machine, item)}'`);
    else open ??= firstUnknown(item) ?? machine.unknown('an element of the set is not known');
  }
  return { kind: 'set', entries, tail: open, frozen };
}

function makeRange(machine: Machine, { first, second, step }: Params): Value {
  const given = [first, second, step].filter((value): value is Value => value !== undefined);
  const cause = firstUnknown(...given);
  if (cause) return because(cause, 'range');
  const numbers: number[] = [];
  for (const value of given) {
    const index = indexOf(value);
    if (index !== undefined) numbers.push(index);
    else if (value.kind === 'symbolic') return unknown('the range depends on an open length', null, 'range');
    else if (value.kind === 'instance') {
      const made = viaMethod(machine, value, ['__index__'], 'int');
      const number = indexOf(made);
      if (number === undefined) {
        return made === undefined
          ? machine.raise(
              'TypeError',
              `'${typeName(machine, value)}' object cannot be interpreted as an integer`,
            )
          : unknown('the bounds of a range are not known', null, 'range');
      }
      numbers.push(number);
    } else
      machine.raise('TypeError', `'${typeName(machine, value)}' object cannot be interpreted as an integer`);
  }
  if (numbers.length === 3 && numbers[2] === 0) machine.raise('ValueError', 'range() arg 3 must not be zero');
  const [start, stop] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  return { kind: 'range', start, stop, step: numbers[2] ?? 1 };
}

const CONSTRUCTORS = {
  int: fn('int(x=0, base?)', (machine, { x, base }) => toInt(machine, x, base)),
  float: fn('float(x=0, /)', (machine, { x }) => toFloat(machine, x)),
  bool: fn('bool(x=False, /)', (machine, { x }) => {
    const truth = machine.truth(x);
    return truth === undefined
      ? because(firstUnknown(x) ?? unknown('the truth of a value is not known'), 'bool')
      : bool(truth);
  }),
  str: fn("str(object='', encoding?, errors?)", (machine, { object, encoding }) =>
    encoding !== undefined && object.kind === 'bytes' ? str(object.value) : toStr(machine, object),
  ),
  bytes: fn("bytes(source='', encoding?, errors?)", (_machine, { source }) => {
    const text = strOf(source);
    return text === undefined
      ? because(firstUnknown(source) ?? unknown('these bytes are not followed'), 'bytes')
      : { kind: 'bytes', value: text };
  }),
  bytearray: fn('bytearray(*args)', () => unknown('a bytearray is not followed', null, 'bytearray')),
  memoryview: fn('memoryview(obj)', () => unknown('a memoryview is not followed', null, 'memoryview')),
  complex: fn('complex(real=0, imag=0)', () => unknown('complex numbers are not followed', null, 'complex')),
  list: fn('list(iterable=(), /)', (machine, { iterable }) => {
    const { items, tail } = elements(machine, iterable, 'the elements of a list');
    return list([...items], tail);
  }),
  tuple: fn('tuple(iterable=(), /)', (machine, { iterable }) => {
    if (iterable.kind === 'tuple' && iterable.cls === undefined) return iterable;
    const { items, tail } = elements(machine, iterable, 'the elements of a tuple');
    // A tuple has no open end; its length is part of what is not known.
    return tail ? because(tail, 'tuple') : tuple([...items]);
  }),
  dict: fn('dict(mapping?, /, **kwargs)', (machine, { mapping, kwargs }) => {
    const made: DictValue = { kind: 'dict', entries: new Map(), tail: null };
    fillDict(machine, made, mapping, kwargs as DictValue);
    return made;
  }),
  set: fn('set(iterable?, /)', (machine, { iterable }) => makeSet(machine, iterable, false)),
  frozenset: fn('frozenset(iterable?, /)', (machine, { iterable }) => makeSet(machine, iterable, true)),
  range: fn('range(first, second?, step?, /)', makeRange),
  slice: fn('slice(first, second?, step?, /)', (_machine, { first, second, step }) =>
    second === undefined
      ? { kind: 'slice', start: NONE, stop: first, step: NONE }
      : { kind: 'slice', start: first, stop: second, step: step ?? NONE },
  ),
} as const;
