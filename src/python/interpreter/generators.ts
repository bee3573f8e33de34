/** Generators: their body runs when the first element is asked for, all at once, and is cut when it does not end. */
import { PyRaise } from '../machine';
import type { FunctionValue, IteratorValue, Value } from '../values';
import { list, unknown } from '../values';
import { type Activation, GeneratorCut } from './activation';
import { runBody } from './calls';
import { LazyIterator } from './lazy';
import type { Interpreter } from './interpreter';

/** An endless generator is cut after so many elements: enough for any that stands for a model's parts. */
export const MAX_YIELDS = 1000;

export function runGenerator(vm: Interpreter, activation: Activation, fn: FunctionValue): IteratorValue {
  return new LazyIterator(
    () => {
      const yields = activation.yields ?? list([]);
      const depth = vm.frames.length;
      const handlers = vm.handlers.length;
      const trailDepth = vm.trail.depth;
      try {
        runBody(vm, activation, fn);
      } catch (error) {
        if (error instanceof GeneratorCut) {
          vm.frames.length = depth;
          vm.handlers.length = handlers;
          vm.trail.collapse(trailDepth);
          activation.open.length = 0;
          return { items: yields.items, tail: unknown(`${fn.name}() goes on without a known end`) };
        }
        // A generator that raises part way gives what it has given; the error belongs to the reader that goes so far.
        if (error instanceof PyRaise && yields.items.length > 0)
          return { items: yields.items, tail: unknown(`${fn.name}() raises an exception`) };
        throw error;
      }
      return { items: yields.items, tail: yields.tail };
    },
    { activation, fn },
  );
}

/**
 * Runs a generator of one `yield` around a block, as `contextlib.contextmanager` does: the block runs where the generator
 * yields, so that what comes after the `yield` comes after the block and exceptions of the block pass through the generator.
 * False when it does not yield on a certain path: the block has then not been run, and what was yielded is in `items`.
 */
export function runAround(vm: Interpreter, generator: LazyIterator, block: (value: Value) => void): boolean {
  const { activation, fn } = generator.call!;
  const depth = vm.trail.depth;
  let ran = false;
  activation.around = (value) => {
    if (ran || vm.trail.depth !== depth || activation.open.length > 0) return false;
    ran = true;
    block(value);
    return true;
  };
  generator.settle([], unknown(`${fn.name}() is running`));
  try {
    runBody(vm, activation, fn);
  } finally {
    delete activation.around;
  }
  generator.settle(activation.yields?.items ?? [], activation.yields?.tail ?? null);
  return ran;
}

const SENDS = /\.\s*(?:send|asend)\s*\(/;

/** Whether the program sends values into generators, so that a `yield` may have one. */
export function sends(vm: Interpreter): boolean {
  for (const { source } of vm.sources.values()) if (SENDS.test(source)) return true;
  return false;
}

/** Hands out one element of the generator running in `activation`. */
export function give(vm: Interpreter, activation: Activation, value: Value): void {
  if (activation.around?.(value) === true) return;
  const yields = activation.yields;
  if (yields === null) return;
  vm.touch(yields);
  if (yields.tail === null) yields.items.push(value);
  if (yields.items.length >= MAX_YIELDS) throw new GeneratorCut();
}
