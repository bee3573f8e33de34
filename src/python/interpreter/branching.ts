/**
 * Undecided branches: every side runs on the same state, its changes are put back, and the end states are joined. A side
 * that raises does not take part; one that leaves early (`return`, `break`, `continue`) waits until its way meets the
 * others' again, at the end of the loop or function.
 */
import { PyRaise } from '../machine';
import type { UnknownValue, Value } from '../values';
import { NONE } from '../values';
import { type Activation, Completion, type Exit } from './activation';
import type { Interpreter } from './interpreter';
import type { States } from './trail';

interface SideResult {
  readonly completion: Completion | null;
  readonly value: Value;
  readonly states: States;
  readonly raised: PyRaise | null;
}

/** Folds the paths that left early since `mark` into the innermost trail frame below them. */
function fold(vm: Interpreter, activation: Activation, mark: number, exits: Exit[]): void {
  while (activation.open.length > mark) {
    const pending = activation.open.pop()!;
    for (const exit of exits) vm.trail.extend(exit.states);
    for (const exit of pending) vm.trail.extend(exit.states);
    vm.trail.keep();
    exits.push(...pending);
  }
}

function runSide(vm: Interpreter, activation: Activation, body: () => Completion, exits: Exit[]): SideResult {
  const frames = vm.frames.length;
  const handlers = vm.handlers.length;
  const mark = activation.open.length;
  vm.trail.begin(true);
  const depth = vm.trail.depth;
  let completion: Completion | null = null;
  let raised: PyRaise | null = null;
  try {
    completion = body();
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error;
    raised = error;
    vm.frames.length = frames;
    vm.handlers.length = handlers;
  }
  const own: Exit[] = [];
  fold(vm, activation, mark, own);
  vm.trail.collapse(depth);
  const value = activation.result;
  activation.result = NONE;
  const states = vm.trail.undo();
  exits.push(...own);
  return { completion, value, states, raised };
}

/**
 * Runs the sides of an undecided branch of statements; `cause` says why it is undecided. `loop`: a side may run any number
 * of times, so that what it changes is not one of a few values.
 */
export function branch(
  vm: Interpreter,
  activation: Activation,
  cause: UnknownValue,
  sides: readonly (() => Completion)[],
  loop = false,
): Completion {
  const exits: Exit[] = [];
  const normal: States[] = [];
  let raised: PyRaise | null = null;
  for (const side of sides) {
    const result = runSide(vm, activation, side, exits);
    if (result.completion === Completion.Normal) normal.push(result.states);
    else if (result.completion !== null)
      exits.push({ completion: result.completion, value: result.value, states: result.states, cause });
    else raised ??= result.raised;
  }
  if (raised !== null) activation.guarded = true;
  if (normal.length > 0) {
    if (exits.length > 0) {
      vm.trail.begin(true);
      activation.open.push(exits);
    }
    const before = vm.joinCause;
    vm.joinCause = cause;
    vm.loopJoin = loop;
    vm.trail.apply(normal, vm.joins);
    vm.loopJoin = false;
    vm.joinCause = before;
    return Completion.Normal;
  }
  const chosen = choose(vm, activation, exits, BRANCH_END);
  if (chosen === null) throw raised!;
  activation.result = chosen.value;
  return chosen.completion;
}

const BRANCH_END = [[Completion.Continue], [Completion.Break], [Completion.Return]];

/** Joins the paths of the first group that has any; the others stay pending. The state is the one before all of them. */
function choose(
  vm: Interpreter,
  activation: Activation,
  paths: readonly Exit[],
  groups: readonly (readonly Completion[])[],
): { readonly completion: Completion; readonly value: Value } | null {
  for (const group of groups) {
    const picked = paths.filter((path) => group.includes(path.completion));
    if (picked.length === 0) continue;
    const rest = paths.filter((path) => !group.includes(path.completion));
    if (rest.length > 0) {
      vm.trail.begin(true);
      activation.open.push(rest);
    }
    const before = vm.joinCause;
    vm.joinCause = picked.find((path) => path.cause !== null)?.cause ?? before;
    vm.trail.apply(
      picked.map((path) => path.states),
      vm.joins,
    );
    const value = picked.map((path) => path.value).reduce((a, b) => vm.join(a, b));
    vm.joinCause = before;
    return { completion: picked[0].completion, value };
  }
  return null;
}

/**
 * Where ways meet (end of a loop's body, of a loop, of a function): joins the current path, unless it raised (null), with
 * those that left early since `mark` and belong to the first non-empty group. Null when no path is left.
 */
export function settle(
  vm: Interpreter,
  activation: Activation,
  mark: number,
  current: { readonly completion: Completion; readonly value: Value } | null,
  groups: readonly (readonly Completion[])[],
): { readonly completion: Completion; readonly value: Value } | null {
  if (activation.open.length <= mark) return current;
  const exits: Exit[] = [];
  fold(vm, activation, mark + 1, exits);
  // The outermost pending frame is undone: its exits and the current path start from the same state.
  const pending = activation.open.pop()!;
  const states = vm.trail.undo();
  const paths = [...pending, ...exits];
  if (current !== null)
    paths.push({ completion: current.completion, value: current.value, states, cause: null });
  return choose(vm, activation, paths, groups);
}

/**
 * Runs `body` on every path since `mark`, those that left early too (the `finally` of a `try`), unless only one is left.
 * `current` null: the current path raised `error`.
 */
export function onEveryPath(
  vm: Interpreter,
  activation: Activation,
  mark: number,
  current: Completion | null,
  error: PyRaise | null,
  body: () => Completion,
): Completion {
  const paths: Exit[] = [];
  fold(vm, activation, mark + 1, paths);
  const pending = activation.open.pop()!;
  const value = activation.result;
  const states = vm.trail.undo();
  paths.unshift(...pending);
  const cause = paths.find((path) => path.cause !== null)?.cause ?? vm.joinCause;
  const sides = paths.map(
    (path) => () => onPath(vm, activation, path.states, path.completion, path.value, null, body),
  );
  sides.push(() => onPath(vm, activation, states, current, value, error, body));
  return branch(vm, activation, cause, sides);
}

function onPath(
  vm: Interpreter,
  activation: Activation,
  states: States,
  completion: Completion | null,
  value: Value,
  error: PyRaise | null,
  body: () => Completion,
): Completion {
  vm.trail.apply([states], vm.joins);
  const ended = body();
  if (ended !== Completion.Normal) return ended;
  if (completion === null) throw error!;
  activation.result = value;
  return completion;
}

/** Value of an undecided expression: the sides that do not raise, joined. */
export function branchValue(
  vm: Interpreter,
  activation: Activation,
  cause: UnknownValue,
  sides: readonly (() => Value)[],
): Value {
  const values: Value[] = [];
  const states: States[] = [];
  let raised: PyRaise | null = null;
  for (const side of sides) {
    let value: Value = NONE;
    const exits: Exit[] = [];
    const result = runSide(
      vm,
      activation,
      () => {
        value = side();
        return Completion.Normal;
      },
      exits,
    );
    if (result.raised !== null) raised ??= result.raised;
    else {
      values.push(value);
      states.push(result.states);
    }
  }
  if (values.length === 0) throw raised!;
  const before = vm.joinCause;
  vm.joinCause = cause;
  vm.trail.apply(states, vm.joins);
  const value = values.reduce((a, b) => vm.join(a, b));
  vm.joinCause = before;
  return value;
}
