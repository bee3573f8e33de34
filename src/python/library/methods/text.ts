/** Python's string methods on known texts, without the machine: what they compute, in JavaScript. */

/** Characters that `str.strip()` and `str.split()` take as white space. */
const SPACE = /[\s\x1c-\x1f\x85]/;

export function strip(text: string, chars: string | undefined, side: 'both' | 'left' | 'right'): string {
  const drop = (char: string): boolean => (chars === undefined ? SPACE.test(char) : chars.includes(char));
  let from = 0;
  let to = text.length;
  if (side !== 'right') while (from < to && drop(text[from])) from++;
  if (side !== 'left') while (to > from && drop(text[to - 1])) to--;
  return text.slice(from, to);
}

/** `split` (from the left) and `rsplit`; `limit` < 0: all. Undefined for an empty separator (ValueError in Python). */
export function split(
  text: string,
  separator: string | undefined,
  limit: number,
  fromRight: boolean,
): string[] | undefined {
  if (separator === '') return undefined;
  if (separator === undefined) {
    const words = text.split(/[\s\x1c-\x1f\x85]+/).filter((word) => word !== '');
    if (limit < 0 || words.length <= limit) return words;
    return fromRight ? splitSpaceRight(text, limit) : splitSpaceLeft(text, limit);
  }
  const parts = text.split(separator);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  if (fromRight)
    return [parts.slice(0, parts.length - limit).join(separator), ...parts.slice(parts.length - limit)];
  return [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

function splitSpaceLeft(text: string, limit: number): string[] {
  const out: string[] = [];
  let rest = strip(text, undefined, 'left');
  for (let i = 0; i < limit; i++) {
    const at = rest.search(SPACE);
    if (at < 0) break;
    out.push(rest.slice(0, at));
    rest = strip(rest.slice(at), undefined, 'left');
  }
  if (rest !== '') out.push(rest);
  return out;
}

function splitSpaceRight(text: string, limit: number): string[] {
  const reverse = (value: string): string => [...value].reverse().join('');
  return splitSpaceLeft(reverse(text), limit).map(reverse).reverse();
}

export function splitLines(text: string, keepEnds: boolean): string[] {
  const lines = text.match(/[^\n\r]*(?:\r\n|\n|\r)|[^\n\r]+$/g) ?? [];
  return keepEnds ? [...lines] : lines.map((line) => line.replace(/(?:\r\n|\n|\r)$/, ''));
}

/** `[start, end]` after Python's clipping of slice bounds. */
export function clip(length: number, start: number | undefined, end: number | undefined): [number, number] {
  const bound = (value: number): number =>
    value < 0 ? Math.max(value + length, 0) : Math.min(value, length);
  return [bound(start ?? 0), bound(end ?? length)];
}

export function find(text: string, wanted: string, start?: number, end?: number, last = false): number {
  const [from, to] = clip(text.length, start, end);
  if (from > to) return -1;
  const part = text.slice(from, to);
  const at = last ? part.lastIndexOf(wanted) : part.indexOf(wanted);
  return at < 0 ? -1 : at + from;
}

export function count(text: string, wanted: string, start?: number, end?: number): number {
  const [from, to] = clip(text.length, start, end);
  const part = text.slice(from, Math.max(from, to));
  return wanted === '' ? part.length + 1 : part.split(wanted).length - 1;
}

export function replace(text: string, from: string, to: string, limit: number): string {
  if (limit < 0) return text.replaceAll(from, () => to);
  let out = '';
  let rest = text;
  for (let i = 0; i < limit; i++) {
    const at = rest.indexOf(from);
    if (at < 0) break;
    out += rest.slice(0, at) + to;
    rest = rest.slice(at + from.length);
    if (from === '') {
      out += rest.slice(0, 1);
      rest = rest.slice(1);
    }
  }
  return out + rest;
}

export function partition(text: string, separator: string, last: boolean): [string, string, string] {
  const at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
  if (at < 0) return last ? ['', '', text] : [text, '', ''];
  return [text.slice(0, at), separator, text.slice(at + separator.length)];
}

export function center(text: string, width: number, fill: string): string {
  const missing = width - text.length;
  if (missing <= 0) return text;
  // CPython puts the odd one left when the width is odd (Objects/unicodeobject.c, unicode_center).
  const left = Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

export function title(text: string): string {
  return text.replace(/\p{L}+/gu, (word) => word[0].toUpperCase() + word.slice(1).toLowerCase());
}

export function swapCase(text: string): string {
  return [...text]
    .map((char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase()))
    .join('');
}

export function zfill(text: string, width: number): string {
  const sign = /^[+-]/.test(text) ? text[0] : '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

export function expandTabs(text: string, size: number): string {
  let column = 0;
  let out = '';
  for (const char of text) {
    if (char === '\t') {
      const spaces = size > 0 ? size - (column % size) : 0;
      out += ' '.repeat(spaces);
      column += spaces;
    } else {
      out += char;
      column = char === '\n' || char === '\r' ? 0 : column + 1;
    }
  }
  return out;
}

/** The `is…` methods: whether a text (never an empty one, save `isascii`) is of a class of characters. */
export const TESTS: Readonly<Record<string, (text: string) => boolean>> = {
  isalnum: (text) => /^[\p{L}\p{N}]+$/u.test(text),
  isalpha: (text) => /^\p{L}+$/u.test(text),
  isascii: (text) => /^[\x00-\x7f]*$/.test(text),
  isdecimal: (text) => /^\p{Nd}+$/u.test(text),
  isdigit: (text) => /^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]+$/u.test(text),
  isidentifier: (text) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text),
  islower: (text) => text === text.toLowerCase() && text !== text.toUpperCase(),
  isnumeric: (text) => /^\p{N}+$/u.test(text),
  isprintable: (text) => !/[\x00-\x1f\x7f]/.test(text),
  isspace: (text) => /^[\s\x1c-\x1f\x85]+$/.test(text),
  istitle: (text) => text === title(text) && /\p{L}/u.test(text),
  isupper: (text) => text === text.toUpperCase() && text !== text.toLowerCase(),
};
