/** Which model a command is about: the one a lens names, the one under the cursor, or one that the user picks. */
import * as vscode from 'vscode';
import { defaultModel, lensTitle, modelAt, modelName, type Analysis } from '../../features';
import { ask, type Asked } from '../asked';
import type { Documents } from '../documents';
import { mentionsKeras } from '../relevance';
import { toPlace } from '../places';

export interface AskedModel extends Asked {
  /** Index into the graph's models. */
  readonly model: number;
}

/** Arguments: a document's URI and a model's index; the active editor and its cursor without them. Says so where there is no model. */
export async function modelAsked(
  documents: Documents,
  [uri, index]: readonly unknown[],
): Promise<AskedModel | undefined> {
  const editor = vscode.window.activeTextEditor;
  const document =
    uri instanceof vscode.Uri ? await vscode.workspace.openTextDocument(uri) : editor?.document;
  const asked = document && (await ask(documents, document));
  const model =
    asked &&
    (typeof index === 'number'
      ? index
      : editor && editor.document === document
        ? (modelAt(
            asked.analysis,
            asked.analysis.program.offset(toPlace(asked.program, document, editor.selection.active)),
          ) ?? defaultModel(asked.analysis.graph))
        : defaultModel(asked.analysis.graph));
  if (!asked || model === null || model === undefined || !asked.analysis.graph.models[model]) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No model was found in this file.'));
    return undefined;
  }
  return { ...asked, model };
}

/** Another model: of the given arguments, of the same file, or of a file that the user picks. */
export async function chooseModel(
  documents: Documents,
  than: AskedModel,
  args: readonly unknown[],
): Promise<AskedModel | undefined> {
  if (args[0] instanceof vscode.Uri) return modelAsked(documents, args);
  const others = than.analysis.graph.models.flatMap((_, index) =>
    index === than.model ? [] : [modelItem(than.analysis, index)],
  );
  const elsewhere = { label: `$(file-code) ${vscode.l10n.t('A model of another file …')}`, model: -1 };
  const picked =
    others.length === 0
      ? elsewhere
      : await vscode.window.showQuickPick([...others, elsewhere], {
          placeHolder: vscode.l10n.t(
            'Compare {0} with …',
            modelName(than.analysis, than.analysis.graph.models[than.model]!),
          ),
        });
  if (!picked) return undefined;
  if (picked.model >= 0) return { ...than, model: picked.model };
  const uri = await pickFile();
  const document = uri && (await vscode.workspace.openTextDocument(uri));
  const asked = document && (await ask(documents, document));
  if (document && !asked) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No model was found in this file.'));
    return undefined;
  }
  return asked && pickModel(asked);
}

/** The only model of a program, or the one that the user picks. */
export async function pickModel(asked: Asked): Promise<AskedModel | undefined> {
  const { models } = asked.analysis.graph;
  if (models.length === 1) return { ...asked, model: 0 };
  const picked = await vscode.window.showQuickPick(
    models.map((_, index) => modelItem(asked.analysis, index)),
  );
  return picked && { ...asked, model: picked.model };
}

function modelItem(analysis: Analysis, model: number): vscode.QuickPickItem & { readonly model: number } {
  return {
    label: modelName(analysis, analysis.graph.models[model]!),
    description: lensTitle(analysis, model),
    model,
  };
}

/** A Python file of the workspace that mentions Keras. */
async function pickFile(): Promise<vscode.Uri | undefined> {
  const uris = await vscode.workspace.findFiles(
    '**/*.py',
    '**/{node_modules,.git,site-packages,.venv,venv}/**',
  );
  const items: (vscode.QuickPickItem & { readonly uri: vscode.Uri })[] = [];
  for (const uri of uris) {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    if (mentionsKeras(text)) items.push({ label: vscode.workspace.asRelativePath(uri), uri });
  }
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: vscode.l10n.t('The file that holds the other model'),
  });
  return picked?.uri;
}
