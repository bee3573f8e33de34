/** Inlay hints at line ends. Answers from the current version only, so that no hint is ever stale. */
import * as vscode from 'vscode';
import { inlayHints, type InlayHint } from '../../features';
import { ask, Refresh } from '../asked';
import type { Documents } from '../documents';
import type { SettingsCache } from '../settings';

export class HintsProvider implements vscode.InlayHintsProvider, vscode.Disposable {
  private readonly refresh: Refresh;
  readonly onDidChangeInlayHints: vscode.Event<void>;
  /** What a hint was made of, for its tooltip. */
  private readonly sources = new WeakMap<vscode.InlayHint, InlayHint>();

  constructor(
    private readonly documents: Documents,
    private readonly settings: SettingsCache,
  ) {
    this.refresh = new Refresh(documents, settings);
    this.onDidChangeInlayHints = this.refresh.event;
  }

  async provideInlayHints(
    document: vscode.TextDocument,
    range: vscode.Range,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlayHint[]> {
    const asked = await ask(this.documents, document, token);
    if (!asked) return [];
    const { inlayHints: enabled, hintStyle } = this.settings.get(asked.program.uri);
    if (!enabled) return [];
    const found = inlayHints(asked.analysis, {
      style: hintStyle,
      cell: asked.cell,
      from: document.offsetAt(range.start),
      to: document.offsetAt(range.end),
    });
    return found.map((source) => {
      const hint = new vscode.InlayHint(
        document.positionAt(source.offset),
        source.label,
        vscode.InlayHintKind.Type,
      );
      hint.paddingLeft = true;
      this.sources.set(hint, source);
      return hint;
    });
  }

  /** The tooltip, when the hint is looked at. */
  resolveInlayHint(hint: vscode.InlayHint): vscode.InlayHint {
    hint.tooltip ??= this.sources.get(hint)?.tooltip;
    return hint;
  }

  dispose(): void {
    this.refresh.dispose();
  }
}
