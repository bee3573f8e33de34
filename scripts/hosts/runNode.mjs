// Runs the bundled host suite in a Node extension host through `@vscode/test-electron`'s `runTests`: in a downloaded
// desktop VS Code where the network allows one, and in the VS Code server, by way of its launcher, everywhere else.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { outDir, root } from '../lib/paths.mjs';
import { progress } from '../lib/run.mjs';
import { prepareDesktop, rememberDesktopFailure } from './desktop.mjs';
import { fetchServerHost } from './fetch.mjs';

const launcher = (name) => path.join(root, `scripts/hosts/${name}-launcher.mjs`);

/** @returns the results and the name of the host they come from; throws when no host ran the suite to its end */
export async function runNodeSuite({ bundle, folderPath }) {
  const desktop = await prepareDesktop();
  if (desktop) {
    const results = await runIn(launcher('desktop'), {
      bundle,
      folderPath,
      env: { ...desktop.env, CONVLENS_DESKTOP: desktop.executable },
    }).catch((error) => {
      progress(`the desktop VS Code did not run: ${error.message.split('\n')[0]}`);
      return null;
    });
    await desktop.stop();
    if (results) return { results, host: 'desktop' };
    await rememberDesktopFailure();
  }
  await fetchServerHost();
  return { results: await runIn(launcher('server'), { bundle, folderPath }), host: 'server' };
}

async function runIn(vscodeExecutablePath, { bundle, folderPath, env = {} }) {
  const { runTests } = await import('@vscode/test-electron');
  const file = path.join(outDir, 'results/host-node-raw.json');
  await mkdir(path.dirname(file), { recursive: true });
  await rm(file, { force: true });
  let failure;
  try {
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: root,
      extensionTestsPath: bundle,
      launchArgs: [folderPath, '--disable-extensions', '--disable-gpu'],
      extensionTestsEnv: { ...env, CONVLENS_RESULTS: file },
    });
  } catch (error) {
    failure = error;
  }
  if (!existsSync(file))
    throw new Error(`the suite left no results (${failure?.message ?? 'no error either'})`);
  return JSON.parse(await readFile(file, 'utf8'));
}
