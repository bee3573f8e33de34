/**
 * Translation equivariance tried out: shift the input by dragging it or with the arrow keys, and see whether the output is the
 * shifted output. It is, away from borders, as long as the shift is a whole number of strides.
 */
import { h } from '../dom';
import * as format from '../format';
import { number, place, valuesOf, type Arithmetic } from './arithmetic';
import { pair } from './pair';
import type { Subject, SystemView, Tools } from './system';

export interface Shifted {
  /** The input after the shift; what comes in at the border is zero. */
  readonly input: readonly number[];
  /** The operation on the shifted input. */
  readonly output: readonly number[];
  /** The shifted output of the input as it was; null where nothing was or where the shift is no whole number of output cells. */
  readonly expected: readonly (number | null)[];
  /** Root mean square of the difference over the root mean square of the output, over cells with an expectation; null without any. */
  readonly error: number | null;
}

/** `down` and `right` in input cells. */
export function shift(a: Arithmetic, down: number, right: number): Shifted {
  const { rows, columns } = a;
  const moved = (
    values: readonly number[],
    height: number,
    width: number,
    dy: number,
    dx: number,
  ): (number | null)[] =>
    values.map((_, cell) => {
      const y = Math.floor(cell / width) - dy;
      const x = (cell % width) - dx;
      return y < 0 || x < 0 || y >= height || x >= width ? null : values[y * width + x];
    });
  const input = moved(a.input, rows.input, columns.input, down, right).map((value) => value ?? 0);
  const output = valuesOf(a, input);
  const before = valuesOf(a);
  const steps = (cells: number, axis: typeof rows): number =>
    axis.transposed ? cells * axis.stride : cells / axis.stride;
  const [dy, dx] = [steps(down, rows), steps(right, columns)];
  const whole = Number.isInteger(dy) && Number.isInteger(dx);
  const expected = whole ? moved(before, rows.output, columns.output, dy, dx) : before.map(() => null);
  let difference = 0;
  let size = 0;
  let compared = 0;
  expected.forEach((value, cell) => {
    if (value === null) return;
    compared++;
    difference += (output[cell] - value) ** 2;
    size += value ** 2;
  });
  const error =
    compared === 0 ? null : size === 0 ? (difference === 0 ? 0 : 1) : Math.sqrt(difference / size);
  return { input, output, expected, error };
}

export function shiftSystem(subject: Subject, tools: Tools): SystemView {
  const { t } = tools;
  const { a, input, output, stage } = pair(
    tools,
    subject.arithmetic!,
    (size) => t('shiftedOutput', size),
    (cell) => tools.say(cell === null ? null : [words(cell), told()[1]]),
  );
  let [down, right] = [0, 1].map((axis) => (axis === 0 ? 0 : a.columns.transposed ? 1 : a.columns.stride));
  const handle = h(
    'div',
    { class: 'lens-drag', tabindex: 0, role: 'application', 'aria-label': t('shiftHint') },
    input.element,
  );
  let state = shift(a, down, right);
  const words = (cell: number): string => {
    const expected = state.expected[cell];
    return expected === null
      ? t('shiftNothing', place(a, cell, 'output'))
      : t('shiftCell', place(a, cell, 'output'), number(state.output[cell]), number(expected));
  };
  const told = (): readonly string[] => {
    const by = a.sequence ? String(right) : `(${down}, ${right})`;
    const stride = a.sequence ? String(a.columns.stride) : `${a.rows.stride}×${a.columns.stride}`;
    return [
      t('shiftedBy', by),
      state.error === null
        ? t('shiftNoCell', stride)
        : state.error < 1e-9
          ? t('shiftExact')
          : t('shiftError', format.percent(state.error)),
    ];
  };
  const paint = (): void => {
    state = shift(a, down, right);
    input.update((row, column) => {
      const value = state.input[row * a.columns.input + column];
      const inside =
        row - down >= 0 &&
        row - down < a.rows.input &&
        column - right >= 0 &&
        column - right < a.columns.input;
      return { classes: inside ? 'is-real' : 'is-pad', text: number(value) };
    });
    output.update((row, column) => {
      const cell = row * a.columns.output + column;
      const expected = state.expected[cell];
      const differs = expected !== null && Math.abs(expected - state.output[cell]) > 1e-9;
      return {
        classes: `is-out ${expected === null ? 'is-new' : differs ? 'is-different' : 'is-done'}`,
        text: number(state.output[cell]),
        title: words(cell),
        cell,
      };
    });
  };
  const move = (toDown: number, toRight: number): void => {
    const limit = (value: number, length: number): number =>
      Math.max(-(length - 1), Math.min(length - 1, value));
    const [y, x] = [a.sequence ? 0 : limit(toDown, a.rows.input), limit(toRight, a.columns.input)];
    if (y === down && x === right) return;
    [down, right] = [y, x];
    paint();
    tools.say(told());
  };
  let drag: { x: number; y: number; down: number; right: number } | null = null;
  handle.addEventListener('pointerdown', (event) => {
    drag = { x: event.clientX, y: event.clientY, down, right };
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener('pointermove', (event) => {
    if (!drag) return;
    const cell = handle.querySelector('svg')!.getBoundingClientRect().width / a.columns.input;
    move(
      drag.down + Math.round((event.clientY - drag.y) / cell),
      drag.right + Math.round((event.clientX - drag.x) / cell),
    );
  });
  for (const end of ['pointerup', 'pointercancel']) handle.addEventListener(end, () => (drag = null));
  handle.addEventListener('keydown', (event) => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    move(down + by[0], right + by[1]);
  });
  return {
    element: stage(t('shiftHint'), handle),
    title: t('system_shift'),
    steps: 0,
    draw() {
      paint();
      return told();
    },
  };
}
