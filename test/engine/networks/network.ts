// One saved network on one backend: how far its output is from what Keras gave.
import type { BackendName } from '../../../src/engine/api';
import { createEngine } from '../../../src/engine/engine';
import { openWeightFile } from '../../../src/engine/weights/weightFile';
import { interpret } from '../../../src/keras/interpret';
import { relativeError } from '../compare';

export interface SavedNetwork {
  readonly name: string;
  readonly program: string;
  readonly file: Uint8Array;
  readonly input: Float32Array;
  readonly output: Float32Array;
}

export interface NetworkAnswer {
  readonly error: number;
  readonly milliseconds: number;
}

export async function runNetwork(backend: BackendName, saved: SavedNetwork): Promise<NetworkAnswer> {
  const engine = await createEngine({ backend });
  if (engine.backend.name !== backend) throw new Error(engine.backend.fallbacks[0].reason);
  const graph = interpret({ path: `${saved.name}.py`, text: saved.program });
  const index = graph.models.findIndex((model) => model.bindings.some((binding) => binding.name === 'model'));
  const shape = (graph.tensors[graph.models[index].inputs[0]].shape as readonly unknown[]).map((dim) =>
    typeof dim === 'number' ? dim : 1,
  );
  const loaded = await engine.load(graph, index, {
    weights: openWeightFile(`${saved.name}.keras`, saved.file),
    sample: { kind: 'values', name: 'input', shape, data: saved.input },
  });
  if (!loaded.ok || loaded.unsupported.length) throw new Error(loaded.message ?? 'it cannot run');
  const missing = loaded.weights?.layers.filter((layer) => layer.status !== 'loaded') ?? [];
  if (!loaded.weights || missing.length)
    throw new Error(`weights missing: ${missing.map(({ name }) => name).join()}`);
  const result = await engine.run();
  if (result.failures.length) throw new Error(result.failures[0].reason);
  const map = await engine.read(graph.tensors[graph.models[index].outputs[0]].producer as number);
  engine.dispose();
  return { error: relativeError(map.data, saved.output), milliseconds: result.milliseconds };
}
