/** Back-propagation through time of the recurrent cells: the gradients of x, kernel, recurrent kernel and bias, one after another. */
import { compileExpression, type Expression } from '../expression';
import { derivative } from '../gradients/derivative';
import { recurrentInputSizes, type RecurrentGradientOp } from '../ops';
import { recurrentParts, startState } from './recurrent';
import type { Allocate, Numbers } from './arrays';

/** What the way back needs of one time step. */
interface Moment {
  /** Masked: the states pass unchanged. */
  readonly skipped: boolean;
  readonly x: number;
  /** State before the step. */
  readonly h: Float64Array;
  readonly c: Float64Array;
  readonly nextC: Float64Array;
  readonly fromInput: Float64Array;
  readonly fromState: Float64Array;
  /** GRU that resets before the product: what entered the candidate from the state. */
  readonly resetState: Float64Array;
}

export function recurrentGradient(
  { of: op }: RecurrentGradientOp,
  inputs: readonly Numbers[],
  allocate: Allocate,
): Numbers {
  const [x, kernel, recurrent] = inputs;
  const { bias, mask, h0, c0 } = recurrentParts(op, inputs);
  const dy = inputs[inputs.length - 1];
  const { units, features, steps } = op;
  const width = units * (op.cell === 'lstm' ? 4 : op.cell === 'gru' ? 3 : 1);
  const separateBias = op.cell === 'gru' && op.resetAfter;
  const act = withSlope(op.activation);
  const gate = withSlope(op.recurrentActivation);
  const sizes = recurrentInputSizes(op);
  const out = allocate(sizes.reduce((total, size) => total + size, 0));
  const dx = 0;
  const dKernel = sizes[0];
  const dRecurrent = dKernel + sizes[1];
  const dBias = dRecurrent + sizes[2];
  // The mask has no gradient; those of the states stand last.
  const dStates = sizes.slice(0, op.cell === 'lstm' ? -2 : -1).reduce((a, b) => a + b, 0);

  for (let item = 0; item < op.n; item++) {
    const moments: Moment[] = [];
    let h = startState(h0, item, units);
    let c = startState(c0, item, units);
    for (let step = 0; step < steps; step++) {
      const place = item * steps + (op.goBackwards ? steps - 1 - step : step);
      const at = place * features;
      const fromInput = new Float64Array(width);
      const fromState = new Float64Array(width);
      for (let j = 0; j < width; j++) {
        fromInput[j] = bias ? bias[j] : 0;
        for (let i = 0; i < features; i++) fromInput[j] += x[at + i] * kernel[i * width + j];
        fromState[j] = separateBias && bias ? bias[width + j] : 0;
        for (let i = 0; i < units; i++) fromState[j] += h[i] * recurrent[i * width + j];
      }
      const moment = {
        skipped: mask !== null && mask[place] === 0,
        x: at,
        h,
        c,
        fromInput,
        fromState,
        nextC: new Float64Array(units),
        resetState: new Float64Array(units),
      };
      moments.push(moment);
      if (moment.skipped) continue;
      h = advance(moment);
      c = moment.nextC;
    }
    goBack(item, moments);
  }
  return out;

  function advance(m: Moment): Float64Array<ArrayBuffer> {
    const sum = (part: number, u: number): number =>
      m.fromInput[part * units + u] + m.fromState[part * units + u];
    const next = new Float64Array(units);
    for (let u = 0; u < units; u++) {
      if (op.cell === 'simple') next[u] = act.value(sum(0, u));
      else if (op.cell === 'lstm') {
        m.nextC[u] = gate.value(sum(1, u)) * m.c[u] + gate.value(sum(0, u)) * act.value(sum(2, u));
        next[u] = gate.value(sum(3, u)) * act.value(m.nextC[u]);
      } else {
        const z = gate.value(sum(0, u));
        m.resetState[u] = candidateState(m, u);
        next[u] = z * m.h[u] + (1 - z) * act.value(m.fromInput[2 * units + u] + m.resetState[u]);
      }
    }
    return next;
  }

  function resetGate(m: Moment, u: number): number {
    return gate.value(m.fromInput[units + u] + m.fromState[units + u]);
  }

  function candidateState(m: Moment, u: number): number {
    if (op.resetAfter) return resetGate(m, u) * m.fromState[2 * units + u];
    let state = 0;
    for (let i = 0; i < units; i++) state += resetGate(m, i) * m.h[i] * recurrent[i * width + 2 * units + u];
    return state;
  }

  function goBack(item: number, moments: readonly Moment[]): void {
    let dh = new Float64Array(units);
    let dc = new Float64Array(units);
    for (let step = steps - 1; step >= 0; step--) {
      const m = moments[step];
      if (op.returnSequences || step === steps - 1) {
        const from = (op.returnSequences ? item * steps + step : item) * units;
        const into = op.result === 'carry' ? dc : dh;
        if (!(m.skipped && op.zeroMasked && op.result === 'hidden'))
          for (let u = 0; u < units; u++) into[u] += dy[from + u];
      }
      if (m.skipped) continue;
      const dInput = new Float64Array(width);
      const dState = new Float64Array(width);
      const dPrevious = new Float64Array(units);
      const dPreviousC = new Float64Array(units);
      stepBack(m, dh, dc, dInput, dState, dPrevious, dPreviousC);
      for (let j = 0; j < width; j++) {
        for (let i = 0; i < features; i++) {
          out[dx + m.x + i] += dInput[j] * kernel[i * width + j];
          out[dKernel + i * width + j] += dInput[j] * x[m.x + i];
        }
        for (let i = 0; i < units; i++) {
          dPrevious[i] += dState[j] * recurrent[i * width + j];
          out[dRecurrent + i * width + j] += dState[j] * m.h[i];
        }
        if (bias) out[dBias + j] += dInput[j];
        if (bias && separateBias) out[dBias + width + j] += dState[j];
      }
      dh = dPrevious;
      dc = dPreviousC;
    }
    if (!op.initial) return;
    out.set(dh, dStates + item * units);
    if (op.cell === 'lstm') out.set(dc, dStates + (op.n + item) * units);
  }

  function stepBack(
    m: Moment,
    dh: Float64Array,
    dc: Float64Array,
    dInput: Float64Array,
    dState: Float64Array,
    dPrevious: Float64Array,
    dPreviousC: Float64Array,
  ): void {
    const sum = (part: number, u: number): number =>
      m.fromInput[part * units + u] + m.fromState[part * units + u];
    const both = (part: number, u: number, value: number): void => {
      dInput[part * units + u] += value;
      dState[part * units + u] += value;
    };
    const dCandidates = new Float64Array(units);
    for (let u = 0; u < units; u++) {
      if (op.cell === 'simple') both(0, u, dh[u] * act.slope(sum(0, u)));
      else if (op.cell === 'lstm') {
        const o = gate.value(sum(3, u));
        const dNextC = dc[u] + dh[u] * o * act.slope(m.nextC[u]);
        both(3, u, dh[u] * act.value(m.nextC[u]) * gate.slope(sum(3, u)));
        both(1, u, dNextC * m.c[u] * gate.slope(sum(1, u)));
        both(0, u, dNextC * act.value(sum(2, u)) * gate.slope(sum(0, u)));
        both(2, u, dNextC * gate.value(sum(0, u)) * act.slope(sum(2, u)));
        dPreviousC[u] = dNextC * gate.value(sum(1, u));
      } else {
        const z = gate.value(sum(0, u));
        const before = m.fromInput[2 * units + u] + m.resetState[u];
        both(0, u, dh[u] * (m.h[u] - act.value(before)) * gate.slope(sum(0, u)));
        dPrevious[u] += dh[u] * z;
        dCandidates[u] = dh[u] * (1 - z) * act.slope(before);
        dInput[2 * units + u] += dCandidates[u];
      }
    }
    if (op.cell !== 'gru') return;
    for (let i = 0; i < units; i++) {
      const r = resetGate(m, i);
      let dReset = 0;
      if (op.resetAfter) {
        dReset = dCandidates[i] * m.fromState[2 * units + i];
        dState[2 * units + i] += dCandidates[i] * r;
      } else {
        let through = 0;
        for (let u = 0; u < units; u++) {
          through += dCandidates[u] * recurrent[i * width + 2 * units + u];
          out[dRecurrent + i * width + 2 * units + u] += dCandidates[u] * r * m.h[i];
        }
        dReset = through * m.h[i];
        dPrevious[i] += through * r;
      }
      both(1, i, dReset * gate.slope(sum(1, i)));
    }
  }
}

/** A function of one number and its derivative. */
function withSlope(expression: Expression): { value(x: number): number; slope(x: number): number } {
  const value = compileExpression(expression);
  const slope = compileExpression(derivative(expression, 0));
  return { value: (x) => value([x]), slope: (x) => slope([x]) };
}
