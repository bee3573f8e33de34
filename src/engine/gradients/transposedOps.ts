/**
 * How each op's gradient goes back: given the gradient of its result, the gradients of its inputs, as steps of the same kind. A
 * convolution's are matrix products over its im2col matrix: dW = colsᵀ·dY, dcols = dY·Wᵀ, dX = col2im(dcols).
 */
import { binary, input, mul, num, select, sub, unary } from '../expression';
import {
  recurrentInputSizes,
  type EmbeddingOp,
  type EngineOp,
  type GatherOp,
  type MapOp,
  type MatmulOp,
  type ReduceOp,
  type SoftmaxOp,
} from '../ops';
import { keepAxis, type PlanBuilder } from '../plan/builder';
import { CannotRun, type PlanTensor, type StorageId } from '../plan/plan';
import { convGradients } from './convolution';
import { derivative } from './derivative';

export interface TransposeContext {
  readonly builder: PlanBuilder;
  readonly inputs: readonly StorageId[];
  /** The op's result, already computed. */
  readonly output: StorageId;
  /** Gradient of the result. */
  readonly dy: StorageId;
  /** Which inputs' gradients are asked for. */
  readonly wants: readonly boolean[];
}

/** Gradients of the inputs, null where none is asked for or there is none. Throws `CannotRun` with a reason. */
export function transposeOp(op: EngineOp, context: TransposeContext): (PlanTensor | null)[] {
  const { builder, inputs, dy, wants } = context;
  switch (op.kind) {
    case 'conv':
      return convGradients(op, context);
    case 'pool':
      return [
        builder.emit(
          { kind: 'poolGradient', of: op },
          [at(inputs[0], []), at(dy, [])],
          [op.n, ...op.axes.map((axis) => axis.input), op.channels],
        ),
      ];
    case 'adaptiveMax':
      return [
        builder.emit(
          { kind: 'adaptiveMaxGradient', of: op },
          [at(inputs[0], []), at(dy, [])],
          [op.n, ...op.inputs, op.channels],
        ),
      ];
    case 'matmul':
      return matmulGradients(op, context);
    case 'gather':
      return [gatherGradient(builder, op, dy)];
    case 'concat':
      return concatGradients(context, op.outer, op.sizes, op.inner);
    case 'map':
      return inputs.map((_, k) => (wants[k] ? mapGradient(op, context, k) : null));
    case 'reduce':
      return [reduceGradient(op, context)];
    case 'softmax':
      return [softmaxGradient(op, context)];
    case 'embedding':
      return [null, wants[1] ? embeddingGradient(op, context) : null];
    case 'cumsum':
      return [cumsumGradient(builder, op.outer, op.size, op.inner, dy)];
    case 'recurrent': {
      const sizes = recurrentInputSizes(op);
      const all = builder.emit(
        { kind: 'recurrentGradient', of: op },
        [...inputs, dy].map((storage) => at(storage, [])),
        [sizes.reduce((a, b) => a + b, 0)],
      );
      let start = 0;
      return sizes.map((size, k) => {
        const from = start;
        start += size;
        const isMask = op.masked && k === (op.bias ? 4 : 3);
        return wants[k] && !isMask ? builder.section(all, 0, from, size) : null;
      });
    }
    default:
      throw new CannotRun('its gradient cannot be computed here');
  }
}

/** A storage seen with a shape. */
export const at = (storage: StorageId, shape: readonly number[]): PlanTensor => ({ storage, shape });

function matmulGradients(
  op: MatmulOp,
  { builder, inputs, dy, wants }: TransposeContext,
): (PlanTensor | null)[] {
  if (op.epilogue) throw new CannotRun('its gradient cannot be computed here');
  const { m, k, n, transposeA, transposeB } = op;
  const batch = Math.max(op.batchA, op.batchB);
  const a = at(inputs[0], [op.batchA, transposeA ? k : m, transposeA ? m : k]);
  const b = at(inputs[1], [op.batchB, transposeB ? n : k, transposeB ? k : n]);
  const d = at(dy, [batch, m, n]);
  const own = (tensor: PlanTensor, batches: number): PlanTensor =>
    batches === batch ? tensor : builder.reduce('sum', tensor, [0], true);
  const result: (PlanTensor | null)[] = [null, null];
  if (wants[0])
    result[0] = own(
      transposeA
        ? builder.matmul(b, d, { transposeA: transposeB, transposeB: true })
        : builder.matmul(d, b, { transposeB: !transposeB }),
      op.batchA,
    );
  if (wants[1])
    result[1] = own(
      transposeB
        ? builder.matmul(d, a, { transposeA: true, transposeB: transposeA })
        : builder.matmul(a, d, { transposeA: !transposeA }),
      op.batchB,
    );
  if (op.bias) result.push(wants[2] ? builder.reduce('sum', at(dy, [batch * m, n]), [0], false) : null);
  return result;
}

