// Walks through the panel (walkPanel.mjs) in VS Code's web extension host and in its Node extension host, driven in Chromium.
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openChromium } from '../lib/chromium.mjs';
import { outDir, root } from '../lib/paths.mjs';
import { serveWebHost } from './runWeb.mjs';
import { walkPanel } from './walkPanel.mjs';
import { Workbench } from './workbench.mjs';

const PLACES = { file: 'digits.py', first: 'edges', second: 'shapes' };

/** @param host `web` or `node` @returns one result per step; a screenshot of each lies in out/walk */
export async function runWalk(host) {
  const folder = path.join(outDir, 'walk', host, 'workspace');
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.dirname(folder), { recursive: true });
  await cp(path.join(root, 'test/hosts/walk'), folder, { recursive: true });
  const { address, stop } = await (host === 'web' ? serveWeb(folder) : serveNode(folder));
  const profile = await mkdtemp(path.join(os.tmpdir(), 'convlens-walk-'));
  const browser = await openChromium(profile, { width: 1500, height: 950 });
  const results = [];
  try {
    const page = browser.pages()[0] ?? (await browser.newPage());
    const step = async (name, work) => {
      const began = Date.now();
      const result = { title: `by hand in the ${host} host: ${name}`, state: 'passed' };
      await work().catch((error) => Object.assign(result, { state: 'failed', error: error.message }));
      results.push({ ...result, durationMs: Date.now() - began });
      await page.screenshot({ path: path.join(outDir, 'walk', host, `${name.replace(/\W+/g, '-')}.png`) });
    };
    await page.goto(address);
    const workbench = new Workbench(page);
    await workbench.ready();
    await walkPanel(workbench, step, PLACES);
  } finally {
    await browser.close().catch(() => undefined);
    await stop();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
  return results;
}

async function serveWeb(folderPath) {
  const server = await serveWebHost({ folderPath });
  return { address: server.base, stop: async () => server.stop() };
}

async function serveNode(folder) {
  const { makePackage } = await import('../package.mjs');
  const { startServer } = await import('./server.mjs');
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'convlens-walk-data-'));
  const server = await startServer({ dataDir, vsix: await makePackage() });
  return {
    address: server.url(folder, {}),
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
    },
  };
}
