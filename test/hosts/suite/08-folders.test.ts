// A workspace of several folders (the Node host's; the web host opens one virtual folder): each has its own settings and imports.
import * as vscode from 'vscode';
import * as assert from '../harness/assert';
import { fileUri, inlayHints, problems } from '../harness/editor';

const folders = vscode.workspace.workspaceFolders ?? [];

if (folders.length > 1)
  describe('several folders', () => {
    const open = async (uri: vscode.Uri): Promise<vscode.TextDocument> => {
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(document, { preview: false });
      return document;
    };
    const second = (name: string): vscode.Uri => vscode.Uri.joinPath(folders[1]!.uri, name);
    const severities = (document: vscode.TextDocument): vscode.DiagnosticSeverity[] =>
      vscode.languages.getDiagnostics(document.uri).map(({ severity }) => severity);

    it('a severity of one folder holds there alone', async () => {
      const there = await open(second('broken.py'));
      await assert.eventually('a problem there', () => problems(there).length === 1);
      assert.deepEqual(severities(there), [vscode.DiagnosticSeverity.Warning]);
      const here = await open(fileUri('broken.py'));
      await assert.eventually('a problem here', () => problems(here).length === 1);
      assert.deepEqual(severities(here), [vscode.DiagnosticSeverity.Error]);
    });

    it("hints in the folder's style, with imports from its own packages", async () => {
      const document = await open(second('main.py'));
      // 8·5 weights and 5 biases: `sizes` lies in the folder that the setting names relative to the workspace folder.
      await assert.eventually('the parameters', async () =>
        (await inlayHints(document)).includes('5: 45 parameters'),
      );
    });
  });
