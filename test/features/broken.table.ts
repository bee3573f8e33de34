// Programs with one mistake each, of the kinds that people make; real Keras 3.16 rejects every one of them and builds the
// program that the first fix leaves.

export interface Broken {
  readonly name: string;
  readonly code: string;
  /** From 1. */
  readonly line: number;
  readonly program: string;
}

const HEAD = 'import keras\nfrom keras import layers\n';

/** A functional model around `body`, which makes `x` of `x`. */
function model(input: string, body: string): string {
  return `${HEAD}inputs = keras.Input(${input})\nx = inputs\n${body}model = keras.Model(inputs, x)\n`;
}

export const BROKEN: readonly Broken[] = [
  {
    name: 'conv big',
    code: 'window-too-large',
    line: 5,
    program: model(`(28, 28, 1)`, `x = layers.Conv2D(8, 30)(x)\n`),
  },
  {
    name: 'conv after pools',
    code: 'window-too-large',
    line: 11,
    program:
      HEAD +
      `model = keras.Sequential([\n    keras.Input((28, 28, 1)),\n    layers.Conv2D(32, 3, activation='relu'),\n    layers.MaxPooling2D(2),\n    layers.Conv2D(64, 3),\n    layers.MaxPooling2D(2),\n    layers.Conv2D(64, 3),\n    layers.MaxPooling2D(2),\n    layers.Conv2D(64, 3),\n    layers.Flatten(),\n    layers.Dense(10),\n])\n`,
  },
  {
    name: 'pool big',
    code: 'pool-too-large',
    line: 6,
    program: model(`(28, 28, 1)`, `x = layers.Conv2D(8, 3, strides=2)(x)\nx = layers.MaxPooling2D(16)(x)\n`),
  },
  {
    name: 'chan first',
    code: 'window-too-large',
    line: 5,
    program: model(`shape=(1, 28, 28)`, `x = layers.Conv2D(8, 3)(x)\n`),
  },
  {
    name: 'conv rank3',
    code: 'input-rank',
    line: 5,
    program: model(`shape=(28, 28)`, `x = layers.Conv2D(8, 3)(x)\n`),
  },
  {
    name: 'conv rank3 seq',
    code: 'input-rank',
    line: 5,
    program:
      HEAD +
      `model = keras.Sequential()\nmodel.add(layers.Input(shape=(28, 28)))\nmodel.add(layers.Conv2D(32, (3, 3), activation='relu'))\nmodel.add(layers.Flatten())\nmodel.add(layers.Dense(10))\n`,
  },
  {
    name: 'conv1d rank2',
    code: 'input-rank',
    line: 5,
    program: model(`(100,)`, `x = layers.Conv1D(8, 3)(x)\n`),
  },
  {
    name: 'batch in input',
    code: 'input-rank',
    line: 5,
    program: model(`(32, 28, 28, 1)`, `x = layers.Conv2D(8, 3)(x)\n`),
  },
  {
    name: 'stacked rnn',
    code: 'input-rank',
    line: 6,
    program: model(`(20, 8)`, `x = layers.LSTM(32)(x)\nx = layers.LSTM(16)(x)\n`),
  },
  {
    name: 'stacked rnn seq',
    code: 'input-rank',
    line: 6,
    program:
      HEAD +
      `model = keras.Sequential([\n    layers.Input((20, 8)),\n    layers.GRU(32),\n    layers.GRU(16),\n    layers.Dense(1),\n])\n`,
  },
  {
    name: 'rnn after conv',
    code: 'input-rank',
    line: 6,
    program: model(`(28, 28, 1)`, `x = layers.Conv2D(8, 3)(x)\nx = layers.LSTM(16)(x)\n`),
  },
  {
    name: 'pool after flatten',
    code: 'input-rank',
    line: 6,
    program: model(`(28, 28, 1)`, `x = layers.Flatten()(x)\nx = layers.MaxPooling2D(2)(x)\n`),
  },
  {
    name: 'gpool rank',
    code: 'input-rank',
    line: 6,
    program: model(`(50, 4)`, `x = layers.Conv1D(8, 3)(x)\nx = layers.GlobalAveragePooling2D()(x)\n`),
  },
  {
    name: 'pool2d on 1d',
    code: 'input-rank',
    line: 6,
    program: model(`(50, 4)`, `x = layers.Conv1D(8, 3)(x)\nx = layers.MaxPooling2D(2)(x)\n`),
  },
  {
    name: 'concat',
    code: 'concat-shape',
    line: 7,
    program: model(
      `(28, 28, 1)`,
      `a = layers.Conv2D(8, 3)(x)\nb = layers.Conv2D(8, 3, padding='same')(x)\nx = layers.Concatenate()([a, b])\n`,
    ),
  },
  {
    name: 'concat unet',
    code: 'concat-shape',
    line: 10,
    program: model(
      `(64, 64, 3)`,
      `a = layers.Conv2D(8, 3, padding='same')(x)\nd = layers.MaxPooling2D(2)(a)\nd = layers.MaxPooling2D(2)(d)\nu = layers.UpSampling2D(2)(d)\nu = layers.Conv2D(8, 3, padding='same')(u)\nx = layers.concatenate([a, u])\n`,
    ),
  },
  {
    name: 'concat odd',
    code: 'concat-shape',
    line: 8,
    program: model(
      `(65, 65, 3)`,
      `a = layers.Conv2D(8, 3, padding='same')(x)\nd = layers.MaxPooling2D(2)(a)\nu = layers.UpSampling2D(2)(d)\nx = layers.Concatenate(axis=-1)([a, u])\n`,
    ),
  },
  {
    name: 'add channels',
    code: 'merge-shape',
    line: 7,
    program: model(
      `(28, 28, 32)`,
      `s = x\nx = layers.Conv2D(64, 3, padding='same')(x)\nx = layers.Add()([x, s])\n`,
    ),
  },
  {
    name: 'add func',
    code: 'merge-shape',
    line: 6,
    program: model(
      `(28, 28, 32)`,
      `y = layers.Conv2D(64, 3, strides=2, padding='same')(x)\nx = layers.add([x, y])\n`,
    ),
  },
  {
    name: 'merge one',
    code: 'merge-single-tensor',
    line: 5,
    program: model(`(28, 28, 1)`, `x = layers.Add()(x)\n`),
  },
  {
    name: 'merge two args',
    code: 'merge-single-tensor',
    line: 6,
    program: model(`(28, 28, 1)`, `y = layers.Conv2D(1, 3, padding='same')(x)\nx = layers.Add()(x, y)\n`),
  },
  {
    name: 'reshape',
    code: 'reshape-size',
    line: 6,
    program: model(`(10,)`, `x = layers.Dense(100)(x)\nx = layers.Reshape((7, 7, 3))(x)\n`),
  },
  {
    name: 'reshape seq',
    code: 'reshape-size',
    line: 6,
    program:
      HEAD +
      `model = keras.Sequential([\n    keras.Input((64,)),\n    layers.Dense(7 * 7 * 128, activation='relu'),\n    layers.Reshape((8, 8, 128)),\n])\n`,
  },
  {
    name: 'reshape two',
    code: 'reshape-two-unknown',
    line: 5,
    program: model(`(28, 28, 1)`, `x = layers.Reshape((-1, -1))(x)\n`),
  },
  {
    name: 'flatten none',
    code: 'open-dimension-weight',
    line: 7,
    program: model(
      `(None, None, 3)`,
      `x = layers.Conv2D(8, 3)(x)\nx = layers.Flatten()(x)\nx = layers.Dense(10)(x)\n`,
    ),
  },
  {
    name: 'groups filters',
    code: 'groups-divide-filters',
    line: 5,
    program: model(`(28, 28, 8)`, `x = layers.Conv2D(10, 3, groups=4)(x)\n`),
  },
  {
    name: 'groups channels',
    code: 'groups-divide-channels',
    line: 5,
    program: model(`(28, 28, 6)`, `x = layers.Conv2D(16, 3, groups=4)(x)\n`),
  },
  {
    name: 'stride dilation',
    code: 'strides-with-dilation',
    line: 5,
    program: model(`(28, 28, 1)`, `x = layers.Conv2D(16, 3, strides=2, dilation_rate=2)(x)\n`),
  },
  {
    name: 'causal2d',
    code: 'padding-name',
    line: 5,
    program: model(`(28, 28, 1)`, `x = layers.Conv2D(16, 3, padding='causal')(x)\n`),
  },
  {
    name: 'padding typo',
    code: 'padding-name',
    line: 5,
    program: model(`(28, 28, 1)`, `x = layers.Conv2D(16, 3, padding='smae')(x)\n`),
  },
  {
    name: 'keyword',
    code: 'unknown-argument',
    line: 5,
    program: model(`(28, 28, 1)`, `x = layers.Conv2D(16, 3, stride=2)(x)\n`),
  },
  {
    name: 'keyword kernel',
    code: 'unknown-argument',
    line: 5,
    program: model(`(28, 28, 1)`, `x = layers.Conv2D(filters=16, kernal_size=3)(x)\n`),
  },
  {
    name: 'activation typo',
    code: 'activation-name',
    line: 5,
    program: model(`(28, 28, 1)`, `x = layers.Dense(16, activation='rleu')(x)\n`),
  },
  {
    name: 'units float',
    code: 'units-invalid',
    line: 6,
    program: model(`(10,)`, `n = 100\nx = layers.Dense(n / 2)(x)\n`),
  },
  {
    name: 'input int',
    code: 'shape-argument',
    line: 3,
    program: model(`shape=4`, `x = layers.Dense(16)(x)\n`),
  },
  {
    name: 'input paren',
    code: 'shape-argument',
    line: 3,
    program: model(`shape=(4)`, `x = layers.Dense(16)(x)\n`),
  },
  {
    name: 'disconnected',
    code: 'graph-disconnected',
    line: 6,
    program:
      HEAD +
      `a = keras.Input((4,))\nb = keras.Input((4,))\nx = layers.Concatenate()([a, b])\nmodel = keras.Model(a, layers.Dense(1)(x))\n`,
  },
  {
    name: 'layer to layer',
    code: 'layer-as-tensor',
    line: 5,
    program:
      HEAD +
      `inputs = keras.Input((4,))\nx = layers.Dense(8)\ny = layers.Dense(2)(x)\nmodel = keras.Model(inputs, y)\n`,
  },
  {
    name: 'class in seq',
    code: 'sequential-not-layer',
    line: 3,
    program: HEAD + `model = keras.Sequential([keras.Input((4, 4)), layers.Flatten, layers.Dense(2)])\n`,
  },
  {
    name: 'dup names',
    code: 'duplicate-name',
    line: 6,
    program: model(`(4,)`, `x = layers.Dense(8, name='fc')(x)\nx = layers.Dense(8, name='fc')(x)\n`),
  },
  {
    name: 'dup names seq',
    code: 'duplicate-name',
    line: 6,
    program:
      HEAD +
      `model = keras.Sequential([\n    keras.Input((4,)),\n    layers.Dense(8, name='fc'),\n    layers.Dense(8, name='fc'),\n])\n`,
  },
  {
    name: 'dup loop',
    code: 'duplicate-name',
    line: 6,
    program: model(`(4,)`, `for i in range(3):\n    x = layers.Dense(8, name='fc')(x)\n`),
  },
  {
    name: 'reuse width',
    code: 'input-axis',
    line: 6,
    program:
      HEAD +
      `a = keras.Input((4,))\nb = keras.Input((5,))\nd = layers.Dense(3)\nx = layers.Concatenate()([d(a), d(b)])\nmodel = keras.Model([a, b], x)\n`,
  },
  {
    name: 'groupnorm',
    code: 'groups-divide-channels',
    line: 5,
    program: model(`(28, 28, 48)`, `x = layers.GroupNormalization(32)(x)\n`),
  },
  {
    name: 'permute',
    code: 'permute-dims',
    line: 5,
    program: model(`(10, 4)`, `x = layers.Permute((0, 2, 1))(x)\n`),
  },
  {
    name: 'dropout',
    code: 'rate-invalid',
    line: 5,
    program: model(`(10, 4)`, `x = layers.Dropout(50)(x)\n`),
  },
  {
    name: 'crop',
    code: 'crop-too-large',
    line: 5,
    program: model(`(28, 28, 1)`, `x = layers.Cropping2D(20)(x)\n`),
  },
  {
    name: 'mha value',
    code: 'call-argument-missing',
    line: 5,
    program: model(`(10, 16)`, `x = layers.MultiHeadAttention(2, 8)(x)\n`),
  },
  {
    name: 'sep kernel',
    code: 'tuple-argument',
    line: 5,
    program: model(`(28, 28, 1)`, `x = layers.SeparableConv2D(8, (3, 3, 3))(x)\n`),
  },
  {
    name: 'dense missing',
    code: 'missing-argument',
    line: 5,
    program: model(`(4,)`, `x = layers.Dense()(x)\n`),
  },
  {
    name: 'conv missing',
    code: 'missing-argument',
    line: 5,
    program: model(`(28, 28, 1)`, `x = layers.Conv2D(32)(x)\n`),
  },
  {
    name: 'seq input',
    code: 'reshape-size',
    line: 5,
    program:
      HEAD +
      `model = keras.Sequential()\nmodel.add(layers.Dense(64, activation='relu', input_dim=100))\nmodel.add(layers.Reshape((4, 4, 5)))\n`,
  },
  {
    name: 'func builder',
    code: 'merge-shape',
    line: 6,
    program:
      HEAD +
      `def block(x, filters):\n    y = layers.Conv2D(filters, 3)(x)\n    y = layers.Conv2D(filters, 3)(y)\n    return layers.Add()([x, y])\n\ninputs = keras.Input((32, 32, 16))\nx = block(inputs, 16)\nmodel = keras.Model(inputs, x)\n`,
  },
  {
    name: 'embedding float',
    code: 'input-rank',
    line: 6,
    program: model(`(50,)`, `x = layers.Embedding(1000, 16)(x)\nx = layers.Conv2D(8, 3)(x)\n`),
  },
  {
    name: 'timedist',
    code: 'input-rank',
    line: 5,
    program: model(`(8,)`, `x = layers.TimeDistributed(layers.Dense(4))(x)\n`),
  },
  {
    name: 'tuple kernel',
    code: 'tuple-argument',
    line: 5,
    program: model(`(28, 28, 1)`, `x = layers.Conv2D(8, (3, 3, 3))(x)\n`),
  },
  {
    name: 'ln axis',
    code: 'axis-out-of-range',
    line: 5,
    program: model(`(28, 28, 1)`, `x = layers.BatchNormalization(axis=5)(x)\n`),
  },
  {
    name: 'conv zero',
    code: 'filters-invalid',
    line: 5,
    program: model(`(28, 28, 1)`, `x = layers.Conv2D(0, 3)(x)\n`),
  },
  { name: 'lstm rank2', code: 'input-rank', line: 5, program: model(`(10,)`, `x = layers.LSTM(4)(x)\n`) },
  {
    name: 'dense conv',
    code: 'input-rank',
    line: 6,
    program: model(`(10,)`, `x = layers.Dense(64)(x)\nx = layers.Conv2D(4, 3)(x)\n`),
  },
];
