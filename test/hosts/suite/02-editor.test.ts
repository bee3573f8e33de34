// Hover, hints and problems in a real editor; the numbers are worked out by hand in the comments.
import * as vscode from 'vscode';
import * as assert from '../harness/assert';
import { hoverText, inlayHints, open, problems, replace } from '../harness/editor';

describe('editor features', () => {
  it('hover shows shapes, kernel and parameters of a convolution', async () => {
    const { document } = await open('cnn.py');
    const text = await assert.eventually('a hover', () => hoverText(document, 'Conv2D'));
    assert.match(text, /32, 32, 3\b/, 'input shape');
    assert.match(text, /32, 32, 16\b/, 'output shape');
    assert.match(text, /3, 3, 3, 16/, 'kernel shape');
    // 3·3·3·16 weights and 16 biases; 32·32 positions of 3·3·3·16 multiply-adds.
    assert.match(text, /\b448\b/, 'parameters');
    assert.match(text, /442,368|442\.4|442 ?368/, 'multiply-adds');
  });

  it('hover on an ordinary word shows nothing of ConvLens', async () => {
    const { document } = await open('plain.py');
    const text = await hoverText(document, 'width');
    assert.ok(!/None, |param/i.test(text), text);
  });

  it('inlay hints show the output shape where it changes', async () => {
    const { document } = await open('cnn.py');
    const hints = await assert.eventually('hints', async () => {
      const found = await inlayHints(document);
      return found.length > 0 ? found : null;
    });
    const all = hints.join('\n');
    assert.match(all, /^6: .*32.*32.*16/m, 'Conv2D');
    assert.match(all, /^7: .*16.*16.*16/m, 'MaxPooling2D');
    assert.match(all, /^10: .*10/m, 'Dense');
  });

  it('a right file has no problems, a wrong one has one at the cause', async () => {
    const broken = await open('broken.py');
    await assert.eventually('a problem', () => problems(broken.document).length > 0);
    const found = problems(broken.document);
    assert.equal(found.length, 1, found.join(', '));
    assert.match(found[0], /^8: /, 'the line of Concatenate');
    const right = await open('cnn.py');
    assert.deepEqual(problems(right.document), [], 'problems in a right file');
  });

  it('hints and problems follow an edit that is not saved', async () => {
    const editor = await open('cnn.py');
    await replace(editor, 'Conv2D(16, 3', 'Conv2D(24, 3');
    await assert.eventually('the new shape', async () =>
      (await inlayHints(editor.document)).some((hint) => /^6: .*24/.test(hint)),
    );
    assert.equal(editor.document.isDirty, true, 'the edit must not have been saved');
    await replace(editor, 'GlobalAveragePooling2D()', 'Reshape((7, 5))');
    await assert.eventually('a problem', () =>
      problems(editor.document).some((each) => each.startsWith('9: ')),
    );
    await vscode.commands.executeCommand('undo');
    await vscode.commands.executeCommand('undo');
    await assert.eventually('no problem after undo', () => problems(editor.document).length === 0);
  });
});
