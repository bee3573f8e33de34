/**
 * How data flows through the steps of a plain program: which tensors are variables, which are data, which steps use
 * variables, and which belong to a loss. One pass over the graph in the order of execution.
 */
import { isUnknown, type Node, type NodeId, type TensorId, type WeightId } from '../../graph/graph';
import type { Recorder } from '../model/recorder';
import { OBJECTIVE_TYPES } from '../ops/tensorflowNn';

/** `variable`: computed from variables and constants alone. `constant`: from nothing that changes. */
type Standing = 'data' | 'variable' | 'constant';

export interface Flow {
  /** Steps on data outside of any layer's call, in order of execution. */
  readonly steps: readonly Node[];
  /** Variables that a step uses beside its data. */
  readonly variablesOf: ReadonlyMap<NodeId, readonly WeightId[]>;
  /** Steps that multiply by variables or are layers: what makes a network. */
  readonly kernels: ReadonlySet<NodeId>;
  isData(tensor: TensorId): boolean;
  /** Made of nothing that changes: numbers, arrays, random tensors. */
  isConstant(tensor: TensorId): boolean;
  /** Whether variables had a part in the tensor. */
  isLearned(tensor: TensorId): boolean;
  /** Whether it comes from a loss or a measure. */
  isObjective(node: NodeId): boolean;
}

/** Steps that multiply data by variables; those made of several steps of their own are among them. */
const PRODUCTS = new Set(['conv', 'dense', 'matmul', 'einsum', 'embedding', 'composite']);

export function flowOf(recorder: Recorder): Flow {
  const { graph, plain } = recorder;
  const standing: (Standing | undefined)[] = [];
  const weightsOf = new Map<TensorId, readonly WeightId[]>();
  const learned = new Set<TensorId>();
  const objective = new Set<TensorId>();
  const objectives = new Set<NodeId>();
  const steps: Node[] = [];
  const variablesOf = new Map<NodeId, readonly WeightId[]>();
  const kernels = new Set<NodeId>();
  /** Tensors that depend on a placeholder. */
  const placed = new Set<TensorId>();
  const standingOf = (id: TensorId): Standing =>
    standing[id] ?? (isUnknown(graph.tensors[id].shape) ? 'data' : 'constant');
  for (const node of graph.nodes) {
    if (node.parent !== null) continue;
    if (node.type === 'Variable' && node.layer === null) {
      for (const id of node.outputs) {
        standing[id] = 'variable';
        weightsOf.set(id, node.weights);
      }
      continue;
    }
    if (node.outputs.some((id) => recorder.isSymbolic(id))) continue;
    if (node.primitive.op === 'input') {
      for (const id of node.outputs) {
        standing[id] = 'data';
        placed.add(id);
      }
      continue;
    }
    const kinds = node.inputs.map(standingOf);
    const variables = [
      ...new Set(node.inputs.flatMap((id, i) => (kinds[i] === 'variable' ? (weightsOf.get(id) ?? []) : []))),
    ];
    const product = PRODUCTS.has(node.primitive.op);
    // A product of a variable with numbers made on the spot runs the network on them; a sum or a mask only changes the variable.
    const isData =
      node.layer !== null ||
      kinds.includes('data') ||
      (product && kinds.includes('variable') && kinds.includes('constant'));
    if (!isData) {
      const kind: Standing = variables.length > 0 ? 'variable' : 'constant';
      for (const id of node.outputs) {
        standing[id] = kind;
        weightsOf.set(id, variables);
      }
      continue;
    }
    steps.push(node);
    const layer = node.layer === null ? null : graph.layers[node.layer];
    if (layer === null && variables.length > 0) variablesOf.set(node.id, variables);
    const isPlaced = node.inputs.some((id) => placed.has(id));
    // A kernel may be read from a file instead of being a variable.
    const frozen = node.primitive.op === 'conv' && isPlaced;
    if (layer === null ? frozen || (product && variables.length > 0) : plain.functionLayers.has(layer.id))
      kernels.add(node.id);
    const isLearned =
      kernels.has(node.id) ||
      variables.length > 0 ||
      (layer !== null && (layer.weights.length > 0 || layer.sublayers.length > 0)) ||
      node.inputs.some((id) => learned.has(id));
    const isObjective = OBJECTIVE_TYPES.has(node.type) || node.inputs.some((id) => objective.has(id));
    if (isObjective) objectives.add(node.id);
    for (const id of node.outputs) {
      standing[id] = 'data';
      if (isLearned) learned.add(id);
      if (isPlaced) placed.add(id);
      if (isObjective) objective.add(id);
    }
  }
  return {
    steps,
    variablesOf,
    kernels,
    isData: (id) => standingOf(id) === 'data',
    isConstant: (id) => standingOf(id) === 'constant',
    isLearned: (id) => learned.has(id),
    isObjective: (id) => objectives.has(id),
  };
}
