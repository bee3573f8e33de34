// Where imports are looked for, and the comment that keeps a finding quiet.
import assert from 'node:assert/strict';
import { applyFix, diagnostics, ignoreEdit, searchFolders } from '../../src/features';
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
