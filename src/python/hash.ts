/** The key under which dicts and sets keep a value: equal keys exactly where Python's `==` and `hash` agree. */
import { Wrapped } from './interpreter/classes';
import type { Value } from './values';

const identities = new WeakMap<object, number>();
let nextIdentity = 1;

/** A number that stays with the object (Python's `id`). */
export function identity(value: object): number {
  let found = identities.get(value);
  if (found === undefined) identities.set(value, (found = nextIdentity++));
  return found;
}

/**
 * The key of a hashable value, in the form in which `DictValue.entries` and `SetValue.entries` are indexed;
 * `undefined` when the value is unhashable (`isUnhashable`) or not known well enough (unknown, or holding an
 * unknown). `1`, `1.0` and `True` share a key as in Python.
 */
export function hashKey(value: Value): string | undefined {
  switch (value.kind) {
    case 'none':
    case 'ellipsis':
      return value.kind;
    case 'bool':
      return value.value ? 'n:1' : 'n:0';
    case 'int':
    case 'float':
      return `n:${Object.is(value.value, -0) ? 0 : value.value}`;
    case 'str':
      return `s:${value.value}`;
    case 'bytes':
      return `b:${value.value}`;
    case 'symbolic':
      return `y:${value.isNone ? 'None' : ''}${JSON.stringify(value.expr)}`;
    case 'tuple':
      return joinKeys('t', value.items);
    case 'set': {
      if (!value.frozen || value.tail) return undefined;
      return `f(${[...value.entries.keys()].sort().join(',')})`;
    }
    case 'range':
      return `r:${value.start}:${value.stop}:${value.step}`;
    case 'unknown':
    case 'list':
    case 'dict':
      return undefined;
    case 'method':
      return `m(${identity(value.self)},${identity(value.fn)})`;
    case 'instance':
      // A member of `IntEnum` is found under its number, an instance of a `str` subclass under its text.
      if (value.data instanceof Wrapped) return hashKey(value.data.value);
      // Equality of the program's own may hold for two objects: which entry it finds is not followed.
      if (value.cls.mro.some(({ def, attrs }) => def !== null && attrs.has('__eq__'))) return undefined;
      return `o:${identity(value)}`;
    default:
      return `o:${identity(value)}`;
  }
}

/** True for values that Python certainly refuses as keys (`unhashable type`). */
export function isUnhashable(value: Value): boolean {
  if (value.kind === 'list' || value.kind === 'dict') return true;
  if (value.kind === 'set') return !value.frozen;
  return value.kind === 'tuple' && value.items.some(isUnhashable);
}

function joinKeys(tag: string, items: readonly Value[]): string | undefined {
  const keys: string[] = [];
  for (const item of items) {
    const key = hashKey(item);
    if (key === undefined) return undefined;
    keys.push(`${key.length}:${key}`);
  }
  return `${tag}(${keys.join(',')})`;
}
