// Downloads the desktop VS Code where the network allows, and gives it a display where the machine has none.
// A failed try is remembered for a day, so that machines without that network do not wait at every run.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { aptInstall } from '../lib/dependencies.mjs';
import { cacheDir } from '../lib/paths.mjs';
import { progress, waitFor, which } from '../lib/run.mjs';

const updateService = 'https://update.code.visualstudio.com/api/releases/stable';
const failureMark = () => path.join(cacheDir(), 'desktop-failed');

/** @returns the executable with the environment it needs and `stop()`, or null where there is no desktop VS Code */
export async function prepareDesktop() {
  if (process.env.CONVLENS_NODE_HOST === 'server' || (await failedLately())) return null;
  try {
    const executable = await download();
    const display = await ensureDisplay();
    return { executable, ...display };
  } catch (error) {
    progress(`no desktop VS Code here (${error.message.split('\n')[0]}); the server takes its place`);
    await rememberDesktopFailure();
    return null;
  }
}

export async function rememberDesktopFailure() {
  await mkdir(cacheDir(), { recursive: true });
  await writeFile(failureMark(), 'Remove this file to try the desktop VS Code again.\n');
}

async function failedLately() {
  if (!existsSync(failureMark())) return false;
  return Date.now() - (await stat(failureMark())).mtimeMs < 24 * 3600 * 1000;
}

async function download() {
  const cachePath = path.join(cacheDir(), 'desktop');
  const present =
    existsSync(cachePath) && (await readdir(cachePath)).some((name) => name.startsWith('vscode-'));
  if (!present) {
    // A short look first: the downloader itself retries for minutes where nothing answers.
    const answer = await fetch(updateService, { signal: AbortSignal.timeout(5_000) });
    if (!answer.ok) throw new Error(`${updateService} answers ${answer.status}`);
    progress('downloading the desktop VS Code');
  }
  const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  const timeout = 180_000;
  return Promise.race([
    downloadAndUnzipVSCode({ version: 'stable', cachePath, timeout: 15_000 }),
    new Promise((_, reject) => {
      setTimeout(() => reject(new Error('the download took too long')), timeout).unref();
    }),
  ]);
}

/** Electron on Linux wants an X display; Xvfb gives one in memory. */
async function ensureDisplay() {
  const nothing = { env: {}, stop: async () => undefined };
  if (process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return nothing;
  if (!which('Xvfb'))
    await aptInstall(['xvfb', 'libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxkbfile1'], 'Xvfb');
  const number = 90 + (process.pid % 900);
  const child = spawn('Xvfb', [`:${number}`, '-screen', '0', '1440x900x24'], { stdio: 'ignore' });
  let ended = false;
  child.once('error', () => (ended = true));
  child.once('close', () => (ended = true));
  await waitFor('Xvfb', () => ended || existsSync(`/tmp/.X11-unix/X${number}`), 10_000);
  if (ended) throw new Error('Xvfb did not start');
  return {
    env: { DISPLAY: `:${number}` },
    stop: async () => {
      child.kill();
    },
  };
}
