// Design advice: said where it applies, silent where it does not, and optional pieces only when asked for.
import assert from 'node:assert/strict';
import { diagnostics } from '../../src/features';
import { analyse } from '../features/analyse';

const around = (body: string): string =>
  `import keras\nfrom keras import layers\nx = keras.Input((32, 32, 3))\n${body}m = keras.Model(x, y)\n`;

describe('design advice', () => {
  const cases: [code: string, applies: string, not: string][] = [
    [
      'softmax-one-unit',
      'y = layers.Dense(1, activation="softmax")(layers.Flatten()(x))\n',
      'y = layers.Dense(1, activation="sigmoid")(layers.Flatten()(x))\n',
    ],
    [
      'flatten-dense-parameters',
      'y = layers.Dense(500)(layers.Flatten()(x))\n',
      'y = layers.Dense(500)(layers.GlobalAveragePooling2D()(x))\n',
    ],
    [
      'bias-before-batch-normalization',
      'y = layers.BatchNormalization()(layers.Conv2D(8, 3)(x))\n',
      'y = layers.BatchNormalization()(layers.Conv2D(8, 3, use_bias=False)(x))\n',
    ],
    [
      'transposed-checkerboard',
      'y = layers.Conv2DTranspose(8, 3, strides=2)(x)\n',
      'y = layers.Conv2DTranspose(8, 4, strides=2)(x)\n',
    ],
    ['even-kernel-same', 'y = layers.Conv2D(8, 4, padding="same")(x)\n', 'y = layers.Conv2D(8, 4)(x)\n'],
    [
      'unproductive-layer',
      'y = x\nfor _ in range(17):\n    y = layers.Conv2D(8, 3, padding="same")(y)\n',
      'y = layers.Conv2D(8, 3, padding="same")(x)\n',
    ],
    ['dense-on-map', 'y = layers.Dense(10)(x)\n', 'y = layers.Dense(10)(layers.Flatten()(x))\n'],
    [
      'gridding',
      'y = layers.ReLU()(layers.Conv2D(8, 3, dilation_rate=2)(x))\ny = layers.Conv2D(8, 3, dilation_rate=4)(y)\n',
      'y = layers.ReLU()(layers.Conv2D(8, 3, dilation_rate=2)(x))\ny = layers.Conv2D(8, 3, dilation_rate=3)(y)\n',
    ],
    [
      'dropout-before-batch-normalization',
      'y = layers.BatchNormalization()(layers.Dropout(0.5)(x))\n',
      'y = layers.Dropout(0.5)(layers.BatchNormalization()(x))\n',
    ],
  ];
  for (const [code, applies, not] of cases) {
    it(code, () => {
      const all = (text: string): string[] =>
        diagnostics(analyse(text), { severity: { [code]: 'hint' } }).map((found) => found.code);
      assert.deepEqual(all(around(applies)), [code]);
      assert.deepEqual(all(around(not)), []);
    });
  }

  it('is off by default but for what is hardly ever meant', () => {
    const shown = cases
      .filter(([, applies]) => diagnostics(analyse(around(applies))).length > 0)
      .map(([code]) => code);
    assert.deepEqual(shown, ['softmax-one-unit']);
  });
});
