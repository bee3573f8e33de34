/** A diagnostic's code with a link to what it means; the same for live problems and those of a workspace check. */
import * as vscode from 'vscode';

export const EXPLAIN = 'convlens.explainCode';

/** The code as the Problems panel shows it: a click explains it. */
export function linkedCode(code: string): Exclude<vscode.Diagnostic['code'], undefined> {
  const args = encodeURIComponent(JSON.stringify([code]));
  return { value: code, target: vscode.Uri.parse(`command:${EXPLAIN}?${args}`) };
}

/** The plain code of a diagnostic. */
export function codeOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : (code ?? ''));
}
