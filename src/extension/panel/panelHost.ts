/**
 * The panel's host side: the view in the side bar and the same page in an editor column. Holds the last snapshot, so that a
 * page that (re)appears is drawn at once, and turns the page's messages into events.
 */
import * as vscode from 'vscode';
import type { Snapshot, ToHost, ToPanel } from '../../protocol';
import { newNonce, panelHtml } from './html';

export class PanelHost
  implements vscode.WebviewViewProvider, vscode.WebviewPanelSerializer, vscode.Disposable
{
  private readonly pages = new Set<vscode.Webview>();
  private readonly ready = new Set<vscode.Webview>();
  private readonly messages = new vscode.EventEmitter<ToHost>();
  private readonly becameReady = new vscode.EventEmitter<void>();
  private column: vscode.WebviewPanel | undefined;
  private last: ToPanel | undefined;

  /** Messages from any page, but `ready`. */
  readonly onMessage = this.messages.event;
  /** A page has appeared and was given the last state. */
  readonly onReady = this.becameReady.event;
  /** For tests: the messages received, newest last. */
  readonly received: ToHost[] = [];

  constructor(private readonly context: vscode.ExtensionContext) {}

  /** True when some page shows; nothing needs computing for a panel that does not. */
  get visible(): boolean {
    return this.pages.size > 0;
  }

  get snapshot(): Snapshot | undefined {
    return this.last?.type === 'snapshot' ? this.last.snapshot : undefined;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.attach(view.webview);
    view.onDidDispose(() => this.detach(view.webview));
  }

  /** Opens the page in a column beside the editor, or shows it when it is open. */
  openBeside(): void {
    if (this.column) {
      this.column.reveal(undefined, true);
      return;
    }
    const column = vscode.window.createWebviewPanel(
      'convlens.preview',
      'ConvLens',
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, retainContextWhenHidden: true, localResourceRoots: [this.folder] },
    );
    this.adopt(column);
  }

  /** The window was loaded anew: the column comes back, and its page with what it remembers. */
  deserializeWebviewPanel(column: vscode.WebviewPanel): Promise<void> {
    if (this.column) column.dispose();
    else this.adopt(column);
    return Promise.resolve();
  }

  private adopt(column: vscode.WebviewPanel): void {
    column.iconPath = vscode.Uri.joinPath(this.context.extensionUri, 'media', 'convlens.svg');
    this.column = column;
    this.attach(column.webview);
    column.onDidDispose(() => {
      this.detach(column.webview);
      this.column = undefined;
    });
  }

  /** Sends a state message; snapshots and states are kept for pages to come, selections are not. */
  send(message: ToPanel): void {
    if (message.type === 'snapshot' || message.type === 'empty' || message.type === 'analyzing')
      this.last = message;
    for (const page of this.ready) void page.postMessage(message);
  }

  /** Acts on a page's message. */
  accept(message: ToHost): void {
    this.note(message);
    this.messages.fire(message);
  }

  private note(message: ToHost): void {
    this.received.push(message);
    if (this.received.length > 100) this.received.shift();
  }

  dispose(): void {
    this.column?.dispose();
    this.messages.dispose();
    this.becameReady.dispose();
  }

  private get folder(): vscode.Uri {
    return vscode.Uri.joinPath(this.context.extensionUri, 'dist', 'webview');
  }

  private attach(webview: vscode.Webview): void {
    webview.options = { enableScripts: true, localResourceRoots: [this.folder] };
    this.pages.add(webview);
    webview.onDidReceiveMessage((message: ToHost) => this.receive(webview, message));
    webview.html = panelHtml({
      webview,
      script: vscode.Uri.joinPath(this.folder, 'panel.js'),
      style: vscode.Uri.joinPath(this.folder, 'panel.css'),
      worker: vscode.Uri.joinPath(this.folder, 'worker.js'),
      nonce: newNonce(),
      language: vscode.env.language,
      title: 'ConvLens',
    });
  }

  private detach(webview: vscode.Webview): void {
    this.pages.delete(webview);
    this.ready.delete(webview);
  }

  private receive(webview: vscode.Webview, message: ToHost): void {
    if (message.type !== 'ready') {
      this.accept(message);
      return;
    }
    this.note(message);
    this.ready.add(webview);
    void webview.postMessage(this.last ?? { type: 'empty', reason: 'no-file' });
    this.becameReady.fire();
  }
}
