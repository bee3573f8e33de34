// Inputs of the user's own: arrays and pictures read, pixels scaled as the model takes them, wrong kinds refused in words.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encode } from 'fast-png';
import { encode as encodeJpeg, decode as decodeJpeg } from 'jpeg-js';
import type { CustomInput } from '../../src/engine/api';
import { createEngine } from '../../src/engine/engine';
import { openInput } from '../../src/engine/inputs/openInput';
import { readNpy } from '../../src/engine/inputs/npy';
import { SCALINGS } from '../../src/engine/inputs/scaling';
import { UnreadableFile } from '../../src/engine/weights/bytes';
import { interpret } from '../../src/keras/interpret';

function npy(header: string, data: Uint8Array): Uint8Array {
  const text = `${header}${' '.repeat(63 - ((10 + header.length) % 64))}\n`;
  const bytes = new Uint8Array(10 + text.length + data.length);
  bytes.set([0x93, ...Buffer.from('NUMPY'), 1, 0, text.length & 255, text.length >> 8]);
  bytes.set(Buffer.from(text), 10);
  bytes.set(data, 10 + text.length);
  return bytes;
}

const bytesOf = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

describe('npy', () => {
  it('reads kinds, byte orders and both orders of axes', () => {
    const read = (descr: string, data: ArrayBufferView, fortran = 'False'): number[] => {
      const file = npy(
        `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (2, 3), }`,
        bytesOf(data),
      );
      const array = readNpy(file);
      assert.deepEqual(array.shape, [2, 3]);
      return [...array.data];
    };
    const values = [0, 1, 2, 3, 4, 5];
    assert.deepEqual(read('<f4', Float32Array.from(values)), values);
    assert.deepEqual(read('<f8', Float64Array.from(values)), values);
    assert.deepEqual(read('|u1', Uint8Array.from(values)), values);
    assert.deepEqual(read('<i8', BigInt64Array.from(values.map(BigInt))), values);
    assert.deepEqual(read('|b1', Uint8Array.from([0, 1, 1, 0, 0, 1])), [0, 1, 1, 0, 0, 1]);
    assert.deepEqual(read('>i2', Uint8Array.from(values.flatMap((v) => [0, v]))), values);
    assert.deepEqual(read('<f4', Float32Array.from([0, 3, 1, 4, 2, 5]), 'True'), values);
  });

  it('refuses what is no array of numbers, and survives damage', () => {
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    assert.throws(
      () => readNpy(npy(header.replace('<f4', '|O'), new Uint8Array(24))),
      /kind that cannot be read/,
    );
    assert.throws(
      () => readNpy(npy(header.replace('<f4', '<c8'), new Uint8Array(24))),
      /kind that cannot be read/,
    );
    assert.throws(
      () => readNpy(npy(header.replace('2,', '9999999, 9999,'), new Uint8Array(24))),
      /too large/,
    );
    assert.throws(() => readNpy(npy(header, new Uint8Array(20))), /ends too early/);
    const whole = npy(header, new Uint8Array(24));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }), (changes) => {
        const copy = whole.slice();
        for (const [at, value] of changes) copy[at] = value;
        try {
          readNpy(copy);
        } catch (error) {
          assert.ok(error instanceof UnreadableFile, String(error));
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('pictures', () => {
  const pixels = Uint8Array.from({ length: 6 * 4 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 37) % 256));

  it('opens PNG and JPEG, and nothing else', async () => {
    const png = encode({ width: 6, height: 4, data: pixels, channels: 4, depth: 8 });
    const opened = await openInput('a.png', png);
    assert.ok(opened.kind === 'picture');
    assert.deepEqual([...opened.rgba], [...pixels]);
    const flat = new Uint8Array(16 * 16 * 4).fill(200);
    const jpg = new Uint8Array(encodeJpeg({ width: 16, height: 16, data: flat }, 95).data);
    const decoded = await openInput('a.jpg', jpg, (bytes) => {
      const { width, height, data } = decodeJpeg(bytes, { useTArray: true });
      return { width, height, rgba: data };
    });
    assert.ok(decoded.kind === 'picture' && Math.abs(decoded.rgba[0] - 200) < 4);
    await assert.rejects(openInput('a.jpg', jpg), /save it as PNG/);
    await assert.rejects(openInput('a.png', png.slice(0, 40)), UnreadableFile);
    await assert.rejects(
      openInput('a.gif', new TextEncoder().encode('GIF89a')),
      /not a picture .* and not an array/,
    );
    const huge = png.slice();
    huge.set([0, 1, 0, 0, 0, 1, 0, 0], 16);
    await assert.rejects(openInput('a.png', huge), /65536×65536 pixels: too large/);
  });

  /** The numbers that the input of a program's model gets from a picture of one colour. */
  async function numbersFor(program: string, input: CustomInput): Promise<[number[], string | null]> {
    const graph = interpret({ path: 'm.py', text: program });
    const index = graph.models.findIndex((model) => model.bindings.some(({ name }) => name === 'model'));
    const engine = await createEngine({ backend: 'reference' });
    const loaded = await engine.load(graph, index, { sample: input });
    if (loaded.message !== null) throw new Error(loaded.message);
    await engine.run({ cancelled: () => true });
    const { producer } = graph.tensors[graph.models[index].inputs[0]];
    const map = await engine.read(producer as number);
    engine.dispose();
    return [[...map.data.slice(0, 3)], loaded.inputs[0].scaling];
  }

  const colour: CustomInput = {
    kind: 'picture',
    name: 'colour',
    width: 9,
    height: 5,
    rgba: Uint8Array.from({ length: 9 * 5 * 4 }, (_, i) => [10, 100, 200, 255][i % 4]),
  };
  const small = 'weights=None, include_top=False, input_shape=(32, 32, 3)';
  // What Keras' preprocess_input gives for (10, 100, 200) in its three modes.
  const rows: readonly (readonly [string, string, readonly number[]])[] = [
    [
      '0 to 1 by default',
      'model = keras.Sequential([keras.Input((8, 8, 3)), L.Conv2D(2, 3)])',
      [10 / 255, 100 / 255, 200 / 255],
    ],
    [
      '0 to 255 for Rescaling',
      'model = keras.Sequential([keras.Input((8, 8, 3)), L.Rescaling(1 / 255), L.Conv2D(2, 3)])',
      [10, 100, 200],
    ],
    [
      '0 to 255 for arithmetic behind augmentation',
      'x = keras.Input((8, 8, 3))\ny = L.RandomFlip()(x) / 127.5 - 1\nmodel = keras.Model(x, L.Conv2D(2, 3)(y))',
      [10, 100, 200],
    ],
    [
      '0 to 1 for Rescaling to −1…1',
      'model = keras.Sequential([keras.Input((8, 8, 3)), L.Rescaling(2, offset=-1), L.Conv2D(2, 3)])',
      [10 / 255, 100 / 255, 200 / 255],
    ],
    ['caffe', `model = keras.applications.VGG16(${small})`, [96.061, -16.779, -113.68]],
    ['tf', `model = keras.applications.MobileNetV2(${small})`, [-0.92156863, -0.21568627, 0.56862745]],
    [
      'torch, nested',
      `base = keras.applications.DenseNet121(${small})\nx = keras.Input((32, 32, 3))\nmodel = keras.Model(x, base(x))`,
      [-1.9466564, -0.2850142, 1.68],
    ],
  ];
  for (const [name, program, expected] of rows) {
    it(`are scaled: ${name}`, async () => {
      const [numbers, words] = await numbersFor(
        `import keras\nfrom keras import layers as L\n${program}\n`,
        colour,
      );
      numbers.forEach((value, c) =>
        assert.ok(Math.abs(value - expected[c]) < 2e-3 * Math.max(1, Math.abs(value)), `${numbers.join()}`),
      );
      assert.ok(Object.values(SCALINGS).some((scaling) => scaling.words === words));
    });
  }

  it('and arrays are refused where they do not fit', async () => {
    const model =
      'import keras\nfrom keras import layers as L\nmodel = keras.Sequential([keras.Input((8, 8, 3)), L.Conv2D(2, 3)])\n';
    const tokens =
      'import keras\nfrom keras import layers as L\nmodel = keras.Sequential([keras.Input((8,)), L.Embedding(9, 2)])\n';
    const wrong = { kind: 'values', name: 'w.npy', shape: [3, 8, 8], data: new Float32Array(192) } as const;
    await assert.rejects(numbersFor(model, wrong), /w\.npy.*\(3, 8, 8\).*\(1, 8, 8, 3\)/);
    const right = { ...wrong, shape: [8, 8, 3], data: new Float32Array(192).fill(0.5) };
    assert.deepEqual((await numbersFor(model, right))[0], [0.5, 0.5, 0.5]);
    await assert.rejects(numbersFor(tokens, colour), /takes words by number/);
  });
});
