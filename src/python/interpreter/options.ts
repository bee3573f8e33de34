/** What a run is given, and what it gave up. */
import type { ModuleNode } from '../ast';
import type { NativeModules, Observer, PyRaise } from '../machine';
import type { FileReader, SourceRange } from '../source';

export interface InterpreterOptions {
  readonly mainFile: string;
  readonly reader?: FileReader;
  readonly searchPath?: readonly string[];
  readonly modules?: readonly NativeModules[];
  readonly fallbacks?: readonly NativeModules[];
  readonly observer?: Observer;
  readonly fuel?: number;
  /** Milliseconds; injected so that the core reads no clock of its own. */
  readonly now?: () => number;
  readonly deadline?: number;
  /** Parsed texts by file, kept by the caller between runs. */
  readonly parsed?: Map<string, ModuleNode>;
  /** Free slot of the library, set before anything runs. */
  readonly library?: unknown;
  /** An error of the interpreter's own, for whoever wants to mend it. */
  readonly onInternal?: (error: unknown) => void;
  /** An exception of module code that nothing caught. */
  readonly onUncaught?: (statement: SourceRange, error: PyRaise) => void;
}

/** What the run itself gave up, and why. */
export interface Problem {
  readonly kind: 'fuel' | 'syntax' | 'import' | 'internal';
  readonly message: string;
  readonly range: SourceRange | null;
}
