// Mistakes beyond single layers: operators, operations, names, data and labels. One error on the marked line each, and the
// first fix leaves a program without errors.
import { strict as assert } from 'node:assert';
import { applyFix } from '../../src/features';
import { analyse, lineOf } from '../features/analyse';

const HEAD = 'import keras\nimport numpy as np\nfrom keras import layers, ops\n';

/** Code, and the lines after the head; `#!` ends the line of the mistake. */
const MISTAKES: readonly (readonly [string, string])[] = [
  [
    'broadcast-shape',
    'i = keras.Input((8, 8, 4))\nx = layers.Conv2D(6, 1)(i)\nx = x + i #!\nm = keras.Model(i, x)',
  ],
  [
    'broadcast-shape',
    'def f(x, n):\n  h = layers.Dense(n)(x)\n  return layers.ReLU()(h + x) #!\ni = keras.Input((8,))\nm = keras.Model(i, f(f(i, 8), 4))',
  ],
  [
    'broadcast-shape',
    'class R(layers.Layer):\n  def __init__(self, n):\n    super().__init__()\n    self.d = layers.Dense(n)\n  def call(self, x):\n    return x + self.d(x) #!\ni = keras.Input((8,))\nm = keras.Model(i, R(4)(i))',
  ],
  [
    'merge-shape',
    'def r(x, n, s=1):\n  y = layers.Conv2D(n, 3, strides=s, padding="same")(x)\n  return layers.Add()([x, y]) #!\ni = keras.Input((8, 8, 4))\nm = keras.Model(i, r(r(i, 4), 8, s=2))',
  ],
  ['matmul-shape', 'q = keras.Input((10, 32))\nm = keras.Model(q, ops.matmul(q, q)) #!'],
  ['index-range', 'i = keras.Input((10, 4))\nm = keras.Model(i, i[:, 10]) #!'],
  ['index-count', 'i = keras.Input((10, 4))\nm = keras.Model(i, i[:, 0, 1, 2]) #!'],
  ['axis-range', 'i = keras.Input((10, 4))\nm = keras.Model(i, ops.mean(i, axis=3)) #!'],
  [
    'concat-shape',
    'a = keras.Input((8, 4))\nb = keras.Input((6, 4))\nx = layers.Concatenate()([a, b]) #!\nm = keras.Model([a, b], x)',
  ],
  [
    'tensorflow-function',
    'import tensorflow as tf\ni = keras.Input((10, 4))\nx = tf.reduce_mean(i, axis=1) #!\ny = tf.square(x)\nm = keras.Model(i, x)',
  ],
  ['layer-class-name', 'i = keras.Input((8, 8, 1))\nm = keras.Model(i, layers.Conv2d(4, 3)(i)) #!'],
  [
    'layer-class-name',
    'from keras.layers import MaxPoolng2D #!\ni = keras.Input((8, 8, 1))\nm = keras.Model(i, MaxPoolng2D()(i))',
  ],
  [
    'layer-as-tensor',
    'i = keras.Input((8, 8, 1))\nx = layers.Flatten()(layers.Conv2D(4, 3)) #!\nm = keras.Model(i, i)',
  ],
  [
    'loss-name',
    'm = keras.Sequential([keras.Input((8,)), layers.Dense(3)])\nm.compile("adam", loss="categorical_cross_entropy") #!',
  ],
  [
    'loss-shape',
    '(x, y), _ = keras.datasets.mnist.load_data()\nm = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)])\nm.compile("adam", loss="categorical_crossentropy")\nm.fit(x, y) #!',
  ],
  [
    'model-input-shape',
    'm = keras.Sequential([keras.Input((20,)), layers.Dense(1)])\nm.compile("adam", "mse")\nm.fit(np.zeros((9, 25)), np.zeros((9, 1))) #!',
  ],
  [
    'get-layer',
    'i = keras.Input((8,))\nm = keras.Model(i, layers.Dense(2, name="head")(i))\ny = m.get_layer("haed").output #!',
  ],
  [
    'undefined-name',
    'i = keras.Input((8,))\nhidden = layers.Dense(4)(i)\nm = keras.Model(i, layers.Dense(2)(hiden)) #!',
  ],
  [
    'undefined-name',
    'class M(keras.Model):\n  def __init__(self):\n    super().__init__()\n    self.head = layers.Dense(2)\n  def call(self, x):\n    return head(x) #!\ny = M()(keras.Input((8,)))',
  ],
  ['undefined-name', 'i = keras.Input((8,))\nx = Rescaling(2.0)(i) #!\nm = keras.Model(i, x)'],
  [
    'undefined-name',
    'def build(n):\n  i = keras.Input((8,))\n  o = layers.Dense(n)(i)\n  return keras.Model(i, layers.Dense(2)(out)) #!',
  ],
  [
    'call-arguments',
    'def block(x, filters, stride=1):\n  return layers.Conv2D(filters, 3, strides=stride)(x)\ni = keras.Input((8, 8, 1))\nm = keras.Model(i, block(i, 4, strides=2)) #!',
  ],
  [
    'call-arguments',
    'class S(layers.Layer):\n  def call(self, inputs):\n    a, b = inputs\n    return a + b\ni = keras.Input((8,))\nm = keras.Model(i, S()(i, i)) #!',
  ],
  [
    'call-arguments',
    'def block(x, filters):\n  return layers.Conv2D(filters, 3)(x)\ni = keras.Input((8, 8, 1))\nm = keras.Model(i, block(i)) #!',
  ],
  [
    'element-range',
    'i = keras.Input((8,))\nf = [layers.Dense(2)(i), layers.Dense(3)(i)]\nm = keras.Model(i, f[2]) #!',
  ],
  [
    'unpack-count',
    'i = keras.Input((8, 4))\na, b = layers.LSTM(3, return_state=True)(i) #!\nm = keras.Model(i, a)',
  ],
  [
    'tensor-in-constructor',
    'i = keras.Input((8, 8, 3))\nx = layers.BatchNormalization(i) #!\nx = layers.ReLU()(x)\nm = keras.Model(i, x)',
  ],
  [
    'tensor-in-constructor',
    'a = keras.Input((8,))\nb = keras.Input((8,))\nx = layers.Add(a, b) #!\nm = keras.Model([a, b], x)',
  ],
  [
    'merge-single-tensor',
    'a = keras.Input((8,))\nb = keras.Input((8,))\nm = keras.Model([a, b], layers.add(a, b)) #!',
  ],
  ['excess-arguments', 'i = keras.Input((12,))\nm = keras.Model(i, layers.Reshape(3, 4)(i)) #!'],
  [
    'input-none',
    'def block(x):\n  x = layers.Conv2D(4, 3)(x)\n  x = layers.ReLU()(x)\ni = keras.Input((8, 8, 3))\nx = layers.Flatten()(block(i)) #!\nm = keras.Model(i, x)',
  ],
  [
    'super-init',
    'class L(layers.Layer):\n  def __init__(self, n):\n    self.n = n #!\n  def call(self, x):\n    return x * self.n\ni = keras.Input((8,))\nm = keras.Model(i, L(2)(i))',
  ],
  [
    'no-return',
    'def build():\n  m = keras.Sequential([keras.Input((8,)), layers.Dense(3)])\nm = build()\nm.compile("adam", "mse") #!',
  ],
  ['not-callable', 'x = keras.Input((8,))((8,)) #!'],
  [
    'attribute-name',
    'm = keras.Sequential([keras.Input((8,)), layers.Dense(3)])\nfor one in m.layer: #!\n  pass',
  ],
  [
    'missing-self',
    'class L(layers.Layer):\n  def call(x): #!\n    return x\ni = keras.Input((8,))\nm = keras.Model(i, L()(i))',
  ],
  ['argument-twice', 'i = keras.Input((8, 8, 3))\nx = layers.DepthwiseConv2D(32, 3, strides=2)(i) #!'],
  ['unknown-argument', 'keras.optimizers.Adam(learning_rat=0.1) #!'],
  [
    'class-count',
    '(x, y), _ = keras.datasets.mnist.load_data()\nm = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(9)])\nm.compile("adam", loss="sparse_categorical_crossentropy")\nm.fit(x, y) #!',
  ],
  ['class-count', '(x, y), _ = keras.datasets.cifar10.load_data()\ny = keras.utils.to_categorical(y, 9) #!'],
  [
    'loss-key',
    'i = keras.Input((4,))\na = layers.Dense(1, name="price")(i)\nb = layers.Dense(1, name="age")(i)\nm = keras.Model(i, [a, b])\nm.compile("adam", loss={"prize": "mse", "age": "mse"}) #!\nm.fit(np.zeros((9, 4)), {"price": np.zeros((9, 1)), "age": np.zeros((9, 1))})',
  ],
  [
    'unknown-argument',
    'm = keras.Sequential([keras.Input((4,)), layers.Dense(1)])\nm.compile("adam", "mse")\nm.fit(np.zeros((9, 4)), np.zeros((9, 1)), epoch=3) #!',
  ],
  ['layer-class-name', 'loss = keras.losses.CategoricalCrossEntropy() #!'],
  [
    'loss-shape',
    'm = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(4, 3), layers.Dense(3)])\nm.compile("adam", loss="categorical_crossentropy")\nm.fit(np.zeros((9, 8, 8, 1)), np.zeros((9, 3))) #!',
  ],
  [
    'loss-shape',
    'm = keras.Sequential([keras.Input((4,)), layers.Dense(3)])\nm.compile("adam", loss="mse")\nm.fit(np.zeros((9, 4)), np.zeros((9, 2))) #!',
  ],
  [
    'attribute-name',
    'class M(keras.Model):\n  def __init__(self):\n    super().__init__()\n    self.head = layers.Dense(2)\n  def call(self, x):\n    return self.heads(x) #!\ny = M()(keras.Input((8,)))',
  ],
  [
    'not-iterable',
    'def net(i, widths):\n  x = i\n  for n, w in enumerate(widths): #!\n    x = layers.Dense(w)(x)\n  return x\ni = keras.Input((8,))\nm = keras.Model(i, net(i, 16))',
  ],
  ['tensor-unpack', 'i = keras.Input((9, 4))\ny, h, c = layers.LSTM(3)(i) #!\nm = keras.Model(i, [y, h, c])'],
  ['sequential-list', 'm = keras.Sequential(keras.Input((4,)), layers.Dense(2)) #!'],
  ['sequential-list', 'm = keras.Sequential(layers.Dense(3), layers.Dense(2)) #!'],
  ['tuple-argument', 'i = keras.Input((8, 8, 3))\nm = keras.Model(i, layers.Conv2D(4, (3.0, 3))(i)) #!'],
  [
    'loss-shape',
    'm = keras.Sequential([keras.Input((4,)), layers.Dense(3)])\nm.compile("adam", loss="mse")\nm.fit(np.zeros((9, 4)), np.zeros((9, 2))) #!\nm.evaluate(np.zeros((9, 4)), np.zeros((9, 2)))',
  ],
];

