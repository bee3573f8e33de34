// Reads HDF5 files of every version that h5py writes (facts/hdf5.json, recorded by record.py), value by value as h5py did.
import assert from 'node:assert/strict';
import { openHdf5 } from '../../../src/engine/weights/hdf5/file';
import { bytesOf, facts } from './facts';

interface Fact {
  readonly name: string;
  readonly file: string;
  readonly arrays: Readonly<
    Record<string, { readonly shape: number[]; readonly sum: number; readonly first: number[] }>
  >;
}

describe('HDF5', () => {
  for (const fact of facts<Fact>('hdf5.json')) {
    it(fact.name, () => {
      const file = openHdf5(bytesOf(fact.file));
      for (const [path, expected] of Object.entries(fact.arrays)) {
        const array = file.at(path);
        assert.ok(array?.kind === 'array', path);
        assert.deepEqual([...array.shape], expected.shape, path);
        const values = array.values();
        assert.deepEqual([...values.slice(0, 3)], expected.first, path);
        const sum = values.reduce((total, value) => total + value, 0);
        assert.ok(
          Math.abs(sum - expected.sum) <= 1e-5 * Math.max(1, Math.abs(expected.sum)),
          `${path}: ${sum}`,
        );
      }
      if (fact.name.startsWith('many')) {
        assert.equal(file.names.length, 150);
        assert.deepEqual(file.group('layer_3')?.texts('name'), ['third']);
        assert.deepEqual(file.group('layer_4')?.texts('weight_names'), ['kernel', 'bias_longer']);
        assert.deepEqual(file.group('layer_5')?.texts('note_17'), ['x'.repeat(17)]);
        assert.equal(file.group('layer_6')?.texts('note_17'), undefined);
      }
    });
  }
});
