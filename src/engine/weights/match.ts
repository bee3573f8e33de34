/**
 * Matches the weights of a saved model with those of a graph, by Keras' own walk: own variables in order under `vars`, layers of
 * a model under `layers` by class name and count, other layers by the attribute that holds them.
 * Source: Keras `saving/saving_lib.py` (`_load_state`, `_walk_saveable`).
 */
import type { Layer, LayerId, ModelGraph, WeightId } from '../../graph/graph';
import { snakeCase } from '../../keras/names';
import type { Hdf5Array, Hdf5Group } from './hdf5/file';
import type { Assignment } from './assignment';

/** Paths of sublayers that Keras makes inside its own layers, by class and by the name Keras gives them. */
const PROJECTIONS = {
  query: 'query_dense',
  key: 'key_dense',
  value: 'value_dense',
  attention_output: 'output_dense',
};
const INNER_PATHS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  MultiHeadAttention: PROJECTIONS,
  GroupQueryAttention: PROJECTIONS,
};

/** Layers with one or two inner layers: the paths in order. */
const ORDERED_PATHS: Readonly<Record<string, readonly string[]>> = {
  Bidirectional: ['forward_layer', 'backward_layer'],
  TimeDistributed: ['layer'],
  SpectralNormalization: ['layer'],
  RNN: ['cell'],
};

/** Layers whose variables Keras keeps in a cell. */
const WITH_CELL = new Set(['LSTM', 'GRU', 'SimpleRNN', 'ConvLSTM1D', 'ConvLSTM2D', 'ConvLSTM3D']);

export function matchSaved(graph: ModelGraph, model: LayerId, root: Hdf5Group, assignment: Assignment): void {
  new Walk(graph, assignment).layer(graph.layers[model], root, '');
}

class Walk {
  private readonly visited = new Set<LayerId>();

  constructor(
    private readonly graph: ModelGraph,
    private readonly assignment: Assignment,
  ) {}

  layer(layer: Layer, group: Hdf5Group | undefined, path: string): void {
    // A shared layer is saved where it is met first.
    if (this.visited.has(layer.id)) return;
    this.visited.add(layer.id);
    this.variables(layer, group, path);
    const members = this.members(layer, group);
    for (const [first, id] of members) {
      if (this.visited.has(id)) continue;
      // Versions of Keras differ in which of its names a layer is saved under: the first that is there.
      const below =
        members.find(([path, own]) => own === id && group?.at(path)?.kind === 'group')?.[0] ?? first;
      const found = group?.at(below);
      this.layer(this.graph.layers[id], found?.kind === 'group' ? found : undefined, `${path}${below}/`);
    }
    // What the walk does not know a path for (an object of the user's own may hold it): under the name that was saved.
    for (const id of layer.sublayers) {
      if (this.visited.has(id)) continue;
      const own = this.graph.layers[id];
      const below = this.byName(own, group);
      this.layer(own, below === null ? undefined : group?.group(below), `${path}${below ?? '?'}/`);
    }
  }

  private variables(layer: Layer, group: Hdf5Group | undefined, path: string): void {
    const weights = layer.saved?.variables ?? layer.weights;
    if (weights.length === 0) return;
    const cell = layer.builtin !== null && WITH_CELL.has(layer.builtin) ? 'cell/vars' : 'vars';
    const found = group?.at(cell);
    const arrays = found?.kind === 'group' ? arraysOf(found) : [];
    this.assignment.own(layer, weights, arrays, `${path}${cell}`);
  }

  /** Paths of the layers that this one holds, in the order of saving. */
  private members(layer: Layer, group: Hdf5Group | undefined): (readonly [string, LayerId])[] {
    const found: (readonly [string, LayerId])[] = [];
    const model = this.graph.models.find((candidate) => candidate.layer === layer.id);
    if (model && (model.kind === 'functional' || model.kind === 'sequential')) {
      const container = group?.group('layers') ? 'layers' : '_layer_checkpoint_dependencies';
      const used = new Map<string, number>();
      const seen = new Set<LayerId>();
      for (const row of model.rows) {
        if (row.layer === null || seen.has(row.layer)) continue;
        seen.add(row.layer);
        const name = snakeCase(this.graph.layers[row.layer].type);
        const count = used.get(name) ?? 0;
        used.set(name, count + 1);
        found.push([`${container}/${count === 0 ? name : `${name}_${count}`}`, row.layer]);
      }
    }
    const paths = INNER_PATHS[layer.builtin ?? ''];
    const ordered = ORDERED_PATHS[layer.builtin ?? ''];
    layer.sublayers.forEach((id, i) => {
      const below = paths?.[this.graph.layers[id].name] ?? ordered?.[i];
      if (below !== undefined) found.push([below, id]);
    });
    found.push(...(layer.saved?.layers ?? []));
    return found;
  }

  private byName(layer: Layer, group: Hdf5Group | undefined): string | null {
    for (const name of group?.names ?? []) {
      const vars = group?.group(name)?.group('vars');
      if (vars?.texts('name')?.[0] === layer.name) return name;
    }
    return null;
  }
}

/** The arrays `0`, `1`, … of a group. */
export function arraysOf(group: Hdf5Group): Hdf5Array[] {
  const arrays: Hdf5Array[] = [];
  for (let array = group.array('0'); array; array = group.array(String(arrays.length))) arrays.push(array);
  return arrays;
}

/** Own weights of a layer and of all that it holds, each once. */
export function weightsWithin(graph: ModelGraph, layer: Layer, seen = new Set<LayerId>()): WeightId[] {
  if (seen.has(layer.id)) return [];
  seen.add(layer.id);
  return [
    ...(layer.saved?.variables ?? layer.weights),
    ...layer.sublayers.flatMap((id) => weightsWithin(graph, graph.layers[id], seen)),
  ];
}
