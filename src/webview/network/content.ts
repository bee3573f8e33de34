/** What is written in a box and told of it: texts, family, marks and heat, from the snapshot; no elements yet. */
import type { Node, NodeId } from '../../graph/graph';
import type { NodeFigures, PanelDiagnostic, Snapshot } from '../../protocol';
import * as format from '../format';
import { fieldLength, reasonOf } from '../model';
import type { Heat } from '../state';
import type { Translate } from '../strings';
import { outputShape } from './items';
import { detailOf, isAutomaticName, isLight, mainStep, nodeKind, type Kind } from './kinds';
import type { PlacedBox } from './types';

export interface BoxContent {
  readonly title: string;
  readonly detail: string;
  /** Shown at the right end: the number that the colour tells, or ×N. */
  readonly mark: string;
  readonly kind: Kind;
  readonly severity: PanelDiagnostic['severity'] | null;
  /** Why something of it is not known, or null. */
  readonly reason: string | null;
  /** 0 … 1 on the heat scale; null when not known or when colours tell kinds. */
  readonly heat: number | null;
  /** The whole of it in one sentence, for those who listen and for the tooltip. */
  readonly label: string;
}

export interface ContentSources {
  readonly snapshot: Snapshot;
  readonly severity: ReadonlyMap<NodeId, PanelDiagnostic['severity']>;
  readonly t: Translate;
  readonly heat: Heat;
  /** Milliseconds by node, of the last run. */
  readonly times: ReadonlyMap<NodeId, number>;
  /** Norm of the gradient at a node's output, of the last run; null before it was worked out. */
  readonly norms: ReadonlyMap<NodeId, number> | null;
}

export function boxContent(box: PlacedBox, from: ContentSources, most: number): BoxContent {
  const { snapshot, t } = from;
  const node = snapshot.graph.nodes[box.node];
  const value = heatValue(box, from);
  const reason =
    box.kind === 'node' || box.kind === 'group'
      ? reasonOf(node, outputShape(snapshot.graph, box.node))
      : null;
  const severity = worst(box.covers.map((id) => from.severity.get(id) ?? null));
  const heat = from.heat === 'kind' || value === null || most <= 0 ? null : share(value, most, from.heat);
  const mark =
    box.kind === 'repeat'
      ? `×${box.count}`
      : from.heat === 'kind' || value === null
        ? ''
        : heatText(value, from);
  const common = { severity, reason, heat, mark };
  if (box.kind === 'repeat' || box.kind === 'block' || box.kind === 'call') {
    const inner = snapshot.graph.nodes;
    const covered = new Set(box.covers);
    const top = box.covers.filter((id) => !covered.has(inner[id].parent ?? -1));
    const each = Math.round(top.length / box.count);
    const one = top.slice(0, each);
    const types = mainTypes(one.map((id) => inner[id]));
    const name = box.name?.replace(/^_+/, '') ?? null;
    const title = box.kind === 'block' ? t('block', box.ordinal) : (name ?? types);
    const detail =
      box.kind === 'block' || name !== null ? mainDetail(snapshot, one, types) : t('layersIn', each);
    const start = box.kind === 'repeat' ? t('repeats', box.count) : title;
    const label = `${start}: ${box.kind === 'repeat' && name !== null ? `${name}, ` : ''}${types}, ${t('layersIn', each)}`;
    return { ...common, title, detail, kind: 'composite', label: sentence(label, box, from) };
  }
  const automatic = isAutomaticName(node);
  const title = automatic ? node.type : node.name;
  const spelled = detailOf(mainStep(snapshot.graph, node).primitive);
  const what = spelled.toLowerCase() === node.type.toLowerCase() ? '' : spelled;
  const detail =
    reason !== null && box.kind === 'node' && beginsUnknown(snapshot, node, reason)
      ? reason
      : [automatic ? '' : node.type, what].filter(Boolean).join(' · ');
  const label = [node.type, automatic ? '' : node.name, what].filter(Boolean).join(', ');
  return {
    ...common,
    title,
    detail,
    kind: nodeKind(snapshot.graph, node),
    label: sentence(label, box, from, reason),
  };
}

/** `Conv2D, BatchNormalization, Conv2D` → `2 Conv2D`: first what has weights, then what joins or pools; no padding. */
function mainTypes(nodes: readonly Node[]): string {
  const count = new Map<string, number>();
  const rank = new Map<string, number>();
  for (const node of nodes) {
    count.set(node.type, (count.get(node.type) ?? 0) + 1);
    rank.set(node.type, Math.max(rank.get(node.type) ?? 0, importance(node)));
  }
  const main = [...count].filter(([type]) => rank.get(type)! > 0);
  return (main.length > 0 ? main : [...count])
    .sort(([a], [b]) => rank.get(b)! - rank.get(a)!)
    .slice(0, 3)
    .map(([type, times]) => (times > 1 ? `${times} ${type}` : type))
    .join(' + ');
}

