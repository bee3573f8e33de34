/** Activation, ReLU, LeakyReLU, PReLU, ELU, Softmax (and Keras 2's ThresholdedReLU). Sources: Keras `layers/activations/*.py`. */
import type { Dim, Primitive } from '../../graph/graph';
import {
  argumentError,
  computeDtype,
  elementsOf,
  intOf,
  numberOf,
  reasonFor,
  requireActivation,
  requireNames,
  variables,
} from '../arguments';
import type { Config, LayerDefinition } from '../definition';
import { isKnownRank, unknownDim } from '../dims';
import { argumentText } from '../pythonText';
import { signature } from '../signature';
import { builtSpec, keptShapes, rememberAxes, spec } from './shared';

/** The primitive of a named activation with default arguments on a tensor of `rank` axes. */
export function activationPrimitive(name: string | null, rank: number | null): Primitive {
  if (name === null) return { op: 'opaque', reason: 'the activation is not known' };
  if (name === 'linear') return { op: 'identity' };
  if (name === 'softmax' || name === 'log_softmax') {
    if (rank === null) return { op: 'opaque', reason: 'the number of axes is not known' };
    return { op: 'softmax', axis: [rank - 1], log: name === 'log_softmax' };
  }
  if (name === 'custom') return { op: 'opaque', reason: 'the activation is a function of the program' };
  return { op: 'elementwise', fn: name };
}

/** A layer that keeps its input's shape and computes in the layer's dtype. */
function elementwise(
  definition: Omit<LayerDefinition, 'call' | 'fallback'>,
  primitive: (config: Config, rank: number | null) => Primitive,
): LayerDefinition {
  return {
    ...definition,
    call: (context) =>
      keptShapes(context, computeDtype(context.config), ({ shape }) =>
        primitive(context.config, isKnownRank(shape) ? shape.length : null),
      ),
    fallback: (config, [input]) => [spec(input.shape, computeDtype(config))],
  };
}

/** A number that Keras refuses when negative, and None where it needs one. */
function requireNotNegative(
  config: Config,
  name: string,
  keras: (text: string) => string,
  noneAllowed: boolean,
): void {
  const value = config.value(name);
  const number = numberOf(value);
  const noNumber = value.kind === 'str' || elementsOf(value) !== undefined;
  if (value.kind === 'none' ? noneAllowed : !noNumber && (number === null || number >= 0)) return;
  const text = argumentText(config, name);
  argumentError(
    'negative-slope',
    name,
    noNumber
      ? `\`${name}\` must be a number, not ${text}.`
      : `\`${name}\` must not be ${value.kind === 'none' ? 'None' : 'negative'}.`,
    keras(text),
    { received: text },
  );
}

const relu = elementwise(
  {
    name: 'ReLU',
    parameters: signature('max_value=None, negative_slope=0.0, threshold=0.0'),
    configure(config) {
      requireNotNegative(
        config,
        'max_value',
        (text) => `max_value of a ReLU layer cannot be a negative value. Received: max_value=${text}`,
        true,
      );
      for (const name of ['negative_slope', 'threshold']) {
        requireNotNegative(
          config,
          name,
          (text) => `${name} of a ReLU layer cannot be None or a negative value. Received: ${name}=${text}`,
          false,
        );
      }
    },
  },
  (config) => ({
    op: 'elementwise',
    fn: 'relu',
    params: {
      negative_slope: config.float('negative_slope'),
      max_value: config.float('max_value'),
      threshold: config.float('threshold'),
    },
  }),
);

/** `alpha` is the older name of the slope: Keras 2's only one, still taken by Keras 3. */
const slopeName = (config: Config): 'alpha' | 'negative_slope' =>
  config.isNone('alpha') && config.kerasVersion === 3 ? 'negative_slope' : 'alpha';

const leakyReluBase: LayerDefinition = elementwise(
  {
    name: 'LeakyReLU',
    parameters: signature('negative_slope=0.3, *, alpha=None'),
    configure(config) {
      const slope = slopeName(config);
      requireNotNegative(
        config,
        slope,
        (text) =>
          `The negative_slope value of a Leaky ReLU layer cannot be None or negative value. Expected a float. Received: negative_slope=${text}`,
        false,
      );
    },
  },
  (config) => ({
    op: 'elementwise',
    fn: 'leaky_relu',
    params: { negative_slope: config.float(slopeName(config)) },
  }),
);

