/** Operations on signals and series: Fourier transforms, sequences cut out, differences, integrals, correlations, complex numbers. Sources: Keras `ops/math.py`, `ops/numpy.py`. */
import type { Dim, Known } from '../../graph/graph';
import type { Value } from '../../python/values';
import { KerasError, type TensorSpec } from '../definition';
import { dtypeByRule } from '../dtypes';
import { OPEN, addToDim, dimsEqual, floorDivideDim, formatShape } from '../dims';
import { asTensor, flatten } from '../model/structure';
import { dtypeOf } from './operators';
import { flatSize } from './countOps';
import type { OpContext, OpDefinition } from './opFunction';
import { Lost, axisOf, needs, rule } from './opRule';
import type { OpResult } from './record';

const opaque = (reason: string, outputs: readonly TensorSpec[], structure?: 'list' | 'tuple'): OpResult => ({
  outputs,
  primitive: { op: 'opaque', reason },
  ...(structure ? { structure } : {}),
});

const numberIn = ({ params }: OpContext, name: string): Known<number> =>
  params[name]?.kind === 'int' ? params[name].value : null;

/** A number of frames or samples; `−1` frames are none that a shape can have. */
function count(length: Dim, what: string): Dim {
  if (typeof length === 'number' && length < 0)
    throw new KerasError(
      'op-range',
      `The signal is too short: this gives ${length} ${what}.`,
      `Cannot convert '${length}' to a shape. Negative dimensions are not allowed.`,
      { input: 0, facts: { length } },
    );
  return length;
}

function requireAxes(shape: readonly Dim[], axes: number): void {
  if (shape.length >= axes) return;
  throw new KerasError(
    'input-rank',
    `This takes at least ${axes} axes, not ${formatShape(shape)}.`,
    `Input should have rank >= ${axes}. Received: input.shape = ${formatShape(shape)}`,
    { input: 0, facts: { rank: shape.length, expected: axes, minNdim: axes } },
  );
}

function stft(context: OpContext): OpResult {
  const { shape, dtype } = needs(context);
  const [stride, length] = [numberIn(context, 'sequence_stride'), numberIn(context, 'fft_length')];
  const center = context.machine.truth(context.params['center']);
  if (stride === null || length === null || center === undefined)
    throw new Lost('the frames are not known', dtype);
  requirePositive('sequence_stride', stride);
  const padded = center ? Math.floor(length / 2) * 2 : 0;
  const last = shape[shape.length - 1];
  const frames = count(addToDim(floorDivideDim(addToDim(last, padded - length), stride), 1), 'frames');
  const spec = { shape: [...shape.slice(0, -1), frames, Math.floor(length / 2) + 1], dtype };
  return opaque('a Fourier transform', [spec, spec], 'tuple');
}

function requirePositive(name: string, value: number): void {
  if (value > 0) return;
  throw new KerasError(
    'op-range',
    `\`${name}\` must be positive, not ${value}.`,
    `\`${name}\` must be a positive integer. Received: ${name}=${value}`,
    { callArgument: name, facts: { received: value } },
  );
}

/** Real and imaginary parts of equal shape. */
function pair(
  context: OpContext,
  value: Value,
  axes: number,
): { shape: readonly Dim[]; dtype: string | null } {
  const parts = flatten(value).map((leaf) => asTensor(context.recorder, leaf));
  const [real, imaginary] = parts;
  if (parts.length !== 2 || real === undefined || imaginary === undefined || !Array.isArray(real.shape))
    throw new Lost('the real and imaginary parts are not known', null);
  const shape = real.shape as readonly Dim[];
  const other = imaginary.shape;
  if (
    Array.isArray(other) &&
    (other.length !== shape.length ||
      shape.some((dim, i) => dimsEqual(dim, (other as readonly Dim[])[i]) === false))
  )
    throw new KerasError(
      'op-range',
      `Real and imaginary parts have the shapes ${formatShape(shape)} and ${formatShape(imaginary.shape)}.`,
      `Input \`x\` should be a tuple of two tensors - real and imaginary. Both the real and imaginary parts should have the same shape. Received: x[0].shape = ${formatShape(shape)}, x[1].shape = ${formatShape(imaginary.shape)}`,
      { facts: { real: formatShape(shape) } },
    );
  requireAxes(shape, axes);
  return { shape, dtype: real.dtype };
}

function transform(type: string, axes: number): OpDefinition {
  return rule('(x)', type, (context) => {
    const { shape, dtype } = pair(context, context.params['x'], axes);
    return opaque(
      'a Fourier transform',
      [
        { shape, dtype },
        { shape, dtype },
      ],
      'tuple',
    );
  });
}

