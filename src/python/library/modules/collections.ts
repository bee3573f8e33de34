/** The modules `collections` and `collections.abc`. */
import type { Machine } from '../../machine';
import { hashKey } from '../../hash';
import { unwrap } from '../../interpreter/classes';
import {
  NONE,
  int,
  list,
  str,
  tuple,
  unknown,
  type ClassValue,
  type DictValue,
  type InstanceValue,
  type ListValue,
  type Value,
} from '../../values';
import { nativeClass, nativeModule, staticMethod, type ModuleMaker } from '../classes';
import { fillDict, put } from '../construct';
import { fn, type Body } from '../define';
import { because, elements, firstUnknown, indexOf, iterator, strOf } from '../known';
import { namedTuple } from './namedtuple';

const builtinClass = (machine: Machine, name: string): ClassValue[] => {
  const cls = machine.builtin(name);
  return cls.kind === 'class' ? [cls] : [];
};

/**
 * A subclass of dict whose own instances are dict values with that class; a subclass that the program derives from it
 * is allocated as one of dict.
 */
function dictClass(
  machine: Machine,
  name: string,
  fill: (machine: Machine, made: DictValue, args: Value, kwargs: DictValue) => void,
): ClassValue {
  const bases = builtinClass(machine, 'dict');
  const cls = nativeClass(machine, name, {
    module: 'collections',
    bases,
    methods: [['__repr__(self)', show]],
  });
  cls.attrs.set(
    '__new__',
    staticMethod('__new__(cls, *args, **kwargs)', (m, { cls: wanted, args, kwargs }, call) => {
      if (wanted !== cls) return m.call(m.getAttr(bases[0], '__new__'), call);
      const made: DictValue = { kind: 'dict', entries: new Map(), tail: null, cls };
      fill(m, made, args, kwargs as DictValue);
      return made;
    }),
  );
  return cls;
}

/** `OrderedDict([('a', 1)])` (before Python 3.12), `defaultdict(<class 'list'>, {…})`, `Counter({…})`. */
const show: Body = (machine, { self }) => {
  const own = unwrap(self);
  const name = machine.typeOf(self).name;
  if (own.kind !== 'dict' || own.tail) return unknown('the text of a dict that is not known', null, 'str');
  if (name === 'OrderedDict')
    return unknown('the text differs from one Python version to the next', null, 'str');
  const inner = machine.repr({ kind: 'dict', entries: own.entries, tail: null });
  const factory = name === 'defaultdict' ? machine.repr(own.defaultFactory ?? NONE) : '';
  if (inner === undefined || factory === undefined)
    return unknown('the text of an element is not known', null, 'str');
  return str(
    name === 'defaultdict' ? `defaultdict(${factory}, ${inner})` : `${name}(${inner === '{}' ? '' : inner})`,
  );
};

/** Counts of the elements, as a Counter keeps them. */
function tally(machine: Machine, into: DictValue, source: Value | undefined, sign: 1 | -1): void {
  if (source === undefined) return;
  const bump = (key: Value, by: Value): void => {
    const hash = hashKey(key);
    const old = hash === undefined ? undefined : into.entries.get(hash)?.value;
    put(
      machine,
      into,
      key,
      old ? machine.binary(sign > 0 ? '+' : '-', old, by) : sign > 0 ? by : machine.unary('-', by),
    );
  };
  if (source.kind === 'dict') {
    for (const { key, value } of source.entries.values()) bump(key, value);
    into.tail ??= source.tail;
    return;
  }
  const { items, tail } = elements(machine, source);
  for (const item of items) bump(item, int(1));
  into.tail ??= tail;
}

