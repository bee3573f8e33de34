/**
 * Translation equivariance: how far f(shift(x)) is from shift(f(x)), node by node. Strides of maps follow from the graph's
 * primitives; a node whose positions do not correspond to the input's (after a transpose, say) is left out.
 */
import type { ModelGraph, NodeId, TensorId } from '../graph/graph';
import type { NodeShift } from './gradients/requests';
import { sizeOf } from './ops';
import type { Plan, PlannedNode, StorageId } from './plan/plan';

/** Axes that hold positions: neither batch nor channels. */
const positionAxes = (rank: number, channelAxis: number): number[] =>
  rank < 3 ? [] : Array.from({ length: rank }, (_, d) => d).filter((d) => d !== 0 && d !== channelAxis);

/** An input moved along its position axes by `shift` (aligned with the last ones), zeros moving in. */
function shiftData(
  data: Float32Array,
  shape: readonly number[],
  channelAxis: number,
  shift: readonly number[],
): Float32Array {
  const axes = positionAxes(shape.length, channelAxis);
  const by = shape.map((_, d) => shift[shift.length - axes.length + axes.indexOf(d)] ?? 0);
  const out = new Float32Array(data.length);
  forEachPair(shape, axes, by, (to, from) => (out[to] = data[from]));
  return out;
}

/** Visits elements `to` and `from = to − by` that are both inside. `middle` says whether `to` is in the middle half. */
function forEachPair(
  shape: readonly number[],
  axes: readonly number[],
  by: readonly number[],
  visit: (to: number, from: number, middle: boolean) => void,
): void {
  const at = new Array<number>(shape.length).fill(0);
  const strides = shape.map((_, d) => sizeOf(shape.slice(d + 1)));
  const offset = axes.reduce((sum, d) => sum + by[d] * strides[d], 0);
  const total = sizeOf(shape);
  for (let to = 0; to < total; to++) {
    let inside = true;
    let middle = true;
    for (const d of axes) {
      const from = at[d] - by[d];
      inside &&= from >= 0 && from < shape[d];
      middle &&= 4 * at[d] >= shape[d] && 4 * at[d] < 3 * shape[d];
    }
    if (inside) visit(to, to - offset, middle);
    for (let d = shape.length - 1; d >= 0; d--) {
      if (++at[d] < shape[d]) break;
      at[d] = 0;
    }
  }
}

/** How many input positions one position of each tensor stands for, along its position axes; null where they do not correspond. */
function effectiveStrides(graph: ModelGraph, plan: Plan): Map<NodeId, readonly number[] | null> {
  const tensors = new Map<TensorId, readonly number[] | null>();
  const ranks = new Map<TensorId, readonly number[]>();
  for (const input of plan.inputs) {
    tensors.set(input.tensor, input.shape.length < 3 ? null : input.shape.slice(2).map(() => 1));
    ranks.set(input.tensor, input.shape);
  }
  const result = new Map<NodeId, readonly number[] | null>();
  for (const place of plan.nodes) {
    const node = graph.nodes[place.node];
    const shape = place.outputs[0]?.shape ?? [];
    let strides = strideOf(graph, place, tensors, ranks);
    if (strides && strides.length !== positionAxes(shape.length, place.channelAxis).length) strides = null;
    result.set(place.node, strides);
    for (const id of node.outputs) {
      if (tensors.has(id) && node.primitive.op === 'composite') continue;
      tensors.set(id, strides);
      ranks.set(id, shape);
    }
  }
  return result;
}

