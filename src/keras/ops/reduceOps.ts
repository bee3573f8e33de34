/** Reductions over axes (`mean`, `max`, `argmax`, …) with `axis` and `keepdims`. */
import type { Dim, Primitive, Shape } from '../../graph/graph';
import type { Value } from '../../python/values';
import { KerasError } from '../definition';
import { dtypeName } from '../model/input';
import { formatShape, isKnownRank } from '../dims';
import type { DtypeRule } from '../dtypes';
import { dtypeOf } from './operators';
import { lostResult, type OpDefinition } from './opFunction';
import type { OpResult } from './record';

type Fn = Extract<Primitive, { op: 'reduce' }>['fn'];

const TABLE: Readonly<Record<string, readonly [type: string, fn: Fn, dtype: DtypeRule]>> = {
  mean: ['Mean', 'mean', 'keptFloat'],
  sum: ['Sum', 'sum', 'summed'],
  max: ['Max', 'max', 'same'],
  min: ['Min', 'min', 'same'],
  amax: ['Amax', 'max', 'same'],
  amin: ['Amin', 'min', 'same'],
  prod: ['Prod', 'prod', 'accumulated'],
  var: ['Var', 'var', 'float'],
  std: ['Std', 'std', 'keptFloat'],
  any: ['Any', 'any', 'bool'],
  all: ['All', 'all', 'bool'],
  argmax: ['Argmax', 'argmax', 'int32'],
  argmin: ['Argmin', 'argmin', 'int32'],
  logsumexp: ['Logsumexp', 'other', 'float'],
  median: ['Median', 'other', 'float'],
  norm: ['Norm', 'other', 'keptFloat'],
  count_nonzero: ['CountNonzero', 'other', 'int32'],
  nanmax: ['Nanmax', 'max', 'promote'],
  nanmin: ['Nanmin', 'min', 'promote'],
  nanmean: ['Nanmean', 'mean', 'float'],
  nanvar: ['Nanvar', 'var', 'float'],
  nanstd: ['Nanstd', 'std', 'float'],
  nanmedian: ['Nanmedian', 'other', 'float'],
  nansum: ['Nansum', 'sum', 'summed'],
  nanprod: ['Nanprod', 'prod', 'accumulated'],
  nanargmax: ['Nanargmax', 'argmax', 'int32'],
  nanargmin: ['Nanargmin', 'argmin', 'int32'],
  ptp: ['Ptp', 'other', 'same'],
  average: ['Average', 'mean', 'float'],
};

/** Axes as non-negative numbers in order; null when not known; throws for one out of range. */
export function axesOf(value: Value, rank: number, shape: Shape): readonly number[] | null {
  const items =
    value.kind === 'tuple' || value.kind === 'list'
      ? value.items
      : value.kind === 'none'
        ? undefined
        : [value];
  if (items === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const axes: number[] = [];
  for (const item of items) {
    if (item.kind !== 'int') return null;
    if (item.value >= rank || item.value < -rank) {
      throw new KerasError(
        'axis-range',
        `axis ${item.value} does not exist in ${formatShape(shape)}`,
        `axis ${item.value} is out of bounds for array of dimension ${rank}`,
        { callArgument: 'axis', facts: { axis: item.value, rank } },
      );
    }
    axes.push(item.value < 0 ? item.value + rank : item.value);
  }
  return axes.sort((a, b) => a - b);
}

export function reduceOp(name: string): OpDefinition | undefined {
  const row = TABLE[name];
  if (row === undefined) return undefined;
  const [type, fn, dtypeRule] = row;
  const arg = fn === 'argmax' || fn === 'argmin';
  return {
    signature: arg
      ? '(x, axis=None, keepdims=False, name=None, **kwargs)'
      : '(x, axis=None, keepdims=None, name=None, keep_dims=None, **kwargs)',
    type,
    inputs: ['x'],
    plain: ({ machine, params }) => {
      if (name !== 'max' && name !== 'min' && name !== 'sum') return undefined;
      const items =
        params['x'].kind === 'list' || params['x'].kind === 'tuple'
          ? machine.iterate(params['x'])
          : undefined;
      return items === undefined || !items.items.every((item) => item.kind === 'int' || item.kind === 'float')
        ? undefined
        : machine.apply(machine.builtin(name), [params['x']]);
    },
    compute: ({ tensor, params, machine, recorder }): OpResult => {
      const x = tensor('x');
      if (x === undefined || !isKnownRank(x.shape))
        return lostResult(
          x === undefined ? `${name}() of this is not known` : (x.shape as { reason: string }).reason,
        );
      const keep =
        machine.truth(
          params['keepdims'].kind !== 'none'
            ? params['keepdims']
            : (params['keep_dims'] ?? params['keepdims']),
        ) ?? false;
      const { shape } = x;
      const axes = axesOf(params['axis'], shape.length, shape);
      const stated =
        params['kwargs'].kind === 'dict' ? params['kwargs'].entries.get('s:dtype')?.value : undefined;
      const dtype =
        (stated === undefined || stated.kind === 'none' ? null : dtypeName(stated)) ??
        dtypeOf(recorder, dtypeRule, [x]);
      if (axes === null) return lostResult('the axis is not known', dtype);
      const dims = reducedShape(shape, axes, keep);
      return { outputs: [{ shape: dims, dtype }], primitive: { op: 'reduce', fn, axes, keepDims: keep } };
    },
  };
}

/** Keras takes the axes away one by one from the last: one that is named twice takes its neighbour along. */
function reducedShape(shape: readonly Dim[], axes: readonly number[], keep: boolean): Dim[] {
  if (keep) return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const dims = [...shape];
  for (const axis of axes.toReversed()) {
    if (axis >= dims.length)
      throw new KerasError(
        'axis-duplicate',
        `Axis ${axis} of ${formatShape(shape)} is named twice.`,
        'list assignment index out of range',
        { callArgument: 'axis', exception: 'IndexError', facts: { axis } },
      );
    dims.splice(axis, 1);
  }
  return dims;
}

/** `moments(x, axes)`: mean and variance. */
export const moments: OpDefinition = {
  signature: '(x, axes, shift=None, keepdims=False, synchronized=False, name=None)',
  type: 'Moments',
  compute: ({ tensor, params, machine }) => {
    const x = tensor('x');
    if (x === undefined || !isKnownRank(x.shape))
      return {
        ...lostResult('the moments of this are not known'),
        outputs: [0, 1].map(() => ({
          shape: { kind: 'unknown' as const, reason: 'not known' },
          dtype: null,
        })),
      };
    const keep = machine.truth(params['keepdims']) ?? false;
    const axes = axesOf(params['axes'], x.shape.length, x.shape);
    const dims: Shape =
      axes === null
        ? { kind: 'unknown', reason: 'the axes are not known' }
        : keep
          ? x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
          : x.shape.filter((_, axis) => !axes.includes(axis));
    const spec = { shape: dims, dtype: x.dtype };
    return {
      outputs: [spec, spec],
      structure: 'tuple',
      primitive: { op: 'reduce', fn: 'mean', axes, keepDims: keep },
    };
  },
};
