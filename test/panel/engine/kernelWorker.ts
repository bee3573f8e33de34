// Runs in a blob worker under the panel's policy: computes random ops on a backend and tells how far each is from the reference.
import type { BackendName } from '../../../src/engine/api';
import type { Backend } from '../../../src/engine/backends/backend';
import { openBackend } from '../../../src/engine/backends/choose';
import { computeOp } from '../../../src/engine/reference';
import { relativeError } from '../../engine/compare';
import { randomOp, type OpKind } from '../../engine/randomOps';

export interface KernelRequest {
  readonly mode: BackendName;
  readonly kind: OpKind;
  readonly seeds: number;
}

export interface KernelAnswer {
  readonly failures: string[];
  readonly compared: number;
  readonly milliseconds: number;
}

const backends = new Map<BackendName, Backend>();

self.onmessage = async (event: MessageEvent<KernelRequest>) => {
  const { mode, kind, seeds } = event.data;
  const failures: string[] = [];
  let compared = 0;
  const start = performance.now();
  try {
    let backend = backends.get(mode);
    if (!backend) {
      const opened = await openBackend(mode);
      if (opened.info.name !== mode) throw new Error(opened.info.fallbacks[0].reason);
      ({ backend } = opened);
      backends.set(mode, backend);
    }
    const own = backend;
    for (let seed = 0; seed < seeds; seed++) {
      const { op, inputs } = randomOp(kind, seed);
      try {
        const handles = inputs.map((data) => own.upload(data));
        const result = own.compute(op, handles);
        if (!result) throw new Error('no kernel');
        const error = relativeError(await own.read(result), computeOp(op, inputs));
        if (!(error < 1e-4)) throw new Error(`relative error ${error}`);
        compared++;
        for (const handle of [...handles, result]) own.release(handle);
      } catch (error) {
        failures.push(`seed ${seed}: ${String(error)} for ${JSON.stringify(op)}`);
      }
    }
  } catch (error) {
    failures.push(String(error));
  }
  const answer: KernelAnswer = { failures, compared, milliseconds: performance.now() - start };
  self.postMessage(answer);
};
