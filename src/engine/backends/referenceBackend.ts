/** The last resort: the reference on the processor, float32 storage and float64 sums. Runs everywhere. */
import { float32 } from '../reference/arrays';
import { computeOp } from '../reference';
import type { Backend, Handle } from './backend';
import { Tally } from './tally';

interface Memory extends Handle {
  readonly data: Float32Array;
}

export function createReferenceBackend(): Backend {
  const tally = new Tally();
  const memory = (data: Float32Array): Memory => {
    tally.take(4 * data.length);
    return { data, length: data.length };
  };
  return {
    name: 'reference',
    upload: memory,
    compute: (op, inputs) =>
      memory(
        computeOp(
          op,
          inputs.map((handle) => (handle as Memory).data),
          float32,
        ) as Float32Array,
      ),
    read: (handle) => Promise.resolve((handle as Memory).data),
    release: (handle) => tally.give(4 * handle.length),
    memory: () => tally.read(0),
    restartPeak: () => tally.restart(),
    trim: () => undefined,
    finish: () => Promise.resolve(),
    lost: () => null,
    dispose: () => undefined,
  };
}
