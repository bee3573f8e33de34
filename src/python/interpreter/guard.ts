/** What keeps a run whole: errors lose one statement, libraries have their own fuel, probes leave no trace. */
import type { ModuleNode } from '../ast';
import { PyRaise } from '../machine';
import { NONE, unknown, type ClassValue, type FunctionValue, type Mutable } from '../values';
import { type Activation, Completion, OutOfFuel } from './activation';
import { abandonTargets } from './assignment';
import { settle } from './branching';
import type { Interpreter } from './interpreter';
import { execute } from './statements';

const ANY_END = [[Completion.Normal, Completion.Return, Completion.Break, Completion.Continue]];

/**
 * Runs a parsed source at the top of a module. An error of the interpreter's own loses one statement, not the run.
 */
export function runTop(vm: Interpreter, activation: Activation, node: ModuleNode): void {
  for (const problem of node.errors) {
    vm.incomplete = true;
    vm.problems.push({
      kind: 'syntax',
      message: problem.message,
      range: { file: node.file, from: problem.from, to: problem.to },
    });
  }
  const trailDepth = vm.trail.depth;
  const depth = vm.frames.length;
  const handlers = vm.handlers.length;
  for (const statement of node.body) {
    try {
      execute(vm, activation, [statement]);
      // A `return` outside any function is no Python: its way meets the others' at once.
      if (activation.open.length > 0)
        settle(vm, activation, 0, { completion: Completion.Normal, value: NONE }, ANY_END);
    } catch (error) {
      if (error instanceof OutOfFuel || error instanceof PyRaise) throw error;
      vm.frames.length = depth;
      vm.handlers.length = handlers;
      vm.trail.collapse(trailDepth);
      vm.nesting = 0;
      activation.open.length = 0;
      const range = { file: node.file, from: statement.from, to: statement.to };
      if (error instanceof RangeError && /call stack/i.test(error.message)) {
        vm.problems.push({ kind: 'fuel', message: 'nested too deeply to follow', range });
        abandonTargets(vm, activation, statement, unknown('nested too deeply to follow', range));
        continue;
      }
      const message = error instanceof Error ? error.message : String(error);
      vm.problems.push({ kind: 'internal', message: `the analysis failed here: ${message}`, range });
      vm.options.onInternal?.(error);
      abandonTargets(vm, activation, statement, unknown('the analysis failed here', range));
    }
  }
}

/**
 * Runs a package of the search path on its share of the fuel. False when that was used up: what has been read of the
 * package stays, the rest of it is unknown.
 */
export function onLibraryFuel(vm: Interpreter, body: () => void): boolean {
  if (vm.inLibrary) {
    body();
    return true;
  }
  const frames = vm.frames.length;
  const handlers = vm.handlers.length;
  const trailDepth = vm.trail.depth;
  const reserve = vm.fuel - vm.libraryFuel;
  if (reserve < 0) return false;
  vm.fuel = vm.libraryFuel;
  vm.inLibrary = true;
  try {
    body();
    return true;
  } catch (error) {
    if (!(error instanceof OutOfFuel) || vm.pastDeadline) throw error;
    vm.frames.length = frames;
    vm.handlers.length = handlers;
    vm.trail.collapse(trailDepth);
    vm.nesting = 0;
    return false;
  } finally {
    vm.inLibrary = false;
    vm.libraryFuel = Math.max(0, vm.fuel);
    if (!vm.pastDeadline) vm.fuel = reserve + vm.libraryFuel;
  }
}

/** `Machine.uncalled`. */
export function uncalled(vm: Interpreter): {
  readonly functions: readonly FunctionValue[];
  readonly classes: readonly ClassValue[];
} {
  const subclassed = new Set<ClassValue>();
  for (const cls of vm.classValues)
    for (const ancestor of cls.mro) if (ancestor !== cls) subclassed.add(ancestor);
  const isMain = (file: string | null): boolean =>
    file !== null && (file === vm.mainFile || file.startsWith(`${vm.mainFile}#`));
  const functions = vm.functions.filter(
    (fn) =>
      fn.calls === 0 && fn.def.type === 'FunctionDef' && fn.closure.kind === 'module' && isMain(fn.file),
  );
  return {
    functions: callersFirst(vm, functions),
    classes: vm.classValues.filter((cls) => cls.instances === 0 && isMain(cls.file) && !subclassed.has(cls)),
  };
}

/**
 * Functions with required parameters after those that call them: these know better what to give, and by then such helpers
 * have been called. Others keep their place, for their defaults say more than any caller's unknown values.
 */
function callersFirst(vm: Interpreter, functions: readonly FunctionValue[]): readonly FunctionValue[] {
  const called = new Set<string>();
  for (const fn of functions) {
    const text = vm.sources.get(fn.file)?.text.slice(fn.def.from, fn.def.to) ?? '';
    for (const [name] of text.matchAll(/[A-Za-z_]\w*(?=\s*\()/g)) if (name !== fn.name) called.add(name);
  }
  const later = (fn: FunctionValue): boolean => called.has(fn.name) && requiresArguments(fn);
  return [...functions.filter((fn) => !later(fn)), ...functions.filter(later)];
}

function requiresArguments(fn: FunctionValue): boolean {
  return fn.def.params.some(
    ({ name, kind }) => kind !== 'args' && kind !== 'kwargs' && !fn.defaults.has(name),
  );
}

/** `Machine.probe`. */
export function probe<T>(
  vm: Interpreter,
  body: () => T,
  keeps: (what: Mutable) => boolean = () => false,
): T | undefined {
  const before = vm.probing;
  const depth = vm.frames.length;
  const handlers = vm.handlers.length;
  const trailDepth = vm.trail.depth;
  vm.probing = true;
  vm.trail.begin(false);
  try {
    return body();
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error;
    // With assumed arguments only what depends on none of them is certain.
    if (error.mistake?.code === 'undefined-name') vm.observer.mistake?.(error.mistake);
    return undefined;
  } finally {
    vm.frames.length = depth;
    vm.handlers.length = handlers;
    vm.probing = before;
    vm.trail.collapse(trailDepth + 1);
    vm.trail.undoExcept(keeps);
  }
}
