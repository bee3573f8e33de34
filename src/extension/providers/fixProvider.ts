/** Quick fixes: the edits of the diagnostics at the selection, the best of each one preferred; and a comment that keeps it quiet. */
import * as vscode from 'vscode';
import { diagnostics, editorFixes, ignoreEdit, type EditorFix } from '../../features';
import { ask, type Asked } from '../asked';
import type { Documents } from '../documents';
import { toRange } from '../places';
import type { SettingsCache } from '../settings';
import { codeOf } from './diagnosticCode';

export class FixProvider implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };

  constructor(
    private readonly documents: Documents,
    private readonly settings: SettingsCache,
  ) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    const asked = await ask(this.documents, document, token);
    if (!asked) return [];
    const [from, to] = [document.offsetAt(range.start), document.offsetAt(range.end)];
    const about = (code: string): vscode.Diagnostic[] =>
      context.diagnostics.filter(
        (diagnostic) =>
          diagnostic.source === 'ConvLens' &&
          codeOf(diagnostic) === code &&
          diagnostic.range.intersection(range),
      );
    const { severity } = this.settings.get(asked.program.uri);
    const shown = diagnostics(asked.analysis, { cell: asked.cell, severity }).filter(
      (diagnostic) => diagnostic.from <= to && diagnostic.to >= from,
    );
    const made = await Promise.all(
      shown.map(async (diagnostic) =>
        editorFixes(
          asked.analysis,
          diagnostic,
          await this.documents.fixes(asked.analysis, diagnostic.source, token),
        ),
      ),
    );
    if (token.isCancellationRequested) return [];
    const fixes = made.flat().flatMap((fix) => {
      const edit = editOf(asked, fix);
      if (edit === null) return [];
      const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
      action.edit = edit;
      action.isPreferred = fix.preferred;
      action.diagnostics = about(fix.code);
      return [action];
    });
    const quiet = [...new Map(shown.map((each) => [each.code, each])).values()].flatMap((diagnostic) => {
      const comment = ignoreEdit(asked.analysis, asked.cell, diagnostic);
      if (comment === null) return [];
      const action = new vscode.CodeAction(
        vscode.l10n.t('Ignore {0} on this line', diagnostic.code),
        vscode.CodeActionKind.QuickFix,
      );
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(document.uri, toRange(document, comment.from, comment.to), comment.text);
      action.diagnostics = about(diagnostic.code);
      return [action];
    });
    return [...fixes, ...quiet];
  }
}

/** Null for a fix in an imported file: it would need that file's current text. */
function editOf({ analysis, program }: Asked, fix: EditorFix): vscode.WorkspaceEdit | null {
  const edit = new vscode.WorkspaceEdit();
  for (const each of fix.edits) {
    const target = program.documents[each.cell];
    if (!target || each.file !== analysis.program.path) return null;
    edit.replace(target.uri, toRange(target, each.from, each.to), each.text);
  }
  return edit;
}
