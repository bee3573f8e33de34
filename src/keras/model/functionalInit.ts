/** `Model(inputs, outputs)`: checks the arguments and keeps the graph between them. */
import type { CallSite, SourceRange, TensorId } from '../../graph/graph';
import { list, type Value } from '../../python/values';
import { KerasError } from '../definition';
import { mapGraph, type FunctionalGraph } from './functional';
import { makeInputLayer } from './input';
import { layerStateOf, type LayerState } from './layerState';
import { replayNodes } from './modelCall';
import type { Recorder } from './recorder';
import { toUnknown } from './shapes';
import { flatten, mapStructure, tensorDataOf } from './structure';

/** Makes `state` a functional model. Errors are recorded; the model keeps what could be followed. */
export function initialiseFunctional(
  state: LayerState,
  inputs: Value,
  outputs: Value,
  site: CallSite,
  ranges: Readonly<Record<string, SourceRange>>,
): void {
  const { recorder } = state;
  state.touch();
  state.role = 'functional';
  const fail = (error: KerasError): void =>
    recorder.fail(error, { site, layer: state.layer, callArgs: ranges });
  const inputLeaves = flatten(inputs);
  const outputLeaves = flatten(outputs);
  let certain = state.unknownPart === null && openEnd(inputs) && openEnd(outputs);
  const inputIds: TensorId[] = [];
  for (const [leaves, name, ids] of [
    [inputLeaves, 'inputs', inputIds],
    [outputLeaves, 'outputs', [] as TensorId[]],
  ] as const) {
    for (const leaf of leaves) {
      const data = tensorDataOf(leaf);
      if (data !== undefined) {
        ids.push(data.tensor);
        if (recorder.isDoubtful(data.tensor)) certain = false;
        continue;
      }
      certain = false;
      if (leaf.kind === 'unknown') state.unknownPart ??= toUnknown(leaf);
      else notTensor(recorder, leaf, name, fail);
    }
  }
  const outputIds = outputLeaves.flatMap((leaf) => tensorDataOf(leaf)?.tensor ?? []);
  const given = { inputs, outputs };
  try {
    state.functional = graphBetween(recorder, given, inputIds, outputIds, certain, site);
  } catch (error) {
    if (!(error instanceof KerasError)) throw error;
    fail(error);
    state.functional = graphBetween(recorder, given, inputIds, outputIds, false, site);
  }
  state.unknownPart ??= state.functional.missing;
  state.layer.built = true;
  for (const layer of state.functional.layers) if (layer !== state) state.adopt(layer);
}

function openEnd(value: Value): boolean {
  return value.kind !== 'list' || value.tail === null;
}

function notTensor(
  recorder: Recorder,
  leaf: Value,
  name: 'inputs' | 'outputs',
  fail: (error: KerasError) => void,
): void {
  const layer = layerStateOf(leaf);
  if (recorder.silent.has(leaf)) return;
  if (layer === undefined && (leaf.kind === 'instance' || leaf.kind === 'symbolic')) return;
  const what =
    layer === undefined ? (recorder.machine.repr(leaf) ?? `a ${leaf.kind}`) : `the layer ${layer.layer.name}`;
  fail(
    new KerasError(
      'model-not-tensor',
      `${what} among the model's ${name} is no tensor`,
      `All \`${name}\` values must be KerasTensors. Received: ${name}=… including invalid value ${what}`,
      {
        callArgument: name,
        facts: {
          what,
          argument: name,
          ...(layer === undefined || layer.isModel
            ? {}
            : {
                file: layer.layer.site.range.file,
                from: layer.layer.site.range.from,
                to: layer.layer.site.range.to,
              }),
        },
      },
    ),
  );
}

/** The graph; where an input is no Input's tensor, Keras clones the steps between onto new Inputs. */
function graphBetween(
  recorder: Recorder,
  given: { inputs: Value; outputs: Value },
  inputIds: readonly TensorId[],
  outputIds: readonly TensorId[],
  certain: boolean,
  site: CallSite,
): FunctionalGraph {
  const foreign = inputIds.filter((id) => recorder.producerOf(id)?.primitive.op !== 'input');
  const graph = mapGraph(
    recorder,
    given.inputs,
    given.outputs,
    inputIds,
    outputIds,
    certain && foreign.length === 0,
  );
  if (foreign.length === 0) return graph;
  const both = certain ? foreign.find((id) => outputIds.includes(id)) : undefined;
  if (both !== undefined) {
    throw new KerasError(
      'graph-disconnected',
      'A tensor between layers cannot be input and output of a model at once.',
      'Output with path `` is not connected to `inputs`',
      { callArgument: 'outputs' },
    );
  }
  const map = new Map<TensorId, Value>();
  for (const id of inputIds) {
    if (!foreign.includes(id)) {
      map.set(id, recorder.valueOf(id));
      continue;
    }
    const { shape, dtype, name } = recorder.graph.tensors[id];
    const layer = makeInputLayer(recorder, { shape, dtype, name: `${name}CLONE` }, site);
    map.set(id, recorder.valueOf(layer.inputTensor!));
  }
  const outputs = recorder.drive(site, () =>
    recorder.within(null, () => replayNodes(recorder, graph, map, true)),
  );
  const inputs = mapStructure(given.inputs, (leaf) => map.get(tensorDataOf(leaf)?.tensor ?? -1) ?? leaf);
  const idsOf = (value: Value): TensorId[] =>
    flatten(value).flatMap((leaf) => tensorDataOf(leaf)?.tensor ?? []);
  return mapGraph(recorder, inputs, outputs, idsOf(inputs), idsOf(outputs), certain);
}

/** `model.inputs` and `model.outputs` are flat lists. */
export const flatList = (recorder: Recorder, ids: readonly TensorId[]): Value =>
  list(ids.map((id) => recorder.valueOf(id)));
