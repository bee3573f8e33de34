// Helpers for feature tests: analyse a text, find a place in it by a marker.
import { analyze, type Analysis, type MendableAnalysis } from '../../src/features';

export function analyse(text: string, files: Readonly<Record<string, string>> = {}): MendableAnalysis {
  return analyze(
    { path: 'main.py', text },
    { reader: { read: (path) => files[path] }, searchPath: ['.', ''] },
  );
}

/** The text without its one `‸`, and where that stood. */
export function marked(text: string): { readonly text: string; readonly offset: number } {
  const offset = text.indexOf('‸');
  if (offset < 0) throw new Error('the text has no ‸');
  return { text: text.replace('‸', ''), offset };
}

/** Line (from 1) of an offset. */
export function lineOf(analysis: Analysis, offset: number): number {
  return analysis.program.position(offset).line + 1;
}
