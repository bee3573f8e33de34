/**
 * How the positions of one axis depend on each other, for every kind of step that moves along it: windows, transposed
 * windows, up-sampling, resizing, adaptive pooling, shifts and slices. The geometry of windows is `keras/geometry.ts`'s.
 */
import { isOpen, type AxisWindow, type Dim, type Known } from '../../graph/graph';
import { effectiveKernel } from '../../keras/geometry';
import { format } from '../../python/symbolic';
import { gcd, mod, type Lost, type Step } from './field';

/** A step, and the range of its unknown pad if it has one. */
export interface BoundedStep {
  readonly step: Step;
  readonly padRange?: readonly [number, number];
}

/** A convolution's or pool's window; `place` names the axis where the input length has no formula. */
export function windowStep(window: AxisWindow, place: string): BoundedStep | Lost {
  const { kernel, stride, dilation } = window;
  if (kernel === null || stride === null || dilation === null) return { lost: 'the window is not known' };
  const tap = (first: number): Step => ({
    period: 1,
    advance: stride,
    taps: [{ first, count: kernel, spacing: dilation }],
  });
  if (window.padBefore !== null) return { step: tap(-window.padBefore) };
  if (window.padding !== 'same') return { lost: 'the padding is not known' };
  // SAME pads max(span − r, 0) in all, r = length mod stride (stride for 0); half of it before.
  const span = effectiveKernel(kernel, dilation);
  const range = [Math.floor(Math.max(span - stride, 0) / 2), Math.floor(Math.max(span - 1, 0) / 2)] as const;
  if (range[0] === range[1]) return { step: tap(-range[0]) };
  const unknownPad = `${lengthName(window.input, place)}|${span}|${stride}`;
  return { step: { ...tap(0), unknownPad }, padRange: range };
}

/** Two axes with the same name certainly have the same length. */
function lengthName(length: Dim, place: string): string {
  if (typeof length === 'number') return String(length);
  return isOpen(length) && length.formula !== undefined ? format(length.formula) : place;
}

/** Output `v` of a transposed convolution reads the inputs `i` with `stride·i + dilation·j − pad = v` for a kernel position `j`. */
export function transposedStep(window: AxisWindow): BoundedStep | Lost {
  const { kernel, stride, dilation, padBefore } = window;
  if (kernel === null || stride === null || dilation === null || padBefore === null)
    return { lost: 'the window is not known' };
  const common = gcd(dilation, stride);
  const taps = Array.from({ length: stride }, (_, phase) => {
    const positions: number[] = [];
    for (let j = 0; j < kernel; j++) {
      const scaled = phase + padBefore - dilation * j;
      if (mod(scaled, stride) === 0) positions.push(scaled / stride);
    }
    return positions.length === 0
      ? { first: 0, count: 0, spacing: 1 }
      : { first: Math.min(...positions), count: positions.length, spacing: dilation / common };
  });
  return { step: { period: stride, advance: 1, taps } };
}

/** Enlarging `inLength` to `outLength` positions (or by a factor: `1` to `factor`), half-pixel centres as Keras and TensorFlow. */
export function resizeStep(
  inLength: Known<number>,
  outLength: Known<number>,
  interpolation: string,
): BoundedStep | Lost {
  if (inLength === null || outLength === null || inLength <= 0 || outLength <= 0)
    return { lost: 'the factor of resizing is not known' };
  const reach = INTERPOLATION_REACH[interpolation];
  if (reach === undefined) return { lost: `the reach of ${interpolation} interpolation is not known` };
  const common = gcd(inLength, outLength);
  const period = outLength / common;
  const taps = Array.from({ length: period }, (_, phase) => {
    // (phase + ½)·in/out − ½, in whole numbers to be exact.
    const numerator = (2 * phase + 1) * inLength - outLength;
    const denominator = 2 * outLength;
    if (reach === 0)
      return { first: Math.floor(((2 * phase + 1) * inLength) / denominator), count: 1, spacing: 1 };
    const base = Math.floor(numerator / denominator);
    if (numerator % denominator === 0) return { first: base, count: 1, spacing: 1 };
    return { first: base - reach + 1, count: 2 * reach, spacing: 1 };
  });
  return { step: { period, advance: inLength / common, taps } };
}

/** Neighbours taken on each side of a position between two pixels; nearest takes one pixel only. */
const INTERPOLATION_REACH: Readonly<Record<string, number>> = {
  nearest: 0,
  bilinear: 1,
  bicubic: 2,
  lanczos3: 3,
  lanczos5: 5,
};

/** Adaptive pooling: output `v` averages positions `⌊v·in/out⌋ … ⌈(v + 1)·in/out⌉ − 1`. */
export function adaptiveStep(inLength: Dim, outLength: Known<number>): BoundedStep | Lost {
  if (typeof inLength !== 'number' || outLength === null || outLength <= 0)
    return { lost: 'the windows depend on an input length that is not known' };
  const common = gcd(inLength, outLength);
  const period = outLength / common;
  const taps = Array.from({ length: period }, (_, phase) => {
    const first = Math.floor((phase * inLength) / outLength);
    return { first, count: Math.ceil(((phase + 1) * inLength) / outLength) - first, spacing: 1 };
  });
  return { step: { period, advance: inLength / common, taps } };
}

/** Position `v` reads `start + stride·v`; a start that is not known becomes an unknown pad named by `place`. */
export function sliceStep(
  start: Known<number>,
  stride: Known<number>,
  length: Dim,
  place: string,
): BoundedStep | Lost {
  if (stride === null) return { lost: 'the step of the slice is not known' };
  const known = start !== null && start < 0 ? (typeof length === 'number' ? start + length : null) : start;
  const step: Step = { period: 1, advance: stride, taps: [{ first: known ?? 0, count: 1, spacing: 1 }] };
  return known === null
    ? { step: { ...step, unknownPad: `start ${place}` }, padRange: [-Infinity, Infinity] }
    : { step };
}

/** Position `v` reads `v − before`. */
export function shiftStep(before: Known<number>, place: string): BoundedStep {
  const step: Step = {
    period: 1,
    advance: 1,
    taps: [{ first: before === null ? 0 : -before, count: 1, spacing: 1 }],
  };
  return before === null
    ? { step: { ...step, unknownPad: `pad ${place}` }, padRange: [-Infinity, Infinity] }
    : { step };
}

/** `block·block` channels become a block of positions (`depthToSpace`), or the other way round. */
export function blockStep(block: number, toSpace: boolean): BoundedStep {
  if (!toSpace)
    return { step: { period: 1, advance: block, taps: [{ first: 0, count: block, spacing: 1 }] } };
  return {
    step: {
      period: block,
      advance: 1,
      taps: Array.from({ length: block }, () => ({ first: 0, count: 1, spacing: 1 })),
    },
  };
}

/** The length as a number; null when it is open or unknown. A length that Keras calls open may still be known to be a number. */
export function knownLength(dim: Dim | undefined): number | null {
  if (typeof dim === 'number') return dim;
  return dim !== undefined && isOpen(dim) && typeof dim.formula === 'number' ? dim.formula : null;
}
