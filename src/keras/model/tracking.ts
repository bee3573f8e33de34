/**
 * Which layers and variables an object owns through its attributes, lists and dicts, in the order in which Keras'
 * tracker meets them. Containers filled later are looked through again; what is found then is taken by age.
 */
import type { InstanceValue, Value } from '../../python/values';
import { layerStateOf, type LayerState } from './layerState';
import { tensorDataOf } from './structure';

/** After `self.name = value`: takes up what older containers have gained, then what the value holds. */
export function trackAttribute(state: LayerState, self: InstanceValue, value: Value): void {
  if (!state.initialised) return;
  rescan(state, self, value);
  collect(state, value, (found) => adopt(state, found));
}

/** Takes up layers that were put into lists and dicts after these were assigned. */
export function rescan(state: LayerState, self: InstanceValue, except?: Value): void {
  const late: (LayerState | number)[] = [];
  for (const value of self.attrs.values()) {
    if (value === except) continue;
    if (value.kind === 'list' || value.kind === 'dict' || value.kind === 'tuple') {
      collect(state, value, (found) => late.push(found));
    }
  }
  const layers = late.filter(
    (found): found is LayerState => typeof found !== 'number' && !state.sublayers.includes(found),
  );
  layers.sort((a, b) => a.id - b.id).forEach((layer) => adopt(state, layer));
  for (const found of late) if (typeof found === 'number') adopt(state, found);
}

function adopt(state: LayerState, found: LayerState | number): void {
  if (typeof found !== 'number') {
    if (found !== state) state.adopt(found);
    return;
  }
  if (state.layer.weights.includes(found)) return;
  const weight = state.recorder.graph.weights[found];
  if (weight.owner !== null && weight.owner !== state.id) return;
  state.own(found, weight.name, weight.trainable);
}

/** Layers (as states) and Keras variables (as weight ids) in a value, containers included. */
function collect(
  state: LayerState,
  value: Value,
  found: (what: LayerState | number) => void,
  depth = 0,
): void {
  if (depth > 8) return;
  switch (value.kind) {
    case 'instance': {
      const layer = layerStateOf(value);
      if (layer !== undefined) {
        found(layer);
        return;
      }
      const weight = tensorDataOf(value)?.weight;
      if (weight !== undefined && state.recorder.isTracked(weight)) found(weight);
      return;
    }
    case 'list':
    case 'tuple':
      for (const item of value.items) collect(state, item, found, depth + 1);
      return;
    case 'dict':
      for (const entry of value.entries.values()) collect(state, entry.value, found, depth + 1);
      return;
    default:
  }
}
