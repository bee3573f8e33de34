/** The model as a whole, shown while no layer is chosen: shapes, totals, and which colour means what. */
import type { TensorId } from '../graph/graph';
import type { Snapshot } from '../protocol';
import { h } from './dom';
import * as format from './format';
import { modelName } from './model';
import { KINDS, nodeKind, type Kind } from './network/kinds';
import type { Translate } from './strings';

export function overview(t: Translate, snapshot: Snapshot, index: number): HTMLElement[] {
  const { graph } = snapshot;
  const model = graph.models[index];
  const totals = snapshot.totals[index];
  if (!model) return [];
  const shapes = (tensors: readonly TensorId[]): string =>
    tensors
      .flatMap((tensor) => (graph.tensors[tensor] ? [format.shape(graph.tensors[tensor].shape)] : []))
      .join(', ');
  const sign = totals?.atLeast ? '≥ ' : '';
  const number = (value: number | null | undefined, write: (value: number) => string): string =>
    value === null || value === undefined ? format.NOT_KNOWN : sign + write(value);
  const facts: [string, string, string?][] = [
    [model.inputs.length > 1 ? t('inputs') : t('input'), shapes(model.inputs) || format.NOT_KNOWN],
    [t('output'), shapes(model.outputs) || format.NOT_KNOWN],
    [t('layers'), format.exact(model.rows.length)],
    [t('parameters'), number(totals?.params, format.exact)],
    [t('trainableLabel'), number(totals?.trainable, format.exact)],
    [t('multiplyAdds'), number(totals?.macs, format.exact), t('perSample')],
    [t('memory'), number(totals?.activationBytes, format.bytes), t('perSample')],
  ];
  const rows = facts.flatMap(([name, value, note]) => [
    h('dt', {}, name),
    h('dd', {}, value, note ? h('span', { class: 'quiet' }, ` ${note}`) : null),
  ]);
  const title = h('header', { class: 'layer-title' }, h('h2', {}, modelName(graph, index)));
  const notes: HTMLElement[] = [];
  if (model.unknown) notes.push(h('p', { class: 'trouble is-unknown' }, t('why', model.unknown.reason)));
  if (model.probed) notes.push(h('p', { class: 'quiet note' }, t('probed')));
  return [
    title,
    ...notes,
    h('dl', { class: 'facts' }, ...rows),
    legend(t, snapshot, index),
    h('p', { class: 'quiet note' }, t('nothingSelected')),
  ];
}

/** The families that the model has, with their number of nodes. */
function legend(t: Translate, { graph }: Snapshot, index: number): HTMLElement {
  const count = new Map<Kind, number>();
  for (const id of graph.models[index].nodes) {
    const kind = nodeKind(graph, graph.nodes[id]);
    count.set(kind, (count.get(kind) ?? 0) + 1);
  }
  const items = KINDS.filter((kind) => count.has(kind)).map((kind) =>
    h(
      'li',
      {},
      h('span', { class: `dot kind-${kind}`, 'aria-hidden': 'true' }),
      t(`kind_${kind}`),
      h('span', { class: 'quiet' }, ` ${count.get(kind)}`),
    ),
  );
  return h('ul', { class: 'legend' }, ...items);
}
