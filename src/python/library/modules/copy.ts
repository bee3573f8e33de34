/** The module `copy`: shallow and deep copies of Python's own values and of the program's objects. */
import { Wrapped } from '../../interpreter/classes';
import type { Machine } from '../../machine';
import { type InstanceValue, type Value } from '../../values';
import { nativeModule } from '../classes';
import { functions } from '../define';
import { arrayOf } from '../numpy/array';

/** True for objects whose whole state is in their attributes or a wrapped built-in value; a library's payload is not copied. */
function isPlain(value: InstanceValue): boolean {
  return (
    value.data === undefined ||
    value.data === null ||
    value.data instanceof Wrapped ||
    arrayOf(value) !== undefined
  );
}

function copyInstance(
  machine: Machine,
  value: InstanceValue,
  part: (inner: Value) => Value,
  made: (copy: Value) => void,
): Value {
  if (!isPlain(value)) return machine.unknown(`a copy of a ${value.cls.name} is not followed`);
  // Members of an enum are one of a kind.
  if (
    value.attrs.has('_value_') &&
    value.cls.attrs.get(String((value.attrs.get('_name_') as { value?: string }).value)) === value
  )
    return value;
  const copy = machine.allocate(value.cls);
  made(copy);
  for (const [name, attr] of value.attrs) copy.attrs.set(name, part(attr));
  copy.data =
    value.data instanceof Wrapped ? new Wrapped(part(shallow(machine, value.data.value))) : value.data;
  return copy;
}

export function shallow(machine: Machine, value: Value): Value {
  switch (value.kind) {
    case 'list':
      return { ...value, items: [...value.items] };
    case 'dict':
      return { ...value, entries: new Map(value.entries) };
    case 'set':
      return value.frozen ? value : { ...value, entries: new Map(value.entries) };
    case 'instance': {
      const own = machine.findClassAttr(value.cls, '__copy__');
      if (own) return machine.invoke(value, '__copy__', []);
      return copyInstance(
        machine,
        value,
        (inner) => inner,
        () => undefined,
      );
    }
    default:
      return value;
  }
}

export function deep(machine: Machine, value: Value, memo: Map<Value, Value>): Value {
  const found = memo.get(value);
  if (found) return found;
  const again = (inner: Value): Value => deep(machine, inner, memo);
  switch (value.kind) {
    case 'list': {
      const copy: Value = { ...value, items: [] };
      memo.set(value, copy);
      copy.items.push(...value.items.map(again));
      return copy;
    }
    case 'dict': {
      const copy: Value = { ...value, entries: new Map() };
      memo.set(value, copy);
      for (const [key, entry] of value.entries)
        copy.entries.set(key, { ...entry, key: again(entry.key), value: again(entry.value) });
      return copy;
    }
    case 'set':
      return { ...value, entries: new Map(value.entries) };
    case 'tuple':
      return { ...value, items: value.items.map(again) };
    case 'instance': {
      const own = machine.findClassAttr(value.cls, '__deepcopy__');
      if (own)
        return machine.invoke(value, '__deepcopy__', [{ kind: 'dict', entries: new Map(), tail: null }]);
      return copyInstance(machine, value, again, (copy) => memo.set(value, copy));
    }
    default:
      return value;
  }
}

export const copyModule = () =>
  nativeModule('copy', [
    ...functions([
      ['copy(x)', (m, { x }) => shallow(m, x)],
      ['deepcopy(x, memo=None)', (m, { x }) => deep(m, x, new Map())],
      ['replace(obj, /, **changes)', (m) => m.unknown('copy.replace() is not followed')],
    ]),
  ]);
