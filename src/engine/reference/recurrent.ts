/** Recurrent cells step by step, with Keras' gate orders: LSTM i f c o, GRU z r h. Source: Keras `layers/rnn/{simple_rnn,lstm,gru}.py`. */
import { compileExpression } from '../expression';
import type { RecurrentOp } from '../ops';
import type { Allocate, Numbers } from './arrays';

export function recurrent(op: RecurrentOp, inputs: readonly Numbers[], allocate: Allocate): Numbers {
  const [x, kernel, recurrentKernel] = inputs;
  const { bias, mask, h0, c0 } = recurrentParts(op, inputs);
  const { units, features, steps } = op;
  const gates = op.cell === 'lstm' ? 4 : op.cell === 'gru' ? 3 : 1;
  const width = gates * units;
  const activation = scalar(op.activation);
  const gate = scalar(op.recurrentActivation);
  const out = allocate(op.n * (op.returnSequences ? steps : 1) * units);
  const separateBias = op.cell === 'gru' && op.resetAfter;
  // A GRU that resets before the product forms its candidate's once the reset gate is known.
  const atOnce = op.cell === 'gru' && !op.resetAfter ? 2 * units : width;
  for (let item = 0; item < op.n; item++) {
    let h = startState(h0, item, units);
    let c = startState(c0, item, units);
    for (let step = 0; step < steps; step++) {
      const place = item * steps + (op.goBackwards ? steps - 1 - step : step);
      if (mask && mask[place] === 0) {
        if (op.returnSequences && !op.zeroMasked) out.set(h, (item * steps + step) * units);
        continue;
      }
      const at = place * features;
      const fromInput = new Float64Array(width);
      const fromState = new Float64Array(width);
      for (let j = 0; j < width; j++) {
        let sum = bias ? bias[j] : 0;
        for (let i = 0; i < features; i++) sum += x[at + i] * kernel[i * width + j];
        fromInput[j] = sum;
        let state = separateBias && bias ? bias[width + j] : 0;
        if (j < atOnce) for (let i = 0; i < units; i++) state += h[i] * recurrentKernel[i * width + j];
        fromState[j] = state;
      }
      const nextH = new Float64Array(units);
      const nextC = new Float64Array(units);
      if (op.cell === 'simple') {
        for (let u = 0; u < units; u++) nextH[u] = activation(fromInput[u] + fromState[u]);
      } else if (op.cell === 'lstm') {
        for (let u = 0; u < units; u++) {
          const of = (index: number): number => fromInput[index * units + u] + fromState[index * units + u];
          nextC[u] = gate(of(1)) * c[u] + gate(of(0)) * activation(of(2));
          nextH[u] = gate(of(3)) * activation(nextC[u]);
        }
      } else {
        const z = Float64Array.from({ length: units }, (_, u) => gate(fromInput[u] + fromState[u]));
        const r = Float64Array.from({ length: units }, (_, u) =>
          gate(fromInput[units + u] + fromState[units + u]),
        );
        for (let u = 0; u < units; u++) {
          let state = fromState[2 * units + u];
          if (op.resetAfter) state *= r[u];
          else {
            state = 0;
            for (let i = 0; i < units; i++) state += r[i] * h[i] * recurrentKernel[i * width + 2 * units + u];
          }
          nextH[u] = z[u] * h[u] + (1 - z[u]) * activation(fromInput[2 * units + u] + state);
        }
      }
      h = nextH;
      c = nextC;
      if (op.returnSequences) out.set(h, (item * steps + step) * units);
    }
    const skipped = mask && op.zeroMasked && mask[item * steps + (op.goBackwards ? 0 : steps - 1)] === 0;
    if (op.result === 'carry') out.set(c, item * units);
    else if (!op.returnSequences && !(skipped && op.result === 'hidden')) out.set(h, item * units);
  }
  return out;
}

/** The op's further inputs by what they are; null for those it has not. */
export function recurrentParts(
  op: RecurrentOp,
  inputs: readonly Numbers[],
): Readonly<Record<'bias' | 'mask' | 'h0' | 'c0', Numbers | null>> {
  let next = 3;
  const take = (there: boolean): Numbers | null => (there ? inputs[next++] : null);
  return {
    bias: take(op.bias),
    mask: take(op.masked),
    h0: take(op.initial),
    c0: take(op.initial && op.cell === 'lstm'),
  };
}

export const startState = (states: Numbers | null, item: number, units: number): Float64Array<ArrayBuffer> =>
  states ? Float64Array.from({ length: units }, (_, u) => states[item * units + u]) : new Float64Array(units);

function scalar(expression: RecurrentOp['activation']): (value: number) => number {
  const compute = compileExpression(expression);
  const values = new Float64Array(1);
  return (value) => {
    values[0] = value;
    return compute(values);
  };
}
