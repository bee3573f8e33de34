/**
 * The window moving over the input, with the numbers that it multiplies: a convolution, a pooling, or a transposed convolution
 * as the convolution over its stretched input. Of long axes a part is drawn that holds the window.
 */
import { h, set } from '../dom';
import { inCell, number, outputs, place, reads, sumText, valueAt, type Arithmetic } from './arithmetic';
import { cellAt, cutOut, fedBy, placeRange, tapPlaces, type LensAxis } from './geometry';
import { measured } from '../format';
import { Grid, sideFor, type Look } from './grid';
import type { SystemView, Tools } from './system';

/** Cells drawn of a long axis; the window is always among them. */
const MOST = 9;

type Pointed = { readonly part: 'input' | 'output' | 'kernel'; readonly cell: number } | null;

/** What a layer's own numbers add: the place worth looking at first, and what more is to be said of an output cell. */
export interface OwnWords {
  readonly start: number;
  total(output: number): string | null;
}

export function windowSystem(
  a: Arithmetic,
  tools: Tools,
  own: OwnWords = { start: 0, total: () => null },
): SystemView {
  return new WindowSystem(a, tools, own);
}

class WindowSystem implements SystemView {
  readonly element = h('div', { class: 'lens-stage' });
  readonly title: string;
  readonly steps: number;
  readonly start: number;
  private at = 0;
  private pointed: Pointed = null;
  private grids: { key: string; input: Grid; kernel: Grid | null; output: Grid } | null = null;

  constructor(
    private readonly a: Arithmetic,
    private readonly tools: Tools,
    private readonly own: OwnWords,
  ) {
    const { t } = tools;
    this.title =
      a.operation === 'transposed'
        ? t('arithmeticTransposed')
        : a.operation === 'conv'
          ? t('arithmetic')
          : t('arithmeticPool');
    this.steps = outputs(a);
    this.start = own.start;
  }

  draw(at: number): readonly string[] {
    this.at = at;
    this.pointed = null;
    this.paint();
    return this.words(at);
  }

  private words(output: number): string[] {
    const { a, tools } = this;
    const { t } = tools;
    const { rows, columns } = a;
    const at = this.split(output);
    const cells = (axis: LensAxis, position: number): string =>
      `{${tapPlaces(axis, position)
        .map((each) => cellAt(axis, each))
        .filter((cell) => cell !== null)
        .sort((x, y) => x - y)
        .join(', ')}}`;
    const where = a.sequence ? cells(columns, at.x) : `${cells(rows, at.y)} × ${cells(columns, at.x)}`;
    const outside = reads(a, output).filter((read) => read.input === null).length;
    const padded = outside > 0 && !columns.transposed ? ` · ${t('padded', outside)}` : '';
    return [
      `${t('outputCell', place(a, output, 'output'))} ${t('readsCells', where)}${padded}`,
      sumText(a, output),
      ...[this.own.total(output)].filter((text) => text !== null),
    ];
  }

  private said(value: number): string {
    return this.a.isOwn ? measured(value) : number(value);
  }

  private split(output: number): { y: number; x: number } {
    const { columns } = this.a;
    return { y: Math.floor(output / columns.output), x: output % columns.output };
  }

  private paint(): void {
    const { a, pointed } = this;
    const { rows, columns } = a;
    // An output under the pointer shows what it reads, without moving the window's place.
    const shown = pointed?.part === 'output' ? pointed.cell : this.at;
    const now = this.split(this.at);
    const { y, x } = this.split(shown);
    const taps = { rows: tapPlaces(rows, y), columns: tapPlaces(columns, x) };
    const part = (axis: LensAxis, position: number): [number, number] => {
      const places = tapPlaces(axis, position);
      return cutOut(...placeRange(axis), Math.min(...places), Math.max(...places), MOST);
    };
    const [top, bottom] = part(rows, now.y);
    const [left, right] = part(columns, now.x);
    const [outTop, outBottom] = cutOut(0, rows.output - 1, now.y, now.y, MOST);
    const [outLeft, outRight] = cutOut(0, columns.output - 1, now.x, now.x, MOST);
    const grids = this.ensure(
      bottom - top + 1,
      right - left + 1,
      outBottom - outTop + 1,
      outRight - outLeft + 1,
    );
    const all = reads(a, shown);
    const tapOf = new Map(
      taps.rows.flatMap((row, ky) =>
        taps.columns.map((column, kx) => [`${row},${column}`, ky * columns.kernel + kx] as const),
      ),
    );
    const fed = this.fed();
    const usedTaps = new Set(
      pointed?.part === 'input'
        ? [...fed].flatMap((output) =>
            reads(a, output)
              .filter((read) => read.input === pointed.cell)
              .map((read) => read.tap),
          )
        : pointed?.part === 'kernel'
          ? [pointed.cell]
          : all.filter((read) => read.input !== null).map((read) => read.tap),
    );

    grids.input.update(
      (row, column): Look => {
        const [placeY, placeX] = [row + top, column + left];
        const [cy, cx] = [cellAt(rows, placeY), cellAt(columns, placeX)];
        const tap = tapOf.get(`${placeY},${placeX}`);
        const read =
          pointed?.part === 'input'
            ? false
            : tap !== undefined && (pointed?.part !== 'kernel' || tap === pointed.cell);
        if (cy === null || cx === null)
          return { classes: `is-pad${read ? ' is-read' : ''}`, text: columns.transposed ? '' : '0' };
        const cell = cy * columns.input + cx;
        const isPointed = pointed?.part === 'input' && pointed.cell === cell;
        return {
          classes: `is-real${read || isPointed ? ' is-read' : ''}`,
          text: inCell(a, a.input[cell]),
          title: place(a, cell, 'input'),
          cell,
        };
      },
      [
        Math.min(...taps.rows) - top,
        Math.min(...taps.columns) - left,
        Math.max(...taps.rows) - Math.min(...taps.rows) + 1,
        Math.max(...taps.columns) - Math.min(...taps.columns) + 1,
      ],
    );
    grids.kernel?.update((row, column): Look => {
      const tap = row * columns.kernel + column;
      return {
        classes: `is-tap${usedTaps.has(tap) ? ' is-read' : ''}`,
        text: inCell(a, a.kernel[tap]),
        title: `[${a.sequence ? column : `${row}, ${column}`}]`,
        cell: tap,
      };
    });
    grids.output.update((row, column): Look => {
      const cell = (row + outTop) * columns.output + column + outLeft;
      const done = cell < this.at;
      const state = cell === shown ? 'is-current' : done ? 'is-done' : '';
      return {
        classes: `is-out${fed.has(cell) ? ' is-fed' : ''} ${state}`.trim(),
        text: done || cell === shown || fed.has(cell) ? inCell(a, valueAt(a, cell)) : '',
        title: place(a, cell, 'output'),
        cell,
      };
    });
  }

