/** Operations on tensors by their three names (`keras.ops`, `tf.*`, `keras.backend`): shapes beside the line that makes them. */
import { check } from '../check';

const HEAD = `import keras
import tensorflow as tf
from keras import layers, ops
from tensorflow.keras import backend as K
img = keras.Input((28, 28, 3))
seq = keras.Input((None, 8))
vec = keras.Input((6,))
if True:
`;

/** Each row: an expression and the shape of its value. */
const TABLE: readonly (readonly [string, string])[] = [
  ['img[:, 1:-1, ::2, 0]', '(None, 26, 14)'],
  ['img[..., None]', '(None, 28, 28, 3, 1)'],
  ['seq[:, -1]', '(None, 8)'],
  ['tf.zeros((2, 9, 3))[:, : seq.shape[1]]', '(2, 9, 3)'],
  ['tf.zeros((2, 9, 3))[:, : tf.shape(seq)[1]]', '(2, None, 3)'],
  ['ops.image.extract_patches(img, 3)', '(None, 9, 9, 27)'],
  ["ops.image.extract_patches(img, (4, 3), strides=2, padding='valid')", '(None, 13, 13, 36)'],
  ["ops.image.extract_patches(img, 3, strides=1, dilation_rate=2, padding='same')", '(None, 28, 28, 27)'],
  [
    'tf.image.extract_patches(tf.zeros((1, 20, 21, 3)), [1, 3, 3, 1], [1, 2, 2, 1], [1, 2, 2, 1], "VALID")',
    '(1, 8, 9, 27)',
  ],
  ['ops.mean(img, axis=(1, 2), keepdims=True)', '(None, 1, 1, 3)'],
  ['tf.reduce_max(img, axis=-1)', '(None, 28, 28)'],
  ['K.mean(img, axis=[1, 2])', '(None, 3)'],
  ['ops.concatenate([img, img], axis=-1)', '(None, 28, 28, 6)'],
  ['tf.concat([img, img], 1)', '(None, 56, 28, 3)'],
  ['tf.stack([vec, vec], axis=1)', '(None, 2, 6)'],
  ['ops.reshape(img, (-1, 784, 3))', '(None, 784, 3)'],
  ['tf.reshape(img, [-1, 14, 2, 28 * 3])', '(None, 14, 2, 84)'],
  ['tf.reshape(img, [tf.shape(img)[0], -1])', '(None, None)'],
  ['ops.transpose(img, (0, 3, 1, 2))', '(None, 3, 28, 28)'],
  ['tf.transpose(seq, [0, 2, 1])', '(None, 8, None)'],
  ['tf.expand_dims(vec, 1)', '(None, 1, 6)'],
  ['ops.expand_dims(vec, (0, -1))', '(1, None, 6, 1)'],
  ['ops.squeeze(ops.expand_dims(vec, -1), -1)', '(None, 6)'],
  ['ops.matmul(seq, ops.transpose(seq, (0, 2, 1)))', '(None, None, None)'],
  ['tf.matmul(seq, seq, transpose_b=True)', '(None, None, None)'],
  ["ops.einsum('btc,bsc->bts', seq, seq)", '(None, None, None)'],
  ['tf.split(img, 3, axis=-1)[1]', '(None, 28, 28, 1)'],
  ['tf.split(img, [1, 2], axis=-1)[1]', '(None, 28, 28, 2)'],
  ['ops.split(img, [1], axis=-1)[1]', '(None, 28, 28, 2)'],
  ["tf.pad(img, [[0, 0], [1, 2], [3, 3], [0, 0]], mode='REFLECT')", '(None, 31, 34, 3)'],
  ['ops.repeat(vec, 3, axis=1)', '(None, 18)'],
  ['tf.tile(vec, [1, 2])', '(None, 12)'],
  ['tf.image.resize(img, (64, 32))', '(None, 64, 32, 3)'],
  ['tf.nn.depth_to_space(ops.concatenate([img] * 4, -1), 2)', '(None, 56, 56, 3)'],
  ['tf.nn.conv2d(img, tf.zeros([3, 3, 3, 16]), strides=[1, 2, 2, 1], padding="SAME")', '(None, 14, 14, 16)'],
  ['ops.conv(img, ops.zeros((5, 5, 3, 4)), padding="valid")', '(None, 24, 24, 4)'],
  ['tf.nn.max_pool2d(img, 2, 2, "VALID")', '(None, 14, 14, 3)'],
  ['ops.average_pool(img, 3, strides=1, padding="same")', '(None, 28, 28, 3)'],
  ['ops.where(vec > 0, vec, 0.0)', '(None, 6)'],
  ['ops.one_hot(ops.cast(vec, "int32"), 10)', '(None, 6, 10)'],
  ['ops.take(ops.zeros((100, 16)), ops.cast(vec, "int32"), axis=0)', '(None, 6, 16)'],
  ['ops.select([vec > 0, vec < ops.zeros((4, 1, 1))], [vec, 2.0])', '(4, None, 6)'],
  ['1 - vec / 2.0', '(None, 6)'],
  ['vec @ tf.ones((6, 4))', '(None, 4)'],
  ['keras.activations.relu(vec)', '(None, 6)'],
];

describe('operations', () => {
  for (const [expression, shape] of TABLE) {
    it(expression, () => {
      // Keras 3 takes TensorFlow's functions within layers only.
      const kerasVersion = expression.startsWith('tf.') ? 2 : 3;
      check(`${HEAD}    result = ${expression}\n  # ${'^'.repeat(6)} ${shape}\n`, [], { kerasVersion });
    });
  }
});
