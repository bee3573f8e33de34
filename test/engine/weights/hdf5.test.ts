// Reads HDF5 files of every version that h5py writes (facts/hdf5.json, recorded by record.py), value by value as h5py did.
import assert from 'node:assert/strict';
import { UnreadableFile } from '../../../src/engine/weights/bytes';
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

/** The frame of a new HDF5 file whose root object header is `header`. */
function withRoot(header: readonly number[]): Uint8Array {
  const number = (value: number): number[] => [...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)];
  const frame = [
    ...Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'),
    2,
    8,
    8,
    0,
    ...number(0),
    ...number(0),
    ...number(0),
    ...number(48),
    0,
    0,
    0,
    0,
  ];
  return Uint8Array.from([...frame, ...header]);
}

describe('HDF5 that goes in circles', () => {
  it('stops at a header that continues in itself', () => {
    // OHDR, version 2, a chunk of 20 bytes with one message: go on at byte 100, where a block says the same again.
    const again = (at: number, length: number): number[] => [
      16,
      16,
      0,
      0,
      at,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      length,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ];
    const header = [...Buffer.from('OHDR'), 2, 0, 20, ...again(80, 28), 0, 0, 0, 0];
    const root = withRoot([...header, 0]);
    const block = [...Buffer.from('OCHK'), ...again(80, 28), 0, 0, 0, 0];
    const file = Uint8Array.from([...root.slice(0, 80), ...block]);
    assert.equal(file.length, 108);
    assert.throws(() => openHdf5(file), UnreadableFile);
  });
});
