// Shows that the imports table fails the lint when broken: one forbidden import per room, and the allowed ones pass.
import assert from 'node:assert/strict';
import path from 'node:path';
import { ESLint } from 'eslint';

const root = path.resolve(__dirname, '../..');

describe('imports table', function () {
  this.timeout(60000);
  const eslint = new ESLint({ cwd: root });

  async function complaints(file: string, source: string): Promise<string[]> {
    const text = `// A file that exists only to be linted by this test.\n${source}\n`;
    const [result] = await eslint.lintText(text, { filePath: path.join(root, file) });
    const fatal = result.messages.filter((message) => message.fatal);
    assert.deepEqual(fatal, [], 'the example itself must parse');
    return result.messages
      .filter((message) => message.ruleId === 'convlens/imports-table')
      .map((message) => message.message);
  }

  const forbidden: [file: string, source: string, expected: RegExp][] = [
    ['src/python/a.ts', `import { x } from '../keras/layers';\nx();`, /python\/ may not import keras\//],
    ['src/python/a.ts', `import { readFileSync } from 'fs';\nreadFileSync('');`, /only cli\/ may/],
    [
      'src/graph/a.ts',
      `import type { X } from '../python/values';\nexport type Y = X;`,
      /graph\/ may not import python\//,
    ],
    ['src/keras/a.ts', `import { x } from '../analysis/cost';\nx();`, /keras\/ may not import analysis\//],
    ['src/analysis/a.ts', `export { x } from '../features/hover';`, /analysis\/ may not import features\//],
    [
      'src/features/a.ts',
      `import * as vscode from 'vscode';\nvscode.window;`,
      /features\/ may not import the package vscode/,
    ],
    ['src/features/a.ts', `import { x } from '../engine/plan';\nx();`, /features\/ may not import engine\//],
    ['src/engine/a.ts', `import { x } from '../analysis/cost';\nx();`, /engine\/ may not import analysis\//],
    [
      'src/protocol.ts',
      `import { x } from './features/hover';\nx();`,
      /protocol\/ may not import features\//,
    ],
    [
      'src/webview/a.ts',
      `import { x } from '../features/hover';\nx();`,
      /webview\/ may not import features\//,
    ],
    [
      'src/webview/a.ts',
      `import { GPU } from 'gpu.js';\nnew GPU();`,
      /webview\/ may not import the package gpu\.js/,
    ],
    [
      'src/extension/a.ts',
      `import { x } from '../engine/plan';\nx();`,
      /extension\/ may not import engine\//,
    ],
    ['src/extension/a.ts', `import path from 'node:path';\npath.sep;`, /only cli\/ may/],
    [
      'src/service/a.ts',
      `import { x } from '../analysis/cost';\nx();`,
      /service\/ may not import analysis\//,
    ],
    [
      'src/service/a.ts',
      `import * as vscode from 'vscode';\nvscode.window;`,
      /may not import the package vscode/,
    ],
    [
      'src/service/a.ts',
      `export const x = process.getBuiltinModule('fs');`,
      /may not ask for Node's module fs/,
    ],
    [
      'src/extension/a.ts',
      `export const x = process.getBuiltinModule?.('fs');`,
      /may not ask for Node's module fs/,
    ],
    ['src/cli/a.ts', `import { x } from '../extension/main';\nx();`, /cli\/ may not import extension\//],
    [
      'src/cli/a.ts',
      `import * as vscode from 'vscode';\nvscode.window;`,
      /cli\/ may not import the package vscode/,
    ],
    ['src/keras/a.ts', `export const x = import('../features/hover');`, /keras\/ may not import features\//],
    ['src/keras/a.ts', `export * from '../../test/helper';`, /may not import files outside src/],
    ['src/keras/a.ts', `export type X = import('../features/hover').X;`, /keras\/ may not import features\//],
    ['src/elsewhere/a.ts', `import { x } from '../graph/graph';\nx();`, /not a room/],
  ];
  for (const [file, source, expected] of forbidden) {
    it(`${file} may not: ${source.split('\n')[0]}`, async () => {
      const found = await complaints(file, source);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0], expected);
    });
  }

  const allowed: [file: string, source: string][] = [
    ['src/python/a.ts', `import { x } from './syntax/parser';\nx();`],
    ['src/keras/a.ts', `import { x } from '../python/values';\nimport { y } from '../graph/graph';\nx(y);`],
    ['src/analysis/a.ts', `import { x } from './cost';\nimport { y } from '../keras/layers';\nx(y);`],
    ['src/engine/a.ts', `import { GPU } from 'gpu.js';\nimport { g } from '../keras/geometry';\nnew GPU(g);`],
    ['src/protocol.ts', `import type { X } from './features/hover';\nexport type Y = X;`],
    [
      'src/extension/a.ts',
      `import * as vscode from 'vscode';\nimport { x } from '../features/hover';\nx(vscode);`,
    ],
    ['src/service/a.ts', `export const x = process.getBuiltinModule('worker_threads');`],
    [
      'src/cli/a.ts',
      `import { readFileSync } from 'node:fs';\nimport { x } from '../features/hover';\nx(readFileSync);`,
    ],
  ];
  for (const [file, source] of allowed) {
    it(`${file} may: ${source.split('\n')[0]}`, async () => {
      assert.deepEqual(await complaints(file, source), []);
    });
  }
});

describe('file purpose', function () {
  this.timeout(60000);
  const eslint = new ESLint({ cwd: root });
  const rules = async (text: string) => {
    const [result] = await eslint.lintText(text, { filePath: path.join(root, 'src/graph/a.ts') });
    return result.messages.map((message) => message.ruleId);
  };

  it('fails the lint when a source file opens without a comment', async () => {
    assert.ok((await rules('export const x = 1;\n')).includes('convlens/file-purpose'));
    assert.ok(
      (await rules('export const x = 1; // a comment that comes too late to be a purpose\n')).includes(
        'convlens/file-purpose',
      ),
    );
  });

  it('accepts a line or block comment of a sentence', async () => {
    assert.deepEqual(await rules('// Holds the one number this test needs.\nexport const x = 1;\n'), []);
    assert.deepEqual(await rules('/** Holds the one number this test needs. */\nexport const x = 1;\n'), []);
  });
});
