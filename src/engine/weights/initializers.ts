/**
 * Keras' initialisers: the distributions and their scale by the weight's shape, exactly; the random numbers are ConvLens' own.
 * Source: Keras `initializers/random_initializers.py` (`compute_fans`), `constant_initializers.py`.
 */
import { sizeOf } from '../ops';
import { normalStream, randomStream, truncatedNormalStream, type Random } from './random';

export interface InitializerSpec {
  readonly name: string;
  readonly config?: Readonly<Record<string, number | string | null>>;
}

/** `[fan in, fan out]` of a weight shape. */
export function computeFans(shape: readonly number[]): readonly [number, number] {
  if (shape.length < 1) return [1, 1];
  if (shape.length === 1) return [shape[0], shape[0]];
  const receptive = sizeOf(shape.slice(0, -2));
  return [shape[shape.length - 2] * receptive, shape[shape.length - 1] * receptive];
}

type Distribution = 'truncated_normal' | 'untruncated_normal' | 'uniform';

interface Scaling {
  readonly scale: number;
  readonly mode: 'fan_in' | 'fan_out' | 'fan_avg';
  readonly distribution: Distribution;
}

const SCALINGS: Readonly<Record<string, Scaling>> = {
  glorot_uniform: { scale: 1, mode: 'fan_avg', distribution: 'uniform' },
  glorot_normal: { scale: 1, mode: 'fan_avg', distribution: 'truncated_normal' },
  he_uniform: { scale: 2, mode: 'fan_in', distribution: 'uniform' },
  he_normal: { scale: 2, mode: 'fan_in', distribution: 'truncated_normal' },
  lecun_uniform: { scale: 1, mode: 'fan_in', distribution: 'uniform' },
  lecun_normal: { scale: 1, mode: 'fan_in', distribution: 'truncated_normal' },
};

/** Standard deviation of a standard normal cut off at ±2: a truncated normal is widened by it. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

/**
 * Values for a weight, or null for an initialiser that is not known. `key` names the weight within the run
 * (seed, layer, name) and decides the random numbers.
 */
export function initialize(
  spec: InitializerSpec,
  shape: readonly number[],
  key: string,
): Float32Array | null {
  const name = ALIASES[spec.name] ?? spec.name;
  const out = new Float32Array(sizeOf(shape));
  const value = (option: string, fallback: number): number => {
    const given = spec.config?.[option];
    return typeof given === 'number' ? given : fallback;
  };
  const scaling = name === 'variance_scaling' ? customScaling(spec) : SCALINGS[name];
  if (scaling) return scaled(out, shape, scaling, randomStream(key));
  switch (name) {
    case 'zeros':
      return out;
    case 'ones':
      return out.fill(1);
    case 'constant':
      return out.fill(value('value', 0));
    case 'random_uniform':
      return fill(
        out,
        randomStream(key),
        value('maxval', 0.05) - value('minval', -0.05),
        value('minval', -0.05),
      );
    case 'random_normal':
      return fill(out, normalStream(randomStream(key)), value('stddev', 0.05), value('mean', 0));
    case 'truncated_normal':
      return fill(out, truncatedNormalStream(randomStream(key)), value('stddev', 0.05), value('mean', 0));
    case 'identity':
      return identity(out, shape, value('gain', 1));
    case 'orthogonal':
      return orthogonal(out, shape, value('gain', 1), normalStream(randomStream(key)));
    default:
      return null;
  }
}

const ALIASES: Readonly<Record<string, string>> = {
  zero: 'zeros',
  one: 'ones',
  uniform: 'random_uniform',
  normal: 'random_normal',
  identity_initializer: 'identity',
  orthogonal_initializer: 'orthogonal',
  xavier_uniform: 'glorot_uniform',
  xavier_normal: 'glorot_normal',
};

function customScaling(spec: InitializerSpec): Scaling {
  const { scale, mode, distribution } = spec.config ?? {};
  return {
    scale: typeof scale === 'number' ? scale : 1,
    mode: mode === 'fan_out' || mode === 'fan_avg' ? mode : 'fan_in',
    distribution:
      distribution === 'uniform' || distribution === 'untruncated_normal' ? distribution : 'truncated_normal',
  };
}

function scaled(out: Float32Array, shape: readonly number[], scaling: Scaling, random: Random): Float32Array {
  const [fanIn, fanOut] = computeFans(shape);
  const fan = scaling.mode === 'fan_in' ? fanIn : scaling.mode === 'fan_out' ? fanOut : (fanIn + fanOut) / 2;
  const variance = scaling.scale / Math.max(1, fan);
  if (scaling.distribution === 'uniform') {
    const limit = Math.sqrt(3 * variance);
    return fill(out, random, 2 * limit, -limit);
  }
  if (scaling.distribution === 'untruncated_normal')
    return fill(out, normalStream(random), Math.sqrt(variance), 0);
  return fill(out, truncatedNormalStream(random), Math.sqrt(variance) / TRUNCATED_DEVIATION, 0);
}

function fill(out: Float32Array, random: Random, scale: number, offset: number): Float32Array {
  for (let i = 0; i < out.length; i++) out[i] = random() * scale + offset;
  return out;
}

function identity(out: Float32Array, shape: readonly number[], gain: number): Float32Array | null {
  if (shape.length !== 2) return null;
  for (let i = 0; i < Math.min(shape[0], shape[1]); i++) out[i * shape[1] + i] = gain;
  return out;
}

/** Orthonormal rows or columns of the matrix `[all but last, last]`, by modified Gram–Schmidt on normal numbers. */
function orthogonal(
  out: Float32Array,
  shape: readonly number[],
  gain: number,
  normal: Random,
): Float32Array | null {
  if (shape.length < 2) return null;
  const columns = shape[shape.length - 1];
  const rows = out.length / columns;
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = Float64Array.from({ length }, normal);
    for (const other of vectors) {
      let dot = 0;
      for (let i = 0; i < length; i++) dot += vector[i] * other[i];
      for (let i = 0; i < length; i++) vector[i] -= dot * other[i];
    }
    let norm = 0;
    for (let i = 0; i < length; i++) norm += vector[i] * vector[i];
    if (norm < 1e-12) continue;
    const scale = 1 / Math.sqrt(norm);
    for (let i = 0; i < length; i++) vector[i] *= scale;
    vectors.push(vector);
  }
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      out[r * columns + c] = gain * (rows >= columns ? vectors[c][r] : vectors[r][c]);
  return out;
}
