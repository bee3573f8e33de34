/** Python programs as small trees, so that a program that shows a difference can be cut down piece by piece. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

export type Expression =
  /** Written as it stands: a number, a string, None, a name of the library. */
  | { readonly kind: 'text'; readonly text: string }
  /** The value of an earlier statement. */
  | { readonly kind: 'ref'; readonly name: string }
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [key: string, value: Expression])[] }
  | { readonly kind: 'call'; readonly callee: Expression; readonly args: readonly Argument[] }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Expression; readonly right: Expression }
  /** `object[index]`, `object.name(…)`: what follows an operand, as text. */
  | { readonly kind: 'suffix'; readonly object: Expression; readonly text: string };

export interface Argument {
  /** The keyword; absent for a positional argument. */
  readonly name?: string;
  readonly value: Expression;
}

export interface Statement {
  readonly name: string;
  readonly value: Expression;
}

/** Statements `name = value`, one a line, after the imports. */
export type Program = readonly Statement[];

export const text = (value: string | number): Expression => ({ kind: 'text', text: String(value) });
export const ref = (name: string): Expression => ({ kind: 'ref', name });
export const tuple = (items: readonly Expression[]): Expression => ({ kind: 'tuple', items });
export const list = (items: readonly Expression[]): Expression => ({ kind: 'list', items });
export const dict = (entries: Readonly<Record<string, Expression>>): Expression => ({
  kind: 'dict',
  entries: Object.entries(entries),
});
export const call = (callee: string | Expression, args: readonly Argument[]): Expression => ({
  kind: 'call',
  callee: typeof callee === 'string' ? text(callee) : callee,
  args,
});
export const quoted = (value: string): Expression => text(`'${value}'`);
export const bool = (value: boolean): Expression => text(value ? 'True' : 'False');
export const ints = (values: readonly (number | null)[]): Expression =>
  tuple(values.map((value) => text(value === null ? 'None' : value)));

export function print(expression: Expression): string {
  switch (expression.kind) {
    case 'text':
      return expression.text;
    case 'ref':
      return expression.name;
    case 'tuple':
      return `(${expression.items.map(print).join(', ')}${expression.items.length === 1 ? ',' : ''})`;
    case 'list':
      return `[${expression.items.map(print).join(', ')}]`;
    case 'dict':
      return `{${expression.entries.map(([key, value]) => `'${key}': ${print(value)}`).join(', ')}}`;
    case 'call':
      return `${print(expression.callee)}(${expression.args
        .map(({ name, value }) => (name === undefined ? print(value) : `${name}=${print(value)}`))
        .join(', ')})`;
    case 'binary':
      return `${operand(expression.left)} ${expression.op} ${operand(expression.right)}`;
    case 'suffix':
      return `${operand(expression.object)}${expression.text}`;
  }
}

function operand(expression: Expression): string {
  return expression.kind === 'binary' ? `(${print(expression)})` : print(expression);
}

/** What both sides see of every program before its own statements. */
export const PRELUDE = readFileSync(path.join(__dirname, 'prelude.py'), 'utf8');

export function printProgram(program: Program): string {
  return program.map(({ name, value }) => `${name} = ${print(value)}\n`).join('');
}

/** The parts of an expression that are expressions themselves, with how to put others in their place. */
export function parts(
  expression: Expression,
): readonly { readonly part: Expression; readonly replace: (part: Expression) => Expression }[] {
  switch (expression.kind) {
    case 'text':
    case 'ref':
      return [];
    case 'tuple':
    case 'list':
      return expression.items.map((part, i) => ({
        part,
        replace: (other) => ({ ...expression, items: expression.items.with(i, other) }),
      }));
    case 'dict':
      return expression.entries.map(([key, part], i) => ({
        part,
        replace: (other) => ({ ...expression, entries: expression.entries.with(i, [key, other]) }),
      }));
    case 'call':
      return [
        { part: expression.callee, replace: (callee) => ({ ...expression, callee }) },
        ...expression.args.map(({ name, value }, i) => ({
          part: value,
          replace: (other: Expression) => ({
            ...expression,
            args: expression.args.with(i, { name, value: other }),
          }),
        })),
      ];
    case 'binary':
      return [
        { part: expression.left, replace: (left) => ({ ...expression, left }) },
        { part: expression.right, replace: (right) => ({ ...expression, right }) },
      ];
    case 'suffix':
      return [{ part: expression.object, replace: (object) => ({ ...expression, object }) }];
  }
}

/** Names of earlier statements that an expression uses. */
export function refs(expression: Expression): string[] {
  return expression.kind === 'ref' ? [expression.name] : parts(expression).flatMap(({ part }) => refs(part));
}
