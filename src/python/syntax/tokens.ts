/**
 * Splits Python text into tokens with indentation, tolerant of half-typed code. Written for this grammar rather than
 * taken from an editor's grammar, because values depend on exact precedence and literals (`1.e-5`, `not a or b`).
 */

export const enum T {
  End,
  Newline,
  Indent,
  Dedent,
  Name,
  Number,
  String,
  Op,
  Bad,
}

export interface Tokens {
  readonly kinds: ArrayLike<T>;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Text of names and operators; '' for others. */
  readonly texts: string[];
  readonly comments: { readonly from: number; readonly to: number; readonly trailing: boolean }[];
  readonly problems: { readonly from: number; readonly to: number; readonly message: string }[];
  /** A bracket was never closed: the text is then read again line by line (`recover`). */
  readonly unclosed: boolean;
}

export interface TokenOptions {
  /** Close brackets at a line that is indented no more than the statement they are in. */
  readonly recover?: boolean;
  /** Notebook cell: lines that begin with `%`, `!` or `?` (or end with `?`) are IPython's and are passed over. */
  readonly magics?: boolean;
}

const OPERATORS = [
  '**=',
  '//=',
  '>>=',
  '<<=',
  '...',
  '**',
  '//',
  '>>',
  '<<',
  '<=',
  '>=',
  '==',
  '!=',
  '->',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '@=',
  '&=',
  '|=',
  '^=',
  ':=',
  '<>',
];
const byFirst = new Map<string, string[]>();
for (const op of OPERATORS) byFirst.set(op[0], [...(byFirst.get(op[0]) ?? []), op]);
const SINGLE = new Set('+-*/%@&|^~<>()[]{},:.;=');
const CLOSER: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isNameStart = (c: number): boolean =>
  (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c > 127;
const isNamePart = (c: number): boolean => isNameStart(c) || isDigit(c);

const NUMBER =
  /0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?[jJ]?/y;
const PREFIX = /^(?:[rR]?[bB]|[bB][rR]|[uU]|[fF][rR]?|[rR][fF]?|[tT][rR]?|[rR][tT])$/;

export function tokenize(text: string, options: TokenOptions = {}): Tokens {
  // Typed and grown by hand: on every key press the whole text is read, and growing plain arrays was most of its garbage.
  let kinds = new Uint8Array((text.length >> 2) + 64);
  let starts = new Int32Array(kinds.length);
  let ends = new Int32Array(kinds.length);
  const texts = new Array<string>(kinds.length);
  let count = 0;
  const comments: { from: number; to: number; trailing: boolean }[] = [];
  const problems: { from: number; to: number; message: string }[] = [];
  const indents = [0];
  const brackets: string[] = [];
  const length = text.length;
  let at = 0;
  let unclosed = false;
  /** Indentation of the line on which the current logical line began. */
  let statementIndent = 0;
  let lineHasCode = false;

  const push = (kind: T, from: number, to: number, value = ''): void => {
    if (count === kinds.length) {
      kinds = grown(kinds, Uint8Array);
      starts = grown(starts, Int32Array);
      ends = grown(ends, Int32Array);
      texts.length = kinds.length;
    }
    kinds[count] = kind;
    starts[count] = from;
    ends[count] = to;
    texts[count] = value;
    count++;
  };
  const lineEnd = (from: number): number => {
    let end = from;
    while (end < length && text.charCodeAt(end) !== 10 && text.charCodeAt(end) !== 13) end++;
    return end;
  };
  const comment = (): void => {
    const end = lineEnd(at);
    comments.push({ from: at, to: end, trailing: lineHasCode });
    at = end;
  };
  /** Indentation at the start of a line: its width in columns, and where the text begins. */
  const measure = (from: number): { width: number; at: number } => {
    let width = 0;
    let i = from;
    for (; i < length; i++) {
      const c = text.charCodeAt(i);
      if (c === 32) width++;
      else if (c === 9) width = (Math.floor(width / 8) + 1) * 8;
      else if (c === 12) width = 0;
      else break;
    }
    return { width, at: i };
  };
  const skipNewline = (): void => {
    if (text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) === 10) at += 2;
    else at++;
  };
  const endStatement = (position: number): void => {
    if (lineHasCode) push(T.Newline, position, position);
    lineHasCode = false;
  };

  const startLine = (): void => {
    // Blank lines and comment lines do not count for indentation.
    for (;;) {
      const line = measure(at);
      at = line.at;
      if (at >= length) return;
      const c = text.charCodeAt(at);
      if (c === 10 || c === 13) {
        skipNewline();
        continue;
      }
      if (c === 35) {
        comment();
        continue;
      }
      if (options.magics && isMagic(text, at, lineEnd(at))) {
        at = lineEnd(at);
        while (text[at - 1] === '\\' && at < length) {
          skipNewline();
          at = lineEnd(at);
        }
        continue;
      }
      statementIndent = line.width;
      if (line.width > indents[indents.length - 1]) {
        indents.push(line.width);
        push(T.Indent, at, at);
      } else {
        while (line.width < indents[indents.length - 1]) {
          indents.pop();
          push(T.Dedent, at, at);
        }
        if (line.width > indents[indents.length - 1]) {
          // Dedent to a level that was never opened: half-typed code; read it as belonging to the enclosing block.
          problems.push({ from: at, to: at, message: 'indentation fits no enclosing block' });
        }
      }
      return;
    }
  };

  startLine();
  while (at < length) {
    const c = text.charCodeAt(at);
    if (c === 32 || c === 9 || c === 12 || c === 0xfeff) {
      at++;
      continue;
    }
    if (c === 35) {
      comment();
      continue;
    }
    if (c === 10 || c === 13) {
      const newlineAt = at;
      skipNewline();
      if (brackets.length > 0) {
        if (options.recover) {
          const line = measure(at);
          const next = text[line.at];
          if (next !== undefined && !')]}#\r\n'.includes(next) && line.width <= statementIndent) {
            problems.push({
              from: newlineAt,
              to: newlineAt,
              message: `'${brackets[brackets.length - 1]}' was never closed`,
            });
            brackets.length = 0;
            endStatement(newlineAt);
            startLine();
          }
        }
        continue;
      }
      endStatement(newlineAt);
      startLine();
      continue;
    }
    if (c === 92) {
      const next = text.charCodeAt(at + 1);
      if (next === 10 || next === 13) {
        at++;
        skipNewline();
        continue;
      }
      push(T.Bad, at, at + 1, '\\');
      lineHasCode = true;
      at++;
      continue;
    }
    lineHasCode = true;
    if (isNameStart(c)) {
      let end = at + 1;
      while (end < length && isNamePart(text.charCodeAt(end))) end++;
      const quote = text.charCodeAt(end);
      if ((quote === 34 || quote === 39) && end - at <= 2 && PREFIX.test(text.slice(at, end))) {
        string(at, end);
        continue;
      }
      push(T.Name, at, end, text.slice(at, end));
      at = end;
      continue;
    }
    if (isDigit(c) || (c === 46 && isDigit(text.charCodeAt(at + 1)))) {
      NUMBER.lastIndex = at;
      const end = NUMBER.test(text) ? NUMBER.lastIndex : at + 1;
      push(T.Number, at, end);
      at = end;
      continue;
    }
    if (c === 34 || c === 39) {
      string(at, at);
      continue;
    }
    const char = text[at];
    const longer = longerOperator(text, char, at);
    if (longer !== undefined) {
      push(T.Op, at, at + longer.length, longer === '<>' ? '!=' : longer);
      at += longer.length;
      continue;
    }
    if (SINGLE.has(char)) {
      if (char in CLOSER) brackets.push(char);
      else if ((char === ')' || char === ']' || char === '}') && brackets.length > 0) {
        // A closer that does not fit closes what it can: `foo(a[1)` ends the call.
        const index = lastMatching(brackets, char);
        if (index >= 0) brackets.length = index;
      }
      push(T.Op, at, at + 1, char);
      at++;
      continue;
    }
    push(T.Bad, at, at + 1, char);
    at++;
  }
  if (brackets.length > 0) unclosed = true;
  endStatement(length);
  while (indents.length > 1) {
    indents.pop();
    push(T.Dedent, length, length);
  }
  push(T.End, length, length);
  texts.length = count;
  return {
    kinds: kinds.subarray(0, count) as ArrayLike<number> as ArrayLike<T>,
    starts: starts.subarray(0, count),
    ends: ends.subarray(0, count),
    texts,
    comments,
    problems,
    unclosed,
  };

  function string(from: number, quoteAt: number): void {
    const end = stringEnd(text, quoteAt, /[fFtT]/.test(text.slice(from, quoteAt)));
    if (!end.closed) problems.push({ from, to: end.to, message: 'unterminated string' });
    push(end.closed ? T.String : T.Bad, from, end.to, '');
    at = end.to;
  }
}

