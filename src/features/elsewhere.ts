/**
 * The reader's language for words that the analysis made in English: what a code means, titles of fixes, names of related
 * places. Their catalogue entries begin with `code:`, `fix:` and `related:`; what has none stays as it is.
 */
import { entries, translated } from './words';

/** What a diagnostic's code means, in one line; null in English, or where the language has no line for the code. */
export function headingOf(code: string): string | null {
  return translated(`code:${code}`);
}

export function relatedText(message: string): string {
  return translated(`related:${message}`) ?? message;
}

interface Pattern {
  readonly matches: RegExp;
  /** Numbers of the holes in the order of the English title. */
  readonly holes: readonly string[];
  readonly text: string;
  /** Letters that are not holes: the most telling pattern comes first. */
  readonly weight: number;
}

let patterns: readonly Pattern[] | undefined;
let patternsOf: ReturnType<typeof entries> | undefined;

/** A fix's title; its names and numbers are found by the English pattern of the catalogue (`fix:Rename to {0}`). */
export function titleText(title: string): string {
  for (const { matches, holes, text } of fixPatterns()) {
    const found = matches.exec(title);
    if (found === null) continue;
    return text.replace(/\{(\d+)\}/g, (whole, hole: string) => found[holes.indexOf(hole) + 1] ?? whole);
  }
  return title;
}

function fixPatterns(): readonly Pattern[] {
  const catalogue = entries();
  if (patterns === undefined || patternsOf !== catalogue) {
    patternsOf = catalogue;
    patterns = Object.entries(catalogue)
      .filter(([key]) => key.startsWith('fix:'))
      .map(([key, text]) => pattern(key.slice('fix:'.length), text))
      .sort((a, b) => b.weight - a.weight);
  }
  return patterns;
}

function pattern(english: string, text: string): Pattern {
  const parts = english.split(/\{\d+\}/);
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return {
    matches: new RegExp(`^${escaped.join('([^]+?)')}$`),
    holes: [...english.matchAll(/\{(\d+)\}/g)].map(([, hole]) => hole),
    text,
    weight: parts.join('').length,
  };
}
