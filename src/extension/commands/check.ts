/** *Check Shapes in This File* and *… in Workspace*: run the analysis now, say what was found, and show the Problems panel. */
import * as vscode from 'vscode';
import { diagnostics } from '../../features';
import { URGENCY, type Analyst } from '../analyst';
import { pathOf, type Files } from '../files';
import { mentionsKeras } from '../relevance';
import type { SettingsCache } from '../settings';
import { programOf, type Documents } from '../documents';
import type { WorkspaceProblems } from '../providers/workspaceProblems';

interface Counts {
  readonly errors: number;
  readonly warnings: number;
}

export async function checkFile(documents: Documents, settings: SettingsCache): Promise<Counts | undefined> {
  const document = vscode.window.activeTextEditor?.document;
  const analysis = document && (await documents.analysis(document));
  if (!analysis) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('This file has no Keras or TensorFlow code to check.'),
    );
    return undefined;
  }
  const { severity } = settings.get(programOf(document)?.uri ?? document.uri);
  const { cells } = analysis.program;
  const counts = count(cells.flatMap((_, cell) => diagnostics(analysis, { cell, severity })));
  await report(
    counts,
    vscode.l10n.t(
      'Layer calls checked: {0}',
      analysis.graph.nodes.filter((node) => node.layer !== null).length,
    ),
  );
  return counts;
}

/** Checks every Python file of the workspace; files that are not open get their problems too, until the next check. */
export async function checkWorkspace(
  analyst: Analyst,
  files: Files,
  settings: SettingsCache,
  problems: WorkspaceProblems,
): Promise<Counts> {
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
      problems.clear();
      for (const uri of uris) {
        if (token.isCancellationRequested) break;
        progress.report({ increment: 100 / uris.length, message: vscode.workspace.asRelativePath(uri) });
        const text = await files.text(uri);
        if (text === undefined || !mentionsKeras(text)) continue;
        const reading = analyst.read(uri, { path: pathOf(uri), text }, { urgency: () => URGENCY.background });
        const subscription = token.onCancellationRequested(reading.takeBack);
        const read = await reading.answer.finally(() => subscription.dispose());
        if (!read) break;
        const found = diagnostics(read.analysis, { severity: settings.get(uri).severity });
        const counts = count(found);
        errors += counts.errors;
        warnings += counts.warnings;
        checked++;
        problems.set(uri, text, found);
      }
      const counts = { errors, warnings };
      void report(counts, vscode.l10n.t('Files checked: {0}', checked));
      return counts;
    },
  );
}

function count(found: readonly { readonly severity: string }[]): Counts {
  const of = (severity: string): number => found.filter((each) => each.severity === severity).length;
  return { errors: of('error'), warnings: of('warning') };
}

async function report({ errors, warnings }: Counts, checked: string): Promise<void> {
  if (errors + warnings === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No shape errors. {0}.', checked));
    return;
  }
  const show = vscode.l10n.t('Show Problems');
  const message = vscode.l10n.t('Errors: {0}, warnings: {1}. {2}.', errors, warnings, checked);
  // Not awaited: the message stays until the user turns to it.
  void vscode.window.showWarningMessage(message, show).then((answer) => {
    if (answer === show) void vscode.commands.executeCommand('workbench.actions.view.problems');
  });
  await vscode.commands.executeCommand('workbench.actions.view.problems');
}
