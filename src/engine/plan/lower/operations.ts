/**
 * Operations that the graph names by Keras' class alone (their primitive is opaque: they have no receptive field or cost of their
 * own), computed from the arguments of the call. Sources: Keras `ops/numpy.py`, `ops/nn.py`, `ops/image.py`.
 */
import { convWindow } from '../../../keras/geometry';
import { add, binary, div, input, mul, num, sub, unary } from '../../expression';
import { sizeOf, type GatherAxis, type PatchesOp } from '../../ops';
import { keepAxis } from '../builder';
import { CannotRun, type PlanTensor } from '../plan';
import { einsum } from './einsum';
import type { LowerContext } from './context';

type Lowering = (context: LowerContext) => PlanTensor | readonly PlanTensor[];

const axisOf = (axis: number, rank: number): number => {
  const own = axis < 0 ? axis + rank : axis;
  if (own < 0 || own >= rank) throw new CannotRun(`axis ${axis} does not exist`);
  return own;
};

/** The axes in an argument, all of them when it is None. */
function axesIn(context: LowerContext, name = 'axis', place = 0): number[] {
  const rank = context.x.shape.length;
  const given = context.numbers(name, place);
  return given === null ? context.x.shape.map((_, d) => d) : given.map((axis) => axisOf(axis, rank));
}

const flat = ({ builder, x }: LowerContext): PlanTensor => builder.reshape(x, [sizeOf(x.shape)]);

/** One axis rearranged by whole numbers known now: `indices[o]` is where output `o` comes from. */
function pick(context: LowerContext, x: PlanTensor, axis: number, indices: readonly number[]): PlanTensor {
  const { builder } = context;
  const length = x.shape[axis];
  const own = indices.map((index) => (index < 0 ? index + length : index));
  if (own.some((index) => !Number.isInteger(index) || index < 0 || index >= length))
    throw new CannotRun(`an index is outside an axis of length ${length}`);
  // Rows of a table looked up by number: the axis comes first.
  const order = [axis, ...x.shape.map((_, d) => d).filter((d) => d !== axis)];
  const table = builder.transpose(x, order);
  const width = sizeOf(x.shape) / length;
  const rows = builder.constant([own.length], [], () => Float32Array.from(own));
  const looked = builder.emit(
    { kind: 'embedding', count: own.length, rows: length, width },
    [rows, table],
    [own.length, ...table.shape.slice(1)],
  );
  return builder.transpose(
    looked,
    x.shape.map((_, d) => order.indexOf(d)),
  );
}

const tile: Lowering = (context) => {
  const { x, builder } = context;
  const repeats = context.node.given?.['repeats'] ?? null;
  const factors = (Array.isArray(repeats) ? repeats : [repeats]) as readonly unknown[];
  const rank = Math.max(factors.length, x.shape.length);
  const shape = [...Array<number>(rank - x.shape.length).fill(1), ...x.shape];
  // A factor that depends on the batch is told by the length that results.
  const target = shape.map((length, d) => {
    const factor = factors[d - rank + factors.length] ?? 1;
    return typeof factor === 'number' ? length * factor : (context.outputLength(d) ?? NaN);
  });
  if (target.some((length) => !Number.isInteger(length)))
    throw new CannotRun('how often it repeats is not known');
  const axes = shape.map((length, d): GatherAxis =>
    length === 1 && target[d] !== 1
      ? { ...keepAxis(0), from: null }
      : target[d] === length
        ? keepAxis(d)
        : { ...keepAxis(d), outside: 'circular' },
  );
  return builder.gather(builder.reshape(x, shape), target, axes);
};

const repeat: Lowering = (context) => {
  const repeats = context.numbers('repeats', 0) ?? [];
  const given = context.argument('axis', 1);
  const x = given === null ? flat(context) : context.x;
  const axis = given === null ? 0 : axisOf(context.number('axis', 1, 0), x.shape.length);
  const counts = repeats.length === 1 ? x.shape.map(() => repeats[0])[axis] : null;
  if (counts !== null) {
    const shape = x.shape.map((length, d) => (d === axis ? length * counts : length));
    const axes = x.shape.map((_, d) => (d === axis ? { ...keepAxis(d), div: counts } : keepAxis(d)));
    return context.builder.gather(x, shape, axes);
  }
  return pick(
    context,
    x,
    axis,
    repeats.flatMap((count, i) => Array<number>(count).fill(i)),
  );
};

