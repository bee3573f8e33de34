/** Gives each weight of a graph its values: trained ones where a source has them, else those of its initialiser. */
import type { ModelGraph, Weight, WeightId } from '../../graph/graph';
import type { WeightMatch } from '../api';
import type { WeightReader } from '../plan/plan';
import { sizeOf } from '../ops';
import { initialize } from './initializers';

export interface WeightNotes {
  /** Weights whose initialiser is not known and was taken for Keras' default, `layer/weight`. */
  readonly assumed: string[];
  /** Weights that the source had. */
  readonly trained: Set<WeightId>;
}

export interface WeightOptions {
  readonly seed: number;
  readonly trained?: WeightMatch;
  /** Concrete shape of a weight. */
  readonly shapeOf: (weight: Weight) => readonly number[];
}

/** Small weights are kept (derived tables ask for them several times); large ones are made anew when asked again. */
const KEPT_LENGTH = 1 << 16;

export function makeWeightReader(
  graph: ModelGraph,
  options: WeightOptions,
): { readonly read: WeightReader; readonly notes: WeightNotes } {
  const notes: WeightNotes = { assumed: [], trained: new Set() };
  const kept = new Map<WeightId, Float32Array>();
  const read = (id: WeightId): Float32Array => {
    const known = kept.get(id);
    if (known) return known;
    const values = make(graph, graph.weights[id], options, notes);
    if (values.length <= KEPT_LENGTH) kept.set(id, values);
    return values;
  };
  return { read, notes };
}

function make(graph: ModelGraph, weight: Weight, options: WeightOptions, notes: WeightNotes): Float32Array {
  const shape = options.shapeOf(weight);
  const layer = weight.owner === null ? null : graph.layers[weight.owner];
  const owner = layer?.name ?? `weight ${weight.id}`;
  const trained = options.trained?.get(weight.id);
  if (trained && trained.length === sizeOf(shape)) {
    notes.trained.add(weight.id);
    return trained;
  }
  const key = `${options.seed}/${owner}/${weight.name}`;
  const fallback = { name: shape.length >= 2 ? 'glorot_uniform' : 'zeros' };
  let values = weight.initializer ? initialize(weight.initializer, shape, key) : null;
  if (!values) {
    const label = `${owner}/${weight.name}`;
    if (!notes.assumed.includes(label)) notes.assumed.push(label);
    values = initialize(fallback, shape, key) as Float32Array;
  }
  // Keras' LSTM opens its forget gate at first (`unit_forget_bias`).
  if (layer?.builtin === 'LSTM' && weight.name === 'bias' && layer.config['unit_forget_bias'] !== false) {
    values.fill(1, values.length / 4, values.length / 2);
  }
  return values;
}
