/** Translates between VS Code's documents and the analysis' places: a file is cell 0, a notebook's cells count in program order. */
import * as vscode from 'vscode';
import type { Analysis, Place } from '../features';
import type { ProgramDocuments } from './documents';

/** Index of a document among its program's cells. */
export function cellOf(program: ProgramDocuments, document: vscode.TextDocument): number {
  const uri = document.uri.toString();
  return Math.max(
    0,
    program.documents.findIndex((each) => each.uri.toString() === uri),
  );
}

export function toPlace(
  program: ProgramDocuments,
  document: vscode.TextDocument,
  position: vscode.Position,
): Place {
  return { cell: cellOf(program, document), offset: document.offsetAt(position) };
}

/** A range of offsets within one document. */
export function toRange(document: vscode.TextDocument, from: number, to: number): vscode.Range {
  return new vscode.Range(document.positionAt(from), document.positionAt(to));
}

/** Where a range of the model graph stands in the open program; undefined for one in an imported file. */
export function toLocation(
  analysis: Analysis,
  program: ProgramDocuments,
  range: { readonly file: string; readonly from: number; readonly to: number },
): vscode.Location | undefined {
  if (range.file !== analysis.program.path) return undefined;
  const place = analysis.program.place(range.from);
  const document = program.documents[place.cell];
  return (
    document &&
    new vscode.Location(document.uri, toRange(document, place.offset, place.offset + range.to - range.from))
  );
}

/** As `toLocation`, for files that need not be open. Undefined for code that ConvLens ships (no file holds it). */
export async function findLocation(
  analysis: Analysis,
  program: ProgramDocuments,
  range: { readonly file: string; readonly from: number; readonly to: number },
): Promise<vscode.Location | undefined> {
  const own = toLocation(analysis, program, range);
  if (own) return own;
  try {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(range.file, true));
    return new vscode.Location(document.uri, toRange(document, range.from, range.to));
  } catch {
    return undefined;
  }
}
