/** The module `itertools`, with elements worked out in advance; endless iterators list a beginning and stay open. */
import type { Machine } from '../../machine';
import { NONE, tuple, unknown, type Value } from '../../values';
import { nativeModule } from '../classes';
import { fn, functions } from '../define';
import { zip } from '../builtins/iteration';
import { because, elements, firstUnknown, indexOf, iterator, type Elements } from '../known';

/** So many elements of an endless iterator are worked out; after those it goes on with unknown ones. */
const BEGINNING = 256;
const endless = (name: string) => unknown(`${name}() goes on without end`);

/** Larger products than this are left open. */
const MOST = 20000;

const tuples = (rows: readonly (readonly Value[])[]): Value => iterator(rows.map((row) => tuple(row)));

/** All ways to choose `size` places of `count`; `repeat`: with repetition; `ordered`: every order. */
function choices(count: number, size: number, repeat: boolean, ordered: boolean): number[][] | undefined {
  const out: number[][] = [];
  const grow = (chosen: number[]): boolean => {
    if (chosen.length === size) return out.push(chosen) <= MOST;
    const from = ordered || chosen.length === 0 ? 0 : chosen[chosen.length - 1] + (repeat ? 0 : 1);
    for (let i = from; i < count; i++) {
      if (ordered && !repeat && chosen.includes(i)) continue;
      if (!grow([...chosen, i])) return false;
    }
    return true;
  };
  return grow([]) ? out : undefined;
}

function chosen(
  machine: Machine,
  name: string,
  { items, tail }: Elements,
  size: Value,
  repeat: boolean,
  ordered: boolean,
): Value {
  const length = size.kind === 'none' ? items.length : indexOf(size);
  if (tail || length === undefined)
    return iterator([], tail ?? firstUnknown(size) ?? machine.unknown('a length is not known'));
  const rows = choices(items.length, length, repeat, ordered);
  return rows
    ? tuples(rows.map((row) => row.map((i) => items[i])))
    : iterator([], unknown(`${name}() with more than ${MOST} results is not followed`));
}

function product(machine: Machine, args: Value, repeat: Value): Value {
  const parts = elements(machine, args).items.map((arg) => elements(machine, arg));
  const times = indexOf(repeat);
  const open = parts.find(({ tail }) => tail)?.tail;
  if (open || times === undefined)
    return iterator([], open ?? firstUnknown(repeat) ?? machine.unknown('the repeat is not known'));
  const pools = Array.from({ length: times }, () => parts).flat();
  if (pools.reduce((total, { items }) => total * items.length, 1) > MOST) {
    return iterator([], unknown(`product() with more than ${MOST} results is not followed`));
  }
  return tuples(
    pools.reduce<Value[][]>(
      (rows, { items }) => rows.flatMap((row) => items.map((item) => [...row, item])),
      [[]],
    ),
  );
}

function chain(machine: Machine, iterables: Elements): Value {
  const items: Value[] = [];
  for (const iterable of iterables.items) {
    const part = elements(machine, iterable);
    items.push(...part.items);
    if (part.tail) return iterator(items, part.tail);
  }
  return iterator(items, iterables.tail);
}

/** `islice(iterable, stop)` / `(iterable, start, stop, step)`. */
function slice(machine: Machine, iterable: Value, bounds: readonly Value[]): Value {
  const source =
    iterable.kind === 'iterator'
      ? { items: iterable.items.slice(iterable.position), tail: iterable.tail }
      : elements(machine, iterable);
  const { items, tail } = source;
  const [start, stop, step] =
    bounds.length === 1 ? [NONE, bounds[0], NONE] : [bounds[0], bounds[1], bounds[2] ?? NONE];
  const cause = firstUnknown(start, stop, step);
  if (cause) return iterator([], cause);
  const from = indexOf(start) ?? 0;
  const to = indexOf(stop) ?? Infinity;
  const by = indexOf(step) ?? 1;
  const out: Value[] = [];
  for (let i = from; i < Math.min(to, items.length); i += by) out.push(items[i]);
  if (iterable.kind === 'iterator') {
    // Only what was asked for is taken.
    machine.touch(iterable);
    iterable.position = Math.min(iterable.position + Math.max(to, 0), iterable.items.length);
  }
  return iterator(out, to > items.length ? tail : null);
}

