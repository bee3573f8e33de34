/** Takes a feature map apart into channels that can be looked at: planes, strips or bars, with their statistics. Pure arithmetic. */
import type { FeatureMap } from '../../engine/api';
import type { Colormap } from './colormaps';

/** How a map is shown: `vector` (bars), `sequence` (positions × channels), `image`, `volume` (slices of images). */
export type Form = 'vector' | 'sequence' | 'image' | 'volume';

export interface Planes {
  readonly form: Form;
  readonly channels: number;
  /** Slices of a volume; 1 otherwise. */
  readonly depth: number;
  readonly height: number;
  readonly width: number;
  /** The values of one channel (of one slice), row by row. */
  plane(channel: number, slice?: number): Float32Array;
}

/** The first sample of the map. A scalar shows as a vector of one. */
export function planesOf(map: Pick<FeatureMap, 'shape' | 'data' | 'channelAxis'>): Planes {
  const shape = map.shape.slice(1);
  if (shape.length <= 1) {
    const length = shape[0] ?? 1;
    return {
      form: 'vector',
      channels: 1,
      depth: 1,
      height: 1,
      width: length,
      plane: () => map.data.subarray(0, length),
    };
  }
  const channelAxis = Math.max(0, Math.min(shape.length - 1, map.channelAxis - 1));
  const strides = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((product, length) => product * length, 1),
  );
  const spatial = shape.map((_, axis) => axis).filter((axis) => axis !== channelAxis);
  const channels = shape[channelAxis];
  const width = shape[spatial[spatial.length - 1]];
  const height = spatial.length > 1 ? shape[spatial[spatial.length - 2]] : 1;
  // More than three spatial axes: all but the last two are counted through as slices.
  const outer = spatial.slice(0, -2);
  const depth = outer.reduce((product, axis) => product * shape[axis], 1);
  const form: Form = spatial.length === 1 ? 'sequence' : spatial.length === 2 ? 'image' : 'volume';
  const plane = (channel: number, slice = 0): Float32Array => {
    let base = channel * strides[channelAxis];
    let rest = slice;
    for (let k = outer.length - 1; k >= 0; k--) {
      base += (rest % shape[outer[k]]) * strides[outer[k]];
      rest = Math.floor(rest / shape[outer[k]]);
    }
    const stepX = strides[spatial[spatial.length - 1]];
    const stepY = spatial.length > 1 ? strides[spatial[spatial.length - 2]] : 0;
    const out = new Float32Array(height * width);
    for (let y = 0, to = 0; y < height; y++)
      for (let x = 0, from = base + y * stepY; x < width; x++, from += stepX) out[to++] = map.data[from];
    return out;
  };
  return { form, channels, depth, height, width, plane };
}

export interface Statistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Every value the same: the channel tells nothing (of a ReLU: dead). */
  readonly constant: boolean;
  /** Values that are not finite; they take no part in the others. */
  readonly invalid: number;
}

export function statistics(values: Float32Array): Statistics {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let invalid = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) {
      invalid++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const valid = values.length - invalid;
  if (valid === 0) return { min: NaN, max: NaN, mean: NaN, constant: false, invalid };
  return {
    min,
    max,
    mean: sum / valid,
    constant: min === max && invalid === 0 && values.length > 1,
    invalid,
  };
}

/** Counts of finite values in `bins` equal parts of [min, max]. */
export function histogram(values: Float32Array, min: number, max: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  if (!(max > min)) return counts;
  for (const value of values)
    if (Number.isFinite(value))
      counts[Math.min(bins - 1, Math.max(0, Math.floor(((value - min) / (max - min)) * bins)))]++;
  return counts;
}

/** Range to colour by: symmetric about zero for a diverging map. */
export function colourRange(min: number, max: number, symmetric: boolean): [number, number] {
  if (!symmetric) return [min, max];
  const far = Math.max(Math.abs(min), Math.abs(max));
  return [-far, far];
}

/** RGBA pixels of values between `low` and `high`; what is not finite is left transparent, a constant takes the middle. */
export function colourise(
  values: Float32Array,
  low: number,
  high: number,
  map: Colormap,
  into: Uint8ClampedArray,
): void {
  const scale = high > low ? 255 / (high - low) : 0;
  for (let i = 0, o = 0; i < values.length; i++, o += 4) {
    const value = values[i];
    if (!Number.isFinite(value)) {
      into[o] = into[o + 1] = into[o + 2] = into[o + 3] = 0;
      continue;
    }
    const at = 3 * (scale === 0 ? 128 : Math.round(Math.min(255, Math.max(0, (value - low) * scale))));
    into[o] = map[at];
    into[o + 1] = map[at + 1];
    into[o + 2] = map[at + 2];
    into[o + 3] = 255;
  }
}

/** The part of the input that a cell sees along one axis, `[from, to]` inclusive, before cutting at the input's borders: `−P + u·S … −P + u·S + r − 1`. */
export function seenInterval(cell: number, size: number, stride: number, padding: number): [number, number] {
  const from = -padding + cell * stride;
  return [from, from + size - 1];
}
