/** `==` on tensors: element by element within `call`, identity on a functional model's symbolic tensors. */
import { check } from '../check';

describe('tensors compared by ==', () => {
  it('give a tensor within call', () => {
    check(`
import keras, tensorflow as tf
class Mask(keras.layers.Layer):
    def call(self, ids, other=None):
        if other == None:
            seen = tf.cast(ids == 0, "float32")
        return tf.reduce_max(seen, axis=-1)
if True:
  first = Mask()(keras.Input((7, 5), dtype="int32"))
# ^^^^^ (None, 7)
`);
  });

  it('give identity of symbolic tensors', () => {
    check(`
import keras
a = keras.Input((7,))
b = keras.Input((7,))
if True:
  number = [3, 4][(a == b) + (a == 0)]
# ^^^^^^ 3
  place = [b, a].index(a)
# ^^^^^ 1
  same = a == a
# ^^^^ True
`);
  });
});
