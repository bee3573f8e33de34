/** Arithmetic on dimensions that may be open (Keras' `None`, with a formula) or unknown (with a reason). */
import { isUnknown, type Dim, type Formula, type Shape, type Unknown } from '../graph/graph';
import { combine, same } from '../python/symbolic';

export const OPEN: Dim = { kind: 'open' };

export function openDim(formula?: Formula): Dim {
  return formula === undefined ? OPEN : { kind: 'open', formula };
}

/** An unknown dimension; when `because` is itself unknown its reason is kept, for it came first. */
export function unknownDim(reason: string, because?: Dim): Unknown {
  return because !== undefined && isUnknown(because) ? because : { kind: 'unknown', reason };
}

export const addToDim = (dim: Dim, amount: number): Dim => withNumber('+', dim, amount);
export const mulDim = (dim: Dim, factor: number): Dim => withNumber('*', dim, factor);
export const floorDivideDim = (dim: Dim, divisor: number): Dim => withNumber('//', dim, divisor);
/** `⌈dim / divisor⌉`. */
export const ceilDivideDim = (dim: Dim, divisor: number): Dim =>
  divisor === 1 ? dim : floorDivideDim(addToDim(dim, divisor - 1), divisor);

function withNumber(op: '+' | '*' | '//', dim: Dim, amount: number): Dim {
  if (typeof dim === 'number') {
    if (op === '+') return dim + amount;
    if (op === '*') return dim * amount;
    return amount === 0 ? unknownDim('division by zero') : Math.floor(dim / amount);
  }
  if (isUnknown(dim)) return dim;
  return dim.formula === undefined ? dim : { kind: 'open', formula: combine(op, dim.formula, amount) };
}

/** Two dimensions combined: known numbers fold, open ones stay open (with a formula when both have one), unknown wins. */
export function combineDims(op: '+' | '-' | '*' | '//' | '%' | 'max' | 'min', a: Dim, b: Dim): Dim {
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  const left = typeof a === 'number' ? a : a.formula;
  const right = typeof b === 'number' ? b : b.formula;
  if (op === '*' && (a === 0 || b === 0)) return 0;
  if (left === undefined || right === undefined) return OPEN;
  const result = combine(op, left, right);
  // What Keras leaves open stays open, even where the formula says its length (`H − H`, a projection's output).
  return typeof a === 'number' && typeof b === 'number'
    ? fromFormula(result)
    : { kind: 'open', formula: result };
}

/** The dimension that a formula stands for: a number is a known length, anything else is open. */
export function fromFormula(formula: Formula): Dim {
  return typeof formula === 'number' ? formula : { kind: 'open', formula };
}

/** Product of dimensions (1 for none). */
export function product(dims: readonly Dim[]): Dim {
  return dims.reduce<Dim>((total, dim) => combineDims('*', total, dim), 1);
}

/** True: certainly equal; false: certainly different; undefined: not known. Open dimensions are equal when their formulas are. */
export function dimsEqual(a: Dim, b: Dim): boolean | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a === b;
  if (isUnknown(a) || isUnknown(b)) return undefined;
  if (
    typeof a === 'object' &&
    typeof b === 'object' &&
    a.formula !== undefined &&
    b.formula !== undefined &&
    same(a.formula, b.formula)
  )
    return true;
  return undefined;
}

export function isKnownRank(shape: Shape): shape is readonly Dim[] {
  return Array.isArray(shape);
}

/** `(None, 28, 28, ?)`: as Keras prints shapes, `?` for what ConvLens does not know, `(…)` for an unknown rank. */
export function formatShape(shape: Shape): string {
  if (!isKnownRank(shape)) return '(…)';
  const parts = shape.map(formatDim);
  return parts.length === 1 ? `(${parts[0]},)` : `(${parts.join(', ')})`;
}

export function formatDim(dim: Dim): string {
  return typeof dim === 'number' ? String(dim) : isUnknown(dim) ? '?' : 'None';
}
