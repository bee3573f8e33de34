/** Sequences: what recurrent layers see, and layers that run the same steps once per time step. */
import type { ModelGraph, Node, Primitive } from '../../graph/graph';
import type { Field } from './field';
import {
  coverAll,
  coverAxis,
  dimsOf,
  stepAxis,
  withAxes,
  type Axis,
  type FieldMap,
  type Origins,
} from './map';
import { knownLength, sliceStep, windowStep } from './steps';

/** A recurrent layer: the last step sees the whole sequence, every step what came before it. */
export function recurrentMap(
  map: FieldMap,
  primitive: Extract<Primitive, { op: 'recurrent' }>,
  lengths: readonly (number | null)[] | null,
  origins: Origins,
  place: (axis: number) => string,
): FieldMap {
  if (map.axes === null) return coverAll(map);
  for (const dim of map.axes[1] ? dimsOf(map.axes[1]) : []) origins.windowed.add(dim);
  let result = map;
  const steps = map.axes[1]?.[0]?.length ?? null;
  primitive.conv?.forEach((window, i) => {
    for (const dim of result.axes?.[i + 2] ? dimsOf(result.axes[i + 2]) : []) origins.windowed.add(dim);
    result = stepAxis(result, i + 2, windowStep(window, place(i + 2)), knownLength(window.output), origins);
    // The state is convolved at every step, `same` padded: each step adds one kernel.
    const kernel = window.kernel;
    const count =
      kernel === 1 ? 1 : steps === null || kernel === null ? null : (kernel - 1) * (steps - 1) + 1;
    if (count === null) result = coverAxis(result, i + 2, knownLength(window.output));
    else {
      const before = kernel === null ? 0 : Math.floor((kernel - 1) / 2) * ((steps ?? 1) - 1);
      const step = { period: 1, advance: 1, taps: [{ first: -before, count, spacing: 1 }] };
      result = stepAxis(result, i + 2, { step }, knownLength(window.output), origins);
    }
  });
  const features = primitive.conv ? (result.axes?.length ?? 0) : 2;
  if (!primitive.conv) result = coverAxis(result, features, primitive.units);
  if (!primitive.returnSequences) {
    result = coverAxis(result, 1, 1);
    return withAxes(
      result,
      (result.axes ?? []).filter((_, axis) => axis !== 1),
    );
  }
  result = fromStart(result, 1, primitive.goBackwards);
  const length = lengths?.[1] ?? null;
  // Run backwards, the sequence comes out backwards too.
  if (primitive.goBackwards)
    result = stepAxis(
      result,
      1,
      sliceStep(length === null ? null : length - 1, -1, 0, place(1)),
      length,
      origins,
    );
  return result;
}

/** Units along an axis also see all that comes before them (after them, when `after`). */
export function fromStart(map: FieldMap, index: number, after: boolean): FieldMap {
  const tracks = new Map(map.tracks);
  const reach = (field: Field): Field =>
    after ? { ...field, hi: field.hi.map(() => Infinity) } : { ...field, lo: field.lo.map(() => -Infinity) };
  for (const dim of map.axes?.[index] ? dimsOf(map.axes[index]) : []) {
    const track = tracks.get(dim);
    if (track && !track.lost) tracks.set(dim, { ...track, max: reach(track.max), min: reach(track.min) });
  }
  return { axes: map.axes, tracks };
}

/** True for a step that stands for every time step of the layer around it. */
export function everyStep(graph: ModelGraph, node: Node): boolean {
  const around = node.parent === null ? null : graph.nodes[node.parent].primitive;
  return around !== null && around.op === 'composite' && around.repeat !== undefined && node.internal;
}

/** One step taken out of a sequence, where it stands for each of them: units still move along the removed axis. */
export function dropAxis(map: FieldMap, primitive: Extract<Primitive, { op: 'slice' }>): FieldMap {
  if (map.axes === null) return map;
  return withAxes(
    map,
    map.axes.filter((_, axis) => primitive.items[axis]?.kind !== 'index'),
  );
}

/** The axis of the sequence that the layer around a `stack` took apart. */
export function stepsAxis(
  maps: readonly (FieldMap | undefined)[],
  graph: ModelGraph,
  node: Node,
): Axis | undefined {
  const around = node.parent === null ? undefined : graph.nodes[node.parent];
  return around === undefined || around.inputs.length === 0 ? undefined : maps[around.inputs[0]]?.axes?.[1];
}
