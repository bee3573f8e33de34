/** Classes of named tuples: `collections.namedtuple` and `typing.NamedTuple`. */
import type { Machine } from '../../machine';
import {
  NONE,
  str,
  tuple,
  unknown,
  type ClassValue,
  type DictValue,
  type TupleValue,
  type Value,
} from '../../values';
import { classMethod, nativeClass, property, staticMethod } from '../classes';
import { fn } from '../define';
import { because, elements } from '../known';

/** A class of tuples with named fields. `defaults` belong to fields at the end. */
export function namedTuple(
  machine: Machine,
  name: string,
  fields: readonly string[],
  defaults: ReadonlyMap<string, Value>,
): ClassValue {
  const base = machine.builtin('tuple');
  const cls = nativeClass(machine, name, { module: '__main__', bases: base.kind === 'class' ? [base] : [] });
  addFields(cls, fields, defaults);
  return cls;
}

/** Gives a class the constructor and attributes of a named tuple with these fields. */
export function addFields(
  cls: ClassValue,
  fields: readonly string[],
  defaults: ReadonlyMap<string, Value>,
): void {
  const { attrs } = cls;
  const make = (of: Value, items: readonly Value[]): Value => ({
    kind: 'tuple',
    items,
    cls: of.kind === 'class' ? of : cls,
  });
  attrs.set(
    '__new__',
    staticMethod('__new__(cls, *args, **kwargs)', (m, { cls: wanted, args, kwargs }) => {
      const given = elements(m, args);
      if (given.items.length > fields.length) {
        m.raise(
          'TypeError',
          `${cls.name}.__new__() takes ${fields.length + 1} positional arguments but ${given.items.length + 1} were given`,
        );
      }
      const named = kwargs as DictValue;
      for (const { key } of named.entries.values()) {
        if (key.kind === 'str' && !fields.includes(key.value)) {
          m.raise('TypeError', `${cls.name}.__new__() got an unexpected keyword argument '${key.value}'`);
        }
      }
      const open = given.tail ?? named.tail;
      return make(
        wanted,
        fields.map(
          (field, i) =>
            given.items[i] ??
            named.entries.get(`s:${field}`)?.value ??
            (open ? because(open) : undefined) ??
            defaults.get(field) ??
            m.raise('TypeError', `${cls.name}.__new__() missing 1 required positional argument: '${field}'`),
        ),
      );
    }),
  );
  fields.forEach((field, i) =>
    attrs.set(
      field,
      property((_m, { self }) => (self.kind === 'tuple' ? self.items[i] : NONE)),
    ),
  );
  if (!attrs.has('__repr__')) {
    attrs.set(
      '__repr__',
      fn('__repr__(self)', (m, { self }) => {
        const own = self as TupleValue;
        const parts = fields.map((field, i) => `${field}=${m.repr(own.items[i]) ?? '\0'}`);
        const text = `${(own.cls ?? cls).name}(${parts.join(', ')})`;
        return text.includes('\0') ? unknown('the text of a field is not known', null, 'str') : str(text);
      }),
    );
  }
  attrs.set('_fields', tuple(fields.map(str)));
  attrs.set('_field_defaults', asDict([...defaults]));
  attrs.set('__match_args__', tuple(fields.map(str)));
  attrs.set(
    '_make',
    classMethod('_make(cls, iterable)', (m, { cls: wanted, iterable }) => {
      const { items, tail } = elements(m, iterable);
      return tail ? because(tail) : make(wanted, items);
    }),
  );
  attrs.set(
    '_asdict',
    fn('_asdict(self)', (_m, { self }) =>
      asDict(fields.map((field, i) => [field, (self as TupleValue).items[i]])),
    ),
  );
  attrs.set(
    '_replace',
    fn('_replace(self, /, **kwargs)', (_m, { self, kwargs }) => {
      const old = self as TupleValue;
      const named = kwargs as DictValue;
      return {
        ...old,
        items: fields.map(
          (field, i) =>
            named.entries.get(`s:${field}`)?.value ?? (named.tail ? because(named.tail) : old.items[i]),
        ),
      };
    }),
  );
}

export function asDict(pairs: readonly (readonly [string, Value])[]): DictValue {
  return {
    kind: 'dict',
    entries: new Map(pairs.map(([key, value]) => [`s:${key}`, { key: str(key), value }])),
    tail: null,
  };
}
