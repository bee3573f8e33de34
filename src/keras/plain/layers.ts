/**
 * `tf.layers.*` of TensorFlow 1: functions that make a layer and call it at once. The layers are Keras' own definitions;
 * under one name in a scope that says `reuse` a layer is found again.
 */
import { fn, type Params } from '../../python/library/define';
import type { Machine } from '../../python/machine';
import { NONE, type CallArgs, type NativeFunction, type Value } from '../../python/values';
import { layerClass } from '../model/layerClass';
import { layerStateOf } from '../model/layerState';
import { toSnakeCase } from '../model/names';
import { recorderOf, type Recorder } from '../model/recorder';
import { layerDefinition } from '../registry';

/** Parameters after `inputs`, in TensorFlow's order, and the layer's class. */
interface LayerRule {
  readonly cls: string;
  readonly parameters: string;
}

const KERNEL = 'kernel_initializer=None, bias_initializer=None';
const REGULAR =
  'kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None';
const COMMON = 'trainable=True, name=None, reuse=None, _reuse=None, _scope=None';

const conv = (cls: string, strides: string): LayerRule => ({
  cls,
  parameters: `filters, kernel_size, strides=${strides}, padding='valid', data_format='channels_last', dilation_rate=1, activation=None, use_bias=True, ${KERNEL}, ${REGULAR}, ${COMMON}`,
});
const transposed = (cls: string): LayerRule => ({
  cls,
  parameters: `filters, kernel_size, strides=1, padding='valid', data_format='channels_last', activation=None, use_bias=True, ${KERNEL}, ${REGULAR}, ${COMMON}`,
});
const separable = (cls: string): LayerRule => ({
  cls,
  parameters: `filters, kernel_size, strides=1, padding='valid', data_format='channels_last', dilation_rate=1, depth_multiplier=1, activation=None, use_bias=True, depthwise_initializer=None, pointwise_initializer=None, bias_initializer=None, depthwise_regularizer=None, pointwise_regularizer=None, bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None, pointwise_constraint=None, bias_constraint=None, ${COMMON}`,
});
const pool = (cls: string): LayerRule => ({
  cls,
  parameters: "pool_size, strides, padding='valid', data_format='channels_last', name=None",
});

const RULES: Readonly<Record<string, LayerRule>> = {
  conv1d: conv('Conv1D', '1'),
  conv2d: conv('Conv2D', '1'),
  conv3d: conv('Conv3D', '1'),
  conv2d_transpose: transposed('Conv2DTranspose'),
  conv3d_transpose: transposed('Conv3DTranspose'),
  separable_conv1d: separable('SeparableConv1D'),
  separable_conv2d: separable('SeparableConv2D'),
  max_pooling1d: pool('MaxPooling1D'),
  max_pooling2d: pool('MaxPooling2D'),
  max_pooling3d: pool('MaxPooling3D'),
  average_pooling1d: pool('AveragePooling1D'),
  average_pooling2d: pool('AveragePooling2D'),
  average_pooling3d: pool('AveragePooling3D'),
  dense: {
    cls: 'Dense',
    parameters: `units, activation=None, use_bias=True, ${KERNEL}, ${REGULAR}, ${COMMON}`,
  },
  dropout: {
    cls: 'Dropout',
    parameters: 'rate=0.5, noise_shape=None, seed=None, training=False, name=None',
  },
  flatten: { cls: 'Flatten', parameters: "name=None, data_format='channels_last'" },
  batch_normalization: {
    cls: 'BatchNormalization',
    parameters: `axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True, beta_initializer=None, gamma_initializer=None, moving_mean_initializer=None, moving_variance_initializer=None, beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, training=False, trainable=True, name=None, reuse=None, renorm=False, renorm_clipping=None, renorm_momentum=0.99, fused=None, virtual_batch_size=None, adjustment=None`,
  },
};

const ALIASES: Readonly<Record<string, string>> = {
  conv2d_transposed: 'conv2d_transpose',
  deconv2d: 'conv2d_transpose',
  convolution2d: 'conv2d',
  separable_convolution2d: 'separable_conv2d',
  max_pool2d: 'max_pooling2d',
};

/** Arguments that say how variables are kept or trained, not what is computed. */
const SET_ASIDE =
  /^(name|reuse|_reuse|_scope|training|renorm.*|fused|virtual_batch_size|adjustment|.*_(initializer|regularizer|constraint))$/;
const KEPT = /^(kernel|bias|depthwise|pointwise|beta|gamma)_initializer$/;

const made = new Map<string, NativeFunction>();

/** `tf.layers.<name>`; undefined for names that are no function there. */
export function layerFunction(name: string): NativeFunction | undefined {
  const key = ALIASES[name] ?? name;
  if (!Object.hasOwn(RULES, key)) return undefined;
  let found = made.get(name);
  if (found === undefined) {
    const rule = RULES[key];
    found = fn(`${name}(inputs, ${rule.parameters}, **kwargs)`, (machine, params, args) =>
      callRule(machine, rule, params, args),
    );
    made.set(name, found);
  }
  return found;
}

function callRule(machine: Machine, rule: LayerRule, params: Params, args: CallArgs): Value {
  const keywords: Record<string, Value> = {};
  for (const [name, value] of Object.entries(params)) {
    if (name === 'inputs' || name === 'kwargs' || (SET_ASIDE.test(name) && !KEPT.test(name))) continue;
    if (value.kind === 'none' && /initializer$/.test(name)) continue;
    keywords[name] = value;
  }
  return applyLayer(recorderOf(machine), {
    cls: rule.cls,
    keywords,
    inputs: params['inputs'],
    name: params['name'],
    base: toSnakeCase(rule.cls),
    reuse: params['reuse'] ?? NONE,
    args,
  });
}

export interface LayerRequest {
  /** Keras' class. */
  readonly cls: string;
  /** Its arguments. */
  readonly keywords: Readonly<Record<string, Value>>;
  readonly inputs: Value;
  /** The name that the program gives, or None. */
  readonly name: Value;
  /** The automatic name. */
  readonly base: string;
  /** Whether a layer of this name is found again; None: as the scope says. */
  readonly reuse: Value;
  /** The call whose place the layer has. */
  readonly args: CallArgs;
}

/** Makes the layer, or finds it again, and calls it. */
export function applyLayer(recorder: Recorder, request: LayerRequest): Value {
  const { machine, plain } = recorder;
  const { cls, keywords, inputs, name, base, args } = request;
  const definition = layerDefinition(cls);
  if (definition === undefined) return machine.unknown(`${cls} is not modelled`);
  const own = name.kind === 'str' ? name.value : name.kind === 'none' ? plain.defaultName(base) : null;
  const full = own === null ? null : plain.fullName(own);
  const known = full === null ? undefined : plain.layers.get(full);
  const again =
    plain.scope.reuse !== false || (request.reuse.kind !== 'none' && machine.truth(request.reuse) !== false);
  const layer =
    known !== undefined && again && known.cls.name === cls
      ? known
      : machine.instantiate(layerClass(recorder, definition), machine.args([], keywords, args.range));
  if (layer.kind !== 'instance') return layer;
  const state = layerStateOf(layer);
  if (state !== undefined && layer !== known) {
    if (full !== null) {
      plain.layers.set(full, layer);
      state.layer.name = full;
    }
    plain.functionLayers.add(state.layer.id);
  }
  return machine.call(layer, machine.args([inputs], {}, args.range));
}