const take: Lowering = (context) => {
  const given = context.argument('axis', 1);
  const x = given === null ? flat(context) : context.x;
  const axis = given === null ? 0 : axisOf(context.number('axis', 1, 0), x.shape.length);
  const indices = context.argument('indices', 0);
  const around = (shape: readonly number[]): number[] => [
    ...x.shape.slice(0, axis),
    ...shape,
    ...x.shape.slice(axis + 1),
  ];
  if (indices !== null && typeof indices === 'object' && 'tensor' in indices) {
    // Numbers that only the run tells: rows of a table, which the first axis must be.
    if (axis !== 0) throw new CannotRun('it gathers along a later axis by computed indices');
    const places = context.resolve(indices.tensor);
    const width = sizeOf(x.shape.slice(1));
    return context.builder.emit(
      { kind: 'embedding', count: sizeOf(places.shape), rows: x.shape[0], width },
      [places, x],
      around(places.shape),
    );
  }
  const shape: number[] = [];
  for (let level: unknown = indices; Array.isArray(level); level = (level as unknown[])[0])
    shape.push(level.length);
  const list = (Array.isArray(indices) ? (indices as unknown[]).flat(8) : [indices]) as number[];
  return context.builder.reshape(pick(context, x, axis, list), around(shape));
};

const flip: Lowering = (context) => {
  const { x, builder } = context;
  const axes = axesIn(context);
  return builder.gather(
    x,
    x.shape,
    x.shape.map((length, d) =>
      axes.includes(d) ? { ...keepAxis(d), mul: -1, add: length - 1 } : keepAxis(d),
    ),
  );
};

const roll: Lowering = (context) => {
  const shifts = context.numbers('shift', 0) ?? [];
  const all = context.argument('axis', 1) === null;
  const x = all ? flat(context) : context.x;
  const axes = all ? [0] : axesIn(context, 'axis', 1);
  const rolled = context.builder.gather(
    x,
    x.shape,
    x.shape.map((length, d): GatherAxis => {
      const at = axes.indexOf(d);
      const shift = at < 0 ? 0 : (shifts[at] ?? shifts[0]) % length;
      return shift === 0 ? keepAxis(d) : { ...keepAxis(d), add: -shift, outside: 'circular' };
    }),
  );
  return context.builder.reshape(rolled, context.x.shape);
};

const cumsum: Lowering = (context) => {
  if (context.argument('exclusive', 1) === true || context.argument('reverse', 2) === true)
    throw new CannotRun('this running sum cannot be computed here');
  const all = context.argument('axis', 0) === null;
  const x = all ? flat(context) : context.x;
  const axis = all ? 0 : axisOf(context.number('axis', 0, 0), x.shape.length);
  return context.builder.emit(
    {
      kind: 'cumsum',
      outer: sizeOf(x.shape.slice(0, axis)),
      size: x.shape[axis],
      inner: sizeOf(x.shape.slice(axis + 1)),
    },
    [x],
    x.shape,
  );
};

const oneHot: Lowering = (context) => {
  const { x, builder } = context;
  const classes = context.number('num_classes', 0, NaN);
  const rank = x.shape.length + 1;
  const axis = axisOf(context.number('axis', 1, -1), rank);
  if (!Number.isInteger(classes)) throw new CannotRun('the number of classes is not known');
  const numbers = builder.constant([classes], [], () => Float32Array.from({ length: classes }, (_, i) => i));
  const hot = builder.map(binary('eq', input(0), input(1)), [builder.reshape(x, [...x.shape, 1]), numbers]);
  const order = Array.from({ length: rank }, (_, d) => (d < axis ? d : d === axis ? rank - 1 : d - 1));
  return builder.transpose(hot, order);
};

/** `x/‖x‖` along axes, with what keeps the norm from zero. */
const normalize: Lowering = (context) => {
  const { x, builder } = context;
  const order = context.number('order', 1, 2);
  const epsilon = context.argument('epsilon', 2);
  const axes = context.numbers('axis', 0)?.map((axis) => axisOf(axis, x.shape.length)) ?? [
    x.shape.length - 1,
  ];
  if (order !== 2) throw new CannotRun('a norm of another order than 2 cannot be computed here');
  const square = builder.reduce('sum', builder.map(unary('square', input(0)), [x]), axes, true);
  const least = typeof epsilon === 'number' ? epsilon : 1e-12;
  return builder.map(div(input(0), unary('sqrt', binary('max', input(1), num(least)))), [x, square]);
};

