// `npm run bench`: measures the core (key press to hints), the engine (in Chromium, per backend) and the panel, and prints all figures
// as one JSON object on the last line. Milliseconds and bytes; figures of one run on one machine compare with each other.
import { stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { readFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ensureChromium, ensureNodeModules } from './lib/dependencies.mjs';
import { outDir, root } from './lib/paths.mjs';
import { progress, run } from './lib/run.mjs';

await ensureNodeModules();
const { default: esbuild } = await import('esbuild');
progress('building');
await run(process.execPath, ['scripts/build.mjs', '--production'], { cwd: root, quiet: true });

/** Bundles a measuring program as the product is bundled, so that no development helper is measured. */
async function bundle(entry, outfile) {
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  return outfile;
}

const figures = { machine: { node: process.version, platform: process.platform, arch: process.arch } };
await mkdir(path.join(outDir, 'bench'), { recursive: true });

progress('core');
const core = await bundle('test/bench/core.ts', path.join(outDir, 'bench/core.js'));
const samples = path.join(root, 'media/samples');
const { output } = await run(process.execPath, [core, samples], { quiet: true });
Object.assign(figures, JSON.parse(output.trim().split('\n').pop()));

progress('analysis thread');
const thread = await bundle('test/bench/thread.ts', path.join(outDir, 'bench/thread.js'));
const threadRun = await run(process.execPath, [thread, path.join(root, 'dist/analysis.js')], { quiet: true });
figures.thread = JSON.parse(threadRun.output.trim().split('\n').pop());

progress('engine');
figures.engine = await engineFigures();

progress('panel');
const panel = await run(process.execPath, ['--import', 'tsx', 'test/bench/panel.ts'], {
  cwd: root,
  quiet: true,
});
figures.panel = JSON.parse(panel.output.trim().split('\n').pop());

progress('1,000 edits');
figures.edits = await editFigures();

figures.bytes = {};
for (const file of ['extension.js', 'analysis.js', 'webview/panel.js', 'webview/worker.js', 'cli.js']) {
  figures.bytes[file] = (await stat(path.join(root, 'dist', file))).size;
}
await writeFile(path.join(outDir, 'bench/figures.json'), JSON.stringify(figures, null, 1));
console.log(JSON.stringify(figures));

/**
 * Loads and runs small networks in the built worker, once per backend, under the panel's policy.
 * @returns per network and backend: the backend that really ran, load time, and the median of five runs
 */
async function engineFigures() {
  const { chromium } = await import('playwright-core');
  const { chromiumFlags } = await import('./lib/chromium.mjs');
  const graphs = await bundle('test/bench/graphs.ts', path.join(outDir, 'bench/graphs.js'));
  const programs = JSON.parse((await run(process.execPath, [graphs], { quiet: true })).output);
  const worker = await readFile(path.join(root, 'dist/webview/worker.js'), 'utf8');
  const policy = `default-src 'none'; script-src 'wasm-unsafe-eval'; worker-src blob:; connect-src 'self'`;
  const server = createServer((request, response) => {
    response.setHeader('content-security-policy', policy);
    response.setHeader('content-type', request.url === '/worker.js' ? 'text/javascript' : 'text/html');
    response.end(request.url === '/worker.js' ? worker : '<!DOCTYPE html><title>bench</title>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumFlags() });
  const results = {};
  try {
    for (const [name, graph] of Object.entries(programs)) {
      results[name] = {};
      for (const backend of ['webgl2', 'webgpu', 'webasm']) {
        const page = await browser.newPage();
        await page.goto(`http://127.0.0.1:${server.address().port}/`);
        results[name][backend] = await page.evaluate(runInWorker, { graph, backend, rounds: 5 });
        await page.close();
      }
    }
  } finally {
    await browser.close();
    server.close();
  }
  return results;
}

/** Whether the devices hold the same after a thousand random edits of a network as before (test/panel/engineEdits.test.ts). */
async function editFigures() {
  const { mochaSuite } = await import('./lib/suites.mjs');
  const CONVLENS_CHROMIUM = await ensureChromium();
  const { passed, failed, seconds } = await mochaSuite(
    '1,000 edits',
    ['--no-config', '--require', 'tsx', 'test/panel/engineEdits.test.ts'],
    { CONVLENS_CHROMIUM, CONVLENS_EDITS: '1000' },
  );
  return { edits: 1000, backends: passed, leaking: failed, seconds };
}

/** Runs in the page: starts the worker from a blob, loads, and runs `rounds` times after one run that warms up. */
async function runInWorker({ graph, backend, rounds }) {
  const source = await (await fetch('/worker.js')).blob();
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  let id = 0;
  const ask = (message, type) =>
    new Promise((resolve, reject) => {
      id++;
      const mine = id;
      const timer = setTimeout(() => reject(new Error(`no ${type} within 120 s`)), 120_000);
      worker.onerror = (event) => reject(new Error(event.message));
      worker.onmessage = ({ data }) => {
        if (data.id !== mine || (data.type !== type && data.type !== 'error')) return;
        clearTimeout(timer);
        if (data.type === 'error') reject(new Error(data.message));
        else resolve(data);
      };
      worker.postMessage({ ...message, id: mine });
    });
  try {
    const began = performance.now();
    const { result } = await ask({ type: 'load', graph, model: 0, backend }, 'loaded');
    const load = performance.now() - began;
    const times = [];
    for (let i = 0; i <= rounds; i++) {
      const start = performance.now();
      await ask({ type: 'run' }, 'done');
      // Reading a map waits for the device; `done` alone may only mean that the work was handed to it.
      await ask({ type: 'read', node: result.nodes[result.nodes.length - 1] }, 'map');
      if (i > 0) times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    return {
      ran: result.backend.name,
      load: Math.round(load),
      runMedian: Math.round(times[rounds >> 1] * 10) / 10,
    };
  } catch (error) {
    return { error: String(error.message ?? error) };
  } finally {
    worker.terminate();
  }
}
