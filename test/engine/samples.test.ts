// The shipped sample models run whole: nothing unsupported, finite maps of the analysed shapes, the same with and without fusion.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { createEngine } from '../../src/engine/engine';
import { interpret } from '../../src/keras/interpret';
import { makePlan } from '../../src/engine/plan/makePlan';
import { relativeError } from './compare';

const samples = path.join(__dirname, '../../media/samples');
/** VGG16 and ResNet-50 take long on the processor; the panel's tests run them on devices. */
const SMALL = ['text_cnn.py', 'gan_generator.py'];

describe('sample models in the engine', () => {
  for (const name of readdirSync(samples).filter((file) => file.endsWith('.py'))) {
    it(`${name} is planned without gaps`, () => {
      const graph = interpret({ path: name, text: readFileSync(path.join(samples, name), 'utf8') });
      assert.ok(graph.models.length > 0);
      graph.models.forEach((_, index) => {
        const { plan, message } = makePlan(graph, index);
        assert.equal(message, null);
        assert.deepEqual(
          plan.unsupported.map((entry) => `${graph.nodes[entry.node].name}: ${entry.reason}`),
          [],
        );
        assert.ok(plan.nodes.length >= graph.models[index].nodes.length);
      });
    });
  }

  for (const name of SMALL) {
    it(`${name} runs, fused and not`, async () => {
      const graph = interpret({ path: name, text: readFileSync(path.join(samples, name), 'utf8') });
      const plain = await createEngine({ backend: 'webasm', fuse: false });
      const fused = await createEngine({ backend: 'reference', fuse: true });
      try {
        for (const index of graph.models.keys()) {
          const loaded = await plain.load(graph, index, { seed: 3 });
          assert.ok(loaded.ok, loaded.message ?? '');
          await fused.load(graph, index, { seed: 3 });
          const result = await plain.run();
          await fused.run();
          assert.deepEqual(result.failures, []);
          assert.equal(result.nodes.length, loaded.nodes.length);
          for (const { node } of result.nodes) {
            const a = await plain.read(node);
            const b = await fused.read(node);
            assert.ok(a.data.every(Number.isFinite), graph.nodes[node].name);
            assert.ok(relativeError(a.data, b.data) < 1e-3, graph.nodes[node].name);
          }
        }
      } finally {
        plain.dispose();
        fused.dispose();
      }
    });
  }
});
