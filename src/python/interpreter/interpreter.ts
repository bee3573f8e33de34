/**
 * The interpreter's state and the `Machine` it offers to libraries. What each part of the language means is in the files
 * beside it; this one holds them together.
 */
import type { BinaryOp, Bound, CompareOp, Frame, Machine, Observer, Parameter } from '../machine';
import { PyRaise } from '../machine';
import type { ModuleNode } from '../ast';
import type { SourceRange } from '../source';
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
import { Instance, str, unknown } from '../values';
import { builtins } from '../library';
import { type Activation, OutOfFuel } from './activation';
import { findAttr, setAttr } from './attributes';
import { bindParameters } from './binding';
import { makeBuiltinClasses, makeClass, makeException, type BuiltinClasses } from './builtinClasses';
import { call, instantiate, allocateFor, makeSuper } from './calls';
import { importByName, programRoots } from './imports';
import { nameFromStars } from './stars';
import { construct, fillDict } from '../library/construct';
import { lookup, unknownBase, unwrap } from './classes';
import { equal, truth } from './equality';
import { deleteItem, getItem, length, setItem } from './items';
import { iterate } from './iteration';
import { joinValues } from './joins';
import { compare } from './comparison';
import { unfinished } from './mistakes';
import { binary, unary } from './operators';
import { repr, text } from './text';
import { Trail, type Joins, type Touchable } from './trail';
import { probe, uncalled } from './guard';
import { liveNamespace } from './namespaces';
import { isInstance } from './instances';
import { metaclassOf, type ClassPlace } from './metaclasses';

import type { InterpreterOptions, Problem } from './options';

export { InstanceCheck } from './instances';

/** Calls deeper than this are not followed. */
export const MAX_CALL_DEPTH = 100;

export class Interpreter implements Machine {
  library: unknown = undefined;
  environ: Machine['environ'] = null;
  readonly mainFile: string;
  readonly observer: Observer;
  readonly classes: BuiltinClasses;
  readonly builtins: Map<string, Value>;
  readonly frames: Activation[] = [];
  readonly trail = new Trail();
  readonly joiners: ((a: InstanceValue, b: InstanceValue) => Value | undefined)[] = [];
  plainAttributes: Machine['plainAttributes'] = [];
  readonly options: InterpreterOptions;
  readonly modules = new Map<string, ModuleValue>();
  /** Parsed sources by file name: their text is needed for reasons and readings. */
  readonly sources = new Map<string, ModuleNode>();
  readonly functions: FunctionValue[] = [];
  /** Class statements that a metaclass is working on, the innermost last. */
  readonly classPlaces: ClassPlace[] = [];
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
  /** Lists handed to what is not known: they may hold more by now, so that nothing about their ends is certain. */
  readonly escaped = new WeakSet<Value>();
  /** Packages of the search path that were looked at: whether they are worth reading (relevance.ts). */
  readonly worthReading = new Map<string, boolean>();
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
  /** Absolute names that the program's own files import (not those of its packages). */
  readonly imported = new Set<string>();
  /** Modules whose text is being run. */
  readonly loading = new Set<ModuleValue>();
  /** Directories in which the program's own modules are looked for. */
  readonly roots: readonly string[];
  private deadlineCheck = 0;
  pastDeadline = false;
  /** True while a package of the search path is being run. */
  inLibrary = false;

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
  unfinished(place: SourceRange): boolean {
    return unfinished(this, place);
  }
  callStack(): SourceRange[] {
    // Of exact size: every node keeps one, and a list that grows by itself has room for sixteen.
    let depth = 0;
    for (const { callSite } of this.frames) if (callSite !== null) depth++;
    const stack = new Array<SourceRange>(depth);
    for (const { callSite } of this.frames) if (callSite !== null) stack[--depth] = callSite;
    return stack;
  }
  get frame(): Frame | undefined {
    return this.frames[this.frames.length - 1];
  }

  // --- attributes and classes -------------------------------------------------------------------------------------------

  getAttr(obj: Value, name: string): Value {
    const found = findAttr(this, obj, name);
    if (found !== undefined) return found;
    // Of a library's classes only a part is modelled: what is not may well be there.
    const complete = obj.kind === 'instance' ? obj.cls.hooks?.attributesComplete : undefined;
    if (
      obj.kind === 'instance' &&
      obj.cls.def === null &&
      (complete !== true || obj.cls.hooks?.attributeNames?.has(name) === true || name.startsWith('_')) &&
      !this.wouldCatch('AttributeError')
    )
      return unknown(`${name} of a ${obj.cls.name} is not followed`);
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
    return isInstance(this, value, cls);
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
      case 'class':
        return metaclassOf(value) ?? this.classes.type;
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
    const made = new Instance(cls, data);
    this.trail.created(made);
    return made;
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
  created(what: Touchable): void {
    this.trail.created(what);
  }
  get conditional(): boolean {
    return this.trail.conditional;
  }
  get excludable(): boolean {
    return this.trail.conditional && this.frames.some((frame) => frame.guarded === true);
  }
  /** Rounds under way of loops of unknown length. */
  openRounds = 0;
  get inOpenRound(): boolean {
    return this.openRounds > 0;
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
    const found = nameFromStars(this.stars.get(scope.globals ?? scope) ?? [], id);
    if (found !== undefined) return found;
    if (this.incomplete) return unknown(`"${id}" is not defined in the text that could be read`);
    return undefined;
  }
  /** Star-imported modules of a module read as source. */
  starsOf(module: ModuleValue): readonly ModuleValue[] {
    for (const [scope, modules] of this.stars) if (scope.vars === module.attrs) return modules;
    return [];
  }
  /** Some of the program could not be parsed. */
  incomplete = false;

  /** `super()`, `locals()`, `globals()`, `vars()`: built-ins that look at the scope they are called in. */
  scopeFunction(activation: Activation, callee: Value, args: CallArgs): Value | undefined {
    if (callee === this.superClass) return makeSuper(this, activation, args);
    if (callee.kind !== 'native' || args.positional.length > 0) return undefined;
    if (callee !== this.builtins.get(callee.name)) return undefined;
    if (callee.name === 'globals') {
      const scope = activation.scope.globals ?? activation.scope;
      return liveNamespace(scope.vars, scope);
    }
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
    return uncalled(this);
  }
  probe<T>(body: () => T, keeps?: (what: Mutable) => boolean): T | undefined {
    return probe(this, body, keeps);
  }
}

const NO_KEYWORDS: CallArgs['keywords'] = new Map();

const TYPE_NAMES: Readonly<Record<string, string>> = {
  none: 'NoneType',
  symbolic: 'int',
  native: 'builtin_function_or_method',
  class: 'type',
  iterator: 'generator',
  wrapped: 'staticmethod',
};
