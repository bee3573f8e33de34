/** Built-in functions over iterables: `map`, `zip`, `sorted`, `min`, `sum`, … */
import type { Machine } from '../../machine';
import { combine, type Expr } from '../../symbolic';
import { FALSE, TRUE, int, list, tuple, type UnknownValue, type Value } from '../../values';
import { functions, type Body } from '../define';
import { because, elements, exprOf, fromExpr, iterator, type Elements } from '../known';

/**
 * `zip(...)`: as long as the shortest; open ends only matter where no closed one stops first. Iterators advance by what
 * was taken of them, and one that is given several times deals its elements out (`zip(*[iter(x)] * 2)`).
 */
export function zip(machine: Machine, values: readonly Value[], strict: Value = FALSE): Value {
  if (values.length === 0) return iterator([]);
  const parts = values.map((value, i) => dealt(machine, values, value, i));
  const closed = parts.filter(({ tail }) => !tail).map(({ items }) => items.length);
  const shortest = Math.min(...closed);
  const open = parts.find(({ items, tail }) => tail && items.length < shortest);
  const length = Math.min(shortest, ...parts.map(({ items }) => items.length));
  if (!open && strict.kind === 'bool' && strict.value && parts.some(({ items }) => items.length !== length)) {
    machine.raise('ValueError', 'zip() arguments have different lengths');
  }
  // The one that ends it is asked in vain; those before it have given one element more.
  const ends = parts.findIndex(({ items, tail }) => !tail && items.length === length);
  values.forEach((value, i) => {
    if (value.kind !== 'iterator') return;
    machine.touch(value);
    value.position = Math.min(value.position + length + (i < ends ? 1 : 0), value.items.length);
  });
  const rows = Array.from({ length }, (_, i) => tuple(parts.map(({ items }) => items[i])));
  const next = parts.map(({ items, tail }) => items[length] ?? tail?.like);
  const like = next.every((item) => item !== undefined) ? tuple(next) : undefined;
  return iterator(rows, open?.tail == null ? null : withLike(open.tail, like));
}

/** The open end, its elements now like `like`. */
function withLike(tail: UnknownValue, like: Value | undefined): UnknownValue {
  const { like: _before, ...rest } = tail;
  return like === undefined ? rest : { ...rest, like };
}

/** The elements that argument `at` of `zip` gives, without taking them from an iterator yet. */
function dealt(machine: Machine, values: readonly Value[], value: Value, at: number): Elements {
  if (value.kind !== 'iterator') return elements(machine, value, 'the elements of an argument of zip()');
  const rest = value.items.slice(value.position);
  const places = values.flatMap((other, i) => (other === value ? [i] : []));
  return { items: rest.filter((_, i) => i % places.length === places.indexOf(at)), tail: value.tail };
}

export function enumerate(machine: Machine, value: Value, start: Value): Value {
  const { items, tail } = elements(machine, value, 'the elements of an argument of enumerate()');
  const first = exprOf(start);
  return iterator(
    items.map((item, i) =>
      tuple([
        first === undefined ? (start.kind === 'unknown' ? start : int(i)) : fromExpr(combine('+', first, i)),
        item,
      ]),
    ),
    tail === null
      ? null
      : withLike(tail, tail.like && tuple([machine.unknown('how many there are is not known'), tail.like])),
  );
}

/** Applies `f` to each element (of each row of several iterables). */
export function mapped(machine: Machine, f: Value, values: readonly Value[]): Value {
  if (values.length === 1) {
    const { items, tail } = elements(machine, values[0], 'the elements of an argument of map()');
    const results = items.map((item) => machine.apply(f, [item]));
    // As in a loop of unknown length: once on an unknown element, to find the calls inside.
    const last = tail === null ? undefined : machine.apply(f, [tail.like ?? tail]);
    return iterator(results, tail === null ? null : withLike(tail, tail.like && last));
  }
  const rows = elements(machine, zip(machine, values));
  return iterator(
    rows.items.map((row) => machine.apply(f, row.kind === 'tuple' ? row.items : [row])),
    rows.tail,
  );
}

