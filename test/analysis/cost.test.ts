// Multiply-adds, operations, bytes and parameters: worked examples, sharing, open lengths, and an instrumented count.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { costs } from '../../src/analysis/cost';
import { layerParameters, layersParameters } from '../../src/analysis/params';
import { openDim } from '../../src/keras/dims';
import { GraphBuilder } from '../graph/build';

describe('cost', () => {
  it("of VGG16's first convolution", () => {
    const build = new GraphBuilder();
    build.conv(build.input(224, 224, 3), { filters: 64, kernel: 3, padding: 'same' });
    const cost = costs(build.graph).of(1);
    assert.deepEqual(
      [cost.macs, cost.flops, cost.activationBytes],
      [86704128, 2 * 86704128 + 3211264, 12845056],
    );
    assert.equal(layerParameters(build.graph, 1).total, 1792);
  });

  it('of a transposed convolution is that of its forward twin', () => {
    const build = new GraphBuilder();
    build.transposed(build.input(7, 7, 128), { filters: 64, kernel: 5, stride: 2, padding: 'same' });
    assert.equal(costs(build.graph).of(1).macs, 7 * 7 * 25 * 128 * 64);
  });

  it('counts a batch axis as one sample, and multiples of it', () => {
    const build = new GraphBuilder();
    const shape = [openDim({ op: '*', a: 'batch', b: 10 }), 8];
    const x = build.node('Reshape', { op: 'reshape' }, [build.input(10, 8)], [shape])[0];
    build.dense(x, 4);
    assert.equal(costs(build.graph).of(2).macs, 10 * 8 * 4);
  });

  it('is null over an open length, with what is known as lower bound', () => {
    const build = new GraphBuilder();
    const x = build.conv(build.input('H', 'W', 3), { filters: 8, kernel: 3 });
    const dense = build.dense(build.globalPool(x), 10);
    const all = costs(build.graph);
    assert.equal(all.of(1).macs, null);
    const sum = all.sum([0, 1, 2, 3]);
    assert.deepEqual([sum.macs, sum.atLeast.macs], [null, 80]);
    assert.ok(dense > 0);
  });

  it('of an LSTM has four gates per step, of attention all pairs of positions', () => {
    const build = new GraphBuilder();
    const x = build.input(20, 16);
    const recurrent = {
      op: 'recurrent',
      cell: 'lstm',
      units: 32,
      inFeatures: 16,
      returnSequences: false,
      goBackwards: false,
      activation: 'tanh',
      recurrentActivation: 'sigmoid',
      useBias: true,
    } as const;
    build.node('LSTM', recurrent, [x], [[openDim('batch'), 32]]);
    assert.equal(costs(build.graph).of(1).macs, 20 * 4 * 32 * (16 + 32));
    const q = build.node('Reshape', { op: 'reshape' }, [x], [[openDim('batch'), 20, 2, 8]])[0];
    build.node(
      'Attention',
      { op: 'attention', heads: 2, keyDim: 8, valueDim: 8, mode: 'dot' },
      [q, q, q],
      [build.shape(q)],
    );
    assert.equal(costs(build.graph).of(3).macs, 2 * 20 * 20 * (8 + 8));
  });

  it('of an einsum is the product of all its labels', () => {
    const build = new GraphBuilder();
    const x = build.input(20, 16);
    build.node(
      'EinsumDense',
      { op: 'einsum', equation: 'abc,cde->abde', weight: 'kernel', useBias: true, activation: 'linear' },
      [x],
      [[openDim('batch'), 20, 2, 8]],
      [
        ['kernel', [16, 2, 8]],
        ['bias', [2, 8]],
      ],
    );
    assert.equal(costs(build.graph).of(1).macs, 20 * 16 * 2 * 8);
  });

  it('of a composite is the sum of its steps', () => {
    const build = new GraphBuilder();
    const x = build.input(8, 8, 4);
    build.node('SeparableConv2D', { op: 'composite' }, [x], []);
    build.parent = 1;
    build.conv(build.conv(x, { filters: 4, kernel: 3 }), { filters: 8, kernel: 1 });
    assert.equal(costs(build.graph).of(1).macs, 36 * 9 * 16 + 36 * 4 * 8);
  });

  it('of a composite that runs once per time step is that many times its steps', () => {
    const build = new GraphBuilder();
    const x = build.input(5, 8);
    build.node('TimeDistributed', { op: 'composite', repeat: 5 }, [x], []);
    build.node('RNN', { op: 'composite', repeat: null }, [x], []);
    build.parent = 1;
    build.dense(x, 4);
    build.parent = 2;
    build.dense(x, 4);
    const [known, open] = [costs(build.graph).of(1), costs(build.graph).of(2)];
    assert.deepEqual([known.macs, open.macs, open.atLeast.macs], [5 * 5 * 8 * 4, null, 5 * 8 * 4]);
  });

  it('counts shared weights once, in frozen layers as not trainable', () => {
    const build = new GraphBuilder();
    const x = build.input(8, 8, 4);
    build.conv(x, { filters: 4, kernel: 3 });
    build.conv(x, { filters: 4, kernel: 3 });
    const [first, second] = [build.graph.layers[1], build.graph.layers[2]];
    second.weights = first.weights;
    assert.equal(layersParameters(build.graph, [1, 2]).total, 148);
    first.trainable = false;
    assert.deepEqual(layerParameters(build.graph, 1), {
      total: 148,
      trainable: 0,
      nonTrainable: 148,
      atLeast: 148,
    });
  });

  it('equals the multiplications of an instrumented convolution', () => {
    const side = fc.integer({ min: 1, max: 7 });
    const small = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(
        side,
        side,
        small,
        small,
        small,
        small,
        fc.constantFrom('valid', 'same'),
        (height, width, kernel, stride, inGroup, groups, padding) => {
          if (padding === 'valid' && (kernel > height || kernel > width)) return;
          const build = new GraphBuilder();
          const filters = 2 * groups;
          const x = build.conv(build.input(height, width, inGroup * groups), {
            filters,
            kernel,
            stride,
            groups,
            padding: padding as 'valid' | 'same',
          });
          const [, outHeight, outWidth] = build.shape(x) as number[];
          let multiplications = 0;
          for (let y = 0; y < outHeight; y++)
            for (let z = 0; z < outWidth; z++)
              for (let f = 0; f < filters; f++)
                for (let k = 0; k < kernel * kernel; k++) for (let c = 0; c < inGroup; c++) multiplications++;
          assert.equal(costs(build.graph).of(1).macs, multiplications);
        },
      ),
      { numRuns: 100, seed: 3 },
    );
  });
});
