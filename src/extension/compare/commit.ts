/** The last commit's files, through the API of VS Code's Git extension where there is one; says plainly where there is none. */
import * as vscode from 'vscode';

/** The part of the Git extension's API (version 1) that is used here. */
interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}
interface GitApi {
  getRepository(uri: vscode.Uri): Repository | null;
  openRepository?(root: vscode.Uri): Promise<Repository | null>;
}
interface Repository {
  readonly rootUri: vscode.Uri;
  readonly state: { readonly HEAD?: { readonly commit?: string; readonly name?: string } };
  show(ref: string, path: string): Promise<string>;
}

/** Files as they were in the last commit. */
export interface Commit {
  /** Short hash, or `HEAD`. */
  readonly label: string;
  readonly root: vscode.Uri;
  /** Undefined for a file that the commit does not hold. */
  text(uri: vscode.Uri): Promise<string | undefined>;
}

/** Whether asking for the last commit makes sense for a document at all: cheap, for lenses. */
export function hasHistory(uri: vscode.Uri): boolean {
  return uri.scheme !== 'untitled' && vscode.extensions.getExtension('vscode.git') !== undefined;
}

/** The last commit of the repository that holds a file; a sentence where there is none. */
export async function lastCommit(uri: vscode.Uri): Promise<Commit | string> {
  if (uri.scheme === 'untitled') return vscode.l10n.t('The file has not been saved, so no commit holds it.');
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  if (!extension)
    return vscode.l10n.t(
      'There is no Git here: comparing with the last commit needs VS Code’s Git extension.',
    );
  const git = await extension.activate();
  if (!git.enabled) return vscode.l10n.t('VS Code’s Git extension is switched off.');
  const api = git.getAPI(1);
  const repository =
    api.getRepository(uri) ?? (await api.openRepository?.(vscode.Uri.joinPath(uri, '..'))) ?? null;
  if (!repository) return vscode.l10n.t('The file lies in no Git repository.');
  return {
    label: repository.state.HEAD?.commit?.slice(0, 7) ?? 'HEAD',
    root: repository.rootUri,
    text: (file) =>
      repository.show('HEAD', file.fsPath).then(
        (text) => text,
        () => undefined,
      ),
  };
}
