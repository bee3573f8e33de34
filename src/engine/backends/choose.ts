/** Opens a backend: the one asked for, or the first of the preferred order that works; why others do not is kept. */
import type { BackendInfo, BackendName } from '../api';
import type { Backend } from './backend';
import { GpuBackend } from './gpuBackend';
import { createReferenceBackend } from './referenceBackend';
import { openWebGpu } from './webgpuBackend';

type Opener = () => Promise<Backend> | Backend;

const OPENERS: Readonly<Partial<Record<BackendName, Opener>>> = {
  webgpu: openWebGpu,
  webgl2: () => new GpuBackend('webgl2'),
  webasm: () => new GpuBackend('webasm'),
  reference: createReferenceBackend,
};

const PREFERRED: readonly BackendName[] = ['webgl2', 'webasm', 'reference'];

export async function openBackend(
  wanted: BackendName | 'auto',
): Promise<{ readonly backend: Backend; readonly info: BackendInfo }> {
  const order = wanted === 'auto' ? PREFERRED : [wanted, ...PREFERRED.filter((name) => name !== wanted)];
  const fallbacks: { backend: BackendName; reason: string }[] = [];
  for (const name of order) {
    const open = OPENERS[name];
    try {
      if (!open) throw new Error('not available');
      const backend = await open();
      return { backend, info: { name, fallbacks } };
    } catch (error) {
      fallbacks.push({ backend: name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { backend: createReferenceBackend(), info: { name: 'reference', fallbacks } };
}
