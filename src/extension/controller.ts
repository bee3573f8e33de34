/** Everything that is loaded once a Keras program is open: the documents' analyses, the providers, the panel's content, the commands. */
import * as vscode from 'vscode';
import { checkFile, checkWorkspace } from './commands/check';
import { showDump } from './commands/dumps';
import { showSummary } from './commands/summary';
import { Documents } from './documents';
import { Files } from './files';
import type { PanelHost } from './panel/panelHost';
import { PanelSync } from './panel/panelSync';
import { FixProvider } from './providers/fixProvider';
import { HintsProvider } from './providers/hintsProvider';
import { HoverProvider } from './providers/hoverProvider';
import { LensProvider } from './providers/lensProvider';
import { Problems } from './providers/problems';
import { SymbolProvider } from './providers/symbolProvider';
import { SettingsCache } from './settings';
import type { COMMANDS } from './start';
import { StatusBar } from './statusBar';

/** Python in every scheme: saved and untitled files, virtual workspaces, notebook cells. */
const PYTHON: vscode.DocumentSelector = [{ language: 'python' }];

export class Controller implements vscode.Disposable {
  private readonly settings = new SettingsCache();
  private readonly files = new Files();
  readonly documents = new Documents(this.files, this.settings);
  private readonly sync: PanelSync;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    context: vscode.ExtensionContext,
    private readonly panel: PanelHost,
  ) {
    const hints = new HintsProvider(this.documents, this.settings);
    const lenses = new LensProvider(this.documents, this.settings);
    this.sync = new PanelSync(panel, this.documents);
    this.subscriptions = [
      this.settings,
      this.files,
      this.documents,
      hints,
      lenses,
      this.sync,
      new Problems(this.documents, this.settings),
      new StatusBar(this.documents),
      vscode.languages.registerHoverProvider(PYTHON, new HoverProvider(this.documents)),
      vscode.languages.registerInlayHintsProvider(PYTHON, hints),
      vscode.languages.registerCodeLensProvider(PYTHON, lenses),
      vscode.languages.registerCodeActionsProvider(
        PYTHON,
        new FixProvider(this.documents),
        FixProvider.metadata,
      ),
      vscode.languages.registerDocumentSymbolProvider(PYTHON, new SymbolProvider(this.documents), {
        label: 'ConvLens',
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** Runs a command of package.json. */
  async run(name: (typeof COMMANDS)[number], args: readonly unknown[]): Promise<unknown> {
    switch (name) {
      case 'checkFile':
        return checkFile(this.documents);
      case 'checkWorkspace':
        return checkWorkspace(this.files, this.settings);
      case 'showSummary':
        return showSummary(this.documents);
      case 'openPreview':
        return this.openPreview(args);
      case 'showSyntaxTree':
      case 'showGraph':
      case 'showValues':
      case 'showTimings':
        return showDump(this.documents, name);
    }
  }

  /** Arguments: a document's URI and an index of its models (from a lens); the active editor's document without them. */
  private async openPreview(args: readonly unknown[]): Promise<void> {
    const [uri, model] = args;
    const document =
      uri instanceof vscode.Uri && args.length > 1
        ? await vscode.workspace.openTextDocument(uri)
        : vscode.window.activeTextEditor?.document;
    this.panel.openBeside();
    if (document) await this.sync.reveal(document, typeof model === 'number' ? model : undefined);
  }
}
