/**
 * Gradients of convolutions as matrix products over im2col (system: High Performance Convolutional Neural Networks for Document
 * Processing, 2006): dW = colsᵀ·dY, dcols = dY·Wᵀ, dX = col2im(dcols). A transposed convolution runs the same the other way.
 */
import { sizeOf, type ConvOp, type WindowAxis } from '../ops';
import type { PlanBuilder } from '../plan/builder';
import { CannotRun, type PlanTensor } from '../plan/plan';
import { add, input, mul } from '../expression';
import { at, type TransposeContext } from './transposedOps';

/** Elements of an im2col matrix that is made at once; larger ones are taken in bands of output rows. */
const LARGEST_MATRIX = 1 << 22;

export function convGradients(op: ConvOp, context: TransposeContext): (PlanTensor | null)[] {
  if (op.epilogue) throw new CannotRun('its gradient cannot be computed here');
  const { builder, dy, wants } = context;
  const gradients = op.depthwise
    ? depthwiseGradients(op, context)
    : op.transposed
      ? transposedGradients(op, context)
      : op.groups > 1
        ? groupedGradients(op, context)
        : plainGradients(
            builder,
            op,
            at(context.inputs[0], [op.n, ...op.axes.map((axis) => axis.input), op.inChannels]),
            at(context.inputs[1], [
              sizeOf(op.axes.map((axis) => axis.kernel)),
              op.inChannels,
              op.outChannels,
            ]),
            at(dy, [op.n, ...op.axes.map((axis) => axis.output), op.outChannels]),
            wants,
          );
  if (op.bias) {
    const positions = op.n * sizeOf(op.axes.map((axis) => axis.output));
    gradients.push(wants[2] ? builder.reduce('sum', at(dy, [positions, op.outChannels]), [0], false) : null);
  }
  return gradients;
}

/** x `[n, in…, C]`, w `[taps, C, F]`, dy `[n, out…, F]`. */
function plainGradients(
  builder: PlanBuilder,
  op: ConvOp,
  x: PlanTensor,
  w: PlanTensor,
  dy: PlanTensor,
  wants: readonly boolean[],
): (PlanTensor | null)[] {
  const [taps, channels, filters] = w.shape;
  // Turned once: products of untransposed matrices are the fastest everywhere.
  const turned = builder.transpose(builder.reshape(w, [taps * channels, filters]), [1, 0]);
  let dx: PlanTensor | null = null;
  let dw: PlanTensor | null = null;
  for (const { axes, rows } of bands(op.axes, op.n * taps * channels)) {
    const own = rows ? builder.section(dy, 1, rows.start, rows.count) : dy;
    const positions = op.n * sizeOf(axes.map((axis) => axis.output));
    const d = builder.reshape(own, [positions, filters]);
    if (wants[0]) {
      const columns = builder.matmul(d, turned);
      const band = builder.emit({ kind: 'fold', n: op.n, axes, channels }, [columns], x.shape);
      dx = plus(builder, dx, band);
    }
    if (wants[1]) {
      const columns = builder.emit(
        { kind: 'unfold', n: op.n, axes, channels },
        [x],
        [positions, taps * channels],
      );
      dw = plus(builder, dw, builder.matmul(columns, d, { transposeA: true }));
    }
  }
  return [dx, dw];
}

/** The output cut along its first axis so that each piece's matrix stays small. */
function bands(
  axes: readonly WindowAxis[],
  perPosition: number,
): {
  readonly axes: readonly WindowAxis[];
  readonly rows: { readonly start: number; readonly count: number } | null;
}[] {
  const [first, ...others] = axes;
  const perRow = perPosition * sizeOf(others.map((axis) => axis.output));
  const rows = Math.max(1, Math.floor(LARGEST_MATRIX / perRow));
  if (rows >= first.output) return [{ axes, rows: null }];
  return Array.from({ length: Math.ceil(first.output / rows) }, (_, i) => {
    const start = i * rows;
    const count = Math.min(rows, first.output - start);
    return {
      axes: [{ ...first, output: count, padBefore: first.padBefore - start * first.stride }, ...others],
      rows: { start, count },
    };
  });
}

function plus(builder: PlanBuilder, sum: PlanTensor | null, term: PlanTensor): PlanTensor {
  return sum ? builder.map(add(input(0), input(1)), [sum, builder.reshape(term, sum.shape)]) : term;
}

