/** Tensors made of nothing (`zeros`, `ones`, `random.normal`, `arange`) and variables. */
import type { Shape } from '../../graph/graph';
import { fn } from '../../python/library/define';
import { NONE, type NativeFunction, type Value } from '../../python/values';
import { dtypeName } from '../model/input';
import { recorderOf, type Recorder } from '../model/recorder';
import { isKnownRank } from '../dims';
import { valueToShape } from '../model/shapes';
import { asTensor, tensorDataOf } from '../model/structure';
import { initializerOf } from '../model/weights';
import { dtypeByRule } from '../dtypes';
import { broadcastShapes } from '../broadcast';
import type { Body } from '../../python/library/define';
import { opsLookup } from './index';

/** Larger constants are known by shape alone. */
const MOST_ELEMENTS = 1 << 16;

/** The numbers of a constant of this shape; undefined where it is open, not known or large. */
function numbersOf(shape: Shape, value: (index: number) => number): readonly number[] | undefined {
  if (!isKnownRank(shape) || !shape.every((dim): dim is number => typeof dim === 'number')) return undefined;
  const count = shape.reduce((a, b) => a * b, 1);
  return count > MOST_ELEMENTS ? undefined : Array.from({ length: count }, (_, i) => value(i));
}

const filledWith = (shape: Shape, value: Value | undefined): readonly number[] | undefined =>
  value?.kind === 'int' || value?.kind === 'float' ? numbersOf(shape, () => value.value) : undefined;

const FILLED: Readonly<
  Record<string, (shape: Shape, value: Value | undefined) => readonly number[] | undefined>
> = {
  zeros: (shape) => numbersOf(shape, () => 0),
  ones: (shape) => numbersOf(shape, () => 1),
  full: filledWith,
  fill: filledWith,
};

const entry = (kwargs: Value, name: string): Value | undefined =>
  kwargs.kind === 'dict' ? kwargs.entries.get(`s:${name}`)?.value : undefined;

function shapeFrom(value: Value): Shape {
  if (value.kind === 'int') return [value.value];
  return valueToShape(value) ?? { kind: 'unknown', reason: 'the shape is not known' };
}

const ofShape = (name: string): NativeFunction =>
  fn(`${name}(shape, *args, **kwargs)`, (machine, { shape, args, kwargs }) => {
    const recorder = recorderOf(machine);
    const named = kwargs.kind === 'dict' ? kwargs.entries.get('s:dtype')?.value : undefined;
    const positional =
      args.kind === 'tuple' ? args.items.find((item) => dtypeName(item) !== null) : undefined;
    const dtype = named ?? positional;
    const given = shapeFrom(shape);
    const made = DRAWN_PER_PARAMETER.has(name) ? perParameter(recorder, given, args, kwargs) : given;
    const filling =
      args.kind === 'tuple' && args.items.length > 0 ? args.items[0] : entry(kwargs, 'fill_value');
    return recorder.constant(
      {
        shape: made,
        dtype: (dtype === undefined ? null : dtypeName(dtype)) ?? (name === 'randint' ? 'int32' : 'float32'),
      },
      undefined,
      FILLED[name]?.(made, filling),
    );
  });

/** TensorFlow draws `shape` numbers for every entry of the distribution's parameters. */
const DRAWN_PER_PARAMETER = new Set(['gamma', 'poisson']);

function perParameter(recorder: Recorder, shape: Shape, args: Value, kwargs: Value): Shape {
  const named = (name: string): Value | undefined =>
    kwargs.kind === 'dict' ? kwargs.entries.get(`s:${name}`)?.value : undefined;
  const parameter =
    named('alpha') ??
    named('lam') ??
    (args.kind === 'tuple' && args.items.length > 0 ? args.items[0] : undefined);
  if (parameter === undefined || parameter.kind === 'int' || parameter.kind === 'float') return shape;
  const more = asTensor(recorder, parameter)?.shape;
  if (more === undefined || !isKnownRank(more))
    return { kind: 'unknown', reason: 'the shape of the parameter of the distribution is not known' };
  return isKnownRank(shape) ? [...shape, ...more] : shape;
}

const SHAPED = [
  'zeros',
  'ones',
  'full',
  'fill',
  'empty',
  'random.normal',
  'random.uniform',
  'random.truncated_normal',
  'random.randint',
  'random.gamma',
  'random.beta',
  'random.binomial',
  'random_normal',
  'random_uniform',
  'truncated_normal',
  'random.poisson',
];

