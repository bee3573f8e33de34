/** What is known of the selected layer, in a list: shapes, kernel, parameters, cost, receptive field, errors and why parts are unknown. */
import type { ModelGraph, Node, NodeId } from '../graph/graph';
import type { Snapshot } from '../protocol';
import { h, set } from './dom';
import * as format from './format';
import { lengthFormula } from './lens/geometry';
import { overview } from './overview';
import { diagnosticsOf, reasonOf } from './model';
import { inputShapes, outputShape } from './network/items';
import { isAutomaticName, nodeKind } from './network/kinds';
import type { Translate } from './strings';

export interface LayerEvents {
  reveal(node: NodeId): void;
}

export class LayerView {
  readonly element = h('section', { class: 'layer' });

  constructor(private readonly events: LayerEvents) {}

  update(t: Translate, snapshot: Snapshot, model: number, id: NodeId | null): void {
    const focused = this.element.contains(document.activeElement);
    const node = id === null ? undefined : snapshot.graph.nodes[id];
    if (id === null || !node) return set(this.element, ...overview(t, snapshot, model));
    const kind = nodeKind(snapshot.graph, node);
    const title = h(
      'header',
      { class: 'layer-title' },
      h('span', { class: `dot kind-${kind}`, title: t(`kind_${kind}`) }),
      h('h2', {}, node.type),
      isAutomaticName(node) ? null : h('span', { class: 'layer-name' }, node.name),
      h('button', { type: 'button', class: 'reveal', onClick: () => this.events.reveal(id) }, t('reveal')),
    );
    set(this.element, title, ...this.troubles(t, snapshot, node), this.facts(t, snapshot, node));
    if (focused) this.element.querySelector<HTMLElement>('.reveal')?.focus({ preventScroll: true });
  }

  private troubles(t: Translate, snapshot: Snapshot, node: Node): HTMLElement[] {
    const found = diagnosticsOf(snapshot, node.id).map((diagnostic) =>
      h(
        'p',
        { class: `trouble has-${diagnostic.severity}` },
        h('strong', {}, `${t(`severity_${diagnostic.severity}`)}: `),
        diagnostic.message,
      ),
    );
    const reason = reasonOf(node, outputShape(snapshot.graph, node.id));
    if (reason !== null) found.push(h('p', { class: 'trouble is-unknown' }, t('why', reason)));
    if (node.probed) found.push(h('p', { class: 'quiet' }, t('probed')));
    return found;
  }

  private facts(t: Translate, snapshot: Snapshot, node: Node): HTMLElement {
    const { graph } = snapshot;
    const figures = snapshot.figures[node.id];
    const rows: [string, string | HTMLElement, string?][] = [];
    const inputs = inputShapes(graph, node.id);
    if (inputs.length > 0)
      rows.push([inputs.length > 1 ? t('inputs') : t('input'), inputs.map(format.shape).join(', ')]);
    const outputs = node.outputs.flatMap((tensor) =>
      graph.tensors[tensor] ? [graph.tensors[tensor].shape] : [],
    );
    rows.push([t('output'), h('strong', {}, outputs.map(format.shape).join(', '))]);
    const formula = lengthFormula(node.primitive);
    if (formula.length > 0) rows.push([t('formula'), h('span', { class: 'formula' }, formula.join('   '))]);
    for (const weight of weightsOf(graph, node)) rows.push([weight.name, format.shape(weight.shape)]);
    if (figures) {
      const trainable =
        figures.trainable !== null && figures.params !== null && figures.trainable !== figures.params
          ? ` (${t('trainable', format.exact(figures.trainable))})`
          : '';
      rows.push([t('parameters'), `${format.exact(figures.params)}${trainable}`]);
      rows.push([t('multiplyAdds'), format.exact(figures.macs), t('perSample')]);
      if (figures.activationBytes !== null)
        rows.push([t('memory'), format.bytes(figures.activationBytes), t('perSample')]);
      rows.push(...this.field(t, figures.receptiveField));
    }
    return h(
      'dl',
      { class: 'facts' },
      ...rows.flatMap(([name, value, note]) => [
        h('dt', {}, name),
        h('dd', {}, value, note ? h('span', { class: 'quiet' }, ` ${note}`) : null),
      ]),
    );
  }

  private field(
    t: Translate,
    field: Snapshot['figures'][number]['receptiveField'],
  ): [string, string, string?][] {
    if (!field) return [[t('receptiveField'), format.NOT_KNOWN]];
    if (field.global) return [[t('receptiveField'), t('wholeInput')]];
    const notes: string[] = [];
    if (field.minSize.some((length, axis) => length !== field.size[axis]))
      notes.push(t('smallestBranch', format.sizes(field.minSize)));
    if (field.aligned === false) notes.push(t('notAligned'));
    return [
      [t('receptiveField'), format.sizes(field.size), notes.join(', ') || undefined],
      [t('strideLong'), format.sizes(field.stride)],
      [t('paddingLong'), format.sizes(field.padding)],
    ];
  }
}

/** The weights that this execution uses, with those of the layer when the node lists none. */
function weightsOf(graph: ModelGraph, node: Node): ModelGraph['weights'] {
  const ids =
    node.weights.length > 0
      ? node.weights
      : node.layer === null
        ? []
        : (graph.layers[node.layer]?.weights ?? []);
  return ids.flatMap((id) => (graph.weights[id] ? [graph.weights[id]] : []));
}
