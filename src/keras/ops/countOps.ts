/** Operations that count, search and sort values into segments and positions. Sources: Keras `ops/numpy.py`, `ops/math.py`, `ops/core.py`. */
import type { Dim } from '../../graph/graph';
import type { Value } from '../../python/values';
import { KerasError, type TensorSpec } from '../definition';
import { dtypeByRule } from '../dtypes';
import { OPEN, formatShape, isKnownRank, product } from '../dims';
import { valueToShape } from '../model/shapes';
import type { OpContext, OpDefinition } from './opFunction';
import { Lost, axisOf, needs, rule } from './opRule';
import type { OpResult } from './record';

const opaque = (reason: string, outputs: readonly TensorSpec[], structure?: 'list' | 'tuple'): OpResult => ({
  outputs,
  primitive: { op: 'opaque', reason },
  ...(structure ? { structure } : {}),
});

/** Number of elements; open where any length is. */
export const flatSize = (shape: readonly Dim[]): Dim =>
  shape.every((dim) => typeof dim === 'number') ? product(shape) : OPEN;

const lengthOf = (value: Value | undefined, what: string): Dim =>
  value?.kind === 'int' ? value.value : value?.kind === 'none' ? OPEN : { kind: 'unknown', reason: what };

function segments(type: string): OpDefinition {
  return rule(
    '(data, segment_ids, num_segments=None, sorted=False)',
    type,
    (context) => {
      const { shape, dtype } = needs(context, 'data');
      const ids = needs(context, 'segment_ids').shape;
      if (ids.length > 1)
        throw new KerasError(
          'input-rank',
          `\`segment_ids\` must have one axis, not ${formatShape(ids)}.`,
          `Argument \`segment_ids\` should be an 1-D vector, got shape: ${ids.length}.`,
          { callArgument: 'segment_ids', facts: { rank: ids.length, expected: 1 } },
        );
      if (typeof ids[0] === 'number' && typeof shape[0] === 'number' && ids[0] !== shape[0])
        throw new KerasError(
          'op-range',
          `There are ${ids[0]} segment numbers for ${shape[0]} entries.`,
          `Argument \`segment_ids\` and \`data\` should have same leading dimension. Got ${formatShape(ids)} v.s. ${formatShape(shape)}.`,
          { callArgument: 'segment_ids', facts: { ids: ids[0], entries: shape[0] } },
        );
      const count = lengthOf(context.params['num_segments'], 'the number of segments is not known');
      return opaque('gathers by segment', [{ shape: [count, ...shape.slice(1)], dtype }]);
    },
    { inputs: ['data', 'segment_ids'] },
  );
}

function unique(context: OpContext): OpResult {
  const { shape, dtype } = needs(context);
  const { params, machine } = context;
  const count = lengthOf(params['size'], 'the number of values is not known');
  const whole = params['axis'].kind === 'none';
  const axis = whole ? 0 : axisOf(params['axis'], shape.length, shape);
  if (axis === null) throw new Lost('the axis is not known', dtype);
  const outputs: TensorSpec[] = [
    { shape: whole ? [count] : shape.map((dim, i) => (i === axis ? count : dim)), dtype },
  ];
  for (const [name, dims] of [
    ['return_index', [count]],
    ['return_inverse', whole ? shape : [shape[axis]]],
    ['return_counts', [count]],
  ] as const) {
    const wanted = machine.truth(params[name]);
    if (wanted === undefined) throw new Lost(`whether ${name} is asked for is not known`, dtype);
    if (wanted) outputs.push({ shape: dims, dtype: 'int32' });
  }
  return opaque('sorts values', outputs, outputs.length > 1 ? 'tuple' : undefined);
}

function bincount(context: OpContext): OpResult {
  const { shape, dtype } = needs(context);
  const weights = context.tensor('weights');
  const kept =
    weights === undefined
      ? 'int32'
      : dtypeByRule('promote', context.recorder.backend, [dtype, weights.dtype]);
  return opaque('counts values', [{ shape: [...shape.slice(0, -1), OPEN], dtype: kept }]);
}

