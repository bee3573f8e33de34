/** The methods of lists, tuples and iterators as native functions. */
import type { Machine } from '../../machine';
import { NONE, int, list, unknown, type ListValue, type Value } from '../../values';
import type { Body } from '../define';
import { sorted } from '../builtins/iteration';
import { because, elements, firstUnknown, indexOf, type Elements } from '../known';
import { changingRows, containerRows } from './container';

/** A method that changes the list; anything else as `self` is left alone (its result is unknown). */
const changing =
  (change: (machine: Machine, self: ListValue, params: Readonly<Record<string, Value>>) => Value): Body =>
  (machine, params) => {
    if (params.self.kind !== 'list') return unknown('the list is not known');
    machine.touch(params.self);
    return change(machine, params.self, params);
  };

function pop(machine: Machine, self: ListValue, { index }: Readonly<Record<string, Value>>): Value {
  const at = indexOf(index);
  if (self.tail && (at === undefined || at < 0)) return because(self.tail);
  if (at === undefined) {
    const cause = firstUnknown(index) ?? unknown('the index is not known');
    self.items = [];
    self.tail = cause;
    return cause;
  }
  if (self.items.length === 0 && !self.tail) return machine.raise('IndexError', 'pop from empty list');
  const place = at < 0 ? at + self.items.length : at;
  if (place < 0 || place >= self.items.length) {
    return self.tail ? because(self.tail) : machine.raise('IndexError', 'pop index out of range');
  }
  const [taken] = self.items.splice(place, 1);
  return taken;
}

/** Removes the first element equal to `value`; where equality is not known, the list's content is not either. */
function remove(machine: Machine, self: ListValue, { value }: Readonly<Record<string, Value>>): Value {
  for (const [i, item] of self.items.entries()) {
    const same = machine.equal(item, value);
    if (same === true) {
      self.items.splice(i, 1);
      return NONE;
    }
    if (same === undefined) {
      self.tail = machine.unknown('which element was removed is not known');
      self.items = self.items.slice(0, i);
      return NONE;
    }
  }
  return self.tail ? NONE : machine.raise('ValueError', 'list.remove(x): x not in list');
}

const own = (self: Value): Elements =>
  self.kind === 'list'
    ? self
    : self.kind === 'tuple'
      ? { items: self.items, tail: null }
      : { items: [], tail: unknown('the sequence is not known') };

function indexIn(machine: Machine, { self, value, start, stop }: Readonly<Record<string, Value>>): Value {
  const { items, tail } = own(self);
  const bound = (given: Value, otherwise: number): number => {
    const at = indexOf(given) ?? otherwise;
    return at < 0 ? Math.max(at + items.length, 0) : at;
  };
  for (let i = bound(start, 0); i < Math.min(bound(stop, items.length), items.length); i++) {
    const same = machine.equal(items[i], value);
    if (same === true) return int(i);
    if (same === undefined) return unknown('the place of a value that is not known', null, 'int');
  }
  return tail
    ? because(tail, 'int')
    : machine.raise('ValueError', `${machine.repr(value) ?? 'x'} is not in ${self.kind}`);
}

function countIn(machine: Machine, { self, value }: Readonly<Record<string, Value>>): Value {
  const { items, tail } = own(self);
  let total = 0;
  for (const item of items) {
    const same = machine.equal(item, value);
    if (same === undefined) return unknown('the count of a value that is not known', null, 'int');
    if (same) total++;
  }
  return tail ? because(tail, 'int') : int(total);
}

export const tupleRows: readonly (readonly [string, Body])[] = [
  ...containerRows,
  ['__add__(self, other, /)', (machine, { self, other }) => machine.binary('+', self, other)],
  ['index(self, value, start=None, stop=None, /)', indexIn],
  ['count(self, value, /)', countIn],
];

export const listRows: readonly (readonly [string, Body])[] = [
  ...tupleRows,
  ...changingRows,
  [
    'append(self, value, /)',
    changing((_machine, self, { value }) => {
      // After an open end the place of a new element is not known; the end stays open and takes it in.
      if (!self.tail) self.items.push(value);
      return NONE;
    }),
  ],
  [
    'extend(self, iterable, /)',
    changing((machine, self, { iterable }) => {
      const { items, tail } = elements(machine, iterable, 'the elements that extend() adds');
      if (!self.tail) {
        for (const item of [...items]) self.items.push(item);
        self.tail = tail;
      }
      return NONE;
    }),
  ],
  [
    'insert(self, index, value, /)',
    changing((_machine, self, { index, value }) => {
      const at = indexOf(index);
      if (at === undefined || (self.tail && (at < 0 || at > self.items.length))) {
        self.tail = firstUnknown(index) ?? self.tail ?? unknown('where an element was inserted is not known');
        if (at === undefined) self.items = [];
      } else {
        const items = [...self.items];
        items.splice(at, 0, value);
        self.items = items;
      }
      return NONE;
    }),
  ],
  ['pop(self, index=-1, /)', changing(pop)],
  ['remove(self, value, /)', changing(remove)],
  [
    'clear(self)',
    changing((_machine, self) => {
      self.items = [];
      self.tail = null;
      return NONE;
    }),
  ],
  [
    'reverse(self)',
    changing((_machine, self) => {
      // With an open end everything that was known now stands behind what is not.
      self.items = self.tail ? [] : [...self.items].reverse();
      return NONE;
    }),
  ],
  [
    'sort(self, *, key=None, reverse=False)',
    changing((machine, self, { key, reverse }) => {
      const ordered = sorted(machine, self, key, reverse);
      if (ordered.kind === 'list') {
        self.items = ordered.items;
        self.tail = ordered.tail;
      }
      return NONE;
    }),
  ],
  [
    'copy(self)',
    (_machine, { self }) =>
      self.kind === 'list' ? list([...self.items], self.tail) : unknown('the list is not known'),
  ],
];
