/** Finds gates: a tensor multiplied by a sigmoid of another (GLU), and the gated residual that mixes old and new by it. */
import type { ModelGraph, Node, NodeId, TensorId } from '../../graph/graph';

export type Gate =
  /** Y = A ⊗ σ(B). `residual`: the result is added to the input. */
  | { readonly form: 'glu'; readonly value: NodeId; readonly gate: NodeId; readonly residual: boolean }
  /** Y = X ⊗ (1 − σ) + A ⊗ σ. */
  | { readonly form: 'mix'; readonly keep: NodeId; readonly value: NodeId; readonly gate: NodeId };

/** The gate that a node is part of: the product, the sum of the mixing form, or the sigmoid itself. */
export function gateOf(graph: ModelGraph, node: Node): Gate | null {
  const own = at(graph, node);
  if (own) return own;
  const users = usersOf(graph, node);
  for (const user of users) {
    const found = at(graph, user);
    if (found) return found;
  }
  for (const user of users.flatMap((each) => usersOf(graph, each))) {
    const found = at(graph, user);
    if (found?.form === 'mix' || (found && (found.gate === node.id || found.value === node.id))) return found;
  }
  return null;
}

function at(graph: ModelGraph, node: Node): Gate | null {
  const { primitive } = node;
  if (primitive.op !== 'elementwise') return null;
  if (primitive.fn === 'add') return mixAt(graph, node);
  if (primitive.fn !== 'multiply') return null;
  for (const user of usersOf(graph, node)) {
    const mix =
      user.primitive.op === 'elementwise' && user.primitive.fn === 'add' ? mixAt(graph, user) : null;
    if (mix) return mix;
  }
  return gluAt(graph, node);
}

function gluAt(graph: ModelGraph, node: Node): Gate | null {
  if (node.primitive.op !== 'elementwise' || node.primitive.fn !== 'multiply' || node.inputs.length !== 2)
    return null;
  const [a, b] = node.inputs.map((tensor) => producer(graph, tensor));
  if (!a || !b) return null;
  const gate = isSigmoid(b) ? b : isSigmoid(a) ? a : null;
  if (!gate) return null;
  const residual = usersOf(graph, node).some(
    (user) => user.primitive.op === 'elementwise' && user.primitive.fn === 'add',
  );
  return { form: 'glu', value: (gate === b ? a : b).id, gate: gate.id, residual };
}

function mixAt(graph: ModelGraph, node: Node): Gate | null {
  const products = node.inputs.map((tensor) => producer(graph, tensor));
  if (products.length !== 2) return null;
  const factors = products.map((product) =>
    product?.primitive.op === 'elementwise' && product.primitive.fn === 'multiply'
      ? product.inputs.map((tensor) => producer(graph, tensor))
      : [],
  );
  for (const [keeping, taking] of [
    [factors[0], factors[1]],
    [factors[1], factors[0]],
  ]) {
    for (const rest of keeping) {
      const gate = rest && complementOf(graph, rest);
      if (!gate || !taking.some((each) => each?.id === gate.id)) continue;
      const keep = keeping.find((each) => each && each !== rest);
      const value = taking.find((each) => each && each.id !== gate.id);
      if (keep && value) return { form: 'mix', keep: keep.id, value: value.id, gate: gate.id };
    }
  }
  return null;
}

/** The sigmoid σ of `1 − σ`. */
function complementOf(graph: ModelGraph, node: Node): Node | null {
  const { primitive } = node;
  if (primitive.op !== 'elementwise' || primitive.fn !== 'subtract') return null;
  if (primitive.constants?.[0] !== 1) return null;
  const gate = node.inputs.map((tensor) => producer(graph, tensor)).find((each) => each !== null);
  return gate && isSigmoid(gate) ? gate : null;
}

function isSigmoid({ primitive }: Node): boolean {
  if (primitive.op === 'elementwise') return primitive.fn === 'sigmoid' || primitive.fn === 'hard_sigmoid';
  return (
    'activation' in primitive &&
    (primitive.activation === 'sigmoid' || primitive.activation === 'hard_sigmoid')
  );
}

/** The node that made a tensor, past those that do nothing. */
function producer(graph: ModelGraph, tensor: TensorId): Node | null {
  let id = graph.tensors[tensor]?.producer ?? null;
  for (let climbed = 0; id !== null && climbed < 20; climbed++) {
    const node: Node | undefined = graph.nodes[id];
    if (!node) return null;
    if (node.primitive.op !== 'identity' || node.inputs.length !== 1) return node;
    id = graph.tensors[node.inputs[0]]?.producer ?? null;
  }
  return null;
}

function usersOf(graph: ModelGraph, node: Node): Node[] {
  const made = new Set(node.outputs);
  return graph.nodes.filter((each) => each.inputs.some((tensor) => made.has(tensor)));
}
