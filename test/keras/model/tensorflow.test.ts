/** What TensorFlow's own objects add to the reading of a model: shapes with methods, texts, functions of `tf.function`; results in dictionaries. */
import { strict as assert } from 'node:assert';
import { check, graphOf } from '../check';

const HEAD = 'import tensorflow as tf\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n';

describe('TensorFlow', () => {
  it('shapes list their lengths', () => {
    check(`${HEAD}
x = keras.Input((8, 6, 4))
h, w, c = x.shape.as_list()[1:]
y = layers.Dense(c * 3)(x)
_ = y
#   ^ (None, 8, 6, 12)
rest = x.shape[1:].as_list()
z = layers.Reshape([rest[0] * rest[1], rest[2]])(x)
_ = z
#   ^ (None, 48, 4)
class Flat(layers.Layer):
    def call(self, t):
        n = t.shape.num_elements() if t.shape.ndims == 2 else t.shape.as_list()[1]
        return tf.reshape(t, [-1, n, t.shape[2] * t.shape[3]])
f = Flat()(x)
_ = f
#   ^ (None, 8, 24)
`);
  });

  it('texts have pieces, and share no more than names with tensors', () => {
    check(`${HEAD}
files = tf.data.Dataset.list_files('a/*/*.png')
def load(path):
    label = tf.strings.split(path, '/')[-2]
    image = tf.image.resize(tf.io.decode_png(tf.io.read_file(path), channels=3), [20, 30], method=tf.image.ResizeMethod.BICUBIC)
    return image, label
for image, label in files.map(load).batch(4):
    y = layers.Flatten()(image)
    text = label.numpy()[0]
raw = next(iter(files))
print(raw.numpy()[:10])
out = layers.Dense(2)(keras.Input((3,)))
_ = out
#   ^^^ (None, 2)
`);
  });

  it('pictures that keep their proportions have no size that is known', () => {
    check(`${HEAD}
a = tf.image.resize(tf.zeros((2, 9, 9, 3)), [6, 4], preserve_aspect_ratio=True)
_ = a
#   ^ (2, ?, ?, 3)
`);
  });

  it('functions made of models are still called', () => {
    check(`${HEAD}
model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
run = tf.function(model)
concrete = run.get_concrete_function(tf.TensorSpec((1, 4), tf.float32))
y = run(tf.zeros((5, 4)))
_ = y
#   ^ (5, 3)
@tf.function
def step(x):
    return model(x)
traced = step.get_concrete_function(tf.zeros((2, 4)))
z = step(tf.zeros((2, 4)))
_ = z
#   ^ (2, 3)
`);
  });
});

describe('results in a dictionary', () => {
  it('stay under their names, whatever the order of their names', () => {
    check(`import keras
from keras import layers, ops
class Heads(layers.Layer):
    def call(self, x):
        return {'scores': ops.sum(x, axis=1), 'boxes': ops.reshape(x, (-1, 2, 2, 4)), 'all': x}
x = keras.Input((4, 4))
heads = Heads()(x)
scores = heads['scores']
_ = scores
#   ^^^^^^ (None, 4)
boxes = heads['boxes']
_ = boxes
#   ^^^^^ (None, 2, 2, 4)
model = keras.Model(x, heads)
again = model(x)
whole = again['all']
_ = whole
#   ^^^^^ (None, 4, 4)
`);
  });
});

describe('what a test wants to be raised', () => {
  it('is no mistake', () => {
    const codes = (text: string): string[] => graphOf(text).failures.map(({ code }) => code);
    const body = 'layers.Dense(-1)';
    const head = 'from keras import layers\n';
    assert.deepEqual(codes(`${head}${body}`), ['units-invalid']);
    assert.deepEqual(codes(`import pytest\n${head}with pytest.raises(ValueError):\n    ${body}`), []);
    assert.deepEqual(
      codes(
        `import unittest\n${head}class T(unittest.TestCase):\n    def test_units(self):\n        with self.assertRaisesRegex(ValueError, 'units'):\n            ${body}\nT().test_units()`,
      ),
      [],
    );
  });
});
