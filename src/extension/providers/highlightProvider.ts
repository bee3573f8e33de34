/** Highlights of a tensor: the names that hold it, what makes it (write) and what reads it, one `x` told from the next. */
import * as vscode from 'vscode';
import { tensorUses } from '../../features';
import { ask } from '../asked';
import type { Documents } from '../documents';
import { toLocation, toPlace } from '../places';
import type { SettingsCache } from '../settings';

export class HighlightProvider implements vscode.DocumentHighlightProvider {
  constructor(
    private readonly documents: Documents,
    private readonly settings: SettingsCache,
  ) {}

  async provideDocumentHighlights(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.DocumentHighlight[]> {
    const asked = await ask(this.documents, document, token);
    if (!asked || !this.settings.get(asked.program.uri).highlightTensors) return [];
    const { analysis, program } = asked;
    const uses = tensorUses(analysis, analysis.program.offset(toPlace(program, document, position)));
    if (!uses) return [];
    const highlights = (
      ranges: typeof uses.names,
      kind: vscode.DocumentHighlightKind,
    ): vscode.DocumentHighlight[] =>
      ranges.flatMap((range) => {
        const location = toLocation(analysis, program, range);
        return location && location.uri.toString() === document.uri.toString()
          ? [new vscode.DocumentHighlight(location.range, kind)]
          : [];
      });
    return [
      ...highlights(uses.producers, vscode.DocumentHighlightKind.Write),
      ...highlights(uses.names, vscode.DocumentHighlightKind.Text),
      ...highlights(uses.consumers, vscode.DocumentHighlightKind.Read),
    ];
  }
}
