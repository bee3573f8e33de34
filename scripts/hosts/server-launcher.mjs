#!/usr/bin/env node
// Stands in for the desktop VS Code: takes the same arguments from `@vscode/test-electron`, runs the extension's test
// suite in the VS Code server's Node extension host with the workbench in Chromium, and ends with the suite's code.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openChromium } from '../lib/chromium.mjs';
import { startServer } from './server.mjs';

const argument = (name) => {
  const prefix = `--${name}=`;
  return process.argv.find((text) => text.startsWith(prefix))?.slice(prefix.length);
};
const extensionDevelopmentPath = argument('extensionDevelopmentPath');
const extensionTestsPath = argument('extensionTestsPath');
const folder = process.argv.slice(2).find((text) => !text.startsWith('-'));
if (!extensionDevelopmentPath || !extensionTestsPath || !folder) {
  console.error('server-launcher: needs a folder, --extensionDevelopmentPath= and --extensionTestsPath=');
  process.exit(2);
}

const timeoutMs = Number(process.env.CONVLENS_HOST_TIMEOUT_MS ?? 300_000);
const dataDir = await mkdtemp(path.join(os.tmpdir(), 'convlens-server-'));
const log = [];
let server;
let browser;
let code = 1;
try {
  server = await startServer({ dataDir });
  browser = await openChromium(path.join(dataDir, 'profile'));
  const page = browser.pages()[0] ?? (await browser.newPage());
  const ended = new Promise((resolve) => {
    void page.exposeFunction(
      'codeAutomationLog',
      (type, args) => void log.push(`${type}: ${args.join(' ')}`),
    );
    void page.exposeFunction('codeAutomationExit', resolve);
  });
  const late = new Promise((_, reject) => {
    setTimeout(
      () => reject(new Error(`no end of the suite within ${timeoutMs / 1000} s`)),
      timeoutMs,
    ).unref();
  });
  if (process.env.CONVLENS_VERBOSE)
    page.on('console', (message) => console.log(`[workbench] ${message.text()}`));
  await page.goto(server.url(path.resolve(folder), { extensionDevelopmentPath, extensionTestsPath }));
  code = await Promise.race([ended, late]);
  // The workbench talks a lot; what it said matters only when the suite failed.
  if (code !== 0 || process.env.CONVLENS_VERBOSE) console.log(log.slice(-60).join('\n'));
} catch (error) {
  console.error(`server-launcher: ${error.message}\n${log.slice(-60).join('\n')}`);
} finally {
  await browser?.close().catch(() => undefined);
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
}
process.exit(code);
