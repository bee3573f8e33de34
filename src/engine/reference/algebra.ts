/** Sums and products by their definition: matrix product, reductions, softmax, running sums, adaptive maximum. */
import { compileExpression } from '../expression';
import {
  sizeOf,
  type AdaptiveMaxOp,
  type CumsumOp,
  type MatmulOp,
  type ReduceOp,
  type SoftmaxOp,
} from '../ops';
import type { Allocate, Numbers } from './arrays';

export function matmul(op: MatmulOp, inputs: readonly Numbers[], allocate: Allocate): Numbers {
  const [a, b] = inputs;
  const { m, k, n } = op;
  const batch = Math.max(op.batchA, op.batchB);
  const out = allocate(batch * m * n);
  const bias = op.bias ? inputs[2] : null;
  const extra = inputs.slice(op.bias ? 3 : 2);
  const epilogue = op.epilogue ? compileExpression(op.epilogue) : null;
  const values = new Float64Array(1 + extra.length);
  const row = new Float64Array(n);
  for (let item = 0; item < batch; item++) {
    const aBase = op.batchA === 1 ? 0 : item * m * k;
    const bBase = op.batchB === 1 ? 0 : item * k * n;
    for (let i = 0; i < m; i++) {
      row.fill(0);
      for (let p = 0; p < k; p++) {
        const left = a[aBase + (op.transposeA ? p * m + i : i * k + p)];
        if (op.transposeB) for (let j = 0; j < n; j++) row[j] += left * b[bBase + j * k + p];
        else for (let j = 0, at = bBase + p * n; j < n; j++) row[j] += left * b[at + j];
      }
      for (let j = 0; j < n; j++) {
        let value = row[j];
        if (bias) value += bias[j];
        if (epilogue) {
          values[0] = value;
          for (let e = 0; e < extra.length; e++) values[e + 1] = extra[e][j];
          value = epilogue(values);
        }
        out[(item * m + i) * n + j] = value;
      }
    }
  }
  return out;
}

export function reduce(op: ReduceOp, [x]: readonly Numbers[], allocate: Allocate): Numbers {
  const out = allocate(op.outer * op.inner);
  const line = new Float64Array(op.size);
  for (let outer = 0; outer < op.outer; outer++) {
    for (let inner = 0; inner < op.inner; inner++) {
      for (let i = 0; i < op.size; i++) line[i] = x[(outer * op.size + i) * op.inner + inner];
      out[outer * op.inner + inner] = reduceLine(op.fn, line);
    }
  }
  return out;
}

function reduceLine(fn: ReduceOp['fn'], line: Float64Array): number {
  const sum = (): number => line.reduce((total, value) => total + value, 0);
  switch (fn) {
    case 'sum':
      return sum();
    case 'mean':
      return sum() / line.length;
    case 'prod':
      return line.reduce((total, value) => total * value, 1);
    case 'max':
      return line.reduce((best, value) => (value > best ? value : best), -Infinity);
    case 'min':
      return line.reduce((best, value) => (value < best ? value : best), Infinity);
    case 'any':
      return line.some((value) => value !== 0) ? 1 : 0;
    case 'all':
      return line.every((value) => value !== 0) ? 1 : 0;
    case 'argmax':
      return line.reduce((best, value, i) => (value > line[best] ? i : best), 0);
    case 'argmin':
      return line.reduce((best, value, i) => (value < line[best] ? i : best), 0);
    case 'var':
    case 'std': {
      const mean = sum() / line.length;
      const variance = line.reduce((total, value) => total + (value - mean) ** 2, 0) / line.length;
      return fn === 'var' ? variance : Math.sqrt(variance);
    }
  }
}

export function softmax(op: SoftmaxOp, [x]: readonly Numbers[], allocate: Allocate): Numbers {
  const out = allocate(x.length);
  for (let outer = 0; outer < op.outer; outer++) {
    for (let inner = 0; inner < op.inner; inner++) {
      const at = (i: number): number => (outer * op.size + i) * op.inner + inner;
      let best = -Infinity;
      for (let i = 0; i < op.size; i++) best = Math.max(best, x[at(i)]);
      let total = 0;
      for (let i = 0; i < op.size; i++) total += Math.exp(x[at(i)] - best);
      for (let i = 0; i < op.size; i++)
        out[at(i)] = op.log ? x[at(i)] - best - Math.log(total) : Math.exp(x[at(i)] - best) / total;
    }
  }
  return out;
}

export function cumsum(op: CumsumOp, [x]: readonly Numbers[], allocate: Allocate): Numbers {
  const out = allocate(x.length);
  for (let outer = 0; outer < op.outer; outer++) {
    for (let inner = 0; inner < op.inner; inner++) {
      let total = 0;
      for (let i = 0; i < op.size; i++) {
        const at = (outer * op.size + i) * op.inner + inner;
        total += x[at];
        out[at] = total;
      }
    }
  }
  return out;
}

/** Bin `o` of `bins` over `length` positions: `[⌊o·length/bins⌋, ⌈(o + 1)·length/bins⌉)`. */
export function adaptiveBin(o: number, bins: number, length: number): readonly [number, number] {
  return [Math.floor((o * length) / bins), Math.ceil(((o + 1) * length) / bins)];
}

export function adaptiveMax(op: AdaptiveMaxOp, [x]: readonly Numbers[], allocate: Allocate): Numbers {
  const out = allocate(op.n * sizeOf(op.outputs) * op.channels).fill(-Infinity);
  forEachBin(op, (to, from) => {
    for (let c = 0; c < op.channels; c++) out[to + c] = Math.max(out[to + c], x[from + c]);
  });
  return out;
}

/** Visits every pair of a bin and a position in it: `visit(to, from)`, where their channels begin in the result and in the input. */
export function forEachBin(op: AdaptiveMaxOp, visit: (to: number, from: number) => void): void {
  const outPositions = sizeOf(op.outputs);
  const inPositions = sizeOf(op.inputs);
  for (let image = 0; image < op.n; image++) {
    for (let position = 0; position < outPositions; position++) {
      let rest = position;
      let sources = [0];
      let scale = 1;
      for (let d = op.outputs.length - 1; d >= 0; d--) {
        const o = rest % op.outputs[d];
        rest = (rest - o) / op.outputs[d];
        const [from, to] = adaptiveBin(o, op.outputs[d], op.inputs[d]);
        const step = scale;
        sources = sources.flatMap((source) =>
          Array.from({ length: to - from }, (_, i) => source + (from + i) * step),
        );
        scale *= op.inputs[d];
      }
      for (const source of sources)
        visit((image * outPositions + position) * op.channels, (image * inPositions + source) * op.channels);
    }
  }
}
