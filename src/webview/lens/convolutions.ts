/** The convolutions that a layer is made of: itself, or the steps that Keras makes inside it (depthwise, then pointwise). */
import type { ModelGraph, Node } from '../../graph/graph';
import { ownSteps } from '../network/kinds';

/** In order; empty for a layer that is none, or whose inside the user wrote. */
export function convolutions(graph: ModelGraph, node: Node): readonly Node[] {
  if (node.primitive.op === 'conv') return [node];
  return ownSteps(graph, node).filter((step) => step.primitive.op === 'conv');
}
