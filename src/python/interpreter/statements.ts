/** Execution of statements; how a block ended is its result, Python exceptions travel as `PyRaise`. */
import type { ClassDef, For, FunctionDef, Handler, Stmt, Try, While, With } from '../ast';
import { PyRaise } from '../machine';
import type { FunctionValue, InstanceValue, Scope, UnknownValue, Value } from '../values';
import { NONE, bool, str, unknown } from '../values';
import { type Activation, Completion, GeneratorCut } from './activation';
import { abandonTargets, assign, bindName, remove } from './assignment';
import { branch, onEveryPath, settle } from './branching';
import { call, makeUserClass } from './calls';
import { asUnknown, at, conditionCause, evaluate, evaluateArguments, evaluateDefaults, operate, sourceText } from './expressions';
import { iterate } from './items';
import { executeImport } from './imports';
import { narrow } from './narrowing';
import { inPlace } from './operators';
import { executeMatch } from './patterns';
import type { Interpreter } from './interpreter';

export function execute(vm: Interpreter, activation: Activation, body: readonly Stmt[]): Completion {
  const kind = activation.scope.kind;
  if (kind === 'module' || kind === 'class') return executeTolerant(vm, activation, body);
  for (let i = 0; i < body.length; i++) {
    const completion = executeOne(vm, activation, body[i]);
    if (completion !== Completion.Normal) return completion;
  }
  return Completion.Normal;
}

/**
 * Module code and class bodies: a statement that raises and is not caught loses its own result only, so that one oddity
 * does not lose what follows. On a side of an undecided branch the exception stands: it ends that side.
 */
function executeTolerant(vm: Interpreter, activation: Activation, body: readonly Stmt[]): Completion {
  for (const statement of body) {
    const depth = vm.frames.length;
    const handlers = vm.handlers.length;
    try {
      const completion = executeOne(vm, activation, statement);
      if (completion !== Completion.Normal) return completion;
    } catch (error) {
      if (!(error instanceof PyRaise) || handlers > vm.moduleHandlers || vm.trail.conditional) throw error;
      vm.frames.length = depth;
      vm.handlers.length = handlers;
      vm.uncaught(activation, statement, error);
      abandonTargets(vm, activation, statement, unknown(describeRaise(vm, error), error.range ?? at(activation, statement)));
    }
  }
  return Completion.Normal;
}

export function describeRaise(vm: Interpreter, error: PyRaise): string {
  const name = error.value.kind === 'instance' ? error.value.cls.name : 'an exception';
  let message: string | undefined;
  try {
    message = vm.str(error.value);
  } catch (nested) {
    if (!(nested instanceof PyRaise)) throw nested;
  }
  return message ? `raises ${name}: ${message.length > 120 ? `${message.slice(0, 119)}…` : message}` : `raises ${name}`;
}

