/** The methods of `str` as native functions: unknown arguments give unknown texts. */
import { unwrap } from '../../interpreter/classes';
import type { Machine } from '../../machine';
import {
  bool,
  int,
  list,
  str,
  tuple,
  unknown,
  type DictValue,
  type NativeFunction,
  type Value,
} from '../../values';
import { fn, type Body, type Params } from '../define';
import { because, elements, firstUnknown, indexOf, strOf, strings, typeName } from '../known';
import { formatTemplate } from '../format/template';
import * as text from './text';

/**
 * A method on known texts: each parameter is a string, a number or absent (`None`); when one is not known, neither is
 * the result, which is of type `type`.
 */
function known(type: string, compute: (self: string, t: Texts, n: Numbers, machine: Machine) => Value): Body {
  return (machine, params) => {
    const t: Record<string, string> = {};
    const n: Record<string, number> = {};
    for (const [name, given] of Object.entries(params)) {
      const value = unwrap(given);
      if (value.kind === 'none') continue;
      const number = indexOf(value);
      if (value.kind === 'str' || value.kind === 'bytes') t[name] = value.value;
      else if (number !== undefined) n[name] = number;
      else {
        if (value.kind === 'unknown') return because(value, type);
        if (value.kind === 'symbolic' || value.kind === 'instance')
          return unknown('an argument of a string method is not known', null, type);
        machine.raise('TypeError', `must be str, not ${typeName(machine, value)}`);
      }
    }
    return compute(t.self, t, n, machine);
  };
}

type Texts = Readonly<Record<string, string>>;
type Numbers = Readonly<Record<string, number>>;

const texts = (compute: (self: string, t: Texts, n: Numbers) => string): Body =>
  known('str', (self, t, n) => str(compute(self, t, n)));

const found = (last: boolean, raises: boolean): Body =>
  known('int', (self, { sub }, { start, end }, machine) => {
    const at = text.find(self, sub, start, end, last);
    return at < 0 && raises ? machine.raise('ValueError', 'substring not found') : int(at);
  });

const parts = (fromRight: boolean): Body =>
  known('list', (self, { sep }, { maxsplit }, machine) => {
    const made = text.split(self, sep, maxsplit, fromRight);
    return made ? strings(made) : machine.raise('ValueError', 'empty separator');
  });

/** `startswith` / `endswith` take one text or a tuple of them. */
const edge =
  (name: 'startsWith' | 'endsWith'): Body =>
  (_machine, { self, prefix, start, end }) => {
    const own = strOf(self);
    const cause = firstUnknown(self, prefix, start, end);
    if (own === undefined || cause) return because(cause ?? unknown('the text is not known'), 'bool');
    const [from, to] = text.clip(own.length, indexOf(start), indexOf(end));
    const part = own.slice(from, Math.max(from, to));
    const wanted = prefix.kind === 'tuple' ? prefix.items : [prefix];
    if (wanted.some((item) => item.kind === 'str' && part[name](item.value))) return bool(true);
    const open = firstUnknown(...wanted);
    return open ? because(open, 'bool') : bool(false);
  };

function join(machine: Machine, { self, iterable }: Params): Value {
  const separator = strOf(self);
  const { items, tail } = elements(machine, iterable, 'the texts to join');
  const cause = firstUnknown(self, ...items) ?? tail;
  if (cause) return because(cause, 'str');
  const pieces: string[] = [];
  for (const [i, given] of items.entries()) {
    const item = unwrap(given);
    if (item.kind === 'str') pieces.push(item.value);
    else if (item.kind === 'symbolic' || item.kind === 'instance')
      return unknown('a text to join is not known', null, 'str');
    else
      machine.raise(
        'TypeError',
        `sequence item ${i}: expected str instance, ${typeName(machine, item)} found`,
      );
  }
  return str(pieces.join(separator));
}

/** `translate` with a table of `maketrans`: code points to texts, code points or None. */
function translate(_machine: Machine, { self, table }: Params): Value {
  const own = strOf(self);
  if (own === undefined || table.kind !== 'dict' || table.tail) {
    return because(firstUnknown(self, table) ?? unknown('the translation table is not known'), 'str');
  }
  let out = '';
  for (const char of own) {
    const entry = table.entries.get(`n:${char.codePointAt(0)}`)?.value;
    if (entry === undefined) out += char;
    else if (entry.kind === 'str') out += entry.value;
    else if (entry.kind === 'int') out += String.fromCodePoint(entry.value);
    else if (entry.kind !== 'none')
      return because(firstUnknown(entry) ?? unknown('the translation table is not known'), 'str');
  }
  return str(out);
}

