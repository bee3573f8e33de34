/** The layer lens: the selected window moving over its input step by step, with the layer's own geometry, cell by cell. */
import type { Node, NodeId } from '../../graph/graph';
import type { Snapshot } from '../../protocol';
import { h, reducedMotion, s, set } from '../dom';
import * as format from '../format';
import { outputShape, inputShapes } from '../network/items';
import { mainStep } from '../network/kinds';
import type { Translate } from '../strings';
import {
  cellAt,
  cutOut,
  fedBy,
  lengthFormula,
  lensAxis,
  placeRange,
  tapPlaces,
  type LensAxis,
} from './geometry';

/** Cells drawn of a long axis; the window is always among them. */
const MOST = 13;
const CELL = 16;
const STEP_MS = 450;

interface Lens {
  readonly node: NodeId;
  /** Rows then columns; a sequence has one row. */
  readonly axes: readonly [LensAxis, LensAxis];
  readonly sequence: boolean;
  readonly total: number;
}

const LINE: LensAxis = {
  kernel: 1,
  stride: 1,
  dilation: 1,
  padBefore: 0,
  padAfter: 0,
  input: 1,
  output: 1,
  transposed: false,
};

/** The last two spatial axes of a window operation, or null when there is none or its numbers are not known. */
export function lensOf(node: Node): Lens | null {
  const { primitive } = node;
  if (primitive.op !== 'conv' && primitive.op !== 'pool') return null;
  const transposed = primitive.op === 'conv' && primitive.transposed;
  const axes = primitive.axes.slice(-2).map((axis) => lensAxis(axis, transposed));
  if (axes.length === 0 || axes.some((axis) => axis === null)) return null;
  const sequence = axes.length === 1;
  const pair: [LensAxis, LensAxis] = sequence
    ? [{ ...LINE, transposed: axes[0]!.transposed }, axes[0]!]
    : [axes[0]!, axes[1]!];
  return { node: node.id, axes: pair, sequence, total: pair[0].output * pair[1].output };
}

export class LensView {
  readonly element = h('section', { class: 'lens' });
  private lens: Lens | null = null;
  private at = 0;
  private timer: ReturnType<typeof setInterval> | null = null;
  private t: Translate | null = null;
  private hovered: { row: number; column: number } | null = null;
  private readonly stage = h('div', { class: 'lens-stage' });
  private readonly readout = h('p', { class: 'readout', role: 'status' });
  private readonly scrub = h('input', { type: 'range', min: 0, value: 0, step: 1 });
  private readonly play = h('button', { type: 'button', class: 'primary' });
  private key = '';

  constructor() {
    this.scrub.addEventListener('input', () => this.go(Number(this.scrub.value)));
    this.play.addEventListener('click', () => (this.timer === null ? this.start() : this.stop()));
  }

  update(t: Translate, snapshot: Snapshot, id: NodeId | null): void {
    this.t = t;
    const given = id === null ? undefined : snapshot.graph.nodes[id];
    const node = given && mainStep(snapshot.graph, given);
    const lens = node ? lensOf(node) : null;
    const key = JSON.stringify([
      lens?.axes ?? null,
      id,
      t('lens'),
      node ? format.shape(outputShape(snapshot.graph, node.id)) : '',
    ]);
    if (key === this.key) return;
    this.key = key;
    this.stop();
    this.lens = lens;
    this.hovered = null;
    if (!lens || !node) return set(this.element, h('p', { class: 'quiet hint' }, t('lensNone')));
    this.at = Math.min(this.at, lens.total - 1);
    const { primitive } = node;
    const heading =
      primitive.op === 'pool'
        ? t('arithmeticPool')
        : lens.axes[1].transposed
          ? t('arithmeticTransposed')
          : t('arithmetic');
    this.scrub.max = String(lens.total - 1);
    this.scrub.setAttribute('aria-label', t('position'));
    const button = (label: string, glyph: string, by: number): HTMLElement =>
      h(
        'button',
        { type: 'button', class: 'icon', 'aria-label': label, title: label, onClick: () => this.step(by) },
        h('span', { 'aria-hidden': 'true' }, glyph),
      );
    const formula = lengthFormula(primitive).join('   ');
    set(
      this.element,
      h('h2', {}, heading),
      h('p', { class: 'formula' }, formula),
      h(
        'div',
        { class: 'controls' },
        this.play,
        button(t('back'), '‹', -1),
        button(t('step'), '›', 1),
        this.scrub,
      ),
      this.stage,
      this.readout,
      ...this.costs(t, snapshot, node),
    );
    this.label();
    this.draw();
  }

