/** The status bar item: the model under the cursor with its parameters, and whether a newer version is being read; a click opens the network preview. */
import * as vscode from 'vscode';
import { lensTitle, modelAt, modelName, short } from '../features';
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
      documents.onClose(() => this.update()),
      documents.onSlow(() => this.update()),
      vscode.window.onDidChangeActiveTextEditor(() => this.update()),
      vscode.window.onDidChangeTextEditorSelection(() => this.update()),
    ];
    this.update();
  }

  /** What it shows; undefined while it is hidden. For tests. */
  get text(): string | undefined {
    return this.shown ? this.item.text : undefined;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private shown = false;

  private update(): void {
    const editor = vscode.window.activeTextEditor;
    const program = editor && programOf(editor.document);
    const analysis = editor && this.documents.latest(editor.document);
    const slow = editor !== undefined && this.documents.isSlow(editor.document);
    const found = editor && program && analysis && analysis.graph.models.length > 0;
    this.shown = found || slow;
    if (!found) {
      if (!slow) {
        this.item.hide();
        return;
      }
      const reading = vscode.l10n.t('ConvLens is reading this program');
      this.item.text = '$(loading~spin) ConvLens';
      this.item.tooltip = reading;
      this.item.accessibilityInformation = { label: reading };
      this.item.show();
      return;
    }
    const { models } = analysis.graph;
    const offset = analysis.program.offset(toPlace(program, editor.document, editor.selection.active));
    const index = modelAt(analysis, offset) ?? models.length - 1;
    const name = modelName(analysis, models[index]!);
    const { params, least } = analysis.figures.ofModel(models[index]!);
    const amount = params !== null ? short(params) : least.params > 0 ? `≥ ${short(least.params)}` : '?';
    this.item.text = `$(${slow ? 'loading~spin' : 'type-hierarchy'}) ${name}: ${amount}`;
    this.item.tooltip = `${name}: ${lensTitle(analysis, index)}`;
    this.item.accessibilityInformation = { label: `ConvLens, ${name}: ${lensTitle(analysis, index)}` };
    this.item.show();
  }
}
