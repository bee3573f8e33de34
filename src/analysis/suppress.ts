/** `# convlens: ignore` and `# convlens: ignore[code, code]` comments: on the line itself, or alone on the line before. */
import type { LineIndex } from './lineIndex';

const COMMENT = /#\s*convlens:\s*ignore(?:\s*\[([^\]]*)\])?/;
const FILE_COMMENT = /^\s*#\s*convlens:\s*ignore-file(?:\s*\[([^\]]*)\])?/m;

export interface Suppressions {
  /** Whether the finding `code` that begins in `line` (from 0) and ends in `endLine` is to be kept quiet. */
  ignores(code: string, line: number, endLine: number): boolean;
}

export function suppressions(text: string, lines: LineIndex): Suppressions {
  if (!text.includes('convlens:')) return { ignores: () => false };
  const byLine = new Map<number, ReadonlySet<string> | 'all'>();
  for (let line = 0; line < lines.lineCount; line++) {
    const found = COMMENT.exec(lines.lineText(line));
    if (!found || /ignore-file/.test(found[0])) continue;
    const codes = found[1] === undefined ? 'all' : codeSet(found[1]);
    byLine.set(line, codes);
    if (/^\s*#/.test(lines.lineText(line))) byLine.set(line + 1, codes);
  }
  const whole = FILE_COMMENT.exec(text);
  const wholeCodes = whole === null ? null : whole[1] === undefined ? ('all' as const) : codeSet(whole[1]);
  const holds = (codes: ReadonlySet<string> | 'all' | null | undefined, code: string): boolean =>
    codes === 'all' || (codes instanceof Set && codes.has(code));
  return {
    ignores(code, line, endLine) {
      if (holds(wholeCodes, code)) return true;
      for (let at = line; at <= endLine; at++) if (holds(byLine.get(at), code)) return true;
      return false;
    },
  };
}

function codeSet(text: string): Set<string> {
  return new Set(text.split(',').map((code) => code.trim()));
}
