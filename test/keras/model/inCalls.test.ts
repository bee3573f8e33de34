/** What holds only inside a layer's own `call`, or of layers that a call leaves out: lengths, scores, parameters. */
import { strict as assert } from 'node:assert';
import { layersParameters } from '../../../src/analysis/params';
import { check, model } from '../check';

describe('calls of own layers', () => {
  it('have open lengths as numbers, where a symbolic tensor has None', () => {
    check(`
import numpy as np
import keras
from keras import layers, ops
class Positions(layers.Layer):
    def __init__(self):
        super().__init__()
        self.table = ops.convert_to_tensor(np.zeros((1, 50, 8)), dtype='float32')
    def call(self, x):
        return x + self.table[:, :ops.shape(x)[1], :]
x = keras.Input((None, 8))
if True:
  inside = Positions()(x)
# ^^^^^^ (None, None, 8)
if True:
  outside = np.zeros((1, 50, 8))[:, :ops.shape(x)[1], :] + x
# ^^^^^^^ (None, 50, 8)
`);
  });

  it('compute scores over the keys, where Keras states those of a symbolic call over the queries', () => {
    check(`
import keras
from keras import layers
class Cross(layers.Layer):
    def __init__(self):
        super().__init__()
        self.attend = layers.MultiHeadAttention(2, 4)
    def call(self, a, b):
        return self.attend(a, b, return_attention_scores=True)[1]
a, b = keras.Input((5, 8)), keras.Input((7, 8))
if True:
  inside = Cross()(a, b)
# ^^^^^^ (None, 2, 5, 7)
if True:
  _, outside = layers.MultiHeadAttention(2, 4)(a, b, return_attention_scores=True)
#    ^^^^^^^ (None, 2, 5, 5)
`);
  });

  it('leave layers that they do not use without weights', () => {
    const graph = check(`
import keras
from keras import layers
class Base(layers.Layer):
    def __init__(self):
        super().__init__()
        self.main = layers.Dense(3)
        self.other = layers.Dense(4)
    def call(self, x):
        return self.main(x)
class Changed(Base):
    def __init__(self):
        super().__init__()
        self.main = layers.Dense(5)
x = keras.Input((7,))
m = keras.Model(x, Changed()(x))
`);
    assert.equal(layersParameters(graph, [model(graph, 'm').layer]).total, 40);
  });

  it('go on after an attribute of a library object that is not modelled', () => {
    check(`
import keras
from keras import layers
norm = layers.Normalization()
norm.adapt([[1.0, 2.0]])
norm.whatever_keras_adds_next()
if True:
  y = layers.Dense(3)(keras.Input((4,)))
# ^ (None, 3)
`);
    check(`
import keras
class Own(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.__setattr__('inner', keras.layers.Dense(6))
    def call(self, x):
        return self.inner(x)
if True:
  y = Own()(keras.Input((4,)))
# ^ (None, 6)
`);
  });
});