export function executeOne(vm: Interpreter, activation: Activation, statement: Stmt): Completion {
  vm.spend(1);
  switch (statement.type) {
    case 'Expr':
      evaluate(vm, activation, statement.value);
      return Completion.Normal;
    case 'Assign': {
      const value = evaluate(vm, activation, statement.value);
      for (const target of statement.targets) assign(vm, activation, target, value);
      return Completion.Normal;
    }
    case 'AnnAssign': {
      if (activation.scope.kind === 'class' && statement.target.type === 'Name') annotate(vm, activation, statement.target.id, sourceText(vm, activation, statement.annotation));
      if (statement.value !== null) assign(vm, activation, statement.target, evaluate(vm, activation, statement.value));
      return Completion.Normal;
    }
    case 'AugAssign': {
      const before = evaluate(vm, activation, statement.target);
      const value = evaluate(vm, activation, statement.value);
      const changed = (): Value => inPlace(vm, statement.op, before, value) ?? vm.binary(statement.op, before, value);
      assign(vm, activation, statement.target, before.kind === 'instance' || value.kind === 'instance' ? operate(vm, activation, statement, changed) : changed());
      return Completion.Normal;
    }
    case 'Return':
      activation.result = statement.value === null ? NONE : evaluate(vm, activation, statement.value);
      return Completion.Return;
    case 'If': {
      const test = evaluate(vm, activation, statement.test);
      const known = vm.truth(test);
      if (known !== undefined) return execute(vm, activation, known ? statement.body : statement.orelse);
      return branch(vm, activation, conditionCause(vm, activation, statement.test, test), [
        () => {
          narrow(vm, activation, statement.test, true);
          return execute(vm, activation, statement.body);
        },
        () => {
          narrow(vm, activation, statement.test, false);
          return execute(vm, activation, statement.orelse);
        },
      ]);
    }
    case 'For':
      return executeFor(vm, activation, statement);
    case 'While':
      return executeWhile(vm, activation, statement);
    case 'FunctionDef':
      defineFunction(vm, activation, statement);
      return Completion.Normal;
    case 'ClassDef':
      defineClass(vm, activation, statement);
      return Completion.Normal;
    case 'Import':
    case 'ImportFrom':
      executeImport(vm, activation, statement);
      return Completion.Normal;
    case 'With':
      return executeWith(vm, activation, statement, 0);
    case 'Try':
      return executeTry(vm, activation, statement);
    case 'Raise': {
      if (statement.exc === null) throw activation.handling ?? new PyRaise(unknown('an exception'), at(activation, statement));
      const value = evaluate(vm, activation, statement.exc);
      if (statement.cause !== null) evaluate(vm, activation, statement.cause);
      throw new PyRaise(value.kind === 'class' ? vm.apply(value, []) : value, at(activation, statement));
    }
    case 'Assert': {
      const test = evaluate(vm, activation, statement.test);
      if (vm.truth(test) === false) {
        const message = statement.message === null ? undefined : vm.str(evaluate(vm, activation, statement.message));
        vm.raise('AssertionError', message ?? '');
      }
      return Completion.Normal;
    }
    case 'Delete':
      for (const target of statement.targets) remove(vm, activation, target);
      return Completion.Normal;
    case 'Global':
    case 'Nonlocal':
      activation.scope.declared ??= new Map();
      for (const name of statement.names) activation.scope.declared.set(name, statement.type === 'Global' ? 'global' : 'nonlocal');
      return Completion.Normal;
    case 'Match':
      return executeMatch(vm, activation, statement);
    case 'Pass':
      return Completion.Normal;
    case 'Break':
      return Completion.Break;
    case 'Continue':
      return Completion.Continue;
    case 'TypeAlias':
      bindName(vm, activation, statement.name.id, unknown('a type', null, 'type'));
      return Completion.Normal;
    case 'Error':
      abandonTargets(vm, activation, statement, unknown('the statement is incomplete', at(activation, statement)));
      return Completion.Normal;
  }
}

/** Records `name: annotation` of a class body, in order, as text: dataclasses need it. */
function annotate(vm: Interpreter, activation: Activation, name: string, annotation: string): void {
  let found = activation.scope.vars.get('__annotations__');
  if (found?.kind !== 'dict') {
    found = { kind: 'dict', entries: new Map(), tail: null };
    bindName(vm, activation, '__annotations__', found);
  }
  vm.touch(found);
  found.entries.set(`s:${name}`, { key: str(name), value: str(annotation) });
}

// --- loops -----------------------------------------------------------------------------------------------------------------

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

