/** What every provider begins with: the document's program, its analysis, and where the document stands in it; and when to ask again. */
import * as vscode from 'vscode';
import type { Analysis } from '../features';
import { programOf, type Documents, type ProgramDocuments } from './documents';
import { cellOf } from './places';
import type { SettingsCache } from './settings';

/** A document with the analysis of its current version. */
export interface Asked {
  readonly program: ProgramDocuments;
  readonly analysis: Analysis;
  /** The document's place among the program's documents; 0 for a file. */
  readonly cell: number;
}

/** Undefined for what is no Keras program, and once the question is taken back. */
export async function ask(
  documents: Documents,
  document: vscode.TextDocument,
  token?: vscode.CancellationToken,
): Promise<Asked | undefined> {
  const program = programOf(document);
  const analysis = program && (await documents.analysis(document));
  return program && analysis && token?.isCancellationRequested !== true
    ? { program, analysis, cell: cellOf(program, document) }
    : undefined;
}

/**
 * For providers whose answers change without an edit of the document: fires when a setting, an imported file or another cell
 * has changed. After an edit the editor asks by itself; being told to ask again would make it drop the answer under way.
 */
export class Refresh implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: readonly vscode.Disposable[];
  readonly event = this.changed.event;

  constructor(documents: Documents, settings: SettingsCache) {
    this.subscriptions = [
      this.changed,
      documents.onChange(({ program, sameText }) => {
        if (sameText || program.documents.length > 1) this.changed.fire();
      }),
      settings.onChange(() => this.changed.fire()),
    ];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