export const countOps: Readonly<Record<string, OpDefinition>> = {
  segment_sum: segments('SegmentSum'),
  segment_max: segments('SegmentMax'),
  segment_min: segments('SegmentMin'),
  segment_prod: segments('SegmentProd'),
  unique: rule(
    '(x, sorted=True, return_index=False, return_inverse=False, return_counts=False, axis=None, size=None, fill_value=None)',
    'Unique',
    unique,
  ),
  bincount: rule('(x, weights=None, minlength=0, sparse=False)', 'Bincount', bincount, {
    inputs: ['x', 'weights'],
  }),
  histogram: rule('(x, bins=10, range=None)', 'Histogram', (context) => {
    const { dtype } = needs(context);
    const { bins } = context.params;
    if (bins.kind !== 'int') throw new Lost('the number of bins is not known', dtype);
    return opaque(
      'counts values',
      [
        { shape: [bins.value], dtype },
        { shape: [bins.value + 1], dtype },
      ],
      'tuple',
    );
  }),
  nonzero: rule('(x)', 'Nonzero', (context) =>
    opaque(
      'searches',
      needs(context).shape.map(() => ({ shape: [OPEN], dtype: 'int32' })),
      'tuple',
    ),
  ),
  isin: rule(
    '(x1, x2, assume_unique=False, invert=False)',
    'IsIn',
    (context) => opaque('searches', [{ shape: needs(context, 'x1').shape, dtype: 'bool' }]),
    { inputs: ['x1', 'x2'] },
  ),
  allclose: rule(
    '(x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False)',
    'AllClose',
    () => opaque('compares', [{ shape: [], dtype: 'bool' }]),
    { inputs: ['x1', 'x2'] },
  ),
  searchsorted: rule(
    "(sorted_sequence, values, side='left')",
    'SearchSorted',
    (context) => {
      const sequence = needs(context, 'sorted_sequence').shape;
      if (sequence.length !== 1)
        throw new KerasError(
          'input-rank',
          `\`sorted_sequence\` must have one axis, not ${formatShape(sequence)}.`,
          'searchsorted only supports 1-D sorted sequences. Use keras.ops.vectorized_map to extend to N-D sequences.',
          { input: 0, facts: { rank: sequence.length, expected: 1, ndim: 1 } },
        );
      const dtype = typeof sequence[0] === 'number' ? 'int32' : 'int64';
      return opaque('searches', [{ shape: needs(context, 'values').shape, dtype }]);
    },
    { inputs: ['sorted_sequence', 'values'] },
  ),
  argpartition: rule('(x, kth, axis=-1)', 'Argpartition', (context) => {
    const { shape } = needs(context);
    const whole = context.params['axis'].kind === 'none';
    return opaque('sorts', [{ shape: whole ? [flatSize(shape)] : shape, dtype: 'int32' }]);
  }),
  unravel_index: rule('(indices, shape)', 'UnravelIndex', (context) => {
    const { shape, dtype } = needs(context, 'indices');
    const of = valueToShape(context.params['shape']);
    if (of === undefined || !isKnownRank(of)) throw new Lost('the shape is not known', dtype);
    const dims = of.every((dim) => typeof dim === 'number') ? shape : [OPEN];
    return opaque(
      'computes positions',
      of.map(() => ({ shape: dims, dtype })),
      'list',
    );
  }),
  scatter: rule(
    '(indices, values, shape)',
    'Scatter',
    (context) => {
      const values = needs(context, 'values');
      const shape = valueToShape(context.params['shape']);
      if (shape === undefined || !isKnownRank(shape)) throw new Lost('the shape is not known', values.dtype);
      return opaque('writes by index', [{ shape, dtype: values.dtype }]);
    },
    { inputs: ['indices', 'values'] },
  ),
};