function counterClass(machine: Machine): ClassValue {
  const cls = dictClass(machine, 'Counter', (m, made, args, kwargs) => {
    tally(m, made, elements(m, args).items[0], 1);
    tally(m, made, kwargs, 1);
  });
  cls.attrs.set(
    '__missing__',
    fn('__missing__(self, key)', () => int(0)),
  );
  const counting =
    (sign: 1 | -1): Body =>
    (m, { self, other }) => {
      if (self.kind === 'dict') {
        m.touch(self);
        tally(m, self, other, sign);
      }
      return NONE;
    };
  const methods: [string, Body][] = [
    ['update(self, other?, /)', counting(1)],
    ['subtract(self, other?, /)', counting(-1)],
    [
      'most_common(self, n=None)',
      (m, { self, n }) => {
        if (self.kind !== 'dict' || self.tail) return unknown('the counts are not known', null, 'list');
        const counts = [...self.entries.values()].map(({ key, value }) => ({
          pair: tuple([key, value]),
          count: indexOf(value),
        }));
        if (counts.some(({ count }) => count === undefined))
          return unknown('the counts are not known', null, 'list');
        counts.sort((a, b) => b.count! - a.count!);
        return list(counts.slice(0, indexOf(n) ?? counts.length).map(({ pair }) => pair));
      },
    ],
    [
      'elements(self)',
      (m, { self }) => {
        if (self.kind !== 'dict') return unknown('the counts are not known');
        const items = [...self.entries.values()].flatMap(({ key, value }) =>
          Array<Value>(Math.max(indexOf(value) ?? 0, 0)).fill(key),
        );
        return iterator(items, self.tail);
      },
    ],
    [
      'total(self)',
      (m, { self }) =>
        self.kind === 'dict' && !self.tail
          ? [...self.entries.values()].reduce<Value>((sum, { value }) => m.binary('+', sum, value), int(0))
          : unknown('the counts are not known', null, 'int'),
    ],
  ];
  for (const [signature, body] of methods) {
    const method = fn(signature, body);
    cls.attrs.set(method.name, method);
  }
  return cls;
}

/** A deque keeps its elements in a list under a private attribute, so that branches undo and join it as any list. */
function dequeClass(machine: Machine): ClassValue {
  const items = (self: Value): ListValue => {
    const found = (self as InstanceValue).attrs.get('_items');
    return found?.kind === 'list'
      ? found
      : { kind: 'list', items: [], tail: unknown('the deque is not known') };
  };
  const trim = (self: Value, fromLeft: boolean): void => {
    const limit = indexOf((self as InstanceValue).attrs.get('maxlen'));
    const kept = items(self);
    while (limit !== undefined && kept.items.length > limit) {
      if (fromLeft) kept.items.shift();
      else kept.items.pop();
    }
  };
  const forward = (name: string, parameters: string, after?: (self: Value) => void): [string, Body] => [
    `${name}(self${parameters}, /)`,
    (m, { self, ...rest }) => {
      const result = m.invoke(items(self), name, Object.values(rest));
      after?.(self);
      return result;
    },
  ];
  return nativeClass(machine, 'deque', {
    module: 'collections',
    methods: [
      [
        '__init__(self, iterable=(), maxlen=None)',
        (m, { self, iterable, maxlen }) => {
          const { items: given, tail } = elements(m, iterable);
          m.setAttr(self, 'maxlen', maxlen);
          m.setAttr(self, '_items', list([...given], tail));
          trim(self, true);
          return NONE;
        },
      ],
      forward('append', ', value', (self) => trim(self, true)),
      forward('extend', ', iterable', (self) => trim(self, true)),
      forward('remove', ', value'),
      forward('count', ', value'),
      forward('index', ', value'),
      forward('clear', ''),
      forward('reverse', ''),
      [
        'insert(self, index, value, /)',
        (m, { self, index, value }) => m.invoke(items(self), 'insert', [index, value]),
      ],
      ['pop(self)', (m, { self }) => m.invoke(items(self), 'pop', [])],
      ['popleft(self)', (m, { self }) => m.invoke(items(self), 'pop', [int(0)])],
      [
        'appendleft(self, value, /)',
        (m, { self, value }) => {
          m.invoke(items(self), 'insert', [int(0), value]);
          trim(self, false);
          return NONE;
        },
      ],
      [
        'extendleft(self, iterable, /)',
        (m, { self, iterable }) => {
          for (const value of elements(m, iterable).items) m.invoke(items(self), 'insert', [int(0), value]);
          trim(self, false);
          return NONE;
        },
      ],
      [
        'rotate(self, n=1, /)',
        (m, { self, n }) => {
          const own = items(self);
          const by = indexOf(n);
          m.touch(own);
          if (by === undefined || own.tail) {
            own.tail = own.tail ?? firstUnknown(n) ?? m.unknown('how far a deque was rotated is not known');
            own.items = [];
          } else if (own.items.length > 0) {
            const shift = ((by % own.items.length) + own.items.length) % own.items.length;
            own.items = [
              ...own.items.slice(own.items.length - shift),
              ...own.items.slice(0, own.items.length - shift),
            ];
          }
          return NONE;
        },
      ],
      ['__len__(self)', (m, { self }) => m.len(items(self))],
      ['__iter__(self)', (m, { self }) => iterator(items(self).items, items(self).tail)],
      ['__getitem__(self, index)', (m, { self, index }) => m.getItem(items(self), index)],
      [
        '__setitem__(self, index, value)',
        (m, { self, index, value }) => {
          m.setItem(items(self), index, value);
          return NONE;
        },
      ],
      ['__contains__(self, value)', (m, { self, value }) => m.compare('in', value, items(self))],
      [
        '__bool__(self)',
        (m, { self }) => {
          const truth = m.truth(items(self));
          return truth === undefined
            ? unknown('the deque may be empty', null, 'bool')
            : { kind: 'bool', value: truth };
        },
      ],
    ],
  });
}

