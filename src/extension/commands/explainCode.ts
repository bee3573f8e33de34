/** Explains a diagnostic's code: its section of docs/diagnostics.md, which ships with the extension. */
import * as vscode from 'vscode';
import type { Reports } from '../reports';

/** Gives the section shown; undefined for a code that has none. */
export async function explainCode(
  context: vscode.ExtensionContext,
  reports: Reports,
  code: unknown,
): Promise<string | undefined> {
  if (typeof code !== 'string') return undefined;
  const uri = vscode.Uri.joinPath(context.extensionUri, 'docs', 'diagnostics.md');
  const document = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const text = document.split(/^(?=## )/m).find((section) => section.startsWith(`## ${code}\n`));
  if (text === undefined) return undefined;
  await reports.show({ name: code, text: text.replace('## ', '# '), language: 'markdown' });
  return text;
}
