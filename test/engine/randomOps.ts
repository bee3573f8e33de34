// Random ops with random numbers, small enough to compute by definition: what every backend is compared with the reference on.
import { activationExpression, elementwiseExpression } from '../../src/engine/activations';
import type { ConvOp, EngineOp, GatherAxis, WindowAxis } from '../../src/engine/ops';
import { recurrentInputSizes, sizeOf } from '../../src/engine/ops';
import { add, input, mul, type Expression } from '../../src/engine/expression';
import { convWindow, transposedWindow } from '../../src/keras/geometry';
import { randomStream, type Random } from '../../src/engine/weights/random';

export interface OpCase {
  readonly op: EngineOp;
  readonly inputs: Float32Array[];
}

class Dice {
  constructor(readonly random: Random) {}
  int(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }
  pick<T>(values: readonly T[]): T {
    return values[this.int(0, values.length - 1)];
  }
  numbers(length: number, scale = 1): Float32Array {
    return Float32Array.from({ length }, () => (this.random() * 2 - 1) * scale);
  }
  chance(probability: number): boolean {
    return this.random() < probability;
  }
}

const CHANNELS = [1, 2, 3, 4, 5, 8, 12];

function windowAxis(dice: Dice, transposed: boolean): WindowAxis {
  for (;;) {
    const kernel = dice.int(1, 4);
    const stride = dice.int(1, 3);
    const dilation = stride === 1 ? dice.int(1, 2) : 1;
    const size = dice.int(1, 8);
    const padding = dice.pick(['valid', 'same'] as const);
    const bound = transposed
      ? transposedWindow({ input: size, kernel, stride, dilation, padding })
      : convWindow({ input: size, kernel, stride, dilation, padding });
    if (typeof bound.output === 'number' && bound.output > 0 && bound.padBefore !== null) {
      return { input: size, output: bound.output, kernel, stride, dilation, padBefore: bound.padBefore };
    }
  }
}

function conv(dice: Dice): OpCase {
  const kind = dice.pick(['plain', 'plain', 'groups', 'depthwise', 'transposed'] as const);
  const rank = dice.pick([1, 2, 2, 2, 3]);
  const axes = Array.from({ length: rank }, () => windowAxis(dice, kind === 'transposed'));
  const groups = kind === 'groups' ? dice.int(1, 3) : 1;
  const inChannels = groups * dice.pick(CHANNELS);
  const outChannels =
    kind === 'depthwise' ? inChannels * dice.pick([1, 1, 2, 3]) : groups * dice.pick(CHANNELS);
  const bias = dice.chance(0.7);
  const activation = dice.chance(0.5)
    ? activationExpression(dice.pick(['relu', 'tanh', 'sigmoid', 'gelu', 'leaky_relu']))
    : null;
  const scaled: Expression | null = dice.chance(0.3) ? add(mul(input(0), input(1)), input(2)) : null;
  const op: ConvOp = {
    kind: 'conv',
    n: dice.int(1, 2),
    axes,
    inChannels,
    outChannels,
    groups,
    depthwise: kind === 'depthwise',
    transposed: kind === 'transposed',
    bias,
    epilogue: scaled ?? activation,
  };
  const taps = sizeOf(axes.map((axis) => axis.kernel));
  const inputs = [
    dice.numbers(op.n * sizeOf(axes.map((axis) => axis.input)) * inChannels),
    dice.numbers(taps * (op.depthwise ? outChannels : (inChannels / groups) * outChannels)),
    ...(bias ? [dice.numbers(outChannels)] : []),
    ...(scaled ? [dice.numbers(outChannels), dice.numbers(outChannels)] : []),
  ];
  return { op, inputs };
}

function pool(dice: Dice): OpCase {
  const axes = Array.from({ length: dice.pick([1, 2, 2, 3]) }, () => ({ ...windowAxis(dice, false) })).map(
    (axis) => (axis.dilation === 1 ? axis : plainPool(dice)),
  );
  const channels = dice.pick(CHANNELS);
  const op: EngineOp = {
    kind: 'pool',
    mode: dice.pick(['max', 'average'] as const),
    n: dice.int(1, 2),
    axes,
    channels,
  };
  return { op, inputs: [dice.numbers(op.n * sizeOf(axes.map((axis) => axis.input)) * channels)] };
}

