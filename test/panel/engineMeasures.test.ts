// Trained weights, kernels, gradients and shifted runs through the product's worker on WebGL2, equal to the reference.
import assert from 'node:assert/strict';
import { createEngine } from '../../src/engine/engine';
import type { GradientRequest } from '../../src/engine/gradients/requests';
import type { FromWorker, ToWorker } from '../../src/engine/workerProtocol';
import { openWeightFile } from '../../src/engine/weights/weightFile';
import { interpret } from '../../src/keras/interpret';
import { relativeError } from '../engine/compare';
import { bytesOf, facts } from '../engine/weights/facts';
import { WorkerPage } from './engine/workerPage';

interface Fact {
  readonly name: string;
  readonly program: string;
  readonly files: Readonly<Record<string, string>>;
}

describe('measures in the engine worker', function () {
  this.timeout(120_000);
  let page: WorkerPage;
  before(async () => {
    page = await WorkerPage.start('src/webview/worker.ts');
  });
  after(() => page.stop());
  const send = (message: ToWorker): Promise<void> => page.post(message);
  async function until<T extends FromWorker['type']>(type: T): Promise<Extract<FromWorker, { type: T }>> {
    for (;;) {
      const message = await page.next<FromWorker>();
      if (message.type === 'error' && type !== 'error') throw new Error(message.message);
      if (message.type === type) return message as Extract<FromWorker, { type: T }>;
    }
  }

  it('agrees with the reference on a model with trained weights', async () => {
    const fact = facts<Fact>('saved.json').find((row) => row.name.startsWith('functional')) as Fact;
    const graph = interpret({ path: 'm.py', text: fact.program });
    const model = graph.models.length - 1;
    const bytes = bytesOf(fact.files['m.keras']);
    const reference = await createEngine({ backend: 'reference' });
    await reference.load(graph, model, { weights: openWeightFile('m.keras', bytes) });
    await reference.run();

    await send({ type: 'weights', id: 1, file: { name: 'no', bytes: bytes.slice(0, 50) } });
    const refused = await until('weights');
    assert.equal(refused.name, null);
    assert.match(refused.message ?? '', /zip/);
    await send({ type: 'weights', id: 2, file: { name: 'm.keras', bytes } });
    assert.deepEqual(await until('weights'), { type: 'weights', id: 2, name: 'm.keras', message: null });
    await send({ type: 'load', id: 3, graph, model, backend: 'webgl2', run: true });
    const loaded = await until('loaded');
    assert.equal(loaded.result.backend.name, 'webgl2');
    assert.ok(loaded.result.weights?.layers.every((layer) => layer.status === 'loaded'));
    await until('done');

    const conv = graph.nodes.find((node) => node.name === 'shared')?.id as number;
    await send({ type: 'kernels', id: 4, node: conv });
    const { weights } = await until('kernels');
    assert.deepEqual(
      weights.map(({ name, shape, trained }) => [name, [...shape], trained]),
      [
        ['kernel', [3, 3, 4, 4], true],
        ['bias', [4], true],
      ],
    );
    assert.deepEqual([...weights[0].data], [...reference.weights(conv)[0].data]);

    const requests: GradientRequest[] = [
      { kind: 'receptiveField', node: conv, position: [2, 3] },
      { kind: 'saliency', index: 1 },
      { kind: 'norms' },
    ];
    for (const [i, request] of requests.entries()) {
      await send({ type: 'gradient', id: 10 + i, request });
      const { result } = await until('gradient');
      const expected = await reference.gradient(request);
      if (result.kind === 'norms' && expected.kind === 'norms') {
        assert.equal(result.nodes.length, expected.nodes.length);
        for (const [k, node] of result.nodes.entries()) {
          const want = expected.nodes[k];
          const own = [node.output ?? -1, ...node.weights.map(({ norm }) => norm)];
          assert.ok(relativeError(own, [want.output ?? -1, ...want.weights.map(({ norm }) => norm)]) < 1e-3);
        }
      } else if ('maps' in result && 'maps' in expected) {
        assert.deepEqual(result.stopped, []);
        assert.ok(relativeError(result.maps[0].data, expected.maps[0].data) < 1e-3, request.kind);
      } else assert.fail('another answer');
    }

    await send({ type: 'shifted', id: 20, request: { shift: [0, 1] } });
    await send({ type: 'read', id: 21, node: conv });
    const shifted = await until('shifted');
    const expected = await reference.shifted({ shift: [0, 1] });
    assert.deepEqual(
      shifted.result.nodes.map(({ node, whole }) => [node, whole]),
      expected.nodes.map(({ node, whole }) => [node, whole]),
    );
    // A map asked for meanwhile is that of the input itself.
    const { map } = await until('map');
    assert.ok(relativeError(map.data, (await reference.read(conv)).data) < 1e-4);
    reference.dispose();
  });
});