const leakyRelu: LayerDefinition = { ...leakyReluBase, keras2: { parameters: signature('alpha=0.3') } };

const elu = elementwise({ name: 'ELU', parameters: signature('alpha=1.0') }, (config) => ({
  op: 'elementwise',
  fn: 'elu',
  params: { alpha: config.float('alpha') },
}));

const thresholdedRelu = elementwise(
  { name: 'ThresholdedReLU', parameters: signature('theta=1.0') },
  (config) => ({
    op: 'elementwise',
    fn: 'thresholded_relu',
    params: { theta: config.float('theta') },
  }),
);

const activation = elementwise(
  {
    name: 'Activation',
    parameters: signature('activation'),
    configure: (config) => requireActivation(config),
  },
  (config, rank) => activationPrimitive(config.activation('activation'), rank),
);

const softmax = elementwise(
  {
    name: 'Softmax',
    parameters: signature('axis=-1'),
    callParameters: signature('inputs, mask=None'),
  },
  (config, rank) => {
    const value = config.value('axis');
    const axes = (elementsOf(value) ?? [value]).map((element) => intOf(element));
    if (rank === null || axes.some((axis) => axis === null))
      return { op: 'opaque', reason: 'the axis is not known' };
    return {
      op: 'softmax',
      axis: axes.map((axis) => ((axis as number) < 0 ? (axis as number) + rank : (axis as number))),
    };
  },
);

/** `shared_axes` as Keras reads it: one axis or several, counted with the batch axis. */
function sharedAxes(config: Config): (number | null)[] {
  const value = config.value('shared_axes');
  if (value.kind === 'none') return [];
  return (elementsOf(value) ?? [value]).map((element) => intOf(element));
}

const prelu: LayerDefinition = {
  ...elementwise({ name: 'PReLU', parameters: [] }, () => ({ op: 'elementwise', fn: 'prelu' })),
  parameters: signature(
    "alpha_initializer='Zeros', alpha_regularizer=None, alpha_constraint=None, shared_axes=None",
  ),
  configure: (config) => requireNames(config, 'alpha_initializer', 'alpha_regularizer', 'alpha_constraint'),
  inputSpec: (config) => builtSpec(config, undefined),
  weights(config, [input]) {
    if (!isKnownRank(input.shape))
      return [{ name: 'alpha', shape: input.shape, initializer: { argument: 'alpha_initializer' } }];
    const shape: Dim[] = input.shape.slice(1);
    const shared = sharedAxes(config);
    if (shared.includes(null)) {
      const lost = unknownDim(reasonFor(config, 'shared_axes'));
      return [
        { name: 'alpha', shape: shape.map(() => lost), initializer: { argument: 'alpha_initializer' } },
      ];
    }
    for (const axis of shared) {
      // Keras indexes a Python list with `axis − 1`: an axis that is not there is an IndexError, a negative one counts from the end.
      const at = axis === null ? null : axis - 1 < 0 ? axis - 1 + shape.length : axis - 1;
      if (at === null) continue;
      if (at < 0 || at >= shape.length) {
        argumentError(
          'axis-out-of-range',
          'shared_axes',
          `The input has no axis ${axis}.`,
          'list assignment index out of range',
          {},
          'IndexError',
        );
      }
      shape[at] = 1;
    }
    const specs = variables({ name: 'alpha', shape, initializer: { argument: 'alpha_initializer' } });
    const axes = shared.length
      ? Object.fromEntries(
          input.shape.map((dim, i) => [i, dim] as const).filter(([i]) => i > 0 && !shared.includes(i)),
        )
      : {};
    rememberAxes(config, { ndim: input.shape.length }, axes);
    return specs;
  },
};

export const activations: readonly LayerDefinition[] = [
  activation,
  relu,
  leakyRelu,
  prelu,
  elu,
  softmax,
  thresholdedRelu,
];
