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

const environment: Environment = { reader: { read: () => undefined }, searchPath: [] };
const run = (file: string, text: string): Analysis => analyze({ path: file, text }, environment);

function timed(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

function quantile(times: readonly number[], q: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]);
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

/** A model file of about `lines` lines in the style of everyday code: helpers, loops, several models, comments. */
export function longProgram(lines: number): string {
  const head = ['import keras', 'from keras import layers, Model, Sequential', ''];
  const unit = (n: number): string[] => [
    `def block_${n}(x, filters, strides=1):`,
    `    """A residual block of two convolutions."""`,
    `    shortcut = x`,
    `    y = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)`,
    `    y = layers.BatchNormalization()(y)`,
    `    y = layers.ReLU()(y)`,
    `    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)`,
    `    y = layers.BatchNormalization()(y)`,
    `    if strides != 1 or x.shape[-1] != filters:`,
    `        shortcut = layers.Conv2D(filters, 1, strides=strides, use_bias=False)(x)`,
    `        shortcut = layers.BatchNormalization()(shortcut)`,
    `    return layers.ReLU()(layers.Add()([y, shortcut]))`,
    ``,
    `inputs_${n} = keras.Input((64, 64, 3), name="image_${n}")`,
    `x = layers.Conv2D(32, 7, strides=2, padding="same")(inputs_${n})`,
    `for filters, strides in [(32, 1), (64, 2), (128, 2)]:`,
    `    x = block_${n}(x, filters, strides)`,
    `x = layers.GlobalAveragePooling2D()(x)`,
    `x = layers.Dropout(0.5)(x)`,
    `outputs = layers.Dense(10, activation="softmax")(x)`,
    `model_${n} = Model(inputs_${n}, outputs, name="model_${n}")`,
    ``,
    `# The small one that the large one is compared with.`,
    `small_${n} = Sequential([`,
    `    keras.Input((64, 64, 3)),`,
    `    layers.Conv2D(16, 3, activation="relu"),`,
    `    layers.MaxPooling2D(),`,
    `    layers.Flatten(),`,
    `    layers.Dense(10),`,
    `])`,
  ];
  const text = [...head];
  for (let n = 0; text.length < lines; n++) text.push(...unit(n));
  return text.slice(0, lines).join('\n') + '\n';
}

/** Edits as a person makes them: a digit more in an argument and back again, at places spread over the file. */
function edits(text: string): string[] {
  const texts: string[] = [];
  for (const match of text.matchAll(/(?:Conv2D|Dense|Dropout)\((?:0\.)?\d+/g)) {
    const at = match.index + match[0].length;
    texts.push(text.slice(0, at) + '1' + text.slice(at), text);
  }
  return texts;
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
