// Every kernel on every backend against the float64 reference, in a blob worker under the panel's policy in a real Chromium.
import assert from 'node:assert/strict';
import { OP_KINDS } from '../engine/randomOps';
import type { KernelAnswer, KernelRequest } from './engine/kernelWorker';
import { WorkerPage } from './engine/workerPage';

const SEEDS = 25;

for (const mode of ['webgl2', 'webgpu', 'webasm'] as const) {
  describe(`kernels on ${mode} in the worker`, () => {
    let page: WorkerPage;
    before(async () => {
      page = await WorkerPage.start('test/panel/engine/kernelWorker.ts');
    });
    after(() => page.stop());
    for (const kind of OP_KINDS) {
      it(`${kind} equals the reference`, async () => {
        const request: KernelRequest = { mode, kind, seeds: SEEDS };
        const answer = await page.ask<KernelAnswer & { workerError?: string }>(request);
        assert.equal(answer.workerError, undefined);
        assert.deepEqual(answer.failures, []);
        assert.equal(answer.compared, SEEDS);
      });
    }
  });
}