function groupBy(machine: Machine, iterable: Value, key: Value): Value {
  const { items, tail } = elements(machine, iterable);
  const groups: { key: Value; items: Value[] }[] = [];
  for (const item of items) {
    const by = key.kind === 'none' ? item : machine.apply(key, [item]);
    const last = groups[groups.length - 1];
    const same = last && machine.equal(last.key, by);
    if (last && same === undefined)
      return iterator([], firstUnknown(by) ?? machine.unknown('the groups are not known'));
    if (same) last.items.push(item);
    else groups.push({ key: by, items: [item] });
  }
  return iterator(
    groups.map((group) => tuple([group.key, iterator(group.items)])),
    tail,
  );
}

function accumulate(machine: Machine, iterable: Value, func: Value, initial: Value): Value {
  const { items, tail } = elements(machine, iterable);
  const all = initial.kind === 'none' ? items : [initial, ...items];
  const out: Value[] = [];
  for (const item of all) {
    const last = out[out.length - 1];
    if (last === undefined) out.push(item);
    else out.push(func.kind === 'none' ? machine.binary('+', last, item) : machine.apply(func, [last, item]));
  }
  return iterator(out, tail);
}

/** The elements while `keep` says so (`take`), or from the first on for which it does not. */
function prefix(machine: Machine, predicate: Value, iterable: Value, take: boolean): Value {
  const { items, tail } = elements(machine, iterable);
  for (const [i, item] of items.entries()) {
    const verdict = machine.truth(machine.apply(predicate, [item]));
    if (verdict === undefined)
      return iterator(
        take ? items.slice(0, i) : [],
        machine.unknown('where the condition ends is not known'),
      );
    if (!verdict) return take ? iterator(items.slice(0, i)) : iterator(items.slice(i), tail);
  }
  return take ? iterator(items, tail) : iterator([], tail);
}

const chainFunction = fn('chain(*iterables)', (machine, { iterables }) =>
  chain(machine, elements(machine, iterables)),
);

