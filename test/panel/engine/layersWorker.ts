// Runs in a blob worker under the panel's policy: recorded programs on one backend, and what differs from Keras' outputs.
import type { BackendName, Engine } from '../../../src/engine/api';
import { createEngine } from '../../../src/engine/engine';
import { compareWithKeras, type Fact } from '../../engine/kerasCase';

export interface LayersRequest {
  readonly backend: BackendName;
  readonly facts: readonly Fact[];
}

let engine: Engine | null = null;

self.onmessage = async ({ data }: MessageEvent<LayersRequest>) => {
  const failures: string[] = [];
  try {
    engine ??= await createEngine({ backend: data.backend });
    if (engine.backend.name !== data.backend) throw new Error(engine.backend.fallbacks[0].reason);
    for (const fact of data.facts) {
      const trouble = await compareWithKeras(engine, fact, 1e-4).catch((error: unknown) => String(error));
      if (trouble !== null) failures.push(`${fact.name}: ${trouble}`);
    }
  } catch (error) {
    failures.push(String(error));
  }
  self.postMessage({ failures });
};
