/** Grids of cells with numbers in them, and matrices of many small cells, as SVG; both tell which cell the pointer is on. */
import { h, s } from '../dom';

export interface Look {
  readonly classes: string;
  readonly text?: string;
  readonly title?: string;
  /** What the cell stands for; absent for one that answers no pointer. */
  readonly cell?: number;
}

export interface GridOptions {
  readonly rows: number;
  readonly columns: number;
  /** Length of a cell's side in pixels. */
  readonly side: number;
  readonly caption: string;
  readonly hover?: (cell: number | null) => void;
}

/** `[row, column, height, width]` in cells. */
export type Frame = readonly [number, number, number, number];

/** Side of a cell: numbers fit from 17 on, so that grids of up to 20 cells show them; larger ones shrink to fit. */
export function sideFor(count: number, room = 166): number {
  return count > 20
    ? Math.max(9, Math.floor((20 * 17) / count))
    : Math.max(17, Math.min(24, Math.floor(room / count)));
}

/** A grid whose cells stay in place while what they show changes. */
export class Grid {
  readonly element: HTMLElement;
  private readonly cells: { readonly rect: SVGElement; readonly text: SVGElement | null; key: string }[] = [];
  private readonly frame = s('rect', { class: 'window', rx: 3, visibility: 'hidden' });

  constructor(private readonly options: GridOptions) {
    const { rows, columns, side, caption, hover } = options;
    const drawn: SVGElement[] = [];
    for (let i = 0; i < rows * columns; i++) {
      const [x, y] = [(i % columns) * side, Math.floor(i / columns) * side];
      const rect = s('rect', { x: x + 1, y: y + 1, width: side - 2, height: side - 2, rx: 2 });
      const text =
        side >= 17 ? s('text', { class: 'cell-text', x: x + side / 2, y: y + side / 2 + 4 }) : null;
      this.cells.push({ rect, text, key: '' });
      drawn.push(rect);
      if (text) drawn.push(text);
    }
    const [width, height] = [columns * side, rows * side];
    const svg = s(
      'svg',
      { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': caption },
      ...drawn,
      this.frame,
    );
    if (hover) {
      svg.addEventListener('pointerover', (event) => {
        const cell = (event.target as Element).getAttribute('data-cell');
        if (cell !== null) hover(Number(cell));
      });
      svg.addEventListener('pointerleave', () => hover(null));
    }
    this.element = h('figure', {}, svg, h('figcaption', {}, caption));
  }

  update(look: (row: number, column: number) => Look, frame?: Frame): void {
    const { columns, side } = this.options;
    this.cells.forEach((drawn, i) => {
      const { classes, text = '', title = '', cell } = look(Math.floor(i / columns), i % columns);
      const key = `${classes}|${text}|${title}|${cell}`;
      if (key === drawn.key) return;
      drawn.key = key;
      drawn.rect.setAttribute('class', `cell ${classes}`);
      if (cell === undefined) drawn.rect.removeAttribute('data-cell');
      else drawn.rect.setAttribute('data-cell', String(cell));
      drawn.rect.replaceChildren(...(title ? [s('title', {}, title)] : []));
      if (drawn.text) {
        drawn.text.textContent = text;
        const size = text.length > 3 ? ' is-longer' : text.length > 2 ? ' is-long' : '';
        drawn.text.setAttribute('class', `cell-text${size} on-${classes.split(' ').pop()}`);
      }
    });
    this.frame.setAttribute('visibility', frame ? 'visible' : 'hidden');
    if (!frame) return;
    const [row, column, height, width] = frame;
    const place = { x: column * side, y: row * side, width: width * side, height: height * side };
    for (const [name, value] of Object.entries(place)) this.frame.setAttribute(name, String(value));
  }
}

export interface MatrixOptions {
  readonly rows: number;
  readonly columns: number;
  /** Cells of one look, drawn as one path: classes, strength 0 … 1 (opacity), cells as `[row, column]`. */
  readonly layers: readonly {
    readonly classes: string;
    readonly strength: number;
    readonly cells: readonly (readonly [number, number])[];
  }[];
  readonly caption: string;
  readonly room: number;
  readonly text?: (row: number, column: number) => string | undefined;
  readonly hover?: (row: number, column: number) => void;
  readonly leave?: () => void;
}

/** A matrix whose highlights move while its cells stay. */
export class Matrix {
  readonly element: HTMLElement;
  private readonly marks = s('g', { class: 'matrix-marks' });
  private readonly side: number;

  constructor(private readonly options: MatrixOptions) {
    const { rows, columns, layers, text } = options;
    this.side = Math.max(1.5, Math.min(20, options.room / Math.max(rows, columns)));
    const { side } = this;
    const gap = side >= 6 ? 0.7 : 0;
    const at = (n: number): string => n.toFixed(2);
    const paths = layers.map(({ classes, strength, cells }) =>
      s('path', {
        class: `matrix-cells ${classes}`,
        opacity: strength,
        d: cells
          .map(
            ([row, column]) =>
              `M${at(column * side + gap)} ${at(row * side + gap)}h${at(side - 2 * gap)}v${at(side - 2 * gap)}h${at(2 * gap - side)}z`,
          )
          .join(''),
      }),
    );
    const texts: SVGElement[] = [];
    if (text && side >= 13) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const word = text(row, column);
          if (word !== undefined)
            texts.push(
              s(
                'text',
                {
                  class: 'cell-text is-longer',
                  x: (column + 0.5) * side,
                  y: (row + 0.5) * side + 3.2,
                },
                word,
              ),
            );
        }
      }
    }
    const [width, height] = [columns * side, rows * side];
    const svg = s(
      'svg',
      {
        class: 'matrix',
        viewBox: `-1 -1 ${width + 2} ${height + 2}`,
        width: width + 2,
        height: height + 2,
        role: 'img',
        'aria-label': options.caption,
      },
      s('rect', { class: 'matrix-ground', x: 0, y: 0, width, height }),
      ...paths,
      ...texts,
      this.marks,
    );
    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
      const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
      if (row >= 0 && row < rows && column >= 0 && column < columns) options.hover?.(row, column);
    });
    svg.addEventListener('pointerleave', () => options.leave?.());
    this.element = h('figure', {}, svg, h('figcaption', {}, options.caption));
  }

  /** Frames around whole rows, whole columns and single cells. */
  mark(
    rows: readonly number[],
    columns: readonly number[],
    cells: readonly (readonly [number, number])[],
  ): void {
    const { side, options } = this;
    const frame = (row: number, column: number, height: number, width: number): SVGElement =>
      s('rect', {
        class: 'matrix-mark',
        x: column * side,
        y: row * side,
        width: width * side,
        height: height * side,
      });
    this.marks.replaceChildren(
      ...rows.map((row) => frame(row, 0, 1, options.columns)),
      ...columns.map((column) => frame(0, column, options.rows, 1)),
      ...cells.map(([row, column]) => frame(row, column, 1, 1)),
    );
  }
}
