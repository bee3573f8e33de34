/** Whether convolutions add context: their fields against the input's size. After Richter et al., Input size matters (2021). */
import type { Model, ModelGraph, Node, NodeId } from '../graph/graph';
import type { ReceptiveField, ReceptiveFields } from './receptiveField';

/** How a convolution's field lies to the input: Richter et al., Input size matters (2021). */
export type Productivity = 'productive' | 'critical' | 'unproductive';

/**
 * *unproductive*: the smallest field that reaches the convolution covers the whole input on every axis already, so it
 * adds no new context; *critical*: its own smallest field is the first to do so. Null when not known.
 */
export function productivity(graph: ModelGraph, fields: ReceptiveFields, node: Node): Productivity | null {
  if (node.primitive.op !== 'conv' || node.inputs.length === 0 || node.outputs.length === 0) return null;
  const before = covered(fields.of(node.inputs[0]));
  const own = covered(fields.of(node.outputs[0]));
  if (before === null || own === null) return null;
  return before ? 'unproductive' : own ? 'critical' : 'productive';
}

function covered(field: ReceptiveField | null): boolean | null {
  if (field === null || field.axes.length === 0) return null;
  if (field.axes.some((axis) => axis.inputLength === null || axis.minSize === null)) return null;
  return field.axes.every((axis) => (axis.minSize as number) >= (axis.inputLength as number));
}

/**
 * The smallest input lengths, per axis, with which no convolution of the model is unproductive: one more than the widest of the
 * smallest fields that reach one. Null where the model has no such convolution or the axes are not the same throughout; an
 * entry is null where a field is not known. Only convolutions with a window along the axis count.
 */
export function productiveInput(
  graph: ModelGraph,
  fields: ReceptiveFields,
  model: Model,
): readonly (number | null)[] | null {
  let needed: (number | null)[] | null = null;
  for (const node of convolutions(graph, model.nodes)) {
    const before = fields.of(node.inputs[0], model.inputs);
    // What sees everything, whatever its size, is productive for no input.
    if (before === null || before.axes.length === 0 || before.axes.some((axis) => axis.stride === null))
      return null;
    const lengths = before.axes.map((axis) => (axis.minSize === null ? null : axis.minSize + 1));
    needed ??= lengths.map(() => 1);
    if (needed.length !== lengths.length) return null;
    needed = needed.map((length, i) => {
      const other = lengths[i];
      return length === null || other === null ? null : Math.max(length, other);
    });
  }
  return needed;
}

/** Convolutions that widen, also those inside other layers. */
function* convolutions(graph: ModelGraph, nodes: readonly NodeId[]): Generator<Node> {
  for (const id of nodes) {
    const node = graph.nodes[id];
    if (node.primitive.op === 'conv' && node.primitive.axes.some(({ kernel }) => kernel !== 1)) yield node;
    yield* convolutions(graph, node.children);
  }
}
