/** Attention, AdditiveAttention, MultiHeadAttention and GroupQueryAttention. Sources: Keras `layers/attention/*.py`. */
import type { Dim, Known, Primitive, Shape } from '../../graph/graph';
import { NONE, int, list, str, tuple, type Value } from '../../python/values';
import {
  argumentError,
  computeDtype,
  didYouMean,
  elementsOf,
  intOf,
  requireNames,
  variables,
} from '../arguments';
import {
  KerasError,
  type CallContext,
  type CallResult,
  type Config,
  type LayerDefinition,
  type TensorRef,
  type TensorSpec,
} from '../definition';
import { isKnownRank, unknownDim } from '../dims';
import { closest } from '../names';
import { argumentText, tupleText } from '../pythonText';
import { signature } from '../signature';
import { lengthOf, sublayer } from './compound';
import { spec } from './shared';

const last = (shape: Shape): Dim =>
  isKnownRank(shape) ? (shape[shape.length - 1] ?? unknownDim('no axes')) : unknownDim(shape.reason);
const lengthBefore = (shape: Shape): Dim =>
  isKnownRank(shape) ? (shape[shape.length - 2] ?? unknownDim('too few axes')) : unknownDim(shape.reason);

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

function wantsScores(context: CallContext): boolean | undefined {
  const value = context.callArgs.get('return_attention_scores');
  return value === undefined ? false : context.machine.truth(value);
}