  private costs(t: Translate, snapshot: Snapshot, node: Node): HTMLElement[] {
    const { primitive } = node;
    if (primitive.op !== 'conv' || primitive.inChannels === null) return [];
    const texts: string[] = [];
    const window = primitive.axes.reduce((product, axis) => product * (axis.kernel ?? 1), 1);
    const perOutput = primitive.depthwise
      ? window
      : (window * primitive.inChannels) / (primitive.groups ?? 1);
    if (!primitive.transposed) texts.push(t('perOutput', format.exact(perOutput)));
    const volume = (shape: ReturnType<typeof outputShape>): number | null =>
      shape && format.isRanked(shape)
        ? shape
            .slice(1)
            .reduce<number | null>(
              (product, length) => (product === null || typeof length !== 'number' ? null : product * length),
              1,
            )
        : null;
    const [from, to] = [
      volume(inputShapes(snapshot.graph, node.id)[0] ?? null),
      volume(outputShape(snapshot.graph, node.id)),
    ];
    const own = snapshot.figures[node.id]?.params;
    if (from !== null && to !== null && own)
      texts.push(
        t('againstDense', format.short((from + 1) * to), format.exact(Math.round(((from + 1) * to) / own))),
      );
    return texts.map((text) => h('p', { class: 'quiet' }, text));
  }

  private start(): void {
    if (!this.lens) return;
    // Someone who asked for less motion steps by hand; pressing play is asking for it all the same, only slower.
    this.timer = setInterval(() => this.step(1), reducedMotion() ? STEP_MS * 3 : STEP_MS);
    this.label();
  }

