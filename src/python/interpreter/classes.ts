/** Classes: C3 linearisation, attribute lookup through the mro, hooks of native bases, the value a builtin subclass wraps. */
import type { ClassHooks, ClassValue, InstanceValue, Value } from '../values';

/** C3 linearisation; undefined when the bases contradict each other. */
export function linearise(cls: ClassValue, bases: readonly ClassValue[]): ClassValue[] | undefined {
  const sequences = [...bases.map((base) => base.mro.slice()), bases.slice()].filter(
    (sequence) => sequence.length > 0,
  );
  const result = [cls];
  while (sequences.some((sequence) => sequence.length > 0)) {
    const next = sequences.find(
      (sequence) => sequence.length > 0 && !sequences.some((other) => other.indexOf(sequence[0], 1) > 0),
    )?.[0];
    if (next === undefined) return undefined;
    result.push(next);
    for (const sequence of sequences) if (sequence[0] === next) sequence.shift();
  }
  return result;
}

export function lookup(
  cls: ClassValue,
  name: string,
): { readonly value: Value; readonly owner: ClassValue } | undefined {
  for (const owner of cls.mro) {
    const value = owner.attrs.get(name);
    if (value !== undefined) return { value, owner };
  }
  return undefined;
}

export function lookupValue(cls: ClassValue, name: string): Value | undefined {
  const mro = cls.mro;
  for (let i = 0; i < mro.length; i++) {
    const value = mro[i].attrs.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The nearest hook of that name along the mro. */
export function hook<K extends keyof ClassHooks>(cls: ClassValue, name: K): ClassHooks[K] {
  for (const ancestor of cls.mro) {
    const found = ancestor.hooks?.[name];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The unknown base somewhere among the ancestors, if any: then attributes that are not found are unknown. */
export function unknownBase(cls: ClassValue): ClassValue['unknownBase'] {
  for (const ancestor of cls.mro) if (ancestor.unknownBase !== null) return ancestor.unknownBase;
  return null;
}

/** Payload of an instance of a user's subclass of `list`, `dict`, `str`, …: the built-in value it wraps. */
export class Wrapped {
  constructor(readonly value: Value) {}
}

/** The built-in value that the instance of a builtin's subclass wraps; the value itself otherwise. */
export function unwrap(value: Value): Value {
  return value.kind === 'instance' && value.data instanceof Wrapped ? value.data.value : value;
}

export function wrappedOf(value: InstanceValue): Value | undefined {
  return value.data instanceof Wrapped ? value.data.value : undefined;
}
