// Direct, im2col with a matrix product, sparse Toeplitz matrix: the same numbers over random geometry, and the matrices themselves.
import assert from 'node:assert/strict';
import {
  col2im,
  convolveByMatrices,
  convolveDirectly,
  im2col,
  kernelMatrix,
  multiply,
  multiplySparse,
  toeplitz,
  type Convolution,
} from '../../../src/engine/convolution/ways';
import { convWindow } from '../../../src/keras/geometry';
import type { WindowAxis } from '../../../src/engine/ops';
import { relativeError } from '../compare';
import { pattern } from '../pattern';
import { randomOp } from '../randomOps';

const axis = (input: number, kernel: number, stride = 1, padding: 'valid' | 'same' = 'valid'): WindowAxis => {
  const { output, padBefore } = convWindow({ input, kernel, stride, dilation: 1, padding });
  return { input, output: output as number, kernel, stride, dilation: 1, padBefore: padBefore as number };
};

const plain = (axes: WindowAxis[], inChannels: number, outChannels: number): Convolution => ({
  axes,
  inChannels,
  outChannels,
  groups: 1,
  depthwise: false,
  transposed: false,
});

describe('convolution three ways', () => {
  it('gives the same numbers over random geometry', () => {
    const kinds = new Set<string>();
    for (let seed = 0; seed < 150; seed++) {
      const { op, inputs } = randomOp('conv', seed);
      if (op.kind !== 'conv') throw new Error('not a convolution');
      kinds.add(
        op.depthwise ? 'depthwise' : op.transposed ? 'transposed' : op.groups > 1 ? 'groups' : 'plain',
      );
      const x = inputs[0].slice(0, inputs[0].length / op.n);
      const direct = convolveDirectly(op, x, inputs[1]);
      const { output } = convolveByMatrices(op, x, inputs[1]);
      assert.ok(relativeError(output, direct) < 1e-12, `im2col, seed ${seed}`);
      const sparse = multiplySparse(x, toeplitz(op, inputs[1]));
      assert.ok(relativeError(sparse, direct) < 1e-12, `sparse, seed ${seed}`);
    }
    assert.deepEqual([...kinds].sort(), ['depthwise', 'groups', 'plain', 'transposed']);
  });

  it('has the matrices of the paper: one input of 3×3×3, two kernels of 2×2×3, an output of 2×2×2', () => {
    const op = plain([axis(3, 2), axis(3, 2)], 3, 2);
    const x = Float64Array.from({ length: 27 }, (_, i) => i);
    const patches = im2col(op, x);
    assert.deepEqual([patches.rows, patches.columns], [4, 12]);
    // The first patch: positions (0, 0), (0, 1), (1, 0), (1, 1), three channels each.
    assert.deepEqual([...patches.data.slice(0, 12)], [0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14]);
    const weights = kernelMatrix(op, pattern(24, 1));
    assert.deepEqual([weights.rows, weights.columns], [12, 2]);
    assert.deepEqual(
      [...weights.data],
      [...pattern(24, 1)].map((value) => value),
    );
    assert.deepEqual([multiply(patches, weights).rows, multiply(patches, weights).columns], [4, 2]);
    // Each of the nine positions is repeated as often as windows cover it.
    const counts = col2im(op.axes, 1, { rows: 4, columns: 4, data: new Float64Array(16).fill(1) });
    assert.deepEqual([...counts], [1, 2, 1, 2, 4, 2, 1, 2, 1]);
  });

  it('is a doubly block Toeplitz matrix whose diagonals share weights', () => {
    const op = plain([axis(4, 3), axis(4, 3)], 1, 1);
    const matrix = toeplitz(op, pattern(9, 2));
    assert.deepEqual([matrix.rows, matrix.columns], [16, 4]);
    assert.equal(matrix.entries.length, 36);
    for (const { row, column, kernelIndex } of matrix.entries) {
      const [y, x, oy, ox] = [row >> 2, row & 3, column >> 1, column & 1];
      assert.equal(kernelIndex, (y - oy) * 3 + (x - ox));
    }
    // The transposed convolution with the same kernel is the transposed matrix.
    const back: Convolution = {
      ...op,
      transposed: true,
      axes: op.axes.map((own) => ({ ...own, input: own.output, output: own.input })),
    };
    const transposed = toeplitz(back, pattern(9, 2));
    const pairs = (entries: typeof matrix.entries, swap: boolean): string[] =>
      entries
        .map(({ row, column, value }) => `${swap ? column : row},${swap ? row : column},${value}`)
        .sort();
    assert.deepEqual(pairs(transposed.entries, true), pairs(matrix.entries, false));
  });

  it('refuses a sparse matrix that nobody could look at', () => {
    assert.throws(
      () => toeplitz(plain([axis(64, 3), axis(64, 3)], 64, 64), new Float32Array(36864)),
      /too many entries/,
    );
  });
});