/** Keeps what `keep` says; an element that may or may not pass makes the rest uncertain. */
export function filtered(
  machine: Machine,
  keep: (item: Value) => boolean | undefined,
  source: Elements,
): Value {
  const kept: Value[] = [];
  for (const item of source.items) {
    const verdict = keep(item);
    if (verdict === undefined)
      return iterator(kept, machine.unknown('whether filter() keeps an element is not known'));
    if (verdict) kept.push(item);
  }
  return iterator(kept, source.tail);
}

/** Elements in order; where the order is not known, as many unknowns, each one of the elements. */
export function sorted(machine: Machine, value: Value, key: Value, reverse: Value): Value {
  const { items, tail } = elements(machine, value, 'the elements of an argument of sorted()');
  const backwards = machine.truth(reverse);
  const keyed = items.map((item) => ({ item, by: key.kind === 'none' ? item : machine.apply(key, [item]) }));
  let certain = backwards !== undefined && tail === null;
  const less = (a: Value, b: Value): boolean => {
    if (!certain) return false;
    const verdict = machine.truth(machine.compare('<', a, b));
    if (verdict === undefined) certain = false;
    return verdict === true;
  };
  const ordered = certain
    ? mergeSort(keyed, (a, b) => (backwards ? less(a.by, b.by) : less(b.by, a.by)))
    : keyed;
  if (certain) return list(ordered.map(({ item }) => item));
  const cause = tail ?? machine.unknown('the order after sorting is not known');
  return list(
    items.map((): Value => ({ ...cause, among: items })),
    tail,
  );
}

/** Stable merge sort; `after(a, b)`: a must come after b. */
function mergeSort<T>(items: readonly T[], after: (a: T, b: T) => boolean): T[] {
  if (items.length < 2) return [...items];
  const middle = items.length >> 1;
  const left = mergeSort(items.slice(0, middle), after);
  const right = mergeSort(items.slice(middle), after);
  const out: T[] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) out.push(after(left[i], right[j]) ? right[j++] : left[i++]);
  return [...out, ...left.slice(i), ...right.slice(j)];
}

/** `min` / `max` of arguments or of one iterable, with `key` and `default`. */
const extreme =
  (name: 'min' | 'max'): Body =>
  (machine, { args, key, default: fallback }) => {
    const given = elements(machine, args);
    const source = given.items.length === 1 && !given.tail ? elements(machine, given.items[0]) : given;
    if (source.tail) return because(source.tail);
    if (source.items.length === 0) {
      return fallback ?? machine.raise('ValueError', `${name}() arg is an empty sequence`);
    }
    if (key.kind === 'none' && source.items.some(({ kind }) => kind === 'symbolic')) {
      const formulas = source.items.map(exprOf);
      if (formulas.every((formula): formula is Expr => formula !== undefined)) {
        return fromExpr(formulas.reduce((a, b) => combine(name, a, b)));
      }
    }
    const cause = source.items.find((item): item is UnknownValue => item.kind === 'unknown');
    if (cause) return because(cause, cause.type);
    let best = source.items[0];
    let bestKey = key.kind === 'none' ? best : machine.apply(key, [best]);
    for (const item of source.items.slice(1)) {
      const by = key.kind === 'none' ? item : machine.apply(key, [item]);
      const verdict = machine.truth(machine.compare(name === 'min' ? '<' : '>', by, bestKey));
      if (verdict === undefined)
        return {
          ...machine.unknown(`${name}() of values that cannot be compared here`),
          among: source.items,
        };
      if (verdict) [best, bestKey] = [item, by];
    }
    return best;
  };

