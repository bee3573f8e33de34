/** The status bar item: the model under the cursor in one line; a click opens the network preview. */
import * as vscode from 'vscode';
import { codeLenses, modelAt, modelName, type Analysis } from '../features';
import { programOf, type Documents } from './documents';
import { toPlace } from './places';

export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    'convlens.model',
    vscode.StatusBarAlignment.Right,
    90,
  );
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly documents: Documents) {
    this.item.name = 'ConvLens';
    this.item.command = 'convlens.openPreview';
    this.subscriptions = [
      this.item,
      documents.onChange(() => this.update()),
      vscode.window.onDidChangeActiveTextEditor(() => this.update()),
      vscode.window.onDidChangeTextEditorSelection(() => this.update()),
    ];
    this.update();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private update(): void {
    const editor = vscode.window.activeTextEditor;
    const program = editor && programOf(editor.document);
    const analysis = editor && this.documents.latest(editor.document);
    if (!editor || !program || !analysis || analysis.graph.models.length === 0) {
      this.item.hide();
      return;
    }
    const offset = analysis.program.offset(toPlace(program, editor.document, editor.selection.active));
    const model = modelAt(analysis, offset) ?? analysis.graph.models.length - 1;
    this.item.text = `$(type-hierarchy) ${modelName(analysis, analysis.graph.models[model]!)}`;
    this.item.tooltip = tooltip(analysis, program.documents.length, model);
    this.item.show();
  }
}

function tooltip(analysis: Analysis, cells: number, model: number): string | undefined {
  for (let cell = 0; cell < cells; cell++) {
    const lens = codeLenses(analysis, cell).find((each) => each.model === model);
    if (lens) return `${lens.name}: ${lens.title}`;
  }
  return undefined;
}
