/**
 * Which inputs a convolution gathers: for every output position and tap the flat input position, or −1 outside. A transposed
 * convolution falls into phases (outputs that meet the same taps), so that no product with zeros is made.
 */
import { sizeOf, type ConvOp, type WindowAxis } from '../../ops';

export interface Phase {
  /** Flat taps of the kernel. */
  readonly taps: readonly number[];
  /** Flat output positions (all images). */
  readonly outputs: Int32Array;
  /** `[output, tap]`: flat input position (all images), or −1. */
  readonly sources: Int32Array;
}

/** One axis of one phase: outputs, taps, and for each pair the input index or −1. */
interface AxisPhase {
  readonly outputs: readonly number[];
  readonly taps: readonly number[];
  readonly sources: readonly (readonly number[])[];
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

function axisPhases(axis: WindowAxis, transposed: boolean): AxisPhase[] {
  const { input, output, kernel, stride, dilation, padBefore } = axis;
  const inside = (index: number): number => (index >= 0 && index < input ? index : -1);
  if (!transposed) {
    const taps = range(kernel);
    const outputs = range(output);
    const sources = outputs.map((o) => taps.map((t) => inside(o * stride + t * dilation - padBefore)));
    return [{ outputs, taps, sources }];
  }
  return range(Math.min(stride, output)).flatMap((first) => {
    const outputs = range(output).filter((o) => o % stride === first);
    const meet = (t: number): boolean =>
      (((first + padBefore - t * dilation) % stride) + stride) % stride === 0;
    const taps = range(kernel).filter(meet);
    // Outputs that no tap meets are sums of nothing.
    if (taps.length === 0) return [{ outputs, taps: [0], sources: outputs.map(() => [-1]) }];
    const sources = outputs.map((o) => taps.map((t) => inside((o + padBefore - t * dilation) / stride)));
    return [{ outputs, taps, sources }];
  });
}

export function phasesOf(op: ConvOp): Phase[] {
  const perAxis = op.axes.map((axis) => axisPhases(axis, op.transposed));
  const inPositions = sizeOf(op.axes.map((axis) => axis.input));
  const outPositions = sizeOf(op.axes.map((axis) => axis.output));
  let combined: AxisPhase[] = [{ outputs: [0], taps: [0], sources: [[0]] }];
  op.axes.forEach((axis, d) => {
    combined = combined.flatMap((outer) => perAxis[d].map((inner) => join(outer, inner, axis)));
  });
  return combined.map(({ outputs, taps, sources }) => {
    const count = outputs.length;
    const all = new Int32Array(op.n * count);
    const from = new Int32Array(op.n * count * taps.length);
    for (let image = 0; image < op.n; image++)
      for (let o = 0; o < count; o++) {
        const place = image * count + o;
        all[place] = image * outPositions + outputs[o];
        const row = sources[o];
        for (let t = 0; t < row.length; t++)
          from[place * taps.length + t] = row[t] < 0 ? -1 : image * inPositions + row[t];
      }
    return { taps, outputs: all, sources: from };
  });
}

/** Axes so far, and one more inside them. */
function join(outer: AxisPhase, inner: AxisPhase, axis: WindowAxis): AxisPhase {
  const sources: number[][] = [];
  const outputs: number[] = [];
  outer.outputs.forEach((a, i) =>
    inner.outputs.forEach((b, j) => {
      outputs.push(a * axis.output + b);
      sources.push(
        outer.sources[i].flatMap((x) =>
          inner.sources[j].map((y) => (x < 0 || y < 0 ? -1 : x * axis.input + y)),
        ),
      );
    }),
  );
  const taps = outer.taps.flatMap((s) => inner.taps.map((t) => s * axis.kernel + t));
  return { outputs, taps, sources };
}