export const makeTranslation = fn('maketrans(x, y?, z?, /)', (machine, { x, y, z }) => {
  const entries: DictValue['entries'] = new Map();
  const set = (key: number, value: Value): void => void entries.set(`n:${key}`, { key: int(key), value });
  if (x.kind === 'dict') {
    for (const { key, value } of x.entries.values()) {
      const code = key.kind === 'str' ? key.value.codePointAt(0) : indexOf(key);
      if (code !== undefined) set(code, value);
    }
    return { kind: 'dict', entries, tail: x.tail };
  }
  const [from, to, drop] = [strOf(x), strOf(y), z === undefined ? '' : strOf(z)];
  if (from === undefined || to === undefined || drop === undefined)
    return unknown('the translation table is not known', null, 'dict');
  if (from.length !== to.length)
    machine.raise('ValueError', 'the first two maketrans arguments must have equal length');
  [...from].forEach((char, i) => set(char.codePointAt(0)!, int([...to][i].codePointAt(0)!)));
  for (const char of drop) set(char.codePointAt(0)!, { kind: 'none' });
  return { kind: 'dict', entries, tail: null };
});

const rows: readonly (readonly [string, Body])[] = [
  ['capitalize(self)', texts((self) => self.slice(0, 1).toUpperCase() + self.slice(1).toLowerCase())],
  ['casefold(self)', texts((self) => self.toLowerCase())],
  ["center(self, width, fill=' ', /)", texts((self, { fill }, { width }) => text.center(self, width, fill))],
  [
    'count(self, sub, start=None, end=None, /)',
    known('int', (self, { sub }, { start, end }) => int(text.count(self, sub, start, end))),
  ],
  [
    "encode(self, encoding='utf-8', errors='strict')",
    known('bytes', (self) => ({ kind: 'bytes', value: self })),
  ],
  ['endswith(self, prefix, start=None, end=None, /)', edge('endsWith')],
  ['expandtabs(self, tabsize=8)', texts((self, _texts, { tabsize }) => text.expandTabs(self, tabsize))],
  ['find(self, sub, start=None, end=None, /)', found(false, false)],
  [
    'format(self, /, *args, **kwargs)',
    (machine, { self, args, kwargs }) => {
      if (self.kind !== 'str')
        return because(firstUnknown(self) ?? unknown('the format is not known'), 'str');
      const { items, tail } = elements(machine, args);
      if (tail) return because(tail, 'str');
      return formatTemplate(machine, self.value, items, kwargs as DictValue);
    },
  ],
  [
    'format_map(self, mapping, /)',
    (machine, { self, mapping }) =>
      self.kind === 'str' && mapping.kind === 'dict'
        ? formatTemplate(machine, self.value, [], mapping)
        : because(firstUnknown(self, mapping) ?? unknown('the mapping is not known'), 'str'),
  ],
  ['index(self, sub, start=None, end=None, /)', found(false, true)],
  ['join(self, iterable, /)', join],
  ["ljust(self, width, fill=' ', /)", texts((self, { fill }, { width }) => self.padEnd(width, fill))],
  ['lower(self)', texts((self) => self.toLowerCase())],
  ['lstrip(self, chars=None, /)', texts((self, { chars }) => text.strip(self, chars, 'left'))],
  [
    'partition(self, sep, /)',
    known('tuple', (self, { sep }) => tuple(text.partition(self, sep, false).map(str))),
  ],
  [
    'removeprefix(self, prefix, /)',
    texts((self, { prefix }) => (self.startsWith(prefix) ? self.slice(prefix.length) : self)),
  ],
  [
    'removesuffix(self, suffix, /)',
    texts((self, { suffix }) =>
      suffix !== '' && self.endsWith(suffix) ? self.slice(0, -suffix.length) : self,
    ),
  ],
  ['replace(self, old, new, count=-1)', texts((self, t, n) => text.replace(self, t.old, t.new, n.count))],
  ['rfind(self, sub, start=None, end=None, /)', found(true, false)],
  ['rindex(self, sub, start=None, end=None, /)', found(true, true)],
  ["rjust(self, width, fill=' ', /)", texts((self, { fill }, { width }) => self.padStart(width, fill))],
  [
    'rpartition(self, sep, /)',
    known('tuple', (self, { sep }) => tuple(text.partition(self, sep, true).map(str))),
  ],
  ['rsplit(self, sep=None, maxsplit=-1)', parts(true)],
  ['rstrip(self, chars=None, /)', texts((self, { chars }) => text.strip(self, chars, 'right'))],
  ['split(self, sep=None, maxsplit=-1)', parts(false)],
  [
    'splitlines(self, keepends=False)',
    known('list', (self, _texts, { keepends }) => list(text.splitLines(self, Boolean(keepends)).map(str))),
  ],
  ['startswith(self, prefix, start=None, end=None, /)', edge('startsWith')],
  ['strip(self, chars=None, /)', texts((self, { chars }) => text.strip(self, chars, 'both'))],
  ['swapcase(self)', texts((self) => text.swapCase(self))],
  ['title(self)', texts((self) => text.title(self))],
  ['translate(self, table, /)', translate],
  ['upper(self)', texts((self) => self.toUpperCase())],
  ['zfill(self, width, /)', texts((self, _texts, { width }) => text.zfill(self, width))],
  ...Object.entries(text.TESTS).map(([name, test]): [string, Body] => [
    `${name}(self)`,
    known('bool', (self) => bool(test(self))),
  ]),
];

export const strMethods: ReadonlyMap<string, NativeFunction> = new Map(
  rows.map(([signature, body]) => {
    const made = fn(signature, body);
    return [made.name, made];
  }),
);
