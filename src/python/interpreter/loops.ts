/** `for` and `while`: known rounds one by one, the rest once as a loop of unknown length. */
import type { For, Stmt, While } from '../ast';
import { PyRaise } from '../machine';
import type { UnknownValue } from '../values';
import { unknown } from '../values';
import { type Activation, Completion, GeneratorCut } from './activation';
import { assign } from './assignment';
import { branch, settle } from './branching';
import { asUnknown, at, conditionCause, evaluate, sourceText } from './expressions';
import type { Interpreter } from './interpreter';
import { iterate } from './iteration';
import { execute } from './statements';

const ITERATION_END = [[Completion.Normal, Completion.Continue], [Completion.Break], [Completion.Return]];
const LOOP_END = [[Completion.Normal, Completion.Break], [Completion.Return]];

/** One round of a loop's body: Normal (also after `continue`), Break or Return. */
function iteration(vm: Interpreter, activation: Activation, body: readonly Stmt[]): Completion {
  const mark = activation.open.length;
  let completion: Completion;
  try {
    completion = execute(vm, activation, body);
  } catch (error) {
    if (!(error instanceof PyRaise) || activation.open.length === mark) throw error;
    // This path raised; those that had left before it go on.
    const rest = settle(vm, activation, mark, null, ITERATION_END);
    if (rest === null) throw error;
    activation.result = rest.value;
    return rest.completion === Completion.Continue ? Completion.Normal : rest.completion;
  }
  if (activation.open.length > mark && hasPending(activation, mark, Completion.Continue)) {
    const settled = settle(vm, activation, mark, { completion, value: activation.result }, ITERATION_END)!;
    completion = settled.completion;
    activation.result = settled.value;
  }
  return completion === Completion.Continue ? Completion.Normal : completion;
}

function hasPending(activation: Activation, mark: number, completion: Completion): boolean {
  for (let i = mark; i < activation.open.length; i++) {
    if (activation.open[i].some((exit) => exit.completion === completion)) return true;
  }
  return false;
}

/** Where a loop's ways meet: those that broke out, and the one that ran to the end. */
function endLoop(vm: Interpreter, activation: Activation, mark: number, completion: Completion): Completion {
  if (activation.open.length > mark && hasPending(activation, mark, Completion.Break)) {
    const settled = settle(vm, activation, mark, { completion, value: activation.result }, LOOP_END)!;
    activation.result = settled.value;
    completion = settled.completion;
  }
  return completion === Completion.Break ? Completion.Normal : completion;
}

export function executeFor(vm: Interpreter, activation: Activation, statement: For): Completion {
  const source = evaluate(vm, activation, statement.iter);
  const elements = iterate(vm, source, at(activation, statement.iter));
  const mark = activation.open.length;
  let completion = Completion.Normal as Completion;
  let cut = false;
  if (elements !== undefined) {
    // The list may grow while it is walked; what is taken is what it holds then.
    const items = source.kind === 'list' ? source : elements;
    const fuel = vm.fuel;
    for (let i = 0; i < items.items.length; i++) {
      vm.spend(1);
      if (tooLong(i, fuel - vm.fuel) || activation.open.length - mark > MOST_WAYS_OUT) {
        cut = true;
        break;
      }
      assign(vm, activation, statement.target, items.items[i]);
      completion = iteration(vm, activation, statement.body);
      if (completion !== Completion.Normal) break;
    }
  }
  let tail =
    elements === undefined
      ? asUnknown(source, 'what is iterated over is not known')
      : source.kind === 'list'
        ? source.tail
        : elements.tail;
  if (cut)
    tail = unknown('the loop is too long to follow to its end', at(activation, statement.iter), tail?.type);
  if (tail !== null && completion === Completion.Normal) {
    const why = cut
      ? tail
      : unknown(
          tail.reason.startsWith('depends on ')
            ? tail.reason
            : `changes in a loop over "${sourceText(vm, activation, statement.iter, 40)}", which is not known (${tail.reason})`,
          tail.at,
        );
    const element = tail.like ?? unknown(tail.reason, tail.at, tail.type === 'list' ? undefined : tail.type);
    completion = openLoop(vm, activation, why, () => {
      assign(vm, activation, statement.target, element);
      return iteration(vm, activation, statement.body);
    });
  }
  if (completion === Completion.Normal && statement.orelse.length > 0)
    completion = execute(vm, activation, statement.orelse);
  return endLoop(vm, activation, mark, completion);
}

/** A loop of unknown length: its body once, joined with not running it. */
function openLoop(
  vm: Interpreter,
  activation: Activation,
  why: UnknownValue,
  body: () => Completion,
): Completion {
  const round = (): Completion => {
    vm.openRounds++;
    try {
      return body();
    } finally {
      vm.openRounds--;
    }
  };
  return branch(vm, activation, why, [round, () => Completion.Normal], true);
}

/**
 * Whether a loop goes on too long to build a model (it trains one, or walks over data): many rounds that took many steps,
 * or very many steps. The rest of it is followed once, as a loop of unknown length.
 */
export function tooLong(rounds: number, steps: number): boolean {
  return (rounds >= 200 && steps > 10_000) || (rounds >= 20 && steps > 150_000);
}

/**
 * After so many rounds that may each have been the last, where the loop ends is anybody's guess: the rest is followed once.
 * Every way out is kept apart until they meet, so that the cost of the meeting grows with the square of their number.
 */
const MOST_WAYS_OUT = 12;

/** So many elements are taken from a generator that goes on for ever. */
const ENDLESS_YIELDS = 40;

export function executeWhile(vm: Interpreter, activation: Activation, statement: While): Completion {
  const mark = activation.open.length;
  let completion = Completion.Normal as Completion;
  const fuel = vm.fuel;
  for (let rounds = 0; ; rounds++) {
    vm.spend(1);
    const test = evaluate(vm, activation, statement.test);
    const known = vm.truth(test);
    if (known === false) break;
    // A generator that never ends: what it gives soon repeats itself.
    if (statement.test.type === 'Constant' && (activation.yields?.items.length ?? 0) >= ENDLESS_YIELDS)
      throw new GeneratorCut();
    if (
      known === undefined ||
      tooLong(rounds, fuel - vm.fuel) ||
      activation.open.length - mark > MOST_WAYS_OUT
    ) {
      const cause =
        known === undefined
          ? conditionCause(vm, activation, statement.test, test)
          : unknown('the loop is too long to follow to its end', at(activation, statement.test));
      completion = openLoop(vm, activation, cause, () => iteration(vm, activation, statement.body));
      break;
    }
    const openBefore = activation.open.length;
    completion = iteration(vm, activation, statement.body);
    if (completion !== Completion.Normal) break;
    // `while True:` with an undecided way out: further rounds would only repeat it.
    if (activation.open.length > openBefore && statement.test.type === 'Constant') {
      const cause = unknown('how often the loop runs is not known', at(activation, statement.test));
      completion = openLoop(vm, activation, cause, () => iteration(vm, activation, statement.body));
      if (completion === Completion.Normal) completion = Completion.Break;
      break;
    }
  }
  if (completion === Completion.Normal && statement.orelse.length > 0)
    completion = execute(vm, activation, statement.orelse);
  return endLoop(vm, activation, mark, completion);
}
