/**
 * How a picture's pixels become a model's input: as the model's own first layers take them, or as the `preprocess_input` of the
 * `keras.applications` architecture that reads it. Source: Keras `applications/imagenet_utils.py` (`_preprocess_numpy_input`).
 */
import type { ModelGraph, Node, TensorId } from '../../graph/graph';

export interface Scaling {
  /** In words. */
  readonly words: string;
  /** Which channel (red 0, green 1, blue 2) stands at channel `c`. */
  source(c: number): number;
  /** The number for brightness 0…1 of channel `c`. */
  value(brightness: number, c: number): number;
}

const plain = (words: string, value: (brightness: number) => number): Scaling => ({
  words,
  source: (c) => c % 3,
  value,
});

const MEANS = [0.485, 0.456, 0.406];
const DEVIATIONS = [0.229, 0.224, 0.225];
const CAFFE_MEANS = [103.939, 116.779, 123.68];

export const SCALINGS = {
  unit: plain('0 to 1', (v) => v),
  bytes: plain('0 to 255', (v) => 255 * v),
  symmetric: plain('−1 to 1', (v) => 2 * v - 1),
  caffe: {
    words: 'blue, green, red from 0 to 255 less the means of ImageNet',
    source: (c) => 2 - (c % 3),
    value: (v, c) => 255 * v - CAFFE_MEANS[c % 3],
  },
  torch: {
    words: '0 to 1, less the means of ImageNet, over its deviations',
    source: (c) => c % 3,
    value: (v, c) => (v - MEANS[c % 3]) / DEVIATIONS[c % 3],
  },
} satisfies Record<string, Scaling>;

/** Architectures of `keras.applications` whose pictures are preprocessed outside, by the name Keras gives the model. */
const ARCHITECTURES: readonly (readonly [RegExp, Scaling])[] = [
  [/^(?:vgg1[69]|resnet(?:50|101|152))$/, SCALINGS.caffe],
  [
    /^(?:resnet\d+v2|mobilenet_\d\.\d+_\d+|mobilenetv2_\d\.\d+_\d+|inception_v3|inception_resnet_v2|xception|nasnet\w*)$/i,
    SCALINGS.symmetric,
  ],
  [/^densenet\d+$/, SCALINGS.torch],
];

/** Layers that pass pixels on as they are. */
const MOST_STEPS = 12;

/** How pictures are scaled for an input of a model. */
export function scalingFor(graph: ModelGraph, model: number, tensor: TensorId): Scaling {
  const seen = new Set<TensorId>();
  let front: TensorId[] = [tensor];
  let architecture: Scaling | null = architectureOf(graph.layers[graph.models[model].layer].name);
  for (let step = 0; step < MOST_STEPS && front.length; step++) {
    const next: TensorId[] = [];
    for (const node of graph.nodes) {
      if (!node.inputs.some((id) => front.includes(id))) continue;
      if (takesBytes(node)) return SCALINGS.bytes;
      if (node.layer !== null && node.primitive.op === 'composite')
        architecture ??= architectureOf(graph.layers[node.layer].name);
      if (passesOn(node)) next.push(...node.outputs.filter((id) => !seen.has(id)));
    }
    front.forEach((id) => seen.add(id));
    front = next;
  }
  return architecture ?? SCALINGS.unit;
}

function architectureOf(name: string): Scaling | null {
  return ARCHITECTURES.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** Whether the node brings 0…255 to a small range itself. */
function takesBytes(node: Node): boolean {
  const { primitive } = node;
  if (node.type === 'Normalization') return true;
  if (primitive.op !== 'elementwise') return false;
  if (primitive.fn === 'rescale') {
    const scale = primitive.params?.['scale'];
    return typeof scale === 'number' && Math.abs(scale) <= 0.02;
  }
  const constant = primitive.constants?.find((value) => typeof value === 'number');
  if (typeof constant !== 'number') return false;
  switch (primitive.fn) {
    case 'divide':
    case 'true_divide':
    case 'subtract':
      return primitive.constants?.[0] === null && Math.abs(constant) >= 50;
    case 'add':
      return Math.abs(constant) >= 50;
    case 'multiply':
      return Math.abs(constant) <= 0.02 && constant !== 0;
    default:
      return false;
  }
}

function passesOn(node: Node): boolean {
  const { op } = node.primitive;
  return (
    ['identity', 'reshape', 'resize', 'pad', 'crop', 'transpose', 'slice', 'concat', 'stack'].includes(op) ||
    (op === 'elementwise' &&
      node.primitive.op === 'elementwise' &&
      ['cast', 'identity'].includes(node.primitive.fn))
  );
}
