/**
 * A small picture of a window on its input as an SVG data URI: the input's first cells with their padding, the cells that
 * one output reads, and that output, in the colours of the editor's kind of theme: a picture cannot ask for the theme itself.
 */
import type { AxisWindow } from '../graph/graph';
import { t } from './words';

const CELL = 10;
/** Cells drawn per axis at most; longer inputs are cut, which dots tell. A hover has little height. */
const MOST = 12;
/** Cells drawn per axis at least, where there are so many, and beyond the window. */
const LEAST = 7;
const BEYOND = 3;

/** A kind of theme. */
export type Theme = 'light' | 'dark' | 'contrastDark' | 'contrastLight';

interface Palette {
  readonly ink: string;
  /** What the output reads, as VS Code's blue of charts. */
  readonly window: string;
  /** The output. */
  readonly result: string;
  /** How much of the ink fills a cell that takes no part. */
  readonly faint: number;
}

const PALETTES: Readonly<Record<Theme, Palette>> = {
  light: { ink: '#6b7280', window: '#1a85ff', result: '#d18616', faint: 0.12 },
  dark: { ink: '#9ca3af', window: '#3794ff', result: '#e2a336', faint: 0.15 },
  contrastDark: { ink: '#ffffff', window: '#3794ff', result: '#ffb000', faint: 0 },
  contrastLight: { ink: '#292929', window: '#0f4a85', result: '#b5200d', faint: 0 },
};

interface Track {
  /** Cells drawn: position in the padded input, whether it is padding, whether the output reads it. */
  readonly cells: readonly { readonly pad: boolean; readonly read: boolean }[];
  readonly cut: boolean;
  readonly outputs: number;
  readonly outputCut: boolean;
  readonly unit: number;
}

/** Markdown image, or null when the window is not known or has more than two axes. */
export function windowPicture(axes: readonly AxisWindow[], transposed: boolean, theme: Theme): string | null {
  if (axes.length === 0 || axes.length > 2) return null;
  const tracks = axes.map((axis) => (transposed ? transposedTrack(axis) : windowTrack(axis)));
  if (tracks.some((track) => track === null)) return null;
  const known = tracks as Track[];
  const svg = draw(known.length === 1 ? [SINGLE, known[0]] : known, PALETTES[theme]);
  return `![${transposed ? t('the inputs that one output reads') : t('the window on its input')}](data:image/svg+xml;base64,${btoa(svg)})`;
}

const SINGLE: Track = {
  cells: [{ pad: false, read: true }],
  cut: false,
  outputs: 1,
  outputCut: false,
  unit: 0,
};

function windowTrack(axis: AxisWindow): Track | null {
  const { kernel, stride, dilation } = axis;
  if (kernel === null || stride === null || dilation === null || kernel <= 0 || stride <= 0) return null;
  const span = dilation * (kernel - 1) + 1;
  const before = axis.padBefore ?? Math.floor((span - 1) / 2);
  const after = axis.padAfter ?? span - 1 - before;
  if (before < 0 || after < 0) return null;
  const most = mostCells(span + stride);
  const length = typeof axis.input === 'number' ? axis.input : Math.max(MOST, span);
  const total = before + length + after;
  const outputs = typeof axis.output === 'number' ? axis.output : MOST;
  if (outputs <= 0) return null;
  // The second position shows the stride better than the first, where it fits.
  const unit = outputs > 1 && stride + span <= MOST ? 1 : 0;
  const shown = Math.min(total, most);
  const cells = Array.from({ length: shown }, (_, i) => {
    const offset = i - unit * stride;
    return {
      pad: i < before || i >= before + length,
      read: offset >= 0 && offset < span && offset % dilation === 0,
    };
  });
  return { cells, cut: total > shown, outputs: Math.min(outputs, most), outputCut: outputs > most, unit };
}

/** Cells drawn along an axis whose window ends at `reach`. */
function mostCells(reach: number): number {
  return Math.min(MOST, Math.max(LEAST, reach + BEYOND));
}

