/** Layers of the program's own with `compute_output_shape`, batches that computing lets differ. */
import { strict as assert } from 'node:assert';
import { layersParameters } from '../../../src/analysis/params';
import { check, model } from '../check';

describe('what a layer states of its output', () => {
  it('is what Keras takes where a functional model is built, without running call', () => {
    const graph = check(`
import keras
from keras import layers, ops
class Halves(layers.Layer):
    def call(self, x):
        return ops.reshape(x, (-1, 2, x.shape[-1] // 2))
    def compute_output_shape(self, input_shape):
        return (None, 2, None)
class Lazy(layers.Layer):
    def build(self, input_shape):
        self.later = layers.Dense(6)
        self.now = layers.Dense(3)
        self.now.build((None, 6))
    def call(self, x):
        return self.now(self.later(x))
    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 3)
class Two(layers.Layer):
    def call(self, a, b):
        return a + 1, b + 1
    def compute_output_shape(self, a_shape, b_shape):
        return a_shape, b_shape
x = keras.Input((8,))
if True:
    halves = Halves()(x)
#   ^^^^^^ (None, 2, None)
    second = Two()(x, b=halves)[1]
#   ^^^^^^ (None, 2, None)
m = keras.Model(x, Lazy()(x))
run = Lazy()
if True:
    y = run(ops.ones((2, 8)))
#   ^ (2, 3)
n = keras.Model(x, run(x))
`);
    assert.equal(layersParameters(graph, [model(graph, 'm').layer]).total, 21);
    assert.equal(layersParameters(graph, [model(graph, 'n').layer]).total, 75);
  });

  it('is no bound on batches once a model is built', () => {
    check(`
import numpy as np
import keras
from keras import layers
a, b = keras.Input((4, 8)), keras.Input((6, 8))
attended = layers.Attention()([a, b])
m = keras.Model([a, b], layers.Add()([attended, a]))
if True:
    y = m([np.zeros((1, 4, 8)), np.zeros((3, 6, 8))])
#   ^ (3, 4, 8)
`);
  });
});
