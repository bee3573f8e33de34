/** Lays the two answers to a program side by side. */
import type { Program } from './expression';
import { print } from './expression';
import type { Answer } from './keras';

export type DifferenceKind =
  'crash' | 'shape' | 'dtype' | 'params' | 'trainable' | 'false alarm' | 'missed error';

/** One difference; `where` is the statement's name. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly where: string;
  readonly keras: string;
  readonly convlens: string;
}

/** The first difference between the answers, in the order of the program; undefined when they agree. */
export function compare(program: Program, keras: Answer, convlens: Answer): Difference | undefined {
  if (keras.timeout) return undefined;
  if (convlens.crash !== undefined)
    return {
      kind: 'crash',
      where: program[program.length - 1]!.name,
      keras: keras.error ?? 'builds',
      convlens: convlens.crash,
    };
  if (keras.error === undefined && convlens.error !== undefined) {
    const { name } = program[Math.min(convlens.at ?? 0, program.length - 1)] ?? program[0]!;
    return {
      kind: 'false alarm',
      where: name,
      keras: 'builds',
      convlens: `${convlens.error}: ${convlens.message}`,
    };
  }
  // After a mistake ConvLens goes on with a guess, Keras with nothing: only what came before is compared.
  const until = Math.min(
    keras.outputs.length,
    convlens.at !== undefined && convlens.at >= 0 ? convlens.at : Infinity,
  );
  for (let i = 0; i < until; i++) {
    const expected = keras.outputs[i];
    const found = convlens.outputs[i];
    // A statement whose value holds no tensor (`x == y` is a plain bool) has nothing to compare.
    if (expected == null || (expected.length === 0 && !found?.length)) continue;
    const where = program[i]!.name;
    const shapes = (answer: Answer['outputs'][number] | undefined): string =>
      JSON.stringify(answer?.map(([shape]) => shape) ?? null);
    const dtypes = (answer: Answer['outputs'][number] | undefined): string =>
      JSON.stringify(answer?.map(([, dtype]) => dtype) ?? null);
    if (shapes(expected) !== shapes(found))
      return { kind: 'shape', where, keras: shapes(expected), convlens: shapes(found) };
    if (dtypes(expected) !== dtypes(found))
      return { kind: 'dtype', where, keras: dtypes(expected), convlens: dtypes(found) };
  }
  if (keras.error !== undefined) {
    if (convlens.error !== undefined) return undefined;
    const where = program[keras.at ?? 0]?.name ?? '';
    return { kind: 'missed error', where, keras: `${keras.error}: ${keras.message}`, convlens: 'no error' };
  }
  for (const { name } of program) {
    const expected = keras.layers[name];
    if (expected === undefined) continue;
    const found = convlens.layers[name];
    if (expected[0] !== found?.[0])
      return { kind: 'params', where: name, keras: String(expected[0]), convlens: String(found?.[0]) };
    if (expected[1] !== found?.[1])
      return { kind: 'trainable', where: name, keras: String(expected[1]), convlens: String(found?.[1]) };
  }
  return undefined;
}

/** Groups differences that seem to have one cause: kind, what the statement calls, and the message without its numbers. */
export function causeOf(program: Program, difference: Difference): string {
  const calledBy = (name: string): string => {
    const value = program.find((statement) => statement.name === name)?.value;
    if (value?.kind === 'text') return /^[\w.]+(?=\()/.exec(value.text)?.[0] ?? 'operator';
    if (value?.kind !== 'call') return value?.kind ?? '';
    return value.callee.kind === 'ref' ? calledBy(value.callee.name) : print(value.callee);
  };
  const message =
    difference.kind === 'missed error'
      ? difference.keras
      : difference.kind === 'false alarm'
        ? difference.convlens
        : '';
  return [
    difference.kind,
    calledBy(difference.where),
    message.replace(/[-\d.]+|\(.*?\)|\[.*?\]|'.*?'/g, '#').slice(0, 80),
  ].join(' ');
}
