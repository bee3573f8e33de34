/** *Compare with Last Commit*, *Compare with Another Model* and *What If the Input Were*: two models side by side as a report. */
import * as vscode from 'vscode';
import {
  comparisonReport,
  counterpart,
  modelName,
  notebookProgram,
  parseInput,
  statedInput,
  whatIf,
  type Analysis,
  type ComparedModel,
  type Program,
} from '../../features';
import { ask, type Asked } from '../asked';
import { chooseModel, modelAsked, type AskedModel } from './models';
import { URGENCY, type Analyst } from '../analyst';
import type { Documents } from '../documents';
import { pathOf, type Files } from '../files';
import { toRange } from '../places';
import type { Reports } from '../reports';
import { lastCommit, type Commit } from './commit';

export class Compare {
  constructor(
    private readonly analyst: Analyst,
    private readonly documents: Documents,
    private readonly files: Files,
    private readonly reports: Reports,
  ) {}

  /** Arguments: a document's URI and a model's index (from a lens); the model under the cursor without them. Gives the report. */
  async withCommit(args: readonly unknown[]): Promise<string | undefined> {
    const after = await modelAsked(this.documents, args);
    if (!after) return undefined;
    const commit = await lastCommit(after.program.uri);
    if (typeof commit === 'string') return say(commit);
    const text = await commit.text(after.program.uri);
    if (text === undefined) return say(vscode.l10n.t('The last commit does not hold this file.'));
    const then = await this.analyzeAt(commit, after.program.uri, text);
    if (!then) return undefined;
    const model = counterpart(after.analysis, after.model, then);
    if (model === null)
      return say(
        vscode.l10n.t('The last commit has no model like {0}.', nameOf(after.analysis, after.model)),
      );
    return this.show(
      { analysis: then, model, label: commit.label },
      { ...after, label: vscode.l10n.t('now') },
    );
  }

  /** Arguments: as above, then a second document's URI and a model's index; asks for what is missing. */
  async withOther(args: readonly unknown[]): Promise<string | undefined> {
    const after = await modelAsked(this.documents, args);
    if (!after) return undefined;
    const before = await chooseModel(this.documents, after, args.slice(2));
    if (!before) return undefined;
    return this.show({ ...before, label: fileName(before) }, { ...after, label: fileName(after) });
  }

  /** Arguments: as above, then shapes as text; asks for them. Offers to keep them in a comment. */
  async whatIf(args: readonly unknown[]): Promise<string | undefined> {
    const before = await modelAsked(this.documents, args);
    if (!before) return undefined;
    const text = typeof args[2] === 'string' ? args[2] : await askInput(before);
    if (text === undefined) return undefined;
    const shapes = parseInput(text);
    if (shapes === null) return say(vscode.l10n.t('{0} is not a shape such as (None, 224, 224, 3).', text));
    const found = whatIf(before.analysis, before.model, shapes);
    if (found.kind === 'impossible') return say(found.reason);
    const cells = before.program.documents.map((document) => document.getText());
    for (const { cell, from, to, text: by } of placed(before, found.edits))
      cells[cell] = cells[cell]!.slice(0, from) + by + cells[cell]!.slice(to);
    const path = pathOf(before.program.uri);
    const after = await this.documents.tryOut(
      before.program,
      before.program.cells ? { path, cells, indices: before.program.cells } : { path, text: cells[0] ?? '' },
    );
    if (!after) return undefined;
    const model = counterpart(before.analysis, before.model, after);
    if (model === null) return say(vscode.l10n.t('With this input the model cannot be made.'));
    const report = await this.show(
      { ...before, label: vscode.l10n.t('now') },
      { analysis: after, model, label: text },
    );
    const keep = vscode.l10n.t('Keep as Comment');
    // Not awaited: the question stays until the user turns to it, and the file may have changed by then.
    void vscode.window
      .showInformationMessage(vscode.l10n.t('Assume this input from now on?'), keep)
      .then((answer) => (answer === keep ? this.keep(before, shapes) : undefined));
    return report;
  }

  /** Writes the comment into the file as it is now. */
  private async keep(asked: AskedModel, shapes: NonNullable<ReturnType<typeof parseInput>>): Promise<void> {
    const [document] = asked.program.documents;
    const current = document && (await ask(this.documents, document));
    const model = current && counterpart(asked.analysis, asked.model, current.analysis);
    if (!current || model === null || model === undefined) return;
    const found = whatIf(current.analysis, model, shapes);
    if (found.kind === 'impossible') return;
    const edit = new vscode.WorkspaceEdit();
    for (const { cell, from, to, text } of placed(current, found.edits)) {
      const target = current.program.documents[cell]!;
      edit.replace(target.uri, toRange(target, from, to), text);
    }
    await vscode.workspace.applyEdit(edit);
  }

  private async show(before: ComparedModel, after: ComparedModel): Promise<string> {
    const report = comparisonReport(before, after);
    const name = `${nameOf(before.analysis, before.model)} → ${nameOf(after.analysis, after.model)}`;
    await this.reports.show({ name, text: report, language: 'markdown' });
    return report;
  }

  /** The program as it was, with the modules that it imports as they were. */
  private async analyzeAt(commit: Commit, uri: vscode.Uri, text: string): Promise<Analysis | undefined> {
    const path = pathOf(uri);
    const program: Program = uri.path.endsWith('.ipynb') ? notebookProgram(path, text) : { path, text };
    const read = await this.analyst.read(uri, program, {
      urgency: () => URGENCY.command,
      textOf: (file) => this.textAt(commit, vscode.Uri.parse(file)),
    }).answer;
    return read?.analysis;
  }

  /** Files of the repository as committed; packages elsewhere as they are. */
  private async textAt(commit: Commit, uri: vscode.Uri): Promise<string | undefined> {
    const root = commit.root.path.replace(/\/?$/, '/');
    return uri.scheme === commit.root.scheme && uri.path.startsWith(root)
      ? commit.text(uri)
      : this.files.text(uri);
  }
}

function askInput({ analysis, model }: AskedModel): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('What if the input of {0} were …', nameOf(analysis, model)),
    prompt: vscode.l10n.t('A shape with the batch axis first; several with commas between'),
    value: statedInput(analysis, model) || '(None, 224, 224, 3)',
    validateInput: (text) =>
      parseInput(text) === null
        ? vscode.l10n.t('{0} is not a shape such as (None, 224, 224, 3).', text)
        : undefined,
  });
}

function nameOf(analysis: Analysis, model: number): string {
  return modelName(analysis, analysis.graph.models[model]!);
}

function fileName({ program }: AskedModel): string {
  return program.uri.path.split('/').pop() ?? '';
}

function say(message: string): undefined {
  void vscode.window.showInformationMessage(message);
  return undefined;
}

/** Edits by the documents of the program, last first, so that each can be made without moving the next. */
function placed(
  { analysis }: Asked,
  edits: readonly { readonly from: number; readonly to: number; readonly text: string }[],
): { cell: number; from: number; to: number; text: string }[] {
  return [...edits]
    .sort((a, b) => b.from - a.from)
    .map(({ from, to, text }) => {
      const { cell, offset } = analysis.program.place(from);
      return { cell, from: offset, to: offset + to - from, text };
    });
}
