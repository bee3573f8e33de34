/**
 * Sample inputs, all drawn by formula: a photograph-like picture, a digit, a sequence of tokens, a signal, noise. Each is
 * made at the size the model's input has.
 */
import { sizeOf } from './ops';
import type { CustomInput, SampleName } from './api';
import type { Scaling } from './inputs/scaling';
import { normalStream, randomStream } from './weights/random';

export interface SampleRequest {
  readonly shape: readonly number[];
  readonly dtype: string | null;
  /** How many indices an embedding that reads the input knows; null when none does. */
  readonly vocabulary: number | null;
  /** How pixels become numbers. */
  readonly scaling: Scaling;
  readonly seed: number;
}

export interface Sample {
  readonly name: string;
  /** How pixels became numbers, in words; null when it is no picture. */
  readonly scaling: string | null;
  readonly data: Float32Array;
}

/** Which sample suits an input. */
export function chooseSample(request: SampleRequest): Exclude<SampleName, 'auto'> {
  const { shape, dtype, vocabulary } = request;
  if (vocabulary !== null || (dtype !== null && /int|string|bool/.test(dtype) && shape.length <= 3))
    return 'text';
  if (shape.length >= 4) return pictureLayout(shape).channels === 1 ? 'digit' : 'photo';
  if (shape.length === 3) return shape[1] === shape[2] && shape[1] >= 16 ? 'digit' : 'signal';
  if (shape.length === 2 && Number.isInteger(Math.sqrt(shape[1])) && shape[1] >= 400) return 'digit';
  return 'noise';
}

export function makeSample(wanted: SampleName | CustomInput | undefined, request: SampleRequest): Sample {
  const { words } = request.scaling;
  if (typeof wanted === 'object') {
    const scaling = wanted.kind === 'picture' ? words : null;
    return { name: wanted.name, data: custom(wanted, request), scaling };
  }
  const name = wanted === undefined || wanted === 'auto' ? chooseSample(request) : wanted;
  const scaling = name === 'photo' || name === 'digit' ? words : null;
  return { name, data: draw(name, request), scaling };
}

function draw(name: Exclude<SampleName, 'auto'>, request: SampleRequest): Float32Array {
  const { shape, vocabulary, scaling } = request;
  const out = new Float32Array(sizeOf(shape));
  switch (name) {
    case 'photo':
      return drawPicture(out, shape, (u, v, c, t) => scaling.value(photo(u, v, scaling.source(c), t), c));
    case 'digit':
      return drawPicture(out, shape, (u, v, c) => scaling.value(digit(u, v), c));
    case 'text':
      return drawTokens(out, shape, vocabulary ?? 1000);
    case 'signal':
      return drawSignal(out, shape, request.seed);
    case 'noise': {
      const normal = normalStream(randomStream(`sample/${request.seed}`));
      return vocabulary === null ? out.map(normal) : drawTokens(out, shape, vocabulary);
    }
    case 'zeros':
      return out;
    case 'impulse':
      return drawPicture(out, shape, (_u, _v, c, _t, centre) => (centre ? scaling.value(1, c) : 0));
  }
}

interface PictureLayout {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Offset of an element. */
  at(item: number, frame: number, y: number, x: number, c: number): number;
}

/** Reads `[n, (t,) h, w, c]` or channels-first `[n, c, (t,) h, w]`; flat and two-dimensional inputs count as one channel. */
function pictureLayout(shape: readonly number[]): PictureLayout {
  if (shape.length === 2) {
    const side = Math.round(Math.sqrt(shape[1]));
    const width = side * side === shape[1] ? side : shape[1];
    return {
      frames: 1,
      height: shape[1] / width,
      width,
      channels: 1,
      at: (item, _t, y, x) => item * shape[1] + y * width + x,
    };
  }
  if (shape.length === 3)
    return {
      frames: 1,
      height: shape[1],
      width: shape[2],
      channels: 1,
      at: (item, _t, y, x) => (item * shape[1] + y) * shape[2] + x,
    };
  const last = shape.length - 1;
  const first = shape[1] <= 4 && shape[last] > 4;
  const channels = first ? shape[1] : shape[last];
  const spatial = first ? shape.slice(2) : shape.slice(1, last);
  const [height, width] = spatial.slice(-2);
  const frames = sizeOf(spatial.slice(0, -2));
  return {
    frames,
    height,
    width,
    channels,
    at: (item, t, y, x, c) =>
      first
        ? (((item * channels + c) * frames + t) * height + y) * width + x
        : (((item * frames + t) * height + y) * width + x) * channels + c,
  };
}

