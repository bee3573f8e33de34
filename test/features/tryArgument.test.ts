/** What-if edits: the argument that is set and nothing else changes, and going back and forth loses no place. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  ProgramText,
  Trial,
  analyze,
  planChange,
  type Analysis,
  type ArgumentValue,
} from '../../src/features';
import { difference, editedProgram, inverse, shifted } from '../../src/features/tryArgument';

const environment = { reader: { read: () => undefined }, searchPath: [] };
const HEAD = 'import keras\nfrom keras import layers\n';

/** The text after setting `argument` of the layer of this type, or the refusal. */
function changed(body: string, type: string, argument: string, value: ArgumentValue): string {
  const analysis = analyze({ path: 'm.py', text: HEAD + body }, environment);
  const layer = analysis.graph.layers.find((each) => each.type === type);
  assert.ok(layer, `no ${type}`);
  const planned = planChange(analysis, { layer: layer.id, argument, value });
  if (typeof planned === 'string') return planned;
  const program = editedProgram(analysis.program, planned.edits);
  assert.ok('text' in program);
  return program.text.slice(HEAD.length);
}

describe('what-if', () => {
  const conv = (args: string): string =>
    `m = keras.Sequential([layers.Input((8, 8, 3)), layers.Conv2D(${args})])\n`;
  const rows: [string, string, string, ArgumentValue, string][] = [
    ['replaces a positional argument', conv('4, 3'), 'kernel_size', 5, conv('4, 5')],
    ['adds one that is not written', conv('4, 3'), 'strides', 2, conv('4, 3, strides=2')],
    ['keeps a tuple', conv('4, (3, 3)'), 'kernel_size', 5, conv('4, (5, 5)')],
    ['writes one number per axis', conv('4, 3'), 'kernel_size', [3, 5], conv('4, (3, 5)')],
    ['keeps the quotes', conv("4, 3, padding='same'"), 'padding', 'valid', conv("4, 3, padding='valid'")],
    ['takes a trailing comma', conv('4, 3,'), 'strides', 2, conv('4, 3, strides=2')],
    [
      'passes a comment by',
      conv('4,\n  3  # the kernel\n'),
      'strides',
      2,
      conv('4,\n  3, strides=2  # the kernel\n'),
    ],
    [
      'leaves unpacked arguments alone',
      `kw = dict(strides=2)\n${conv('4, 3, **kw')}`,
      'strides',
      1,
      'unpacked',
    ],
    ['takes a power for no unpacking', conv('2**2, 3'), 'strides', 2, conv('2**2, 3, strides=2')],
    ['refuses what is no value', conv('4, 3'), 'strides', -1, 'value'],
    ['refuses what is no word', conv('4, 3'), 'padding', 'same", x="', 'value'],
  ];
  for (const [name, body, argument, value, expected] of rows)
    it(name, () => assert.equal(changed(body, 'Conv2D', argument, value), expected));

  it('states the input of a model that no Input starts', () => {
    const plain = 'm = keras.Sequential([layers.Conv2D(4, 3)])\n';
    assert.equal(
      changed(plain, 'Sequential', 'input', [8, 8, 3]),
      'm = keras.Sequential([layers.Conv2D(4, 3)])  # convlens: input=(None, 8, 8, 3)\n',
    );
    const own =
      'class Net(keras.Model):\n    def call(self, x):\n        return layers.Dense(2)(x)\nm = Net()\n';
    assert.equal(
      changed(own, 'Net', 'input', 5),
      own.replace('(keras.Model):', '(keras.Model):  # convlens: input=(None, 5)'),
    );
    assert.equal(changed(own, 'Net', 'input', 'same'), 'value');
  });
  it('changes only the elements of an input shape that differ', () => {
    const body = (shape: string): string =>
      `c = 3\nx = layers.Input(${shape})\nm = keras.Model(x, layers.Dense(2)(x))\n`;
    assert.equal(changed(body('(8, 8, c)'), 'InputLayer', 'shape', [16, 8, 3]), body('(16, 8, 3)'));
    assert.equal(
      changed(body('shape=(8, None)'), 'InputLayer', 'shape', [16, null]),
      body('shape=(16, None)'),
    );
    assert.equal(changed(body('(8,)'), 'InputLayer', 'shape', [9]), body('(9,)'));
  });

  it('refuses a call of another file', () => {
    const body = 'm = keras.applications.VGG16(weights=None)\n';
    assert.equal(changed(body, 'Conv2D', 'kernel_size', 5), 'elsewhere');
  });

  it('edits the cell of a notebook that the call stands in', async () => {
    const cells = [HEAD, conv('4, 3'), 'm.summary()\n'];
    const analysis = analyze({ path: 'n.ipynb', cells, indices: [0, 2, 5] }, environment);
    const trial = new Trial(analysis, async (program) => analyze(program, environment));
    const layer = analysis.graph.layers.find((each) => each.type === 'Conv2D')!;
    assert.equal(await trial.change({ layer: layer.id, argument: 'filters', value: 8 }), null);
    assert.deepEqual(
      trial.analysis.program.cells.map((cell) => [cell.index, cell.text]),
      [
        [0, HEAD],
        [2, conv('8, 3')],
        [5, 'm.summary()\n'],
      ],
    );
    // 3·3·3 weights for each of four filters more, and their biases.
    const params = (each: Analysis): number | null => each.figures.ofModel(each.graph.models[0]).params;
    assert.equal(params(trial.analysis)! - params(analysis)!, 4 * (27 + 1));
  });

  it('tells several changes of one argument as one, and takes them back one by one', async () => {
    const analysis = analyze({ path: 'm.py', text: HEAD + conv('4, 3') }, environment);
    const trial = new Trial(analysis, async (program) => analyze(program, environment));
    const layer = analysis.graph.layers.find((each) => each.type === 'Conv2D')!.id;
    await trial.change({ layer, argument: 'kernel_size', value: 5 });
    await trial.change({ layer, argument: 'kernel_size', value: 7 });
    assert.deepEqual(
      trial.told?.changes.map(({ from, to }) => [from, to]),
      [['3', '7']],
    );
    trial.undo();
    assert.equal(trial.told?.changes[0].to, '5');
    await trial.change({ layer, argument: 'kernel_size', value: 3 });
    assert.equal(trial.told, undefined);
    assert.deepEqual(trial.edits, []);
  });

  it('finds every place again after edits and back', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 })), {
          minLength: 1,
          maxLength: 6,
        }),
        (lines) => {
          const text = (column: 0 | 1): string =>
            lines.map((line) => line[column].replace(/\n/g, ' ')).join('\n');
          const [before, after] = [0, 1].map(
            (c) => new ProgramText({ path: 'm.py', text: text(c as 0 | 1) }),
          );
          const edits = difference(before, after);
          const made = editedProgram(before, edits);
          assert.equal('text' in made && made.text, after.text);
          const back = editedProgram(after, inverse(edits, before));
          assert.equal('text' in back && back.text, before.text);
          for (let offset = 0; offset <= before.text.length; offset++) {
            const there = shifted(offset, edits);
            assert.ok(there >= 0 && there <= after.text.length);
            const inside = edits.some((edit) => edit.from <= offset && offset < edit.to);
            if (!inside && offset < before.text.length) assert.equal(after.text[there], before.text[offset]);
          }
        },
      ),
    ));
});
