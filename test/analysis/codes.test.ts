// Every code that the sources raise has a section in docs/diagnostics.md, and every section a code that exists.
import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ADVICE } from '../../src/analysis/checks/advice';
import { LAYER_CODES } from '../../src/keras/codes';
import { PYTHON_CODES } from '../../src/python/interpreter/mistakes';

const ROOT = path.join(__dirname, '../..');

/** Codes given to a KerasError or its helpers, read from the sources: they stand as literals before the first comma. */
function raised(folder: string, found = new Set<string>()): Set<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) raised(file, found);
    else
      for (const [, first] of readFileSync(file, 'utf8').matchAll(
        /(?:new KerasError|argumentError|report)\(\s*([^,]{1,160}),/g,
      ))
        for (const [, code] of first.matchAll(/'([a-z0-9]+(?:-[a-z0-9]+)+)'/g)) found.add(code);
  }
  return found;
}

describe('documentation of codes', () => {
  const sections = new Set(
    [...readFileSync(path.join(ROOT, 'docs/diagnostics.md'), 'utf8').matchAll(/^## (.+)$/gm)].map(
      ([, code]) => code,
    ),
  );
  const codes = new Set([
    ...raised(path.join(ROOT, 'src/keras')),
    ...Object.keys(LAYER_CODES),
    ...PYTHON_CODES,
    ...ADVICE.map(({ code }) => code),
  ]);

  it('finds the codes in the sources', () => {
    for (const code of ['window-too-large', 'graph-disconnected', 'loss-shape', 'matmul-shape'])
      assert.ok(codes.has(code), code);
  });
  it('has a section for every code', () => {
    assert.deepEqual(
      [...codes].filter((code) => !sections.has(code)),
      [],
    );
  });
  it('has no section without a code', () => {
    assert.deepEqual(
      [...sections].filter((code) => !codes.has(code)),
      [],
    );
  });
});
