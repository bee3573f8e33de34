// `npm run bench:engine`: this engine beside TensorFlow.js 4.22, same page, same weights, same backends, on the convolutions of
// well-known networks and on whole networks. The last line is one JSON object: `ratio` is TensorFlow.js' time ÷ ours (geometric
// means per backend), each the least of its rounds after one that warms up. Both sides have `--seconds=S` for a case (warming up
// included) and make `--rounds=N` rounds at most; the whole run has `--minutes=M`. What did not end in time stands in `left`, with
// what is known of it, and counts in no mean. Options besides: `--only=TEXT` (names that contain it), `--backends=webgl,webgpu,wasm`.
import { createServer } from 'node:http';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ensureChromium, ensureNodeModules, npm } from './lib/dependencies.mjs';
import { outDir, root } from './lib/paths.mjs';
import { progress, run } from './lib/run.mjs';

const option = (name, fallback) =>
  process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3) ?? fallback;
const only = option('only', '');
const rounds = Number(option('rounds', '3'));
const seconds = Number(option('seconds', '20'));
const deadline = Date.now() + 60_000 * Number(option('minutes', '14'));
const backends = option('backends', 'webgl,webgpu,wasm').split(',');
const OURS = { webgl: 'webgl2', webgpu: 'webgpu', wasm: 'webasm' };
const VERSION = '4.22.0';
const PACKAGES = ['core', 'backend-cpu', 'backend-webgl', 'backend-webgpu', 'backend-wasm'].map(
  (name) => `@tensorflow/tfjs-${name}`,
);

await ensureNodeModules();
const folder = path.join(outDir, 'bench/tfjs');
await mkdir(folder, { recursive: true });
if (!PACKAGES.every((name) => existsSync(path.join(folder, 'node_modules', name)))) {
  progress(`TensorFlow.js ${VERSION}`);
  await writeFile(path.join(folder, 'package.json'), '{"private":true}');
  const packages = PACKAGES.map((name) => `${name}@${VERSION}`);
  await npm(['install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-save', ...packages], {
    cwd: folder,
    quiet: true,
  });
}

const { default: esbuild } = await import('esbuild');
const bundle = async (entry, name, platform) => {
  const outfile = path.join(outDir, 'bench', name);
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: platform === 'browser',
    platform,
    format: platform === 'node' ? 'cjs' : 'iife',
    target: platform === 'node' ? 'node20' : 'es2022',
    logLevel: 'warning',
    nodePaths: [path.join(folder, 'node_modules')],
    alias: { 'gpu.js': path.join(root, 'node_modules/gpu.js/dist/gpu-browser.js') },
  });
  return outfile;
};
progress('building');
const programs = await bundle('test/bench/engine/programs.ts', 'programs.js', 'node');
const pages = {
  '/ours.js': await bundle('test/bench/engine/ours.ts', 'ours.js', 'browser'),
  '/theirs.js': await bundle('test/bench/engine/theirs.mjs', 'theirs.js', 'browser'),
};
const graphs = path.join(outDir, 'bench/graphs.json');
await run(process.execPath, [programs, graphs], { quiet: true });
const jobs = JSON.parse(await readFile(graphs, 'utf8')).filter((job) => job.name.includes(only));

const wasm = path.join(folder, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');
const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const file =
    pages[pathname] ?? (pathname.endsWith('.wasm') ? path.join(wasm, path.basename(pathname)) : null);
  const types = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
  response.setHeader('content-type', file ? types[path.extname(file)] : 'text/html');
  response.end(
    file
      ? await readFile(file)
      : '<!DOCTYPE html><title>bench</title><script src="/ours.js"></script><script src="/theirs.js"></script>',
  );
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { chromium } = await import('playwright-core');
const { chromiumFlags } = await import('./lib/chromium.mjs');
const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumFlags() });
const rows = [];
const left = [];
/** Convolutions before networks, so that a run that is cut short has measured the same things on every backend. */
const ordered = [...jobs.filter((job) => !job.network), ...jobs.filter((job) => job.network)];
/** Each backend's share of what is left of the run. */
const until = (index) => Date.now() + (deadline - Date.now()) / (backends.length - index);

/** Whatever the page is doing after this time, it is given up: a device that is busy cannot be asked to stop. */
async function within(milliseconds, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`not done within ${Math.round(milliseconds / 1000)} s`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function open() {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  return page;
}

try {
  for (const [index, backend] of backends.entries()) {
    const end = until(index);
    // A page per backend: one device at a time, and memory of the one before given back.
    let page = await open();
    for (const { name, network, graph, model } of ordered) {
      const job = { graph, model, rounds: network ? Math.min(rounds, 2) : rounds, seconds };
      const measured = {};
      for (const [who, own] of [
        ['theirs', backend],
        ['ours', OURS[backend]],
      ]) {
        const rest = end - Date.now();
        if (rest < 2000) {
          measured[who] = { error: 'the time of this backend is over' };
          continue;
        }
        try {
          measured[who] = await within(
            Math.min(rest, 2500 * seconds),
            page.evaluate(([name, own, job]) => window[name](own, job), [who, own, job]),
          );
        } catch (error) {
          measured[who] = { error: String(error.message ?? error).split('\n')[0] };
          await page.close().catch(() => undefined);
          page = await open();
        }
      }
      const row = { backend, name, network, ...compare(measured.ours, measured.theirs) };
      (row.error ? left : rows).push(row);
      progress(
        `${backend} ${name}: ${row.error ?? `${row.ours} ms, TensorFlow.js ${row.theirs} ms, ratio ${row.ratio}, memory ${row.memory}`}`,
      );
    }
    await page.close();
  }
} finally {
  await browser.close();
  server.close();
}

const mean = (list) =>
  list.length ? round(Math.exp(list.reduce((sum, value) => sum + Math.log(value), 0) / list.length)) : null;
const means = (what) =>
  Object.fromEntries(
    backends.map((backend) => [
      backend,
      mean(rows.filter((row) => row.backend === backend && row[what]).map((row) => row[what])),
    ]),
  );
console.log(JSON.stringify({ ratio: means('ratio'), memory: means('memory'), rounds, seconds, rows, left }));

function compare(ours, theirs) {
  const failed = [
    ...(ours.error ? [`ours: ${ours.error}`] : []),
    ...(theirs.error ? [`TensorFlow.js: ${theirs.error}`] : []),
  ];
  if (failed.length)
    return {
      error: failed.join('; '),
      ...(ours.error ? {} : { ours: round(ours.milliseconds) }),
      ...(theirs.error ? {} : { theirs: round(theirs.milliseconds) }),
    };
  // Both must have computed the same thing for the comparison to mean anything.
  const scale = Math.max(1e-6, ...theirs.output.map(Math.abs));
  const difference = Math.max(...theirs.output.map((value, i) => Math.abs(value - ours.output[i]))) / scale;
  return {
    ours: round(ours.milliseconds),
    theirs: round(theirs.milliseconds),
    ratio: round(theirs.milliseconds / ours.milliseconds),
    firstMap: round(ours.first),
    warmUp: round(ours.warmUp),
    theirWarmUp: round(theirs.warmUp),
    rounds: [ours.rounds, theirs.rounds],
    // What each holds at most: weights and live maps.
    bytes: ours.bytes,
    theirBytes: theirs.bytes,
    memory: round(ours.bytes / theirs.bytes),
    difference: Number(difference.toPrecision(2)),
  };
}

function round(value) {
  return Number(value.toPrecision(4));
}
