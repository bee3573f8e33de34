/** Entry of the extension in a Node extension host. */
import type * as vscode from 'vscode';
import { start } from './start';

export function activate(context: vscode.ExtensionContext): unknown {
  return start(context);
}