/** Numbers spaced between two bounds, which may be tensors: the new axis stands first unless `axis` says otherwise. */
const spaced: Body = (machine, { name, start, stop, num, endpoint, dtype, axis }) => {
  const recorder = recorderOf(machine);
  const bounds = [start, stop].map((value) => asTensor(recorder, value));
  const [from, to] = bounds;
  if (from === undefined || to === undefined) return machine.unknown('the bounds are not known');
  const shape = broadcastShapes(from.shape, to.shape);
  const kept = dtypeName(dtype) ?? dtypeByRule('promote', recorder.backend, [from.dtype, to.dtype, 'float']);
  if (!isKnownRank(shape)) return recorder.constant({ shape, dtype: kept });
  const counted = shapeFrom({ kind: 'tuple', items: [num] });
  if (!isKnownRank(counted)) return machine.unknown('how many numbers there are is not known');
  const [length] = counted;
  const place = axis.kind === 'int' ? (axis.value < 0 ? axis.value + shape.length + 1 : axis.value) : 0;
  const spacedShape = [...shape.slice(0, place), length, ...shape.slice(place)];
  const [first, last] = [start, stop].map((value) =>
    value.kind === 'int' || value.kind === 'float' ? value.value : NaN,
  );
  const steps = typeof length === 'number' ? Math.max(1, length - 1) : 1;
  const plain =
    name.kind === 'str' &&
    name.value === 'linspace' &&
    Number.isFinite(first) &&
    Number.isFinite(last) &&
    machine.truth(endpoint) === true;
  return recorder.constant(
    { shape: spacedShape, dtype: kept },
    undefined,
    plain ? numbersOf(spacedShape, (i) => first + ((last - first) * i) / steps) : undefined,
  );
};

export function createOp(name: string): NativeFunction | undefined {
  if (SHAPED.includes(name)) return ofShape(name.split('.').pop()!);
  switch (name) {
    case 'eye':
    case 'identity':
    case 'tri':
      return fn(`${name}(N, M=None, k=0, dtype=None, **kwargs)`, (machine, { N, M, k, dtype }) => {
        const columns = M.kind === 'none' ? N : M;
        const shape = shapeFrom({ kind: 'tuple', items: [N, columns] });
        const width = columns.kind === 'int' ? columns.value : 0;
        const one = (i: number): boolean =>
          name === 'tri' ? i % width <= Math.floor(i / width) : i % width === Math.floor(i / width);
        return recorderOf(machine).constant(
          { shape, dtype: dtypeName(dtype) ?? 'float32' },
          undefined,
          k.kind === 'int' && k.value === 0 ? numbersOf(shape, (i) => (one(i) ? 1 : 0)) : undefined,
        );
      });
    case 'arange':
    case 'range':
      return fn(
        `${name}(start, stop=None, step=None, dtype=None, limit=None, delta=None, **kwargs)`,
        (machine, { start, stop, step, dtype, limit, delta }) => {
          const end = stop.kind === 'none' ? limit : stop;
          const by = step.kind === 'none' ? delta : step;
          const recorder = recorderOf(machine);
          const [from, to] = end.kind === 'none' ? [{ kind: 'int', value: 0 } as Value, start] : [start, end];
          if (
            from.kind === 'int' &&
            (by.kind === 'none' || (by.kind === 'int' && by.value === 1)) &&
            (to.kind === 'symbolic' || to.kind === 'unknown')
          ) {
            const length =
              from.value === 0
                ? to
                : machine.binary('-', to.kind === 'symbolic' ? { ...to, isNone: false } : to, from);
            return recorder.constant({
              shape: shapeFrom({ kind: 'tuple', items: [length] }),
              dtype: dtypeName(dtype) ?? 'int32',
            });
          }
          const numbers = [from, to, by.kind === 'none' ? ({ kind: 'int', value: 1 } as Value) : by].map(
            (value) => (value.kind === 'int' || value.kind === 'float' ? value.value : NaN),
          );
          const length = Math.max(0, Math.ceil((numbers[1] - numbers[0]) / numbers[2]));
          const isInt = [from, to, by].every((value) => value.kind !== 'float');
          const shape: Shape = [
            Number.isFinite(length)
              ? length
              : { kind: 'unknown', reason: 'the bounds of this range are not known' },
          ];
          return recorder.constant(
            { shape, dtype: dtypeName(dtype) ?? (isInt ? 'int32' : 'float32') },
            undefined,
            numbersOf(shape, (i) => numbers[0] + i * numbers[2]),
          );
        },
      );
    case 'linspace':
    case 'logspace':
    case 'geomspace':
      return fn(
        `${name}(start, stop, num=50, endpoint=True, dtype=None, axis=0, **kwargs)`,
        (machine, params, call) => spaced(machine, { ...params, name: { kind: 'str', value: name } }, call),
      );
    case 'convert_to_tensor':
    case 'constant':
    case 'array':
      return fn(`${name}(value, dtype=None, shape=None, **kwargs)`, (machine, { value, dtype, shape }) => {
        const recorder = recorderOf(machine);
        const ref = asTensor(recorder, value);
        if (ref === undefined) return machine.unknown('this value as a tensor is not known');
        if (shape.kind !== 'none')
          return recorder.constant({ shape: shapeFrom(shape), dtype: dtypeName(dtype) ?? ref.dtype });
        const stated = dtypeName(dtype);
        if (stated !== null && stated !== ref.dtype && tensorDataOf(value) !== undefined)
          return machine.apply(opsLookup(recorder, 'cast') ?? NONE, [value, dtype]);
        // A tensor stays itself; numbers stay numbers, so that what is computed from them is known.
        return value.kind === 'int' || value.kind === 'float' || value.kind === 'symbolic'
          ? value
          : recorder.valueOf(ref.tensor);
      });
    case 'Variable':
    case 'get_variable':
      return variable(name);
    default:
      return undefined;
  }
}

