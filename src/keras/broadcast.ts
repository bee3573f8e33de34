/**
 * Broadcasting of shapes in the two ways Keras has: `ops` (an open length gives way to a known one) and merge layers
 * (an open length stays open). Sources: Keras `ops/operation_utils.py`, `layers/merging/base_merge.py`.
 */
import { isOpen, isUnknown, type Dim, type Shape } from '../graph/graph';
import { KerasError } from './definition';
import { OPEN, dimsEqual, isKnownRank, unknownDim } from './dims';
import { listText, tupleText } from './pythonText';

/**
 * NumPy-like broadcasting as `keras.ops` and tensor operators do it: `None` against a length gives the length.
 * Raises KerasError when two known lengths differ and neither is 1.
 */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  if (!isKnownRank(a)) return a;
  if (!isKnownRank(b)) return b;
  const [left, right] = padRanks(a, b);
  return left.map((dim, i) => {
    const other = right[i];
    if (dim === 1) return other;
    if (other === 1) return dim;
    if (typeof dim === 'number' && typeof other === 'number') {
      if (dim === other) return dim;
      throw new KerasError(
        'broadcast-shape',
        `The shapes ${tupleText(a)} and ${tupleText(b)} do not fit together: ${dim} against ${other}.`,
        `Cannot broadcast shape, the failure dim has value ${dim}, which cannot be broadcasted to ${other}. Input shapes are: ${listText(a)} and ${listText(b)}.`,
        { input: 1, facts: { a: dim, b: other, axis: i - left.length } },
      );
    }
    // An unknown length against a known one greater than 1: whatever it is, the result is that length, or Keras raises.
    if (typeof dim === 'number') return dim;
    if (typeof other === 'number') return other;
    if (isUnknown(dim)) return dim;
    if (isUnknown(other)) return other;
    return mergeOpen(dim, other);
  });
}

/**
 * Merge layers' rule for one pair of shapes without their batch axes: `None` against anything stays `None`. `fail` makes
 * the error, for Keras quotes the shapes.
 */
export function mergeShapes(a: readonly Dim[], b: readonly Dim[], fail: () => KerasError): readonly Dim[] {
  const [long, short] = a.length < b.length ? [b, a] : [a, b];
  const extra = long.length - short.length;
  return long.map((dim, i) => {
    if (i < extra) return dim;
    const other = short[i - extra];
    if (typeof dim === 'number' && typeof other === 'number') {
      if (dim === 1) return other;
      if (other === 1 || dim === other) return dim;
      throw fail();
    }
    if (isUnknown(dim)) return dim;
    if (isUnknown(other)) return other;
    if (typeof dim === 'number') return other;
    if (typeof other === 'number') return dim;
    return mergeOpen(dim, other);
  });
}

/** Two open lengths that must agree: the formula stays when it is the same for both. */
export function mergeOpen(a: Dim, b: Dim): Dim {
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  if (dimsEqual(a, b)) return a;
  if (isOpen(a) && a.formula === undefined) return b;
  if (isOpen(b) && b.formula === undefined) return a;
  return OPEN;
}

function padRanks(a: readonly Dim[], b: readonly Dim[]): readonly [readonly Dim[], readonly Dim[]] {
  const rank = Math.max(a.length, b.length);
  const pad = (shape: readonly Dim[]): readonly Dim[] => [
    ...Array<Dim>(rank - shape.length).fill(1),
    ...shape,
  ];
  return [pad(a), pad(b)];
}

/** A dimension that two alternatives disagree on. */
export function eitherDim(a: Dim, b: Dim, reason: string): Dim {
  return dimsEqual(a, b) ? a : unknownDim(reason);
}
