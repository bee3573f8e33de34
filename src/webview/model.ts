/** Reads a snapshot for one model: names of nodes that stay the same across edits, table rows, totals, diagnostics by node. */
import { isUnknown, type Layer, type ModelGraph, type Node, type NodeId, type Shape } from '../graph/graph';
import type { NodeFigures, PanelDiagnostic, Snapshot } from '../protocol';
import * as format from './format';
import { insideScope, modelScope, outputShape, type Scope } from './network/items';

/** Which model of which file; keys of the view state. */
export function modelKey(snapshot: Snapshot, model: number): string {
  return `${snapshot.uri}#${modelName(snapshot.graph, model)}`;
}

/** What the program calls the model: its binding, else its own name; counted where several go by one. */
export function modelName(graph: ModelGraph, model: number): string {
  const name = ownName(graph, model);
  const before = graph.models.slice(0, model).filter((_, index) => ownName(graph, index) === name).length;
  return before === 0 ? name : `${name} (${before + 1})`;
}

function ownName(graph: ModelGraph, model: number): string {
  const found = graph.models[model];
  return found?.bindings[0]?.name ?? graph.layers[found?.layer ?? -1]?.name ?? `model ${model + 1}`;
}

export interface NodeIndex {
  readonly keyOf: ReadonlyMap<NodeId, string>;
  readonly nodeOf: ReadonlyMap<string, NodeId>;
  /** In drawing order, insides after their node. */
  readonly nodes: readonly NodeId[];
}

/** Names every node of a model, insides included. */
export function indexNodes(graph: ModelGraph, model: number): NodeIndex {
  const keyOf = new Map<NodeId, string>();
  const nodeOf = new Map<string, NodeId>();
  const nodes: NodeId[] = [];
  const visit = (scope: Scope): void => {
    for (const item of scope.items) {
      if (!item.made) {
        keyOf.set(item.node, item.key);
        nodeOf.set(item.key, item.node);
        nodes.push(item.node);
      }
      if (item.foldable) visit(insideScope(graph, item));
    }
  };
  visit(modelScope(graph, model));
  return { keyOf, nodeOf, nodes };
}

/** What follows from a snapshot and the chosen one of its models. */
export interface Shown {
  readonly snapshot: Snapshot;
  readonly model: number;
  readonly key: string;
  readonly index: NodeIndex;
  readonly rows: readonly Row[];
  readonly severity: ReturnType<typeof severities>;
}

export function shownOf(snapshot: Snapshot, model: number): Shown {
  return {
    snapshot,
    model,
    key: modelKey(snapshot, model),
    index: indexNodes(snapshot.graph, model),
    rows: tableRows(snapshot, model),
    severity: severities(snapshot),
  };
}

/** The same call expression in the source, run at different times. */
export function sameCall({ graph }: Snapshot, a: NodeId, b: NodeId): boolean {
  const [x, y] = [graph.nodes[a].site.range, graph.nodes[b].site.range];
  return x.file === y.file && x.from === y.from && x.to === y.to;
}

export interface Row {
  /** Place in Keras' summary. */
  readonly order: number;
  readonly node: NodeId | null;
  readonly name: string;
  readonly type: string;
  readonly shape: Shape | null;
  readonly params: number | null;
  readonly macs: number | null;
  readonly figures: NodeFigures | null;
  /** How often the layer is called; parameters count once, multiply-adds each time. */
  readonly calls: number;
  readonly unknown: string | null;
  readonly severity: PanelDiagnostic['severity'] | null;
}

/** The rows of Keras' `summary()` with the analysis' figures. */
export function tableRows(snapshot: Snapshot, model: number): Row[] {
  const { graph } = snapshot;
  const found = graph.models[model];
  if (!found) return [];
  const inModel = new Set(found.nodes);
  const worst = severities(snapshot);
  return found.rows.map((row, order) => {
    const layer = row.layer === null ? null : (graph.layers[row.layer] ?? null);
    const calls = layer ? layer.nodes.filter((id) => inModel.has(id)) : [];
    const id = row.node ?? calls[0] ?? layer?.nodes[0] ?? null;
    return rowOf(snapshot, order, layer, id, calls, worst);
  });
}

function rowOf(
  snapshot: Snapshot,
  order: number,
  layer: Layer | null,
  id: NodeId | null,
  calls: readonly NodeId[],
  worst: ReadonlyMap<NodeId, PanelDiagnostic['severity']>,
): Row {
  const { graph, figures } = snapshot;
  const node: Node | null = id === null ? null : (graph.nodes[id] ?? null);
  const own = id === null ? null : (figures[id] ?? null);
  const each = calls.length > 1 ? calls.map((call) => figures[call]?.macs ?? null) : [own?.macs ?? null];
  const shape = id === null ? null : outputShape(graph, id);
  return {
    order,
    node: id,
    name: layer?.name ?? node?.name ?? '',
    type: layer?.type ?? node?.type ?? '',
    shape,
    params: own?.params ?? null,
    macs: each.some((macs) => macs === null) ? null : each.reduce<number>((sum, macs) => sum + macs!, 0),
    figures: own,
    calls: Math.max(1, calls.length),
    unknown: reasonOf(node, shape),
    severity: id === null ? null : (worst.get(id) ?? null),
  };
}

/** Why a node's result is not known, or null. */
export function reasonOf(node: Node | null, shape: Shape | null): string | null {
  if (node?.unknown) return node.unknown.reason;
  if (shape === null) return null;
  if (isUnknown(shape)) return shape.reason;
  return format.reasonIn(shape)?.reason ?? null;
}

const RANK = { error: 3, warning: 2, info: 1, hint: 0 } as const;

/** The worst severity by node, told to the nodes around it as well. */
export function severities(snapshot: Snapshot): Map<NodeId, PanelDiagnostic['severity']> {
  const worst = new Map<NodeId, PanelDiagnostic['severity']>();
  for (const diagnostic of snapshot.diagnostics) {
    const start =
      diagnostic.node ??
      (diagnostic.layer === null ? null : (snapshot.graph.layers[diagnostic.layer]?.nodes[0] ?? null));
    for (
      let node = start;
      node !== null && node !== undefined;
      node = snapshot.graph.nodes[node]?.parent ?? null
    ) {
      const known = worst.get(node);
      if (known === undefined || RANK[diagnostic.severity] > RANK[known])
        worst.set(node, diagnostic.severity);
    }
  }
  return worst;
}

export function diagnosticsOf(snapshot: Snapshot, node: NodeId): PanelDiagnostic[] {
  const layer = snapshot.graph.nodes[node]?.layer ?? null;
  return snapshot.diagnostics.filter(
    (diagnostic) =>
      diagnostic.node === node || (diagnostic.node === null && layer !== null && diagnostic.layer === layer),
  );
}

/** Receptive field as a length for comparing: the largest axis; null when not known. */
export function fieldLength(figures: NodeFigures | null | undefined): number | null {
  const field = figures?.receptiveField;
  if (!field) return null;
  if (field.global) return Infinity;
  const known = field.size.filter((length): length is number => length !== null);
  return known.length === field.size.length && known.length > 0 ? Math.max(...known) : null;
}
