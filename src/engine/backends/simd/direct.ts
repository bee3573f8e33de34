/** Ops on plain arrays that a loop here does better than a kernel with one thread per element: joining, and softmax over long axes. */
import { outputSize, type ConcatOp, type EngineOp, type SoftmaxOp } from '../../ops';

/** A kernel sums an axis anew for each of its elements, which pays for short ones only. */
const LONG = 16;

/** Null for what other kernels compute. */
export function computeDirectly(op: EngineOp, inputs: readonly Float32Array[]): Float32Array | null {
  if (op.kind === 'concat') return concat(op, inputs);
  return op.kind === 'softmax' && op.size >= LONG ? softmax(op, inputs[0]) : null;
}

function concat(op: ConcatOp, inputs: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(outputSize(op));
  let at = 0;
  for (let row = 0; row < op.outer; row++)
    inputs.forEach((data, k) => {
      const width = op.sizes[k] * op.inner;
      const from = row * width;
      // A view for each of many short rows costs more than their numbers.
      if (width > 64) out.set(data.subarray(from, from + width), at);
      else for (let i = 0; i < width; i++) out[at + i] = data[from + i];
      at += width;
    });
  return out;
}

function softmax({ outer, size, inner, log }: SoftmaxOp, x: Float32Array): Float32Array {
  const out = new Float32Array(x.length);
  for (let row = 0; row < outer * inner; row++) {
    const start = Math.floor(row / inner) * size * inner + (row % inner);
    let best = -Infinity;
    for (let i = 0; i < size; i++) best = Math.max(best, x[start + i * inner]);
    let total = 0;
    for (let i = 0; i < size; i++) total += Math.exp(x[start + i * inner] - best);
    for (let i = 0; i < size; i++) {
      const score = x[start + i * inner] - best;
      out[start + i * inner] = log ? score - Math.log(total) : Math.exp(score) / total;
    }
  }
  return out;
}
