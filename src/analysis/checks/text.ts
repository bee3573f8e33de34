/** Small readers of argument texts for fixes: elements of a written tuple or list, divisors, shapes. */
import { matching } from '../argumentEdit';
import { isUnknown, type Shape } from '../../graph/graph';

export interface Element {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Elements of `( … )` or `[ … ]` in `text`, with offsets in it; null when it is no bracketed list. */
export function elementsOf(text: string): Element[] | null {
  const open = text.search(/\S/);
  if (open < 0 || !'(['.includes(text[open])) return null;
  const close = matching(text, open);
  if (close === null || text.slice(close + 1).trim() !== '') return null;
  return splitTop(text, open + 1, close, ',');
}

/** Parts of `text[from, to)` at `separator`s outside brackets and strings, trimmed; empty parts are left out. */
export function splitTop(text: string, from: number, to: number, separator: string): Element[] {
  const parts: Element[] = [];
  let start = from;
  const push = (end: number): void => {
    const raw = text.slice(start, end);
    const trimmed = raw.trim();
    if (trimmed === '') return;
    const lead = raw.length - raw.trimStart().length;
    parts.push({ from: start + lead, to: start + lead + trimmed.length, text: trimmed });
  };
  for (let i = from; i < to; i++) {
    const char = text[i];
    if ('([{'.includes(char)) {
      i = matching(text, i) ?? to;
    } else if (char === '"' || char === "'") {
      const end = text.indexOf(char, i + 1);
      i = end < 0 ? to : end;
    } else if (char === separator) {
      push(i);
      start = i + 1;
    }
  }
  push(to);
  return parts;
}

/** Lengths without the batch axis; null when one is not a number. */
export function lengthsOf(shape: Shape | undefined): number[] | null {
  if (shape === undefined || isUnknown(shape)) return null;
  const lengths = shape.slice(1);
  return lengths.every((length): length is number => typeof length === 'number') ? lengths : null;
}

/** The divisor of `value` nearest to `wanted`, the smaller of two equally near. */
export function nearestDivisor(value: number, wanted: number): number {
  let best = 1;
  for (let divisor = 1; divisor <= value; divisor++) {
    if (value % divisor === 0 && Math.abs(divisor - wanted) < Math.abs(best - wanted)) best = divisor;
  }
  return best;
}

export function quoteLike(source: string, text: string): string {
  const quote = source.trimStart()[0] === "'" ? "'" : '"';
  return quote + text + quote;
}

export function tuple(lengths: readonly (number | string)[]): string {
  return lengths.length === 1 ? `(${lengths[0]},)` : `(${lengths.join(', ')})`;
}
