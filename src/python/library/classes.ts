/** Classes and modules made in TypeScript, shaped as the interpreter expects those written in Python. */
import type { Machine, NativeModules } from '../machine';
import {
  unknown,
  type ClassHooks,
  type ClassValue,
  type ModuleValue,
  type PropertyValue,
  type Value,
  type WrappedMethod,
} from '../values';
import { fn, type Body } from './define';

export interface ClassOptions {
  readonly module: string;
  readonly bases?: readonly ClassValue[];
  readonly hooks?: ClassHooks;
  readonly attrs?: Iterable<readonly [string, Value]>;
  /** Methods by signature (`append(self, x)`). */
  readonly methods?: readonly (readonly [string, Body])[];
  readonly native?: unknown;
  /** Its table is a part of what the class has: other attributes of instances are unknown, not missing. */
  readonly partial?: boolean;
}

/** A class of a library; without bases it derives from `object`. Bases must form a chain (no diamond). */
export function nativeClass(machine: Machine, name: string, options: ClassOptions): ClassValue {
  const object = machine.builtin('object');
  const bases = options.bases ?? (object.kind === 'class' ? [object] : []);
  const mro: ClassValue[] = [];
  const cls: ClassValue = {
    kind: 'class',
    name,
    module: options.module,
    bases,
    mro,
    attrs: new Map(options.attrs ?? []),
    def: null,
    file: null,
    unknownBase: null,
    native: options.native ?? null,
    hooks: options.partial ? withOpenAttrs(name, options.hooks) : (options.hooks ?? null),
    instances: 0,
  };
  mro.push(cls);
  for (const base of bases) for (const ancestor of base.mro) if (!mro.includes(ancestor)) mro.push(ancestor);
  // `object` stays last when several bases share it.
  if (object.kind === 'class' && mro.includes(object)) {
    mro.splice(mro.indexOf(object), 1);
    mro.push(object);
  }
  for (const [signature, body] of options.methods ?? []) {
    const method = fn(signature, body);
    cls.attrs.set(method.name, method);
  }
  return cls;
}

function withOpenAttrs(className: string, hooks: ClassHooks | undefined): ClassHooks {
  return {
    ...hooks,
    getAttr: (machine, self, name) => {
      const found = hooks?.getAttr?.(machine, self, name);
      if (
        found !== undefined ||
        self.attrs.has(name) ||
        name.startsWith('__') ||
        machine.findClassAttr(self.cls, name)
      )
        return found;
      return unknown(`${className}.${name} is not modelled`);
    },
  };
}

export const property = (get: Body): PropertyValue => ({
  kind: 'property',
  get: fn('fget(self)', get),
  set: null,
});
export const classMethod = (signature: string, body: Body): WrappedMethod => ({
  kind: 'wrapped',
  mode: 'class',
  fn: fn(signature, body),
});
export const staticMethod = (signature: string, body: Body): WrappedMethod => ({
  kind: 'wrapped',
  mode: 'static',
  fn: fn(signature, body),
});

/** A module. `open` ones answer unknown for names that are not listed, since the table is not the whole library. */
export function nativeModule(
  name: string,
  attrs: Iterable<readonly [string, Value]>,
  open = true,
): ModuleValue {
  return {
    kind: 'module',
    name,
    attrs: new Map(attrs),
    open,
    lookup: open ? (missing) => unknown(`${name}.${missing} is not modelled`) : undefined,
  };
}

/** Makes one module; `get` gives another of the same table (importing it by name would load its parent first). */
export type ModuleMaker = (machine: Machine, name: string, get: (name: string) => ModuleValue) => ModuleValue;

/** Makes a module when it is first imported and keeps it for the machine's life. */
export function cachedModules(makers: Readonly<Record<string, ModuleMaker>>): NativeModules {
  const made = new WeakMap<Machine, Map<string, ModuleValue>>();
  const find: NativeModules = (name, machine) => {
    const maker = Object.hasOwn(makers, name) ? makers[name] : undefined;
    if (!maker) return undefined;
    let modules = made.get(machine);
    if (!modules) made.set(machine, (modules = new Map()));
    let module = modules.get(name);
    if (!module)
      modules.set(
        name,
        (module = maker(machine, name, (other) => find(other, machine) ?? nativeModule(other, []))),
      );
    return module;
  };
  return find;
}
