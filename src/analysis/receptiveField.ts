/**
 * Receptive fields of every tensor of a graph, for any graph: per spatial axis of the network's input the size, effective
 * stride, effective padding and centre, over the largest and over the smallest branch. Padding counts as positions, as in
 * the published tables, so that a field may be larger than the input.
 */
import type { ModelGraph, TensorId } from '../graph/graph';
import { highest, isWhole, lowest, size, type Field } from './receptive/field';
import type { DimId, FieldMap, Track } from './receptive/map';
import { propagate, type Propagation } from './receptive/propagate';

/** Along one axis of the input. All lengths in input positions; null: not known, or not a number for a field that sees everything. */
export interface AxisReceptiveField {
  /** Axis of the input tensor, batch being 0. */
  readonly axis: number;
  readonly inputLength: number | null;
  readonly size: number | null;
  /** Over the path that sees least. */
  readonly minSize: number | null;
  /** Input positions between neighbouring units; a fraction after up-sampling. */
  readonly stride: number | null;
  /** Unit 0 sees from position −padding. */
  readonly padding: number | null;
  /** Middle of what unit 0 sees. */
  readonly centre: number | null;
  readonly aligned: boolean | null;
  /** Every unit sees the whole input along this axis. */
  readonly global: boolean;
  /** First and last position that a unit sees (may lie outside the input); null when not known. */
  readonly span: ((unit: number) => readonly [number, number]) | null;
  /** Why something is null. */
  readonly reason: string | null;
}

export interface ReceptiveField {
  /** The input tensor it is measured on. */
  readonly input: TensorId;
  readonly axes: readonly AxisReceptiveField[];
  readonly aligned: boolean | null;
  readonly global: boolean;
}

export interface ReceptiveFields {
  /** What a tensor sees; null when no network input reaches it. `inputs` (default all) are preferred in order. */
  of(tensor: TensorId, inputs?: readonly TensorId[]): ReceptiveField | null;
}

/** Receptive fields with respect to the graph's own inputs, or to `inputs` given. */
export function receptiveFields(graph: ModelGraph, inputs?: readonly TensorId[]): ReceptiveFields {
  const roots = new Set(inputs ?? graphInputs(graph));
  let propagation: Propagation | null = null;
  const cache = new Map<string, ReceptiveField | null>();
  return {
    of(tensor, preferred) {
      propagation ??= propagate(graph, roots);
      const key = preferred ? `${tensor}|${preferred.join()}` : `${tensor}`;
      let field = cache.get(key);
      if (field === undefined) {
        field = report(propagation, tensor, preferred);
        cache.set(key, field);
      }
      return field;
    },
  };
}

/** What `Input` made, and what models were first called on when that came from nowhere in the graph. */
function graphInputs(graph: ModelGraph): TensorId[] {
  const roots = new Set<TensorId>();
  for (const node of graph.nodes)
    if (node.primitive.op === 'input') for (const id of node.outputs) roots.add(id);
  for (const model of graph.models) {
    for (const id of model.inputs) {
      const { producer } = graph.tensors[id];
      if (producer === null || graph.nodes[producer].primitive.op === 'constant') roots.add(id);
    }
  }
  return [...roots];
}

function report(
  propagation: Propagation,
  tensor: TensorId,
  preferred?: readonly TensorId[],
): ReceptiveField | null {
  const map = propagation.maps[tensor];
  if (map === undefined || map.tracks.size === 0) return null;
  const byRoot = new Map<TensorId, DimId[]>();
  for (const dim of map.tracks.keys()) {
    const { root } = propagation.origins.dimensions[dim];
    byRoot.set(root, [...(byRoot.get(root) ?? []), dim]);
  }
  const order = (root: TensorId): number =>
    preferred?.includes(root) ? preferred.indexOf(root) : (preferred?.length ?? 0) + root;
  const candidates = [...byRoot].map(([root, dims]) => ({ root, spatial: spatialDims(propagation, dims) }));
  candidates.sort((a, b) => b.spatial.length - a.spatial.length || order(a.root) - order(b.root));
  const { root, spatial } = candidates[0];
  const axes = spatial.map((dim) => axisReport(propagation, map, dim));
  const states = axes.map((axis) => axis.aligned);
  return {
    input: root,
    axes,
    aligned: states.includes(false) ? false : states.includes(null) ? null : true,
    global: axes.every((axis) => axis.global),
  };
}

/** The input axes that windows or sequences run along; where there are none, all but the last (channels). */
function spatialDims({ origins }: Propagation, dims: readonly DimId[]): DimId[] {
  const sorted = [...dims].sort((a, b) => a - b);
  const windowed = sorted.filter((dim) => origins.windowed.has(dim));
  if (windowed.length > 0) return windowed;
  const { root } = origins.dimensions[sorted[0]];
  const rank = Math.max(
    ...origins.dimensions.filter((dimension) => dimension.root === root).map((dimension) => dimension.axis),
  );
  return sorted.filter((dim) => origins.dimensions[dim].axis < rank);
}

function axisReport({ origins }: Propagation, map: FieldMap, dim: DimId): AxisReceptiveField {
  const { axis, length } = origins.dimensions[dim];
  const track = map.tracks.get(dim) as Track;
  const base = { axis, inputLength: length, aligned: track.aligned } as const;
  if (track.lost) {
    return {
      ...base,
      size: null,
      minSize: null,
      stride: null,
      padding: null,
      centre: null,
      global: false,
      span: null,
      reason: track.lost,
    };
  }
  const field = track.max;
  const known = field.shift.size === 0;
  const finite = Number.isFinite(field.lo[0]) && Number.isFinite(field.hi[0]);
  const moves = field.advance !== 0;
  const sizeOf = (of: Field): number | null => visible(of, length);
  return {
    ...base,
    size: sizeOf(field),
    minSize: sizeOf(track.min),
    stride: moves ? field.advance / field.period : null,
    padding: moves && known && finite ? 0 - field.lo[0] : null,
    centre: known && finite ? (field.lo[0] + field.hi[0]) / 2 : null,
    global: coversAll(field, length, unitsAlong(map, dim)),
    span: known ? (unit) => [lowest(field, unit), highest(field, unit)] : null,
    reason: known ? null : 'the padding depends on the open input length',
  };
}

/** Size with padding for a moving window; what does not move, or reaches to the border, counts inside the input only. */
function visible(field: Field, length: number | null): number | null {
  const whole = size(field);
  if (field.advance !== 0 && Number.isFinite(whole)) return whole;
  if (field.advance !== 0) return length;
  if (field.shift.size > 0) return Number.isFinite(whole) ? whole : length;
  const low = Math.max(field.lo[0], 0);
  const high = length === null ? field.hi[0] : Math.min(field.hi[0], length - 1);
  return Number.isFinite(high) ? Math.max(high - low + 1, 0) : null;
}

function unitsAlong(map: FieldMap, dim: DimId): number | null {
  for (const axis of map.axes ?? []) for (const part of axis) if (part.dims.includes(dim)) return part.length;
  return null;
}

function coversAll(field: Field, length: number | null, units: number | null): boolean {
  if (isWhole(field)) return true;
  if (length === null || field.shift.size > 0) return false;
  const covers = (unit: number): boolean => lowest(field, unit) <= 0 && highest(field, unit) >= length - 1;
  if (field.advance === 0) return covers(0);
  if (units === null) return false;
  for (let i = 0; i < Math.min(units, field.period); i++)
    if (!covers(i) || !covers(units - 1 - i)) return false;
  return units > 0;
}