  /** Outputs that the input cell under the pointer feeds. */
  private fed(): ReadonlySet<number> {
    const { a, pointed } = this;
    if (pointed?.part !== 'input') return new Set();
    const ys = fedBy(a.rows, Math.floor(pointed.cell / a.columns.input));
    const xs = fedBy(a.columns, pointed.cell % a.columns.input);
    return new Set(ys.flatMap((y) => xs.map((x) => y * a.columns.output + x)));
  }

  private ensure(
    height: number,
    width: number,
    outHeight: number,
    outWidth: number,
  ): NonNullable<WindowSystem['grids']> {
    const key = [height, width, outHeight, outWidth].join();
    if (this.grids?.key === key) return this.grids;
    const { a, tools } = this;
    const { t } = tools;
    const { rows, columns } = a;
    const size = (y: number, x: number): string => (a.sequence ? String(x) : `${y}×${x}`);
    // Measured numbers need more room than small whole ones.
    const side = Math.max(a.isOwn ? 25 : 0, sideFor(Math.max(width, outWidth, a.sequence ? 1 : height)));
    const hover = (part: 'input' | 'output' | 'kernel') => (cell: number | null) =>
      this.point(cell === null ? null : { part, cell });
    const pools = a.operation === 'max' || a.operation === 'average';
    this.grids = {
      key,
      input: new Grid({
        rows: height,
        columns: width,
        side,
        caption: `${t('input')} ${size(rows.input, columns.input)}`,
        hover: hover('input'),
      }),
      kernel: pools
        ? null
        : new Grid({
            rows: rows.kernel,
            columns: columns.kernel,
            side: Math.max(side, sideFor(columns.kernel)),
            caption: `${t('kernel')} ${size(rows.kernel, columns.kernel)}`,
            hover: hover('kernel'),
          }),
      output: new Grid({
        rows: outHeight,
        columns: outWidth,
        side,
        caption: `${t('output')} ${size(rows.output, columns.output)}`,
        hover: hover('output'),
      }),
    };
    const sign = (text: string): HTMLElement =>
      h('span', { class: 'lens-arrow', 'aria-hidden': 'true' }, text);
    const { input, kernel, output } = this.grids;
    set(
      this.element,
      input.element,
      kernel ? sign('∗') : null,
      kernel?.element ?? null,
      sign(pools ? '→' : '='),
      output.element,
    );
    return this.grids;
  }

  private point(pointed: Pointed): void {
    if (pointed?.part === this.pointed?.part && pointed?.cell === this.pointed?.cell) return;
    this.pointed = pointed;
    this.paint();
    this.tools.say(this.told(pointed));
  }

  private told(pointed: Pointed): readonly string[] | null {
    const { a, tools } = this;
    const { t } = tools;
    if (pointed === null) return null;
    if (pointed.part === 'output') return this.words(pointed.cell);
    if (pointed.part === 'input') {
      const fed = [...this.fed()].map((cell) => place(a, cell, 'output'));
      return [
        t('inputCell', place(a, pointed.cell, 'input'), this.said(a.input[pointed.cell])),
        fed.length === 0
          ? t('feedsNone')
          : t('feedsCells', `${fed.slice(0, 16).join(' ')}${fed.length > 16 ? ` … (${fed.length})` : ''}`),
      ];
    }
    const read = reads(a, this.at).find((each) => each.tap === pointed.cell);
    const input = read?.input ?? null;
    const times =
      input === null
        ? t('tapOutside')
        : t(
            'tapReads',
            place(a, input, 'input'),
            `${this.said(a.input[input])} · ${this.said(a.kernel[pointed.cell])}`,
          );
    return [t('tapShared', this.steps), times];
  }
}
