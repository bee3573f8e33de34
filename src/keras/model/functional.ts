/**
 * The graph between the inputs and outputs of a functional model, in Keras' own order (keras/src/ops/function.py,
 * `map_graph`): nodes by depth, and operations (layers, and operators on tensors) as `summary()` lists them.
 */
import {
  isUnknown,
  type Node,
  type NodeId,
  type SummaryRow,
  type TensorId,
  type Unknown,
} from '../../graph/graph';
import type { Origin, Value } from '../../python/values';
import { KerasError } from '../definition';
import { formatShape } from '../dims';
import type { LayerState } from './layerState';
import type { Recorder } from './recorder';

export interface FunctionalGraph {
  /** As given to the constructor. */
  readonly inputs: Value;
  readonly outputs: Value;
  readonly inputIds: readonly TensorId[];
  readonly outputIds: readonly TensorId[];
  /** From inputs to outputs, in the order in which Keras runs them. */
  readonly nodes: readonly NodeId[];
  readonly rows: readonly SummaryRow[];
  /** Layers among the operations, in order. */
  readonly layers: readonly LayerState[];
  /** Why something that the outputs are computed from is not known: then there may be more layers before it. */
  readonly missing: Unknown | null;
}

interface Walk {
  readonly recorder: Recorder;
  readonly inputs: ReadonlySet<TensorId>;
  readonly finished: Set<NodeId>;
  readonly order: Node[];
  readonly indices: Map<Operation, number>;
  missing: Unknown | null;
}

/** Keras counts a layer's calls as one operation and each operator on tensors as one of its own: even and odd numbers. */
type Operation = number;
const operationOf = (node: Node): Operation => (node.layer === null ? node.id * 2 + 1 : node.layer * 2);

/** Walks the graph; throws KerasError when an output does not come from the inputs or names repeat. */
export function mapGraph(
  recorder: Recorder,
  inputs: Value,
  outputs: Value,
  inputIds: readonly TensorId[],
  outputIds: readonly TensorId[],
  certain: boolean,
): FunctionalGraph {
  const walk: Walk = {
    recorder,
    inputs: new Set(inputIds),
    finished: new Set(),
    order: [],
    indices: new Map(),
    missing: null,
  };
  for (const output of outputIds) visit(walk, output);
  const { order, indices } = walk;
  /** Place of each node of the graph in the order of the walk. */
  const places = new Map<NodeId, number>();
  const nodeDepths = new Map<NodeId, number>();
  const operationDepths = new Map<Operation, number>();
  const operationNode = new Map<Operation, Node>();
  order.forEach((node, place) => {
    places.set(node.id, place);
    if (!operationNode.has(operationOf(node))) operationNode.set(operationOf(node), node);
  });
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    const operation = operationOf(node);
    const depth = Math.max(nodeDepths.get(node.id) ?? 0, operationDepths.get(operation) ?? 0);
    operationDepths.delete(operation);
    operationDepths.set(operation, depth);
    nodeDepths.set(node.id, depth);
    if (node.primitive.op === 'input') continue;
    for (const input of argumentsOf(recorder, node)) {
      const parent = recorder.producerOf(input);
      if (parent === null || !places.has(parent.id)) continue;
      nodeDepths.set(parent.id, Math.max(depth + 1, nodeDepths.get(parent.id) ?? 0));
    }
  }
  for (const id of inputIds) {
    const node = recorder.producerOf(id);
    if (node === null || node.primitive.op !== 'input' || operationDepths.has(operationOf(node))) continue;
    operationDepths.set(operationOf(node), 0);
    operationNode.set(operationOf(node), node);
    indices.set(operationOf(node), -1);
    nodeDepths.set(node.id, 0);
  }
  const operations = [...operationDepths.keys()].sort(
    (a, b) => operationDepths.get(b)! - operationDepths.get(a)! || indices.get(a)! - indices.get(b)!,
  );
  const place = (id: NodeId): number => places.get(id) ?? -1;
  const nodes = [...nodeDepths.keys()].sort(
    (a, b) => nodeDepths.get(b)! - nodeDepths.get(a)! || place(a) - place(b),
  );
  if (certain) checkConnected(recorder, nodes, inputIds, outputIds);
  const rows = operations.flatMap((operation): readonly SummaryRow[] => {
    const node = operationNode.get(operation)!;
    // Keras knows one side only of what here is either of two.
    if (node.primitive.op === 'either') return [];
    return [node.layer === null ? { layer: null, node: node.id } : { layer: node.layer, node: node.id }];
  });
  if (certain && !order.some((node) => node.conditional || node.primitive.op === 'either'))
    checkNames(recorder, rows);
  const layers = rows.flatMap((row) => (row.layer === null ? [] : [recorder.layers[row.layer]]));
  return { inputs, outputs, inputIds, outputIds, nodes, rows, layers, missing: walk.missing };
}

