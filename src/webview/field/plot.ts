/** The receptive field's growth along depth as a plot: one point per node on a logarithmic scale, the input's length as a line. */
import type { NodeId } from '../../graph/graph';
import type { Snapshot } from '../../protocol';
import { h, s, set } from '../dom';
import * as format from '../format';
import { fieldLength } from '../model';
import { outputShape } from '../network/items';
import { nodeKind, type Kind } from '../network/kinds';
import type { Translate } from '../strings';
import { sequenceTable } from './sequence';

export interface FieldPoint {
  readonly node: NodeId;
  readonly name: string;
  readonly kind: Kind;
  readonly size: number;
  /** The field at its input covers the whole input already: a wider window adds nothing (Richter et al., 2021). */
  readonly unproductive: boolean;
}

export interface FieldData {
  readonly points: readonly FieldPoint[];
  /** The input's longest spatial length; null when open or unknown. */
  readonly input: number | null;
  readonly sequence: boolean;
}

/** The nodes of a model whose field is known and finite, in order. */
export function fieldData(snapshot: Snapshot, model: number): FieldData {
  const { graph, figures } = snapshot;
  const found = graph.models[model];
  if (!found) return { points: [], input: null, sequence: false };
  const first = found.inputs[0];
  const shape = first === undefined ? null : graph.tensors[first]?.shape;
  const spatial = shape && format.isRanked(shape) ? shape.slice(1, shape.length > 2 ? -1 : undefined) : [];
  const known = spatial.filter((length): length is number => typeof length === 'number');
  const input = known.length > 0 && known.length === spatial.length ? Math.max(...known) : null;
  const points = found.nodes.flatMap((id): FieldPoint[] => {
    const node = graph.nodes[id];
    const size = fieldLength(figures[id]);
    if (!node || size === null || size === Infinity || outputShape(graph, id) === null) return [];
    const before = node.inputs
      .map((tensor) => fieldLength(figures[graph.tensors[tensor]?.producer ?? -1]))
      .filter((length): length is number => length !== null);
    const widens =
      (node.primitive.op === 'conv' || node.primitive.op === 'pool') &&
      node.primitive.axes.some((axis) => (axis.kernel ?? 1) > 1);
    const unproductive = widens && input !== null && before.length > 0 && Math.max(...before) >= input;
    return [{ node: id, name: node.name, kind: nodeKind(graph, node), size, unproductive }];
  });
  return { points, input, sequence: spatial.length === 1 };
}

const SIZE = { width: 480, height: 280, left: 40, right: 14, top: 14, bottom: 26 } as const;

export class FieldView {
  readonly element = h('section', { class: 'field-view' });
  private shown: unknown = null;

  constructor(private readonly choose: (node: NodeId) => void) {}

  update(t: Translate, snapshot: Snapshot, model: number, selected: readonly NodeId[]): void {
    const key = `${selected.join()}|${model}|${t('field')}`;
    if (this.shown === snapshot && this.element.dataset.key === key) return;
    this.shown = snapshot;
    this.element.dataset.key = key;
    const data = fieldData(snapshot, model);
    const sequence = sequenceTable(t, snapshot, model, selected[0] ?? null);
    if (data.points.length < 2)
      return set(this.element, sequence ?? h('p', { class: 'quiet hint' }, t('fieldNone')));
    const wasted = data.points.filter((point) => point.unproductive).length;
    set(
      this.element,
      h('h2', { class: 'plot-title' }, t('fieldOfPath')),
      this.plot(t, data, new Set(selected)),
      h(
        'p',
        { class: 'quiet' },
        t(data.sequence ? 'fieldAxisSequence' : 'fieldAxis'),
        data.input === null ? '' : ` · ${t('inputSize', data.input)}`,
      ),
      wasted > 0 &&
        h(
          'p',
          { class: 'field-wasted' },
          h('span', { class: 'wasted-mark', 'aria-hidden': 'true' }, '◆'),
          ` ${t('unproductiveCount', wasted)}. ${t('unproductive')}`,
        ),
      sequence,
    );
  }

  private plot(t: Translate, data: FieldData, selected: ReadonlySet<NodeId>): SVGElement {
    const { width, height, left, right, top, bottom } = SIZE;
    const most = Math.max(data.input ?? 1, ...data.points.map((point) => point.size), 2);
    const x = (index: number): number =>
      left + (index / Math.max(1, data.points.length - 1)) * (width - left - right);
    const y = (size: number): number =>
      height - bottom - (Math.log2(Math.max(1, size)) / Math.log2(most)) * (height - top - bottom);
    const ticks: SVGElement[] = [];
    for (let value = 1; value <= most; value *= most > 64 ? 4 : 2) {
      ticks.push(
        s('line', { class: 'grid', x1: left, x2: width - right, y1: y(value), y2: y(value) }),
        s('text', { class: 'tick', x: left - 7, y: y(value) + 4, 'text-anchor': 'end' }, value),
      );
    }
    const path = data.points
      .map((point, index) => `${index === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(point.size).toFixed(1)}`)
      .join('');
    const dots = data.points.map((point, index) =>
      this.dot(t, point, x(index), y(point.size), selected.has(point.node)),
    );
    const limit =
      data.input === null
        ? []
        : [s('line', { class: 'limit', x1: left, x2: width - right, y1: y(data.input), y2: y(data.input) })];
    return s(
      'svg',
      { class: 'plot', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': t('fieldOfPath') },
      ...ticks,
      ...limit,
      s('path', { class: 'curve', d: path }),
      ...dots,
    );
  }

  private dot(t: Translate, point: FieldPoint, x: number, y: number, selected: boolean): SVGElement {
    const title = s(
      'title',
      {},
      `${point.name}: ${point.size}${point.unproductive ? `\n${t('unproductive')}` : ''}`,
    );
    const classes = `point kind-${point.kind}${selected ? ' is-selected' : ''}${point.unproductive ? ' is-wasted' : ''}`;
    const r = selected ? 6 : 3.5;
    const mark = point.unproductive
      ? s(
          'path',
          {
            class: classes,
            d: `M${x} ${y - r - 1.5}l${r + 1.5} ${r + 1.5} ${-r - 1.5} ${r + 1.5} ${-r - 1.5} ${-r - 1.5}z`,
          },
          title,
        )
      : s('circle', { class: classes, cx: x, cy: y, r }, title);
    mark.addEventListener('click', () => this.choose(point.node));
    return mark;
  }
}
