/** The class `keras.layers.Layer`: what every layer object offers to a program. */
import { property, nativeClass } from '../../python/library/classes';
import { fn } from '../../python/library/define';
import type { Machine } from '../../python/machine';
import {
  type CallArgs,
  FALSE,
  NONE,
  bool,
  list,
  native,
  str,
  type ClassHooks,
  type ClassValue,
  type PropertyValue,
  type Value,
} from '../../python/values';
import { ATTRIBUTE_NAMES } from './attributeNames';
import { buildDefinition, specsFromShapes, userMethod } from './layerBuild';
import { COMMON, createState, setUp } from './layerClass';
import { layerCall } from './layerCall';
import { layerStateOf, type LayerState } from './layerState';
import { countParameters } from './parameters';
import type { Recorder } from './recorder';
import { shapesOf } from './layerBuild';
import { outputShapeFor } from './outputShape';
import { valueToShape } from './shapes';
import { rescan, trackAttribute } from './tracking';
import { addWeight } from './weights';

type Get = (state: LayerState, machine: Machine) => Value;

/** A property of layer objects. */
export function layerProperty(
  get: Get,
  set?: (state: LayerState, value: Value, machine: Machine) => void,
): PropertyValue {
  const getter = property((machine, { self }) => {
    const state = layerStateOf(self);
    return state === undefined
      ? machine.unknown('this layer was not made by its constructor')
      : get(state, machine);
  });
  if (set === undefined) return getter;
  return {
    ...getter,
    set: native('fset', (machine, args) => {
      const state = layerStateOf(args.positional[0].value);
      if (state !== undefined) set(state, args.positional[1].value, machine);
      return NONE;
    }),
  };
}

/** A method of layer objects by signature; `params` has the arguments, the state stands first. */
export function layerMethod(
  text: string,
  body: (
    state: LayerState,
    params: Readonly<Record<string, Value>>,
    machine: Machine,
    call: CallArgs,
  ) => Value,
): [string, Value] {
  const method = fn(text, (machine, params, call) => {
    const state = layerStateOf(params['self']);
    return state === undefined
      ? machine.unknown('this layer was not made by its constructor')
      : body(state, params, machine, call);
  });
  return [method.name, method];
}

export const weightValues = (state: LayerState, keep: (trainable: boolean) => boolean): Value => {
  refresh(state);
  const { graph } = state.recorder;
  return list(
    state
      .allWeights()
      .filter((id) => keep(graph.weights[id].trainable))
      .map((id) => state.recorder.variable(graph.weights[id])),
  );
};

/** Takes up sublayers that were put into containers since. */
export function refresh(state: LayerState, seen = new Set<LayerState>()): void {
  if (seen.has(state)) return;
  seen.add(state);
  rescan(state, state.self);
  for (const sublayer of state.sublayers) refresh(sublayer, seen);
}

export const layerHooks: ClassHooks = {
  attributeNames: ATTRIBUTE_NAMES,
  create: (machine, self, args) => createState(machine, self, 'layer', self.cls.name, args.range),
  getAttr: (_machine, self, name) => {
    const state = self.data as LayerState | undefined;
    // During its own creation a layer has no state yet.
    if (state === undefined || state.definition === null) return undefined;
    if (!self.bare && self.attrs.has(name)) return undefined;
    const weight = state.weightNamed(name);
    if (weight !== undefined) return state.recorder.variable(state.recorder.graph.weights[weight]);
    // Constructor arguments are attributes of Keras' own layers (`layer.filters`, `layer.activation`).
    const parameter = state.config?.bound.values.get(name);
    if (
      parameter === undefined ||
      name === 'name' ||
      name === 'trainable' ||
      name === 'dtype' ||
      name === 'weights' ||
      name === 'input_shape'
    )
      return undefined;
    return parameter;
  },
  didSetAttr: (_machine, self, _name, value) => {
    const state = layerStateOf(self);
    if (state !== undefined) trackAttribute(state, self, value);
  },
};

/** Input or output of a call, as `layer.input`; Keras raises when the layer was not called. */
function ofCall(state: LayerState, which: 'inputs' | 'outputs', machine: Machine): Value {
  const call = state.calls[0];
  if (call !== undefined) return call[which];
  const word = which === 'inputs' ? 'input' : 'output';
  return machine.unknown(`the layer ${state.layer.name} has not been called, so it has no ${word}`);
}

