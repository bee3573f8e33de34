/** Checks the tensors of a call against what a layer accepts, with the sentences of Keras' `input_spec.py`. */
import type { Dim } from '../../graph/graph';
import { KerasError, type InputSpec, type TensorRef } from '../definition';
import { formatShape, isKnownRank } from '../dims';

/** Throws KerasError for the first input that certainly does not fit. `layerName` is the layer's own name. */
export function checkInputSpec(spec: InputSpec, inputs: readonly TensorRef[], layerName: string): void {
  for (const [index, { shape }] of inputs.entries()) {
    if (!isKnownRank(shape)) continue;
    const rank = shape.length;
    const text = formatShape(shape);
    const wrongRank = (message: string, expected: string): KerasError =>
      new KerasError(
        'input-rank',
        message,
        `Input ${index} of layer "${layerName}" is incompatible with the layer: ${expected}, found ndim=${rank}. Full shape received: ${text}`,
        {
          input: index,
          facts: {
            rank,
            expected: spec.ndim ?? spec.minNdim ?? spec.maxNdim ?? null,
            shape: text,
            ndim: spec.ndim ?? null,
            minNdim: spec.minNdim ?? null,
            maxNdim: spec.maxNdim ?? null,
          },
        },
      );
    if (spec.ndim !== undefined && rank !== spec.ndim)
      throw wrongRank(
        `this layer takes ${spec.ndim} axes (batch included), but the input ${text} has ${rank}`,
        `expected ndim=${spec.ndim}`,
      );
    if (spec.maxNdim !== undefined && rank > spec.maxNdim)
      throw wrongRank(
        `this layer takes at most ${spec.maxNdim} axes, but the input ${text} has ${rank}`,
        `expected max_ndim=${spec.maxNdim}`,
      );
    if (spec.minNdim !== undefined && rank < spec.minNdim)
      throw wrongRank(
        `this layer takes at least ${spec.minNdim} axes (batch included), but the input ${text} has ${rank}`,
        `expected min_ndim=${spec.minNdim}`,
      );
    for (const [axis, length] of Object.entries(spec.axes ?? {})) {
      const position = Number(axis);
      const dim: Dim | undefined = shape[position < 0 ? rank + position : position];
      if (typeof dim === 'number' && dim !== length) {
        throw new KerasError(
          'input-axis',
          `this layer was built for ${length} along axis ${position}, but the input ${text} has ${dim}`,
          `Input ${index} of layer "${layerName}" is incompatible with the layer: expected axis ${position} of input shape to have value ${length}, but received input with shape ${text}`,
          { input: index, facts: { axis: position, expected: length, received: dim, shape: text } },
        );
      }
    }
  }
}
