/** Entry of the extension in a web extension host. Files are reached through `vscode.workspace.fs` in both hosts, so nothing differs. */
import type * as vscode from 'vscode';
import { start } from './start';

export function activate(context: vscode.ExtensionContext): unknown {
  return start(context);
}
