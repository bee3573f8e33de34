// Nested models as a call hierarchy, where a tensor comes from and goes to, and an assumed input kept as a comment.
import assert from 'node:assert/strict';
import {
  applyFix,
  heldBy,
  hierarchyAt,
  holdersOf,
  hover,
  parseInput,
  statedInput,
  tensorUses,
  whatIf,
  type Host,
} from '../../src/features';
import { analyse, marked } from './analyse';

const HEAD = 'import keras\nfrom keras import layers\n';

describe('call hierarchy', () => {
  const { text, offset } = marked(`${HEAD}
encoder = keras.Sequential([keras.Input((8,)), layers.Dense(4)], name="encoder")
a = keras.Input((8,))
b = keras.Input((8,))
joined = layers.Concatenate()([encoder(a), encoder(b)])
sia‸mese = keras.Model([a, b], layers.Dense(1)(joined))
`);
  const analysis = analyse(text);

  it('goes from a model to the models in it, with their calls', () => {
    const [item] = hierarchyAt(analysis, offset);
    assert.equal(item.name, 'siamese');
    const held = heldBy(analysis, item.layer);
    assert.deepEqual(
      held.map(({ item: inner, calls }) => [inner.name, calls.map(({ from, to }) => text.slice(from, to))]),
      [['encoder', ['encoder(a)', 'encoder(b)']]],
    );
    assert.match(held[0].item.detail, /Sequential · \(None, 4\) · 36 parameters/);
  });

  it('and back', () => {
    const [item] = hierarchyAt(analysis, text.indexOf('encoder ='));
    assert.deepEqual(
      holdersOf(analysis, item.layer).map(({ item: outer, calls }) => [outer.name, calls.length]),
      [['siamese', 2]],
    );
  });

  it('has no entry for a layer that holds nothing', () => {
    assert.deepEqual(hierarchyAt(analysis, text.indexOf('Concatenate')), []);
  });
});

describe('uses of a tensor', () => {
  it('tells one x from the next', () => {
    const { text, offset } = marked(`${HEAD}
i = keras.Input((8,))
x = layers.Dense(4)(i)
skip = ‸x
x = layers.Dense(5)(x)
y = layers.Concatenate()([skip, x])
z = skip + 1
`);
    const uses = tensorUses(analyse(text), offset);
    const lines = (ranges: readonly { from: number; to: number }[]): string[] =>
      ranges.map(({ from, to }) => `${text.slice(0, from).split('\n').length}: ${text.slice(from, to)}`);
    assert.ok(uses);
    assert.deepEqual(lines(uses.producers), ['5: layers.Dense']);
    assert.deepEqual(lines(uses.consumers), ['7: layers.Dense', '8: layers.Concatenate', '9: skip + 1']);
    assert.deepEqual(lines(uses.names), ['5: x', '6: skip', '6: x', '7: x', '8: skip', '9: skip']);
  });

  it('has nothing to say away from tensors', () => {
    const { text, offset } = marked(`${HEAD}n = ‸3\n`);
    assert.equal(tensorUses(analyse(text), offset), null);
  });
});

describe('what if the input were', () => {
  const changed = (source: string, shape: string): string => {
    const analysis = analyse(source);
    const found = whatIf(analysis, 0, parseInput(shape)!);
    assert.ok(found.kind === 'edits', JSON.stringify(found));
    return applyFix(source, { title: '', edits: found.edits });
  };
  const outputs = (source: string): string => statedInput(analyse(source), 0);

  it('states another shape behind the Input, and replaces it the next time', () => {
    const source = `${HEAD}i = keras.Input((None, None, 3))\nm = keras.Model(i, layers.Conv2D(4, 3)(i))\n`;
    const once = changed(source, '(None, 64, 64, 3)');
    assert.ok(once.includes('keras.Input((None, None, 3))  # convlens: input=(None, 64, 64, 3)\n'), once);
    assert.equal(outputs(once), '(None, 64, 64, 3)');
    const twice = changed(once, 'None, 32, 32, 3');
    assert.ok(twice.includes('3))  # convlens: input=(None, 32, 32, 3)\nm ='), twice);
    const analysis = analyse(twice);
    // 30·30 positions of 3·3·3·4.
    assert.equal(analysis.figures.ofModel(analysis.graph.models[0]).macs, 97200);
  });

  it('states it at the class of a model that nothing calls', () => {
    const source = `${HEAD}
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.d = layers.Dense(4)
    def call(self, x):
        return self.d(x)
`;
    const after = changed(source, '(None, 8)');
    assert.ok(after.includes('class Net(keras.Model):  # convlens: input=(None, 8)\n'), after);
    assert.equal(analyse(after).figures.ofModel(analyse(after).graph.models[0]).params, 36);
  });

  it('says why where it cannot', () => {
    const files = { 'parts.py': `${HEAD}i = keras.Input((8,))\n` };
    const analysis = analyse(`${HEAD}from parts import i\nm = keras.Model(i, layers.Dense(4)(i))\n`, files);
    assert.equal(whatIf(analysis, 0, parseInput('(None, 9)')!).kind, 'impossible');
  });

  it('reads shapes as people write them and refuses what is none', () => {
    assert.deepEqual(parseInput('None, 3'), [[null, 3]]);
    assert.deepEqual(parseInput('(None, 3), (None, 4, 5)'), [
      [null, 3],
      [null, 4, 5],
    ]);
    for (const wrong of ['', '()', '(a, 3)', '(None, -1)', 'x(3)', '(0, 3)'])
      assert.equal(parseInput(wrong), null, wrong);
  });
});

describe('links of a hover', () => {
  it('lead to where an unknown began and to what made a tensor', () => {
    const { text, offset } = marked(
      `${HEAD}import os\nn = int(os.environ["N"])\ni = keras.Input((8,))\ny = layers.De‸nse(n)(i)\nprint(y)\n`,
    );
    const analysis = analyse(text);
    const host: Host = {
      link: ({ from }) => `goto:${text.slice(0, from).split('\n').length}`,
      theme: 'dark',
    };
    assert.match(
      hover(analysis, { cell: 0, offset }, host)!.markdown,
      /Unknown: .* \(\[line 4\]\(goto:4\)\)/,
    );
    const name = hover(analysis, { cell: 0, offset: text.indexOf('print(y)') + 6 }, host)!.markdown;
    assert.match(name, /from \*\*Dense\*\* `dense` \(\[line 6\]\(goto:6\)\)/);
  });
});