function importance({ primitive, weights, children, inputs }: Node): number {
  if (primitive.op === 'normalize' || primitive.op === 'pad' || primitive.op === 'crop') return 0;
  if (weights.length > 0 || children.length > 0) return 2;
  return isLight(primitive, inputs.length) ? 0 : 1;
}

/** Not known here first: a node that only passes on what is not known says better what it does. */
function beginsUnknown({ graph }: Snapshot, node: Node, reason: string): boolean {
  return !node.inputs.some((tensor) => {
    const producer = graph.tensors[tensor]?.producer ?? null;
    return producer !== null && reasonOf(graph.nodes[producer], graph.tensors[tensor].shape) === reason;
  });
}

/** What a block mostly is: its one layer with weights in full, else the types. */
function mainDetail({ graph }: Snapshot, nodes: readonly NodeId[], types: string): string {
  const weighty = nodes
    .map((id) => graph.nodes[id])
    .filter((node) => node.weights.length > 0 && node.primitive.op !== 'normalize');
  return weighty.length === 1
    ? [weighty[0].type, detailOf(weighty[0].primitive)].filter(Boolean).join(' · ')
    : types;
}

function sentence(start: string, box: PlacedBox, from: ContentSources, reason: string | null = null): string {
  const { snapshot, t } = from;
  const output = outputShape(snapshot.graph, box.node);
  const params = total(box, snapshot, (figures) => figures.params);
  const macs = total(box, snapshot, (figures) => figures.macs);
  const diagnostics = snapshot.diagnostics.filter(
    (diagnostic) => diagnostic.node !== null && box.covers.includes(diagnostic.node),
  );
  const parts = [
    start,
    `${t('output')} ${format.shape(output)}`,
    params === null || params > 0 ? `${t('parameters')} ${format.exact(params)}` : '',
    macs === null || macs > 0 ? `${t('multiplyAdds')} ${format.short(macs)}` : '',
    reason === null ? '' : t('why', reason),
    ...diagnostics.map((diagnostic) => `${t(`severity_${diagnostic.severity}`)}: ${diagnostic.message}`),
  ];
  return parts.filter(Boolean).join('\n');
}

/** The sum over the nodes it stands for; children of a counted node are in its figure already. */
export function total(
  box: Pick<PlacedBox, 'covers'>,
  snapshot: Snapshot,
  of: (figures: NodeFigures) => number | null,
): number | null {
  const covered = new Set(box.covers);
  let sum = 0;
  for (const id of box.covers) {
    const parent = snapshot.graph.nodes[id].parent;
    if (parent !== null && covered.has(parent)) continue;
    const figures = snapshot.figures[id];
    const value = figures ? of(figures) : null;
    if (value === null) return null;
    sum += value;
  }
  return sum;
}

/** The number that the colour tells; null when not known. */
export function heatValue(box: PlacedBox, from: ContentSources): number | null {
  switch (from.heat) {
    case 'kind':
      return null;
    case 'params':
      return total(box, from.snapshot, (figures) => figures.params);
    case 'macs':
      return total(box, from.snapshot, (figures) => figures.macs);
    case 'memory':
      return total(box, from.snapshot, (figures) => figures.activationBytes);
    case 'field':
      return fieldLength(from.snapshot.figures[box.node]);
    case 'gradient': {
      const found = box.covers.flatMap((id) => from.norms?.get(id) ?? []);
      // A block is as hot as what comes back to its beginning.
      return found.length === 0 ? null : found[0];
    }
    case 'time': {
      const measured = box.covers.filter((id) => from.times.has(id));
      return measured.length === 0 ? null : measured.reduce((sum, id) => sum + from.times.get(id)!, 0);
    }
  }
}

function heatText(value: number, from: ContentSources): string {
  if (from.heat === 'memory') return format.bytes(value);
  if (from.heat === 'time') return format.milliseconds(value);
  if (from.heat === 'gradient') return format.measured(value);
  if (from.heat === 'field') return value === Infinity ? '∞' : String(value);
  return value === 0 ? '' : format.short(value);
}

/** Decades of gradient norms that the colours tell apart: what has vanished further is cold all the same. */
const DECADES = 6;

/**
 * Fields grow steadily and are shown so; costs spread over magnitudes and are shown by their square root; gradients vanish
 * and explode by factors and are shown by their logarithm.
 */
function share(value: number, most: number, heat: Heat): number {
  const part = Math.min(1, Math.max(0, value / most));
  if (heat === 'gradient') return part === 0 ? 0 : Math.max(0, 1 + Math.log10(part) / DECADES);
  return heat === 'field' ? part : Math.sqrt(part);
}

const RANK = ['hint', 'info', 'warning', 'error'] as const;

function worst(
  severities: readonly (PanelDiagnostic['severity'] | null)[],
): PanelDiagnostic['severity'] | null {
  let at = -1;
  for (const severity of severities) if (severity !== null) at = Math.max(at, RANK.indexOf(severity));
  return at < 0 ? null : RANK[at];
}
