/** Lowers attention between positions: scores, softmax, weighted sum; with several heads or one, dot-product or additive. */
import { add, input, mul, num, unary } from '../../expression';
import { sizeOf } from '../../ops';
import { CannotRun, type PlanTensor } from '../plan';
import type { Layer } from '../../../graph/graph';
import type { LowerContext, PrimitiveOf } from './context';

type Attention = PrimitiveOf<'attention'>;

const MASKS = ['mask', 'attention_mask', 'query_mask', 'value_mask', 'key_mask'];

export function lowerAttention(context: LowerContext, primitive: Attention): (PlanTensor | null)[] {
  refuseMasks(context, primitive);
  const owner = ownerOf(context);
  const single = owner?.builtin === 'Attention' || owner?.builtin === 'AdditiveAttention';
  const [output, scores] = single ? oneHead(context, primitive) : manyHeads(context, primitive, owner);
  return context.node.outputs.map((_, index) => (index === 0 ? output : index === 1 ? scores : null));
}

/** The layer whose step this is. */
function ownerOf(context: LowerContext): Layer | null {
  if (context.layer) return context.layer;
  const parent = context.node.parent === null ? null : context.graph.nodes[context.node.parent];
  return parent === null || parent.layer === null ? null : context.graph.layers[parent.layer];
}

function refuseMasks(context: LowerContext, primitive: Attention): void {
  if (primitive.mode === 'other') throw new CannotRun('this kind of attention cannot be computed here');
  if (primitive.causal === null) throw new CannotRun('whether it masks later positions is not known');
  const parent = context.node.parent === null ? null : context.graph.nodes[context.node.parent];
  const given = [context.node, parent].flatMap((node) => (node ? Object.keys(node.args) : []));
  if (given.some((name) => MASKS.includes(name)))
    throw new CannotRun('attention under a given mask cannot be computed here');
  if (primitive.causal === undefined && given.includes('use_causal_mask'))
    throw new CannotRun('whether it masks later positions is not known');
}

/** Query, value and (else the value) key, `[batch, positions, width]`. */
function oneHead(context: LowerContext, primitive: Attention): [PlanTensor, PlanTensor] {
  const { builder, inputs } = context;
  const [query, value, key = value] = inputs;
  if (!query || !value || query.shape.length !== 3) throw new CannotRun('its query and value are not known');
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
  const weights = builder.softmax(causal(context, primitive, scores), [2], false);
  return [builder.matmul(weights, value), weights];
}

/** `softmax(q·kᵀ/√width)·v` over `[batch, positions…, heads, width]`; all position axes are attended together. */
function manyHeads(
  context: LowerContext,
  primitive: Attention,
  owner: Layer | null,
): [PlanTensor, PlanTensor | null] {
  const { builder, inputs } = context;
  if (inputs.length !== 3) throw new CannotRun('its query, key and value are not all known');
  if (primitive.mode !== 'dot') throw new CannotRun('this kind of attention cannot be computed here');
  const rank = inputs[0].shape.length;
  if (rank < 4) throw new CannotRun('its heads are not known');
  if (rank > 4 && owner?.config['attention_axes'] != null)
    throw new CannotRun('attention over some axes only cannot be computed here');
  if (owner?.config['sliding_window'] != null)
    throw new CannotRun('attention within a sliding window cannot be computed here');
  const [q, k, v] = inputs.map((tensor) => {
    const [n] = tensor.shape;
    const [heads, width] = tensor.shape.slice(-2);
    const flat = builder.reshape(tensor, [n, sizeOf(tensor.shape.slice(1, -2)), heads, width]);
    return builder.transpose(flat, [0, 2, 1, 3]);
  });
  if (q.shape[1] !== k.shape[1] || k.shape[1] !== v.shape[1])
    throw new CannotRun('queries and keys of different numbers of heads cannot be computed here');
  const width = q.shape[3];
  const scores = builder.map(mul(input(0), num(1 / Math.sqrt(width))), [
    builder.matmul(q, k, { transposeB: true }),
  ]);
  const weights = builder.softmax(causal(context, primitive, scores), [3], false);
  const mixed = builder.transpose(builder.matmul(weights, v), [0, 2, 1, 3]);
  return [builder.reshape(mixed, [...inputs[0].shape.slice(0, -1), v.shape[3]]), weights];
}

/** Keeps positions from looking ahead: later ones get a score that softmax turns into zero. */
function causal(context: LowerContext, primitive: Attention, scores: PlanTensor): PlanTensor {
  if (!primitive.causal) return scores;
  const [rows, columns] = scores.shape.slice(-2);
  const mask = context.builder.constant([rows, columns], [], () =>
    Float32Array.from({ length: rows * columns }, (_, i) =>
      i % columns > Math.floor(i / columns) ? -1e9 : 0,
    ),
  );
  return context.builder.map(add(input(0), input(1)), [scores, mask]);
}
