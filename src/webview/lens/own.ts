/**
 * A layer's own numbers in its arithmetic: one channel of the map that came in and the kernel that one filter has for it, as the
 * engine computed with them. What a cell adds up over all channels is worked out beside it, to the value in the layer's map.
 */
import type { FeatureMap, WeightValues } from '../../engine/api';
import type { Node } from '../../graph/graph';
import { planesOf, type Planes } from '../activations/planes';
import { outputs, reads, type Arithmetic } from './arithmetic';

/** What the engine has of one window operation. */
export interface OwnValues {
  readonly input: FeatureMap;
  /** null for pooling. */
  readonly kernel: WeightValues | null;
  readonly bias: WeightValues | null;
  readonly output: FeatureMap;
}

/** What one filter reads. */
export interface Reach {
  readonly first: number;
  readonly count: number;
}

export class OwnNumbers {
  readonly filters: number;
  private readonly input: Planes;
  private readonly output: Planes;

  private constructor(
    private readonly step: Node,
    readonly whole: Arithmetic,
    private readonly values: OwnValues,
  ) {
    // The layer knows where channels are; what made its input may not.
    const { primitive } = step;
    const isFirst = 'channelsFirst' in primitive && primitive.channelsFirst;
    const planes = ({ shape, data }: FeatureMap): Planes =>
      planesOf({ shape, data, channelAxis: isFirst ? 1 : shape.length - 1 });
    this.input = planes(values.input);
    this.output = planes(values.output);
    this.filters = this.output.channels;
  }

  /** null where maps and kernel are not those of this operation, or where it has more axes than are drawn. */
  static of(step: Node, whole: Arithmetic, values: OwnValues): OwnNumbers | null {
    const { primitive } = step;
    if (primitive.op !== 'conv' && primitive.op !== 'pool') return null;
    if (primitive.axes.length > 2 || (primitive.op === 'conv' && primitive.unshared)) return null;
    const own = new OwnNumbers(step, whole, values);
    const { input, output } = own;
    if (input.width * input.height !== whole.input.length || output.width * output.height !== outputs(whole))
      return null;
    if (primitive.op === 'pool') return input.channels === output.channels ? own : null;
    const { kernel } = values;
    if (kernel === null || kernel.shape.length !== primitive.axes.length + 2) return null;
    const taps = kernel.shape.slice(0, -2).reduce((product, length) => product * length, 1);
    const reach = own.reach(0);
    const size = primitive.depthwise
      ? input.channels * (output.channels / input.channels)
      : reach.count * output.channels;
    return taps === whole.kernel.length && kernel.data.length === taps * size ? own : null;
  }

  /** The input channels that a filter reads: all of them, its group's, or its own. */
  reach(filter: number): Reach {
    const { primitive } = this.step;
    const { channels } = this.input;
    if (primitive.op !== 'conv') return { first: filter, count: 1 };
    if (primitive.depthwise) return { first: Math.floor(filter / (this.filters / channels)), count: 1 };
    const groups = primitive.groups ?? 1;
    const count = channels / groups;
    return { first: Math.floor(filter / (this.filters / groups)) * count, count };
  }

  /** The output cell to which the filter responds most. */
  strongest(filter: number): number {
    const values = this.output.plane(filter);
    let best = 0;
    values.forEach((value, cell) => {
      if (Math.abs(value) > Math.abs(values[best])) best = cell;
    });
    return best;
  }

  /** The operation of one filter on one of the channels that it reads. */
  arithmetic(filter: number, channel: number): Arithmetic {
    return {
      ...this.whole,
      input: Array.from(this.input.plane(channel)),
      kernel: this.kernelOf(filter, channel),
      isOwn: true,
    };
  }

  /** What an output cell comes to: the sum over all channels, the bias, and the value in the layer's map. */
  total(filter: number, cell: number): { sum: number; bias: number | null; value: number } {
    const { first, count } = this.reach(filter);
    const inside = reads(this.whole, cell);
    let sum = 0;
    for (let channel = first; channel < first + count; channel++) {
      const plane = this.input.plane(channel);
      const kernel = this.kernelOf(filter, channel);
      for (const { tap, input } of inside) if (input !== null) sum += plane[input] * kernel[tap];
    }
    return {
      sum,
      bias: this.values.bias?.data[filter] ?? null,
      value: this.output.plane(filter)[cell],
    };
  }

  private kernelOf(filter: number, channel: number): readonly number[] {
    const { primitive } = this.step;
    const { kernel } = this.values;
    if (kernel === null || primitive.op !== 'conv') return this.whole.kernel;
    const { data, shape } = kernel;
    const [inner, last] = shape.slice(-2);
    const at = primitive.transposed
      ? // Keras keeps a transposed kernel as that of the convolution whose gradient it is: outputs before inputs.
        filter * last + channel
      : primitive.depthwise
        ? channel * last + (filter % last)
        : (channel - this.reach(filter).first) * last + filter;
    return this.whole.kernel.map((_, tap) => data[tap * inner * last + at]);
  }
}
