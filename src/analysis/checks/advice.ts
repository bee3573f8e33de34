/**
 * Design advice found in the finished graph: hints, most of them off until asked for, since a good engineer may disagree.
 * One row of the table per piece of advice; each looks at one execution at a time.
 */
import { isUnknown, type Layer, type ModelGraph, type Node, type SourceRange } from '../../graph/graph';
import type { Finding } from '../diagnostic';
import type { Figures } from '../figures';
import type { ProgramText } from '../program';
import { productivity } from '../productivity';

interface Subject {
  readonly graph: ModelGraph;
  readonly figures: Figures;
  readonly node: Node;
  readonly layer: Layer;
}

interface Advice {
  readonly code: string;
  /** True for what is hardly ever meant. */
  readonly on: boolean;
  /** Argument of the layer that the hint stands at; the constructor when it is not written. */
  readonly argument?: string;
  /** The hint's words, or null. */
  find(subject: Subject): string | null;
}

const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

function producer({ graph, node }: Subject): Node | null {
  const id = node.inputs.length > 0 ? graph.tensors[node.inputs[0]].producer : null;
  return id === null ? null : graph.nodes[id];
}

export const ADVICE: readonly Advice[] = [
  {
    code: 'softmax-one-unit',
    on: true,
    argument: 'activation',
    find: ({ node, layer }) =>
      node.primitive.op === 'dense' && node.primitive.units === 1 && layer.config.activation === 'softmax'
        ? 'softmax over a single unit is always 1: sigmoid is meant for one unit'
        : null,
  },
  {
    code: 'flatten-dense-parameters',
    on: false,
    find(subject) {
      const { graph, figures, node, layer } = subject;
      if (node.primitive.op !== 'dense' || producer(subject)?.primitive.op !== 'reshape') return null;
      const own = figures.parametersOfLayer(layer).total;
      const model = graph.models.find((candidate) => candidate.nodes.includes(node.id));
      const total = model === undefined ? null : figures.ofModel(model).params;
      if (own === null || total === null || own < 100000 || own < 0.8 * total) return null;
      return `this layer after the flatten holds ${grouped(own)} of ${grouped(total)} parameters; global average pooling would need far fewer`;
    },
  },
  {
    code: 'bias-before-batch-normalization',
    on: false,
    argument: 'use_bias',
    find({ graph, node }) {
      const { primitive } = node;
      if (
        (primitive.op !== 'conv' && primitive.op !== 'dense') ||
        !primitive.useBias ||
        primitive.activation !== 'linear'
      )
        return null;
      const readers = graph.nodes.filter(
        (other) => other.inputs.includes(node.outputs[0]) && other.parent === node.parent,
      );
      const normal =
        readers.length > 0 &&
        readers.every(
          (other) =>
            other.primitive.op === 'normalize' && other.primitive.mode === 'batch' && other.primitive.center,
        );
      return normal
        ? 'the batch normalization that follows takes the bias away again: use_bias=False saves it'
        : null;
    },
  },
  {
    code: 'transposed-checkerboard',
    on: false,
    argument: 'kernel_size',
    find({ node: { primitive } }) {
      if (primitive.op !== 'conv' || !primitive.transposed) return null;
      const uneven = primitive.axes.find(
        ({ kernel, stride }) => kernel !== null && stride !== null && stride > 1 && kernel % stride !== 0,
      );
      return uneven
        ? `a kernel of ${uneven.kernel} with stride ${uneven.stride} overlaps unevenly (checkerboard): a multiple of ${uneven.stride} does not`
        : null;
    },
  },
  {
    code: 'even-kernel-same',
    on: false,
    argument: 'kernel_size',
    find({ node: { primitive } }) {
      if (primitive.op !== 'conv' || primitive.transposed) return null;
      const even = primitive.axes.find(
        ({ kernel, padding, stride }) =>
          padding === 'same' && stride === 1 && kernel !== null && kernel % 2 === 0,
      );
      return even
        ? `an even kernel of ${even.kernel} pads more after than before: every such layer shifts the map by half a position`
        : null;
    },
  },
  {
    code: 'unproductive-layer',
    on: false,
    find({ graph, figures, node }) {
      return productivity(graph, figures.fields, node) === 'unproductive'
        ? 'the smallest receptive field reaching this layer covers the whole input already: it adds no new context'
        : null;
    },
  },
  {
    code: 'dense-on-map',
    on: false,
    find({ graph, node }) {
      const shape = node.primitive.op === 'dense' ? graph.tensors[node.inputs[0]].shape : null;
      return shape !== null && !isUnknown(shape) && shape.length === 4
        ? 'Dense works on the channels of every position here; a Flatten or pooling before it may be missing'
        : null;
    },
  },
  {
    code: 'gridding',
    on: false,
    argument: 'dilation_rate',
    find(subject) {
      const { primitive } = subject.node;
      const before = dilatedBefore(subject);
      if (primitive.op !== 'conv' || before === null) return null;
      const [rate, earlier] = [commonRate(primitive.axes), commonRate(before.axes)];
      if (rate === null || earlier === null || rate < 2 || earlier < 2) return null;
      const shared = commonDivisor(rate, earlier);
      return shared > 1
        ? `rates ${earlier} and ${rate} share the factor ${shared}: together they look at every ${shared}th position only (gridding)`
        : null;
    },
  },
  {
    code: 'dropout-before-batch-normalization',
    on: false,
    find(subject) {
      const { node } = subject;
      const before = producer(subject);
      const type =
        before === null || before.layer === null ? null : subject.graph.layers[before.layer].builtin;
      return node.primitive.op === 'normalize' && node.primitive.mode === 'batch' && type === 'Dropout'
        ? 'dropout changes the variance that this layer measures while training, and not in use: put it after the normalization'
        : null;
    },
  },
];

