/**
 * Start-up, kept small: registers commands and views, and loads the rest the first time that a Python document which
 * mentions Keras is open or a command needs it.
 */
import * as vscode from 'vscode';
import type { Controller } from './controller';
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
  /** The last snapshot sent to the panel, and what the panel said last. */
  readonly panel: PanelHost;
}

/** Every command of package.json; all are run by the controller. */
export const COMMANDS = [
  'checkFile',
  'checkWorkspace',
  'showSummary',
  'openPreview',
  'showSyntaxTree',
  'showGraph',
  'showValues',
  'showTimings',
] as const;

export function start(context: vscode.ExtensionContext): Api {
  const began = Date.now();
  let controller: Promise<Controller> | undefined;
  let loaded = false;
  const panel = new PanelHost(context);
  const load = (): Promise<Controller> => {
    controller ??= import('./controller').then(({ Controller: Loaded }) => {
      loaded = true;
      const created = new Loaded(context, panel);
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
  context.subscriptions.push(
    panel,
    vscode.window.registerWebviewViewProvider('convlens.network', panel, {
      webviewOptions: { retainContextWhenHidden: true },
    }),
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
    panel,
  };
}
