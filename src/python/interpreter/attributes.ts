/** Attribute access on every kind of value: lookup, binding of methods, properties, and setting. */
import type { ClassValue, DictValue, FunctionValue, InstanceValue, PropertyValue, Value } from '../values';
import { NONE, native, str, tuple, unknown } from '../values';
import { CLASS_METHODS, methodOf, methodsOf } from '../library/methods';
import { hook, lookup, lookupValue, unknownBase, unwrap, wrappedOf } from './classes';
import type { Interpreter } from './interpreter';
import { metaclassOf, typeMethod } from './metaclasses';
import { liveNamespace } from './namespaces';
import { nameFromStars } from './stars';
import { allocator, objectMethod, wrappedMethod } from './objectMethods';

/** `obj.name`, undefined where Python certainly raises AttributeError. */
export function findAttr(vm: Interpreter, obj: Value, name: string): Value | undefined {
  switch (obj.kind) {
    case 'instance':
      return instanceAttr(vm, obj, name);
    case 'module': {
      const own =
        obj.attrs.get(name) ??
        obj.lookup?.(name) ??
        (name.startsWith('_') ? undefined : nameFromStars(vm.starsOf(obj), name));
      if (own !== undefined) return own;
      if (name === '__name__') return str(obj.name);
      if (name === '__doc__') return NONE;
      if (name === '__version__' || name.startsWith('__')) return unknown(`${obj.name}.${name} is not known`);
      return obj.open ? unknown(`what ${obj.name}.${name} is is not known`) : undefined;
    }
    case 'class':
      return classAttr(vm, obj, name);
    case 'unknown':
      return obj.among === undefined && obj.type === undefined && obj.quotient === undefined
        ? obj
        : unknown(obj.reason, obj.at);
    case 'function':
      return functionAttr(vm, obj, name);
    case 'native':
      return (
        obj.attrs?.get(name) ??
        (name === '__name__' || name === '__qualname__' ? str(obj.name) : dunder(obj, name))
      );
    case 'method':
      if (name === '__self__') return obj.self;
      if (name === '__func__') return obj.fn;
      return findAttr(vm, obj.fn, name);
    case 'super':
      return superAttr(vm, obj.self, obj.of, obj.start, name);
    case 'property':
      return propertyAttr(obj, name);
    case 'tuple':
    case 'dict':
      if (obj.cls !== undefined) {
        const found = lookupValue(obj.cls, name);
        if (found !== undefined) return bindAttr(vm, found, obj, obj.cls);
      }
      break;
  }
  const method = methodOf(obj, name);
  if (method !== undefined) return method;
  if (name === '__class__') return vm.typeOf(obj);
  if (name === '__doc__') return NONE;
  for (const answer of vm.plainAttributes) {
    const found = answer(obj, name);
    if (found !== undefined) return found;
  }
  return dunder(obj, name);
}

/** Special methods of built-in values that programs may name explicitly; what they do is not followed. */
function dunder(obj: Value, name: string): Value | undefined {
  if (
    name === '__class__' ||
    name === '__doc__' ||
    name === '__module__' ||
    name === '__dict__' ||
    name === '__wrapped__'
  ) {
    return name === '__wrapped__' ? undefined : unknown(`${name} of a ${obj.kind} is not followed`);
  }
  return undefined;
}

function instanceAttr(vm: Interpreter, obj: InstanceValue, name: string): Value | undefined {
  const cls = obj.cls;
  const mro = cls.mro;
  for (let i = 0; i < mro.length; i++) {
    const getAttr = mro[i].hooks?.getAttr;
    if (getAttr !== undefined) {
      const found = getAttr(vm, obj, name);
      if (found !== undefined) return found;
    }
  }
  const inClass = lookupValue(cls, name);
  if (inClass !== undefined) {
    if (inClass.kind === 'property' && !(inClass.cached && obj.attrs.has(name)))
      return readProperty(vm, inClass, obj, name);
    if (inClass.kind === 'instance' && lookupValue(inClass.cls, '__set__') !== undefined) {
      return vm.invoke(inClass, '__get__', [obj, cls]);
    }
  }
  const own = obj.bare ? undefined : (obj.attrs.get(name) ?? givenDict(obj)?.entries.get(`s:${name}`)?.value);
  if (own !== undefined) return own;
  if (inClass !== undefined) return bindAttr(vm, inClass, obj, cls);
  const wrapped = wrappedOf(obj);
  if (wrapped !== undefined) {
    const method = methodOf(wrapped, name);
    if (method !== undefined) return method;
  }
  switch (name) {
    case '__class__':
      return cls;
    case '__dict__':
      return attributesOf(vm, obj);
    case '__doc__':
      return cls.def?.doc != null ? str(cls.def.doc) : NONE;
    case '__module__':
      return str(cls.module);
  }
  const fallback = lookupValue(cls, '__getattr__');
  if (fallback !== undefined)
    return vm.catching('AttributeError', () => vm.apply(bindAttr(vm, fallback, obj, cls), [str(name)]));
  const base = unknownBase(cls);
  if (base !== null) return unknown(base.reason, base.at);
  const general = name.startsWith('__') ? objectMethod(vm, name) : undefined;
  return general === undefined ? undefined : bindAttr(vm, general, obj, cls);
}

