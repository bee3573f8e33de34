/** `slice(x, start, size)`: a block out of a tensor, as `tf.slice` and `keras.ops.slice` take it. */
import type { Dim, SliceItem } from '../../graph/graph';
import type { Value } from '../../python/values';
import { addToDim, isKnownRank, unknownDim } from '../dims';
import { valueToDim } from '../model/shapes';
import { lostResult, type OpDefinition } from './opFunction';

const entries = (value: Value): readonly Value[] | undefined =>
  value.kind === 'list' || value.kind === 'tuple' ? value.items : undefined;

export const sliceOps: Readonly<Record<string, OpDefinition>> = {
  slice: {
    signature: '(inputs, start_indices, shape)',
    type: 'Slice',
    inputs: ['inputs'],
    compute: ({ tensor, params }) => {
      const x = tensor('inputs');
      const starts = entries(params['start_indices']);
      const sizes = entries(params['shape']);
      if (x === undefined) return lostResult('what is sliced is not known');
      const rank = isKnownRank(x.shape) ? x.shape.length : (sizes?.length ?? starts?.length);
      if (rank === undefined) return lostResult('the rank of what is sliced is not known', x.dtype);
      const lost = unknownDim('the bounds of the slice are not known');
      const dims: Dim[] = [];
      const items: SliceItem[] = [];
      for (let axis = 0; axis < rank; axis++) {
        const start = starts?.[axis];
        const size = sizes?.[axis];
        const length = isKnownRank(x.shape) ? x.shape[axis] : lost;
        // A size of −1 takes all that is left.
        const rest = size?.kind === 'int' && size.value === -1;
        dims.push(
          size === undefined
            ? lost
            : rest
              ? start?.kind === 'int'
                ? addToDim(length, -start.value)
                : lost
              : (valueToDim(size) ?? lost),
        );
        items.push({ kind: 'range', start: start?.kind === 'int' ? start.value : null, step: 1 });
      }
      return { outputs: [{ shape: dims, dtype: x.dtype }], primitive: { op: 'slice', items } };
    },
  },
};
