/** Collects steps while a graph is lowered: tensors, constants, and the few operations that lowering composes everything from. */
import type { NodeId, WeightId } from '../../graph/graph';
import type { Expression } from '../expression';
import { sizeOf, workOf, type EngineOp, type GatherAxis, type ReduceFunction } from '../ops';
import {
  CannotRun,
  type Constant,
  type PlanTensor,
  type Step,
  type StorageId,
  type WeightReader,
} from './plan';

export const keepAxis = (from: number): GatherAxis => ({ from, mul: 1, add: 0, div: 1, outside: 'inside' });

export class PlanBuilder {
  readonly steps: Step[] = [];
  readonly storages: number[];
  readonly constants = new Map<StorageId, Constant>();
  private readonly weightConstants = new Map<WeightId, PlanTensor>();
  /** The node that steps are recorded for. */
  node: NodeId = -1;

  /** `storages`: elements of those that exist already, when a plan is carried on. */
  constructor(storages: readonly number[] = []) {
    this.storages = [...storages];
  }

  tensor(shape: readonly number[]): PlanTensor {
    this.storages.push(sizeOf(shape));
    return { storage: this.storages.length - 1, shape };
  }

  emit(op: EngineOp, inputs: readonly PlanTensor[], shape: readonly number[]): PlanTensor {
    if (shape.some((length) => length <= 0))
      throw new CannotRun(`its output would be empty: (${shape.join(', ')})`);
    const output = this.tensor(shape);
    this.steps.push({
      node: this.node,
      op,
      inputs: inputs.map((tensor) => tensor.storage),
      output: output.storage,
      work: workOf(op),
    });
    return output;
  }

  constant(
    shape: readonly number[],
    weights: readonly WeightId[],
    values: (weights: WeightReader) => Float32Array,
    pull?: Constant['pull'],
  ): PlanTensor {
    const tensor = this.tensor(shape);
    const { storage } = tensor;
    this.constants.set(storage, {
      storage,
      length: sizeOf(shape),
      weights,
      values,
      ...(pull ? { pull } : {}),
    });
    return tensor;
  }

  /** A weight as it is; one storage however often it is used. */
  weight(id: WeightId, shape: readonly number[]): PlanTensor {
    let tensor = this.weightConstants.get(id);
    if (!tensor) {
      tensor = this.constant(
        shape,
        [id],
        (read) => read(id),
        (gradient) => [[id, gradient]],
      );
      this.weightConstants.set(id, tensor);
    }
    return tensor;
  }

  reshape(tensor: PlanTensor, shape: readonly number[]): PlanTensor {
    if (sizeOf(shape) !== sizeOf(tensor.shape))
      throw new CannotRun(`(${tensor.shape.join(', ')}) cannot be reshaped to (${shape.join(', ')})`);
    return { storage: tensor.storage, shape };
  }

  transpose(tensor: PlanTensor, perm: readonly number[]): PlanTensor {
    const shape = perm.map((axis) => tensor.shape[axis]);
    // Moving axes of length 1 changes nothing in memory.
    const moving = perm.filter((axis) => tensor.shape[axis] !== 1);
    if (moving.every((axis, i) => i === 0 || moving[i - 1] < axis)) return { storage: tensor.storage, shape };
    return this.gather(
      tensor,
      shape,
      tensor.shape.map((_, axis) => keepAxis(perm.indexOf(axis))),
    );
  }

  gather(
    tensor: PlanTensor,
    outShape: readonly number[],
    axes: readonly GatherAxis[],
    value = 0,
  ): PlanTensor {
    return this.emit({ kind: 'gather', inShape: tensor.shape, outShape, axes, value }, [tensor], outShape);
  }

  /** Elements `[start, start + length)` of one axis. */
  section(tensor: PlanTensor, axis: number, start: number, length: number): PlanTensor {
    const shape = tensor.shape.map((size, d) => (d === axis ? length : size));
    return this.gather(
      tensor,
      shape,
      tensor.shape.map((_, d) => (d === axis ? { ...keepAxis(d), add: start } : keepAxis(d))),
    );
  }

  /** Repeats axes of length 1 (and missing leading ones) to the given shape. */
  broadcast(tensor: PlanTensor, shape: readonly number[]): PlanTensor {
    if (sizeOf(shape) === sizeOf(tensor.shape)) return this.reshape(tensor, shape);
    const lead = shape.length - tensor.shape.length;
    const axes = tensor.shape.map((length, d): GatherAxis =>
      length === 1 ? { ...keepAxis(0), from: null } : keepAxis(lead + d),
    );
    return this.gather(tensor, shape, axes);
  }

  map(expression: Expression, inputs: readonly PlanTensor[]): PlanTensor {
    const outShape = broadcastShapes(inputs.map((tensor) => tensor.shape));
    return this.emit(
      { kind: 'map', outShape, inShapes: inputs.map((tensor) => tensor.shape), expression },
      inputs,
      outShape,
    );
  }

