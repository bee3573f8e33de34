// Comparison with the last commit, with another model and with another input. Git runs in the Node host only: elsewhere the
// editor has to say so and to go on.
import * as vscode from 'vscode';
import * as assert from '../harness/assert';
import { open, positionOf, replace, undo } from '../harness/editor';

const run = (command: string, ...args: unknown[]): Thenable<string | undefined> =>
  vscode.commands.executeCommand<string | undefined>(`convlens.${command}`, ...args);

describe('comparison', () => {
  it('with the last commit follows an edit that is not saved', async () => {
    const editor = await open('cnn.py');
    await replace(editor, 'Dense(10)', 'Dense(11)');
    const report = await run('compareWithCommit', editor.document.uri, 0);
    const git = vscode.extensions.getExtension<{ enabled: boolean }>('vscode.git');
    if (git && (await git.activate()).enabled) {
      assert.ok(report, 'a report where there is Git');
      // 5,418 = 448 + 4,640 + 330 parameters; one unit more on 32 features has 33.
      assert.match(report, /\| Parameters \| 5,418 \| 5,451 \| \+33 /);
      assert.match(report, /`units` `10` → `11`/);
    } else {
      assert.equal(report, undefined, 'no report without Git');
    }
    await undo(editor);
  });

  it('with another model of the same file', async () => {
    const { document } = await open('nets.py');
    const report = await run('compareWith', document.uri, 1, document.uri, 0);
    assert.match(report ?? '', /\| Parameters \| 27 \| 45 \| \+18 \(\+66\.7\u00a0%\) \|/);
  });

  it('with a model of another file', async () => {
    const other = await open('cnn.py');
    const { document } = await open('nets.py');
    const report = await run('compareWith', document.uri, 0, other.document.uri, 0);
    assert.match(report ?? '', /Removed \(/);
    assert.match(report ?? '', /`conv2d`/);
  });

  it('with another input', async () => {
    const { document } = await open('cnn.py');
    const before = document.getText();
    const report = await run('whatIf', document.uri, 0, '(None, 64, 64, 3)');
    assert.match(report ?? '', /`\(None, 32, 32, 3\)` \| `\(None, 64, 64, 3\)` \| changed/);
    assert.equal(document.getText(), before, 'asking changes nothing');
    assert.equal(await run('whatIf', document.uri, 0, 'nonsense'), undefined);
  });

  it('an input kept as a comment is what the analysis takes', async () => {
    const editor = await open('cnn.py');
    await replace(
      editor,
      'keras.Input((32, 32, 3))',
      'keras.Input((32, 32, 3))  # convlens: input=(None, 64, 64, 3)',
    );
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      editor.document.uri,
      positionOf(editor.document, 'Conv2D'),
    );
    const text = hovers
      .flatMap(({ contents }) => contents)
      .map((content) => (typeof content === 'string' ? content : content.value))
      .join('\n');
    assert.match(text, /64, 64, 16/);
    await undo(editor);
  });
});
