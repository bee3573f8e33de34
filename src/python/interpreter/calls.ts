/** Calls: binding of parameters, activations of the program's functions, native functions, instantiation of classes. */
import type {
  Arg,
  CallArgs,
  ClassValue,
  FunctionValue,
  InstanceValue,
  NativeFunction,
  Scope,
  Value,
} from '../values';
import { PyRaise } from '../machine';
import { NONE, list, str, unknown, type Origin } from '../values';
import { construct, isConstructible } from '../library/construct';
import { type Activation, Completion } from './activation';
import { bindAttr } from './attributes';
import { hook, linearise, lookupValue, unknownBase, Wrapped } from './classes';
import { settle } from './branching';
import { evaluate } from './expressions';
import { classByCall, isMetaclass, metaclassHooks, type ClassPlace } from './metaclasses';
import { runGenerator } from './generators';
import { MAX_CALL_DEPTH, type Interpreter } from './interpreter';
import { bindToScope } from './functionArguments';
import { notCallable } from './misuses';
import { execute } from './statements';

export function call(vm: Interpreter, fn: Value, args: CallArgs): Value {
  switch (fn.kind) {
    case 'function':
      return callFunction(vm, fn, args);
    case 'native':
      return callNative(vm, fn, args);
    case 'method':
      return call(vm, fn.fn, withSelf(fn.self, args));
    case 'class':
      return instantiate(vm, fn, args);
    case 'instance': {
      const own = lookupValue(fn.cls, '__call__');
      if (own !== undefined) return call(vm, bindAttr(vm, own, fn, fn.cls), args);
      const base = unknownBase(fn.cls);
      if (base !== null) return unknown(base.reason, base.at);
      break;
    }
    case 'unknown':
      // What is not known may change what it is given.
      for (const { value } of args.positional) if (value.kind === 'list') vm.escaped.add(value);
      for (const [, { value }] of args.keywords) if (value.kind === 'list') vm.escaped.add(value);
      if (
        fn.at?.given !== true &&
        [...args.positional, ...args.keywords.values()].some(({ value }) => holdsObject(value))
      )
        return unknown(fn.reason, givenObjects(fn.at ?? args.range));
      return fn.among === undefined && fn.type === undefined ? fn : unknown(fn.reason, fn.at);
    case 'wrapped':
      return call(vm, fn.fn, args);
    case 'module': {
      // Some libraries make a module callable; ours tell so by an attribute.
      const own = fn.attrs.get('__call__');
      if (own !== undefined) return call(vm, own, args);
    }
  }
  return notCallable(vm, fn, args.range);
}

/** The arguments of a method as its function gets them. */
function withSelf(self: Value, args: CallArgs): CallArgs {
  const positional: Arg[] = [{ value: self, range: null }, ...args.positional];
  return {
    positional,
    keywords: args.keywords,
    openPositional: args.openPositional,
    openKeywords: args.openKeywords,
    range: args.range,
  };
}

function callNative(vm: Interpreter, fn: NativeFunction, args: CallArgs): Value {
  vm.spend(1);
  if (vm.frames.length > MAX_CALL_DEPTH * 2) return unknown('calls nested too deeply to follow', args.range);
  const caller = vm.frames[vm.frames.length - 1];
  vm.frames.push({
    name: fn.name,
    fn,
    callSite: args.range,
    file: caller?.file ?? vm.mainFile,
    scope: caller?.scope ?? EMPTY_SCOPE,
    result: NONE,
    yields: null,
    open: NO_EXITS,
    owner: null,
    self: null,
    handling: null,
  });
  const depth = vm.frames.length;
  const result = fn.impl(vm, args);
  vm.frames.length = depth - 1;
  return result;
}

/** Native functions have no statements, and so no ways out of them. */
const NO_EXITS: Activation['open'] = [];
const EMPTY_SCOPE: Scope = { kind: 'module', vars: new Map(), parent: null, globals: null, declared: null };

function callFunction(vm: Interpreter, fn: FunctionValue, args: CallArgs): Value {
  vm.spend(2);
  fn.calls++;
  if (vm.frames.length > MAX_CALL_DEPTH)
    return unknown(`calls of ${fn.name}() are nested too deeply to follow`, args.range);
  const scope: Scope = {
    kind: 'function',
    vars: new Map(),
    parent: fn.closure,
    globals: fn.globals,
    declared: null,
  };
  vm.trail.created(scope);
  bindToScope(vm, fn, args, scope.vars);
  const activation: Activation = {
    name: fn.name,
    fn,
    callSite: args.range,
    file: fn.file,
    scope,
    result: NONE,
    yields: fn.def.isGenerator ? list([]) : null,
    open: [],
    owner: fn.owner,
    self: args.positional[0]?.value ?? null,
    handling: null,
  };
  if (fn.def.isGenerator) return runGenerator(vm, activation, fn);
  const result = run(vm, activation, fn);
  activation.result = result;
  vm.observer.returned?.(fn, args.range, result);
  return result;
}