/** The zero-stretched input: one output reads the real cells under the kernel. */
function transposedTrack(axis: AxisWindow): Track | null {
  const { kernel, stride, dilation, padBefore } = axis;
  if (
    kernel === null ||
    stride === null ||
    dilation === null ||
    padBefore === null ||
    kernel <= 0 ||
    stride <= 0
  )
    return null;
  const span = dilation * (kernel - 1) + 1;
  const lead = span - 1 - padBefore;
  if (lead < 0) return null;
  const length = typeof axis.input === 'number' ? axis.input : MOST;
  const stretched = (length - 1) * stride + 1;
  const outputs = typeof axis.output === 'number' ? axis.output : MOST;
  const unit = outputs > 1 && 1 + span <= MOST ? 1 : 0;
  const total = lead + stretched + Math.max(0, outputs + span - 1 - lead - stretched);
  const most = mostCells(span + 1);
  const shown = Math.min(total, most);
  const cells = Array.from({ length: shown }, (_, i) => {
    const at = i - lead;
    const real = at >= 0 && at < stretched && at % stride === 0;
    const offset = i - unit;
    return { pad: !real, read: offset >= 0 && offset < span && (span - 1 - offset) % dilation === 0 };
  });
  return { cells, cut: total > shown, outputs: Math.min(outputs, most), outputCut: outputs > most, unit };
}

function draw([rows, columns]: readonly Track[], { ink, window, result, faint }: Palette): string {
  const parts: string[] = [];
  const cell = (x: number, y: number, fill: string, opacity: number, dashed: boolean): void => {
    parts.push(
      `<rect x="${x + 0.5}" y="${y + 0.5}" width="${CELL - 1}" height="${CELL - 1}" rx="1.5" fill="${fill}" fill-opacity="${opacity}" stroke="${ink}" stroke-opacity="${dashed ? 0.55 : 0.9}"${dashed ? ' stroke-dasharray="2 1.5"' : ''}/>`,
    );
  };
  rows.cells.forEach((row, i) =>
    columns.cells.forEach((column, j) => {
      const pad = row.pad || column.pad;
      const read = row.read && column.read;
      cell(j * CELL, i * CELL, read ? window : ink, read ? (pad ? 0.35 : 0.85) : pad ? 0 : faint, pad);
    }),
  );
  const inputWidth = columns.cells.length * CELL;
  const inputHeight = rows.cells.length * CELL;
  if (columns.cut)
    parts.push(
      `<text x="${inputWidth + 1}" y="${inputHeight / 2 + 3}" font-size="9" fill="${ink}">&#8230;</text>`,
    );
  if (rows.cut)
    parts.push(
      `<text x="${inputWidth / 2 - 4}" y="${inputHeight + 8}" font-size="9" fill="${ink}">&#8942;</text>`,
    );
  const left = inputWidth + 34;
  parts.push(
    `<path d="M${inputWidth + 13} ${inputHeight / 2}h14m-4 -3l4 3l-4 3" fill="none" stroke="${ink}"/>`,
  );
  for (let i = 0; i < rows.outputs; i++) {
    for (let j = 0; j < columns.outputs; j++) {
      const mine = i === rows.unit && j === columns.unit;
      cell(left + j * CELL, i * CELL, mine ? result : ink, mine ? 0.95 : faint, false);
    }
  }
  const outputWidth = columns.outputs * CELL;
  const outputHeight = rows.outputs * CELL;
  if (columns.outputCut)
    parts.push(
      `<text x="${left + outputWidth + 1}" y="${outputHeight / 2 + 3}" font-size="9" fill="${ink}">&#8230;</text>`,
    );
  if (rows.outputCut)
    parts.push(
      `<text x="${left + outputWidth / 2 - 4}" y="${outputHeight + 8}" font-size="9" fill="${ink}">&#8942;</text>`,
    );
  const width = left + outputWidth + 12;
  const height = Math.max(inputHeight, outputHeight) + 12;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${parts.join('')}</svg>`;
}
