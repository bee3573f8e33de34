/**
 * What the interpreter offers to native code: the contract between `python/` and the libraries built on it.
 * The implementation is `interpreter/`.
 */
import type { SourceRange } from './source';
import type {
  CallArgs,
  ClassValue,
  FunctionValue,
  InstanceValue,
  ModuleValue,
  Mutable,
  Scope,
  UnknownValue,
  Value,
  ListValue,
  DictValue,
  SetValue,
  IteratorValue,
} from './values';

/** A function activation. */
export interface Frame {
  /** What is running: a user's function, a native one, or a module. */
  readonly name: string;
  readonly fn: Value | null;
  /** The call expression that started it, null for modules and for calls that no source makes. */
  readonly callSite: SourceRange | null;
  /** The file whose code is running in it. */
  readonly file: string;
  /** Where its variables live: one object for all frames of one call. */
  readonly scope?: object;
  /** What it returned, once it has. */
  readonly result?: Value;
  /** The first argument: within a method, the object. */
  readonly self?: Value | null;
}

/** Signature of a native function for `bind`: `'units'`, `'activation=None'`-like entries are given as data. */
export interface Parameter {
  readonly name: string;
  /** Absent: required. */
  readonly default?: Value;
  readonly kind?: 'positional' | 'keyword' | 'args' | 'kwargs';
}

/** Arguments matched to parameters. */
export interface Bound {
  /** Every parameter's value: given, default, or unknown when an open `*`/`**` may have given it. */
  readonly values: ReadonlyMap<string, Value>;
  /** Where given arguments stand. */
  readonly ranges: ReadonlyMap<string, SourceRange>;
  /** Names of parameters that were given explicitly. */
  readonly given: ReadonlySet<string>;
  /** Whether the parameter was given explicitly; takes no memory, as `given` does. */
  has(name: string): boolean;
  /** Visits the places of given arguments; takes no memory, as `ranges` does. */
  eachRange(visit: (name: string, range: SourceRange) => void): void;
  /** Keywords that fit no parameter (only those certainly wrong), with the range of the name. */
  readonly unexpected: readonly {
    readonly name: string;
    readonly value: Value;
    readonly range: SourceRange | null;
    readonly nameRange: SourceRange | null;
  }[];
  readonly missing: readonly string[];
  /** More positional arguments than parameters. */
  readonly excess: number;
}

/** Receives what happens while the program runs. All optional. */
export interface Observer {
  /** A name, attribute or subscript target was bound at `range`. */
  bind?(name: string, range: SourceRange, value: Value, scope: Scope): void;
  /** An expression that is a name, attribute or subscript was read. */
  read?(text: string, range: SourceRange, value: Value): void;
  /** A call expression was evaluated. `moduleLevel`: it stands in module code. */
  called?(range: SourceRange, callee: Value, result: Value, moduleLevel: boolean): void;
  /** A mistake of the program that nothing caught. */
  mistake?(mistake: Mistake): void;
  /** A function returned. */
  returned?(fn: FunctionValue, callSite: SourceRange | null, result: Value): void;
}

export interface Machine {
  readonly observer: Observer;
  /** Free slot for the library that drives the machine (keras: its recorder). */
  library: unknown;
  /** What the program has put into `os.environ`; null where it has not asked for it. */
  environ: DictValue | null;
  /** Path of the program's main file. */
  readonly mainFile: string;
  /** Absolute names that the program's own files import, as far as it has run. */
  readonly imported: ReadonlySet<string>;

  // --- calls -----------------------------------------------------------------------------------------------------
  call(fn: Value, args: CallArgs): Value;
  /** Calls with plain values; no source range. */
  apply(fn: Value, positional: readonly Value[], keywords?: Readonly<Record<string, Value>>): Value;
  /** `obj.name(*positional, **keywords)`. */
  invoke(
    obj: Value,
    name: string,
    positional: readonly Value[],
    keywords?: Readonly<Record<string, Value>>,
  ): Value;
  args(
    positional: readonly Value[],
    keywords?: Readonly<Record<string, Value>>,
    range?: SourceRange | null,
  ): CallArgs;
  bind(parameters: readonly Parameter[], args: CallArgs): Bound;
  /** Frames, outermost first. */
  readonly frames: readonly Frame[];
  /** Whether the place belongs to a statement that is being typed. */
  unfinished(place: SourceRange): boolean;
  /** Call expressions around the current point, innermost first (the current native call's own expression at [0] when a native function runs). */
  callStack(): SourceRange[];

  // --- attributes and classes ---------------------------------------------------------------------------------------
  /** `obj.name`; raises AttributeError as Python would when it is certain. */
  getAttr(obj: Value, name: string): Value;
  /** Like getAttr, undefined instead of AttributeError. */
  findAttr(obj: Value, name: string): Value | undefined;
  /** The class attribute through the mro, unbound. */
  findClassAttr(
    cls: ClassValue,
    name: string,
  ): { readonly value: Value; readonly owner: ClassValue } | undefined;
  setAttr(obj: Value, name: string, value: Value): void;
  isInstance(value: Value, cls: ClassValue): boolean | undefined;
  isSubclass(cls: ClassValue, of: ClassValue): boolean;
  typeOf(value: Value): ClassValue;
  /** Creates an instance and runs `__init__`. */
  instantiate(cls: ClassValue, args: CallArgs): Value;
  /** Creates an instance without `__init__`. */
  allocate(cls: ClassValue, data?: unknown): InstanceValue;