/** Programs in which the same constructs are right. */
const VALID: readonly string[] = [
  'i = keras.Input((8, 8, 4))\nx = (i + layers.Conv2D(1, 1)(i)) * 2 - i[:, :1, :1]\nm = keras.Model(i, x)',
  'import tensorflow as tf\nclass L(layers.Layer):\n  def call(self, x):\n    return tf.reduce_mean(x, axis=1)\ni = keras.Input((8, 4))\nm = keras.Model(i, L()(i))',
  'import tensorflow as tf\ni = keras.Input((4,))\nm = keras.Model(i, i * tf.constant(2.0) + tf.ones((1, 4)))',
  '(x, y), _ = keras.datasets.cifar10.load_data()\nm = keras.Sequential([keras.Input((32, 32, 3)), layers.Flatten(), layers.Dense(10)])\nm.compile("adam", loss="sparse_categorical_crossentropy")\nm.fit(x, y)',
  'm = keras.Sequential([keras.Input((5,)), layers.Dense(1)])\nm.compile("adam", "binary_crossentropy")\nm.fit(np.zeros((9, 5)), np.zeros(9))',
  'm = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(1)])\nm.compile("adam", "mse")\nm.predict(np.zeros((9, 28, 28)))',
  'i = keras.Input((4,))\na = layers.Dense(1, name="b")(i)\nc = layers.Dense(2, name="a")(i)\nm = keras.Model(i, {"b": a, "a": c})\nm.compile("adam", loss={"a": "categorical_crossentropy", "b": "mse"})\nm.fit(np.zeros((9, 4)), {"b": np.zeros((9, 1)), "a": np.zeros((9, 2))})',
  '(x, y), (a, b) = keras.datasets.mnist.load_data()\nm = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)])\nm.compile("adam", loss="sparse_categorical_crossentropy")\nm.fit(x, y, validation_data=(a, b))',
  'def add(x, y=None):\n  if y is None:\n    return x\n  return x + y\ni = keras.Input((4,))\nm = keras.Model(i, add(i))',
  'i = keras.Input((8, 8, 3))\nx = layers.Conv2D(4, 3, strides=(2.0, 2.0))(i)\nm = keras.Model(i, layers.MaxPooling2D((2.0, 2.0))(x))',
  'class M(keras.Model):\n  def call(self, x):\n    return self.extra(x)\nm = M()\nm.extra = layers.Dense(2)\ny = m(keras.Input((8,)))',
  'class A:\n  def __init__(self, **kw):\n    self.__dict__.update(kw)\na = A(size=4)\nm = keras.Model(keras.Input((4,)), keras.Input((4,))) if False else a.size',
  'm = keras.Sequential((layers.Dense(3), layers.Dense(2)))\nprint(m.stop_training, m.optimizer)',
  'def later(i):\n  return helper(i)\ndef helper(i):\n  return layers.Dense(2)(i)\ni = keras.Input((4,))\nm = keras.Model(i, later(i))',
  'def f(x):\n  global SIZE\n  SIZE = 3\n  return layers.Dense(SIZE)(x)\ni = keras.Input((4,))\nm = keras.Model(i, f(i))\nprint(SIZE)',
  'from somewhere import *\ni = keras.Input((4,))\nm = keras.Model(i, layers.Dense(WIDTH)(i))',
  'exec("N = 3")\ni = keras.Input((4,))\nm = keras.Model(i, layers.Dense(N)(i))',
  'try:\n  width = WIDTH\nexcept NameError:\n  width = 4\ni = keras.Input((4,))\nm = keras.Model(i, layers.Dense(width)(i))',
  'if len(__import__("sys").argv) > 5:\n  n = 2\ndef f():\n  return n\n',
  'class L(layers.Layer):\n  def call(self, x, training):\n    return x\ni = keras.Input((4,))\nm = keras.Model(i, L()(i, training=False))',
  'parts = []\nimport filler\nfiller.fill(parts)\nfirst = parts[0]\na, b = parts\n',
  'def f(*args, **kwargs):\n  return args[0]\ni = keras.Input((4,))\nm = keras.Model(i, f(layers.Dense(2)(i), 3, name="x"))',
  'try:\n  from keras.layers import LayerNormalisation as Norm\nexcept ImportError:\n  from keras.layers import LayerNormalization as Norm\ni = keras.Input((4,))\nm = keras.Model(i, Norm()(i))',
];

