/** Goes to a place in the source: what links in hovers and in reports do. */
import * as vscode from 'vscode';
import type { Analysis } from '../../features';
import type { ProgramDocuments } from '../documents';
import { pathOf } from '../files';
import { toRange } from '../places';

export const REVEAL = 'convlens.reveal';

interface GraphRange {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** The arguments of the command for a range of the model graph; null for code that no file holds. */
export function revealArguments(
  analysis: Analysis,
  program: ProgramDocuments,
  range: GraphRange,
): [uri: string, from: number, to: number] | null {
  if (range.file !== analysis.program.path)
    return /^[a-z][\w+.-]*:/i.test(range.file) ? [range.file, range.from, range.to] : null;
  const { cell, offset } = analysis.program.place(range.from);
  const document = program.documents[cell];
  return document ? [pathOf(document.uri), offset, offset + range.to - range.from] : null;
}

/** A link target for Markdown and for document links. */
export function revealTarget(
  analysis: Analysis,
  program: ProgramDocuments,
  range: GraphRange,
): string | null {
  const args = revealArguments(analysis, program, range);
  return args && `command:${REVEAL}?${encodeURIComponent(JSON.stringify(args))}`;
}

/** Shows the document with the range selected, in the column where it is open already. */
export async function reveal(args: readonly unknown[]): Promise<void> {
  const [path, from, to] = args;
  if (typeof path !== 'string' || typeof from !== 'number' || typeof to !== 'number') return;
  const uri = vscode.Uri.parse(path, true);
  const shown = vscode.window.visibleTextEditors.find(
    (editor) => editor.document.uri.toString() === uri.toString(),
  );
  if (uri.scheme === 'vscode-notebook-cell' && shown) {
    shown.selection = selectionOf(shown.document, from, to);
    shown.revealRange(shown.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    return;
  }
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, {
    selection: toRange(document, from, to),
    viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
  });
}

function selectionOf(document: vscode.TextDocument, from: number, to: number): vscode.Selection {
  const { start, end } = toRange(document, from, to);
  return new vscode.Selection(start, end);
}
