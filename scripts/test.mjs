// `npm test`: sets up what is missing (packages, Chromium, both VS Code hosts), builds, and runs every suite.
// Options: `--only=a,b` runs the named steps (build, lint, types, package, unit, panel, web, node, walk, start) alone.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureChromium, ensureNodeModules } from './lib/dependencies.mjs';
import { outDir, root } from './lib/paths.mjs';
import { progress, run } from './lib/run.mjs';
import { check, mochaSuite, summarise, timed } from './lib/suites.mjs';

const only = process.argv
  .find((text) => text.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');
const wanted = (step) => !only || only.includes(step);
const bin = (name) => path.join(root, 'node_modules', name);
const node = (file, ...args) => run(process.execPath, [file, ...args], { cwd: root, quiet: true });

await rm(path.join(outDir, 'results'), { recursive: true, force: true });
await mkdir(path.join(outDir, 'results'), { recursive: true });
await ensureNodeModules();

const rows = [];

if (wanted('build')) rows.push(await check('build', () => node('scripts/build.mjs', '--production')));
if (wanted('lint')) {
  rows.push(
    await check('lint', async () => {
      await node(bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0');
      await node(bin('prettier/bin/prettier.cjs'), '--check', '.', '--log-level', 'warn');
    }),
  );
}
if (wanted('types'))
  rows.push(await check('types', () => node(bin('typescript/bin/tsc'), '--noEmit', '-p', '.')));
if (wanted('package')) rows.push(await check('package', () => node('scripts/package.mjs')));
if (wanted('unit')) rows.push(await mochaSuite('unit and property', []));
if (wanted('panel')) {
  rows.push(
    await setUpThen('panel in Chromium', async () => {
      const CONVLENS_CHROMIUM = await ensureChromium();
      return mochaSuite('panel in Chromium', ['--config', 'test/panel/.mocharc.json'], { CONVLENS_CHROMIUM });
    }),
  );
}
if (wanted('web') || wanted('node')) {
  const { bundleHostSuites } = await import('./hosts/bundleSuite.mjs');
  const { prepareWorkspace } = await import('./hosts/workspace.mjs');
  const bundles = await bundleHostSuites();
  if (wanted('web')) {
    const { runWebSuite } = await import('./hosts/runWeb.mjs');
    rows.push(
      await timed('web host', async () =>
        runWebSuite({ bundle: bundles.web, folderPath: await prepareWorkspace('web') }),
      ),
    );
  }
  if (wanted('node')) {
    const { runNodeSuite } = await import('./hosts/runNode.mjs');
    let host = '';
    const row = await timed('Node host', async () => {
      const ran = await runNodeSuite({
        bundle: bundles.node,
        folderPath: await prepareWorkspace('node', { second: true }),
      });
      host = ran.host;
      return ran.results;
    });
    rows.push({ ...row, name: host ? `Node host (${host})` : row.name });
  }
}

for (const host of ['web', 'node']) {
  if (!wanted('walk')) continue;
  const { runWalk } = await import('./hosts/runWalk.mjs');
  rows.push(await timed(`panel by hand, ${host} host`, () => runWalk(host)));
}

if (wanted('start')) {
  const file = path.join(outDir, 'results/start-raw.json');
  rows.push(
    await timed('npm start', async () => {
      const start = path.join(root, 'scripts/start.mjs');
      const screens = path.join(outDir, 'screens');
      await run(process.execPath, [start, `--headless-check=${screens}`], {
        cwd: root,
        env: { CONVLENS_RESULTS: file },
        allowFailure: true,
      });
      return JSON.parse(await readFile(file, 'utf8'));
    }),
  );
}

const total = summarise(rows);
await writeFile(path.join(outDir, 'results/summary.json'), JSON.stringify({ ...total, rows }, null, 1));
const skipped = total.skipped ? `, ${total.skipped} skipped` : '';
progress('done');
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed || total.passed === 0 ? 1 : 0);

/** Runs a suite whose set-up may fail; the failure is a row like any other. */
async function setUpThen(name, suite) {
  try {
    return await suite();
  } catch (error) {
    console.log(`  FAILED ${name}: ${error.message}`);
    return { name, passed: 0, failed: 1, skipped: 0, seconds: 0, note: 'set-up failed' };
  }
}