describe('mistakes beyond single layers', () => {
  for (const [code, marked] of MISTAKES) {
    const program = `${HEAD}${marked.replace(' #!', '')}\n`;
    const line = `${HEAD}${marked}`.split('\n').findIndex((text) => text.endsWith('#!')) + 1;
    it(`${code}: ${marked.split('\n').find((text) => text.endsWith('#!'))}`, () => {
      const analysis = analyse(program);
      const errors = analysis.diagnostics.filter(({ severity }) => severity === 'error');
      assert.deepEqual(
        errors.map((error) => [error.code, lineOf(analysis, error.range.from)]),
        [[code, line]],
      );
      const [fix] = errors[0].fixes;
      assert.ok(fix, 'a fix');
      const mended = applyFix(program, fix);
      const left = analyse(mended).diagnostics.filter(({ severity }) => severity === 'error');
      // Each further TensorFlow function is a call of its own to change.
      assert.deepEqual(
        left.filter((error) => error.code !== 'tensorflow-function').map(({ message }) => message),
        [],
        mended,
      );
    });
  }
  for (const program of VALID)
    it(`valid: ${program.split('\n')[0]}`, () => {
      const found = analyse(`${HEAD}${program}\n`).diagnostics.filter(({ severity }) => severity !== 'hint');
      assert.deepEqual(
        found.map(({ message }) => message),
        [],
      );
    });

  it('says nothing of a name that is being typed', () => {
    const found = (text: string): string[] => analyse(text).diagnostics.map(({ code }) => code);
    const program = `${HEAD}inputs = keras.Input((4,))\nhidden = layers.Dense(2)(inputs)\nm = keras.Model(inputs, hidden)\n`;
    for (let end = 1; end < program.length; end++)
      assert.deepEqual(found(program.slice(0, end)), [], program.slice(0, end));
    assert.deepEqual(found(`${program}hid\nprint(m)\n`), []);
    assert.deepEqual(found(`${program}print(hid)\n`), ['undefined-name']);
  });
});