function executeFor(vm: Interpreter, activation: Activation, statement: For): Completion {
  const source = evaluate(vm, activation, statement.iter);
  const elements = iterate(vm, source);
  const mark = activation.open.length;
  let completion = Completion.Normal as Completion;
  let cut = false;
  if (elements !== undefined) {
    // The list may grow while it is walked; what is taken is what it holds then.
    const items = source.kind === 'list' ? source : elements;
    const fuel = vm.fuel;
    for (let i = 0; i < items.items.length; i++) {
      vm.spend(1);
      if (tooLong(i, fuel - vm.fuel)) {
        cut = true;
        break;
      }
      assign(vm, activation, statement.target, items.items[i]);
      completion = iteration(vm, activation, statement.body);
      if (completion !== Completion.Normal) break;
    }
  }
  let tail = elements === undefined ? asUnknown(source, 'what is iterated over is not known') : source.kind === 'list' ? source.tail : elements.tail;
  if (cut) tail = unknown('the loop is too long to follow to its end', at(activation, statement.iter), tail?.type);
  if (tail !== null && completion === Completion.Normal) {
    const why = cut ? tail : unknown(tail.reason.startsWith('depends on ') ? tail.reason : `changes in a loop over "${sourceText(vm, activation, statement.iter, 40)}", which is not known (${tail.reason})`, tail.at);
    const element = unknown(tail.reason, tail.at, tail.type === 'list' ? undefined : tail.type);
    completion = openLoop(vm, activation, why, () => {
      assign(vm, activation, statement.target, element);
      return iteration(vm, activation, statement.body);
    });
  }
  if (completion === Completion.Normal && statement.orelse.length > 0) completion = execute(vm, activation, statement.orelse);
  return endLoop(vm, activation, mark, completion);
}

/** A loop of unknown length: its body once, joined with not running it. */
function openLoop(vm: Interpreter, activation: Activation, why: UnknownValue, body: () => Completion): Completion {
  return branch(vm, activation, why, [body, () => Completion.Normal], true);
}

/**
 * Whether a loop goes on too long to build a model (it trains one, or walks over data): many rounds that took many steps,
 * or very many steps. The rest of it is followed once, as a loop of unknown length.
 */
export function tooLong(rounds: number, steps: number): boolean {
  return (rounds >= 200 && steps > 10_000) || (rounds >= 20 && steps > 150_000);
}

/** So many elements are taken from a generator that goes on for ever. */
const ENDLESS_YIELDS = 40;

