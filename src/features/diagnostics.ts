/** Diagnostics of one cell (or file) with offsets in it, after the user's severities. */
import type { Analysis } from '../analysis/analysis';
import type { Finding, Fix, Severity } from '../analysis/diagnostic';
import { ADVICE } from '../analysis/checks/advice';
import type { SourceRange } from '../graph/graph';
import { coreText, headingOf, translationOf } from './elsewhere';
import { t } from './words';

export type SeveritySetting = Severity | 'off';

export interface EditorDiagnostic {
  readonly code: string;
  readonly severity: Severity;
  /** Plain words, then Keras' own sentence. */
  readonly message: string;
  readonly from: number;
  readonly to: number;
  readonly related: readonly EditorRelated[];
  /** What it was made of, for fixes. */
  readonly source: Finding;
}

export interface EditorRelated {
  readonly file: string;
  /** Cell of the analysed program, null for a place in another file. */
  readonly cell: number | null;
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

export interface EditorFix {
  readonly title: string;
  readonly code: string;
  readonly edits: readonly {
    readonly file: string;
    readonly cell: number;
    readonly from: number;
    readonly to: number;
    readonly text: string;
  }[];
  /** The first fix of its diagnostic. */
  readonly preferred: boolean;
  readonly diagnostic: EditorDiagnostic;
}

export function diagnostics(
  analysis: Analysis,
  options: { readonly cell?: number; readonly severity?: Readonly<Record<string, SeveritySetting>> } = {},
): EditorDiagnostic[] {
  const { program } = analysis;
  const found: EditorDiagnostic[] = [];
  const settings = options.severity ?? {};
  // Advice is worked out only when some of it is asked for.
  const asked = ADVICE.some((piece) => !piece.on && (settings[piece.code] ?? 'off') !== 'off')
    ? analysis.advice.filter(({ code }) => settings[code] !== undefined)
    : [];
  for (const diagnostic of [...analysis.diagnostics, ...asked]) {
    const setting = settings[diagnostic.code];
    if (setting === 'off') continue;
    const from = program.place(diagnostic.range.from);
    if (from.cell !== (options.cell ?? 0)) continue;
    found.push({
      code: diagnostic.code,
      severity: setting ?? diagnostic.severity,
      message: messageOf(diagnostic),
      from: from.offset,
      to: Math.max(from.offset, diagnostic.range.to - program.cells[from.cell].from),
      related: diagnostic.related.map(({ range, message }) => ({
        ...placed(analysis, range),
        message: coreText(message),
      })),
      source: diagnostic,
    });
  }
  return found;
}

export function messageOf(diagnostic: Finding): string {
  // Python's own sentence may follow the core's.
  const [said, ...python] = diagnostic.message.split('\n');
  const own = translationOf(said);
  const heading = own === null ? headingOf(diagnostic.code) : null;
  const lines = [...(heading === null ? [] : [heading]), own ?? said, ...python];
  if (diagnostic.probed)
    lines.push(t('(found by running this code with assumed arguments: nothing calls it here)'));
  if (diagnostic.keras !== null) lines.push(`Keras: ${diagnostic.keras}`);
  return lines.join('\n');
}

function placed(analysis: Analysis, range: SourceRange): Omit<EditorRelated, 'message'> {
  if (range.file !== analysis.program.path)
    return { file: range.file, cell: null, from: range.from, to: range.to };
  const { cell, offset } = analysis.program.place(range.from);
  return { file: range.file, cell, from: offset, to: offset + range.to - range.from };
}

/** Fixes of a diagnostic, best first, as edits of the program's cells. */
export function editorFixes(
  analysis: Analysis,
  diagnostic: EditorDiagnostic,
  fixes: readonly Fix[],
): EditorFix[] {
  return fixes.map((fix, i) => editorFix(analysis, diagnostic, fix, i === 0));
}

function editorFix(
  analysis: Analysis,
  diagnostic: EditorDiagnostic,
  fix: Fix,
  preferred: boolean,
): EditorFix {
  const edits = fix.edits.map((edit) => {
    const { cell, offset } = analysis.program.place(edit.from);
    return { file: edit.file, cell, from: offset, to: offset + edit.to - edit.from, text: edit.text };
  });
  return { title: coreText(fix.title), code: diagnostic.code, edits, preferred, diagnostic };
}

/** The text after a fix: what a preview shows and tests run. Edits must not overlap. */
export function applyFix(text: string, fix: Fix): string {
  return [...fix.edits]
    .sort((a, b) => b.from - a.from)
    .reduce((result, edit) => result.slice(0, edit.from) + edit.text + result.slice(edit.to), text);
}