function grown<A extends Uint8Array | Int32Array>(array: A, Kind: new (length: number) => A): A {
  const larger = new Kind(array.length * 2);
  larger.set(array);
  return larger;
}

/** The operator of several characters at `at`, if one stands there. */
function longerOperator(text: string, first: string, at: number): string | undefined {
  const candidates = byFirst.get(first);
  if (candidates !== undefined) for (const op of candidates) if (text.startsWith(op, at)) return op;
  return undefined;
}

function lastMatching(brackets: readonly string[], closer: string): number {
  for (let i = brackets.length - 1; i >= 0; i--) if (CLOSER[brackets[i]] === closer) return i;
  return -1;
}

/** Where the string literal whose quote is at `quoteAt` ends; f-strings may hold quotes inside `{}` (Python 3.12). */
export function stringEnd(text: string, quoteAt: number, isFormat: boolean): { to: number; closed: boolean } {
  const quote = text[quoteAt];
  const triple = text.startsWith(quote.repeat(3), quoteAt);
  const close = triple ? quote.repeat(3) : quote;
  let i = quoteAt + close.length;
  let depth = 0;
  while (i < text.length) {
    const c = text[i];
    if (c === '\\') {
      i += text[i + 1] === '\r' && text[i + 2] === '\n' ? 3 : 2;
      continue;
    }
    if (!triple && (c === '\n' || c === '\r')) return { to: i, closed: false };
    if (text.startsWith(close, i)) {
      if (depth === 0 || !closesLater(text, i + close.length, close, triple))
        return { to: i + close.length, closed: true };
      i = stringEnd(text, i, false).to;
      continue;
    }
    if (isFormat) {
      if (c === '{') {
        if (depth === 0 && text[i + 1] === '{') {
          i += 2;
          continue;
        }
        depth++;
      } else if (c === '}' && depth > 0) depth--;
      else if (depth > 0 && (c === '"' || c === "'") && c !== quote) {
        const inner = stringEnd(text, i, false);
        if (inner.closed) {
          i = inner.to;
          continue;
        }
      }
    }
    i++;
  }
  return { to: Math.min(i, text.length), closed: false };
}

/** Inside a replacement field the same quote opens a nested string only if both it and the outer string close later. */
function closesLater(text: string, from: number, close: string, triple: boolean): boolean {
  let count = 0;
  for (let i = from; i < text.length; i++) {
    if (!triple && (text[i] === '\n' || text[i] === '\r')) break;
    if (text[i] === '\\') i++;
    else if (text.startsWith(close, i)) {
      count++;
      i += close.length - 1;
    }
    if (count >= 2) return text.slice(from, i).includes('}');
  }
  return false;
}

function isMagic(text: string, from: number, to: number): boolean {
  const first = text[from];
  if (first === '%' || first === '!' || first === '?') return true;
  let end = to;
  while (end > from && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return text[end - 1] === '?' && /^[\w.%]+\?{1,2}$/.test(text.slice(from, end));
}
