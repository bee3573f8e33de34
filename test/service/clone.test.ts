// What the thread answers is carried by structured cloning: a graph of any program, whole or cut, comes out as it went in.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { analyze } from '../../src/features';
import { verifyGraph } from '../../src/graph/verify';
import { BROKEN } from '../features/broken.table';

const SAMPLES = path.resolve(__dirname, '../../media/samples');
const PROGRAMS = [
  ...readdirSync(SAMPLES)
    .filter((name) => name.endsWith('.py'))
    .map((name) => readFileSync(path.join(SAMPLES, name), 'utf8')),
  ...BROKEN.map(({ program }) => program),
];

function sameAfterCloning(text: string): void {
  const { graph, builders } = analyze(
    { path: 'm.py', text },
    { reader: { read: () => undefined }, searchPath: [] },
  );
  const [copy, made] = structuredClone([graph, builders]);
  assert.deepStrictEqual(copy, graph);
  assert.deepStrictEqual(made, builders);
  assert.deepStrictEqual(verifyGraph(copy), verifyGraph(graph));
}

describe('cloned graphs', function () {
  this.timeout(120_000);

  it('equal those of whole programs', () => PROGRAMS.forEach(sameAfterCloning));

  it('equal those of programs that are being typed', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...PROGRAMS),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (program, cut, hole) => {
          const end = Math.floor(cut * program.length);
          const at = Math.floor(hole * end);
          sameAfterCloning(program.slice(0, at) + program.slice(at + 3, end));
        },
      ),
      { numRuns: 60 },
    ));
});
