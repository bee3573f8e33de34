/** Attention and AdditiveAttention. Sources: Keras `layers/attention/attention.py`, `additive_attention.py`. */
import type { Shape } from '../../../graph/graph';
import { argumentError, computeDtype, didYouMean, variables } from '../../arguments';
import { KerasError, type CallContext, type LayerDefinition, type TensorRef } from '../../definition';
import { isKnownRank } from '../../dims';
import { closest } from '../../names';
import { signature } from '../../signature';
import { lengthOf } from '../compound';
import { spec } from '../shared';
import { causal, last, lengthBefore, withScores } from './projections';

/** `[query, value]` or `[query, value, key]`. */
function requireInputs(context: CallContext, name: string): readonly [TensorRef, TensorRef, TensorRef] {
  const { inputs, inputIsList } = context;
  // A value that is not known may be such a list.
  if (!inputIsList && inputs.length === 1 && !isKnownRank(inputs[0].shape))
    return [inputs[0], inputs[0], inputs[0]];
  if (!inputIsList) {
    throw new KerasError(
      'attention-inputs',
      `${name} takes a list [query, value] or [query, value, key].`,
      `${name} layer must be called on a list of inputs, namely [query, value] or [query, value, key]. Received: inputs=<KerasTensor>.`,
      {
        callArgument: 'inputs',
      },
    );
  }
  if (inputs.length < 2 || inputs.length > 3) {
    throw new KerasError(
      'attention-inputs',
      `${name} takes 2 or 3 tensors, but got ${inputs.length}.`,
      `${name} layer accepts inputs list of length 2 or 3, namely [query, value] or [query, value, key]. Received length: ${inputs.length}.`,
      { callArgument: 'inputs', facts: { count: inputs.length } },
    );
  }
  return [inputs[0], inputs[1], inputs[2] ?? inputs[1]];
}

function dotAttention(name: 'Attention' | 'AdditiveAttention'): LayerDefinition {
  const additive = name === 'AdditiveAttention';
  return {
    name,
    base: additive ? 'Attention' : undefined,
    parameters: signature(
      additive
        ? "use_scale=True, dropout=0.0, *, seed=None, score_mode='dot'"
        : "use_scale=False, score_mode='dot', dropout=0.0, seed=None",
    ),
    callParameters: signature(
      'inputs, mask=None, training=False, return_attention_scores=False, use_causal_mask=False',
    ),
    configure(config) {
      const mode = config.value('score_mode');
      if (mode.kind !== 'str' || mode.value === 'dot' || mode.value === 'concat') return;
      argumentError(
        'score-mode',
        'score_mode',
        `"${mode.value}" is no score mode${didYouMean(closest(mode.value, ['dot', 'concat']))}`,
        `Invalid value for argument score_mode. Expected one of {'dot', 'concat'}. Received: score_mode=${mode.value}`,
      );
    },
    weights(config, inputs) {
      const scale = config.flag('use_scale') === true;
      const concat = !additive && config.string('score_mode') === 'concat';
      if (inputs.length < 2) return [];
      return variables(
        scale && {
          name: 'scale',
          shape: additive ? [last(inputs[0].shape)] : [],
          initializer: { name: additive ? 'glorot_uniform' : 'ones' },
        },
        concat && { name: 'concat_score_weight', shape: [], initializer: { name: 'ones' } },
      );
    },
    call(context) {
      const [query, value, key] = requireInputs(context, name);
      const dtype = computeDtype(context.config);
      const rows = isKnownRank(query.shape) ? [...query.shape.slice(0, -1)] : null;
      // Where it is computed, one query may stand for a whole batch of values.
      if (rows !== null && context.computes && rows[0] === 1 && isKnownRank(value.shape))
        rows[0] = value.shape[0];
      const shape: Shape = rows === null ? query.shape : [...rows, last(value.shape)];
      const scores: Shape = rows === null ? query.shape : [...rows, lengthBefore(key.shape)];
      return withScores(context, spec(shape, dtype), scores, {
        op: 'attention',
        heads: 1,
        keyDim: lengthOf(last(key.shape)),
        valueDim: lengthOf(last(value.shape)),
        mode: additive || context.config.string('score_mode') === 'concat' ? 'additive' : 'dot',
        causal: causal(context),
      });
    },
    fallback: (config, [query]) => [spec(query.shape, computeDtype(config))],
  };
}

export const dotAttentions: readonly LayerDefinition[] = [
  dotAttention('Attention'),
  dotAttention('AdditiveAttention'),
];
