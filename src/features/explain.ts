/** One execution in words, as Markdown lines: shapes, kernel, parameters, cost, receptive field, arithmetic, what is unknown. */
import type { Analysis } from '../analysis/analysis';
import { fieldFigures } from '../analysis/figures';
import type { SequenceView } from '../analysis/sequence';
import { isUnknown, type Node, type SourceRange, type Weight } from '../graph/graph';
import { formatShape } from '../keras/dims';
import { reason } from './contract';
import { coreText } from './elsewhere';
import { escapeMarkdown, fieldText, grouped, openDims, orUnknown, shapesText, sizes } from './format';
import { windowFormulas } from './windowFormula';
import { windowPicture, type Theme } from './windowPicture';
import { t } from './words';

/** What shows the text: how it links to the source, and the colours of its pictures. */
export interface Host {
  /** A link target for a place in the source; null where there is none: the place is only named then. */
  readonly link: (range: SourceRange) => string | null;
  readonly theme: Theme;
}

export const noHost: Host = { link: () => null, theme: 'light' };

/** `(None, 28, 28, 1) → (None, 26, 26, 32)` */
export function flow(analysis: Analysis, node: Node): string {
  const shapes = (ids: readonly number[]): string =>
    shapesText(ids.map((id) => analysis.graph.tensors[id].shape));
  if (node.inputs.length === 0) return shapes(node.outputs);
  return `${shapes(node.inputs)} → ${node.failed ? t('error') : shapes(node.outputs)}`;
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
  if (primitive.op === 'dense') return t('Kernel {0}', shape);
  const dims = kernel.shape.map((dim) => (typeof dim === 'number' ? String(dim) : '?'));
  const spatial = dims.slice(0, -2);
  if (primitive.depthwise)
    return t(
      'Kernel {0}: {1} of {2} for each of {3} channels',
      shape,
      dims[dims.length - 1],
      spatial.join('×'),
      dims[dims.length - 2],
    );
  const [inner, outer] = primitive.transposed
    ? [dims[dims.length - 1], dims[dims.length - 2]]
    : [dims[dims.length - 2], dims[dims.length - 1]];
  return t('Kernel {0}: {1} of {2}', shape, outer, [...spatial, inner].join('×'));
}

/** Affine maps that one step of a recurrent cell makes. */
const GATES = { simple: 1, lstm: 4, gru: 3 } as const;

/** `Sequence: reads 7 of 100 positions, path length 2, sequential steps 2`. */
function sequenceText(view: SequenceView, { primitive }: Node): string {
  const count = (value: number | null): string =>
    value === null ? t('as many as positions') : grouped(value);
  const all =
    view.positions !== null && view.ngram.reduce<number>((a, b) => a * (b ?? 0), 1) >= view.positions;
  const read =
    all || view.ngram.includes(null)
      ? t('all positions')
      : view.positions === null
        ? t('{0} positions', sizes(view.ngram))
        : t('{0} of {1} positions', sizes(view.ngram), grouped(view.positions));
  const text = t(
    'Sequence: reads {0}, path length {1}, sequential steps {2}',
    read,
    count(view.pathLength),
    count(view.sequentialSteps),
  );
  if (primitive.op !== 'recurrent' || primitive.cell === 'other') return text;
  return `${text}; ${t('{0} affine maps in each', GATES[primitive.cell])}`;
}

