/** Arguments offered for trying: read from the constructor, typed and stepped as one expects. */
import assert from 'node:assert/strict';
import { analyze } from '../../src/features';
import {
  inputTunable,
  parsed,
  stepped,
  tunables,
  written,
  type Tunable,
} from '../../src/webview/whatIf/tunables';

const graphOf = (body: string) =>
  analyze(
    { path: 'm.py', text: `import keras\nfrom keras import layers\n${body}` },
    { reader: { read: () => undefined }, searchPath: [] },
  ).graph;

describe('arguments to try', () => {
  const offered = (body: string, type: string): string[] => {
    const graph = graphOf(body);
    const node = graph.nodes.find((each) => each.type === type)!;
    return tunables(graph, node.id).items.map((item) => `${item.argument}=${written(item.value)}`);
  };

  it('are those that the layer has, with their values', () => {
    const model =
      'm = keras.Sequential([layers.Input((8, 8, 3)), layers.Conv2D(4, (3, 5), padding="same"), layers.MaxPooling2D(2)])';
    assert.deepEqual(offered(model, 'Conv2D'), [
      'filters=4',
      'kernel_size=3, 5',
      'strides=1',
      'dilation_rate=1',
      'padding=same',
      'groups=1',
    ]);
    assert.deepEqual(offered(model, 'MaxPooling2D'), ['pool_size=2', 'strides=2', 'padding=valid']);
  });

  it('are none for a layer that the file does not make', () => {
    assert.deepEqual(offered('m = keras.applications.VGG16(weights=None)', 'Conv2D'), []);
  });

  it('are none for a subclass, whose constructor is its own', () => {
    const own =
      'class C(layers.Conv2D):\n  def __init__(self): super().__init__(4, 3)\nm = keras.Sequential([layers.Input((8, 8, 3)), C()])';
    assert.deepEqual(offered(own, 'C'), []);
  });

  it('say how many layers one call makes', () => {
    const graph = graphOf(
      'x = i = layers.Input((8, 8, 3))\nfor _ in range(3): x = layers.Conv2D(4, 3)(x)\nm = keras.Model(i, x)',
    );
    assert.equal(tunables(graph, graph.nodes.find((node) => node.type === 'Conv2D')!.id).together, 3);
  });

  it('know where a model says its input shape', () => {
    const at = (body: string): string | null => {
      const found = inputTunable(graphOf(body), 0);
      return found && `${found.argument}=${written(found.value)}`;
    };
    assert.equal(
      at('i = keras.Input(shape=(None, 8))\nm = keras.Model(i, layers.Dense(2)(i))'),
      'shape=None, 8',
    );
    assert.equal(at('m = keras.Sequential([layers.Dense(2, input_shape=(7,))])'), 'input_shape=7');
    assert.equal(at('m = keras.applications.VGG16(weights=None)'), null);
  });

  it('read what is typed', () => {
    assert.equal(parsed('sizes', '3×3'), 3);
    assert.deepEqual(parsed('sizes', '(3, 5)'), [3, 5]);
    assert.deepEqual(parsed('shape', 'None, 64'), [null, 64]);
    assert.deepEqual(parsed('shape', '8'), [8]);
    for (const text of ['', 'a', '-1', '2.5', 'None']) assert.equal(parsed('sizes', text), null, text);
    for (const text of ['0', '3, 4']) assert.equal(parsed('count', text), null, text);
  });

  it('step', () => {
    const of = (argument: string, kind: Tunable['kind'], value: Tunable['value']): Tunable => ({
      layer: 0,
      name: 'x',
      argument,
      kind,
      value,
      choices: [],
    });
    assert.equal(stepped(of('kernel_size', 'sizes', 3), true), 5);
    assert.equal(stepped(of('kernel_size', 'sizes', 1), false), 1);
    assert.equal(stepped(of('strides', 'sizes', 1), true), 2);
    assert.equal(stepped(of('filters', 'count', 32), false), 16);
    assert.deepEqual(stepped(of('shape', 'shape', [64, null, 3]), true), [128, null, 3]);
  });
});