/** Each group is a convolution of its own channels. */
function groupedGradients(
  op: ConvOp,
  { builder, inputs, dy, wants }: TransposeContext,
): (PlanTensor | null)[] {
  const { groups } = op;
  const [ins, outs] = [op.inChannels / groups, op.outChannels / groups];
  const taps = sizeOf(op.axes.map((axis) => axis.kernel));
  const rank = op.axes.length;
  const x = at(inputs[0], [op.n, ...op.axes.map((axis) => axis.input), op.inChannels]);
  const w = at(inputs[1], [taps, ins, op.outChannels]);
  const d = at(dy, [op.n, ...op.axes.map((axis) => axis.output), op.outChannels]);
  const parts = Array.from({ length: groups }, (_, g) =>
    plainGradients(
      builder,
      op,
      builder.section(x, rank + 1, g * ins, ins),
      builder.section(w, 2, g * outs, outs),
      builder.section(d, rank + 1, g * outs, outs),
      wants,
    ),
  );
  const join = (index: number, axis: number, shape: readonly number[]): PlanTensor | null => {
    const own = parts.map((part) => part[index]);
    return own.every((part): part is PlanTensor => part !== null)
      ? builder.concat(
          own.map((part) => builder.reshape(part, shape)),
          axis,
        )
      : null;
  };
  return [
    join(0, rank + 1, [op.n, ...op.axes.map((axis) => axis.input), ins]),
    join(1, 2, [taps, ins, outs]),
  ];
}

/** Per channel c: dW[·, c, ·] = cols[·, ·, c]ᵀ·dY[·, c, ·], and back. */
function depthwiseGradients(
  op: ConvOp,
  { builder, inputs, dy, wants }: TransposeContext,
): (PlanTensor | null)[] {
  const { n, axes, inChannels: channels } = op;
  const multiplier = op.outChannels / channels;
  const taps = sizeOf(axes.map((axis) => axis.kernel));
  const positions = n * sizeOf(axes.map((axis) => axis.output));
  const spatial = axes.map((axis) => axis.input);
  const unfold = (): PlanTensor =>
    builder.emit(
      { kind: 'unfold', n, axes, channels },
      [at(inputs[0], [n, ...spatial, channels])],
      [positions, taps, channels],
    );
  const fold = (columns: PlanTensor): PlanTensor =>
    builder.emit({ kind: 'fold', n, axes, channels }, [columns], [n, ...spatial, channels]);
  /** Along rows first, so that many threads have a part. */
  const sumPositions = (terms: PlanTensor): PlanTensor => {
    const columns = axes[axes.length - 1].output;
    const rows = builder.reshape(terms, [positions / columns, columns, taps, channels]);
    return builder.reduce('sum', builder.reduce('sum', rows, [1], false), [0], false);
  };
  if (multiplier === 1) {
    // One row by one column for each channel and position: products of elements.
    const product = mul(input(0), input(1));
    const d = at(dy, [positions, 1, channels]);
    const w = at(inputs[1], [1, taps, channels]);
    return [
      wants[0] ? fold(builder.map(product, [d, w])) : null,
      wants[1] ? sumPositions(builder.map(product, [unfold(), d])) : null,
    ];
  }
  const perChannel = builder.transpose(at(dy, [positions, channels, multiplier]), [1, 0, 2]);
  const result: (PlanTensor | null)[] = [null, null];
  if (wants[0]) {
    const w = builder.transpose(at(inputs[1], [taps, channels, multiplier]), [1, 2, 0]);
    result[0] = fold(builder.transpose(builder.matmul(perChannel, w), [1, 2, 0]));
  }
  if (wants[1]) {
    const dw = builder.matmul(builder.transpose(unfold(), [2, 1, 0]), perChannel);
    result[1] = builder.transpose(dw, [1, 0, 2]);
  }
  return result;
}

/** Forward is col2im(x·Wᵀ) with W `[taps, F, C]`, so backward is im2col: dX = cols·W, dW = colsᵀ·x. */
function transposedGradients(
  op: ConvOp,
  { builder, inputs, dy, wants }: TransposeContext,
): (PlanTensor | null)[] {
  const taps = sizeOf(op.axes.map((axis) => axis.kernel));
  const positions = op.n * sizeOf(op.axes.map((axis) => axis.input));
  const axes = op.axes.map((axis) => ({ ...axis, input: axis.output, output: axis.input }));
  const columns = builder.emit(
    { kind: 'unfold', n: op.n, axes, channels: op.outChannels },
    [at(dy, [op.n, ...op.axes.map((axis) => axis.output), op.outChannels])],
    [positions, taps * op.outChannels],
  );
  return [
    wants[0] ? builder.matmul(columns, at(inputs[1], [taps * op.outChannels, op.inChannels])) : null,
    wants[1]
      ? builder.matmul(columns, at(inputs[0], [positions, op.inChannels]), { transposeA: true })
      : null,
  ];
}
