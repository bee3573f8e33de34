// Hovers: shapes, kernel, parameters, cost, receptive field, arithmetic, picture; several results of one line.
import assert from 'node:assert/strict';
import { hover } from '../../src/features';
import { analyse, marked } from './analyse';

function hoverAt(source: string): string {
  const { text, offset } = marked(source);
  return hover(analyse(text), { cell: 0, offset })?.markdown ?? '';
}

const HEAD = 'import keras\nfrom keras import layers\n';

describe('hover', () => {
  it('explains a convolution', () => {
    const text = hoverAt(`${HEAD}x = keras.Input((28, 28, 1))\ny = layers.Conv‸2D(32, 3)(x)\n`);
    for (const part of [
      '**Conv2D**',
      '`(None, 28, 28, 1) → (None, 26, 26, 32)`',
      'Kernel `[3, 3, 1, 32]`: 32 of 3×3×1',
      'Parameters **320**',
      'Multiply-adds **194,688** for one sample',
      'Receptive field 3 × 3, stride 1 × 1, padding 0 × 0',
      '`⌊(28 + 2·0 − 3)/1⌋ + 1 = 26`',
      'data:image/svg+xml;base64,',
    ]) {
      assert.ok(text.includes(part), `${part} in\n${text}`);
    }
  });

  it('draws the cells that one output reads', () => {
    const text = hoverAt(`${HEAD}x = keras.Input((5, 5, 1))\ny = layers.Conv‸2D(1, 3, padding="same")(x)\n`);
    const svg = atob(/base64,([^)]*)/.exec(text)![1]);
    const cells = [...svg.matchAll(/<rect [^>]*fill="(#\w+)" fill-opacity="([\d.]+)"/g)].map(
      ([, fill, opacity]) => `${fill} ${opacity}`,
    );
    // 7×7 padded input and 5×5 output; 9 cells read, one result.
    assert.equal(cells.length, 49 + 25);
    assert.equal(cells.filter((cell) => cell.startsWith('#1a85ff')).length, 9);
    assert.equal(cells.filter((cell) => cell.startsWith('#d18616')).length, 1);
  });

  it('writes out dilation, strides, unequal pads and transposed windows', () => {
    const formula = (layer: string, input = '(28, 28, 1)'): string =>
      /Output length `([^`]*)`/.exec(
        hoverAt(`${HEAD}x = keras.Input(${input})\ny = layers.Con‸v2D${layer}(x)\n`),
      )?.[1] ?? '';
    assert.equal(formula('(1, 3, dilation_rate=2)'), '⌊(28 + 2·0 − (2·(3 − 1) + 1))/1⌋ + 1 = 24');
    assert.equal(formula('(1, 3, strides=2, padding="same")'), '⌊(28 + 0 + 1 − 3)/2⌋ + 1 = 14');
    assert.equal(formula('Transpose(1, 5, strides=2)'), '(28 − 1)·2 + max(5, 2) = 59');
    assert.equal(formula('Transpose(1, 5, strides=2, padding="same")'), '28·2 = 56');
    assert.match(formula('(1, 3)', '(None, None, 1)'), /^⌊\(\w+ \+ 2·0 − 3\)\/1⌋ \+ 1$/);
  });

  it('lists the results of a line that runs several times', () => {
    const text = hoverAt(
      `${HEAD}x = keras.Input((64, 64, 3))\nfor f in (8, 16, 32):\n    x = layers.Conv‸2D(f, 3, strides=2, padding="same")(x)\n`,
    );
    assert.ok(text.includes('3 calls: `(None, 32, 32, 8)` … `(None, 8, 8, 32)`'), text);
    assert.equal(text.split('\n').filter((line) => line.startsWith('| 1×')).length, 3);
  });

  it('tells a tensor, a model, and why something is unknown', () => {
    assert.ok(
      hoverAt(`${HEAD}x = keras.Input((8,))\ny = layers.Dense(4)(x)\nprint(‸y)\n`).includes(
        'tensor `(None, 4)`',
      ),
    );
    assert.ok(
      hoverAt(`${HEAD}‸m = keras.Sequential([keras.Input((8,)), layers.Dense(4)])\n`).includes(
        'Total parameters: 36',
      ),
    );
    const text = hoverAt(
      `${HEAD}import os\nn = int(os.environ["N"])\nx = keras.Input((8,))\ny = layers.De‸nse(n)(x)\n`,
    );
    assert.ok(text.includes('`(None, 8) → (None, ?)`') && text.includes('Unknown:'), text);
  });

  it('says nothing where nothing stands', () => {
    assert.equal(hoverAt(`${HEAD}\n‸\n\nx = 1\n`), '');
  });
});
