/** The special methods of containers, for programs that name them (`list.__getitem__`, `d.__contains__`). */
import { NONE } from '../../values';
import type { Body } from '../define';
import { elements, iterator } from '../known';

export const containerRows: readonly (readonly [string, Body])[] = [
  ['__contains__(self, key, /)', (machine, { self, key }) => machine.compare('in', key, self)],
  ['__getitem__(self, key, /)', (machine, { self, key }) => machine.getItem(self, key)],
  ['__len__(self)', (machine, { self }) => machine.len(self)],
  ['__eq__(self, other, /)', (machine, { self, other }) => machine.compare('==', self, other)],
  [
    '__iter__(self)',
    (machine, { self }) => {
      const { items, tail } = elements(machine, self);
      return iterator(items, tail);
    },
  ],
];

export const changingRows: readonly (readonly [string, Body])[] = [
  [
    '__setitem__(self, key, value, /)',
    (machine, { self, key, value }) => {
      machine.setItem(self, key, value);
      return NONE;
    },
  ],
];
