// Whole programs through interpretation, planning and the reference, against outputs that real Keras computed (facts/keras.json,
// recorded by record.py with the same weights and inputs).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { interpret } from '../../src/keras/interpret';
import { createEngine } from '../../src/engine/engine';
import { sizeOf } from '../../src/engine/ops';
import type { ModelGraph, Weight } from '../../src/graph/graph';
import { relativeError } from './compare';
import { pattern, weightValues } from './pattern';

interface Fact {
  readonly name: string;
  readonly program: string;
  readonly outputs: readonly { readonly shape: number[]; readonly data: number[] }[];
}

const facts = JSON.parse(readFileSync(path.join(__dirname, 'facts/keras.json'), 'utf8')) as { cases: Fact[] };
function graphOf(program: string): ModelGraph {
  return interpret({ path: 'model.py', text: program });
}

describe('engine against Keras', () => {
  for (const fact of facts.cases) {
    it(fact.name, async () => {
      const graph = graphOf(fact.program);
      const index = graph.models.findIndex((model) =>
        model.bindings.some((binding) => binding.name === 'model'),
      );
      assert.ok(index >= 0, 'the model is found');
      const engine = await createEngine({ backend: 'reference' });
      const weights = {
        name: 'pattern',
        match: (_graph: ModelGraph, _model: number, shapeOf: (weight: Weight) => readonly number[]) => ({
          get: (id: number) => weightValues(graph.weights[id].name, sizeOf(shapeOf(graph.weights[id]))),
          report: { name: 'pattern', format: 'pattern', loaded: 0, layers: [] },
        }),
      };
      const samples = graph.models[index].inputs.map((id, position) => {
        const tensor = graph.tensors[id];
        const shape = (tensor.shape as readonly unknown[]).map((dim) => (typeof dim === 'number' ? dim : 1));
        const data = tensor.dtype?.includes('int')
          ? Float32Array.from({ length: sizeOf(shape) }, (_, i) => (i * 3) % 7)
          : pattern(sizeOf(shape), 17 + position);
        return { kind: 'values', name: 'pattern', shape, data } as const;
      });
      const loaded = await engine.load(graph, index, { weights, samples });
      assert.deepEqual(
        loaded.unsupported.map((entry) => `${graph.nodes[entry.node].name}: ${entry.reason}`),
        [],
      );
      assert.equal(loaded.message, null);
      const result = await engine.run();
      assert.deepEqual(result.failures, []);
      const { outputs } = graph.models[index];
      assert.equal(outputs.length, fact.outputs.length);
      for (const [position, expected] of fact.outputs.entries()) {
        const tensor = graph.tensors[outputs[position]];
        const map = await engine.read(tensor.producer as number, tensor.index);
        assert.deepEqual([...map.shape], expected.shape, `shape of output ${position}`);
        const error = relativeError(map.data, expected.data);
        assert.ok(error < 2e-5, `output ${position}: relative error ${error}`);
      }
      engine.dispose();
    });
  }
});
