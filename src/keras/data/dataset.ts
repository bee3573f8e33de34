/** `tf.data`: pipelines as the shapes of their elements. */
import type { Dim } from '../../graph/graph';
import { nativeClass } from '../../python/library/classes';
import { fn } from '../../python/library/define';
import type { Machine } from '../../python/machine';
import {
  NONE,
  int,
  native,
  tuple,
  type ClassValue,
  type InstanceValue,
  type ModuleValue,
  type PropertyValue,
  type Value,
} from '../../python/values';
import { OPEN } from '../dims';
import { dtypeName } from '../model/input';
import { recorderOf } from '../model/recorder';
import { mapStructure } from '../model/structure';
import { valueToShape } from '../model/shapes';
import { lazyModule } from '../modules/lookup';
import { specified } from '../modules/tensorflowRoot';
import { batched, elementOf, reshape, tensor, tensorsOf, type DatasetData } from './element';

export function dataModule(machine: Machine, name: string): ModuleValue {
  const classes = new Map<string, ClassValue>();
  return lazyModule(name, (key) => {
    if (key === 'Dataset') return datasetClass(machine);
    if (key === 'AUTOTUNE') return int(-1);
    if (key === 'experimental') return dataModule(machine, `${name}.experimental`);
    if (['TFRecordDataset', 'TextLineDataset', 'FixedLengthRecordDataset'].includes(key)) {
      const known = classes.get(key) ?? recordsClass(machine, key);
      classes.set(key, known);
      return known;
    }
    return undefined;
  });
}

/** A dataset of the element; `also` are attributes that it has besides. */
export function makeDataset(
  machine: Machine,
  element: Value,
  also: Readonly<Record<string, Value>> = {},
): InstanceValue {
  const made = machine.allocate(datasetClass(machine), { element } satisfies DatasetData);
  for (const [name, value] of Object.entries(also)) made.attrs.set(name, value);
  return made;
}

/** Files of records: every element is one text. */
function recordsClass(machine: Machine, name: string): ClassValue {
  return nativeClass(machine, name, {
    module: 'tensorflow.data',
    bases: [datasetClass(machine)],
    hooks: { create: (owner) => ({ element: tensor(owner, [], 'string') }) satisfies DatasetData },
    attrs: [['__init__', native('__init__', () => NONE)]],
  });
}

/** Methods that leave the elements as they are. */
const SAME = [
  'shuffle',
  'repeat',
  'prefetch',
  'cache',
  'skip',
  'filter',
  'with_options',
  'concatenate',
  'shard',
  'snapshot',
  'ignore_errors',
  'take_while',
  'unique',
];

/** Makers whose elements are data. */
const UNKNOWN = ['load', 'random', 'counter'];

const isStatic = (made: Value & { kind: 'native' }): Value => ({ kind: 'wrapped', mode: 'static', fn: made });

function datasetClass(machine: Machine): ClassValue {
  const recorder = recorderOf(machine);
  const known = recorder.ops.get('tf:Dataset');
  if (known?.kind === 'class') return known;
  const cls: ClassValue = nativeClass(machine, 'Dataset', { module: 'tensorflow.data', partial: true });
  recorder.ops.set('tf:Dataset', cls);
  const property = (get: (owner: Machine, self: Value) => Value): PropertyValue => ({
    kind: 'property',
    get: fn('fget(self)', (owner, { self }) => get(owner, self)),
    set: null,
  });
  const attrs: [string, Value][] = [
    ['as_numpy_iterator', fn('as_numpy_iterator(self)', (_owner, { self }) => self)],
    [
      'get_single_element',
      fn('get_single_element(self, name=None)', (owner, { self }) => elementOf(owner, self)),
    ],
    [
      '__iter__',
      fn('__iter__(self)', (owner, { self }) => {
        const element = elementOf(owner, self);
        const most = self.kind === 'instance' ? (self.data as Partial<DatasetData> | null)?.most : undefined;
        const known = element.kind !== 'unknown';
        const data = owner.unknown(
          `the elements of ${self.kind === 'instance' ? self.cls.name : 'this'} are data`,
        );
        return {
          kind: 'iterator',
          items: known && most === 1 ? [element] : [],
          position: 0,
          tail: known && most === 1 ? null : known ? { ...data, like: element } : data,
        };
      }),
    ],
    ['element_spec', property(elementOf)],
    [
      'take',
      fn('take(self, count, name=None)', (owner, { self, count }) =>
        owner.allocate(cls, {
          element: elementOf(owner, self),
          ...(count.kind === 'int' && count.value > 0 ? { most: count.value } : {}),
        } satisfies DatasetData),
      ),
    ],
    ...makers(),
    ...batches(),
    ...functions(),
  ];
  for (const name of SAME)
    attrs.push([
      name,
      native(name, (owner, args) => args.positional[0]?.value ?? owner.unknown('not a dataset')),
    ]);
  for (const name of UNKNOWN)
    attrs.push([
      name,
      isStatic(native(name, (owner) => makeDataset(owner, owner.unknown('the elements come from data')))),
    ]);
  for (const [name, value] of attrs) cls.attrs.set(name, value);
  return cls;
}

