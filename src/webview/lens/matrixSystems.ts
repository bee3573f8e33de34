/**
 * The convolution as one matrix product, in two ways: patches as rows times the kernel (im2col: Chellapilla, Puri, Simard, 2006),
 * and the flattened input times a sparse doubly block Toeplitz matrix. The marked row or column is the window's position.
 */
import { h } from '../dom';
import * as format from '../format';
import {
  links,
  number,
  outputs,
  place,
  reads,
  shortened,
  sumText,
  valuesOf,
  type Arithmetic,
} from './arithmetic';
import { Matrix, type MatrixOptions } from './grid';
import type { Subject, SystemView, Tools } from './system';

/** Cells of an axis that the matrices are drawn of; longer ones are shortened. */
export const DRAWN = 16;
/** Of an axis longer than that. */
const SMALL = 7;

/** The layer's own where it fits, else a smaller input under the same window. */
export function drawable(whole: Arithmetic): Arithmetic {
  const longest = Math.max(whole.rows.input, whole.columns.input, whole.rows.output, whole.columns.output);
  return longest <= DRAWN || (whole.sequence && longest <= 4 * DRAWN)
    ? whole
    : shortened(whole, whole.sequence ? DRAWN : SMALL);
}

/** Says that a smaller input is drawn; null when it is the layer's own. */
export function sizeNote({ t }: Tools, whole: Arithmetic, drawn: Arithmetic): HTMLElement | null {
  if (whole === drawn) return null;
  const size = (a: Arithmetic): string =>
    a.sequence ? String(a.columns.input) : `${a.rows.input}×${a.columns.input}`;
  return h('p', { class: 'quiet lens-note' }, t('drawnSmaller', size(drawn), size(whole)));
}

/** im2col: `[out, k·k·c] × [k·k·c, filters]`. */
export function im2colSystem(subject: Subject, tools: Tools): SystemView {
  const { t } = tools;
  const whole = subject.arithmetic!;
  const a = drawable(whole);
  const taps = a.kernel.length;
  const count = outputs(a);
  const values = valuesOf(a);
  const rows = Array.from({ length: count }, (_, output) => reads(a, output));
  const most = Math.max(1, ...a.input);
  const cells = (wanted: (input: number | null) => boolean): [number, number][] =>
    rows.flatMap((row, r) =>
      row.flatMap(({ tap, input }): [number, number][] => (wanted(input) ? [[r, tap]] : [])),
    );
  const byValue = [...new Set(a.input)].map((value) => ({
    classes: 'is-real',
    strength: 0.15 + (0.75 * value) / most,
    cells: cells((input) => input !== null && a.input[input] === value),
  }));
  const told = (output: number, tap: number): readonly string[] => {
    const { input } = rows[output][tap];
    return [
      t('patchRow', place(a, output, 'output')),
      input === null
        ? t('tapOutside')
        : t('patchCell', place(a, input, 'input'), rows.flat().filter((read) => read.input === input).length),
    ];
  };
  const room = Math.min(300, Math.max(120, taps * 20));
  const patches = new Matrix({
    rows: count,
    columns: taps,
    room: Math.max(room, Math.min(360, count * 9)),
    layers: [...byValue, { classes: 'is-pad', strength: 0.35, cells: cells((input) => input === null) }],
    text: (row, column) => number(rows[row][column].input === null ? 0 : a.input[rows[row][column].input!]),
    caption: t('patches', `${count}×${taps}`),
    hover: (row, column) => {
      const { input } = rows[row][column];
      const same =
        input === null
          ? []
          : rows.flatMap((each, r) =>
              each.flatMap((read): [number, number][] => (read.input === input ? [[r, read.tap]] : [])),
            );
      patches.mark([row], [], same);
      product.mark([row], [], []);
      tools.say(told(row, column));
    },
    leave: () => tools.say(null),
  });
  const column = (caption: string, numbers: readonly number[], classes: string, side: number): Matrix =>
    new Matrix({
      rows: numbers.length,
      columns: 1,
      room: numbers.length * side,
      layers: [{ classes, strength: 0.35, cells: numbers.map((_, i): [number, number] => [i, 0]) }],
      text: (row) => number(numbers[row]),
      caption,
    });
  const side = Math.min(20, Math.max(room, Math.min(360, count * 9)) / Math.max(count, taps));
  const kernel = column(t('kernelColumn', taps), a.kernel, 'is-tap', Math.max(13, side));
  const product = column(t('outputColumn', count), values, 'is-out', side);
  return {
    element: h(
      'div',
      {},
      sizeNote(tools, whole, a),
      stage(patches, '×', kernel, '=', product),
      wholeIm2col(subject, tools),
    ),
    title: t('system_im2col'),
    steps: count,
    draw(at) {
      patches.mark([at], [], []);
      product.mark([at], [], []);
      return [t('patchRow', place(a, at, 'output')), sumText(a, at)];
    },
  };
}