export function makeLayerClass(recorder: Recorder): ClassValue {
  const { machine } = recorder;
  const attrs: [string, Value][] = [
    ['__call__', layerCall],
    [
      '__init__',
      native('__init__', (owner, args) => {
        const state = args.positional[0] === undefined ? undefined : layerStateOf(args.positional[0].value);
        if (state === undefined) return NONE;
        const bound = owner.bind(COMMON, { ...args, positional: args.positional.slice(1) });
        setUp(owner, state, bound);
        return NONE;
      }),
    ],
    [
      'name',
      layerProperty(
        (state) =>
          state.layer.unknowns['name'] === undefined
            ? str(state.layer.name)
            : machine.unknown(state.layer.unknowns['name'].reason),
        (state, value) => {
          state.touch();
          if (value.kind === 'str') state.layer.name = value.value;
        },
      ),
    ],
    [
      '_name',
      layerProperty(
        (state) => str(state.layer.name),
        (state, value) => {
          state.touch();
          if (value.kind === 'str') state.layer.name = value.value;
        },
      ),
    ],
    [
      'trainable',
      layerProperty(
        (state) => bool(state.layer.trainable),
        (state, value, owner) => {
          refresh(state);
          const truth = owner.truth(value);
          if (truth !== undefined) state.setTrainable(truth);
        },
      ),
    ],
    [
      'built',
      layerProperty(
        (state) => bool(state.layer.built),
        (state, value, owner) => {
          state.touch();
          state.layer.built = owner.truth(value) ?? state.layer.built;
        },
      ),
    ],
    ['weights', layerProperty((state) => weightValues(state, () => true))],
    ['variables', layerProperty((state) => weightValues(state, () => true))],
    ['trainable_weights', layerProperty((state) => weightValues(state, (trainable) => trainable))],
    ['trainable_variables', layerProperty((state) => weightValues(state, (trainable) => trainable))],
    ['non_trainable_weights', layerProperty((state) => weightValues(state, (trainable) => !trainable))],
    ['non_trainable_variables', layerProperty((state) => weightValues(state, (trainable) => !trainable))],
    ['input', layerProperty((state, owner) => ofCall(state, 'inputs', owner))],
    ['output', layerProperty((state, owner) => ofCall(state, 'outputs', owner))],
    [
      'input_shape',
      layerProperty((state, owner) =>
        state.calls[0] === undefined
          ? owner.unknown(`the layer ${state.layer.name} has not been called`)
          : shapesOf(state, state.calls[0].inputs),
      ),
    ],
    [
      'output_shape',
      layerProperty((state, owner) =>
        state.calls[0] === undefined
          ? owner.unknown(`the layer ${state.layer.name} has not been called`)
          : shapesOf(state, state.calls[0].outputs),
      ),
    ],
    [
      'dtype',
      layerProperty((state) => str(state.config?.variableDtype ?? state.recorder.dtypePolicy ?? 'float32')),
    ],
    ['compute_dtype', layerProperty((state) => str(state.config?.computeDtype ?? 'float32'))],
    ['variable_dtype', layerProperty((state) => str(state.config?.variableDtype ?? 'float32'))],
    ['losses', layerProperty(() => list([]))],
    ['metrics', layerProperty(() => list([]))],
    ['updates', layerProperty(() => list([]))],
    ['supports_masking', FALSE],
    ['stateful', FALSE],
    layerMethod('add_weight(self, *args, **kwargs)', (state, params, owner, call) =>
      addWeight(owner, state, weightArguments(params), call),
    ),
    layerMethod('add_variable(self, *args, **kwargs)', (state, params, owner) =>
      addWeight(owner, state, weightArguments(params)),
    ),
    layerMethod('build(self, input_shape=None)', (state, { input_shape: shape }) => {
      buildBase(state, shape);
      return NONE;
    }),
    layerMethod('call(self, *args, **kwargs)', (state, _params, owner) =>
      owner.unknown(`what ${state.layer.type} computes is not known`),
    ),
    layerMethod('compute_output_shape(self, input_shape, *args, **kwargs)', (state, { input_shape: shape }) =>
      outputShapeFor(state, shape),
    ),
    layerMethod('compute_mask(self, inputs, mask=None)', (_state, { mask }) => mask),
    layerMethod('count_params(self)', (state, _params, owner) => countParameters(state, owner)),
    layerMethod('get_weights(self)', (state) => weightValues(state, () => true)),
    layerMethod('set_weights(self, weights)', () => NONE),
    layerMethod('add_loss(self, *args, **kwargs)', () => NONE),
    layerMethod('add_metric(self, *args, **kwargs)', () => NONE),
    layerMethod('add_update(self, *args, **kwargs)', () => NONE),
    layerMethod('get_config(self)', (state) => configDict(state)),
    layerMethod('get_build_config(self)', (_state, _params, owner) =>
      owner.unknown('the build configuration is not kept'),
    ),
    [
      'from_config',
      {
        kind: 'wrapped',
        mode: 'class',
        fn: fn('from_config(cls, config, custom_objects=None)', (owner, { cls, config }) =>
          fromConfig(owner, cls, config),
        ),
      },
    ],
  ];
  return nativeClass(machine, 'Layer', { module: 'keras.layers', hooks: layerHooks, attrs });
}

