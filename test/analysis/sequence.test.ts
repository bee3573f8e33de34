// Receptive fields of sequence layers in whole programs: recurrent, both directions, attention, per time step.
import assert from 'node:assert/strict';
import { jsonFile } from '../../src/features';
import { analyse } from '../features/analyse';

/** Size, smallest size and stride per axis, and whether every unit sees all. */
function field(input: string, layers: string): unknown {
  const [model] = jsonFile(
    analyse(
      `import keras\nfrom keras import layers\nx = i = keras.Input(${input})\n${layers}m = keras.Model(i, x)\n`,
    ),
  ).models;
  const found = model.layers[model.layers.length - 1].receptiveField;
  return found && [found.size, found.minSize, found.stride, found.global];
}

describe('receptive field of sequences', () => {
  // The smallest path through attention is the query's: a position and itself.
  const rows: [what: string, input: string, layers: string, expected: unknown][] = [
    ['LSTM, last step', '(20, 4)', 'x = layers.LSTM(3)(x)\n', [[20], [20], [null], true]],
    [
      'LSTM, all steps',
      '(20, 4)',
      'x = layers.LSTM(3, return_sequences=True)(x)\n',
      [[20], [20], [1], false],
    ],
    [
      'both directions',
      '(20, 4)',
      'x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)\n',
      [[20], [20], [null], true],
    ],
    ['LSTM over an open length', '(None, 4)', 'x = layers.LSTM(3)(x)\n', [[null], [null], [null], true]],
    ['self-attention', '(20, 4)', 'x = layers.MultiHeadAttention(2, 4)(x, x)\n', [[20], [1], [null], true]],
    [
      'causal self-attention',
      '(20, 4)',
      'x = layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True)\n',
      [[20], [1], [1], false],
    ],
    [
      'a window per time step',
      '(5, 32, 32, 3)',
      'x = layers.TimeDistributed(layers.Conv2D(8, 3, strides=2))(x)\n',
      [[3, 3], [3, 3], [2, 2], false],
    ],
    [
      'a recurrence over windows per time step',
      '(5, 32, 32, 3)',
      'x = layers.TimeDistributed(layers.Conv2D(8, 3))(x)\nx = layers.TimeDistributed(layers.GlobalAveragePooling2D())(x)\nx = layers.LSTM(4)(x)\n',
      [[5, 32, 32], [5, 32, 32], [null, null, null], true],
    ],
    // Each of the 4 further steps adds the state's kernel: 3 + 4·(3 − 1).
    [
      'ConvLSTM',
      '(5, 32, 32, 3)',
      'x = layers.ConvLSTM2D(4, 3)(x)\n',
      [[5, 11, 11], [5, 11, 11], [null, 1, 1], false],
    ],
    [
      'patches, then attention',
      '(32, 32, 3)',
      'x = layers.Conv2D(8, 8, strides=8)(x)\nx = layers.Reshape((16, 8))(x)\nx = layers.MultiHeadAttention(2, 4)(x, x)\n',
      [[32, 32], [8, 8], [null, null], true],
    ],
  ];
  for (const [what, input, layers, expected] of rows)
    it(what, () => assert.deepEqual(field(input, layers), expected));
});

describe('sequence view', () => {
  const view = (input: string, layers: string): unknown => {
    const { models } = jsonFile(
      analyse(
        `import keras\nfrom keras import layers, ops\nx = i = keras.Input(${input})\n${layers}m = keras.Model(i, x)\n`,
      ),
    );
    const { sequence } = models[models.length - 1];
    return sequence && [sequence.positions, sequence.ngram, sequence.pathLength, sequence.sequentialSteps];
  };
  const attend = 'x = x + layers.MultiHeadAttention(2, 4)(x, x)\n';
  const rows: [what: string, input: string, layers: string, expected: unknown][] = [
    ['a convolution of kernel 3 reads 3-grams', '(100, 8)', 'x = layers.Conv1D(4, 3)(x)\n', [100, [3], 1, 1]],
    [
      'a dilated stack reads its field',
      '(100, 8)',
      'for d in (1, 2, 4):\n    x = layers.Conv1D(4, 3, dilation_rate=d)(x)\n',
      [100, [15], 3, 3],
    ],
    ['a recurrence takes a step per position', '(20,)', 'x = layers.LSTM(3)(layers.Embedding(9, 4)(x))\n', [20, [20], 20, 20]],
    ['over an open length, as many as there are', '(None, 4)', 'x = layers.GRU(3)(x)\n', [null, [null], null, null]],
    [
      'a recurrence over cells too',
      '(20, 4)',
      'x = layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)])(x)\n',
      [20, [20], 20, 20],
    ],
    ['both directions run side by side', '(20, 4)', 'x = layers.Bidirectional(layers.LSTM(3))(x)\n', [20, [20], 20, 20]],
    ['attention reads everything at once', '(20, 8)', attend, [20, [20], 1, 1]],
    ['stacked attention keeps the shortest way', '(20, 8)', attend + attend, [20, [20], 1, 2]],
    [
      'attention over a recurrence shortens the way, not the steps',
      '(20, 4)',
      'h = layers.LSTM(4, return_sequences=True)(x)\nx = layers.Attention()([h, h])\n',
      [20, [20], 2, 21],
    ],
    // Words within sentences, then sentences: 12 + 5 steps in place of 60.
    [
      'a hierarchy',
      '(5, 12)',
      'w = keras.Input((12,))\ns = keras.Model(w, layers.GRU(4)(layers.Embedding(9, 4)(w)))\nx = layers.GRU(4)(layers.TimeDistributed(s)(x))\n',
      [60, [5, 12], 17, 17],
    ],
    [
      'a hierarchy of attention and averages: a step per level',
      '(5, 12, 8)',
      'w = keras.Input((12, 8))\na = w + layers.Attention()([w, w])\ns = keras.Model(w, layers.GlobalAveragePooling1D()(a))\nx = layers.TimeDistributed(s)(x)\nx = layers.GlobalAveragePooling1D()(layers.Attention()([x, x]))\n',
      [60, [5, 12], 3, 4],
    ],
    ['a flattened sequence', '(20, 8)', 'x = layers.Dense(3)(layers.Flatten()(layers.Conv1D(4, 3)(x)))\n', [20, [20], 2, 2]],
    ['an image is none', '(32, 32, 3)', 'x = layers.Conv2D(8, 3)(x)\n', undefined],
  ]; // prettier-ignore
  for (const [what, input, layers, expected] of rows)
    it(what, () => assert.deepEqual(view(input, layers), expected));
});

describe('productive input', () => {
  it('is the smallest length with which every convolution adds context', () => {
    const source = (length: number): string =>
      `import keras\nfrom keras import layers\nm = keras.Sequential([keras.Input((${length}, 1)), layers.Conv1D(1, 3, padding='same'), layers.MaxPooling1D(2), layers.Conv1D(1, 3, padding='same'), layers.Conv1D(1, 3, padding='same')])\n`;
    const read = (length: number): [unknown, unknown] => {
      const [model] = jsonFile(analyse(source(length))).models;
      return [model.productiveInput, model.layers.map(({ productivity }) => productivity ?? null)];
    };
    // Fields before the convolutions: 1, 4 and 8 positions.
    assert.deepEqual(read(9), [[9], ['productive', null, 'productive', 'critical']]);
    assert.deepEqual(read(8), [[9], ['productive', null, 'critical', 'unproductive']]);
  });
});
