// Tools for assistants, the models view, the status bar, explanations of codes, the sample and the walkthrough.
import * as vscode from 'vscode';
import * as assert from '../harness/assert';
import { api, fileUri, open } from '../harness/editor';

describe('assistants and manners', () => {
  it('assistants get a summary, problems and an explanation', async function () {
    if (typeof vscode.lm?.invokeTool !== 'function') this.skip();
    await open('cnn.py');
    const ask = async (name: string, input: object): Promise<string> => {
      const tool = vscode.lm.tools.find((each) => each.name === `convlens_${name}`);
      assert.ok(tool, `${name} is not among ${vscode.lm.tools.map((each) => each.name).join(', ')}`);
      const result = await vscode.lm.invokeTool(tool.name, { input, toolInvocationToken: undefined });
      return result.content
        .map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ''))
        .join('');
    };
    assert.match(await ask('summarize_model', { file: 'cnn.py' }), /Total parameters: 5,418/);
    assert.match(
      await ask('summarize_model', { file: 'cnn.py', model: 'nets' }),
      /No model is called `nets`.*`model`/,
    );
    assert.match(await ask('check_shapes', { file: 'broken.py' }), /line 8: error `concat-shape`/);
    assert.match(await ask('check_shapes', {}), /No shape errors/);
    assert.match(
      await ask('explain_layer', { file: fileUri('cnn.py').toString(), line: 8 }),
      /\(None, 16, 16, 16\) → \(None, 16, 16, 32\)[^]*Kernel `\[3, 3, 16, 32\]`/,
    );
    assert.match(await ask('check_shapes', { file: 'missing.py' }), /could not be opened/);
  });

  it('the models view follows the active program', async () => {
    const { models } = await api();
    await open('cnn.py');
    const labels = await assert.eventually('the models', () => {
      const all = models.getChildren();
      return all.length === 1 && all[0]!.label === 'model'
        ? all[0]!.children.map(({ label }) => label)
        : null;
    });
    assert.ok(labels.includes('conv2d_1'), labels.join(', '));
    const item = models.getChildren()[0]!.children.find(({ label }) => label === 'conv2d_1')!;
    await vscode.commands.executeCommand(item.command!.command, ...item.command!.arguments!);
    assert.equal(vscode.window.activeTextEditor!.selection.start.line + 1, 8);
    await open('nets.py');
    await assert.eventually('the other models', () =>
      models.getChildren().some(({ label }) => label === 'outer'),
    );
  });

  it('the status bar names the model under the cursor', async () => {
    const { statusBar } = await api();
    await open('cnn.py');
    await assert.eventually('the model', async () => /model: 5,418/.test((await statusBar()) ?? ''));
    await open('plain.py');
    await assert.eventually('nothing', async () => (await statusBar()) === undefined);
  });

  it('a code is explained from the documentation', async () => {
    const text = await vscode.commands.executeCommand<string>('convlens.explainCode', 'concat-shape');
    assert.match(text, /^## concat-shape\n/);
    assert.match(text, /To mend it/);
  });

  it('the sample opens, and its model is found', async () => {
    await vscode.commands.executeCommand('convlens.openSample');
    const { document } = await assert.eventually('the sample', () => {
      const editor = vscode.window.activeTextEditor;
      return editor?.document.isUntitled ? editor : null;
    });
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      100,
    );
    assert.match(lenses.map(({ command }) => command?.title).join('\n'), /25\.6 M parameters/);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('the walkthrough has four steps, each with its picture', async () => {
    const extension = vscode.extensions.getExtension('convlens.convlens')!;
    const [walkthrough] = extension.packageJSON.contributes.walkthroughs as {
      steps: { media: { image: string } }[];
    }[];
    assert.equal(walkthrough!.steps.length, 4);
    for (const { media } of walkthrough!.steps) {
      const picture = await vscode.workspace.fs.readFile(
        vscode.Uri.joinPath(extension.extensionUri, media.image),
      );
      assert.ok(picture.length > 1000, media.image);
    }
    await vscode.commands.executeCommand('convlens.openWalkthrough');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
