/** A layer whose class has a base of an unknown library somewhere above it is a layer for all that is known. */
import { strict as assert } from 'node:assert';
import { graphOf } from '../check';

it('an unknown base further up keeps everything open', () => {
  const graph = graphOf(`
import keras, elsewhere
class Base(elsewhere.Thing):
    pass
class Blur(Base):
    pass
m = keras.Sequential([Blur(), keras.layers.Dense(3)])
y = keras.layers.RNN(Blur())(keras.Input((5, 3)))
`);
  assert.deepEqual(
    graph.failures.map(({ code }) => code),
    [],
  );
});
