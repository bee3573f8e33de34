// The analysis runs beside the extension host: the host stays free while a large program is read, and an edit does not wait for
// the version before it.
import * as vscode from 'vscode';
import type { Analysis } from '../../../src/features';
import * as assert from '../harness/assert';
import { api, fileUri, inlayHints, open, replace } from '../harness/editor';

/** Takes some hundred times as long to read as the models of the other tests. */
const HEAVY = `import keras
x = keras.Input((8,))
y = keras.layers.Dense(7)(x)
n = 0
for i in range(20):
    for j in range(1000):
        n = n + i * j
`;

describe('analysis thread', () => {
  const uri = (): vscode.Uri => fileUri('heavy.py');

  before(() => vscode.workspace.fs.writeFile(uri(), new TextEncoder().encode('n = 0\n')));
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.workspace.fs.delete(uri());
  });

  /** Puts a text in place of the file's, without saving it. */
  async function type(editor: vscode.TextEditor, text: string): Promise<void> {
    const whole = new vscode.Range(0, 0, editor.document.lineCount, 0);
    assert.ok(await editor.edit((edit) => edit.replace(whole, text)), 'the edit was refused');
  }

  it('is a worker', async () => {
    const { analysis, thread } = await api();
    const { document } = await open('cnn.py');
    await analysis(document);
    assert.equal((await thread())?.kind, 'worker');
  });

  it('leaves the extension host free', async () => {
    const { analysis } = await api();
    const editor = await open('heavy.py');
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }, 1);
    await type(editor, HEAVY);
    const { timings } = (await analysis(editor.document)) as Analysis;
    clearInterval(timer);
    assert.ok(
      longest < timings.interpretMs / 2,
      `the host was busy for ${longest} ms while the program was read for ${timings.interpretMs} ms`,
    );
    assert.ok((await inlayHints(editor.document)).includes('3: 7'), 'the hints are there');
  });

  it('reads the newest version without finishing the one before', async () => {
    const { analysis } = await api();
    const editor = await open('heavy.py');
    await type(editor, `${HEAVY}# read once more\n`);
    const { timings } = (await analysis(editor.document)) as Analysis;
    await type(editor, `${HEAVY}# and again\n`);
    const old = analysis(editor.document);
    // It is being read by then.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const began = performance.now();
    await replace(editor, 'range(20)', 'range(0)');
    await assert.eventually('the new hints', async () =>
      (await inlayHints(editor.document)).includes('3: 7'),
    );
    const taken = performance.now() - began;
    await old;
    assert.ok(
      taken < timings.interpretMs,
      `${taken} ms, where the old one takes ${timings.interpretMs} ms alone`,
    );
  });
});
