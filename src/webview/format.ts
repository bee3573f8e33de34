/** Numbers, shapes and sizes as the panel writes them. Unknown is written `?`, a length that Keras leaves open `None`. */
import { isUnknown, type Dim, type Shape, type Unknown } from '../graph/graph';

export const NOT_KNOWN = '?';

/** `12345678` → `12,345,678`. */
export function exact(value: number | null | undefined): string {
  return value === null || value === undefined
    ? NOT_KNOWN
    : value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** `138357544` → `138 M`, three significant digits; below 10,000 exact. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined) return NOT_KNOWN;
  return scaled(value, 1000, ['', ' k', ' M', ' G', ' T', ' P'], 10_000);
}

/** `1536` → `1.50 KiB`. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return NOT_KNOWN;
  return scaled(value, 1024, [' B', ' KiB', ' MiB', ' GiB', ' TiB'], 1024);
}

function scaled(value: number, base: number, units: readonly string[], exactBelow: number): string {
  if (Math.abs(value) < exactBelow) return exact(value) + units[0];
  let unit = 0;
  let rest = value;
  // 999.6 would print as 1000: go on to the next unit where rounding reaches the base.
  while (unit < units.length - 1 && Math.abs(rest) >= base - 0.5) {
    rest /= base;
    unit++;
  }
  return `${Math.abs(rest) >= 100 ? rest.toFixed(0) : rest.toPrecision(3)}${units[unit]}`;
}

/** `0.0312` → `3.1 %`. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value !== 0 && value < 0.1 ? '<0.1' : value < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
}

export function dim(value: Dim): string {
  return typeof value === 'number' ? String(value) : isUnknown(value) ? NOT_KNOWN : 'None';
}

export function isRanked(shape: Shape): shape is readonly Dim[] {
  return Array.isArray(shape);
}

/** As Keras prints it: `(None, 28, 28, 64)`; `(…)` for an unknown rank. */
export function shape(value: Shape | null | undefined): string {
  if (!value || !isRanked(value)) return '(…)';
  return value.length === 1 ? `(${dim(value[0])},)` : `(${value.map(dim).join(', ')})`;
}

/** Without the batch axis: `28×28×64`; `scalar` for nothing left. */
export function sampleShape(value: Shape | null | undefined): string {
  if (!value || !isRanked(value)) return '…';
  return value.length <= 1 ? 'scalar' : value.slice(1).map(dim).join('×');
}

/** Whole as it is; a part of a position (what an up-sampling leaves of a stride) as a fraction where it is a simple one. */
function length(value: number): string {
  if (Number.isInteger(value)) return String(value);
  for (let below = 2; below <= 64; below++) {
    const above = Math.round(value * below);
    if (Math.abs(value - above / below) < 1e-9) return `${above}/${below}`;
  }
  return measured(value);
}

/** `3×3`, one number when all axes agree and there are more than two. */
export function sizes(values: readonly (number | null)[]): string {
  return values.map((value) => (value === null ? NOT_KNOWN : length(value))).join('×') || NOT_KNOWN;
}

/** First reason found in a shape, or null when all is known. */
export function reasonIn(value: Shape): Unknown | null {
  if (!isRanked(value)) return value;
  for (const length of value) if (isUnknown(length)) return length;
  return null;
}

/** A measured number in a cell or under the pointer: four significant digits. */
export function measured(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e5 || size < 1e-3 ? value.toExponential(2) : Number(value.toPrecision(4)).toString();
  return text.replace('-', '−');
}

/** Milliseconds: `0.8 ms`, `12 ms`, `1.4 s`. */
export function milliseconds(value: number): string {
  return value >= 1000
    ? `${(value / 1000).toFixed(1)} s`
    : value >= 10
      ? `${value.toFixed(0)} ms`
      : `${value.toFixed(1)} ms`;
}