  concat(tensors: readonly PlanTensor[], axis: number): PlanTensor {
    if (tensors.length === 1) return tensors[0];
    const [first] = tensors;
    const same = tensors.every(
      (tensor) =>
        tensor.shape.length === first.shape.length &&
        tensor.shape.every((length, d) => d === axis || length === first.shape[d]),
    );
    if (!same)
      throw new CannotRun(
        `the shapes ${tensors.map((tensor) => `(${tensor.shape.join(', ')})`).join(' and ')} cannot be joined`,
      );
    const sizes = tensors.map((tensor) => tensor.shape[axis]);
    const shape = first.shape.map((length, d) => (d === axis ? sizes.reduce((a, b) => a + b, 0) : length));
    const outer = sizeOf(shape.slice(0, axis));
    return this.emit({ kind: 'concat', outer, sizes, inner: sizeOf(shape.slice(axis + 1)) }, tensors, shape);
  }

  /** Reduces the given axes; others keep their order. */
  reduce(fn: ReduceFunction, tensor: PlanTensor, axes: readonly number[], keepDims: boolean): PlanTensor {
    const rank = tensor.shape.length;
    const sorted = [...new Set(axes)].sort((a, b) => a - b);
    const kept = tensor.shape.map((_, d) => d).filter((d) => !sorted.includes(d));
    const shape = keepDims
      ? tensor.shape.map((length, d) => (sorted.includes(d) ? 1 : length))
      : kept.map((d) => tensor.shape[d]);
    const adjacent = sorted.every((axis, i) => i === 0 || sorted[i - 1] === axis - 1);
    const first = adjacent && sorted.length ? sorted[0] : rank - sorted.length;
    const source = adjacent ? tensor : this.transpose(tensor, [...kept, ...sorted]);
    const outer = sizeOf(source.shape.slice(0, first));
    const size = sizeOf(source.shape.slice(first, first + sorted.length));
    return this.emit(
      { kind: 'reduce', fn, outer, size, inner: sizeOf(source.shape) / outer / size },
      [source],
      shape,
    );
  }

  softmax(tensor: PlanTensor, axes: readonly number[], log: boolean): PlanTensor {
    const rank = tensor.shape.length;
    const sorted = [...axes].sort((a, b) => a - b);
    const adjacent = sorted.every((axis, i) => i === 0 || sorted[i - 1] === axis - 1);
    if (!adjacent) {
      const perm = [...tensor.shape.keys()].filter((d) => !sorted.includes(d)).concat(sorted);
      const moved = this.softmax(
        this.transpose(tensor, perm),
        sorted.map((_, i) => rank - sorted.length + i),
        log,
      );
      return this.transpose(
        moved,
        perm.map((_, d) => perm.indexOf(d)),
      );
    }
    const outer = sizeOf(tensor.shape.slice(0, sorted[0]));
    const size = sizeOf(sorted.map((axis) => tensor.shape[axis]));
    return this.emit(
      { kind: 'softmax', outer, size, inner: sizeOf(tensor.shape) / outer / size, log },
      [tensor],
      tensor.shape,
    );
  }

  /** Product over the last two axes; leading axes are the batch, equal or of product 1. */
  matmul(
    a: PlanTensor,
    b: PlanTensor,
    options: { transposeA?: boolean; transposeB?: boolean; bias?: PlanTensor } = {},
  ): PlanTensor {
    const { transposeA = false, transposeB = false, bias } = options;
    const [rowsA, columnsA] = a.shape.slice(-2);
    const [rowsB, columnsB] = b.shape.slice(-2);
    const m = transposeA ? columnsA : rowsA;
    const k = transposeA ? rowsA : columnsA;
    const n = transposeB ? rowsB : columnsB;
    if ((transposeB ? columnsB : rowsB) !== k)
      throw new CannotRun(`matrices (${a.shape.join(', ')}) and (${b.shape.join(', ')}) do not fit`);
    const leadA = a.shape.slice(0, -2);
    const leadB = b.shape.slice(0, -2);
    const lead = broadcastShapes([leadA, leadB]);
    const spread = (tensor: PlanTensor, own: readonly number[]): PlanTensor =>
      sizeOf(own) === 1 || sizeOf(own) === sizeOf(lead)
        ? tensor
        : this.broadcast(tensor, [...lead, ...tensor.shape.slice(-2)]);
    const left = spread(a, leadA);
    const right = spread(b, leadB);
    const batchA = sizeOf(left.shape.slice(0, -2));
    const batchB = sizeOf(right.shape.slice(0, -2));
    // One matrix on the right serves all rows of the left: a single taller product.
    const fold = batchB === 1 && batchA > 1 && !transposeA;
    const op = {
      kind: 'matmul',
      batchA: fold ? 1 : batchA,
      batchB,
      m: fold ? m * batchA : m,
      k,
      n,
      transposeA,
      transposeB,
      bias: bias !== undefined,
      epilogue: null,
    } as const;
    return this.emit(op, bias ? [left, right, bias] : [left, right], [...lead, m, n]);
  }
}

/** numpy's broadcasting. */
export function broadcastShapes(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, d) => {
    const lengths = shapes.map((shape) => shape[d - rank + shape.length] ?? 1);
    const length = lengths.find((candidate) => candidate !== 1) ?? 1;
    if (lengths.some((candidate) => candidate !== 1 && candidate !== length)) {
      throw new CannotRun(
        `the shapes ${shapes.map((shape) => `(${shape.join(', ')})`).join(' and ')} cannot be broadcast together`,
      );
    }
    return length;
  });
}
