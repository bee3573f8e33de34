// Every computing layer and operation on the graphics devices against real Keras, within 1e-4, in a blob worker under the panel's
// policy (WebAssembly and the reference are asked in test/engine/keras.test.ts).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Fact } from '../engine/kerasCase';
import { WorkerPage } from './engine/workerPage';

const { cases } = JSON.parse(readFileSync(path.join(__dirname, '../engine/facts/keras.json'), 'utf8')) as {
  cases: Fact[];
};
/** Programs per test, so that a failure names few. */
const SHARE = 50;

for (const backend of ['webgl2', 'webgpu'] as const) {
  describe(`layers on ${backend} against Keras`, function () {
    this.timeout(300_000);
    let page: WorkerPage;
    before(async () => {
      page = await WorkerPage.start('test/panel/engine/layersWorker.ts');
    });
    after(() => page.stop());
    for (let from = 0; from < cases.length; from += SHARE) {
      const facts = cases.slice(from, from + SHARE);
      it(`${facts[0].name} … ${facts[facts.length - 1].name}`, async () => {
        const answer = await page.ask<{ failures: string[]; workerError?: string }>({ backend, facts });
        assert.equal(answer.workerError, undefined);
        assert.deepEqual(answer.failures, []);
      });
    }
  });
}
