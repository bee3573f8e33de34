/** The module `dataclasses`: the decorator, `field`, and what asks about fields. */
import type { Machine } from '../../machine';
import {
  NONE,
  bool,
  list,
  str,
  tuple,
  unknown,
  type ClassValue,
  type DictValue,
  type InstanceValue,
  type ModuleValue,
  type Value,
} from '../../values';
import { nativeClass, nativeModule } from '../classes';
import { fn, functions } from '../define';
import { because, firstUnknown } from '../known';
import { annotatedFields } from './annotations';
import { asDict } from './namedtuple';

/** What `field(...)` says; also its payload. */
interface FieldOptions {
  readonly isField: true;
  readonly fallback: Value | undefined;
  readonly factory: Value | undefined;
  readonly init: boolean;
  readonly kwOnly: boolean | undefined;
  /** Takes part in `==` and `<`. */
  readonly compare: boolean;
}

interface Field extends FieldOptions {
  readonly name: string;
  /** Passed on to `__post_init__` instead of being stored. */
  readonly initOnly: boolean;
}

const ORDER = { __lt__: '<', __le__: '<=', __gt__: '>', __ge__: '>=' } as const;

const fieldsByClass = new WeakMap<ClassValue, readonly Field[]>();

/** The fields of a dataclass, its bases' first; undefined for other classes. */
export function dataclassFields(cls: ClassValue): readonly Field[] | undefined {
  for (const ancestor of cls.mro) {
    const found = fieldsByClass.get(ancestor);
    if (found) return found;
  }
  return undefined;
}

const optionsOf = (value: Value | undefined): FieldOptions | undefined => {
  const data =
    value?.kind === 'instance' ? (value.data as Partial<FieldOptions> | null | undefined) : undefined;
  return data?.isField ? (data as FieldOptions) : undefined;
};

function makeDataclass(
  machine: Machine,
  cls: ClassValue,
  options: {
    readonly kwOnly: boolean;
    readonly init: boolean;
    readonly eq: boolean;
    readonly order: boolean;
  },
  fieldClass: ClassValue,
): ClassValue {
  const fields = new Map<string, Field>();
  for (const base of [...cls.mro.slice(1)].reverse())
    for (const field of fieldsByClass.get(base) ?? []) fields.set(field.name, field);
  let { kwOnly } = options;
  machine.touch(cls);
  for (const { name, value, annotation } of annotatedFields(cls)) {
    if (annotation === 'ClassVar') continue;
    if (annotation === 'KW_ONLY') {
      kwOnly = true;
      continue;
    }
    const stated = optionsOf(value) ?? {
      isField: true,
      fallback: value,
      factory: undefined,
      init: true,
      kwOnly: undefined,
      compare: true,
    };
    fields.set(name, {
      ...stated,
      name,
      kwOnly: stated.kwOnly ?? kwOnly,
      initOnly: annotation === 'InitVar',
    });
    if (optionsOf(value)) {
      if (stated.fallback) cls.attrs.set(name, stated.fallback);
      else cls.attrs.delete(name);
    }
  }
  const all = [...fields.values()];
  fieldsByClass.set(cls, all);
  const shown = all.map((field): [string, Value] => {
    const made = machine.allocate(fieldClass, field);
    made.attrs.set('name', str(field.name));
    made.attrs.set('default', field.fallback ?? unknown('the field has no default'));
    return [field.name, made];
  });
  cls.attrs.set('__dataclass_fields__', asDict(shown));
  if (options.init && !cls.attrs.has('__init__')) cls.attrs.set('__init__', initOf(cls, all));
  if (options.order)
    for (const [method, op] of Object.entries(ORDER))
      if (!cls.attrs.has(method))
        cls.attrs.set(
          method,
          fn(`${method}(self, other)`, (m, { self, other }) => {
            if (self.kind !== 'instance' || other.kind !== 'instance' || self.cls !== other.cls)
              return unknown('dataclasses of different classes are not compared', null, 'bool');
            const values = (side: Value): Value =>
              tuple(all.filter(({ compare }) => compare).map(({ name }) => m.getAttr(side, name)));
            return m.compare(op, values(self), values(other));
          }),
        );
  if (options.eq && !cls.attrs.has('__eq__'))
    cls.attrs.set(
      '__eq__',
      fn('__eq__(self, other)', (m, { self, other }) => equal(m, self, other)),
    );
  if (!cls.attrs.has('__repr__')) {
    cls.attrs.set(
      '__repr__',
      fn('__repr__(self)', (m, { self }) => {
        const parts = all
          .filter(({ initOnly }) => !initOnly)
          .map(({ name }) => `${name}=${m.repr(m.getAttr(self, name)) ?? '\0'}`);
        const text = `${m.typeOf(self).name}(${parts.join(', ')})`;
        return text.includes('\0') ? unknown('the text of a field is not known', null, 'str') : str(text);
      }),
    );
  }
  return cls;
}

