/**
 * For devices that hold four numbers per texel: convolutions whose channel counts are no multiple of four get zero channels, so
 * that they run on whole texels; what is added is cut off again. Weights are padded once, when uploaded.
 */
import { sizeOf, type ConvOp, type GatherOp } from '../ops';
import type { Plan, StorageId } from '../plan/plan';
import type { Draft, DraftStep } from './index';

/** Below this many multiply-adds the two more steps cost more than they save. */
const WORTH = 200_000;

const up = (channels: number): number => Math.ceil(channels / 4) * 4;

export function padChannels(plan: Plan, draft: Draft): void {
  const padded = new Map<StorageId, StorageId>();
  const steps: DraftStep[] = [];
  for (const step of draft.steps) {
    const op = step.op;
    if (
      op.kind !== 'conv' ||
      op.groups !== 1 ||
      op.depthwise ||
      step.work < WORTH ||
      (op.inChannels % 4 === 0 && op.outChannels % 4 === 0)
    ) {
      steps.push(step);
      continue;
    }
    const inChannels = up(op.inChannels);
    const outChannels = up(op.outChannels);
    if (!step.inputs.slice(1).every((storage) => plan.constants.has(storage))) {
      steps.push(step);
      continue;
    }
    let [x] = step.inputs;
    if (inChannels !== op.inChannels) {
      const known = padded.get(x);
      if (known === undefined) {
        const wide = draft.storage();
        const positions = op.n * sizeOf(op.axes.map((axis) => axis.input));
        steps.push({
          node: step.node,
          op: lastAxis(positions, op.inChannels, inChannels),
          inputs: [x],
          output: wide,
          work: 0,
          does: [],
        });
        padded.set(x, wide);
        x = wide;
      } else x = known;
    }
    const taps = sizeOf(op.axes.map((axis) => axis.kernel));
    const [rows, columns, newRows, newColumns] = op.transposed
      ? [op.outChannels, op.inChannels, outChannels, inChannels]
      : [op.inChannels, op.outChannels, inChannels, outChannels];
    const kernel = padConstant(plan, draft, step.inputs[1], taps, [rows, columns], [newRows, newColumns]);
    const perChannel = step.inputs
      .slice(2)
      .map((storage) => padConstant(plan, draft, storage, 1, [1, op.outChannels], [1, outChannels]));
    const wide: ConvOp = { ...op, inChannels, outChannels };
    const inputs = [x, kernel, ...perChannel];
    if (outChannels === op.outChannels) {
      steps.push({ ...step, op: wide, inputs });
      continue;
    }
    const output = draft.storage();
    const positions = op.n * sizeOf(op.axes.map((axis) => axis.output));
    steps.push({ ...step, op: wide, inputs, output, does: [] });
    steps.push({ ...step, op: lastAxis(positions, outChannels, op.outChannels), inputs: [output], work: 0 });
  }
  draft.steps = steps;
}

/** Widens the last axis with zeros, or cuts it. */
function lastAxis(positions: number, from: number, to: number): GatherOp {
  const keep = { from: 0, mul: 1, add: 0, div: 1, outside: 'inside' } as const;
  return {
    kind: 'gather',
    inShape: [positions, from],
    outShape: [positions, to],
    axes: [keep, { ...keep, from: 1, outside: to > from ? 'value' : 'inside' }],
    value: 0,
  };
}

/** The constant, each of its `count` matrices `[rows, columns]` widened with zeros. */
function padConstant(
  plan: Plan,
  draft: Draft,
  storage: StorageId,
  count: number,
  [rows, columns]: readonly number[],
  [newRows, newColumns]: readonly number[],
): StorageId {
  if (rows === newRows && columns === newColumns) return storage;
  const constant = plan.constants.get(storage);
  if (!constant) throw new Error('only constants can be padded ahead');
  const wide = draft.storage();
  const length = count * newRows * newColumns;
  draft.constants.set(wide, {
    storage: wide,
    length,
    weights: constant.weights,
    values(weights) {
      const values = constant.values(weights);
      const out = new Float32Array(length);
      for (let i = 0; i < count * rows; i++) {
        const row = Math.floor(i / rows) * newRows + (i % rows);
        out.set(values.subarray(i * columns, (i + 1) * columns), row * newColumns);
      }
      return out;
    },
  });
  return wide;
}
