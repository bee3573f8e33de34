/** Developer views: the syntax tree, the model graph, the values seen, and the timings of the last analysis, as text. */
import * as vscode from 'vscode';
import { dumpGraph, dumpSyntax, dumpTimings, dumpValues } from '../../features';
import type { Documents } from '../documents';

export async function showDump(
  documents: Documents,
  what: 'showSyntaxTree' | 'showGraph' | 'showValues' | 'showTimings',
): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  const analysis = document && (await documents.analysis(document));
  if (!analysis) return;
  const dump = {
    showSyntaxTree: dumpSyntax,
    showGraph: dumpGraph,
    showValues: dumpValues,
    showTimings: dumpTimings,
  }[what];
  const shown = await vscode.workspace.openTextDocument({ language: 'plaintext', content: dump(analysis) });
  await vscode.window.showTextDocument(shown, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
}
