/**
 * The interpreter's state and the `Machine` it offers to libraries. What each part of the language means is in the files
 * beside it; this one holds them together.
 */
import type {
  BinaryOp,
  Bound,
  CompareOp,
  Frame,
  Machine,
  NativeModules,
  Observer,
  Parameter,
} from '../machine';
import { PyRaise } from '../machine';
import type { ModuleNode } from '../ast';
import type { FileReader, SourceRange } from '../source';
import type {
  Arg,
  CallArgs,
  ClassValue,
  DictValue,
  FunctionValue,
  InstanceValue,
  ModuleValue,
  Mutable,
  Scope,
  UnknownValue,
  Value,
} from '../values';
import { NONE, str, unknown } from '../values';
import { builtins } from '../library';
import { type Activation, Completion, OutOfFuel } from './activation';
import { findAttr, setAttr } from './attributes';
import { bindParameters } from './binding';
import { makeBuiltinClasses, makeClass, makeException, type BuiltinClasses } from './builtinClasses';
import { settle } from './branching';
import { call, instantiate, allocateFor, makeSuper } from './calls';
import { importByName, programRoots } from './imports';
import { construct, fillDict } from '../library/construct';
import { lookup, lookupValue, unknownBase, unwrap } from './classes';
import { equal, truth } from './equality';
import { deleteItem, getItem, length, setItem } from './items';
import { iterate } from './iteration';
import { joinValues } from './joins';
import { compare } from './comparison';
import { binary, unary } from './operators';
import { repr, text } from './text';
import { execute } from './statements';
import { abandonTargets } from './assignment';
import { Trail, type Joins, type Touchable } from './trail';

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

/** Calls deeper than this are not followed. */
export const MAX_CALL_DEPTH = 100;

export class Interpreter implements Machine {
  library: unknown = undefined;
  readonly mainFile: string;
  readonly observer: Observer;
  readonly classes: BuiltinClasses;
  readonly builtins: Map<string, Value>;
  readonly frames: Activation[] = [];
  readonly trail = new Trail();
  readonly joiners: ((a: InstanceValue, b: InstanceValue) => Value | undefined)[] = [];
  readonly options: InterpreterOptions;
  readonly modules = new Map<string, ModuleValue>();
  /** Parsed sources by file name: their text is needed for reasons and readings. */
  readonly sources = new Map<string, ModuleNode>();
  readonly functions: FunctionValue[] = [];
  readonly classValues: ClassValue[] = [];
  /** Handlers of `try` statements around the current point. */
  readonly handlers: ((exceptionName: string) => boolean)[] = [];
  readonly notImplemented: InstanceValue;
  fuel: number;
  /** What may still be spent on packages of the search path: they must not use up the program's own. */
  libraryFuel: number;
  probing = false;
  /** Why the paths being joined part. */
  joinCause: UnknownValue = unknown('depends on a value that is not known');
  /** How deep in nested containers a join or comparison is. */
  nesting = 0;
  /** True while joining what a loop of unknown length changed. */
  loopJoin = false;
  /** How many handlers stood around the module being run when it began. */
  moduleHandlers = 0;
  /** Modules star-imported into a module's scope: they may hold names that are not listed. */
  readonly stars = new Map<Scope, ModuleValue[]>();
  readonly problems: Problem[] = [];
  /** Modules made from source, by path. */
  readonly files = new Map<string, ModuleValue>();
  /** Modules whose text is being run. */
  readonly loading = new Set<ModuleValue>();
  /** Directories in which the program's own modules are looked for. */
  readonly roots: readonly string[];
  private deadlineCheck = 0;
  pastDeadline = false;
  /** True while a package of the search path is being run. */
  private inLibrary = false;

  constructor(options: InterpreterOptions) {
    this.options = options;
    this.mainFile = options.mainFile;
    this.observer = options.observer ?? {};
    this.roots = programRoots(this);
    this.fuel = options.fuel ?? 1_000_000;
    this.libraryFuel = Math.floor(this.fuel / 4);
    this.classes = makeBuiltinClasses();
    this.builtins = new Map<string, Value>(this.classes.visible);
    this.notImplemented = this.allocate(makeClass('NotImplementedType', [this.classes.object]));
    this.builtins.set('NotImplemented', this.notImplemented);
    this.builtins.set('Ellipsis', { kind: 'ellipsis' });
    for (const [name, value] of builtins(this)) this.builtins.set(name, value);
    this.superClass = this.classes.byName.get('super')!;
    this.builtins.set('super', this.superClass);
    this.library = options.library;
  }

