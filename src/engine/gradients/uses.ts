/** What gradients are good for in the panel: effective receptive fields, class saliency, norms from layer to layer. */
import type { Model, ModelGraph, NodeId } from '../../graph/graph';
import { sizeOf } from '../ops';
import type { PlanInput, PlannedNode, PlanTensor, StorageId } from '../plan/plan';
import { normalStream, randomStream } from '../weights/random';
import type { FieldMap, GradientRequest, GradientResult, InputMap, NodeNorm } from './requests';
import { runBackward, weightGradients, type BackwardHost, type Gradients } from './run';

/** Part of the greatest influence from which Luo et al. count a position. */
const STRONG = 1 - 0.9545;

type Request<Kind extends GradientRequest['kind']> = Extract<GradientRequest, { kind: Kind }>;
type Result<Kind extends GradientResult['kind']> = Omit<
  Extract<GradientResult, { kind: Kind }>,
  'milliseconds'
>;

export interface GradientHost extends BackwardHost {
  readonly graph: ModelGraph;
  readonly model: Model;
  read(storage: StorageId): Promise<Float32Array>;
}

/** Rejects with a reason in words when the request does not fit the model. */
export async function computeGradient(
  host: GradientHost,
  request: GradientRequest,
): Promise<Omit<GradientResult, 'milliseconds'>> {
  switch (request.kind) {
    case 'receptiveField':
      return effectiveField(host, request);
    case 'saliency':
      return saliency(host, request);
    case 'norms':
      return norms(host, request);
  }
}

function planned(host: GradientHost, node: NodeId): PlannedNode {
  const found = host.plan.nodes.find((candidate) => candidate.node === node);
  if (!found) throw new Error('this node is not part of the plan');
  return found;
}

/** Where an input's influence is measured: at the input, or for indices at the rows that they look up. */
interface Probe {
  readonly input: PlanInput;
  readonly storages: readonly StorageId[];
  /** Positions, and the axis of channels among all axes but the batch (null: none). */
  readonly shape: readonly number[];
  readonly channels: number;
  /** Channels come first. */
  readonly first: boolean;
}

function probes(host: GradientHost): Probe[] {
  return host.plan.inputs.map((input) => {
    const [, ...axes] = input.shape;
    const lookups = host.plan.steps.filter(
      (step) => step.op.kind === 'embedding' && step.inputs[0] === input.storage,
    );
    if (lookups.length) {
      const { op } = lookups[0];
      const width = op.kind === 'embedding' ? op.width : 1;
      return {
        input,
        storages: lookups.map((step) => step.output),
        shape: axes,
        channels: width,
        first: false,
      };
    }
    const own = { input, storages: [input.storage] };
    if (axes.length < 2) return { ...own, shape: axes, channels: 1, first: false };
    const reader = host.plan.nodes.find(({ node }) => host.graph.nodes[node].inputs.includes(input.tensor));
    const first = reader?.channelAxis === 1 && axes.length > 1 && channelsFirst(host, input);
    return first
      ? { ...own, shape: axes.slice(1), channels: axes[0], first: true }
      : { ...own, shape: axes.slice(0, -1), channels: axes[axes.length - 1], first: false };
  });
}

function channelsFirst(host: GradientHost, input: PlanInput): boolean {
  return host.graph.nodes.some(
    (node) =>
      node.inputs.includes(input.tensor) && 'channelsFirst' in node.primitive && node.primitive.channelsFirst,
  );
}

/** Per position over all channels: `combine(so far, |gradient|)`. */
function spread(
  probe: Probe,
  gradients: Gradients,
  into: Float32Array,
  combine: (sum: number, value: number) => number,
): void {
  const { channels, first } = probe;
  for (const storage of probe.storages) {
    const gradient = gradients.of(storage);
    if (!gradient) continue;
    const positions = into.length;
    for (let i = 0; i < positions * channels; i++) {
      const position = first ? i % positions : Math.floor(i / channels);
      into[position] = combine(into[position], Math.abs(gradient[i]));
    }
  }
}

async function effectiveField(
  host: GradientHost,
  request: Request<'receptiveField'>,
): Promise<Result<'receptiveField'>> {
  const node = planned(host, request.node);
  const tensor = node.outputs[request.output ?? 0];
  if (!tensor) throw new Error('this output is not computed');
  const { shape } = tensor;
  const axis = node.channelAxis;
  const spatialAxes = shape.map((_, d) => d).filter((d) => d !== 0 && d !== axis);
  const spatial = shape.length > 2 ? spatialAxes.map((d) => shape[d]) : [];
  const position = spatial.map((length, d) => {
    const wanted = request.position?.[d] ?? Math.floor(length / 2);
    if (!(Number.isInteger(wanted) && wanted >= 0 && wanted < length))
      throw new Error(`position ${wanted} is outside the map of length ${length}`);
    return wanted;
  });
  const channels = shape[axis];
  if (request.channel !== undefined && !(request.channel >= 0 && request.channel < channels))
    throw new Error(`there is no channel ${request.channel}`);
  const rounds = request.channel === undefined && channels > 1 ? (request.rounds ?? 4) : 1;
  const own = probes(host);
  const wanted = new Set(own.flatMap((probe) => probe.storages));
  const sums = own.map((probe) => new Float32Array(sizeOf(probe.shape)));
  let stopped: Gradients['stopped'] = [];
  for (let round = 0; round < rounds; round++) {
    const normal = normalStream(randomStream(`field/${request.node}/${round}`));
    const weight = (c: number): number =>
      request.channel === undefined ? (channels === 1 ? 1 : normal()) : c === request.channel ? 1 : 0;
    const values = new Float32Array(sizeOf(shape));
    for (let c = 0; c < channels; c++) values[offset(shape, axis, c, spatialAxes, position)] = weight(c);
    const gradients = await runBackward(host, [{ storage: tensor.storage, values }], wanted);
    ({ stopped } = gradients);
    own.forEach((probe, i) => spread(probe, gradients, sums[i], (sum, value) => sum + value / rounds));
  }
  const maps = own.map((probe, i): FieldMap => ({
    tensor: probe.input.tensor,
    shape: probe.shape,
    data: sums[i],
    ...extent(sums[i], probe.shape),
  }));
  return { kind: 'receptiveField', node: request.node, position, maps, stopped };
}

