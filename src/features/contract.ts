/**
 * The command line's JSON object for one program (design: JSON contract). Lines and columns start at 1; `null` in a shape
 * is a length that Keras leaves open, `"?"` one that is not known; what is not known at all is null with a reason beside it.
 */
import type { Analysis } from '../analysis/analysis';
import type { MendableAnalysis } from '../analysis/analyze';
import type { Diagnostic } from '../analysis/diagnostic';
import { rowNodes, type FieldFigures } from '../analysis/figures';
import { productivity, productiveInput, type Productivity } from '../analysis/productivity';
import type { SequenceView } from '../analysis/sequence';
import {
  isUnknown,
  type Layer,
  type Model,
  type ModelGraph,
  type Node,
  type Shape,
  type SourceRange,
  type SummaryRow,
} from '../graph/graph';

export type JsonShape = (number | null | '?')[] | null;

export interface JsonLayer {
  name: string;
  type: string;
  line: number | null;
  column: number | null;
  cell?: number;
  inputs: JsonShape[] | null;
  outputs: JsonShape[] | null;
  params: number | null;
  trainable: number | null;
  macs: number | null;
  flops: number | null;
  activationBytes: number | null;
  receptiveField: FieldFigures | null;
  /** A convolution that adds context, is the first to see the whole input, or comes after that; absent for other layers. */
  productivity?: Productivity;
  /** Where a sequence reaches the layer: what it reads of it and in how many steps. */
  sequence?: SequenceView;
  op?: true;
  unknown: string | null;
}

export interface JsonModel {
  name: string;
  line: number;
  cell?: number;
  kind: string;
  inputs: JsonShape[] | null;
  outputs: JsonShape[] | null;
  params: { total: number | null; trainable: number | null; nonTrainable: number | null };
  macs: number | null;
  flops: number | null;
  activationBytes: number | null;
  /** Smallest input lengths, per axis, with which every convolution adds context; absent where nothing is known of it. */
  productiveInput?: (number | null)[];
  /** Where the input is a sequence: what the first output reads of it and in how many steps. */
  sequence?: SequenceView;
  /** Present when a total is null because parts are unknown: the sum of what is known. */
  atLeast?: { params: number; macs: number; flops: number };
  layers: JsonLayer[];
  unknown: string | null;
  probed?: true;
  /** The name is a variable of a function, not of the module. */
  local?: true;
}

export interface JsonCall {
  line: number;
  column: number;
  cell?: number;
  type: string;
  inputs: JsonShape[] | null;
  outputs: JsonShape[] | null;
  params: number | null;
  unknown: string | null;
  probed?: true;
  failed?: true;
}

export interface JsonDiagnostic {
  code: string;
  severity: string;
  message: string;
  keras: string | null;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  cell?: number;
  probed?: true;
  fixes: string[];
}

/** What the analysis gave up; the place where it is one of this file. */
export interface JsonProblem extends Partial<Spot> {
  kind: string;
  message: string;
}

export interface JsonFile {
  path: string;
  models: JsonModel[];
  calls: JsonCall[];
  diagnostics: JsonDiagnostic[];
  /** What the analysis gave up, where it did. */
  problems?: JsonProblem[];
}

export function jsonShape(shape: Shape): JsonShape {
  if (isUnknown(shape)) return null;
  return shape.map((dim) => (typeof dim === 'number' ? dim : isUnknown(dim) ? '?' : null));
}

interface Spot {
  line: number;
  column: number;
  cell?: number;
}

export function jsonFile(analysis: MendableAnalysis, path = analysis.program.path): JsonFile {
  const { graph } = analysis;
  const file: JsonFile = {
    path,
    models: jsonModels(analysis),
    calls: graph.nodes.filter((node) => isOwnCall(graph, node)).map((node) => jsonCall(analysis, node)),
    diagnostics: analysis.diagnostics.map((diagnostic) => jsonDiagnostic(analysis, diagnostic)),
  };
  if (graph.problems.length > 0)
    file.problems = graph.problems.map(({ kind, message, range }) => ({
      kind,
      message,
      ...(range?.file === analysis.program.path ? spot(analysis, range) : {}),
    }));
  return file;
}