  // --- calls -----------------------------------------------------------------------------------------------------------

  call(fn: Value, args: CallArgs): Value {
    return call(this, fn, args);
  }
  apply(fn: Value, positional: readonly Value[], keywords?: Readonly<Record<string, Value>>): Value {
    return call(this, fn, this.args(positional, keywords));
  }
  invoke(
    obj: Value,
    name: string,
    positional: readonly Value[],
    keywords?: Readonly<Record<string, Value>>,
  ): Value {
    return this.apply(this.getAttr(obj, name), positional, keywords);
  }
  args(
    positional: readonly Value[],
    keywords?: Readonly<Record<string, Value>>,
    range: SourceRange | null = null,
  ): CallArgs {
    const given: Arg[] = [];
    for (const value of positional) given.push({ value, range: null });
    return {
      positional: given,
      keywords:
        keywords === undefined
          ? NO_KEYWORDS
          : new Map(
              Object.entries(keywords).map(([name, value]) => [
                name,
                { value, range: null, nameRange: null },
              ]),
            ),
      openPositional: null,
      openKeywords: null,
      range,
    };
  }
  bind(parameters: readonly Parameter[], args: CallArgs): Bound {
    return bindParameters(parameters, args);
  }
  callStack(): SourceRange[] {
    const stack: SourceRange[] = [];
    for (let i = this.frames.length - 1; i >= 0; i--) {
      const site = this.frames[i].callSite;
      if (site !== null) stack.push(site);
    }
    return stack;
  }
  get frame(): Frame | undefined {
    return this.frames[this.frames.length - 1];
  }

  // --- attributes and classes -------------------------------------------------------------------------------------------

  getAttr(obj: Value, name: string): Value {
    const found = findAttr(this, obj, name);
    if (found !== undefined) return found;
    const what =
      obj.kind === 'module'
        ? `module '${obj.name}'`
        : obj.kind === 'class'
          ? `type object '${obj.name}'`
          : `'${this.typeOf(obj).name}' object`;
    return this.raise('AttributeError', `${what} has no attribute '${name}'`);
  }
  findAttr(obj: Value, name: string): Value | undefined {
    return findAttr(this, obj, name);
  }
  findClassAttr(
    cls: ClassValue,
    name: string,
  ): { readonly value: Value; readonly owner: ClassValue } | undefined {
    return lookup(cls, name);
  }
  setAttr(obj: Value, name: string, value: Value): void {
    setAttr(this, obj, name, value);
  }
  isInstance(value: Value, cls: ClassValue): boolean | undefined {
    if (value.kind === 'unknown') {
      if (value.among !== undefined) {
        const answers = value.among.map((option) => this.isInstance(option, cls));
        return answers.every((answer) => answer === answers[0]) ? answers[0] : undefined;
      }
      // Its type, where known, decides only when that is a built-in one and so is the class asked for.
      const known = value.type === undefined ? undefined : this.classes.byName.get(value.type);
      if (known === undefined || cls.module !== 'builtins') return undefined;
      return known.mro.includes(cls) ? true : cls.mro.includes(known) ? undefined : false;
    }
    if (value.kind === 'symbolic') {
      if (value.isNone) return cls.name === 'NoneType' || cls === this.classes.object;
      return cls.module === 'builtins' ? cls.name === 'int' || cls === this.classes.object : false;
    }
    if (
      (value.kind === 'int' || value.kind === 'float') &&
      value.numpy !== undefined &&
      cls.module === 'builtins'
    ) {
      return cls === this.classes.object || (cls.name === 'float' && value.numpy === 'float64');
    }
    const own = this.typeOf(value);
    if (own.mro.includes(cls)) return true;
    if (unknownBase(own) !== null) return undefined;
    const check = lookupValue(cls, '__subclasshook__');
    if (check !== undefined) return this.truth(this.apply(check, [own]));
    // An abstract class of a library (collections.abc, numbers) may say who belongs to it.
    if (cls.native instanceof InstanceCheck) return cls.native.test(value);
    return false;
  }
  isSubclass(cls: ClassValue, of: ClassValue): boolean {
    return cls.mro.includes(of);
  }
  typeOf(value: Value): ClassValue {
    switch (value.kind) {
      case 'instance':
        return value.cls;
      case 'tuple':
      case 'dict':
        return value.cls ?? this.classes.byName.get(value.kind)!;
      case 'set':
        return this.classes.byName.get(value.frozen ? 'frozenset' : 'set')!;
      default:
        return this.classes.byName.get(TYPE_NAMES[value.kind] ?? value.kind) ?? this.classes.object;
    }
  }
  instantiate(cls: ClassValue, args: CallArgs): Value {
    return instantiate(this, cls, args);
  }
  allocate(cls: ClassValue, data?: unknown): InstanceValue {
    return { kind: 'instance', cls, attrs: new Map(), data };
  }
  allocateFor(cls: ClassValue, args: CallArgs): Value {
    return allocateFor(this, cls, args);
  }
  unknownBase(cls: ClassValue): UnknownValue | null {
    return unknownBase(cls);
  }
  isException(cls: ClassValue): boolean {
    return cls.mro.includes(this.classes.byName.get('BaseException')!);
  }

