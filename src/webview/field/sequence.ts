/**
 * A network as a sequence model, beside others of the same width: how far one unit reads, by how many operations the farthest
 * position reaches it, how many must wait for each other, and what a layer costs (after Vaswani et al., 2017, table 1).
 */
import type { NodeId } from '../../graph/graph';
import type { Snapshot } from '../../protocol';
import { h } from '../dom';
import * as format from '../format';
import { outputShape } from '../network/items';
import type { Translate } from '../strings';

export interface SequenceRow {
  readonly name: 'this' | 'lstm' | 'convolution' | 'attention' | 'hierarchy';
  /** Positions that one unit reads. */
  readonly span: number | null;
  readonly pathLength: number | null;
  readonly steps: number | null;
  /** Multiply-adds for one sample, of one layer that keeps the width. */
  readonly macs: number | null;
}

/** Kernel of the convolution that stands for its kind. */
const KERNEL = 3;

/**
 * One layer of each kind over `positions` of `width` features each. An LSTM makes four affine maps of input and state per step;
 * attention four of its projections and two products over all pairs; a tree of attention has a level per doubling.
 */
export function others(positions: number | null, width: number | null): SequenceRow[] {
  const times = (of: (n: number, d: number) => number): number | null =>
    positions === null || width === null ? null : of(positions, width);
  const levels = positions === null ? null : Math.max(1, Math.ceil(Math.log2(positions)));
  return [
    {
      name: 'lstm',
      span: positions,
      pathLength: positions,
      steps: positions,
      macs: times((n, d) => 8 * n * d * d),
    },
    { name: 'convolution', span: KERNEL, pathLength: 1, steps: 1, macs: times((n, d) => KERNEL * n * d * d) },
    {
      name: 'attention',
      span: positions,
      pathLength: 1,
      steps: 1,
      macs: times((n, d) => 4 * n * d * d + 2 * n * n * d),
    },
    { name: 'hierarchy', span: positions, pathLength: levels, steps: levels, macs: null },
  ];
}

/** The node that stands for the network: the chosen one if a sequence reaches it, else the last one that keeps positions or any. */
export function sequenceNode(snapshot: Snapshot, model: number, selected: NodeId | null): NodeId | null {
  const { sequences = {}, graph } = snapshot;
  if (selected !== null && sequences[selected]) return selected;
  const nodes = graph.models[model]?.nodes.filter((id) => sequences[id]) ?? [];
  return nodes[nodes.length - 1] ?? null;
}

export function sequenceTable(
  t: Translate,
  snapshot: Snapshot,
  model: number,
  selected: NodeId | null,
): HTMLElement | null {
  const node = sequenceNode(snapshot, model, selected);
  const own = node === null ? undefined : snapshot.sequences?.[node];
  if (node === null || !own) return null;
  const shape = outputShape(snapshot.graph, node);
  const last = shape && format.isRanked(shape) ? shape[shape.length - 1] : null;
  const width = typeof last === 'number' ? last : null;
  const rows: SequenceRow[] = [
    { name: 'this', ...own, macs: snapshot.figures[node]?.macs ?? null },
    ...others(own.positions, width),
  ];
  const number = (value: number | null): string => (value === null ? 'N' : format.short(value));
  const { name } = snapshot.graph.nodes[node];
  return h(
    'div',
    { class: 'sequence-view' },
    h('h2', { class: 'plot-title' }, t('sequenceTitle', name)),
    h(
      'div',
      { class: 'table-scroll' },
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'col' }, ''),
            ...(['sequenceSpan', 'sequencePath', 'sequenceSteps', 'multiplyAdds'] as const).map((key) =>
              h('th', { scope: 'col', class: 'number' }, t(key)),
            ),
          ),
        ),
        h(
          'tbody',
          {},
          ...rows.map((row) =>
            h(
              'tr',
              { class: row.name === 'this' ? 'is-selected' : '' },
              h('th', { scope: 'row' }, row.name === 'this' ? name : t(`sequence_${row.name}`)),
              h('td', { class: 'number' }, number(row.span)),
              h('td', { class: 'number' }, number(row.pathLength)),
              h('td', { class: 'number' }, number(row.steps)),
              h('td', { class: 'number' }, row.macs === null ? '' : format.short(row.macs)),
            ),
          ),
        ),
      ),
    ),
    h(
      'p',
      { class: 'quiet' },
      own.positions === null
        ? t('sequenceOpen', width ?? format.NOT_KNOWN)
        : t('sequenceOver', own.positions, width ?? format.NOT_KNOWN),
    ),
  );
}