/** `obj.__dict__`. */
export function attributesOf(vm: Interpreter, obj: InstanceValue): Value {
  const own = obj.attrs.get('__dict__');
  return (
    own ?? liveNamespace(obj.attrs, obj, (name, value) => hook(obj.cls, 'didSetAttr')?.(vm, obj, name, value))
  );
}

/** The dict that the program made an object's `__dict__` (`self.__dict__ = self`). */
function givenDict(obj: InstanceValue): DictValue | undefined {
  const given = obj.attrs.get('__dict__');
  const plain = given === undefined ? undefined : unwrap(given);
  return plain?.kind === 'dict' ? plain : undefined;
}

function readProperty(vm: Interpreter, property: PropertyValue, obj: Value, name: string): Value | undefined {
  if (property.get === null) return undefined;
  const value = vm.apply(property.get, [obj]);
  if (property.cached && obj.kind === 'instance') {
    vm.touch(obj);
    obj.attrs.set(name, value);
  }
  return value;
}

/** A class attribute as seen through an instance (or, for class methods, through the class). */
export function bindAttr(vm: Interpreter, value: Value, self: Value, cls: ClassValue): Value {
  switch (value.kind) {
    case 'function':
    case 'native':
      return { kind: 'method', self, fn: value, name: value.name };
    case 'wrapped':
      return value.mode === 'static' ? value.fn : bindToClass(value.fn, cls);
    case 'property':
      return value.get === null ? NONE : vm.apply(value.get, [self]);
    case 'instance':
      if (value.cls.attrs.has('__get__')) return vm.invoke(value, '__get__', [self, cls]);
      return value;
    default:
      return value;
  }
}

function bindToClass(fn: Value, cls: ClassValue): Value {
  return fn.kind === 'function' || fn.kind === 'native'
    ? { kind: 'method', self: cls, fn, name: fn.name }
    : fn;
}

export function classAttr(vm: Interpreter, cls: ClassValue, name: string): Value | undefined {
  const value = lookupValue(cls, name);
  if (value !== undefined) {
    if (value.kind === 'wrapped') return value.mode === 'static' ? value.fn : bindToClass(value.fn, cls);
    if (value.kind === 'instance' && value.cls.attrs.has('__get__'))
      return vm.invoke(value, '__get__', [NONE, cls]);
    return value;
  }
  switch (name) {
    case '__name__':
    case '__qualname__':
      return str(cls.name);
    case '__module__':
      return str(cls.module);
    case '__doc__':
      return cls.def?.doc != null ? str(cls.def.doc) : NONE;
    case '__mro__':
      return tuple(cls.mro);
    case '__bases__':
      return tuple(cls.bases);
    case '__base__':
      return cls.bases[0] ?? NONE;
    case '__dict__':
      return vm.namespace(cls.attrs);
    case '__class__':
      return vm.classes.type;
    case 'mro':
      return native('mro', () => ({ kind: 'list', items: [...cls.mro], tail: null }));
    case '__subclasses__':
      return native('__subclasses__', () => unknown('the subclasses of a class are not listed'));
    case '__annotations__':
      return { kind: 'dict', entries: new Map(), tail: null };
    case '__new__':
      return allocator(vm);
    case '__init_subclass__':
      return native('__init_subclass__', () => NONE);
  }
  const unbound = builtinMethod(vm, cls, name);
  if (unbound !== undefined) return unbound;
  const meta = metaclassOf(cls);
  const ofMeta = meta === undefined ? undefined : lookupValue(meta, name);
  if (meta !== undefined && ofMeta !== undefined) return bindAttr(vm, ofMeta, cls, meta);
  const base = unknownBase(cls);
  if (base !== null) return unknown(base.reason, base.at);
  const general = vm.classes.object;
  const found = lookup(general, name)?.value ?? objectMethod(vm, name);
  // A library's class of which not all is modelled: what its instances may have, the class may have too.
  return found === undefined && cls.def === null && cls.hooks?.getAttr !== undefined && !name.startsWith('__')
    ? unknown(`.${name} of ${cls.name} is not modelled`)
    : found;
}