function strideOf(
  graph: ModelGraph,
  place: PlannedNode,
  tensors: ReadonlyMap<TensorId, readonly number[] | null>,
  shapes: ReadonlyMap<TensorId, readonly number[]>,
): readonly number[] | null {
  const node = graph.nodes[place.node];
  const { primitive } = node;
  const known = tensors.get(node.outputs[0]);
  if (primitive.op === 'input' || (primitive.op === 'composite' && known !== undefined)) return known ?? null;
  const before = node.inputs.map((id) => tensors.get(id)).find((own) => own !== undefined && own !== null);
  if (!before) return null;
  const shape = place.outputs[0]?.shape ?? [];
  const from = shapes.get(node.inputs[0]) ?? [];
  const axes = positionAxes(shape.length, place.channelAxis);
  switch (primitive.op) {
    case 'conv':
      return before.map((own, d) => {
        const { stride } = primitive.axes[d] ?? {};
        return typeof stride !== 'number' ? NaN : primitive.transposed ? own / stride : own * stride;
      });
    case 'pool':
      return before.map((own, d) => {
        const { stride } = primitive.axes[d] ?? {};
        return typeof stride === 'number' ? own * stride : NaN;
      });
    case 'upsample':
    case 'resize':
    case 'adaptivePool':
      return before.map((own, d) => (own * from[axes[d]]) / shape[axes[d]]);
    case 'depthToSpace':
      return before.map((own) => own / primitive.block);
    case 'spaceToDepth':
      return before.map((own) => own * primitive.block);
    case 'elementwise':
    case 'identity':
    case 'normalize':
    case 'softmax':
    case 'concat':
    case 'pad':
    case 'crop':
    case 'dense':
      return from.length === shape.length ? before : null;
    default:
      return null;
  }
}

/** The row of one node, or null where it cannot be compared. */
function compareShifted(
  place: PlannedNode,
  strides: readonly number[] | null,
  shift: readonly number[],
  plain: Float32Array,
  moved: Float32Array,
): NodeShift | null {
  const shape = place.outputs[0]?.shape ?? [];
  const axes = positionAxes(shape.length, place.channelAxis);
  if (axes.length && (!strides || strides.some((stride) => !Number.isFinite(stride)))) return null;
  const own = axes.map(
    (_, i) => (shift[shift.length - axes.length + i] ?? 0) / (strides as readonly number[])[i],
  );
  const by = shape.map((_, d) => (axes.includes(d) ? Math.round(own[axes.indexOf(d)]) : 0));
  let scale = 0;
  for (const value of plain) scale = Math.max(scale, Math.abs(value));
  let middle = 0;
  let everywhere = 0;
  let compared = false;
  forEachPair(shape, axes, by, (to, from, inMiddle) => {
    const difference = Math.abs(moved[to] - plain[from]);
    compared = true;
    if (difference > everywhere) everywhere = difference;
    if (inMiddle && difference > middle) middle = difference;
  });
  if (!compared) return null;
  return {
    node: place.node,
    shift: own,
    whole: own.every(Number.isInteger),
    middle: scale === 0 ? 0 : middle / scale,
    everywhere: scale === 0 ? 0 : everywhere / scale,
  };
}

/** Every input of a plan moved. */
export function shiftInputs(
  graph: ModelGraph,
  plan: Plan,
  inputs: ReadonlyMap<StorageId, Float32Array>,
  shift: readonly number[],
): Map<StorageId, Float32Array> {
  return new Map(
    plan.inputs.map(({ storage, shape, tensor }) => {
      const place = plan.nodes.find(({ node }) => graph.nodes[node].outputs.includes(tensor));
      const data = inputs.get(storage) as Float32Array;
      return [storage, shiftData(data, shape, place?.channelAxis ?? shape.length - 1, shift)];
    }),
  );
}

/** The rows of all nodes that can be compared. */
export async function compareAll(
  graph: ModelGraph,
  plan: Plan,
  shift: readonly number[],
  moved: ReadonlyMap<NodeId, Float32Array>,
  read: (node: NodeId) => Promise<Float32Array>,
): Promise<NodeShift[]> {
  const strides = effectiveStrides(graph, plan);
  const nodes: NodeShift[] = [];
  for (const place of plan.nodes) {
    const other = moved.get(place.node);
    if (!other) continue;
    const row = compareShifted(place, strides.get(place.node) ?? null, shift, await read(place.node), other);
    if (row) nodes.push(row);
  }
  return nodes;
}
