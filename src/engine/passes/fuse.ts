/** Fuses elementwise steps (a bias, a folded batch normalisation, an activation) into the convolution or product that feeds them. */
import { input, sizeOfExpression, substitute, type Expression } from '../expression';
import type { ConvOp, MapOp, MatmulOp } from '../ops';
import type { Plan, StorageId } from '../plan/plan';
import type { Draft, DraftStep } from './index';

/** Shaders stay small: longer chains are left apart. */
const LONGEST_EXPRESSION = 60;

export function fuseEpilogues(plan: Plan, draft: Draft): void {
  const readers = new Map<StorageId, DraftStep[]>();
  for (const step of draft.steps)
    for (const storage of new Set(step.inputs)) readers.set(storage, [...(readers.get(storage) ?? []), step]);
  const gone = new Set<DraftStep>();
  const steps: DraftStep[] = [];
  for (const original of draft.steps) {
    if (gone.has(original)) continue;
    let step = original;
    for (;;) {
      const own = readers.get(step.output) ?? [];
      const next = own.length === 1 ? own[0] : undefined;
      const fused = next && next.op.kind === 'map' ? fuse(plan, step, next, next.op) : null;
      if (!fused || !next) break;
      draft.fusedInto.set(step.output, step.node);
      gone.add(next);
      step = fused;
    }
    steps.push(step);
  }
  draft.steps = steps;
}

function fuse(plan: Plan, step: DraftStep, next: DraftStep, map: MapOp): DraftStep | null {
  if (step.op.kind !== 'conv' && step.op.kind !== 'matmul') return null;
  const { op } = step;
  const channels = op.kind === 'conv' ? op.outChannels : op.n;
  const place = next.inputs.indexOf(step.output);
  const total = map.outShape.reduce((a, b) => a * b, 1);
  const own = map.inShapes[place];
  if (
    next.inputs.lastIndexOf(step.output) !== place ||
    own[own.length - 1] !== channels ||
    own.reduce((a, b) => a * b, 1) !== total
  )
    return null;
  const others = next.inputs.filter((_, i) => i !== place);
  // Everything else must be one number per channel.
  const perChannel = next.inputs.every((storage, i) => {
    if (i === place) return true;
    const shape = map.inShapes[i];
    return (
      plan.constants.has(storage) &&
      shape[shape.length - 1] === channels &&
      shape.slice(0, -1).every((length) => length === 1)
    );
  });
  if (!perChannel) return null;
  const already = step.inputs.length - (op.bias ? 3 : 2);
  let extra = 0;
  const values: Expression[] = next.inputs.map((_, i) =>
    i === place ? (op.epilogue ?? input(0)) : input(1 + already + extra++),
  );
  const epilogue = substitute(map.expression, values);
  if (sizeOfExpression(epilogue) > LONGEST_EXPRESSION) return null;
  const fusedOp: ConvOp | MatmulOp = { ...op, epilogue };
  return {
    ...step,
    op: fusedOp,
    inputs: [...step.inputs, ...others],
    output: next.output,
    does: [...step.does, ...next.does],
    work: step.work + next.work,
  };
}
