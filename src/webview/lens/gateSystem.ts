/**
 * A gate as it mixes: curves of what is let through over what the gate says. With σ near 1 the new value passes, near 0 the old
 * one (or nothing) does; the slope of the linear half keeps gradients alive where a tanh would flatten.
 */
import { h, s } from '../dom';
import * as format from '../format';
import { outputShape } from '../network/items';
import { gateOf, type Gate } from './gates';
import type { Subject, SystemView, Tools } from './system';

const POSITIONS = 24;
const SIZE = { width: 420, row: 56, left: 64 } as const;

/** Sample curves: what is kept (X), the new value (A) and the gate's input (B), per position. */
export function samples(bias: number): { keep: number[]; value: number[]; gate: number[] } {
  const over = (of: (u: number) => number): number[] =>
    Array.from({ length: POSITIONS }, (_, i) => of(i / (POSITIONS - 1)));
  return {
    keep: over((u) => 0.7 * Math.cos(4 * Math.PI * u)),
    value: over((u) => Math.sin(2 * Math.PI * u)),
    gate: over((u) => 1 / (1 + Math.exp(-(bias + 5 * Math.sin(2 * Math.PI * (u - 0.15)))))),
  };
}

/** What comes out of a gate. */
export function mixed(form: Gate['form'], keep: number, value: number, gate: number): number {
  return form === 'glu' ? value * gate : keep * (1 - gate) + value * gate;
}

export function gateSystem({ snapshot: { graph }, node }: Subject, { t, say }: Tools): SystemView | null {
  const found = gateOf(graph, node);
  if (!found) return null;
  const label = (id: number): string =>
    `${graph.nodes[id].name} ${format.sampleShape(outputShape(graph, id))}`;
  const picture = h('div', { class: 'lens-gate' });
  const slider = h('input', {
    type: 'range',
    min: -6,
    max: 6,
    step: 0.25,
    value: 0,
    'aria-label': t('gateBias'),
  });
  let at = 0;
  const draw = (): void => {
    const bias = Number(slider.value);
    const { keep, value, gate } = samples(bias);
    const result = value.map((each, i) => mixed(found.form, keep[i], each, gate[i]));
    const strips: [string, readonly number[], string][] = [
      ...(found.form === 'mix' ? ([['X', keep, 'is-keep']] as [string, readonly number[], string][]) : []),
      ['A', value, 'is-value'],
      ['σ', gate, 'is-gate'],
      ['Y', result, 'is-result'],
    ];
    const height = strips.length * SIZE.row;
    const step = (SIZE.width - SIZE.left) / POSITIONS;
    const drawn = strips.flatMap(([name, values, classes], row) => {
      const low = name === 'σ' ? 0 : -1;
      const base = row * SIZE.row + SIZE.row - 6 - (name === 'σ' ? 0 : (SIZE.row - 12) / 2);
      const scale = (SIZE.row - 12) / (1 - low);
      return [
        s('text', { class: 'cell-text is-name', x: 6, y: base + 4 }, name === 'σ' ? 'σ(B)' : name),
        s('line', { class: 'gate-zero', x1: SIZE.left, x2: SIZE.width, y1: base, y2: base }),
        ...values.map((each, i) =>
          s('rect', {
            class: `gate-bar ${classes}${i === at ? ' is-current' : ''}`,
            x: SIZE.left + i * step + 1,
            y: Math.min(base, base - each * scale),
            width: step - 2,
            height: Math.max(1, Math.abs(each) * scale),
          }),
        ),
      ];
    });
    picture.replaceChildren(
      s(
        'svg',
        { viewBox: `0 0 ${SIZE.width} ${height}`, role: 'img', 'aria-label': t('system_gate') },
        ...drawn,
      ),
    );
  };
  const told = (): readonly string[] => {
    const { keep, value, gate } = samples(Number(slider.value));
    const [x, y, g] = [keep[at], value[at], gate[at]].map((each) => each.toFixed(2).replace('-', '−'));
    const result = mixed(found.form, keep[at], value[at], gate[at]).toFixed(2).replace('-', '−');
    const share = t('gateShare', format.percent(gate[at]), format.percent(1 - gate[at]));
    return found.form === 'glu'
      ? [`Y = A ⊗ σ(B) = ${y} · ${g} = ${result}`, t('gatePasses', format.percent(gate[at]))]
      : [`Y = X ⊗ (1 − σ) + A ⊗ σ = ${x} · (1 − ${g}) + ${y} · ${g} = ${result}`, share];
  };
  slider.addEventListener('input', () => {
    draw();
    say(told());
  });
  const roles = [
    ...(found.form === 'mix' ? [`X = ${label(found.keep)}`] : []),
    `A = ${label(found.value)}`,
    `σ(B) = ${label(found.gate)}`,
  ];
  return {
    element: h(
      'div',
      {},
      h(
        'p',
        { class: 'formula' },
        found.form === 'glu' ? 'Y = A ⊗ σ(B)' : 'Y = X ⊗ (1 − σ) + A ⊗ σ = X + (A − X) ⊗ σ',
      ),
      h('p', { class: 'quiet' }, roles.join(' · ')),
      picture,
      h('label', { class: 'slice' }, t('gateBias'), slider),
      h(
        'p',
        { class: 'quiet' },
        t(found.form === 'mix' ? 'gateMixNote' : found.residual ? 'gateResidualNote' : 'gateNote'),
      ),
    ),
    title: t('system_gate'),
    steps: POSITIONS,
    draw(position) {
      at = position;
      draw();
      return told();
    },
  };
}
