/**
 * What one execution costs for one sample: multiply-adds (MACs), floating-point operations (2·MACs + elementwise) and the
 * bytes of its output, from primitives alone. A batch axis counts 1. What depends on an open length is null; the sum of
 * what is known is kept as a lower bound.
 *
 * Conventions: a convolution multiplies padding as it multiplies values; a transposed one costs what the convolution does
 * whose gradient it is; bias, activation and arithmetic cost one operation per element, batch normalization two (scale and
 * offset, as when predicting), other normalizations eight, softmax five, pooling and reductions one per element read.
 */
import {
  isOpen,
  isUnknown,
  type AxisWindow,
  type Dim,
  type Known,
  type ModelGraph,
  type Node,
  type NodeId,
  type Shape,
} from '../graph/graph';
import { evaluate } from '../python/symbolic';
import { parseEinsum } from './einsum';

export interface Cost {
  /** Multiply-adds for one sample. */
  readonly macs: number | null;
  readonly flops: number | null;
  /** Bytes of the outputs for one sample. */
  readonly activationBytes: number | null;
  /** Sums of the parts that are known, where the numbers above are null. */
  readonly atLeast: { readonly macs: number; readonly flops: number };
}

const BATCH = new Map([['batch', 1]]);

/** Length of an axis for one sample: the batch axis counts 1, an open axis that is a multiple of it counts the factor. */
function sampleLength(dim: Dim, axis: number): number | null {
  if (typeof dim === 'number') return axis === 0 ? 1 : dim;
  if (isUnknown(dim)) return axis === 0 ? 1 : null;
  if (isOpen(dim) && dim.formula !== undefined) {
    const value = evaluate(dim.formula, BATCH);
    if (value !== undefined) return value;
    return axis === 0 && dim.formula === 'batch' ? 1 : null;
  }
  return axis === 0 ? 1 : null;
}

/** Scalars of one sample of a batched tensor. */
export function sampleElements(shape: Shape): number | null {
  if (isUnknown(shape)) return null;
  return shape.reduce<number | null>((total, dim, axis) => times(total, sampleLength(dim, axis)), 1);
}

function times(...factors: (number | null | undefined)[]): number | null {
  let product = 1;
  for (const factor of factors) {
    if (factor === null || factor === undefined) return null;
    product *= factor;
  }
  return product;
}

function plus(...terms: (number | null)[]): number | null {
  let sum = 0;
  for (const term of terms) {
    if (term === null) return null;
    sum += term;
  }
  return sum;
}

