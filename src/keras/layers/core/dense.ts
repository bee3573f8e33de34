/** Dense: the last axis against a matrix. Source: Keras `layers/core/dense.py`. */
import type { Dim } from '../../../graph/graph';
import {
  argumentError,
  certainlyNotInt,
  computeDtype,
  elementsOf,
  intOf,
  numberOf,
  refuseWithLora,
  requireActivation,
  requireNames,
  variables,
} from '../../arguments';
import type { Config, LayerDefinition, TensorSpec } from '../../definition';
import { isKnownRank, unknownDim } from '../../dims';
import { argumentText } from '../../pythonText';
import { signature } from '../../signature';
import { argumentDim, builtSpec, known, onlyInput, rememberAxes, spec } from '../shared';

/** `units` as Keras checks it: a positive int; anything that is certainly not one is an error. */
export function requireUnits(config: Config, name = 'units'): void {
  const value = config.value(name);
  const units = intOf(value, config);
  const keras2Float =
    config.kerasVersion === 2 &&
    (value.kind === 'float' || (value.kind === 'str' && /^\s*\d+\s*$/.test(value.value)));
  if (units === null ? !certainlyNotInt(value) || keras2Float : units > 0) return;
  const whole =
    value.kind === 'float' && Number.isInteger(value.value) ? ` Divide with // to get an integer.` : '';
  argumentError(
    'units-invalid',
    name,
    `\`${name}\` must be a positive integer, not ${argumentText(config, name)}.${whole}`,
    `Received an invalid value for \`${name}\`, expected a positive integer. Received: ${name}=${argumentText(config, name)}`,
    { received: argumentText(config, name), isFloat: value.kind === 'float' },
  );
}

function outputOf(config: Config, input: TensorSpec): TensorSpec {
  const units = argumentDim(config, 'units', intOf(config.value('units'), config));
  const shape = isKnownRank(input.shape) ? [...input.shape.slice(0, -1), units] : input.shape;
  return spec(shape, computeDtype(config));
}

function lastDim(input: TensorSpec): Dim {
  return isKnownRank(input.shape) ? input.shape[input.shape.length - 1] : unknownDim(input.shape.reason);
}

export const dense: LayerDefinition = {
  name: 'Dense',
  parameters:
    signature(`units, activation=None, use_bias=True, kernel_initializer='glorot_uniform', bias_initializer='zeros',
    kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None, lora_rank=None,
    lora_alpha=None, quantization_config=None`),
  configure(config) {
    requireUnits(config);
    requireActivation(config);
    requireNames(
      config,
      'kernel_initializer',
      'bias_initializer',
      'kernel_regularizer',
      'bias_regularizer',
      'kernel_constraint',
      'bias_constraint',
    );
  },
  inputSpec: (config) => builtSpec(config, { minNdim: 2 }),
  weights(config, [input]) {
    const features = lastDim(input);
    const units = argumentDim(config, 'units', intOf(config.value('units'), config));
    const rank = intOf(config.value('lora_rank'));
    if (rank) refuseWithLora(config, 'kernel_constraint', 'kernel');
    const specs = variables(
      {
        name: 'kernel',
        shape: [features, units],
        initializer: { argument: 'kernel_initializer' },
        trainable: !rank,
      },
      config.flag('use_bias') !== false && {
        name: 'bias',
        shape: [units],
        initializer: { argument: 'bias_initializer' },
      },
      Boolean(rank) && {
        name: 'lora_kernel_a',
        shape: [features, rank ?? 0],
        initializer: { name: 'he_uniform' },
      },
      Boolean(rank) && { name: 'lora_kernel_b', shape: [rank ?? 0, units], initializer: { name: 'zeros' } },
    );
    rememberAxes(config, { minNdim: 2 }, { [-1]: features });
    return specs;
  },
  call(context) {
    const { config } = context;
    const input = onlyInput(context);
    return {
      outputs: [outputOf(config, input)],
      primitive: {
        op: 'dense',
        inFeatures: known(lastDim(input)),
        units: intOf(config.value('units'), config),
        useBias: config.flag('use_bias') !== false,
        activation: config.activation('activation'),
      },
    };
  },
  fallback: (config, [input]) => [outputOf(config, input)],
};

/** A Dense layer whose kernel is rounded to −1, 0 and 1 when it is used. Source: Keras `layers/core/ternary_dense.py`. */
export const ternaryDense: LayerDefinition = {
  ...dense,
  name: 'TernaryDense',
  parameters:
    signature(`units, threshold=None, activation=None, use_bias=True, kernel_initializer='glorot_uniform',
    bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None`),
  configure(config) {
    dense.configure?.(config);
    const value = config.value('threshold');
    const threshold = numberOf(value);
    if (value.kind !== 'str' && elementsOf(value) === undefined && (threshold === null || threshold >= 0))
      return;
    const text = argumentText(config, 'threshold');
    argumentError(
      'negative-slope',
      'threshold',
      `\`threshold\` must be None or a number that is not negative, not ${text}.`,
      `Received an invalid value for \`threshold\`, expected a ${value.kind === 'str' ? '' : 'non-negative '}float or None. Received: threshold=${text}`,
      { received: text },
    );
  },
};
