/**
 * What every tensor of a graph sees of the network's inputs: one pass over the nodes in the order of execution, one rule
 * per primitive. Layer names do not matter here.
 */
import { isUnknown, type ModelGraph, type Node, type Shape, type TensorId } from '../../graph/graph';
import {
  coverAll,
  coverAxis,
  dimsOf,
  lose,
  mergeAligned,
  NOTHING,
  plain,
  POINT_TRACK,
  stepAxis,
  withAxes,
  type Axis,
  type FieldMap,
  type Origins,
  type Track,
  type DimId,
} from './map';
import { einsumMap, matmulMap } from './contraction';
import { broadcastMap, concatMap, normalizeMap, rerooted, sliceMap, spread } from './arrangement';
import { reshapeMap } from './reshape';
import { dropAxis, everyStep, fromStart, recurrentMap, stepsAxis } from './sequence';
import {
  adaptiveStep,
  blockStep,
  knownLength,
  resizeStep,
  shiftStep,
  sliceStep,
  transposedStep,
  windowStep,
} from './steps';

export interface Propagation {
  /** By tensor id; undefined where no network input reaches. */
  readonly maps: readonly (FieldMap | undefined)[];
  readonly origins: Origins;
}

/** `roots`: tensors that count as network inputs; everything that depends on none of them is left out. */
export function propagate(graph: ModelGraph, roots: ReadonlySet<TensorId>): Propagation {
  const origins: Origins = { dimensions: [], windowed: new Set(), bounds: new Map() };
  const maps: (FieldMap | undefined)[] = new Array(graph.tensors.length);
  for (const root of roots) maps[root] = rootMap(root, graph.tensors[root].shape, origins);
  const pending: Node[] = [];
  const settle = (node: Node): void => {
    for (const output of node.outputs) {
      if (maps[output] !== undefined) continue;
      const inputs = node.inputs.map((id) => maps[id] ?? NOTHING);
      maps[output] = lose(
        mergeAligned(
          inputs.map((map) => withAxes(map, null)),
          origins.bounds,
        ),
        node.unknown?.reason ?? 'the steps inside are not known',
      );
    }
  };
  for (const node of graph.nodes) {
    if (node.primitive.op === 'composite') {
      // Its children come after it and make its outputs; what they do not make is settled once they are through.
      pending.push(node);
      continue;
    }
    while (pending.length > 0 && !isWithin(graph, node, pending[pending.length - 1]))
      settle(pending.pop() as Node);
    if (node.outputs.every((output) => roots.has(output))) continue;
    const inputs = node.inputs.map((id) => maps[id] ?? NOTHING);
    node.outputs.forEach((output, index) => {
      if (roots.has(output)) return;
      const reached = inputs.some((map) => map.tracks.size > 0);
      maps[output] = reached
        ? step(graph, node, index, inputs, maps, origins)
        : constantMap(graph.tensors[output].shape);
    });
  }
  while (pending.length > 0) settle(pending.pop() as Node);
  return { maps, origins };
}

function isWithin(graph: ModelGraph, node: Node, ancestor: Node): boolean {
  for (let parent = node.parent; parent !== null; parent = graph.nodes[parent].parent)
    if (parent === ancestor.id) return true;
  return false;
}

function rootMap(root: TensorId, shape: Shape, origins: Origins): FieldMap {
  if (isUnknown(shape)) return NOTHING;
  const tracks = new Map<DimId, Track>();
  const axes: Axis[] = shape.map((dim, axis) => {
    const length = knownLength(dim);
    if (axis === 0) return plain(length);
    const id = origins.dimensions.length;
    origins.dimensions.push({ root, axis, length });
    tracks.set(id, POINT_TRACK);
    return [{ length, dims: [id] }];
  });
  return { axes, tracks };
}

function constantMap(shape: Shape): FieldMap {
  return { axes: isUnknown(shape) ? null : shape.map((dim) => plain(knownLength(dim))), tracks: new Map() };
}

function lengthsOf(shape: Shape): (number | null)[] | null {
  return isUnknown(shape) ? null : shape.map(knownLength);
}

/** The tensor axis of spatial axis `i`. */
function spatial(i: number, channelsFirst: boolean): number {
  return i + (channelsFirst ? 2 : 1);
}

