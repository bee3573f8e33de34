/**
 * Compares the command line's answers with real Keras on whole programs: every layer call's shapes and parameters, every
 * model's totals. `npx tsx test/oracle/programs.ts FILE… --python PYTHON [--cache DIR] [--verbose]`; exits 1 on any wrong value.
 *
 * A value that ConvLens leaves unknown is counted as missing, never as wrong. Keras may run a layer's body more than once
 * (to build it, to trace it); executions are therefore compared as sets per call expression.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';

type Dim = number | null | '?';
type ShapeJson = Dim[] | null;
interface CallJson {
  line: number;
  column: number;
  type: string;
  inputs: ShapeJson[] | null;
  outputs: ShapeJson[] | null;
  params: number | null;
  probed?: boolean;
}
interface RowJson {
  name: string;
  type: string;
  outputs: ShapeJson[] | null;
  params: number | null;
}
interface ModelJson {
  name: string;
  params: { total: number | null; trainable: number | null } | null;
  layers: RowJson[];
  probed?: boolean;
}
interface Truth {
  error: { type: string; message: string; line: number | null } | null;
  models: ModelJson[];
  calls: CallJson[];
}
interface FileJson {
  path: string;
  models: ModelJson[];
  calls: CallJson[];
  diagnostics: { code: string; severity: string; line: number; message: string }[];
}

/** Figures of one program's comparison. */
export interface Score {
  calls: number;
  exact: number;
  wrong: number;
  models: number;
  modelsExact: number;
  modelsWrong: number;
  rows: number;
  rowsExact: number;
  rowsWrong: number;
  falseAlarms: number;
  missedErrors: number;
  notes: string[];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** True when the known parts of `ours` agree with `truth`. */
function agrees(ours: unknown, truth: unknown): boolean {
  if (ours === '?') return true;
  if (Array.isArray(ours) && Array.isArray(truth))
    return ours.length === truth.length && ours.every((part, i) => agrees(part, truth[i]));
  return same(ours, truth);
}

/** A whole shape or number that is null is unknown; within a shape null is an open dimension. */
const agreesOrUnknown = (ours: unknown, truth: unknown): boolean =>
  ours === null || ours === undefined || agrees(ours, truth);
const shapesAgree = (ours: ShapeJson[] | null, truth: ShapeJson[] | null): boolean =>
  ours === null ||
  truth === null ||
  (ours.length === truth.length && ours.every((shape, i) => agreesOrUnknown(shape, truth[i])));

/** The recorder skips training, where Keras would call the model on batches of a length that is open. */
const anyBatch = (shapes: ShapeJson[] | null): ShapeJson[] | null =>
  shapes?.map((shape) => (shape === null || shape.length === 0 ? shape : ['?', ...shape.slice(1)])) ?? null;

export function score(ours: FileJson, truth: Truth, trains = false): Score {
  const result: Score = {
    calls: 0,
    exact: 0,
    wrong: 0,
    models: 0,
    modelsExact: 0,
    modelsWrong: 0,
    rows: 0,
    rowsExact: 0,
    rowsWrong: 0,
    falseAlarms: 0,
    missedErrors: 0,
    notes: [],
  };
  const site = (call: CallJson): string => `${call.line}:${call.column}`;
  const bySite = new Map<string, CallJson[]>();
  for (const call of ours.calls) bySite.set(site(call), [...(bySite.get(site(call)) ?? []), call]);
  const truthBySite = new Map<string, CallJson[]>();
  const seen = new Set<string>();
  for (const call of truth.calls) {
    if (call.outputs === undefined || call.outputs === null) continue;
    truthBySite.set(site(call), [...(truthBySite.get(site(call)) ?? []), call]);
    const key = JSON.stringify(call);
    if (seen.has(key)) continue;
    seen.add(key);
    result.calls++;
    const here = bySite.get(site(call)) ?? [];
    if (
      here.some(
        (mine) =>
          same(mine.inputs, call.inputs) &&
          same(mine.outputs, call.outputs) &&
          same(mine.params, call.params),
      )
    )
      result.exact++;
    else
      result.notes.push(
        `missing ${site(call)} ${call.type} ${JSON.stringify(call.inputs)} → ${JSON.stringify(call.outputs)} ${call.params}; have ${here
          .slice(0, 3)
          .map((m) => `${JSON.stringify(m.inputs)} → ${JSON.stringify(m.outputs)} ${m.params}`)
          .join(' | ')}`,
      );
  }
  for (const call of ours.calls) {
    const there = truthBySite.get(site(call));
    if (!there || call.probed) continue;
    const training = trains && call.inputs?.some((shape) => shape?.[0] === null) === true;
    const [inputs, outputs] = training
      ? [anyBatch(call.inputs), anyBatch(call.outputs)]
      : [call.inputs, call.outputs];
    if (
      !there.some(
        (real) =>
          shapesAgree(outputs, real.outputs) &&
          shapesAgree(inputs, real.inputs) &&
          agreesOrUnknown(call.params, real.params),
      )
    ) {
      result.wrong++;
      result.notes.push(
        `WRONG ${site(call)} ${call.type} ${JSON.stringify(call.inputs)} → ${JSON.stringify(call.outputs)} ${call.params}; Keras ${JSON.stringify(there[0]!.inputs)} → ${JSON.stringify(there[0]!.outputs)} ${there[0]!.params}`,
      );
    }
  }
  for (const model of truth.models) {
    result.models++;
    const mine = [...ours.models].reverse().find((other) => other.name === model.name);
    // Keras calls a model built that has only been told a shape: what ConvLens then shows is what it would be.
    if (mine?.probed && (model.params?.total ?? 0) === 0) {
      result.modelsExact++;
      continue;
    }
    if (
      mine &&
      same(mine.params?.total ?? null, model.params?.total ?? null) &&
      same(mine.params?.trainable ?? null, model.params?.trainable ?? null)
    )
      result.modelsExact++;
    else if (mine && mine.params && mine.params.total !== null) {
      result.modelsWrong++;
      result.notes.push(
        `WRONG model ${model.name}: ${JSON.stringify(mine.params)}; Keras ${JSON.stringify(model.params)}`,
      );
    } else
      result.notes.push(
        `missing model ${model.name} ${JSON.stringify(model.params)}; have ${JSON.stringify(mine?.params)}`,
      );
    result.rows += model.layers.length;
    model.layers.forEach((row, i) => {
      const own = mine?.layers[i];
      if (
        own &&
        own.type === row.type &&
        same(own.params, row.params) &&
        (row.outputs === null || same(own.outputs, row.outputs)) &&
        own.name === row.name
      )
        result.rowsExact++;
      else if (own) {
        result.rowsWrong++;
        result.notes.push(
          `row ${model.name}[${i}] ${own.name} ${own.type} ${JSON.stringify(own.outputs)} ${own.params}; Keras ${row.name} ${row.type} ${JSON.stringify(row.outputs)} ${row.params}`,
        );
      }
    });
    if (mine && mine.layers.length > model.layers.length)
      result.notes.push(`extra rows in ${model.name}: ${mine.layers.length} for ${model.layers.length}`);
  }
  const errors = ours.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  if (truth.error === null) {
    result.falseAlarms = errors.length;
    for (const error of errors)
      result.notes.push(`FALSE ALARM line ${error.line} ${error.code}: ${error.message}`);
  } else if (errors.length === 0) {
    result.missedErrors = 1;
    result.notes.push(
      `Keras ended with ${truth.error.type} at line ${truth.error.line}: ${truth.error.message.slice(0, 160)}`,
    );
  }
  return result;
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      python: { type: 'string', default: 'python3' },
      cache: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      'python-path': { type: 'string', multiple: true, default: [] },
    },
  });
  const here = path.dirname(path.resolve(process.argv[1]!));
  const cli = path.join(here, '..', '..', 'dist', 'cli.js');
  const total: Score = {
    calls: 0,
    exact: 0,
    wrong: 0,
    models: 0,
    modelsExact: 0,
    modelsWrong: 0,
    rows: 0,
    rowsExact: 0,
    rowsWrong: 0,
    falseAlarms: 0,
    missedErrors: 0,
    notes: [],
  };
  for (const file of positionals) {
    const key = createHash('sha1').update(readFileSync(file)).digest('hex');
    const cached = values.cache ? path.join(values.cache, `${key}.json`) : null;
    let text: string;
    if (cached && existsSync(cached)) text = readFileSync(cached, 'utf8');
    else {
      const run = spawnSync(values.python, [path.join(here, 'record_program.py'), file], {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        timeout: 300_000,
      });
      text = (run.stdout ?? '').trim().split('\n').pop() ?? '';
      if (!text.startsWith('{')) {
        console.log(`${file}: Keras gave no answer: ${(run.stderr ?? '').slice(-300)}`);
        continue;
      }
      if (cached) {
        mkdirSync(values.cache!, { recursive: true });
        writeFileSync(cached, text);
      }
    }
    const truth = JSON.parse(text) as Truth;
    const started = performance.now();
    const output = execFileSync(
      process.execPath,
      [
        cli,
        'summary',
        '--format',
        'json',
        ...values['python-path'].flatMap((dir) => ['--python-path', dir]),
        file,
      ],
      { encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    const ours = (JSON.parse(output) as { files: FileJson[] }).files[0]!;
    const figures = score(ours, truth, /\.fit\(/.test(readFileSync(file, 'utf8')));
    console.log(
      `${file}: calls ${figures.exact}/${figures.calls} wrong ${figures.wrong}; models ${figures.modelsExact}/${figures.models} wrong ${figures.modelsWrong}; rows ${figures.rowsExact}/${figures.rows} wrong ${figures.rowsWrong}; false alarms ${figures.falseAlarms}${figures.missedErrors ? ' MISSED' : ''}${truth.error ? ` (Keras: ${truth.error.type} line ${truth.error.line})` : ''} ${Math.round(performance.now() - started)} ms`,
    );
    for (const note of figures.notes.slice(0, values.verbose ? 1000 : 6)) console.log(`   ${note}`);
    for (const name of Object.keys(total) as (keyof Score)[])
      if (name !== 'notes') total[name] += figures[name];
  }
  console.log(JSON.stringify({ ...total, notes: undefined }));
  if (total.wrong + total.modelsWrong + total.falseAlarms > 0) process.exitCode = 1;
}

if (process.argv[1]?.endsWith('programs.ts')) main();
