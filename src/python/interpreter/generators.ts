/** Generators: their body runs when the first element is asked for, all at once, and is cut when it does not end. */
import { PyRaise } from '../machine';
import type { FunctionValue, IteratorValue, UnknownValue, Value } from '../values';
import { list, unknown } from '../values';
import { type Activation, GeneratorCut } from './activation';
import { runBody } from './calls';
import type { Interpreter } from './interpreter';

/** An endless generator is cut after so many elements: enough for any that stands for a model's parts. */
export const MAX_YIELDS = 1000;

/** An iterator whose elements are worked out when they are first looked at. */
export class LazyIterator implements IteratorValue {
  readonly kind = 'iterator';
  position = 0;
  private made: { items: Value[]; tail: UnknownValue | null } | null = null;

  constructor(private readonly make: () => { items: Value[]; tail: UnknownValue | null }) {}

  private force(): { items: Value[]; tail: UnknownValue | null } {
    if (this.made === null) {
      // While it runs it has no elements: a generator that reads itself is an error in Python.
      this.made = { items: [], tail: null };
      this.made = this.make();
    }
    return this.made;
  }
  get items(): Value[] {
    return this.force().items;
  }
  set items(items: Value[]) {
    this.force().items = items;
  }
  get tail(): UnknownValue | null {
    return this.force().tail;
  }
  set tail(tail: UnknownValue | null) {
    this.force().tail = tail;
  }
}

export function runGenerator(vm: Interpreter, activation: Activation, fn: FunctionValue): IteratorValue {
  return new LazyIterator(() => {
    const yields = activation.yields ?? list([]);
    const depth = vm.frames.length;
    try {
      runBody(vm, activation, fn);
    } catch (error) {
      if (error instanceof GeneratorCut) {
        vm.frames.length = depth;
        return { items: yields.items, tail: unknown(`${fn.name}() goes on without a known end`) };
      }
      // A generator that raises part way gives what it has given; the error belongs to the reader that goes so far.
      if (error instanceof PyRaise && yields.items.length > 0) return { items: yields.items, tail: unknown(`${fn.name}() raises an exception`) };
      throw error;
    }
    return { items: yields.items, tail: yields.tail };
  });
}

/** Hands out one element of the generator running in `activation`. */
export function give(vm: Interpreter, activation: Activation, value: Value): void {
  const yields = activation.yields;
  if (yields === null) return;
  vm.touch(yields);
  if (yields.tail === null) yields.items.push(value);
  if (yields.items.length >= MAX_YIELDS) throw new GeneratorCut();
}
