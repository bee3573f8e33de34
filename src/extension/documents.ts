/**
 * Analyses of open documents, one per version: computed on demand, kept while current, and announced when a newer one is
 * ready. The cells of a notebook are one program. A reading of a version that is out of date is taken back at once.
 */
import * as vscode from 'vscode';
import type { Analysis, Finding, Fix, Program } from '../features';
import type { Pending } from '../service';
import { URGENCY, type Analyst, type Read } from './analyst';
import type { Files } from './files';
import { pathOf } from './files';
import { isPython, mentionsKeras } from './relevance';
import type { SettingsCache } from './settings';

/** Wait after the last key press before a new analysis. Milliseconds: under what the eye notices, over a key repeat. */
const QUIET = 40;

/** The longest that a question waits for imported files to be read: what a file says changes with them. Milliseconds. */
const FILES = 1000;

/** A reading that takes longer is told of, so that nobody takes old figures for new ones. Milliseconds. */
const SLOW = 500;

/** What is analysed as one program: a file, or a notebook with its code cells in order. */
export interface ProgramDocuments {
  /** The file's or the notebook's URI as text. */
  readonly key: string;
  readonly uri: vscode.Uri;
  /** The documents in program order: one for a file, one per Python cell for a notebook. */
  readonly documents: readonly vscode.TextDocument[];
  /** Places of the documents among all the notebook's cells; undefined for a file. */
  readonly cells: readonly number[] | undefined;
}

/** A newer analysis. */
export interface Change {
  readonly program: ProgramDocuments;
  readonly analysis: Analysis;
  /** The texts are those of the analysis before: a setting or a file that it reads has changed. */
  readonly sameText: boolean;
}

interface Reading {
  readonly versions: string;
  readonly pending: Pending<Read>;
  /** Files that changed since it began. */
  readonly changed: Set<string>;
  /** It has taken long already. */
  slow: boolean;
  readonly notice: ReturnType<typeof setTimeout>;
}

interface Entry {
  program: ProgramDocuments;
  /** Versions of the documents that `analysis` saw. */
  seen: string;
  analysis: Analysis | undefined;
  /** Files that it depends on. */
  asked: ReadonlySet<string>;
  timer: ReturnType<typeof setTimeout> | undefined;
  reading: Reading | undefined;
  /** Files did not come in time: the next versions do not wait for them again. */
  tired: boolean;
  waiting: ((analysis: Analysis | undefined) => void)[];
}

export class Documents implements vscode.Disposable {
  private readonly entries = new Map<string, Entry>();
  private readonly changed = new vscode.EventEmitter<Change>();
  private readonly closed = new vscode.EventEmitter<ProgramDocuments>();
  private readonly subscriptions: vscode.Disposable[] = [];
  private readonly slowness = new vscode.EventEmitter<void>();
  /** A newer analysis is ready. */
  readonly onChange = this.changed.event;
  /** A program was closed, renamed, or is Python no more: what was shown for it must go. */
  readonly onClose = this.closed.event;
  /** The reading of a program takes long, or does so no more. */
  readonly onSlow = this.slowness.event;

