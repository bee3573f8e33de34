// `npm run package`: builds the .vsix, desktop and web in one, and refuses one that is too big or that may evaluate strings.
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureNodeModules } from './lib/dependencies.mjs';
import { outDir, root } from './lib/paths.mjs';
import { progress, run } from './lib/run.mjs';

const MAX_BYTES = 1_000_000;

/** Files that the .vsix must hold for the extension to work on desktop and web. */
const needed = ['extension.js', 'analysis.js', 'webview/panel.js', 'webview/panel.css', 'webview/worker.js'];

/**
 * Builds, checks and packages.
 * @returns the path of the .vsix
 */
export async function makePackage({ quiet = true } = {}) {
  await ensureNodeModules();
  progress('building');
  await run(process.execPath, ['scripts/build.mjs', '--production'], { cwd: root, quiet });
  const problems = await bundleProblems();
  if (problems.length) throw new Error(problems.join('\n'));
  const { name, version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const target = path.join(root, `${name}-${version}.vsix`);
  await rm(target, { force: true });
  progress('packaging');
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  const options = ['--no-dependencies', '--allow-missing-repository', '--out', target];
  await run(process.execPath, [vsce, 'package', ...options], { cwd: await stage(), quiet });
  const strays = await contentProblems(target);
  if (strays.length) throw new Error(strays.join('\n'));
  const { size } = await stat(target);
  if (size >= MAX_BYTES)
    throw new Error(`${path.basename(target)} has ${size} bytes; the limit is ${MAX_BYTES}`);
  progress(`${path.relative(root, target)}: ${(size / 1024).toFixed(0)} KiB`);
  return target;
}

/**
 * Lays out what ships in a folder of its own; `.vscodeignore` chooses from it. The README there is without pictures and
 * links of the repository: the packager refuses relative ones when it knows no address to put before them.
 */
async function stage() {
  const folder = path.join(outDir, 'package');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const translations = (await readdir(root)).filter((file) => /^package\.nls.*\.json$/.test(file));
  for (const name of [
    'package.json',
    ...translations,
    'CHANGELOG.md',
    'LICENSE',
    '.vscodeignore',
    'dist',
    'docs/diagnostics.md',
    'media',
  ]) {
    await cp(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  const readme = await readFile(path.join(root, 'README.md'), 'utf8');
  await writeFile(path.join(folder, 'README.md'), withoutRelativeLinks(readme));
  return folder;
}

/** Markdown with relative pictures left out and relative links turned into their text. */
function withoutRelativeLinks(markdown) {
  return markdown
    .replace(/!\[[^\]]*\]\((?!https:)[^)]*\)\n*/g, '')
    .replace(/\[([^\]]*)\]\((?!https?:|#)[^)]*\)/g, '$1');
}

/** What is missing from the .vsix or has no business in it, in words. */
async function contentProblems(target) {
  const { unzipSync } = await import('fflate');
  const entries = Object.keys(unzipSync(await readFile(target)));
  const expected = ['package.json', 'readme.md', 'changelog.md', ...needed.map((file) => `dist/${file}`)];
  const missing = expected.filter(
    (file) => !entries.some((entry) => entry.toLowerCase() === `extension/${file}`),
  );
  const strays = entries.filter((entry) =>
    /^extension\/(src|test|scripts|docs(?!\/diagnostics\.md$)|out|node_modules)\/|\.map$/.test(entry),
  );
  return [
    ...missing.map((file) => `the .vsix lacks ${file}`),
    ...strays.map((entry) => `the .vsix should not hold ${entry}`),
  ];
}

/** What is wrong with the bundles, in words: a missing file, a policy with `unsafe-eval`, code that evaluates strings. */
export async function bundleProblems() {
  const problems = [];
  for (const file of needed) {
    const text = await readFile(path.join(root, 'dist', file), 'utf8').catch(() => null);
    if (text === null) {
      problems.push(`dist/${file} is missing`);
      continue;
    }
    // `wasm-unsafe-eval` allows WebAssembly only; the plain keyword allows strings.
    if (/(?<!wasm-)unsafe-eval/.test(text)) problems.push(`dist/${file} mentions unsafe-eval`);
    // GPU.js' own `cpu` backend in the worker builds functions from strings: the page's policy refuses them there, and
    // the engine never chooses it. Nothing else may even contain such code.
    if (file === 'webview/worker.js' || !file.endsWith('.js')) continue;
    for (const call of await evaluatingCalls(file, text))
      problems.push(`dist/${file} evaluates a string: ${call}`);
  }
  return problems;
}

/** Calls of `eval` and uses of the `Function` constructor in a script, as text; words inside strings do not count. */
async function evaluatingCalls(file, text) {
  const { default: ts } = await import('typescript');
  const found = [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
  const visit = (node) => {
    const called = ts.isCallExpression(node) || ts.isNewExpression(node) ? node.expression : undefined;
    if (called && ts.isIdentifier(called) && /^(eval|Function)$/.test(called.text)) {
      found.push(text.slice(node.pos, Math.min(node.end, node.pos + 120)));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await makePackage({ quiet: !process.argv.includes('--verbose') }).catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
}
