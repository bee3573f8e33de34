/** Linear algebra over the last two axes (`keras.ops.linalg`) and products of whole tensors. Sources: Keras `ops/linalg.py`, `ops/numpy.py`. */
import { isOpen, type Dim } from '../../graph/graph';
import { KerasError, type TensorSpec } from '../definition';
import { OPEN, dimsEqual, formatShape, mulDim, product } from '../dims';
import { broadcastShapes } from '../broadcast';
import { dtypeByRule } from '../dtypes';
import { dtypeOf } from './operators';
import type { OpContext, OpDefinition } from './opFunction';
import { Lost, axisOf, needs, rule } from './opRule';
import type { OpResult } from './record';

type Dims = readonly Dim[];

const opaque = (type: string, outputs: readonly TensorSpec[], structure?: 'tuple' | 'list'): OpResult => ({
  outputs,
  primitive: { op: 'opaque', reason: `${type} reads whole axes` },
  ...(structure ? { structure } : {}),
});

/** The operand as a stack of matrices. */
function matrices(
  context: OpContext,
  square: boolean,
  name = 'x',
): { dims: Dims; batch: Dims; m: Dim; n: Dim; dtype: string | null } {
  const { shape, dtype } = needs(context, name);
  if (shape.length < 2)
    throw new KerasError(
      'input-rank',
      `This takes matrices (at least 2 axes), not ${formatShape(shape)}.`,
      `Expected input to have rank >= 2. Received input with shape ${formatShape(shape)}.`,
      { input: 0, facts: { rank: shape.length, expected: 2, minNdim: 2 } },
    );
  const [m, n] = shape.slice(-2);
  if (square && dimsEqual(m, n) === false)
    throw new KerasError(
      'matmul-shape',
      `This takes square matrices, not ${formatShape(shape)}.`,
      `Expected a square matrix. Received non-square input with shape ${formatShape(shape)}`,
      { input: 0, facts: { shape: formatShape(shape) } },
    );
  return { dims: shape, batch: shape.slice(0, -2), m, n, dtype };
}

/** By name: shapes from the batch axes and the two lengths. */
function overMatrices(
  type: string,
  square: boolean,
  outputs: (of: ReturnType<typeof matrices>) => readonly (readonly [Dims, string | null])[],
  signature = '(x, *args, **kwargs)',
): OpDefinition {
  return rule(signature, type, (context) => {
    const made = outputs(matrices(context, square)).map(([shape, dtype]): TensorSpec => ({ shape, dtype }));
    return opaque(type, made, made.length > 1 ? 'tuple' : undefined);
  });
}

/** A factorisation's shapes follow from the lengths of its matrices. */
function requireLengths(context: OpContext, ...lengths: readonly Dim[]): void {
  if (!lengths.some((length) => isOpen(length))) return;
  const { shape } = needs(context);
  throw new KerasError(
    'open-dimension',
    `The last two axes must have known lengths, but the shape is ${formatShape(shape)}.`,
    `Input should have its last 2 dimensions fully-defined. Received: input.shape = ${formatShape(shape)}`,
    { input: 0, facts: { shape: formatShape(shape) } },
  );
}

const shorter = (m: Dim, n: Dim): Dim =>
  typeof m === 'number' && typeof n === 'number' ? Math.min(m, n) : OPEN;

function pair(context: OpContext): { a: Dims; b: Dims; dtype: string | null } {
  const a = needs(context, 'x1');
  const b = needs(context, 'x2');
  return { a: a.shape, b: b.shape, dtype: dtypeOf(context.recorder, 'promote', [a, b]) };
}

const overPair = (type: string, shape: (a: Dims, b: Dims) => Dims): OpDefinition =>
  rule(
    '(x1, x2, *args, **kwargs)',
    type,
    (context) => {
      const { a, b, dtype } = pair(context);
      return opaque(type, [{ shape: shape(a, b), dtype }]);
    },
    { inputs: ['x1', 'x2'] },
  );

function inner(a: Dims, b: Dims): Dims {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const [last, other] = [a[a.length - 1], b[b.length - 1]];
  if (typeof last === 'number' && typeof other === 'number' && last !== other)
    throw new KerasError(
      'matmul-shape',
      `The last axes of ${formatShape(a)} and ${formatShape(b)} differ.`,
      `\`inner\` requires the last dimension of \`x1\` and \`x2\` to match. Received: x1.shape=${formatShape(a)}, x2.shape=${formatShape(b)}.`,
      { facts: { a: formatShape(a), b: formatShape(b) } },
    );
  return [...a.slice(0, -1), ...b.slice(0, -1)];
}

