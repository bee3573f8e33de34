/** Weights that are there on some of a program's possible paths only: their number is not known, never one side's. */
import { strict as assert } from 'node:assert';
import { layerParameters } from '../../../src/analysis/params';
import { graphOf } from '../check';

const total = (body: string): number | null => {
  const graph = graphOf(`
import keras, outside
from keras import layers
flag = outside.flag
class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.main = layers.Dense(4)
${body}
    def call(self, x):
        return self.main(x)
block = Block()
y = block(keras.Input((3,)))
`);
  const layer = graph.layers.find(({ type }) => type === 'Block');
  return layerParameters(graph, layer!.id).total;
};

describe('weights on some paths only', () => {
  it('are counted where every path has them', () => {
    assert.equal(total('        pass'), 16);
    assert.equal(
      total(
        '        if flag: self.drop = layers.Dropout(0.5)\n        else: self.drop = layers.Activation("relu")',
      ),
      16,
    );
  });

  it('leave the number open where the paths differ', () => {
    assert.equal(total('        self.extra = layers.Dense(7)\n        self.extra.build((None, 3))'), 16 + 28);
    assert.equal(
      total(
        '        if flag:\n            self.extra = layers.Dense(7)\n            self.extra.build((None, 3))',
      ),
      null,
    );
    assert.equal(
      total('        self.extra = layers.Dense(7 if flag else 8)\n        self.extra.build((None, 3))'),
      null,
    );
    assert.equal(
      total(
        '        if flag: self.w = self.add_weight(shape=(5,))\n        else: self.w = self.add_weight(shape=(6,))',
      ),
      null,
    );
  });

  it('do not mind which path built a layer', () => {
    assert.equal(
      total(
        '        self.extra = layers.Dense(7)\n        if flag: self.extra.build((None, 3))\n        else: self.extra.build((8, 3))',
      ),
      16 + 28,
    );
  });
});