export const itertoolsModule = () =>
  nativeModule('itertools', [
    [
      'chain',
      {
        ...chainFunction,
        attrs: new Map<string, Value>([
          [
            'from_iterable',
            fn('from_iterable(iterable, /)', (machine, { iterable }) =>
              chain(machine, elements(machine, iterable)),
            ),
          ],
        ]),
      },
    ],
    ...functions([
      ['product(*args, repeat=1)', (machine, { args, repeat }) => product(machine, args, repeat)],
      [
        'permutations(iterable, r=None)',
        (machine, { iterable, r }) =>
          chosen(machine, 'permutations', elements(machine, iterable), r, false, true),
      ],
      [
        'combinations(iterable, r)',
        (machine, { iterable, r }) =>
          chosen(machine, 'combinations', elements(machine, iterable), r, false, false),
      ],
      [
        'combinations_with_replacement(iterable, r)',
        (machine, { iterable, r }) =>
          chosen(machine, 'combinations_with_replacement', elements(machine, iterable), r, true, false),
      ],
      [
        'islice(iterable, *bounds)',
        (machine, { iterable, bounds }) => slice(machine, iterable, elements(machine, bounds).items),
      ],
      [
        'count(start=0, step=1)',
        (machine, { start, step }) => {
          const items: Value[] = [start];
          while (items.length < BEGINNING) items.push(machine.binary('+', items[items.length - 1], step));
          return iterator(items, endless('count'));
        },
      ],
      [
        'cycle(iterable, /)',
        (machine, { iterable }) => {
          const { items, tail } = elements(machine, iterable);
          if (tail || items.length === 0) return iterator(items, tail);
          const length = Math.ceil(BEGINNING / items.length) * items.length;
          return iterator(
            Array.from({ length }, (_, i) => items[i % items.length]),
            endless('cycle'),
          );
        },
      ],
      [
        'repeat(object, times?)',
        (machine, { object, times }) => {
          if (times === undefined) return iterator(Array<Value>(BEGINNING).fill(object), endless('repeat'));
          const count = indexOf(times);
          if (count === undefined)
            return iterator([], firstUnknown(times) ?? machine.unknown('the repeat is not known'));
          return iterator(Array<Value>(Math.max(count, 0)).fill(object));
        },
      ],
      [
        'accumulate(iterable, func=None, *, initial=None)',
        (machine, { iterable, func, initial }) => accumulate(machine, iterable, func, initial),
      ],
      ['groupby(iterable, key=None)', (machine, { iterable, key }) => groupBy(machine, iterable, key)],
      [
        'starmap(function, iterable, /)',
        (machine, { function: f, iterable }) => {
          const { items, tail } = elements(machine, iterable);
          return iterator(
            items.map((row) => {
              const parts = elements(machine, row);
              return parts.tail ? because(parts.tail) : machine.apply(f, parts.items);
            }),
            tail,
          );
        },
      ],
      [
        'takewhile(predicate, iterable, /)',
        (machine, { predicate, iterable }) => prefix(machine, predicate, iterable, true),
      ],
      [
        'dropwhile(predicate, iterable, /)',
        (machine, { predicate, iterable }) => prefix(machine, predicate, iterable, false),
      ],
      [
        'filterfalse(predicate, iterable, /)',
        (machine, { predicate, iterable }) => {
          const { items, tail } = elements(machine, iterable);
          const kept: Value[] = [];
          for (const item of items) {
            const verdict = machine.truth(
              predicate.kind === 'none' ? item : machine.apply(predicate, [item]),
            );
            if (verdict === undefined)
              return iterator(kept, machine.unknown('whether an element is kept is not known'));
            if (!verdict) kept.push(item);
          }
          return iterator(kept, tail);
        },
      ],
      [
        'compress(data, selectors)',
        (machine, { data, selectors }) => {
          const rows = elements(machine, zip(machine, [data, selectors]));
          const kept: Value[] = [];
          for (const row of rows.items) {
            const [item, selector] = row.kind === 'tuple' ? row.items : [];
            const verdict = machine.truth(selector);
            if (verdict === undefined)
              return iterator(kept, machine.unknown('whether an element is kept is not known'));
            if (verdict) kept.push(item);
          }
          return iterator(kept, rows.tail);
        },
      ],
      [
        'pairwise(iterable, /)',
        (machine, { iterable }) => {
          const { items, tail } = elements(machine, iterable);
          return iterator(
            items.slice(1).map((item, i) => tuple([items[i], item])),
            tail,
          );
        },
      ],
      [
        'zip_longest(*iterables, fillvalue=None)',
        (machine, { iterables, fillvalue }) => {
          const parts = elements(machine, iterables).items.map((iterable) => elements(machine, iterable));
          const open = parts.find(({ tail }) => tail)?.tail ?? null;
          const lengths = parts.map(({ items }) => items.length);
          const length = open ? Math.min(...lengths) : Math.max(0, ...lengths);
          const rows = Array.from({ length }, (_, i) =>
            tuple(parts.map(({ items }) => items[i] ?? fillvalue)),
          );
          return iterator(rows, open);
        },
      ],
      [
        'tee(iterable, n=2)',
        (machine, { iterable, n }) => {
          const { items, tail } = elements(machine, iterable);
          const count = indexOf(n);
          return count === undefined
            ? because(firstUnknown(n) ?? unknown('the count is not known'))
            : tuple(Array.from({ length: count }, () => iterator(items, tail)));
        },
      ],
    ]),
  ]);
