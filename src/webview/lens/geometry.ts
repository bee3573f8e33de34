/**
 * Which cells a window reads, from the numbers of `AxisWindow` alone (its lengths and pads are made by `keras/geometry.ts`).
 * A convolution's window at output `o` reads `o·s + k·d − p`; a transposed one reads the input stretched by its stride at
 * `o + p − k·d`, where only multiples of the stride hold values (Dumoulin & Visin, 2016, chapter 4).
 */
import type { AxisWindow, Primitive } from '../../graph/graph';

/** One axis with every number known. */
export interface LensAxis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padBefore: number;
  readonly padAfter: number;
  readonly input: number;
  readonly output: number;
  readonly transposed: boolean;
}

/** null when a length or pad is open or unknown. */
export function lensAxis(axis: AxisWindow, transposed: boolean): LensAxis | null {
  const { kernel, stride, dilation, padBefore, padAfter, input, output } = axis;
  if (kernel === null || stride === null || dilation === null || padBefore === null || padAfter === null)
    return null;
  if (typeof input !== 'number' || typeof output !== 'number' || input <= 0 || output <= 0) return null;
  return { kernel, stride, dilation, padBefore, padAfter, input, output, transposed };
}

/** Places along the axis as drawn: of a convolution the input's own (negative: padding), of a transposed one the stretched input's. */
export function tapPlaces(axis: LensAxis, output: number): number[] {
  return Array.from({ length: axis.kernel }, (_, k) =>
    axis.transposed
      ? output + axis.padBefore - k * axis.dilation
      : output * axis.stride + k * axis.dilation - axis.padBefore,
  );
}

/** The input cell at a place, or null where there is padding or a hole between stretched cells. */
export function cellAt(axis: LensAxis, place: number): number | null {
  if (axis.transposed) {
    if (place % axis.stride !== 0) return null;
    const cell = place / axis.stride;
    return cell >= 0 && cell < axis.input ? cell : null;
  }
  return place >= 0 && place < axis.input ? place : null;
}

/** First and last place that any window touches or any input cell has. */
export function placeRange(axis: LensAxis): [number, number] {
  const first = tapPlaces(axis, 0);
  const last = tapPlaces(axis, axis.output - 1);
  const end = axis.transposed ? (axis.input - 1) * axis.stride : axis.input - 1;
  return [Math.min(0, ...first), Math.max(end, ...last)];
}

/** Input cells that feed an output cell, by kernel tap; null: padding or hole. */
export function feeds(axis: LensAxis, output: number): (number | null)[] {
  return tapPlaces(axis, output).map((place) => cellAt(axis, place));
}

/** Output cells that an input cell feeds. */
export function fedBy(axis: LensAxis, cell: number): number[] {
  const found: number[] = [];
  for (let k = 0; k < axis.kernel; k++) {
    const output = axis.transposed
      ? cell * axis.stride + k * axis.dilation - axis.padBefore
      : (cell + axis.padBefore - k * axis.dilation) / axis.stride;
    if (Number.isInteger(output) && output >= 0 && output < axis.output) found.push(output);
  }
  return [...new Set(found)].sort((a, b) => a - b);
}

/** A window of `most` cells around `[from, to]` within `[first, last]`, for drawing a part of a long axis. */
export function cutOut(
  first: number,
  last: number,
  from: number,
  to: number,
  most: number,
): [number, number] {
  const length = Math.max(most, to - from + 1);
  if (last - first + 1 <= length) return [first, last];
  const start = Math.round((from + to) / 2 - (length - 1) / 2);
  const begin = Math.min(last - length + 1, Math.max(first, start));
  return [begin, begin + length - 1];
}

/** The output length worked out, one text per axis (one for all when they agree). */
export function lengthFormula(primitive: Primitive): string[] {
  if (primitive.op !== 'conv' && primitive.op !== 'pool') return [];
  const transposed = primitive.op === 'conv' && primitive.transposed;
  const texts = primitive.axes.flatMap((window) => {
    const axis = lensAxis(window, transposed);
    return axis ? [axisFormula(axis)] : [];
  });
  return texts.every((text) => text === texts[0]) ? texts.slice(0, 1) : texts;
}

function axisFormula(axis: LensAxis): string {
  const span = axis.dilation * (axis.kernel - 1) + 1;
  const kernel = axis.dilation === 1 ? String(axis.kernel) : `(${axis.dilation}·(${axis.kernel} − 1) + 1)`;
  const pads = axis.padBefore + axis.padAfter;
  if (axis.transposed) {
    const plain = (axis.input - 1) * axis.stride + span - pads;
    const rest = axis.output - plain;
    const pad = pads === 0 ? '' : ` − ${pads}`;
    const more = rest === 0 ? '' : rest > 0 ? ` + ${rest}` : ` − ${-rest}`;
    return `(${axis.input} − 1)·${axis.stride} + ${kernel}${pad}${more} = ${axis.output}`;
  }
  const pad =
    pads === 0
      ? ''
      : axis.padBefore === axis.padAfter
        ? ` + 2·${axis.padBefore}`
        : ` + ${axis.padBefore} + ${axis.padAfter}`;
  return `⌊(${axis.input}${pad} − ${kernel})/${axis.stride}⌋ + 1 = ${axis.output}`;
}
