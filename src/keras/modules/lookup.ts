/** Modules whose names are looked up when a program asks for them; what is not modelled is unknown, never an error. */
import type { Machine } from '../../python/machine';
import { nativeClass } from '../../python/library/classes';
import { checkKeywords } from './constructorKeywords';
import { unknown, type ClassValue, type ModuleValue, type Value } from '../../python/values';

/** Whether something is unknown because no rule of ours says what a library's function gives. */
export const isUnmodelled = (reason: string): boolean => reason.endsWith('is not modelled');

export type Lookup = (name: string) => Value | undefined;

/** A module of names found by `lookup`, kept once found. */
export function lazyModule(name: string, lookup: Lookup): ModuleValue {
  const attrs = new Map<string, Value>();
  return {
    kind: 'module',
    name,
    attrs,
    open: true,
    lookup: (key) => {
      const value =
        lookup(key) ?? (key.startsWith('__') ? undefined : unknown(`${name}.${key} is not modelled`));
      if (value !== undefined) attrs.set(key, value);
      return value;
    },
  };
}

/** Arguments with which an object of an opaque class was made. */
export class OpaqueData {
  constructor(readonly keywords: ReadonlyMap<string, Value>) {}
}

/** A class of which only the name and the constructor's arguments are kept (optimizers, losses, callbacks, …). */
export function opaqueClass(
  machine: Machine,
  name: string,
  module: string,
  create?: (keywords: ReadonlyMap<string, Value>) => unknown,
): ClassValue {
  const cls: ClassValue = nativeClass(machine, name, {
    module,
    hooks: {
      create: (owner, self, args) => {
        if (self.cls.module === module && self.cls.name === name) checkKeywords(owner, module, name, args);
        const keywords = new Map([...args.keywords].map(([key, arg]) => [key, arg.value]));
        return create === undefined ? new OpaqueData(keywords) : create(keywords);
      },
      getAttr: (owner, self, key) => {
        if (self.attrs.has(key) || owner.findClassAttr(self.cls, key) !== undefined) return undefined;
        if (self.data instanceof OpaqueData && self.data.keywords.has(key))
          return self.data.keywords.get(key);
        return key.startsWith('__') && key !== '__call__'
          ? undefined
          : owner.unknown(`.${key} of ${self.cls.name} is not modelled`);
      },
    },
  });
  cls.attrs.set('__init__', { kind: 'native', name: '__init__', impl: () => ({ kind: 'none' }) });
  cls.attrs.set('__call__', {
    kind: 'native',
    name: '__call__',
    impl: (owner) => owner.unknown(`what ${name} computes is not modelled`),
  });
  return cls;
}

/** Names with a capital are classes, others functions of unknown results. */
export function opaqueLookup(machine: Machine, module: string): Lookup {
  return (name) => (/^[A-Z]/.test(name) ? opaqueClass(machine, name, module) : undefined);
}
