/** What Keras makes and only data that run through would stop at: a warning, and the value that Keras gives. */
import { strict as assert } from 'node:assert';
import { graphOf } from '../check';

const HEAD = 'import keras\nfrom keras import layers, ops\n';

/** Severities and codes of what is said, and the shapes of the last node's outputs, as Keras 3.16 gives them; null is open or not known. */
const TABLE: readonly (readonly [name: string, source: string, said: readonly string[], shape: readonly (number | null)[]])[] = [
  ['a Sequential on its own result', 's = keras.Sequential([layers.Dense(11), layers.Rescaling(0.1)])\nx = keras.Input((8, 1))\ny = s(s(x))', ['warning input-axis'], [null, 8, 11]],
  ['a functional model on a tensor with one axis more', 'i = keras.Input((1,))\nm = keras.Model(i, layers.RepeatVector(3)(i))\ny = m(keras.Input((1, 1)))', ['warning input-rank'], [null, 3, null]],
  ['a number of axes for tensordot', 'x = keras.Input((1, 2))\ny = ops.tensordot(x, x)', ['warning matmul-shape'], [null, 2]],
  ['listed axes for tensordot', 'x = keras.Input((1, 2))\ny = ops.tensordot(x, x, [[1], [2]])', ['error matmul-shape'], []],
  ['a layer alone', 'd = layers.Dense(11)\nx = keras.Input((8, 1))\ny = d(d(x))', ['error input-axis'], []],
]; // prettier-ignore

describe('what Keras only specifies', () => {
  for (const [name, source, said, shape] of TABLE)
    it(name, () => {
      const graph = graphOf(`${HEAD}${source}\n`);
      assert.deepEqual(
        graph.failures.map(({ severity, code }) => `${severity} ${code}`),
        said,
      );
      if (shape.length === 0) return;
      const [output] = graph.nodes[graph.nodes.length - 1].outputs;
      assert.deepEqual(
        (graph.tensors[output].shape as readonly unknown[]).map((dim) =>
          typeof dim === 'number' ? dim : null,
        ),
        shape,
      );
    });

  it('gives what directions return in the dtype of their wrapper', () => {
    const graph = graphOf(
      `${HEAD}x = keras.Input((3, 2))\na, b = layers.Bidirectional(layers.GRU(2, dtype='float16'), merge_mode=None)(x)\nm = keras.Model(x, [a, b])\n`,
    );
    const { outputs } = graph.models[graph.models.length - 1];
    assert.deepEqual(
      outputs.map((id) => graph.tensors[id].dtype),
      ['float32', 'float32'],
    );
  });
});