function executeWhile(vm: Interpreter, activation: Activation, statement: While): Completion {
  const mark = activation.open.length;
  let completion = Completion.Normal as Completion;
  const fuel = vm.fuel;
  for (let rounds = 0; ; rounds++) {
    vm.spend(1);
    const test = evaluate(vm, activation, statement.test);
    const known = vm.truth(test);
    if (known === false) break;
    // A generator that never ends: what it gives soon repeats itself.
    if (statement.test.type === 'Constant' && (activation.yields?.items.length ?? 0) >= ENDLESS_YIELDS) throw new GeneratorCut();
    if (known === undefined || tooLong(rounds, fuel - vm.fuel)) {
      const cause = known === undefined ? conditionCause(vm, activation, statement.test, test) : unknown('the loop is too long to follow to its end', at(activation, statement.test));
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
  if (completion === Completion.Normal && statement.orelse.length > 0) completion = execute(vm, activation, statement.orelse);
  return endLoop(vm, activation, mark, completion);
}

// --- definitions -------------------------------------------------------------------------------------------------------------

function defineFunction(vm: Interpreter, activation: Activation, def: FunctionDef): void {
  const scope = activation.scope;
  const fn: FunctionValue = {
    kind: 'function', name: def.name, qualname: activation.scope.kind === 'class' ? `${activation.name}.${def.name}` : def.name, def,
    file: activation.file, closure: scope, globals: scope.globals ?? scope, defaults: evaluateDefaults(vm, activation, def.params),
    owner: scope.kind === 'class' ? null : activation.owner, attrs: null, calls: 0,
  };
  vm.functions.push(fn);
  bindDefinition(vm, activation, def, decorate(vm, activation, def, fn));
}

/** Decorators from the innermost out. One that is not known leaves what it decorates as it is: model code relies on it. */
function decorate(vm: Interpreter, activation: Activation, def: FunctionDef | ClassDef, value: Value): Value {
  let decorated = value;
  for (let i = def.decorators.length - 1; i >= 0; i--) {
    const expr = def.decorators[i];
    const decorator = evaluate(vm, activation, expr);
    if (decorator.kind === 'unknown') continue;
    const result = call(vm, decorator, { positional: [{ value: decorated, range: null }], keywords: new Map(), openPositional: null, openKeywords: null, range: at(activation, expr) });
    if (result.kind !== 'unknown') decorated = result;
  }
  return decorated;
}

function bindDefinition(vm: Interpreter, activation: Activation, def: FunctionDef | ClassDef, value: Value): void {
  if (def.name === '') return;
  bindName(vm, activation, def.name, value);
  vm.observer.bind?.(def.name, { file: activation.file, from: def.nameFrom, to: def.nameFrom + def.name.length }, value, activation.scope);
}

function defineClass(vm: Interpreter, activation: Activation, def: ClassDef): void {
  const args = evaluateArguments(vm, activation, { args: def.args, plain: false, range: at(activation, def) });
  const bases = args.positional.map((arg) => arg.value);
  if (args.openPositional !== null) bases.push(args.openPositional);
  const scope: Scope = { kind: 'class', vars: new Map(), parent: activation.scope, globals: activation.scope.globals ?? activation.scope, declared: null };
  const body: Activation = {
    name: def.name, fn: null, callSite: null, file: activation.file, scope, result: NONE, yields: null, open: [], owner: null, self: null, handling: null,
  };
  vm.frames.push(body);
  const depth = vm.frames.length;
  execute(vm, body, def.body);
  vm.frames.length = depth - 1;
  const moduleName = (activation.scope.globals ?? activation.scope).vars.get('__name__');
  const cls = makeUserClass(vm, def.name, bases, scope.vars, def, activation.file, moduleName?.kind === 'str' ? moduleName.value : '__main__');
  bindDefinition(vm, activation, def, decorate(vm, activation, def, cls));
}

// --- with --------------------------------------------------------------------------------------------------------------------

function executeWith(vm: Interpreter, activation: Activation, statement: With, index: number): Completion {
  if (index === statement.items.length) return execute(vm, activation, statement.body);
  const item = statement.items[index];
  const context = evaluate(vm, activation, item.context);
  const enter = context.kind === 'unknown' ? undefined : vm.findAttr(context, '__enter__') ?? vm.findAttr(context, '__aenter__');
  // A manager without the protocol is one that is not modelled: its body runs all the same.
  const value = enter === undefined ? (context.kind === 'unknown' ? asUnknown(context, '') : unknown('what the context manager gives is not known')) : vm.apply(enter, []);
  if (item.target !== null) assign(vm, activation, item.target, value);
  const exit = enter === undefined || context.kind === 'unknown' ? undefined : (vm.findAttr(context, '__exit__') ?? vm.findAttr(context, '__aexit__'));
  const depth = vm.frames.length;
  const handlers = vm.handlers.length;
  // A manager of the program's own may swallow an exception: then module code is not to pass over it.
  // So may one of a library that says so (`contextlib.suppress`).
  if (exit?.kind === 'method' && (exit.fn.kind === 'function' || exit.fn.attrs?.has('swallows'))) vm.handlers.push(() => false);
  let completion: Completion;
  try {
    completion = executeWith(vm, activation, statement, index + 1);
    vm.handlers.length = handlers;
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error;
    vm.frames.length = depth;
    vm.handlers.length = handlers;
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

// --- try ---------------------------------------------------------------------------------------------------------------------

function executeTry(vm: Interpreter, activation: Activation, statement: Try): Completion {
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
    return onEveryPath(vm, activation, mark, completion, raised, () => execute(vm, activation, statement.finalbody));
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
      return cls !== undefined && statement.handlers.some((handler) => catches(vm, activation, handler, { kind: 'instance', cls, attrs: new Map(), data: undefined }));
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