/** Ways to make a dataset. */
function makers(): [string, Value][] {
  const made: readonly (Value & { kind: 'native' })[] = [
    fn('from_tensor_slices(tensors, name=None)', (owner, { tensors }) =>
      makeDataset(
        owner,
        reshape(owner, tensorsOf(owner, tensors), (shape) => shape.slice(1)),
      ),
    ),
    fn('from_tensors(tensors, name=None)', (owner, { tensors }) =>
      makeDataset(owner, tensorsOf(owner, tensors)),
    ),
    fn('range(*args, **kwargs)', (owner) => makeDataset(owner, tensor(owner, [], 'int64'))),
    fn('list_files(file_pattern, shuffle=None, seed=None, name=None)', (owner) =>
      makeDataset(owner, tensor(owner, [], 'string')),
    ),
    fn(
      'from_generator(generator, output_types=None, output_shapes=None, args=None, output_signature=None, name=None)',
      (owner, { output_types: types, output_shapes: shapes, output_signature: signature }) =>
        makeDataset(owner, generated(owner, types, shapes, signature)),
    ),
    native('zip', (owner, args) => {
      // `Dataset.zip((a, b))`, `Dataset.zip(a, b)` and `a.zip(b)`.
      const [first] = args.positional;
      if (args.positional.length === 1 && first.value.kind === 'dict')
        return makeDataset(
          owner,
          mapStructure(first.value, (leaf) => elementOf(owner, leaf)),
        );
      const given =
        args.positional.length === 1
          ? (owner.iterate(first.value)?.items ?? [])
          : args.positional.map((arg) => arg.value);
      return makeDataset(owner, tuple(given.map((each) => elementOf(owner, each))));
    }),
    ...['sample_from_datasets', 'choose_from_datasets'].map((name) =>
      native(name, (owner, args) => {
        const first = owner.iterate(args.positional[0]?.value ?? NONE)?.items[0];
        return makeDataset(owner, elementOf(owner, first ?? NONE));
      }),
    ),
  ];
  return made.map((each) => [each.name, isStatic(each)]);
}

/** The element that `from_generator` is told of. */
function generated(machine: Machine, types: Value, shapes: Value, signature: Value): Value {
  const lost = machine.unknown('the elements come from data');
  if (signature.kind !== 'none')
    return mapStructure(signature, (leaf) => specified(recorderOf(machine), leaf) ?? lost);
  if (types.kind !== 'tuple' && types.kind !== 'dict')
    return shapes.kind === 'none' ? lost : stated(machine, types, shapes);
  if (types.kind === 'dict' || shapes.kind === 'none') return lost;
  const items = machine.iterate(shapes)?.items;
  return items?.length === types.items.length
    ? tuple(types.items.map((type, i) => stated(machine, type, items[i])))
    : lost;
}

function stated(machine: Machine, type: Value, shape: Value): Value {
  const known = valueToShape(shape);
  return known === undefined
    ? machine.unknown('the elements come from data')
    : tensor(machine, known, dtypeName(type));
}

/** Methods that add or take away the batch axis. */
function batches(): [string, Value][] {
  return [
    [
      'batch',
      fn('batch(self, batch_size, drop_remainder=False, **kwargs)', (owner, params) =>
        makeDataset(owner, batched(owner, elementOf(owner, params['self']), batchSize(owner, params))),
      ),
    ],
    [
      'rebatch',
      fn('rebatch(self, batch_size, drop_remainder=False, name=None)', (owner, params) =>
        makeDataset(
          owner,
          reshape(owner, elementOf(owner, params['self']), (shape) => [
            batchSize(owner, params),
            ...shape.slice(1),
          ]),
        ),
      ),
    ],
    [
      'ragged_batch',
      fn('ragged_batch(self, batch_size, **kwargs)', (owner) =>
        makeDataset(owner, owner.unknown('the lengths of ragged batches differ')),
      ),
    ],
    [
      'padded_batch',
      fn(
        'padded_batch(self, batch_size, padded_shapes=None, padding_values=None, drop_remainder=False, name=None)',
        (owner, params) => makeDataset(owner, padded(owner, params)),
      ),
    ],
    [
      'unbatch',
      fn('unbatch(self, name=None)', (owner, { self }) =>
        makeDataset(
          owner,
          reshape(owner, elementOf(owner, self), (shape) => shape.slice(1)),
        ),
      ),
    ],
    [
      'window',
      fn('window(self, size, shift=None, stride=1, drop_remainder=False, name=None)', (owner, { self }) =>
        // Every tensor of the element becomes a dataset of its own.
        makeDataset(
          owner,
          mapStructure(elementOf(owner, self), (leaf) => makeDataset(owner, leaf)),
        ),
      ),
    ],
  ];
}

