// Notebooks, unsaved and untitled files, closed and renamed ones, comments and settings that silence: all kinds of documents alike.
import * as vscode from 'vscode';
import * as assert from '../harness/assert';
import { fileUri, inlayHints, open, problems, replace, undo } from '../harness/editor';

const BROKEN = 'import keras\nx = keras.Input((8, 8, 3))\ny = keras.layers.Reshape((7, 7))(x)\n';

describe('documents of all kinds', () => {
  it('the cells of a notebook are one program', async () => {
    // Opened as a user would: a document that an extension opened is kept for a while after its editor is closed.
    await vscode.commands.executeCommand('vscode.open', fileUri('book.ipynb'));
    const notebook = await assert.eventually('the notebook', () =>
      vscode.workspace.notebookDocuments.find(({ uri }) => uri.path.endsWith('book.ipynb')),
    );
    const [, , cell] = notebook.getCells();
    await assert.eventually('the problem of the second cell', () => problems(cell!.document).length > 0);
    // 14·14·4 elements do not fit 7·7.
    assert.deepEqual(problems(cell!.document), ['2: reshape-size']);
    const hints = await inlayHints(cell!.document);
    assert.match(hints.join('\n'), /^1: 14×14×4/m);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await assert.eventually('its problems to go', () => problems(cell!.document).length === 0);
  });

  it("packages of the workspace's virtual environment are read", async () => {
    const { document } = await open('others.py');
    // 8·8 places of 3 channels: known from the package's source alone.
    await assert.eventually('the shape that comes of the package', async () =>
      (await inlayHints(document)).includes('5: 192'),
    );
  });

  it('a closed file leaves no problems behind', async () => {
    const uri = fileUri('closed.py');
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(BROKEN));
    await vscode.commands.executeCommand('vscode.open', uri);
    await assert.eventually('a problem', () => vscode.languages.getDiagnostics(uri).length === 1);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await assert.eventually('none', () => vscode.languages.getDiagnostics(uri).length === 0);
    await vscode.workspace.fs.delete(uri);
  });

  it('an untitled document', async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'python', content: BROKEN });
    await vscode.window.showTextDocument(document);
    await assert.eventually('a problem', () => problems(document).length === 1);
    assert.deepEqual(problems(document), ['3: reshape-size']);
    const [diagnostic] = vscode.languages.getDiagnostics(document.uri);
    const code = diagnostic!.code;
    assert.ok(typeof code === 'object' && code.target, 'the code leads to its explanation');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('a comment silences a line, a setting a code', async () => {
    const editor = await open('broken.py');
    await assert.eventually('a problem', () => problems(editor.document).length === 1);
    await replace(editor, '([left, right])', '([left, right])  # convlens: ignore[concat-shape]');
    await assert.eventually('quiet', () => problems(editor.document).length === 0);
    await undo(editor);
    await assert.eventually('a problem again', () => problems(editor.document).length === 1);
    const settings = vscode.workspace.getConfiguration('convlens');
    const set = (value: unknown): Thenable<void> =>
      settings.update('diagnostics.severity', value, vscode.ConfigurationTarget.Global);
    await set({ 'concat-shape': 'warning' });
    await assert.eventually('a warning', () =>
      vscode.languages
        .getDiagnostics(editor.document.uri)
        .some(({ severity }) => severity === vscode.DiagnosticSeverity.Warning),
    );
    await set({ 'concat-shape': 'off' });
    await assert.eventually('nothing', () => problems(editor.document).length === 0);
    await set(undefined);
    await assert.eventually('an error', () => problems(editor.document).length === 1);
  });

  it('a renamed file takes its problems along, a deleted one leaves none', async () => {
    const [first, second] = [fileUri('first.py'), fileUri('second.py')];
    await vscode.workspace.fs.writeFile(first, new TextEncoder().encode(BROKEN));
    await open('first.py');
    await assert.eventually('a problem', () => vscode.languages.getDiagnostics(first).length === 1);
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(first, second);
    assert.ok(await vscode.workspace.applyEdit(edit), 'the renaming was refused');
    await open('second.py');
    await assert.eventually('a problem there', () => vscode.languages.getDiagnostics(second).length === 1);
    await assert.eventually('none here', () => vscode.languages.getDiagnostics(first).length === 0);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.workspace.fs.delete(second);
    await assert.eventually('none at all', () => vscode.languages.getDiagnostics(second).length === 0);
  });

  it('files of a virtual workspace, with what they import', async () => {
    const files = new MemoryFiles({
      '/project/nets/parts.py': 'UNITS = 6\n',
      '/project/nets/main.py':
        'import keras\nfrom nets.parts import UNITS\nfrom parts import UNITS as SAME\nx = keras.Input((8,))\ny = keras.layers.Dense(SAME)(x)\nz = keras.layers.Reshape((7, 7))(y)\n',
    });
    const registration = vscode.workspace.registerFileSystemProvider('convlens-memory', files);
    try {
      const uri = vscode.Uri.parse('convlens-memory:/project/nets/main.py');
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(document);
      await assert.eventually('the imported number', async () =>
        (await inlayHints(document)).includes('5: 6'),
      );
      await assert.eventually('a problem', () => problems(document).includes('6: reshape-size'));
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      registration.dispose();
    }
  });

  it('what a file imports is followed, also when it is edited', async () => {
    const [part, main] = [fileUri('part.py'), fileUri('whole.py')];
    const write = (uri: vscode.Uri, text: string): Thenable<void> =>
      vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    await write(part, 'UNITS = 3\n');
    await write(
      main,
      'import keras\nfrom part import UNITS\n\nx = keras.Input((8,))\ny = keras.layers.Dense(UNITS)(x)\n',
    );
    const { document } = await open('whole.py');
    await assert.eventually('the unit count of the other file', async () =>
      (await inlayHints(document)).includes('5: 3'),
    );
    const editor = await open('part.py');
    await replace(editor, '3', '4');
    await assert.eventually('the edited count', async () => (await inlayHints(document)).includes('5: 4'));
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.workspace.fs.delete(part);
    await vscode.workspace.fs.delete(main);
  });
});

/** A read-only file system in memory, as extensions for remote repositories have one. */
class MemoryFiles implements vscode.FileSystemProvider {
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;

  constructor(private readonly texts: Readonly<Record<string, string>>) {}

  watch(): vscode.Disposable {
    return { dispose: () => undefined };
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const text = this.texts[uri.path];
    const folder = Object.keys(this.texts).some((path) => path.startsWith(`${uri.path}/`));
    if (text === undefined && !folder) throw vscode.FileSystemError.FileNotFound(uri);
    const type = text === undefined ? vscode.FileType.Directory : vscode.FileType.File;
    return { type, ctime: 0, mtime: 0, size: text?.length ?? 0, permissions: vscode.FilePermission.Readonly };
  }

  readFile(uri: vscode.Uri): Uint8Array {
    const text = this.texts[uri.path];
    if (text === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return new TextEncoder().encode(text);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
}
