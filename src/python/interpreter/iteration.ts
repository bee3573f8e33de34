/** Iteration over every kind of value. */
import { PyRaise } from '../machine';
import type { SourceRange } from '../source';
import type { IteratorValue, UnknownValue, Value } from '../values';
import { int, str, unknown } from '../values';
import { hook, unwrap } from './classes';
import { ownMethod, rangeLength } from './items';
import type { Interpreter } from './interpreter';
import { notIterable } from './misuses';

export interface Elements {
  readonly items: readonly Value[];
  readonly tail: UnknownValue | null;
}

const MAX_ITERATIONS = 10_000;

/**
 * All elements; an iterator is used up by it. Undefined when nothing is known of the elements. `range`: the expression that
 * is iterated over, where the program itself does.
 */
export function iterate(vm: Interpreter, value: Value, range?: SourceRange): Elements | undefined {
  switch (value.kind) {
    case 'tuple':
      return { items: value.items, tail: null };
    case 'list':
      return { items: value.items, tail: value.tail };
    case 'dict':
      return { items: [...value.entries.values()].map((entry) => entry.key), tail: value.tail };
    case 'set':
      return { items: [...value.entries.values()], tail: value.tail };
    case 'str':
      return { items: [...value.value].map(str), tail: null };
    case 'bytes':
      return { items: value.value.split('').map((c) => int(c.charCodeAt(0))), tail: null };
    case 'range': {
      const count = rangeLength(value);
      const items: Value[] = [];
      const known = Math.min(count, MAX_ITERATIONS * 10);
      for (let i = 0; i < known; i++) items.push(int(value.start + i * value.step));
      vm.spend(Math.ceil(known / 50));
      return {
        items,
        tail:
          known < count
            ? unknown(`a range of ${count} numbers is not followed to its end`, null, 'int')
            : null,
      };
    }
    case 'iterator': {
      const items = value.items.slice(value.position);
      vm.touch(value);
      value.position = value.items.length;
      return { items, tail: value.tail };
    }
    case 'unknown':
      return undefined;
    case 'symbolic':
      return undefined;
    case 'instance':
      return iterateInstance(vm, value);
    case 'class': {
      // A class whose class is iterable (an enum).
      const answered = hook(value, 'meta')?.(vm, value, 'iterate', []);
      if (answered !== undefined) return iterate(vm, answered);
      if (vm.unknownBase(value) !== null) return undefined;
      break;
    }
    case 'module':
      if (value.open) return undefined;
  }
  return notIterable(vm, value, range);
}

function iterateInstance(vm: Interpreter, value: Value & { kind: 'instance' }): Elements | undefined {
  const own = ownMethod(vm, value, '__iter__');
  if (own !== undefined) {
    const iterator = vm.apply(own, []);
    if (iterator.kind !== 'instance') return iterate(vm, iterator);
    const next = ownMethod(vm, iterator, '__next__');
    return next === undefined
      ? iterator === value
        ? undefined
        : iterate(vm, iterator)
      : drain(vm, () => vm.apply(next, []), 'StopIteration');
  }
  if (unwrap(value) !== value) return iterate(vm, unwrap(value));
  const item = ownMethod(vm, value, '__getitem__');
  if (item !== undefined) {
    const count = ownMethod(vm, value, '__len__');
    const known = count === undefined ? undefined : vm.apply(count, []);
    if (known?.kind === 'int') {
      const items: Value[] = [];
      for (let i = 0; i < Math.min(known.value, MAX_ITERATIONS); i++) items.push(vm.apply(item, [int(i)]));
      return {
        items,
        tail: known.value > MAX_ITERATIONS ? unknown('a long sequence is not followed to its end') : null,
      };
    }
    if (known !== undefined) return undefined;
    let at = 0;
    return drain(vm, () => vm.apply(item, [int(at++)]), 'IndexError');
  }
  if (vm.unknownBase(value.cls) !== null) return undefined;
  return vm.raise('TypeError', `'${value.cls.name}' object is not iterable`);
}

/** Calls `next` until it raises `end`. An endless one is cut. */
function drain(vm: Interpreter, next: () => Value, end: string): Elements | undefined {
  const items: Value[] = [];
  const stop = vm.classes.byName.get(end)!;
  try {
    while (items.length < 1000) {
      vm.spend(1);
      const item = next();
      items.push(item);
      // An element that is not known may as well have been the end.
      if (item.kind === 'unknown' && items.length > 1 && items[items.length - 2].kind === 'unknown')
        return { items: [], tail: item };
    }
  } catch (error) {
    if (error instanceof PyRaise && vm.isInstance(error.value, stop) === true) return { items, tail: null };
    throw error;
  }
  return { items, tail: unknown('an iterator without a known end') };
}

/** An iterator over what has been worked out. */
export function iteratorOf(elements: Elements): IteratorValue {
  return { kind: 'iterator', items: elements.items.slice(), position: 0, tail: elements.tail };
}
