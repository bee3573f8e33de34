/** What shape rules of operations share: operands that must be known, axis arguments, and giving up with a reason. */
import type { Dim, Shape } from '../../graph/graph';
import type { Value } from '../../python/values';
import type { TensorRef } from '../definition';
import { isKnownRank } from '../dims';
import { lostResult, type OpContext, type OpDefinition } from './opFunction';
import type { OpResult } from './record';
import { axesOf } from './reduceOps';

/** An axis argument as a non-negative number; null when not known. `extra` axes beyond the rank are allowed. */
export function axisOf(value: Value, rank: number, shape: Shape, extra = 0): number | null {
  if (value.kind !== 'int') return null;
  if (value.value >= rank + extra || value.value < -rank - extra) axesOf(value, rank, shape);
  return value.value < 0 ? value.value + rank + extra : value.value;
}

/** The tensor in a parameter, of known rank; gives up otherwise. */
export function needs(context: OpContext, name = 'x'): TensorRef & { readonly shape: readonly Dim[] } {
  const x = context.tensor(name);
  if (x === undefined || !isKnownRank(x.shape))
    throw new Lost(
      x === undefined ? 'the operand is not known' : (x.shape as { reason: string }).reason,
      x?.dtype ?? null,
    );
  return x as TensorRef & { readonly shape: readonly Dim[] };
}

/** Given up for an unknown operand; turned into an unknown result. */
export class Lost {
  constructor(
    readonly reason: string,
    readonly dtype: string | null,
  ) {}
}

/** An operation by its signature, Keras' class name and shape rule, which may give up. */
export const rule = (
  signature: string,
  type: string,
  compute: (context: OpContext) => OpResult,
  more: Partial<OpDefinition> = {},
): OpDefinition => ({
  signature,
  type,
  ...more,
  compute: (context) => {
    try {
      return compute(context);
    } catch (error) {
      if (error instanceof Lost) return lostResult(error.reason, error.dtype);
      throw error;
    }
  },
});
