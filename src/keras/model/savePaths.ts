/**
 * Under which paths Keras saves what a layer of the user's own class holds: its attributes in the order in which Keras visits
 * them, and the order of its own variables. Source: Keras `saving/saving_lib.py` (`_walk_saveable`, `_save_container_state`).
 */
import type { SavedMembers } from '../../graph/graph';
import type { Value } from '../../python/values';
import { layerStateOf, type LayerState } from './layerState';
import { toSnakeCase } from './names';

/** Containers within containers that are followed. */
const DEEPEST = 8;

/** Null when paths and order are those that the layer's record already tells. */
export function savedMembers(state: LayerState): SavedMembers | null {
  const reordered = variablesReordered(state);
  const keras = state.definition?.sublayers ?? [];
  // What a model's property `layers` holds is visited like an attribute.
  const subclass = state.isModel && state.functional === null;
  if (!reordered && !subclass && keras.length === 0 && state.self.bare) return null;
  const layers: [string, number][] = [];
  for (const name of keras) {
    const value = state.config?.bound.values.get(name);
    if (value !== undefined) member(value, name, layers, 0);
  }
  const names = [...state.self.attrs.keys()].filter((name) => !name.startsWith('__'));
  if (subclass && !names.includes('layers')) names.push('layers');
  names.sort((a, b) => compare(key(a), key(b)));
  for (const name of names) {
    const value = state.self.attrs.get(name);
    if (value !== undefined) member(value, name, layers, 0);
    else container(state.sublayers, name, layers);
  }
  if (layers.length === 0 && !reordered) return null;
  if (!reordered) return { layers };
  const own = state.layer.weights;
  const trainable = own.filter((id) => state.trainsByNature(id));
  return { layers, variables: [...trainable, ...own.filter((id) => !trainable.includes(id))] };
}

/** Whether a variable that is not trainable by nature comes before one that is: Keras saves those first. */
function variablesReordered(state: LayerState): boolean {
  let frozen = false;
  for (const id of state.layer.weights) {
    if (!state.trainsByNature(id)) frozen = true;
    else if (frozen) return true;
  }
  return false;
}

/** Attributes that begin with an underscore come last. */
const key = (name: string): string => (name.startsWith('_') ? `~${name}` : name);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function member(value: Value, path: string, layers: [string, number][], depth: number): void {
  const layer = layerStateOf(value);
  if (layer !== undefined) {
    layers.push([path, layer.id]);
    return;
  }
  const items =
    value.kind === 'list' || value.kind === 'tuple'
      ? value.items
      : value.kind === 'dict'
        ? [...value.entries.values()].map((entry) => entry.value)
        : null;
  if (items === null || depth >= DEEPEST) return;
  const unique = uniqueNames();
  for (const item of items) {
    const own = layerStateOf(item);
    if (own !== undefined) layers.push([`${path}/${unique(toSnakeCase(own.layer.type))}`, own.id]);
    else if (item.kind === 'list' || item.kind === 'tuple' || item.kind === 'dict')
      member(item, `${path}/${unique('container')}`, layers, depth + 1);
  }
}

function container(held: readonly LayerState[], path: string, layers: [string, number][]): void {
  const unique = uniqueNames();
  for (const own of held) layers.push([`${path}/${unique(toSnakeCase(own.layer.type))}`, own.id]);
}

/** `conv2d`, `conv2d_1`, … within one container. */
function uniqueNames(): (name: string) => string {
  const used = new Map<string, number>();
  return (name) => {
    const count = used.get(name) ?? 0;
    used.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  };
}
