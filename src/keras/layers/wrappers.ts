/** TimeDistributed, Bidirectional, SpectralNormalization and Wrapper. Sources: Keras `layers/rnn/time_distributed.py`, `bidirectional.py`, `layers/normalization/spectral_normalization.py`. */
import type { Dim, Primitive } from '../../graph/graph';
import { bool, type Value } from '../../python/values';
import { argumentError, computeDtype, intOf, variables } from '../arguments';
import {
  FROZEN,
  KerasError,
  type CallContext,
  type CallResult,
  type Config,
  type LayerDefinition,
  type TensorRef,
  type TensorSpec,
} from '../definition';
import { isKnownRank, mulDim, unknownDim } from '../dims';
import { argumentText, tupleText } from '../pythonText';
import { signature } from '../signature';
import {
  certainlyNoLayer,
  cloneLayer,
  layerName,
  layerParts,
  lengthOf,
  named,
  tensorsOf,
  timeStep,
} from './compound';
import { builtSpec, onlyInput, rememberAxes, spec } from './shared';

function requireLayer(config: Config, name: string, keras: (text: string) => string): void {
  const value = config.value(name);
  if (!certainlyNoLayer(value)) return;
  const hint = value.kind === 'class' ? ` Make an object of it: ${value.name}(…).` : '';
  argumentError(
    'wrapped-layer',
    name,
    `\`${name}\` must be a layer object.${hint}`,
    keras(argumentText(config, name)),
  );
}

const unknownCall = (reason: string): CallResult => ({
  outputs: [spec({ kind: 'unknown', reason }, null)],
  primitive: { op: 'opaque', reason },
  unknown: reason,
});

function checkSteps(input: TensorSpec): void {
  if (!isKnownRank(input.shape) || input.shape.length >= 3) return;
  throw new KerasError(
    'input-rank',
    `TimeDistributed needs at least 3 axes (batch, time, …), but the input ${tupleText(input.shape)} has ${input.shape.length}.`,
    `\`TimeDistributed\` Layer should be passed an \`input_shape\` with at least 3 dimensions, received: ${tupleText(input.shape)}`,
    { input: 0, facts: { expected: 3, minNdim: 3, rank: input.shape.length } },
  );
}

const timeDistributed: LayerDefinition = {
  name: 'TimeDistributed',
  base: 'Wrapper',
  parameters: signature('layer'),
  callParameters: signature('inputs, training=None, mask=None'),
  sublayers: ['layer'],
  configure: (config) =>
    requireLayer(
      config,
      'layer',
      (text) =>
        `Please initialize \`TimeDistributed\` layer with a \`keras.layers.Layer\` instance. Received: ${text}`,
    ),
  call(context) {
    const input = onlyInput(context);
    checkSteps(input);
    const layer = context.config.value('layer');
    if (layer.kind !== 'instance')
      return unknownCall(layer.kind === 'unknown' ? layer.reason : 'the layer is not known');
    if (!isKnownRank(input.shape)) return unknownCall(input.shape.reason);
    const dims = input.shape;
    const step = timeStep(context, input, dims, false);
    const result = context.callLayer(layer, [step]);
    const refs = tensorsOf(context, result);
    if (result.kind === 'unknown' || refs.some((ref) => ref === undefined))
      return unknownCall(result.kind === 'unknown' ? result.reason : 'what the layer returns is not known');
    if (refs.length > 1 && context.config.kerasVersion === 3)
      argumentError(
        'wrapped-layer',
        'layer',
        `TimeDistributed takes a layer of one output, but this one has ${refs.length}.`,
        'Undefined shapes are not supported.',
      );
    const outputs = refs.map((ref) => stacked(context, ref as TensorRef, dims[1]));
    return {
      outputs,
      structure: result.kind === 'list' ? 'list' : result.kind === 'tuple' ? 'tuple' : 'single',
      primitive: { op: 'composite', repeat: lengthOf(dims[1]) },
    };
  },
};

