/** `with` and `try`: context managers, matching of exceptions, `finally` on every path. */
import type { Expr, Handler, Try, With } from '../ast';
import { PyRaise } from '../machine';
import type { InstanceValue, Value } from '../values';
import { Instance, NONE, bool, unknown } from '../values';
import { type Activation, Completion } from './activation';
import { assign, bindName } from './assignment';
import { onEveryPath } from './branching';
import { asUnknown, evaluate } from './expressions';
import { runAround } from './generators';
import type { Interpreter } from './interpreter';
import { LazyIterator } from './lazy';
import { execute } from './statements';

export function executeWith(
  vm: Interpreter,
  activation: Activation,
  statement: With,
  index: number,
): Completion {
  if (index === statement.items.length) return execute(vm, activation, statement.body);
  const item = statement.items[index];
  const context = evaluate(vm, activation, item.context);
  const generator = waitingGenerator(context);
  if (generator !== undefined) return executeAround(vm, activation, statement, index, generator);
  const enter =
    context.kind === 'unknown'
      ? undefined
      : (vm.findAttr(context, '__enter__') ?? vm.findAttr(context, '__aenter__'));
  // A manager without the protocol is one that is not modelled: its body runs all the same.
  const value =
    enter === undefined
      ? context.kind === 'unknown'
        ? asUnknown(context, '')
        : unknown('what the context manager gives is not known')
      : vm.apply(enter, []);
  if (item.target !== null) assign(vm, activation, item.target, value);
  const exit =
    enter === undefined || context.kind === 'unknown'
      ? undefined
      : (vm.findAttr(context, '__exit__') ?? vm.findAttr(context, '__aexit__'));
  const depth = vm.frames.length;
  const handlers = vm.handlers.length;
  // A test that wants the exception: whatever its block raises is no mistake.
  const wanted = expectsException(item.context);
  if (wanted) vm.handlers.push(() => true);
  // A manager of the program's own may swallow an exception: then module code is not to pass over it.
  // So may one of a library that says so (`contextlib.suppress`).
  if (exit?.kind === 'method' && (exit.fn.kind === 'function' || exit.fn.attrs?.has('swallows')))
    vm.handlers.push(() => false);
  let completion: Completion;
  try {
    completion = executeWith(vm, activation, statement, index + 1);
    vm.handlers.length = handlers;
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error;
    vm.frames.length = depth;
    vm.handlers.length = handlers;
    if (wanted) return Completion.Normal;
    const type = error.value.kind === 'instance' ? error.value.cls : NONE;
    const swallowed = exit === undefined ? bool(false) : vm.apply(exit, [type, error.value, NONE]);
    if (vm.truth(swallowed) === true) return Completion.Normal;
    throw error;
  }
  if (exit !== undefined) {
    const result = activation.result;
    vm.apply(exit, [NONE, NONE, NONE]);
    activation.result = result;
  }
  return completion;
}

/**
 * `with pytest.raises(…)`, `with self.assertRaises(…)` and their kin (`assertRaisesRegex`, `assert_raises`,
 * `contextlib.suppress`), told by name: the packages of tests are rarely there to be read.
 */
function expectsException(context: Expr): boolean {
  if (context.type !== 'Call') return false;
  const { func } = context;
  const name = func.type === 'Attribute' ? func.attr : func.type === 'Name' ? func.id : '';
  return /^(raises\w*|assert_?raises\w*|suppress)$/i.test(name);
}

/** The generator behind an object of `contextlib.contextmanager` that has not been entered. */
function waitingGenerator(context: Value): LazyIterator | undefined {
  if (context.kind !== 'instance' || context.cls.name !== '_GeneratorContextManager') return undefined;
  const generator = context.attrs.get('gen');
  return generator instanceof LazyIterator && generator.call !== null && !generator.forced
    ? generator
    : undefined;
}

