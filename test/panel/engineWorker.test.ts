// The product's worker under the panel's policy: whole models on WebGL2, equal to the reference, progressive, readable while running.
import assert from 'node:assert/strict';
import { createEngine } from '../../src/engine/engine';
import type { FromWorker, ToWorker } from '../../src/engine/workerProtocol';
import { interpret } from '../../src/keras/interpret';
import type { ModelGraph } from '../../src/graph/graph';
import { relativeError } from '../engine/compare';
import { WorkerPage } from './engine/workerPage';

const MIXED = `
import keras
from keras import layers as L
x = keras.Input((33, 35, 3))
a = L.Conv2D(10, 7, strides=2, padding='same', use_bias=False)(x)
a = L.BatchNormalization()(a)
a = L.ReLU()(a)
b = L.SeparableConv2D(12, 3, padding='same', activation='relu')(a)
c = L.Conv2D(6, 3, dilation_rate=2, padding='same')(a)
d = L.Concatenate()([b, c])
d = L.MaxPooling2D(3, strides=2, padding='same')(d)
e = L.Conv2DTranspose(5, 4, strides=2, padding='same')(d)
e = L.UpSampling2D(2, interpolation='bilinear')(e)
e = L.LayerNormalization()(e)
f = L.GlobalAveragePooling2D()(e)
f = L.Dense(7, activation='softmax')(f)
model = keras.Model(x, [e, f])
`;

function programGraph(text: string): ModelGraph {
  return interpret({ path: 'model.py', text });
}

type Answer<T extends FromWorker['type']> = Extract<FromWorker, { type: T }>;

describe('engine worker', function () {
  this.timeout(120_000);
  let page: WorkerPage;
  before(async () => {
    page = await WorkerPage.start('src/webview/worker.ts');
  });
  after(() => page.stop());

  /** The next message of this type; others are kept aside. */
  const aside: FromWorker[] = [];
  async function answer<T extends FromWorker['type']>(type: T): Promise<Answer<T>> {
    const kept = aside.findIndex((message) => message.type === type);
    if (kept >= 0) return aside.splice(kept, 1)[0] as Answer<T>;
    for (;;) {
      const message = await page.next<FromWorker & { workerError?: string }>();
      assert.equal(message.workerError, undefined);
      if (message.type === 'error' && type !== 'error') throw new Error(message.message);
      if (message.type === type) return message as Answer<T>;
      aside.push(message);
    }
  }
  const send = (message: ToWorker): Promise<void> => page.post(message);

  it('says that it is ready', async () => {
    await answer('ready');
  });

  it('computes every map of a mixed network as the reference does', async () => {
    const graph = programGraph(MIXED);
    const reference = await createEngine({ backend: 'reference' });
    const expected = await reference.load(graph, 0, { seed: 7 });
    assert.deepEqual(expected.unsupported, []);
    await reference.run();
    await send({ type: 'load', id: 1, graph, model: 0, backend: 'webgl2', seed: 7, run: true });
    const loaded = await answer('loaded');
    assert.deepEqual(loaded.result.backend, { name: 'webgl2', fallbacks: [] });
    assert.deepEqual(loaded.result.nodes, expected.nodes);
    const done = await answer('done');
    assert.deepEqual(done.result.failures, []);
    assert.deepEqual(
      done.result.nodes.map((node) => node.node),
      expected.nodes,
    );
    for (const node of expected.nodes) {
      const id = 100 + node;
      await send({ type: 'read', id, node });
      const map = (await answer('map')).map;
      const want = await reference.read(node);
      assert.deepEqual(map.shape, want.shape);
      const error = relativeError(map.data, want.data);
      assert.ok(error < 1e-4, `${graph.nodes[node].name}: relative error ${error}`);
    }
    reference.dispose();
  });

  it('measures which backend is fastest, and tells why the others are not used', async () => {
    const graph = programGraph(MIXED);
    await send({ type: 'load', id: 40, graph, model: 0, backend: 'auto' });
    const { backend } = (await answer('loaded')).result;
    const names = [backend.name, ...backend.fallbacks.map((fallback) => fallback.backend)];
    assert.deepEqual([...names].sort(), ['webasm', 'webgl2', 'webgpu']);
    assert.ok(backend.fallbacks.every(({ reason }) => /slower here/.test(reason)));
  });

  it('refuses to read what has not run, with a reason', async () => {
    const graph = programGraph(MIXED);
    await send({ type: 'load', id: 2, graph, model: 0 });
    await answer('loaded');
    const { id } = graph.nodes.filter((node) => node.type === 'Dense')[0];
    await send({ type: 'read', id: 3, node: id });
    const error = await answer('error');
    assert.equal(error.id, 3);
    assert.match(error.message, /not been computed/);
  });

  it('changes the backend when asked', async () => {
    const graph = programGraph(MIXED);
    await send({ type: 'load', id: 4, graph, model: 0, backend: 'webgl2', run: true });
    await answer('done');
    await send({ type: 'load', id: 5, graph, model: 0, backend: 'webasm', run: true });
    aside.length = 0;
    const done = await answer('done');
    assert.equal(done.result.backend.name, 'webasm');
    assert.deepEqual(done.result.failures, []);
  });
});
