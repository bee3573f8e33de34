/** How fast a backend is on this machine: the time of one small convolution, after one that compiles it. */
import type { ConvOp } from '../ops';
import type { Backend } from './backend';

const SIDE = 28;
const CHANNELS = 64;
/** An output whose window lies wholly inside. */
const MIDDLE = ((SIDE >> 1) * SIDE + (SIDE >> 1)) * CHANNELS;

/** 3×3, stride 1: about 29 million multiply-adds, the stuff of which most networks are made. */
const PROBE: ConvOp = {
  kind: 'conv',
  n: 1,
  axes: [0, 1].map(() => ({ input: SIDE, output: SIDE, kernel: 3, stride: 1, dilation: 1, padBefore: 1 })),
  inChannels: CHANNELS,
  outChannels: CHANNELS,
  groups: 1,
  depthwise: false,
  transposed: false,
  bias: false,
  epilogue: null,
};

/** Milliseconds of the second round; rejects when the backend cannot do it. */
export async function measure(backend: Backend, now: () => number): Promise<number> {
  const x = backend.upload(new Float32Array(SIDE * SIDE * CHANNELS).fill(0.5));
  const kernel = backend.upload(new Float32Array(9 * CHANNELS * CHANNELS).fill(0.01));
  try {
    let milliseconds = Infinity;
    for (let round = 0; round < 2; round++) {
      const began = now();
      const y = backend.compute(PROBE, [x, kernel]);
      if (!y) throw new Error('it has no kernel for convolutions');
      await backend.finish();
      const value = (await backend.read(y))[MIDDLE];
      milliseconds = now() - began;
      backend.release(y);
      const expected = 9 * CHANNELS * 0.5 * 0.01;
      if (!(Math.abs(value - expected) < 1e-3 * expected))
        throw new Error(`it computes wrongly here (${value} instead of ${expected})`);
    }
    return milliseconds;
  } finally {
    backend.release(x);
    backend.release(kernel);
  }
}
