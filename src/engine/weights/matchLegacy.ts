/**
 * Matches a legacy `.h5` file: layers that have weights in order when their counts agree, else by name; a layer's weights by
 * name where names are unique, else in order. Source: Keras `legacy/saving/legacy_h5_format.py`.
 */
import type { Layer, LayerId, ModelGraph, WeightId } from '../../graph/graph';
import type { Assignment } from './assignment';
import { UnreadableFile } from './bytes';
import type { Hdf5Array, Hdf5Group } from './hdf5/file';
import { weightsWithin } from './match';

interface SavedLayer {
  readonly name: string;
  readonly weights: readonly { readonly name: string; readonly array: Hdf5Array }[];
}

/** The group with the layers, or undefined when the file is of another kind. */
export function legacyGroup(root: Hdf5Group): Hdf5Group | undefined {
  const within = root.group('model_weights');
  if (within && attributeTexts(within, 'layer_names')) return within;
  return attributeTexts(root, 'layer_names') ? root : undefined;
}

export function matchLegacy(
  graph: ModelGraph,
  model: LayerId,
  group: Hdf5Group,
  assignment: Assignment,
): void {
  const top = graph.layers[model];
  const layers = layersOf(graph, top)
    .map((layer) => ({ layer, weights: legacyWeights(graph, layer) }))
    .filter(({ weights }) => weights.length > 0);
  const saved = (attributeTexts(group, 'layer_names') ?? [])
    .map((name) => savedLayer(group, name))
    .filter((layer) => layer.weights.length > 0);
  const inOrder =
    saved.length === layers.length &&
    saved.every((own, i) => own.weights.length === layers[i].weights.length);
  layers.forEach(({ layer, weights }, i) => {
    const own = inOrder ? saved[i] : saved.find((candidate) => candidate.name === layer.name);
    if (own) assign(graph, layer, weights, own, assignment);
    else assignment.own(layer, weights, [], layer.name);
  });
  const ownWeights = top.saved?.variables ?? top.weights;
  if (ownWeights.length) {
    const own = savedLayer(group, 'top_level_model_weights');
    assign(graph, top, ownWeights, own, assignment);
  }
}

/** Layers of a model in Keras' order, each once. */
function layersOf(graph: ModelGraph, top: Layer): Layer[] {
  const model = graph.models.find((candidate) => candidate.layer === top.id);
  const ids = model && model.kind !== 'subclass' ? model.rows.map((row) => row.layer) : top.sublayers;
  return [...new Set(ids)].filter((id): id is LayerId => id !== null).map((id) => graph.layers[id]);
}

/** Trainable weights, then the others. */
function legacyWeights(graph: ModelGraph, layer: Layer): WeightId[] {
  const all = weightsWithin(graph, layer);
  return [
    ...all.filter((id) => graph.weights[id].trainable),
    ...all.filter((id) => !graph.weights[id].trainable),
  ];
}

function assign(
  graph: ModelGraph,
  layer: Layer,
  weights: readonly WeightId[],
  saved: SavedLayer,
  assignment: Assignment,
): void {
  const leaves = saved.weights.map(({ name }) => leafOf(name));
  const own = weights.map((id) => graph.weights[id].name);
  const named =
    new Set(leaves).size === leaves.length &&
    new Set(own).size === own.length &&
    own.length === leaves.length &&
    leaves.every((leaf) => own.includes(leaf));
  const order = named ? leaves.map((leaf) => weights[own.indexOf(leaf)]) : weights;
  assignment.own(
    layer,
    order,
    saved.weights.map(({ array }) => array),
    saved.name,
  );
}

/** `conv2d/kernel:0` → `kernel`. */
const leafOf = (name: string): string => (name.split('/').pop() ?? name).replace(/:\d+$/, '');

function savedLayer(group: Hdf5Group, name: string): SavedLayer {
  const own = group.at(name);
  if (own?.kind !== 'group') return { name, weights: [] };
  const weights = (attributeTexts(own, 'weight_names') ?? []).map((weight) => {
    const array = own.at(weight);
    if (array?.kind !== 'array') throw new UnreadableFile(`“${name}” lacks its weight “${weight}”`);
    return { name: weight, array };
  });
  return { name, weights };
}

/** Long lists are cut into `name0`, `name1`, …. */
function attributeTexts(group: Hdf5Group, name: string): string[] | undefined {
  const whole = group.texts(name);
  if (whole) return whole;
  const parts: string[] = [];
  for (let i = 0; ; i++) {
    const part = group.texts(`${name}${i}`);
    if (!part) return i === 0 ? undefined : parts;
    parts.push(...part);
  }
}
