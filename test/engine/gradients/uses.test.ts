// Effective receptive fields, saliency, norms and equivariance on small models where the answer is known.
import assert from 'node:assert/strict';
import type { Engine } from '../../../src/engine/api';
import { createEngine } from '../../../src/engine/engine';
import type { GradientRequest, GradientResult, NodeShift } from '../../../src/engine/gradients/requests';
import type { ModelGraph } from '../../../src/graph/graph';
import { interpret } from '../../../src/keras/interpret';

const HEAD = 'import keras\nfrom keras import layers as L\n';

describe('uses of gradients', () => {
  for (const backend of ['reference', 'webasm'] as const) {
    describe(backend, () => {
      let engine: Engine;
      before(async () => (engine = await createEngine({ backend, fuse: backend === 'webasm' })));
      after(() => engine.dispose());

      async function run(program: string): Promise<{ graph: ModelGraph; node(name: string): number }> {
        const graph = interpret({ path: 'm.py', text: HEAD + program });
        const index = graph.models.findIndex((model) => model.bindings.some(({ name }) => name === 'model'));
        const loaded = await engine.load(graph, index, { seed: 4, sample: 'noise' });
        assert.equal(loaded.message, null);
        assert.deepEqual((await engine.run()).failures, []);
        return {
          graph,
          node: (name) => graph.nodes.find((candidate) => candidate.name === name)?.id as number,
        };
      }
      const ask = async <K extends GradientRequest['kind']>(
        request: Extract<GradientRequest, { kind: K }>,
      ): Promise<Extract<GradientResult, { kind: K }>> =>
        (await engine.gradient(request)) as Extract<GradientResult, { kind: K }>;

      it('an effective field reaches as far as the theoretical one, and is strongest in the middle', async () => {
        const { node } = await run(
          'model = keras.Sequential([keras.Input((21, 21, 2)), L.Conv2D(4, 3, name="a"), L.MaxPooling2D(2, name="p"), L.Conv2D(4, 3, dilation_rate=2, name="b")])\n',
        );
        const first = await ask({ kind: 'receptiveField', node: node('a'), position: [3, 5] });
        assert.deepEqual(first.maps[0].reach, [
          [3, 5],
          [5, 7],
        ]);
        assert.equal(first.maps[0].data.filter((value) => value > 0).length, 9);
        const [map] = (await ask({ kind: 'receptiveField', node: node('b'), position: [1, 2], rounds: 8 }))
          .maps;
        assert.deepEqual(map.shape, [21, 21]);
        // r = 3 + 1·1 + 4·2 = 12 from 2·position on; the maximum of each pool lets one of two through.
        const [rows, columns] = map.reach ?? [];
        assert.ok(rows[0] >= 2 && rows[1] <= 13 && rows[1] - rows[0] >= 10, String(rows));
        assert.ok(columns[0] >= 4 && columns[1] <= 15 && columns[1] - columns[0] >= 10, String(columns));
        assert.ok(map.strong > 9 && map.strong <= 144);
        await assert.rejects(
          engine.gradient({ kind: 'receptiveField', node: node('a'), position: [99, 0] }),
          /outside the map/,
        );
      });

      it('a field over tokens counts positions, and a vector sees all', async () => {
        const { node } = await run(
          'model = keras.Sequential([keras.Input((12,)), L.Embedding(20, 3), L.Conv1D(4, 3, padding="causal", dilation_rate=2, name="c"), L.Flatten(), L.Dense(2, name="d")])\n',
        );
        const [map] = (await ask({ kind: 'receptiveField', node: node('c'), position: [7] })).maps;
        assert.deepEqual(map.shape, [12]);
        assert.deepEqual(map.reach, [[3, 7]]);
        assert.deepEqual(
          [...map.data].map((value) => value > 0),
          [...Array(12).keys()].map((i) => [3, 5, 7].includes(i)),
        );
        assert.deepEqual((await ask({ kind: 'receptiveField', node: node('d') })).maps[0].reach, [[0, 11]]);
      });

      it('saliency is the slope of the highest score before its softmax', async () => {
        const { graph, node } = await run(
          'model = keras.Sequential([keras.Input((6, 6, 1)), L.Flatten(), L.Dense(5, activation="softmax", name="out")])\n',
        );
        const result = await ask({ kind: 'saliency' });
        const scores = (await engine.read(node('out'))).data;
        assert.equal(result.index, scores.indexOf(Math.max(...scores)));
        const column = await ask({ kind: 'saliency', node: node('out'), index: 2 });
        // The slope of a dense layer's score is its column of weights, whatever the input.
        const again = await run(
          'model = keras.Sequential([keras.Input((6, 6, 1)), L.Flatten(), L.Dense(5, name="out")])\n',
        );
        assert.ok(graph !== again.graph);
        const plain = await ask({ kind: 'saliency', node: again.node('out'), index: 2 });
        assert.deepEqual([...column.maps[0].data], [...plain.maps[0].data]);
        await assert.rejects(engine.gradient({ kind: 'saliency', index: 5 }), /no class 5/);
      });

      it('norms vanish through a deep chain of sigmoids, and less with residuals', async () => {
        const deep = (body: string): string =>
          `x = keras.Input((8, 8, 4))\ny = L.Conv2D(8, 3, padding="same", name="first")(x)\nfor i in range(6):\n    y = ${body}\nmodel = keras.Model(x, y)\n`;
        const firstNorm = async (program: string): Promise<number> => {
          const { node } = await run(program);
          const { nodes, stopped } = await ask({ kind: 'norms' });
          assert.deepEqual(stopped, []);
          const last = nodes[nodes.length - 1];
          assert.ok(Math.abs((last.output ?? 0) - 1) < 1e-4, 'the gradient at the output has norm 1');
          const row = nodes.find((candidate) => candidate.node === node('first'));
          assert.deepEqual(
            row?.weights.map(({ name, elements }) => [name, elements]),
            [
              ['kernel', 288],
              ['bias', 8],
            ],
          );
          return row?.output ?? NaN;
        };
        const conv = 'L.Conv2D(8, 3, padding="same", activation="sigmoid")(y)';
        const chain = await firstNorm(deep(conv));
        const residual = await firstNorm(deep(`y + ${conv}`));
        assert.ok(chain < 0.01 && residual > 0.5, `${chain}, ${residual}`);
      });

      it('convolutions are equivariant in the middle, strides only for whole steps, dense layers not', async () => {
        const { node } = await run(
          'model = keras.Sequential([keras.Input((24, 24, 2)), L.Conv2D(4, 3, padding="same", name="a"), L.Conv2D(4, 3, strides=2, name="b"), L.UpSampling2D(2, name="u"), L.Flatten(name="f"), L.Dense(3, name="d")])\n',
        );
        const { nodes } = await engine.shifted({ shift: [2, -4] });
        const row = (name: string, rows: readonly NodeShift[]): NodeShift =>
          rows.find((candidate) => candidate.node === node(name)) as NodeShift;
        assert.deepEqual(row('a', nodes).shift, [2, -4]);
        assert.ok(row('a', nodes).middle < 1e-5 && row('a', nodes).everywhere > 1e-3);
        assert.deepEqual(row('b', nodes).shift, [1, -2]);
        assert.ok(row('b', nodes).whole && row('b', nodes).middle < 1e-5);
        assert.deepEqual(row('u', nodes).shift, [2, -4]);
        assert.ok(row('u', nodes).middle < 1e-5);
        assert.deepEqual(row('d', nodes).shift, []);
        assert.ok(row('d', nodes).everywhere > 0.05);
        const odd = (await engine.shifted({ shift: [0, 1] })).nodes;
        assert.ok(row('a', odd).middle < 1e-5);
        assert.ok(!row('b', odd).whole && row('b', odd).middle > 1e-2);
        // Afterwards the maps are those of the input itself.
        const before = (await engine.read(node('a'))).data.slice();
        await engine.run();
        assert.deepEqual(before, (await engine.read(node('a'))).data.slice());
      });
    });
  }
});
