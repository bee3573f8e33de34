/**
 * The abstract values that the interpreter computes with: Python's own values where they are known, symbolic integers,
 * and `unknown` with its reason. Knows nothing of Keras: libraries are native modules made of these values (native.ts).
 */
import type { Machine } from './machine';
import type { ClassDef, FunctionDef, Lambda } from './ast';
import type { SourceRange } from './source';
import type { Expr } from './symbolic';

export type Value =
  | NoneValue
  | BoolValue
  | IntValue
  | FloatValue
  | StrValue
  | BytesValue
  | SymbolicInt
  | TupleValue
  | ListValue
  | DictValue
  | SetValue
  | SliceValue
  | EllipsisValue
  | RangeValue
  | FunctionValue
  | NativeFunction
  | BoundMethod
  | PropertyValue
  | WrappedMethod
  | ClassValue
  | InstanceValue
  | ModuleValue
  | IteratorValue
  | SuperValue
  | UnknownValue;

export interface NoneValue {
  readonly kind: 'none';
  /** The function of the program whose body ended without a `return`. */
  readonly endOf?: FunctionValue;
}
export interface EllipsisValue {
  readonly kind: 'ellipsis';
}
export interface BoolValue {
  readonly kind: 'bool';
  readonly value: boolean;
}
/**
 * A Python int. Model code stays within ±2^53; larger results become `unknown`. `numpy`: it is not Python's own int but a
 * numpy scalar of that dtype (`int64`), which behaves like an int yet is no instance of `int` (library/numpy/scalar.ts).
 */
export interface IntValue {
  readonly kind: 'int';
  readonly value: number;
  readonly numpy?: string;
}
/** `numpy`: a numpy scalar of that dtype (`float32`); only `float64` is an instance of `float` as well. */
export interface FloatValue {
  readonly kind: 'float';
  readonly value: number;
  readonly numpy?: string;
}
export interface StrValue {
  readonly kind: 'str';
  readonly value: string;
}
export interface BytesValue {
  readonly kind: 'bytes';
  readonly value: string;
}

/**
 * An integer known only as a formula over open lengths (a batch size, an image height left `None`).
 * `isNone`: the program sees Python's `None` here (a static shape entry); arithmetic on it gives a symbolic int with
 * `isNone: false`, as `tf.shape(x)[i]` would, because what people mean by it is the length.
 */
export interface SymbolicInt {
  readonly kind: 'symbolic';
  readonly expr: Expr;
  readonly isNone: boolean;
}

