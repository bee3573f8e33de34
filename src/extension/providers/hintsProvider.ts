/** Inlay hints at line ends. Answers from the current version only, so that no hint is ever stale. */
import * as vscode from 'vscode';
import { inlayHints } from '../../features';
import { programOf, type Documents } from '../documents';
import { cellOf } from '../places';
import type { SettingsCache } from '../settings';

export class HintsProvider implements vscode.InlayHintsProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeInlayHints = this.changed.event;
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

  async provideInlayHints(
    document: vscode.TextDocument,
    range: vscode.Range,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlayHint[]> {
    const { inlayHints: enabled, hintStyle } = this.settings.get();
    const program = programOf(document);
    if (!enabled || !program) return [];
    const analysis = await this.documents.analysis(document);
    if (!analysis || token.isCancellationRequested) return [];
    const found = inlayHints(analysis, {
      style: hintStyle,
      cell: cellOf(program, document),
      from: document.offsetAt(range.start),
      to: document.offsetAt(range.end),
    });
    return found.map(({ offset, label, tooltip }) => {
      const hint = new vscode.InlayHint(document.positionAt(offset), label, vscode.InlayHintKind.Type);
      hint.paddingLeft = true;
      hint.tooltip = tooltip;
      return hint;
    });
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