function plainPool(dice: Dice): WindowAxis {
  for (;;) {
    const axis = windowAxis(dice, false);
    if (axis.dilation === 1) return axis;
  }
}

function matmul(dice: Dice): OpCase {
  const batch = dice.int(1, 3);
  const [m, k, n] = [dice.int(1, 5), dice.pick(CHANNELS), dice.pick(CHANNELS)];
  const bias = dice.chance(0.4);
  const op: EngineOp = {
    kind: 'matmul',
    batchA: dice.pick([1, batch]),
    batchB: dice.pick([1, batch]),
    m,
    k,
    n,
    transposeA: dice.chance(0.3),
    transposeB: dice.chance(0.3),
    bias,
    epilogue: dice.chance(0.4) ? activationExpression('relu') : null,
  };
  return {
    op,
    inputs: [
      dice.numbers(op.batchA * m * k),
      dice.numbers(op.batchB * k * n),
      ...(bias ? [dice.numbers(n)] : []),
    ],
  };
}

function gather(dice: Dice): OpCase {
  const rank = dice.int(1, 4);
  const inShape = Array.from({ length: rank }, (_, d) =>
    d === rank - 1 ? dice.pick(CHANNELS) : dice.int(1, 5),
  );
  const order = [...inShape.keys()];
  if (dice.chance(0.5)) order.sort(() => dice.random() - 0.5);
  const outShape: number[] = [];
  const axes: GatherAxis[] = new Array<GatherAxis>(rank);
  for (const d of order) {
    const length = inShape[d];
    const from = outShape.length;
    switch (dice.pick(['keep', 'keep', 'pad', 'crop', 'stride', 'repeat', 'index'] as const)) {
      case 'keep':
        axes[d] = { from, mul: 1, add: 0, div: 1, outside: 'inside' };
        outShape.push(length);
        break;
      case 'pad': {
        const before = dice.int(0, Math.max(0, length - 1));
        const after = dice.int(0, Math.max(0, length - 1));
        axes[d] = {
          from,
          mul: 1,
          add: -before,
          div: 1,
          outside: dice.pick(['value', 'reflect', 'symmetric', 'edge', 'circular'] as const),
        };
        outShape.push(length + before + after);
        break;
      }
      case 'crop': {
        const start = dice.int(0, length - 1);
        axes[d] = { from, mul: 1, add: start, div: 1, outside: 'inside' };
        outShape.push(dice.int(1, length - start));
        break;
      }
      case 'stride': {
        const back = dice.chance(0.5);
        axes[d] = { from, mul: back ? -2 : 2, add: back ? length - 1 : 0, div: 1, outside: 'inside' };
        outShape.push(Math.ceil(length / 2));
        break;
      }
      case 'repeat': {
        const out = length * dice.int(1, 3);
        axes[d] = { from, mul: 2 * length, add: length, div: 2 * out, outside: 'inside' };
        outShape.push(out);
        break;
      }
      case 'index':
        axes[d] = { from: null, mul: 1, add: dice.int(0, length - 1), div: 1, outside: 'inside' };
        break;
    }
  }
  if (!outShape.length) outShape.push(dice.int(1, 4));
  return {
    op: { kind: 'gather', inShape, outShape, axes, value: dice.pick([0, -1.5]) },
    inputs: [dice.numbers(sizeOf(inShape))],
  };
}

function concat(dice: Dice): OpCase {
  const outer = dice.int(1, 4);
  const inner = dice.pick(CHANNELS);
  const sizes = Array.from({ length: dice.int(1, 5) }, () => dice.pick(CHANNELS));
  return {
    op: { kind: 'concat', outer, sizes, inner },
    inputs: sizes.map((size) => dice.numbers(outer * size * inner)),
  };
}