/** The sizes of the whole layer's matrices, channels and filters included. */
function wholeIm2col({ step, arithmetic }: Subject, { t }: Tools): HTMLElement | null {
  const { primitive } = step;
  if (
    primitive.op !== 'conv' ||
    !arithmetic ||
    primitive.inChannels === null ||
    primitive.outChannels === null
  )
    return null;
  const out = primitive.axes.reduce<number | null>(
    (product, axis) => (product === null || typeof axis.output !== 'number' ? null : product * axis.output),
    1,
  );
  const taps = primitive.axes.reduce((product, axis) => product * (axis.kernel ?? 1), 1);
  const groups = primitive.depthwise ? primitive.inChannels : (primitive.groups ?? 1);
  if (out === null) return null;
  const depth = (taps * primitive.inChannels) / groups;
  const filters = primitive.outChannels / groups;
  const size = `(${format.exact(out)} × ${format.exact(depth)}) · (${format.exact(depth)} × ${format.exact(filters)})`;
  const inputs = primitive.axes.reduce(
    (product, axis) => product * (typeof axis.input === 'number' ? axis.input : NaN),
    primitive.inChannels / groups,
  );
  return h(
    'p',
    { class: 'quiet' },
    t(groups > 1 ? 'im2colGroups' : 'im2colWhole', size, groups),
    Number.isFinite(inputs) ? ` ${t('im2colRepeats', format.measured((out * depth) / inputs))}` : '',
  );
}

/** The sparse matrix `[in, out]` that the flattened input is multiplied with. */
export function sparseSystem(subject: Subject, tools: Tools): SystemView {
  const { t } = tools;
  const whole = subject.arithmetic!;
  const a = drawable(whole);
  const count = outputs(a);
  const inputs = a.input.length;
  const values = valuesOf(a);
  const all = links(a);
  const most = Math.max(1, ...a.kernel.map(Math.abs));
  const layers: MatrixOptions['layers'] = a.kernel.map((weight, tap) => ({
    classes: weight < 0 ? 'is-negative' : weight > 0 ? 'is-positive' : 'is-zero',
    strength: weight === 0 ? 0.3 : 0.3 + (0.7 * Math.abs(weight)) / most,
    cells: all.flatMap((link): [number, number][] => (link.tap === tap ? [[link.input, link.output]] : [])),
  }));
  const byCell = new Map(all.map((link) => [link.input * count + link.output, link.tap]));
  const room = Math.min(370, Math.max(180, 14 * Math.max(count, inputs)));
  const matrix = new Matrix({
    rows: inputs,
    columns: count,
    room,
    layers,
    text: (row, column) => {
      const tap = byCell.get(row * count + column);
      return tap === undefined ? undefined : number(a.kernel[tap]);
    },
    caption: t('sparseMatrix', `${inputs}×${count}`),
    hover: (row, column) => {
      matrix.mark([row], [column], []);
      const tap = byCell.get(row * count + column);
      const from = place(a, row, 'input');
      const to = place(a, column, 'output');
      tools.say([
        tap === undefined ? t('sparseZero', from, to) : t('sparseCell', from, to, number(a.kernel[tap])),
        sumText(a, column),
      ]);
    },
    leave: () => tools.say(null),
  });
  const side = Math.min(20, room / Math.max(inputs, count));
  const line = (numbers: readonly number[], classes: string, caption: string, upright: boolean): Matrix =>
    new Matrix({
      rows: upright ? numbers.length : 1,
      columns: upright ? 1 : numbers.length,
      room: numbers.length * side,
      layers: [
        {
          classes,
          strength: 0.35,
          cells: numbers.map((_, i): [number, number] => (upright ? [i, 0] : [0, i])),
        },
      ],
      text: (row, column) => number(numbers[upright ? row : column]),
      caption,
    });
  const input = line(a.input, 'is-real', t('flatInput', inputs), true);
  const output = line(values, 'is-out', t('flatOutput', count), false);
  const filled = all.length / (inputs * count);
  return {
    element: h(
      'div',
      {},
      sizeNote(tools, whole, a),
      h('div', { class: 'lens-sparse' }, input.element, h('div', {}, matrix.element, output.element)),
      h('p', { class: 'quiet' }, t('sparseShare', format.percent(filled), a.kernel.length)),
    ),
    title: t('system_sparse'),
    steps: count,
    draw(at) {
      const read = reads(a, at).flatMap((each) => (each.input === null ? [] : [each.input]));
      matrix.mark(
        [],
        [at],
        read.map((row) => [row, at]),
      );
      output.mark([], [], [[0, at]]);
      input.mark(
        [],
        [],
        read.map((row) => [row, 0]),
      );
      return [t('sparseColumn', place(a, at, 'output')), sumText(a, at)];
    },
  };
}

function stage(...parts: (Matrix | string)[]): HTMLElement {
  return h(
    'div',
    { class: 'lens-stage is-product' },
    ...parts.map((part) =>
      typeof part === 'string'
        ? h('span', { class: 'lens-arrow', 'aria-hidden': 'true' }, part)
        : part.element,
    ),
  );
}
