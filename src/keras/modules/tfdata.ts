/** `tf.data`: pipelines as the shapes of their elements. */
import { fn } from '../../python/library/define';
import { nativeClass } from '../../python/library/classes';
import type { Machine } from '../../python/machine';
import { int, native, tuple, type ClassValue, type ModuleValue, type Value } from '../../python/values';
import type { Dim } from '../../graph/graph';
import { OPEN, isKnownRank } from '../dims';
import { recorderOf } from '../model/recorder';
import { asTensor, mapStructure } from '../model/structure';
import { lazyModule } from './lookup';

/** Payload of a dataset: one element, as tensors. */
export interface DatasetData {
  readonly element: Value;
}

export function dataModule(machine: Machine, name: string): ModuleValue {
  let dataset: ClassValue | undefined;
  return lazyModule(name, (key) => {
    if (key === 'Dataset') return (dataset ??= datasetClass(machine));
    if (key === 'AUTOTUNE') return int(-1);
    return key === 'experimental'
      ? lazyModule(`${name}.experimental`, (child) => (child === 'AUTOTUNE' ? int(-1) : undefined))
      : undefined;
  });
}

/** Every tensor of the element with another shape; undefined shapes stay. */
function reshape(machine: Machine, element: Value, change: (shape: readonly Dim[]) => readonly Dim[]): Value {
  const recorder = recorderOf(machine);
  return mapStructure(element, (leaf) => {
    const ref = asTensor(recorder, leaf);
    if (ref === undefined || !isKnownRank(ref.shape)) return leaf;
    return recorder.constant({ shape: change(ref.shape), dtype: ref.dtype });
  });
}

function datasetClass(machine: Machine): ClassValue {
  const cls: ClassValue = nativeClass(machine, 'Dataset', { module: 'tensorflow.data' });
  const make = (element: Value): Value => machine.allocate(cls, { element } satisfies DatasetData);
  const elementOf = (value: Value): Value =>
    value.kind === 'instance'
      ? ((value.data as DatasetData | null)?.element ?? machine.unknown('the elements are not known'))
      : machine.unknown('the elements are not known');
  const same = [
    'shuffle',
    'repeat',
    'prefetch',
    'cache',
    'take',
    'skip',
    'filter',
    'with_options',
    'concatenate',
    'shard',
    'rebatch',
    'apply',
    'snapshot',
  ];
  const attrs: [string, Value][] = [
    [
      'from_tensor_slices',
      {
        kind: 'wrapped',
        mode: 'static',
        fn: fn('from_tensor_slices(tensors, name=None)', (owner, { tensors }) =>
          make(reshape(owner, tensors, (shape) => shape.slice(1))),
        ),
      },
    ],
    [
      'from_tensors',
      {
        kind: 'wrapped',
        mode: 'static',
        fn: fn('from_tensors(tensors, name=None)', (_owner, { tensors }) => make(tensors)),
      },
    ],
    [
      'zip',
      {
        kind: 'wrapped',
        mode: 'static',
        fn: native('zip', (owner, args) => {
          const given =
            args.positional.length === 1
              ? (owner.iterate(args.positional[0].value)?.items ?? [])
              : args.positional.map((arg) => arg.value);
          return make(tuple(given.map(elementOf)));
        }),
      },
    ],
    [
      'batch',
      fn(
        'batch(self, batch_size, drop_remainder=False, **kwargs)',
        (owner, { self, batch_size: size, drop_remainder: drop }) =>
          make(
            reshape(owner, elementOf(self), (shape) => [
              owner.truth(drop) === true && size.kind === 'int' ? size.value : OPEN,
              ...shape,
            ]),
          ),
      ),
    ],
    [
      'unbatch',
      fn('unbatch(self, name=None)', (owner, { self }) =>
        make(reshape(owner, elementOf(self), (shape) => shape.slice(1))),
      ),
    ],
    [
      'map',
      fn('map(self, map_func, *args, **kwargs)', (owner, { self, map_func: mapped }) => {
        const element = elementOf(self);
        if (element.kind === 'unknown') return make(element);
        return make(owner.apply(mapped, element.kind === 'tuple' ? element.items : [element]));
      }),
    ],
    ['as_numpy_iterator', fn('as_numpy_iterator(self)', (_owner, { self }) => self)],
    [
      '__iter__',
      fn('__iter__(self)', (owner, { self }) => ({
        kind: 'iterator',
        items: elementOf(self).kind === 'unknown' ? [] : [elementOf(self)],
        position: 0,
        tail: owner.unknown(`the elements of ${self.kind === 'instance' ? self.cls.name : 'this'} are data`),
      })),
    ],
    [
      'element_spec',
      { kind: 'property', get: fn('fget(self)', (_owner, { self }) => elementOf(self)), set: null },
    ],
  ];
  for (const name of same)
    attrs.push([
      name,
      native(name, (_owner, args) => args.positional[0]?.value ?? machine.unknown('not a dataset')),
    ]);
  for (const name of [
    'from_generator',
    'list_files',
    'range',
    'load',
    'random',
    'choose_from_datasets',
    'sample_from_datasets',
  ]) {
    attrs.push([
      name,
      {
        kind: 'wrapped',
        mode: 'static',
        fn: native(name, (owner) => make(owner.unknown('the elements come from data'))),
      },
    ]);
  }
  for (const [name, value] of attrs) cls.attrs.set(name, value);
  return cls;
}
