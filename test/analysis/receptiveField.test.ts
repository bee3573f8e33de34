// Receptive fields: published rows for VGG16, the arithmetic of single layers, branches, and open lengths.
import assert from 'node:assert/strict';
import { productivity } from '../../src/analysis/productivity';
import { receptiveFields } from '../../src/analysis/receptiveField';
import { GraphBuilder } from '../graph/build';

/** `size/stride/padding` of the first axis, `?` for null. */
function row(build: GraphBuilder, tensor: number): string {
  const axis = receptiveFields(build.graph).of(tensor)?.axes[0];
  return [axis?.size, axis?.stride, axis?.padding].map((value) => value ?? '?').join('/');
}

describe('receptive field', () => {
  it('gives the published rows of VGG16', () => {
    const build = new GraphBuilder();
    let x = build.input(224, 224, 3);
    const rows: string[] = [];
    for (const [count, filters] of [
      [2, 64],
      [2, 128],
      [3, 256],
      [3, 512],
      [3, 512],
    ]) {
      for (let i = 0; i < count; i++) {
        x = build.conv(x, { filters, kernel: 3, padding: 'same' });
        rows.push(row(build, x));
      }
      x = build.pool(x, { kernel: 2 });
      rows.push(row(build, x));
    }
    assert.deepEqual(
      [
        rows[0],
        rows[2],
        rows[3],
        rows[5],
        rows[6],
        rows[7],
        rows[9],
        rows[10],
        rows[11],
        rows[13],
        rows[14],
        rows[15],
        rows[17],
      ],
      [
        '3/1/1',
        '6/2/2',
        '10/2/4',
        '16/4/6',
        '24/4/10',
        '32/4/14',
        '44/8/18',
        '60/8/26',
        '76/8/34',
        '100/16/42',
        '132/16/58',
        '164/16/74',
        '212/32/90',
      ],
    );
    const dense = build.dense(build.flatten(x), 10);
    const field = receptiveFields(build.graph).of(dense);
    assert.deepEqual([field?.global, field?.axes.map((axis) => axis.size)], [true, [224, 224]]);
  });

  const single: [string, (build: GraphBuilder) => number, string][] = [
    ['a 3-wide window', (b) => b.conv(b.input(20, 1), { filters: 1, kernel: 3 }), '3/1/0'],
    ['dilation', (b) => b.conv(b.input(20, 1), { filters: 1, kernel: 3, dilation: 4 }), '9/1/0'],
    [
      'causal',
      (b) => b.conv(b.input(20, 1), { filters: 1, kernel: 3, dilation: 2, padding: 'causal' }),
      '5/1/4',
    ],
    ['even kernel, same', (b) => b.conv(b.input(20, 1), { filters: 1, kernel: 4, padding: 'same' }), '4/1/1'],
    [
      'stride 2, same, even length',
      (b) => b.conv(b.input(20, 1), { filters: 1, kernel: 3, stride: 2, padding: 'same' }),
      '3/2/0',
    ],
    [
      'stride 2, same, odd length',
      (b) => b.conv(b.input(21, 1), { filters: 1, kernel: 3, stride: 2, padding: 'same' }),
      '3/2/1',
    ],
    [
      'stride 2, same, open length',
      (b) => b.conv(b.input('T', 1), { filters: 1, kernel: 3, stride: 2, padding: 'same' }),
      '3/2/?',
    ],
    [
      'kernel 1, stride 2, same, open length',
      (b) => b.conv(b.input('T', 1), { filters: 1, kernel: 1, stride: 2, padding: 'same' }),
      '1/2/0',
    ],
    ['nearest up-sampling', (b) => b.upsample(b.input(20, 1), 2), '1/0.5/0'],
    [
      'a window after up-sampling',
      (b) => b.conv(b.upsample(b.input(20, 1), 2), { filters: 1, kernel: 3 }),
      '2/0.5/0',
    ],
    ['bilinear up-sampling', (b) => b.upsample(b.input(20, 1), 2, 'bilinear'), '2/0.5/1'],
    [
      'transposed 4 by 2',
      (b) => b.transposed(b.input(20, 1), { filters: 1, kernel: 4, stride: 2, padding: 'same' }),
      '2/0.5/1',
    ],
    [
      'transposed 3 by 2',
      (b) => b.transposed(b.input(20, 1), { filters: 1, kernel: 3, stride: 2, padding: 'same' }),
      '2/0.5/1',
    ],
    [
      'transposed 5 by 1 is a convolution',
      (b) => b.transposed(b.input(20, 1), { filters: 1, kernel: 5 }),
      '5/1/4',
    ],
    ['padding', (b) => b.pad(b.input(20, 1), 3, 3), '1/1/3'],
    ['cropping', (b) => b.crop(b.input(20, 1), 2, 1), '1/1/-2'],
    [
      'a pool after up-sampling undoes it',
      (b) => b.pool(b.upsample(b.input(20, 1), 2), { kernel: 2 }),
      '1/1/0',
    ],
  ];
  for (const [what, make, expected] of single) {
    it(`is ${expected} for ${what}`, () => {
      const build = new GraphBuilder();
      assert.equal(row(build, make(build)), expected);
    });
  }

  it('keeps the size where only the padding depends on an open length', () => {
    const build = new GraphBuilder();
    let x = build.input('H', 'W', 3);
    x = build.conv(x, { filters: 8, kernel: 3, stride: 2, padding: 'same' });
    const shortcut = build.conv(x, { filters: 8, kernel: 1, stride: 2, padding: 'same' });
    x = build.conv(x, { filters: 8, kernel: 5, stride: 2, padding: 'same' });
    const sum = build.add(x, shortcut);
    assert.equal(row(build, sum), '11/4/?');
    const axis = receptiveFields(build.graph).of(sum)?.axes[0];
    assert.equal(axis?.minSize, 3);
    assert.equal(axis?.aligned, null);
  });

  it('says when the size itself depends on an open length', () => {
    const build = new GraphBuilder();
    const x = build.input('T', 3);
    // Windows [3u, 3u + 1] and [3u − p, 3u − p + 3] with p 0 or 1: the second holds the first either way.
    const two = build.conv(x, { filters: 8, kernel: 2, stride: 3, padding: 'same' });
    const four = build.conv(x, { filters: 8, kernel: 4, stride: 3, padding: 'same' });
    assert.equal(row(build, build.add(two, four)).split('/')[0], '4');
    // [3u, 3u + 1] and [3u − p, 3u − p + 2] with p 0 or 1 as well; but beside [3u + 2, 3u + 2] the reach depends on p.
    const three = build.conv(x, { filters: 8, kernel: 3, stride: 3, padding: 'same' });
    const last = build.conv(build.crop(build.pad(x, 0, 2), 2, 0), {
      filters: 8,
      kernel: 1,
      stride: 3,
      padding: 'same',
    });
    const axis = receptiveFields(build.graph).of(build.add(three, last))?.axes[0];
    assert.equal(axis?.size, null);
    assert.match(axis?.reason ?? '', /open input length/);
  });

  it('gives the largest and the smallest branch', () => {
    const build = new GraphBuilder();
    const x = build.input(64, 64, 3);
    const large = build.conv(build.conv(x, { filters: 8, kernel: 7, padding: 'same' }), {
      filters: 8,
      kernel: 5,
      padding: 'same',
    });
    const small = build.conv(x, { filters: 8, kernel: 3, padding: 'same' });
    const axis = receptiveFields(build.graph).of(build.concat(3, large, small))?.axes[0];
    assert.deepEqual(
      [axis?.size, axis?.minSize, axis?.stride, axis?.padding, axis?.aligned],
      [11, 3, 1, 5, true],
    );
    const shifted = build.conv(x, { filters: 8, kernel: 2, padding: 'same' });
    assert.equal(receptiveFields(build.graph).of(build.concat(3, large, shifted))?.axes[0].aligned, false);
  });

  it('sees everything after a global branch, and the plain path as smallest', () => {
    const build = new GraphBuilder();
    const x = build.conv(build.input(32, 32, 3), { filters: 8, kernel: 3, padding: 'same' });
    const gate = build.node(
      'Reshape',
      { op: 'reshape' },
      [build.dense(build.globalPool(x), 8)],
      [[build.shape(x)[0], 1, 1, 8]],
    )[0];
    const scaled = build.node(
      'Multiply',
      { op: 'elementwise', fn: 'multiply' },
      [x, gate],
      [build.shape(x)],
    )[0];
    const field = receptiveFields(build.graph).of(scaled);
    assert.deepEqual(
      [field?.global, field?.axes.map((axis) => [axis.size, axis.minSize])],
      [
        true,
        [
          [32, 3],
          [32, 3],
        ],
      ],
    );
  });

  it('measures on the image that a flat input is reshaped to', () => {
    const build = new GraphBuilder();
    const flat = build.input(784);
    const image = build.node('Reshape', { op: 'reshape' }, [flat], [[build.shape(flat)[0], 28, 28, 1]])[0];
    const field = receptiveFields(build.graph).of(build.conv(image, { filters: 1, kernel: 5 }));
    assert.deepEqual(
      field?.axes.map((axis) => [axis.size, axis.inputLength]),
      [
        [5, 28],
        [5, 28],
      ],
    );
  });

  it('follows a flatten and back', () => {
    const build = new GraphBuilder();
    const x = build.conv(build.input(14, 14, 4), { filters: 8, kernel: 3, padding: 'same' });
    const back = build.node('Reshape', { op: 'reshape' }, [build.flatten(x)], [build.shape(x)])[0];
    assert.equal(row(build, build.conv(back, { filters: 1, kernel: 3 })), '5/1/1');
  });

  it('marks layers beyond the whole input', () => {
    const build = new GraphBuilder();
    let x = build.input(8, 8, 1);
    const states: (string | null)[] = [];
    for (let i = 0; i < 5; i++) {
      x = build.conv(x, { filters: 1, kernel: 3, padding: 'same' });
      states.push(
        productivity(
          build.graph,
          receptiveFields(build.graph),
          build.graph.nodes[build.graph.nodes.length - 1],
        ),
      );
    }
    assert.deepEqual(states, ['productive', 'productive', 'productive', 'critical', 'unproductive']);
  });

  it('says nothing of what no input reaches', () => {
    const build = new GraphBuilder();
    const constant = build.node('Constant', { op: 'constant' }, [], [[1, 8, 8, 3]])[0];
    assert.equal(receptiveFields(build.graph).of(build.conv(constant, { filters: 1, kernel: 3 })), null);
  });
});
