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

/** New problems wait until nothing has been typed for so long: half a word is not a mistake. Milliseconds. */
const PAUSE = 500;

/** What is shown of one program. */
interface Shown {
  readonly uris: readonly vscode.Uri[];
  /** Codes and messages. */
  readonly findings: ReadonlySet<string>;
}

export class Problems implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('convlens');
  private readonly subscriptions: vscode.Disposable[];
  private readonly shown = new Map<string, Shown>();
  /** When a document was typed in last. */
  private readonly typed = new Map<string, number>();
  private readonly waiting = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    documents: Documents,
    private readonly settings: SettingsCache,
  ) {
    this.subscriptions = [
      this.collection,
      documents.onChange(({ program, analysis }) => this.publish(program, analysis)),
      documents.onClose((program) => this.clear(program.key)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.typed.set(document.uri.toString(), Date.now());
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => void this.typed.delete(uri.toString())),
    ];
  }

  dispose(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** What is mended goes at once and what stays moves along; what is new comes when the typing pauses. */
  private publish(program: ProgramDocuments, analysis: Analysis): void {
    const before = this.shown.get(program.key)?.findings ?? new Set<string>();
    this.clear(program.key);
    const { diagnostics: enabled, severity } = this.settings.get(program.uri);
    if (!enabled) return;
    const rest = this.untilPause(program);
    const findings = new Set<string>();
    let held = false;
    program.documents.forEach((document, cell) => {
      const found = diagnostics(analysis, { cell, severity }).filter(({ code, message }) => {
        const key = `${code} ${message}`;
        const kept = rest <= 0 || before.has(key);
        if (kept) findings.add(key);
        else held = true;
        return kept;
      });
      this.collection.set(
        document.uri,
        found.map((each) => toDiagnostic(document, program, each)),
      );
    });
    this.shown.set(program.key, { uris: program.documents.map(({ uri }) => uri), findings });
    // A newer analysis takes this one's place before that: `clear` ends the wait.
    if (held)
      this.waiting.set(
        program.key,
        setTimeout(() => this.publish(program, analysis), rest),
      );
  }

  private untilPause({ documents }: ProgramDocuments): number {
    const last = Math.max(...documents.map(({ uri }) => this.typed.get(uri.toString()) ?? 0));
    return last + PAUSE - Date.now();
  }

  private clear(key: string): void {
    clearTimeout(this.waiting.get(key));
    this.waiting.delete(key);
    for (const uri of this.shown.get(key)?.uris ?? []) this.collection.delete(uri);
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