export const collectionsModule: ModuleMaker = (machine, _name, get) => {
  const defaultDict = dictClass(machine, 'defaultdict', (m, made, args, kwargs) => {
    const [factory, source] = elements(m, args).items;
    if (factory !== undefined && factory.kind !== 'none') made.defaultFactory = factory;
    fillDict(m, made, source, kwargs);
  });
  const ordered = dictClass(machine, 'OrderedDict', (m, made, args, kwargs) =>
    fillDict(m, made, elements(m, args).items[0], kwargs),
  );
  return nativeModule('collections', [
    [
      'namedtuple',
      fn(
        'namedtuple(typename, field_names, *, rename=False, defaults=None, module=None)',
        (m, { typename, field_names, defaults }) => {
          const name = strOf(typename);
          const fields = fieldNames(m, field_names);
          if (name === undefined || !fields)
            return because(
              firstUnknown(typename, field_names) ?? unknown('the fields of a namedtuple are not known'),
            );
          const given = defaults.kind === 'none' ? [] : elements(m, defaults).items;
          return namedTuple(
            m,
            name,
            fields,
            new Map(fields.slice(fields.length - given.length).map((field, i) => [field, given[i]])),
          );
        },
      ),
    ],
    ['OrderedDict', ordered],
    ['defaultdict', defaultDict],
    ['Counter', counterClass(machine)],
    ['deque', dequeClass(machine)],
    [
      'ChainMap',
      fn('ChainMap(*maps)', (m, { maps }) => {
        const made: DictValue = { kind: 'dict', entries: new Map(), tail: null };
        for (const map of [...elements(m, maps).items].reverse()) fillDict(m, made, map, undefined);
        return made;
      }),
    ],
    ['abc', get('collections.abc')],
  ]);
};

/** `'a b'`, `'a, b'` or an iterable of names. */
function fieldNames(machine: Machine, value: Value): string[] | undefined {
  const text = strOf(value);
  if (text !== undefined) return text.split(/[\s,]+/).filter((name) => name !== '');
  const { items, tail } = elements(machine, value);
  const names = items.map(strOf);
  return tail || names.some((name) => name === undefined) ? undefined : (names as string[]);
}
