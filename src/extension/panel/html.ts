/** The panel's page: a root element, one style sheet, one script with a nonce, and a strict content security policy. */
import type * as vscode from 'vscode';

/**
 * The policy: nothing by default; the page's own script by nonce; WebAssembly for GPU.js' `webasm` backend but no string
 * evaluation; workers only from blobs (the engine's worker is fetched from the extension and started as one).
 */
export function contentSecurityPolicy(source: string, nonce: string): string {
  return [
    `default-src 'none'`,
    `img-src ${source} data: blob:`,
    `style-src ${source}`,
    `font-src ${source}`,
    `script-src 'nonce-${nonce}' 'wasm-unsafe-eval'`,
    `worker-src blob:`,
    `connect-src ${source}`,
  ].join('; ');
}

/** The page for one webview. `folder` is the extension's `dist/webview`. */
export function panelHtml(options: {
  readonly webview: Pick<vscode.Webview, 'asWebviewUri' | 'cspSource'>;
  readonly script: vscode.Uri;
  readonly style: vscode.Uri;
  readonly worker: vscode.Uri;
  readonly nonce: string;
  readonly language: string;
  readonly title: string;
}): string {
  const { webview, nonce, language } = options;
  const url = (uri: vscode.Uri): string => webview.asWebviewUri(uri).toString();
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(webview.cspSource, nonce)}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<link rel="stylesheet" href="${url(options.style)}">
<title>${options.title}</title>
</head>
<body>
<div id="app" data-worker="${url(options.worker)}" data-language="${language}"></div>
<script nonce="${nonce}" src="${url(options.script)}"></script>
</body>
</html>`;
}

/** 128 random bits in base 36 digits. */
export function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
