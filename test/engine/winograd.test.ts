// Winograd's three steps together are the convolution, and a schedule that has them gives the same maps.
import assert from 'node:assert/strict';
import { transformKernel } from '../../src/engine/passes/winograd';
import { optimize } from '../../src/engine/passes';
import { makePlan } from '../../src/engine/plan/makePlan';
import { sizeOf } from '../../src/engine/ops';
import { computeOp } from '../../src/engine/reference';
import { interpret } from '../../src/keras/interpret';
import { relativeError } from './compare';
import { pattern } from './pattern';
import { smallConvolution } from './randomOps';

describe('Winograd', () => {
  it('gives what the convolution gives', () => {
    for (let seed = 0; seed < 60; seed++) {
      const op = smallConvolution(seed);
      const x = Float64Array.from(
        pattern(op.n * sizeOf(op.axes.map((axis) => axis.input)) * op.inChannels, seed),
      );
      const kernel = pattern(9 * op.inChannels * op.outChannels, seed + 1);
      const bias = op.bias ? [pattern(op.outChannels, seed + 2)] : [];
      const expected = computeOp(op, [x, kernel, ...bias]);
      const tiles = op.n * sizeOf(op.axes.map((axis) => Math.ceil(axis.output / 2)));
      const products = computeOp(
        {
          kind: 'matmul',
          batchA: 16,
          batchB: 16,
          m: tiles,
          k: op.inChannels,
          n: op.outChannels,
          transposeA: false,
          transposeB: false,
          bias: false,
          epilogue: null,
        },
        [
          computeOp({ kind: 'winogradInput', of: op }, [x]),
          transformKernel(kernel, op.inChannels, op.outChannels),
        ],
      );
      const actual = computeOp({ kind: 'winogradOutput', of: op }, [products, ...bias]);
      // The kernel's transform is kept in float32.
      assert.ok(relativeError(actual, expected) < 1e-6, `seed ${seed}`);
    }
  });

  it('is used for 3×3 convolutions of stride 1 with enough channels alone', () => {
    const graph = interpret({
      path: 'm.py',
      text: `import keras
from keras import layers as L
x = keras.Input((16, 16, 3))
y = L.Conv2D(64, 3)(x)
y = L.Conv2D(64, 3, activation="relu")(y)
y = L.Conv2D(64, 3, strides=2)(y)
y = L.Conv2D(64, 1)(y)
model = keras.Model(x, y)
`,
    });
    const { plan } = makePlan(graph, 0);
    const kinds = (backend: 'webgl2' | 'reference'): string[] =>
      optimize(plan, backend, { fuse: true }).steps.map((step) => step.op.kind);
    assert.equal(kinds('webgl2').filter((kind) => kind === 'winogradInput').length, 1);
    assert.ok(!kinds('reference').includes('winogradInput'));
    const { steps } = optimize(plan, 'webgl2', { fuse: true });
    const freed = steps.flatMap((step) => step.frees);
    assert.equal(new Set(freed).size, freed.length);
    assert.ok(freed.length >= 2);
  });
});
