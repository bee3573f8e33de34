/**
 * Opens a backend: the one asked for, or with `auto` the fastest on this machine by a small measurement; why others are not used is
 * kept.
 */
import type { BackendInfo, BackendName } from '../api';
import type { Backend } from './backend';
import { GpuBackend } from './gpuBackend';
import { measure } from './measure';
import { createReferenceBackend } from './referenceBackend';
import { openWebGpu } from './webgpuBackend';

type Opener = () => Promise<Backend> | Backend;

const OPENERS: Readonly<Record<BackendName, Opener>> = {
  webgpu: openWebGpu,
  webgl2: () => new GpuBackend('webgl2'),
  webasm: () => new GpuBackend('webasm'),
  reference: createReferenceBackend,
};

/** Which is tried next when one asked for does not work. */
const PREFERRED: readonly BackendName[] = ['webgpu', 'webgl2', 'webasm', 'reference'];
/** Measured against each other; the reference is only the last resort. */
const MEASURED: readonly BackendName[] = ['webgpu', 'webgl2', 'webasm'];

type Fallback = BackendInfo['fallbacks'][number];

interface Opened {
  readonly backend: Backend;
  readonly info: BackendInfo;
}

export async function openBackend(
  wanted: BackendName | 'auto',
  now: () => number = () => performance.now(),
): Promise<Opened> {
  const fallbacks: Fallback[] = [];
  if (wanted === 'auto') {
    const fastest = await openFastest(fallbacks, now);
    if (fastest) return fastest;
  }
  const order = wanted === 'auto' ? [] : [wanted, ...PREFERRED.filter((name) => name !== wanted)];
  for (const name of order) {
    const backend = await tryOpen(name, fallbacks);
    if (backend) return { backend, info: { name, fallbacks } };
  }
  return { backend: createReferenceBackend(), info: { name: 'reference', fallbacks } };
}

async function tryOpen(name: BackendName, fallbacks: Fallback[]): Promise<Backend | null> {
  try {
    return await OPENERS[name]();
  } catch (error) {
    fallbacks.push({ backend: name, reason: error instanceof Error ? error.message : String(error) });
    return null;
  }
}

async function openFastest(fallbacks: Fallback[], now: () => number): Promise<Opened | null> {
  const candidates: { readonly backend: Backend; readonly milliseconds: number }[] = [];
  for (const name of MEASURED) {
    const backend = await tryOpen(name, fallbacks);
    if (!backend) continue;
    try {
      candidates.push({ backend, milliseconds: await measure(backend, now) });
    } catch (error) {
      fallbacks.push({ backend: name, reason: error instanceof Error ? error.message : String(error) });
      backend.dispose();
    }
  }
  candidates.sort((a, b) => a.milliseconds - b.milliseconds);
  const [best, ...others] = candidates;
  if (!best) return null;
  for (const { backend, milliseconds } of others) {
    fallbacks.push({
      backend: backend.name,
      reason: `it is slower here: ${milliseconds.toFixed(1)} ms for what ${best.backend.name} does in ${best.milliseconds.toFixed(1)} ms`,
    });
    backend.dispose();
  }
  return { backend: best.backend, info: { name: best.backend.name, fallbacks } };
}