/** The outputs of all steps side by side along axis 1. */
function stacked(context: CallContext, step: TensorRef, time: Dim): TensorRef {
  const shape =
    isKnownRank(step.shape) && step.shape.length > 0
      ? [step.shape[0], time, ...step.shape.slice(1)]
      : step.shape;
  return context.step({
    type: 'Stack',
    primitive: { op: 'stack', axis: 1 },
    inputs: [step],
    outputs: [
      { shape, dtype: context.config.kerasVersion === 3 ? computeDtype(context.config) : step.dtype },
    ],
  })[0];
}

const MERGE_MODES = ['sum', 'mul', 'ave', 'concat'];

function checkBidirectional(config: Config): void {
  requireLayer(
    config,
    'layer',
    (text) =>
      `Please initialize \`Bidirectional\` layer with a \`keras.layers.Layer\` instance. Received: ${text}`,
  );
  const backward = config.value('backward_layer');
  if (backward.kind !== 'none')
    requireLayer(
      config,
      'backward_layer',
      (text) => `\`backward_layer\` need to be a \`keras.layers.Layer\` instance. Received: ${text}`,
    );
  const mode = config.value('merge_mode');
  if (
    (mode.kind === 'str' && !MERGE_MODES.includes(mode.value)) ||
    mode.kind === 'int' ||
    mode.kind === 'bool'
  ) {
    const text = argumentText(config, 'merge_mode');
    argumentError(
      'merge-mode',
      'merge_mode',
      '`merge_mode` must be "sum", "mul", "ave", "concat" or None.',
      `Invalid merge mode. Received: ${text}. Merge mode should be one of {"sum", "mul", "ave", "concat", None}`,
    );
  }
  checkDirections(config, backward);
}

/** A backward layer of one's own must run the other way and return the same things. */
function checkDirections(config: Config, backward: Value): void {
  const forwardConfig = layerParts(config.value('layer'))?.config;
  const backwardConfig = backward.kind === 'none' ? undefined : layerParts(backward)?.config;
  if (forwardConfig?.flag('go_backwards') === true && backward.kind === 'none' && config.kerasVersion === 3) {
    argumentError(
      'bidirectional-direction',
      'layer',
      'The wrapped layer must go forwards: Bidirectional makes the one that goes backwards.',
      'Forward layer and backward layer should have different `go_backwards` value. Received: forward_layer.go_backwards True, backward_layer.go_backwards=True',
    );
  }
  if (!forwardConfig || !backwardConfig) return;
  const [a, b] = [forwardConfig.flag('go_backwards'), backwardConfig.flag('go_backwards')];
  if (a !== null && a === b) {
    argumentError(
      'bidirectional-direction',
      'backward_layer',
      'The backward layer must have the opposite `go_backwards`.',
      `Forward layer and backward layer should have different \`go_backwards\` value. Received: forward_layer.go_backwards ${a ? 'True' : 'False'}, backward_layer.go_backwards=${b ? 'True' : 'False'}`,
    );
  }
  for (const name of ['stateful', 'return_sequences', 'return_state']) {
    const [x, y] = [forwardConfig.flag(name), backwardConfig.flag(name)];
    if (x === null || y === null || x === y) continue;
    argumentError(
      'bidirectional-direction',
      'backward_layer',
      `Both layers must have the same \`${name}\`.`,
      `Forward layer and backward layer are expected to have the same value for attribute "${name}", got "${x ? 'True' : 'False'}" for forward layer and "${y ? 'True' : 'False'}" for backward layer`,
    );
  }
}

/** The two directions, made once as Keras' constructor does: copies of the wrapped layer named after it. */
function directions(context: CallContext): readonly [Value, Value] | null {
  const { config, machine, self } = context;
  const made = [self.attrs.get('forward_layer'), self.attrs.get('backward_layer')];
  if (made[0] && made[1]) return [made[0], made[1]];
  const layer = config.value('layer');
  const name = layerName(machine, layer);
  const forward = cloneLayer(machine, layer, { name: named(`forward_${name.replace(/^forward_/, '')}`) });
  const given = config.value('backward_layer');
  const backward =
    given.kind !== 'none'
      ? given
      : cloneLayer(machine, layer, {
          name: named(`backward_${name.replace(/^backward_/, '')}`),
          go_backwards: bool(true),
        });
  if (!forward || !backward) return null;
  if (config.memo.get(FROZEN) === true)
    for (const layer of [forward, backward]) machine.setAttr(layer, 'trainable', bool(false));
  machine.setAttr(self, 'forward_layer', forward);
  machine.setAttr(self, 'backward_layer', backward);
  return [forward, backward];
}

