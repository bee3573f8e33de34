/** Makes the analysis thread for this kind of extension host, from the bundle `dist/analysis.js`. */
import * as vscode from 'vscode';
import { nodeThread, onNode, ownThread, webThread, type Thread, type ThreadEvents } from '../service';

/** `warn`: told when the analysis has to run on the extension host's own thread. */
export async function startThread(
  extension: vscode.Uri,
  events: ThreadEvents,
  warn: (text: string) => void,
): Promise<Thread> {
  const script = vscode.Uri.joinPath(extension, 'dist', 'analysis.js');
  if (onNode()) {
    try {
      return await nodeThread(script.fsPath, events);
    } catch (error) {
      warn(
        `no worker can be made, so the analysis runs on the extension host's own thread: ${String(error)}`,
      );
      return ownThread(script.fsPath, events);
    }
  }
  // A worker's script must have the host's own origin, which the extension's files do not have on every web host.
  const bytes = await vscode.workspace.fs.readFile(script);
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'text/javascript' }));
  try {
    return webThread(url, events);
  } finally {
    // The worker has begun to load it once the message loop turns.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }
}
