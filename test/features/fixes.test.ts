// One mistake gives one error on its line, and the first fix leaves a program without errors.
import assert from 'node:assert/strict';
import { applyFix } from '../../src/features';
import { analyse, lineOf } from './analyse';
import { BROKEN } from './broken.table';

describe('diagnostics and fixes', () => {
  for (const { name, code, line, program } of BROKEN) {
    it(name, () => {
      const analysis = analyse(program);
      const errors = analysis.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
      assert.deepEqual(
        errors.map((error) => [error.code, lineOf(analysis, error.range.from)]),
        [[code, line]],
      );
      const [fix] = errors[0].fixes;
      assert.ok(fix, 'a fix');
      const mended = applyFix(program, fix);
      assert.notEqual(mended, program);
      assert.deepEqual(
        analyse(mended)
          .diagnostics.filter((diagnostic) => diagnostic.severity === 'error')
          .map((error) => error.message),
        [],
        mended,
      );
    });
  }

  it('adds the class that a fix needs to the import', () => {
    const program =
      'from keras.layers import Input, Conv2D\nfrom keras import Model\ni = Input((28, 28))\nm = Model(i, Conv2D(4, 3)(i))\n';
    const [error] = analyse(program).diagnostics;
    const fix = error.fixes.find(({ title }) => title.includes('Reshape'));
    assert.equal(
      applyFix(program, fix!),
      'from keras.layers import Reshape, Input, Conv2D\nfrom keras import Model\ni = Input((28, 28))\nm = Model(i, Conv2D(4, 3)(Reshape((28, 28, 1))(i)))\n',
    );
  });

  it("puts a layer into a Sequential's list and among its add lines", () => {
    const list =
      'import keras\nfrom keras import layers\nm = keras.Sequential([\n    keras.Input((10,)),\n    layers.Dense(16),\n    layers.Conv2D(4, 3),\n])\n';
    const [inList] = analyse(list).diagnostics[0].fixes;
    assert.ok(applyFix(list, inList).includes('    layers.Reshape((4, 4, 1)),\n    layers.Conv2D(4, 3),\n'));
    const lines =
      'import keras\nfrom keras import layers\nm = keras.Sequential()\nm.add(keras.Input((10,)))\nm.add(layers.Dense(16))\nm.add(layers.Conv2D(4, 3))\n';
    const [amongLines] = analyse(lines).diagnostics[0].fixes;
    assert.ok(
      applyFix(lines, amongLines).includes('m.add(layers.Reshape((4, 4, 1)))\nm.add(layers.Conv2D(4, 3))\n'),
    );
  });

  it('is quiet where a comment says so', () => {
    const program = (comment: string): string =>
      `import keras\nx = keras.Input((8, 8, 1))\ny = keras.layers.Conv2D(4, 30)(x)${comment}\n`;
    const codes = (text: string): string[] => analyse(text).diagnostics.map(({ code }) => code);
    assert.deepEqual(codes(program('')), ['window-too-large']);
    assert.deepEqual(codes(program('  # convlens: ignore[window-too-large]')), []);
    assert.deepEqual(codes(program('  # convlens: ignore')), []);
    assert.deepEqual(codes(program('  # convlens: ignore[concat-shape]')), ['window-too-large']);
    assert.deepEqual(codes(`# convlens: ignore-file[window-too-large]\n${program('')}`), []);
  });

  it('tells the calls around a mistake inside a helper', () => {
    const program =
      'import keras\nfrom keras import layers\ndef block(x):\n    return layers.Conv2D(4, 9)(x)\nx = keras.Input((8, 8, 1))\ny = block(x)\n';
    const [error] = analyse(program).diagnostics;
    assert.equal(lineOf(analyse(program), error.range.from), 4);
    assert.deepEqual(
      error.related.map(({ range }) => program.slice(range.from, range.to)),
      ['block(x)'],
    );
  });
});
