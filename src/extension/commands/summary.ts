/** *Show Summary*: the model under the cursor as Keras' `summary()` would print it, with costs and receptive fields, as Markdown. */
import * as vscode from 'vscode';
import { defaultModel, modelAt, summary } from '../../features';
import { programOf, type Documents } from '../documents';
import { toPlace } from '../places';

export async function showSummary(documents: Documents): Promise<string | undefined> {
  const editor = vscode.window.activeTextEditor;
  const program = editor && programOf(editor.document);
  const analysis = editor && (await documents.analysis(editor.document));
  const offset =
    editor &&
    program &&
    analysis &&
    analysis.program.offset(toPlace(program, editor.document, editor.selection.active));
  const model =
    analysis && offset !== undefined ? (modelAt(analysis, offset) ?? defaultModel(analysis.graph)) : null;
  if (!analysis || model === null) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No model was found in this file.'));
    return undefined;
  }
  const content = summary(analysis, model, 'markdown');
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content });
  await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.Beside,
    preview: true,
    preserveFocus: true,
  });
  return content;
}