/** The initial states for each direction: the first and the second half of those given. */
function halves(context: CallContext): readonly [Record<string, Value>, Record<string, Value>] {
  const given = context.callArgs.get('initial_state');
  if (given === undefined || given.kind === 'none') return [{}, {}];
  if (given.kind !== 'list' && given.kind !== 'tuple')
    return [{ initial_state: given }, { initial_state: given }];
  const half = given.items.length >> 1;
  return [
    { initial_state: { kind: 'list', items: [...given.items.slice(0, half)], tail: null } },
    { initial_state: { kind: 'list', items: [...given.items.slice(half)], tail: null } },
  ];
}

function callBidirectional(context: CallContext): CallResult {
  const { config } = context;
  const [input] = context.inputs;
  const layers = directions(context);
  const mode = config.value('merge_mode');
  if (layers === null) return unknownCall('the wrapped layer cannot be copied without running it');
  const [forwardState, backwardState] = halves(context);
  const forward = tensorsOf(context, context.callLayer(layers[0], [input], forwardState));
  const backward = tensorsOf(context, context.callLayer(layers[1], [input], backwardState));
  if ([...forward, ...backward].some((ref) => ref === undefined))
    return unknownCall('what the wrapped layer returns is not known');
  const [y, ...states] = forward as TensorRef[];
  const [reversed, ...backStates] = backward as TensorRef[];
  const sequences = layerParts(layers[0])?.config?.flag('return_sequences') === true;
  const z = sequences ? flipped(context, reversed) : reversed;
  // Keras 3 gives everything in the wrapper's own dtype, whichever that of the wrapped layer is.
  const dtype = config.kerasVersion === 3 ? computeDtype(config) : null;
  const given = (ref: TensorRef): TensorRef => (dtype === null ? ref : cast(context, ref, dtype));
  const allStates = [...states, ...backStates].map(given);
  const structure = config.kerasVersion === 2 ? 'list' : 'tuple';
  if (mode.kind === 'none') return { outputs: [given(y), given(z), ...allStates], structure };
  if (mode.kind !== 'str') return unknownCall('the argument merge_mode is not known');
  const output = merged(context, mode.value, y, z);
  return allStates.length ? { outputs: [output, ...allStates], structure } : { outputs: [output] };
}

function cast(context: CallContext, input: TensorRef, dtype: string): TensorRef {
  if (input.dtype === null || input.dtype === dtype) return input;
  return context.step({
    type: 'Cast',
    primitive: { op: 'elementwise', fn: 'cast' },
    inputs: [input],
    outputs: [{ shape: input.shape, dtype }],
  })[0];
}

function flipped(context: CallContext, input: TensorRef): TensorRef {
  const rank = isKnownRank(input.shape) ? input.shape.length : 3;
  const primitive: Primitive = {
    op: 'slice',
    items: Array.from({ length: rank }, (_, i) => ({
      kind: 'range' as const,
      start: i === 1 ? null : 0,
      step: i === 1 ? -1 : 1,
    })),
  };
  return context.step({
    type: 'Flip',
    primitive,
    inputs: [input],
    outputs: [{ shape: input.shape, dtype: input.dtype }],
  })[0];
}

function merged(context: CallContext, mode: string, y: TensorRef, z: TensorRef): TensorRef {
  const dtype = computeDtype(context.config);
  if (mode === 'concat') {
    const shape = isKnownRank(y.shape)
      ? [...y.shape.slice(0, -1), mulDim(y.shape[y.shape.length - 1], 2)]
      : y.shape;
    const axis = isKnownRank(y.shape) ? y.shape.length - 1 : 0;
    return context.step({
      type: 'Concatenate',
      primitive: { op: 'concat', axis },
      inputs: [y, z],
      outputs: [spec(shape, dtype)],
    })[0];
  }
  const fn = mode === 'sum' ? 'add' : mode === 'mul' ? 'multiply' : 'average';
  return context.step({
    type: mode === 'mul' ? 'Multiply' : 'Add',
    primitive: { op: 'elementwise', fn },
    inputs: [y, z],
    outputs: [spec(y.shape, dtype)],
  })[0];
}

