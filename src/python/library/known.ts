/** Small questions about values: what is known of a number, a string or a sequence, and how unknowns are passed on. */
import { unwrap } from '../interpreter/classes';
import type { Machine } from '../machine';
import { combine, type Expr } from '../symbolic';
import {
  int,
  list,
  str,
  unknown,
  type IteratorValue,
  type SymbolicInt,
  type UnknownValue,
  type Value,
} from '../values';

/** The first unknown among the values. */
export function firstUnknown(...values: readonly (Value | undefined)[]): UnknownValue | undefined {
  return values.find((value): value is UnknownValue => value?.kind === 'unknown');
}

/** An unknown of another type for the same reason. */
export function because(cause: UnknownValue, type?: string): UnknownValue {
  return unknown(cause.reason, cause.at, type);
}

/** The number of an int, float or bool (or of an instance of a subclass). */
export function numberOf(given: Value | undefined): number | undefined {
  if (given === undefined) return undefined;
  const value = unwrap(given);
  if (value.kind === 'int' || value.kind === 'float') return value.value;
  return value.kind === 'bool' ? Number(value.value) : undefined;
}

/** The number of an int or bool (what Python takes as an index). */
export function indexOf(value: Value | undefined): number | undefined {
  return value === undefined || value.kind === 'float' ? undefined : numberOf(value);
}

export function strOf(given: Value | undefined): string | undefined {
  const value = given === undefined ? undefined : unwrap(given);
  return value?.kind === 'str' ? value.value : undefined;
}

export const isNumber = (value: Value): boolean => numberOf(value) !== undefined;

/** The formula of a known or symbolic integer. */
export function exprOf(value: Value): Expr | undefined {
  return value.kind === 'symbolic' ? value.expr : indexOf(value);
}

/** A formula as a value: an int when it folded to a number. */
export function fromExpr(expr: Expr): Value {
  return typeof expr === 'number' ? intValue(expr) : symbolic(expr);
}

export function symbolic(expr: Expr): SymbolicInt {
  return { kind: 'symbolic', expr, isNone: false };
}

export function combineInts(
  op: '+' | '-' | '*' | '//' | '%' | 'max' | 'min',
  a: Value,
  b: Value,
): Value | undefined {
  const left = exprOf(a);
  const right = exprOf(b);
  return left === undefined || right === undefined ? undefined : fromExpr(combine(op, left, right));
}

/** An int, or unknown beyond ±2^53, where a JavaScript number no longer tells neighbours apart. */
export function intValue(value: number): Value {
  return Number.isSafeInteger(value)
    ? int(value)
    : unknown('an integer beyond 2^53 is not followed', null, 'int');
}

/** An iterator over elements worked out already. */
export function iterator(items: readonly Value[], tail: UnknownValue | null = null): IteratorValue {
  return { kind: 'iterator', items: [...items], position: 0, tail };
}

export interface Elements {
  readonly items: readonly Value[];
  readonly tail: UnknownValue | null;
}

/** The elements of an iterable; where nothing is known of them, none and a tail that says why. */
export function elements(machine: Machine, value: Value, what = 'the elements'): Elements {
  const found = machine.iterate(value);
  if (found) return found;
  if (value.kind === 'unknown') return { items: [], tail: value };
  return { items: [], tail: machine.unknown(`${what} are not known`) };
}

export const strings = (texts: readonly string[]): Value => list(texts.map(str));

/** An object of a library's class: what it can do beyond its listed methods is not known, so nothing is certain to fail. */
export function isOpaque(value: Value): boolean {
  return (
    value.kind === 'instance' &&
    value.cls.mro.some(({ def, module }) => def === null && module !== 'builtins')
  );
}

/** `'int'` etc. as in Python's messages. */
export function typeName(machine: Machine, value: Value): string {
  return machine.typeOf(value).name;
}