/** The two axes of a diagonal: non-negative, with what is left of the shape. */
function diagonalAxes(context: OpContext): {
  rest: Dims;
  two: readonly [Dim, Dim];
  offset: number;
  dtype: string | null;
} {
  const { shape, dtype } = needs(context);
  const { params } = context;
  if (shape.length < 2)
    throw new KerasError(
      'input-rank',
      `A diagonal needs at least two axes, but the shape is ${formatShape(shape)}.`,
      `\`diagonal\` requires an array of at least two dimensions, but \`x\` is of shape ${formatShape(shape)}.`,
      { input: 0, facts: { rank: shape.length, expected: 2, minNdim: 2 } },
    );
  const axes = ['axis1', 'axis2'].map((name) => axisOf(params[name], shape.length, shape));
  const offset = params['offset'];
  if (axes[0] === null || axes[1] === null || offset.kind !== 'int')
    throw new Lost('the axes are not known', dtype);
  if (axes[0] === axes[1])
    throw new KerasError(
      'axis-duplicate',
      `A diagonal runs along two axes, but both are axis ${axes[0]}.`,
      `\`axis1\` and \`axis2\` cannot be the same. Received: axis1=${axes[0]}, axis2=${axes[1]}`,
      { callArgument: 'axis2', facts: { axis: axes[0] } },
    );
  return {
    rest: shape.filter((_, i) => !axes.includes(i)),
    two: [shape[axes[0]], shape[axes[1]]],
    offset: offset.value,
    dtype,
  };
}

/** Length of the diagonal that lies `offset` above the main one. */
export function diagonalLength(m: Dim, n: Dim, offset: number): Dim {
  if (typeof m !== 'number' || typeof n !== 'number') return OPEN;
  return Math.max(0, Math.min(offset > 0 ? n - offset : m + offset, Math.min(m, n)));
}

const DIAGONAL = '(x, offset=0, axis1=0, axis2=1)';

