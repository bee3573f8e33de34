/** Counts of parameters as Keras' `count_params()` gives them. */
import { int, type Value } from '../../python/values';
import type { Machine } from '../../python/machine';
import { isKnownRank, product } from '../dims';
import type { LayerState } from './layerState';

/** Sum over own and owned weights; unknown when a weight's shape is, or when the layer is not built. */
export function countParameters(state: LayerState, machine: Machine): Value {
  const { graph } = state.recorder;
  if (!state.layer.built && state.allWeights().length === 0)
    return machine.unknown(`the layer ${state.layer.name} is not built`);
  if (isDoubtful(state))
    return machine.unknown(`which weights ${state.layer.name} has depends on what is not known`);
  let total = 0;
  for (const id of state.allWeights()) {
    const { shape, name } = graph.weights[id];
    const size = isKnownRank(shape) ? product(shape) : shape;
    if (typeof size !== 'number') return machine.unknown(`the size of the weight ${name} is not known`);
    total += size;
  }
  return int(total);
}

/** Some weights are there on some of the program's paths only. */
function isDoubtful(state: LayerState, seen = new Set<LayerState>()): boolean {
  if (seen.has(state)) return false;
  seen.add(state);
  const { maybe, weightsDiffer } = state.layer;
  if (weightsDiffer === true) return true;
  return state.sublayers.some(
    (sub) => (maybe?.includes(sub.id) === true && sub.allWeights().length > 0) || isDoubtful(sub, seen),
  );
}