/** `str.upper`, `list.append`, `dict.fromkeys`: a method of a built-in type named through the class. */
function builtinMethod(vm: Interpreter, cls: ClassValue, name: string): Value | undefined {
  for (const ancestor of cls.mro) {
    if (ancestor.module !== 'builtins') continue;
    const shared = CLASS_METHODS[ancestor.name]?.get(name);
    if (shared !== undefined) return shared.mode === 'static' ? shared.fn : bindToClass(shared.fn, cls);
    if (!methodsOf(ancestor.name).has(name)) continue;
    return native(name, (_machine, args) => {
      const [self, ...rest] = args.positional;
      if (self === undefined)
        return vm.raise('TypeError', `unbound method ${cls.name}.${name}() needs an argument`);
      const inner = unwrap(self.value);
      const method = methodOf(inner, name);
      return method === undefined
        ? unknown(`${name}() of such a value is not followed`)
        : vm.call(method, { ...args, positional: rest });
    });
  }
  return undefined;
}

function functionAttr(vm: Interpreter, fn: FunctionValue, name: string): Value | undefined {
  const own = fn.attrs?.get(name);
  if (own !== undefined) return own;
  switch (name) {
    case '__name__':
      return str(fn.name);
    case '__qualname__':
      return str(fn.qualname);
    case '__doc__':
      return fn.def.type === 'FunctionDef' && fn.def.doc !== null ? str(fn.def.doc) : NONE;
    case '__module__':
      return fn.globals.vars.get('__name__') ?? str('__main__');
    case '__defaults__':
      return fn.defaults.size === 0 ? NONE : tuple([...fn.defaults.values()]);
    case '__dict__':
      return vm.namespace(fn.attrs ?? new Map<string, Value>());
    case '__call__':
      return fn;
    case '__get__':
      return native('__get__', (_machine, { positional: [self] }) =>
        self === undefined || self.value.kind === 'none'
          ? fn
          : { kind: 'method', self: self.value, fn, name: fn.name },
      );
    case '__code__':
    case '__globals__':
    case '__closure__':
    case '__annotations__':
    case '__kwdefaults__':
      return unknown(`${name} of a function is not followed`);
  }
  return undefined;
}

function propertyAttr(property: PropertyValue, name: string): Value | undefined {
  const decorator = (change: (fn: Value) => PropertyValue): Value =>
    native(name, (_machine, args) =>
      args.positional.length > 0 ? change(args.positional[0].value) : property,
    );
  switch (name) {
    case 'getter':
      return decorator((get) => ({ ...property, get }));
    case 'setter':
      return decorator((set) => ({ ...property, set }));
    case 'deleter':
      return decorator(() => property);
    default:
      return methodOf(property, name);
  }
}

