/** The stage that several systems share: the input beside the output under one window, as large as can be drawn, with a note below. */
import { h } from '../dom';
import type { Arithmetic } from './arithmetic';
import { Grid, sideFor } from './grid';
import { drawable, sizeNote } from './matrixSystems';
import type { Tools } from './system';

export interface Pair {
  /** The operation that is drawn: the layer's own, or a smaller one that behaves alike. */
  readonly a: Arithmetic;
  readonly input: Grid;
  readonly output: Grid;
  /** The stage; `shown` stands for the input's grid, `note` says what is to be seen. */
  stage(note: string, shown?: HTMLElement): HTMLElement;
}

/** `hover`: the output cell that the pointer is on. */
export function pair(
  tools: Tools,
  whole: Arithmetic,
  caption: (size: string) => string,
  hover: (cell: number | null) => void,
): Pair {
  const { t } = tools;
  const a = drawable(whole);
  const side = sideFor(Math.max(a.columns.input, a.columns.output));
  const size = (which: 'input' | 'output'): string =>
    a.sequence ? String(a.columns[which]) : `${a.rows[which]}×${a.columns[which]}`;
  const grid = (which: 'input' | 'output', words: string, on?: (cell: number | null) => void): Grid =>
    new Grid({ rows: a.rows[which], columns: a.columns[which], side, caption: words, hover: on });
  const input = grid('input', `${t('input')} ${size('input')}`);
  const output = grid('output', caption(size('output')), hover);
  return {
    a,
    input,
    output,
    stage: (note, shown = input.element) =>
      h(
        'div',
        {},
        sizeNote(tools, whole, a),
        h(
          'div',
          { class: 'lens-stage' },
          shown,
          h('span', { class: 'lens-arrow', 'aria-hidden': 'true' }, '→'),
          output.element,
        ),
        h('p', { class: 'quiet' }, note),
      ),
  };
}
