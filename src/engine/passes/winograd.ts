/**
 * Computes 3×3 convolutions of stride 1 by Winograd's minimal filtering F(2×2, 3×3): 16 products instead of 36 for each 2×2 outputs.
 * A step becomes three: tiles of the input transformed, 16 matrix products, the results transformed back (with bias and epilogue).
 * Source: Lavin & Gray, Fast Algorithms for Convolutional Neural Networks, 2016.
 */
import type { ConvOp, MatmulOp } from '../ops';
import type { Plan } from '../plan/plan';
import type { Draft, DraftStep } from './index';

/** Below this many input channels the transforms cost more than the products save. */
const FEWEST_CHANNELS = 32;
/** Elements that kernels index exactly. */
const MOST_ELEMENTS = 1 << 24;

export function useWinograd(plan: Plan, draft: Draft): void {
  const steps: DraftStep[] = [];
  for (const step of draft.steps) {
    const kernel = step.op.kind === 'conv' ? step.inputs[1] : -1;
    const constant = plan.constants.get(kernel) ?? draft.constants.get(kernel);
    if (step.op.kind !== 'conv' || !serves(step.op) || !constant) {
      steps.push(step);
      continue;
    }
    const { op } = step;
    const { inChannels, outChannels } = op;
    const [rows, columns] = tilesOf(op);
    const tiles = op.n * rows * columns;
    const transformed = draft.storage();
    draft.constants.set(transformed, {
      storage: transformed,
      length: 16 * inChannels * outChannels,
      weights: constant.weights,
      values: (weights) => transformKernel(constant.values(weights), inChannels, outChannels),
    });
    const windows = draft.storage();
    const products = draft.storage();
    const product: MatmulOp = {
      kind: 'matmul',
      batchA: 16,
      batchB: 16,
      m: tiles,
      k: inChannels,
      n: outChannels,
      transposeA: false,
      transposeB: false,
      bias: false,
      epilogue: null,
    };
    const share = { ...step, does: [] };
    steps.push(
      { ...share, op: { kind: 'winogradInput', of: op }, inputs: [step.inputs[0]], output: windows, work: 0 },
      { ...share, op: product, inputs: [windows, transformed], output: products, work: step.work },
      {
        ...step,
        op: { kind: 'winogradOutput', of: op },
        inputs: [products, ...step.inputs.slice(2)],
        work: 0,
      },
    );
  }
  draft.steps = steps;
}

/** Rows and columns of 2×2 tiles. */
function tilesOf(op: ConvOp): [number, number] {
  return [Math.ceil(op.axes[0].output / 2), Math.ceil(op.axes[1].output / 2)];
}

function serves(op: ConvOp): boolean {
  return (
    !op.depthwise &&
    !op.transposed &&
    op.groups === 1 &&
    op.axes.length === 2 &&
    op.axes.every((axis) => axis.kernel === 3 && axis.stride === 1 && axis.dilation === 1) &&
    op.inChannels >= FEWEST_CHANNELS &&
    op.outChannels >= FEWEST_CHANNELS &&
    op.inChannels % 4 === 0 &&
    op.outChannels % 4 === 0 &&
    16 * op.n * tilesOf(op)[0] * tilesOf(op)[1] * Math.max(op.inChannels, op.outChannels) < MOST_ELEMENTS
  );
}

/** U = G·g·Gᵀ for each pair of channels: `[3, 3, in, out]` → `[16, in, out]`. */
export function transformKernel(kernel: Float32Array, inChannels: number, outChannels: number): Float32Array {
  const pairs = inChannels * outChannels;
  const out = new Float32Array(16 * pairs);
  // G: (1, 0, 0), (½, ½, ½), (½, −½, ½), (0, 0, 1).
  const rows = (a: number, b: number, c: number): [number, number, number, number] => [
    a,
    (a + b + c) / 2,
    (a - b + c) / 2,
    c,
  ];
  for (let pair = 0; pair < pairs; pair++) {
    const g = (tap: number): number => kernel[tap * pairs + pair];
    const columns = [0, 1, 2].map((x) => rows(g(x), g(3 + x), g(6 + x)));
    for (let y = 0; y < 4; y++) {
      const line = rows(columns[0][y], columns[1][y], columns[2][y]);
      for (let x = 0; x < 4; x++) out[(y * 4 + x) * pairs + pair] = line[x];
    }
  }
  return out;
}