  private stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.label();
  }

  private label(): void {
    if (this.t) this.play.textContent = this.timer === null ? this.t('play') : this.t('pause');
  }

  private step(by: number): void {
    if (!this.lens) return;
    // Out of the page the animation rests.
    if (this.timer !== null && !this.element.isConnected) return this.stop();
    this.go((this.at + by + this.lens.total) % this.lens.total);
  }

  private go(at: number): void {
    this.at = at;
    this.scrub.value = String(at);
    this.draw();
  }

  private draw(): void {
    const { lens, t } = this;
    if (!lens || !t) return;
    const [rows, columns] = lens.axes;
    const row = Math.floor(this.at / columns.output);
    const column = this.at % columns.output;
    const taps = { rows: tapPlaces(rows, row), columns: tapPlaces(columns, column) };
    const input = this.inputGrid(lens, taps);
    const output = this.outputGrid(lens, row, column);
    set(this.stage, input, h('span', { class: 'lens-arrow', 'aria-hidden': 'true' }, '→'), output);
    this.scrub.value = String(this.at);
    this.scrub.setAttribute('aria-valuetext', lens.sequence ? String(column) : `(${row}, ${column})`);
    const cells = (axis: LensAxis, places: readonly number[]): string =>
      `{${places
        .map((place) => cellAt(axis, place))
        .filter((cell) => cell !== null)
        .sort((a, b) => a - b)
        .join(', ')}}`;
    const inside =
      taps.rows.filter((place) => cellAt(rows, place) !== null).length *
      taps.columns.filter((place) => cellAt(columns, place) !== null).length;
    const outside = taps.rows.length * taps.columns.length - inside;
    const where = lens.sequence ? String(column) : `(${row}, ${column})`;
    const reads = lens.sequence
      ? cells(columns, taps.columns)
      : `${cells(rows, taps.rows)} × ${cells(columns, taps.columns)}`;
    this.readout.textContent = `${t('outputCell', where)} ${t('readsCells', reads)}${outside > 0 && !columns.transposed ? ` · ${t('padded', outside)}` : ''}`;
  }

  private inputGrid(lens: Lens, taps: { rows: readonly number[]; columns: readonly number[] }): SVGElement {
    const [rows, columns] = lens.axes;
    const part = (axis: LensAxis, places: readonly number[]): [number, number] => {
      const [first, last] = placeRange(axis);
      return cutOut(first, last, Math.min(...places), Math.max(...places), MOST);
    };
    const [top, bottom] = part(rows, taps.rows);
    const [left, right] = part(columns, taps.columns);
    const cells: SVGElement[] = [];
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const cell = [cellAt(rows, y), cellAt(columns, x)];
        const real = cell[0] !== null && cell[1] !== null;
        const read = taps.rows.includes(y) && taps.columns.includes(x);
        const rect = s('rect', {
          class: `cell ${real ? 'is-real' : 'is-pad'}${read ? ' is-read' : ''}`,
          x: (x - left) * CELL + 1,
          y: (y - top) * CELL + 1,
          width: CELL - 2,
          height: CELL - 2,
          rx: 2,
        });
        if (real) {
          rect.addEventListener('pointerenter', () => this.hover(cell[0]!, cell[1]!));
          rect.append(s('title', {}, lens.sequence ? String(cell[1]) : `(${cell[0]}, ${cell[1]})`));
        }
        cells.push(rect);
      }
    }
    const span = (places: readonly number[]): [number, number] => [Math.min(...places), Math.max(...places)];
    const [y0, y1] = span(taps.rows);
    const [x0, x1] = span(taps.columns);
    cells.push(
      s('rect', {
        class: 'window',
        x: (x0 - left) * CELL,
        y: (y0 - top) * CELL,
        width: (x1 - x0 + 1) * CELL,
        height: (y1 - y0 + 1) * CELL,
        rx: 3,
      }),
    );
    return grid(
      (right - left + 1) * CELL,
      (bottom - top + 1) * CELL,
      cells,
      this.t!('input'),
      caption(
        lens,
        lens.axes.map((axis) => axis.input),
      ),
    );
  }

  private outputGrid(lens: Lens, row: number, column: number): SVGElement {
    const [rows, columns] = lens.axes;
    const [top, bottom] = cutOut(0, rows.output - 1, row, row, MOST);
    const [left, right] = cutOut(0, columns.output - 1, column, column, MOST);
    const fed = this.hovered
      ? {
          rows: new Set(fedBy(rows, this.hovered.row)),
          columns: new Set(fedBy(columns, this.hovered.column)),
        }
      : null;
    const cells: SVGElement[] = [];
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const done = y * columns.output + x < this.at;
        const current = y === row && x === column;
        const lit = fed !== null && fed.rows.has(y) && fed.columns.has(x);
        const rect = s('rect', {
          class: `cell is-out${done ? ' is-done' : ''}${current ? ' is-current' : ''}${lit ? ' is-fed' : ''}`,
          x: (x - left) * CELL + 1,
          y: (y - top) * CELL + 1,
          width: CELL - 2,
          height: CELL - 2,
          rx: 2,
        });
        rect.addEventListener('pointerenter', () => {
          if (this.timer === null && this.at !== y * columns.output + x) this.go(y * columns.output + x);
        });
        cells.push(rect);
      }
    }
    return grid(
      (right - left + 1) * CELL,
      (bottom - top + 1) * CELL,
      cells,
      this.t!('output'),
      caption(
        lens,
        lens.axes.map((axis) => axis.output),
      ),
    );
  }

  private hover(row: number, column: number): void {
    if (this.timer !== null || (this.hovered?.row === row && this.hovered.column === column)) return;
    this.hovered = { row, column };
    const output = this.stage.querySelectorAll('figure')[1];
    const { lens } = this;
    if (!output || !lens) return;
    const columns = lens.axes[1];
    output.replaceWith(this.outputGrid(lens, Math.floor(this.at / columns.output), this.at % columns.output));
  }
}

function caption(lens: Lens, lengths: readonly number[]): string {
  return lens.sequence ? String(lengths[1]) : `${lengths[0]}×${lengths[1]}`;
}

function grid(
  width: number,
  height: number,
  cells: readonly SVGElement[],
  name: string,
  size: string,
): SVGElement {
  const svg = s(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': `${name} ${size}` },
    ...cells,
  );
  return h('figure', {}, svg, h('figcaption', {}, `${name} ${size}`)) as unknown as SVGElement;
}