export const linalgOps: Readonly<Record<string, OpDefinition>> = {
  cholesky: overMatrices('Cholesky', true, ({ dims, dtype }) => [[dims, dtype]]),
  cholesky_inverse: overMatrices('CholeskyInverse', true, ({ dims, dtype }) => [[dims, dtype]]),
  inv: overMatrices('Inv', true, ({ dims, dtype }) => [[dims, dtype]]),
  matrix_power: overMatrices('MatrixPower', true, ({ dims, dtype }) => [[dims, dtype]]),
  det: overMatrices('Det', true, ({ batch, dtype }) => [[batch, dtype]]),
  eigh: overMatrices('Eigh', true, ({ dims, dtype }) => [
    [dims.slice(0, -1), dtype],
    [dims, dtype],
  ]),
  eig: overMatrices('Eig', true, ({ dims, dtype }) => [
    [dims.slice(0, -1), dtype],
    [dims, dtype],
  ]),
  lu_factor: overMatrices('LuFactor', false, ({ dims, batch, m, n, dtype }) => [
    [dims, dtype],
    [[...batch, shorter(m, n)], dtype],
  ]),
  pinv: overMatrices('Pinv', false, ({ batch, m, n, dtype }) => [[[...batch, n, m], dtype]]),
  qr: rule("(x, mode='reduced')", 'Qr', (context) => {
    const { batch, m, n, dtype } = matrices(context, false);
    const mode = context.params['mode'];
    if (mode.kind !== 'str') throw new Lost('the mode is not known', dtype);
    requireLengths(context, m, n);
    const k = mode.value === 'complete' ? m : shorter(m, n);
    return opaque(
      'Qr',
      [
        { shape: [...batch, m, k], dtype },
        { shape: [...batch, k, n], dtype },
      ],
      'tuple',
    );
  }),
  // TensorFlow gives the values first, and the vectors of the right as columns.
  'tf.svd': rule(
    '(tensor, full_matrices=False, compute_uv=True, name=None)',
    'Svd',
    (context) => {
      const { shape, dtype } = needs(context, 'tensor');
      if (shape.length < 2) throw new Lost('this takes matrices', dtype);
      const batch = shape.slice(0, -2);
      const [m, n] = shape.slice(-2);
      const [full, vectors] = ['full_matrices', 'compute_uv'].map((name) =>
        context.machine.truth(context.params[name]),
      );
      if (full === undefined || vectors === undefined)
        throw new Lost('the arguments of svd() are not known', dtype);
      const k = shorter(m, n);
      const values: TensorSpec = { shape: [...batch, k], dtype };
      if (!vectors) return opaque('Svd', [values]);
      const u = { shape: [...batch, m, full ? m : k], dtype };
      const v = { shape: [...batch, n, full ? n : k], dtype };
      return opaque('Svd', [values, u, v], 'tuple');
    },
    { inputs: ['tensor'] },
  ),
  svd: rule('(x, full_matrices=True, compute_uv=True)', 'SVD', (context) => {
    const { batch, m, n, dtype } = matrices(context, false);
    const [full, vectors] = ['full_matrices', 'compute_uv'].map((name) =>
      context.machine.truth(context.params[name]),
    );
    if (full === undefined || vectors === undefined)
      throw new Lost('the arguments of svd() are not known', dtype);
    requireLengths(context, m, n);
    const k = shorter(m, n);
    const values: TensorSpec = { shape: [...batch, k], dtype };
    if (!vectors) return opaque('SVD', [values]);
    const u = { shape: [...batch, m, full ? m : k], dtype };
    const v = { shape: [...batch, full ? n : k, n], dtype };
    return opaque('SVD', [u, values, v], 'tuple');
  }),
  cdist: rule(
    '(x, y)',
    'CDist',
    (context) => {
      const [x, y] = [needs(context), needs(context, 'y')];
      const dtype = dtypeByRule('float', context.recorder.backend, [x.dtype, y.dtype]);
      if (x.shape.length < 2 || y.shape.length < 2) throw new Lost('the vectors are not known', dtype);
      const batch = broadcastShapes(x.shape.slice(0, -2), y.shape.slice(0, -2)) as Dims;
      return opaque('CDist', [{ shape: [...batch, x.shape.at(-2)!, y.shape.at(-2)!], dtype }]);
    },
    { inputs: ['x', 'y'] },
  ),
  logdet: rule('(x)', 'Logdet', (context) => {
    const { shape, dtype } = needs(context);
    return opaque('Logdet', [{ shape: shape.slice(0, -2), dtype }]);
  }),
  slogdet: rule('(x)', 'Slogdet', (context) => {
    const { shape, dtype } = needs(context);
    // Keras gives the sign as a scalar.
    return opaque(
      'Slogdet',
      [
        { shape: [], dtype },
        { shape: shape.slice(0, -2), dtype },
      ],
      'tuple',
    );
  }),
  matrix_rank: overMatrices('MatrixRank', false, ({ batch }) => [[batch, 'int32']]),
  solve: solves('Solve', '(a, b)'),
  solve_triangular: solves('SolveTriangular', '(a, b, lower=False)'),
  lstsq: rule('(a, b, rcond=None)', 'Lstsq', leastSquares, { inputs: ['a', 'b'] }),
  outer: overPair('Outer', (a, b) => [product(a), product(b)]),
  inner: overPair('Inner', inner),
  vdot: overPair('Vdot', () => []),
  kron: overPair('Kron', (a, b) =>
    Array.from({ length: Math.min(a.length, b.length) }, (_, i) => mulDim2(a[i], b[i])),
  ),
  cross: rule(
    '(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None)',
    'Cross',
    (context) => {
      const { a, b, dtype } = pair(context);
      const { params } = context;
      const given = params['axis'].kind === 'int' ? params['axis'] : undefined;
      const axisA = axisOf(given ?? params['axisa'], a.length, a);
      const axisB = axisOf(given ?? params['axisb'], b.length, b);
      const at = given ?? params['axisc'];
      if (axisA === null || axisB === null || at.kind !== 'int')
        throw new Lost('the axes are not known', dtype);
      for (const length of [a[axisA], b[axisB]])
        if (typeof length === 'number' && length !== 2 && length !== 3)
          throw new KerasError(
            'cross-length',
            `A cross product takes vectors of 2 or 3, not of ${length}.`,
            `dim on \`axis\` must be either 2 or 3, but received: ${length}`,
            { facts: { length } },
          );
      const rest = broadcastShapes(
        a.filter((_, i) => i !== axisA),
        b.filter((_, i) => i !== axisB),
      ) as Dims;
      if (a[axisA] !== 3 && b[axisB] !== 3) return opaque('Cross', [{ shape: rest, dtype }]);
      const axisC = axisOf(at, rest.length + 1, rest) ?? rest.length;
      return opaque('Cross', [{ shape: [...rest.slice(0, axisC), 3, ...rest.slice(axisC)], dtype }]);
    },
    { inputs: ['x1', 'x2'] },
  ),
  diagonal: rule(DIAGONAL, 'Diagonal', (context) => {
    const { rest, two, offset, dtype } = diagonalAxes(context);
    return opaque('Diagonal', [{ shape: [...rest, diagonalLength(...two, offset)], dtype }]);
  }),
  trace: rule(DIAGONAL, 'Trace', (context) => {
    const { rest, dtype } = diagonalAxes(context);
    const narrow = dtype === 'bool' || dtype === 'int8' || dtype === 'int16';
    const wide = dtype === 'uint8' || dtype === 'uint16';
    return opaque('Trace', [{ shape: rest, dtype: narrow ? 'int32' : wide ? 'uint32' : dtype }]);
  }),
  diag: rule('(x, k=0)', 'Diag', (context) => {
    const { shape, dtype } = needs(context);
    const k = context.params['k'];
    if (k.kind !== 'int') throw new Lost('the diagonal is not known', dtype);
    if (shape.length !== 1 && shape.length !== 2)
      throw new KerasError(
        'input-rank',
        `diag() takes one axis or two, not ${formatShape(shape)}.`,
        `\`x\` must be 1-D or 2-D, but received shape ${formatShape(shape)}.`,
        { input: 0, facts: { rank: shape.length } },
      );
    const side: Dim = typeof shape[0] === 'number' ? shape[0] + Math.abs(k.value) : OPEN;
    const dims = shape.length === 1 ? [side, side] : [diagonalLength(shape[0], shape[1], k.value)];
    return opaque('Diag', [{ shape: dims, dtype }]);
  }),
};

