/** Operations that lay elements out more than once, or among others: pad, tile, repeat, broadcast_to. Source: Keras `ops/numpy.py`. */
import type { Value } from '../../python/values';
import { addToDim, combineDims, mulDim, product } from '../dims';
import { valueToDim, valueToShape } from '../model/shapes';
import type { OpContext, OpDefinition } from './opFunction';
import { Lost, axisOf, needs, rule } from './opRule';
import type { OpResult } from './record';

function pad(context: OpContext): OpResult {
  const x = needs(context);
  const { params, machine } = context;
  const width = params['pad_width'];
  const mode = params['mode'];
  // One number for every side of every axis, or one pair for every axis.
  const pair =
    (width.kind === 'tuple' || width.kind === 'list') &&
    width.items.length === 2 &&
    width.items.every((item) => item.kind === 'int')
      ? width.items
      : undefined;
  const rows =
    pair !== undefined
      ? x.shape.map(() => pair)
      : width.kind === 'int'
        ? x.shape.map(() => [width, width])
        : machine
            .iterate(width)
            ?.items.map((item) =>
              item.kind === 'int' ? [item, item] : (machine.iterate(item)?.items ?? []),
            );
  if (rows === undefined) throw new Lost('the padding is not known', x.dtype);
  const all = rows.length === 1 && x.shape.length > 1 ? x.shape.map(() => rows[0]) : rows;
  const pads = x.shape.map(
    (_, axis) => [known(all[axis]?.[0]), known(all[axis]?.[1] ?? all[axis]?.[0])] as const,
  );
  const dims = x.shape.map((dim, axis) => {
    const [before, after] = pads[axis];
    return before === null || after === null
      ? ({ kind: 'unknown', reason: 'the padding is not known' } as const)
      : addToDim(dim, before + after);
  });
  const name = mode.kind === 'str' ? mode.value.toLowerCase() : 'constant';
  const modes = ['constant', 'reflect', 'symmetric', 'edge', 'circular'] as const;
  return {
    outputs: [{ shape: dims, dtype: x.dtype }],
    primitive: { op: 'pad', pads, mode: modes.find((entry) => entry === name) ?? 'constant' },
  };
}

function known(value: Value | undefined): number | null {
  return value?.kind === 'int' ? value.value : null;
}

function repeated(context: OpContext, tile: boolean): OpResult {
  const x = needs(context);
  const { params, machine } = context;
  const count = params['repeats'];
  if (tile) {
    const items = count.kind === 'int' ? [count] : machine.iterate(count)?.items;
    const factors = items?.map((item) => valueToDim(item));
    if (factors === undefined || factors.some((factor) => factor === undefined))
      throw new Lost('the number of repeats is not known', x.dtype);
    const rank = Math.max(factors.length, x.shape.length);
    const dims = Array.from({ length: rank }, (_, i) =>
      combineDims('*', x.shape[i - rank + x.shape.length] ?? 1, factors[i - rank + factors.length] ?? 1),
    );
    return {
      outputs: [{ shape: dims, dtype: x.dtype }],
      primitive: { op: 'opaque', reason: 'tiles its input' },
    };
  }
  const axis = params['axis'].kind === 'none' ? null : axisOf(params['axis'], x.shape.length, x.shape);
  if (count.kind !== 'int') throw new Lost('the number of repeats is not known', x.dtype);
  if (params['axis'].kind === 'none')
    return {
      outputs: [{ shape: [mulDim(product(x.shape), count.value)], dtype: x.dtype }],
      primitive: { op: 'opaque', reason: 'repeats elements' },
    };
  if (axis === null) throw new Lost('the axis is not known', x.dtype);
  const primitive: OpResult['primitive'] =
    x.shape.length === 4 && (axis === 1 || axis === 2)
      ? {
          op: 'upsample',
          factors: axis === 1 ? [count.value, 1] : [1, count.value],
          interpolation: 'nearest',
          channelsFirst: false,
        }
      : { op: 'opaque', reason: 'repeats elements' };
  return {
    outputs: [
      { shape: x.shape.map((dim, i) => (i === axis ? mulDim(dim, count.value) : dim)), dtype: x.dtype },
    ],
    primitive,
  };
}

export const repeatOps: Readonly<Record<string, OpDefinition>> = {
  pad: rule(
    '(x, pad_width, mode="constant", constant_values=None, name=None)'.replace(/"/g, "'"),
    'Pad',
    pad,
  ),
  tile: rule('(x, repeats, name=None)', 'Tile', (context) => repeated(context, true)),
  repeat: rule('(x, repeats, axis=None)', 'Repeat', (context) => repeated(context, false)),
  broadcast_to: rule('(x, shape, name=None)', 'BroadcastTo', (context) => {
    const shape = valueToShape(context.params['shape']);
    const x = context.tensor('x');
    if (shape === undefined) throw new Lost('the shape is not known', x?.dtype ?? null);
    return { outputs: [{ shape, dtype: x?.dtype ?? null }], primitive: { op: 'elementwise', fn: 'linear' } };
  }),
};
