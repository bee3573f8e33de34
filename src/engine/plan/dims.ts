/** Binds open dimensions: evaluates the graph's formulas once the model's inputs have lengths. */
import { isOpen, isUnknown, type Dim, type Formula, type Shape } from '../../graph/graph';
import { sizeOf } from '../ops';
import { CannotRun } from './plan';

/** Named open dimensions and their lengths. */
export type Bindings = Map<string, number>;

export function evaluateFormula(formula: Formula, bindings: Bindings): number | null {
  if (typeof formula === 'number') return formula;
  if (typeof formula === 'string') return bindings.get(formula) ?? null;
  const a = evaluateFormula(formula.a, bindings);
  const b = evaluateFormula(formula.b, bindings);
  if (a === null || b === null) return null;
  switch (formula.op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '//':
      return b === 0 ? null : Math.floor(a / b);
    case '%':
      return b === 0 ? null : a - Math.floor(a / b) * b;
    case 'max':
      return Math.max(a, b);
    case 'min':
      return Math.min(a, b);
  }
}

/** The length of a dimension, null when it cannot be told. */
export function evaluateDim(dim: Dim, bindings: Bindings): number | null {
  if (typeof dim === 'number') return dim;
  if (isOpen(dim) && dim.formula !== undefined) return evaluateFormula(dim.formula, bindings);
  return null;
}

/** A target shape with at most one length left to infer from the number of elements; an open leading axis counts as the batch of one. */
export function inferShape(shape: Shape, elements: number, bindings: Bindings): number[] {
  if (isUnknown(shape)) throw new CannotRun(`its output shape is not known (${shape.reason})`);
  const lengths = (shape as readonly Dim[]).map((dim) => evaluateDim(dim, bindings));
  if (lengths.filter((length) => length === null).length > 1 && lengths[0] === null) lengths[0] = 1;
  const missing = lengths.indexOf(null);
  if (missing >= 0) {
    const known = sizeOf(lengths.filter((length): length is number => length !== null));
    if (known === 0 || elements % known !== 0 || lengths.indexOf(null, missing + 1) >= 0)
      throw new CannotRun('its output shape is not known');
    lengths[missing] = elements / known;
  }
  return lengths as number[];
}

/** Whether a computed shape agrees with all that the graph says of it. */
export function agrees(computed: readonly number[], shape: Shape, bindings: Bindings): boolean {
  if (isUnknown(shape)) return true;
  const dims = shape as readonly Dim[];
  return (
    dims.length === computed.length &&
    dims.every((dim, d) => {
      const stated = evaluateDim(dim, bindings);
      return stated === null || stated === computed[d];
    })
  );
}
