// Bundles the extension (desktop and web alike), the panel, the engine worker and the command line into dist/.
// `--production` minifies identifiers-safe parts only; GPU kernels are source strings, which no bundler rewrites.
import esbuild from 'esbuild';
import { chmod, copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/** gpu.js' main entry reaches for native modules; the browser build, with its parser, runs everywhere. */
const gpuAlias = { 'gpu.js': path.join(root, 'node_modules/gpu.js/dist/gpu-browser.js') };

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': JSON.stringify(production ? 'production' : 'development') },
  alias: gpuAlias,
};

const bundles = [
  // One bundle for both kinds of extension host: built for the one that has less.
  {
    entry: 'src/extension/main.ts',
    outfile: 'dist/extension.js',
    platform: 'browser',
    format: 'cjs',
    external: ['vscode'],
    // The interpreter is in the analysis thread: here it would only make the start slow.
    without: /^src\/(?:python\/(?!symbolic|source)|keras\/(?!dims|geometry|codes|applications\/index))/,
  },
  // The analysis: a worker of Node, a Web Worker, or a module of Node, which gets the exports.
  {
    entry: 'src/service/worker.ts',
    outfile: 'dist/analysis.js',
    platform: 'browser',
    format: 'iife',
    globalName: 'convlensAnalysis',
    footer: "if (typeof module === 'object') module.exports = convlensAnalysis;",
  },
  { entry: 'src/webview/panel.ts', outfile: 'dist/webview/panel.js', platform: 'browser', format: 'iife' },
  { entry: 'src/webview/worker.ts', outfile: 'dist/webview/worker.js', platform: 'browser', format: 'iife' },
  {
    entry: 'src/cli/main.ts',
    outfile: 'dist/cli.js',
    platform: 'node',
    format: 'cjs',
    banner: '#!/usr/bin/env node',
  },
];

async function build() {
  const contexts = [];
  for (const { entry, outfile, platform, format, external, banner, globalName, footer, without } of bundles) {
    const options = {
      ...common,
      entryPoints: [entry],
      outfile,
      platform,
      format,
      external: external ?? [],
      ...(platform === 'node' ? { target: 'node20' } : {}),
      ...(globalName ? { globalName } : {}),
      ...(footer ? { footer: { js: footer } } : {}),
      ...(banner ? { banner: { js: banner } } : {}),
    };
    if (watch) {
      const context = await esbuild.context(options);
      await context.watch();
      contexts.push(context);
    } else {
      const { metafile } = await esbuild.build({ ...options, metafile: true });
      if (without) refuse(metafile, outfile, without);
    }
    // A production build leaves no source maps, not even those of an earlier development build.
    if (production) await rm(path.join(root, `${outfile}.map`), { force: true });
    if (banner && existsSync(path.join(root, outfile))) await chmod(path.join(root, outfile), 0o755);
  }
  await copyStyles();
  if (!watch) await report();
}

/** Fails when a bundle holds code of files that it must do without. */
function refuse({ outputs }, outfile, without) {
  const held = Object.entries(outputs[outfile].inputs).filter(
    ([file, { bytesInOutput }]) => bytesInOutput > 0 && without.test(file),
  );
  if (held.length > 0) throw new Error(`${outfile} must not hold ${held.map(([file]) => file).join(', ')}`);
}

/** The panel's style sheets travel beside its script, so that the page loads both from one folder. */
async function copyStyles() {
  const from = path.join(root, 'src/webview');
  if (!existsSync(from)) return;
  await mkdir(path.join(root, 'dist/webview'), { recursive: true });
  for (const name of readdirSync(from).filter((file) => file.endsWith('.css'))) {
    await copyFile(path.join(from, name), path.join(root, 'dist/webview', name));
  }
}

async function report() {
  for (const { outfile } of bundles) {
    const file = path.join(root, outfile);
    if (existsSync(file))
      console.log(`${outfile.padEnd(26)} ${((await stat(file)).size / 1024).toFixed(0).padStart(6)} KiB`);
  }
}

await build();
