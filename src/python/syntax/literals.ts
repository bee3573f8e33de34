/** Values of number and string literals, and the parts of an f-string. */
import { float, int, str, unknown, type Value } from '../values';

/** `1_000`, `0x1F`, `1.e-5`; complex numbers and ints beyond 2^53 are unknown. */
export function numberValue(source: string): Value {
  const text = source.replaceAll('_', '');
  if (/[jJ]$/.test(text)) return unknown('complex numbers are not followed', null, 'complex');
  if (/^0[xXbBoO]/.test(text)) return intValue(Number(text));
  if (/[.eE]/.test(text)) return float(Number(text));
  return intValue(Number(text));
}

function intValue(value: number): Value {
  return Number.isSafeInteger(value) ? int(value) : unknown('an integer beyond 2^53', null, 'int');
}

export interface Literal {
  readonly prefix: string;
  /** Offsets of the text between the quotes. */
  readonly from: number;
  readonly to: number;
}

/** Takes a string token apart. */
export function openLiteral(text: string, from: number, to: number): Literal {
  let quoteAt = from;
  while (text[quoteAt] !== '"' && text[quoteAt] !== "'") quoteAt++;
  const triple = text.startsWith(text[quoteAt].repeat(3), quoteAt) && to - quoteAt >= 6;
  const width = triple ? 3 : 1;
  return { prefix: text.slice(from, quoteAt).toLowerCase(), from: quoteAt + width, to: to - width };
}

export function literalValue(text: string, literal: Literal): Value {
  const body = normaliseNewlines(text.slice(literal.from, literal.to));
  const decoded = literal.prefix.includes('r') ? body : unescape(body, literal.prefix.includes('b'));
  return literal.prefix.includes('b') ? { kind: 'bytes', value: decoded } : str(decoded);
}

const normaliseNewlines = (body: string): string =>
  body.includes('\r') ? body.replace(/\r\n?/g, '\n') : body;

const SIMPLE: Record<string, string> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const ESCAPE =
  /\\(?:(\n|[\\'"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]*)\})/g;

export function unescape(body: string, bytes = false): string {
  if (!body.includes('\\')) return body;
  return body.replace(
    ESCAPE,
    (all: string, simple?: string, octal?: string, hex?: string, u4?: string, u8?: string) => {
      if (simple !== undefined) return SIMPLE[simple];
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      if (bytes) return all;
      const code = u4 ?? u8;
      if (code === undefined) return '\ufffd';
      const point = parseInt(code, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
    },
  );
}

export type FormatPart =
  | { readonly kind: 'text'; readonly value: string }
  | {
      readonly kind: 'field';
      /** Offsets of the expression, of the whole field with its braces, and of the format spec. */
      readonly expr: readonly [number, number];
      readonly whole: readonly [number, number];
      readonly conversion: '' | 's' | 'r' | 'a';
      readonly spec: readonly [number, number] | null;
      readonly selfDoc: string | null;
    };

/** Splits the inside of an f-string (or of a format spec) at its replacement fields. */
export function splitFormat(text: string, from: number, to: number, raw: boolean): FormatPart[] {
  const parts: FormatPart[] = [];
  let pending = '';
  let i = from;
  const flush = (): void => {
    if (pending !== '') {
      const body = normaliseNewlines(pending);
      parts.push({ kind: 'text', value: raw ? body : unescape(body) });
    }
    pending = '';
  };
  while (i < to) {
    const c = text[i];
    if ((c === '{' || c === '}') && text[i + 1] === c && i + 1 < to) {
      pending += c;
      i += 2;
    } else if (c === '\\' && !raw) {
      const named = text.startsWith('N{', i + 1) ? text.indexOf('}', i) : -1;
      const end = named >= 0 && named < to ? named + 1 : i + 2;
      pending += text.slice(i, end);
      i = end;
    } else if (c === '{') {
      flush();
      const field = readField(text, i, to);
      parts.push(field);
      i = field.whole[1];
    } else {
      pending += c;
      i++;
    }
  }
  flush();
  return parts;
}

function readField(text: string, open: number, limit: number): FormatPart & { kind: 'field' } {
  let i = open + 1;
  let depth = 0;
  let lambda = false;
  for (; i < limit; i++) {
    const c = text[i];
    if (c === "'" || c === '"') {
      const width = text.startsWith(c.repeat(3), i) ? 3 : 1;
      const close = text.indexOf(c.repeat(width), i + width);
      i = close < 0 || close >= limit ? limit : close + width - 1;
    } else if (c === '(' || c === '[' || c === '{') depth++;
    else if (c === ')' || c === ']') depth--;
    else if (c === '}') {
      if (depth === 0) break;
      depth--;
    } else if (depth === 0 && c === '!' && text[i + 1] !== '=') break;
    else if (depth === 0 && c === ':') {
      if (!lambda) break;
    } else if (c === 'l' && /^lambda\b/.test(text.slice(i, i + 7))) lambda = true;
  }
  let exprEnd = i;
  let selfDoc: string | null = null;
  const written = text.slice(open + 1, exprEnd);
  const equals = /=\s*$/.exec(written);
  if (equals !== null && !/[=!<>]=\s*$/.test(written)) {
    selfDoc = written;
    exprEnd = open + 1 + equals.index;
  }
  let conversion: '' | 's' | 'r' | 'a' = '';
  if (text[i] === '!') {
    const letter = text[i + 1];
    if (letter === 's' || letter === 'r' || letter === 'a') conversion = letter;
    i += 2;
  }
  let spec: readonly [number, number] | null = null;
  if (text[i] === ':' && i < limit) {
    const specFrom = i + 1;
    let nested = 0;
    for (i = specFrom; i < limit; i++) {
      if (text[i] === '{') nested++;
      else if (text[i] === '}') {
        if (nested === 0) break;
        nested--;
      }
    }
    spec = [specFrom, i];
  }
  return {
    kind: 'field',
    expr: [open + 1, exprEnd],
    whole: [open, Math.min(i + 1, limit)],
    conversion,
    spec,
    selfDoc,
  };
}
