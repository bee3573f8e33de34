/**
 * The engine's own small vocabulary: what a plan's steps compute, with every number known. Lowering (`lower/`) turns graph
 * primitives into it; the reference (`reference/`) and the kernels (`kernels/`) each compute it.
 *
 * All data is C order and channels last; `n` counts what lies before the spatial axes (the batch, and time where distributed).
 */
import type { Expression } from './expression';

/** A window along one spatial axis; for a transposed convolution the numbers of the convolution whose gradient it is. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padBefore: number;
}

export interface ConvOp {
  readonly kind: 'conv';
  readonly n: number;
  readonly axes: readonly WindowAxis[];
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  /** Kernel `[k…, in, multiplier]`, output channel `c·multiplier + m`. */
  readonly depthwise: boolean;
  /** Kernel `[k…, out, in]`; else `[k…, in/groups, out]`. */
  readonly transposed: boolean;
  /** Inputs: x, kernel, then the bias when set, then what the epilogue reads. */
  readonly bias: boolean;
  /** Applied to each output element (`input 0`); its further inputs are per output channel. Null for none. */
  readonly epilogue: Expression | null;
}

export interface PoolOp {
  readonly kind: 'pool';
  readonly mode: 'max' | 'average';
  readonly n: number;
  readonly axes: readonly WindowAxis[];
  readonly channels: number;
}

/** `a` is `[batch, m, k]` (or `[batch, k, m]`), `b` `[batch, k, n]` (or `[batch, n, k]`); batch 1 of either is repeated. */
export interface MatmulOp {
  readonly kind: 'matmul';
  readonly batchA: number;
  readonly batchB: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Third input of length n, added to each row. */
  readonly bias: boolean;
  readonly epilogue: Expression | null;
}

/** Where an input axis takes its index from: `⌊(o·mul + add)/div⌋` of output axis `from`, or the constant `add`. */
export interface GatherAxis {
  readonly from: number | null;
  readonly mul: number;
  readonly add: number;
  readonly div: number;
  /** What an index outside the axis means. `inside`: cannot happen. */
  readonly outside: 'inside' | 'value' | 'reflect' | 'symmetric' | 'edge' | 'circular';
}

/** Data movement: padding, cropping, slicing, transposing, repeating, broadcasting. One entry of `axes` per input axis. */
export interface GatherOp {
  readonly kind: 'gather';
  readonly inShape: readonly number[];
  readonly outShape: readonly number[];
  readonly axes: readonly GatherAxis[];
  readonly value: number;
}

/** Inputs `[outer, sizes[i], inner]` laid one after another along the middle. */
export interface ConcatOp {
  readonly kind: 'concat';
  readonly outer: number;
  readonly sizes: readonly number[];
  readonly inner: number;
}

/** Element by element with numpy broadcasting: input shapes are padded with ones to the rank of `outShape`. */
export interface MapOp {
  readonly kind: 'map';
  readonly outShape: readonly number[];
  readonly inShapes: readonly (readonly number[])[];
  readonly expression: Expression;
}

export type ReduceFunction =
  'mean' | 'max' | 'min' | 'sum' | 'prod' | 'any' | 'all' | 'argmax' | 'argmin' | 'var' | 'std';

