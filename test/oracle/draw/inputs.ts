/** Random inputs: shapes of the rank that a layer wants (mostly), open dimensions, dtypes. */
import { call, ints, quoted, type Argument, type Expression } from '../expression';
import type { Random } from '../random';

/** A drawn input, without its batch axis. */
export interface DrawnInput {
  readonly shape: readonly (number | null)[];
  readonly dtype?: string;
  /** Batch length when it is fixed. */
  readonly batch?: number;
}

export const CHANNELS = [1, 2, 3, 4, 6, 8, 12, 16];
const DTYPES = ['float16', 'bfloat16', 'int32', 'int64', 'uint8', 'bool', 'float64'];

export function length(random: Random, low = 4, high = 24, open = 0.15): number | null {
  return random.chance(open) ? null : random.int(low, high);
}

/** `rank` spatial lengths and channels, where the data format wants them. */
export function imageShape(random: Random, rank: number, channelsFirst: boolean): (number | null)[] {
  const spatial = random.times(rank, () => length(random, 3, rank === 3 ? 9 : 24));
  const channels = random.chance(0.02) ? null : random.pick(CHANNELS);
  return channelsFirst ? [channels, ...spatial] : [...spatial, channels];
}

/** Any shape of a rank from `low` to `high`. */
export function anyShape(random: Random, low = 1, high = 4, open = 0.1): (number | null)[] {
  return random.times(random.int(low, high), () => length(random, 1, 12, open));
}

/** Spoils a shape now and then, as programs do: an axis too many, one too few. */
export function spoilShape(random: Random, shape: readonly (number | null)[], p = 0.04): (number | null)[] {
  if (!random.chance(p)) return [...shape];
  return random.chance(0.5) ? shape.slice(1) : [random.int(1, 5), ...shape];
}

export function drawDtype(random: Random, usual?: string): string | undefined {
  return random.chance(0.08) ? random.pick(DTYPES) : usual;
}

export function inputExpression({ shape, dtype, batch }: DrawnInput): Expression {
  const args: Argument[] = [
    batch === undefined
      ? { name: 'shape', value: ints(shape) }
      : { name: 'batch_shape', value: ints([batch, ...shape]) },
  ];
  if (dtype !== undefined) args.push({ name: 'dtype', value: quoted(dtype) });
  return call('keras.Input', args);
}
