// Prints the graphs that the engine's measurements run, as JSON by name: one convolution alone, and a small network.
import { analyze } from '../../src/features';

const programs = {
  // The convolution that published comparisons use: 56×56, 64 → 64 channels, 3×3; 115,605,504 multiply-adds.
  conv3x3: `
import keras
i = keras.Input((56, 56, 64))
model = keras.Model(i, keras.layers.Conv2D(64, 3, padding="same")(i))
`,
  smallCnn: `
import keras
from keras import layers
model = keras.Sequential([
    keras.Input((64, 64, 3)),
    layers.Conv2D(32, 3, padding="same", activation="relu"),
    layers.Conv2D(32, 3, padding="same", activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(64, 3, padding="same", activation="relu"),
    layers.Conv2D(64, 3, padding="same", activation="relu"),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(10),
])
`,
};

const environment = { reader: { read: () => undefined }, searchPath: [] };
const graphs = Object.entries(programs).map(([name, text]) => {
  const { graph } = analyze({ path: `${name}.py`, text }, environment);
  if (graph.models.length !== 1) throw new Error(`${name}: ${graph.models.length} models instead of one`);
  return [name, graph];
});
console.log(JSON.stringify(Object.fromEntries(graphs)));