/** `[outer, size, inner]` → `[outer, inner]`. */
export interface ReduceOp {
  readonly kind: 'reduce';
  readonly fn: ReduceFunction;
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

/** Over the middle of `[outer, size, inner]`. */
export interface SoftmaxOp {
  readonly kind: 'softmax';
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
  readonly log: boolean;
}

/** Inputs: `count` indices, table `[rows, width]`. An index outside the table gives zeros. */
export interface EmbeddingOp {
  readonly kind: 'embedding';
  readonly count: number;
  readonly rows: number;
  readonly width: number;
}

/**
 * Inputs: x `[n, steps, features]`, kernel `[features, gates·units]`, recurrent kernel `[units, gates·units]`, bias when set, mask
 * `[n, steps]` when masked, then the states to start from `[n, units]` (LSTM: hidden state and carry) when given.
 */
export interface RecurrentOp {
  readonly kind: 'recurrent';
  readonly cell: 'simple' | 'lstm' | 'gru';
  readonly n: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  readonly bias: boolean;
  readonly returnSequences: boolean;
  readonly goBackwards: boolean;
  /** Steps whose mask is zero leave the states as they are. */
  readonly masked: boolean;
  /** The output of such a step: zeros, or the state. */
  readonly zeroMasked: boolean;
  readonly initial: boolean;
  /** Which state is given: the hidden one, or an LSTM's carry (its last value). */
  readonly result: 'hidden' | 'carry';
  /** GRU: the reset gate after the matrix product, bias `[2, 3·units]`. */
  readonly resetAfter: boolean;
  readonly activation: Expression;
  readonly recurrentActivation: Expression;
}

/** Maximum over bins that divide an axis as evenly as possible (adaptive pooling): input `[n, input…, channels]`. */
export interface AdaptiveMaxOp {
  readonly kind: 'adaptiveMax';
  readonly n: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly channels: number;
}

/** Running sum along the middle of `[outer, size, inner]`. */
export interface CumsumOp {
  readonly kind: 'cumsum';
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

/**
 * `unfold` lays each window's elements side by side, `[n, input…, channels]` → `[n, output…, taps, channels]` (zeros outside):
 * im2col. `fold` is its transpose, which adds overlaps: col2im.
 */
export interface PatchesOp {
  readonly kind: 'unfold' | 'fold';
  readonly n: number;
  /** As for a convolution from the unfolded side's `input` to its `output`, for both directions. */
  readonly axes: readonly WindowAxis[];
  readonly channels: number;
}

/** Inputs: what was pooled, the gradient of the result; gives the gradient of what was pooled. The first of equal maxima takes it. */
export interface PoolGradientOp {
  readonly kind: 'poolGradient';
  readonly of: PoolOp;
}

/** The transpose of a gather: adds each element to where it was taken from. */
export interface ScatterOp {
  readonly kind: 'scatter';
  readonly of: GatherOp;
}

/** Inputs: indices, the gradient of the looked-up rows; gives the gradient of the table. */
export interface EmbeddingGradientOp {
  readonly kind: 'embeddingGradient';
  readonly of: EmbeddingOp;
}

/** Inputs: what was pooled, the gradient of the result. */
export interface AdaptiveMaxGradientOp {
  readonly kind: 'adaptiveMaxGradient';
  readonly of: AdaptiveMaxOp;
}

/** Inputs: those of the recurrent op, then the gradient of its result; gives the gradients of the inputs one after another. */
export interface RecurrentGradientOp {
  readonly kind: 'recurrentGradient';
  readonly of: RecurrentOp;
}

/**
 * Winograd's transforms for a 3×3 convolution of stride 1 in tiles of 2×2 outputs: the input's tiles `[16, n·tiles, inChannels]`, and
 * from the 16 products `[16, n·tiles, outChannels]` (then bias and what the epilogue reads) the convolution's result.
 */
export interface WinogradOp {
  readonly kind: 'winogradInput' | 'winogradOutput';
  readonly of: ConvOp;
}

export type EngineOp =
  | ConvOp
  | PoolOp
  | MatmulOp
  | GatherOp
  | ConcatOp
  | MapOp
  | ReduceOp
  | SoftmaxOp
  | EmbeddingOp
  | RecurrentOp
  | AdaptiveMaxOp
  | CumsumOp
  | PatchesOp
  | PoolGradientOp
  | ScatterOp
  | EmbeddingGradientOp
  | AdaptiveMaxGradientOp
  | RecurrentGradientOp
  | WinogradOp;

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((total, length) => total * length, 1);

/** Elements of an op's output. */
export function outputSize(op: EngineOp): number {
  switch (op.kind) {
    case 'conv':
      return op.n * sizeOf(op.axes.map((axis) => axis.output)) * op.outChannels;
    case 'pool':
      return op.n * sizeOf(op.axes.map((axis) => axis.output)) * op.channels;
    case 'matmul':
      return Math.max(op.batchA, op.batchB) * op.m * op.n;
    case 'gather':
    case 'map':
      return sizeOf(op.outShape);
    case 'concat':
      return op.outer * op.sizes.reduce((total, size) => total + size, 0) * op.inner;
    case 'reduce':
      return op.outer * op.inner;
    case 'softmax':
    case 'cumsum':
      return op.outer * op.size * op.inner;
    case 'embedding':
      return op.count * op.width;
    case 'recurrent':
      return op.n * (op.returnSequences ? op.steps : 1) * op.units;
    case 'adaptiveMax':
      return op.n * sizeOf(op.outputs) * op.channels;
    case 'unfold':
      return (
        op.n *
        sizeOf(op.axes.map((axis) => axis.output)) *
        sizeOf(op.axes.map((axis) => axis.kernel)) *
        op.channels
      );
    case 'fold':
      return op.n * sizeOf(op.axes.map((axis) => axis.input)) * op.channels;
    case 'poolGradient':
      return op.of.n * sizeOf(op.of.axes.map((axis) => axis.input)) * op.of.channels;
    case 'scatter':
      return sizeOf(op.of.inShape);
    case 'embeddingGradient':
      return op.of.rows * op.of.width;
    case 'adaptiveMaxGradient':
      return op.of.n * sizeOf(op.of.inputs) * op.of.channels;
    case 'recurrentGradient':
      return recurrentInputSizes(op.of).reduce((total, size) => total + size, 0);
    case 'winogradInput': {
      const [rows, columns] = op.of.axes.map((axis) => Math.ceil(axis.output / 2));
      return 16 * op.of.n * rows * columns * op.of.inChannels;
    }
    case 'winogradOutput':
      return outputSize(op.of);
  }
}

/** Elements of each of a recurrent op's inputs. */
export function recurrentInputSizes(op: RecurrentOp): number[] {
  const width = op.units * (op.cell === 'lstm' ? 4 : op.cell === 'gru' ? 3 : 1);
  const bias = op.bias ? [op.cell === 'gru' && op.resetAfter ? 2 * width : width] : [];
  const mask = op.masked ? [op.n * op.steps] : [];
  const states = op.initial ? Array<number>(op.cell === 'lstm' ? 2 : 1).fill(op.n * op.units) : [];
  return [op.n * op.steps * op.features, op.features * width, op.units * width, ...bias, ...mask, ...states];
}

/** Work of an op in multiply-adds, for progress and for choosing kernels (not the figure shown to users). */
export function workOf(op: EngineOp): number {
  switch (op.kind) {
    case 'conv': {
      const taps = sizeOf(op.axes.map((axis) => axis.kernel));
      const perOutput = op.depthwise ? 1 : op.inChannels / op.groups;
      const positions = sizeOf(op.axes.map((axis) => (op.transposed ? axis.input : axis.output)));
      return op.n * positions * taps * perOutput * op.outChannels;
    }
    case 'pool':
      return outputSize(op) * sizeOf(op.axes.map((axis) => axis.kernel));
    case 'matmul':
      return outputSize(op) * op.k;
    case 'reduce':
      return op.outer * op.size * op.inner;
    case 'recurrent':
      return (
        op.n *
        op.steps *
        (op.features + op.units) *
        op.units *
        (op.cell === 'lstm' ? 4 : op.cell === 'gru' ? 3 : 1)
      );
    case 'adaptiveMax':
      return op.n * sizeOf(op.inputs) * op.channels;
    case 'fold':
      return outputSize(op) * sizeOf(op.axes.map((axis) => axis.kernel));
    case 'poolGradient':
      return 2 * workOf(op.of);
    case 'recurrentGradient':
      return 3 * workOf(op.of);
    default:
      return outputSize(op);
  }
}
