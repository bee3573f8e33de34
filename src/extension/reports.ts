/**
 * Reports as read-only documents of a scheme of their own: summaries, comparisons, developer views. Nothing needs saving when
 * they are closed; parts of them link to the source.
 */
import * as vscode from 'vscode';

const SCHEME = 'convlens-report';
/** Reports kept for documents that are shown again. */
const KEPT = 30;

export interface Report {
  /** Becomes the document's title. */
  readonly name: string;
  readonly text: string;
  readonly language: 'markdown' | 'plaintext';
  /** Parts of the text that lead somewhere. */
  readonly links?: readonly { readonly from: number; readonly to: number; readonly target: string }[];
}

export class Reports
  implements vscode.TextDocumentContentProvider, vscode.DocumentLinkProvider, vscode.Disposable
{
  private readonly reports = new Map<string, Report>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor() {
    this.subscriptions = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.languages.registerDocumentLinkProvider({ scheme: SCHEME }, this),
    ];
  }

  /** Shows a report beside the editor: Markdown rendered, where the editor can. A report of the same name is replaced. */
  async show(report: Report): Promise<void> {
    const extension = report.language === 'markdown' ? 'md' : 'txt';
    const uri = vscode.Uri.from({
      scheme: SCHEME,
      path: `/${report.name.replace(/[/\\?#]/g, '_')}.${extension}`,
    });
    const key = uri.toString();
    this.reports.delete(key);
    this.reports.set(key, report);
    for (const oldest of this.reports.keys()) {
      if (this.reports.size <= KEPT) break;
      this.reports.delete(oldest);
    }
    this.changed.fire(uri);
    if (report.language === 'markdown') {
      try {
        await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
        return;
      } catch {
        // No Markdown preview in this editor: the text itself is readable too.
      }
    }
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      preview: true,
      preserveFocus: true,
    });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.reports.get(uri.toString())?.text ?? '';
  }

  provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
    return (this.reports.get(document.uri.toString())?.links ?? []).map(
      ({ from, to, target }) =>
        new vscode.DocumentLink(
          new vscode.Range(document.positionAt(from), document.positionAt(to)),
          vscode.Uri.parse(target, true),
        ),
    );
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