  // --- operators -----------------------------------------------------------------------------------------------------------

  binary(op: BinaryOp, a: Value, b: Value): Value {
    return binary(this, op, a, b);
  }
  compare(op: CompareOp, a: Value, b: Value): Value {
    return compare(this, op, a, b);
  }
  unary(op: '-' | '+' | '~' | 'not', a: Value): Value {
    return unary(this, op, a);
  }
  getItem(obj: Value, index: Value): Value {
    return getItem(this, obj, index);
  }
  setItem(obj: Value, index: Value, value: Value): void {
    setItem(this, obj, index, value);
  }
  deleteItem(obj: Value, index: Value): void {
    deleteItem(this, obj, index);
  }
  /** `super().__init__(…)` in a subclass of `list`, `dict` or `set`. */
  refill(target: Value, args: CallArgs): void {
    if (target.kind !== 'list' && target.kind !== 'dict' && target.kind !== 'set') return;
    const fresh = construct(target.kind, this, args);
    this.touch(target);
    if (target.kind === 'list' && fresh.kind === 'list')
      Object.assign(target, { items: fresh.items, tail: fresh.tail });
    else if (target.kind === 'dict' && fresh.kind === 'dict') {
      for (const [key, entry] of fresh.entries) target.entries.set(key, entry);
      target.tail ??= fresh.tail;
    } else if (target.kind === 'set' && fresh.kind === 'set')
      Object.assign(target, { entries: fresh.entries, tail: fresh.tail });
  }
  truth(value: Value): boolean | undefined {
    return truth(this, value);
  }
  iterate(
    value: Value,
  ): { readonly items: readonly Value[]; readonly tail: UnknownValue | null } | undefined {
    return iterate(this, value);
  }
  len(value: Value): Value {
    return length(this, value);
  }
  repr(value: Value): string | undefined {
    return repr(this, value);
  }
  str(value: Value): string | undefined {
    return text(this, value);
  }
  equal(a: Value, b: Value): boolean | undefined {
    return equal(this, a, b);
  }
  join(a: Value, b: Value): Value {
    return joinValues(this, a, b, this.joins);
  }
  readonly joins: Joins = {
    value: (a, b) => joinValues(this, a, b, this.joins),
    mutable: (what: Mutable, a, b) => what.join(a, b, this),
    cause: () => this.joinCause,
  };
  isNotImplemented(value: Value): boolean {
    return value === this.notImplemented;
  }

  // --- effects -------------------------------------------------------------------------------------------------------------

