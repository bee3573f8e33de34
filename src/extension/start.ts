/**
 * Start-up, kept small: registers commands and views, and loads the rest the first time that a Python document which
 * mentions Keras is open or a command needs it.
 */
import * as vscode from 'vscode';
import type { Controller } from './controller';
import type { ToolInput, ToolName } from './tools';
import { ModelsView } from './views/modelsView';
import { isPython, mentionsKeras } from './relevance';
import { PanelHost } from './panel/panelHost';

/** What the extension exports, for tests of the built extension. */
export interface Api {
  /** True once the analysis has been loaded. */
  readonly loaded: boolean;
  /** Milliseconds that activation took. */
  readonly activationTime: number;
  /** Resolves when the document's current version is analysed; undefined when it is not a Keras program. */
  analysis(document: vscode.TextDocument): Promise<unknown>;
  /** Where programs are read: in a worker or, where a host makes none, on its own thread. Undefined until it has started. */
  thread(): Promise<{ readonly kind: 'worker' | 'own'; readonly stoppable: boolean } | undefined>;
  /** The view *Models*. */
  readonly models: ModelsView;
  /** The status bar item's text; undefined while it is hidden. */
  statusBar(): Promise<string | undefined>;
  /** The last snapshot sent to the panel, and what the panel said last. */
  readonly panel: PanelHost;
}

/** Every command: those of package.json, and those that only links and lenses run. All are run by the controller. */
export const COMMANDS = [
  'checkFile',
  'checkWorkspace',
  'showSummary',
  'openPreview',
  'compareWithCommit',
  'compareWith',
  'whatIf',
  'selectProducers',
  'selectConsumers',
  'openSample',
  'openWalkthrough',
  'reveal',
  'explainCode',
  'showSyntaxTree',
  'showGraph',
  'showValues',
  'showTimings',
] as const;

/** Tools for chat assistants, as package.json declares them with the extension's name before. */
const TOOLS = ['summarize_model', 'check_shapes', 'explain_layer'] as const satisfies readonly ToolName[];

export function start(context: vscode.ExtensionContext): Api {
  const began = Date.now();
  let controller: Promise<Controller> | undefined;
  let loaded = false;
  const panel = new PanelHost(context);
  const models = new ModelsView();
  const load = (): Promise<Controller> => {
    controller ??= import('./controller').then(({ Controller: Loaded }) => {
      loaded = true;
      const created = new Loaded(context, panel, models);
      context.subscriptions.push(created);
      return created;
    });
    return controller;
  };
  const consider = (document: vscode.TextDocument): void => {
    if (loaded || !isPython(document) || !mentionsKeras(document.getText())) return;
    void load();
  };

  for (const name of COMMANDS) {
    context.subscriptions.push(
      vscode.commands.registerCommand(`convlens.${name}`, async (...args: unknown[]) =>
        (await load()).run(name, args),
      ),
    );
  }
  // Editors before 1.95, and some derived from VS Code, have no tools.
  if (typeof vscode.lm?.registerTool === 'function') {
    for (const name of TOOLS) {
      context.subscriptions.push(
        vscode.lm.registerTool<ToolInput>(`convlens_${name}`, {
          invoke: async ({ input }) =>
            new vscode.LanguageModelToolResult([
              new vscode.LanguageModelTextPart(await (await load()).answer(name, input ?? {})),
            ]),
        }),
      );
    }
  }
  context.subscriptions.push(
    panel,
    models,
    vscode.window.registerTreeDataProvider('convlens.models', models),
    vscode.window.registerWebviewViewProvider('convlens.network', panel, {
      webviewOptions: { retainContextWhenHidden: true },
    }),
    vscode.window.registerWebviewPanelSerializer('convlens.preview', panel),
    vscode.workspace.onDidOpenTextDocument(consider),
    vscode.workspace.onDidChangeTextDocument((event) => consider(event.document)),
  );
  panel.onReady(() => {
    // A panel that is opened before any Keras file says so itself; loading waits for a document.
    vscode.workspace.textDocuments.forEach(consider);
  });
  vscode.workspace.textDocuments.forEach(consider);

  const activationTime = Date.now() - began;
  return {
    get loaded() {
      return loaded;
    },
    activationTime,
    analysis: async (document) => (await load()).documents.analysis(document),
    thread: async () => (await load()).analyst.thread,
    models,
    statusBar: async () => (await load()).statusBar.text,
    panel,
  };
}
