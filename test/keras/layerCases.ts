/** Runs a row of the layer table through a whole program and reads from the graph what record.py reads from Keras. */
import { layerParameters } from '../../src/analysis/params';
import { interpret } from '../../src/keras/interpret';
import {
  isOpen,
  isUnknown,
  type Dim,
  type LayerId,
  type ModelGraph,
  type Shape,
} from '../../src/graph/graph';
import type { LayerCase } from './layers.table';

/** What Keras or ConvLens says of one case. `null` in a shape is None, `'?'` not known. */
export interface Answer {
  readonly outputs?: readonly (readonly [readonly (number | null | string)[] | string, string | null])[];
  readonly params?: number | null;
  readonly trainable?: number | null;
  readonly weights?: readonly (readonly [string, readonly (number | null | string)[] | string])[];
  readonly error?: string;
  readonly message?: string;
  readonly code?: string;
}

/** The key of a case in the recorded facts: Python's `json.dumps(case, sort_keys=True)`. */
export function caseKey({ layer, inputs, call }: LayerCase): string {
  const sorted = inputs.map(({ shape, dtype, batch }) => ({
    ...(batch ? { batch } : {}),
    ...(dtype ? { dtype } : {}),
    shape,
  }));
  return JSON.stringify({ call, inputs: sorted, layer });
}

export function programOf({ layer, inputs, call }: LayerCase): string {
  const python = (shape: readonly (number | null)[]): string =>
    `(${shape.map((dim) => (dim === null ? 'None' : dim)).join(', ')}${shape.length === 1 ? ',' : ''})`;
  const lines = inputs.map(
    ({ shape, dtype, batch }, i) =>
      `x${i} = keras.Input(${batch ? 'batch_shape' : 'shape'}=${python(shape)}${dtype ? `, dtype='${dtype}'` : ''})`,
  );
  return [
    'import keras',
    'from keras import layers, ops',
    'from keras.layers import *',
    ...lines,
    `layer = ${layer}`,
    `result = ${call}`,
    '',
  ].join('\n');
}

const dimOf = (dim: Dim): number | null | string =>
  typeof dim === 'number' ? dim : isOpen(dim) ? null : '?';
const shapeOf = (shape: Shape): readonly (number | null | string)[] | string =>
  isUnknown(shape) ? '?' : (shape as readonly Dim[]).map(dimOf);

/** Weights of a layer and of the layers it owns, each once. */
function weightsOf(graph: ModelGraph, id: LayerId, seen = new Set<number>()): number[] {
  const layer = graph.layers[id];
  const own = layer.weights.filter((weight) => !seen.has(weight) && seen.add(weight));
  return [...own, ...layer.sublayers.flatMap((sub) => weightsOf(graph, sub, seen))];
}

/** ConvLens' answer to a case. */
export function answerOf(testCase: LayerCase): Answer {
  const uncaught: string[] = [];
  const graph = interpret(
    { path: 'main.py', text: programOf(testCase) },
    {
      probe: false,
      onUncaught: (error: unknown) => uncaught.push(String(error)),
      onInternal: (error) => {
        throw error;
      },
    },
  );
  const failure = graph.failures.find(({ severity }) => severity === 'error');
  if (failure) return { error: 'error', message: failure.keras ?? failure.message, code: failure.code };
  if (uncaught.length) return { error: 'uncaught', message: uncaught[0] };
  const nodes = graph.nodes.filter(
    (node) => node.parent === null && node.layer !== null && node.type !== 'InputLayer',
  );
  const node = nodes[nodes.length - 1];
  if (!node || node.layer === null) return { error: 'no node' };
  const weights = weightsOf(graph, node.layer);
  const { total, trainable } = layerParameters(graph, node.layer);
  return {
    outputs: node.outputs.map((id) => [shapeOf(graph.tensors[id].shape), graph.tensors[id].dtype] as const),
    params: total,
    trainable,
    weights: weights.map((id) => [graph.weights[id].name, shapeOf(graph.weights[id].shape)] as const),
  };
}
