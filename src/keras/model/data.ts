/** Shapes of the data given to `fit`, `evaluate` and `predict`: what builds a model that nothing else built. */
import type { Dim } from '../../graph/graph';
import type { Value } from '../../python/values';
import { OPEN, isKnownRank } from '../dims';
import { userMethod } from './layerBuild';
import { callLayer } from './layerCall';
import type { LayerState } from './layerState';
import { asTensor, flatten, mapStructure } from './structure';

/** Calls the model on tensors like the data, when it is not built yet and the data's shapes are known. */
export function buildFromData(state: LayerState, data: Value): void {
  if (state.calls.length > 0 || state.functional !== null) return;
  const { recorder } = state;
  const value = data.kind === 'instance' ? elementOf(data) : data;
  // Elements of three parts are inputs, labels and weights, unless a training step of the program's own takes them apart.
  if (
    value !== data &&
    userMethod(state, 'train_step') !== undefined &&
    data.kind === 'instance' &&
    parts(data) > 2
  )
    return;
  const leaves = flatten(value);
  if (
    leaves.length === 0 ||
    leaves.some(
      (leaf) =>
        leaf.kind !== 'instance' || (leaf.cls.name !== 'ndarray' && asTensor(recorder, leaf) === undefined),
    )
  )
    return;
  let known = true;
  const batch = mapStructure(value, (leaf) => {
    const ref = asTensor(recorder, leaf)!;
    if (!isKnownRank(ref.shape) || ref.shape.length === 0) {
      known = false;
      return leaf;
    }
    const shape: Dim[] = [{ kind: 'open', formula: 'batch' }, ...ref.shape.slice(1)];
    return recorder.constant({ shape: ref.shape[0] === undefined ? [OPEN] : shape, dtype: ref.dtype });
  });
  if (known)
    recorder.drive(recorder.site(), () =>
      callLayer(recorder, state, recorder.machine.args([state.self, batch])),
    );
}

/** How many parts the elements of a pipeline have. */
function parts(data: Extract<Value, { kind: 'instance' }>): number {
  const element = (data.data as { element?: Value } | null)?.element;
  return element?.kind === 'tuple' ? element.items.length : 1;
}

/** The inputs in an element of a `tf.data` pipeline: `(x, y)` gives x. */
function elementOf(data: Extract<Value, { kind: 'instance' }>): Value {
  const payload = data.data as { element?: Value } | null;
  const element = payload !== null && typeof payload === 'object' ? payload.element : undefined;
  if (element === undefined) return data;
  return element.kind === 'tuple' && element.items.length > 1 ? element.items[0] : element;
}