/** Layer and root-mean-square normalisation over given axes, with given scale and shift. */
const standardized =
  (rootMeanSquare: boolean): Lowering =>
  (context) => {
    const { builder, x } = context;
    const rank = x.shape.length;
    const axes = (context.numbers('axis', 9) ?? [-1]).map((axis) => axisOf(axis, rank));
    const epsilon = context.number('epsilon', 9, 1e-7);
    const mean = builder.reduce('mean', x, axes, true);
    const centred = rootMeanSquare ? x : builder.map(sub(input(0), input(1)), [x, mean]);
    const square = builder.reduce('mean', builder.map(unary('square', input(0)), [centred]), axes, true);
    let result = builder.map(mul(input(0), unary('rsqrt', add(input(1), num(epsilon)))), [centred, square]);
    const scale = context.array(rootMeanSquare ? 'scale' : 'gamma', 9);
    const shift = rootMeanSquare ? null : context.array('beta', 9);
    if ((scale || shift) && axes.some((axis) => axis < rank - axes.length))
      throw new CannotRun('its scale does not stand on its last axes');
    if (scale) result = builder.map(mul(input(0), input(1)), [result, scale]);
    return shift ? builder.map(add(input(0), input(1)), [result, shift]) : result;
  };

const batchNorm: Lowering = (context) => {
  const { x, builder } = context;
  const axis = axisOf(context.number('axis', 9, -1), x.shape.length);
  const perChannel = (tensor: PlanTensor): PlanTensor =>
    builder.reshape(
      tensor,
      x.shape.map((length, d) => (d === axis ? length : 1)),
    );
  const [mean, variance, offset, scale] = ['mean', 'variance', 'offset', 'scale'].map((name) =>
    context.array(name, 9),
  );
  if (!mean || !variance) throw new CannotRun('its mean and variance are not known');
  const epsilon = num(context.number('epsilon', 9, 1e-3));
  let result = builder.map(mul(sub(input(0), input(1)), unary('rsqrt', add(input(2), epsilon))), [
    x,
    perChannel(mean),
    perChannel(variance),
  ]);
  if (scale) result = builder.map(mul(input(0), input(1)), [result, perChannel(scale)]);
  return offset ? builder.map(add(input(0), input(1)), [result, perChannel(offset)]) : result;
};

/** Keeps what lies below (above) a diagonal of the last two axes. */
const triangle =
  (lower: boolean): Lowering =>
  (context) => {
    const { x, builder } = context;
    const k = context.number('k', 0, 0);
    const [rows, columns] = x.shape.slice(-2);
    const mask = builder.constant([rows, columns], [], () =>
      Float32Array.from({ length: rows * columns }, (_, i) => {
        const offset = (i % columns) - Math.floor(i / columns);
        return Number(lower ? offset <= k : offset >= k);
      }),
    );
    return builder.map(mul(input(0), input(1)), [x, mask]);
  };

/** A product of two operands as an equation over letters of their axes. */
const product =
  (equation: (a: readonly number[], b: readonly number[], context: LowerContext) => string): Lowering =>
  (context) => {
    const [a, b] =
      context.inputs.length === 2 ? context.inputs : [context.array('x1', 9), context.array('x2', 9)];
    if (!a || !b) throw new CannotRun('one of its operands is not known');
    return einsum(context.builder, equation(a.shape, b.shape, context), [a, b]);
  };

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const letters = (shape: readonly number[], from = 0): string => LETTERS.slice(from, from + shape.length);

function tensordot(a: readonly number[], b: readonly number[], context: LowerContext): string {
  const given = context.argument('axes', 0) ?? 2;
  const count = typeof given === 'number' ? given : null;
  const lists = (Array.isArray(given) ? given : []) as readonly (number | readonly number[])[];
  const [left, right] =
    count !== null
      ? [
          Array.from({ length: count }, (_, i) => a.length - count + i),
          Array.from({ length: count }, (_, i) => i),
        ]
      : lists.map((entry, side) =>
          (Array.isArray(entry) ? (entry as readonly number[]) : [entry as number]).map((axis) =>
            axisOf(axis, (side === 0 ? a : b).length),
          ),
        );
  if (!left || !right || left.length !== right.length)
    throw new CannotRun('over which axes it sums is not known');
  const x = letters(a);
  const y = [...letters(b, a.length)].map((letter, d) =>
    right.includes(d) ? x[left[right.indexOf(d)]] : letter,
  );
  const kept =
    [...x].filter((_, d) => !left.includes(d)).join('') + y.filter((_, d) => !right.includes(d)).join('');
  return `${x},${y.join('')}->${kept}`;
}

const arraySplit: Lowering = (context) => {
  const { x, builder } = context;
  const axis = axisOf(context.number('axis', 1, 0), x.shape.length);
  let start = 0;
  return context.node.outputs.map((_, index) => {
    const length = context.outputLength(axis, index);
    if (length === null) throw new CannotRun('the length of a part is not known');
    start += length;
    return builder.section(x, axis, start - length, length);
  });
};