type Painter = (u: number, v: number, channel: number, time: number, centre: boolean) => number;

/** Fills every frame; u, v run over [0, 1) from the top left, four samples averaged per pixel. */
function drawPicture(out: Float32Array, shape: readonly number[], paint: Painter): Float32Array {
  const layout = pictureLayout(shape);
  const items = shape[0];
  for (let item = 0; item < items; item++) {
    for (let t = 0; t < layout.frames; t++) {
      for (let y = 0; y < layout.height; y++) {
        for (let x = 0; x < layout.width; x++) {
          const centre = y === Math.floor(layout.height / 2) && x === Math.floor(layout.width / 2);
          for (let c = 0; c < layout.channels; c++) {
            let sum = 0;
            for (let k = 0; k < 4; k++)
              sum += paint(
                (x + 0.25 + 0.5 * (k % 2)) / layout.width,
                (y + 0.25 + 0.5 * (k >> 1)) / layout.height,
                c,
                t / layout.frames + item,
                centre,
              );
            out[layout.at(item, t, y, x, c)] = sum / 4;
          }
        }
      }
    }
  }
  return out;
}

const smooth = (low: number, high: number, x: number): number => {
  const t = Math.min(1, Math.max(0, (x - low) / (high - low)));
  return t * t * (3 - 2 * t);
};
const mix = (a: number, b: number, t: number): number => a + (b - a) * t;

/** Repeatable noise on a grid, smoothed between its points. */
function valueNoise(x: number, y: number): number {
  const xi = Math.floor(x);
  const yi = Math.floor(y);
  const corner = (dx: number, dy: number): number => {
    const h = Math.imul((xi + dx) * 374761393 + (yi + dy) * 668265263, 1274126177);
    return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
  };
  const fx = smooth(0, 1, x - xi);
  const fy = smooth(0, 1, y - yi);
  return mix(mix(corner(0, 0), corner(1, 0), fx), mix(corner(0, 1), corner(1, 1), fx), fy);
}

/** A landscape: sky with clouds and a sun, hills, a house with a red roof, a tree, a fence. Value in [0, 1] of channel c. */
function photo(u: number, v: number, channel: number, time: number): number {
  const c = channel % 3;
  const pick = (r: number, g: number, b: number): number => (c === 0 ? r : c === 1 ? g : b);
  const drift = u + 0.15 * (time % 1);
  let value = mix(pick(0.36, 0.6, 0.9), pick(0.85, 0.91, 0.97), v / 0.6);
  const cloud =
    smooth(0.5, 0.75, 0.6 * valueNoise(drift * 5, v * 9) + 0.4 * valueNoise(drift * 13, v * 23)) *
    smooth(0.5, 0.15, v);
  value = mix(value, pick(0.98, 0.98, 0.99), cloud);
  const sun = Math.hypot(u - 0.78, (v - 0.18) * 0.95);
  value = mix(value, pick(1, 0.92, 0.55), smooth(0.09, 0.075, sun));
  const hill = 0.52 + 0.06 * Math.sin(u * 5 + 0.6) + 0.03 * Math.sin(u * 13);
  if (v > hill) value = pick(0.35, 0.5, 0.38) * (0.8 + 0.3 * valueNoise(u * 30, v * 30));
  const meadow = 0.68 + 0.03 * Math.sin(u * 4 + 2);
  if (v > meadow) value = pick(0.33, 0.58, 0.2) * (0.7 + 0.5 * valueNoise(u * 70, v * 35));
  if (u > 0.2 && u < 0.48 && v > 0.52 && v < 0.8) {
    value = pick(0.86, 0.78, 0.64) * (0.93 + 0.07 * Math.sign(Math.sin(v * 160)));
    const inWindow = (Math.abs(u - 0.27) < 0.03 || Math.abs(u - 0.41) < 0.03) && Math.abs(v - 0.63) < 0.04;
    if (inWindow)
      value =
        Math.abs(v - 0.63) < 0.004 || Math.abs(((u - 0.27) % 0.14) + 0) < 0.003
          ? 0.95
          : pick(0.22, 0.3, 0.42);
    if (Math.abs(u - 0.34) < 0.025 && v > 0.68) value = pick(0.4, 0.24, 0.14);
  }
  const roof = 0.52 - 0.16 * (1 - Math.abs(u - 0.34) / 0.18);
  if (v > roof && v < 0.53 && Math.abs(u - 0.34) < 0.18)
    value = pick(0.68, 0.22, 0.16) * (0.85 + 0.15 * Math.sign(Math.sin(u * 220 + Math.floor(v * 60) * 1.6)));
  if (Math.abs(u - 0.72) < 0.018 && v > 0.58 && v < 0.84) value = pick(0.33, 0.22, 0.13);
  const crown = Math.hypot((u - 0.72) / 0.13, (v - 0.5) / 0.15) + 0.25 * (valueNoise(u * 25, v * 25) - 0.5);
  if (crown < 0.95) value = pick(0.16, 0.42, 0.14) * (0.65 + 0.7 * valueNoise(u * 45, v * 45));
  if (v > 0.82 && v < 0.94 && (u * 14) % 1 < 0.28) value = pick(0.93, 0.92, 0.88);
  if (Math.abs(v - 0.87) < 0.008) value = pick(0.9, 0.89, 0.85);
  return value;
}