function step(
  graph: ModelGraph,
  node: Node,
  index: number,
  inputs: readonly FieldMap[],
  maps: readonly (FieldMap | undefined)[],
  origins: Origins,
): FieldMap {
  const { primitive } = node;
  const output = graph.tensors[node.outputs[index]].shape;
  const input = node.inputs.length > 0 ? graph.tensors[node.inputs[0]].shape : output;
  const lengths = lengthsOf(output);
  const first = inputs[0] ?? NOTHING;
  const place = (axis: number): string => `${node.inputs[0]}.${axis}`;
  const markWindowed = (map: FieldMap, axis: number): void => {
    for (const dim of map.axes?.[axis] ? dimsOf(map.axes[axis]) : []) origins.windowed.add(dim);
  };
  switch (primitive.op) {
    case 'conv': {
      let map = first;
      const channels = primitive.channelsFirst ? 1 : primitive.axes.length + 1;
      primitive.axes.forEach((window, i) => {
        const axis = spatial(i, primitive.channelsFirst);
        markWindowed(map, axis);
        map = stepAxis(
          map,
          axis,
          primitive.transposed ? transposedStep(window) : windowStep(window, place(axis)),
          knownLength(window.output),
          origins,
        );
      });
      return primitive.depthwise
        ? spread(map, channels, lengths)
        : coverAxis(map, channels, primitive.outChannels);
    }
    case 'pool': {
      let map = first;
      primitive.axes.forEach((window, i) => {
        const axis = spatial(i, primitive.channelsFirst);
        markWindowed(map, axis);
        map = stepAxis(map, axis, windowStep(window, place(axis)), knownLength(window.output), origins);
      });
      return map;
    }
    case 'adaptivePool': {
      let map = first;
      primitive.outputSize.forEach((size, i) => {
        const axis = spatial(i, primitive.channelsFirst);
        markWindowed(map, axis);
        map = stepAxis(map, axis, adaptiveStep(isUnknown(input) ? input : input[axis], size), size, origins);
      });
      return map;
    }
    case 'upsample': {
      let map = first;
      primitive.factors.forEach((factor, i) => {
        const axis = spatial(i, primitive.channelsFirst);
        map = stepAxis(
          map,
          axis,
          resizeStep(1, factor, primitive.interpolation),
          lengths?.[axis] ?? null,
          origins,
        );
      });
      return map;
    }
    case 'resize': {
      let map = first;
      primitive.size.forEach((size, i) => {
        const axis = spatial(i, primitive.channelsFirst);
        const before = isUnknown(input) ? null : knownLength(input[axis]);
        map = stepAxis(map, axis, resizeStep(before, size, primitive.interpolation), size, origins);
      });
      return map;
    }
    case 'depthToSpace':
    case 'spaceToDepth': {
      let map = first;
      for (let i = 0; i < (first.axes?.length ?? 2) - 2; i++) {
        const axis = spatial(i, primitive.channelsFirst);
        map = stepAxis(
          map,
          axis,
          blockStep(primitive.block, primitive.op === 'depthToSpace'),
          lengths?.[axis] ?? null,
          origins,
        );
      }
      return coverAxis(map, primitive.channelsFirst ? 1 : (first.axes?.length ?? 1) - 1, null);
    }
    case 'pad': {
      let map = first;
      primitive.pads.forEach(([before], axis) => {
        if (axis > 0)
          map = stepAxis(map, axis, shiftStep(before, place(axis)), lengths?.[axis] ?? null, origins);
      });
      return map;
    }
    case 'crop': {
      let map = first;
      primitive.crops.forEach(([before], axis) => {
        if (axis > 0)
          map = stepAxis(map, axis, sliceStep(before, 1, 0, place(axis)), lengths?.[axis] ?? null, origins);
      });
      return map;
    }
    case 'slice':
      return everyStep(graph, node)
        ? dropAxis(first, primitive)
        : sliceMap(first, primitive, input, lengths, origins, place);
    case 'reduce': {
      if (primitive.axes === null)
        return primitive.keepDims || first.axes === null ? coverAll(first) : withAxes(coverAll(first), []);
      let map = first;
      for (const axis of primitive.axes) map = coverAxis(map, axis, 1);
      const kept = (map.axes ?? []).filter(
        (_, axis) => primitive.keepDims || !primitive.axes?.includes(axis),
      );
      return map.axes === null ? map : withAxes(map, kept);
    }
    case 'dense':
      return first.axes === null ? coverAll(first) : coverAxis(first, first.axes.length - 1, primitive.units);
    case 'einsum':
      return einsumMap(inputs, primitive.equation, lengths, origins.bounds);
    case 'matmul':
      return matmulMap(inputs, primitive, lengths, origins.bounds);
    case 'embedding':
      markWindowed(first, (first.axes?.length ?? 0) - 1);
      return first.axes === null ? first : withAxes(first, [...first.axes, plain(primitive.outputDim)]);
    case 'softmax': {
      let map = first;
      for (const axis of primitive.axis) map = coverAxis(map, axis, lengths?.[axis] ?? null);
      return map;
    }
    case 'normalize':
      return normalizeMap(first, primitive, lengths);
    case 'reshape':
      return lengths === null
        ? lose(withAxes(first, null), 'the rank of a tensor on the way is not known')
        : reshapeMap(rerooted(first, node, output, origins), lengths);
    case 'transpose':
      return first.axes === null
        ? first
        : withAxes(
            first,
            primitive.perm.map((axis) => first.axes?.[axis] ?? plain(null)),
          );
    case 'concat':
      return concatMap(graph, node, inputs, primitive.axis, lengths, origins);
    case 'stack': {
      const merged = mergeAligned(inputs, origins.bounds);
      if (merged.axes === null) return merged;
      const axes = [...merged.axes];
      const steps = everyStep(graph, node) ? stepsAxis(maps, graph, node) : undefined;
      axes.splice(primitive.axis, 0, steps ?? plain(node.inputs.length));
      return withAxes(merged, axes);
    }
    case 'split': {
      let start: number | null = 0;
      for (const earlier of node.outputs.slice(0, index)) {
        const shape = graph.tensors[earlier].shape;
        const length = isUnknown(shape) ? null : knownLength(shape[primitive.axis]);
        start = start === null || length === null ? null : start + length;
      }
      return stepAxis(
        first,
        primitive.axis,
        sliceStep(start, 1, 0, `${place(primitive.axis)}#${index}`),
        lengths?.[primitive.axis] ?? null,
        origins,
      );
    }
    case 'recurrent':
      return recurrentMap(first, primitive, lengths, origins, place);
    case 'attention': {
      if (primitive.causal === null)
        return lose(
          mergeAligned(
            inputs.map((map) => withAxes(map, null)),
            origins.bounds,
          ),
          'whether positions look ahead is not known',
        );
      // Every query position reads all positions of keys and values, or all up to its own.
      if (primitive.causal === true && first.axes !== null) {
        const earlier = inputs
          .slice(1)
          .map((map) => coverAxis(fromStart(map, 1, false), (map.axes?.length ?? 1) - 1, null));
        return coverAxis(
          mergeAligned([first, ...earlier], origins.bounds),
          first.axes.length - 1,
          lengths?.[first.axes.length - 1] ?? null,
        );
      }
      const read = inputs.slice(1).map((map) => withAxes(coverAll(map), null));
      const query = withAxes(first, first.axes);
      const merged = mergeAligned(
        [
          query,
          ...read.map((map) => ({
            axes: query.axes?.map((axis) => plain(axis[0]?.length ?? null)) ?? null,
            tracks: map.tracks,
          })),
        ],
        origins.bounds,
      );
      return merged.axes === null
        ? merged
        : coverAxis(merged, merged.axes.length - 1, lengths?.[merged.axes.length - 1] ?? null);
    }
    case 'elementwise':
    case 'either':
      return broadcastMap(inputs, lengths, origins);
    case 'identity':
      return first;
    case 'input':
    case 'constant':
      return constantMap(output);
    case 'composite':
      return first;
    case 'opaque':
      return lose(
        mergeAligned(
          inputs.map((map) => withAxes(map, null)),
          origins.bounds,
        ),
        primitive.reason,
      );
  }
}
