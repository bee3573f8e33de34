/**
 * Files of the workspace and of the user's Python packages for the analysis: a synchronous reader over what is in memory.
 * A file not read yet answers `pending`, is fetched through `vscode.workspace.fs` (so virtual workspaces work too), and its
 * arrival is announced, whereupon the analyses that asked for it run again. Open documents win over what is saved.
 */
import * as vscode from 'vscode';
import type { FileReader } from '../features';

const MISSING = Symbol('missing');
/** Files above this size are not model code; reading them would only cost memory. Bytes. */
const MAX_FILE_SIZE = 4 << 20;

export class Files implements vscode.Disposable {
  private readonly texts = new Map<string, string | typeof MISSING>();
  private readonly pending = new Map<string, Promise<void>>();
  private readonly arrived = new vscode.EventEmitter<string>();
  private readonly subscriptions: vscode.Disposable[] = [];
  /** A file that was pending has been read, or a read file has changed: its key. */
  readonly onChange = this.arrived.event;

  constructor() {
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.{py,json,yaml,yml}');
    const forget = (uri: vscode.Uri): void => this.forget(uri.toString());
    this.subscriptions.push(
      watcher,
      watcher.onDidChange(forget),
      watcher.onDidCreate(forget),
      watcher.onDidDelete(forget),
      this.arrived,
    );
  }

  /** A reader whose paths are URIs as text, as `pathOf` gives them. `asked` collects the paths that were asked for. */
  reader(asked: Set<string>): FileReader {
    return {
      read: (path) => {
        asked.add(path);
        const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === path);
        if (open) return open.getText();
        const known = this.texts.get(path);
        if (known === MISSING) return undefined;
        if (known !== undefined) return known;
        void this.fetch(path);
        return 'pending';
      },
    };
  }

  /** A file's text now: an open document's, or what is saved. Undefined when it cannot be read. */
  async text(uri: vscode.Uri): Promise<string | undefined> {
    const path = pathOf(uri);
    const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === path);
    if (open) return open.getText();
    await this.fetch(path);
    const text = this.texts.get(path);
    return text === MISSING ? undefined : text;
  }

  /** True while any of the given paths is being read. */
  isReading(paths: ReadonlySet<string>): boolean {
    for (const path of paths) if (this.pending.has(path)) return true;
    return false;
  }

  /** Waits for the given paths to be fetched; true when any of them had not been read before. */
  async fetched(paths: ReadonlySet<string>): Promise<boolean> {
    const waiting = [...paths].flatMap((path) => this.pending.get(path) ?? []);
    await Promise.all(waiting);
    return waiting.length > 0;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private forget(path: string): void {
    if (this.texts.delete(path)) this.arrived.fire(path);
  }

  private fetch(path: string): Promise<void> {
    let fetching = this.pending.get(path);
    if (!fetching) {
      fetching = this.load(path).finally(() => {
        this.pending.delete(path);
        // Also for a missing file: the reader had answered `pending`, and the analysis waits to know.
        this.arrived.fire(path);
      });
      this.pending.set(path, fetching);
    }
    return fetching;
  }

  private async load(path: string): Promise<void> {
    try {
      const uri = vscode.Uri.parse(path);
      const stat = await vscode.workspace.fs.stat(uri);
      if (stat.type & vscode.FileType.Directory || stat.size > MAX_FILE_SIZE) this.texts.set(path, MISSING);
      else this.texts.set(path, new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
    } catch {
      this.texts.set(path, MISSING);
    }
  }
}

/** A document's name for the analysis: its URI as text, so that every scheme works alike. */
export function pathOf(uri: vscode.Uri): string {
  return uri.toString();
}
