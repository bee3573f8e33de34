/** Between the shapes of the graph and the values a Python program sees for them. */
import { isOpen, isUnknown, type Dim, type Shape, type Unknown } from '../../graph/graph';
import {
  int,
  tuple,
  unknown as unknownValue,
  type SymbolicInt,
  type UnknownValue,
  type Value,
} from '../../python/values';
import { OPEN, fromFormula, isKnownRank, unknownDim } from '../dims';

let anonymous = 0;

/** The value of `x.shape[i]`: an int, `None` that still carries its formula, or unknown. */
export function dimToValue(dim: Dim): Value {
  if (typeof dim === 'number') return int(dim);
  if (isOpen(dim)) return symbolic(dim.formula ?? `n${++anonymous}`, true);
  return fromUnknown(dim, 'int');
}

/** The value of `tf.shape(x)[i]`: an int, or an integer that follows a formula. */
export function dimToLength(dim: Dim): Value {
  const value = dimToValue(dim);
  return value.kind === 'symbolic' ? { ...value, isNone: false } : value;
}

function symbolic(expr: SymbolicInt['expr'], isNone: boolean): SymbolicInt {
  return { kind: 'symbolic', expr, isNone };
}

export function shapeToValue(shape: Shape, length: (dim: Dim) => Value = dimToValue): Value {
  return isKnownRank(shape) ? tuple(shape.map(length)) : fromUnknown(shape as Unknown, 'tuple');
}

export function fromUnknown(unknown: Unknown, type?: string): UnknownValue {
  return unknownValue(unknown.reason, unknown.at ?? null, type);
}

export function toUnknown(value: UnknownValue): Unknown {
  return value.at === null
    ? { kind: 'unknown', reason: value.reason }
    : { kind: 'unknown', reason: value.reason, at: value.at };
}

/** One entry of a shape given by the program; undefined when it certainly is no length (a float, a string, …). */
export function valueToDim(value: Value): Dim | undefined {
  switch (value.kind) {
    case 'int':
      return value.value;
    case 'bool':
      return value.value ? 1 : 0;
    case 'none':
      return OPEN;
    case 'symbolic':
      return fromFormula(value.expr);
    case 'unknown':
      return toUnknown(value);
    case 'instance': {
      const payload = value.data as { value?: unknown } | null;
      if (payload !== null && typeof payload === 'object' && typeof payload.value === 'number')
        return payload.value;
      const inner =
        payload !== null && typeof payload === 'object' ? (payload.value as Value | undefined) : undefined;
      if (inner !== undefined && typeof inner === 'object' && 'kind' in inner) return valueToDim(inner);
      return unknownDim('a length that is not known');
    }
    default:
      return undefined;
  }
}

/** A shape given by the program (tuple, list, TensorShape); undefined when it certainly is none. */
export function valueToShape(value: Value): Shape | undefined {
  switch (value.kind) {
    case 'unknown':
      return toUnknown(value);
    case 'tuple':
    case 'list': {
      if (value.kind === 'list' && value.tail !== null) return toUnknown(value.tail);
      const dims: Dim[] = [];
      for (const item of value.items) {
        const dim = valueToDim(item);
        if (dim === undefined) return undefined;
        dims.push(dim);
      }
      return dims;
    }
    case 'instance': {
      const payload = value.data as { shape?: unknown } | null;
      if (
        payload !== null &&
        typeof payload === 'object' &&
        payload.shape !== undefined &&
        value.cls.name === 'TensorShape'
      )
        return payload.shape as Shape;
      return { kind: 'unknown', reason: `the shape given as ${value.cls.name} is not known` };
    }
    default:
      return undefined;
  }
}

/** A length that may be open or unknown, as an int where it is known. */
export function knownLength(dim: Dim): number | null {
  return typeof dim === 'number' ? dim : null;
}

/** Join of two shapes that one tensor may have: what agrees stays known. */
export function joinShapes(a: Shape, b: Shape): Shape {
  if (!isKnownRank(a)) return a;
  if (!isKnownRank(b)) return b;
  if (a.length !== b.length)
    return { kind: 'unknown', reason: 'the rank depends on a condition that is not known' };
  return a.map((dim, axis) => joinDims(dim, b[axis]!));
}

function joinDims(a: Dim, b: Dim): Dim {
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  if (a === b) return a;
  if (isOpen(a) && isOpen(b)) return JSON.stringify(a.formula) === JSON.stringify(b.formula) ? a : OPEN;
  return unknownDim('it depends on a condition that is not known');
}