function spot(analysis: Analysis, range: SourceRange, end = false): Spot {
  const { line, column, cell } = analysis.program.position(end ? range.to : range.from);
  const found: Spot = { line: line + 1, column: column + 1 };
  if (analysis.program.notebook) found.cell = analysis.program.cells[cell].index;
  return found;
}

/** An execution of a layer call that the file's own source makes. */
export function isOwnCall(graph: ModelGraph, node: Node): boolean {
  return (
    node.layer !== null &&
    !node.internal &&
    node.primitive.op !== 'input' &&
    node.site.range.file === graph.file
  );
}

function jsonCall(analysis: Analysis, node: Node): JsonCall {
  const { graph, figures } = analysis;
  const { line, column, cell } = spot(analysis, node.site.range);
  const call: JsonCall = {
    line,
    column,
    ...(cell === undefined ? {} : { cell }),
    type: node.layer === null ? node.type : graph.layers[node.layer].type,
    inputs: tensors(graph, node.inputs),
    outputs: node.failed ? null : tensors(graph, node.outputs),
    params: figures.parametersOf(node).total,
    unknown: reason(graph, node),
  };
  if (node.probed) call.probed = true;
  if (node.failed) call.failed = true;
  return call;
}

function tensors(graph: ModelGraph, ids: readonly number[]): JsonShape[] {
  return ids.map((id) => jsonShape(graph.tensors[id].shape));
}

/** Why something of a node is not known. */
export function reason(graph: ModelGraph, node: Node): string | null {
  if (node.unknown) return node.unknown.reason;
  for (const id of [...node.outputs, ...node.inputs]) {
    const { shape } = graph.tensors[id];
    if (isUnknown(shape)) return shape.reason;
    for (const dim of shape) if (isUnknown(dim)) return dim.reason;
  }
  return null;
}

function jsonModels(analysis: Analysis): JsonModel[] {
  const rows: JsonModel[] = [];
  for (const model of analysis.graph.models) {
    const own = model.bindings.filter((binding) => binding.range.file === analysis.program.path);
    const moduleLevel = own.filter((binding) => binding.moduleLevel);
    const shown = moduleLevel.length > 0 ? moduleLevel : own.slice(0, 1);
    const names = new Set<string>();
    for (const binding of shown) {
      if (names.has(binding.name)) continue;
      names.add(binding.name);
      const row = jsonModel(analysis, model, binding.name, binding.range);
      if (!binding.moduleLevel) row.local = true;
      rows.push(row);
    }
  }
  return rows.sort((a, b) => (a.cell ?? 0) - (b.cell ?? 0) || a.line - b.line);
}

export function jsonModel(analysis: Analysis, model: Model, name: string, range: SourceRange): JsonModel {
  const { graph, figures } = analysis;
  const totals = figures.ofModel(model);
  const { line, cell } = spot(analysis, range);
  const row: JsonModel = {
    name,
    line,
    ...(cell === undefined ? {} : { cell }),
    kind: model.kind,
    inputs: model.inputs.length === 0 && model.unknown ? null : tensors(graph, model.inputs),
    outputs:
      model.outputs.length === 0 && (model.unknown || model.kind === 'subclass')
        ? null
        : tensors(graph, model.outputs),
    params: { total: totals.params, trainable: totals.trainable, nonTrainable: totals.nonTrainable },
    macs: totals.macs,
    flops: totals.flops,
    activationBytes: totals.activationBytes,
    layers: model.rows.map((summaryRow) => jsonLayer(analysis, summaryRow, model)),
    unknown: model.unknown?.reason ?? null,
  };
  const lengths = productiveInput(graph, figures.fields, model);
  if (lengths !== null) row.productiveInput = [...lengths];
  const sequence = model.outputs.length > 0 ? figures.sequences.of(model.outputs[0], model.inputs) : null;
  if (sequence !== null) row.sequence = sequence;
  if (totals.atLeast) row.atLeast = { ...totals.least };
  if (model.probed) row.probed = true;
  return row;
}

