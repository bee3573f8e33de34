/** Costs beside each other: the layer and what else could stand between the same shapes, as bars on a logarithmic scale. */
import { h } from '../dom';
import * as format from '../format';
import { inputShapes, outputShape } from '../network/items';
import { convolutions } from './convolutions';
import { alternatives, type Alternative } from './costs';
import type { Subject, SystemView, Tools } from './system';

export function costSystem({ snapshot: { graph }, node }: Subject, { t }: Tools): SystemView | null {
  const found = alternatives(
    convolutions(graph, node),
    inputShapes(graph, node.id)[0] ?? null,
    outputShape(graph, node.id),
  );
  if (found.length < 2) return null;
  const [self] = found;
  const name = (each: Alternative): string =>
    each.id === 'this'
      ? node.type
      : each.id === 'stack'
        ? t('cost_stack', each.layers!, each.kernel!)
        : t(`cost_${each.id}`);
  const rows = (title: string, of: (each: Alternative) => number): HTMLElement => {
    const most = Math.max(...found.map(of), 10);
    return h(
      'table',
      { class: 'lens-costs' },
      h('caption', {}, title),
      ...found.map((each) => {
        const bar = h('meter', { min: 0, max: 1, value: Math.log(Math.max(1, of(each))) / Math.log(most) });
        bar.setAttribute('aria-hidden', 'true');
        const times = of(each) / of(self);
        return h(
          'tr',
          { class: each === self ? 'is-own' : '' },
          h('th', { scope: 'row' }, name(each)),
          h('td', { class: 'number' }, format.short(of(each))),
          h('td', { class: 'number quiet' }, each === self ? '' : `× ${timesText(times)}`),
          h('td', { class: 'lens-cost-bar' }, bar),
        );
      }),
    );
  };
  const taps = self.weights;
  return {
    element: h(
      'div',
      {},
      rows(t('weights'), (each) => each.weights),
      rows(t('multiplyAdds'), (each) => each.macs),
    ),
    title: t('system_cost'),
    steps: 0,
    draw: () => [
      t('costShared', format.exact(taps), format.exact(Math.round(self.macs / taps))),
      t('costNote'),
    ],
  };
}

function timesText(times: number): string {
  return times >= 1000
    ? format.short(Math.round(times))
    : times >= 10
      ? times.toFixed(0)
      : times.toPrecision(2);
}
