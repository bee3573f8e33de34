// What the host tests do again and again: open a file of the test workspace, find a word, ask VS Code for features.
import * as vscode from 'vscode';
import type { Api } from '../../../src/extension/start';
import { eventually, ok } from './assert';

/** The URI of a file in test/hosts/workspace. */
export function fileUri(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  ok(folder, 'no workspace folder is open');
  return vscode.Uri.joinPath(folder.uri, name);
}

/** Opens a file of the workspace in an editor. */
export async function open(name: string): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument(fileUri(name));
  return vscode.window.showTextDocument(document, { preview: false, viewColumn: vscode.ViewColumn.One });
}

/** The position of the n-th occurrence (from 0) of `text`. */
export function positionOf(document: vscode.TextDocument, text: string, n = 0): vscode.Position {
  let at = -1;
  for (let i = 0; i <= n; i++) {
    at = document.getText().indexOf(text, at + 1);
    ok(at >= 0, `${text} (${n}) does not occur in ${document.fileName}`);
  }
  return document.positionAt(at);
}

/** The activated extension's API. */
export async function api(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>('convlens.convlens');
  ok(extension, 'convlens.convlens is not in vscode.extensions');
  return extension.activate();
}

/** All hover texts at the n-th occurrence of `text`, as one string. */
export async function hoverText(document: vscode.TextDocument, text: string, n = 0): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    positionOf(document, text, n),
  );
  return hovers
    .flatMap((hover) => hover.contents)
    .map((content) => (typeof content === 'string' ? content : content.value))
    .join('\n');
}

/** Inlay hints of the whole document, as `line: label` with lines from 1. */
export async function inlayHints(document: vscode.TextDocument): Promise<string[]> {
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(
    'vscode.executeInlayHintProvider',
    document.uri,
    whole,
  );
  return hints.map((hint) => {
    const label = typeof hint.label === 'string' ? hint.label : hint.label.map((part) => part.value).join('');
    return `${hint.position.line + 1}: ${label.trim()}`;
  });
}

/** ConvLens' diagnostics of a document as `line: code`, lines from 1. */
export function problems(document: vscode.TextDocument): string[] {
  return vscode.languages
    .getDiagnostics(document.uri)
    .filter((diagnostic) => /convlens/i.test(diagnostic.source ?? ''))
    .map((diagnostic) => {
      const code = typeof diagnostic.code === 'object' ? diagnostic.code.value : diagnostic.code;
      return `${diagnostic.range.start.line + 1}: ${code}`;
    });
}

/** Inserts text by an edit of the document, without saving it. */
export async function replace(editor: vscode.TextEditor, text: string, by: string): Promise<void> {
  const start = positionOf(editor.document, text);
  const end = editor.document.positionAt(editor.document.offsetAt(start) + text.length);
  ok(await editor.edit((edit) => edit.replace(new vscode.Range(start, end), by)), 'the edit was refused');
}

/** Takes back the last edit of an editor. What has just opened beside may take the focus, and the command with it: tried again then. */
export async function undo(editor: vscode.TextEditor): Promise<void> {
  const { document } = editor;
  const text = document.getText();
  await eventually('undo', async () => {
    await vscode.window.showTextDocument(document, { preview: false, viewColumn: vscode.ViewColumn.One });
    await vscode.commands.executeCommand('undo');
    return document.getText() !== text;
  });
}