/** The generated `__init__`, with the defaults, factories and `__post_init__` of the class. */
function initOf(cls: ClassValue, fields: readonly Field[]): Value {
  const taken = fields.filter(({ init }) => init);
  const plain = taken.filter(({ kwOnly }) => !kwOnly).map(({ name }) => `${name}?`);
  const named = taken.filter(({ kwOnly }) => kwOnly).map(({ name }) => `${name}?`);
  const parameters = ['self', ...plain, ...(named.length > 0 ? ['*', ...named] : [])].join(', ');
  return fn(`__init__(${parameters})`, (m, params) => {
    const { self } = params;
    const extra: Value[] = [];
    for (const field of fields) {
      const value =
        (field.init ? params[field.name] : undefined) ??
        field.fallback ??
        (field.factory ? m.apply(field.factory, []) : undefined) ??
        (field.init
          ? m.raise(
              'TypeError',
              `${cls.name}.__init__() missing 1 required positional argument: '${field.name}'`,
            )
          : undefined);
      if (value === undefined) continue;
      if (field.initOnly) extra.push(value);
      else m.setAttr(self, field.name, value);
    }
    if (m.findClassAttr(m.typeOf(self), '__post_init__')) m.invoke(self, '__post_init__', extra);
    return NONE;
  });
}

function equal(machine: Machine, self: Value, other: Value): Value {
  if (self.kind !== 'instance' || other.kind === 'unknown')
    return unknown('the other value is not known', null, 'bool');
  if (other.kind !== 'instance' || other.cls !== self.cls) return bool(false);
  let answer: boolean | undefined = true;
  for (const { name, compare } of dataclassFields(self.cls) ?? []) {
    if (!compare) continue;
    const same = machine.equal(machine.getAttr(self, name), machine.getAttr(other, name));
    if (same === false) return bool(false);
    if (same === undefined) answer = undefined;
  }
  return answer === undefined ? unknown('a field is not known', null, 'bool') : bool(answer);
}

function fieldsOf(value: Value): readonly Field[] | undefined {
  if (value.kind === 'class') return dataclassFields(value);
  return value.kind === 'instance' ? dataclassFields(value.cls) : undefined;
}

/** `asdict` / `astuple`: dataclasses inside lists, tuples and dicts are taken apart too. */
function takeApart(
  machine: Machine,
  value: Value,
  whole: (names: readonly string[], values: readonly Value[]) => Value,
): Value {
  const again = (inner: Value): Value => takeApart(machine, inner, whole);
  if (value.kind === 'instance') {
    const fields = dataclassFields(value.cls)?.filter(({ initOnly }) => !initOnly);
    if (!fields) return value;
    const names = fields.map(({ name }) => name);
    return whole(
      names,
      names.map((name) => again(machine.getAttr(value, name))),
    );
  }
  if (value.kind === 'list') return list(value.items.map(again), value.tail);
  if (value.kind === 'tuple') return { ...value, items: value.items.map(again) };
  if (value.kind === 'dict') {
    return {
      ...value,
      entries: new Map(
        [...value.entries].map(([key, entry]) => [key, { ...entry, value: again(entry.value) }]),
      ),
    };
  }
  return value;
}

