/** Draws operations on tensors: Python's operators, indexing, `keras.ops`. */
import { call, ints, quoted, ref, text, tuple, list, type Argument, type Expression } from '../expression';
import type { Random } from '../random';
import { drawTemplate } from './templates';

/** A tensor that a program has made so far: its name and, as far as known, its shape with the batch axis. */
export interface Made {
  readonly name: string;
  readonly shape: readonly (number | null)[];
  readonly dtype: string;
}

const UNARY = [
  'relu', 'sigmoid', 'tanh', 'softmax', 'gelu', 'silu', 'log_softmax', 'elu', 'abs', 'exp', 'sqrt', 'square', 'negative', 'sign', 'floor',
  'ceil', 'round', 'log', 'log1p', 'isnan', 'logical_not', 'ones_like', 'zeros_like', 'sin', 'cos', 'stop_gradient', 'isfinite', 'reciprocal',
  'hard_sigmoid', 'leaky_relu', 'softplus', 'erf', 'rsqrt', 'relu6', 'selu', 'arctan', 'expm1',
]; // prettier-ignore
const BINARY = [
  'add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum', 'power', 'equal', 'greater', 'less_equal', 'logical_and', 'floor_divide',
  'mod', 'arctan2', 'not_equal', 'true_divide', 'squared_difference',
].filter((name) => name !== 'squared_difference'); // prettier-ignore
const REDUCE = [
  'sum',
  'mean',
  'max',
  'min',
  'prod',
  'std',
  'var',
  'any',
  'all',
  'argmax',
  'argmin',
  'amax',
  'logsumexp',
  'median',
  'count_nonzero',
  'cumsum',
  'sort',
  'argsort',
  'norm',
];
const OPERATORS = ['+', '-', '*', '/', '**', '//', '%', '>', '<=', '==', '!='];

/** One index per axis of a subscript. */
function subscript(random: Random, shape: readonly (number | null)[]): string {
  const entry = (dim: number | null, i: number): string => {
    if (i === 0) return ':';
    const bound = Math.max(1, dim ?? 3);
    return random.pick([
      ':', ':', '::2', '::-1', `:${random.int(1, bound)}`, `${random.int(0, bound)}:`, `-${random.int(1, bound)}:`, `:-1`, `1:${bound}:2`,
      String(random.int(0, bound - 1)), '-1', 'None',
    ]); // prettier-ignore
  };
  const entries = shape.slice(0, random.int(1, shape.length)).map(entry);
  if (random.chance(0.2)) return `[..., ${random.pick(['0', '-1', ':1', 'None', '::2'])}]`;
  return `[${entries.join(', ')}]`;
}

const axisArgument = (random: Random, rank: number, low = 1): Argument => ({
  name: 'axis',
  value: text(
    random.chance(0.6) ? -random.int(1, Math.max(1, rank - low)) : random.int(low, Math.max(low, rank - 1)),
  ),
});

type DrawOperation = (random: Random, tensor: Made, others: readonly Made[]) => Expression;

