/** Runs a program: the one entry to the interpreter. Never throws; what it gave up is among the problems. */
import type { Directive, ModuleNode } from './ast';
import { OutOfFuel } from './interpreter/activation';
import { parse, runModule } from './interpreter/imports';
import { Interpreter } from './interpreter/interpreter';
import type { InterpreterOptions, Problem } from './interpreter/options';
import { PyRaise, type Machine, type NativeModules, type Observer } from './machine';
import type { FileReader } from './source';
import { cellFile } from './source';
import { NONE, str, type Value } from './values';

export interface Program {
  /** Path of the main file; imports are resolved from its directory. */
  readonly path: string;
  readonly text?: string;
  /** A notebook's code cells in order, one program; ranges name the cell's file (`cellFile`). */
  readonly cells?: readonly string[];
  readonly reader?: FileReader;
  /** Directories of Python packages, looked in last. */
  readonly searchPath?: readonly string[];
  /** Native libraries, looked in first. */
  readonly modules?: readonly NativeModules[];
  /** Native stand-ins for modules whose source is nowhere to be found. */
  readonly fallbacks?: readonly NativeModules[];
  readonly observer?: Observer;
  /** Steps; default one million, about a second. */
  readonly fuel?: number;
  /** A clock in milliseconds and the time at which to stop. */
  readonly now?: () => number;
  readonly deadline?: number;
  /** Initial value of `machine.library`. */
  readonly library?: unknown;
  /** Runs before the program, on the machine it will run on; the comments are there once the main file is parsed. */
  readonly setup?: (machine: Machine, directives: readonly Directive[]) => void;
  /** Parsed sources by file, kept by the caller from run to run: a file whose text is the same is not parsed again. */
  readonly parsed?: Map<string, ModuleNode>;
  readonly onUncaught?: InterpreterOptions['onUncaught'];
  readonly onInternal?: InterpreterOptions['onInternal'];
}

export interface RunResult {
  readonly machine: Machine;
  readonly problems: Problem[];
  /** The main module's names. */
  readonly globals: ReadonlyMap<string, Value>;
  /** Names that the program's own files import, absolute. */
  readonly imported: ReadonlySet<string>;
  /** `# convlens: …` comments of the main file. */
  readonly directives: readonly Directive[];
  /** Runs something more on the machine (probes) under the same guard: an error or the end of fuel becomes a problem. */
  readonly after: <T>(body: () => T) => T | undefined;
}

export function runProgram(program: Program): RunResult {
  const vm = new Interpreter({ ...program, mainFile: program.path });
  const globals = new Map<string, Value>([
    ['__name__', str('__main__')],
    ['__file__', str(program.path)],
    ['__doc__', NONE],
  ]);
  const directives: Directive[] = [];
  let outOfFuel = false;
  const after = <T>(body: () => T): T | undefined => {
    const frames = vm.frames.length;
    const handlers = vm.handlers.length;
    const depth = vm.trail.depth;
    try {
      return body();
    } catch (error) {
      if (error instanceof OutOfFuel) {
        if (!outOfFuel)
          vm.problems.push({
            kind: 'fuel',
            message: 'the program is too long to follow to its end',
            range: vm.callStack()[0] ?? null,
          });
        outOfFuel = true;
      } else if (!(error instanceof PyRaise)) {
        vm.problems.push({
          kind: 'internal',
          message: `the analysis failed: ${error instanceof Error ? error.message : String(error)}`,
          range: null,
        });
        program.onInternal?.(error);
      }
      vm.frames.length = frames;
      vm.handlers.length = handlers;
      vm.trail.collapse(depth);
      return undefined;
    }
  };
  after(() => program.setup?.(vm, directives));
  after(() => {
    const nodes =
      program.cells === undefined
        ? [parse(vm, program.path, program.text ?? '')]
        : program.cells.map((cell, i) => parse(vm, cellFile(program.path, i), cell, true));
    for (const node of nodes) directives.push(...node.directives);
    runModule(vm, nodes, globals);
  });
  return { machine: vm, problems: vm.problems, globals, imported: vm.imported, directives, after };
}
