/**
 * What else could stand between the same shapes, and what it would cost: a dense layer, the plain convolution in place of a
 * separable, depthwise or grouped one, a stack of smaller kernels with the same receptive field. Weights without biases.
 */
import type { Dim, Node, Primitive, Shape } from '../../graph/graph';
import * as format from '../format';

export type AlternativeId = 'this' | 'dense' | 'plain' | 'stack' | 'separable';

export interface Alternative {
  readonly id: AlternativeId;
  /** Weights of kernels; biases are left out everywhere. */
  readonly weights: number;
  /** Multiply-adds for one sample. */
  readonly macs: number;
  /** Stack: how many layers of which kernel. */
  readonly layers?: number;
  readonly kernel?: number;
}

type Conv = Extract<Primitive, { op: 'conv' }>;

/** The layer itself first; empty when its numbers are not known. `steps`: the convolutions that the layer is made of, in order. */
export function alternatives(
  steps: readonly Node[],
  input: Shape | null,
  output: Shape | null,
): readonly Alternative[] {
  const convs = steps.flatMap(({ primitive }) => (primitive.op === 'conv' ? [primitive] : []));
  const own = convs.map(cost);
  if (own.length === 0 || own.some((each) => each === null)) return [];
  const sum = own as { weights: number; macs: number }[];
  const first = convs[0];
  const last = convs[convs.length - 1];
  const self: Alternative = {
    id: 'this',
    weights: sum.reduce((total, each) => total + each.weights, 0),
    macs: sum.reduce((total, each) => total + each.macs, 0),
  };
  const found: Alternative[] = [self];
  const plain: Conv = { ...first, depthwise: false, groups: 1, outChannels: last.outChannels };
  const isPlain = convs.length === 1 && !first.depthwise && first.groups === 1;
  const plainCost = cost(plain);
  if (!isPlain && plainCost) found.push({ id: 'plain', ...plainCost });
  if (isPlain && !first.transposed) {
    const taps = first.axes.reduce((product, axis) => product * axis.kernel!, 1);
    const positions = lengths(first, 'output')!;
    if (taps > 1)
      found.push({
        id: 'separable',
        weights: taps * first.inChannels! + first.inChannels! * first.outChannels!,
        macs: positions * (taps * first.inChannels! + first.inChannels! * first.outChannels!),
      });
    const stacked = stack(first);
    if (stacked) found.push(stacked);
  }
  const [from, to] = [volume(input), volume(output)];
  if (from !== null && to !== null) found.push({ id: 'dense', weights: from * to, macs: from * to });
  return found;
}

/** A stack of 3-wide kernels that sees as much: `(k − 1)/2` layers of the same width, the stride on the first. */
function stack(conv: Conv): Alternative | null {
  const [axis] = conv.axes;
  const kernel = axis.kernel!;
  if (kernel < 5 || kernel % 2 === 0) return null;
  if (conv.axes.some((each) => each.kernel !== kernel || each.dilation !== 1)) return null;
  const layers = (kernel - 1) / 2;
  const positions = lengths(conv, 'output')!;
  const taps = 3 ** conv.axes.length;
  const weights = taps * conv.outChannels! * (conv.inChannels! + (layers - 1) * conv.outChannels!);
  return { id: 'stack', weights, macs: weights * positions, layers, kernel: 3 };
}

/** Kernel weights and multiply-adds; a transposed convolution multiplies once per input position. */
function cost(conv: Conv): { weights: number; macs: number } | null {
  const { inChannels, outChannels, groups, depthwise, axes } = conv;
  const positions = lengths(conv, conv.transposed ? 'input' : 'output');
  if (positions === null || inChannels === null || outChannels === null) return null;
  if (axes.some((axis) => axis.kernel === null) || (!depthwise && groups === null)) return null;
  const taps = axes.reduce((product, axis) => product * axis.kernel!, 1);
  const weights = depthwise ? taps * outChannels : (taps * inChannels * outChannels) / groups!;
  return { weights, macs: weights * positions };
}

function lengths(conv: Conv, which: 'input' | 'output'): number | null {
  return conv.axes.reduce<number | null>((product, axis) => {
    const length: Dim = axis[which];
    return product === null || typeof length !== 'number' ? null : product * length;
  }, 1);
}

function volume(shape: Shape | null): number | null {
  if (!shape || !format.isRanked(shape)) return null;
  return shape
    .slice(1)
    .reduce<number | null>(
      (product, length) => (product === null || typeof length !== 'number' ? null : product * length),
      1,
    );
}
