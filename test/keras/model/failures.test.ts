/** What Keras would raise: one message per cause at the right place, nothing from unknowns, shapes below an error go on. */
import { strict as assert } from 'node:assert';
import { check, graphOf, rows } from '../check';

const HEAD = 'import keras\nfrom keras import layers, ops\n';

/** Code and marked text of each failure. */
function failures(text: string): string[] {
  const whole = HEAD + text;
  return graphOf(whole).failures.map(
    (failure) => `${failure.code}: ${whole.slice(failure.range.from, failure.range.to)}`,
  );
}

describe('failures', () => {
  it('stand at the argument that causes them', () => {
    assert.deepEqual(failures('x = layers.Conv2D(4, 9)(keras.Input((5, 5, 3)))'), ['window-too-large: 9']);
    assert.deepEqual(failures("layers.Conv2D(4, 3, padding='smae')"), ["padding-name: 'smae'"]);
    assert.deepEqual(failures('layers.Conv2D(4, 3, stride=2)'), ['unknown-argument: stride']);
    assert.deepEqual(failures('layers.Dense()'), ['missing-argument: layers.Dense()']);
    assert.deepEqual(failures('keras.Input(shape=4)'), ['shape-argument: 4']);
    assert.deepEqual(failures("layers.Dense(3, name='a/b')"), ["layer-name: 'a/b'"]);
  });

  it('tell of an empty merge, but not in a probe whose loop may have run otherwise', () => {
    assert.deepEqual(failures('layers.Concatenate()([])'), ['merge-count: []']);
    assert.deepEqual(
      failures(
        'def head(levels=()):\n    xs = []\n    for x in levels: xs.append(layers.Dense(2)(x))\n    return layers.Concatenate()(xs)',
      ),
      [],
    );
  });

  it('do not stand on a path that a check of the program excludes', () => {
    const top = (check: string): string =>
      `def build(top, classes=None):\n    x = keras.Input((8, 8, 3))\n${check}    if top:\n        x = layers.Dense(classes)(x)\n    return x`;
    assert.deepEqual(
      failures(top('    if top and classes is None:\n        raise ValueError("classes")\n')),
      [],
    );
    // Whoever calls a function that nothing here calls will give what its default leaves open.
    assert.deepEqual(failures(top('')), []);
    assert.deepEqual(failures(`${top('')}\nbuild(True)`), ['units-invalid: classes']);
  });

  it('do not come of the names that an InputLayer has kept from Keras 2', () => {
    const graph = check(
      `${HEAD}m = keras.Sequential([layers.InputLayer(input_shape=(5,)), layers.Dense(2)])\nn = keras.Sequential([layers.InputLayer(batch_input_shape=(2, 5)), layers.Dense(2)])`,
      [],
    );
    assert.deepEqual(
      graph.models.map(({ outputs }) => graph.tensors[outputs[0]].shape.toString()),
      ['[object Object],2', '2,2'],
    );
  });

  it('do not count the inputs of a model whose inputs are not known', () => {
    assert.deepEqual(
      failures(
        'import other\nm = keras.Model(other.encoder.inputs, other.encoder.outputs)\ny = m(keras.Input((4,)))',
      ),
      [],
    );
    assert.deepEqual(
      failures(
        'def head(encoder):\n    if not isinstance(encoder, keras.Model): raise ValueError()\n    m = keras.Model(encoder.inputs, encoder.outputs)\n    return m(keras.Input((4,)))',
      ),
      [],
    );
  });

  it('come once per cause; layers below still have shapes', () => {
    const graph = check(
      `${HEAD}
inp = keras.Input((5, 5, 3))
x = layers.Conv2D(4, 9)(inp)
x = layers.MaxPooling2D(4)(x)
x = layers.Dense(7)(x)
m = keras.Model(inp, x)
`,
      ['window-too-large'],
    );
    assert.ok(rows(graph, 'm').length === 4);
  });

  it('do not come from unknowns', () => {
    assert.deepEqual(
      failures(
        'import other\nx = layers.Conv2D(other.n, 3)(other.tensor())\ny = layers.Concatenate()([x, other.y])',
      ),
      [],
    );
    assert.deepEqual(
      failures('def f(xs):\n    return layers.Concatenate()([layers.Dense(2)(x) for x in xs])'),
      [],
    );
    assert.deepEqual(failures('def conv(*args, **kwargs):\n    return layers.Conv2D(*args, **kwargs)'), []);
    assert.deepEqual(
      failures(
        'xs = []\nimport other\nfor i in other.all():\n    xs.append(keras.Input((3,)))\ny = layers.concatenate([keras.Input((3,))] + xs)',
      ),
      [],
    );
  });

  it('are exceptions of Python where the program catches them', () => {
    const graph = graphOf(`${HEAD}
try:
    x = layers.Dense(2)(keras.Input((3, None)))
    found = 1
except ValueError:
    found = 2
print(found)
`);
    assert.equal(graph.failures.length, 0);
    const seen = graph.observations
      .filter((observation) => observation.name === 'found')
      .map((observation) => (observation.seen.kind === 'value' ? observation.seen.text : ''));
    assert.ok(seen.includes('2') && !seen.includes('1'));
  });

  it('of whole models', () => {
    assert.deepEqual(
      failures('a = keras.Input((3,))\nb = keras.Input((3,))\nm = keras.Model(a, layers.Add()([a, b]))'),
      ['graph-disconnected: a'],
    );
    assert.deepEqual(
      failures(
        "a = keras.Input((3,))\nx = layers.Dense(2, name='d')(a)\nm = keras.Model(a, layers.Dense(2, name='d')(x))",
      ).map((text) => text.split(':')[0]),
      ['duplicate-name'],
    );
    assert.deepEqual(
      failures('m = keras.Sequential([keras.Input((3,)), layers.Dense])').map((text) => text.split(':')[0]),
      ['sequential-not-layer'],
    );
    assert.deepEqual(
      failures('x = layers.Dense(3)(layers.Dense(2))').map((text) => text.split(':')[0]),
      ['layer-as-tensor'],
    );
    assert.deepEqual(
      failures('d = layers.Dense(3)\nd(keras.Input((4,)))\nd(keras.Input((5,)))').map(
        (text) => text.split(':')[0],
      ),
      ['input-axis'],
    );
    assert.deepEqual(
      failures("m = keras.Sequential([keras.Input((4,)), layers.Dense(3)])\nm.get_layer('nope')").map(
        (text) => text.split(':')[0],
      ),
      ['get-layer'],
    );
  });

  it('of operators', () => {
    assert.deepEqual(
      failures('y = keras.Input((28, 28, 32)) + keras.Input((28, 28, 64))').map((text) => text.split(':')[0]),
      ['broadcast-shape'],
    );
    assert.deepEqual(
      failures('y = keras.Input((28, 3))[:, :, 5]').map((text) => text.split(':')[0]),
      ['index-range'],
    );
    assert.deepEqual(
      failures('y = ops.matmul(keras.Input((2, 3)), keras.Input((4, 5)))').map((text) => text.split(':')[0]),
      ['matmul-shape'],
    );
  });
});
