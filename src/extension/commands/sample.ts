/** *Open a Sample Model*: a copy of the shipped ResNet-50, to try things out without a file of one's own. */
import * as vscode from 'vscode';

export async function openSample(context: vscode.ExtensionContext): Promise<void> {
  const uri = vscode.Uri.joinPath(context.extensionUri, 'media', 'samples', 'resnet50.py');
  const content = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const document = await vscode.workspace.openTextDocument({ language: 'python', content });
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
}
