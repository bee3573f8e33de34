/** Problems of files that are not open, from the last check of the workspace; an open file's own diagnostics take over. */
import * as vscode from 'vscode';
import type { EditorDiagnostic } from '../../features';
import { linkedCode } from './diagnosticCode';

export class WorkspaceProblems implements vscode.Disposable {
  private collection: vscode.DiagnosticCollection | undefined;
  private subscriptions: vscode.Disposable[] = [];

  clear(): void {
    this.collection?.clear();
  }

  /** Open files are left out: they have live diagnostics. `text` gives the lines of a file that is not open. */
  set(uri: vscode.Uri, text: string, found: readonly EditorDiagnostic[]): void {
    if (vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString())) return;
    this.collection ??= this.create();
    this.collection.set(
      uri,
      found.map((each) => {
        const range = new vscode.Range(positionAt(text, each.from), positionAt(text, each.to));
        const diagnostic = new vscode.Diagnostic(range, each.message, SEVERITY.indexOf(each.severity));
        diagnostic.source = 'ConvLens';
        diagnostic.code = linkedCode(each.code);
        return diagnostic;
      }),
    );
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private create(): vscode.DiagnosticCollection {
    const collection = vscode.languages.createDiagnosticCollection('convlens-workspace');
    const forget = (uri: vscode.Uri): void => collection.delete(uri);
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.py', true);
    this.subscriptions = [
      collection,
      // An opened document gets live diagnostics; the stale ones of the check must not stand beside them.
      vscode.workspace.onDidOpenTextDocument(({ uri }) => forget(uri)),
      // Nor may those of a text that is no more.
      watcher,
      watcher.onDidChange(forget),
      watcher.onDidDelete(forget),
      vscode.workspace.onDidRenameFiles(({ files }) => files.forEach(({ oldUri }) => forget(oldUri))),
      vscode.workspace.onDidDeleteFiles(({ files }) => files.forEach(forget)),
    ];
    return collection;
  }
}

/** In the order of `vscode.DiagnosticSeverity`. */
const SEVERITY = ['error', 'warning', 'info', 'hint'];

function positionAt(text: string, offset: number): vscode.Position {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return new vscode.Position(before.length - 1, before[before.length - 1]!.length);
}
