/** ConvLens' settings of each workspace folder, read once and again only when they change (never on a key press). */
import * as vscode from 'vscode';
import { PythonEnvironments } from './pythonEnvironments';

export type Severity = 'error' | 'warning' | 'info' | 'hint' | 'off';
export type HintStyle = 'shape' | 'parameters' | 'receptiveField';

export interface Settings {
  readonly inlayHints: boolean;
  readonly hintStyle: HintStyle;
  readonly codeLens: boolean;
  readonly codeLensActions: boolean;
  readonly highlightTensors: boolean;
  readonly diagnostics: boolean;
  readonly severity: Readonly<Record<string, Severity>>;
  /** Folders with Python packages, as URIs. */
  readonly pythonPath: readonly string[];
  /** Absent: as the program says. */
  readonly kerasVersion?: 2 | 3;
}

export class SettingsCache implements vscode.Disposable {
  /** By the URI of the workspace folder; `''` for what lies in none. */
  private readonly current = new Map<string, Settings>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscription = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('convlens')) this.readAnew();
  });
  private readonly environments = new PythonEnvironments(() => this.readAnew());
  private readonly folders = vscode.workspace.onDidChangeWorkspaceFolders(() => this.readAnew());
  readonly onChange = this.changed.event;

  /** The settings that hold for a file or a notebook. */
  get(uri: vscode.Uri): Settings {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    const key = folder?.uri.toString() ?? '';
    let settings = this.current.get(key);
    if (settings === undefined) this.current.set(key, (settings = this.read(folder?.uri)));
    return settings;
  }

  dispose(): void {
    this.subscription.dispose();
    this.folders.dispose();
    this.environments.dispose();
    this.changed.dispose();
  }

  private read(folder: vscode.Uri | undefined): Settings {
    const settings = vscode.workspace.getConfiguration('convlens', folder ?? null);
    return {
      inlayHints: settings.get('inlayHints.enabled', true),
      hintStyle: settings.get<HintStyle>('inlayHints.style', 'shape'),
      codeLens: settings.get('codeLens.enabled', true),
      codeLensActions: settings.get('codeLens.actions', true),
      highlightTensors: settings.get('highlightTensors', true),
      diagnostics: settings.get('diagnostics.enabled', true),
      severity: settings.get<Record<string, Severity>>('diagnostics.severity', {}),
      pythonPath: [
        ...settings.get<string[]>('pythonPath', []).map((path) => asUri(path, folder)),
        ...(settings.get('readInterpreter', true) ? this.environments.folders(folder) : []),
      ],
      kerasVersion: VERSIONS[settings.get('kerasVersion', 'auto')],
    };
  }

  private readAnew(): void {
    this.current.clear();
    this.changed.fire();
  }
}

const VERSIONS: Readonly<Record<string, 2 | 3 | undefined>> = { '2': 2, '3': 3 };

/** A path of the settings: a URI, an absolute path, or one from the workspace folder. */
function asUri(path: string, folder: vscode.Uri | undefined): string {
  const inFolder = path.replace(/^\$\{workspaceFolder\}[\\/]?/, '');
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) return path;
  const absolute = inFolder === path && /^(?:[\\/]|[a-z]:[\\/])/i.test(path);
  const uri =
    absolute || folder === undefined
      ? vscode.Uri.file(path)
      : vscode.Uri.joinPath(folder, inFolder.replace(/\\/g, '/'));
  return uri.toString().replace(/\/$/, '');
}