const BYTES: Readonly<Record<string, number>> = {
  float64: 8,
  int64: 8,
  uint64: 8,
  float32: 4,
  int32: 4,
  uint32: 4,
  float16: 2,
  bfloat16: 2,
  int16: 2,
  uint16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/** Cost of one node, its children included. */
export function nodeCost(graph: ModelGraph, id: NodeId): Cost {
  return costs(graph).of(id);
}

export interface Costs {
  of(node: NodeId): Cost;
  /** Sum over several nodes. */
  sum(nodes: readonly NodeId[]): Cost;
}

/** Costs of a graph's nodes, each worked out once. */
export function costs(graph: ModelGraph): Costs {
  const known = new Map<NodeId, Cost>();
  const of = (id: NodeId): Cost => {
    let cost = known.get(id);
    if (cost === undefined) {
      cost = compute(graph.nodes[id]);
      known.set(id, cost);
    }
    return cost;
  };
  const compute = (node: Node): Cost => {
    const activationBytes = plus(...node.outputs.map((output) => bytes(graph, output)));
    if (node.primitive.op === 'composite') {
      if (node.children.length === 0)
        return { macs: null, flops: null, activationBytes, atLeast: { macs: 0, flops: 0 } };
      return { ...repeated(sum(node.children), node.primitive.repeat), activationBytes };
    }
    const macs = multiplyAdds(graph, node);
    const rest = elementwise(graph, node);
    const flops = plus(times(2, macs), rest);
    return {
      macs,
      flops,
      activationBytes,
      atLeast: { macs: macs ?? 0, flops: 2 * (macs ?? 0) + (rest ?? 0) },
    };
  };
  const sum = (nodes: readonly NodeId[]): Cost => {
    const parts = nodes.map(of);
    const atLeast = parts.reduce(
      (total, part) => ({ macs: total.macs + part.atLeast.macs, flops: total.flops + part.atLeast.flops }),
      { macs: 0, flops: 0 },
    );
    return {
      macs: plus(...parts.map((part) => part.macs)),
      flops: plus(...parts.map((part) => part.flops)),
      activationBytes: plus(
        ...nodes.map((id, i) => (graph.nodes[id].primitive.op === 'input' ? 0 : parts[i].activationBytes)),
      ),
      atLeast,
    };
  };
  return { of, sum };
}

/** Steps that run several times for one execution (once per time step); null: nobody knows how often. */
function repeated(cost: Cost, count: Known<number> | undefined): Cost {
  if (count === undefined) return cost;
  const atLeast = { macs: cost.atLeast.macs * (count ?? 1), flops: cost.atLeast.flops * (count ?? 1) };
  const known = (value: number | null): number | null => (value === 0 ? 0 : times(value, count));
  return { ...cost, macs: known(cost.macs), flops: known(cost.flops), atLeast };
}

function bytes(graph: ModelGraph, tensor: number): number | null {
  const { shape, dtype } = graph.tensors[tensor];
  return times(sampleElements(shape), dtype === null ? null : BYTES[dtype]);
}

const kernelSize = (axes: readonly AxisWindow[]): number | null => times(...axes.map((axis) => axis.kernel));
const lengths = (axes: readonly AxisWindow[], end: 'input' | 'output'): number | null =>
  times(...axes.map((axis) => sampleLength(axis[end], 1)));

/** Multiply-adds of one node without children. */
function multiplyAdds(graph: ModelGraph, node: Node): number | null {
  const { primitive } = node;
  const inputs = node.inputs.map((id) => graph.tensors[id].shape);
  const output = node.outputs.length > 0 ? graph.tensors[node.outputs[0]].shape : undefined;
  const size = (shape: Shape | undefined): number | null =>
    shape === undefined ? null : sampleElements(shape);
  switch (primitive.op) {
    case 'conv': {
      const positions = lengths(primitive.axes, primitive.transposed ? 'input' : 'output');
      const { inChannels, outChannels, groups, depthMultiplier } = primitive;
      if (primitive.depthwise)
        return times(positions, kernelSize(primitive.axes), inChannels, depthMultiplier);
      const perGroup = inChannels === null || groups === null ? null : inChannels / groups;
      return times(positions, kernelSize(primitive.axes), perGroup, outChannels);
    }
    case 'dense':
      return times(size(output), primitive.inFeatures);
    case 'einsum':
      return einsumCost(graph, node, primitive.equation);
    case 'matmul': {
      const shape = inputs[0];
      if (shape === undefined || isUnknown(shape)) return null;
      const axis = shape.length === 1 ? 0 : primitive.transposeA ? shape.length - 2 : shape.length - 1;
      return times(size(output), sampleLength(shape[axis], 1));
    }
    case 'recurrent':
      return recurrentCost(primitive, inputs[0]);
    case 'attention': {
      // Scores and weighted sum: every query position against every key position, per head.
      const [query, value] = inputs;
      if (query === undefined || isUnknown(query)) return null;
      const key = inputs[2] ?? value ?? query;
      const { heads, keyDim, valueDim } = primitive;
      const positions = (shape: Shape): number | null =>
        isUnknown(shape) || heads === null || keyDim === null
          ? null
          : divide(sampleElements(shape), lastFeatures(shape, heads));
      return times(positions(query), positions(key), heads, plus(keyDim, valueDim));
    }
    case 'opaque':
      return null;
    default:
      return 0;
  }
}

/** Features of one position of a query or key: its last axis, with the heads' axis before it where they are split. */
function lastFeatures(shape: readonly Dim[], heads: number): number | null {
  const last = sampleLength(shape[shape.length - 1], 1);
  const split = shape.length >= 4 && shape.includes(heads);
  return split ? times(last, heads) : last;
}

function divide(a: number | null, b: number | null): number | null {
  return a === null || b === null || b === 0 ? null : a / b;
}

function einsumCost(graph: ModelGraph, node: Node, equation: string): number | null {
  const shapes: Shape[] = node.inputs.map((id) => graph.tensors[id].shape);
  for (const id of node.weights) if (graph.weights[id].name !== 'bias') shapes.push(graph.weights[id].shape);
  const output = graph.tensors[node.outputs[0]]?.shape;
  const parsed = parseEinsum(
    equation,
    shapes.map((shape) => (isUnknown(shape) ? null : shape.length)),
    output === undefined || isUnknown(output) ? null : output.length,
  );
  if (parsed === null) return null;
  if (parsed.operands.length < 2) return 0;
  // The result's first axis is the batch, which counts 1.
  const batch = parsed.output[0];
  const sizes = new Map<string, number | null>();
  parsed.operands.forEach((labels, operand) => {
    const shape = shapes[operand];
    labels.forEach((label, axis) => {
      const length =
        label === batch ? 1 : shape === undefined || isUnknown(shape) ? null : sampleLength(shape[axis], 1);
      if ((sizes.get(label) ?? null) === null) sizes.set(label, length);
    });
  });
  return times(...sizes.values());
}

function recurrentCost(
  primitive: Extract<Node['primitive'], { op: 'recurrent' }>,
  input: Shape | undefined,
): number | null {
  if (input === undefined || isUnknown(input)) return null;
  const gates = { simple: 1, lstm: 4, gru: 3, other: null }[primitive.cell];
  const steps = sampleLength(input[1], 1);
  const { units, inFeatures, conv } = primitive;
  if (conv === undefined) return times(steps, gates, units, plus(inFeatures, units));
  const positions = lengths(conv, 'output');
  return times(steps, gates, positions, kernelSize(conv), units, plus(inFeatures, units));
}

/** Operations that are not multiply-adds. */
function elementwise(graph: ModelGraph, node: Node): number | null {
  const { primitive } = node;
  const out = node.outputs.length > 0 ? sampleElements(graph.tensors[node.outputs[0]].shape) : 0;
  const input = node.inputs.length > 0 ? sampleElements(graph.tensors[node.inputs[0]].shape) : 0;
  const perOutput = (count: number): number | null => (count === 0 ? 0 : times(count, out));
  const fused = (useBias: boolean, activation: string | null): number | null =>
    perOutput((useBias ? 1 : 0) + (activation === 'linear' || activation === '' ? 0 : 1));
  switch (primitive.op) {
    case 'conv':
    case 'dense':
    case 'einsum':
      return fused(primitive.useBias, primitive.activation);
    case 'pool':
      return times(out, kernelSize(primitive.axes));
    case 'reduce':
    case 'adaptivePool':
      return input;
    case 'elementwise':
      return perOutput(Math.max(1, node.inputs.length - 1));
    case 'softmax':
      return perOutput(5);
    case 'normalize':
      return perOutput(primitive.mode === 'batch' ? 2 : 8);
    case 'upsample':
    case 'resize':
      return perOutput(primitive.interpolation === 'nearest' ? 0 : 7);
    case 'recurrent': {
      // Gates: adding both products and the bias, the non-linearity, and mixing into the state.
      const shape = node.inputs.length > 0 ? graph.tensors[node.inputs[0]].shape : undefined;
      if (shape === undefined || isUnknown(shape)) return null;
      const perUnit: Known<number> = { simple: 3, lstm: 4 * 3 + 5, gru: 3 * 3 + 5, other: null }[
        primitive.cell
      ];
      return times(
        sampleLength(shape[1], 1),
        primitive.units,
        perUnit,
        primitive.conv ? lengths(primitive.conv, 'output') : 1,
      );
    }
    case 'attention':
      return null === primitive.heads ? null : times(5, multiplyAddsOfScores(graph, node));
    case 'opaque':
      return null;
    default:
      return 0;
  }
}

/** Number of attention scores. */
function multiplyAddsOfScores(graph: ModelGraph, node: Node): number | null {
  const macs = multiplyAdds(graph, node);
  const { primitive } = node;
  if (
    macs === null ||
    primitive.op !== 'attention' ||
    primitive.keyDim === null ||
    primitive.valueDim === null
  )
    return null;
  return macs / (primitive.keyDim + primitive.valueDim);
}
