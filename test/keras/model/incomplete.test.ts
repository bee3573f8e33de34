/** Models of which a part is not known: their totals are not known either, never the sum of what is left. */
import { strict as assert } from 'node:assert';
import { layerParameters } from '../../../src/analysis/params';
import { graphOf } from '../check';

/** Total of the model that `expression` (over the tensor `x`) ends. */
function total(expression: string): number | null {
  const graph = graphOf(`
import keras, tfa, cfg
from keras import layers
x = keras.Input((8,))
m = keras.Model(x, ${expression})
`);
  const [model] = graph.models;
  return layerParameters(graph, model.layer).total;
}

describe('models with unknown parts', () => {
  it('have no total where layers may be hidden', () => {
    assert.equal(total('tfa.layers.WN(layers.Dense(3))(x)'), null);
    assert.equal(total('layers.ReLU()(tfa.layers.WN(layers.Dense(3))(x))'), null);
    assert.equal(total('layers.Add()([layers.Dense(4)(x), cfg.t])'), null);
    assert.equal(total('layers.Dense(4)(x) + tfa.f(x)'), null);
    assert.equal(total('layers.Dense(4)(tfa.blocks[0](x, training=True).output)'), null);
  });

  it('have one beside numbers that are not known', () => {
    assert.equal(total('layers.Dense(4)(x) * cfg.scale'), 36);
    assert.equal(total('layers.Dense(4)(x) / cfg.get("temperature")'), 36);
  });
});
