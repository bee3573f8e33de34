// Bundles test/hosts/suite/*.test.ts twice, for the Node and for the web extension host, from one source.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { outDir, root } from '../lib/paths.mjs';

const suiteDir = path.join(root, 'test/hosts/suite');

/** Resolves `suite:all` to an import of every suite file, in the order of their names. */
const allSuites = {
  name: 'suite-all',
  setup(build) {
    build.onResolve({ filter: /^suite:all$/ }, () => ({ path: 'all', namespace: 'suite' }));
    build.onLoad({ filter: /.*/, namespace: 'suite' }, () => ({
      contents: readdirSync(suiteDir)
        .filter((file) => file.endsWith('.test.ts'))
        .sort()
        .map((file) => `import ${JSON.stringify('./' + file)};`)
        .join('\n'),
      resolveDir: suiteDir,
    }));
  },
};

/**
 * Mocha's browser build is CommonJS in a package that calls itself ESM; taken as what it says it is, it would overwrite
 * the bundle's own exports. Loaded as a bare text, it is seen for what it is.
 */
const browserMocha = {
  name: 'browser-mocha',
  setup(build) {
    build.onResolve({ filter: /^mocha\/mocha$/ }, () => ({ path: 'mocha', namespace: 'browser-mocha' }));
    build.onLoad({ filter: /.*/, namespace: 'browser-mocha' }, () => ({
      contents: readFileSync(path.join(root, 'node_modules/mocha/mocha.js'), 'utf8'),
    }));
  },
};

/** @returns the paths of the two bundles */
export async function bundleHostSuites() {
  const { default: esbuild } = await import('esbuild');
  const common = {
    absWorkingDir: root,
    bundle: true,
    format: 'cjs',
    sourcemap: 'inline',
    logLevel: 'warning',
    plugins: [allSuites, browserMocha],
  };
  const node = path.join(outDir, 'hosts/node.js');
  const web = path.join(outDir, 'hosts/web.js');
  await esbuild.build({
    ...common,
    entryPoints: ['test/hosts/harness/node.ts'],
    outfile: node,
    platform: 'node',
    target: 'node20',
    external: ['vscode', 'mocha'],
  });
  await esbuild.build({
    ...common,
    entryPoints: ['test/hosts/harness/web.ts'],
    outfile: web,
    platform: 'browser',
    target: 'es2022',
    external: ['vscode'],
    define: { global: 'globalThis' },
  });
  return { node, web };
}
