// Keras' initialisers: scale by the weight's shape, and the same numbers for the same seed, layer and name.
import assert from 'node:assert/strict';
import { computeFans, initialize } from '../../src/engine/weights/initializers';

const SHAPE = [3, 3, 16, 32];
const FAN_IN = 9 * 16;
const FAN_OUT = 9 * 32;

const deviation = (values: Float32Array): number => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
};

describe('initialisers', () => {
  it('counts fans as Keras does', () => {
    assert.deepEqual(computeFans([]), [1, 1]);
    assert.deepEqual(computeFans([7]), [7, 7]);
    assert.deepEqual(computeFans([5, 6]), [5, 6]);
    assert.deepEqual(computeFans(SHAPE), [FAN_IN, FAN_OUT]);
  });

  // Variance = scale / fan, for the uniform and the truncated normal alike.
  const rows: readonly (readonly [string, number])[] = [
    ['glorot_uniform', 1 / ((FAN_IN + FAN_OUT) / 2)],
    ['glorot_normal', 1 / ((FAN_IN + FAN_OUT) / 2)],
    ['he_uniform', 2 / FAN_IN],
    ['he_normal', 2 / FAN_IN],
    ['lecun_uniform', 1 / FAN_IN],
    ['lecun_normal', 1 / FAN_IN],
  ];
  for (const [name, variance] of rows) {
    it(`${name} has the variance of its fans`, () => {
      const values = initialize({ name }, SHAPE, 'k') as Float32Array;
      assert.ok(Math.abs(deviation(values) / Math.sqrt(variance) - 1) < 0.03);
      const limit = name.endsWith('uniform')
        ? Math.sqrt(3 * variance)
        : (2 * Math.sqrt(variance)) / 0.87962566103423978;
      assert.ok(values.every((value) => Math.abs(value) <= limit * 1.000001));
      assert.ok(values.some((value) => Math.abs(value) > limit * 0.95));
    });
  }

  it('takes the arguments of variance_scaling and the plain distributions', () => {
    const scaled = initialize(
      { name: 'variance_scaling', config: { scale: 3, mode: 'fan_out', distribution: 'uniform' } },
      SHAPE,
      'k',
    ) as Float32Array;
    assert.ok(Math.abs(deviation(scaled) / Math.sqrt(3 / FAN_OUT) - 1) < 0.03);
    const normal = initialize(
      { name: 'random_normal', config: { mean: 2, stddev: 0.5 } },
      [4000],
      'k',
    ) as Float32Array;
    assert.ok(Math.abs(deviation(normal) - 0.5) < 0.03);
    assert.deepEqual(
      [...(initialize({ name: 'constant', config: { value: 4 } }, [2], 'k') as Float32Array)],
      [4, 4],
    );
    assert.deepEqual(
      [...(initialize({ name: 'identity' }, [2, 3], 'k') as Float32Array)],
      [1, 0, 0, 0, 1, 0],
    );
    assert.equal(initialize({ name: 'my_own' }, [2], 'k'), null);
  });

  for (const [rows, columns] of [
    [12, 5],
    [5, 12],
  ]) {
    it(`orthogonal ${rows}×${columns} has orthonormal vectors`, () => {
      const values = initialize({ name: 'orthogonal' }, [rows, columns], 'k') as Float32Array;
      const count = Math.min(rows, columns);
      const at = (vector: number, i: number): number =>
        rows >= columns ? values[i * columns + vector] : values[vector * columns + i];
      for (let a = 0; a < count; a++) {
        for (let b = 0; b < count; b++) {
          let dot = 0;
          for (let i = 0; i < Math.max(rows, columns); i++) dot += at(a, i) * at(b, i);
          assert.ok(Math.abs(dot - (a === b ? 1 : 0)) < 1e-6);
        }
      }
    });
  }

  it('depends on the key alone', () => {
    const spec = { name: 'he_normal' };
    assert.deepEqual(initialize(spec, SHAPE, '0/a/kernel'), initialize(spec, SHAPE, '0/a/kernel'));
    assert.notDeepEqual(initialize(spec, SHAPE, '0/a/kernel'), initialize(spec, SHAPE, '1/a/kernel'));
  });
});