function replace(machine: Machine, obj: Value, changes: DictValue): Value {
  const fields = fieldsOf(obj);
  if (!fields || obj.kind !== 'instance')
    return because(firstUnknown(obj) ?? unknown('the object is not known'));
  if (changes.tail) return because(changes.tail);
  const keywords: Record<string, Value> = {};
  for (const { name, init, initOnly } of fields)
    if (init && !initOnly) keywords[name] = machine.getAttr(obj, name);
  for (const { key, value } of changes.entries.values()) if (key.kind === 'str') keywords[key.value] = value;
  return machine.apply(obj.cls, [], keywords);
}

export function dataclassesModule(machine: Machine): ModuleValue {
  const fieldClass = nativeClass(machine, 'Field', { partial: true, module: 'dataclasses' });
  const missing: InstanceValue = machine.allocate(
    nativeClass(machine, '_MISSING_TYPE', { module: 'dataclasses' }),
  );
  const sentinel = (name: string): Value =>
    machine.allocate(nativeClass(machine, name, { module: 'dataclasses' }));
  const isTrue = (value: Value): boolean => value.kind === 'bool' && value.value;
  return nativeModule('dataclasses', [
    ['MISSING', missing],
    ['KW_ONLY', sentinel('_KW_ONLY_TYPE')],
    ['InitVar', nativeClass(machine, 'InitVar', { module: 'dataclasses' })],
    ['Field', fieldClass],
    ['FrozenInstanceError', machine.builtin('AttributeError')],
    ...functions([
      [
        'dataclass(cls=None, /, *, init=True, eq=True, order=False, kw_only=False, **kwargs)',
        (m, { cls, init, eq, order, kw_only }) => {
          const decorate = (target: Value): Value =>
            target.kind === 'class'
              ? makeDataclass(
                  m,
                  target,
                  { kwOnly: isTrue(kw_only), init: isTrue(init), eq: isTrue(eq), order: isTrue(order) },
                  fieldClass,
                )
              : target;
          return cls.kind === 'none'
            ? fn('decorator(cls)', (_m, params) => decorate(params.cls))
            : decorate(cls);
        },
      ],
      [
        'field(*, default?, default_factory?, init=True, kw_only?, compare=True, **kwargs)',
        (m, params) => {
          const given = (value: Value | undefined): Value | undefined =>
            value === missing ? undefined : value;
          return m.allocate(fieldClass, {
            isField: true,
            fallback: given(params.default),
            factory: given(params.default_factory),
            init: isTrue(params.init),
            kwOnly: params.kw_only?.kind === 'bool' ? params.kw_only.value : undefined,
            compare: isTrue(params.compare),
          } satisfies FieldOptions);
        },
      ],
      [
        'asdict(obj, **kwargs)',
        (m, { obj }) =>
          takeApart(m, obj, (names, values) => asDict(names.map((name, i) => [name, values[i]]))),
      ],
      ['astuple(obj, **kwargs)', (m, { obj }) => takeApart(m, obj, (_names, values) => tuple(values))],
      ['replace(obj, /, **changes)', (m, { obj, changes }) => replace(m, obj, changes as DictValue)],
      [
        'is_dataclass(obj)',
        (_m, { obj }) => (obj.kind === 'unknown' ? because(obj, 'bool') : bool(fieldsOf(obj) !== undefined)),
      ],
      [
        'fields(obj)',
        (m, { obj }) => {
          const cls = obj.kind === 'class' ? obj : m.typeOf(obj);
          const shown = m.findClassAttr(cls, '__dataclass_fields__')?.value;
          if (shown?.kind === 'dict') return tuple([...shown.entries.values()].map(({ value }) => value));
          return because(firstUnknown(obj) ?? unknown('the fields are not known'), 'tuple');
        },
      ],
      ['make_dataclass(*args, **kwargs)', (m) => m.unknown('make_dataclass() is not followed')],
    ]),
  ]);
}
