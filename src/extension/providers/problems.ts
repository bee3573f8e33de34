/** The Problems panel: diagnostics of every analysed program, removed when it is closed or is Keras code no more. */
import * as vscode from 'vscode';
import { diagnostics, type Analysis, type EditorDiagnostic, type Severity } from '../../features';
import type { Documents, ProgramDocuments } from '../documents';
import { toRange } from '../places';
import type { SettingsCache } from '../settings';
import { linkedCode } from './diagnosticCode';

const SEVERITY: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

export class Problems implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('convlens');
  private readonly subscriptions: vscode.Disposable[];
  /** Documents that have diagnostics, by program. */
  private readonly shown = new Map<string, vscode.Uri[]>();

  constructor(
    documents: Documents,
    private readonly settings: SettingsCache,
  ) {
    this.subscriptions = [
      this.collection,
      documents.onChange(({ program, analysis }) => this.publish(program, analysis)),
      documents.onClose((program) => this.clear(program.key)),
    ];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private publish(program: ProgramDocuments, analysis: Analysis): void {
    this.clear(program.key);
    const { diagnostics: enabled, severity } = this.settings.get();
    if (!enabled) return;
    program.documents.forEach((document, cell) => {
      const found = diagnostics(analysis, { cell, severity });
      this.collection.set(
        document.uri,
        found.map((each) => toDiagnostic(document, program, each)),
      );
    });
    this.shown.set(
      program.key,
      program.documents.map((document) => document.uri),
    );
  }

  private clear(key: string): void {
    for (const uri of this.shown.get(key) ?? []) this.collection.delete(uri);
    this.shown.delete(key);
  }
}

function toDiagnostic(
  document: vscode.TextDocument,
  program: ProgramDocuments,
  found: EditorDiagnostic,
): vscode.Diagnostic {
  const result = new vscode.Diagnostic(
    toRange(document, found.from, found.to),
    found.message,
    SEVERITY[found.severity],
  );
  result.source = 'ConvLens';
  result.code = linkedCode(found.code);
  result.relatedInformation = found.related.flatMap((related) => relatedInformation(program, related) ?? []);
  return result;
}

/** Places in other files need the file's text for their line, so only those in open documents are shown. */
function relatedInformation(
  program: ProgramDocuments,
  related: EditorDiagnostic['related'][number],
): vscode.DiagnosticRelatedInformation | undefined {
  const document =
    related.cell === null
      ? vscode.workspace.textDocuments.find((each) => each.uri.toString() === related.file)
      : program.documents[related.cell];
  if (!document) return undefined;
  const location = new vscode.Location(document.uri, toRange(document, related.from, related.to));
  return new vscode.DiagnosticRelatedInformation(location, related.message);
}
