/**
 * What a condition tells about a variable on the side where it holds: of the few values that it may have, only those
 * with which the condition comes out that way.
 */
import type { Expr } from '../ast';
import type { Value } from '../values';
import type { Activation } from './activation';
import { bindName } from './assignment';
import { findName } from './expressions';
import type { Interpreter } from './interpreter';
import { compare } from './comparison';

/** Narrows the names in `test`, which is taken to be `holds`. Runs at the start of a side, so that it is undone with it. */
export function narrow(vm: Interpreter, activation: Activation, test: Expr, holds: boolean): void {
  switch (test.type) {
    case 'Name':
      keep(vm, activation, test.id, (value) => vm.truth(value), holds);
      return;
    case 'UnaryOp':
      if (test.op === 'not') narrow(vm, activation, test.operand, !holds);
      return;
    case 'BoolOp':
      // All parts of a conjunction hold; none of a disjunction that does not.
      if ((test.op === 'and') === holds) for (const part of test.values) narrow(vm, activation, part, holds);
      return;
    case 'Compare': {
      if (test.ops.length !== 1 || test.left.type !== 'Name') return;
      const other = constantOf(vm, activation, test.comparators[0]);
      if (other === undefined) return;
      const op = test.ops[0];
      if (op === '==' || op === '!=' || op === 'is' || op === 'is not') {
        keep(vm, activation, test.left.id, (value) => vm.truth(compare(vm, op, value, other)), holds);
      }
    }
  }
}

/** A literal or known variable, read without effects. */
function constantOf(vm: Interpreter, activation: Activation, expr: Expr): Value | undefined {
  if (expr.type === 'Constant') return expr.value;
  const value = expr.type === 'Name' ? findName(vm, activation.scope, expr.id) : undefined;
  return value?.kind === 'str' || value?.kind === 'int' || value?.kind === 'none' ? value : undefined;
}

function keep(
  vm: Interpreter,
  activation: Activation,
  name: string,
  test: (value: Value) => boolean | undefined,
  holds: boolean,
): void {
  const value = activation.scope.vars.get(name);
  if (value === undefined) return;
  const left = narrowed(value, (option) => test(option) !== !holds);
  if (left !== value) bindName(vm, activation, name, left);
}

/** The value with only those of its alternatives that may be; itself where it has none or nothing can be said. */
export function narrowed(value: Value, mayBe: (option: Value) => boolean): Value {
  // Instances answer comparisons with code of their own: not asked here.
  if (
    value.kind !== 'unknown' ||
    value.among === undefined ||
    value.among.some((option) => option.kind === 'instance')
  )
    return value;
  const left = value.among.filter(mayBe);
  if (left.length === 0 || left.length === value.among.length) return value;
  if (left.length === 1) return left[0];
  return { ...value, among: left };
}
