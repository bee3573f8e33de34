/** What attention layers share: optional scores, checks, projections by EinsumDense sublayers, scores and weighted sum. */
import type { Dim, Known, Primitive, Shape } from '../../../graph/graph';
import { NONE, int, list, str, tuple, type Value } from '../../../python/values';
import { argumentError, computeDtype, intOf } from '../../arguments';
import {
  KerasError,
  type CallContext,
  type CallResult,
  type Config,
  type TensorRef,
  type TensorSpec,
} from '../../definition';
import { isKnownRank, unknownDim } from '../../dims';
import { argumentText, tupleText } from '../../pythonText';
import { lengthOf, sublayer } from '../compound';
import { spec } from '../shared';

export const last = (shape: Shape): Dim =>
  isKnownRank(shape) ? (shape[shape.length - 1] ?? unknownDim('no axes')) : unknownDim(shape.reason);
export const lengthBefore = (shape: Shape): Dim =>
  isKnownRank(shape) ? (shape[shape.length - 2] ?? unknownDim('too few axes')) : unknownDim(shape.reason);

export function wantsScores(context: CallContext): boolean | undefined {
  const value = context.callArgs.get('return_attention_scores');
  return value === undefined ? false : context.machine.truth(value);
}

/** Output and, if wanted, scores. */
export function withScores(
  context: CallContext,
  output: TensorSpec | TensorRef,
  scores: Shape | TensorRef,
  primitive?: Primitive,
): CallResult {
  const wanted = wantsScores(context);
  if (wanted === undefined) {
    const reason = 'whether scores are returned is not known';
    return { outputs: [spec({ kind: 'unknown', reason }, output.dtype)], primitive, unknown: reason };
  }
  if (!wanted) return { outputs: [output], primitive };
  const made = 'tensor' in scores ? scores : spec(scores, output.dtype);
  return { outputs: [output, made], structure: 'tuple', primitive };
}

export const MASKS =
  'query_mask=None, value_mask=None, key_mask=None, attention_mask=None, return_attention_scores=False, training=None, use_causal_mask=False';
export const CHECKED = [
  'kernel_initializer',
  'bias_initializer',
  'kernel_regularizer',
  'bias_regularizer',
  'kernel_constraint',
  'bias_constraint',
];

/** A positive integer; `optional` lets None pass. */
export function requireCount(config: Config, name: string, optional = false): void {
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
export function common(config: Config): Record<string, Value> {
  const keywords: Record<string, Value> = {};
  for (const name of CHECKED) if (config.given(name)) keywords[name] = config.value(name);
  if (config.given('dtype')) keywords.dtype = config.value('dtype');
  return keywords;
}

export const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Keras' `_build_proj_equation`: free axes, contracted axes, new axes. */
export function projection(
  free: number,
  bound: number,
  made: number,
): { equation: string; bias: string; rank: number } {
  const a = LETTERS.slice(0, free);
  const b = LETTERS.slice(free, free + bound);
  const c = LETTERS.slice(free + bound, free + bound + made);
  return { equation: `${a}${b},${b}${c}->${a}${c}`, bias: c, rank: free + made };
}

export interface Projection {
  readonly attribute: string;
  readonly name: string;
  readonly bound: number;
  readonly sizes: readonly Value[];
  readonly activation?: string;
}

/** Projects `input` by an EinsumDense sublayer; undefined when its rank is not known or the class cannot be had. */
export function project(
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
export function requireSameLength(value: TensorSpec, key: TensorSpec): void {
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
export function causal(context: CallContext): Known<boolean> {
  const value = context.callArgs.get('use_causal_mask');
  if (value === undefined || value.kind === 'none') return false;
  return value.kind === 'bool' ? value.value : null;
}

/** Query, value and key of a call; null when value is not known. */
export function queryValueKey(
  context: CallContext,
): { query: TensorRef; value: TensorRef; key: TensorRef } | null {
  const [query] = context.inputs;
  const valueArgument = context.callArgs.get('value');
  const value = valueArgument && context.tensor(valueArgument);
  const keyArgument = context.callArgs.get('key');
  const key = keyArgument === undefined || keyArgument.kind === 'none' ? value : context.tensor(keyArgument);
  return query && value && key ? { query, value, key } : null;
}

/** Scores (with the shape that Keras states, where they are returned) and weighted sum. `heads` may be null. */
export function attend(
  context: CallContext,
  parts: { q: TensorRef; k: TensorRef; v: TensorRef; gate?: TensorRef },
  heads: Known<number>,
  softmaxAxes: readonly number[],
  scores: Shape,
): { readonly attended: TensorRef; readonly scores: TensorRef | Shape } {
  const { config } = context;
  const dtype = computeDtype(config);
  // The helper layers that Keras makes here take part in automatic names.
  sublayer(context, '_softmax', 'Softmax', { axis: tuple(softmaxAxes.map(int)) });
  sublayer(context, '_dropout_layer', 'Dropout', { rate: config.value('dropout') });
  const q = parts.q.shape as readonly Dim[];
  const [attended, made] = context.step({
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
    outputs: [
      spec([...q.slice(0, -1), last(parts.v.shape)], dtype),
      ...(wantsScores(context) === true ? [spec(scores, dtype)] : []),
    ],
  });
  if (!parts.gate) return { attended, scores: made ?? scores };
  const [gated] = context.step({
    type: 'Multiply',
    primitive: { op: 'elementwise', fn: 'multiply' },
    inputs: [attended, parts.gate],
    outputs: [spec(attended.shape, dtype)],
  });
  return { attended: gated, scores: made ?? scores };
}

/** Flash attention has no dropout. */
export function refuseFlashDropout(config: Config): void {
  if (config.flag('flash_attention') !== true || config.isNone('flash_attention')) return;
  const rate = config.float('dropout');
  if (rate === null || rate <= 0) return;
  argumentError(
    'flash-dropout',
    'dropout',
    'Flash attention does not go with dropout.',
    'Dropout is not supported when flash attention is enabled. Please set dropout to 0.0 to use flash attention.',
  );
}

/** `sliding_window` must be None or a positive integer. */
export function requireWindow(config: Config): void {
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
