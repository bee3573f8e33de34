/** What family a node belongs to (its colour) and the one-line description of what it computes. */
import type { AxisWindow, ModelGraph, Node, Primitive } from '../../graph/graph';

/** Families, in the order of the legend. */
export const KINDS = [
  'input',
  'conv',
  'dense',
  'pool',
  'normalize',
  'activation',
  'merge',
  'sequence',
  'shape',
  'composite',
  'other',
] as const;
export type Kind = (typeof KINDS)[number];

const MERGES = new Set([
  'add',
  'subtract',
  'multiply',
  'maximum',
  'minimum',
  'average',
  'divide',
  'true_divide',
  'dot',
]);

export function kindOf(primitive: Primitive, inputs: number): Kind {
  switch (primitive.op) {
    case 'input':
    case 'constant':
      return 'input';
    case 'conv':
      return 'conv';
    case 'dense':
    case 'einsum':
    case 'matmul':
      return 'dense';
    case 'pool':
    case 'adaptivePool':
    case 'reduce':
      return 'pool';
    case 'normalize':
      return 'normalize';
    case 'softmax':
      return 'activation';
    case 'elementwise':
      return inputs > 1 || MERGES.has(primitive.fn) ? 'merge' : 'activation';
    case 'concat':
    case 'stack':
    case 'either':
      return 'merge';
    case 'recurrent':
    case 'attention':
    case 'embedding':
      return 'sequence';
    case 'composite':
      return 'composite';
    case 'opaque':
    case 'identity':
      return 'other';
    default:
      return 'shape';
  }
}

/** Operations that say best what a compound layer of Keras' own is about, most telling first. */
const TELLING: readonly Primitive['op'][] = [
  'conv',
  'pool',
  'recurrent',
  'attention',
  'dense',
  'einsum',
  'normalize',
];

/** The steps that Keras makes inside a layer of its own (SeparableConv2D); none for a nested model or what the user wrote. */
export function ownSteps(graph: ModelGraph, node: Node): readonly Node[] {
  if (node.primitive.op !== 'composite') return [];
  if (node.layer !== null && graph.models.some((model) => model.layer === node.layer)) return [];
  const steps = node.children.flatMap((child) => (graph.nodes[child] ? [graph.nodes[child]] : []));
  return steps.every((step) => step.internal) ? steps : [];
}

/** The step that a node is about: itself, or of a compound layer of Keras' own the most telling of its steps. */
export function mainStep(graph: ModelGraph, node: Node): Node {
  const steps = ownSteps(graph, node);
  const inner = steps.map((step) => mainStep(graph, step));
  for (const op of TELLING) {
    const found = inner.find((step) => step.primitive.op === op);
    if (found) return found;
  }
  return node;
}

/** The family of a node, compound layers of Keras' own by what they are about. */
export function nodeKind(graph: ModelGraph, node: Node): Kind {
  const step = mainStep(graph, node);
  return kindOf(step.primitive, step.inputs.length);
}

/** True for steps that change no length and weigh little: they are drawn thin, so that the drawing stays short. */
export function isLight(primitive: Primitive, inputs: number): boolean {
  if (inputs > 1) return false;
  return ['elementwise', 'softmax', 'normalize', 'identity'].includes(primitive.op);
}

const axesText = (axes: readonly AxisWindow[], of: (axis: AxisWindow) => number | null): string =>
  axes.map((axis) => of(axis) ?? '?').join('×');

/** `3×3 · stride 2 · dilation 2`; empty when the type says it all. */
export function detailOf(primitive: Primitive): string {
  const parts: string[] = [];
  if (primitive.op === 'conv' || primitive.op === 'pool') {
    const { axes } = primitive;
    parts.push(axesText(axes, (axis) => axis.kernel));
    // One number says it when all axes agree.
    const all = (of: (axis: AxisWindow) => number | null): string =>
      axes.every((axis) => of(axis) === of(axes[0])) ? String(of(axes[0]) ?? '?') : axesText(axes, of);
    if (axes.some((axis) => axis.stride !== 1)) parts.push(`stride ${all((axis) => axis.stride)}`);
    if (axes.some((axis) => axis.dilation !== 1)) parts.push(`dilation ${all((axis) => axis.dilation)}`);
    if (primitive.op === 'conv') {
      if (primitive.groups !== null && primitive.groups > 1 && !primitive.depthwise)
        parts.push(`${primitive.groups} groups`);
      if (primitive.activation && primitive.activation !== 'linear') parts.push(primitive.activation);
    }
  } else if (primitive.op === 'dense') {
    if (primitive.activation && primitive.activation !== 'linear') parts.push(primitive.activation);
  } else if (primitive.op === 'elementwise') {
    parts.push(primitive.fn);
  } else if (primitive.op === 'reduce') {
    parts.push(primitive.fn);
  } else if (primitive.op === 'upsample') {
    parts.push(`×${primitive.factors.map((factor) => factor ?? '?').join('×')}`);
  } else if (primitive.op === 'attention') {
    parts.push(`${primitive.heads ?? '?'} heads`);
  }
  return parts.join(' · ');
}

/** `conv2d_4` for a Conv2D: a name that Keras made says nothing beside the type. */
export function isAutomaticName(node: Pick<Node, 'name' | 'type'>): boolean {
  const squash = (text: string): string => text.toLowerCase().replace(/[_\s]/g, '');
  return squash(node.name.replace(/(_\d+)+$/, '')) === squash(node.type);
}
