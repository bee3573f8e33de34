/** Operations that give the same elements another shape or order: reshape, transpose, expand_dims, squeeze. Source: Keras `ops/numpy.py`. */
import { isUnknown, type Dim, type Shape } from '../../graph/graph';
import type { Value } from '../../python/values';
import { KerasError, type TensorRef } from '../definition';
import { OPEN, combineDims, dimsEqual, formatShape, isKnownRank, product } from '../dims';
import { valueToShape } from '../model/shapes';
import type { OpContext, OpDefinition } from './opFunction';
import { Lost, axisOf, needs, rule } from './opRule';
import type { OpResult } from './record';
import { axesOf } from './reduceOps';

const moved = (shape: Shape, dtype: string | null): OpResult => ({
  outputs: [{ shape, dtype }],
  primitive: { op: 'reshape' },
});

/** `reshape(x, shape)` with one −1; an open total leaves the −1 open. */
export function reshaped(shape: readonly Dim[], target: readonly Dim[]): readonly Dim[] {
  const at = target.findIndex((dim) => dim === -1);
  if (at < 0) {
    const before = product(shape);
    const after = product(target);
    if (dimsEqual(before, after) === false) throw sizeError(shape, target);
    return target;
  }
  const rest = product(target.filter((_, i) => i !== at));
  const total = product(shape);
  if (isUnknown(total)) return target.map((dim, i) => (i === at ? total : dim));
  if (isUnknown(rest)) return target.map((dim, i) => (i === at ? rest : dim));
  if (typeof total === 'number' && typeof rest === 'number') {
    if (rest === 0 || total % rest !== 0) throw sizeError(shape, target);
    return target.map((dim, i) => (i === at ? total / rest : dim));
  }
  // Keras infers nothing from open lengths, even where they would cancel out.
  const inferred = combineDims('//', total, rest);
  return target.map((dim, i) => (i === at ? (typeof inferred === 'number' ? OPEN : inferred) : dim));
}

function sizeError(shape: readonly Dim[], target: readonly Dim[]): KerasError {
  return new KerasError(
    'reshape-size',
    `${formatShape(shape)} has another number of elements than ${formatShape(target)}`,
    `cannot reshape array of shape ${formatShape(shape)} into shape ${formatShape(target)}`,
    {
      callArgument: 'newshape',
      facts: { from: formatShape(shape), to: formatShape(target) },
    },
  );
}

function transposed(context: OpContext): OpResult {
  const x = needs(context);
  const { params, machine } = context;
  const rank = x.shape.length;
  const axes = params['axes'];
  const items = axes.kind === 'none' ? undefined : machine.iterate(axes)?.items;
  const perm =
    axes.kind === 'none'
      ? Array.from({ length: rank }, (_, i) => rank - 1 - i)
      : items?.map((item) => (item.kind === 'int' ? (item.value < 0 ? item.value + rank : item.value) : NaN));
  if (perm === undefined || perm.some(Number.isNaN))
    throw new Lost('the order of the axes is not known', x.dtype);
  if (perm.length !== rank || new Set(perm).size !== rank || perm.some((axis) => axis < 0 || axis >= rank)) {
    throw new KerasError(
      'transpose-axes',
      `axes ${perm.join(', ')} do not fit a tensor with ${rank} axes`,
      `axes must be a list of the same length as the input shape, expected ${rank}, but received ${perm.length}.`,
      { callArgument: 'axes', facts: { rank } },
    );
  }
  return {
    outputs: [{ shape: perm.map((axis) => x.shape[axis]), dtype: x.dtype }],
    primitive: { op: 'transpose', perm },
  };
}

function permuted(x: TensorRef & { readonly shape: readonly Dim[] }, perm: readonly number[]): OpResult {
  return {
    outputs: [{ shape: perm.map((axis) => x.shape[axis]), dtype: x.dtype }],
    primitive: { op: 'transpose', perm },
  };
}

function axesList(value: Value, rank: number): number[] | null {
  const items = value.kind === 'tuple' || value.kind === 'list' ? value.items : [value];
  return items.every((item) => item.kind === 'int')
    ? items.map((item) => ((item as { value: number }).value + rank) % rank)
    : null;
}