type Params = Readonly<Record<string, Value>>;

/** The batch axis that a pipeline states: open where the last batch may be smaller. */
function batchSize(machine: Machine, { batch_size: size, drop_remainder: drop }: Params): Dim {
  if (machine.truth(drop) !== true) return OPEN;
  return size.kind === 'int' ? size.value : { kind: 'unknown', reason: 'the batch size is not known' };
}

/** Open lengths are padded to the longest of each batch, or to what `padded_shapes` states. */
function padded(machine: Machine, params: Params): Value {
  const element = elementOf(machine, params['self']);
  const batch = batchSize(machine, params);
  const shapes = params['padded_shapes'];
  if (shapes.kind === 'none') return batched(machine, element, batch);
  const one = (leaf: Value, shape: Value): Value => {
    const known = valueToShape(shape);
    if (known === undefined || !Array.isArray(known))
      return machine.unknown('the lengths that are padded to are not known');
    return reshape(machine, leaf, (lengths) => [
      batch,
      ...lengths.map((length, axis) => {
        const wanted = (known as readonly Dim[])[axis];
        if (typeof wanted === 'number' && wanted >= 0) return wanted;
        return typeof length === 'number' ? length : OPEN;
      }),
    ]);
  };
  if (element.kind !== 'tuple') return one(element, shapes);
  const parts = machine.iterate(shapes)?.items;
  return parts?.length === element.items.length
    ? tuple(
        element.items.map((item, i) =>
          item.kind === 'tuple' || item.kind === 'dict'
            ? machine.unknown('the lengths that are padded to are not known')
            : one(item, parts[i]),
        ),
      )
    : machine.unknown('the lengths that are padded to are not known');
}

/** Methods that take a function. */
function functions(): [string, Value][] {
  const inner = (name: string): [string, Value] => [
    name,
    fn(`${name}(self, map_func, *args, **kwargs)`, (owner, { self, map_func: mapped }) =>
      makeDataset(owner, elementOf(owner, applied(owner, mapped, elementOf(owner, self)))),
    ),
  ];
  return [
    [
      'map',
      fn('map(self, map_func, *args, **kwargs)', (owner, { self, map_func: mapped }) =>
        makeDataset(owner, applied(owner, mapped, elementOf(owner, self))),
      ),
    ],
    inner('flat_map'),
    inner('interleave'),
    [
      'enumerate',
      fn('enumerate(self, start=0, name=None)', (owner, { self }) =>
        makeDataset(owner, tuple([tensor(owner, [], 'int64'), elementOf(owner, self)])),
      ),
    ],
    [
      'apply',
      fn('apply(self, transformation_func)', (owner, { self, transformation_func: change }) => {
        const result = owner.apply(change, [self]);
        return result.kind === 'unknown'
          ? makeDataset(owner, owner.unknown('what the pipeline is changed by is not known'))
          : result;
      }),
    ],
  ];
}

/** The function's result for an element: the parts of a tuple are its arguments. */
function applied(machine: Machine, mapped: Value, element: Value): Value {
  if (element.kind === 'tuple') return machine.apply(mapped, element.items);
  if (element.kind !== 'unknown') return machine.apply(mapped, [element]);
  // Nothing is known of the element, but perhaps of what the function makes of it.
  const fnValue = mapped.kind === 'method' ? mapped.fn : mapped;
  if (fnValue.kind !== 'function') return element;
  const places = fnValue.def.params.filter(({ kind }) => kind === 'positional' || kind === 'positionalOnly');
  const bound = mapped.kind === 'method' ? 1 : 0;
  const wanted = places.slice(bound).filter(({ name }) => !fnValue.defaults.has(name));
  return machine.apply(
    mapped,
    wanted.map(() => element),
  );
}
