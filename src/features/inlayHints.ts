/**
 * Hints at the end of lines where a shape changes: at most 25 characters, the rest in the tooltip. One hint a line, for the
 * last thing that the line computes; a line that ran several times shows its first and last result.
 */
import type { Analysis } from '../analysis/analysis';
import type { Node, Shape } from '../graph/graph';
import { isUnknown } from '../graph/graph';
import { formatDim, formatShape } from '../keras/dims';
import { flow } from './explain';
import { fieldText, orUnknown, short, sizes } from './format';
import { executions } from './locate';
import { t } from './words';

export type HintStyle = 'shape' | 'parameters' | 'receptiveField';

export interface InlayHint {
  /** End of the line, in the cell (or file) asked about. */
  readonly offset: number;
  readonly label: string;
  readonly tooltip: string;
}

const LONGEST = 25;

/** `range`: offsets in the cell, to save work for what is not on screen. */
export function inlayHints(
  analysis: Analysis,
  options: {
    readonly style?: HintStyle;
    readonly cell?: number;
    readonly from?: number;
    readonly to?: number;
  } = {},
): InlayHint[] {
  const { program } = analysis;
  const cell = options.cell ?? 0;
  const hints: InlayHint[] = [];
  for (const [line, nodes] of byLine(analysis, cell)) {
    const lines = program.cells[cell].lines;
    const offset = lines.lineEnd(line);
    if (options.from !== undefined && offset < options.from) continue;
    if (options.to !== undefined && lines.lineStart(line) > options.to) continue;
    const hint = hintFor(analysis, nodes, options.style ?? 'shape', offset);
    if (hint !== null) hints.push(hint);
  }
  return hints.sort((a, b) => a.offset - b.offset);
}

/** Executions by the line of the cell on which their expression ends, in order of execution. */
function byLine(analysis: Analysis, cell: number): Map<number, Node[]> {
  const { graph, program } = analysis;
  const lines = new Map<number, Node[]>();
  const seen = new Uint8Array(graph.nodes.length);
  const put = (node: Node, end: number): void => {
    if (seen[node.id] === 1) return;
    seen[node.id] = 1;
    const { line, cell: own } = program.position(end);
    if (own !== cell) return;
    const list = lines.get(line);
    if (list) list.push(node);
    else lines.set(line, [node]);
  };
  for (const node of graph.nodes) {
    if (node.internal || node.site.range.file !== program.path) continue;
    put(node, node.site.range.to);
  }
  // Layers of a Sequential are called by Keras: their results stand where the layers are made.
  for (const layer of graph.layers) {
    if (layer.site.range.file !== program.path) continue;
    if (!layer.nodes.some((id) => graph.nodes[id].internal)) continue;
    const nested = executions(analysis, layer);
    for (const node of nested) if (node.internal && node.parent === null) put(node, layer.site.range.to);
    if (
      nested.length > 0 &&
      nested.every((node) => node.internal) &&
      nested.some((node) => sequentialStep(analysis, node))
    ) {
      for (const node of nested) put(node, layer.site.range.to);
    }
  }
  return lines;
}

/** True for a step that a Sequential's call makes. */
function sequentialStep(analysis: Analysis, node: Node): boolean {
  if (node.parent === null) return false;
  const owner = analysis.graph.nodes[node.parent].layer;
  return owner !== null && analysis.graph.layers[owner].type === 'Sequential';
}

