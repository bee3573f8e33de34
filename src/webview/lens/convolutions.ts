/** The convolutions that a layer is made of: itself, or the steps that Keras makes inside it (depthwise, then pointwise). */
import type { ModelGraph, Node } from '../../graph/graph';

/** In order; empty for a layer that is none, or whose inside the user wrote. */
export function convolutions(graph: ModelGraph, node: Node): readonly Node[] {
  if (node.primitive.op === 'conv') return [node];
  if (node.primitive.op !== 'composite') return [];
  const steps = node.children.flatMap((child) => (graph.nodes[child] ? [graph.nodes[child]] : []));
  if (!steps.every((step) => step.internal)) return [];
  return steps.filter((step) => step.primitive.op === 'conv');
}
