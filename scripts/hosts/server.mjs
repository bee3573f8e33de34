// Starts the VS Code server (Node extension host, workbench in a browser) and builds the addresses to open it at.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort, waitFor } from '../lib/run.mjs';
import { fetchServerHost } from './fetch.mjs';

/** Settings that keep the workbench quiet: no welcome pages, no updates, no experiments. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'update.mode': 'none',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.enabled': false,
  'chat.commandCenter.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
};

/**
 * Starts the server on 127.0.0.1 with its data under `dataDir`.
 * @returns its port, `url(folder, development)` (of a folder or a workspace file; paths are absolute) and `stop()`
 */
export async function startServer({ dataDir, port, vsix, settings = {}, env = {} }) {
  const server = await fetchServerHost();
  const entry = path.join(server, 'out/node/entry.js');
  const userData = path.join(dataDir, 'user');
  const extensions = path.join(dataDir, 'extensions');
  await mkdir(path.join(userData, 'User'), { recursive: true });
  await mkdir(extensions, { recursive: true });
  await writeFile(
    path.join(userData, 'User/settings.json'),
    JSON.stringify({ ...quietSettings, ...settings }),
  );
  const folders = ['--user-data-dir', userData, '--extensions-dir', extensions];
  const log = createWriteStream(path.join(dataDir, 'server.log'));
  await new Promise((resolve) => log.once('open', resolve));
  const launch = (args) =>
    spawn(process.execPath, [entry, ...folders, ...args], {
      env: serverEnvironment({ ...env, HOME: dataDir, XDG_CONFIG_HOME: dataDir, XDG_DATA_HOME: dataDir }),
      stdio: ['ignore', log, log],
    });
  if (vsix) {
    const install = launch(['--install-extension', vsix, '--force']);
    const code = await new Promise((resolve) => install.once('close', resolve));
    if (code !== 0)
      throw new Error(`the server did not take ${vsix}; see ${path.join(dataDir, 'server.log')}`);
  }
  const chosen = port ?? (await freePort());
  const quiet = ['--disable-workspace-trust', '--disable-telemetry', '--disable-update-check'];
  const child = launch(['--auth', 'none', '--bind-addr', `127.0.0.1:${chosen}`, ...quiet]);
  let ended = false;
  child.once('close', () => (ended = true));
  const base = `http://127.0.0.1:${chosen}`;
  await waitFor(
    `the VS Code server (log: ${path.join(dataDir, 'server.log')})`,
    async () => ended || (await fetch(`${base}/healthz`)).ok,
    60_000,
  );
  if (ended) throw new Error(`the VS Code server ended at once; see ${path.join(dataDir, 'server.log')}`);
  return {
    port: chosen,
    base,
    closed: new Promise((resolve) => child.once('close', resolve)),
    url(folder, { extensionDevelopmentPath, extensionTestsPath, openFile } = {}) {
      const remote = (file) => `vscode-remote://127.0.0.1:${chosen}${file}`;
      const payload = [['skipWelcome', 'true']];
      if (extensionDevelopmentPath)
        payload.push(['extensionDevelopmentPath', remote(extensionDevelopmentPath)]);
      if (extensionTestsPath) payload.push(['extensionTestsPath', remote(extensionTestsPath)]);
      if (openFile) payload.push(['openFile', remote(openFile)]);
      const kind = folder.endsWith('.code-workspace') ? 'workspace' : 'folder';
      return `${base}/?${kind}=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    },
    async stop() {
      if (ended) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await new Promise((resolve) => (ended ? resolve() : child.once('close', resolve)));
      clearTimeout(timer);
    },
  };
}

/** The environment without what an enclosing editor or npm run would smuggle in. */
function serverEnvironment(extra) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|VSCODE_|ELECTRON_|PORT$)/.test(name));
  return { ...Object.fromEntries(kept), ...extra };
}