const operations: readonly DrawOperation[] = [
  (random, { name }) => call(`ops.${random.pick(UNARY)}`, [{ value: ref(name) }]),
  (random, { name }) => ({
    kind: 'binary',
    op: random.pick(OPERATORS),
    ...(random.chance(0.8) ? { left: ref(name), right: text(random.pick([2, 0.5, -1])) } : { left: text(random.pick([1, 2.0])), right: ref(name) }),
  }),
  (random, { name }, others) => ({ kind: 'binary', op: random.pick(OPERATORS), left: ref(name), right: ref(random.pick(others).name) }),
  (random, { name }, others) => call(`ops.${random.pick(BINARY)}`, [{ value: ref(name) }, { value: ref(random.pick(others).name) }]),
  (random, { name, shape }) => ({ kind: 'suffix', object: ref(name), text: subscript(random, shape) }),
  (random, { name, shape }) => {
    const fn = random.pick(REDUCE);
    const args: Argument[] = [{ value: ref(name) }, axisArgument(random, shape.length)];
    if (!/cumsum|sort|count/.test(fn) && random.chance(0.4)) args.push({ name: 'keepdims', value: text('True') });
    return call(`ops.${fn}`, args);
  },
  (random, { name, shape }) => call('ops.transpose', [{ value: ref(name) }, { value: ints([0, ...random.shuffle(shape.slice(1).map((_, i) => i + 1))]) }]),
  (random, { name, shape }) => call('ops.expand_dims', [{ value: ref(name) }, { value: text(random.int(-1, shape.length)) }]),
  (random, { name, shape }) => call('ops.squeeze', [{ value: ref(name) }, { name: 'axis', value: text(Math.max(1, shape.findIndex((dim, i) => i > 0 && dim === 1))) }]),
  (random, { name, shape }) => call('ops.reshape', [{ value: ref(name) }, { value: ints([-1, shape.slice(1).reduce<number>((a, b) => a * (b ?? 1), 1)]) }]),
  (random, { name }, others) => call(`ops.${random.pick(['concatenate', 'stack', 'hstack', 'vstack'].slice(0, random.chance(0.8) ? 2 : 4))}`, [{ value: list([ref(name), ref(random.pick(others).name)]) }]),
  (random, { name, shape }, others) => call('ops.concatenate', [{ value: list([ref(name), ref(random.pick(others).name)]) }, axisArgument(random, shape.length)]),
  (random, { name, shape }, others) => call('ops.stack', [{ value: tuple([ref(name), ref(random.pick(others).name)]) }, axisArgument(random, shape.length)]),
  (random, { name, shape }) => call('ops.repeat', [{ value: ref(name) }, { value: text(random.int(1, 3)) }, axisArgument(random, shape.length)]),
  (random, { name, shape }) => call('ops.tile', [{ value: ref(name) }, { value: ints(shape.map((_, i) => (i ? random.int(1, 2) : 1))) }]),
  (random, { name, shape }) => call('ops.flip', [{ value: ref(name) }, axisArgument(random, shape.length)]),
  (random, { name, shape }) => call('ops.roll', [{ value: ref(name) }, { value: text(1) }, axisArgument(random, shape.length)]),
  (random, { name, shape }) => call('ops.pad', [{ value: ref(name) }, { value: tuple(shape.map((_, i) => ints(i ? [random.int(0, 2), random.int(0, 2)] : [0, 0]))) }]),
  (random, { name, shape }) => call('ops.swapaxes', [{ value: ref(name) }, { value: text(1) }, { value: text(shape.length - 1) }]),
  (random, { name, shape }) => call('ops.moveaxis', [{ value: ref(name) }, { value: text(random.int(1, shape.length - 1)) }, { value: text(-1) }]),
  (random, { name }, others) => call('ops.matmul', [{ value: ref(name) }, { value: ref(random.pick(others).name) }]),
  (random, { name }) => call('ops.cast', [{ value: ref(name) }, { value: quoted(random.pick(['float16', 'int32', 'bool', 'float32'])) }]),
  (random, { name }, others) => call('ops.where', [{ value: { kind: 'binary', op: '>', left: ref(name), right: text(0) } }, { value: ref(name) }, { value: ref(random.pick(others).name) }]),
  (random, { name }) => call('ops.clip', [{ value: ref(name) }, { value: text(0) }, { value: text(random.pick([1, 6.0])) }]),
  (random, { name }) => call('ops.one_hot', [{ value: call('ops.cast', [{ value: ref(name) }, { value: quoted('int32') }]) }, { value: text(random.int(2, 5)) }]),
  (random, { name, shape }) => call('ops.take', [{ value: ref(name) }, { value: text(0) }, axisArgument(random, shape.length)]),
  (random, { name }) => call('ops.broadcast_to', [{ value: { kind: 'suffix', object: ref(name), text: '[:1]' } }, { value: ints([random.int(2, 3), 3]) }]),
  (_, { name, shape }) => call('ops.einsum', [{ value: quoted(`${'abcdefg'.slice(0, shape.length)}->${'abcdefg'.slice(0, shape.length - 1)}`) }, { value: ref(name) }]),
  (random, { name, shape }) => ({ kind: 'suffix', object: call('ops.split', [{ value: ref(name) }, { value: text(random.int(1, 3)) }, axisArgument(random, shape.length)]), text: '[0]' }),
  (random, { name }) => ({ kind: 'suffix', object: call('ops.top_k', [{ value: ref(name) }, { value: text(random.int(1, 2)) }]), text: '[0]' }),
  (random, { name }) => call('ops.max_pool', [{ value: ref(name) }, { value: text(2) }, { name: 'strides', value: text(random.int(1, 2)) }, { name: 'padding', value: quoted(random.pick(['same', 'valid'])) }]),
  (random, { name }) => call('ops.average_pool', [{ value: ref(name) }, { value: text(2) }, { name: 'padding', value: quoted(random.pick(['same', 'valid'])) }]),
  (random, { name, shape }) => call('ops.conv', [{ value: ref(name) }, { value: call('ops.ones', [{ value: ints([...shape.slice(1, -1).map(() => random.int(1, 3)), shape.at(-1) ?? 1, random.int(1, 4)]) }]) }, { name: 'padding', value: quoted(random.pick(['same', 'valid'])) }]),
  (random, { name }) => call('ops.image.resize', [{ value: ref(name) }, { value: ints([random.int(2, 9), random.int(2, 9)]) }]),
  (random, { name }) => call('ops.glu', [{ value: ref(name) }]),
  (random, { name }) => call('ops.depth_to_space', [{ value: ref(name) }, { value: text(2) }]),
  (_, { name }) => ({ kind: 'suffix', object: call('ops.unstack', [{ value: ref(name) }, { name: 'axis', value: text(-1) }]), text: '[0]' }),
]; // prettier-ignore

/** An expression of `tensor`, and sometimes another one of `others`. */
export function drawOperation(random: Random, tensor: Made, others: readonly Made[]): Expression {
  // A partner of the same shape fits most often; now and then any will do.
  const suited = others.filter(({ shape }) => JSON.stringify(shape) === JSON.stringify(tensor.shape));
  const partners = suited.length && random.chance(0.85) ? suited : others;
  if (random.chance(0.5)) return drawTemplate(random, tensor, random.pick(partners));
  return random.pick(operations)(random, tensor, partners);
}
