// Runs the bundled host suite in VS Code's web extension host: `@vscode/test-web` serves, our Chromium opens the page.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openChromium } from '../lib/chromium.mjs';
import { root } from '../lib/paths.mjs';
import { freePort } from '../lib/run.mjs';
import { fetchWebHost } from './fetch.mjs';

const TEST_LINE = 'CONVLENS-TEST ';
const END_LINE = 'CONVLENS-END ';

/** Serves the web workbench with the extension under development; returns its address and `stop()`. */
export async function serveWebHost({ folderPath, extensionTestsPath, port }) {
  const { open } = await import('@vscode/test-web');
  const { dataDir, commit } = await fetchWebHost();
  const chosen = port ?? (await freePort());
  const server = await open({
    browserType: 'none',
    quality: 'stable',
    commit,
    testRunnerDataDir: dataDir,
    extensionDevelopmentPath: root,
    extensionTestsPath,
    folderPath,
    host: 'localhost',
    port: chosen,
    printServerLog: false,
  });
  return { base: `http://localhost:${chosen}`, stop: () => server.dispose() };
}

/** @returns one result per test; throws when the suite did not run to its end */
export async function runWebSuite({ bundle, folderPath, timeoutMs = 300_000 }) {
  const profile = await mkdtemp(path.join(os.tmpdir(), 'convlens-web-'));
  const results = [];
  let announced;
  const other = [];
  const server = await serveWebHost({ folderPath, extensionTestsPath: bundle });
  const browser = await openChromium(profile);
  try {
    const page = browser.pages()[0] ?? (await browser.newPage());
    await page.exposeFunction('codeAutomationLog', (type, args) => {
      const text = args.map(String).join(' ');
      const at = text.indexOf(TEST_LINE);
      if (at >= 0) results.push(JSON.parse(text.slice(at + TEST_LINE.length)));
      else if (text.includes(END_LINE))
        announced = Number(text.slice(text.indexOf(END_LINE) + END_LINE.length));
      else other.push(`${type}: ${text}`);
    });
    let late;
    const ended = new Promise((resolve, reject) => {
      void page.exposeFunction('codeAutomationExit', resolve);
      late = setTimeout(
        () => reject(new Error(`no end of the suite within ${timeoutMs / 1000} s`)),
        timeoutMs,
      );
    });
    await page.goto(server.base);
    await ended.finally(() => clearTimeout(late));
    if (announced !== results.length)
      throw new Error(`the suite announced ${announced} results, ${results.length} came`);
    return results;
  } catch (error) {
    throw new Error(`${error.message}\n${other.slice(-30).join('\n')}`);
  } finally {
    await browser.close().catch(() => undefined);
    server.stop();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}