const slice: Lowering = (context) => {
  const { x, builder } = context;
  const starts = context.numbers('start_indices', 0);
  const lengths = x.shape.map((_, d) => context.outputLength(d));
  if (!starts || lengths.some((length) => length === null)) throw new CannotRun('what it cuts is not known');
  return builder.gather(
    x,
    lengths as number[],
    x.shape.map((_, d) => ({ ...keepAxis(d), add: starts[d] })),
  );
};

const broadcastTo: Lowering = (context) => {
  const { x, builder } = context;
  const { shape } = context.graph.tensors[context.node.outputs[0]];
  if (!Array.isArray(shape)) throw new CannotRun('its shape is not known');
  const lead = shape.length - x.shape.length;
  return builder.broadcast(
    x,
    shape.map((_, d) => context.outputLength(d) ?? x.shape[d - lead] ?? 1),
  );
};

/** Zeros around images, or their borders away: top, bottom, left, right, of which a target size stands for one each. */
const borders =
  (sign: 1 | -1): Lowering =>
  (context) => {
    const { x, builder } = context;
    const rank = x.shape.length;
    const word = sign > 0 ? 'padding' : 'cropping';
    const first = context.given('data_format') === 'channels_first';
    const height = first ? rank - 2 : rank - 3;
    const shape = x.shape.map((length, d) => {
      if (d !== height && d !== height + 1) return length;
      const out = context.outputLength(d);
      if (out === null) throw new CannotRun('its size is not known');
      return out;
    });
    const before = ['top', 'left'].map((side, i) => {
      const own = context.given(`${side}_${word}`);
      if (typeof own === 'number') return own;
      const other = context.given(`${i === 0 ? 'bottom' : 'right'}_${word}`);
      const total = sign * (shape[height + i] - x.shape[height + i]);
      return total - (typeof other === 'number' ? other : 0);
    });
    const axes = x.shape.map((_, d): GatherAxis => {
      const at = d - height;
      return at === 0 || at === 1
        ? { ...keepAxis(d), add: -sign * before[at], outside: sign > 0 ? 'value' : 'inside' }
        : keepAxis(d);
    });
    return builder.gather(x, shape, axes);
  };

const grayscale: Lowering = (context) => {
  const { x, builder } = context;
  const rank = x.shape.length;
  const axis = context.argument('data_format', 0) === 'channels_first' ? rank - 3 : rank - 1;
  if (x.shape[axis] === 1) return x;
  // ITU-R 601 luma.
  const weights = builder.constant(
    x.shape.map((_, d) => (d === axis ? 3 : 1)),
    [],
    () => Float32Array.of(0.2989, 0.587, 0.114),
  );
  return builder.reduce('sum', builder.map(mul(input(0), input(1)), [x, weights]), [axis], true);
};

const patches: Lowering = (context) => {
  const { x, builder } = context;
  if (x.shape.length !== 4 || context.given('data_format') === 'channels_first')
    throw new CannotRun('patches of this input cannot be computed here');
  const pair = (name: string, fallback: readonly number[]): number[] => {
    const given = context.numbers(name, 9) ?? fallback;
    return [given[0], given[1] ?? given[0]];
  };
  const size = pair('size', []);
  const strides = pair('strides', size);
  const dilation = pair('dilation_rate', [1]);
  const padding = context.given('padding') === 'same' ? 'same' : 'valid';
  const axes = [0, 1].map((d) => {
    const bound = convWindow({
      input: x.shape[d + 1],
      kernel: size[d],
      stride: strides[d],
      dilation: dilation[d],
      padding,
    });
    if (typeof bound.output !== 'number' || bound.padBefore === null)
      throw new CannotRun('its window is not known');
    return {
      input: x.shape[d + 1],
      output: bound.output,
      kernel: size[d],
      stride: strides[d],
      dilation: dilation[d],
      padBefore: bound.padBefore,
    };
  });
  const op: PatchesOp = { kind: 'unfold', n: x.shape[0], axes, channels: x.shape[3] };
  return builder.emit(op, [x], [x.shape[0], axes[0].output, axes[1].output, size[0] * size[1] * x.shape[3]]);
};

