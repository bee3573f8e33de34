/**
 * Reads programs for the extension: asks the analysis thread, with the workspace's files and the user's settings, and makes
 * analyses of its answers. The only place that knows that the analysis runs elsewhere.
 */
import * as vscode from 'vscode';
import { searchFolders, type Analysis, type Finding, type Fix, type Program } from '../features';
import {
  AnalysisClient,
  analysisOf,
  readWhole,
  SharedTexts,
  unreadAnalysis,
  type Pending,
  type Question,
  type ReadAnswer,
} from '../service';
import { pathOf, type Files } from './files';
import type { SettingsCache } from './settings';
import { startThread } from './thread';

/** What is asked for goes before what is only shown; what is typed in goes before all. */
export const URGENCY = { typing: 5, command: 4, fixes: 3, visible: 2, open: 1, background: 0 } as const;

/** A program that has been read. */
export interface Read {
  readonly analysis: Analysis;
  /** Files that it depends on, as paths. */
  readonly asked: ReadonlySet<string>;
}

export interface ReadOptions {
  readonly urgency: () => number;
  /** Told what is known so far when files take long to come. */
  readonly onPart?: (read: Read) => void;
  /** What long is. Milliseconds. */
  readonly partAfter?: number;
  /** Texts in place of those of the workspace: those of another commit. */
  readonly textOf?: (path: string) => Promise<string | undefined>;
}

export class Analyst implements vscode.Disposable {
  private readonly texts: SharedTexts;
  private readonly client: AnalysisClient;
  /** What an analysis was the answer to. */
  private readonly questions = new WeakMap<Analysis, { readonly question: Question; readonly id: number }>();
  private readonly fixesFound = new WeakMap<Finding, readonly Fix[]>();
  private readonly log = vscode.window.createOutputChannel('ConvLens', { log: true });
  private readonly subscriptions: vscode.Disposable[];
  private told = false;

  constructor(
    context: vscode.ExtensionContext,
    private readonly files: Files,
    private readonly settings: SettingsCache,
  ) {
    this.texts = new SharedTexts(files);
    this.client = new AnalysisClient({
      start: (events) => startThread(context.extensionUri, events, (text) => this.log.warn(text)),
      texts: this.texts,
      onTrouble: (reason) => this.log.error(reason),
    });
    this.client.warmUp();
    this.subscriptions = [this.log, this.client, files.onChange((path) => this.texts.changed(path))];
  }

  /** Where the analysis runs; undefined until it has started. For tests and for the timings. */
  get thread(): AnalysisClient['state'] {
    return this.client.state;
  }

  /** Reads a program with what it imports. What cannot be read at all comes as an empty analysis that says why. */
  read(
    uri: vscode.Uri,
    program: Program,
    { urgency, onPart, partAfter, textOf }: ReadOptions,
  ): Pending<Read> {
    const { pythonPath, kerasVersion } = this.settings.get(uri);
    const question: Question = {
      program,
      searchPath: [...foldersOf(uri), ...pythonPath],
      kerasVersion,
      ...(textOf ? { files: [] } : {}),
    };
    const made = (answer: ReadAnswer): Read => {
      const analysis = analysisOf(question, answer);
      this.questions.set(analysis, { question, id: answer.id });
      return { analysis, asked: new Set(answer.asked) };
    };
    const { answer, takeBack } = readWhole(this.client, question, {
      urgency,
      partAfter,
      onPart: onPart && ((part) => onPart(made(part))),
      provide: async (asked, missing) => {
        if (textOf) return { ...asked, files: [...(asked.files ?? []), ...(await textsOf(missing, textOf))] };
        await this.texts.provide(missing);
        return asked;
      },
    });
    return {
      takeBack,
      answer: answer.then(
        (found) => found && made(found),
        (error: Error) => {
          this.say(error.message);
          return { analysis: unreadAnalysis(question, error.message), asked: new Set<string>() };
        },
      ),
    };
  }

  /** The fixes of one of an analysis' diagnostics, best first; none once the question is taken back. */
  async fixes(
    analysis: Analysis,
    finding: Finding,
    token?: vscode.CancellationToken,
  ): Promise<readonly Fix[]> {
    const known = this.fixesFound.get(finding);
    if (known) return known;
    const asked = this.questions.get(analysis);
    const index = analysis.diagnostics.indexOf(finding);
    if (!asked || index < 0 || token?.isCancellationRequested) return [];
    const { answer, takeBack } = this.client.fixes(asked.question, asked.id, index, () => URGENCY.fixes);
    const subscription = token?.onCancellationRequested(takeBack);
    try {
      const fixes = await answer;
      if (fixes) this.fixesFound.set(finding, fixes);
      return fixes ?? [];
    } catch {
      // The log says why.
      return [];
    } finally {
      subscription?.dispose();
    }
  }

  /** The syntax tree of an analysis' program, as text. */
  async syntax(analysis: Analysis): Promise<string | undefined> {
    const asked = this.questions.get(analysis);
    return asked && this.client.syntax(asked.question, () => URGENCY.command).answer;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** Once: the log has the rest. */
  private say(reason: string): void {
    if (this.told) return;
    this.told = true;
    const show = vscode.l10n.t('Show Log');
    void vscode.window
      .showWarningMessage(vscode.l10n.t('ConvLens could not read a program: {0}.', reason), show)
      .then((answer) => answer === show && this.log.show());
  }
}

function textsOf(
  paths: readonly string[],
  textOf: (path: string) => Promise<string | undefined>,
): Promise<[string, string | null][]> {
  return Promise.all(
    paths.map(async (path): Promise<[string, string | null]> => [path, (await textOf(path)) ?? null]),
  );
}

/**
 * Where `import` looks: from the file's own folder up to the workspace folder that holds it. What belongs to no workspace
 * folder (an untitled file) sees them all.
 */
function foldersOf(uri: vscode.Uri): string[] {
  const own = pathOf(vscode.Uri.joinPath(uri, '..'));
  const holder = vscode.workspace.getWorkspaceFolder(uri);
  if (holder) return searchFolders(own, pathOf(holder.uri).replace(/\/$/, ''));
  const folders = vscode.workspace.workspaceFolders?.map((folder) => pathOf(folder.uri)) ?? [];
  return [own, ...folders.flatMap((folder) => searchFolders(folder, folder))];
}
