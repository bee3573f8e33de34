// Functions and classes that make models: their lenses, their hovers, and what calls of them give.
import assert from 'node:assert/strict';
import { codeLenses, hover } from '../../src/features';
import { analyse, lineOf } from './analyse';

const PROGRAM = `import keras
from keras import layers

def build(units, deep=False):
    inputs = keras.Input((8,))
    x = layers.Dense(units)(inputs)
    if deep:
        x = layers.Dense(units)(x)
    model = keras.Model(inputs, x)
    return model

def both():
    def inner():
        return keras.Sequential([keras.Input((8,)), layers.Dense(1)])
    return build(2), inner()

def helper():
    throwaway = keras.Sequential([keras.Input((8,)), layers.Dense(5)])
    return throwaway.count_params()

class Net(keras.Model):
    def call(self, x):
        return layers.Dense(3)(x)

small = build(3)
large = build(5, deep=True)
pair = both()
n = helper()
`;

const at = (text: string, n = 0): string => {
  let offset = -1;
  for (let i = 0; i <= n; i++) offset = PROGRAM.indexOf(text, offset + 1);
  return hover(analyse(PROGRAM), { cell: 0, offset: offset + 1 })?.markdown ?? '';
};

describe('functions that make models', () => {
  it('have a lens over their definition, and what does not return a model has none', () => {
    const analysis = analyse(PROGRAM);
    const lenses = new Map(codeLenses(analysis).map((lens) => [lineOf(analysis, lens.offset), lens]));
    // Dense(3): 27; Dense(5) twice: 45 + 30; Dense(2): 18.
    assert.equal(lenses.get(4)?.title, '3 calls · 18 … 75 parameters · 16 … 65 MACs');
    assert.match(lenses.get(12)?.title ?? '', /^2 calls · 9 … 18 parameters/);
    assert.match(lenses.get(13)?.title ?? '', /^1 layer · 9 parameters · 8 MACs · .*→ \(None, 1\)$/);
    assert.match(lenses.get(21)?.title ?? '', /layers/, 'a class that nothing makes');
    assert.equal(lenses.get(17), undefined, 'helper() returns a number');
    assert.ok(lenses.has(25) && lenses.has(26), 'what the results are bound to');
    assert.equal(lenses.get(9), undefined, 'the lens stands over the function, not at its local name');
  });

  it('tell at each call which model it gives', () => {
    assert.match(at('build(3)'), /Total parameters: 27\b/);
    assert.match(at('build(5'), /Total parameters: 75\b/);
    assert.match(at('build(2'), /Total parameters: 18\b/);
  });

  it('list their models at the definition', () => {
    const text = at('build(units');
    assert.match(text, /makes 3 models/);
    assert.match(text, /\| small \| `\(None, 8\) → \(None, 3\)` \| 27 \|/);
  });

  it('of other modules tell it where the result is bound', () => {
    const main = 'import keras\nfrom nets import build\n\nnet = build(4)\n';
    const analysis = analyse(main, {
      'nets.py':
        'import keras\n\ndef build(n):\n    return keras.Sequential([keras.Input((8,)), keras.layers.Dense(n)])\n',
    });
    const text = hover(analysis, { cell: 0, offset: main.indexOf('build(4)') + 1 })?.markdown ?? '';
    assert.match(text, /Total parameters: 36\b/);
  });
});
