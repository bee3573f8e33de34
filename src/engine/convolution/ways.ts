/**
 * Convolution three ways that give the same numbers, with the matrices in between: directly by its windows, as im2col and a matrix
 * product, and as a sparse (doubly block Toeplitz) matrix that multiplies the flattened input. For plain, grouped, depthwise and
 * transposed convolutions of any rank; float64.
 */
import { sizeOf, type ConvOp, type WindowAxis } from '../ops';
import { computeOp } from '../reference';
import { forEachTap } from '../reference/convolution';

type Numbers = ArrayLike<number>;

/** Row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export interface SparseEntry {
  readonly row: number;
  readonly column: number;
  readonly value: number;
  /** Which element of the kernel it is: equal indices are one shared weight. */
  readonly kernelIndex: number;
}

/** Rows are elements of the flattened input, columns elements of the flattened output: y = x·T. */
export interface SparseMatrix {
  readonly rows: number;
  readonly columns: number;
  /** By column, then row. */
  readonly entries: readonly SparseEntry[];
}

/** A convolution of one item without activation, its kernel in Keras' layout. */
export type Convolution = Pick<
  ConvOp,
  'axes' | 'inChannels' | 'outChannels' | 'groups' | 'depthwise' | 'transposed'
>;

/** Entries that a sparse matrix may have; larger ones are of no use on a screen. */
const MOST_ENTRIES = 4_000_000;

const inPositions = (op: Convolution): number => sizeOf(op.axes.map((axis) => axis.input));
const outPositions = (op: Convolution): number => sizeOf(op.axes.map((axis) => axis.output));
const tapsOf = (op: Convolution): number => sizeOf(op.axes.map((axis) => axis.kernel));

/** `[output…, outChannels]`, by the definition. */
export function convolveDirectly(op: Convolution, x: Numbers, kernel: Numbers): Float64Array {
  const whole: ConvOp = { ...op, kind: 'conv', n: 1, bias: false, epilogue: null };
  return computeOp(whole, [Float64Array.from(x), Float64Array.from(kernel)]) as Float64Array;
}

/**
 * Patches as rows, `[output positions, taps·inChannels]`, zeros where a window reaches outside; overlapping patches repeat values.
 * For a transposed convolution the rows are input positions and hold the input itself: its matrix product comes first, col2im after.
 */
export function im2col(op: Convolution, x: Numbers): Matrix {
  const { inChannels } = op;
  if (op.transposed) return { rows: inPositions(op), columns: inChannels, data: Float64Array.from(x) };
  const columns = tapsOf(op) * inChannels;
  const rows = outPositions(op);
  const data = new Float64Array(rows * columns);
  forEachTap(op.axes, false, (position, tap, source) => {
    for (let c = 0; c < inChannels; c++)
      data[position * columns + tap * inChannels + c] = x[source * inChannels + c];
  });
  return { rows, columns, data };
}

/**
 * The kernel as the matrix that the patches are multiplied with, `[taps·inChannels, outChannels]`: zeros where groups keep an input
 * channel from an output. For a transposed convolution `[inChannels, taps·outChannels]`.
 */
export function kernelMatrix(op: Convolution, kernel: Numbers): Matrix {
  const taps = tapsOf(op);
  const { inChannels, outChannels } = op;
  const rows = op.transposed ? inChannels : taps * inChannels;
  const columns = op.transposed ? taps * outChannels : outChannels;
  const data = new Float64Array(rows * columns);
  forEachWeight(op, (tap, c, o, index) => {
    const at = op.transposed ? c * columns + tap * outChannels + o : (tap * inChannels + c) * columns + o;
    data[at] = kernel[index];
  });
  return { rows, columns, data };
}

