/** The table's contents apart from its elements: sorting, shares, and the text that is copied. */
import type { Snapshot } from '../protocol';
import * as format from './format';
import { fieldLength, type Row } from './model';
import type { ViewState } from './state';

/** Rows in the order asked for; unknown values come last either way; equal ones keep the summary's order. */
export function sortRows(rows: readonly Row[], sort: ViewState['sort']): Row[] {
  const sign = sort.descending ? -1 : 1;
  const compare = (a: Row, b: Row): number => {
    const x = sortValue(a, sort.column);
    const y = sortValue(b, sort.column);
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    if (typeof x === 'string' || typeof y === 'string')
      return sign * String(x).localeCompare(String(y), 'en', { numeric: true });
    // Infinity − Infinity is not a number.
    return x === y ? 0 : sign * (x < y ? -1 : 1);
  };
  return [...rows].sort((a, b) => compare(a, b) || a.order - b.order);
}

function sortValue(row: Row, column: ViewState['sort']['column']): number | string | null {
  switch (column) {
    case 'order':
      return row.order;
    case 'name':
      return row.name;
    case 'type':
      return row.type;
    case 'shape':
      return row.figures?.activationBytes ?? null;
    case 'params':
      return row.params;
    case 'macs':
      return row.macs;
    case 'field':
      return fieldLength(row.figures);
  }
}

/** `3×3`, `all` for a global field, `?` when not known. */
export function fieldText(row: Pick<Row, 'figures'>, all: string): string {
  const field = row.figures?.receptiveField;
  if (!field) return format.NOT_KNOWN;
  return field.global ? all : format.sizes(field.size);
}

const HEADINGS = [
  'Layer',
  'Type',
  'Output shape',
  'Parameters',
  'Multiply-adds',
  'Receptive field',
  'Stride',
];

function cells(row: Row): string[] {
  const field = row.figures?.receptiveField;
  return [
    row.name,
    row.type,
    row.shape ? format.shape(row.shape) : format.NOT_KNOWN,
    row.params === null ? format.NOT_KNOWN : String(row.params),
    row.macs === null ? format.NOT_KNOWN : String(row.macs),
    fieldText(row, 'global'),
    field && !field.global ? format.sizes(field.stride) : '',
  ];
}

function totalCells(totals: Snapshot['totals'][number]): string[] {
  const atLeast = totals.atLeast ? '≥ ' : '';
  const number = (value: number | null): string => (value === null ? format.NOT_KNOWN : `${atLeast}${value}`);
  return ['Total', '', '', number(totals.params), number(totals.macs), '', ''];
}

export function toMarkdown(rows: readonly Row[], totals: Snapshot['totals'][number]): string {
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  const grouped = (texts: string[]): string[] =>
    texts.map((text) =>
      text.replace(
        /^(≥ )?(\d+)$/,
        (_, sign: string | undefined, digits: string) => (sign ?? '') + format.exact(Number(digits)),
      ),
    );
  return (
    [
      line(HEADINGS),
      '|---|---|---|---:|---:|---|---|',
      ...rows.map((row) => line(grouped(cells(row)))),
      line(grouped(totalCells(totals))),
    ].join('\n') + '\n'
  );
}

/** RFC 4180: a text with a comma, a quote or a line break is quoted. A leading =, +, − or @ is kept from being a formula. */
export function toCsv(rows: readonly Row[]): string {
  const cell = (text: string): string => {
    const safe = /^[=+\-@]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [HEADINGS, ...rows.map(cells)].map((line) => line.map(cell).join(',')).join('\r\n') + '\r\n';
}

export function toJson(snapshot: Snapshot, model: number, rows: readonly Row[]): string {
  const totals = snapshot.totals[model];
  const plain = rows.map((row) => ({
    name: row.name,
    type: row.type,
    output:
      row.shape && format.isRanked(row.shape)
        ? row.shape.map((length) =>
            typeof length === 'number' ? length : 'formula' in length || length.kind === 'open' ? null : '?',
          )
        : null,
    params: row.params,
    macs: row.macs,
    receptiveField: row.figures?.receptiveField ?? null,
    unknown: row.unknown,
  }));
  return `${JSON.stringify({ file: snapshot.fileName, totals, layers: plain }, null, 2)}\n`;
}
