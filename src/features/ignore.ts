/** The edit that keeps a finding quiet on its line, for those who know better. */
import type { Analysis } from '../analysis/analysis';
import type { EditorDiagnostic } from './diagnostics';

export interface IgnoreEdit {
  /** Offsets in the cell (or file). */
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const IGNORED = /#\s*convlens:\s*ignore\s*\[([^\]]*)\]/;

/** Adds the code to the line's `# convlens: ignore[…]` comment; null where a comment would break the line. */
export function ignoreEdit(
  { program }: Analysis,
  cell: number,
  { code, from }: Pick<EditorDiagnostic, 'code' | 'from'>,
): IgnoreEdit | null {
  const { lines } = program.cells[cell];
  const { line } = lines.position(from);
  const text = lines.lineText(line);
  const found = IGNORED.exec(text);
  if (found !== null) {
    const end = lines.lineStart(line) + found.index + found[0].length - 1;
    return { from: end, to: end, text: found[1].trim() === '' ? code : `, ${code}` };
  }
  // Behind a backslash nothing may stand, and what an open string holds is no comment.
  if (/\\$/.test(text) || (text.match(/"""|'''/g)?.length ?? 0) % 2 === 1) return null;
  const end = lines.lineStart(line) + text.trimEnd().length;
  return { from: end, to: lines.lineEnd(line), text: `  # convlens: ignore[${code}]` };
}
