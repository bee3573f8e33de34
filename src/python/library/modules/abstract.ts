/** The module `collections.abc`: abstract containers, who is an instance of them, and the methods they add to a class. */
import { unwrap } from '../../interpreter/classes';
import { InstanceCheck } from '../../interpreter/interpreter';
import type { Machine } from '../../machine';
import {
  FALSE,
  NONE,
  bool,
  int,
  list,
  tuple,
  unknown,
  type ClassValue,
  type ModuleValue,
  type Value,
} from '../../values';
import { classMethod, nativeClass, nativeModule } from '../classes';
import type { Body } from '../define';
import { elements, iterator } from '../known';

interface Abstract {
  /** The class it derives from, which also decides `issubclass`. */
  readonly base?: string;
  /** Built-in types that are instances. */
  readonly types: readonly string[];
  /** The method that makes an object of any class an instance. */
  readonly method?: string;
  /** Methods that it adds, given the abstract ones. */
  readonly adds?: readonly (readonly [string, Body])[];
}

const SIZED = ['str', 'bytes', 'list', 'tuple', 'dict', 'set', 'frozenset', 'range'];

/** Runs `body`; what it gives, or `otherwise` when the key or index is missing. */
function has(machine: Machine, self: Value, key: Value): Value {
  const { items, tail } = elements(machine, self);
  for (const item of items) {
    const same = machine.equal(item, key);
    if (same) return bool(true);
    if (same === undefined) return unknown('whether a container holds a value', null, 'bool');
  }
  return tail ? unknown(tail.reason, tail.at, 'bool') : FALSE;
}

/** `self[key]`, or `fallback` where the mapping certainly has no such key. */
function lookUp(machine: Machine, self: Value, key: Value, fallback: Value): Value {
  const held = has(machine, self, key);
  if (held.kind !== 'bool') return unknown('whether a mapping has a key is not known');
  return held.value ? machine.getItem(self, key) : fallback;
}

const pairs = (machine: Machine, self: Value): Value => {
  const { items, tail } = elements(machine, self);
  return list(
    items.map((key) => tuple([key, machine.getItem(self, key)])),
    tail,
  );
};

const MAPPING: readonly (readonly [string, Body])[] = [
  ['get(self, key, default=None)', (m, { self, key, default: fallback }) => lookUp(m, self, key, fallback)],
  [
    'keys(self)',
    (m, { self }) => {
      const { items, tail } = elements(m, self);
      return list([...items], tail);
    },
  ],
  ['items(self)', (m, { self }) => pairs(m, self)],
  [
    'values(self)',
    (m, { self }) => {
      const { items, tail } = elements(m, self);
      return list(
        items.map((key) => m.getItem(self, key)),
        tail,
      );
    },
  ],
  ['__contains__(self, key)', (m, { self, key }) => has(m, self, key)],
];

const MUTABLE_MAPPING: readonly (readonly [string, Body])[] = [
  [
    'update(self, other=(), /, **kwargs)',
    (m, { self, other, kwargs }) => {
      for (const source of [other, kwargs]) {
        const isMapping =
          source.kind === 'dict' || (source.kind === 'instance' && m.findAttr(source, 'keys') !== undefined);
        for (const item of elements(m, source).items) {
          if (isMapping) m.setItem(self, item, m.getItem(source, item));
          else {
            const [key, value] = elements(m, item).items;
            if (key !== undefined && value !== undefined) m.setItem(self, key, value);
          }
        }
      }
      return NONE;
    },
  ],
  [
    'setdefault(self, key, default=None)',
    (m, { self, key, default: fallback }) => {
      const held = has(m, self, key);
      if (held.kind === 'bool' && held.value) return m.getItem(self, key);
      m.setItem(self, key, fallback);
      return fallback;
    },
  ],
  [
    'pop(self, key, default?)',
    (m, { self, key, default: fallback }) => {
      const found = lookUp(m, self, key, fallback ?? unknown('the key is missing'));
      m.invoke(self, '__delitem__', [key]);
      return found;
    },
  ],
  [
    'clear(self)',
    (m, { self }) => {
      for (const key of elements(m, self).items) m.invoke(self, '__delitem__', [key]);
      return NONE;
    },
  ],
];

/** The elements of a sequence by its `__len__` and `__getitem__`. */
function sequence(machine: Machine, self: Value): Value {
  const length = machine.len(self);
  if (length.kind !== 'int') return iterator([], unknown('the length of a sequence is not known'));
  return iterator(Array.from({ length: length.value }, (_, i) => machine.getItem(self, int(i))));
}

