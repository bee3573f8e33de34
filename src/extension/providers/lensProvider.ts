/** Code lenses above models and what makes them: figures (a click opens the network preview), another input, the last commit. */
import * as vscode from 'vscode';
import { codeLenses } from '../../features';
import { ask, Refresh } from '../asked';
import { hasHistory } from '../compare/commit';
import type { Documents } from '../documents';
import type { SettingsCache } from '../settings';

export class LensProvider implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly refresh: Refresh;
  readonly onDidChangeCodeLenses: vscode.Event<void>;

  constructor(
    private readonly documents: Documents,
    private readonly settings: SettingsCache,
  ) {
    this.refresh = new Refresh(documents, settings);
    this.onDidChangeCodeLenses = this.refresh.event;
  }

  async provideCodeLenses(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeLens[]> {
    const asked = await ask(this.documents, document, token);
    if (!asked) return [];
    const { codeLens, codeLensActions } = this.settings.get(asked.program.uri);
    if (!codeLens) return [];
    const history = codeLensActions && hasHistory(asked.program.uri);
    return codeLenses(asked.analysis, asked.cell).flatMap(({ offset, title, model, name }) => {
      const position = document.positionAt(offset);
      const lens = (text: string, tooltip: string, command: string): vscode.CodeLens =>
        new vscode.CodeLens(new vscode.Range(position, position), {
          title: text,
          tooltip,
          command: `convlens.${command}`,
          arguments: [document.uri, model],
        });
      const lenses = [lens(title, vscode.l10n.t('Open the network preview of {0}', name), 'openPreview')];
      if (codeLensActions)
        lenses.push(
          lens(
            vscode.l10n.t('What if the input were …'),
            vscode.l10n.t('Show what another input shape does to {0}', name),
            'whatIf',
          ),
        );
      if (history)
        lenses.push(
          lens(
            vscode.l10n.t('Compare with last commit'),
            vscode.l10n.t('Show what has changed in {0} since the last commit', name),
            'compareWithCommit',
          ),
        );
      return lenses;
    });
  }

  dispose(): void {
    this.refresh.dispose();
  }
}
