// Hundreds of random edits of a network on each graphics device: what the device holds does not grow, and an edit compiles no more
// than what it changed. `npm run bench` makes a thousand.
import assert from 'node:assert/strict';
import type { EditsAnswer, EditsRequest } from './engine/editsWorker';
import { WorkerPage } from './engine/workerPage';

const EDITS = Number(process.env['CONVLENS_EDITS'] ?? 150);

for (const backend of ['webgl2', 'webgpu'] as const) {
  describe(`${EDITS} edits on ${backend}`, function () {
    this.timeout(1_800_000);
    let page: WorkerPage;
    before(async () => {
      page = await WorkerPage.start('test/panel/engine/editsWorker.ts');
    });
    after(() => page.stop());
    it('leave nothing behind', async () => {
      const request: EditsRequest = { backend, edits: EDITS, seed: 5 };
      const answer = await page.ask<EditsAnswer & { workerError?: string }>(request);
      assert.equal(answer.error ?? answer.workerError, undefined);
      assert.equal(answer.live.length, EDITS);
      assert.ok(answer.before.live > 0 && answer.before.storages > 0);
      assert.deepEqual(answer.after, answer.before);
      // The same network again compiles nothing; one layer's edit changes its own kernels and its neighbours' at most.
      const sorted = [...answer.compiled].sort((a, b) => a - b);
      assert.equal(sorted[0], 0);
      assert.ok(answer.compiled.some((count) => count > 0));
      const median = sorted[sorted.length >> 1];
      assert.ok(median <= 6, `an edit compiles ${median} kernels`);
    });
  });
}