/** What a row tells beside its figures, where there is something to tell. */
function furtherViews(analysis: Analysis, node: Node | null, model: Model): Partial<JsonLayer> {
  if (node === null || node.outputs.length === 0) return {};
  const { graph, figures } = analysis;
  const state = productivity(graph, figures.fields, node);
  const sequence = figures.sequences.of(node.outputs[0], model.inputs);
  return { ...(state === null ? {} : { productivity: state }), ...(sequence === null ? {} : { sequence }) };
}

/** What lists of layers say of one. Costs and receptive fields are left out: they take far longer to work out. */
export function listedLayer(
  { graph, figures }: Analysis,
  row: SummaryRow,
  model: Model,
): Pick<JsonLayer, 'name' | 'type' | 'outputs' | 'params' | 'op'> {
  const { layer, node, own } = rowParts(graph, row, model);
  const outputs = own?.outputs ?? node?.outputs;
  const { total } = layer === null ? figures.parametersOf(node as Node) : figures.parametersOfLayer(layer);
  return {
    name: layer?.name ?? node?.name ?? '',
    type: layer?.type ?? node?.type ?? '',
    outputs: outputs === undefined ? null : tensors(graph, outputs),
    params: total,
    ...(layer === null ? { op: true as const } : {}),
  };
}

/** A row's layer, the execution that it shows, and, for subclassed models, the tensors of the layer's own graph. */
function rowParts(
  graph: ModelGraph,
  row: SummaryRow,
  model: Model,
): { readonly layer: Layer | null; readonly node: Node | null; readonly own: ReturnType<typeof ownGraph> } {
  const layer = row.layer === null ? null : graph.layers[row.layer];
  const nodes = row.node !== null ? [row.node] : rowNodes(graph, row, model);
  const node = nodes.length > 0 ? graph.nodes[nodes[0]] : null;
  return { layer, node, own: model.kind === 'subclass' ? ownGraph(graph, layer) : null };
}

export function jsonLayer(analysis: Analysis, row: SummaryRow, model: Model): JsonLayer {
  const { graph, figures } = analysis;
  const { layer, node, own } = rowParts(graph, row, model);
  const figure = figures.ofRow(row, model);
  const site = layer === null ? node?.site.range : layer.site.range;
  const place = site && site.file === analysis.program.path ? spot(analysis, site) : null;
  return {
    name: layer?.name ?? node?.name ?? '',
    type: layer?.type ?? node?.type ?? '',
    line: place?.line ?? null,
    column: place?.column ?? null,
    ...(place?.cell === undefined ? {} : { cell: place.cell }),
    inputs: own !== null ? tensors(graph, own.inputs) : node === null ? null : tensors(graph, node.inputs),
    outputs: own !== null ? tensors(graph, own.outputs) : node === null ? null : tensors(graph, node.outputs),
    params: figure.params,
    trainable: figure.trainable,
    macs: figure.macs,
    flops: figure.flops,
    activationBytes: figure.activationBytes,
    receptiveField: figure.receptiveField,
    ...furtherViews(analysis, node, model),
    ...(layer === null ? { op: true as const } : {}),
    unknown: node === null ? (layer?.built ? null : 'the layer is not built yet') : reason(graph, node),
  };
}

/** What a part of a subclassed model is by itself: a functional model's tensors do not depend on what it is called with. */
function ownGraph(graph: ModelGraph, layer: Layer | null): Model | null {
  const own = layer === null ? undefined : graph.models.find((model) => model.layer === layer.id);
  return own === undefined || own.kind === 'subclass' || own.outputs.length === 0 ? null : own;
}

function jsonDiagnostic(analysis: Analysis, diagnostic: Diagnostic): JsonDiagnostic {
  const start = spot(analysis, diagnostic.range);
  const end = spot(analysis, diagnostic.range, true);
  return {
    code: diagnostic.code,
    severity: diagnostic.severity,
    message: diagnostic.message,
    keras: diagnostic.keras,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    ...(start.cell === undefined ? {} : { cell: start.cell }),
    ...(diagnostic.probed ? { probed: true as const } : {}),
    fixes: diagnostic.fixes.map((fix) => fix.title),
  };
}
