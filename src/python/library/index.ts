/**
 * Python's built-in functions and types' methods, the part of the standard library that model code uses, and numpy, as
 * native values. The interpreter installs `builtins` and asks `methodOf`, `construct` and `formatValue`; imports go
 * through `standardModules`.
 */
import type { Machine } from '../machine';
import type { Value } from '../values';
import { arithmetic } from './builtins/arithmetic';
import { iteration } from './builtins/iteration';
import { objects } from './builtins/objects';

export { construct, isConstructible, type Constructible } from './construct';
export { formatValue } from './format/spec';
export { percentFormat } from './format/percent';
export { methodOf, methodsOf, CLASS_METHODS } from './methods';
export { standardModules } from './modules';
export { arrayOf, type ArrayData, type ArrayDim } from './numpy/array';

/** The built-in functions by name. Types and exceptions are the interpreter's own. */
export function builtins(_machine: Machine): Map<string, Value> {
  return new Map([...arithmetic, ...iteration, ...objects]);
}
export { makeArray } from './numpy/space';
export { asDtype } from './numpy/dtype';