/** Visits each weight: window tap, input channel, output channel, index in the kernel. */
function forEachWeight(
  op: Convolution,
  visit: (tap: number, inChannel: number, outChannel: number, index: number) => void,
): void {
  const { inChannels, outChannels, groups } = op;
  const taps = tapsOf(op);
  const inPerGroup = inChannels / groups;
  const outPerGroup = outChannels / groups;
  const multiplier = outChannels / inChannels;
  for (let tap = 0; tap < taps; tap++) {
    for (let o = 0; o < outChannels; o++) {
      if (op.depthwise) visit(tap, Math.floor(o / multiplier), o, tap * outChannels + o);
      else if (op.transposed)
        for (let c = 0; c < inChannels; c++) visit(tap, c, o, (tap * outChannels + o) * inChannels + c);
      else
        for (let c = 0; c < inPerGroup; c++)
          visit(
            tap,
            Math.floor(o / outPerGroup) * inPerGroup + c,
            o,
            (tap * inPerGroup + c) * outChannels + o,
          );
    }
  }
}

export function multiply(a: Matrix, b: Matrix): Matrix {
  if (a.columns !== b.rows)
    throw new RangeError(`${a.rows}×${a.columns} and ${b.rows}×${b.columns} do not fit`);
  const data = new Float64Array(a.rows * b.columns);
  for (let i = 0; i < a.rows; i++)
    for (let p = 0; p < a.columns; p++) {
      const left = a.data[i * a.columns + p];
      if (left === 0) continue;
      for (let j = 0; j < b.columns; j++) data[i * b.columns + j] += left * b.data[p * b.columns + j];
    }
  return { rows: a.rows, columns: b.columns, data };
}

/** Adds patches back to where they were taken from: the transpose of im2col, `[positions of \`axes\` input, channels]`. */
export function col2im(axes: readonly WindowAxis[], channels: number, columns: Matrix): Float64Array {
  const out = new Float64Array(sizeOf(axes.map((axis) => axis.input)) * channels);
  forEachTap(axes, false, (position, tap, source) => {
    for (let c = 0; c < channels; c++)
      out[source * channels + c] += columns.data[position * columns.columns + tap * channels + c];
  });
  return out;
}

/** By im2col and one matrix product (with col2im after it for a transposed convolution), with the matrices in between. */
export function convolveByMatrices(
  op: Convolution,
  x: Numbers,
  kernel: Numbers,
): {
  readonly patches: Matrix;
  readonly weights: Matrix;
  readonly product: Matrix;
  readonly output: Float64Array;
} {
  const patches = im2col(op, x);
  const weights = kernelMatrix(op, kernel);
  const product = multiply(patches, weights);
  const output = op.transposed
    ? col2im(
        op.axes.map((axis) => ({ ...axis, input: axis.output, output: axis.input })),
        op.outChannels,
        product,
      )
    : product.data;
  return { patches, weights, product, output };
}

/**
 * The convolution as one sparse matrix over flattened input and output, kernel rows repeated by the stride: doubly block Toeplitz
 * for two axes. Throws `RangeError` when it would have more than four million entries.
 */
export function toeplitz(op: Convolution, kernel: Numbers): SparseMatrix {
  const { inChannels, outChannels } = op;
  const rows = inPositions(op) * inChannels;
  const columns = outPositions(op) * outChannels;
  const byTap: (readonly [number, number, number])[][] = Array.from({ length: tapsOf(op) }, () => []);
  forEachWeight(op, (tap, c, o, index) => byTap[tap].push([c, o, index]));
  let count = 0;
  forEachTap(op.axes, op.transposed, (_position, tap) => (count += byTap[tap].length));
  if (count > MOST_ENTRIES)
    throw new RangeError(`the matrix ${rows}×${columns} has too many entries to show`);
  const entries: SparseEntry[] = [];
  forEachTap(op.axes, op.transposed, (position, tap, other) => {
    const [inside, outside] = op.transposed ? [position, other] : [other, position];
    for (const [c, o, index] of byTap[tap])
      entries.push({
        row: inside * inChannels + c,
        column: outside * outChannels + o,
        value: kernel[index],
        kernelIndex: index,
      });
  });
  entries.sort((a, b) => a.column - b.column || a.row - b.row);
  return { rows, columns, entries };
}

/** y = x·T. */
export function multiplySparse(x: Numbers, matrix: SparseMatrix): Float64Array {
  const out = new Float64Array(matrix.columns);
  for (const { row, column, value } of matrix.entries) out[column] += x[row] * value;
  return out;
}
