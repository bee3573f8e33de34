/** Everything that is loaded once a Keras program is open: the documents' analyses, the providers, the panel's content, the commands. */
import * as vscode from 'vscode';
import { speak } from '../features';
import { Analyst } from './analyst';
import { checkFile, checkWorkspace } from './commands/check';
import { showDump } from './commands/dumps';
import { explainCode } from './commands/explainCode';
import { reveal } from './commands/reveal';
import { openSample } from './commands/sample';
import { showSummary } from './commands/summary';
import { selectUses } from './commands/tensor';
import { Compare } from './compare/compare';
import { Documents } from './documents';
import { Files } from './files';
import type { PanelHost } from './panel/panelHost';
import { PanelSync } from './panel/panelSync';
import { FixProvider } from './providers/fixProvider';
import { HierarchyProvider } from './providers/hierarchyProvider';
import { HighlightProvider } from './providers/highlightProvider';
import { HintsProvider } from './providers/hintsProvider';
import { HoverProvider } from './providers/hoverProvider';
import { LensProvider } from './providers/lensProvider';
import { Problems } from './providers/problems';
import { SymbolProvider } from './providers/symbolProvider';
import { WorkspaceProblems } from './providers/workspaceProblems';
import { Reports } from './reports';
import { SettingsCache } from './settings';
import type { COMMANDS } from './start';
import { StatusBar } from './statusBar';
import { answer, type ToolInput, type ToolName } from './tools';
import { ModelItems } from './views/modelItems';
import type { ModelsView } from './views/modelsView';

/** Python in every scheme: saved and untitled files, virtual workspaces, notebook cells. */
const PYTHON: vscode.DocumentSelector = [{ language: 'python' }];

export class Controller implements vscode.Disposable {
  private readonly settings = new SettingsCache();
  private readonly files = new Files();
  readonly analyst: Analyst;
  readonly documents: Documents;
  private readonly reports = new Reports();
  private readonly compare: Compare;
  readonly statusBar: StatusBar;
  private readonly workspaceProblems = new WorkspaceProblems();
  private readonly sync: PanelSync;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly panel: PanelHost,
    models: ModelsView,
  ) {
    if (vscode.l10n.bundle !== undefined)
      speak((message, ...args) => vscode.l10n.t(message, ...args), vscode.l10n.bundle);
    const { settings } = this;
    this.analyst = new Analyst(context, this.files, settings);
    const documents = (this.documents = new Documents(this.analyst, this.files, settings));
    this.compare = new Compare(this.analyst, documents, this.files, this.reports);
    this.statusBar = new StatusBar(documents);
    const hints = new HintsProvider(documents, settings);
    const lenses = new LensProvider(documents, settings);
    this.sync = new PanelSync(panel, documents);
    this.subscriptions = [
      settings,
      this.files,
      documents,
      this.analyst,
      this.reports,
      hints,
      lenses,
      this.sync,
      this.statusBar,
      new Problems(documents, settings),
      this.workspaceProblems,
      new ModelItems(models, documents),
      vscode.languages.registerHoverProvider(PYTHON, new HoverProvider(documents)),
      vscode.languages.registerInlayHintsProvider(PYTHON, hints),
      vscode.languages.registerCodeLensProvider(PYTHON, lenses),
      vscode.languages.registerCodeActionsProvider(
        PYTHON,
        new FixProvider(documents, settings),
        FixProvider.metadata,
      ),
      vscode.languages.registerDocumentSymbolProvider(PYTHON, new SymbolProvider(documents), {
        label: 'ConvLens',
      }),
      vscode.languages.registerDocumentHighlightProvider(PYTHON, new HighlightProvider(documents, settings)),
      vscode.languages.registerCallHierarchyProvider(PYTHON, new HierarchyProvider(documents)),
    ];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** Runs a command. */
  async run(name: (typeof COMMANDS)[number], args: readonly unknown[]): Promise<unknown> {
    switch (name) {
      case 'checkFile':
        return checkFile(this.documents, this.settings);
      case 'checkWorkspace':
        return checkWorkspace(this.analyst, this.files, this.settings, this.workspaceProblems);
      case 'showSummary':
        return showSummary(this.documents, this.reports, args);
      case 'openPreview':
        return this.openPreview(args);
      case 'compareWithCommit':
        return this.compare.withCommit(args);
      case 'compareWith':
        return this.compare.withOther(args);
      case 'whatIf':
        return this.compare.whatIf(args);
      case 'selectProducers':
        return selectUses(this.documents, 'producers');
      case 'selectConsumers':
        return selectUses(this.documents, 'consumers');
      case 'openSample':
        return openSample(this.context);
      case 'openWalkthrough':
        return vscode.commands.executeCommand(
          'workbench.action.openWalkthrough',
          `${this.context.extension.id}#start`,
        );
      case 'reveal':
        return reveal(args);
      case 'explainCode':
        return explainCode(this.context, this.reports, args[0]);
      case 'showSyntaxTree':
      case 'showGraph':
      case 'showValues':
      case 'showTimings':
        return showDump(this.analyst, this.documents, this.reports, name);
    }
  }

  /** A chat assistant's question. */
  answer(tool: ToolName, input: ToolInput): Promise<string> {
    return answer(this.documents, tool, input);
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
