/** `isinstance`, also for values of which only the type is known. */
import type { ClassValue, Value } from '../values';
import { lookupValue, unknownBase } from './classes';
import type { Interpreter } from './interpreter';

/** `isinstance(value, cls)`; undefined when not known. */
export function isInstance(vm: Interpreter, value: Value, cls: ClassValue): boolean | undefined {
  if (value.kind === 'unknown') {
    if (value.among !== undefined) {
      const answers = value.among.map((option) => vm.isInstance(option, cls));
      return answers.every((answer) => answer === answers[0]) ? answers[0] : undefined;
    }
    // Its type, where known, decides only when that is a built-in one and so is the class asked for.
    const known = value.type === undefined ? undefined : vm.classes.byName.get(value.type);
    if (known === undefined || cls.module !== 'builtins') return undefined;
    return known.mro.includes(cls) ? true : cls.mro.includes(known) ? undefined : false;
  }
  if (value.kind === 'symbolic') {
    if (value.isNone) return cls.name === 'NoneType' || cls === vm.classes.object;
    return cls.module === 'builtins' ? cls.name === 'int' || cls === vm.classes.object : false;
  }
  if (
    (value.kind === 'int' || value.kind === 'float') &&
    value.numpy !== undefined &&
    cls.module === 'builtins'
  ) {
    return cls === vm.classes.object || (cls.name === 'float' && value.numpy === 'float64');
  }
  const own = vm.typeOf(value);
  if (own.mro.includes(cls)) return true;
  if (unknownBase(own) !== null) return undefined;
  const check = lookupValue(cls, '__subclasshook__');
  if (check !== undefined) return vm.truth(vm.apply(check, [own]));
  // An abstract class of a library (collections.abc, numbers) may say who belongs to it.
  if (cls.native instanceof InstanceCheck) return cls.native.test(value);
  return false;
}

/** `ClassValue.native` of a class that decides for itself who is an instance of it (`collections.abc.Iterable`). */
export class InstanceCheck {
  constructor(readonly test: (value: Value) => boolean | undefined) {}
}
