/** MultiHeadAttention. Source: Keras `layers/attention/multi_head_attention.py`. */
import type { Dim, Shape } from '../../../graph/graph';
import { int, type Value } from '../../../python/values';
import { computeDtype, elementsOf, intOf, requireNames } from '../../arguments';
import { type Config, type LayerDefinition, type TensorSpec } from '../../definition';
import { isKnownRank, unknownDim } from '../../dims';
import { signature } from '../../signature';
import { spec } from '../shared';
import {
  CHECKED,
  MASKS,
  attend,
  last,
  project,
  queryValueKey,
  requireCount,
  requireSameLength,
  refuseFlashDropout,
  requireWindow,
  withScores,
} from './projections';

/** Trailing axes of the output: `output_shape`, else the query's last length. */
function outputSizes(config: Config, query: TensorSpec): Value[] | null {
  const value = config.value('output_shape');
  if (value.kind === 'none' || intOf(value) === 0) {
    const dim = last(query.shape);
    return typeof dim === 'number' ? [int(dim)] : null;
  }
  return intOf(value) !== null ? [value] : ([...(elementsOf(value) ?? [])] as Value[]);
}

function multiHeadOutput(config: Config, query: TensorSpec): Shape {
  const value = config.value('output_shape');
  if (value.kind === 'none' || !isKnownRank(query.shape)) return query.shape;
  const one = intOf(value);
  const sizes =
    one !== null
      ? [one]
      : elementsOf(value)?.map(
          (element) => intOf(element) ?? unknownDim('the argument output_shape is not known'),
        );
  if (!sizes) return { kind: 'unknown', reason: 'the argument output_shape is not known' };
  return sizes.length ? [...query.shape.slice(0, -1), ...sizes] : query.shape;
}

/** Shape of the scores that are computed: axes that are not attended over, heads, attended axes of query and key. */
function computedScores(config: Config, query: Shape, key: Shape, heads: Dim): Shape {
  if (!isKnownRank(query) || !isKnownRank(key)) return { kind: 'unknown', reason: 'the rank is not known' };
  const given = config.isNone('attention_axes') ? null : config.value('attention_axes');
  const axes =
    given === null
      ? query.slice(1, -1).map((_, i) => i + 1)
      : [...(elementsOf(given) ?? [given])].map((axis) => intOf(axis));
  if (
    axes.some((axis) => axis === null || axis < 1 || axis >= query.length - 1) ||
    key.length !== query.length
  )
    return { kind: 'unknown', reason: 'which axes are attended over is not known' };
  const free = query.slice(0, -1).filter((_, i) => !axes.includes(i));
  return [...free, heads, ...axes.map((axis) => query[axis!]), ...axes.map((axis) => key[axis!])];
}

export const multiHeadAttention: LayerDefinition = {
  name: 'MultiHeadAttention',
  parameters:
    signature(`num_heads, key_dim, value_dim=None, dropout=0.0, use_bias=True, output_shape=None, attention_axes=None,
    sliding_window=None, flash_attention=None, kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None,
    bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None, use_gate=False, seed=None`),
  callParameters: signature(`query, value, key=None, ${MASKS}`),
  configure(config) {
    requireCount(config, 'num_heads');
    requireCount(config, 'key_dim');
    requireCount(config, 'value_dim', true);
    requireNames(config, ...CHECKED);
    requireWindow(config);
    refuseFlashDropout(config);
  },
  call(context) {
    const { config } = context;
    const dtype = computeDtype(config);
    const parts = queryValueKey(context);
    const [query] = context.inputs;
    const output = multiHeadOutput(config, query);
    if (parts === null)
      return {
        outputs: [spec(output, dtype)],
        primitive: { op: 'opaque', reason: 'the value is not known' },
      };
    requireSameLength(parts.value, parts.key);
    const heads = config.value('num_heads');
    const keyDim = config.value('key_dim');
    const valueDim =
      config.isNone('value_dim') || intOf(config.value('value_dim')) === 0
        ? keyDim
        : config.value('value_dim');
    const q = project(context, parts.query, {
      attribute: '_query_dense',
      name: 'query',
      bound: 1,
      sizes: [heads, keyDim],
    });
    const k = project(context, parts.key, {
      attribute: '_key_dense',
      name: 'key',
      bound: 1,
      sizes: [heads, keyDim],
    });
    const gate =
      config.flag('use_gate') === true
        ? project(context, parts.query, {
            attribute: '_gate_dense',
            name: 'gate',
            bound: 1,
            sizes: [heads, valueDim],
            activation: 'sigmoid',
          })
        : undefined;
    const v = project(context, parts.value, {
      attribute: '_value_dense',
      name: 'value',
      bound: 1,
      sizes: [heads, valueDim],
    });
    const length = isKnownRank(query.shape)
      ? (query.shape[1] ?? unknownDim('too few axes'))
      : unknownDim('the rank is not known');
    const batch = isKnownRank(query.shape) ? query.shape[0] : unknownDim('the rank is not known');
    const headCount = intOf(heads);
    const headDim = headCount ?? unknownDim('num_heads is not known');
    // What Keras states of scores that it does not compute has the query's length on both axes.
    const scores: Shape = context.computes
      ? computedScores(config, query.shape, parts.key.shape, headDim)
      : [batch, headDim, length, length];
    if (!q || !k || !v || !isKnownRank(q.shape))
      return withScores(context, spec(output, dtype), scores, {
        op: 'opaque',
        reason: 'the shapes are not known',
      });
    const rank = q.shape.length;
    const axes = config.isNone('attention_axes')
      ? Math.max(0, rank - 3)
      : (elementsOf(config.value('attention_axes'))?.length ?? 1);
    const scoresRank = rank - 1 + axes;
    const { attended, scores: given } = attend(
      context,
      { q, k, v, gate },
      headCount,
      Array.from({ length: axes }, (_, i) => scoresRank - axes + i),
      scores,
    );
    const sizes = outputSizes(config, query);
    const projected =
      sizes &&
      project(context, attended, { attribute: '_output_dense', name: 'attention_output', bound: 2, sizes });
    if (!projected) return withScores(context, spec(output, dtype), scores);
    const [made] = context.step({
      type: 'Identity',
      primitive: { op: 'identity' },
      inputs: [projected],
      outputs: [spec(output, dtype)],
    });
    return withScores(context, made, given);
  },
  fallback: (config, [query]) => [spec(multiHeadOutput(config, query), computeDtype(config))],
};