  touch(what: Touchable): void {
    this.trail.touch(what);
  }
  get conditional(): boolean {
    return this.trail.conditional;
  }
  wouldCatch(exceptionName: string): boolean {
    return this.handlers.some((handler) => handler(exceptionName));
  }
  raise(exceptionName: string, message: string): never {
    const cls = this.classes.byName.get(exceptionName) ?? this.classes.byName.get('Exception')!;
    throw new PyRaise(makeException(cls, message), this.callStack()[0] ?? null);
  }
  /** Raises a built-in exception with these arguments. */
  raiseWith(exceptionName: string, args: readonly Value[]): never {
    const exception = makeException(this.classes.byName.get(exceptionName)!, '');
    exception.attrs.set('args', { kind: 'tuple', items: args });
    throw new PyRaise(exception, this.callStack()[0] ?? null);
  }
  /** Runs `body`; undefined when it raises an exception of the named class. */
  catching(exceptionName: string, body: () => Value): Value | undefined {
    const depth = this.frames.length;
    const handlers = this.handlers.length;
    try {
      return body();
    } catch (error) {
      if (
        !(error instanceof PyRaise) ||
        this.isInstance(error.value, this.classes.byName.get(exceptionName)!) !== true
      )
        throw error;
      this.frames.length = depth;
      this.handlers.length = handlers;
      return undefined;
    }
  }
  unknown(reason: string, at?: SourceRange | null): UnknownValue {
    return unknown(reason, at ?? this.callStack()[0] ?? null);
  }
  spend(steps: number): void {
    this.fuel -= steps;
    if (this.fuel < 0) throw new OutOfFuel();
    if (this.options.deadline !== undefined && (this.deadlineCheck -= steps) < 0) {
      this.deadlineCheck = 2000;
      if ((this.options.now?.() ?? 0) > this.options.deadline) {
        this.fuel = -1;
        this.pastDeadline = true;
        throw new OutOfFuel();
      }
    }
  }
  readFile(path: string): string | undefined | 'pending' {
    const places = path.startsWith('/')
      ? [path]
      : this.roots.map((root) => (root === '' || root.endsWith('/') ? root + path : `${root}/${path}`));
    for (const place of places) {
      const text = this.options.reader?.read(place);
      if (text !== undefined) return text;
    }
    return undefined;
  }
  importModule(name: string): ModuleValue | undefined {
    return importByName(this, name);
  }
  builtin(name: string): Value {
    return this.builtins.get(name) ?? this.classes.byName.get(name) ?? unknown(`${name} is not a built-in`);
  }
  /** A name space as a dict (`vars(x)`, `x.__dict__`, `globals()`). */
  namespace(attrs: ReadonlyMap<string, Value>): DictValue {
    const entries: DictValue['entries'] = new Map();
    for (const [name, value] of attrs) entries.set(`s:${name}`, { key: str(name), value });
    return { kind: 'dict', entries, tail: null };
  }

  /** `{**source}`: merges a mapping into `target`. */
  spreadInto(target: DictValue, source: Value): void {
    const plain = unwrap(source);
    if (plain.kind === 'unknown')
      target.tail ??= plain.among === undefined ? plain : unknown(plain.reason, plain.at);
    else fillDict(this, target, plain, undefined);
  }
  /** A name that no scope binds: one that a star import may have brought, or that unreadable text may define. */
  starNames(scope: Scope, id: string): Value | undefined {
    const globals = scope.globals ?? scope;
    for (const module of this.stars.get(globals) ?? []) {
      const found = module.attrs.get(id) ?? module.lookup?.(id);
      if (found !== undefined) return found;
      if (module.open) return unknown(`"${id}" may come from ${module.name}, which is not known`);
    }
    if (this.incomplete) return unknown(`"${id}" is not defined in the text that could be read`);
    return undefined;
  }
  /** Star-imported modules of a module read as source. */
  starsOf(module: ModuleValue): readonly ModuleValue[] {
    for (const [scope, modules] of this.stars) if (scope.vars === module.attrs) return modules;
    return [];
  }
  /**
   * Runs a parsed source at the top of a module. An error of the interpreter's own loses one statement, not the run.
   */
  runTop(activation: Activation, node: ModuleNode): void {
    for (const problem of node.errors) {
      this.incomplete = true;
      this.problems.push({
        kind: 'syntax',
        message: problem.message,
        range: { file: node.file, from: problem.from, to: problem.to },
      });
    }
    const trailDepth = this.trail.depth;
    const depth = this.frames.length;
    const handlers = this.handlers.length;
    for (const statement of node.body) {
      try {
        execute(this, activation, [statement]);
        // A `return` outside any function is no Python: its way meets the others' at once.
        if (activation.open.length > 0)
          settle(this, activation, 0, { completion: Completion.Normal, value: NONE }, ANY_END);
      } catch (error) {
        if (error instanceof OutOfFuel || error instanceof PyRaise) throw error;
        this.frames.length = depth;
        this.handlers.length = handlers;
        this.trail.collapse(trailDepth);
        this.nesting = 0;
        activation.open.length = 0;
        const range = { file: node.file, from: statement.from, to: statement.to };
        if (error instanceof RangeError && /call stack/i.test(error.message)) {
          this.problems.push({ kind: 'fuel', message: 'nested too deeply to follow', range });
          abandonTargets(this, activation, statement, unknown('nested too deeply to follow', range));
          continue;
        }
        const message = error instanceof Error ? error.message : String(error);
        this.problems.push({ kind: 'internal', message: `the analysis failed here: ${message}`, range });
        this.options.onInternal?.(error);
        abandonTargets(this, activation, statement, unknown('the analysis failed here', range));
      }
    }
  }
  /**
   * Runs a package of the search path on its share of the fuel. False when that was used up: what has been read of the
   * package stays, the rest of it is unknown.
   */
  onLibraryFuel(body: () => void): boolean {
    if (this.inLibrary) {
      body();
      return true;
    }
    const frames = this.frames.length;
    const handlers = this.handlers.length;
    const trailDepth = this.trail.depth;
    const reserve = this.fuel - this.libraryFuel;
    if (reserve < 0) return false;
    this.fuel = this.libraryFuel;
    this.inLibrary = true;
    try {
      body();
      return true;
    } catch (error) {
      if (!(error instanceof OutOfFuel) || this.pastDeadline) throw error;
      this.frames.length = frames;
      this.handlers.length = handlers;
      this.trail.collapse(trailDepth);
      this.nesting = 0;
      return false;
    } finally {
      this.inLibrary = false;
      this.libraryFuel = Math.max(0, this.fuel);
      if (!this.pastDeadline) this.fuel = reserve + this.libraryFuel;
    }
  }
  /** Some of the program could not be parsed. */
  incomplete = false;

