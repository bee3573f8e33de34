/** Networks of plain TensorFlow as models of the graph (kind `graph`): rows, parameters, and the name they go by. */
import {
  isUnknown,
  type CallSite,
  type LayerId,
  type Model,
  type ModelBinding,
  type Node,
  type SourceRange,
  type SummaryRow,
  type TensorId,
  type WeightId,
} from '../../graph/graph';
import type { FunctionValue, InstanceValue } from '../../python/values';
import type { Recorder } from '../model/recorder';
import { tensorDataOf } from '../model/structure';
import { isUnmodelled } from '../modules/lookup';
import { flowOf, type Flow } from './flow';
import { findNetworks, type Network } from './networks';

/** Names that the program gives to tensors and to objects of its own classes, as they were bound. */
export interface Names {
  readonly tensors: ReadonlyMap<TensorId, readonly ModelBinding[]>;
  readonly objects: ReadonlyMap<InstanceValue, ModelBinding>;
}

/** Adds the networks that the program builds without Keras' models to the graph. */
export function addGraphModels(recorder: Recorder, names: Names): void {
  if (!recorder.plain.active) return;
  const flow = flowOf(recorder);
  if (flow.kernels.size === 0) return;
  for (const network of findNetworks(recorder, flow)) {
    const binding = nameOf(recorder, network, names);
    if (binding === undefined) continue;
    recorder.graph.models.push(modelOf(recorder, flow, network, binding));
  }
}

function modelOf(recorder: Recorder, flow: Flow, network: Network, binding: ModelBinding): Model {
  const { graph } = recorder;
  const weights = new Set<WeightId>();
  const lost = new Map(network.loose.map((id) => [id, unknownWeight(recorder, id)] as const));
  const sublayers = new Set<LayerId>();
  for (const step of network.steps) {
    // A step shows the variables that it reads, as a layer shows its own.
    for (const id of flow.variablesOf.get(step.id) ?? []) {
      weights.add(id);
      if (!step.weights.includes(id)) step.weights.push(id);
    }
    for (const input of step.inputs) {
      const id = lost.get(input);
      if (id !== undefined && !step.weights.includes(id)) step.weights.push(id);
    }
    for (const id of step.weights) weights.add(id);
    if (step.layer !== null) sublayers.add(step.layer);
  }
  const probed = network.steps.every((step) => step.probed);
  const site: CallSite = { range: binding.range, stack: [] };
  const layer = recorder.layer({
    name: binding.name,
    type: 'Graph',
    builtin: null,
    site,
    args: {},
    config: {},
    unknowns: {},
    built: true,
    trainable: true,
    weights: [...weights],
    sublayers: [...sublayers],
    nodes: [],
    probed,
  });
  // What came before an input that no rule gives may have variables of its own.
  const cut = network.inputs
    .map((id) => graph.tensors[id].shape)
    .find((shape) => isUnknown(shape) && isUnmodelled(shape.reason));
  if (cut !== undefined) layer.weightsDiffer = true;
  const begins = network.inputs.flatMap((id) => {
    const { producer } = graph.tensors[id];
    const node = producer === null ? undefined : graph.nodes[producer];
    return node?.primitive.op === 'input' ? [node] : [];
  });
  return {
    layer: layer.id,
    kind: 'graph',
    inputs: [...network.inputs],
    outputs: [...network.outputs],
    rows: rowsOf([...begins, ...network.steps]),
    nodes: [...begins, ...network.steps].map((step) => step.id),
    bindings: [binding],
    probed,
    unknown: cut !== undefined && isUnknown(cut) ? cut : null,
  };
}

/** Numbers of unknown shape that a step takes in place of a variable. */
function unknownWeight(recorder: Recorder, id: TensorId): WeightId {
  const { shape, name } = recorder.graph.tensors[id];
  return recorder.weight({ name, shape, trainable: false, dtype: 'float32', initializer: null, owner: null })
    .id;
}

/** One row for each step, and one for each layer however often it is called. */
function rowsOf(steps: readonly Node[]): SummaryRow[] {
  const seen = new Set<LayerId>();
  return steps.flatMap((step): readonly SummaryRow[] => {
    if (step.layer === null) return [{ layer: null, node: step.id }];
    if (seen.has(step.layer)) return [];
    seen.add(step.layer);
    return [{ layer: step.layer, node: step.id }];
  });
}

/** Methods that an object is called by: the network then goes by the object's name. */
const CALLS = new Set(['__call__', 'call', 'forward', 'model', 'predict', 'inference']);

/**
 * The object's name for a network that is a method's result (`net(x)`), else the name of the result, else that of the
 * function; undefined for what stands in another file.
 */
function nameOf(
  recorder: Recorder,
  { call, outputs, steps }: Network,
  names: Names,
): ModelBinding | undefined {
  const bound = outputs.flatMap((id) => names.tensors.get(id) ?? []);
  const self = call?.self?.kind === 'instance' ? call.self : undefined;
  const object = self === undefined ? undefined : names.objects.get(self);
  if (call !== null && object !== undefined && CALLS.has(call.name)) return object;
  const module = bound.find((binding) => binding.moduleLevel);
  if (module !== undefined) return module;
  const own = bound.find((binding) => binding.name.startsWith('self.'));
  if (own !== undefined) {
    const owner = object ?? ownerOf(recorder, steps, names);
    if (owner !== undefined) return { ...own, name: `${owner.name}${own.name.slice(4)}`, moduleLevel: true };
  }
  const held = heldBy(outputs, names);
  if (held !== undefined) return held;
  const fn = call?.fn?.kind === 'function' ? call.fn : undefined;
  if (fn !== undefined && fn.file.startsWith(recorder.graph.file)) {
    const name = fn.owner === null ? fn.name : `${fn.owner.name}.${fn.name}`;
    return { name, range: rangeOf(fn), moduleLevel: true };
  }
  return bound[0] ?? byPlace(recorder, steps);
}

/** The attribute of a named object that holds an output: `vgg.prob`. */
function heldBy(outputs: readonly TensorId[], names: Names): ModelBinding | undefined {
  for (const [object, binding] of names.objects)
    for (const [attribute, value] of object.attrs) {
      const id = tensorDataOf(value)?.tensor;
      if (id !== undefined && outputs.includes(id) && binding.moduleLevel)
        return { ...binding, name: `${binding.name}.${attribute}` };
    }
  return undefined;
}

/** The function of another file whose call in this one makes the last step. */
function byPlace(recorder: Recorder, steps: readonly Node[]): ModelBinding | undefined {
  const last = steps[steps.length - 1];
  const range = [last.site.range, ...last.site.stack].find(({ file }) =>
    file.startsWith(recorder.graph.file),
  );
  const name = recorder.plain.calls.get(last.id)?.[0]?.name;
  return range === undefined ? undefined : { name: name ?? last.name, range, moduleLevel: true };
}

/** The object in whose method the steps ran. */
function ownerOf(recorder: Recorder, steps: readonly Node[], names: Names): ModelBinding | undefined {
  for (const { self } of steps.flatMap((step) => recorder.plain.calls.get(step.id) ?? []))
    if (self?.kind === 'instance' && names.objects.has(self)) return names.objects.get(self);
  return undefined;
}

/** Where the function's name stands: after `def`. */
function rangeOf(fn: FunctionValue): SourceRange {
  return { file: fn.file, from: fn.def.from, to: fn.def.to };
}
