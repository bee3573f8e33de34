/**
 * The reader's language for what the core said in English: problems, reasons of unknowns, titles of fixes. The core keeps
 * English text; the catalogue has each sentence as it stands in the source, with `{0}` for what is put in, under
 * `core:<sentence>`, and a text is told by the sentence that it fits. What is put in may be such a text itself. What a code
 * means is under `code:<code>`. What has no entry stays English.
 */
import { entries, translated } from './words';

/** What a diagnostic's code means, in one line; null in English, or where the language has no line for the code. */
export function headingOf(code: string): string | null {
  return translated(`code:${code}`);
}

/** A text of the core in the reader's language. */
export function coreText(english: string): string {
  return translationOf(english) ?? english;
}

/** The same; null where the catalogue has no sentence that the text fits. */
export function translationOf(english: string): string | null {
  const known = sentences();
  if (known.patterns.length === 0) return null;
  const before = known.answers.get(english);
  if (before !== undefined) return before;
  const text = fitted(known, english);
  if (known.answers.size >= MOST_ANSWERS) known.answers.clear();
  known.answers.set(english, text);
  return text;
}

interface Pattern {
  readonly matches: RegExp;
  /** Numbers of the holes in the order of the English sentence. */
  readonly holes: readonly string[];
  readonly text: string;
  /** Letters that are not holes: the most telling pattern comes first. */
  readonly weight: number;
}

interface Sentences {
  readonly catalogue: ReturnType<typeof entries>;
  readonly patterns: readonly Pattern[];
  /** Texts that were looked up before. */
  readonly answers: Map<string, string | null>;
}

const MOST_ANSWERS = 4000;
let current: Sentences | undefined;

function sentences(): Sentences {
  const catalogue = entries();
  if (current?.catalogue !== catalogue) {
    const patterns = Object.entries(catalogue)
      .filter(([key]) => key.startsWith('core:'))
      .map(([key, text]) => pattern(key.slice('core:'.length), text))
      .sort((a, b) => b.weight - a.weight);
    current = { catalogue, patterns, answers: new Map() };
  }
  return current;
}

function fitted({ patterns }: Sentences, english: string): string | null {
  for (const { matches, holes, text } of patterns) {
    const found = matches.exec(english);
    if (found === null) continue;
    // `{1:word}` is a hole for one word of the core's own, such as `optimizer`; other single words are the program's names.
    return text.replace(/\{(\d+)(:word)?\}/g, (whole, hole: string, word?: string) => {
      const put = found[holes.indexOf(hole) + 1] as string | undefined;
      if (put === undefined) return whole;
      if (word !== undefined) return translated(`word:${put}`) ?? put;
      return / /.test(put) ? coreText(put) : put;
    });
  }
  return null;
}

function pattern(english: string, text: string): Pattern {
  const parts = english.split(/\{\d+\}/);
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return {
    matches: new RegExp(`^${escaped.join('([^]*?)')}$`),
    holes: [...english.matchAll(/\{(\d+)\}/g)].map(([, hole]) => hole),
    text,
    weight: parts.join('').length,
  };
}
