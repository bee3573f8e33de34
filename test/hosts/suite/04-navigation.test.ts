// Lenses, symbols, highlights, call hierarchy and fixes, asked for by VS Code's own commands.
import * as vscode from 'vscode';
import * as assert from '../harness/assert';
import { hoverText, open, positionOf, problems } from '../harness/editor';

async function lenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    100,
  );
  return found.filter((lens) => lens.command?.command.startsWith('convlens.'));
}

describe('lenses and navigation', () => {
  it('a lens over each model and over the function that makes them', async () => {
    const { document } = await open('nets.py');
    const found = await assert.eventually('lenses', async () => {
      const all = await lenses(document);
      return all.length > 0 ? all : null;
    });
    const titles = found.map(({ range, command }) => `${range.start.line + 1}: ${command!.title}`);
    const all = titles.join('\n');
    // 8·3 + 3 and 8·5 + 5 parameters.
    assert.match(all, /^6: 2 calls · 27 … 45 parameters/m, 'over build()');
    assert.match(all, /^11: .*27 parameters.*→ \(None, 3\)/m, 'over small');
    assert.match(all, /^11: What if the input were/m, 'another input');
    const commands = new Set(await vscode.commands.getCommands(true));
    for (const { command } of found) assert.ok(commands.has(command!.command), command!.command);
  });

  it('hover at a call of a function tells the model that it returns', async () => {
    const { document } = await open('nets.py');
    assert.match(await hoverText(document, 'build(5)'), /Total parameters: 45\b/);
    assert.match(await hoverText(document, 'build(3)'), /Total parameters: 27\b/);
  });

  it('symbols list models with their layers', async () => {
    const { document } = await open('cnn.py');
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    const model = symbols.find(({ name }) => name === 'model');
    assert.ok(model, symbols.map(({ name }) => name).join(', '));
    assert.deepEqual(
      model.children.map(({ name }) => name),
      ['input_layer', 'conv2d', 'max_pooling2d', 'conv2d_1', 'global_average_pooling2d', 'dense'],
    );
  });

  it('highlights tell the tensor at hand from others of the same name', async () => {
    const { document } = await open('cnn.py');
    const found = await vscode.commands.executeCommand<vscode.DocumentHighlight[]>(
      'vscode.executeDocumentHighlights',
      document.uri,
      positionOf(document, 'MaxPooling2D(2)(x)').translate(0, 'MaxPooling2D(2)('.length),
    );
    const lines = [...new Set(found.map(({ range }) => range.start.line + 1))].sort((a, b) => a - b);
    assert.deepEqual(lines, [6, 7], 'the first x is made in line 6 and read in line 7');
  });

  it('selects what makes and what uses a tensor', async () => {
    const editor = await open('cnn.py');
    const at = positionOf(editor.document, 'MaxPooling2D(2)(x)').translate(0, 'MaxPooling2D(2)('.length);
    editor.selection = new vscode.Selection(at, at);
    assert.equal(await vscode.commands.executeCommand('convlens.selectProducers'), 1);
    assert.equal(editor.document.getText(editor.selection), 'layers.Conv2D');
    editor.selection = new vscode.Selection(at, at);
    assert.equal(await vscode.commands.executeCommand('convlens.selectConsumers'), 1);
    assert.equal(editor.document.getText(editor.selection), 'layers.MaxPooling2D');
  });

  it('call hierarchy goes from a model to the models in it and back', async () => {
    const { document } = await open('nets.py');
    const [outer] = await vscode.commands.executeCommand<vscode.CallHierarchyItem[]>(
      'vscode.prepareCallHierarchy',
      document.uri,
      positionOf(document, 'outer = '),
    );
    assert.equal(outer!.name, 'outer');
    const outgoing = await vscode.commands.executeCommand<vscode.CallHierarchyOutgoingCall[]>(
      'vscode.provideOutgoingCalls',
      outer,
    );
    assert.deepEqual(
      outgoing.map(({ to, fromRanges }) => [to.name, fromRanges.length]),
      [['small', 1]],
    );
    const incoming = await vscode.commands.executeCommand<vscode.CallHierarchyIncomingCall[]>(
      'vscode.provideIncomingCalls',
      outgoing[0]!.to,
    );
    assert.deepEqual(
      incoming.map(({ from }) => from.name),
      ['outer'],
    );
  });

  it('a quick fix mends what it is offered for', async () => {
    const { document } = await open('broken.py');
    await assert.eventually('a problem', () => problems(document).length > 0);
    const [diagnostic] = vscode.languages.getDiagnostics(document.uri);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      diagnostic!.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    assert.ok(
      actions.some(({ title }) => title === 'Ignore concat-shape on this line'),
      actions.map(({ title }) => title).join(', '),
    );
    const fix = actions.find(({ isPreferred, edit }) => isPreferred && edit);
    assert.ok(fix, actions.map(({ title }) => title).join(', '));
    assert.ok(await vscode.workspace.applyEdit(fix.edit!), 'the edit was refused');
    await assert.eventually('no problem', () => problems(document).length === 0);
    await vscode.commands.executeCommand('undo');
    await assert.eventually('the problem again', () => problems(document).length === 1);
  });

  it('the summary leads to the layers', async () => {
    const { document } = await open('cnn.py');
    const text = await vscode.commands.executeCommand<string>('convlens.showSummary', document.uri, 0);
    assert.match(text, /^conv2d_1 +Conv2D +\(None, 16, 16, 32\) +4,640/m);
    const report = await assert.eventually('the report', () =>
      vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'convlens-report'),
    );
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      report.uri,
    );
    const link = links.find(({ range }) => report.getText(range) === 'conv2d_1');
    assert.ok(link?.target, 'a link at conv2d_1');
    const args = JSON.parse(decodeURIComponent(link.target.query)) as unknown[];
    await vscode.commands.executeCommand(link.target.path, ...args);
    const editor = await assert.eventually('the editor', () => vscode.window.activeTextEditor);
    assert.equal(editor.document.uri.toString(), document.uri.toString());
    assert.equal(editor.selection.start.line + 1, 8, 'the line of conv2d_1');
  });
});
