// Inlay hints, lenses and symbols: where shapes change, short, once a line.
import assert from 'node:assert/strict';
import { codeLenses, inlayHints, symbols, type HintStyle } from '../../src/features';
import { analyse, lineOf } from './analyse';

const PROGRAM = `import keras
from keras import layers

def block(x, filters):
    x = layers.Conv2D(filters, 3, padding="same")(x)
    x = layers.ReLU()(x)
    return layers.MaxPooling2D()(x)

inputs = keras.Input((64, 64, 3))
x = inputs
for f in (16, 32):
    x = block(x, f)
x = layers.Dropout(0.5)(x)
model = keras.Model(inputs, layers.Dense(10)(layers.Flatten()(x)))
net = keras.Sequential([
    keras.Input((64, 64, 3)),
    layers.Conv2D(8, 5),
    layers.BatchNormalization(),
    model.layers[-1].__class__(3),
])
`;

function hints(text: string, style?: HintStyle): [number, string][] {
  const analysis = analyse(text);
  return inlayHints(analysis, { style }).map((hint) => {
    assert.ok(hint.label.length <= 25, hint.label);
    return [lineOf(analysis, hint.offset), hint.label];
  });
}

describe('inlay hints', () => {
  it('stand where the shape changes, and nowhere else', () => {
    assert.deepEqual(hints(PROGRAM), [
      [5, '64×64×16 … 32×32×32'],
      [7, '32×32×16 … 16×16×32'],
      [9, '64×64×3'],
      [14, '10'],
      [16, '64×64×3'],
      [17, '60×60×8'],
      [19, '60×60×3'],
    ]);
  });

  it('stand at the end of the line', () => {
    const analysis = analyse(PROGRAM);
    for (const { offset } of inlayHints(analysis))
      assert.ok(offset === PROGRAM.length || PROGRAM[offset] === '\n');
  });

  it('show parameters or receptive fields instead', () => {
    const fields = new Map(hints(PROGRAM, 'receptiveField'));
    assert.deepEqual([fields.get(7), fields.get(14), fields.get(17)], ['sees 10', 'sees all', 'sees 5']);
    assert.equal(new Map(hints(PROGRAM, 'parameters')).get(17), '608 parameters');
  });

  it('are limited to a range', () => {
    const from = PROGRAM.indexOf('model =');
    assert.deepEqual(
      inlayHints(analyse(PROGRAM), { from, to: from + 5 }).map(({ label }) => label),
      ['10'],
    );
  });
});

describe('lenses and symbols', () => {
  it('stand over each model', () => {
    const analysis = analyse(PROGRAM);
    assert.deepEqual(
      codeLenses(analysis).map((lens) => [lineOf(analysis, lens.offset), lens.name, lens.title]),
      [
        [
          14,
          'model',
          '10 layers · 87.0 k parameters · 6.57 M MACs · sees the whole input · (None, 64, 64, 3) → (None, 10)',
        ],
        [
          15,
          'net',
          '3 layers · 667 parameters · 2.25 M MACs · receptive field 5 · (None, 64, 64, 3) → (None, 60, 60, 3)',
        ],
      ],
    );
  });

  it('list models with their layers', () => {
    const [model, net] = symbols(analyse(PROGRAM));
    assert.deepEqual([model.name, model.children.length, net.name], ['model', 10, 'net']);
    assert.deepEqual(
      net.children.map(({ name, detail }) => [name, detail]),
      [
        ['conv2d_2', 'Conv2D · (None, 60, 60, 8) · 608 parameters'],
        ['batch_normalization', 'BatchNormalization · (None, 60, 60, 8) · 32 parameters'],
        ['dense_1', 'Dense · (None, 60, 60, 3) · 27 parameters'],
      ],
    );
  });
});