export interface TupleValue {
  readonly kind: 'tuple';
  readonly items: readonly Value[];
  /** set for a namedtuple's instance-like tuple */ readonly cls?: ClassValue;
}
/** `tail` is set when more elements of unknown number may follow (appended in a loop of unknown length). */
export interface ListValue {
  readonly kind: 'list';
  items: Value[];
  tail: UnknownValue | null;
}
/** Never changed in place: a new entry replaces it. `maybe`: set on some of the alternative paths only. */
export interface DictEntry {
  readonly key: Value;
  readonly value: Value;
  readonly maybe?: boolean;
}
export interface DictValue {
  readonly kind: 'dict';
  /** by `hashKey` */ entries: Map<string, DictEntry>;
  tail: UnknownValue | null;
  /** defaultdict */ defaultFactory?: Value;
  /** OrderedDict, Counter, user subclass … */ cls?: ClassValue;
  /** The object whose attributes (or the scope whose names) these are: what changes is that. */
  readonly of?: InstanceValue | ClassValue | FunctionValue | Scope;
}
export interface SetValue {
  readonly kind: 'set';
  entries: Map<string, Value>;
  tail: UnknownValue | null;
  readonly frozen: boolean;
}
export interface SliceValue {
  readonly kind: 'slice';
  readonly start: Value;
  readonly stop: Value;
  readonly step: Value;
}
export interface RangeValue {
  readonly kind: 'range';
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

export interface FunctionValue {
  readonly kind: 'function';
  readonly name: string;
  readonly qualname: string;
  readonly def: FunctionDef | Lambda;
  readonly file: string;
  /** Scope the function was defined in. */
  readonly closure: Scope;
  readonly globals: Scope;
  readonly defaults: ReadonlyMap<string, Value>;
  /** The class whose body defines it, for zero-argument super(). */
  owner: ClassValue | null;
  attrs: Map<string, Value> | null;
  /** Set where a decorator that is not known stands before the function: others may be the arguments that it is called with. */
  decorator?: UnknownValue;
  /** How often it was called (0: a candidate for probing). */
  calls: number;
}

/** A function of a library, written in TypeScript. Exceptions of Python are raised with `machine.raise`. */
export interface NativeFunction {
  readonly kind: 'native';
  readonly name: string;
  readonly impl: NativeImpl;
  /** Extra attributes (`tf.function(...)`. `.get_concrete_function` …). */
  readonly attrs?: Map<string, Value>;
}
export type NativeImpl = (machine: Machine, args: CallArgs) => Value;

export interface BoundMethod {
  readonly kind: 'method';
  readonly self: Value;
  readonly fn: FunctionValue | NativeFunction;
  readonly name: string;
}
export interface PropertyValue {
  readonly kind: 'property';
  readonly get: Value | null;
  readonly set: Value | null;
  readonly cached?: boolean;
}
export interface WrappedMethod {
  readonly kind: 'wrapped';
  readonly mode: 'static' | 'class';
  readonly fn: Value;
}

export interface ClassValue {
  readonly kind: 'class';
  readonly name: string;
  readonly module: string;
  readonly bases: readonly ClassValue[];
  /** Linearisation, itself first. */
  readonly mro: readonly ClassValue[];
  readonly attrs: Map<string, Value>;
  /** Source, for a class written in the program. */
  readonly def: ClassDef | null;
  readonly file: string | null;
  /** Set when a base is not known: missing attributes are then unknown, not errors. */
  readonly unknownBase: UnknownValue | null;
  /** Library payload (keras: the layer definition). Inherited by lookup through `mro`. */
  readonly native: unknown;
  /** Hooks of native classes, inherited by lookup through `mro`. */
  readonly hooks: ClassHooks | null;
  /** How often it was instantiated (0: a candidate for probing). */
  instances: number;
}
export interface ClassHooks {
  /** Called on creation before `__init__`; returns the payload for `InstanceValue.data`. */
  readonly create?: (machine: Machine, self: InstanceValue, args: CallArgs) => unknown;
  /** Consulted before ordinary attributes; undefined means: go on with the ordinary lookup. */
  readonly getAttr?: (machine: Machine, self: InstanceValue, name: string) => Value | undefined;
  /** Attributes that such objects have though nothing here models them: no slip of the pen. */
  readonly attributeNames?: ReadonlySet<string>;
  /** Whether these are all that objects of the class itself have, so that another name is a mistake. */
  readonly attributesComplete?: boolean;
  /** Called when the object is unpacked into `count` names, before its elements are asked for. */
  readonly unpack?: (machine: Machine, self: InstanceValue, count: number, at: SourceRange) => void;
  /** What such an object is, where it certainly cannot be called. */
  readonly notCallable?: string;
  /** Called after an attribute was set (keras: tracking of sublayers). */
  readonly didSetAttr?: (machine: Machine, self: InstanceValue, name: string, value: Value) => void;
  /** Called when a class statement derives from the class (decorators, registration). */
  readonly didSubclass?: (machine: Machine, cls: ClassValue) => void;
  /**
   * What a metaclass would answer for the class itself: `cls(…)`, `iter(cls)`, `cls[key]`, `len(cls)`, `x in cls` (enums).
   * Undefined means: go on as for an ordinary class.
   */
  readonly meta?: (
    machine: Machine,
    cls: ClassValue,
    operation: MetaOperation,
    args: readonly Value[],
    /** The whole call, where it is one. */
    call?: CallArgs,
  ) => Value | undefined;
  /** The metaclass that the program wrote for the class. */
  readonly metaclass?: ClassValue;
}
export type MetaOperation = 'call' | 'iterate' | 'getItem' | 'len' | 'contains';

export interface InstanceValue {
  readonly kind: 'instance';
  readonly cls: ClassValue;
  readonly attrs: Map<string, Value>;
  /** Whether it has attributes of its own: asking `attrs` makes a map, which most tensors never need. */
  readonly bare: boolean;
  /** native payload (keras: layer state, tensor) */ data: unknown;
}
/** An object whose attributes take memory from the first one on: programs make thousands that never get any. */
export class Instance implements InstanceValue {
  readonly kind = 'instance';
  private own: Map<string, Value> | undefined = undefined;
  constructor(
    readonly cls: ClassValue,
    public data: unknown,
  ) {}
  get attrs(): Map<string, Value> {
    return (this.own ??= new Map());
  }
  get bare(): boolean {
    return this.own === undefined || this.own.size === 0;
  }
}
export interface ModuleValue {
  readonly kind: 'module';
  readonly name: string;
  readonly attrs: Map<string, Value>;
  /** consulted when `attrs` has no such name */ readonly lookup?: (name: string) => Value | undefined;
  /** missing names are unknown, not errors */ readonly open: boolean;
}
/** A generator or iterator with its (remaining) elements worked out in advance. */
export interface IteratorValue {
  readonly kind: 'iterator';
  items: Value[];
  position: number;
  tail: UnknownValue | null;
}
export interface SuperValue {
  readonly kind: 'super';
  readonly self: Value;
  readonly start: ClassValue;
  /** class whose mro is walked */ readonly of: ClassValue;
}

/**
 * Not known. `reason` is a sentence fragment for the user (`argument "n" of build() has no default`). `among` lists the
 * possible values where they are few (both sides of an unknown `if`).
 */
/** Where a value stopped being known. */
export interface Origin extends SourceRange {
  /** A call that is not known was given objects there: what it gives may be made of them, in ways that nobody sees. */
  readonly given?: true;
}

export interface UnknownValue {
  readonly kind: 'unknown';
  readonly reason: string;
  readonly at: Origin | null;
  readonly among?: readonly Value[];
  /** The open end of something iterable: what each of its elements is like (batches of data), where that much is known. */
  readonly like?: Value;
  /** what kind of thing it must be, where that much is known (`int`, `str`, `tensor`, …) */ readonly type?: string;
  /** a true division of open lengths (`h / 2`), of which floor, ceil and `int()` are again formulas; `b` is a positive integer */ readonly quotient?: {
    readonly a: Expr;
    readonly b: number;
  };
}

/** Variables of a module, function, class body or comprehension. */
export interface Scope {
  readonly kind: 'module' | 'function' | 'class' | 'comprehension';
  readonly vars: Map<string, Value>;
  readonly parent: Scope | null;
  readonly globals: Scope | null;
  /** names declared `global` / `nonlocal` here */
  declared: Map<string, 'global' | 'nonlocal'> | null;
}

/** One argument as passed: its value and where its expression stands. */
export interface Arg {
  readonly value: Value;
  readonly range: SourceRange | null;
}

/** A keyword argument. */
export interface KeywordArg extends Arg {
  /** Range of the keyword's name. */
  readonly nameRange: SourceRange | null;
}

/** The arguments of one call. For methods `self` is the first positional argument. */
export interface CallArgs {
  readonly positional: readonly Arg[];
  readonly keywords: ReadonlyMap<string, KeywordArg>;
  /** A `*args` of unknown length was passed: positional arguments beyond those listed may exist. */
  readonly openPositional: UnknownValue | null;
  /** A `**kwargs` of unknown content was passed: any keyword may be given. */
  readonly openKeywords: UnknownValue | null;
  /** The whole call expression; null for calls that no source makes. */
  readonly range: SourceRange | null;
}

export const NONE: NoneValue = { kind: 'none' };
export const ELLIPSIS: EllipsisValue = { kind: 'ellipsis' };
export const TRUE: BoolValue = { kind: 'bool', value: true };
export const FALSE: BoolValue = { kind: 'bool', value: false };

export const bool = (value: boolean): BoolValue => (value ? TRUE : FALSE);
export const int = (value: number): IntValue => ({ kind: 'int', value });
export const float = (value: number): FloatValue => ({ kind: 'float', value });
export const str = (value: string): StrValue => ({ kind: 'str', value });
export const tuple = (items: readonly Value[]): TupleValue => ({ kind: 'tuple', items });
export const list = (items: Value[], tail: UnknownValue | null = null): ListValue => ({
  kind: 'list',
  items,
  tail,
});
export const unknown = (reason: string, at: Origin | null = null, type?: string): UnknownValue =>
  type === undefined ? { kind: 'unknown', reason, at } : { kind: 'unknown', reason, at, type };
export const native = (name: string, impl: NativeImpl, attrs?: Map<string, Value>): NativeFunction => ({
  kind: 'native',
  name,
  impl,
  attrs,
});

/** A mutable thing outside Python's own containers (keras: a layer's state) that branches of an unknown `if` may change. */
export interface Mutable {
  save(): unknown;
  restore(saved: unknown): void;
  /** The state after joining two branches' end states; becomes the current state. */
  join(a: unknown, b: unknown, machine: Machine): void;
}
