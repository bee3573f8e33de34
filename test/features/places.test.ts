// Where imports are looked for, and the comment that keeps a finding quiet.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  applyFix,
  diagnostics,
  editorFixes,
  english,
  hover,
  ignoreEdit,
  searchFolders,
  speak,
} from '../../src/features';
import { analyse } from './analyse';

describe('folders that imports are looked for in', () => {
  it('go upwards from the file to the root, then to its src', () => {
    assert.deepEqual(searchFolders('/w/a/b', '/w'), ['/w/a/b', '/w/a', '/w', '/w/src']);
    assert.deepEqual(searchFolders('/w', '/w'), ['/w', '/w/src']);
    assert.deepEqual(searchFolders('/w/src/p', '/w'), ['/w/src/p', '/w/src', '/w']);
    assert.deepEqual(searchFolders('file:///w/a', 'file:///w'), [
      'file:///w/a',
      'file:///w',
      'file:///w/src',
    ]);
  });

  it('are the own one only for a file elsewhere', () => {
    assert.deepEqual(searchFolders('/elsewhere', '/w'), ['/elsewhere']);
    assert.deepEqual(searchFolders('/works', '/w'), ['/works']);
  });
});

describe('a comment that keeps a finding quiet', () => {
  const HEAD = 'import keras\nx = keras.Input((8, 8, 3))\n';
  const quiet = (source: string): string | null => {
    const analysis = analyse(source);
    const [found] = diagnostics(analysis);
    const edit = ignoreEdit(analysis, 0, found);
    return edit && applyFix(source, { title: '', edits: [{ file: 'main.py', ...edit }] });
  };

  it('is added to the line, and works', () => {
    const after = quiet(`${HEAD}y = keras.layers.Reshape((7, 7))(x)  \nz = 1\n`);
    assert.equal(
      after,
      `${HEAD}y = keras.layers.Reshape((7, 7))(x)  # convlens: ignore[reshape-size]\nz = 1\n`,
    );
    assert.deepEqual(diagnostics(analyse(after)), []);
  });

  it('joins the one that is there', () => {
    const after = quiet(`${HEAD}y = keras.layers.Reshape((7, 7))(x)  # convlens: ignore[padding-name]\n`);
    assert.ok(after?.includes('# convlens: ignore[padding-name, reshape-size]\n'), after ?? '');
    assert.deepEqual(diagnostics(analyse(after!)), []);
  });

  it('works within brackets over several lines', () => {
    const after = quiet(`${HEAD}y = keras.layers.Reshape(\n    (7, 7)\n)(x)\n`);
    assert.ok(after !== null && diagnostics(analyse(after)).length === 0, after ?? '');
  });

  it('is not offered where it would break the line', () => {
    assert.equal(quiet(`${HEAD}y = \\\n  keras.layers.Reshape((7, 7))(x) \\\n  + 1\n`), null);
  });
});

describe('another language', () => {
  const chinese = JSON.parse(
    readFileSync(path.join(__dirname, '../../media/l10n/bundle.l10n.zh-cn.json'), 'utf8'),
  ) as Record<string, string>;
  before(() => speak((message, ...args) => english(chinese[message] ?? message, ...args), chinese));
  after(() => speak(english));

  it('is spoken by hovers, problems and fixes', () => {
    const source =
      'import keras\nx = keras.Input((8, 8, 3))\ny = keras.layers.Conv2D(4, 3, padding="smae")(x)\nz = keras.layers.Conv2D(4, 3)(x)\n';
    const analysis = analyse(source);
    const text = hover(analysis, { cell: 0, offset: source.lastIndexOf('Conv2D') })!.markdown;
    assert.ok(text.includes(english(chinese['Kernel {0}: {1} of {2}'], '`[3, 3, 3, 4]`', 4, '3×3×3')), text);
    const [problem] = diagnostics(analysis);
    assert.ok(problem.message.startsWith('没有名为 "smae" 的填充方式。是否想写 "same"？\n'), problem.message);
    const [fix] = editorFixes(analysis, problem, analysis.diagnostics[0].fixes);
    assert.equal(fix.title, english(chinese['core:Change to {0}'], '"same"'));
  });
});