/** Input tensors as Keras' node has them: masks that it hands over by itself among them. */
function argumentsOf(recorder: Recorder, node: Node): readonly TensorId[] {
  const masks = recorder.maskInputs.get(node.id);
  return masks === undefined ? node.inputs : [...node.inputs, ...masks];
}

/** Depth-first from an output; iterative, for networks are deep. */
function visit(walk: Walk, output: TensorId): void {
  const { recorder, finished, order, indices } = walk;
  const stack: { node: Node; next: number }[] = [];
  const entered = new Set<NodeId>();
  const enter = (tensor: TensorId, user: Node | null): void => {
    const node = recorder.producerOf(tensor);
    if (node === null && !walk.inputs.has(tensor)) walk.missing ??= hiding(recorder, tensor, user);
    if (node === null || finished.has(node.id)) return;
    if (node.type === 'Variable' && node.layer === null) return;
    if (node.primitive.op !== 'input' && walk.inputs.has(tensor)) {
      finished.add(node.id);
      return;
    }
    if (entered.has(node.id)) return;
    entered.add(node.id);
    if (!indices.has(operationOf(node))) indices.set(operationOf(node), indices.size);
    stack.push({ node, next: 0 });
  };
  enter(output, null);
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    const inputs = argumentsOf(recorder, top.node);
    if (top.node.primitive.op !== 'input' && top.next < inputs.length) {
      enter(inputs[top.next++], top.node);
      continue;
    }
    walk.missing ??= swallowed(recorder, top.node);
    stack.pop();
    entered.delete(top.node.id);
    finished.add(top.node.id);
    order.push(top.node);
  }
}

/**
 * Why layers may be hidden behind a tensor that stands for a value of which nothing is known. Beside a tensor of the network
 * an operation may have a plain number there (`x * scale`), unless the value came of objects of the program.
 */
function hiding(recorder: Recorder, tensor: TensorId, user: Node | null): Unknown | null {
  const unknown = recorder.standIn(tensor);
  if (unknown === null || user === null || user.layer !== null) return unknown;
  const number = unknown.at === undefined || (unknown.at as Origin).given !== true;
  return number && user.inputs.some((id) => recorder.isSymbolic(id)) ? null : unknown;
}

/** The same for an operand that an operation does not keep among its inputs, as it does no plain number. */
function swallowed(recorder: Recorder, node: Node): Unknown | null {
  if (node.layer !== null || node.outputs.length === 0) return null;
  const { tensors } = recorder.graph;
  const { shape } = tensors[node.outputs[0]];
  if (!isUnknown(shape) || (shape.at as Origin | undefined)?.given !== true) return null;
  return node.inputs.some((id) => isUnknown(tensors[id].shape)) ? null : shape;
}

/** Every tensor that a node needs must come from the model's inputs (constants have no history and pass). */
function checkConnected(
  recorder: Recorder,
  nodes: readonly NodeId[],
  inputIds: readonly TensorId[],
  outputIds: readonly TensorId[],
): void {
  const computable = new Set(inputIds);
  for (const id of nodes) {
    const node = recorder.graph.nodes[id];
    if (node.primitive.op === 'input') {
      if (node.outputs.some((tensor) => computable.has(tensor))) continue;
      const name = node.layer === null ? node.name : recorder.layers[node.layer].layer.name;
      const shape = formatShape(recorder.graph.tensors[node.outputs[0]].shape);
      throw new KerasError(
        'graph-disconnected',
        `the outputs also depend on the Input "${name}" of shape ${shape}, which is not among the model's inputs`,
        recorder.kerasVersion === 2
          ? `Graph disconnected: cannot obtain value for tensor ${name} at layer "${name}".`
          : 'Output with path `` is not connected to `inputs`',
        { callArgument: 'inputs', facts: { input: name, shape } },
      );
    }
    for (const tensor of node.outputs) computable.add(tensor);
  }
  for (const id of outputIds) {
    if (computable.has(id) || !recorder.isSymbolic(id)) continue;
    throw new KerasError(
      'graph-disconnected',
      'an output does not depend on the inputs',
      'Output with path `` is not connected to `inputs`',
      { callArgument: 'outputs', facts: {} },
    );
  }
}

function checkNames(recorder: Recorder, rows: readonly SummaryRow[]): void {
  const seen = new Map<string, number>();
  for (const row of rows) {
    const node = row.layer === null ? recorder.graph.nodes[row.node] : null;
    // Keras numbers the names of steps on symbolic tensors; of a tensor that is not known nothing is.
    if (node !== null && !node.outputs.some((id) => recorder.isSymbolic(id))) continue;
    const name = node === null ? recorder.layers[row.layer!].layer.name : node.name;
    seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  for (const [name, count] of seen) {
    if (count === 1) continue;
    throw new KerasError(
      'duplicate-name',
      `the name "${name}" is used ${count} times in this model`,
      `The name "${name}" is used ${count} times in the model. All operation names should be unique.`,
      { facts: { name, count } },
    );
  }
}