const logsumexp: Lowering = (context) => {
  const { x, builder } = context;
  const axes = axesIn(context);
  const keep = context.given('keepdims') === true || context.given('keep_dims') === true;
  const best = builder.reduce('max', x, axes, true);
  const rest = builder.map(unary('exp', sub(input(0), input(1))), [x, best]);
  const result = builder.map(add(unary('log', input(0)), input(1)), [
    builder.reduce('sum', rest, axes, true),
    best,
  ]);
  return keep
    ? result
    : builder.reshape(
        result,
        x.shape.filter((_, d) => !axes.includes(d)),
      );
};

const countNonzero: Lowering = (context) => {
  const { x, builder } = context;
  const hits = builder.map(binary('ne', input(0), num(0)), [x]);
  return builder.reduce('sum', hits, axesIn(context), context.given('keepdims') === true);
};

const norm: Lowering = (context) => {
  const { x, builder } = context;
  const order = context.given('ord');
  if (order !== null && order !== 'euclidean' && order !== 2)
    throw new CannotRun('this norm cannot be computed here');
  const axes = axesIn(context);
  if (order === 2 && axes.length > 1) throw new CannotRun('the norm of a matrix cannot be computed here');
  const square = builder.reduce(
    'sum',
    builder.map(unary('square', input(0)), [x]),
    axes,
    context.given('keepdims') === true,
  );
  return builder.map(unary('sqrt', input(0)), [square]);
};

const peakToPeak: Lowering = (context) => {
  const { x, builder } = context;
  const axes = axesIn(context);
  const keep = context.given('keepdims') === true;
  return builder.map(sub(input(0), input(1)), [
    builder.reduce('max', x, axes, keep),
    builder.reduce('min', x, axes, keep),
  ]);
};

/** `a·sigmoid(b)` of the two halves of an axis. */
const glu: Lowering = (context) => {
  const { x, builder } = context;
  const axis = axisOf(context.number('axis', 0, -1), x.shape.length);
  const half = x.shape[axis] / 2;
  if (!Number.isInteger(half)) throw new CannotRun('its axis has no two halves');
  return builder.map(mul(input(0), unary('sigmoid', input(1))), [
    builder.section(x, axis, 0, half),
    builder.section(x, axis, half, half),
  ]);
};

const fullLike: Lowering = (context) => {
  const value = context.number('fill_value', 0, NaN);
  if (Number.isNaN(value)) throw new CannotRun('the value it fills with is not known');
  return context.builder.map(add(mul(input(0), num(0)), num(value)), [context.x]);
};

const outer = product(
  (a, b) => `${letters(a)},${letters(b, a.length)}->${letters(a)}${letters(b, a.length)}`,
);

/** By Keras' class name of the operation. */
const OPERATIONS: Readonly<Record<string, Lowering>> = {
  Tile: tile,
  Repeat: repeat,
  Take: take,
  Gather: take,
  Flip: flip,
  Roll: roll,
  Cumsum: cumsum,
  OneHot: oneHot,
  Normalize: normalize,
  RMSNorm: standardized(true),
  LayerNorm: standardized(false),
  BatchNorm: batchNorm,
  Tril: triangle(true),
  Triu: triangle(false),
  Inner: product((a, b) => {
    const shared = 'z';
    const [x, y] = [letters(a.slice(1)), letters(b.slice(1), a.length)];
    return `${x}${shared},${y}${shared}->${x}${y}`;
  }),
  Outer: (context) => {
    const [a, b] = context.inputs;
    if (!a || !b || a.shape.length !== 1 || b.shape.length !== 1)
      throw new CannotRun('the outer product of these cannot be computed here');
    return outer(context);
  },
  Vdot: (context) => {
    const [a, b] = context.inputs;
    if (!a || !b) throw new CannotRun('one of its operands is not known');
    const rows = [a, b].map((tensor) => context.builder.reshape(tensor, [sizeOf(tensor.shape)]));
    return einsum(context.builder, 'a,a->', rows);
  },
  Tensordot: product(tensordot),
  ArraySplit: arraySplit,
  Slice: slice,
  BroadcastTo: broadcastTo,
  PadImages: borders(1),
  CropImages: borders(-1),
  RGBToGrayscale: grayscale,
  ExtractPatches: patches,
  Logsumexp: logsumexp,
  CountNonzero: countNonzero,
  Norm: norm,
  Ptp: peakToPeak,
  Glu: glu,
  FullLike: fullLike,
};

/** What an operation named so computes; null when it is not one of these. */
export function lowerOperation(context: LowerContext): readonly PlanTensor[] | null {
  if (context.layer !== null || !context.node.given) return null;
  const lowering = OPERATIONS[context.node.type];
  if (!lowering) return null;
  const result = lowering(context);
  return Array.isArray(result) ? (result as readonly PlanTensor[]) : [result as PlanTensor];
}