function hintFor(
  analysis: Analysis,
  nodes: readonly Node[],
  style: HintStyle,
  offset: number,
): InlayHint | null {
  const results = nodes.length === 1 ? nodes : resultsOf(nodes);
  const last = results[results.length - 1];
  if (last === undefined || last.failed) return null;
  const [first] = results;
  if (style === 'shape') {
    if (!nodes.some((node) => changes(analysis, node))) return null;
    const label =
      results.length > 1 && outputText(analysis, first) !== outputText(analysis, last)
        ? severalLabel(analysis, first, last, results.length)
        : outputText(analysis, last);
    return made(offset, label, () => flows(analysis, results));
  }
  const figure = analysis.figures.ofNode(last);
  if (style === 'parameters') {
    const total = nodes.reduce<number | null>(
      (sum, node) => (sum === null ? null : add(sum, analysis.figures.parametersOf(node).total)),
      0,
    );
    const own = results.length > 1 ? total : figure.params;
    return own === 0
      ? null
      : made(
          offset,
          t('{0} parameters', own === null ? '?' : short(own)),
          () => `${t('{0} parameters', orUnknown(own))}\n${flows(analysis, results)}`,
        );
  }
  const field = figure.receptiveField;
  if (
    field === null ||
    !nodes.some((node) => node.primitive.op !== 'elementwise' && node.primitive.op !== 'identity')
  )
    return null;
  const label =
    field.size.length === 0 || (field.global && field.stride.every((stride) => stride === null))
      ? t('sees all')
      : t('sees {0}', sizes(field.size, true));
  return made(offset, label, () => t('Receptive field {0}', fieldText(field)));
}

/** What a line yields is what it computes last; per repetition the last node with the same call expression. */
function resultsOf(nodes: readonly Node[]): readonly Node[] {
  let end = 0;
  for (const { site } of nodes) end = Math.max(end, site.range.to);
  return nodes.filter((node) => node.site.range.to === end && outermost(node, nodes));
}

/** The tooltip is worked out when it is looked at: all hints of a file are made on every key press, few are hovered. */
function made(offset: number, label: string, tooltip: () => string): InlayHint {
  return {
    offset,
    label: shorten(label),
    get tooltip() {
      return tooltip();
    },
  };
}

/** What went in and came out, a line per result. */
function flows(analysis: Analysis, results: readonly Node[]): string {
  const lines = results.slice(0, 12).map((node) => `${node.type}: ${flow(analysis, node)}`);
  if (results.length > 12) lines.push(t('… and {0} more', results.length - 12));
  return lines.join('\n');
}

function add(sum: number, value: number | null): number | null {
  return value === null ? null : sum + value;
}

/** Nodes that are not the input of another call on the line in the same expression. */
function outermost(node: Node, nodes: readonly Node[]): boolean {
  return !nodes.some(
    (other) =>
      other !== node &&
      other.parent === node.parent &&
      other.site.range.to === node.site.range.to &&
      other.site.range.from < node.site.range.from,
  );
}

/** True when the output's shape differs from the (first) input's. */
function changes(analysis: Analysis, node: Node): boolean {
  const { tensors } = analysis.graph;
  if (node.outputs.length === 0) return false;
  if (node.inputs.length === 0) return node.primitive.op === 'input';
  return !sameText(tensors[node.inputs[0]].shape, tensors[node.outputs[0]].shape);
}

/** Whether two shapes are written alike. */
function sameText(a: Shape, b: Shape): boolean {
  if (isUnknown(a) || isUnknown(b)) return isUnknown(a) && isUnknown(b);
  return (
    a.length === b.length && a.every((dim, axis) => dim === b[axis] || formatDim(dim) === formatDim(b[axis]))
  );
}

function outputText(analysis: Analysis, node: Node): string {
  const shapes = node.outputs.map((id) => analysis.graph.tensors[id].shape);
  return shapes.length === 1
    ? hintShape(shapes[0])
    : `${shapes.length} × ${shapes[0] === undefined ? '?' : hintShape(shapes[0])}`;
}

/** `26×26×32`: without the batch axis; `(?)` when the rank is not known. */
function hintShape(shape: Shape): string {
  if (isUnknown(shape)) return '?';
  if (shape.length === 1) return formatShape(shape);
  return shape
    .slice(1)
    .map((dim) => (typeof dim === 'object' && !isUnknown(dim) ? 'None' : formatDim(dim)))
    .join('×');
}

function severalLabel(analysis: Analysis, first: Node, last: Node, count: number): string {
  const both = `${outputText(analysis, first)} … ${outputText(analysis, last)}`;
  return both.length <= LONGEST ? both : `${count}× … ${outputText(analysis, last)}`;
}

function shorten(label: string): string {
  return label.length <= LONGEST ? label : `${label.slice(0, LONGEST - 1)}…`;
}