/** `keras.Variable(initializer, shape=…)`, `tf.Variable(initial_value)`, `tf.compat.v1.get_variable(name, shape)`. */
function variable(kind: string): NativeFunction {
  const signature =
    kind === 'get_variable'
      ? 'get_variable(name=None, shape=None, dtype=None, initializer=None, regularizer=None, trainable=True, **kwargs)'
      : 'Variable(initializer=None, shape=None, dtype=None, trainable=True, name=None, initial_value=None, **kwargs)';
  return fn(signature, (machine, params) => {
    const recorder = recorderOf(machine);
    const initial =
      params['initial_value'] === undefined || params['initial_value'].kind === 'none'
        ? params['initializer']
        : params['initial_value'];
    const value =
      initial.kind === 'function' || initial.kind === 'method' ? machine.apply(initial, []) : initial;
    const stated =
      params['shape'].kind === 'none' || params['shape'].kind === 'bool'
        ? undefined
        : shapeFrom(params['shape']);
    const isInitializer =
      initial.kind === 'str' || (initial.kind === 'instance' && initializerOf(initial) !== null);
    const content = stated === undefined && !isInitializer ? asTensor(recorder, value) : undefined;
    const weight = recorder.weight({
      name: params['name'].kind === 'str' ? params['name'].value : 'Variable',
      shape: stated ??
        content?.shape ?? { kind: 'unknown', reason: 'the value of this variable is not known' },
      trainable: machine.truth(params['trainable']) ?? true,
      dtype: dtypeName(params['dtype']) ?? content?.dtype ?? 'float32',
      initializer: isInitializer ? initializerOf(initial) : null,
      owner: null,
    });
    return recorder.variable(weight);
  });
}

/** `tf.Variable`: one that Keras 3 does not track. */
export const tensorflowVariable: NativeFunction = fn(
  'Variable(initial_value=None, trainable=True, validate_shape=True, name=None, dtype=None, shape=None, **kwargs)',
  (machine, params) => {
    const recorder = recorderOf(machine);
    const value =
      params['initial_value'].kind === 'function' || params['initial_value'].kind === 'method'
        ? machine.apply(params['initial_value'], [])
        : params['initial_value'];
    const content = asTensor(recorder, value);
    const weight = recorder.weight({
      name: params['name'].kind === 'str' ? params['name'].value : 'Variable',
      shape:
        params['shape'].kind === 'none'
          ? (content?.shape ?? { kind: 'unknown', reason: 'the value of this variable is not known' })
          : shapeFrom(params['shape']),
      trainable: machine.truth(params['trainable']) ?? true,
      dtype: dtypeName(params['dtype']) ?? content?.dtype ?? 'float32',
      initializer: null,
      owner: null,
    });
    recorder.plainVariables.add(weight.id);
    return recorder.variable(weight);
  },
);
