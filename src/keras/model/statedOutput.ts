/**
 * A program's own `compute_output_shape`: where a functional model is built, Keras 3 takes a layer's outputs from it and does not
 * run `call` (keras/src/layers/layer.py, `compute_output_spec`).
 */
import type { Dim, NodeId, Shape, TensorId } from '../../graph/graph';
import { PyRaise } from '../../python/machine';
import type { CallArgs, FunctionValue, Value } from '../../python/values';
import { isKnownRank } from '../dims';
import { shapesOf, userMethod } from './layerBuild';
import type { LayerState } from './layerState';
import type { Recorder } from './recorder';
import { valueToShape } from './shapes';
import { asTensor, flatten, mapStructure } from './structure';

/** Whether Keras asks `compute_output_shape` about this call. */
export function asksForShape(recorder: Recorder, state: LayerState, inputs: readonly TensorId[]): boolean {
  return (
    recorder.kerasVersion === 3 &&
    !recorder.computes(inputs) &&
    userMethod(state, 'compute_output_shape') !== undefined &&
    userMethod(state, 'compute_output_spec') === undefined
  );
}

/**
 * Runs `call` for what is in it, as it will run some day: with a `build` of its own, layers that only the call would build are
 * left unbuilt, as Keras leaves them.
 */
export function beforeItRuns(recorder: Recorder, state: LayerState, call: () => Value): Value {
  if (userMethod(state, 'build') === undefined) return call();
  const unbuilt = new Map<LayerState, unknown>();
  const collect = (layer: LayerState): void => {
    for (const sublayer of layer.sublayers) {
      if (unbuilt.has(sublayer)) continue;
      if (!sublayer.layer.built) unbuilt.set(sublayer, sublayer.save());
      collect(sublayer);
    }
  };
  collect(state);
  const first: NodeId = recorder.graph.nodes.length;
  const result = call();
  for (const [sublayer, saved] of unbuilt) {
    if (!sublayer.layer.built) continue;
    sublayer.touch();
    sublayer.restore(saved);
    sublayer.layer.nodes = sublayer.layer.nodes.filter((id) => id < first);
  }
  for (let id = first; id < recorder.graph.nodes.length; id++) recorder.graph.nodes[id].probed = true;
  return result;
}

/** The outputs of a call as `compute_output_shape` states them; the call's own where it states nothing that is known. */
export function withStatedShapes(recorder: Recorder, state: LayerState, args: CallArgs, value: Value): Value {
  const stated = ask(recorder, state, args);
  if (stated === undefined) return value;
  const shapes: Shape[] = [];
  const single = valueToShape(stated);
  const structure =
    single !== undefined && isShape(stated)
      ? (shapes.push(single), null)
      : mapShapes(stated, (shape) => void shapes.push(shape));
  if (structure === undefined || shapes.some((shape) => !isKnownRank(shape))) return value;
  const leaves = value.kind === 'unknown' ? [] : flatten(value);
  const outputs = shapes.map((shape, i): Value => {
    const ref = leaves.length === shapes.length ? asTensor(recorder, leaves[i]) : undefined;
    return ref !== undefined && agree(ref.shape, shape)
      ? leaves[i]
      : recorder.constant({ shape, dtype: ref?.dtype ?? 'float32' });
  });
  if (structure === null) return outputs[0];
  let next = 0;
  return mapStructure(structure, () => outputs[next++]);
}

/** Calls the method with the shapes of the arguments that it names. */
function ask(recorder: Recorder, state: LayerState, args: CallArgs): Value | undefined {
  const { machine } = recorder;
  const method = userMethod(state, 'compute_output_shape');
  const call = userMethod(state, 'call');
  if (method?.kind !== 'function' || call?.kind !== 'function') return undefined;
  const names = parametersOf(method);
  const given = new Map<string, Value>();
  parametersOf(call).forEach((name, i) => {
    const found = args.positional[i + 1]?.value ?? args.keywords.get(name)?.value;
    if (found !== undefined) given.set(name, found);
  });
  const first = args.positional[1]?.value ?? [...given.values()][0];
  if (first === undefined) return undefined;
  const keywords: Record<string, Value> = {};
  if (names.length === 1) keywords[names[0]] = shapesOf(state, first);
  else
    for (const name of names) {
      const argument = given.get(name.replace(/_shape$/, ''));
      if (argument !== undefined) keywords[name] = shapesOf(state, argument);
      else if (!method.defaults.has(name)) return undefined;
    }
  try {
    return recorder.within(null, () =>
      recorder.userCode(() =>
        machine.apply(machine.getAttr(state.self, 'compute_output_shape'), [], keywords),
      ),
    );
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error;
    return undefined;
  }
}

const parametersOf = (fn: FunctionValue): string[] =>
  fn.def.params
    .slice(1)
    .filter(({ kind }) => kind !== 'args' && kind !== 'kwargs')
    .map(({ name }) => name);

/** A tuple or list of lengths, and not of shapes. */
function isShape(value: Value): boolean {
  return (
    (value.kind === 'tuple' || value.kind === 'list') &&
    value.items.every((item) => item.kind !== 'tuple' && item.kind !== 'list')
  );
}

/** The structure with a leaf for each shape, which `found` is told of; undefined when something in it is no shape. */
function mapShapes(value: Value, found: (shape: Shape) => void): Value | undefined {
  if (isShape(value)) {
    const shape = valueToShape(value);
    if (shape === undefined) return undefined;
    found(shape);
    return { kind: 'none' };
  }
  if (value.kind === 'tuple' || value.kind === 'list') {
    const items = value.items.map((item) => mapShapes(item, found));
    return items.includes(undefined) ? undefined : { ...value, items: items as Value[] };
  }
  return undefined;
}

/** Whether the stated shape says nothing else than the computed one. */
function agree(computed: Shape, stated: Shape): boolean {
  if (!isKnownRank(computed) || !isKnownRank(stated) || computed.length !== stated.length) return false;
  const known = (dim: Dim): number | null | undefined =>
    typeof dim === 'number' ? dim : dim.kind === 'unknown' ? undefined : null;
  return stated.every((dim, axis) => known(dim) === undefined || known(dim) === known(computed[axis]));
}
