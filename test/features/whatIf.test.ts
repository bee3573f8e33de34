// “What if the input were …”: the comment goes where the analysis takes it, for models of every kind, also those without an Input.
import assert from 'node:assert/strict';
import { parseInput, whatIf, type Analysis } from '../../src/features';
import { analyse } from './analyse';

const HEAD = 'import keras\nfrom keras import layers\n';

const indexOf = (analysis: Analysis): number =>
  analysis.graph.models.findIndex(({ bindings }) => bindings.some(({ name }) => name === 'm'));

/** Parameters of the model `m` before and with another input. */
function parameters(body: string, input: string): (number | null)[] {
  const program = HEAD + body;
  const before = analyse(program);
  const found = whatIf(before, indexOf(before), parseInput(input)!);
  assert.ok(found.kind === 'edits', found.kind === 'impossible' ? found.reason : '');
  const text = [...found.edits]
    .sort((a, b) => b.from - a.from)
    .reduce((result, { from, to, text: by }) => result.slice(0, from) + by + result.slice(to), program);
  const after = analyse(text);
  return [before, after].map((each) => each.figures.ofModel(each.graph.models[indexOf(each)]).params);
}

describe('what if the input of a model of each kind were', () => {
  // A unit of Dense has a weight per input and a bias: 8·3 + 3 = 27, 9·3 + 3 = 30.
  const cases: Record<string, [string, string, (number | null)[]]> = {
    'a functional model': [
      'i = keras.Input((8,))\nm = keras.Model(i, layers.Dense(3)(i))\n',
      '(None, 9)',
      [27, 30],
    ],
    'a Sequential with an Input': [
      'm = keras.Sequential([keras.Input((8,)), layers.Dense(3)])\n',
      '(None, 9)',
      [27, 30],
    ],
    'a Sequential with input_shape': [
      'm = keras.Sequential()\nm.add(layers.Dense(3, input_shape=(8,)))\n',
      '(None, 9)',
      [27, 30],
    ],
    'a Sequential without an input': [
      'm = keras.Sequential([\n    layers.Dense(3),\n])\n',
      '(None, 9)',
      [null, 30],
    ],
    'a Sequential that is filled later': [
      'm = keras.Sequential()\nm.add(layers.Dense(3))\n',
      '(None, 9)',
      [null, 30],
    ],
    'a class that nothing calls': [
      'class Net(keras.Model):\n    def __init__(self):\n        super().__init__()\n        self.d = layers.Dense(3)\n    def call(self, x):\n        return self.d(x)\nm = Net()\n',
      '(None, 9)',
      [null, 30],
    ],
    // 25,088 inputs of the first Dense become 512·1·1: 4,096·(25,088 − 512) fewer.
    'an architecture': [
      'm = keras.applications.VGG16(weights=None)\n',
      '(None, 32, 32, 3)',
      [138357544, 37694248],
    ],
  };
  for (const [name, [body, input, expected]] of Object.entries(cases))
    it(`asked of ${name}`, () => assert.deepEqual(parameters(body, input), expected));

  it('says so where it cannot', () => {
    const two = analyse(`${HEAD}i = keras.Input((8,))\nm = keras.Model(i, layers.Dense(3)(i))\n`);
    assert.equal(whatIf(two, indexOf(two), parseInput('(None, 2), (None, 3)')!).kind, 'impossible');
    const open = analyse(`${HEAD}m = keras.Sequential([layers.Dense(3)])\n`);
    assert.equal(whatIf(open, indexOf(open), parseInput('(None, 2), (None, 3)')!).kind, 'impossible');
  });
});
