/** Keeps the view *Models* on the active editor's program. */
import * as vscode from 'vscode';
import { symbols, type Analysis, type DocumentSymbol } from '../../features';
import { REVEAL } from '../commands/reveal';
import { programOf, type Documents, type ProgramDocuments } from '../documents';
import { pathOf } from '../files';
import type { ModelItem, ModelsView } from './modelsView';

const ICONS: Readonly<Record<DocumentSymbol['kind'], string>> = {
  model: 'type-hierarchy',
  layer: 'symbol-object',
  operation: 'symbol-operator',
};

export class ModelItems implements vscode.Disposable {
  private readonly subscriptions: readonly vscode.Disposable[];
  private shown: string | undefined;

  constructor(
    private readonly view: ModelsView,
    private readonly documents: Documents,
  ) {
    this.subscriptions = [
      documents.onChange(({ program, analysis }) => {
        const active = activeProgram();
        if (active ? active.key === program.key : this.shown === program.key) this.show(program, analysis);
      }),
      documents.onClose(({ key }) => {
        if (this.shown === key) this.clear();
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.follow(editor)),
    ];
    this.follow(vscode.window.activeTextEditor);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** An editor of another kind (a report, the panel) leaves the view as it is. */
  private follow(editor: vscode.TextEditor | undefined): void {
    const program = editor && programOf(editor.document);
    if (!editor || !program || program.key === this.shown) return;
    const analysis = this.documents.latest(editor.document);
    if (analysis) this.show(program, analysis);
  }

  private show(program: ProgramDocuments, analysis: Analysis): void {
    this.shown = program.key;
    this.view.set(
      program.documents.flatMap((document, cell) => {
        const convert = ({ name, detail, kind, from, to, children }: DocumentSymbol): ModelItem => ({
          label: name || '?',
          detail,
          icon: ICONS[kind],
          command: {
            command: REVEAL,
            title: vscode.l10n.t('Go to the Source'),
            arguments: [pathOf(document.uri), from, to],
          },
          children: children.map(convert),
        });
        return symbols(analysis, cell).map(convert);
      }),
    );
  }

  private clear(): void {
    this.shown = undefined;
    this.view.set([]);
  }
}

function activeProgram(): ProgramDocuments | undefined {
  const editor = vscode.window.activeTextEditor;
  return editor && programOf(editor.document);
}
