/**
 * The geometry of a window moving along one axis: output length, pads and receptive-field step, from one author
 * (design invariant 5). Inference, analysis, engine and pictures all read it from here.
 *
 * Sources: Keras `operation_utils.compute_conv_output_shape`, `compute_conv_transpose_output_shape`; TensorFlow's SAME
 * padding; Dumoulin & Visin, A guide to convolution arithmetic for deep learning (2016).
 */
import type { AxisWindow, Dim, Known } from '../graph/graph';
import { addToDim, ceilDivideDim, floorDivideDim, mulDim, unknownDim } from './dims';

export type PaddingMode = 'valid' | 'same' | 'causal' | 'unknown';

/** Length that a kernel spans with its holes: `dilation·(kernel − 1) + 1`. */
export function effectiveKernel(kernel: number, dilation: number): number {
  return dilation * (kernel - 1) + 1;
}

export interface WindowArguments {
  readonly input: Dim;
  readonly kernel: Known<number>;
  readonly stride: Known<number>;
  readonly dilation?: Known<number>;
  readonly padding: PaddingMode | { readonly before: Known<number>; readonly after: Known<number> };
}

/**
 * A convolution or pooling window along one axis. The output may come out as zero or negative: the caller reports it.
 * `same` pads as TensorFlow does: total `max((out − 1)·stride + span − in, 0)`, the smaller half before; `causal` pads
 * `span − 1` before.
 */
export function convWindow(args: WindowArguments): AxisWindow {
  const { input, kernel, stride, padding } = args;
  const dilation = args.dilation === undefined ? 1 : args.dilation;
  const mode = typeof padding === 'string' ? padding : 'explicit';
  // Written out once, without copies: this runs for every axis of every window of a program on each key press.
  const window = (padBefore: Known<number>, padAfter: Known<number>, output: Dim): AxisWindow => ({
    kernel,
    stride,
    dilation,
    padding: mode,
    input,
    padBefore,
    padAfter,
    output,
  });
  if (stride === null) return window(null, null, unknownDim('the stride is not known', input));
  if (stride <= 0) return window(null, null, unknownDim('the stride is not positive', input));
  if (mode === 'same') {
    const output = ceilDivideDim(input, stride);
    const total =
      kernel === null || dilation === null
        ? null
        : samePads(input, output, effectiveKernel(kernel, dilation), stride);
    if (total === null) return window(null, null, output);
    const before = Math.floor(total / 2);
    return window(before, total - before, output);
  }
  if (kernel === null || dilation === null)
    return mode === 'causal'
      ? window(null, 0, ceilDivideDim(input, stride))
      : window(null, null, unknownDim('the kernel size is not known', input));
  if (mode === 'unknown') return window(null, null, unknownDim('the padding is not known', input));
  const span = effectiveKernel(kernel, dilation);
  const before = typeof padding === 'object' ? padding.before : mode === 'causal' ? span - 1 : 0;
  const after = typeof padding === 'object' ? padding.after : 0;
  if (before === null || after === null)
    return window(before, after, unknownDim('the padding is not known', input));
  const free = addToDim(input, before + after - span);
  return window(before, after, addToDim(floorDivideDim(free, stride), 1));
}

/**
 * Both of TensorFlow's SAME pads together; with stride 1 they do not depend on the input length, else null when it is open.
 */
function samePads(input: Dim, output: Dim, span: number, stride: number): number | null {
  if (typeof input === 'number' && typeof output === 'number')
    return Math.max((output - 1) * stride + span - input, 0);
  return stride === 1 ? span - 1 : null;
}

export interface TransposedArguments {
  readonly input: Dim;
  readonly kernel: Known<number>;
  readonly stride: Known<number>;
  readonly dilation?: Known<number>;
  readonly padding: 'valid' | 'same' | 'unknown';
  readonly outputPadding?: Known<number>;
}

/**
 * A transposed convolution along one axis, as Keras' `compute_conv_transpose_output_shape`: the pads are those of the
 * convolution whose gradient it is. Without `outputPadding`: valid `(in − 1)·stride + max(span, stride)`, same
 * `in·stride`; with it: `(in − 1)·stride + span − 2·pad + outputPadding`, pad 0 for valid and ⌊span/2⌋ for same.
 */
export function transposedWindow(args: TransposedArguments): AxisWindow {
  const { input, kernel, stride, padding } = args;
  const dilation = args.dilation === undefined ? 1 : args.dilation;
  const outputPadding = args.outputPadding === undefined ? null : args.outputPadding;
  const base = { kernel, stride, dilation, padding, input, outputPadding } as const;
  if (stride === null || padding === 'unknown' || kernel === null || dilation === null) {
    const reason =
      stride === null
        ? 'the stride is not known'
        : padding === 'unknown'
          ? 'the padding is not known'
          : 'the kernel size is not known';
    if (stride !== null && padding === 'same' && outputPadding === null)
      return { ...base, padBefore: null, padAfter: null, output: mulDim(input, stride) };
    return { ...base, padBefore: null, padAfter: null, output: unknownDim(reason, input) };
  }
  const span = effectiveKernel(kernel, dilation);
  const stretched = addToDim(mulDim(input, stride), -stride);
  if (outputPadding === null) {
    const output = padding === 'same' ? mulDim(input, stride) : addToDim(stretched, Math.max(span, stride));
    // Gradient of the SAME convolution from `output` to `input`: its pads, with the excess cut from both ends.
    const total = padding === 'same' ? Math.max(span - stride, 0) : 0;
    const before = Math.floor(total / 2);
    return { ...base, padBefore: before, padAfter: total - before, output };
  }
  const pad = padding === 'same' ? Math.floor(span / 2) : 0;
  // As TensorFlow and JAX place it: the SAME pads of the convolution from `output` to `input`.
  const total = 2 * pad - outputPadding;
  const before = Math.floor(Math.max(total, 0) / 2);
  return {
    ...base,
    padBefore: before,
    padAfter: total - before,
    output: addToDim(stretched, span - 2 * pad + outputPadding),
  };
}