const SEQUENCE: readonly (readonly [string, Body])[] = [
  ['__iter__(self)', (m, { self }) => sequence(m, self)],
  ['__reversed__(self)', (m, { self }) => iterator([...elements(m, sequence(m, self)).items].reverse())],
  ['__contains__(self, value)', (m, { self, value }) => has(m, self, value)],
  [
    'index(self, value, start=0, stop=None)',
    (m, { self, value }) => m.invoke(list([...elements(m, self).items]), 'index', [value]),
  ],
  [
    'count(self, value)',
    (m, { self, value }) => m.invoke(list([...elements(m, self).items]), 'count', [value]),
  ],
];

const MUTABLE_SEQUENCE: readonly (readonly [string, Body])[] = [
  ['append(self, value)', (m, { self, value }) => m.invoke(self, 'insert', [m.len(self), value])],
  [
    'extend(self, values)',
    (m, { self, values }) => {
      for (const value of elements(m, values).items) m.invoke(self, 'append', [value]);
      return NONE;
    },
  ],
  [
    'pop(self, index=-1)',
    (m, { self, index }) => {
      const found = m.getItem(self, index);
      m.invoke(self, '__delitem__', [index]);
      return found;
    },
  ],
];

const ITERATOR: readonly (readonly [string, Body])[] = [['__iter__(self)', (_m, { self }) => self]];

const ABSTRACT: Readonly<Record<string, Abstract>> = {
  Hashable: {
    types: [
      'int',
      'float',
      'bool',
      'str',
      'bytes',
      'tuple',
      'NoneType',
      'frozenset',
      'range',
      'function',
      'type',
    ],
    method: '__hash__',
  },
  Callable: { types: ['function', 'method', 'type', 'builtin_function_or_method'], method: '__call__' },
  Sized: { types: SIZED, method: '__len__' },
  Container: { types: SIZED, method: '__contains__' },
  Iterable: { types: [...SIZED, 'generator'], method: '__iter__' },
  Iterator: { base: 'Iterable', types: ['generator'], method: '__next__', adds: ITERATOR },
  Generator: { base: 'Iterator', types: ['generator'], adds: ITERATOR },
  Reversible: { base: 'Iterable', types: ['list', 'tuple', 'dict', 'range'], method: '__reversed__' },
  Collection: { base: 'Iterable', types: SIZED },
  Sequence: { base: 'Collection', types: ['str', 'bytes', 'list', 'tuple', 'range'], adds: SEQUENCE },
  MutableSequence: { base: 'Sequence', types: ['list'], adds: MUTABLE_SEQUENCE },
  ByteString: { base: 'Sequence', types: ['bytes'] },
  Mapping: { base: 'Collection', types: ['dict'], adds: MAPPING },
  MutableMapping: { base: 'Mapping', types: ['dict'], adds: MUTABLE_MAPPING },
  Set: { base: 'Collection', types: ['set', 'frozenset'] },
  MutableSet: { base: 'Set', types: ['set'] },
};

export function abcModule(machine: Machine): ModuleValue {
  const made = new Map<string, ClassValue>();
  for (const [name, { base, types, method, adds }] of Object.entries(ABSTRACT)) {
    const registered = new Set<ClassValue>();
    const above = base === undefined ? undefined : made.get(base);
    const test = (value: Value): boolean => {
      const type = machine.typeOf(unwrap(value));
      if (types.includes(type.name) && type.module === 'builtins') return true;
      if (machine.typeOf(value).mro.some((cls) => registered.has(cls))) return true;
      return (
        value.kind === 'instance' &&
        method !== undefined &&
        machine.findClassAttr(value.cls, method) !== undefined
      );
    };
    made.set(
      name,
      nativeClass(machine, name, {
        module: 'collections.abc',
        ...(above ? { bases: [above] } : {}),
        native: new InstanceCheck(test),
        methods: adds,
        attrs: [
          ['__class_getitem__', classMethod('__class_getitem__(cls, item)', (_m, { cls }) => cls)],
          [
            'register',
            classMethod('register(cls, subclass)', (_m, { subclass }) => {
              if (subclass.kind === 'class') registered.add(subclass);
              return subclass;
            }),
          ],
        ],
      }),
    );
  }
  return nativeModule('collections.abc', made);
}
