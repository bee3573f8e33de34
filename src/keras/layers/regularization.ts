/** Dropout and its kin, noise, ActivityRegularization: nothing at all when predicting. Sources: Keras `layers/regularization/*.py`. */
import { argumentError, computeDtype, elementsOf, numberOf, requireDataFormat } from '../arguments';
import type { Config, LayerDefinition } from '../definition';
import { argumentText, valueText } from '../pythonText';
import { signature } from '../signature';
import { keptShapes, spec } from './shared';

/** A rate between 0 and 1. */
function requireRate(config: Config, name: string): void {
  const value = config.value(name);
  const rate = numberOf(value);
  const text = argumentText(config, name);
  if (value.kind === 'none' || value.kind === 'str' || value.kind === 'tuple' || value.kind === 'list') {
    argumentError(
      'rate-invalid',
      name,
      `\`${name}\` must be a number between 0 and 1, not ${text}.`,
      `'<=' not supported between instances of 'int' and '${value.kind === 'none' ? 'NoneType' : value.kind}'`,
      {},
      'TypeError',
    );
  }
  if (rate === null || (rate >= 0 && rate <= 1)) return;
  argumentError(
    'rate-invalid',
    name,
    `\`${name}\` must lie between 0 and 1, not ${text}.${name === 'rate' && rate > 1 && rate <= 100 ? ` For ${rate} %, write ${rate / 100}.` : ''}`,
    `Invalid value received for argument \`${name}\`. Expected a float value between 0 and 1. Received: ${name}=${text}`,
    { received: rate },
  );
}

function checkNoiseShape(config: Config): void {
  const value = config.value('noise_shape');
  if (value.kind === 'str' || value.kind === 'int' || value.kind === 'float' || value.kind === 'bool') {
    const text = argumentText(config, 'noise_shape');
    argumentError(
      'noise-shape',
      'noise_shape',
      `\`noise_shape\` must be a tuple of integers, not ${text}.`,
      `Invalid value received for argument \`noise_shape\`. Expected ${value.kind === 'str' ? 'a tuple or list' : 'an iterable'} of integers${value.kind === 'str' ? '' : ' (e.g., a tuple or list)'}. Received: noise_shape=${text}`,
    );
  }
  (elementsOf(value) ?? []).forEach((element, i) => {
    const text = valueText(config, element);
    if (element.kind === 'float' || element.kind === 'str') {
      argumentError(
        'noise-shape',
        'noise_shape',
        `\`noise_shape\` must hold integers, not ${text}.`,
        `Invalid value received for argument \`noise_shape\`. Expected all elements to be integers or None. Received element at index ${i}: ${text} (type: ${element.kind})`,
      );
    }
    if (element.kind === 'int' && element.value <= 0) {
      argumentError(
        'noise-shape',
        'noise_shape',
        `\`noise_shape\` must hold positive integers, not ${text}.`,
        `Invalid value received for argument \`noise_shape\`. Expected all dimensions to be positive integers or None. Received negative or zero value at index ${i}: ${text}`,
      );
    }
  });
}

function idle(definition: Omit<LayerDefinition, 'call' | 'fallback'>): LayerDefinition {
  return {
    ...definition,
    call: (context) => keptShapes(context, computeDtype(context.config), () => ({ op: 'identity' })),
    fallback: (config, [input]) => [spec(input.shape, computeDtype(config))],
  };
}

function dropout(
  name: string,
  parameters: string,
  check: (config: Config) => void = () => undefined,
  ndim?: number,
): LayerDefinition {
  return idle({
    name,
    base: name.startsWith('Spatial') ? 'Dropout' : undefined,
    // The spatial ones name all that they take.
    commonArguments: name.startsWith('Spatial') ? false : undefined,
    keras2: { commonArguments: undefined },
    parameters: signature(parameters),
    callParameters: signature('inputs, training=False'),
    configure(config) {
      requireRate(config, 'rate');
      check(config);
    },
    inputSpec: ndim === undefined ? undefined : () => ({ ndim }),
  });
}

export const regularizations: readonly LayerDefinition[] = [
  dropout('Dropout', 'rate, noise_shape=None, seed=None', checkNoiseShape),
  dropout('SpatialDropout1D', 'rate, seed=None, name=None, dtype=None', undefined, 3),
  dropout(
    'SpatialDropout2D',
    'rate, data_format=None, seed=None, name=None, dtype=None',
    requireDataFormat,
    4,
  ),
  dropout(
    'SpatialDropout3D',
    'rate, data_format=None, seed=None, name=None, dtype=None',
    requireDataFormat,
    5,
  ),
  dropout('AlphaDropout', 'rate, noise_shape=None, seed=None'),
  dropout('GaussianDropout', 'rate, seed=None'),
  idle({
    name: 'GaussianNoise',
    parameters: signature('stddev, seed=None'),
    callParameters: signature('inputs, training=False'),
    configure: (config) => requireRate(config, 'stddev'),
    // Keras 2 checks no bounds.
    keras2: { configure: () => undefined },
  }),
  idle({ name: 'ActivityRegularization', parameters: signature('l1=0.0, l2=0.0') }),
];
