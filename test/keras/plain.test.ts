/**
 * Networks of plain TensorFlow: rows, totals and names of graph models. The figures are TensorFlow's own (2.21, run on the
 * same programs) where it can still run them, and follow from TensorFlow 1's documentation where it cannot.
 */
import { strict as assert } from 'node:assert';
import { analyze, jsonFile } from '../../src/features';

interface Expected {
  readonly name: string;
  readonly total: number | null;
  readonly outputs: unknown;
  readonly rows: readonly string[];
}

function models(text: string): readonly Expected[] {
  const file = jsonFile(
    analyze({ path: 'main.py', text }, { reader: { read: () => undefined }, searchPath: [] }),
  );
  assert.deepEqual(
    file.diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  );
  return file.models.map((model) => {
    assert.equal(model.kind, 'graph');
    return {
      name: model.name,
      total: model.params.total,
      outputs: model.outputs,
      rows: model.layers.map(
        ({ type, outputs, params }) => `${type} ${JSON.stringify(outputs?.[0] ?? null)} ${params ?? '?'}`,
      ),
    };
  });
}

describe('plain TensorFlow', () => {
  it('reads a network from a placeholder to its result, and leaves the loss out', () =>
    assert.deepEqual(
      models(`import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()
x = tf.placeholder(tf.float32, [None, 28, 28, 1])
y = tf.placeholder(tf.float32, [None, 10])
keep = tf.placeholder(tf.float32)
w = tf.Variable(tf.truncated_normal([5, 5, 1, 32], stddev=0.1))
b = tf.Variable(tf.constant(0.1, shape=[32]))
h = tf.nn.relu(tf.nn.conv2d(x, w, strides=[1, 1, 1, 1], padding='SAME') + b)
p = tf.nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='SAME')
n = p.get_shape()[1].value * p.get_shape()[2].value * p.get_shape()[3].value
flat = tf.reshape(p, [-1, n])
dropped = tf.nn.dropout(flat, keep)
logits = tf.nn.xw_plus_b(dropped, tf.Variable(tf.zeros([n, 10])), tf.Variable(tf.zeros([10])))
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits))
right = tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1))
accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
`),
      [
        {
          name: 'logits',
          total: 63562,
          outputs: [[null, 10]],
          rows: [
            'Placeholder [null,28,28,1] 0',
            'Conv2D [null,28,28,32] 800',
            'Add [null,28,28,32] 32',
            'Relu [null,28,28,32] 0',
            'MaxPool [null,14,14,32] 0',
            'Reshape [null,6272] 0',
            'Dropout [null,6272] 0',
            'Matmul [null,10] 62720',
            'BiasAdd [null,10] 10',
          ],
        },
      ],
    ));

  it('tells networks that follow each other from layers that do, and finds variables again', () => {
    const found = models(`import tensorflow.compat.v1 as tf
def dense(x, n, name):
    with tf.variable_scope(name):
        w = tf.get_variable('w', [x.get_shape()[-1], n])
        return tf.nn.bias_add(tf.matmul(x, w), tf.get_variable('b', [n]))
def generator(z):
    with tf.variable_scope('g'):
        return tf.nn.sigmoid(dense(tf.nn.relu(dense(z, 64, 'a')), 784, 'b'))
def discriminator(x, reuse=False):
    with tf.variable_scope('d', reuse=reuse):
        return dense(tf.nn.relu(dense(x, 32, 'a')), 1, 'b')
z = tf.placeholder(tf.float32, [None, 16])
x = tf.placeholder(tf.float32, [None, 784])
images = generator(z)
real = discriminator(x)
fake = discriminator(images, reuse=True)
loss = tf.reduce_mean(real) - tf.reduce_mean(fake)
`);
    assert.deepEqual(
      found.map(({ name, total }) => [name, total]),
      [
        ['images', 16 * 64 + 64 + 64 * 784 + 784],
        ['real', 784 * 32 + 32 + 32 + 1],
      ],
    );
  });

  it('reads classes with variables, called or only defined', () => {
    const text = (tail: string): string => `import tensorflow as tf
class Net(tf.Module):
    def __init__(self, classes=5):
        super().__init__()
        init = tf.initializers.GlorotUniform()
        self.w = tf.Variable(init([3, 3, 3, 8]))
        self.dw = tf.Variable(tf.random.normal([3, 3, 8, 2]))
        self.pw = tf.Variable(tf.random.normal([1, 1, 16, 24]))
        self.out = tf.Variable(tf.zeros([24, classes]))
    @tf.function(input_signature=[tf.TensorSpec([None, 32, 32, 3], tf.float32)])
    def __call__(self, x):
        x = tf.nn.conv2d(x, self.w, strides=2, padding='SAME')
        x = tf.nn.separable_conv2d(x, self.dw, self.pw, strides=[1, 1, 1, 1], padding='VALID')
        x = tf.reduce_mean(x, axis=[1, 2])
        return x @ self.out
net = Net()
${tail}`;
    const rows = (batch: string): string[] => [
      `Conv2D [${batch},16,16,8] 216`,
      `SeparableConv2D [${batch},14,14,24] 528`,
      `Mean [${batch},24] 0`,
      `Matmul [${batch},5] 120`,
    ];
    assert.deepEqual(models(text('y = net(tf.zeros([4, 32, 32, 3]))')), [
      { name: 'net', total: 864, outputs: [[4, 5]], rows: rows('4') },
    ]);
    assert.deepEqual(models(text('')), [
      { name: 'net', total: 864, outputs: [[null, 5]], rows: rows('null') },
    ]);
  });

  it('reads tf.layers', () =>
    assert.deepEqual(
      models(`import tensorflow as tf
def net(x, training):
    h = tf.layers.conv2d(x, 32, [5, 5], padding='same', activation=tf.nn.relu)
    h = tf.layers.batch_normalization(h, training=training)
    h = tf.layers.max_pooling2d(h, 2, 2)
    h = tf.layers.dense(tf.layers.flatten(h), 64, tf.nn.relu, name='hidden')
    return tf.layers.dense(tf.layers.dropout(h, 0.4), 10)
logits = net(tf.placeholder(tf.float32, (None, 28, 28, 1)), True)
`),
      [
        {
          name: 'logits',
          total: 832 + 128 + 6272 * 64 + 64 + 650,
          outputs: [[null, 10]],
          rows: [
            'Placeholder [null,28,28,1] 0',
            'Conv2D [null,28,28,32] 832',
            'BatchNormalization [null,28,28,32] 128',
            'MaxPooling2D [null,14,14,32] 0',
            'Flatten [null,6272] 0',
            'Dense [null,64] 401472',
            'Dropout [null,64] 0',
            'Dense [null,10] 650',
          ],
        },
      ],
    ));

  it('reads slim with its argument scopes', () => {
    const [model] = models(`import tensorflow as tf
import tensorflow.contrib.slim as slim
def scope(decay=0.0005):
    with slim.arg_scope([slim.conv2d, slim.fully_connected], activation_fn=tf.nn.relu,
                        weights_regularizer=slim.l2_regularizer(decay)):
        with slim.arg_scope([slim.conv2d], padding='SAME') as sc:
            return sc
def net(inputs):
    h = slim.repeat(inputs, 2, slim.conv2d, 64, [3, 3], scope='conv1')
    h = slim.max_pool2d(h, [2, 2], scope='pool1')
    h = slim.conv2d(h, 32, 3, normalizer_fn=slim.batch_norm, scope='bn')
    h = slim.flatten(h)
    return slim.fully_connected(h, 10, activation_fn=None)
with slim.arg_scope(scope()):
    logits = net(tf.placeholder(tf.float32, [None, 32, 32, 3]))
`);
    assert.equal(model.total, 1792 + 36928 + 64 * 32 * 9 + 32 * 3 + 16 * 16 * 32 * 10 + 10);
    assert.deepEqual(model.outputs, [[null, 10]]);
  });

  it('states no total where something before the network is not known', () => {
    const [model] = models(`import tensorflow as tf
x = tf.placeholder(tf.float32, [None, 4])
h = tf.nn.some_new_function(x)
y = tf.matmul(h, tf.Variable(tf.zeros([4, 2])))
`);
    assert.equal(model.total, null);
  });
});
