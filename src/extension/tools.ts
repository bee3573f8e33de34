/** Tools for chat assistants: they ask ConvLens for shapes, problems and layers of a file rather than guess them. */
import * as vscode from 'vscode';
import { describeLayer, describeModels, describeProblems, type Analysis } from '../features';
import type { Documents } from './documents';

/** What a tool is given; `file` is a path within the workspace, absolute, or a URI. The active editor's file without one. */
export interface ToolInput {
  readonly file?: string;
  readonly model?: string;
  readonly layer?: string;
  readonly line?: number;
}

export type ToolName = 'summarize_model' | 'check_shapes' | 'explain_layer';

const ANSWERS: Readonly<
  Record<ToolName, (analysis: Analysis, input: ToolInput, documents: Documents) => string | Promise<string>>
> = {
  summarize_model: (analysis, { model }) => describeModels(analysis, model),
  check_shapes: async (analysis, _, documents) =>
    describeProblems(
      analysis,
      await Promise.all(analysis.diagnostics.map((finding) => documents.fixes(analysis, finding))),
    ),
  explain_layer: (analysis, { layer, line }) => describeLayer(analysis, { name: layer, line }),
};

/** The answer as Markdown; a sentence that says what is wrong where the file cannot be read. */
export async function answer(documents: Documents, name: ToolName, input: ToolInput): Promise<string> {
  const document = await documentOf(input.file);
  if (typeof document === 'string') return document;
  const analysis = await documents.analysis(document);
  return analysis
    ? ANSWERS[name](analysis, input, documents)
    : `${document.uri.path} is not a Python file or notebook that mentions Keras or TensorFlow.`;
}

async function documentOf(file: string | undefined): Promise<vscode.TextDocument | string> {
  if (file === undefined || file === '') {
    const active = vscode.window.activeTextEditor?.document;
    return active ?? 'No file is open; name one in `file`.';
  }
  for (const uri of candidates(file)) {
    try {
      if (uri.path.endsWith('.ipynb')) {
        const notebook = await vscode.workspace.openNotebookDocument(uri);
        const cell = notebook.getCells().find(({ document }) => document.languageId === 'python');
        return cell?.document ?? `${file} has no Python cell.`;
      }
      return await vscode.workspace.openTextDocument(uri);
    } catch {
      // The next folder may hold it.
    }
  }
  return `${file} could not be opened.`;
}

function candidates(file: string): vscode.Uri[] {
  if (/^[a-z][\w+.-]+:\//i.test(file) && !/^[a-z]:[\\/]/i.test(file)) return [vscode.Uri.parse(file)];
  const folders = vscode.workspace.workspaceFolders ?? [];
  const relative = folders.map(({ uri }) => vscode.Uri.joinPath(uri, file));
  return /^([a-z]:)?[\\/]/i.test(file) ? [vscode.Uri.file(file), ...relative] : relative;
}
