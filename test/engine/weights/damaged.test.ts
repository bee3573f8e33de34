// Damaged, foreign and hostile weight files: a clear error or a partial match, never anything else, and never without end.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { openWeightFile, UnreadableFile } from '../../../src/engine/weights/weightFile';
import { inflate } from '../../../src/engine/weights/zip';
import { weightShape } from '../../../src/engine/plan/lower/context';
import type { Weight } from '../../../src/graph/graph';
import { interpret } from '../../../src/keras/interpret';
import { bytesOf, facts } from './facts';

interface Fact {
  readonly name: string;
  readonly program: string;
  readonly files: Readonly<Record<string, string>>;
}

const shapeOf = (weight: Weight): readonly number[] => weightShape(weight, new Map());
const saved = facts<Fact>('saved.json').filter((fact) => /functional|tokens/.test(fact.name));
const others = facts<{ readonly file: string }>('hdf5.json').map((fact) => bytesOf(fact.file));

/** Opens, matches and reads everything; only `UnreadableFile` may come out. */
function use(graph: ReturnType<typeof interpret>, bytes: Uint8Array): number {
  try {
    const index = graph.models.length - 1;
    const match = openWeightFile('x', bytes).match(graph, index, shapeOf);
    let read = 0;
    for (const weight of graph.weights) {
      const values = match.get(weight.id);
      if (values) {
        assert.equal(
          values.length,
          shapeOf(weight).reduce((a, b) => a * b, 1),
        );
        read++;
      }
    }
    return read;
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    assert.ok(error.message.length > 10);
    return -1;
  }
}

describe('damaged weight files', function () {
  this.timeout(60_000);
  const programs = saved.flatMap((fact) => {
    const graph = interpret({ path: 'model.py', text: fact.program });
    return Object.values(fact.files).map((file) => ({ graph, bytes: bytesOf(file) }));
  });

  it('reads them whole when they are whole', () => {
    for (const { graph, bytes } of programs) assert.equal(use(graph, bytes), graph.weights.length);
  });

  it('survives changed bytes', () => {
    const change = fc.tuple(fc.nat(), fc.constantFrom(0, 1, 4, 0x7f, 0x80, 0xff));
    fc.assert(
      fc.property(fc.nat(), fc.array(change, { minLength: 1, maxLength: 12 }), (which, changes) => {
        const { graph, bytes } = programs[which % programs.length];
        const copy = bytes.slice();
        // Half of them where the structure is: near the beginning, and at the end of archives.
        for (const [place, value] of changes)
          copy[place % 2 ? place % Math.min(4096, copy.length) : place % copy.length] = value;
        use(graph, copy);
      }),
      { numRuns: 1500 },
    );
  });

  it('survives files cut short', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 0.9999, noNaN: true }), (which, part) => {
        const { graph, bytes } = programs[which % programs.length];
        use(graph, bytes.slice(0, Math.floor(bytes.length * part)));
      }),
      { numRuns: 300 },
    );
  });

  it('survives changed addresses in groups, chunks and heaps', () => {
    const { graph } = programs[0];
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (which, place, target) => {
        const copy = others[which % others.length].slice();
        const at = (place % Math.max(1, copy.length - 8)) & ~7;
        new DataView(copy.buffer).setBigUint64(at, BigInt(target % copy.length), true);
        use(graph, copy);
      }),
      { numRuns: 600 },
    );
  });

  it('says what a foreign file is not', () => {
    const message = (bytes: Uint8Array): string => {
      try {
        openWeightFile('a.keras', bytes);
      } catch (error) {
        assert.ok(error instanceof UnreadableFile);
        return error.message;
      }
      return 'opened';
    };
    assert.match(message(new Uint8Array(0)), /neither a Keras file nor HDF5/);
    assert.match(message(new TextEncoder().encode('<html>')), /neither/);
    assert.match(message(zipSync({ 'a.txt': new Uint8Array(3) })), /no model\.weights\.h5/);
    assert.match(message(zipSync({ 'model.weights.npz': new Uint8Array(3) })), /npz/);
    assert.match(message(zipSync({ 'model.weights.h5': new Uint8Array(30) })), /not an HDF5 file/);
  });

  it('stops at an archive that unpacks to more than it states', () => {
    const whole = zipSync({ a: new Uint8Array(1 << 20) }, { level: 9 });
    const packed = whole.subarray(31, whole.length - 23 - 46);
    assert.throws(() => inflate(packed, 1000, 'it'), /more than it states/);
    assert.throws(() => inflate(packed, 1 << 30, 'it'), /more than can be packed/);
  });

  it('uses what fits and reports the rest layer by layer', () => {
    const { program, files } = saved.filter((fact) => fact.name.startsWith('functional'))[0];
    const graph = interpret({
      path: 'model.py',
      text: program
        .replace('L.Conv2D(5, 3)', 'L.Conv2D(6, 3)')
        .replace('L.Dense(5)(a)', 'L.Dense(5, use_bias=False)(L.Dense(9)(a))'),
    });
    for (const file of ['m.keras', 'm.weights.h5', 'm.h5']) {
      const { report } = openWeightFile(file, bytesOf(files[file])).match(
        graph,
        graph.models.length - 1,
        shapeOf,
      );
      const status = Object.fromEntries(report.layers.map((layer) => [layer.name, layer.status]));
      assert.equal(status['shared'], 'loaded', file);
      assert.equal(status['batch_normalization'], 'loaded', file);
      const conv = report.layers.find((layer) => /\(3, 3, 4, 5\) in the file/.test(layer.reason ?? ''));
      assert.equal(conv?.status, 'mismatch', file);
      assert.ok(
        report.layers.some((layer) => layer.name === 'dense_1' && layer.status !== 'loaded'),
        file,
      );
    }
  });
});
