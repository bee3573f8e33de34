/**
 * Entry of the extension, the same bundle in a Node and in a web extension host: files are reached through
 * `vscode.workspace.fs` in both, so nothing differs.
 */
import type * as vscode from 'vscode';
import { start } from './start';

export function activate(context: vscode.ExtensionContext): unknown {
  return start(context);
}
