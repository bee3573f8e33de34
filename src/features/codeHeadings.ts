/** What a diagnostic's code means, in one line of the reader's language: stands over an explanation whose details are in English. */
import { isForeign, translated } from './words';

/** Null where the reader's language is English, or has no line for the code. */
export function headingOf(code: string): string | null {
  return isForeign() ? translated(`code:${code}`) : null;
}