/** A handwritten-looking three, white on black, in [0, 1]. */
function digit(u: number, v: number): number {
  const arc = (cx: number, cy: number, rx: number, ry: number, from: number, to: number): number => {
    let best = 9;
    for (let k = 0; k <= 24; k++) {
      const angle = from + ((to - from) * k) / 24;
      best = Math.min(best, Math.hypot(u - cx - rx * Math.cos(angle), v - cy - ry * Math.sin(angle)));
    }
    return best;
  };
  const slant = 0.06 * (0.5 - v);
  const upper = arc(0.48 + slant, 0.33, 0.17, 0.14, -2.6, 1.5);
  const lower = arc(0.49 + slant, 0.64, 0.21, 0.17, -1.5, 2.6);
  return smooth(0.062, 0.034, Math.min(upper, lower));
}

/** A sentence of common words as ranks in a vocabulary, as long as the input: no zeros, which stand for padding that masks would skip. */
function drawTokens(out: Float32Array, shape: readonly number[], vocabulary: number): Float32Array {
  const sentence = [
    14, 22, 16, 43, 530, 973, 1622, 1385, 65, 458, 4468, 66, 3941, 4, 173, 36, 256, 5, 25, 100, 43, 838, 112,
    50, 670, 2, 9, 35, 480, 284, 5, 150,
  ];
  const length = shape[shape.length - 1];
  for (let i = 0; i < out.length; i++) {
    const at = i % length;
    const token = sentence[at % sentence.length] + Math.floor(at / sentence.length) * 7;
    out[i] = vocabulary <= 1 ? 0 : 1 + (token % (vocabulary - 1));
  }
  return out;
}

/** `[n, steps, features]`: a rising tone, a slow wave, a step and a little noise; features are phase-shifted copies. */
function drawSignal(out: Float32Array, shape: readonly number[], seed: number): Float32Array {
  const features = shape.length > 2 ? shape[shape.length - 1] : 1;
  const steps = shape.length > 2 ? shape[shape.length - 2] : shape[shape.length - 1];
  const normal = normalStream(randomStream(`signal/${seed}`));
  for (let i = 0; i < out.length; i++) {
    const f = i % features;
    const t = (Math.floor(i / features) % steps) / steps;
    const chirp = Math.sin(2 * Math.PI * (3 * t + 14 * t * t) + f * 0.7);
    out[i] =
      0.6 * chirp * Math.exp(-1.2 * (t - 0.5) ** 2) +
      0.3 * Math.sin(2 * Math.PI * 1.5 * t + f) +
      (t > 0.7 && f % 2 === 0 ? 0.4 : 0) +
      0.05 * normal();
  }
  return out;
}

