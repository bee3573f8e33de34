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

  it('tries an argument without touching the source, then writes it as one edit', async () => {
    const { panel } = await api();
    const editor = await open('cnn.py');
    const text = editor.document.getText();
    const shown = await assert.eventually('the network', () =>
      panel.snapshot?.fileName.endsWith('cnn.py') && !panel.snapshot.whatIf ? panel.snapshot : undefined,
    );
    const dense = shown.graph.layers.find((layer) => layer.type === 'Dense')!;
    const attempt = { type: 'tryArgument', uri: shown.uri, layer: dense.id, name: dense.name } as const;
    panel.accept({ ...attempt, version: shown.version, argument: 'units', value: 12 });
    // Two units more on 32 features: 64 weights and two biases.
    await assert.eventually('66 parameters more', () => {
      const { whatIf, totals } = panel.snapshot!;
      return whatIf && totals[0].params === whatIf.before[0].params! + 66;
    });
    assert.equal(editor.document.getText(), text);
    panel.accept({ type: 'whatIf', uri: shown.uri, action: 'write' });
    await assert.eventually(
      'the edit',
      () => editor.document.getText() === text.replace('Dense(10)', 'Dense(12)'),
    );
    await assert.eventually('a snapshot of the source', () => !panel.snapshot!.whatIf);
    await vscode.commands.executeCommand('undo');
    await assert.eventually('the old text', () => editor.document.getText() === text);
  });
});
