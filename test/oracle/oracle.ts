/**
 * `npm run oracle -- --cases N --graphs M --seed S [--functions F] [--python PY]`: draws layers, networks and calls of
 * functions on tensors (none unless asked for), asks real Keras and ConvLens,
 * prints every cause of difference by its smallest program, and ends with one line of figures. Exits 1 on any difference in
 * shapes, dtypes or counts, on any false alarm, when fewer than 99.5 % of the answers agree on whether there is an error, or
 * when a class was not drawn.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { causeOf, compare, type DifferenceKind } from './compare';
import { answerOf } from './convlens';
import { Drawer } from './draw';
import { print, printProgram, type Program } from './expression';
import { findPython, Keras, makePython, type Answer } from './keras';
import { shrink, type Found } from './shrink';

const BATCH = 25;
const REQUIRED_AGREEMENT = 0.995;

export interface Figures {
  cases: number;
  graphs: number;
  classes: number;
  raised: number;
  timeouts: number;
  differences: Record<DifferenceKind, number>;
  found: Found[];
}

/** Asks both sides about every program. */
export async function differences(
  programs: readonly Program[],
  keras: Keras,
  progress: (done: number) => void = () => {},
): Promise<Omit<Figures, 'cases' | 'graphs' | 'classes'> & { readonly answers: readonly Answer[] }> {
  const counts: Figures['differences'] = {
    crash: 0,
    shape: 0,
    dtype: 0,
    params: 0,
    trainable: 0,
    'false alarm': 0,
    'missed error': 0,
  };
  const found: Found[] = [];
  const answers: Answer[] = [];
  for (let from = 0; from < programs.length; from += BATCH) {
    const batch = programs.slice(from, from + BATCH);
    answers.push(...(await keras.ask(batch)));
    batch.forEach((program, i) => {
      const difference = compare(program, answers[from + i]!, answerOf(program));
      if (difference === undefined) return;
      counts[difference.kind]++;
      found.push({ program, difference });
    });
    progress(from + batch.length);
  }
  const raised = answers.filter(({ error }) => error !== undefined).length;
  return {
    raised,
    timeouts: answers.filter(({ timeout }) => timeout).length,
    differences: counts,
    found,
    answers,
  };
}

/** One program a line: its statements, then Keras' answer. */
function record(file: string, keras: Keras, programs: readonly Program[], answers: readonly Answer[]): void {
  const lines = programs.map((program, i) =>
    JSON.stringify([program.map(({ name, value }) => [name, print(value)]), answers[i]]),
  );
  writeFileSync(
    file,
    `{"versions":${JSON.stringify(keras.versions)},\n"programs":[\n${lines.join(',\n')}\n]}\n`,
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '1000' },
      graphs: { type: 'string', default: '100' },
      functions: { type: 'string', default: '0' },
      seed: { type: 'string', default: String(Math.floor(Date.now() / 86_400_000)) },
      python: { type: 'string' },
      'no-shrink': { type: 'boolean', default: false },
      /** Writes the programs with Keras' answers to this file, for the tests that run without Python. */
      record: { type: 'string' },
    },
  });
  const seed = Number(values.seed);
  const drawer = new Drawer(seed);
  const began = Date.now();
  let python = findPython(values.python);
  if (python === undefined) {
    console.error('no Python with keras and jax found: making one');
    const { cacheDir } = (await import(path.join(__dirname, '../../scripts/lib/paths.mjs'))) as {
      cacheDir: () => string;
    };
    python = makePython(cacheDir());
  }
  const layers = drawer.layers(Number(values.cases));
  const graphs = drawer.graphs(Number(values.graphs));
  const functions = drawer.functions(Number(values.functions));
  const programs = [...layers, ...graphs, ...functions];
  const keras = await Keras.start(python);
  const result = await differences(programs, keras, (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done}`);
  });
  if (values.record !== undefined) {
    // What is right today is held to stay right; what differs is said below.
    const differing = new Set(result.found.map(({ program }) => program));
    const kept = programs.map((program, i) => [program, result.answers[i]!] as const);
    const agreed = kept.filter(([program, answer]) => !differing.has(program) && !answer.timeout);
    record(
      values.record,
      keras,
      agreed.map(([program]) => program),
      agreed.map(([, answer]) => answer),
    );
  }
  const causes = new Map<string, Found[]>();
  for (const found of result.found) {
    const cause = causeOf(found.program, found.difference);
    causes.set(cause, [...(causes.get(cause) ?? []), found]);
  }
  for (const [cause, all] of [...causes].sort(([, a], [, b]) => b.length - a.length)) {
    all.sort((a, b) => printProgram(a.program).length - printProgram(b.program).length);
    const { program, difference } = values['no-shrink']
      ? all[0]!
      : await shrink(all[0]!, (asked) => keras.ask(asked));
    console.log(`--- ${cause}${all.length > 1 ? ` (${all.length} programs, the smallest one follows)` : ''}`);
    console.log(
      `${printProgram(program)}${difference.where}: Keras ${difference.keras}\n${' '.repeat(difference.where.length)}  ConvLens ${difference.convlens}\n`,
    );
  }
  keras.stop();
  for (const [type, count] of [...drawer.counts].sort(([, a], [, b]) => a - b))
    console.log(`${String(count).padStart(6)} ${type}`);
  const total = programs.length;
  const { differences: counts } = result;
  const wrong = counts.crash + counts.shape + counts.dtype + counts.params + counts.trainable;
  const agreement = 1 - (counts['false alarm'] + counts['missed error']) / Math.max(1, total);
  const missing = drawer.missing();
  if (missing.length) console.log(`never drawn: ${missing.join(', ')}`);
  console.log(
    `cases ${layers.length}, graphs ${graphs.length}, functions ${functions.length}, seed ${seed}, Keras ${keras.versions.keras}: differences ${wrong} (crash ${counts.crash}, shape ${counts.shape}, dtype ${counts.dtype}, parameters ${counts.params}, trainable ${counts.trainable}), false alarms ${counts['false alarm']}, missed errors ${counts['missed error']} of ${result.raised}, raise agreement ${(100 * agreement).toFixed(2)} %, classes ${drawer.counts.size - missing.length}/${drawer.counts.size}, time-outs ${result.timeouts}, ${Math.round((Date.now() - began) / 1000)} s`,
  );
  process.exitCode =
    wrong > 0 || counts['false alarm'] > 0 || agreement < REQUIRED_AGREEMENT || missing.length > 0 ? 1 : 0;
}

if (process.argv[1]?.endsWith('oracle.ts')) void main();