  // --- operators -----------------------------------------------------------------------------------------------------
  binary(op: BinaryOp, a: Value, b: Value): Value;
  compare(op: CompareOp, a: Value, b: Value): Value;
  unary(op: '-' | '+' | '~' | 'not', a: Value): Value;
  getItem(obj: Value, index: Value): Value;
  setItem(obj: Value, index: Value, value: Value): void;
  /** True or false, undefined when not known. */
  truth(value: Value): boolean | undefined;
  /** All elements; `tail` when more, unknown ones may follow; undefined when nothing is known of the elements. */
  iterate(value: Value): { readonly items: readonly Value[]; readonly tail: UnknownValue | null } | undefined;
  len(value: Value): Value;
  /** Python's repr / str as far as known. */
  repr(value: Value): string | undefined;
  str(value: Value): string | undefined;
  /** Python's `==`, undefined when not known. */
  equal(a: Value, b: Value): boolean | undefined;
  /** Join of two values after alternative paths: equal parts stay known. Tensors and layers join through `joiners`. */
  join(a: Value, b: Value): Value;
  /** Lets a library join its own instances (two tensors of different origin). Returns undefined to decline. */
  joiners: ((a: InstanceValue, b: InstanceValue) => Value | undefined)[];

  /** Lets a library answer for an attribute that a plain value does not have (TensorFlow 1's lengths have a `value`, its shapes `as_list`). */
  plainAttributes: ((value: Value, name: string) => Value | undefined)[];

  // --- effects ---------------------------------------------------------------------------------------------------------
  /** Must be called before a mutable is changed, so that branches on unknown conditions can be undone and joined. */
  touch(
    what: Mutable | InstanceValue | ListValue | DictValue | SetValue | IteratorValue | Scope | ClassValue,
  ): void;
  /**
   * Tells that the object was just made: nothing outside the branch around this point knows it, so `touch` need not copy
   * it there. Optional; saves time.
   */
  created(
    what: Mutable | InstanceValue | ListValue | DictValue | SetValue | IteratorValue | Scope | ClassValue,
  ): void;
  /** True while running a side of an `if` (or a loop body) that may not run. */
  readonly conditional: boolean;
  /**
   * True on a path that the program may exclude: on a side of an undecided `if` after a check of the program's own, which
   * depends on what is not known, has raised on another (`if top and not classes: raise`, then `if top:`).
   */
  readonly excludable: boolean;
  /** True in the one round that stands for all of a loop of unknown length: what is None before the first may be set by then. */
  readonly inOpenRound: boolean;
  /** True while probing what nothing called. */
  readonly probing: boolean;
  /** True when a handler around the current point would catch `exceptionName` (builtin exception's name). */
  wouldCatch(exceptionName: string): boolean;
  /** Raises a Python exception of a builtin class. */
  raise(exceptionName: string, message: string): never;
  unknown(reason: string, at?: SourceRange | null): UnknownValue;
  /** Text of a file that the program names (relative to the working directory or the main file), through the injected reader. */
  readFile?(path: string): string | undefined | 'pending';
  /** Spends fuel; ends the run (keeping what was found) when it is used up. */
  spend(steps: number): void;
  /** Imports as `import name` would; unknown module → undefined. */
  importModule(name: string): ModuleValue | undefined;
  builtin(name: string): Value;

  // --- probing -----------------------------------------------------------------------------------------------------------
  /** Functions and classes defined by the main file's own source that nothing called or instantiated (nor subclassed). */
  uncalled(): { readonly functions: readonly FunctionValue[]; readonly classes: readonly ClassValue[] };
  /**
   * Runs `body` as a probe: exceptions are swallowed, results marked, side effects on module state undone, but those on what
   * `keeps` names.
   */
  probe<T>(body: () => T, keeps?: (what: Mutable) => boolean): T | undefined;
}

export type BinaryOp = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '@' | '<<' | '>>' | '&' | '|' | '^';
export type CompareOp = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'is' | 'is not';

/** A Python exception in flight. */
export class PyRaise {
  constructor(
    readonly value: Value,
    readonly range: SourceRange | null,
    /** What the program's author did wrong, where that is certain; null for exceptions that may rest on what is not modelled. */
    readonly mistake: Mistake | null = null,
  ) {}
}

/** A mistake of the program as a Python program: Python would raise at this place, whatever is not known elsewhere. */
export interface Mistake {
  /** Stable code in kebab case. */
  readonly code: string;
  readonly message: string;
  /** What Python prints: `NameError: name 'x' is not defined`. */
  readonly python: string;
  /** Most precise place. */
  readonly range: SourceRange;
  /** The whole expression. */
  readonly site: SourceRange;
  /** Call expressions around it, innermost first. */
  readonly stack: readonly SourceRange[];
  readonly facts: Readonly<Record<string, string | number | readonly string[] | null>>;
}

/** A library's modules by dotted name, made lazily; `undefined` when the library has no such module. */
export type NativeModules = (name: string, machine: Machine) => ModuleValue | undefined;
