/** Cuts a program that shows a difference down to a smallest one that still shows it. */
import { causeOf, compare, type Difference } from './compare';
import { answerOf } from './convlens';
import { parts, refs, ref, text, type Expression, type Program } from './expression';
import type { Answer } from './keras';

export interface Found {
  readonly program: Program;
  readonly difference: Difference;
}

/** Asks Keras about many programs at once. */
export type Ask = (programs: readonly Program[]) => Promise<readonly Answer[]>;

/** Simpler forms of one expression, the boldest first. */
function simpler(expression: Expression): Expression[] {
  const found: Expression[] = [];
  switch (expression.kind) {
    case 'text': {
      const number = /^-?\d+$/.test(expression.text) ? Number(expression.text) : undefined;
      if (number !== undefined && Math.abs(number) > 1) {
        for (const candidate of [1, 2, 3, Math.trunc(number / 2), number - Math.sign(number)])
          if (Math.abs(candidate) < Math.abs(number)) found.push(text(candidate));
      }
      break;
    }
    case 'tuple':
    case 'list':
      expression.items.forEach((_, i) =>
        found.push({ ...expression, items: expression.items.toSpliced(i, 1) }),
      );
      break;
    case 'call':
      expression.args.forEach((_, i) => found.push({ ...expression, args: expression.args.toSpliced(i, 1) }));
      break;
    case 'binary':
      found.push(expression.left, expression.right);
      break;
    case 'suffix':
      found.push(expression.object);
      break;
    case 'dict':
      expression.entries.forEach((_, i) =>
        found.push({ ...expression, entries: expression.entries.toSpliced(i, 1) }),
      );
      break;
    case 'ref':
      break;
  }
  for (const { part, replace } of parts(expression)) found.push(...simpler(part).map(replace));
  return found;
}

function substitute(expression: Expression, name: string, by: string): Expression {
  if (expression.kind === 'ref') return expression.name === name ? ref(by) : expression;
  let result = expression as Expression;
  parts(expression).forEach((_, i) => {
    const { part, replace } = parts(result)[i]!;
    result = replace(substitute(part, name, by));
  });
  return result;
}

/** Programs that are one step smaller. */
function smaller(program: Program): Program[] {
  const found: Program[] = [];
  for (let cut = program.length - 1; cut > 0; cut--) found.push(program.slice(0, cut));
  program.forEach((statement, i) => {
    const rest = program.toSpliced(i, 1);
    const used = rest.some(({ value }) => refs(value).includes(statement.name));
    if (!used) found.push(rest);
    else
      for (const operand of new Set([
        ...refs(statement.value),
        ...program.slice(0, i).map(({ name }) => name),
      ]))
        found.push(
          rest.map(({ name, value }) => ({ name, value: substitute(value, statement.name, operand) })),
        );
  });
  program.forEach(({ name, value }, i) =>
    found.push(...simpler(value).map((other) => program.with(i, { name, value: other }))),
  );
  return found;
}

/** Takes the first smaller program with the same cause, again and again. Never longer than `rounds`. */
export async function shrink(start: Found, ask: Ask, rounds = 60): Promise<Found> {
  let best = start;
  const cause = causeOf(start.program, start.difference);
  const tried = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    const candidates = smaller(best.program).filter((program) => {
      const key = JSON.stringify(program);
      return program.length > 0 && !tried.has(key) && tried.add(key);
    });
    let better: Found | undefined;
    for (let from = 0; from < candidates.length && !better; from += 16) {
      const batch = candidates.slice(from, from + 16);
      const answers = await ask(batch);
      batch.some((program, i) => {
        const difference = compare(program, answers[i]!, answerOf(program));
        if (difference === undefined || causeOf(program, difference) !== cause) return false;
        better = { program, difference };
        return true;
      });
    }
    if (!better) return best;
    best = better;
  }
  return best;
}