function inverse(context: OpContext): OpResult {
  const { shape, dtype } = pair(context, context.params['x'], 1);
  const last = shape[shape.length - 1];
  const given = context.params['fft_length'];
  if (given.kind !== 'int' && given.kind !== 'none') throw new Lost('the FFT length is not known', dtype);
  const length: Dim = given.kind === 'int' ? given.value : typeof last === 'number' ? 2 * (last - 1) : OPEN;
  return opaque('a Fourier transform', [{ shape: [...shape.slice(0, -1), length], dtype }]);
}

function inverseFrames(context: OpContext): OpResult {
  const { shape, dtype } = pair(context, context.params['x'], 2);
  const [stride, fft] = [numberIn(context, 'sequence_stride'), numberIn(context, 'fft_length')];
  const length = context.params['length'];
  const center = context.machine.truth(context.params['center']);
  if (stride === null || fft === null || center === undefined)
    throw new Lost('the frames are not known', dtype);
  requirePositive('sequence_stride', stride);
  const frames = shape[shape.length - 2];
  const whole: Dim =
    typeof frames === 'number' ? (frames - 1) * stride + fft - (center ? Math.floor(fft / 2) * 2 : 0) : OPEN;
  return opaque('a Fourier transform', [
    { shape: [...shape.slice(0, -2), length.kind === 'int' ? length.value : whole], dtype },
  ]);
}

function correlate(context: OpContext): OpResult {
  const [a, b] = [needs(context, 'x1'), needs(context, 'x2')];
  for (const [i, { shape }] of [a, b].entries())
    if (shape.length !== 1)
      throw new KerasError(
        'input-rank',
        `correlate() takes tensors of one axis, not ${formatShape(shape)}.`,
        `\`x${i + 1}\` must be a 1-dimensional tensor, but receivedshape ${formatShape(shape)}`,
        { input: i, facts: { rank: shape.length, expected: 1, ndim: 1 } },
      );
  const [m, n] = [a.shape[0], b.shape[0]];
  const mode = context.params['mode'];
  const promoted = dtypeOf(context.recorder, 'promote', [a, b]);
  const dtype =
    promoted === 'int64'
      ? 'float64'
      : promoted === null || ['bfloat16', 'float16', 'float64'].includes(promoted)
        ? promoted
        : 'float32';
  if (mode.kind !== 'str') throw new Lost('the mode is not known', dtype);
  if (typeof m !== 'number' || typeof n !== 'number') throw new Lost('the lengths are not known', dtype);
  const length =
    mode.value === 'full' ? m + n - 1 : mode.value === 'same' ? Math.max(m, n) : Math.abs(m - n) + 1;
  return opaque('correlates', [{ shape: [length], dtype }]);
}

