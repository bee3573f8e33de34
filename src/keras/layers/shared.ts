/** What most layer definitions need: channel layout, shapes of assumed rank, input specs remembered from the build. */
import { isUnknown, type Dim, type Known, type Primitive, type Shape } from '../../graph/graph';
import { reasonFor } from '../arguments';
import {
  KerasError,
  type CallContext,
  type CallResult,
  type Config,
  type InputSpec,
  type TensorRef,
  type TensorSpec,
} from '../definition';
import { isKnownRank, unknownDim } from '../dims';

/** Batch, spatial and channel dimensions of an image-like shape. */
export interface Layout {
  readonly batch: Dim;
  readonly spatial: readonly Dim[];
  readonly channels: Dim;
}

/** Takes `(batch, …spatial, channels)` or `(batch, channels, …spatial)` apart. `shape` has at least two axes. */
export function splitLayout(shape: readonly Dim[], channelsFirst: boolean): Layout {
  return channelsFirst
    ? { batch: shape[0], channels: shape[1], spatial: shape.slice(2) }
    : { batch: shape[0], spatial: shape.slice(1, -1), channels: shape[shape.length - 1] };
}

export function joinLayout(layout: Layout, channelsFirst: boolean): Dim[] {
  return channelsFirst
    ? [layout.batch, layout.channels, ...layout.spatial]
    : [layout.batch, ...layout.spatial, layout.channels];
}

/** The shape's dimensions; for an unknown rank, `rank` unknown ones (a layer that takes one rank only implies it). */
export function dimsOfRank(shape: Shape, rank: number): readonly Dim[] {
  return isKnownRank(shape) ? shape : Array.from({ length: rank }, () => shape);
}

/** An argument's number as a dimension. */
export function argumentDim(config: Config, name: string, value: Known<number>): Dim {
  return value === null ? unknownDim(reasonFor(config, name)) : value;
}

/** A dimension's number, null when open or unknown. */
export function known(dim: Dim | undefined): Known<number> {
  return typeof dim === 'number' ? dim : null;
}

/** Why a shape or one of its dimensions is not known, if so. */
export function unknownReason(shape: Shape): string | undefined {
  if (!isKnownRank(shape)) return shape.reason;
  const dim = shape.find((entry) => isUnknown(entry));
  return dim !== undefined && isUnknown(dim) ? dim.reason : undefined;
}

const SPEC = 'inputSpec';

/** Keras narrows a layer's input spec when it is built: remembers the lengths required from then on. */
export function rememberAxes(
  config: Config,
  spec: InputSpec,
  axes: Readonly<Record<number, Dim | undefined>>,
): void {
  const fixed: Record<number, number> = {};
  for (const axis in axes) {
    const length = axes[axis];
    if (typeof length === 'number') fixed[axis] = length;
  }
  config.memo.set(SPEC, { ...spec, axes: fixed } satisfies InputSpec);
}

/** The spec remembered at build, else `initial`. */
export function builtSpec(config: Config, initial: InputSpec | undefined): InputSpec | undefined {
  return (config.memo.get(SPEC) as InputSpec | undefined) ?? initial;
}

/** The only input tensor of a layer that takes one; raises Keras' error for a list. */
export function onlyInput(context: CallContext): TensorRef {
  const { inputs } = context;
  if (inputs.length !== 1) {
    throw new KerasError(
      'input-count',
      `This layer takes one input, but got ${inputs.length}.`,
      `Layer expects 1 input(s), but it received ${inputs.length} input tensors.`,
      { callArgument: 'inputs', facts: { count: inputs.length } },
    );
  }
  return inputs[0];
}

/**
 * The outputs of a layer that keeps shapes: one for each tensor given, since Keras' shape rule passes lists through. What such
 * a layer computes on a list is another matter.
 */
export function keptShapes(
  context: CallContext,
  dtype: string | null,
  primitive: (input: TensorRef) => Primitive,
): CallResult {
  const { inputs, inputIsList } = context;
  const [first] = inputs;
  return {
    outputs: inputs.map((input) => spec(input.shape, dtype)),
    structure: inputIsList ? 'list' : 'single',
    primitive:
      inputs.length === 1
        ? primitive(first)
        : { op: 'opaque', reason: 'this layer computes on one tensor, but got a list' },
  };
}

export function spec(shape: Shape, dtype: string | null): TensorSpec {
  return { shape, dtype };
}

/** A layer whose output has the shape and dtype of its input. */
export function sameShape(input: TensorSpec): TensorSpec {
  return { shape: input.shape, dtype: input.dtype };
}