/** `all` stops at the first false element, `any` at the first true one. */
const quantifier =
  (stop: boolean): Body =>
  (machine, { iterable }) => {
    const { items, tail } = elements(machine, iterable);
    let cause = tail;
    for (const item of items) {
      const verdict = machine.truth(item);
      if (verdict === stop) return stop ? TRUE : FALSE;
      if (verdict === undefined)
        cause ??= item.kind === 'unknown' ? item : machine.unknown('the truth of an element is not known');
    }
    return cause ? because(cause, 'bool') : stop ? FALSE : TRUE;
  };

export function sum(machine: Machine, iterable: Value, start: Value): Value {
  const { items, tail } = elements(machine, iterable, 'the elements of an argument of sum()');
  if (tail) return because(tail);
  return items.reduce((total, item) => machine.binary('+', total, item), start);
}

/** The next element; `fallback` (or StopIteration) at the end. Iterators advance, natively and in Python. */
export function next(machine: Machine, value: Value, fallback?: Value): Value {
  if (value.kind === 'unknown') return because(value);
  if (value.kind === 'iterator') {
    if (value.position < value.items.length) {
      machine.touch(value);
      return value.items[value.position++];
    }
    if (value.tail) return value.tail.like ?? because(value.tail);
    return fallback ?? machine.raise('StopIteration', '');
  }
  const method = machine.findAttr(value, '__next__');
  if (!method) return machine.raise('TypeError', `'${machine.typeOf(value).name}' object is not an iterator`);
  return machine.apply(method, []);
}

export function iter(machine: Machine, value: Value): Value {
  if (value.kind === 'iterator' || value.kind === 'unknown') return value;
  if (value.kind === 'instance') {
    const method = machine.findAttr(value, '__iter__');
    if (method) return machine.apply(method, []);
  }
  const found = machine.iterate(value);
  return found ? iterator(found.items, found.tail) : machine.unknown('the elements are not known');
}

export function reversed(machine: Machine, value: Value): Value {
  if (value.kind === 'instance') {
    const method = machine.findAttr(value, '__reversed__');
    if (method) return machine.apply(method, []);
  }
  const { items, tail } = elements(machine, value, 'the elements of an argument of reversed()');
  return tail ? iterator([], tail) : iterator([...items].reverse());
}

export const iteration = functions([
  [
    'zip(*iterables, strict=False)',
    (machine, { iterables, strict }) => {
      const given = elements(machine, iterables);
      return given.tail ? iterator([], given.tail) : zip(machine, given.items, strict);
    },
  ],
  ['enumerate(iterable, start=0)', (machine, { iterable, start }) => enumerate(machine, iterable, start)],
  [
    'map(function, /, *iterables)',
    (machine, { function: f, iterables }) => mapped(machine, f, elements(machine, iterables).items),
  ],
  [
    'filter(function, iterable, /)',
    (machine, { function: f, iterable }) =>
      filtered(
        machine,
        (item) => machine.truth(f.kind === 'none' ? item : machine.apply(f, [item])),
        elements(machine, iterable, 'the elements of an argument of filter()'),
      ),
  ],
  [
    'sorted(iterable, /, *, key=None, reverse=False)',
    (machine, { iterable, key, reverse }) => sorted(machine, iterable, key, reverse),
  ],
  ['reversed(sequence, /)', (machine, { sequence }) => reversed(machine, sequence)],
  ['min(*args, key=None, default?)', extreme('min')],
  ['max(*args, key=None, default?)', extreme('max')],
  ['all(iterable, /)', quantifier(false)],
  ['any(iterable, /)', quantifier(true)],
  ['sum(iterable, /, start=0)', (machine, { iterable, start }) => sum(machine, iterable, start)],
  [
    'next(iterator, default?, /)',
    (machine, { iterator: value, default: fallback }) => next(machine, value, fallback),
  ],
  [
    'iter(object, sentinel?, /)',
    (machine, { object, sentinel }) =>
      sentinel
        ? iterator([], machine.unknown('iter() with a sentinel is not followed'))
        : iter(machine, object),
  ],
  ['len(obj, /)', (machine, { obj }) => machine.len(obj)],
]);
