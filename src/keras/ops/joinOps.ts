/** Operations that join, cut, turn and look up along axes, which `keras.ops.numpy` has beside those of `concatOps.ts` and `lookupOps.ts`. Source: Keras `ops/numpy.py`. */
import type { Dim } from '../../graph/graph';
import type { Value } from '../../python/values';
import { KerasError, type TensorRef, type TensorSpec } from '../definition';
import { OPEN, combineDims, dimsEqual, formatShape, isKnownRank } from '../dims';
import { asTensor } from '../model/structure';
import { broadcastShapes } from '../broadcast';
import { flatSize } from './countOps';
import { dtypeOf } from './operators';
import type { OpContext, OpDefinition } from './opFunction';
import { Lost, axisOf, needs, rule } from './opRule';
import type { OpResult } from './record';
import { axesOf } from './reduceOps';

type Known = TensorRef & { readonly shape: readonly Dim[] };

const opaque = (reason: string, outputs: readonly TensorSpec[], structure?: 'list' | 'tuple'): OpResult => ({
  outputs,
  primitive: { op: 'opaque', reason },
  ...(structure ? { structure } : {}),
});

/** The tensors of a sequence, all of known rank. */
function tensorsOf({ machine, recorder }: OpContext, value: Value): readonly Known[] {
  const items = machine.iterate(value);
  if (items === undefined || items.tail !== null || items.items.length === 0)
    throw new Lost('the tensors to join are not known', null);
  return items.items.map((item) => {
    const ref = asTensor(recorder, item);
    if (ref === undefined || !isKnownRank(ref.shape))
      throw new Lost('the tensors to join are not known', null);
    return ref as Known;
  });
}

/** Joins along `axis` after `prepare` has given every tensor the axes it needs. */
function joins(type: string, axis: number, prepare: (shape: readonly Dim[]) => readonly Dim[]): OpDefinition {
  return rule('(xs)', type, (context) => {
    const refs = tensorsOf(context, context.params['xs']);
    const dtype = dtypeOf(context.recorder, 'promote', refs);
    const [first, ...rest] = refs.map((ref) => prepare(ref.shape));
    for (const shape of rest)
      if (
        shape.length !== first.length ||
        shape.some((dim, i) => i !== axis && dimsEqual(dim, first[i]) === false)
      )
        throw new KerasError(
          'concat-shape',
          `tensors to join along axis ${axis} must agree on all other axes, not ${formatShape(first)} and ${formatShape(shape)}`,
          `Every value in \`xs\` must have the same shape except on the \`axis\` dim. But found element of shape ${formatShape(shape)}, which is different from the first element's shape ${formatShape(first)}.`,
          { facts: { axis, shapes: `${formatShape(first)}, ${formatShape(shape)}` } },
        );
    const shape = first.map((dim, i) =>
      i === axis ? rest.reduce((total, other) => combineDims('+', total, other[i]), dim) : dim,
    );
    return { outputs: [{ shape, dtype }], primitive: { op: 'concat', axis } };
  });
}

function depth(shape: readonly Dim[]): readonly Dim[] {
  if (shape.length === 0) return [1, 1, 1];
  if (shape.length === 1) return [1, shape[0], 1];
  return shape.length === 2 ? [...shape, 1] : shape;
}

function meshgrid(context: OpContext): OpResult {
  const { params, machine } = context;
  const refs = tensorsOf(context, params['xs']);
  const indexing = params['indexing'];
  if (indexing.kind !== 'str') throw new Lost('the indexing is not known', null);
  const dims = refs.map(({ shape }) => (shape.length === 0 ? 1 : flatSize(shape)));
  const swapped = indexing.value === 'xy' && dims.length > 1 ? [dims[1], dims[0], ...dims.slice(2)] : dims;
  // Keras forgets dtypes with `ij`, and takes the last one's otherwise.
  const dtype = indexing.value === 'ij' ? 'float32' : refs[refs.length - 1].dtype;
  void machine;
  return opaque(
    'a grid',
    refs.map(() => ({ shape: swapped, dtype })),
    'list',
  );
}

function parts(context: OpContext): OpResult {
  const { shape, dtype } = needs(context);
  const count = context.params['indices_or_sections'];
  const axis = axisOf(context.params['axis'], shape.length, shape);
  if (axis === null || count.kind !== 'int' || count.value <= 0)
    throw new Lost('the parts are not known', dtype);
  const length = shape[axis];
  const outputs = Array.from({ length: count.value }, (_, i): TensorSpec => {
    const size: Dim =
      typeof length === 'number'
        ? Math.floor(length / count.value) + (i < length % count.value ? 1 : 0)
        : OPEN;
    return { shape: shape.map((dim, at) => (at === axis ? size : dim)), dtype };
  });
  return opaque('cuts', outputs, 'list');
}

