/** The methods of dicts as native functions; a dict with an open end may hold more keys than are listed. */
import type { Machine } from '../../machine';
import { hashKey } from '../../hash';
import { NONE, tuple, unknown, type DictValue, type Value } from '../../values';
import { fillDict, put } from '../construct';
import { fn, type Body, type Params } from '../define';
import { because, elements, firstUnknown } from '../known';
import { changingRows, containerRows } from './container';

const onDict =
  (use: (machine: Machine, self: DictValue, params: Params) => Value): Body =>
  (machine, params) =>
    params.self.kind === 'dict' ? use(machine, params.self, params) : unknown('the dict is not known');

const changing = (change: (machine: Machine, self: DictValue, params: Params) => Value): Body =>
  onDict((machine, self, params) => {
    machine.touch(self);
    return change(machine, self, params);
  });

/** What is found under a key: a value (`maybe`: on some paths only), nothing, or not known which. */
type Found = { readonly value: Value; readonly maybe?: boolean } | 'absent' | { readonly cause: Value };

function look(self: DictValue, key: Value): Found {
  const hash = hashKey(key);
  if (hash === undefined) return { cause: because(firstUnknown(key) ?? unknown('the key is not known')) };
  const entry = self.entries.get(hash);
  if (entry) return entry;
  if (self.tail) return { cause: because(self.tail) };
  for (const { key: other } of self.entries.values()) {
    if (other.kind === 'symbolic' && key.kind === 'int')
      return { cause: unknown('a key of the dict is an open length') };
  }
  return 'absent';
}

function get(machine: Machine, self: DictValue, { key, default: fallback }: Params): Value {
  const found = look(self, key);
  if (found === 'absent') return fallback;
  if (!('value' in found)) return found.cause;
  return found.maybe ? machine.join(found.value, fallback) : found.value;
}

function pop(machine: Machine, self: DictValue, { key, default: fallback }: Params): Value {
  const found = look(self, key);
  if (found === 'absent') return fallback ?? machine.raise('KeyError', machine.repr(key) ?? '');
  if ('cause' in found) {
    if (hashKey(key) === undefined)
      self.tail ??= firstUnknown(found.cause) ?? unknown('a key that was removed is not known');
    return found.cause;
  }
  self.entries.delete(hashKey(key)!);
  return found.maybe && fallback ? machine.join(found.value, fallback) : found.value;
}

const views = (pick: (entry: { key: Value; value: Value }) => Value): Body =>
  onDict((_machine, self) => ({
    // A view: Python's is iterable again and again and has a length, so it is a list here.
    kind: 'list',
    // What is there on some paths only is part of the open end.
    items: [...self.entries.values()].filter(({ maybe }) => !maybe).map(pick),
    tail: self.tail,
  }));

export const dictRows: readonly (readonly [string, Body])[] = [
  ['get(self, key, default=None, /)', onDict(get)],
  [
    'keys(self)',
    // Python's view of keys takes part in set operations (`d.keys() - other`); order is that of the dict.
    onDict((_machine, self) => ({
      kind: 'set',
      entries: new Map(
        [...self.entries].filter(([, { maybe }]) => !maybe).map(([hash, { key }]) => [hash, key]),
      ),
      tail: self.tail,
      frozen: true,
    })),
  ],
  ['values(self)', views(({ value }) => value)],
  ['items(self)', views(({ key, value }) => tuple([key, value]))],
  ['pop(self, key, default?)', changing(pop)],
  [
    'popitem(self, last=True)',
    changing((machine, self, { last }) => {
      if (self.tail) return because(self.tail);
      const keys = [...self.entries.keys()];
      const key = machine.truth(last) === false ? keys[0] : keys[keys.length - 1];
      if (key === undefined) return machine.raise('KeyError', "'popitem(): dictionary is empty'");
      const entry = self.entries.get(key)!;
      self.entries.delete(key);
      return tuple([entry.key, entry.value]);
    }),
  ],
  [
    'setdefault(self, key, default=None, /)',
    changing((machine, self, { key, default: fallback }) => {
      const found = look(self, key);
      if (found === 'absent') {
        put(machine, self, key, fallback);
        return fallback;
      }
      if (!('value' in found)) return found.cause;
      if (!found.maybe) return found.value;
      const joined = machine.join(found.value, fallback);
      put(machine, self, key, joined);
      return joined;
    }),
  ],
  [
    'update(self, other?, /, **kwargs)',
    changing((machine, self, { other, kwargs }) => {
      fillDict(machine, self, other, kwargs as DictValue);
      return NONE;
    }),
  ],
  [
    'clear(self)',
    changing((_machine, self) => {
      self.entries.clear();
      self.tail = null;
      return NONE;
    }),
  ],
  ['copy(self)', onDict((_machine, self) => ({ ...self, entries: new Map(self.entries) }))],
  [
    'move_to_end(self, key, last=True)',
    changing((machine, self, { key, last }) => {
      const hash = hashKey(key);
      const entry = hash === undefined ? undefined : self.entries.get(hash);
      if (hash === undefined || !entry) return NONE;
      self.entries.delete(hash);
      if (machine.truth(last) === false) {
        const rest = [...self.entries];
        self.entries.clear();
        self.entries.set(hash, entry);
        for (const [other, kept] of rest) self.entries.set(other, kept);
      } else self.entries.set(hash, entry);
      return NONE;
    }),
  ],
  ...containerRows,
  ...changingRows,
  [
    '__delitem__(self, key, /)',
    changing((machine, self, { key }) => {
      pop(machine, self, { key });
      return NONE;
    }),
  ],
];

/** `dict.fromkeys(keys, value)`; `cls` is the class it is called on. */
export const fromKeys = fn('fromkeys(cls, iterable, value=None, /)', (machine, { iterable, value }) => {
  const made: DictValue = { kind: 'dict', entries: new Map(), tail: null };
  const { items, tail } = elements(machine, iterable, 'the keys');
  for (const key of items) put(machine, made, key, value);
  made.tail ??= tail;
  return made;
});