/** Whether an argument is or holds an object that libraries give a meaning to, or something that came of one. */
function holdsObject(value: Value, nested = false): boolean {
  switch (value.kind) {
    case 'instance':
      return typeof value.data === 'object' && value.data !== null;
    case 'unknown':
      return value.at?.given === true;
    case 'list':
    case 'tuple':
      return !nested && value.items.some((item) => holdsObject(item, true));
    default:
      return false;
  }
}

function givenObjects(at: Origin | null): Origin | null {
  return at === null ? null : { ...at, given: true };
}

/** Runs the body in its activation; what left early on undecided branches is joined into the result. */
function run(vm: Interpreter, activation: Activation, fn: FunctionValue): Value {
  const depth = vm.frames.length;
  const handlers = vm.handlers.length;
  vm.frames.push(activation);
  try {
    if (fn.def.type === 'Lambda') return evaluate(vm, activation, fn.def.body);
    let completion = Completion.Normal;
    if (activation.open.length === 0) completion = execute(vm, activation, fn.def.body);
    const value: Value = completion === Completion.Return ? activation.result : { kind: 'none', endOf: fn };
    if (activation.open.length === 0) return value;
    return settle(vm, activation, 0, { completion, value }, FUNCTION_END)?.value ?? NONE;
  } catch (error) {
    // A path that raises does not take part when another one returned.
    if (activation.open.length > 0 && error instanceof PyRaise) {
      vm.frames.length = depth + 1;
      const settled = settle(vm, activation, 0, null, FUNCTION_END);
      if (settled !== null) return settled.value;
    }
    throw error;
  } finally {
    vm.frames.length = depth;
    vm.handlers.length = handlers;
  }
}

const FUNCTION_END = [[Completion.Normal, Completion.Return, Completion.Break, Completion.Continue]];

/** Runs a function's body for its yields (generators.ts). */
export const runBody = run;

// --- classes -------------------------------------------------------------------------------------------------------------

/** A new instance, made and initialised. */
export function instantiate(vm: Interpreter, cls: ClassValue, args: CallArgs): Value {
  vm.spend(1);
  cls.instances++;
  const answered = hook(cls, 'meta')?.(
    vm,
    cls,
    'call',
    args.positional.map((arg) => arg.value),
    args,
  );
  return answered ?? instantiatePlain(vm, cls, args);
}

/** A new instance, whatever the metaclass says. */
export function instantiatePlain(vm: Interpreter, cls: ClassValue, args: CallArgs): Value {
  if (cls.module === 'builtins' && cls.def === null) {
    if (isConstructible(cls.name)) return construct(cls.name, vm, args);
    if (cls === vm.classes.type) return typeCall(vm, args);
    if (cls.name === 'object') return vm.allocate(cls);
  }
  if (cls.def !== null && args.positional.length >= 3 && isMetaclass(vm, cls))
    return classByCall(vm, cls, args);
  const maker = lookupValue(cls, '__new__');
  let made: Value;
  if (maker !== undefined) {
    const fn = maker.kind === 'wrapped' ? maker.fn : maker;
    made = call(vm, fn, { ...args, positional: [{ value: cls, range: null }, ...args.positional] });
    if (made.kind !== 'instance' || !made.cls.mro.includes(cls)) return made;
  } else made = allocateFor(vm, cls, args);
  if (made.kind !== 'instance') return made;
  const init = lookupValue(made.cls, '__init__');
  if (init !== undefined && !(init.kind === 'native' && made.data instanceof Wrapped))
    call(vm, bindAttr(vm, init, made, made.cls), args);
  return made;
}

