/** What pipelines of data are known to give: the models that `fit` and loops build from them. */
import { strict as assert } from 'node:assert';
import { formatShape, isKnownRank } from '../../src/keras/dims';
import { graphOf } from './check';

/** The shapes that layers of type `Dense` and `Conv2D` of the program's own met, in order. */
function inputs(text: string): string[] {
  const graph = graphOf(`import numpy as np, tensorflow as tf, keras
from outside import make, other
from keras import layers
from keras.preprocessing.image import ImageDataGenerator
conv = keras.Sequential([layers.Conv2D(4, 3)])
dense = keras.Sequential([layers.Dense(3)])
${text}`);
  return graph.nodes
    .filter(({ type, probed }) => (type === 'Dense' || type === 'Conv2D') && !probed)
    .map(({ inputs: [first] }) => {
      const { shape } = graph.tensors[first];
      return isKnownRank(shape) ? formatShape(shape) : '?';
    });
}

const rows: readonly (readonly [name: string, text: string, first: string])[] = [
  [
    'functions on images',
    `def f(p):
    x = tf.io.decode_jpeg(tf.io.read_file(p), channels=3)
    x = tf.image.resize(tf.image.random_flip_left_right(x), [40, 36])
    return tf.image.rgb_to_grayscale(tf.image.random_crop(x, (32, 30, 3)))
conv.predict(tf.data.Dataset.list_files('*.jpg').map(f).batch(4))`,
    '(None, 32, 30, 1)',
  ],
  [
    'lists, which become tensors',
    'dense.fit(tf.data.Dataset.from_tensor_slices(([[1., 2.], [3., 4.]], [[1.], [2.]])).batch(1))',
    '(None, 2)',
  ],
  [
    'a stated signature',
    `g = tf.data.Dataset.from_generator(make, output_signature=(tf.TensorSpec((6,), tf.float32), tf.TensorSpec((), tf.int32)))
dense.fit(g.batch(2))`,
    '(None, 6)',
  ],
  [
    'stated types and shapes',
    'dense.fit(tf.data.Dataset.from_generator(make, (tf.float32, tf.int32), ([7], [])).batch(2))',
    '(None, 7)',
  ],
  [
    'windows',
    `w = tf.data.Dataset.from_tensor_slices(np.zeros((30, 5))).window(4, drop_remainder=True)
dense.fit(w.flat_map(lambda w: w.batch(4)).map(lambda w: (w[0], w[-1])).batch(8))`,
    '(None, 5)',
  ],
  [
    'records',
    `spec = {'x': tf.io.FixedLenFeature([9], tf.float32), 'y': tf.io.FixedLenFeature([], tf.int64)}
def f(r):
    e = tf.io.parse_single_example(r, spec)
    return e['x'], e['y']
dense.fit(tf.data.TFRecordDataset('a').map(f).batch(2))`,
    '(None, 9)',
  ],
  [
    'padded batches',
    'dense.fit(tf.data.Dataset.from_tensor_slices(np.zeros((30, 5))).padded_batch(4, padded_shapes=[8]))',
    '(None, 8)',
  ],
  [
    'folders',
    "conv.fit(keras.utils.image_dataset_from_directory('x', image_size=(64, 48), color_mode='grayscale'))",
    '(None, 64, 48, 1)',
  ],
  [
    'generators',
    "conv.fit(ImageDataGenerator().flow_from_directory('x', target_size=(20, 30)))",
    '(None, 20, 30, 3)',
  ],
  [
    'series',
    `ts = keras.utils.timeseries_dataset_from_array(np.zeros((90, 5)), None, sequence_length=12)
dense.fit(ts)`,
    '(None, 12, 5)',
  ],
  [
    'functions by their own names',
    `from keras.preprocessing.image import load_img, img_to_array
conv(np.expand_dims(img_to_array(load_img('a', target_size=(7, 6))), 0))`,
    '(1, 7, 6, 3)',
  ],
  ['padded sequences', 'dense.fit(keras.utils.pad_sequences([[1], [2, 3]], maxlen=11))', '(None, 11)'],
  [
    'one image',
    "conv(np.expand_dims(keras.utils.img_to_array(keras.utils.load_img('a', target_size=(9, 8))), 0))",
    '(1, 9, 8, 3)',
  ],
  [
    'a change that is not known',
    'dense.fit(keras.utils.image_dataset_from_directory("x").apply(other))',
    '?',
  ],
];

/** The codes of the mistakes in a program. */
function codes(text: string): string[] {
  return graphOf(text).failures.map(({ code }) => code);
}

describe('what TensorFlow gives', () => {
  it('is the values first of svd(), and vectors as columns', () =>
    assert.deepEqual(
      codes(`import tensorflow as tf
s, u, v = tf.linalg.svd(tf.zeros((40, 30)))
q = tf.einsum('s,us,vs->uv', s, u, v) + u @ tf.linalg.diag(s) @ tf.transpose(v)
tf.reshape(q, (41, 30))`),
      ['reshape-size'],
    ));

  it('is one loss for each sample of the losses that Keras has', () =>
    assert.deepEqual(
      codes(`import tensorflow as tf
x = tf.zeros((8, 10))
tf.reduce_sum(tf.losses.binary_crossentropy(x, x), axis=-1)`),
      [],
    ));

  it('may be an input whose shape comes with a call that is not there', () => {
    const net = `import keras
def net(shape=None):
    return keras.Model(i := keras.Input(shape), keras.layers.Dense(2)(i))
`;
    assert.deepEqual(codes(net), []);
    assert.deepEqual(codes(`${net}net()`), ['input-shape-missing']);
  });

  it('reaches the function of a Lambda as the program arranged it', () => {
    const [first] = inputs(`x = keras.Input((10, 4))
f = lambda pairs: tf.concat([a for a, _ in pairs], 1)
y = layers.Lambda(f)(((x, x[..., :1]), (x, x[..., :1])))
layers.Dense(2)(y)`);
    assert.equal(first, '(None, 20, 4)');
  });
});

describe('data', () => {
  for (const [name, text, first] of rows)
    it(`from ${name}`, () => assert.equal(inputs(text)[0] ?? '?', first));

  it('meet the body of a loop once, with what its elements are like', () => {
    const ds = 'ds = tf.data.Dataset.from_tensor_slices((np.zeros((8, 5)), np.zeros(8))).batch(4)\n';
    assert.deepEqual(inputs(`${ds}d = layers.Dense(2)\nfor i, (x, y) in enumerate(ds):\n  d(x)`), [
      '(None, 5)',
    ]);
    assert.deepEqual(inputs(`${ds}d = layers.Dense(2)\nr = [d(x) for x, _ in ds]`), ['(None, 5)']);
    assert.deepEqual(inputs(`${ds}x, _ = next(iter(ds))\nlayers.Dense(2)(x)`), ['(None, 5)']);
  });
});