const FUNCTIONS: readonly (readonly [string, number])[] = [
  ['relu', 1],
  ['elu', 1],
  ['selu', 1],
  ['gelu', 1],
  ['tanh', 1],
  ['sigmoid', 1],
  ['softplus', 1],
  ['mish', 1],
  ['softsign', 1],
  ['hard_sigmoid', 1],
  ['exponential', 1],
  ['sign', 1],
  ['round', 1],
  ['floor', 1],
  ['trunc', 1],
  ['square', 1],
  ['sparse_plus', 1],
  ['squareplus', 1],
  ['log_sigmoid', 1],
  ['sinh', 1],
  ['logical_not', 1],
  ['add', 2],
  ['subtract', 2],
  ['multiply', 2],
  ['maximum', 2],
  ['minimum', 2],
  ['average', 3],
  ['where', 3],
  ['greater', 2],
  ['mod', 2],
  ['add', 4],
  ['squared_difference', 2],
];

function map(dice: Dice): OpCase {
  const [fn, arity] = dice.pick(FUNCTIONS);
  const rank = dice.int(1, 4);
  const outShape = Array.from({ length: rank }, (_, d) =>
    d === rank - 1 ? dice.pick(CHANNELS) : dice.int(1, 5),
  );
  const inShapes = Array.from({ length: arity }, (_, k) => {
    if (k === 0 || dice.chance(0.4)) return outShape;
    return outShape.map((length) => (dice.chance(0.4) ? 1 : length)).slice(dice.int(0, rank - 1));
  });
  const expression = elementwiseExpression(fn, arity, {}) as Expression;
  return {
    op: { kind: 'map', outShape, inShapes, expression },
    inputs: inShapes.map((shape) => dice.numbers(sizeOf(shape), 3)),
  };
}

function reduce(dice: Dice): OpCase {
  const [outer, size, inner] = [dice.int(1, 4), dice.int(1, 9), dice.pick(CHANNELS)];
  const fn = dice.pick([
    'mean',
    'max',
    'min',
    'sum',
    'prod',
    'any',
    'all',
    'argmax',
    'argmin',
    'var',
    'std',
  ] as const);
  return { op: { kind: 'reduce', fn, outer, size, inner }, inputs: [dice.numbers(outer * size * inner)] };
}

function softmax(dice: Dice): OpCase {
  const [outer, size, inner] = [dice.int(1, 4), dice.int(1, 9), dice.pick(CHANNELS)];
  return {
    op: { kind: 'softmax', outer, size, inner, log: dice.chance(0.5) },
    inputs: [dice.numbers(outer * size * inner, 5)],
  };
}

function embedding(dice: Dice): OpCase {
  const [count, rows, width] = [dice.int(1, 7), dice.int(1, 6), dice.pick(CHANNELS)];
  const indices = Float32Array.from({ length: count }, () => dice.int(0, rows));
  return { op: { kind: 'embedding', count, rows, width }, inputs: [indices, dice.numbers(rows * width)] };
}

function patches(dice: Dice, kind: 'unfold' | 'fold'): OpCase {
  const axes = Array.from({ length: dice.pick([1, 2, 2, 3]) }, () => windowAxis(dice, false));
  const op: EngineOp = { kind, n: dice.int(1, 2), axes, channels: dice.pick(CHANNELS) };
  const elements = op.n * op.channels;
  const inside = elements * sizeOf(axes.map((axis) => axis.input));
  const folded = elements * sizeOf(axes.map((axis) => axis.output * axis.kernel));
  return { op, inputs: [dice.numbers(kind === 'unfold' ? inside : folded)] };
}

/** A 3×3 convolution of stride 1, of which Winograd's transforms are part. */
export function smallConvolution(seed: number): ConvOp {
  const dice = new Dice(randomStream(`winograd/${seed}`));
  const axes = [0, 1].map((): WindowAxis => {
    const size = dice.int(3, 9);
    const same = dice.chance(0.5);
    return {
      input: size,
      output: same ? size : size - 2,
      kernel: 3,
      stride: 1,
      dilation: 1,
      padBefore: same ? 1 : 0,
    };
  });
  return {
    kind: 'conv',
    n: dice.int(1, 2),
    axes,
    inChannels: dice.pick(CHANNELS),
    outChannels: dice.pick(CHANNELS),
    groups: 1,
    depthwise: false,
    transposed: false,
    bias: dice.chance(0.6),
    epilogue: dice.chance(0.5) ? activationExpression('relu') : null,
  };
}

