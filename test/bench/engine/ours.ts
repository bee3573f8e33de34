// Runs in the page of `npm run bench:engine`: times this engine on one model, and gives its output to compare.
import { createEngine } from '../../../src/engine/engine';
import type { Engine } from '../../../src/engine/api';
import type { ModelGraph } from '../../../src/graph/graph';

export interface Measured {
  readonly milliseconds: number;
  readonly first: number;
  readonly bytes: number;
  readonly output: number[];
}

export interface Job {
  readonly graph: ModelGraph;
  readonly model: number;
  readonly rounds: number;
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
  for (let round = 0; round <= job.rounds; round++) {
    const began = performance.now();
    const result = await engine.run({
      onNode: () => {
        first ||= performance.now() - began;
      },
    });
    if (result.failures.length) throw new Error(result.failures[0].reason);
    const map = await engine.read(producer as number);
    if (round > 0) times.push(performance.now() - began);
    else output = [...map.data.slice(-64)];
  }
  times.sort((a, b) => a - b);
  return {
    milliseconds: times[0],
    first,
    bytes: loaded.weightBytes + loaded.mapBytes,
    output,
  };
}

(globalThis as { ours?: typeof ours }).ours = ours;