/** The instance before `__init__`: with the payload of a native base, or the value a builtin's subclass wraps. */
export function allocateFor(vm: Interpreter, cls: ClassValue, args: CallArgs): InstanceValue {
  const instance = vm.allocate(cls);
  const create = hook(cls, 'create');
  if (create !== undefined) instance.data = create(vm, instance, args);
  else {
    const base = cls.mro.find((ancestor) => ancestor.module === 'builtins' && isConstructible(ancestor.name));
    if (base !== undefined && isConstructible(base.name)) {
      // A subclass with its own `__init__` may take other arguments than the built-in type does.
      const own = lookupValue(cls, '__init__');
      const plain = own === undefined || own.kind === 'native';
      const mutable = base.name === 'list' || base.name === 'dict' || base.name === 'set';
      instance.data = new Wrapped(construct(base.name, vm, plain || !mutable ? args : vm.args([])));
    }
  }
  return instance;
}

function typeCall(vm: Interpreter, args: CallArgs): Value {
  const given = args.positional.map((arg: Arg) => arg.value);
  if (given.length === 1) {
    if (given[0].kind === 'unknown') {
      const among = given[0].among?.map((option) => vm.typeOf(option));
      if (among !== undefined && among.every((cls) => cls === among[0])) return among[0];
      return unknown(given[0].reason, given[0].at);
    }
    return vm.typeOf(given[0]);
  }
  return classByCall(vm, vm.classes.type, args);
}

/** A class from its evaluated bases and body. */
export function makeUserClass(
  vm: Interpreter,
  name: string,
  bases: readonly Value[],
  attrs: Map<string, Value>,
  { def, file, module }: ClassPlace,
  metaclass: ClassValue | null,
  keywords: CallArgs['keywords'],
): ClassValue {
  const known: ClassValue[] = [];
  let notKnown: ClassValue['unknownBase'] = null;
  for (const base of bases) {
    if (base.kind === 'class') {
      if (!known.includes(base)) known.push(base);
    } else if (base.kind === 'unknown') notKnown ??= base;
    else notKnown ??= unknown(`a base of class ${name} is not followed`);
  }
  if (known.length === 0 || (known.length > 1 && known.includes(vm.classes.object))) {
    const at = known.indexOf(vm.classes.object);
    if (at >= 0) known.splice(at, 1);
    if (known.length === 0) known.push(vm.classes.object);
  }
  const mro: ClassValue[] = [];
  const cls: ClassValue = {
    kind: 'class',
    name,
    module,
    bases: known,
    mro,
    attrs,
    def,
    file,
    unknownBase: notKnown,
    native: null,
    hooks: metaclass === null ? null : metaclassHooks(metaclass),
    instances: 0,
  };
  const order = linearise(cls, known);
  if (order === undefined)
    return vm.raise('TypeError', 'Cannot create a consistent method resolution order (MRO) for bases');
  mro.push(...order);
  vm.classValues.push(cls);
  for (const [attr, value] of attrs) {
    if (value.kind === 'function' && value.owner === null) value.owner = cls;
    else if (value.kind === 'wrapped' && value.fn.kind === 'function' && value.fn.owner === null)
      value.fn.owner = cls;
    else if (value.kind === 'property') {
      for (const part of [value.get, value.set])
        if (part?.kind === 'function' && part.owner === null) part.owner = cls;
    } else if (value.kind === 'instance') {
      const named = lookupValue(value.cls, '__set_name__');
      if (named !== undefined) vm.apply(bindAttr(vm, named, value, value.cls), [cls, str(attr)]);
    }
  }
  hook(cls, 'didSubclass')?.(vm, cls);
  for (const base of mro.slice(1)) {
    const init = base.attrs.get('__init_subclass__');
    if (init === undefined) continue;
    call(vm, bindAttr(vm, init.kind === 'wrapped' ? init.fn : init, cls, cls), { ...vm.args([]), keywords });
    break;
  }
  return cls;
}

/** `super()` in the activation of a method, or `super(cls, self)`. */
export function makeSuper(vm: Interpreter, activation: Activation, args: CallArgs): Value {
  let start: Value | null = args.positional[0]?.value ?? null;
  let self: Value | null = args.positional[1]?.value ?? null;
  if (start === null) {
    start = activation.owner;
    self = activation.self;
  }
  if (start === null || start.kind === 'none')
    return vm.raise('RuntimeError', 'super(): __class__ cell not found');
  if (start.kind === 'unknown' || self?.kind === 'unknown')
    return unknown((start.kind === 'unknown' ? start : (self as { reason: string })).reason);
  if (start.kind !== 'class' || self === null) return unknown('super() of this kind is not followed');
  const of = self.kind === 'class' && self.mro.includes(start) ? self : vm.typeOf(self);
  // After a class decorator made a copy, or a name was rebound, the class may not be among the ancestors.
  if (!of.mro.includes(start)) return unknown('super() of another class is not followed');
  return { kind: 'super', self, start, of };
}