  /** `super()`, `locals()`, `globals()`, `vars()`: built-ins that look at the scope they are called in. */
  scopeFunction(activation: Activation, callee: Value, args: CallArgs): Value | undefined {
    if (callee === this.superClass) return makeSuper(this, activation, args);
    if (callee.kind !== 'native' || args.positional.length > 0) return undefined;
    if (callee !== this.builtins.get(callee.name)) return undefined;
    if (callee.name === 'globals') return this.namespace((activation.scope.globals ?? activation.scope).vars);
    if (callee.name === 'locals' || callee.name === 'vars') return this.namespace(activation.scope.vars);
    return undefined;
  }
  private readonly superClass: Value;

  /** Told of every exception that nothing caught. */
  uncaught(
    activation: Activation,
    statement: { readonly from: number; readonly to: number },
    error: PyRaise,
  ): void {
    this.options.onUncaught?.({ file: activation.file, from: statement.from, to: statement.to }, error);
  }

  // --- probing ---------------------------------------------------------------------------------------------------------------

  uncalled(): { readonly functions: readonly FunctionValue[]; readonly classes: readonly ClassValue[] } {
    const subclassed = new Set<ClassValue>();
    for (const cls of this.classValues)
      for (const ancestor of cls.mro) if (ancestor !== cls) subclassed.add(ancestor);
    const isMain = (file: string | null): boolean =>
      file !== null && (file === this.mainFile || file.startsWith(`${this.mainFile}#`));
    return {
      functions: this.functions.filter(
        (fn) =>
          fn.calls === 0 && fn.def.type === 'FunctionDef' && fn.closure.kind === 'module' && isMain(fn.file),
      ),
      classes: this.classValues.filter(
        (cls) => cls.instances === 0 && isMain(cls.file) && !subclassed.has(cls),
      ),
    };
  }
  probe<T>(body: () => T): T | undefined {
    const before = this.probing;
    const depth = this.frames.length;
    const handlers = this.handlers.length;
    const trailDepth = this.trail.depth;
    this.probing = true;
    this.trail.begin(false);
    try {
      return body();
    } catch (error) {
      if (!(error instanceof PyRaise)) throw error;
      return undefined;
    } finally {
      this.frames.length = depth;
      this.handlers.length = handlers;
      this.probing = before;
      this.trail.collapse(trailDepth + 1);
      this.trail.undo();
    }
  }
}

const ANY_END = [[Completion.Normal, Completion.Return, Completion.Break, Completion.Continue]];
const NO_KEYWORDS: CallArgs['keywords'] = new Map();

const TYPE_NAMES: Readonly<Record<string, string>> = {
  none: 'NoneType',
  symbolic: 'int',
  native: 'builtin_function_or_method',
  class: 'type',
  iterator: 'generator',
  wrapped: 'staticmethod',
};

/** `ClassValue.native` of a class that decides for itself who is an instance of it (`collections.abc.Iterable`). */
export class InstanceCheck {
  constructor(readonly test: (value: Value) => boolean | undefined) {}
}