  constructor(
    private readonly analyst: Analyst,
    files: Files,
    settings: SettingsCache,
  ) {
    this.subscriptions.push(
      this.changed,
      this.closed,
      this.slowness,
      vscode.workspace.onDidOpenTextDocument((document) => this.schedule(document)),
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.contentChanges.length > 0) this.schedule(event.document);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document)),
      vscode.workspace.onDidChangeNotebookDocument((event) => {
        if (event.contentChanges.length > 0) this.scheduleNotebook(event.notebook);
      }),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.drop(notebook.uri.toString())),
      files.onChange((path) => this.fileChanged(path)),
      settings.onChange(() => this.refreshAll()),
    );
    vscode.workspace.textDocuments.forEach((document) => this.schedule(document));
  }

  /**
   * The analysis of the current version; waits for a scheduled one, and for the files that it imports. An editor listens for
   * newer answers only once it has one, so that the first should be whole. Undefined for what is not a Keras program.
   */
  async analysis(document: vscode.TextDocument): Promise<Analysis | undefined> {
    const program = programOf(document);
    if (!program) return undefined;
    const entry = this.entry(program);
    const now = versions(program);
    if (entry.analysis && entry.seen === now) return entry.analysis;
    return new Promise((resolve) => {
      entry.waiting.push(resolve);
      // What is planned will read the newest version.
      if (entry.timer === undefined && entry.reading?.versions !== now) this.plan(entry);
    });
  }

  /** The last finished analysis, current or not; for things that must answer at once. */
  latest(document: vscode.TextDocument): Analysis | undefined {
    const program = programOf(document);
    return program && this.entries.get(program.key)?.analysis;
  }

  /** True while a newer version is being read for longer than usual. */
  isSlow(document: vscode.TextDocument): boolean {
    const program = programOf(document);
    return program !== undefined && this.entries.get(program.key)?.reading?.slow === true;
  }

  /** The analysis of a changed version of an open program, which stays as it is. */
  async tryOut(program: ProgramDocuments, changed: Program): Promise<Analysis | undefined> {
    const read = await this.analyst.read(program.uri, changed, { urgency: () => URGENCY.command }).answer;
    return read?.analysis;
  }

  /** The fixes of one of an analysis' diagnostics, best first; none once the question is taken back. */
  fixes(analysis: Analysis, finding: Finding, token?: vscode.CancellationToken): Promise<readonly Fix[]> {
    return this.analyst.fixes(analysis, finding, token);
  }

  dispose(): void {
    for (const entry of this.entries.values()) this.halt(entry);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private schedule(document: vscode.TextDocument): void {
    const program = programOf(document);
    if (program) this.plan(this.entry(program));
    else this.drop(document.uri.toString());
  }

  private scheduleNotebook(notebook: vscode.NotebookDocument): void {
    const cell = notebook.getCells().find((candidate) => isPython(candidate.document));
    if (cell) this.schedule(cell.document);
    else this.drop(notebook.uri.toString());
  }

  private entry(program: ProgramDocuments): Entry {
    let entry = this.entries.get(program.key);
    if (!entry) {
      entry = {
        program,
        seen: '',
        analysis: undefined,
        asked: new Set(),
        timer: undefined,
        reading: undefined,
        tired: false,
        waiting: [],
      };
      this.entries.set(program.key, entry);
    }
    entry.program = program;
    return entry;
  }

  private plan(entry: Entry): void {
    this.halt(entry);
    entry.timer = setTimeout(() => void this.run(entry), entry.analysis ? QUIET : 0);
  }

  /** What is planned or being read is out of date. */
  private halt(entry: Entry): void {
    clearTimeout(entry.timer);
    entry.timer = undefined;
    entry.reading?.pending.takeBack();
    this.ended(entry);
  }

  private ended(entry: Entry): void {
    const { reading } = entry;
    entry.reading = undefined;
    clearTimeout(reading?.notice);
    if (reading?.slow) this.slowness.fire();
  }

  private async run(entry: Entry): Promise<void> {
    entry.timer = undefined;
    const { program } = entry;
    const texts = program.documents.map((document) => document.getText());
    const path = pathOf(program.uri);
    const reading: Reading = {
      changed: new Set(),
      slow: false,
      notice: setTimeout(() => {
        reading.slow = true;
        this.slowness.fire();
      }, SLOW),
      versions: versions(program),
      pending: this.analyst.read(
        program.uri,
        program.cells ? { path, cells: texts, indices: program.cells } : { path, text: texts[0] ?? '' },
        {
          urgency: () => urgencyOf(program),
          partAfter: entry.tired ? 0 : FILES,
          onPart: (read) => {
            if (entry.reading !== reading) return;
            entry.tired = true;
            this.publish(entry, reading.versions, read);
          },
        },
      ),
    };
    entry.reading = reading;
    const read = await reading.pending.answer;
    if (!read || entry.reading !== reading) return;
    this.ended(entry);
    entry.tired = false;
    this.publish(entry, reading.versions, read);
    if ([...reading.changed].some((changed) => read.asked.has(changed))) this.plan(entry);
  }

  private publish(entry: Entry, seen: string, { analysis, asked }: Read): void {
    const sameText = entry.seen === seen;
    entry.seen = seen;
    entry.analysis = analysis;
    entry.asked = asked;
    for (const resolve of entry.waiting.splice(0)) resolve(analysis);
    this.changed.fire({ program: entry.program, analysis, sameText });
  }

  private fileChanged(path: string): void {
    for (const entry of this.entries.values()) {
      entry.reading?.changed.add(path);
      if (entry.asked.has(path)) this.plan(entry);
    }
  }

  private refreshAll(): void {
    for (const entry of this.entries.values()) this.plan(entry);
  }

  private forget(document: vscode.TextDocument): void {
    if (document.uri.scheme !== 'vscode-notebook-cell') this.drop(document.uri.toString());
  }

  private drop(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.halt(entry);
    this.entries.delete(key);
    for (const resolve of entry.waiting.splice(0)) resolve(undefined);
    this.closed.fire(entry.program);
  }
}

/** What is typed in goes before what is looked at, and that before what is merely open. */
function urgencyOf({ documents }: ProgramDocuments): number {
  const shows = (editor: vscode.TextEditor | undefined): boolean =>
    editor !== undefined && documents.includes(editor.document);
  if (shows(vscode.window.activeTextEditor)) return URGENCY.typing;
  return vscode.window.visibleTextEditors.some(shows) ? URGENCY.visible : URGENCY.open;
}

/** The program that a document is part of; undefined when it is none of ConvLens' business. */
export function programOf(document: vscode.TextDocument): ProgramDocuments | undefined {
  if (!isPython(document) || document.isClosed) return undefined;
  const notebook = notebookOf(document);
  if (notebook) {
    const cells = notebook
      .getCells()
      .filter((cell) => cell.kind === vscode.NotebookCellKind.Code && isPython(cell.document));
    if (!cells.some((cell) => mentionsKeras(cell.document.getText()))) return undefined;
    return {
      key: notebook.uri.toString(),
      uri: notebook.uri,
      documents: cells.map((cell) => cell.document),
      cells: cells.map((cell) => cell.index),
    };
  }
  if (!mentionsKeras(document.getText())) return undefined;
  return { key: document.uri.toString(), uri: document.uri, documents: [document], cells: undefined };
}

function notebookOf(document: vscode.TextDocument): vscode.NotebookDocument | undefined {
  if (document.uri.scheme !== 'vscode-notebook-cell') return undefined;
  return vscode.workspace.notebookDocuments.find((notebook) =>
    notebook.getCells().some((cell) => cell.document.uri.toString() === document.uri.toString()),
  );
}

function versions(program: ProgramDocuments): string {
  return program.documents.map((document) => `${document.uri.toString()}@${document.version}`).join('\n');
}