/** The lines of a hover on one execution, with the drawing of its window where it has one. */
export function explain(analysis: Analysis, node: Node, host: Host = noHost): string[] {
  const { graph, figures } = analysis;
  const lines: string[] = [];
  // A call that fails has no result: what figures there are would be those of a guess.
  if (node.failed) return lines;
  const figure = figures.ofNode(node);
  const cost = figures.costs.of(node.id);
  const parameters = figures.parametersOf(node);
  const bullet = (text: string): void => void lines.push(`- ${text}`);
  const kernel = kernelLine(analysis, node);
  if (kernel !== null) bullet(kernel);
  for (const weight of weightsOf(analysis, node)) {
    if (kernel === null && weight.name !== 'bias' && node.primitive.op === 'composite')
      bullet(t('Weight {0}', `\`${weight.name}\` \`${formatShape(weight.shape)}\``));
  }
  const built = node.layer === null || graph.layers[node.layer].built || parameters.total !== null;
  const frozen =
    parameters.nonTrainable !== null && parameters.nonTrainable > 0
      ? ` ${t('({0} not trainable)', grouped(parameters.nonTrainable))}`
      : '';
  if (parameters.total !== 0 || node.layer !== null)
    bullet(
      t(
        'Parameters {0}',
        built ? `**${orUnknown(parameters.total, parameters.atLeast)}**${frozen}` : t('not built yet'),
      ),
    );
  if (figure.macs !== 0)
    bullet(t('Multiply-adds {0} for one sample', `**${orUnknown(figure.macs, cost.atLeast.macs)}**`));
  const field = figures.fieldOf(node);
  const fieldNumbers = fieldFigures(field);
  if (field !== null && fieldNumbers !== null) {
    const why = field.axes.find((axis) => axis.reason !== null)?.reason;
    bullet(
      t('Receptive field {0}', fieldText(fieldNumbers) + (why ? `: ${escapeMarkdown(coreText(why))}` : '')),
    );
  }
  const sequence = node.outputs.length > 0 ? figures.sequences.of(node.outputs[0]) : null;
  if (sequence !== null) bullet(sequenceText(sequence, node));
  for (const output of node.outputs)
    for (const text of openDims(graph.tensors[output].shape)) bullet(t('Open length, {0}', text));
  const { primitive } = node;
  if (primitive.op === 'conv' || primitive.op === 'pool') {
    const transposed = primitive.op === 'conv' && primitive.transposed;
    for (const formula of windowFormulas(primitive.axes, transposed))
      bullet(t('Output length {0}', `\`${formula}\``));
  }
  const why = reason(graph, node);
  if (why !== null) bullet(t('Unknown: {0}', escapeMarkdown(coreText(why)) + whence(analysis, node, host)));
  if (primitive.op === 'conv' || primitive.op === 'pool') {
    const image = windowPicture(primitive.axes, primitive.op === 'conv' && primitive.transposed, host.theme);
    if (image !== null) lines.push('', image);
  }
  return lines;
}

/** Where an unknown of a node began: its own place, else the first name that was seen to be unknown for the same reason. */
function whence(analysis: Analysis, node: Node, host: Host): string {
  const shape = node.outputs.length > 0 ? analysis.graph.tensors[node.outputs[0]].shape : null;
  const dim =
    shape === null || isUnknown(shape) ? shape : (shape.find((candidate) => isUnknown(candidate)) ?? null);
  const unknown = node.unknown ?? (dim !== null && isUnknown(dim) ? dim : null);
  const named = (): SourceRange | undefined =>
    analysis.graph.observations.find(
      ({ seen }) => seen.kind === 'unknown' && seen.unknown.reason === unknown?.reason,
    )?.range;
  return placeText(analysis, unknown?.at ?? named(), host);
}

/** ` (line 12)`, with a link where there is one; empty for a place that is not known or holds no text. */
export function placeText(analysis: Analysis, at: SourceRange | undefined, host: Host): string {
  if (at === undefined || at.to === at.from) return '';
  const { program } = analysis;
  const target = host.link(at);
  const file = at.file.slice(at.file.lastIndexOf('/') + 1);
  const place =
    at.file !== program.path
      ? target === null
        ? null
        : escapeMarkdown(file)
      : program.notebook
        ? t('cell {0}, line {1}', program.position(at.from).cell + 1, program.position(at.from).line + 1)
        : t('line {0}', program.position(at.from).line + 1);
  if (place === null) return '';
  return target === null ? ` (${place})` : ` ([${place}](${target}))`;
}
