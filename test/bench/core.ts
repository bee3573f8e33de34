// Measures the core in one process: first and warm analyses of the sample models, and the time from a key press to new
// hints in a 300-line file. Prints one JSON object. Milliseconds throughout.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  analyze,
  diagnostics,
  hover,
  inlayHints,
  snapshot,
  type Analysis,
  type Environment,
} from '../../src/features';
import { growth } from '../features/manyEdits';
import { edits, longProgram, quantile, round } from './keystrokes';

const environment: Environment = { reader: { read: () => undefined }, searchPath: [] };
const run = (file: string, text: string): Analysis => analyze({ path: file, text }, environment);

function timed(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

const samplesDir = path.resolve(process.argv[2]);
const samples: Record<string, unknown> = {};
for (const file of readdirSync(samplesDir).filter((name) => name.endsWith('.py'))) {
  const text = readFileSync(path.join(samplesDir, file), 'utf8');
  const first = timed(() => inlayHints(run(file, text)));
  const warm = Array.from({ length: 15 }, (_, i) => timed(() => inlayHints(run(file, `${text}\n# ${i}`))));
  const analysis = run(file, text);
  samples[file] = {
    nodes: analysis.graph.nodes.length,
    first: round(first),
    warmMedian: quantile(warm, 0.5),
    hover: round(timed(() => hover(analysis, { cell: 0, offset: Math.max(0, text.indexOf('Conv')) }))),
    snapshot: round(
      timed(() => snapshot(analysis, { uri: file, version: 1, fileName: file, language: 'en' })),
    ),
  };
}

const program = longProgram(300);
const versions = edits(program);
for (let i = 0; i < 30; i++) run('warm.py', versions[i % versions.length]);
const hints: number[] = [];
const cpu: number[] = [];
const withProblems: number[] = [];
for (const text of [...versions, ...versions].slice(0, 200)) {
  let analysis!: Analysis;
  const before = process.cpuUsage();
  const toHints = timed(() => {
    analysis = run('edited.py', text);
    inlayHints(analysis);
  });
  const used = process.cpuUsage(before);
  // Processor time, garbage collection on other threads included: steadier than the clock on a busy machine.
  cpu.push((used.user + used.system) / 1000);
  hints.push(toHints);
  withProblems.push(toHints + timed(() => diagnostics(analysis)));
}
const shown = run('edited.py', program);
const EDITS = 10_000;
const grown = growth(EDITS);

console.log(
  JSON.stringify({
    samples,
    keystroke: {
      lines: program.split('\n').length - 1,
      nodes: shown.graph.nodes.length,
      hints: inlayHints(shown).length,
      edits: hints.length,
      toHintsMedian: quantile(hints, 0.5),
      toHintsCpuMedian: quantile(cpu, 0.5),
      toHintsP95: quantile(hints, 0.95),
      toProblemsMedian: quantile(withProblems, 0.5),
    },
    // Memory in use after many edits beyond what was in use after the first 300.
    memory: { edits: EDITS, grownMegabytes: round(grown) },
  }),
);
