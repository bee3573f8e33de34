/**
 * Values used as what they are not: the result of a function that returns nothing, numbers where several values are asked
 * for, things called that cannot be. Only where the program's own text settles what the value is (see mistakes.ts).
 */
import type { SourceRange } from '../source';
import type { FunctionValue, Value } from '../values';
import { unknownBase } from './classes';
import type { Interpreter } from './interpreter';
import { raiseMistake } from './mistakes';

/**
 * The function that ended without a `return` and so gave this None; null for any other value, and for functions whose body is
 * still to be written or stands for others to override.
 */
function endedWithout(value: Value): FunctionValue | null {
  if (value.kind !== 'none' || value.endOf === undefined) return null;
  const { def } = value.endOf;
  if (def.type !== 'FunctionDef') return null;
  const written = def.body.some(
    (statement) =>
      statement.type !== 'Pass' && !(statement.type === 'Expr' && statement.value.type === 'Constant'),
  );
  return written ? value.endOf : null;
}

/** Raises at `range` where the value is the result of a function that returns nothing; `asked` says what it was taken for. */
export function checkReturned(
  vm: Interpreter,
  value: Value,
  asked: string,
  python: string,
  range: SourceRange,
): void {
  const fn = endedWithout(value);
  if (fn === null) return;
  raiseMistake(
    vm,
    python.includes('no attribute') ? 'AttributeError' : 'TypeError',
    python,
    'no-return',
    `\`${fn.name}()\` ends without a return, so its result is None, ${asked}`,
    range,
    { function: fn.name, file: fn.file, to: fn.def.to },
  );
}

/** Something that cannot be called. */
export function notCallable(vm: Interpreter, value: Value, range: SourceRange | null): never {
  const python = `'${vm.typeOf(value).name}' object is not callable`;
  if (range === null) return vm.raise('TypeError', python);
  checkReturned(vm, value, 'which cannot be called', python, range);
  const what = plainly(value);
  if (what === null) return vm.raise('TypeError', python);
  return raiseMistake(vm, 'TypeError', python, 'not-callable', `${what} cannot be called`, range);
}

/** What the value is, where that is certain. */
function plainly(value: Value): string | null {
  switch (value.kind) {
    case 'int':
    case 'float':
      return `the number ${value.value}`;
    case 'str':
      return 'a text';
    case 'list':
    case 'tuple':
    case 'dict':
      return `a ${value.kind}`;
    case 'instance': {
      const { cls } = value;
      if (cls.hooks?.notCallable !== undefined) return cls.hooks.notCallable;
      const own =
        cls.file !== null &&
        unknownBase(cls) === null &&
        cls.mro.every(({ def, module }) => def !== null || module === 'builtins');
      return own ? `an object of ${cls.name}, which has no \`__call__\`,` : null;
    }
    default:
      return null;
  }
}

/** A single value where several are asked for: at `range`, or at the call that asks for them. */
export function notIterable(vm: Interpreter, value: Value, range?: SourceRange): never {
  const python = `'${vm.typeOf(value).name}' object is not iterable`;
  const caller = vm.frame?.fn;
  const asked = caller?.kind === 'native' && vm.builtins.get(caller.name) === caller;
  const place = range ?? (asked ? vm.callStack()[0] : undefined);
  if (place === undefined) return vm.raise('TypeError', python);
  checkReturned(vm, value, 'where several values are asked for', python, place);
  if (value.kind !== 'int' && value.kind !== 'float') return vm.raise('TypeError', python);
  return raiseMistake(
    vm,
    'TypeError',
    python,
    'not-iterable',
    `${value.value} is one number, and several values are asked for here`,
    place,
    { value: value.value },
  );
}
