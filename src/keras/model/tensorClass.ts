/** The Python classes of tensors, variables and TensorFlow's shapes, as programs use them. */
import { isUnknown, type Shape, type SourceRange } from '../../graph/graph';
import { nativeClass, property } from '../../python/library/classes';
import { fn } from '../../python/library/define';
import type { Machine } from '../../python/machine';
import {
  NONE,
  TRUE,
  bool,
  int,
  list,
  native,
  str,
  tuple,
  type ClassHooks,
  type InstanceValue,
  type Value,
} from '../../python/values';
import { KerasError } from '../definition';
import { formatShape, isKnownRank, product, unknownDim } from '../dims';
import { joinTensors } from './joinTensors';
import { operatorMethods } from '../ops/operators';
import { recorderOf, type Classes, type Recorder } from './recorder';
import { dimToValue, fromUnknown, shapeToValue, valueToShape } from './shapes';
import { tensorDataOf } from './structure';

/** Payload of a `tf.TensorShape`. */
export interface TensorShapeData {
  readonly shape: Shape;
}

function shapeOf(machine: Machine, self: Value): Shape {
  const data = tensorDataOf(self);
  return data === undefined
    ? { kind: 'unknown', reason: 'not a tensor' }
    : recorderOf(machine).graph.tensors[data.tensor].shape;
}

/** Methods that a known op computes, by name: found in the op tables when they are first asked for. */
const OP_METHODS: Readonly<Record<string, string>> = {
  sum: 'sum',
  mean: 'mean',
  max: 'max',
  min: 'min',
  reshape: 'reshape',
  squeeze: 'squeeze',
  astype: 'cast',
  transpose: 'transpose',
  flatten: 'ravel',
};

