/** Comparisons: `==`, `<`, `in`, `is` and their kin, unknown with the reason where an unknown decides. */
import type { CompareOp } from '../machine';
import type { Value } from '../values';
import { FALSE, TRUE, bool, unknown } from '../values';
import { isSubset } from '../library/methods/set';
import { unwrap } from './classes';
import { equal, identical, order } from './equality';
import type { Interpreter } from './interpreter';
import { contains } from './items';
import { ownMethod, unary } from './operators';

const COMPARE_METHODS: Readonly<Record<string, readonly [string, string]>> = {
  '==': ['__eq__', '__eq__'],
  '!=': ['__ne__', '__ne__'],
  '<': ['__lt__', '__gt__'],
  '<=': ['__le__', '__ge__'],
  '>': ['__gt__', '__lt__'],
  '>=': ['__ge__', '__le__'],
};

export function reasonOf(value: Value): string {
  return value.kind === 'unknown'
    ? value.reason
    : value.kind === 'symbolic'
      ? 'an open length is not known'
      : 'a value is not known';
}

/** `a op b` for every comparison; unknown with the reason where an unknown decides. */
export function compare(vm: Interpreter, op: CompareOp, a: Value, b: Value): Value {
  switch (op) {
    case 'is':
    case 'is not':
      return verdict(identical(a, b), op === 'is not', a, b);
    case 'in':
    case 'not in':
      return verdict(contains(vm, b, a), op === 'not in', b, a);
    case '==':
    case '!=':
      if (a.kind === 'instance' || b.kind === 'instance') {
        const own = instanceCompare(vm, op, a, b);
        if (own !== undefined) return own;
      }
      return verdict(equal(vm, a, b), op === '!=', a, b);
  }
  if (a.kind === 'instance' || b.kind === 'instance') {
    const own = instanceCompare(vm, op, a, b);
    if (own !== undefined) return own;
    const [left, right] = [unwrap(a), unwrap(b)];
    if (left !== a || right !== b) return compare(vm, op, left, right);
  }
  if (a.kind === 'set' && b.kind === 'set') {
    const [small, large] = op === '<' || op === '<=' ? [a, b] : [b, a];
    const subset = isSubset(small, large);
    if (subset !== true || op === '<=' || op === '>=') return verdict(subset, false, a, b);
    return bool(small.entries.size < large.entries.size);
  }
  const ordered = order(vm, a, b);
  if (ordered === null) {
    for (const side of [a, b])
      if (side.kind === 'instance' && vm.unknownBase(side.cls) !== null)
        return verdict(undefined, false, a, b);
    return vm.raise(
      'TypeError',
      `'${op}' not supported between instances of '${vm.typeOf(a).name}' and '${vm.typeOf(b).name}'`,
    );
  }
  if (ordered === undefined) return amongOrder(vm, op, a, b);
  switch (op) {
    case '<':
      return bool(ordered < 0);
    case '<=':
      return bool(ordered <= 0);
    case '>':
      return bool(ordered > 0);
    default:
      return bool(ordered >= 0);
  }
}

/** An unknown that is one of a few values may still compare the same way whichever it is. */
function amongOrder(vm: Interpreter, op: CompareOp, a: Value, b: Value): Value {
  const options = (a.kind === 'unknown' ? a.among : b.kind === 'unknown' ? b.among : undefined) ?? [];
  if (options.length > 0 && options.every((option) => option.kind === 'int' || option.kind === 'float')) {
    const answers = options.map((option) =>
      a.kind === 'unknown' ? compare(vm, op, option, b) : compare(vm, op, a, option),
    );
    if (answers.every((answer) => answer.kind === 'bool' && answer === answers[0])) return answers[0];
  }
  return verdict(undefined, false, a, b);
}

function verdict(answer: boolean | undefined, negate: boolean, a: Value, b: Value): Value {
  if (answer !== undefined) return answer !== negate ? TRUE : FALSE;
  const cause = a.kind === 'unknown' ? a : b.kind === 'unknown' ? b : null;
  return unknown(cause?.reason ?? reasonOf(a.kind === 'symbolic' ? a : b), cause?.at ?? null, 'bool');
}

function instanceCompare(vm: Interpreter, op: CompareOp, a: Value, b: Value): Value | undefined {
  const [name, reflected] = COMPARE_METHODS[op];
  for (const [self, other, dunder] of [
    [a, b, name],
    [b, a, reflected],
  ] as const) {
    const own = ownMethod(vm, self, dunder);
    if (own !== undefined) {
      const result = vm.apply(own, [other]);
      if (!vm.isNotImplemented(result)) return result;
    } else if (op === '!=' && ownMethod(vm, self, '__eq__') !== undefined) {
      const result = vm.apply(ownMethod(vm, self, '__eq__')!, [other]);
      if (!vm.isNotImplemented(result)) return unary(vm, 'not', result);
    }
  }
  return undefined;
}
