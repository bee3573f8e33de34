// The network preview opens as a webview whose page starts, is given the file's network, and follows edits.
import * as vscode from 'vscode';
import * as assert from '../harness/assert';
import { api, open, replace } from '../harness/editor';

describe('network preview', () => {
  it('opens, its page answers, and it is given the network', async () => {
    const { panel } = await api();
    await open('cnn.py');
    await vscode.commands.executeCommand('convlens.openPreview');
    await assert.eventually('the page to say it is ready', () =>
      panel.received.some((message) => message.type === 'ready'),
    );
    const snapshot = await assert.eventually('a snapshot', () => panel.snapshot);
    assert.equal(snapshot.fileName.split('/').pop()!, 'cnn.py');
    const types = snapshot.graph.layers.map((layer) => layer.type);
    assert.ok(types.includes('Conv2D') && types.includes('Dense'), types.join(', '));
    const failures = panel.received.filter((message) => message.type === 'error');
    assert.deepEqual(failures, [], 'errors from the page');
  });

  it('follows an edit that is not saved', async () => {
    const { panel } = await api();
    const editor = await open('cnn.py');
    const before = panel.snapshot!.totals[0].params;
    await replace(editor, 'Dense(10)', 'Dense(11)');
    // One more unit on 32 features: 32 weights and a bias.
    await assert.eventually('33 parameters more', () => panel.snapshot!.totals[0].params === before! + 33);
    await vscode.commands.executeCommand('undo');
    await assert.eventually('the old number after undo', () => panel.snapshot!.totals[0].params === before);
  });
});