export const signalOps: Readonly<Record<string, OpDefinition>> = {
  rfft: rule('(x, fft_length=None)', 'RFFT', (context) => {
    const { shape, dtype } = needs(context);
    requireAxes(shape, 1);
    const given = context.params['fft_length'];
    if (given.kind !== 'int' && given.kind !== 'none') throw new Lost('the FFT length is not known', dtype);
    const length = given.kind === 'int' ? given.value : shape[shape.length - 1];
    const bins = typeof length === 'number' ? Math.floor(length / 2) + 1 : OPEN;
    const spec = { shape: [...shape.slice(0, -1), bins], dtype };
    return opaque('a Fourier transform', [spec, spec], 'tuple');
  }),
  fft: transform('FFT', 1),
  fft2: transform('FFT2', 2),
  ifft2: transform('IFFT2', 2),
  irfft: rule('(x, fft_length=None)', 'IRFFT', inverse),
  stft: rule("(x, sequence_length, sequence_stride, fft_length, window='hann', center=True)", 'STFT', stft),
  istft: rule(
    "(x, sequence_length, sequence_stride, fft_length, length=None, window='hann', center=True)",
    'ISTFT',
    inverseFrames,
  ),
  extract_sequences: rule('(x, sequence_length, sequence_stride)', 'ExtractSequences', (context) => {
    const { shape, dtype } = needs(context);
    requireAxes(shape, 1);
    const [length, stride] = [numberIn(context, 'sequence_length'), numberIn(context, 'sequence_stride')];
    if (length === null || stride === null) throw new Lost('the frames are not known', dtype);
    const last = shape[shape.length - 1];
    const frames = count(addToDim(floorDivideDim(addToDim(last, -length), stride), 1), 'sequences');
    return opaque('cuts sequences', [{ shape: [...shape.slice(0, -1), frames, length], dtype }]);
  }),
  diff: rule('(a, n=1, axis=-1)', 'Diff', (context) => {
    const { shape, dtype } = needs(context, 'a');
    const [axis, n] = [axisOf(context.params['axis'], shape.length, shape), numberIn(context, 'n')];
    if (axis === null || n === null) throw new Lost('the axis is not known', dtype);
    const length = shape[axis];
    const left: Dim = typeof length === 'number' ? Math.max(length - n, 0) : OPEN;
    return opaque('differences along an axis', [
      { shape: shape.map((dim, i) => (i === axis ? left : dim)), dtype },
    ]);
  }),
  trapezoid: rule(
    '(y, x=None, dx=1.0, axis=-1)',
    'Trapezoid',
    (context) => {
      const y = needs(context, 'y');
      const { shape } = y;
      const dtype = dtypeByRule('promote', context.recorder.backend, [y.dtype, 'float']);
      const axis = context.params['axis'];
      if (axis.kind !== 'int') throw new Lost('the axis is not known', dtype);
      // Keras counts the axis around.
      const at = shape.length === 0 ? 0 : ((axis.value % shape.length) + shape.length) % shape.length;
      return opaque('sums along an axis', [{ shape: shape.filter((_, i) => i !== at), dtype }]);
    },
    { inputs: ['y'] },
  ),
  correlate: rule("(x1, x2, mode='valid')", 'Correlate', correlate, { inputs: ['x1', 'x2'] }),
  corrcoef: rule('(x)', 'Corrcoef', (context) => {
    const { shape, dtype } = needs(context);
    const kept =
      dtype === 'int64' ? 'float64' : dtypeByRule('promote', context.recorder.backend, [dtype, 'float']);
    return opaque('correlates', [{ shape, dtype: kept }]);
  }),
  vander: rule('(x, N=None, increasing=False)', 'Vander', (context) => {
    const { shape, dtype } = needs(context);
    if (shape.length !== 1)
      throw new KerasError(
        'input-rank',
        `vander() takes one axis, not ${formatShape(shape)}.`,
        `Input tensor must be 1-dimensional. Received: input.shape=${formatShape(shape)}`,
        { input: 0, facts: { rank: shape.length, expected: 1, ndim: 1 } },
      );
    const { N } = context.params;
    if (N.kind !== 'int' && N.kind !== 'none') throw new Lost('the number of columns is not known', dtype);
    return opaque('powers', [{ shape: [shape[0], N.kind === 'int' ? N.value : shape[0]], dtype }]);
  }),
  diagflat: rule('(x, k=0)', 'Diagflat', (context) => {
    const { shape, dtype } = needs(context);
    const k = numberIn(context, 'k');
    if (k === null) throw new Lost('the diagonal is not known', dtype);
    const size = flatSize(shape);
    const side: Dim = typeof size === 'number' ? size + Math.abs(k) : OPEN;
    return opaque('a diagonal', [{ shape: [side, side], dtype }]);
  }),
  view_as_complex: rule('(x)', 'ViewAsComplex', (context) =>
    opaque('reads bytes', [{ shape: needs(context).shape.slice(0, -1), dtype: 'complex64' }]),
  ),
  view_as_real: rule('(x)', 'ViewAsReal', (context) =>
    opaque('reads bytes', [{ shape: [...needs(context).shape, 2], dtype: 'float32' }]),
  ),
  polar: rule(
    '(abs_, angle)',
    'Polar',
    (context) => opaque('complex numbers', [{ shape: needs(context, 'abs_').shape, dtype: 'float32' }]),
    { inputs: ['abs_', 'angle'] },
  ),
  view: rule('(x, dtype=None)', 'View', view),
};

const BYTES: Readonly<Record<string, number>> = { bool: 1, bfloat16: 2, complex64: 8, complex128: 16 };
const bytesOf = (dtype: string): number => BYTES[dtype] ?? Number(/\d+$/.exec(dtype)?.[0] ?? 32) / 8;

/** The same bytes as another dtype: the last axis shrinks or grows with the size of an element. */
function view(context: OpContext): OpResult {
  const { shape, dtype } = needs(context);
  const wanted = context.params['dtype'];
  const next = wanted.kind === 'none' ? dtype : wanted.kind === 'str' ? wanted.value : null;
  if (dtype === null || next === null) throw new Lost('the dtype is not known', next);
  const [before, after] = [bytesOf(dtype), bytesOf(next)];
  const last = shape[shape.length - 1];
  if (before === after) return opaque('reads bytes', [{ shape, dtype: next }]);
  if (last === undefined || (typeof last === 'number' && (last * before) % after !== 0))
    throw new KerasError(
      'op-range',
      `${formatShape(shape)} of ${dtype} cannot be read as ${next}: the bytes do not come out even.`,
      `Cannot view array of shape ${formatShape(shape)} and dtype ${dtype} as dtype ${next} because the total number of bytes is not divisible by the new itemsize.`,
      { callArgument: 'dtype', facts: { from: dtype, to: next } },
    );
  const length: Dim = typeof last === 'number' ? (last * before) / after : last;
  return opaque('reads bytes', [{ shape: [...shape.slice(0, -1), length], dtype: next }]);
}
