/** Data movement and elementwise steps by their definition: gather (pad, crop, slice, transpose, repeat), concatenate, embed, map. */
import { compileExpression } from '../expression';
import { sizeOf, type ConcatOp, type EmbeddingOp, type GatherAxis, type GatherOp, type MapOp } from '../ops';
import type { Allocate, Numbers } from './arrays';

/** Index into an input axis of `length` for output index `o`; −1 where the fill value stands. */
export function sourceIndex(axis: GatherAxis, o: number, length: number): number {
  const index = axis.from === null ? axis.add : Math.floor((o * axis.mul + axis.add) / axis.div);
  if (index >= 0 && index < length) return index;
  switch (axis.outside) {
    case 'value':
      return -1;
    case 'edge':
      return index < 0 ? 0 : length - 1;
    case 'circular':
      return ((index % length) + length) % length;
    case 'reflect': {
      if (length === 1) return 0;
      const period = 2 * (length - 1);
      const folded = ((index % period) + period) % period;
      return folded < length ? folded : period - folded;
    }
    case 'symmetric': {
      const period = 2 * length;
      const folded = ((index % period) + period) % period;
      return folded < length ? folded : period - 1 - folded;
    }
    case 'inside':
      throw new Error(`index ${index} outside an axis of length ${length}`);
  }
}

export function gather(op: GatherOp, [x]: readonly Numbers[], allocate: Allocate): Numbers {
  const out = allocate(sizeOf(op.outShape));
  const tables = op.axes.map((axis, d) =>
    Int32Array.from({ length: axis.from === null ? 1 : op.outShape[axis.from] }, (_, o) =>
      sourceIndex(axis, o, op.inShape[d]),
    ),
  );
  const at = new Array<number>(op.outShape.length).fill(0);
  for (let i = 0; i < out.length; i++) {
    let source = 0;
    for (let d = 0; d < op.axes.length; d++) {
      const from = op.axes[d].from;
      const index = tables[d][from === null ? 0 : at[from]];
      if (index < 0) {
        source = -1;
        break;
      }
      source = source * op.inShape[d] + index;
    }
    out[i] = source < 0 ? op.value : x[source];
    for (let d = at.length - 1; d >= 0; d--) {
      if (++at[d] < op.outShape[d]) break;
      at[d] = 0;
    }
  }
  return out;
}

export function concatenate(op: ConcatOp, inputs: readonly Numbers[], allocate: Allocate): Numbers {
  const total = op.sizes.reduce((sum, size) => sum + size, 0);
  const out = allocate(op.outer * total * op.inner);
  for (let outer = 0; outer < op.outer; outer++) {
    let at = outer * total * op.inner;
    op.sizes.forEach((size, index) => {
      const length = size * op.inner;
      out.set(inputs[index].subarray(outer * length, (outer + 1) * length), at);
      at += length;
    });
  }
  return out;
}

export function embed(op: EmbeddingOp, [indices, table]: readonly Numbers[], allocate: Allocate): Numbers {
  const out = allocate(op.count * op.width);
  for (let i = 0; i < op.count; i++) {
    const row = Math.trunc(indices[i]);
    if (row < 0 || row >= op.rows) continue;
    out.set(table.subarray(row * op.width, (row + 1) * op.width), i * op.width);
  }
  return out;
}

/** Per axis of `outShape`, how far one step moves in the input; 0 where it is broadcast. */
export function broadcastStrides(inShape: readonly number[], outShape: readonly number[]): number[] {
  const strides = new Array<number>(outShape.length).fill(0);
  let stride = 1;
  for (let d = 1; d <= inShape.length; d++) {
    const length = inShape[inShape.length - d];
    strides[outShape.length - d] = length === 1 ? 0 : stride;
    stride *= length;
  }
  return strides;
}

export function mapElements(op: MapOp, inputs: readonly Numbers[], allocate: Allocate): Numbers {
  const out = allocate(sizeOf(op.outShape));
  const compute = compileExpression(op.expression);
  const strides = op.inShapes.map((shape) => broadcastStrides(shape, op.outShape));
  const values = new Float64Array(inputs.length);
  const offsets = new Array<number>(inputs.length).fill(0);
  const at = new Array<number>(op.outShape.length).fill(0);
  for (let i = 0; i < out.length; i++) {
    for (let k = 0; k < inputs.length; k++) values[k] = inputs[k][offsets[k]];
    out[i] = compute(values);
    for (let d = at.length - 1; d >= 0; d--) {
      const wraps = ++at[d] === op.outShape[d];
      for (let k = 0; k < inputs.length; k++)
        offsets[k] += wraps ? -strides[k][d] * (op.outShape[d] - 1) : strides[k][d];
      if (!wraps) break;
      at[d] = 0;
    }
  }
  return out;
}
