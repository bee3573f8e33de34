/** GroupQueryAttention. Source: Keras `layers/attention/grouped_query_attention.py`. */
import type { Dim, Known, Shape } from '../../../graph/graph';
import { int } from '../../../python/values';
import { argumentError, computeDtype, intOf, requireNames, requireNumber } from '../../arguments';
import {
  KerasError,
  type CallContext,
  type Config,
  type LayerDefinition,
  type TensorRef,
  type TensorSpec,
} from '../../definition';
import { isKnownRank, unknownDim } from '../../dims';
import { tupleText } from '../../pythonText';
import { signature } from '../../signature';
import { spec } from '../shared';
import {
  CHECKED,
  MASKS,
  attend,
  last,
  project,
  queryValueKey,
  requireSameLength,
  refuseFlashDropout,
  requireWindow,
  withScores,
} from './projections';

function checkGrouped(config: Config): void {
  const [heads, groups] = [
    intOf(config.value('num_query_heads')),
    intOf(config.value('num_key_value_heads')),
  ];
  if (heads !== null && groups !== null && groups !== 0 && heads % groups !== 0) {
    argumentError(
      'attention-heads',
      'num_key_value_heads',
      `${heads} query heads cannot be shared out evenly among ${groups} key/value heads.`,
      '`num_query_heads` must be divisible by `num_key_value_heads`.',
      { heads, groups },
    );
  }
  requireNames(config, ...CHECKED);
  requireWindow(config);
  refuseFlashDropout(config);
  requireNumber(config, 'head_dim');
  const head = intOf(config.value('head_dim'));
  if (head !== null && head <= 0)
    argumentError(
      'attention-size',
      'head_dim',
      `\`head_dim\` must be positive, not ${head}.`,
      head === 0 ? 'float division by zero' : 'math domain error',
      { received: String(head) },
      head === 0 ? 'ZeroDivisionError' : 'ValueError',
    );
}

function requireSameWidth(query: TensorSpec, value: TensorSpec): void {
  const [a, b] = [last(query.shape), last(value.shape)];
  if (
    typeof a !== 'number' ||
    typeof b !== 'number' ||
    a === b ||
    !isKnownRank(query.shape) ||
    !isKnownRank(value.shape)
  )
    return;
  throw new KerasError(
    'attention-shape',
    `Query and value must have the same last length, but have ${a} and ${b}.`,
    `The last dimension of \`query_shape\` and \`value_shape\` must be equal, but are ${a}, ${b}. Received: query_shape=${tupleText(query.shape)}, value_shape=${tupleText(value.shape)}`,
    { callArgument: 'value' },
  );
}

/** Key or value heads repeated to as many as the query has. */
function repeated(context: CallContext, ref: TensorRef, heads: Known<number>): TensorRef {
  const shape = ref.shape as readonly Dim[];
  const groups = shape[shape.length - 2];
  const times = heads !== null && typeof groups === 'number' && groups > 0 ? heads / groups : null;
  const out = shape.map((dim, i) =>
    i === shape.length - 2 ? (heads ?? unknownDim('num_query_heads is not known')) : dim,
  );
  return context.step({
    type: 'Repeat',
    primitive: { op: 'upsample', factors: [1, times], interpolation: 'nearest', channelsFirst: false },
    inputs: [ref],
    outputs: [spec(out, ref.dtype)],
  })[0];
}

/** Keras builds the projections for three axes and never looks whether there are more. */
function threeAxes(context: CallContext, ref: TensorRef): TensorRef {
  if (!isKnownRank(ref.shape) || ref.shape.length <= 3) return ref;
  return context.step({
    type: 'GetItem',
    primitive: { op: 'opaque', reason: 'grouped attention takes three axes' },
    inputs: [ref],
    outputs: [spec(ref.shape.slice(0, 3), ref.dtype)],
  })[0];
}

export const groupQueryAttention: LayerDefinition = {
  name: 'GroupQueryAttention',
  autoName: 'grouped_query_attention',
  parameters:
    signature(`head_dim, num_query_heads, num_key_value_heads, dropout=0.0, use_bias=True, sliding_window=None,
    flash_attention=None, kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None,
    activity_regularizer=None, kernel_constraint=None, bias_constraint=None, use_gate=False, seed=None`),
  callParameters: signature(`query, value, key=None, ${MASKS}`),
  configure: checkGrouped,
  call(context) {
    const { config } = context;
    const dtype = computeDtype(config);
    const parts = queryValueKey(context);
    const [query] = context.inputs;
    if (parts === null)
      return {
        outputs: [spec(query.shape, dtype)],
        primitive: { op: 'opaque', reason: 'the value is not known' },
      };
    requireSameWidth(parts.query, parts.value);
    requireSameLength(parts.value, parts.key);
    const head = config.value('head_dim');
    const heads = config.value('num_query_heads');
    const groups = config.value('num_key_value_heads');
    const [queries, keys, values] = [parts.query, parts.key, parts.value].map((ref) =>
      threeAxes(context, ref),
    );
    const q = project(context, queries, {
      attribute: '_query_dense',
      name: 'query',
      bound: 1,
      sizes: [heads, head],
    });
    const k = project(context, keys, {
      attribute: '_key_dense',
      name: 'key',
      bound: 1,
      sizes: [groups, head],
    });
    const gate =
      config.flag('use_gate') === true
        ? project(context, queries, {
            attribute: '_gate_dense',
            name: 'gate',
            bound: 1,
            sizes: [heads, head],
            activation: 'sigmoid',
          })
        : undefined;
    const v = project(context, values, {
      attribute: '_value_dense',
      name: 'value',
      bound: 1,
      sizes: [groups, head],
    });
    const known =
      isKnownRank(query.shape) && isKnownRank(parts.key.shape)
        ? { q: query.shape, k: parts.key.shape }
        : null;
    const lost = unknownDim('the rank is not known');
    const scores: Shape = [
      known?.q[0] ?? lost,
      intOf(heads) ?? lost,
      known?.q[1] ?? lost,
      known?.k[1] ?? lost,
    ];
    const dim = last(query.shape);
    if (!q || !k || !v || typeof dim !== 'number')
      return withScores(context, spec(query.shape, dtype), scores, {
        op: 'opaque',
        reason: 'the shapes are not known',
      });
    const [kk, vv] = [k, v].map((ref) => repeated(context, ref, intOf(heads)));
    const { attended, scores: given } = attend(
      context,
      { q, k: kk, v: vv, gate },
      intOf(heads),
      [-1],
      scores,
    );
    const projected = project(context, attended, {
      attribute: '_output_dense',
      name: 'attention_output',
      bound: 2,
      sizes: [int(dim)],
    });
    if (!projected) return withScores(context, spec(query.shape, dtype), scores);
    const [made] = context.step({
      type: 'Identity',
      primitive: { op: 'identity' },
      inputs: [projected],
      outputs: [spec(query.shape, dtype)],
    });
    return withScores(context, made, given);
  },
  fallback: (config, [query]) => [spec(query.shape, computeDtype(config))],
};
