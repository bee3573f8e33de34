// Makes sure that what the scripts need is there: npm packages, Chromium, ripgrep, a compiler. Node built-ins only.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';
import { progress, run, which } from './run.mjs';

/** npm as a command line: `npm` itself, through Node where npm told us its script (works on Windows too). */
export function npm(args, options) {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js')
    ? run(process.execPath, [script, ...args], options)
    : run('npm', args, options);
}

/** Runs `npm ci` when node_modules is missing or belongs to another lockfile. */
export async function ensureNodeModules() {
  const lockfile = path.join(root, 'package-lock.json');
  const stamp = path.join(root, 'node_modules/.convlens-lock');
  const installed = path.join(root, 'node_modules/.package-lock.json');
  const hash = createHash('sha256').update(readFileSync(lockfile)).digest('hex');
  if (existsSync(installed)) {
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
    if (statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs) return;
  }
  progress('npm ci');
  await npm(['ci', '--no-audit', '--no-fund'], { cwd: root, quiet: true });
  writeFileSync(stamp, hash);
}

/** The path of a Chromium or Chrome, installed from the system's packages when there is none. */
export async function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  await aptInstall(['chromium', 'fonts-dejavu-core', 'fonts-liberation'], 'Chromium');
  const installed = findChromium();
  if (!installed)
    throw new Error('Chromium was installed but is not on PATH; set CONVLENS_CHROMIUM to its executable.');
  return installed;
}

function findChromium() {
  if (process.env.CONVLENS_CHROMIUM) return process.env.CONVLENS_CHROMIUM;
  const onPath = which(
    'chromium',
    'chromium-browser',
    'google-chrome-stable',
    'google-chrome',
    'chrome',
    'chrome.exe',
  );
  if (onPath) return onPath;
  const usual = [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ];
  return usual.find((file) => existsSync(file)) ?? null;
}

/** The path of ripgrep, which the VS Code server's file search calls. */
export async function ensureRipgrep() {
  if (!which('rg')) await aptInstall(['ripgrep'], 'ripgrep (rg)');
  return which('rg');
}

/** Python and a C++ compiler, with which the VS Code server's native modules are built. */
export async function ensureBuildTools() {
  if (which('make') && which('g++', 'clang++', 'c++') && which('python3', 'python')) return;
  await aptInstall(['build-essential', 'python3'], 'a C++ compiler, make and Python 3');
}

/** Installs Debian packages when we may, and says what to install by hand when we may not. */
export async function aptInstall(packages, what) {
  const isRoot = process.getuid?.() === 0;
  const apt = which('apt-get');
  const sudo = isRoot ? null : which('sudo');
  if (!apt || !(isRoot || sudo)) {
    throw new Error(
      `${what} is missing and cannot be installed from here. Please install it (Debian: ${packages.join(' ')}).`,
    );
  }
  const withRights = (args) =>
    run(isRoot ? apt : sudo, isRoot ? args : ['-n', apt, ...args], {
      quiet: true,
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  progress(`installing ${packages.join(', ')}`);
  await withRights(['update']);
  await withRights(['install', '-y', '--no-install-recommends', ...packages]);
}
