/** Execution of statements; how a block ended is its result, Python exceptions travel as `PyRaise`. */
import type { Stmt } from '../ast';
import { PyRaise } from '../machine';
import { NONE, str, unknown, type Value } from '../values';
import { type Activation, Completion } from './activation';
import { abandonTargets, assign, bindName, remove } from './assignment';
import { branch } from './branching';
import { defineClass, defineFunction } from './definitions';
import { at, conditionCause, evaluate, operate, sourceText } from './expressions';
import { executeTry, executeWith } from './handling';
import { executeImport } from './imports';
import type { Interpreter } from './interpreter';
import { executeFor, executeWhile } from './loops';
import { narrow } from './narrowing';
import { inPlace } from './operators';
import { executeMatch } from './patterns';

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
      if (error.mistake !== null) vm.observer.mistake?.(error.mistake);
      abandonTargets(
        vm,
        activation,
        statement,
        unknown(describeRaise(vm, error), error.range ?? at(activation, statement)),
      );
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
  return message
    ? `raises ${name}: ${message.length > 120 ? `${message.slice(0, 119)}…` : message}`
    : `raises ${name}`;
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
      if (activation.scope.kind === 'class' && statement.target.type === 'Name')
        annotate(vm, activation, statement.target.id, sourceText(vm, activation, statement.annotation));
      if (statement.value !== null)
        assign(vm, activation, statement.target, evaluate(vm, activation, statement.value));
      return Completion.Normal;
    }
    case 'AugAssign': {
      const before = evaluate(vm, activation, statement.target);
      const value = evaluate(vm, activation, statement.value);
      const changed = (): Value =>
        inPlace(vm, statement.op, before, value) ?? vm.binary(statement.op, before, value);
      assign(
        vm,
        activation,
        statement.target,
        before.kind === 'instance' || value.kind === 'instance'
          ? operate(vm, activation, statement, changed)
          : changed(),
      );
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
      if (statement.exc === null)
        throw activation.handling ?? new PyRaise(unknown('an exception'), at(activation, statement));
      const value = evaluate(vm, activation, statement.exc);
      if (statement.cause !== null) evaluate(vm, activation, statement.cause);
      throw new PyRaise(value.kind === 'class' ? vm.apply(value, []) : value, at(activation, statement));
    }
    case 'Assert': {
      const test = evaluate(vm, activation, statement.test);
      if (vm.truth(test) === false) {
        const message =
          statement.message === null ? undefined : vm.str(evaluate(vm, activation, statement.message));
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
      for (const name of statement.names)
        activation.scope.declared.set(name, statement.type === 'Global' ? 'global' : 'nonlocal');
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
      abandonTargets(
        vm,
        activation,
        statement,
        unknown('the statement is incomplete', at(activation, statement)),
      );
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
