/** Reports of `convlens check`: plain text, GitHub annotations, SARIF 2.1.0. */
import { LAYER_CODES } from '../keras/codes';
import type { JsonDiagnostic, JsonFile } from './contract';

export interface CheckCounts {
  readonly errors: number;
  readonly warnings: number;
}

export function counts(files: readonly JsonFile[]): CheckCounts {
  const all = files.flatMap((file) => file.diagnostics);
  return {
    errors: all.filter(({ severity }) => severity === 'error').length,
    warnings: all.filter(({ severity }) => severity === 'warning').length,
  };
}

/**
 * `a.py:12:5: error: … [code]`, one per finding with the rest of its words indented below it, and a closing line. Where a file
 * is no Python a note says so: nothing is found there.
 */
export function textReport(files: readonly JsonFile[]): string {
  const lines = files.flatMap((file) => [
    ...syntaxNote(file),
    ...file.diagnostics.flatMap((diagnostic) => {
      const [first, ...more] = diagnostic.message.split('\n');
      return [
        `${placeOf(file, diagnostic)}: ${diagnostic.severity}: ${first} [${diagnostic.code}]`,
        ...[...more, ...(diagnostic.keras === null ? [] : [`Keras: ${diagnostic.keras}`])].map(
          (line) => `    ${line}`,
        ),
      ];
    }),
  ]);
  const { errors, warnings } = counts(files);
  const models = files.reduce((total, file) => total + file.models.length, 0);
  const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
  return [
    ...lines,
    `${plural(errors, 'error')}, ${plural(warnings, 'warning')} in ${plural(files.length, 'file')} (${plural(models, 'model')})`,
    '',
  ].join('\n');
}

function placeOf({ path }: JsonFile, at: { line: number; column: number; cell?: number }): string {
  return `${path}${at.cell === undefined ? '' : ` (cell ${at.cell})`}:${at.line}:${at.column}`;
}

function syntaxNote(file: JsonFile): string[] {
  const found = (file.problems ?? []).filter(({ kind }) => kind === 'syntax');
  const [first] = found;
  if (first?.line === undefined || first.column === undefined) return [];
  const place = placeOf(file, { line: first.line, column: first.column, cell: first.cell });
  const more = found.length > 1 ? ` (and in ${found.length - 1} more places)` : '';
  return [
    `${place}: note: this cannot be read as Python: ${first.message}${more}; what stands there is left out`,
  ];
}

const GITHUB: Readonly<Record<string, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
  hint: 'notice',
};

/** Workflow commands that GitHub shows at the lines of a pull request. */
export function githubReport(files: readonly JsonFile[]): string {
  const property = (text: string): string => data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
  const data = (text: string): string =>
    text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
  // Lines of a notebook's cell are no lines of its file: the words tell the cell then.
  const place = ({ cell, line, column, endLine, endColumn }: JsonDiagnostic): string =>
    cell === undefined ? `line=${line},col=${column},endLine=${endLine},endColumn=${endColumn},` : '';
  return files
    .flatMap((file) =>
      file.diagnostics.map(
        (found) =>
          `::${GITHUB[found.severity]} file=${property(file.path)},${place(found)}title=${property(`ConvLens ${found.code}`)}::${data(words(found))}\n`,
      ),
    )
    .join('');
}

const SARIF_LEVEL: Readonly<Record<string, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
  hint: 'note',
};

export function sarifReport(files: readonly JsonFile[], version: string): string {
  const codes = [...new Set(files.flatMap((file) => file.diagnostics.map(({ code }) => code)))].sort();
  const results = files.flatMap((file) =>
    file.diagnostics.map((found) => ({
      ruleId: found.code,
      ruleIndex: codes.indexOf(found.code),
      level: SARIF_LEVEL[found.severity],
      message: { text: words(found) },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: uriOf(file.path) },
            ...(found.cell === undefined
              ? {
                  region: {
                    startLine: found.line,
                    startColumn: found.column,
                    endLine: found.endLine,
                    endColumn: found.endColumn,
                  },
                }
              : {}),
          },
          ...(found.cell === undefined
            ? {}
            : { logicalLocations: [{ name: `cell ${found.cell}`, kind: 'module' }] }),
        },
      ],
    })),
  );
  const driver = { name: 'ConvLens', version, rules: codes.map(rule) };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** A rule of SARIF, with what the code means where that is told in a line. */
function rule(id: string): { id: string; shortDescription?: { text: string } } {
  const text = LAYER_CODES[id];
  return text === undefined ? { id } : { id, shortDescription: { text } };
}

/** A path as a URI reference: relative to where the check ran, `file:` for an absolute one. */
function uriOf(file: string): string {
  const escaped = file
    .replace(/\\/g, '/')
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/%3A/g, ':'))
    .join('/');
  if (escaped.startsWith('/')) return `file://${escaped}`;
  return /^[a-zA-Z]:/.test(escaped) ? `file:///${escaped}` : escaped.replace(/^\.\//, '');
}

function words(found: JsonDiagnostic): string {
  const place = found.cell === undefined ? '' : `cell ${found.cell}, line ${found.line}: `;
  const message = place + found.message;
  return found.keras === null ? message : `${message}\nKeras: ${found.keras}`;
}
