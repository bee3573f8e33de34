// Models saved by Keras (facts/saved.json, recorded by record.py), opened and run: the outputs are Keras' own, in every format.
import assert from 'node:assert/strict';
import { createEngine } from '../../../src/engine/engine';
import { sizeOf } from '../../../src/engine/ops';
import { openWeightFile } from '../../../src/engine/weights/weightFile';
import type { LoadResult } from '../../../src/engine/api';
import { interpret } from '../../../src/keras/interpret';
import { relativeError } from '../compare';
import { pattern } from '../pattern';
import { bytesOf, facts } from './facts';

interface Fact {
  readonly name: string;
  readonly program: string;
  readonly integers?: boolean;
  readonly files: Readonly<Record<string, string>>;
  readonly output: { readonly shape: number[]; readonly data: number[] };
}

async function outputOf(
  fact: Fact,
  program: string,
  file: string,
): Promise<[LoadResult, Float32Array | null]> {
  const graph = interpret({ path: 'model.py', text: program });
  const index = graph.models.findIndex((model) => model.bindings.some(({ name }) => name === 'model'));
  const engine = await createEngine({ backend: 'reference' });
  const weights = openWeightFile(file, bytesOf(fact.files[file]));
  const dims = graph.tensors[graph.models[index].inputs[0]].shape as readonly unknown[];
  const shape = dims.map((dim) => (typeof dim === 'number' ? dim : 1));
  const data = fact.integers
    ? Float32Array.from({ length: sizeOf(shape) }, (_, i) => (i * 3) % 7)
    : pattern(sizeOf(shape), 17);
  const loaded = await engine.load(graph, index, {
    weights,
    sample: { kind: 'values', name: 'pattern', shape, data },
  });
  if (!loaded.ok) return [loaded, null];
  assert.deepEqual((await engine.run()).failures, []);
  const tensor = graph.tensors[graph.models[index].outputs[0]];
  const map = await engine.read(tensor.producer as number, tensor.index);
  engine.dispose();
  return [loaded, map.data];
}

describe('saved models', () => {
  for (const fact of facts<Fact>('saved.json')) {
    for (const file of Object.keys(fact.files)) {
      it(`${fact.name}: ${file}`, async () => {
        const [loaded, output] = await outputOf(fact, fact.program, file);
        assert.equal(loaded.message, null);
        assert.deepEqual(
          loaded.weights?.layers.filter((layer) => layer.status !== 'loaded'),
          [],
        );
        const error = relativeError(output ?? [], fact.output.data);
        assert.ok(error < 1e-5, `relative error ${error}`);
      });
    }
  }
});