function winograd(dice: Dice, kind: 'winogradInput' | 'winogradOutput'): OpCase {
  const of = smallConvolution(dice.int(0, 1000));
  const spatial = sizeOf(of.axes.map((axis) => axis.input));
  const tiles = sizeOf(of.axes.map((axis) => Math.ceil(axis.output / 2)));
  const inputs =
    kind === 'winogradInput'
      ? [dice.numbers(of.n * spatial * of.inChannels)]
      : [
          dice.numbers(16 * of.n * tiles * of.outChannels),
          ...(of.bias ? [dice.numbers(of.outChannels)] : []),
        ];
  return { op: { kind, of }, inputs };
}

function recurrent(dice: Dice): OpCase {
  const [n, steps, features, units] = [dice.int(1, 2), dice.int(1, 4), dice.int(1, 4), dice.int(1, 4)];
  const cell = dice.pick(['simple', 'lstm', 'gru'] as const);
  const result = cell === 'lstm' && dice.chance(0.2) ? 'carry' : 'hidden';
  const op: EngineOp = {
    kind: 'recurrent',
    cell,
    masked: dice.chance(0.4),
    zeroMasked: dice.chance(0.5),
    initial: dice.chance(0.4),
    result,
    n,
    steps,
    features,
    units,
    bias: dice.chance(0.7),
    returnSequences: result === 'hidden' && dice.chance(0.5),
    goBackwards: dice.chance(0.3),
    resetAfter: dice.chance(0.5),
    activation: activationExpression('tanh') as Expression,
    recurrentActivation: activationExpression('sigmoid') as Expression,
  };
  const inputs = recurrentInputSizes(op).map((size) => dice.numbers(size));
  if (op.masked) {
    const mask = op.bias ? 4 : 3;
    inputs[mask] = inputs[mask].map((value) => (value > -0.2 ? 1 : 0));
  }
  return { op, inputs };
}

function cumsum(dice: Dice): OpCase {
  const [outer, size, inner] = [dice.int(1, 4), dice.int(1, 9), dice.pick(CHANNELS)];
  return { op: { kind: 'cumsum', outer, size, inner }, inputs: [dice.numbers(outer * size * inner)] };
}

function adaptiveMax(dice: Dice): OpCase {
  const inputs = Array.from({ length: dice.int(1, 3) }, () => dice.int(2, 7));
  const outputs = inputs.map((length) => dice.int(1, length));
  const op: EngineOp = {
    kind: 'adaptiveMax',
    n: dice.int(1, 2),
    inputs,
    outputs,
    channels: dice.pick(CHANNELS),
  };
  return { op, inputs: [dice.numbers(op.n * sizeOf(inputs) * op.channels)] };
}

/** Ops that every device has a kernel for. */
const MAKERS = {
  conv,
  pool,
  matmul,
  gather,
  concat,
  map,
  reduce,
  softmax,
  embedding,
  unfold: (dice: Dice) => patches(dice, 'unfold'),
  fold: (dice: Dice) => patches(dice, 'fold'),
  winogradInput: (dice: Dice) => winograd(dice, 'winogradInput'),
  winogradOutput: (dice: Dice) => winograd(dice, 'winogradOutput'),
  cumsum,
  adaptiveMax,
};
export type OpKind = keyof typeof MAKERS;
export const OP_KINDS = Object.keys(MAKERS) as OpKind[];

const OTHERS = { recurrent };
export type AnyOpKind = OpKind | keyof typeof OTHERS;
export const ALL_KINDS = [...OP_KINDS, ...Object.keys(OTHERS)] as AnyOpKind[];

export function randomOp(kind: AnyOpKind, seed: number): OpCase {
  return { ...MAKERS, ...OTHERS }[kind](new Dice(randomStream(`${kind}/${seed}`)));
}
