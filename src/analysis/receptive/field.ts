/**
 * The algebra of receptive fields along one axis of the network's input. A field says which stretch of input positions
 * each unit of a map sees; it moves evenly with the unit, or in a repeating pattern after up-sampling.
 *
 * Source for plain chains: Araujo, Norris, Sim, Computing Receptive Fields of Convolutional Neural Networks (2019). The
 * repeating pattern (period and phases) makes the same exact for transposed convolutions and up-sampling, where
 * neighbouring units see stretches of different lengths.
 */

/**
 * Unit `u = period·m + p` sees positions `advance·m + lo[p] … advance·m + hi[p]`, all moved by `shift`. A phase that sees
 * nothing has `lo = +∞`, `hi = −∞`. `advance` 0: all units see the same. Infinite ends: up to the input's border.
 */
export interface Field {
  readonly period: number;
  readonly advance: number;
  readonly lo: readonly number[];
  readonly hi: readonly number[];
  /** Pads that depend on an open input length: factor by symbol. Empty when the place is known. */
  readonly shift: Shift;
}

export type Shift = ReadonlyMap<string, number>;
/** Least and greatest value that each symbol of a shift can take. */
export type Bounds = ReadonlyMap<string, readonly [number, number]>;

/** Phase `p` of output unit `v = period·m + p` reads positions `advance·m + first + spacing·i` for `0 ≤ i < count`. */
export interface Step {
  readonly period: number;
  readonly advance: number;
  readonly taps: readonly { readonly first: number; readonly count: number; readonly spacing: number }[];
  /** All positions are less by this unknown pad. */
  readonly unknownPad?: string;
}

/** Nothing could be said, and why. */
export interface Lost {
  readonly lost: string;
}

export const NO_SHIFT: Shift = new Map();
/** A longer pattern than this is given up, and said so, rather than computed slowly. */
const LONGEST_PERIOD = 4096;

export const POINT: Field = { period: 1, advance: 1, lo: [0], hi: [0], shift: NO_SHIFT };
export const WHOLE: Field = { period: 1, advance: 0, lo: [-Infinity], hi: [Infinity], shift: NO_SHIFT };

export function isLost(value: object): value is Lost {
  return 'lost' in value;
}

export function fixed(lo: number, hi: number, shift: Shift = NO_SHIFT): Field {
  return { period: 1, advance: 0, lo: [lo], hi: [hi], shift };
}

/** Lowest position that unit `u` sees, without the shift. */
export function lowest(field: Field, unit: number): number {
  const phase = mod(unit, field.period);
  return field.lo[phase] + (field.advance === 0 ? 0 : ((unit - phase) / field.period) * field.advance);
}

export function highest(field: Field, unit: number): number {
  const phase = mod(unit, field.period);
  return field.hi[phase] + (field.advance === 0 ? 0 : ((unit - phase) / field.period) * field.advance);
}

/** What the output of a step sees when its input sees `field`. */
export function compose(field: Field, step: Step): Field | Lost {
  const { unknownPad } = step;
  if (unknownPad !== undefined && field.period > 1) {
    return { lost: 'the padding depends on an open input length after up-sampling' };
  }
  const repeats = field.period / gcd(step.advance, field.period);
  const period = step.period * repeats;
  if (period > LONGEST_PERIOD)
    return { lost: `the pattern of up-sampling repeats only after ${period} positions` };
  const lo: number[] = [];
  const hi: number[] = [];
  for (let unit = 0; unit < period; unit++) {
    const { first, count, spacing } = step.taps[unit % step.period];
    const start = first + Math.floor(unit / step.period) * step.advance;
    let least = Infinity;
    let most = -Infinity;
    // The pattern repeats after `field.period` taps: only the outermost ones can reach farthest.
    const outer = Math.min(count, field.period);
    for (let i = 0; i < outer; i++) {
      for (const tap of count > outer
        ? [start + i * spacing, start + (count - 1 - i) * spacing]
        : [start + i * spacing]) {
        const low = lowest(field, tap);
        const high = highest(field, tap);
        if (low < least) least = low;
        if (high > most) most = high;
      }
    }
    lo.push(least);
    hi.push(most);
  }
  const advance = (field.advance * step.advance * repeats) / field.period;
  const shift =
    unknownPad === undefined || field.advance === 0
      ? field.shift
      : addToShift(field.shift, unknownPad, -field.advance);
  return { period, advance, lo, hi, shift };
}