function quantiles(scale: string): OpDefinition {
  return rule("(x, q, axis=None, method='linear', keepdims=False)", scale, (context) => {
    const x = needs(context);
    const { shape, dtype } = x;
    const float = dtypeOf(context.recorder, 'float', [x]);
    const { params, machine } = context;
    const axes = axesOf(params['axis'], shape.length, shape);
    if (axes === null) throw new Lost('the axis is not known', dtype);
    const keep = machine.truth(params['keepdims']) ?? false;
    const reduced = keep
      ? shape.map((dim, i) => (axes.includes(i) ? 1 : dim))
      : shape.filter((_, i) => !axes.includes(i));
    const { q } = params;
    // Keras counts a single percentile of a list as an axis, a single quantile not.
    const least = scale === 'Nanpercentile' ? 0 : 1;
    const several =
      (q.kind === 'list' || q.kind === 'tuple') && q.items.length > least ? [q.items.length] : [];
    const plain =
      several.length > 0 || q.kind === 'float' || q.kind === 'int' || q.kind === 'list' || q.kind === 'tuple';
    if (!plain) throw new Lost('how many quantiles are asked for is not known', float);
    return opaque('ranks', [{ shape: [...several, ...reduced], dtype: float }]);
  });
}

export const joinOps: Readonly<Record<string, OpDefinition>> = {
  dstack: joins('Dstack', 2, depth),
  column_stack: joins('ColumnStack', 1, (shape) => (shape.length === 1 ? [shape[0], 1] : shape)),
  meshgrid: rule("(*xs, indexing='xy')", 'Meshgrid', meshgrid),
  array_split: rule('(x, indices_or_sections, axis=0)', 'ArraySplit', parts),
  append: rule(
    '(x1, x2, axis=None)',
    'Append',
    (context) => {
      const [a, b] = [needs(context, 'x1'), needs(context, 'x2')];
      const dtype = dtypeOf(context.recorder, 'promote', [a, b]);
      if (context.params['axis'].kind === 'none')
        return opaque('joins', [{ shape: [combineDims('+', flatSize(a.shape), flatSize(b.shape))], dtype }]);
      const axis = axisOf(context.params['axis'], a.shape.length, a.shape);
      if (axis === null || a.shape.length !== b.shape.length) throw new Lost('the axis is not known', dtype);
      const shape = a.shape.map((dim, i) => (i === axis ? combineDims('+', dim, b.shape[i]) : dim));
      return { outputs: [{ shape, dtype }], primitive: { op: 'concat', axis } };
    },
    { inputs: ['x1', 'x2'] },
  ),
  rot90: rule('(array, k=1, axes=None)', 'Rot90', (context) => {
    const { shape, dtype } = needs(context, 'array');
    const { axes } = context.params;
    if (shape.length < 2)
      throw new KerasError(
        'input-rank',
        `Turning takes at least two axes, not ${formatShape(shape)}.`,
        `Input array must have at least 2 dimensions. Received: array.shape=${formatShape(shape)}`,
        { input: 0, facts: { rank: shape.length, minNdim: 2 } },
      );
    const given = axes.kind === 'tuple' || axes.kind === 'list' ? axes.items : undefined;
    if (axes.kind !== 'none' && given?.length !== 2) throw new Lost('the axes are not known', dtype);
    const [a, b] = given?.map((item) => axisOf(item, shape.length, shape)) ?? [0, 1];
    if (a === null || b === null) throw new Lost('the axes are not known', dtype);
    // Keras' shape rule swaps the axes whatever the number of turns.
    return opaque('turns', [
      { shape: shape.map((dim, i) => (i === a ? shape[b] : i === b ? shape[a] : dim)), dtype },
    ]);
  }),
  take_along_axis: rule(
    '(x, indices, axis=None)',
    'TakeAlongAxis',
    (context) => {
      const [x, indices] = [needs(context), needs(context, 'indices')];
      if (context.params['axis'].kind === 'none')
        return opaque('gathers by index', [{ shape: [flatSize(indices.shape)], dtype: x.dtype }]);
      const axis = axisOf(context.params['axis'], x.shape.length, x.shape);
      if (axis === null || indices.shape.length !== x.shape.length)
        throw new Lost('the axis is not known', x.dtype);
      const without = (shape: readonly Dim[]): readonly Dim[] => shape.filter((_, i) => i !== axis);
      const rest = broadcastShapes(without(x.shape), without(indices.shape)) as readonly Dim[];
      const shape = [...rest.slice(0, axis), indices.shape[axis], ...rest.slice(axis)];
      return opaque('gathers by index', [{ shape, dtype: x.dtype }]);
    },
    { inputs: ['x', 'indices'] },
  ),
  digitize: rule('(x, bins)', 'Digitize', (context) =>
    opaque('sorts into bins', [{ shape: needs(context).shape, dtype: 'int32' }]),
  ),
  quantile: quantiles('Quantile'),
  percentile: quantiles('Percentile'),
  nanquantile: quantiles('Nanquantile'),
  nanpercentile: quantiles('Nanpercentile'),
};
