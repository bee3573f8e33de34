/** The kernel of an op, or null when only the processor computes it. */
import { outputSize, type EngineOp } from '../ops';
import { cumsumKernel, matmulKernel, reduceKernel, softmaxKernel } from './algebra';
import { concatKernel, embeddingKernel, gatherKernel, mapKernel } from './movement';
import { patchesKernel } from './patches';
import { adaptiveMaxKernel, convKernel, poolKernel } from './windows';
import { winogradInputKernel, winogradOutputKernel } from './winograd';
import type { KernelSource } from './writer';

/** Indices are float32 in kernels: whole numbers are exact below this. */
const EXACT = 1 << 24;
/** Inputs one kernel may have (WebGL2 guarantees 16 textures). */
const MOST_INPUTS = 12;

/** `lengths`: elements of each input. `texels`: storages are textures of four numbers per texel. */
export function kernelFor(op: EngineOp, lengths: readonly number[], texels: boolean): KernelSource | null {
  if (lengths.length > MOST_INPUTS || outputSize(op) >= EXACT) return null;
  // Convolutions and matrix products on texels index by whole numbers throughout; others pass through floats.
  const whole = texels && (op.kind === 'conv' || op.kind === 'matmul');
  if (!whole && Math.max(...lengths) >= EXACT) return null;
  switch (op.kind) {
    case 'conv':
      return convKernel(op, lengths.length, texels);
    case 'pool':
      return poolKernel(op, texels);
    case 'matmul':
      return matmulKernel(op, lengths.length, texels);
    case 'gather':
      return gatherKernel(op, texels);
    case 'concat':
      return concatKernel(op, texels);
    case 'map':
      return mapKernel(op, texels);
    case 'reduce':
      return reduceKernel(op, texels);
    case 'softmax':
      return softmaxKernel(op, texels);
    case 'embedding':
      return embeddingKernel(op, texels);
    case 'unfold':
    case 'fold':
      return patchesKernel(op, texels);
    case 'winogradInput':
      return winogradInputKernel(op, texels);
    case 'winogradOutput':
      return winogradOutputKernel(op, lengths.length, texels);
    case 'adaptiveMax':
      return adaptiveMaxKernel(op, texels);
    case 'cumsum':
      return cumsumKernel(op, texels);
    case 'recurrent':
    case 'poolGradient':
    case 'scatter':
    case 'embeddingGradient':
    case 'adaptiveMaxGradient':
    case 'recurrentGradient':
      return null;
  }
}