export function makeTensorClasses(
  recorder: Recorder,
  op: (name: string) => Value | undefined,
): Pick<Classes, 'KerasTensor' | 'Variable' | 'TensorShape'> {
  const { machine } = recorder;
  const hooks: ClassHooks = {
    unpack: unpacked,
    notCallable: 'a tensor',
    getAttr: (owner, self, name) => {
      const method = OP_METHODS[name] === undefined ? undefined : op(OP_METHODS[name]);
      if (method !== undefined && method.kind === 'native') return { kind: 'method', self, fn: method, name };
      return self.attrs.has(name) || owner.findClassAttr(self.cls, name) !== undefined
        ? undefined
        : owner.unknown(`.${name} of a tensor is not modelled`);
    },
  };
  const KerasTensor = nativeClass(machine, 'KerasTensor', {
    module: 'keras',
    hooks,
    attrs: [
      ...operatorMethods(),
      ['shape', property((owner, { self }) => shapeToValue(shapeOf(owner, self)))],
      ['ndim', property((owner, { self }) => rankOf(owner, self))],
      ['rank', property((owner, { self }) => rankOf(owner, self))],
      [
        'dtype',
        property((owner, { self }) => {
          const { dtype } = recorder.graph.tensors[tensorDataOf(self)!.tensor];
          return dtype === null ? owner.unknown('the dtype of this tensor is not known') : str(dtype);
        }),
      ],
      ['name', property((_owner, { self }) => str(recorder.graph.tensors[tensorDataOf(self)!.tensor].name))],
      [
        'size',
        property((owner, { self }) => {
          const shape = shapeOf(owner, self);
          return isKnownRank(shape) ? dimToValue(product(shape)) : fromUnknown(shape);
        }),
      ],
      ['T', property((owner, { self }) => call(owner, op('transpose'), self))],
      ['_keras_history', property((owner, { self }) => historyOf(owner, recorder, self))],
      ['get_shape', fn('get_shape(self)', (owner, { self }) => tensorShape(owner, shapeOf(owner, self)))],
      [
        'set_shape',
        fn('set_shape(self, shape)', (_owner, { self, shape }) => {
          refine(recorder, self, shape);
          return NONE;
        }),
      ],
      [
        'numpy',
        fn('numpy(self)', (owner, { self }) => {
          const data = tensorDataOf(self);
          const tensor = data === undefined ? undefined : recorder.graph.tensors[data.tensor];
          // A single text becomes Python's own `bytes`.
          return tensor?.dtype === 'string' && isKnownRank(tensor.shape) && tensor.shape.length === 0
            ? owner.unknown('what the text is, is not known')
            : self;
        }),
      ],
      [
        '__len__',
        fn('__len__(self)', (owner, { self }) => {
          const shape = shapeOf(owner, self);
          if (!isKnownRank(shape)) return fromUnknown(shape, 'int');
          if (shape.length === 0) return owner.raise('TypeError', 'len() of unsized object');
          return dimToValue(shape[0]);
        }),
      ],
      ['__iter__', fn('__iter__(self)', (owner, { self }) => iterate(owner, self))],
      ['__hash__', fn('__hash__(self)', (_owner, { self }) => int(tensorDataOf(self)!.tensor))],
      ['__bool__', fn('__bool__(self)', (owner) => owner.unknown('the truth of a tensor is not known'))],
    ],
  });
  const Variable = nativeClass(machine, 'Variable', {
    module: 'keras',
    bases: [KerasTensor],
    attrs: [
      ['value', property((_owner, { self }) => self)],
      [
        'trainable',
        property((_owner, { self }) =>
          bool(recorder.graph.weights[tensorDataOf(self)?.weight ?? 0]?.trainable ?? true),
        ),
      ],
      // The names of the layers around it go before its own, as they stand when it is made.
      ['path', property((owner) => owner.unknown('the path of a variable is not followed'))],
      ...['assign', 'assign_add', 'assign_sub', 'scatter_update'].map((name): [string, Value] => [
        name,
        native(name, (_owner, args) => args.positional[0]?.value ?? NONE),
      ]),
      ['read_value', fn('read_value(self)', (_owner, { self }) => self)],
    ],
  });
  const TensorShape = nativeClass(machine, 'TensorShape', {
    module: 'tensorflow',
    attrs: [
      [
        '__init__',
        fn('__init__(self, dims=None)', (_owner, { self, dims }) => {
          (self as InstanceValue).data = {
            shape: valueToShape(dims) ?? { kind: 'unknown', reason: 'not a shape' },
          } satisfies TensorShapeData;
          return NONE;
        }),
      ],
      ['as_list', fn('as_list(self)', (_owner, { self }) => asList(tensorShapeOf(self)))],
      ['rank', property((_owner, { self }) => lengthOf(tensorShapeOf(self)))],
      ['ndims', property((_owner, { self }) => lengthOf(tensorShapeOf(self)))],
      ['dims', property((_owner, { self }) => asList(tensorShapeOf(self)))],
      ['__len__', fn('__len__(self)', (_owner, { self }) => lengthOf(tensorShapeOf(self)))],
      [
        '__iter__',
        fn('__iter__(self)', (owner, { self }) => {
          const shape = tensorShapeOf(self);
          return isKnownRank(shape)
            ? { kind: 'iterator', items: shape.map(dimToValue), position: 0, tail: null }
            : owner.unknown(shape.kind === 'unknown' ? shape.reason : '');
        }),
      ],
      [
        '__getitem__',
        fn('__getitem__(self, key)', (owner, { self, key }) => {
          const item = owner.getItem(shapeToValue(tensorShapeOf(self)), key);
          return item.kind === 'tuple' ? tensorShape(owner, valueToShape(item) ?? []) : item;
        }),
      ],
      [
        '__add__',
        fn('__add__(self, other)', (owner, { self, other }) =>
          owner.binary(
            '+',
            shapeToValue(tensorShapeOf(self)),
            other.kind === 'list'
              ? tuple(other.items)
              : other.kind === 'instance'
                ? shapeToValue(tensorShapeOf(other))
                : other,
          ),
        ),
      ],
      [
        '__eq__',
        fn('__eq__(self, other)', (owner, { self, other }) =>
          owner.compare(
            '==',
            shapeToValue(tensorShapeOf(self)),
            other.kind === 'list'
              ? tuple(other.items)
              : other.kind === 'instance'
                ? shapeToValue(tensorShapeOf(other))
                : other,
          ),
        ),
      ],
      [
        'num_elements',
        fn('num_elements(self)', (_owner, { self }) => {
          const shape = tensorShapeOf(self);
          return isKnownRank(shape) ? dimToValue(product(shape)) : fromUnknown(shape);
        }),
      ],
      [
        'is_fully_defined',
        fn('is_fully_defined(self)', (owner, { self }) => {
          const shape = tensorShapeOf(self);
          return isKnownRank(shape)
            ? bool(shape.every((dim) => typeof dim === 'number'))
            : owner.unknown(shape.reason);
        }),
      ],
      ...[
        'assert_has_rank',
        'assert_is_compatible_with',
        'with_rank',
        'with_rank_at_least',
        'merge_with',
        'assert_is_fully_defined',
      ].map((name): [string, Value] => [
        name,
        native(name, (_owner, args) => args.positional[0]?.value ?? NONE),
      ]),
      ['is_compatible_with', native('is_compatible_with', () => TRUE)],
    ],
  });
  machine.joiners.push((a, b) => joinTensors(recorder, a, b));
  return { KerasTensor, Variable, TensorShape };
}