/** Index of channel `c` at a position, in the first item of the batch. */
function offset(
  shape: readonly number[],
  channelAxis: number,
  c: number,
  spatialAxes: readonly number[],
  position: readonly number[],
): number {
  return shape.reduce((sum, length, d) => {
    const place = d === 0 ? 0 : d === channelAxis ? c : (position[spatialAxes.indexOf(d)] ?? 0);
    return sum * length + place;
  }, 0);
}

function extent(data: Float32Array, shape: readonly number[]): Pick<FieldMap, 'reach' | 'strong'> {
  const most = data.reduce((best, value) => Math.max(best, value), 0);
  if (most === 0) return { reach: null, strong: 0 };
  const reach = shape.map((length): [number, number] => [length, -1]);
  let strong = 0;
  data.forEach((value, i) => {
    if (value >= STRONG * most) strong++;
    if (value === 0) return;
    let rest = i;
    for (let d = shape.length - 1; d >= 0; d--) {
      const place = rest % shape[d];
      rest = (rest - place) / shape[d];
      reach[d] = [Math.min(reach[d][0], place), Math.max(reach[d][1], place)];
    }
  });
  return { reach, strong };
}

async function saliency(host: GradientHost, request: Request<'saliency'>): Promise<Result<'saliency'>> {
  const node = request.node ?? host.graph.tensors[host.model.outputs[0]]?.producer ?? null;
  if (node === null) throw new Error('the model has no output');
  const place = planned(host, node);
  const tensor = place.outputs[0];
  if (!tensor) throw new Error('this output is not computed');
  const classes = tensor.shape[place.channelAxis];
  const scores = await host.read(tensor.storage);
  const index = request.index ?? (sizeOf(tensor.shape) === classes ? highest(scores, classes) : 0);
  if (!(Number.isInteger(index) && index >= 0 && index < classes))
    throw new Error(`there is no class ${index}: the output has ${classes}`);
  // The score before a softmax: after it, a gradient tells mostly of the other classes.
  const made = host.plan.steps.find((step) => step.output === tensor.storage);
  const storage = made?.op.kind === 'softmax' ? made.inputs[0] : tensor.storage;
  const inner = sizeOf(tensor.shape.slice(place.channelAxis + 1));
  const values = new Float32Array(sizeOf(tensor.shape));
  for (let i = 0; i < values.length; i++) values[i] = Math.floor(i / inner) % classes === index ? 1 : 0;
  const own = probes(host);
  const gradients = await runBackward(
    host,
    [{ storage, values }],
    new Set(own.flatMap((probe) => probe.storages)),
  );
  const maps = own.map((probe): InputMap => {
    const data = new Float32Array(sizeOf(probe.shape));
    spread(probe, gradients, data, Math.max);
    return { tensor: probe.input.tensor, shape: probe.shape, data };
  });
  return { kind: 'saliency', node, index, score: scores[index * inner], maps, stopped: gradients.stopped };
}

function highest(values: ArrayLike<number>, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[i] > values[best]) best = i;
  return best;
}

async function norms(host: GradientHost, request: Request<'norms'>): Promise<Result<'norms'>> {
  const outputs = host.model.outputs
    .map((id): PlanTensor | null => {
      const { producer, index } = host.graph.tensors[id];
      const node = host.plan.nodes.find((candidate) => candidate.node === producer);
      return node?.outputs[index] ?? null;
    })
    .filter((tensor): tensor is PlanTensor => tensor !== null);
  if (outputs.length === 0) throw new Error('no output of the model is computed');
  const normal = normalStream(randomStream(`norms/${request.seed ?? 0}`));
  const seeds = outputs.map(({ storage, shape }) => ({
    storage,
    values: Float32Array.from({ length: sizeOf(shape) }, normal),
  }));
  const length = Math.sqrt(seeds.reduce((sum, { values }) => sum + squares(values), 0)) || 1;
  for (const { values } of seeds) values.forEach((value, i) => (values[i] = value / length));
  const wanted = new Set<StorageId>(host.plan.constants.keys());
  for (const node of host.plan.nodes) if (node.outputs[0]) wanted.add(node.outputs[0].storage);
  const gradients = await runBackward(host, seeds, wanted);
  const weights = weightGradients(host, gradients);
  const nodes = host.plan.nodes.map((place): NodeNorm => {
    const tensor = place.outputs[0];
    const gradient = tensor ? gradients.of(tensor.storage) : null;
    return {
      node: place.node,
      output: gradient ? Math.sqrt(squares(gradient)) : null,
      elements: tensor ? sizeOf(tensor.shape) : 0,
      weights: host.graph.nodes[place.node].weights.flatMap((weight) => {
        const own = weights.get(weight);
        const { name } = host.graph.weights[weight];
        return own ? [{ weight, name, norm: Math.sqrt(squares(own)), elements: own.length }] : [];
      }),
    };
  });
  return { kind: 'norms', nodes, stopped: gradients.stopped };
}

function squares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum;
}
