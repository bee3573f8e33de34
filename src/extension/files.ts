/**
 * Files of the workspace and of the user's Python packages for the analysis, kept in memory once they are read. They are
 * reached through `vscode.workspace.fs`, so virtual workspaces work too. Open documents win over what is saved.
 */
import * as vscode from 'vscode';
import type { HostFiles } from '../service';

/** Files above this size are not model code; reading them would only cost memory. Bytes. */
const MAX_FILE_SIZE = 4 << 20;

/** Paths are URIs as text, as `pathOf` gives them. */
export class Files implements HostFiles, vscode.Disposable {
  /** What was read; null for what is no file. */
  private readonly texts = new Map<string, string | null>();
  private readonly pending = new Map<string, Promise<void>>();
  private readonly changed = new vscode.EventEmitter<string>();
  private readonly subscriptions: vscode.Disposable[] = [];
  /** A file's text has changed, be it saved or not: its path. */
  readonly onChange = this.changed.event;

  constructor() {
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.{py,json,yaml,yml}');
    const forget = (uri: vscode.Uri): void => this.forget(pathOf(uri));
    this.subscriptions.push(
      watcher,
      watcher.onDidChange(forget),
      watcher.onDidCreate(forget),
      watcher.onDidDelete(forget),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.changed.fire(pathOf(document.uri));
      }),
      // What was typed and not saved is gone then.
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.changed.fire(pathOf(uri))),
      this.changed,
    );
  }

  current(path: string): string | null | undefined {
    const open = vscode.workspace.textDocuments.find((document) => pathOf(document.uri) === path);
    return open ? open.getText() : this.texts.get(path);
  }

  fetch(path: string): Promise<void> {
    let fetching = this.pending.get(path);
    if (!fetching) {
      fetching = this.load(path).finally(() => this.pending.delete(path));
      this.pending.set(path, fetching);
    }
    return fetching;
  }

  /** A file's text now: an open document's, or what is saved. Undefined when it cannot be read. */
  async text(uri: vscode.Uri): Promise<string | undefined> {
    const path = pathOf(uri);
    if (this.current(path) === undefined) await this.fetch(path);
    return this.current(path) ?? undefined;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private forget(path: string): void {
    if (this.texts.delete(path)) this.changed.fire(path);
  }

  private async load(path: string): Promise<void> {
    try {
      const uri = vscode.Uri.parse(path);
      const stat = await vscode.workspace.fs.stat(uri);
      if (stat.type & vscode.FileType.Directory || stat.size > MAX_FILE_SIZE) this.texts.set(path, null);
      else this.texts.set(path, new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
    } catch {
      this.texts.set(path, null);
    }
  }
}

/** A document's name for the analysis: its URI as text, so that every scheme works alike. */
export function pathOf(uri: vscode.Uri): string {
  return uri.toString();
}
