/** Keeps the panel on the active editor's program: snapshots on every analysis, selection on every cursor move, both ways. */
import * as vscode from 'vscode';
import { modelAt, nodesAt, snapshot, Trial, type Analysis, type Place } from '../../features';
import type { ToHost } from '../../protocol';
import { programOf, type Documents, type ProgramDocuments } from '../documents';
import { findLocation, toPlace, toRange } from '../places';
import type { PanelHost } from './panelHost';

/** The program that is shown, with what the panel tries on it. */
interface Current {
  readonly program: ProgramDocuments;
  readonly trial: Trial;
}

/** The active editor; while the panel has the focus (a window that was loaded anew), the first that shows a program. */
function lookedAt(): vscode.TextEditor | undefined {
  const { activeTextEditor, visibleTextEditors } = vscode.window;
  return activeTextEditor ?? visibleTextEditors.find((editor) => programOf(editor.document));
}

export class PanelSync implements vscode.Disposable {
  private current: Current | undefined;
  /** A model chosen by hand, by program; the cursor decides again when it enters another model. */
  private readonly chosen = new Map<string, number>();
  /** What is tried is tried in turn: each change is made to what the one before it gave. */
  private trying: Promise<void> = Promise.resolve();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly panel: PanelHost,
    private readonly documents: Documents,
  ) {
    this.subscriptions = [
      documents.onChange(({ program, analysis }) => {
        if (this.isActive(program)) this.show(program, analysis);
      }),
      documents.onClose((program) => this.closed(program)),
      vscode.window.onDidChangeActiveTextEditor((editor) => void this.follow(editor)),
      vscode.window.onDidChangeTextEditorSelection((event) => this.moved(event.textEditor)),
      vscode.window.onDidChangeVisibleTextEditors(() => {
        if (!this.current) void this.follow(lookedAt());
      }),
      panel.onReady(() => void this.follow(lookedAt())),
      panel.onMessage((message) => void this.receive(message)),
    ];
    void this.follow(lookedAt());
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** Shows a document's program, optionally on one of its models. */
  async reveal(document: vscode.TextDocument, model?: number): Promise<void> {
    const program = programOf(document);
    if (!program) return;
    if (model !== undefined) this.chosen.set(program.key, model);
    const analysis = await this.documents.analysis(document);
    if (analysis) this.show(program, analysis);
  }

  private isActive(program: ProgramDocuments): boolean {
    const editor = vscode.window.activeTextEditor;
    const active = editor && programOf(editor.document);
    // The panel itself has the focus at times: what it shows stays its program then.
    return active
      ? active.key === program.key
      : this.current === undefined || this.current.program.key === program.key;
  }

  private async follow(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor) return;
    const program = programOf(editor.document);
    if (!program) {
      if (!this.current)
        this.panel.send({
          type: 'empty',
          reason: editor.document.languageId === 'python' ? 'no-keras' : 'no-file',
        });
      return;
    }
    const analysis = await this.documents.analysis(editor.document);
    if (analysis && lookedAt() === editor) this.show(program, analysis);
  }

  private show(program: ProgramDocuments, analysis: Analysis): void {
    const { current } = this;
    // What is tried in the panel lasts until the source changes; looking away and back is no change.
    const keeps =
      current?.program.key === program.key &&
      current.trial.active &&
      current.trial.base.program.text === analysis.program.text;
    this.current = { program, trial: keeps ? current.trial : this.trialOf(program, analysis) };
    this.draw();
  }

  private trialOf(program: ProgramDocuments, analysis: Analysis): Trial {
    return new Trial(analysis, (changed) => this.documents.tryOut(program, changed));
  }

  private draw(): void {
    const { current } = this;
    if (!current) return;
    const { program, trial } = current;
    const { analysis, told } = trial;
    const hasModel = analysis.graph.models.length > 0;
    void vscode.commands.executeCommand('setContext', 'convlens.hasModel', hasModel);
    if (!this.panel.visible) return;
    const editor = vscode.window.activeTextEditor;
    const within = editor && programOf(editor.document)?.key === program.key ? editor : undefined;
    this.panel.send({
      type: 'snapshot',
      snapshot: snapshot(analysis, {
        uri: program.key,
        version: versionOf(program),
        fileName: vscode.workspace.asRelativePath(program.uri),
        language: vscode.env.language,
        cursor: within && this.cursor(current, within),
        model: this.chosen.get(program.key),
        whatIf: told,
      }),
    });
  }

  /** The cursor's place in the program that is shown. */
  private cursor({ program, trial }: Current, editor: vscode.TextEditor): Place {
    const { program: source } = trial.base;
    const place = toPlace(program, editor.document, editor.selection.active);
    return trial.active ? trial.analysis.program.place(trial.there(source.offset(place))) : place;
  }

  private moved(editor: vscode.TextEditor): void {
    const { current } = this;
    if (!current || !this.panel.visible || programOf(editor.document)?.key !== current.program.key) return;
    const { program, trial } = current;
    if (this.documents.latest(editor.document)?.program.text !== trial.base.program.text) return;
    const { analysis } = trial;
    const offset = analysis.program.offset(this.cursor(current, editor));
    const model = modelAt(analysis, offset);
    if (model !== null) this.chosen.delete(program.key);
    this.panel.send({ type: 'select', nodes: nodesAt(analysis, offset), model });
  }

  private closed(program: ProgramDocuments): void {
    this.chosen.delete(program.key);
    if (this.current?.program.key !== program.key) return;
    this.current = undefined;
    void vscode.commands.executeCommand('setContext', 'convlens.hasModel', false);
    this.panel.send({ type: 'empty', reason: 'no-file' });
  }

  private async receive(message: ToHost): Promise<void> {
    const { current } = this;
    switch (message.type) {
      case 'reveal':
        if (current && current.program.key === message.uri) await this.select(current, message.node);
        return;
      case 'tryArgument':
        this.trying = this.trying.then(() => this.tryArgument(message));
        return this.trying;
      case 'whatIf':
        if (current && current.program.key === message.uri) await this.whatIf(current, message.action);
        return;
      case 'chooseModel':
        this.chosen.set(message.uri, message.model);
        return;
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        return;
      case 'save':
        await save(message.name, message.content);
        return;
      case 'pick':
        await this.pick(message.what);
        return;
      case 'error':
        console.error(`ConvLens panel: ${message.message}`);
        return;
    }
  }

  /** Selects the source of a node: its call, or the layer's constructor where Keras makes the call itself. */
  private async select({ program, trial }: Current, id: number): Promise<void> {
    const { graph } = trial.analysis;
    const node = graph.nodes[id];
    if (!node) return;
    const layer = node.layer === null ? undefined : graph.layers[node.layer];
    const shownAt = node.internal && layer ? layer.site.range : node.site.range;
    const own = shownAt.file === trial.base.program.path && trial.active;
    const range = own ? { ...shownAt, from: trial.back(shownAt.from), to: trial.back(shownAt.to) } : shownAt;
    const location = await findLocation(trial.base, program, range);
    if (!location) return;
    const shown = vscode.window.visibleTextEditors.find(
      (editor) => editor.document.uri.toString() === location.uri.toString(),
    );
    await vscode.window.showTextDocument(location.uri, {
      selection: location.range,
      viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
      preserveFocus: false,
    });
  }

  private async tryArgument(message: Extract<ToHost, { type: 'tryArgument' }>): Promise<void> {
    const { current } = this;
    if (!current || current.program.key !== message.uri) return;
    const { program, trial } = current;
    const layer = trial.analysis.graph.layers[message.layer];
    const stale = message.version !== versionOf(program) || layer?.name !== message.name;
    const refusal = stale ? 'stale' : await trial.change(message);
    // Another version of the source, or another program, has taken its place meanwhile.
    if (this.current?.trial !== trial) return;
    if (refusal) this.panel.send({ type: 'refused', reason: refusal });
    else this.draw();
  }

  private async whatIf(current: Current, action: 'undo' | 'discard' | 'write'): Promise<void> {
    const { program, trial } = current;
    if (action === 'write') {
      // The edit is a new version of the source, whose analysis takes this one's place.
      if (trial.active && !(await write(program, trial)))
        this.panel.send({ type: 'refused', reason: 'readOnly' });
      return;
    }
    if (action === 'undo') trial.undo();
    else this.current = { program, trial: this.trialOf(program, trial.base) };
    this.draw();
  }

  private async pick(what: 'image' | 'weights'): Promise<void> {
    const filters =
      what === 'image'
        ? { [vscode.l10n.t('Pictures')]: ['png', 'jpg', 'jpeg', 'gif', 'webp', 'bmp', 'npy'] }
        : { [vscode.l10n.t('Keras weights')]: ['keras', 'h5', 'hdf5'] };
    const [uri] = (await vscode.window.showOpenDialog({ canSelectMany: false, filters })) ?? [];
    if (!uri) return;
    const name = uri.path.split('/').pop() ?? what;
    this.panel.send({ type: what, name, bytes: await vscode.workspace.fs.readFile(uri) });
  }
}

/** Puts what was tried into the source as one edit, to be undone as one. False when the editor refuses. */
function write(program: ProgramDocuments, { base, edits }: Trial): Thenable<boolean> {
  const edit = new vscode.WorkspaceEdit();
  for (const each of edits) {
    const { cell, offset } = base.program.place(each.from);
    const document = program.documents[cell];
    edit.replace(document.uri, toRange(document, offset, offset + each.to - each.from), each.text);
  }
  return vscode.workspace.applyEdit(edit);
}

function versionOf(program: ProgramDocuments): number {
  return program.documents.reduce((sum, document) => sum + document.version, 0);
}

async function save(name: string, content: string | Uint8Array): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({ defaultUri: folder && vscode.Uri.joinPath(folder, name) });
  if (uri)
    await vscode.workspace.fs.writeFile(
      uri,
      typeof content === 'string' ? new TextEncoder().encode(content) : content,
    );
}
