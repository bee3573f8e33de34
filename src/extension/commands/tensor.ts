/** *Select What Makes This Tensor* and *… What Uses It*: one selection per call, so that the next key goes to all of them. */
import * as vscode from 'vscode';
import { tensorUses } from '../../features';
import { ask } from '../asked';
import type { Documents } from '../documents';
import { toLocation, toPlace } from '../places';

/** Gives how many were selected. */
export async function selectUses(documents: Documents, which: 'producers' | 'consumers'): Promise<number> {
  const editor = vscode.window.activeTextEditor;
  const asked = editor && (await ask(documents, editor.document));
  const uses =
    asked &&
    tensorUses(
      asked.analysis,
      asked.analysis.program.offset(toPlace(asked.program, editor.document, editor.selection.active)),
    );
  const selections = (uses?.[which] ?? []).flatMap((range) => {
    const location = toLocation(asked!.analysis, asked!.program, range);
    return location && location.uri.toString() === editor!.document.uri.toString()
      ? [new vscode.Selection(location.range.start, location.range.end)]
      : [];
  });
  if (!editor || selections.length === 0) {
    void vscode.window.showInformationMessage(
      which === 'producers'
        ? vscode.l10n.t('Nothing in this file makes a tensor here.')
        : vscode.l10n.t('Nothing in this file uses a tensor from here.'),
    );
    return 0;
  }
  editor.selections = selections;
  editor.revealRange(selections[0]!, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  return selections.length;
}