const KERAS3_ORDER = [
  'shape',
  'initializer',
  'dtype',
  'trainable',
  'autocast',
  'regularizer',
  'constraint',
  'aggregation',
  'overwrite_with_gradient',
  'name',
];
const KERAS2_ORDER = ['name', 'shape', 'dtype', 'initializer', 'regularizer', 'trainable', 'constraint'];

/** `add_weight`'s arguments by name; a name in front tells Keras 2's order. */
function weightArguments(params: Readonly<Record<string, Value>>): Map<string, Value> {
  const positional =
    params['args'].kind === 'tuple' || params['args'].kind === 'list' ? params['args'].items : [];
  const order = positional[0]?.kind === 'str' ? KERAS2_ORDER : KERAS3_ORDER;
  const found = new Map<string, Value>();
  positional.forEach((value, i) => found.set(order[i] ?? `arg${i}`, value));
  if (params['kwargs'].kind === 'dict') {
    for (const { key, value } of params['kwargs'].entries.values())
      if (key.kind === 'str') found.set(key.value, value);
  }
  return found;
}

/** `super().build(input_shape)` and `layer.build(input_shape)` of Keras' own layers. */
export function buildBase(state: LayerState, shape: Value): void {
  const { recorder } = state;
  state.touch();
  state.builtWith = shape;
  const wasBuilt = state.layer.built;
  state.layer.built = true;
  if (state.definition === null || (wasBuilt && state.layer.weights.length > 0)) return;
  buildDefinition(state, specsFromShapes(shape, valueToShape), (error) =>
    recorder.fail(error, { site: recorder.site(), layer: state.layer }),
  );
}

/** The constructor's arguments, and the name: enough to make the layer again. */
function configDict(state: LayerState): Value {
  const entries: [string, Value][] = [
    ['name', str(state.layer.name)],
    ['trainable', bool(state.layer.trainable)],
  ];
  if (state.config !== null) {
    for (const parameter of state.definition?.parameters ?? []) {
      const value = state.config.bound.values.get(parameter.name);
      if (value !== undefined && parameter.kind !== 'kwargs' && parameter.name !== 'name')
        entries.push([parameter.name, value]);
    }
  }
  const ownKeys =
    userMethod(state, 'get_config') === undefined
      ? entries
      : entries.filter(([name]) => name === 'name' || name === 'trainable' || state.config !== null);
  return {
    kind: 'dict',
    entries: new Map(ownKeys.map(([name, value]) => [`s:${name}`, { key: str(name), value }])),
    tail: null,
  };
}

function fromConfig(machine: Machine, cls: Value, config: Value): Value {
  if (cls.kind !== 'class' || config.kind !== 'dict' || config.tail !== null)
    return machine.unknown('the configuration is not known');
  const keywords: Record<string, Value> = {};
  for (const { key, value } of config.entries.values()) if (key.kind === 'str') keywords[key.value] = value;
  return machine.instantiate(cls, machine.args([], keywords));
}
