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
  const base = { kernel, stride, dilation, padding: mode, input } as const;
  const lost = (reason: string): AxisWindow => ({
    ...base,
    padBefore: null,
    padAfter: null,
    output: unknownDim(reason, input),
  });
  if (stride === null) return lost('the stride is not known');
  if (stride <= 0) return lost('the stride is not positive');
  if (mode === 'same') {
    const output = ceilDivideDim(input, stride);
    if (kernel === null || dilation === null) return { ...base, padBefore: null, padAfter: null, output };
    const span = effectiveKernel(kernel, dilation);
    const pads = samePads(input, output, span, stride);
    return { ...base, padBefore: pads[0], padAfter: pads[1], output };
  }
  if (kernel === null || dilation === null) {
    if (mode === 'causal')
      return { ...base, padBefore: null, padAfter: 0, output: ceilDivideDim(input, stride) };
    return lost('the kernel size is not known');
  }
  if (mode === 'unknown') return lost('the padding is not known');
  const span = effectiveKernel(kernel, dilation);
  const pads: readonly [Known<number>, Known<number>] =
    typeof padding === 'object'
      ? [padding.before, padding.after]
      : mode === 'causal'
        ? [span - 1, 0]
        : [0, 0];
  if (pads[0] === null || pads[1] === null)
    return {
      ...base,
      padBefore: pads[0],
      padAfter: pads[1],
      output: unknownDim('the padding is not known', input),
    };
  const free = addToDim(input, pads[0] + pads[1] - span);
  return {
    ...base,
    padBefore: pads[0],
    padAfter: pads[1],
    output: addToDim(floorDivideDim(free, stride), 1),
  };
}

/** TensorFlow's SAME pads `[before, after]`; with stride 1 they do not depend on the input length, else null when it is open. */
function samePads(
  input: Dim,
  output: Dim,
  span: number,
  stride: number,
): readonly [Known<number>, Known<number>] {
  let total: number;
  if (typeof input === 'number' && typeof output === 'number')
    total = Math.max((output - 1) * stride + span - input, 0);
  else if (stride === 1) total = span - 1;
  else return [null, null];
  const before = Math.floor(total / 2);
  return [before, total - before];
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
