/** Programs that say that they are for Keras 2 are read by its rules. */
import { strict as assert } from 'node:assert';
import { interpret } from '../../../src/keras/interpret';
import { graphOf } from '../check';

const codes = (head: string): string[] =>
  graphOf(`${head}
layer = keras.layers.Conv2D(4, 3, name='a/b')
y = layer(keras.Input((8, 8, 3)))
`).failures.map(({ code }) => code);

describe('Keras 2', () => {
  it('is what tf_keras is', () => assert.deepEqual(codes('import tf_keras as keras'), []));

  it('is what TensorFlow is told to use by the environment', () => {
    assert.deepEqual(
      codes('import os\nos.environ["TF_USE_LEGACY_KERAS"] = "1"\nfrom tensorflow import keras'),
      [],
    );
    assert.deepEqual(
      codes(
        'import os, outside\nif outside.old:\n    os.environ["TF_USE_LEGACY_KERAS"] = "1"\nfrom tensorflow import keras',
      ),
      [],
    );
  });

  it('is not assumed otherwise', () => {
    assert.deepEqual(codes('import keras'), ['layer-name']);
    assert.deepEqual(codes('from tensorflow import keras\nfrom keras import ops'), ['layer-name']);
  });

  it('is what runs a program of tf.keras that Keras 3 would stop; that is said, and is no error', () => {
    assert.deepEqual(codes('from tensorflow import keras'), ['keras-version']);
    // The architectures that come with ConvLens import keras themselves: that says nothing of the program.
    assert.deepEqual(
      codes('from tensorflow import keras\nnet = keras.applications.MobileNet(weights=None)'),
      ['keras-version'],
    );
    assert.deepEqual(codes('import keras\nfrom keras.layers.core import Dense'), ['keras-version']);
    const graph = graphOf(`from tensorflow import keras
y = keras.layers.Dense(-1)(keras.Input((4,)))`);
    assert.deepEqual([graph.kerasVersion, ...graph.failures.map(({ code }) => code)], [3, 'units-invalid']);
  });

  it('is not taken from a run that ended early, which has seen no errors', () => {
    const text =
      "from tensorflow import keras\ny = keras.layers.Conv2D(4, 3, name='a/b')(keras.Input((8, 8, 3)))";
    const full = interpret({ path: 'a.py', text });
    assert.equal(full.kerasVersion, 2);
    // The time is up as soon as the first run is over.
    let asked = 0;
    const late = interpret(
      { path: 'a.py', text: text + '\nfor i in range(3000): pass' },
      {
        deadline: 10,
        now: () => (asked++ < 3 ? 0 : 100),
      },
    );
    assert.equal(late.kerasVersion, 3);
    assert.ok(late.tensors.length > 0);
  });

  it('is not asked where the version is stated', () => {
    const text =
      "from tensorflow import keras\ny = keras.layers.Conv2D(4, 3, name='a/b')(keras.Input((8, 8, 3)))";
    const read = (kerasVersion: 2 | 3): string[] =>
      interpret({ path: 'a.py', text }, { kerasVersion }).failures.map(({ code }) => code);
    assert.deepEqual(read(3), ['layer-name']);
    assert.deepEqual(read(2), []);
  });

  it('is told from Keras 3 by keras.version()', () => {
    const version = (head: string): string[] =>
      graphOf(
        `${head}\nnew = hasattr(keras, "version") and keras.version().startswith("3.")\nlayer = keras.layers.Dense(3 if new else 2)\ny = layer(keras.Input((4,)))`,
      )
        .tensors.slice(-1)
        .map(({ shape }) => JSON.stringify(shape));
    assert.match(version('import keras')[0], /,3\]$/);
    assert.doesNotMatch(version('import tf_keras as keras')[0], /,3\]$/);
  });

  it('asks no arguments of a class that is never made', () => {
    const graph = graphOf(
      'import keras\nclass Wide(keras.layers.MultiHeadAttention):\n    def call(self, x):\n        return x\n',
    );
    assert.deepEqual(
      graph.failures.map(({ code }) => code),
      [],
    );
  });

  it('takes the arguments of Keras 1 where modules of that time are imported', () => {
    const old = (head: string): ReturnType<typeof graphOf> =>
      graphOf(`${head}
from keras.models import Sequential
from keras.layers import Convolution2D, Dense, Flatten, Input
model = Sequential()
model.add(Convolution2D(8, 3, 5, border_mode='same', subsample=(2, 2), dim_ordering='tf', input_shape=(32, 32, 3)))
model.add(Flatten())
model.add(Dense(output_dim=4, init='uniform', W_regularizer=None))
model.fit(None, None, nb_epoch=3)
`);
    const graph = old('from keras.layers.core import Activation');
    assert.deepEqual(
      graph.failures.filter(({ severity }) => severity === 'error').map(({ code }) => code),
      [],
    );
    assert.deepEqual(
      graph.weights.map(({ shape }) => JSON.stringify(shape)),
      ['[3,5,3,8]', '[8]', '[2048,4]', '[4]'],
    );
    assert.ok(old('import keras').failures.some(({ code }) => code === 'unknown-argument'));
  });

  it('is not told by names of keras.backend that Keras 3 has', () =>
    assert.deepEqual(codes('import keras\nfrom keras.backend import clear_session, epsilon'), [
      'layer-name',
    ]));
});

describe('Keras 2', () => {
  it('hands what else a depthwise or separable convolution is given to the one below', () => {
    assert.deepEqual(
      graphOf(`import tf_keras as keras
x = keras.Input((8, 8, 4))
x = keras.layers.SeparableConv2D(8, 3, kernel_initializer='he_normal')(x)
x = keras.layers.DepthwiseConv2D(3, groups=8)(x)
`).failures.map(({ code }) => code),
      [],
    );
  });
});
