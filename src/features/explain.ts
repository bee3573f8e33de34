/** One execution in words, as Markdown lines: shapes, kernel, parameters, cost, receptive field, arithmetic, what is unknown. */
import type { Analysis } from '../analysis/analyze';
import { fieldFigures } from '../analysis/figures';
import { isUnknown, type Node, type Weight } from '../graph/graph';
import { formatShape } from '../keras/dims';
import { reason } from './contract';
import { escapeMarkdown, fieldText, grouped, openDims, orUnknown, shapesText } from './format';
import { windowFormulas } from './windowFormula';
import { windowPicture } from './windowPicture';

/** `(None, 28, 28, 1) → (None, 26, 26, 32)` */
export function flow(analysis: Analysis, node: Node): string {
  const shapes = (ids: readonly number[]): string =>
    shapesText(ids.map((id) => analysis.graph.tensors[id].shape));
  if (node.inputs.length === 0) return shapes(node.outputs);
  return `${shapes(node.inputs)} → ${node.failed ? 'error' : shapes(node.outputs)}`;
}

/** Weights of a node by name; those of its layer when it has none of its own. */
function weightsOf(analysis: Analysis, node: Node): Weight[] {
  const ids =
    node.weights.length > 0 || node.layer === null ? node.weights : analysis.graph.layers[node.layer].weights;
  return ids.map((id) => analysis.graph.weights[id]);
}

/** Kernel in TensorFlow's layout `[k_h, k_w, n_in, n_out]`, with what it means. */
function kernelLine(analysis: Analysis, node: Node): string | null {
  const { primitive } = node;
  if (primitive.op !== 'conv' && primitive.op !== 'dense') return null;
  const kernel = weightsOf(analysis, node).find((weight) => /kernel/.test(weight.name));
  if (kernel === undefined || isUnknown(kernel.shape)) return null;
  const shape = `\`[${formatShape(kernel.shape).slice(1, -1).replace(/,$/, '')}]\``;
  if (primitive.op === 'dense') return `Kernel ${shape}`;
  const dims = kernel.shape.map((dim) => (typeof dim === 'number' ? String(dim) : '?'));
  const spatial = dims.slice(0, -2);
  if (primitive.depthwise)
    return `Kernel ${shape}: ${dims[dims.length - 1]} of ${spatial.join('×')} for each of ${dims[dims.length - 2]} channels`;
  const [inner, outer] = primitive.transposed
    ? [dims[dims.length - 1], dims[dims.length - 2]]
    : [dims[dims.length - 2], dims[dims.length - 1]];
  return `Kernel ${shape}: ${outer} of ${[...spatial, inner].join('×')}`;
}

/** The lines of a hover on one execution; `picture`: with the drawing of the window. */
export function explain(analysis: Analysis, node: Node, picture = true): string[] {
  const { graph, figures } = analysis;
  const lines: string[] = [];
  const figure = figures.ofNode(node);
  const cost = figures.costs.of(node.id);
  const parameters = figures.parametersOf(node);
  const bullet = (label: string, text: string): void => void lines.push(`- ${label} ${text}`);
  const kernel = kernelLine(analysis, node);
  if (kernel !== null) lines.push(`- ${kernel}`);
  for (const weight of weightsOf(analysis, node)) {
    if (kernel === null && weight.name !== 'bias' && node.primitive.op === 'composite')
      bullet(`Weight \`${weight.name}\``, `\`${formatShape(weight.shape)}\``);
  }
  const built = node.layer === null || graph.layers[node.layer].built || parameters.total !== null;
  const frozen =
    parameters.nonTrainable !== null && parameters.nonTrainable > 0
      ? ` (${grouped(parameters.nonTrainable)} not trainable)`
      : '';
  if (parameters.total !== 0 || node.layer !== null)
    bullet(
      'Parameters',
      built ? `**${orUnknown(parameters.total, parameters.atLeast)}**${frozen}` : 'not built yet',
    );
  if (figure.macs !== 0)
    bullet('Multiply-adds', `**${orUnknown(figure.macs, cost.atLeast.macs)}** for one sample`);
  const field = figures.fieldOf(node);
  const fieldNumbers = fieldFigures(field);
  if (field !== null && fieldNumbers !== null) {
    const why = field.axes.find((axis) => axis.reason !== null)?.reason;
    bullet('Receptive field', fieldText(fieldNumbers) + (why ? `: ${escapeMarkdown(why)}` : ''));
  }
  for (const output of node.outputs)
    for (const text of openDims(graph.tensors[output].shape)) bullet('Open length,', text);
  const { primitive } = node;
  if (primitive.op === 'conv' || primitive.op === 'pool') {
    const transposed = primitive.op === 'conv' && primitive.transposed;
    for (const formula of windowFormulas(primitive.axes, transposed))
      bullet('Output length', `\`${formula}\``);
  }
  const why = reason(graph, node);
  if (why !== null) bullet('Unknown:', escapeMarkdown(why) + whence(analysis, node));
  if (picture && (primitive.op === 'conv' || primitive.op === 'pool')) {
    const image = windowPicture(primitive.axes, primitive.op === 'conv' && primitive.transposed);
    if (image !== null) lines.push('', image);
  }
  return lines;
}

/** Where an unknown began: `(line 12)`. */
function whence(analysis: Analysis, node: Node): string {
  const shape = node.outputs.length > 0 ? analysis.graph.tensors[node.outputs[0]].shape : null;
  const dim =
    shape === null || isUnknown(shape) ? shape : (shape.find((candidate) => isUnknown(candidate)) ?? null);
  const at =
    node.unknown?.at ?? (dim !== null && typeof dim === 'object' && isUnknown(dim) ? dim.at : undefined);
  if (at === undefined || at.file !== analysis.program.path) return '';
  return ` (line ${analysis.program.position(at.from).line + 1})`;
}
