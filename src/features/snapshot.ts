/** Everything the panel needs to draw one file, as the whole snapshot that `protocol.ts` describes. */
import type { Analysis } from '../analysis/analysis';
import type { ModelTotals, NodeFigures } from '../analysis/figures';
import type { LayerId, ModelGraph, NodeId } from '../graph/graph';
import { messageOf } from './diagnostics';
import { coreText } from './elsewhere';
import { modelAt, nodesAt } from './locate';
import type { Place } from '../analysis/program';
import type { Told } from './tryArgument';
import { entries } from './words';

export interface PanelSnapshot {
  readonly uri: string;
  readonly version: number;
  readonly fileName: string;
  readonly graph: ModelGraph;
  readonly model: number | null;
  readonly figures: Readonly<Record<NodeId, NodeFigures>>;
  readonly sequences: Readonly<Record<NodeId, PanelSequence>>;
  readonly totals: readonly ModelTotals[];
  readonly diagnostics: readonly {
    readonly code: string;
    readonly severity: 'error' | 'warning' | 'info' | 'hint';
    readonly message: string;
    readonly node: NodeId | null;
    readonly layer: LayerId | null;
    readonly from: number;
    readonly to: number;
  }[];
  readonly selected: NodeId | null;
  readonly language: string;
  readonly whatIf?: PanelWhatIf;
}

/** A node as a step of a sequence model. */
export interface PanelSequence {
  readonly positions: number | null;
  readonly span: number | null;
  readonly pathLength: number | null;
  readonly steps: number | null;
}

/** What was changed in memory, and the totals without it. */
export interface PanelWhatIf {
  readonly changes: readonly Told[];
  readonly before: readonly ModelTotals[];
}

export interface SnapshotOptions {
  readonly uri: string;
  readonly version: number;
  readonly fileName: string;
  readonly language: string;
  /** Where the cursor is, to choose the model and the selected node. */
  readonly cursor?: Place;
  /** A model chosen by hand wins over the cursor's. */
  readonly model?: number | null;
  readonly whatIf?: PanelWhatIf;
}

export function snapshot(analysis: Analysis, options: SnapshotOptions): PanelSnapshot {
  const { graph, figures } = analysis;
  const byNode: Record<NodeId, NodeFigures> = {};
  for (const node of graph.nodes) byNode[node.id] = figures.ofNode(node);
  const offset = options.cursor === undefined ? null : analysis.program.offset(options.cursor);
  const chosen = options.model ?? (offset === null ? null : modelAt(analysis, offset));
  return {
    uri: options.uri,
    version: options.version,
    fileName: options.fileName,
    // Observations serve hovers only and would make the message large.
    graph: worded({ ...graph, observations: [] }),
    model: chosen ?? defaultModel(graph),
    figures: byNode,
    sequences: sequences(analysis),
    totals: graph.models.map((model) => figures.ofModel(model)),
    diagnostics: analysis.diagnostics.map((diagnostic) => ({
      code: diagnostic.code,
      severity: diagnostic.severity,
      message: messageOf(diagnostic),
      node: diagnostic.node,
      layer: diagnostic.layer,
      from: diagnostic.range.from,
      to: diagnostic.range.to,
    })),
    selected: offset === null ? null : (nodesAt(analysis, offset)[0] ?? null),
    language: options.language,
    ...(options.whatIf && { whatIf: options.whatIf }),
  };
}

/** The graph with the reasons of its unknowns in the reader's language; itself in English. */
function worded(graph: ModelGraph): ModelGraph {
  if (Object.keys(entries()).length === 0) return graph;
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(copy);
    return Object.fromEntries(
      Object.entries(value).map(([key, held]: [string, unknown]) => [
        key,
        key === 'reason' && typeof held === 'string' ? coreText(held) : copy(held),
      ]),
    );
  };
  return copy(graph) as ModelGraph;
}

/** The sequence views of the nodes that have one; the span over all axes of the input together. */
function sequences({ graph, figures }: Analysis): Record<NodeId, PanelSequence> {
  const found: Record<NodeId, PanelSequence> = {};
  for (const node of graph.nodes) {
    const view = node.outputs.length > 0 ? figures.sequences.of(node.outputs[0]) : null;
    if (!view) continue;
    const span = view.ngram.reduce<number | null>(
      (product, length) => (product === null || length === null ? null : product * length),
      1,
    );
    const { positions, pathLength, sequentialSteps } = view;
    // No unit reads more than there is.
    const read = span !== null && positions !== null ? Math.min(span, positions) : span;
    found[node.id] = { positions, span: read, pathLength, steps: sequentialSteps };
  }
  return found;
}

/** The last model bound in module code, else the last one at all. */
export function defaultModel(graph: ModelGraph): number | null {
  for (let index = graph.models.length - 1; index >= 0; index--) {
    if (graph.models[index].bindings.some((binding) => binding.moduleLevel)) return index;
  }
  return graph.models.length > 0 ? graph.models.length - 1 : null;
}
