/** *Check Shapes in This File* and *… in Workspace*: run the analysis now, say what was found, and show the Problems panel. */
import * as vscode from 'vscode';
import { analyze, diagnostics, type Analysis } from '../../features';
import type { Documents } from '../documents';
import { pathOf, type Files } from '../files';
import { mentionsKeras } from '../relevance';
import type { SettingsCache } from '../settings';
import { environment } from '../documents';
import { workspaceProblems } from '../providers/workspaceProblems';

interface Counts {
  readonly errors: number;
  readonly warnings: number;
}

export async function checkFile(documents: Documents): Promise<Counts | undefined> {
  const document = vscode.window.activeTextEditor?.document;
  const analysis = document && (await documents.analysis(document));
  if (!analysis) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('This file has no Keras or TensorFlow code to check.'),
    );
    return undefined;
  }
  const counts = count(analysis);
  await report(
    counts,
    vscode.l10n.t(
      '{0} layer calls checked',
      analysis.graph.nodes.filter((node) => node.layer !== null).length,
    ),
  );
  return counts;
}

/** Checks every Python file of the workspace; files that are not open get their problems too, until the next check. */
export async function checkWorkspace(files: Files, settings: SettingsCache): Promise<Counts> {
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('ConvLens: checking shapes'),
      cancellable: true,
    },
    async (progress, token) => {
      const uris = await vscode.workspace.findFiles(
        '**/*.py',
        '**/{node_modules,.git,site-packages,.venv,venv}/**',
      );
      let errors = 0;
      let warnings = 0;
      let checked = 0;
      workspaceProblems.clear();
      for (const uri of uris) {
        if (token.isCancellationRequested) break;
        progress.report({ increment: 100 / uris.length, message: vscode.workspace.asRelativePath(uri) });
        const text = await files.text(uri);
        if (text === undefined || !mentionsKeras(text)) continue;
        const analysis = await settled(files, settings, uri, text);
        const counts = count(analysis);
        errors += counts.errors;
        warnings += counts.warnings;
        checked++;
        workspaceProblems.set(uri, text, diagnostics(analysis, { severity: settings.get().severity }));
        // Lets the editor breathe between files.
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      const counts = { errors, warnings };
      void report(counts, vscode.l10n.t('{0} files checked', checked));
      return counts;
    },
  );
}

/** Analyses until no file that it imports is still being fetched. */
async function settled(
  files: Files,
  settings: SettingsCache,
  uri: vscode.Uri,
  text: string,
): Promise<Analysis> {
  for (;;) {
    const asked = new Set<string>();
    const analysis = analyze({ path: pathOf(uri), text }, environment(files, settings, uri, asked));
    if (!(await files.fetched(asked))) return analysis;
  }
}

function count(analysis: Analysis): Counts {
  const of = (severity: string): number =>
    analysis.diagnostics.filter((each) => each.severity === severity).length;
  return { errors: of('error'), warnings: of('warning') };
}

async function report({ errors, warnings }: Counts, checked: string): Promise<void> {
  if (errors + warnings === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No shape errors. {0}.', checked));
    return;
  }
  const show = vscode.l10n.t('Show Problems');
  const message = vscode.l10n.t('{0} errors, {1} warnings. {2}.', errors, warnings, checked);
  // Not awaited: the message stays until the user turns to it.
  void vscode.window.showWarningMessage(message, show).then((answer) => {
    if (answer === show) void vscode.commands.executeCommand('workbench.actions.view.problems');
  });
  await vscode.commands.executeCommand('workbench.actions.view.problems');
}
