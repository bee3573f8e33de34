// The lens with a layer's own numbers: what it adds up, cell by cell and channel by channel, is what the engine computed.
import assert from 'node:assert/strict';
import { createEngine } from '../../src/engine/engine';
import { interpret } from '../../src/keras/interpret';
import { arithmeticOf, inCell, outputs, valueAt } from '../../src/webview/lens/arithmetic';
import { OwnNumbers } from '../../src/webview/lens/own';
import { mainStep } from '../../src/webview/network/kinds';

const LAYERS: Record<string, readonly [input: string, layer: string]> = {
  'a convolution': ['9, 8, 3', 'Conv2D(5, 3, strides=2, padding="same", bias_initializer="ones")'],
  'a dilated convolution': ['12, 12, 4', 'Conv2D(2, (3, 2), dilation_rate=2)'],
  'a grouped convolution': ['7, 7, 6', 'Conv2D(4, 3, groups=2)'],
  'a depthwise convolution': ['7, 7, 3', 'DepthwiseConv2D(3, depth_multiplier=2, padding="same")'],
  'the depthwise step of a separable one': ['7, 7, 3', 'SeparableConv2D(4, 3)'],
  'a transposed convolution': ['4, 5, 3', 'Conv2DTranspose(2, 3, strides=2, padding="same")'],
  'a causal convolution': ['11, 4', 'Conv1D(3, 4, padding="causal")'],
  'max pooling': ['7, 7, 3', 'MaxPooling2D(3, 2, padding="same")'],
  'average pooling': ['7, 7, 3', 'AveragePooling2D(3, 2, padding="same")'],
  'channels first': ['3, 6, 6', 'Conv2D(4, 3, data_format="channels_first")'],
};

describe('own numbers in the lens', () => {
  for (const [name, [input, layer]] of Object.entries(LAYERS)) {
    it(`add up to the map of ${name}`, async () => {
      const text = `import keras\ni = keras.Input((${input}))\nx = keras.layers.${layer}(i)\nmodel = keras.Model(i, x)\n`;
      const graph = interpret({ path: 'model.py', text });
      const engine = await createEngine({ backend: 'reference' });
      await engine.load(graph, 0, {});
      await engine.run();
      const node = graph.nodes[graph.models[0].nodes.at(-1)!];
      const step = mainStep(graph, node);
      const whole = arithmeticOf(step)!;
      const weights = step.weights.length > 0 ? engine.weights(step.id) : [];
      const own = OwnNumbers.of(step, whole, {
        input: await engine.read(graph.tensors[step.inputs[0]].producer!),
        output: await engine.read(step.id),
        kernel: weights.find((each) => each.name.endsWith('kernel')) ?? null,
        bias: weights.find((each) => each.name.endsWith('bias')) ?? null,
      })!;
      assert.ok(own, 'its numbers are there');
      let largest = 0;
      for (let filter = 0; filter < own.filters; filter++) {
        const { first, count } = own.reach(filter);
        const parts = Array.from({ length: count }, (_, k) => own.arithmetic(filter, first + k));
        for (let cell = 0; cell < outputs(whole); cell++) {
          const { sum, bias, value } = own.total(filter, cell);
          const added = parts.reduce((total, part) => total + valueAt(part, cell), 0);
          largest = Math.max(largest, Math.abs(value));
          if (step.primitive.op === 'conv') {
            assert.ok(Math.abs(sum - added) < 1e-5, `the channels of cell ${cell}`);
            assert.ok(Math.abs(sum + (bias ?? 0) - value) < 1e-5, `cell ${cell} of filter ${filter}`);
          } else assert.ok(Math.abs(added - value) < 1e-5, `cell ${cell} of channel ${filter}`);
        }
      }
      assert.ok(largest > 1e-3, 'something was computed');
      engine.dispose();
    });
  }

  it('are not taken from maps of another size', async () => {
    const of = (size: number) =>
      interpret({
        path: 'model.py',
        text: `import keras\ni = keras.Input((${size}, ${size}, 1))\nmodel = keras.Model(i, keras.layers.MaxPooling2D(2)(i))\n`,
      });
    const engine = await createEngine({ backend: 'reference' });
    await engine.load(of(8), 0, {});
    await engine.run();
    const step = of(10).nodes[1];
    const maps = { input: await engine.read(0), output: await engine.read(1), kernel: null, bias: null };
    assert.equal(OwnNumbers.of(step, arithmeticOf(step)!, maps), null);
  });

  it('fit their cells', () => {
    const a = { isOwn: true } as Parameters<typeof inCell>[0];
    assert.deepEqual(
      [0, 0.124, -0.5, 0.001, -0.0001, 0.996, 9.96, -123.4, Infinity].map((value) => inCell(a, value)),
      ['0', '.12', '−.50', '+0', '−0', '1.0', '10', '−123', '∞'],
    );
  });
});
