/**
 * Convolutions by their definition: plain, grouped, depthwise, dilated and transposed, over any number of spatial axes.
 * One loop nest over output (transposed: input) positions and kernel taps; channels last.
 */
import { compileExpression } from '../expression';
import { sizeOf, type ConvOp, type PoolOp, type WindowAxis } from '../ops';
import type { Allocate, Numbers } from './arrays';

const lengths = (axes: readonly WindowAxis[], key: 'input' | 'output' | 'kernel'): number[] =>
  axes.map((axis) => axis[key]);

/**
 * For each pair of a window position and a tap that falls inside the input: `visit(position, tap, inputPosition)`, positions
 * flattened in C order. `positions` are outputs; for a transposed convolution they are its inputs (and the visited ones outputs).
 */
export function forEachTap(
  axes: readonly WindowAxis[],
  transposed: boolean,
  visit: (position: number, tap: number, other: number) => void,
): void {
  const positions = lengths(axes, transposed ? 'input' : 'output');
  const others = lengths(axes, transposed ? 'output' : 'input');
  const kernels = lengths(axes, 'kernel');
  const total = sizeOf(positions);
  const taps = sizeOf(kernels);
  const at = new Array<number>(axes.length).fill(0);
  for (let position = 0; position < total; position++) {
    unravel(position, positions, at);
    for (let tap = 0; tap < taps; tap++) {
      let rest = tap;
      let other = 0;
      let scale = 1;
      let inside = true;
      for (let d = axes.length - 1; d >= 0 && inside; d--) {
        const t = rest % kernels[d];
        rest = (rest - t) / kernels[d];
        const index = at[d] * axes[d].stride + t * axes[d].dilation - axes[d].padBefore;
        inside = index >= 0 && index < others[d];
        other += index * scale;
        scale *= others[d];
      }
      if (inside) visit(position, tap, other);
    }
  }
}

function unravel(flat: number, shape: readonly number[], into: number[]): void {
  let rest = flat;
  for (let d = shape.length - 1; d >= 0; d--) {
    into[d] = rest % shape[d];
    rest = (rest - into[d]) / shape[d];
  }
}

/** x `[n, input…, inChannels]` → `[n, output…, outChannels]`. */
export function convolve(op: ConvOp, inputs: readonly Numbers[], allocate: Allocate): Numbers {
  const [x, kernel] = inputs;
  const { inChannels, outChannels, groups, axes } = op;
  const inPositions = sizeOf(lengths(axes, 'input'));
  const outPositions = sizeOf(lengths(axes, 'output'));
  const out = allocate(op.n * outPositions * outChannels);
  const sums = new Float64Array(outPositions * outChannels);
  const inPerGroup = inChannels / groups;
  const outPerGroup = outChannels / groups;
  const multiplier = outChannels / inChannels;
  for (let image = 0; image < op.n; image++) {
    const xBase = image * inPositions * inChannels;
    sums.fill(0);
    if (op.depthwise) {
      forEachTap(axes, false, (position, tap, source) => {
        const from = xBase + source * inChannels;
        const to = position * outChannels;
        const weights = tap * outChannels;
        for (let c = 0; c < inChannels; c++) {
          for (let m = 0; m < multiplier; m++)
            sums[to + c * multiplier + m] += x[from + c] * kernel[weights + c * multiplier + m];
        }
      });
    } else if (op.transposed) {
      forEachTap(axes, true, (source, tap, position) => {
        const from = xBase + source * inChannels;
        const to = position * outChannels;
        const weights = tap * outChannels * inChannels;
        for (let o = 0; o < outChannels; o++) {
          let sum = 0;
          for (let c = 0; c < inChannels; c++) sum += x[from + c] * kernel[weights + o * inChannels + c];
          sums[to + o] += sum;
        }
      });
    } else {
      forEachTap(axes, false, (position, tap, source) => {
        for (let group = 0; group < groups; group++) {
          const from = xBase + source * inChannels + group * inPerGroup;
          const to = position * outChannels + group * outPerGroup;
          for (let c = 0; c < inPerGroup; c++) {
            const value = x[from + c];
            const weights = (tap * inPerGroup + c) * outChannels + group * outPerGroup;
            for (let o = 0; o < outPerGroup; o++) sums[to + o] += value * kernel[weights + o];
          }
        }
      });
    }
    finish(op, sums, inputs, out, image * sums.length);
  }
  return out;
}

/** Bias and epilogue, per output channel. */
export function finish(
  op: ConvOp,
  sums: Float64Array,
  inputs: readonly Numbers[],
  out: Numbers,
  base: number,
): void {
  const bias = op.bias ? inputs[2] : null;
  const extra = inputs.slice(op.bias ? 3 : 2);
  const epilogue = op.epilogue ? compileExpression(op.epilogue) : null;
  const values = new Float64Array(1 + extra.length);
  for (let i = 0; i < sums.length; i++) {
    const channel = i % op.outChannels;
    let sum = sums[i];
    if (bias) sum += bias[channel];
    if (epilogue) {
      values[0] = sum;
      for (let k = 0; k < extra.length; k++) values[k + 1] = extra[k][channel];
      sum = epilogue(values);
    }
    out[base + i] = sum;
  }
}

/** Maximum or average over the part of each window that lies inside the input. */
export function pool(op: PoolOp, [x]: readonly Numbers[], allocate: Allocate): Numbers {
  const { channels, axes } = op;
  const inPositions = sizeOf(lengths(axes, 'input'));
  const outPositions = sizeOf(lengths(axes, 'output'));
  const size = outPositions * channels;
  const out = allocate(op.n * size);
  for (let image = 0; image < op.n; image++) {
    const sums = new Float64Array(size).fill(op.mode === 'max' ? -Infinity : 0);
    const counts = new Float64Array(outPositions);
    forEachTap(axes, false, (position, _tap, source) => {
      const from = (image * inPositions + source) * channels;
      const to = position * channels;
      counts[position]++;
      for (let c = 0; c < channels; c++) {
        if (op.mode === 'average') sums[to + c] += x[from + c];
        else if (x[from + c] > sums[to + c]) sums[to + c] = x[from + c];
      }
    });
    for (let i = 0; i < size; i++)
      out[image * size + i] = op.mode === 'max' ? sums[i] : sums[i] / counts[Math.floor(i / channels)];
  }
  return out;
}