const bidirectional: LayerDefinition = {
  name: 'Bidirectional',
  parameters: signature("layer, merge_mode='concat', weights=None, backward_layer=None"),
  callParameters: signature('sequences, initial_state=None, mask=None, training=None'),
  configure: checkBidirectional,
  inputSpec(config) {
    const parts = layerParts(config.value('layer'));
    return parts?.definition && parts.config && parts.definition.name !== 'RNN'
      ? parts.definition.inputSpec?.(parts.config)
      : undefined;
  },
  call: callBidirectional,
};

/** The last axis of the wrapped layer's kernel (or embeddings), for the vector that estimates its norm. */
function kernelWidth(config: Config, inputs: readonly TensorSpec[], layer: Value): Dim {
  const parts = layerParts(layer);
  if (!parts?.definition || !parts.config) return unknownDim('the wrapped layer is not known');
  const specs =
    layer.kind === 'instance' ? (parts.definition.weights?.(parts.config, inputs, layer) ?? []) : [];
  const kernel =
    specs.find((entry) => entry.name === 'kernel') ?? specs.find((entry) => entry.name === 'embeddings');
  if (!kernel) {
    argumentError(
      'spectral-kernel',
      'layer',
      `${parts.definition.name} has no kernel to normalise.`,
      `${parts.definition.name} object has no attribute 'kernel' nor 'embeddings'`,
    );
  }
  return isKnownRank(kernel.shape) ? kernel.shape[kernel.shape.length - 1] : unknownDim(kernel.shape.reason);
}

const spectralNormalization: LayerDefinition = {
  name: 'SpectralNormalization',
  base: 'Wrapper',
  parameters: signature('layer, power_iterations=1'),
  callParameters: signature('inputs, training=False'),
  sublayers: ['layer'],
  configure(config) {
    requireWrapped(config);
    const iterations = intOf(config.value('power_iterations'));
    if (iterations !== null && iterations <= 0) {
      argumentError(
        'power-iterations',
        'power_iterations',
        '`power_iterations` must be positive.',
        `\`power_iterations\` should be greater than zero. Received: \`power_iterations=${iterations}\``,
      );
    }
  },
  inputSpec: (config) => builtSpec(config, undefined),
  weights(config, inputs) {
    const width = kernelWidth(config, inputs, config.value('layer'));
    const [input] = inputs;
    const last = isKnownRank(input.shape) ? input.shape[input.shape.length - 1] : undefined;
    rememberAxes(config, { minNdim: 1 }, { [-1]: last });
    return variables({
      name: 'vector_u',
      shape: [1, width],
      trainable: false,
      initializer: { name: 'truncated_normal' },
    });
  },
  call(context) {
    const input = onlyInput(context);
    const layer = context.config.value('layer');
    if (layer.kind !== 'instance')
      return unknownCall(layer.kind === 'unknown' ? layer.reason : 'the layer is not known');
    const [output] = tensorsOf(context, context.callLayer(layer, [input]));
    // The wrapper states its own dtype, whatever the wrapped layer computes in.
    const dtype = context.config.kerasVersion === 3 ? computeDtype(context.config) : (output?.dtype ?? null);
    return output
      ? {
          outputs: [output.dtype === dtype ? output : spec(output.shape, dtype)],
          primitive: { op: 'composite' },
        }
      : unknownCall('what the wrapped layer returns is not known');
  },
};

function requireWrapped(config: Config): void {
  requireLayer(
    config,
    'layer',
    (text) =>
      `Layer ${text} supplied to Wrapper isn't a supported layer type. Please ensure wrapped layer is a valid Keras layer.`,
  );
}

/** The base class of wrappers: for `class MyWrapper(Wrapper)`, whose own `call` says what it does. */
const wrapper: LayerDefinition = {
  name: 'Wrapper',
  parameters: signature('layer'),
  sublayers: ['layer'],
  configure: requireWrapped,
};

export const wrappers: readonly LayerDefinition[] = [
  wrapper,
  timeDistributed,
  bidirectional,
  spectralNormalization,
];