/** The convolution whose output this one reads, through activations and normalizations. */
function dilatedBefore(subject: Subject): Extract<Node['primitive'], { op: 'conv' }> | null {
  let before = producer(subject);
  for (let steps = 0; before !== null && steps < 8; steps++) {
    const { primitive } = before;
    if (primitive.op === 'conv') return primitive;
    if (primitive.op !== 'elementwise' && primitive.op !== 'normalize' && primitive.op !== 'identity')
      return null;
    if (before.inputs.length !== 1) return null;
    before = producer({ ...subject, node: before });
  }
  return null;
}

/** The dilation rate where it is one for all axes. */
function commonRate(axes: readonly { readonly dilation: number | null }[]): number | null {
  const [first] = axes;
  return first !== undefined && axes.every(({ dilation }) => dilation === first.dilation)
    ? first.dilation
    : null;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/**
 * Advice for layers made in the analysed file; one hint per layer and piece of advice. `optional`: the pieces that show only
 * when a setting asks for them, else those that always do.
 */
export function advice(
  program: ProgramText,
  graph: ModelGraph,
  figures: Figures,
  optional: boolean,
): Finding[] {
  const pieces = ADVICE.filter((piece) => piece.on !== optional);
  const found = new Map<string, Finding>();
  for (const node of graph.nodes) {
    if (node.layer === null || node.failed || node.inputs.length === 0) continue;
    const layer = graph.layers[node.layer];
    if (layer.site.range.file !== program.path) continue;
    for (const { code, argument, find } of pieces) {
      const message = find({ graph, figures, node, layer });
      if (message === null) continue;
      const range: SourceRange =
        (argument !== undefined ? layer.args[argument] : undefined) ?? layer.site.range;
      const key = `${code}|${range.from}|${range.to}`;
      if (range.file !== program.path || found.has(key)) continue;
      found.set(key, {
        code,
        severity: 'hint',
        message,
        keras: null,
        range,
        related: [],
        node: node.id,
        layer: layer.id,
        probed: node.probed,
        failure: null,
      });
    }
  }
  return [...found.values()];
}
