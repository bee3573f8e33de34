/** Shape of a matrix product with batch axes, vectors included. Source: Keras `operation_utils.compute_matmul_output_shape`. */
import type { Dim, Shape } from '../../graph/graph';
import { KerasError } from '../definition';
import { formatShape, isKnownRank } from '../dims';
import { broadcastShapes } from '../broadcast';

export function matmulShape(a: Shape, b: Shape, transposeA = false, transposeB = false): Shape {
  if (!isKnownRank(a)) return a;
  if (!isKnownRank(b)) return b;
  if (a.length === 0 || b.length === 0) {
    throw new KerasError(
      'matmul-shape',
      `A matrix product needs operands with at least one axis, not ${formatShape(a)} and ${formatShape(b)}.`,
      'Inputs to `matmul` must have at least one dimension.',
    );
  }
  const left: readonly Dim[] = a.length === 1 ? [1, a[0]] : transposeA ? swapped(a) : a;
  const right: readonly Dim[] = b.length === 1 ? [b[0], 1] : transposeB ? swapped(b) : b;
  const inner = left[left.length - 1];
  const outer = right[right.length - 2];
  if (typeof inner === 'number' && typeof outer === 'number' && inner !== outer) {
    throw new KerasError(
      'matmul-shape',
      `The product of ${formatShape(a)} and ${formatShape(b)} needs equal inner lengths, but they are ${inner} and ${outer}.`,
      `Inner dimensions (\`x1.shape[-1]\` and \`x2.shape[-2]\`) must be equal, but received \`x1.shape=${formatShape(a)}\` and \`x2.shape=${formatShape(b)}\`.`,
      { facts: { inner, outer } },
    );
  }
  const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  if (!isKnownRank(batch)) return batch;
  const dims: Dim[] = [...batch];
  if (a.length > 1) dims.push(left[left.length - 2]);
  if (b.length > 1) dims.push(right[right.length - 1]);
  return dims;
}

function swapped(shape: readonly Dim[]): readonly Dim[] {
  return [...shape.slice(0, -2), shape[shape.length - 1], shape[shape.length - 2]];
}