export const arrangeOps: Readonly<Record<string, OpDefinition>> = {
  reshape: rule('(x, newshape=None, shape=None, name=None)', 'Reshape', (context) => {
    const { params } = context;
    const value = params['newshape'].kind === 'none' ? params['shape'] : params['newshape'];
    const target = value.kind === 'int' ? [value.value] : valueToShape(value);
    const x = context.tensor('x');
    if (target === undefined || !isKnownRank(target))
      throw new Lost(
        value.kind === 'unknown' ? value.reason : 'the new shape is not known',
        x?.dtype ?? null,
      );
    if (x === undefined || !isKnownRank(x.shape))
      return moved(
        target.map((dim) =>
          dim === -1 ? { kind: 'unknown', reason: 'it depends on an input that is not known' } : dim,
        ),
        x?.dtype ?? null,
      );
    return moved(reshaped(x.shape, target), x.dtype);
  }),
  transpose: rule('(x, axes=None, perm=None, name=None, conjugate=False)', 'Transpose', (context) =>
    transposed(
      context.params['perm'].kind === 'none'
        ? context
        : { ...context, params: { ...context.params, axes: context.params['perm'] } },
    ),
  ),
  swapaxes: rule('(x, axis1, axis2)', 'Swapaxes', (context) => {
    const x = needs(context);
    const [a, b] = [
      axisOf(context.params['axis1'], x.shape.length, x.shape),
      axisOf(context.params['axis2'], x.shape.length, x.shape),
    ];
    if (a === null || b === null) throw new Lost('the axes are not known', x.dtype);
    return permuted(
      x,
      x.shape.map((_, i) => (i === a ? b : i === b ? a : i)),
    );
  }),
  moveaxis: rule('(x, source, destination)', 'Moveaxis', (context) => {
    const x = needs(context);
    const source = axesList(context.params['source'], x.shape.length);
    const destination = axesList(context.params['destination'], x.shape.length);
    if (source === null || destination === null) throw new Lost('the axes are not known', x.dtype);
    const rest = x.shape.map((_, i) => i).filter((i) => !source.includes(i));
    const perm = [...rest];
    destination
      .map((to, i) => [to, source[i]] as const)
      .sort((a, b) => a[0] - b[0])
      .forEach(([to, from]) => perm.splice(to, 0, from));
    return permuted(x, perm);
  }),
  expand_dims: rule('(x, axis=-1, name=None, dim=None)', 'ExpandDims', (context) => {
    const x = needs(context);
    const { axis: value } = context.params;
    const several = value.kind === 'tuple' || value.kind === 'list';
    // Several axes are places in the result.
    const rank = x.shape.length + (several ? value.items.length : 1);
    const axes: readonly (number | null)[] | null = several
      ? axesOf(value, rank, x.shape)
      : [axisOf(value, x.shape.length, x.shape, 1)];
    if (axes === null || axes.includes(null) || (value.kind === 'list' && value.tail !== null))
      throw new Lost('the axis is not known', x.dtype);
    let next = 0;
    return moved(
      Array.from({ length: rank }, (_, place) => (axes.includes(place) ? 1 : x.shape[next++])),
      x.dtype,
    );
  }),
  squeeze: rule('(x, axis=None, name=None)', 'Squeeze', (context) => {
    const x = needs(context);
    if (context.params['axis'].kind === 'none') {
      if (x.shape.some((dim) => isUnknown(dim)))
        throw new Lost('a length that is not known may be 1', x.dtype);
      return moved(
        x.shape.filter((dim) => dim !== 1),
        x.dtype,
      );
    }
    const axes = axesOf(context.params['axis'], x.shape.length, x.shape);
    if (axes === null) throw new Lost('the axis is not known', x.dtype);
    for (const axis of axes) {
      const dim = x.shape[axis];
      // A functional tensor's open axis counts as one that is not 1; a traced one is looked at when it runs.
      const { recorder } = context;
      const open = typeof dim === 'object' && dim.kind === 'open' && recorder.kerasVersion === 3;
      const traced = recorder.parent !== null || recorder.driven !== null;
      if ((typeof dim === 'number' && dim !== 1) || (open && !traced))
        throw new KerasError(
          'squeeze-axis',
          `axis ${axis} of ${formatShape(x.shape)} has length ${typeof dim === 'number' ? dim : 'None'}, not 1`,
          `Cannot squeeze axis ${axis}, because the dimension is not 1.`,
          { callArgument: 'axis', facts: { axis, length: typeof dim === 'number' ? dim : null } },
        );
    }
    return moved(
      x.shape.filter((_, axis) => !axes.includes(axis)),
      x.dtype,
    );
  }),
  ravel: rule('(x, *args, **kwargs)', 'Ravel', (context) => {
    const x = needs(context);
    return moved([product(x.shape)], x.dtype);
  }),
  batch_flatten: rule('(x)', 'Reshape', (context) => {
    const x = needs(context);
    return moved([x.shape[0], product(x.shape.slice(1))], x.dtype);
  }),
};
