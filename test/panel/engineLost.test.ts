// A lost graphics device: no zeros pass for maps, the worker says so, opens another and makes the maps again by itself.
import assert from 'node:assert/strict';
import type { FromWorker, ToWorker } from '../../src/engine/workerProtocol';
import { interpret } from '../../src/keras/interpret';
import { WorkerPage } from './engine/workerPage';

const PROGRAM = `
import keras
from keras import layers as L
model = keras.Sequential([keras.Input((32, 32, 3)), L.Conv2D(8, 3, activation='relu'), L.MaxPooling2D(), L.Conv2D(16, 3), L.GlobalAveragePooling2D(), L.Dense(5)])
`;

describe('engine worker on a lost device', function () {
  this.timeout(120_000);
  let page: WorkerPage;
  before(async () => {
    page = await WorkerPage.start('test/panel/engine/lostWorker.ts');
  });
  after(() => page.stop());

  const send = (message: ToWorker | { readonly type: 'lose' }): Promise<void> => page.post(message);
  async function until<T extends FromWorker['type']>(type: T): Promise<Extract<FromWorker, { type: T }>> {
    for (;;) {
      const message = await page.next<FromWorker>();
      if (message.type === type) return message as Extract<FromWorker, { type: T }>;
    }
  }

  it('makes the maps again', async () => {
    const graph = interpret({ path: 'model.py', text: PROGRAM });
    const { id: node } = graph.nodes.filter((candidate) => candidate.type === 'Dense')[0];
    await send({ type: 'load', id: 1, graph, model: 0, backend: 'webgl2', run: true });
    assert.equal((await until('done')).result.backend.name, 'webgl2');
    await send({ type: 'read', id: 2, node });
    const before = [...(await until('map')).map.data];
    await send({ type: 'lose' });
    await send({ type: 'read', id: 3, node });
    assert.match((await until('restarted')).reason, /lost/);
    const again = await until('done');
    assert.equal(again.id, 1);
    assert.deepEqual(again.result.failures, []);
    assert.ok(again.result.backend.fallbacks.some((fallback) => /lost/.test(fallback.reason)));
    await send({ type: 'read', id: 4, node });
    const after = [...(await until('map')).map.data];
    assert.ok(before.some((value) => value !== 0));
    assert.ok(before.every((value, i) => Math.abs(value - after[i]) < 1e-5));
  });
});
