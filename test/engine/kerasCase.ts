// Runs one recorded program (facts/keras.json) on an engine, with the weights and inputs that record.py gave Keras, and says what
// differs from Keras' outputs.
import type { Engine, LoadOptions } from '../../src/engine/api';
import { sizeOf } from '../../src/engine/ops';
import type { ModelGraph, Weight } from '../../src/graph/graph';
import { interpret } from '../../src/keras/interpret';
import { relativeError } from './compare';
import { pattern, weightValues } from './pattern';

export interface Fact {
  readonly name: string;
  readonly program: string;
  readonly outputs: readonly { readonly shape: number[]; readonly data: number[] }[];
}

/** What is wrong, in words; null when every output is within `tolerance` of Keras'. */
export async function compareWithKeras(
  engine: Engine,
  fact: Fact,
  tolerance: number,
): Promise<string | null> {
  const graph = interpret({ path: 'model.py', text: fact.program });
  const index = graph.models.findIndex((model) => model.bindings.some((binding) => binding.name === 'model'));
  if (index < 0) return 'the model is not found';
  const loaded = await engine.load(graph, index, {
    weights: patternWeights(graph),
    samples: graph.models[index].inputs.map((id, position) => {
      const tensor = graph.tensors[id];
      const shape = (tensor.shape as readonly unknown[]).map((dim) => (typeof dim === 'number' ? dim : 1));
      const data = tensor.dtype?.includes('int')
        ? Float32Array.from({ length: sizeOf(shape) }, (_, i) => (i * 3) % 7)
        : pattern(sizeOf(shape), 17 + position);
      return { kind: 'values', name: 'pattern', shape, data };
    }),
  });
  const [refused] = loaded.unsupported;
  if (refused) return `${graph.nodes[refused.node].name} cannot run: ${refused.reason}`;
  if (loaded.message !== null) return loaded.message;
  const result = await engine.run();
  if (result.failures.length) return result.failures[0].reason;
  const { outputs } = graph.models[index];
  if (outputs.length !== fact.outputs.length) return `${outputs.length} outputs`;
  for (const [position, expected] of fact.outputs.entries()) {
    const tensor = graph.tensors[outputs[position]];
    const map = await engine.read(tensor.producer as number, tensor.index);
    if (map.shape.join() !== expected.shape.join())
      return `output ${position} has the shape (${map.shape.join()})`;
    const error = relativeError(map.data, expected.data);
    if (!(error < tolerance)) return `output ${position}: relative error ${error}`;
  }
  return null;
}

function patternWeights(graph: ModelGraph): LoadOptions['weights'] {
  return {
    name: 'pattern',
    match: (_graph: ModelGraph, _model: number, shapeOf: (weight: Weight) => readonly number[]) => ({
      get: (id: number) => weightValues(graph.weights[id].name, sizeOf(shapeOf(graph.weights[id]))),
      report: { name: 'pattern', format: 'pattern', loaded: 0, layers: [] },
    }),
  };
}
