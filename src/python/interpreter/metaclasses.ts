/** Metaclasses that the program writes: how they make classes, and what they answer for a class itself. */
import type { ClassDef } from '../ast';
import type { CallArgs, ClassHooks, ClassValue, DictValue, Value } from '../values';
import { native, str, tuple, unknown } from '../values';
import { bindAttr } from './attributes';
import { call, instantiatePlain, makeUserClass } from './calls';
import { hook, lookupValue } from './classes';
import type { Interpreter } from './interpreter';

/** Where a class statement stands, for the class that its metaclass makes. */
export interface ClassPlace {
  readonly def: ClassDef | null;
  readonly file: string;
  readonly module: string;
}

/** Whether instances of the class are classes. */
export const isMetaclass = (vm: Interpreter, cls: ClassValue): boolean =>
  cls.mro.some((ancestor) => ancestor === vm.classes.type || ancestor.name === 'ABCMeta');

/** The program's own metaclass of a class, if it has one. */
export function metaclassOf(cls: ClassValue): ClassValue | undefined {
  return hook(cls, 'metaclass');
}

/** A class as its metaclass makes it: the one that is named, else that of a base; without one as ever. */
export function newClass(
  vm: Interpreter,
  place: ClassPlace,
  name: string,
  bases: readonly Value[],
  members: Map<string, Value>,
  keywords: CallArgs['keywords'],
): Value {
  const named = keywords.get('metaclass')?.value;
  const others = new Map([...keywords].filter(([key]) => key !== 'metaclass'));
  let meta = named?.kind === 'class' && named.def !== null && isMetaclass(vm, named) ? named : undefined;
  for (const base of bases) if (base.kind === 'class') meta ??= metaclassOf(base);
  if (meta !== undefined) return makeBy(vm, meta, place, name, bases, members, others);
  if (named?.kind === 'function') {
    const made = call(vm, named, ofClass(vm, null, name, bases, members, others));
    if (made.kind === 'class') return made;
  }
  return makeUserClass(vm, name, bases, members, place, null, others);
}

/** The arguments with which a metaclass is asked for a class. */
function ofClass(
  vm: Interpreter,
  first: Value | null,
  name: string,
  bases: readonly Value[],
  members: ReadonlyMap<string, Value>,
  keywords: CallArgs['keywords'],
): CallArgs {
  const values = [str(name), tuple([...bases]), vm.namespace(members)];
  return { ...vm.args(first === null ? values : [first, ...values]), keywords };
}

function makeBy(
  vm: Interpreter,
  meta: ClassValue,
  place: ClassPlace,
  name: string,
  bases: readonly Value[],
  members: Map<string, Value>,
  keywords: CallArgs['keywords'],
): Value {
  const maker = lookupValue(meta, '__new__');
  let made: Value;
  if (maker === undefined) made = makeUserClass(vm, name, bases, members, place, meta, keywords);
  else {
    vm.classPlaces.push(place);
    const depth = vm.classPlaces.length;
    made = call(
      vm,
      maker.kind === 'wrapped' ? maker.fn : maker,
      ofClass(vm, meta, name, bases, members, keywords),
    );
    vm.classPlaces.length = depth - 1;
  }
  if (made.kind !== 'class') return made;
  const init = lookupValue(meta, '__init__');
  if (init !== undefined) call(vm, init, ofClass(vm, made, name, bases, members, keywords));
  return made;
}

/** `type.__new__(metaclass, name, bases, namespace, **keywords)`; undefined for other arguments. */
export function typeNew(vm: Interpreter, args: CallArgs): Value | undefined {
  const [meta, name, bases, namespace] = args.positional.map(({ value }) => value);
  if (meta?.kind !== 'class' || name?.kind !== 'str' || namespace === undefined) return undefined;
  if ((bases.kind !== 'tuple' && bases.kind !== 'list') || namespace.kind !== 'dict')
    return isMetaclass(vm, meta) ? unknown('a class made by type() is not followed') : undefined;
  const place = vm.classPlaces[vm.classPlaces.length - 1] ?? placeHere(vm);
  return makeUserClass(
    vm,
    name.value,
    bases.items,
    membersOf(namespace),
    place,
    meta.def === null ? null : meta,
    args.keywords,
  );
}

/** `Metaclass(name, bases, namespace)` and `type(name, bases, namespace)`. */
export function classByCall(vm: Interpreter, meta: ClassValue, args: CallArgs): Value {
  const [name, bases, namespace] = args.positional.map(({ value }) => value);
  if (name?.kind !== 'str' || bases?.kind !== 'tuple' || namespace?.kind !== 'dict')
    return unknown('a class made by type() is not followed');
  const keywords = new Map(args.keywords);
  if (meta.def !== null) keywords.set('metaclass', { value: meta, range: null, nameRange: null });
  return newClass(vm, placeHere(vm), name.value, bases.items, membersOf(namespace), keywords);
}

const placeHere = (vm: Interpreter): ClassPlace => ({
  def: null,
  file: vm.frames[vm.frames.length - 1]?.file ?? vm.mainFile,
  module: '__main__',
});

function membersOf(namespace: DictValue): Map<string, Value> {
  const members = new Map<string, Value>();
  for (const { key, value } of namespace.entries.values())
    if (key.kind === 'str') members.set(key.value, value);
  return members;
}

/** What `super()` in a metaclass finds in `type`, for the class `self`. */
export function typeMethod(vm: Interpreter, self: ClassValue, name: string): Value | undefined {
  if (name === '__call__') return native(name, (_machine, args) => instantiatePlain(vm, self, args));
  return undefined;
}

const OPERATIONS = { iterate: '__iter__', getItem: '__getitem__', len: '__len__', contains: '__contains__' };

/** Hooks of a class with a metaclass of the program's own: `cls(…)`, `iter(cls)` and the like ask its methods. */
export function metaclassHooks(metaclass: ClassValue): ClassHooks {
  return {
    metaclass,
    meta: (machine, cls, operation, args, original) => {
      const vm = machine as Interpreter;
      const method = lookupValue(metaclass, operation === 'call' ? '__call__' : OPERATIONS[operation]);
      if (method === undefined) return undefined;
      const bound = bindAttr(vm, method, cls, metaclass);
      return operation === 'call' && original !== undefined
        ? call(vm, bound, original)
        : vm.apply(bound, [...args]);
    },
  };
}
