// Runs in the page of `npm run bench:engine`: times this engine on one model, and gives its output to compare.
import { createEngine } from '../../../src/engine/engine';
import type { Engine } from '../../../src/engine/api';
import type { ModelGraph } from '../../../src/graph/graph';

export interface Measured {
  readonly milliseconds: number;
  /** The first map of the first round. */
  readonly first: number;
  /** The first round, which compiles. */
  readonly warmUp: number;
  readonly rounds: number;
  /** Most that was held on the device at once. */
  readonly bytes: number;
  readonly output: number[];
}

export interface Job {
  readonly graph: ModelGraph;
  readonly model: number;
  readonly rounds: number;
  /** No round begins after this time. */
  readonly seconds: number;
}

const engines = new Map<string, Engine>();

async function ours(backend: 'webgl2' | 'webgpu' | 'webasm', job: Job): Promise<Measured> {
  let engine = engines.get(backend);
  if (!engine) engines.set(backend, (engine = await createEngine({ backend })));
  if (engine.backend.name !== backend)
    throw new Error(engine.backend.fallbacks[0]?.reason ?? 'not available');
  const loaded = await engine.load(job.graph, job.model, { seed: 1, sample: 'noise' });
  if (!loaded.ok) throw new Error(loaded.message ?? 'does not load');
  const { producer } = job.graph.tensors[job.graph.models[job.model].outputs[0]];
  const times: number[] = [];
  let first = 0;
  let output: number[] = [];
  const start = performance.now();
  let warmUp = 0;
  for (let round = 0; round <= job.rounds; round++) {
    // At least one round after the first, which compiles.
    if (round > 1 && performance.now() - start > 1000 * job.seconds) break;
    const began = performance.now();
    const result = await engine.run({
      keep: [producer as number],
      onNode: () => {
        first ||= performance.now() - began;
      },
    });
    if (result.failures.length) throw new Error(result.failures[0].reason);
    const map = await engine.read(producer as number);
    if (round > 0) times.push(performance.now() - began);
    else {
      output = [...map.data.slice(-64)];
      warmUp = performance.now() - began;
    }
  }
  times.sort((a, b) => a - b);
  return {
    milliseconds: times[0],
    first,
    warmUp,
    rounds: times.length,
    bytes: engine.memory().peak,
    output,
  };
}

(globalThis as { ours?: typeof ours }).ours = ours;
