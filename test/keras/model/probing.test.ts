/** What nothing calls is looked into with stated or unknown inputs, and carries the mark. */
import { strict as assert } from 'node:assert';
import { formatShape } from '../../../src/keras/dims';
import { graphOf, rows } from '../check';

const HEAD = 'import keras\nfrom keras import layers\n';

describe('probing', () => {
  it('calls a model on the input that a comment states', () => {
    const graph = graphOf(`${HEAD}
# convlens: input=(None, 28, 28, 1)
class Net(keras.Model):
    def __init__(self, n=4):
        super().__init__()
        self.conv = layers.Conv2D(n, 3)
    def call(self, x):
        return self.conv(x)
`);
    assert.equal(graph.models.length, 1);
    assert.equal(graph.models[0].probed, true);
    assert.deepEqual(
      graph.models[0].outputs.map((id) => formatShape(graph.tensors[id].shape)),
      ['(None, 26, 26, 4)'],
    );
  });

  it('calls it on the shape that build() names', () => {
    const graph = graphOf(`${HEAD}
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.d = layers.Dense(3)
    def call(self, x):
        return self.d(x)
net = Net()
net.build((None, 8))
`);
    assert.deepEqual(rows(graph, 'net'), ['dense (Dense) (None, 3) 27']);
    assert.ok(graph.nodes.every((node) => node.probed));
  });

  it('runs functions with their defaults, and knows what follows from unknown arguments', () => {
    const graph = graphOf(`${HEAD}
def build(shape=(32, 32, 3), classes=5):
    x = inp = keras.Input(shape)
    x = layers.Flatten()(x)
    return keras.Model(inp, layers.Dense(classes)(x))
def other(n):
    return keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(n, 3), layers.Conv2D(4, 3)])
`);
    const outputs = graph.models.map((found) =>
      found.outputs.map((id) => formatShape(graph.tensors[id].shape)).join(),
    );
    assert.deepEqual(outputs, ['(None, 5)', '(None, 4, 4, 4)']);
    assert.deepEqual(graph.failures, []);
  });

  it('runs helpers by way of what calls them: a caller knows better what to give', () => {
    const graph = graphOf(`${HEAD}
def build(classes, width):
    x = inp = keras.Input((8, 8, 1))
    x = layers.Conv2D(width, 3)(x)
    return keras.Model(inp, layers.Dense(classes)(layers.Flatten()(x)))
def small(width=4):
    return keras.Sequential([keras.Input((8,)), layers.Dense(width)])
def main():
    build(10, 2)
    small(3)
`);
    const outputs = graph.models.map((found) =>
      found.outputs.map((id) => formatShape(graph.tensors[id].shape)).join(),
    );
    // `small` says by its defaults what it makes, whoever calls it; `build` does not.
    assert.deepEqual(outputs, ['(None, 4)', '(None, 10)', '(None, 3)']);
  });
});