function gatherGradient(builder: PlanBuilder, op: GatherOp, dy: StorageId): PlanTensor {
  // Axes of the result that no input axis reads are repetitions: their gradients add.
  const repeated = op.outShape.map((_, o) => o).filter((o) => !op.axes.some((axis) => axis.from === o));
  const taken = op.axes.flatMap((axis) => (axis.from === null ? [] : [axis.from]));
  const movesOnly =
    new Set(taken).size === taken.length &&
    op.axes.every(
      (axis, d) =>
        (axis.from === null && op.inShape[d] === 1 && axis.add === 0) ||
        (axis.from !== null &&
          axis.mul === 1 &&
          axis.div === 1 &&
          (axis.outside === 'inside' || axis.outside === 'value')),
    );
  if (!movesOnly) return builder.emit({ kind: 'scatter', of: op }, [at(dy, [])], op.inShape);
  const summed = repeated.length
    ? builder.reduce('sum', at(dy, op.outShape), repeated, true)
    : at(dy, op.outShape);
  // The inverse move: index i of an input axis is index i − add of the axis it went to. Axes of the sum: from the input axis.
  const axes = summed.shape.map((_, o) => {
    const d = op.axes.findIndex((axis) => axis.from === o);
    if (d < 0) return { ...keepAxis(0), from: null };
    return { ...keepAxis(d), add: -op.axes[d].add, outside: 'value' as const };
  });
  return builder.gather(summed, op.inShape, axes);
}

function concatGradients(
  { builder, dy, wants }: TransposeContext,
  outer: number,
  sizes: readonly number[],
  inner: number,
): (PlanTensor | null)[] {
  const total = sizes.reduce((a, b) => a + b, 0);
  let start = 0;
  return sizes.map((size, k) => {
    const from = start;
    start += size;
    return wants[k] ? builder.section(at(dy, [outer, total, inner]), 1, from, size) : null;
  });
}

function mapGradient(op: MapOp, { builder, inputs, dy }: TransposeContext, k: number): PlanTensor {
  const shape = op.inShapes[k];
  const slope = mul(input(inputs.length), derivative(op.expression, k));
  const tensors = inputs.map((storage, i) => at(storage, op.inShapes[i]));
  const full = builder.emit(
    { kind: 'map', outShape: op.outShape, inShapes: [...op.inShapes, op.outShape], expression: slope },
    [...tensors, at(dy, op.outShape)],
    op.outShape,
  );
  return sumToShape(builder, full, shape);
}

/** Sums over the axes along which a shape was broadcast. */
function sumToShape(builder: PlanBuilder, tensor: PlanTensor, shape: readonly number[]): PlanTensor {
  const lead = tensor.shape.length - shape.length;
  const axes = tensor.shape
    .map((_, d) => d)
    .filter((d) => (d < lead || shape[d - lead] === 1) && tensor.shape[d] !== 1);
  return axes.length ? builder.reshape(builder.reduce('sum', tensor, axes, true), shape) : tensor;
}

function reduceGradient(op: ReduceOp, { builder, inputs, output, dy }: TransposeContext): PlanTensor | null {
  const { outer, size, inner } = op;
  const whole = [outer, size, inner];
  const x = at(inputs[0], whole);
  const y = at(output, [outer, 1, inner]);
  const d = at(dy, [outer, 1, inner]);
  switch (op.fn) {
    case 'sum':
      return builder.broadcast(d, whole);
    case 'mean':
      return builder.broadcast(builder.map(mul(input(0), num(1 / size)), [d]), whole);
    case 'max':
    case 'min': {
      // Equal extremes share the gradient.
      const equal = builder.map(binary('eq', input(0), input(1)), [x, y]);
      const share = builder.map(binary('div', input(0), input(1)), [
        d,
        builder.reduce('sum', equal, [1], true),
      ]);
      return builder.map(mul(input(0), input(1)), [equal, share]);
    }
    case 'prod':
      return builder.map(mul(input(2), binary('div', input(1), input(0))), [x, y, d]);
    case 'var':
    case 'std': {
      const mean = builder.reduce('mean', x, [1], true);
      const centred = mul(sub(input(0), input(1)), num((op.fn === 'var' ? 2 : 1) / size));
      return op.fn === 'var'
        ? builder.map(mul(input(2), centred), [x, mean, d])
        : builder.map(
            select(binary('eq', input(3), num(0)), num(0), binary('div', mul(input(2), centred), input(3))),
            [x, mean, d, y],
          );
    }
    case 'any':
    case 'all':
    case 'argmax':
    case 'argmin':
      return null;
  }
}

function softmaxGradient(op: SoftmaxOp, { builder, output, dy }: TransposeContext): PlanTensor {
  const shape = [op.outer, op.size, op.inner];
  const y = at(output, shape);
  const d = at(dy, shape);
  if (op.log) {
    const total = builder.reduce('sum', d, [1], true);
    return builder.map(sub(input(0), mul(unary('exp', input(1)), input(2))), [d, y, total]);
  }
  const total = builder.reduce('sum', builder.map(mul(input(0), input(1)), [d, y]), [1], true);
  return builder.map(mul(input(1), sub(input(0), input(2))), [d, y, total]);
}

function embeddingGradient(op: EmbeddingOp, { builder, inputs, dy }: TransposeContext): PlanTensor {
  return builder.emit(
    { kind: 'embeddingGradient', of: op },
    [at(inputs[0], []), at(dy, [])],
    [op.rows, op.width],
  );
}

/** Sums from the end: backwards, running sum, backwards. */
function cumsumGradient(
  builder: PlanBuilder,
  outer: number,
  size: number,
  inner: number,
  dy: StorageId,
): PlanTensor {
  const shape = [outer, size, inner];
  const backwards = (tensor: PlanTensor): PlanTensor =>
    builder.gather(tensor, shape, [keepAxis(0), { ...keepAxis(1), mul: -1, add: size - 1 }, keepAxis(2)]);
  return backwards(builder.emit({ kind: 'cumsum', outer, size, inner }, [backwards(at(dy, shape))], shape));
}
