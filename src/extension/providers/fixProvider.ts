/** Quick fixes: the edits of the diagnostics at the selection; the first of each diagnostic is the preferred one. */
import * as vscode from 'vscode';
import { codeActions } from '../../features';
import { ask } from '../asked';
import type { Documents } from '../documents';
import { toRange } from '../places';
import { codeOf } from './diagnosticCode';

export class FixProvider implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };

  constructor(private readonly documents: Documents) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    const asked = await ask(this.documents, document, token);
    if (!asked) return [];
    const { analysis, program, cell } = asked;
    const found = codeActions(analysis, document.offsetAt(range.start), document.offsetAt(range.end), cell);
    return found.flatMap((fix) => {
      const edit = new vscode.WorkspaceEdit();
      for (const each of fix.edits) {
        const target = program.documents[each.cell];
        // A fix in an imported file would need that file's current text; those are not offered here.
        if (!target || each.file !== analysis.program.path) return [];
        edit.replace(target.uri, toRange(target, each.from, each.to), each.text);
      }
      const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
      action.edit = edit;
      action.isPreferred = fix.preferred;
      action.diagnostics = context.diagnostics.filter(
        (diagnostic) =>
          diagnostic.source === 'ConvLens' &&
          codeOf(diagnostic) === fix.code &&
          diagnostic.range.intersection(range),
      );
      return [action];
    });
  }
}
