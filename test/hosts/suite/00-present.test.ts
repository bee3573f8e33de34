// The extension is known to the host, and is not active before a Python file is open.
import * as assert from '../harness/assert';
import * as vscode from 'vscode';

describe('presence', () => {
  it('the extension is installed in this host', () => {
    const extension = vscode.extensions.getExtension('convlens.convlens');
    assert.ok(extension, 'convlens.convlens is not in vscode.extensions');
  });

  it('is not active before a Python file is open', () => {
    const openLanguages = vscode.workspace.textDocuments.map((document) => document.languageId);
    assert.ok(!openLanguages.includes('python'), `already open: ${openLanguages.join(', ')}`);
    assert.equal(vscode.extensions.getExtension('convlens.convlens')!.isActive, false);
  });
});
