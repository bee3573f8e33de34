/** Lowers attention between positions: scores, softmax, weighted sum; with several heads or one, dot-product or additive. */
import { add, input, mul, num, select, unary } from '../../expression';
import { sizeOf } from '../../ops';
import { CannotRun, type PlanTensor } from '../plan';
import type { Layer, Node } from '../../../graph/graph';
import type { LowerContext, PrimitiveOf } from './context';

type Attention = PrimitiveOf<'attention'>;

export function lowerAttention(context: LowerContext, primitive: Attention): (PlanTensor | null)[] {
  if (primitive.mode === 'other') throw new CannotRun('this kind of attention cannot be computed here');
  if (primitive.causal === null) throw new CannotRun('whether it masks later positions is not known');
  const call = callOf(context);
  const single = call.layer?.builtin === 'Attention' || call.layer?.builtin === 'AdditiveAttention';
  if (primitive.causal === undefined && 'use_causal_mask' in call.node.args)
    throw new CannotRun('whether it masks later positions is not known');
  const [output, scores] = single ? oneHead(context, primitive) : manyHeads(context, primitive, call);
  return context.node.outputs.map((_, index) => (index === 0 ? output : index === 1 ? scores : null));
}

/** The layer's call of which this is a step (or which it is), as the arguments were given to it. */
interface Call {
  readonly layer: Layer | null;
  readonly node: Node;
  readonly context: LowerContext;
}

function callOf(context: LowerContext): Call {
  const { graph, node } = context;
  const parent = node.parent === null ? null : graph.nodes[node.parent];
  if (context.layer || parent === null || parent.layer === null)
    return { layer: context.layer, node, context };
  return { layer: graph.layers[parent.layer], node: parent, context: context.at(parent) };
}

/** A mask as it joins scores `[batch, (heads,) queries, keys]`, with the axes that it lacks. */
type Spread = (shape: readonly number[]) => readonly number[];

/** Scores of masked positions give way to one that softmax turns into zero. */
function applyMask(context: LowerContext, scores: PlanTensor, mask: PlanTensor, spread: Spread): PlanTensor {
  const shape = spread(mask.shape);
  const fits =
    shape.length === scores.shape.length &&
    shape.every((length, d) => length === 1 || length === scores.shape[d]);
  if (!fits) throw new CannotRun(`a mask of shape (${mask.shape.join(', ')}) cannot be computed here`);
  return context.builder.map(select(input(1), input(0), num(-1e9)), [
    scores,
    context.builder.reshape(mask, shape),
  ]);
}

/** Query, value and (else the value) key, `[batch, positions, width]`. */
function oneHead(context: LowerContext, primitive: Attention): [PlanTensor, PlanTensor] {
  const { builder, inputs } = context;
  const [query, value, third] = inputs;
  const [queryMask = null, valueMask = null] = context.givenTensors('mask');
  const key = third && third.shape.length === 3 && context.given('mask') === null ? third : value;
  if (!query || !value || query.shape.length !== 3) throw new CannotRun('its query and value are not known');
  if (third && key === value) throw new CannotRun('which of its tensors is the key is not known');
  const scale = context.hasWeight('scale') ? context.weight('scale') : null;
  let scores: PlanTensor;
  if (primitive.mode === 'dot') {
    const products = builder.matmul(query, key, { transposeB: true });
    scores = scale ? builder.map(mul(input(0), input(1)), [products, scale]) : products;
  } else {
    const [n, t, width] = query.shape;
    const q = builder.reshape(query, [n, t, 1, width]);
    const k = builder.reshape(key, [n, 1, key.shape[1], width]);
    const concat = context.hasWeight('concat_score_weight') ? context.weight('concat_score_weight') : null;
    const sum = add(input(0), input(1));
    // AdditiveAttention scales the tanh, Attention's concat mode what goes into it.
    const inner = !scale
      ? unary('tanh', sum)
      : concat
        ? unary('tanh', mul(input(2), sum))
        : mul(input(2), unary('tanh', sum));
    const total = builder.reduce('sum', builder.map(inner, scale ? [q, k, scale] : [q, k]), [3], false);
    scores = concat ? builder.map(mul(input(0), input(1)), [total, concat]) : total;
  }
  scores = band(context, scores, primitive.causal === true, null);
  if (valueMask) scores = applyMask(context, scores, valueMask, ([n, s]) => [n, 1, s]);
  const weights = builder.softmax(scores, [2], false);
  const mixed = builder.matmul(weights, value);
  if (!queryMask) return [mixed, weights];
  const [n, t] = queryMask.shape;
  return [builder.map(mul(input(0), input(1)), [mixed, builder.reshape(queryMask, [n, t, 1])]), weights];
}

