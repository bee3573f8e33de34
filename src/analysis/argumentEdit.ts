/** Text edits of a call's arguments, from the source text and the ranges that interpretation kept. */
import type { SourceRange } from '../graph/graph';
import type { TextEdit } from './diagnostic';
import type { ProgramText } from './program';

/** True when the range lies in the text that can be edited. */
export function ownRange(program: ProgramText, range: SourceRange | undefined | null): range is SourceRange {
  return (
    range !== undefined && range !== null && range.file === program.path && range.to <= program.text.length
  );
}

/** Adds `name=value` to the call that begins at the range; null when its parentheses are not found. */
export function addKeyword(program: ProgramText, call: SourceRange, argument: string): TextEdit[] | null {
  const open = program.text.indexOf('(', call.from);
  const close = open < 0 || open >= call.to ? null : matching(program.text, open);
  if (close === null) return null;
  const before = endOfCode(program.text, open, close);
  const last = program.text[before - 1];
  const lead = last === '(' ? '' : last === ',' ? ' ' : ', ';
  return [{ file: program.path, from: before, to: before, text: lead + argument }];
}

/** Where the last code before `close` ends: white space and comments after it are passed over. */
function endOfCode(text: string, open: number, close: number): number {
  let end = open + 1;
  for (let i = open + 1; i < close; i++) {
    if (text[i] === '#') i = lineEnd(text, i);
    else if (text[i] === '"' || text[i] === "'") end = (i = stringEnd(text, i)) + 1;
    else if (!/\s/.test(text[i])) end = i + 1;
  }
  return end;
}

/** The bracket that closes the one at `open`, strings and comments skipped; null when the text ends before. */
export function matching(text: string, open: number): number | null {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const char = text[i];
    if (char === '#') i = lineEnd(text, i);
    else if (char === '"' || char === "'") i = stringEnd(text, i);
    else if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char) && --depth === 0) return i;
  }
  return null;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Index of the last character of the string literal that begins at `at`. */
function stringEnd(text: string, at: number): number {
  const quote = text.startsWith(text[at].repeat(3), at) ? text[at].repeat(3) : text[at];
  let i = at + quote.length;
  while (i < text.length && !text.startsWith(quote, i)) i += text[i] === '\\' ? 2 : 1;
  return i + quote.length - 1;
}
