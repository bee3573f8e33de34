// Multiply-adds against an independent count: the reference runs the model and every product that it forms is counted.
import assert from 'node:assert/strict';
import type { Numbers } from '../../src/engine/reference/arrays';
import type { Step } from '../../src/engine/plan/plan';
import { analyse } from '../features/analyse';
import { network } from './reference';

/** Operands that are read once for every product, by kind of op. */
const MULTIPLIERS: Readonly<Partial<Record<Step['op']['kind'], readonly number[]>>> = {
  conv: [1],
  matmul: [1],
  recurrent: [1, 2],
};

/** The products formed while the model runs once. */
function products(source: string): number {
  const { graph } = analyse(source);
  let count = 0;
  const counted = (numbers: Numbers): Numbers =>
    new Proxy(numbers, {
      get(target, key) {
        if (typeof key === 'string' && key >= '0' && key <= '9~') count++;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  const net = network(graph, graph.models.length - 1, () => 0.1);
  const size = net.input.shape.reduce((a, b) => a * b, 1);
  net.run(new Float64Array(size).fill(1), (step, inputs) => {
    const which = MULTIPLIERS[step.op.kind] ?? [];
    return inputs.map((numbers, i) => (which.includes(i) ? counted(numbers) : numbers));
  });
  return count;
}

function macs(source: string): number | null {
  const { graph, figures } = analyse(source);
  return figures.ofModel(graph.models[graph.models.length - 1]).macs;
}

const model = (shape: string, body: string): string =>
  `import keras\nfrom keras import layers, ops\nx = i = keras.Input(${shape})\n${body}\nm = keras.Model(i, x)\n`;

describe('multiply-adds, against counted products', () => {
  const rows: readonly (readonly [shape: string, body: string])[] = [
    ['(7,)', 'x = layers.Dense(5)(x)'],
    ['(4, 7)', 'x = layers.Dense(5)(x)'],
    ['(4, 7)', "x = layers.EinsumDense('abc,cde->abde', (None, 2, 3), bias_axes='de')(x)"],
    ['(4, 7)', "x = layers.EinsumDense('abc,bd->acd', (7, 5))(x)"],
    ['(12, 3)', 'x = layers.Conv1D(4, 3, strides=2)(x)'],
    ['(12, 3)', 'x = layers.Conv1D(4, 3, dilation_rate=2)(x)'],
    ['(9, 10, 4)', 'x = layers.Conv2D(6, (3, 2), groups=2)(x)'],
    ['(9, 10, 4)', 'x = layers.DepthwiseConv2D(3, strides=2, depth_multiplier=2)(x)'],
    ['(9, 10, 4)', 'x = layers.SeparableConv2D(5, 3, depth_multiplier=2)(x)'],
    ['(12, 3)', 'x = layers.SeparableConv1D(5, 3)(x)'],
    ['(5, 6, 7, 2)', 'x = layers.Conv3D(3, (2, 3, 2))(x)'],
    ['(5, 6, 3)', 'x = layers.Conv2DTranspose(4, 3, strides=2)(x)'],
    ['(6, 3)', 'x = layers.Conv1DTranspose(4, 2, strides=3)(x)'],
    ['(6, 5)', 'x = layers.SimpleRNN(4)(x)'],
    ['(6, 5)', 'x = layers.LSTM(4, return_sequences=True)(x)'],
    ['(6, 5)', 'x = layers.GRU(4)(x)'],
    ['(6, 5)', 'x = layers.GRU(4, reset_after=False)(x)'],
    ['(6, 5)', 'x = layers.Bidirectional(layers.LSTM(4))(x)'],
    ['(6, 5)', 'x = layers.MultiHeadAttention(2, 3)(x, x)'],
    ['(6, 5)', 'x = layers.MultiHeadAttention(2, 3, value_dim=4, output_shape=7)(x, x[:, :4])'],
    ['(6, 8)', 'x = layers.GroupQueryAttention(3, 4, 2)(x, x)'],
    ['(6, 5)', 'x = layers.Attention()([x, x[:, :4]])'],
    ['(6, 5)', 'x = layers.TimeDistributed(layers.Dense(3))(x)'],
    ['(3, 8, 2)', 'x = layers.TimeDistributed(layers.Conv1D(3, 2))(x)'],
    ['(6, 5)', 'x = layers.Dot((2, 2))([x, x])'],
    ['(6, 5)', 'x = ops.matmul(x, ops.transpose(x, (0, 2, 1)))'],
    ['(6, 5)', "x = ops.einsum('abc,adc->abd', x, x)"],
    ['(10, 3)', 'd = layers.Conv1D(3, 3)\nx = d(d(x))'],
    ['(8, 8, 3)', 's = keras.Sequential([layers.Conv2D(4, 3), layers.BatchNormalization(), layers.ReLU(), layers.Flatten(), layers.Dense(2)])\nx = s(x)'],
    ['(8, 8, 3)', 'x = layers.MaxPooling2D(2)(x)\nx = layers.Dropout(0.1)(layers.Softmax()(x))'],
  ]; // prettier-ignore
  for (const [shape, body] of rows)
    it(`${body.replace(/\n/g, '; ')} on ${shape}`, () => {
      const source = model(shape, body);
      assert.equal(macs(source), products(source));
    });

  it('of a convolutional LSTM grow by every step alike', () => {
    // The reference leaves out the first step's convolution of a state that is zero: further steps are compared.
    const source = (steps: number): string => model(`(${steps}, 5, 3)`, 'x = layers.ConvLSTM1D(4, 1)(x)');
    const step = products(source(6)) - products(source(5));
    assert.deepEqual([macs(source(6)), macs(source(5))], [6 * step, 5 * step]);
  });

  // Padding is multiplied like any other value: the same as padding first. A transposed one crops what it has computed.
  const padded: readonly (readonly [shape: string, same: string, explicit: string])[] = [
    ['(12, 3)', "x = layers.Conv1D(4, 5, padding='same')(x)", 'x = layers.Conv1D(4, 5)(layers.ZeroPadding1D(2)(x))'],
    ['(12, 3)', "x = layers.Conv1D(4, 3, dilation_rate=2, padding='causal')(x)", 'x = layers.Conv1D(4, 3, dilation_rate=2)(layers.ZeroPadding1D((4, 0))(x))'],
    ['(9, 10, 3)', "x = layers.Conv2D(4, 3, strides=2, padding='same')(x)", 'x = layers.Conv2D(4, 3, strides=2)(layers.ZeroPadding2D(((1, 1), (0, 1)))(x))'],
    ['(5, 6, 3)', "x = layers.Conv2DTranspose(4, 3, strides=2, padding='same')(x)", 'x = layers.Conv2DTranspose(4, 3, strides=2)(x)'],
  ]; // prettier-ignore
  for (const [shape, same, explicit] of padded)
    it(`${same} on ${shape}, padding counted`, () =>
      assert.equal(macs(model(shape, same)), products(model(shape, explicit))));
});
