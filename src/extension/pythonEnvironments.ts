/**
 * The folders of packages of the interpreter that a workspace folder uses, so that third-party model code is read like the
 * user's own. The interpreter is the one chosen in the Python extension; without that, a virtual environment in the folder.
 * Python itself is never started.
 */
import * as vscode from 'vscode';

/** What is used of the Python extension's API (npm `@vscode/python-extension`, main.d.ts). */
interface PythonApi {
  readonly environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly id: string; readonly path: string };
    resolveEnvironment(environment: {
      readonly id: string;
      readonly path: string;
    }): Promise<{ readonly executable: { readonly sysPrefix?: string } } | undefined>;
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

const PYTHON_EXTENSION = 'ms-python.python';
/** Names that virtual environments in a workspace folder usually have. */
const VIRTUAL_ENVIRONMENTS = ['.venv', 'venv', 'env', '.env'];

export class PythonEnvironments implements vscode.Disposable {
  /** By the URI of the workspace folder; `''` for files that lie in none. Empty while they are being found. */
  private readonly found = new Map<string, readonly string[]>();
  private readonly subscriptions: vscode.Disposable[] = [];
  private watched = false;

  /** `changed` is called when folders have been found, or another interpreter was chosen. */
  constructor(private readonly changed: () => void) {}

  /** URIs of folders of packages, without a slash at their end. */
  folders(folder: vscode.Uri | undefined): readonly string[] {
    const key = folder?.toString() ?? '';
    const known = this.found.get(key);
    if (known !== undefined) return known;
    this.found.set(key, []);
    void this.find(folder).then((folders) => {
      if (folders.length === 0) return;
      this.found.set(key, folders);
      this.changed();
    });
    return [];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async find(folder: vscode.Uri | undefined): Promise<string[]> {
    const chosen = await this.chosen(folder).catch(() => undefined);
    const prefixes = chosen === undefined ? await virtualEnvironments(folder) : [chosen];
    return (await Promise.all(prefixes.map(packageFolders))).flat().map((uri) => uri.toString());
  }

  /** The root folder of the interpreter that the user chose in the Python extension. */
  private async chosen(folder: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
    const extension = vscode.extensions.getExtension<PythonApi>(PYTHON_EXTENSION);
    if (extension === undefined) return undefined;
    const { environments } = await extension.activate();
    if (environments === undefined) return undefined;
    if (!this.watched) {
      this.watched = true;
      this.subscriptions.push(
        environments.onDidChangeActiveEnvironmentPath(() => {
          this.found.clear();
          this.changed();
        }),
      );
    }
    const resolved = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
    const prefix = resolved?.executable.sysPrefix;
    return prefix === undefined || prefix === '' ? undefined : vscode.Uri.file(prefix);
  }
}

async function virtualEnvironments(folder: vscode.Uri | undefined): Promise<vscode.Uri[]> {
  if (folder === undefined) return [];
  for (const name of VIRTUAL_ENVIRONMENTS) {
    const root = vscode.Uri.joinPath(folder, name);
    if (await exists(vscode.Uri.joinPath(root, 'pyvenv.cfg'))) return [root];
  }
  return [];
}

/** Where an interpreter with the root folder `prefix` keeps packages, on Linux and macOS, Debian, and Windows. */
async function packageFolders(prefix: vscode.Uri): Promise<vscode.Uri[]> {
  const lib = vscode.Uri.joinPath(prefix, 'lib');
  const versions = (await names(lib)).filter((name) => /^python3(?:\.\d+)?$/.test(name));
  const candidates = [
    ...versions.map((name) => vscode.Uri.joinPath(lib, name, 'site-packages')),
    ...versions.map((name) => vscode.Uri.joinPath(lib, name, 'dist-packages')),
    vscode.Uri.joinPath(prefix, 'Lib', 'site-packages'),
  ];
  const there = await Promise.all(candidates.map(exists));
  return candidates.filter((_, i) => there[i]);
}

async function names(folder: vscode.Uri): Promise<string[]> {
  try {
    return (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);
  } catch {
    return [];
  }
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