/** The user's own input at the model's size: exact values as they are, a picture by linear resizing that reads every pixel. */
function custom(input: CustomInput, request: SampleRequest): Float32Array {
  const { shape, scaling } = request;
  const out = new Float32Array(sizeOf(shape));
  if (input.kind === 'values') {
    if (!fits(input.shape, shape) || input.data.length !== out.length)
      throw new Error(
        `“${input.name}” has the shape (${input.shape.join(', ')}); the input needs (${shape.join(', ')})`,
      );
    return Float32Array.from(input.data);
  }
  if (shape.length < 4 && request.vocabulary !== null)
    throw new Error(`“${input.name}” is a picture; the input (${shape.join(', ')}) takes words by number`);
  if (shape.length < 2 || shape[shape.length - 1] * shape[1] < 2)
    throw new Error(`“${input.name}” is a picture; the input (${shape.join(', ')}) has no room for one`);
  const grey = pictureLayout(shape).channels === 1;
  const { height, width } = pictureLayout(shape);
  const small = resizePicture(input, width, height);
  return drawPixels(out, shape, (x, y, channel) => {
    const at = (y * width + x) * 3;
    const brightness = grey
      ? 0.299 * small[at] + 0.587 * small[at + 1] + 0.114 * small[at + 2]
      : small[at + scaling.source(channel)];
    return scaling.value(brightness, channel);
  });
}

/** Equal but for axes of length 1 (a missing batch axis, a missing single channel). */
function fits(given: readonly number[], wanted: readonly number[]): boolean {
  const long = (shape: readonly number[]): string => shape.filter((length) => length !== 1).join();
  return long(given) === long(wanted);
}

/** Red, green and blue in 0…1: each pixel of the result is the mean of the rectangle it covers; transparent parts are black. */
function resizePicture(
  {
    width,
    height,
    rgba,
  }: { readonly width: number; readonly height: number; readonly rgba: ArrayLike<number> },
  toWidth: number,
  toHeight: number,
): Float32Array {
  const rows = spans(height, toHeight);
  const columns = spans(width, toWidth);
  const wide = new Float32Array(height * toWidth * 3);
  for (let y = 0; y < height; y++) {
    columns.forEach((span, x) => {
      for (const [from, weight] of span) {
        const at = (y * width + from) * 4;
        const share = (weight * (rgba[at + 3] / 255)) / 255;
        for (let c = 0; c < 3; c++) wide[(y * toWidth + x) * 3 + c] += rgba[at + c] * share;
      }
    });
  }
  const out = new Float32Array(toHeight * toWidth * 3);
  rows.forEach((span, y) => {
    for (const [from, weight] of span)
      for (let i = 0; i < toWidth * 3; i++) out[y * toWidth * 3 + i] += wide[from * toWidth * 3 + i] * weight;
  });
  return out;
}

/** Which of `from` cells each of `to` cells is the mean of: triangles of at least one cell's width, as when resizing linearly. */
function spans(from: number, to: number): (readonly [number, number])[][] {
  const scale = from / to;
  const radius = Math.max(1, scale);
  return Array.from({ length: to }, (_, o) => {
    const centre = (o + 0.5) * scale - 0.5;
    const cells: [number, number][] = [];
    let total = 0;
    const first = Math.max(0, Math.ceil(centre - radius));
    for (let i = first; i <= Math.min(from - 1, Math.floor(centre + radius)); i++) {
      const weight = Math.max(0, 1 - Math.abs(i - centre) / radius);
      if (weight > 0) cells.push([i, weight]);
      total += weight;
    }
    return cells.map(([i, weight]) => [i, weight / total] as const);
  });
}

/** Fills every frame from pixels. */
function drawPixels(
  out: Float32Array,
  shape: readonly number[],
  pixel: (x: number, y: number, channel: number) => number,
): Float32Array {
  const layout = pictureLayout(shape);
  for (let item = 0; item < shape[0]; item++)
    for (let t = 0; t < layout.frames; t++)
      for (let y = 0; y < layout.height; y++)
        for (let x = 0; x < layout.width; x++)
          for (let c = 0; c < layout.channels; c++) out[layout.at(item, t, y, x, c)] = pixel(x, y, c);
  return out;
}
