/** Whole models: functional, sequential, subclassed, nested and shared; rows, names and parameters as real Keras prints them. */
import { strict as assert } from 'node:assert';
import { check, graphOf, model, parameters, rows } from '../check';

describe('models', () => {
  it('functional: rows by depth, operators among them', () => {
    const graph = check(`
import keras
from keras import layers
inp = keras.Input((32, 32, 3))
a = layers.Conv2D(16, 3, padding='same')(inp)
b = layers.Conv2D(16, 1)(inp)
x = layers.Add()([a, b]) * 2 + 1
x = layers.GlobalAveragePooling2D()(x)
m = keras.Model(inp, layers.Dense(5)(x))
`);
    assert.deepEqual(rows(graph, 'm'), [
      'input_layer (InputLayer) (None, 32, 32, 3) 0',
      'conv2d (Conv2D) (None, 32, 32, 16) 448',
      'conv2d_1 (Conv2D) (None, 32, 32, 16) 64',
      'add (Add) (None, 32, 32, 16) 0',
      'multiply (Multiply) (None, 32, 32, 16)',
      'add_1 (Add) (None, 32, 32, 16)',
      'global_average_pooling2d (GlobalAveragePooling2D) (None, 16) 0',
      'dense (Dense) (None, 5) 85',
    ]);
  });

  it('sequential: from a list, by add, deferred until called or fitted', () => {
    const graph = check(`
import numpy as np
from tensorflow.keras import layers, models
one = models.Sequential([layers.Input((28, 28, 1)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(10)])
two = models.Sequential()
two.add(layers.Conv2D(8, 3, input_shape=(32, 32, 3)))
two.add(layers.MaxPooling2D())
two.add(layers.Flatten())
three = models.Sequential([layers.Dense(3), layers.Dense(2)])
three(np.zeros((5, 7)))
four = models.Sequential([layers.Dense(3), layers.Dense(2)])
four.compile('adam', 'mse')
four.fit(np.zeros((50, 9)), np.zeros((50, 2)))
five = models.Sequential([layers.Dense(3)])
`);
    assert.deepEqual(rows(graph, 'one'), [
      'conv2d (Conv2D) (None, 26, 26, 4) 40',
      'flatten (Flatten) (None, 2704) 0',
      'dense (Dense) (None, 10) 27050',
    ]);
    assert.deepEqual(rows(graph, 'two'), [
      'conv2d_1 (Conv2D) (None, 30, 30, 8) 224',
      'max_pooling2d (MaxPooling2D) (None, 15, 15, 8) 0',
      'flatten_1 (Flatten) (None, 1800) 0',
    ]);
    assert.deepEqual(rows(graph, 'three'), ['dense_1 (Dense) (5, 3) 24', 'dense_2 (Dense) (5, 2) 8']);
    assert.deepEqual(rows(graph, 'four'), ['dense_3 (Dense) (None, 3) 30', 'dense_4 (Dense) (None, 2) 8']);
    assert.deepEqual(rows(graph, 'five'), ['dense_5 (Dense) ? 0']);
    assert.equal(model(graph, 'five').outputs.length, 0);
  });

  it('subclassed: layers in attributes, lists filled later, dicts; call interpreted', () => {
    const graph = check(`
import keras
from keras import layers
class Block(layers.Layer):
    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        self.convs = []
        self.norms = []
        for i in range(2):
            self.convs.append(layers.Conv2D(n, 3, padding='same'))
            self.norms.append(layers.BatchNormalization())
        self.heads = {'a': layers.Dense(2)}
    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer='ones', trainable=True, name='scale')
    def call(self, x, training=None):
        x = x * self.scale
        for conv, norm in zip(self.convs, self.norms):
            x = norm(conv(x), training=training)
        return self.heads['a'](x)
block = Block(4, name='mine')
y = block(keras.Input((8, 8, 3)))
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block(4)
        self.pool = layers.GlobalMaxPooling2D()
    def call(self, x):
        return self.pool(self.block(x))
net = Net()
out = net(keras.Input((16, 16, 1)))
`);
    assert.deepEqual(rows(graph, 'net'), [
      'block (Block) (None, 16, 16, 2) 231',
      'global_max_pooling2d (GlobalMaxPooling2D) (None, 2) 0',
    ]);
    const block = graph.layers.find((layer) => layer.name === 'mine')!;
    assert.equal(parameters(graph, block.id), 3 + (3 * 9 * 4 + 4) + 16 + (4 * 9 * 4 + 4) + 16 + 10);
    assert.deepEqual(
      block.sublayers.map((id) => graph.layers[id].name),
      ['conv2d', 'batch_normalization', 'conv2d_1', 'batch_normalization_1', 'dense'],
    );
  });

  it('nested, shared and rewired', () => {
    const graph = check(`
import keras
from keras import layers
enc_in = keras.Input((8,))
enc = keras.Model(enc_in, layers.Dense(3, name='code')(enc_in), name='enc')
a, b = keras.Input((8,)), keras.Input((8,))
siamese = keras.Model([a, b], layers.Subtract()([enc(a), enc(b)]))
part = keras.Model(siamese.inputs[0], enc.get_layer('code').output if False else siamese.get_layer('enc')(a))
tail = keras.Sequential([enc, layers.Dense(1)])
`);
    assert.deepEqual(rows(graph, 'siamese'), [
      'input_layer_1 (InputLayer) (None, 8) 0',
      'input_layer_2 (InputLayer) (None, 8) 0',
      'enc (Functional) (None, 3) 27',
      'subtract (Subtract) (None, 3) 0',
    ]);
    assert.equal(parameters(graph, model(graph, 'siamese').layer), 27);
    assert.deepEqual(rows(graph, 'tail'), ['enc (Functional) (None, 3) 27', 'dense (Dense) (None, 1) 4']);
  });

  it('trainable follows the setter through nested models', () => {
    const graph = check(`
import keras
from keras import layers
base = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization()])
base.trainable = False
base.layers[0].trainable = True
top = keras.Sequential([base, layers.Dense(2)])
`);
    const trainable = graph.weights.filter((weight) => weight.trainable).map((weight) => weight.name);
    assert.deepEqual(trainable, ['kernel', 'bias', 'kernel', 'bias']);
    assert.deepEqual(
      graph.weights.map((weight) => weight.name),
      ['kernel', 'bias', 'gamma', 'beta', 'moving_mean', 'moving_variance', 'kernel', 'bias'],
    );
  });

  it('names every place where a model stands', () => {
    const graph = graphOf(`
import keras
from keras import layers
def build(n):
    inner = keras.Sequential([keras.Input((n,)), layers.Dense(n)])
    return inner
nets = [build(2), build(3)]
named = {'a': build(4)}
class Trainer:
    def __init__(self):
        self.model = build(5)
trainer = Trainer()
build(6).summary()
`);
    const names = graph.models.map((found) =>
      found.bindings.filter((binding) => binding.moduleLevel).map((binding) => binding.name),
    );
    assert.deepEqual(names, [['nets[0]'], ['nets[1]'], ["named['a']"], ['trainer.model'], ['build()']]);
  });

  it('clones, pops and reads layers back', () => {
    const graph = check(`
import keras
from keras import layers
m = keras.Sequential([keras.Input((4,)), layers.Dense(3, name='a'), layers.Dense(2, name='b')])
m.pop()
m.add(layers.Dense(7, name='c'))
copy = keras.models.clone_model(m)
count = copy.count_params()
`);
    assert.deepEqual(rows(graph, 'm'), ['a (Dense) (None, 3) 15', 'c (Dense) (None, 7) 28']);
    assert.deepEqual(rows(graph, 'copy'), ['a (Dense) (None, 3) 15', 'c (Dense) (None, 7) 28']);
    assert.equal(graph.weights.length, 10);
  });
});
