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
