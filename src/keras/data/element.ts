/** Elements of pipelines: structures of tensors of which the shapes are what a program states or what is public. */
import type { Dim, Shape } from '../../graph/graph';
import type { Machine } from '../../python/machine';
import type { InstanceValue, Value } from '../../python/values';
import { OPEN, isKnownRank } from '../dims';
import { recorderOf } from '../model/recorder';
import { asTensor, mapStructure, tensorDataOf } from '../model/structure';

/** Payload of a dataset or generator: one element, as tensors. */
export interface DatasetData {
  readonly element: Value;
  /** How many elements there are at most, where a program says so (`take(1)`). */
  readonly most?: number;
}

/** A tensor of data. */
export function tensor(machine: Machine, shape: Shape, dtype: string | null): InstanceValue {
  return recorderOf(machine).constant({ shape, dtype });
}

/** Every tensor of the element with another shape; what is no tensor of a known rank stays as it is. */
export function reshape(
  machine: Machine,
  element: Value,
  change: (shape: readonly Dim[]) => readonly Dim[],
): Value {
  const recorder = recorderOf(machine);
  return mapStructure(element, (leaf) => {
    const ref = asTensor(recorder, leaf);
    if (ref === undefined || !isKnownRank(ref.shape)) return leaf;
    return recorder.constant({ shape: change(ref.shape), dtype: ref.dtype });
  });
}

/** With a batch axis in front: of a stated size only where what is left over is dropped. */
export function batched(machine: Machine, element: Value, size: Dim = OPEN): Value {
  return reshape(machine, element, (shape) => [size, ...shape]);
}

/** `tf.data` takes tuples and dictionaries for structure, and makes one tensor of a list. */
export function tensorsOf(machine: Machine, value: Value): Value {
  const recorder = recorderOf(machine);
  switch (value.kind) {
    case 'tuple':
      return { ...value, items: value.items.map((item) => tensorsOf(machine, item)) };
    case 'dict':
      return {
        ...value,
        entries: new Map(
          [...value.entries].map(([key, entry]) => [
            key,
            { key: entry.key, value: tensorsOf(machine, entry.value) },
          ]),
        ),
      };
    default: {
      if (tensorDataOf(value) !== undefined) return value;
      const ref = asTensor(recorder, value);
      return ref === undefined ? value : recorder.valueOf(ref.tensor);
    }
  }
}

/** The element of a dataset or generator; unknown for anything else. */
export function elementOf(machine: Machine, value: Value): Value {
  const data = value.kind === 'instance' ? (value.data as Partial<DatasetData> | null) : null;
  return (
    (data !== null && typeof data === 'object' ? data.element : undefined) ??
    machine.unknown('the elements are not known')
  );
}
