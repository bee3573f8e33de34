/** The module `operator`. */
import type { BinaryOp, CompareOp } from '../../machine';
import { NONE, tuple, type Value } from '../../values';
import { nativeModule } from '../classes';
import { fn, functions, type Body } from '../define';
import { elements, strOf } from '../known';

const BINARY: Readonly<Record<string, BinaryOp>> = {
  add: '+',
  sub: '-',
  mul: '*',
  truediv: '/',
  floordiv: '//',
  mod: '%',
  pow: '**',
  matmul: '@',
  and_: '&',
  or_: '|',
  xor: '^',
  lshift: '<<',
  rshift: '>>',
  concat: '+',
  iadd: '+',
  isub: '-',
  imul: '*',
};
const COMPARE: Readonly<Record<string, CompareOp>> = {
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  is_: 'is',
  is_not: 'is not',
};

/** One getter gives the thing itself, several give a tuple. */
const several = (values: readonly Value[]): Value => (values.length === 1 ? values[0] : tuple(values));

const rows: [string, Body][] = [
  ...Object.entries(BINARY).map(([name, op]): [string, Body] => [
    `${name}(a, b, /)`,
    (m, { a, b }) => m.binary(op, a, b),
  ]),
  ...Object.entries(COMPARE).map(([name, op]): [string, Body] => [
    `${name}(a, b, /)`,
    (m, { a, b }) => m.compare(op, a, b),
  ]),
  ['neg(a, /)', (m, { a }) => m.unary('-', a)],
  ['pos(a, /)', (m, { a }) => m.unary('+', a)],
  ['not_(a, /)', (m, { a }) => m.unary('not', a)],
  ['abs(a, /)', (m, { a }) => m.apply(m.builtin('abs'), [a])],
  ['index(a, /)', (m, { a }) => m.apply(m.builtin('int'), [a])],
  ['truth(a, /)', (m, { a }) => m.apply(m.builtin('bool'), [a])],
  ['contains(a, b, /)', (m, { a, b }) => m.compare('in', b, a)],
  ['getitem(a, b, /)', (m, { a, b }) => m.getItem(a, b)],
  [
    'setitem(a, b, c, /)',
    (m, { a, b, c }) => {
      m.setItem(a, b, c);
      return NONE;
    },
  ],
  [
    'itemgetter(*items)',
    (m, { items }) => {
      const keys = elements(m, items).items;
      return fn('itemgetter(obj, /)', (n, { obj }) => several(keys.map((key) => n.getItem(obj, key))));
    },
  ],
  [
    'attrgetter(*names)',
    (m, { names }) => {
      const paths = elements(m, names).items.map(strOf);
      return fn('attrgetter(obj, /)', (n, { obj }) =>
        several(
          paths.map((path) =>
            path === undefined
              ? n.unknown('the name of an attribute is not known')
              : path.split('.').reduce((value, name) => n.getAttr(value, name), obj),
          ),
        ),
      );
    },
  ],
  [
    'methodcaller(name, /, *args, **kwargs)',
    (m, { name, args, kwargs }) => {
      const method = strOf(name);
      const given = elements(m, args).items;
      const keywords: Record<string, Value> = {};
      if (kwargs.kind === 'dict')
        for (const { key, value } of kwargs.entries.values())
          if (key.kind === 'str') keywords[key.value] = value;
      return fn('methodcaller(obj, /)', (n, { obj }) =>
        method === undefined
          ? n.unknown('the name of a method is not known')
          : n.invoke(obj, method, given, keywords),
      );
    },
  ],
];

export const operatorModule = () => nativeModule('operator', functions(rows));
