/**
 * Analyses of open documents, one per version: computed on demand, kept while current, and announced when a newer one is
 * ready. The cells of a notebook are one program. The only place that calls the core's `analyze`.
 */
import * as vscode from 'vscode';
import {
  analyze,
  searchFolders,
  type Analysis,
  type Environment,
  type Finding,
  type Fix,
  type MendableAnalysis,
  type Program,
} from '../features';
import type { Files } from './files';
import { pathOf } from './files';
import { isPython, mentionsKeras } from './relevance';
import type { SettingsCache } from './settings';

/** Wait after the last key press before a new analysis. Milliseconds: under what the eye notices, over a key repeat. */
const QUIET = 40;

/** The longest that one analysis may hold the extension host; what it gave up by then is said to be unknown. Milliseconds. */
const PATIENCE = 1500;

/** The longest that a question waits for imported files to be read: what a file says changes with them. Milliseconds. */
const READING = 1000;

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

interface Entry {
  program: ProgramDocuments;
  /** Versions of the documents that `analysis` saw. */
  seen: string;
  analysis: Analysis | undefined;
  asked: Set<string>;
  timer: ReturnType<typeof setTimeout> | undefined;
  waiting: ((analysis: Analysis | undefined) => void)[];
  /** The files that `analysis` asked for had been read, or were waited for long enough. */
  settled: boolean;
  /** Ends the wait for files that are being read. */
  reading: ReturnType<typeof setTimeout> | undefined;
  /** A wait ended before the files came: the next versions do not wait again. */
  tired: boolean;
}

export class Documents implements vscode.Disposable {
  /** Syntax trees of imported files, kept from run to run: a key press parses the edited file only. */
  private readonly parsed: NonNullable<Environment['parsed']> = new Map();
  private readonly entries = new Map<string, Entry>();
  private readonly changed = new vscode.EventEmitter<Change>();
  private readonly closed = new vscode.EventEmitter<ProgramDocuments>();
  private readonly subscriptions: vscode.Disposable[] = [];
  /** A newer analysis is ready. */
  readonly onChange = this.changed.event;
  /** A program was closed, renamed, or is Python no more: what was shown for it must go. */
  readonly onClose = this.closed.event;

  constructor(
    private readonly files: Files,
    private readonly settings: SettingsCache,
  ) {
    this.subscriptions.push(
      this.changed,
      this.closed,
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
   * newer answers only once it has one, so that the first must be whole. Undefined for what is not a Keras program.
   */
  async analysis(document: vscode.TextDocument): Promise<Analysis | undefined> {
    const program = programOf(document);
    if (!program) return undefined;
    const entry = this.entry(program);
    const current = entry.seen === versions(program);
    if (entry.analysis && current && entry.settled) return entry.analysis;
    return new Promise((resolve) => {
      entry.waiting.push(resolve);
      if (!entry.analysis || !current) this.plan(entry);
    });
  }

  /** The last finished analysis, current or not; for things that must answer at once. */
  latest(document: vscode.TextDocument): Analysis | undefined {
    const program = programOf(document);
    return program && this.entries.get(program.key)?.analysis;
  }

  dispose(): void {
    for (const entry of this.entries.values()) this.stop(entry);
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
        waiting: [],
        settled: false,
        reading: undefined,
        tired: false,
      };
      this.entries.set(program.key, entry);
    }
    entry.program = program;
    return entry;
  }

  private plan(entry: Entry): void {
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => this.run(entry), entry.analysis ? QUIET : 0);
  }

  private run(entry: Entry): void {
    entry.timer = undefined;
    const { program } = entry;
    const seen = versions(program);
    const sameText = entry.seen === seen;
    entry.seen = seen;
    entry.asked.clear();
    const texts = program.documents.map((document) => document.getText());
    entry.analysis = this.analyzed(
      program,
      program.cells
        ? { path: pathOf(program.uri), cells: texts, indices: program.cells }
        : { path: pathOf(program.uri), text: texts[0] ?? '' },
      entry.asked,
    );
    this.settle(entry);
    this.changed.fire({ program, analysis: entry.analysis, sameText });
  }

  /** Answers the questions that wait, unless files are still being read: their arrival starts the next run. */
  private settle(entry: Entry): void {
    const unread = this.files.isReading(entry.asked);
    if (!unread) entry.tired = false;
    entry.settled = !unread || entry.tired;
    if (entry.settled) {
      clearTimeout(entry.reading);
      entry.reading = undefined;
      for (const resolve of entry.waiting.splice(0)) resolve(entry.analysis);
    } else
      entry.reading ??= setTimeout(() => {
        entry.reading = undefined;
        entry.tired = true;
        this.settle(entry);
      }, READING);
  }

  private stop(entry: Entry): void {
    clearTimeout(entry.timer);
    clearTimeout(entry.reading);
  }

  /** The analysis of a changed version of an open program, which stays as it is. */
  async tryOut(program: ProgramDocuments, changed: Program): Promise<Analysis | undefined> {
    return this.analyzed(program, changed, new Set());
  }

  /** The fixes of one of an analysis' diagnostics, best first; none once the question is taken back. */
  async fixes(
    analysis: Analysis,
    finding: Finding,
    token?: vscode.CancellationToken,
  ): Promise<readonly Fix[]> {
    if (token?.isCancellationRequested) return [];
    const index = analysis.diagnostics.indexOf(finding);
    return (analysis as MendableAnalysis).diagnostics[index]?.fixes ?? [];
  }

  private analyzed(program: ProgramDocuments, text: Program, asked: Set<string>): MendableAnalysis {
    return analyze(text, {
      ...environment(this.files, this.settings, program.uri, asked),
      parsed: this.parsed,
      patience: PATIENCE,
    });
  }

  private fileChanged(path: string): void {
    for (const entry of this.entries.values()) if (entry.asked.has(path)) this.plan(entry);
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
    this.stop(entry);
    this.entries.delete(key);
    for (const resolve of entry.waiting.splice(0)) resolve(undefined);
    this.closed.fire(entry.program);
  }
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

/** What the analysis of one program may reach; `asked` collects the paths of files that it wants. */
export function environment(
  files: Files,
  settings: SettingsCache,
  uri: vscode.Uri,
  asked: Set<string>,
): Environment {
  return {
    reader: files.reader(asked),
    searchPath: [...foldersOf(uri), ...settings.get(uri).pythonPath],
    kerasVersion: settings.get(uri).kerasVersion,
  };
}

/**
 * Where `import` looks: from the file's own folder up to the workspace folder that holds it. What belongs to no workspace
 * folder (an untitled file) sees them all.
 */
function foldersOf(uri: vscode.Uri): string[] {
  const own = vscode.Uri.joinPath(uri, '..').toString();
  const holder = vscode.workspace.getWorkspaceFolder(uri);
  if (holder) return searchFolders(own, holder.uri.toString().replace(/\/$/, ''));
  const folders = vscode.workspace.workspaceFolders?.map((folder) => folder.uri.toString()) ?? [];
  return [own, ...folders.flatMap((folder) => searchFolders(folder, folder))];
}
