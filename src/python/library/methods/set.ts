/** The methods of sets and frozen sets as native functions. */
import type { Machine } from '../../machine';
import { hashKey } from '../../hash';
import { NONE, bool, unknown, type SetValue, type UnknownValue, type Value } from '../../values';
import { makeSet } from '../construct';
import type { Body, Params } from '../define';
import { because, elements, firstUnknown } from '../known';
import { containerRows } from './container';

const onSet =
  (use: (machine: Machine, self: SetValue, params: Params) => Value): Body =>
  (machine, params) =>
    params.self.kind === 'set' ? use(machine, params.self, params) : unknown('the set is not known');

const changing = (change: (machine: Machine, self: SetValue, params: Params) => Value): Body =>
  onSet((machine, self, params) => {
    machine.touch(self);
    return change(machine, self, params);
  });

type Operation = '|' | '&' | '-' | '^';

/** The operation on two sets; where either is open the result is open too, with what is certain listed. */
export function combineSets(operation: Operation, a: SetValue, b: SetValue): SetValue {
  const entries: SetValue['entries'] = new Map();
  const take = (from: SetValue, when: (key: string) => boolean): void => {
    for (const [key, value] of from.entries) if (when(key) && !entries.has(key)) entries.set(key, value);
  };
  const open: UnknownValue | null = a.tail ?? b.tail;
  switch (operation) {
    case '|':
      take(a, () => true);
      take(b, () => true);
      break;
    case '&':
      take(a, (key) => b.entries.has(key));
      break;
    case '-':
      if (!b.tail) take(a, (key) => !b.entries.has(key));
      break;
    case '^':
      if (!b.tail) take(a, (key) => !b.entries.has(key));
      if (!a.tail) take(b, (key) => !a.entries.has(key));
  }
  return { kind: 'set', entries, tail: open, frozen: a.frozen };
}

const combining = (operation: Operation): Body =>
  onSet((machine, self, { others }) =>
    elements(machine, others).items.reduce<SetValue>(
      (total, other) => combineSets(operation, total, makeSet(machine, other, false)),
      self,
    ),
  );

const updating = (operation: Operation): Body =>
  changing((machine, self, { others }) => {
    for (const other of elements(machine, others).items) {
      const result = combineSets(operation, self, makeSet(machine, other, false));
      self.entries = result.entries;
      self.tail = result.tail;
    }
    return NONE;
  });

/** True when every element of `a` is one of `b`; undefined when an open end leaves it open. */
export function isSubset(a: SetValue, b: SetValue): boolean | undefined {
  for (const key of a.entries.keys()) if (!b.entries.has(key)) return b.tail ? undefined : false;
  return a.tail ? undefined : true;
}

const answer = (verdict: boolean | undefined, ...sets: readonly SetValue[]): Value => {
  if (verdict !== undefined) return bool(verdict);
  const open = sets.find(({ tail }) => tail)?.tail;
  return open ? because(open, 'bool') : unknown('the elements of a set are not known', null, 'bool');
};

const removing = (raises: boolean): Body =>
  changing((machine, self, { value }) => {
    const key = hashKey(value);
    if (key === undefined)
      self.tail ??= firstUnknown(value) ?? unknown('an element that was removed is not known');
    else if (!self.entries.delete(key) && raises && !self.tail)
      machine.raise('KeyError', machine.repr(value) ?? '');
    return NONE;
  });

export const setRows: readonly (readonly [string, Body])[] = [
  ...containerRows,
  ['union(self, *others)', combining('|')],
  ['intersection(self, *others)', combining('&')],
  ['difference(self, *others)', combining('-')],
  ['symmetric_difference(self, *others)', combining('^')],
  ['update(self, *others)', updating('|')],
  ['intersection_update(self, *others)', updating('&')],
  ['difference_update(self, *others)', updating('-')],
  [
    'add(self, value, /)',
    changing((machine, self, { value }) => {
      const made = makeSet(machine, { kind: 'tuple', items: [value] }, false);
      for (const [key, item] of made.entries) if (!self.entries.has(key)) self.entries.set(key, item);
      self.tail ??= made.tail;
      return NONE;
    }),
  ],
  ['discard(self, value, /)', removing(false)],
  ['remove(self, value, /)', removing(true)],
  [
    'pop(self)',
    changing((machine, self) => {
      if (self.tail) return because(self.tail);
      const items = [...self.entries];
      if (items.length === 0) return machine.raise('KeyError', "'pop from an empty set'");
      if (items.length > 1) {
        // Which element Python takes depends on hashes.
        const cause = unknown('which element set.pop() takes is not known');
        self.entries.clear();
        self.tail = cause;
        return { ...cause, among: items.map(([, item]) => item) };
      }
      self.entries.clear();
      return items[0][1];
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
  ['copy(self)', onSet((_machine, self) => ({ ...self, entries: new Map(self.entries) }))],
  [
    'issubset(self, other, /)',
    onSet((machine, self, { other }) => {
      const set = makeSet(machine, other, false);
      return answer(isSubset(self, set), self, set);
    }),
  ],
  [
    'issuperset(self, other, /)',
    onSet((machine, self, { other }) => {
      const set = makeSet(machine, other, false);
      return answer(isSubset(set, self), self, set);
    }),
  ],
  [
    'isdisjoint(self, other, /)',
    onSet((machine, self, { other }) => {
      const set = makeSet(machine, other, false);
      const common = [...self.entries.keys()].some((key) => set.entries.has(key));
      return answer(common ? false : self.tail || set.tail ? undefined : true, self, set);
    }),
  ],
];
