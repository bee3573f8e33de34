// The analysis runs beside the extension host: the host stays free while a large program is read, and an edit does not wait for
// the version before it.
import * as vscode from 'vscode';
import type { Analysis } from '../../../src/features';
import * as assert from '../harness/assert';
import { api, fileUri, inlayHints, open } from '../harness/editor';

const MODEL = 'import keras\nx = keras.Input((8,))\ny = keras.layers.Dense(7)(x)\n';

/** A program with loops of so many rounds after its model. */
const heavy = (loops: number): string =>
  MODEL + 'n = 0\nfor i in range(1000):\n    n = n + i * i\n'.repeat(loops);

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

  /** A program that takes long to read on this machine: as many loops as that takes, or as an analysis follows. */
  async function slowProgram(editor: vscode.TextEditor): Promise<string> {
    const { analysis } = await api();
    for (let loops = 8; ; loops *= 2) {
      await type(editor, heavy(loops));
      const { timings, graph } = (await analysis(editor.document)) as Analysis;
      if (timings.interpretMs > 700 || graph.problems.length > 0) return heavy(loops);
    }
  }

  it('leaves the extension host free, and shows that it takes long', async () => {
    const { analysis, statusBar } = await api();
    const editor = await open('heavy.py');
    const program = await slowProgram(editor);
    let longest = 0;
    let last = performance.now();
    let shown = false;
    const timer = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      void statusBar().then((text) => (shown ||= text?.includes('spin') === true));
    }, 5);
    await type(editor, `${program}# once more\n`);
    const { timings } = (await analysis(editor.document)) as Analysis;
    clearInterval(timer);
    assert.ok(
      longest < timings.interpretMs / 2,
      `the host was busy for ${longest} ms while the program was read for ${timings.interpretMs} ms`,
    );
    if (timings.interpretMs > 1000) assert.ok(shown, 'the status bar says nothing of it');
    await assert.eventually('the sign to go', async () => !((await statusBar()) ?? '').includes('spin'));
    assert.ok((await inlayHints(editor.document)).includes('3: 7'), 'the hints are there');
  });

  it('reads the newest version without finishing the one before', async () => {
    const { analysis, thread } = await api();
    const editor = await open('heavy.py');
    const program = await slowProgram(editor);
    await type(editor, `${program}# once more\n`);
    const { timings } = (await analysis(editor.document)) as Analysis;
    await type(editor, `${program}# and again\n`);
    const old = analysis(editor.document);
    // It is being read by then.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const began = performance.now();
    await type(editor, MODEL);
    await analysis(editor.document);
    const taken = performance.now() - began;
    assert.ok((await inlayHints(editor.document)).includes('3: 7'), 'the hints are there');
    await old;
    // A worker that cannot be told to stop is replaced, which takes a while of its own.
    if ((await thread())?.stoppable)
      assert.ok(
        taken < timings.interpretMs / 2,
        `${taken} ms, where the old one takes ${timings.interpretMs} ms`,
      );
  });
});