function call(machine: Machine, method: Value | undefined, self: Value): Value {
  return method === undefined ? machine.unknown('not modelled') : machine.apply(method, [self]);
}

function rankOf(machine: Machine, self: Value): Value {
  return lengthOf(shapeOf(machine, self));
}

function lengthOf(shape: Shape): Value {
  return isKnownRank(shape) ? int(shape.length) : fromUnknown(shape, 'int');
}

function asList(shape: Shape): Value {
  return isKnownRank(shape) ? list(shape.map(dimToValue)) : fromUnknown(shape, 'list');
}

export function tensorShape(machine: Machine, shape: Shape): InstanceValue {
  return machine.allocate(recorderOf(machine).classes.TensorShape, { shape } satisfies TensorShapeData);
}

function tensorShapeOf(value: Value): Shape {
  if (value.kind !== 'instance') return { kind: 'unknown', reason: 'not a shape' };
  return (value.data as TensorShapeData | null)?.shape ?? { kind: 'unknown', reason: 'not a shape' };
}

/**
 * A tensor of a functional model is no sequence: Keras refuses to iterate it. Within `call` it may be, when its first length
 * is known; the batch's is not.
 */
function unpacked(machine: Machine, self: InstanceValue, count: number, range: SourceRange): void {
  const recorder = recorderOf(machine);
  const data = tensorDataOf(self);
  if (data === undefined || !recorder.isSymbolic(data.tensor) || recorder.isDoubtful(data.tensor)) return;
  // After another mistake the tensor may stand for what several would have been.
  if (recorder.graph.failures.some(({ severity }) => severity === 'error')) return;
  const shape = shapeOf(machine, self);
  if (!isKnownRank(shape) || typeof shape[0] === 'number' || (shape[0] !== undefined && isUnknown(shape[0])))
    return;
  recorder.doubt(recorder.ref(data.tensor));
  recorder.fail(
    new KerasError(
      'tensor-unpack',
      `one tensor ${formatShape(shape)} cannot be unpacked into ${count} names`,
      'Iterating over a symbolic KerasTensor is not supported.',
      {
        exception: 'NotImplementedError',
        facts: { count, tensor: recorder.graph.tensors[data.tensor].name },
      },
    ),
    { site: { range, stack: machine.callStack() } },
  );
}

/** A tensor of known first length gives its slices; Keras refuses to iterate a symbolic one, so others stay unknown. */
function iterate(machine: Machine, self: Value): Value {
  const shape = shapeOf(machine, self);
  if (!isKnownRank(shape)) return fromUnknown(shape);
  const [length] = shape;
  if (typeof length !== 'number' || length > 4096)
    return machine.unknown('the number of elements of this tensor is not known');
  const items = Array.from({ length }, (_, i) => machine.getItem(self, int(i)));
  return { kind: 'iterator', items, position: 0, tail: null };
}

/** `x.set_shape(shape)`: states what is open or unknown. */
function refine(recorder: Recorder, self: Value, shapeValue: Value): void {
  const data = tensorDataOf(self);
  const stated = valueToShape(shapeValue);
  if (data === undefined || stated === undefined || !isKnownRank(stated)) return;
  const tensor = recorder.graph.tensors[data.tensor];
  const { shape } = tensor;
  tensor.shape =
    isKnownRank(shape) && shape.length === stated.length
      ? shape.map((dim, axis) =>
          typeof dim !== 'number' && typeof stated[axis] === 'number' ? stated[axis] : dim,
        )
      : isKnownRank(shape)
        ? shape
        : // None leaves open what the axis is: of a tensor with values it has a length, which nobody states.
          stated.map((dim) =>
            typeof dim === 'number' || recorder.isSymbolic(data.tensor)
              ? dim
              : unknownDim('the shape of this is not known'),
          );
}

function historyOf(machine: Machine, recorder: Recorder, self: Value): Value {
  const node = recorder.producerOf(tensorDataOf(self)!.tensor);
  if (node === null || node.layer === null)
    return machine.unknown('the operation that made this tensor is no layer');
  return tuple([recorder.layers[node.layer].self, int(0), int(0)]);
}