/** Output and, if wanted, scores. */
function withScores(
  context: CallContext,
  output: TensorSpec | TensorRef,
  scores: Shape,
  primitive?: Primitive,
): CallResult {
  const wanted = wantsScores(context);
  if (wanted === undefined) {
    const reason = 'whether scores are returned is not known';
    return { outputs: [spec({ kind: 'unknown', reason }, output.dtype)], primitive, unknown: reason };
  }
  if (!wanted) return { outputs: [output], primitive };
  return { outputs: [output, spec(scores, output.dtype)], structure: 'tuple', primitive };
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
      const shape: Shape = isKnownRank(query.shape)
        ? [...query.shape.slice(0, -1), last(value.shape)]
        : query.shape;
      const scores: Shape = isKnownRank(query.shape)
        ? [...query.shape.slice(0, -1), lengthBefore(key.shape)]
        : query.shape;
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

const MASKS =
  'query_mask=None, value_mask=None, key_mask=None, attention_mask=None, return_attention_scores=False, training=None, use_causal_mask=False';
const CHECKED = [
  'kernel_initializer',
  'bias_initializer',
  'kernel_regularizer',
  'bias_regularizer',
  'kernel_constraint',
  'bias_constraint',
];

/** A positive integer; `optional` lets None pass. */
function requireCount(config: Config, name: string, optional = false): void {
  const value = config.value(name);
  const count = intOf(value);
  if (
    value.kind === 'none'
      ? optional
      : count === null
        ? !['float', 'str', 'tuple', 'list'].includes(value.kind)
        : count > 0
  )
    return;
  const text = argumentText(config, name);
  argumentError(
    'attention-size',
    name,
    `\`${name}\` must be a positive integer, not ${text}.`,
    `Received an invalid value for argument \`${name}\`, expected a positive integer${optional ? ' or `None`' : ''}. Received: ${name}=${text}`,
    { received: text },
  );
}

/** Arguments that all projections share. */
function common(config: Config): Record<string, Value> {
  const keywords: Record<string, Value> = {};
  for (const name of CHECKED) if (config.given(name)) keywords[name] = config.value(name);
  if (config.given('dtype')) keywords.dtype = config.value('dtype');
  return keywords;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Keras' `_build_proj_equation`: free axes, contracted axes, new axes. */
function projection(
  free: number,
  bound: number,
  made: number,
): { equation: string; bias: string; rank: number } {
  const a = LETTERS.slice(0, free);
  const b = LETTERS.slice(free, free + bound);
  const c = LETTERS.slice(free + bound, free + bound + made);
  return { equation: `${a}${b},${b}${c}->${a}${c}`, bias: c, rank: free + made };
}

interface Projection {
  readonly attribute: string;
  readonly name: string;
  readonly bound: number;
  readonly sizes: readonly Value[];
  readonly activation?: string;
}

/** Projects `input` by an EinsumDense sublayer; undefined when its rank is not known or the class cannot be had. */
function project(
  context: CallContext,
  input: TensorRef,
  { attribute, name, bound, sizes, activation }: Projection,
): TensorRef | undefined {
  if (!isKnownRank(input.shape)) return undefined;
  const { equation, bias, rank } = projection(input.shape.length - bound, bound, sizes.length);
  const open = Array<Value>(Math.max(0, rank - 1 - sizes.length)).fill(NONE);
  const layer = sublayer(context, attribute, 'EinsumDense', {
    equation: str(equation),
    output_shape: list([...open, ...sizes]),
    bias_axes: context.config.flag('use_bias') === false ? NONE : str(bias),
    name: str(name),
    ...(activation ? { activation: str(activation) } : {}),
    ...common(context.config),
  });
  return layer && context.tensor(context.callLayer(layer, [input]));
}

/** Keras' check that keys and values belong together. */
function requireSameLength(value: TensorSpec, key: TensorSpec): void {
  if (!isKnownRank(value.shape) || !isKnownRank(key.shape)) return;
  const [a, b] = [value.shape.slice(1, -1), key.shape.slice(1, -1)];
  const differ =
    a.length !== b.length ||
    a.some((dim, i) => typeof dim === 'number' && typeof b[i] === 'number' && dim !== b[i]);
  if (!differ) return;
  throw new KerasError(
    'attention-shape',
    `Keys and values must have the same positions, but have ${tupleText(key.shape)} and ${tupleText(value.shape)}.`,
    `All dimensions of \`value\` and \`key\`, except the last one, must be equal. Received: value_shape=${tupleText(value.shape)} and key_shape=${tupleText(key.shape)}`,
    { callArgument: 'key' },
  );
}

/** Whether the call asks for a causal mask; null when that is not known. */
function causal(context: CallContext): Known<boolean> {
  const value = context.callArgs.get('use_causal_mask');
  if (value === undefined || value.kind === 'none') return false;
  return value.kind === 'bool' ? value.value : null;
}

/** Query, value and key of a call; null when value is not known. */
function queryValueKey(context: CallContext): { query: TensorRef; value: TensorRef; key: TensorRef } | null {
  const [query] = context.inputs;
  const valueArgument = context.callArgs.get('value');
  const value = valueArgument && context.tensor(valueArgument);
  const keyArgument = context.callArgs.get('key');
  const key = keyArgument === undefined || keyArgument.kind === 'none' ? value : context.tensor(keyArgument);
  return query && value && key ? { query, value, key } : null;
}

/** Scores and weighted sum, then the output projection. `heads` may be null. */
function attend(
  context: CallContext,
  parts: { q: TensorRef; k: TensorRef; v: TensorRef; gate?: TensorRef },
  heads: Known<number>,
  softmaxAxes: readonly number[],
): TensorRef {
  const { config } = context;
  const dtype = computeDtype(config);
  // The helper layers that Keras makes here take part in automatic names.
  sublayer(context, '_softmax', 'Softmax', { axis: tuple(softmaxAxes.map(int)) });
  sublayer(context, '_dropout_layer', 'Dropout', { rate: config.value('dropout') });
  const q = parts.q.shape as readonly Dim[];
  const [attended] = context.step({
    type: 'Attention',
    primitive: {
      op: 'attention',
      heads,
      keyDim: lengthOf(last(parts.k.shape)),
      valueDim: lengthOf(last(parts.v.shape)),
      mode: 'dot',
      causal: causal(context),
    },
    inputs: [parts.q, parts.k, parts.v],
    outputs: [spec([...q.slice(0, -1), last(parts.v.shape)], dtype)],
  });
  if (!parts.gate) return attended;
  return context.step({
    type: 'Multiply',
    primitive: { op: 'elementwise', fn: 'multiply' },
    inputs: [attended, parts.gate],
    outputs: [spec(attended.shape, dtype)],
  })[0];
}

const multiHeadAttention: LayerDefinition = {
  name: 'MultiHeadAttention',
  parameters:
    signature(`num_heads, key_dim, value_dim=None, dropout=0.0, use_bias=True, output_shape=None, attention_axes=None,
    sliding_window=None, flash_attention=None, kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None,
    bias_regularizer=None, kernel_constraint=None, bias_constraint=None, use_gate=False, seed=None`),
  callParameters: signature(`query, value, key=None, ${MASKS}`),
  configure(config) {
    requireCount(config, 'num_heads');
    requireCount(config, 'key_dim');
    requireCount(config, 'value_dim', true);
    requireNames(config, ...CHECKED);
    requireWindow(config);
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
    // Keras states the query's length on both axes.
    const scores: Shape = [batch, headCount ?? unknownDim('num_heads is not known'), length, length];
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
    const attended = attend(
      context,
      { q, k, v, gate },
      headCount,
      Array.from({ length: axes }, (_, i) => scoresRank - axes + i),
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
    return withScores(context, made, scores);
  },
  fallback: (config, [query]) => [spec(multiHeadOutput(config, query), computeDtype(config))],
};

/** `sliding_window` must be None or a positive integer. */
function requireWindow(config: Config): void {
  const value = config.value('sliding_window');
  const size = intOf(value);
  if (
    value.kind === 'none' ||
    value.kind === 'unknown' ||
    value.kind === 'instance' ||
    (size !== null && size > 0)
  )
    return;
  const text = argumentText(config, 'sliding_window');
  argumentError(
    'attention-size',
    'sliding_window',
    `\`sliding_window\` must be None or a positive integer, not ${text}.`,
    `\`sliding_window\` must be \`None\` or a positive integer. Received: sliding_window=${text}`,
  );
}

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
}

const groupQueryAttention: LayerDefinition = {
  name: 'GroupQueryAttention',
  autoName: 'grouped_query_attention',
  parameters:
    signature(`head_dim, num_query_heads, num_key_value_heads, dropout=0.0, use_bias=True, sliding_window=None,
    flash_attention=None, kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None,
    kernel_constraint=None, bias_constraint=None, use_gate=False, seed=None`),
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
    const q = project(context, parts.query, {
      attribute: '_query_dense',
      name: 'query',
      bound: 1,
      sizes: [heads, head],
    });
    const k = project(context, parts.key, {
      attribute: '_key_dense',
      name: 'key',
      bound: 1,
      sizes: [groups, head],
    });
    const gate =
      config.flag('use_gate') === true
        ? project(context, parts.query, {
            attribute: '_gate_dense',
            name: 'gate',
            bound: 1,
            sizes: [heads, head],
            activation: 'sigmoid',
          })
        : undefined;
    const v = project(context, parts.value, {
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
    const attended = attend(context, { q, k: kk, v: vv, gate }, intOf(heads), [-1]);
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
    return withScores(context, made, scores);
  },
  fallback: (config, [query]) => [spec(query.shape, computeDtype(config))],
};

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

export const attentions: readonly LayerDefinition[] = [
  dotAttention('Attention'),
  dotAttention('AdditiveAttention'),
  multiHeadAttention,
  groupQueryAttention,
];