/** What does not fit an equation `a x = b`. */
function misfit(message: string, keras: string): KerasError {
  return new KerasError('matmul-shape', message, keras, { input: 1, facts: {} });
}

/** `a x = b` for a square `a`: the shape of `b`, whose rows must be as many as those of `a`. */
function solves(type: string, signature: string): OpDefinition {
  return rule(
    signature,
    type,
    (context) => {
      const { dims: a } = matrices(context, true, 'a');
      const b = needs(context, 'b');
      if (b.shape.length < 1)
        throw misfit(
          '`b` must have at least one axis.',
          'Expected input to have rank >= 1. Received scalar input.',
        );
      const axis = a.length === b.shape.length ? -2 : a.length === b.shape.length - 1 ? -1 : null;
      if (axis !== null && dimsEqual(a.at(axis)!, b.shape.at(axis)!) === false)
        throw misfit(
          `${formatShape(a)} and ${formatShape(b.shape)} do not fit: axis ${axis} differs.`,
          `Incompatible shapes between \`a\` and \`b\`. Expected \`a.shape[${axis}] == b.shape[${axis}]\`. Received: a.shape=${formatShape(a)}, b.shape=${formatShape(b.shape)}`,
        );
      return opaque(type, [{ shape: b.shape, dtype: b.dtype }]);
    },
    { inputs: ['a', 'b'] },
  );
}

function leastSquares(context: OpContext): OpResult {
  const [a, b] = [needs(context, 'a'), needs(context, 'b')];
  if (a.shape.length !== 2)
    throw misfit(
      `\`a\` must have two axes, not ${formatShape(a.shape)}.`,
      `Expected a to have rank 2. Received: a.shape=${formatShape(a.shape)}`,
    );
  if (b.shape.length !== 1 && b.shape.length !== 2)
    throw misfit(
      `\`b\` must have one axis or two, not ${formatShape(b.shape)}.`,
      `Expected b to have rank 1 or 2. Received: b.shape=${formatShape(b.shape)}`,
    );
  if (dimsEqual(a.shape[0], b.shape[0]) === false)
    throw misfit(
      `${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit: the first axes differ.`,
      `Expected b.shape[0] to be equal to a.shape[0]. Received: a.shape=${formatShape(a.shape)}, b.shape=${formatShape(b.shape)}`,
    );
  return opaque('Lstsq', [{ shape: [a.shape[1], ...b.shape.slice(1)], dtype: a.dtype }]);
}

function mulDim2(a: Dim, b: Dim): Dim {
  return typeof b === 'number' ? mulDim(a, b) : typeof a === 'number' ? mulDim(b, a) : OPEN;
}