/** What is seen by all of the first `length` units together; up to the border when their number is not known. */
export function cover(field: Field, length: number | null): Field {
  if (field.advance === 0)
    return field.period === 1 ? field : fixed(Math.min(...field.lo), Math.max(...field.hi), field.shift);
  if (length === null) return WHOLE;
  let lo = Infinity;
  let hi = -Infinity;
  const outer = Math.min(length, field.period);
  for (let i = 0; i < outer; i++) {
    for (const unit of [i, length - 1 - i]) {
      lo = Math.min(lo, lowest(field, unit));
      hi = Math.max(hi, highest(field, unit));
    }
  }
  return fixed(lo, hi, field.shift);
}

export interface Union {
  readonly field: Field | Lost;
  /** Whether both move with the same stride and have the same centre; null when it depends on an open length. */
  readonly aligned: boolean | null;
}

/** What a unit sees that reads the same unit of two maps (the hull of both stretches). */
export function unite(a: Field, b: Field, bounds: Bounds): Union {
  if (a === b) return { field: a, aligned: true };
  if (isEmpty(a)) return { field: b, aligned: true };
  if (isEmpty(b)) return { field: a, aligned: true };
  if (isWhole(a) || isWhole(b)) return { field: WHOLE, aligned: true };
  const everyLow = (field: Field): boolean => field.lo.every((low) => low === -Infinity);
  const everyHigh = (field: Field): boolean => field.hi.every((high) => high === Infinity);
  // All that came before in one map, all that comes after in the other: a bidirectional network.
  if ((everyLow(a) || everyLow(b)) && (everyHigh(a) || everyHigh(b))) return { field: WHOLE, aligned: true };
  if ((a.advance === 0) !== (b.advance === 0)) {
    // One place seen by all units beside places that move: the outermost units reach from it to the border.
    return { field: WHOLE, aligned: false };
  }
  const period = lcm(a.period, b.period);
  if (period > LONGEST_PERIOD)
    return {
      field: { lost: `the pattern of up-sampling repeats only after ${period} positions` },
      aligned: null,
    };
  const advance = (a.advance * period) / a.period;
  if (advance !== (b.advance * period) / b.period) {
    return { field: { lost: 'branches with different strides meet here' }, aligned: false };
  }
  const [least, most] = difference(a.shift, b.shift, bounds);
  const lo: number[] = [];
  const hi: number[] = [];
  let aligned = true;
  let onlyA = true;
  let onlyB = true;
  for (let unit = 0; unit < period; unit++) {
    const [lowA, lowB, highA, highB] = [lowest(a, unit), lowest(b, unit), highest(a, unit), highest(b, unit)];
    lo.push(Math.min(lowA, lowB));
    hi.push(Math.max(highA, highB));
    const bothSee = lowA <= highA && lowB <= highB;
    if (bothSee && lowA + highA !== lowB + highB) aligned = false;
    if (!(lowA <= lowB + least && highA >= highB + most)) onlyA = false;
    if (!(lowB + most <= lowA && highB + least >= highA)) onlyB = false;
  }
  if (least === 0 && most === 0) return { field: { period, advance, lo, hi, shift: a.shift }, aligned };
  if (!onlyA && !onlyB)
    return {
      field: { lost: 'how the branches lie to each other depends on the open input length' },
      aligned: null,
    };
  return { field: onlyA ? a : b, aligned: null };
}

/** Greatest number of positions that a unit sees; Infinity when it reaches to the border. */
export function size(field: Field): number {
  let most = 0;
  for (let phase = 0; phase < field.period; phase++)
    most = Math.max(most, field.hi[phase] - field.lo[phase] + 1);
  return most;
}

export function isEmpty(field: Field): boolean {
  return field.lo.every((low, phase) => low > field.hi[phase]);
}

export function isWhole(field: Field): boolean {
  return field.lo.every((low) => low === -Infinity) && field.hi.every((high) => high === Infinity);
}

/** Range of `b − a` for two shifts. */
function difference(a: Shift, b: Shift, bounds: Bounds): readonly [number, number] {
  if (a === b || (a.size === 0 && b.size === 0)) return [0, 0];
  let least = 0;
  let most = 0;
  for (const symbol of new Set([...a.keys(), ...b.keys()])) {
    const factor = (b.get(symbol) ?? 0) - (a.get(symbol) ?? 0);
    if (factor === 0) continue;
    const [low, high] = bounds.get(symbol) ?? [-Infinity, Infinity];
    least += Math.min(factor * low, factor * high);
    most += Math.max(factor * low, factor * high);
  }
  return [least, most];
}

function addToShift(shift: Shift, symbol: string, factor: number): Shift {
  const sum = new Map(shift);
  const value = (sum.get(symbol) ?? 0) + factor;
  if (value === 0) sum.delete(symbol);
  else sum.set(symbol, value);
  return sum;
}

export function gcd(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

function lcm(a: number, b: number): number {
  return (a / gcd(a, b)) * b;
}

export function mod(a: number, b: number): number {
  return a - b * Math.floor(a / b);
}