function superAttr(
  vm: Interpreter,
  self: Value,
  of: ClassValue,
  start: ClassValue,
  name: string,
): Value | undefined {
  const from = of.mro.indexOf(start) + 1;
  const wrapped = self.kind === 'instance' ? wrappedOf(self) : undefined;
  for (let i = from; i < of.mro.length; i++) {
    if (wrapped !== undefined && of.mro[i].module === 'builtins') {
      const method = wrappedMethod(vm, wrapped, name);
      if (method !== undefined) return method;
    }
    const value = of.mro[i].attrs.get(name);
    if (value === undefined) continue;
    if (name === '__new__' && (value.kind === 'function' || value.kind === 'wrapped'))
      return value.kind === 'wrapped' ? value.fn : value;
    // A method of a built-in type works on the value that the instance wraps.
    if (value.kind === 'native' && of.mro[i].module === 'builtins')
      return { kind: 'method', self: unwrap(self), fn: value, name };
    return self.kind === 'class'
      ? value.kind === 'wrapped' && value.mode === 'static'
        ? value.fn
        : value.kind === 'wrapped'
          ? bindToClass(value.fn, self)
          : value
      : bindAttr(vm, value, self, of);
  }
  const base = unknownBase(of);
  if (base !== null) return unknown(base.reason, base.at);
  if (name === '__init__') return native('__init__', () => NONE);
  if (name === '__new__') return allocator(vm);
  if (name === '__init_subclass__' || name === '__post_init__' || name === '__set_name__')
    return name === '__post_init__' ? undefined : native(name, () => NONE);
  if (name === '__class__') return vm.builtin('super');
  if (self.kind === 'class') {
    const found = typeMethod(vm, self, name);
    if (found !== undefined) return found;
  }
  for (let i = from; i < of.mro.length; i++) {
    const getAttr = of.mro[i].hooks?.getAttr;
    const found = getAttr !== undefined && self.kind === 'instance' ? getAttr(vm, self, name) : undefined;
    if (found !== undefined) return found;
  }
  const general = objectMethod(vm, name);
  return general === undefined ? undefined : { kind: 'method', self, fn: general, name };
}

export function setAttr(vm: Interpreter, obj: Value, name: string, value: Value): void {
  switch (obj.kind) {
    case 'instance': {
      const inClass = lookupValue(obj.cls, name);
      if (inClass?.kind === 'property' && !inClass.cached) {
        if (inClass.set === null) {
          if (unknownBase(obj.cls) === null)
            vm.raise('AttributeError', `property '${name}' of '${obj.cls.name}' object has no setter`);
          return;
        }
        vm.apply(inClass.set, [obj, value]);
        return;
      }
      if (inClass?.kind === 'instance' && lookupValue(inClass.cls, '__set__') !== undefined) {
        vm.invoke(inClass, '__set__', [obj, value]);
        return;
      }
      const custom = lookupValue(obj.cls, '__setattr__');
      if (custom !== undefined) {
        vm.apply(bindAttr(vm, custom, obj, obj.cls), [str(name), value]);
        return;
      }
      setInstance(vm, obj, name, value);
      return;
    }
    case 'class':
      vm.touch(obj);
      obj.attrs.set(name, value);
      return;
    case 'module':
      obj.attrs.set(name, value);
      return;
    case 'function':
      vm.touch(obj);
      obj.attrs ??= new Map();
      obj.attrs.set(name, value);
      return;
    case 'native':
      obj.attrs?.set(name, value);
      return;
    case 'method':
      return;
    case 'unknown':
      return;
    case 'super':
      if (obj.self.kind === 'instance') setInstance(vm, obj.self, name, value);
      return;
    case 'dict':
    case 'tuple':
      if (obj.cls !== undefined) return;
      break;
  }
  vm.raise('AttributeError', `'${vm.typeOf(obj).name}' object has no attribute '${name}'`);
}

/** Sets the attribute past any `__setattr__`, and tells the class's hook. */
export function setInstance(vm: Interpreter, obj: InstanceValue, name: string, value: Value): void {
  const given = givenDict(obj);
  if (given !== undefined && name !== '__dict__') {
    vm.touch(given);
    given.entries.set(`s:${name}`, { key: str(name), value });
    return;
  }
  vm.touch(obj);
  obj.attrs.set(name, value);
  hook(obj.cls, 'didSetAttr')?.(vm, obj, name, value);
}

export function deleteAttr(vm: Interpreter, obj: Value, name: string): void {
  if (obj.kind === 'instance' || obj.kind === 'class') {
    if (!obj.attrs.has(name)) {
      if (obj.kind === 'instance' && lookupValue(obj.cls, '__delattr__') !== undefined) return;
      if (
        unknownBase(obj.kind === 'class' ? obj : obj.cls) === null &&
        !(obj.kind === 'instance' && hook(obj.cls, 'getAttr'))
      )
        vm.raise('AttributeError', name);
      return;
    }
    vm.touch(obj);
    obj.attrs.delete(name);
  } else if (obj.kind === 'module') obj.attrs.delete(name);
  else if (obj.kind === 'function') {
    vm.touch(obj);
    obj.attrs?.delete(name);
  }
}
