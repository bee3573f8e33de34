/** Code lenses above models: figures, a click opens the network preview on that model. */
import * as vscode from 'vscode';
import { codeLenses } from '../../features';
import { programOf, type Documents } from '../documents';
import { cellOf } from '../places';
import type { SettingsCache } from '../settings';

export class LensProvider implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly documents: Documents,
    private readonly settings: SettingsCache,
  ) {
    this.subscriptions = [
      this.changed,
      documents.onChange(() => this.changed.fire()),
      settings.onChange(() => this.changed.fire()),
    ];
  }

  async provideCodeLenses(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeLens[]> {
    const program = programOf(document);
    if (!this.settings.get().codeLens || !program) return [];
    const analysis = await this.documents.analysis(document);
    if (!analysis || token.isCancellationRequested) return [];
    return codeLenses(analysis, cellOf(program, document)).map(({ offset, title, model, name }) => {
      const position = document.positionAt(offset);
      return new vscode.CodeLens(new vscode.Range(position, position), {
        title,
        tooltip: vscode.l10n.t('Open the network preview of {0}', name),
        command: 'convlens.openPreview',
        arguments: [document.uri, model],
      });
    });
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