/** `softmax(q·kᵀ/√width)·v` over `[batch, positions…, heads, width]`; axes that are not attended join the batch. */
function manyHeads(context: LowerContext, primitive: Attention, call: Call): [PlanTensor, PlanTensor | null] {
  const { builder, inputs } = context;
  if (inputs.length !== 3) throw new CannotRun('its query, key and value are not all known');
  if (primitive.mode !== 'dot') throw new CannotRun('this kind of attention cannot be computed here');
  const rank = inputs[0].shape.length;
  if (rank < 4) throw new CannotRun('its heads are not known');
  const attended = attendedAxes(call, rank);
  const rest = Array.from({ length: rank - 3 }, (_, d) => d + 1).filter((axis) => !attended.includes(axis));
  const order = [0, ...rest, rank - 2, ...attended, rank - 1];
  const [q, k, v] = inputs.map((tensor) => {
    const moved = builder.transpose(tensor, order).shape;
    const outer = sizeOf(moved.slice(0, rest.length + 2));
    return builder.reshape(builder.transpose(tensor, order), [
      outer,
      sizeOf(moved.slice(rest.length + 2, -1)),
      moved[rank - 1],
    ]);
  });
  if (q.shape[0] !== k.shape[0] || k.shape[0] !== v.shape[0])
    throw new CannotRun('queries and keys of different numbers of heads cannot be computed here');
  const heads = inputs[0].shape[rank - 2];
  const lead = [...order.slice(0, rest.length + 1).map((axis) => inputs[0].shape[axis]), heads];
  const scaled = builder.map(mul(input(0), num(1 / Math.sqrt(q.shape[2]))), [
    builder.matmul(q, k, { transposeB: true }),
  ]);
  let scores = band(context, scaled, primitive.causal === true, slidingWindow(call));
  const masks = masksOf(call);
  if (masks.length > 0 && rest.length > 0)
    throw new CannotRun('attention over some axes only cannot be computed here under a mask');
  scores = builder.reshape(scores, [...lead, ...scores.shape.slice(1)]);
  for (const { mask, spread } of masks) scores = applyMask(context, scores, mask, spread);
  let weights = builder.softmax(scores, [scores.shape.length - 1], false);
  // Where Keras does not use its fused kernel, wholly masked rows are zeros rather than averages.
  if (masks.length > 0 && !fused(call, rank))
    for (const { mask, spread } of masks)
      weights = builder.map(mul(input(0), input(1)), [weights, builder.reshape(mask, spread(mask.shape))]);
  const flat = builder.reshape(weights, [q.shape[0], ...weights.shape.slice(-2)]);
  const mixed = builder.matmul(flat, v);
  const full = builder.reshape(mixed, [
    ...order.slice(0, -1).map((axis) => inputs[0].shape[axis]),
    v.shape[2],
  ]);
  const positions = (tensor: PlanTensor): number[] => attended.map((axis) => tensor.shape[axis]);
  const result = builder.transpose(
    full,
    order.map((_, axis) => order.indexOf(axis)),
  );
  return [result, builder.reshape(weights, [...lead, ...positions(inputs[0]), ...positions(inputs[1])])];
}

function attendedAxes({ layer }: Call, rank: number): number[] {
  const all = Array.from({ length: rank - 3 }, (_, d) => d + 1);
  if (layer && 'attention_axes' in layer.unknowns)
    throw new CannotRun('over which axes it attends is not known');
  const given = layer?.config['attention_axes'] ?? null;
  if (given === null) return all;
  const axes = (Array.isArray(given) ? given : [given]) as readonly number[];
  const own = axes.map((axis) => (axis < 0 ? axis + rank - 1 : axis));
  if (own.some((axis) => !all.includes(axis))) throw new CannotRun('over which axes it attends is not known');
  return own;
}

function slidingWindow({ layer }: Call): number | null {
  const given = layer?.config['sliding_window'] ?? null;
  if (given !== null && typeof given !== 'number') throw new CannotRun('its sliding window is not known');
  return given;
}

/** The masks that were given or rode on query, value and key, and how they join the scores. */
function masksOf({ context }: Call): { readonly mask: PlanTensor; readonly spread: Spread }[] {
  const take = (name: string, spread: Spread): { mask: PlanTensor; spread: Spread }[] => {
    const mask = context.givenTensor(name);
    return mask ? [{ mask, spread }] : [];
  };
  return [
    ...take('query_mask', ([n, t]) => [n, 1, t, 1]),
    ...take('value_mask', ([n, s]) => [n, 1, 1, s]),
    ...take('key_mask', ([n, s]) => [n, 1, 1, s]),
    ...take('attention_mask', (shape) =>
      shape.length === 3 ? [shape[0], 1, ...shape.slice(1)] : shape.length === 2 ? [1, 1, ...shape] : shape,
    ),
  ];
}

function fused({ layer, context }: Call, rank: number): boolean {
  const dropout = layer?.config['dropout'] ?? 0;
  if (typeof dropout !== 'number') throw new CannotRun('its dropout is not known');
  return dropout === 0 && context.given('return_attention_scores') !== true && rank === 4;
}

/** Keeps positions from looking ahead, or further than a window. */
function band(context: LowerContext, scores: PlanTensor, causal: boolean, window: number | null): PlanTensor {
  if (!causal && window === null) return scores;
  const [rows, columns] = scores.shape.slice(-2);
  const mask = context.builder.constant([rows, columns], [], () =>
    Float32Array.from({ length: rows * columns }, (_, i) => {
      const ahead = (i % columns) - Math.floor(i / columns);
      return (causal && ahead > 0) || (window !== null && Math.abs(ahead) >= window) ? -1e9 : 0;
    }),
  );
  return context.builder.map(add(input(0), input(1)), [scores, mask]);
}
