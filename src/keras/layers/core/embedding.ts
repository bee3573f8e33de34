/** Embedding and ReversibleEmbedding. Sources: Keras `layers/core/embedding.py`, `reversible_embedding.py`. */
import type { Dim, Shape } from '../../../graph/graph';
import {
  argumentError,
  certainlyNotInt,
  computeDtype,
  intOf,
  refuseWithLora,
  requireNames,
  variables,
} from '../../arguments';
import {
  KerasError,
  type CallContext,
  type Config,
  type LayerDefinition,
  type TensorSpec,
} from '../../definition';
import { isKnownRank, unknownDim } from '../../dims';
import { argumentText } from '../../pythonText';
import { signature } from '../../signature';
import { argumentDim, known, onlyInput, spec } from '../shared';

function requireSize(config: Config, name: 'input_dim' | 'output_dim'): void {
  const value = config.value(name);
  const size = value.kind === 'bool' ? null : intOf(value, config);
  if (
    size !== null ? size > 0 : value.kind !== 'bool' && (!certainlyNotInt(value) || config.kerasVersion === 2)
  )
    return;
  const text = argumentText(config, name);
  argumentError(
    'embedding-size',
    name,
    `\`${name}\` must be a positive integer, not ${text}.`,
    `\`${name}\` must be a positive integer. Received: ${name}=${text} (of type ${value.kind === 'none' ? 'NoneType' : value.kind}).`,
    { received: text, isFloat: value.kind === 'float' },
  );
}

const size = (config: Config, name: 'input_dim' | 'output_dim'): Dim =>
  argumentDim(config, name, intOf(config.value(name), config));

function embedded(config: Config, input: TensorSpec): Shape {
  return isKnownRank(input.shape) ? [...input.shape, size(config, 'output_dim')] : input.shape;
}

/** Keras 3 takes `input_length` only to say that it does nothing. */
function warnInputLength(context: CallContext): void {
  const { config } = context;
  if (
    config.kerasVersion !== 3 ||
    !config.given('input_length') ||
    config.isNone('input_length') ||
    config.memo.get('warned')
  )
    return;
  config.memo.set('warned', true);
  context.report(
    new KerasError(
      'deprecated-argument',
      '`input_length` has no effect any more: remove it.',
      'Argument `input_length` is deprecated. Just remove it.',
      {
        argument: 'input_length',
        severity: 'warning',
        facts: { argument: 'input_length' },
      },
    ),
  );
}

/** Keras 2 checks `input_length` against the input. */
function checkInputLength(config: Config, input: TensorSpec): void {
  if (config.kerasVersion !== 2 || !isKnownRank(input.shape)) return;
  const length = intOf(config.value('input_length'));
  const found = input.shape[1];
  if (length === null || input.shape.length !== 2 || typeof found !== 'number' || found === length) return;
  argumentError(
    'embedding-length',
    'input_length',
    `\`input_length\` says ${length}, but the input has ${found} steps.`,
    `"input_length" is ${length}, but received input has shape (None, ${found})`,
    { length, found },
  );
}

const CHECKED = ['embeddings_initializer', 'embeddings_regularizer', 'embeddings_constraint'];

const embedding: LayerDefinition = {
  name: 'Embedding',
  parameters: signature(`input_dim, output_dim, embeddings_initializer='uniform', embeddings_regularizer=None,
    embeddings_constraint=None, mask_zero=False, weights=None, lora_rank=None, lora_alpha=None, quantization_config=None, *,
    input_length=None`),
  configure(config) {
    requireSize(config, 'input_dim');
    requireSize(config, 'output_dim');
    requireNames(config, ...CHECKED);
  },
  weights(config) {
    const rank = intOf(config.value('lora_rank'));
    if (rank) refuseWithLora(config, 'embeddings_constraint', 'embedding');
    return variables(
      {
        name: 'embeddings',
        shape: [size(config, 'input_dim'), size(config, 'output_dim')],
        initializer: { argument: 'embeddings_initializer' },
        trainable: !rank,
      },
      Boolean(rank) && {
        name: 'lora_embeddings_a',
        shape: [size(config, 'input_dim'), rank ?? 0],
        initializer: { name: 'he_uniform' },
      },
      Boolean(rank) && {
        name: 'lora_embeddings_b',
        shape: [rank ?? 0, size(config, 'output_dim')],
        initializer: { name: 'zeros' },
      },
    );
  },
  call(context) {
    const { config } = context;
    const input = onlyInput(context);
    warnInputLength(context);
    checkInputLength(config, input);
    return {
      outputs: [spec(embedded(config, input), computeDtype(config))],
      primitive: {
        op: 'embedding',
        inputDim: known(size(config, 'input_dim')),
        outputDim: known(size(config, 'output_dim')),
      },
    };
  },
  fallback: (config, [input]) => [spec(embedded(config, input), computeDtype(config))],
  keras2: {
    parameters:
      signature(`input_dim, output_dim, embeddings_initializer='uniform', embeddings_regularizer=None,
      activity_regularizer=None, embeddings_constraint=None, mask_zero=False, input_length=None, *, weights=None`),
  },
};

const reversibleEmbedding: LayerDefinition = {
  ...embedding,
  name: 'ReversibleEmbedding',
  base: 'Embedding',
  parameters:
    signature(`input_dim, output_dim, tie_weights=True, embeddings_initializer='uniform', embeddings_regularizer=None,
    embeddings_constraint=None, mask_zero=False, reverse_dtype=None, logit_soft_cap=None, *, weights=None, input_length=None,
    lora_rank=None, lora_alpha=None, quantization_config=None`),
  callParameters: signature('inputs, reverse=False'),
  weights: (config) =>
    variables(
      {
        name: 'embeddings',
        shape: [size(config, 'input_dim'), size(config, 'output_dim')],
        initializer: { argument: 'embeddings_initializer' },
      },
      config.flag('tie_weights') === false && {
        name: 'reverse_embeddings',
        shape: [size(config, 'output_dim'), size(config, 'input_dim')],
        initializer: { argument: 'embeddings_initializer' },
      },
    ),
  call(context) {
    const { config, machine } = context;
    const input = onlyInput(context);
    const given = context.callArgs.get('reverse');
    const reverse = given === undefined ? false : machine.truth(given);
    const dtype = computeDtype(config);
    if (reverse === undefined)
      return { outputs: [spec({ kind: 'unknown', reason: 'the argument reverse is not known' }, dtype)] };
    if (!reverse) return embedding.call!(context);
    const shape = isKnownRank(input.shape)
      ? [...input.shape.slice(0, -1), size(config, 'input_dim')]
      : input.shape;
    const features = isKnownRank(input.shape)
      ? input.shape[input.shape.length - 1]
      : unknownDim(input.shape.reason);
    return {
      outputs: [spec(shape, dtype)],
      primitive: {
        op: 'dense',
        inFeatures: known(features),
        units: known(size(config, 'input_dim')),
        useBias: false,
        activation: 'linear',
      },
    };
  },
  keras2: undefined,
};

export const embeddings: readonly LayerDefinition[] = [embedding, reversibleEmbedding];