/** `with` on a generator: its block runs where the generator yields. */
function executeAround(
  vm: Interpreter,
  activation: Activation,
  statement: With,
  index: number,
  generator: LazyIterator,
): Completion {
  const { target } = statement.items[index];
  const depth = vm.frames.length;
  const handlers = vm.handlers.length;
  let completion = Completion.Normal;
  const block = (value: Value): void => {
    // The block belongs to the function around it, not to the generator.
    const inner = vm.frames.splice(depth);
    try {
      if (target !== null) assign(vm, activation, target, value);
      completion = executeWith(vm, activation, statement, index + 1);
    } finally {
      vm.frames.length = depth;
      vm.frames.push(...inner);
    }
  };
  const { fn } = generator.call!;
  const text = vm.sources.get(fn.file)?.text.slice(fn.def.from, fn.def.to) ?? '';
  // It may swallow an exception of the block: then module code is not to pass over it.
  if (/\bexcept\b/.test(text)) vm.handlers.push(() => false);
  try {
    if (runAround(vm, generator, block)) return completion;
  } finally {
    vm.handlers.length = handlers;
  }
  if (target !== null)
    assign(
      vm,
      activation,
      target,
      generator.items[0] ?? generator.tail ?? unknown('what the context manager gives is not known'),
    );
  return executeWith(vm, activation, statement, index + 1);
}

export function executeTry(vm: Interpreter, activation: Activation, statement: Try): Completion {
  if (statement.finalbody.length === 0) return executeHandled(vm, activation, statement);
  const depth = vm.frames.length;
  const handlers = vm.handlers.length;
  const mark = activation.open.length;
  let completion: Completion | null = null;
  let raised: PyRaise | null = null;
  try {
    completion = executeHandled(vm, activation, statement);
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error;
    raised = error;
    vm.frames.length = depth;
    vm.handlers.length = handlers;
  }
  if (activation.open.length > mark) {
    return onEveryPath(vm, activation, mark, completion, raised, () =>
      execute(vm, activation, statement.finalbody),
    );
  }
  const result = activation.result;
  const final = execute(vm, activation, statement.finalbody);
  if (final !== Completion.Normal) return final;
  if (completion === null) throw raised!;
  activation.result = result;
  return completion;
}

function executeHandled(vm: Interpreter, activation: Activation, statement: Try): Completion {
  const depth = vm.frames.length;
  const handlers = vm.handlers.length;
  if (statement.handlers.length > 0) {
    vm.handlers.push((name) => {
      const cls = vm.classes.byName.get(name);
      return (
        cls !== undefined &&
        statement.handlers.some((handler) => catches(vm, activation, handler, new Instance(cls, undefined)))
      );
    });
  }
  let completion: Completion;
  try {
    completion = execute(vm, activation, statement.body);
    vm.handlers.length = handlers;
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error;
    vm.frames.length = depth;
    vm.handlers.length = handlers;
    const handler = statement.handlers.find((candidate) => catches(vm, activation, candidate, error.value));
    if (handler === undefined) throw error;
    return handle(vm, activation, handler, error);
  }
  if (completion !== Completion.Normal || statement.orelse.length === 0) return completion;
  return execute(vm, activation, statement.orelse);
}

function handle(vm: Interpreter, activation: Activation, handler: Handler, error: PyRaise): Completion {
  if (handler.name !== null) bindName(vm, activation, handler.name, error.value);
  const before = activation.handling;
  activation.handling = error;
  try {
    return execute(vm, activation, handler.body);
  } finally {
    activation.handling = before;
    if (handler.name !== null) {
      vm.touch(activation.scope);
      activation.scope.vars.delete(handler.name);
    }
  }
}

/** Whether the handler takes the exception; a class that is not known may be the right one, and is taken to be. */
function catches(vm: Interpreter, activation: Activation, handler: Handler, raised: Value): boolean {
  if (handler.test === null) return true;
  const test = evaluate(vm, activation, handler.test);
  return matchesException(vm, test, raised);
}

function matchesException(vm: Interpreter, test: Value, raised: Value): boolean {
  if (test.kind === 'tuple') return test.items.some((item) => matchesException(vm, item, raised));
  if (test.kind === 'class') return vm.isInstance(raised as InstanceValue, test) !== false;
  return test.kind === 'unknown';
}
