/** ConvLens' settings, read once and again only when they change (never on a key press). */
import * as vscode from 'vscode';

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
  /** Folders with Python packages, as absolute paths or URIs. */
  readonly pythonPath: readonly string[];
  /** Absent: as the program says. */
  readonly kerasVersion?: 2 | 3;
}

export class SettingsCache implements vscode.Disposable {
  private current = read();
  private readonly changed = new vscode.EventEmitter<Settings>();
  private readonly subscription = vscode.workspace.onDidChangeConfiguration((event) => {
    if (!event.affectsConfiguration('convlens')) return;
    this.current = read();
    this.changed.fire(this.current);
  });
  readonly onChange = this.changed.event;

  get(): Settings {
    return this.current;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}

const VERSIONS: Readonly<Record<string, 2 | 3 | undefined>> = { '2': 2, '3': 3 };

function read(): Settings {
  const settings = vscode.workspace.getConfiguration('convlens');
  return {
    inlayHints: settings.get('inlayHints.enabled', true),
    hintStyle: settings.get<HintStyle>('inlayHints.style', 'shape'),
    codeLens: settings.get('codeLens.enabled', true),
    codeLensActions: settings.get('codeLens.actions', true),
    highlightTensors: settings.get('highlightTensors', true),
    diagnostics: settings.get('diagnostics.enabled', true),
    severity: settings.get<Record<string, Severity>>('diagnostics.severity', {}),
    pythonPath: settings.get<string[]>('pythonPath', []),
    kerasVersion: VERSIONS[settings.get('kerasVersion', 'auto')],
  };
}
