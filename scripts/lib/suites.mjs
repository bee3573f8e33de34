// Runs one suite and keeps its real counts; a suite that dies or runs nothing is a failure.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { outDir, root } from './paths.mjs';
import { progress, run } from './run.mjs';

const resultsFile = (name) => path.join(outDir, 'results', `${name.replace(/\W+/g, '-')}.json`);

/** Counts one list of test results. */
export function count(name, results, seconds) {
  const of = (state) => results.filter((result) => result.state === state).length;
  const row = { name, passed: of('passed'), failed: of('failed'), skipped: of('skipped'), seconds };
  if (row.passed + row.failed === 0) return { ...row, failed: 1, note: 'ran no tests' };
  return row;
}

/** Runs Mocha in a process of its own with `args`, and returns its counts. */
export async function mochaSuite(name, args, env = {}) {
  const file = resultsFile(name);
  await mkdir(path.dirname(file), { recursive: true });
  await rm(file, { force: true });
  const reporter = path.join(root, 'scripts/lib/countingReporter.cjs');
  const mocha = path.join(root, 'node_modules/mocha/bin/mocha.js');
  return timed(name, async () => {
    await run(process.execPath, [mocha, '--reporter', reporter, ...args], {
      cwd: root,
      env: { ...env, CONVLENS_RESULTS: file },
      allowFailure: true,
    });
    if (!existsSync(file)) throw new Error('Mocha ended without results');
    return JSON.parse(await readFile(file, 'utf8'));
  });
}

/** Runs `suite` (→ results), turning an exception into a failure with its text printed. */
export async function timed(name, suite) {
  progress(`${name} …`);
  const began = Date.now();
  const seconds = () => (Date.now() - began) / 1000;
  try {
    const results = await suite();
    for (const result of results.filter((each) => each.state === 'failed')) {
      console.log(
        `  FAILED ${name}: ${result.title}\n    ${(result.error ?? '').replaceAll('\n', '\n    ')}`,
      );
    }
    for (const result of results.filter((each) => each.note)) console.log(`  ${name}: ${result.note}`);
    await mkdir(path.join(outDir, 'results'), { recursive: true });
    await writeFile(resultsFile(name), JSON.stringify(results, null, 1));
    return count(name, results, seconds());
  } catch (error) {
    console.log(`  FAILED ${name}: ${error.message}`);
    return { name, passed: 0, failed: 1, skipped: 0, seconds: seconds(), note: 'did not run to its end' };
  }
}

/** Runs a check that has no tests of its own (build, lint, types); only its failure is counted. */
export async function check(name, work) {
  progress(`${name} …`);
  const began = Date.now();
  let failed = 0;
  try {
    await work();
  } catch (error) {
    failed = 1;
    console.log(`  FAILED ${name}: ${error.message}`);
  }
  return {
    name,
    passed: 0,
    failed,
    skipped: 0,
    seconds: (Date.now() - began) / 1000,
    note: failed ? 'failed' : 'ok',
  };
}

/** Prints the rows as a table and returns the totals. */
export function summarise(rows) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  console.log(
    `\n${'suite'.padEnd(28)}${'passed'.padStart(8)}${'failed'.padStart(8)}${'skipped'.padStart(9)}${'seconds'.padStart(9)}`,
  );
  for (const row of rows) {
    total.passed += row.passed;
    total.failed += row.failed;
    total.skipped += row.skipped;
    const cells = [row.passed, row.failed, row.skipped].map(String);
    console.log(
      row.name.padEnd(28) +
        cells[0].padStart(8) +
        cells[1].padStart(8) +
        cells[2].padStart(9) +
        row.seconds.toFixed(1).padStart(9) +
        (row.note ? `  ${row.note}` : ''),
    );
  }
  return total;
}
