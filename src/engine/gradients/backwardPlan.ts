/**
 * Makes the way back of a plan: from gradients given for some storages to the gradients of others, as steps that a device runs
 * like any others. Only what lies between the two is visited (reverse-mode differentiation).
 */
import type { NodeId } from '../../graph/graph';
import { add, input } from '../expression';
import { PlanBuilder } from '../plan/builder';
import {
  CannotRun,
  type Constant,
  type Plan,
  type PlanTensor,
  type Step,
  type StorageId,
} from '../plan/plan';
import { transposeOp } from './transposedOps';

export interface BackwardPlan {
  readonly steps: readonly Step[];
  /** Constants that the way back adds. */
  readonly constants: ReadonlyMap<StorageId, Constant>;
  /** Elements of every storage, the plan's own first. */
  readonly storages: readonly number[];
  /** Storage → storage of its gradient, for each asked for that the seeds depend on. */
  readonly gradients: ReadonlyMap<StorageId, StorageId>;
  /** Steps whose gradient cannot be computed, by node: what lies before them gets none through them. */
  readonly stopped: readonly { readonly node: NodeId; readonly reason: string }[];
}

export interface Seed {
  readonly storage: StorageId;
  /** As long as the storage. */
  readonly values: Float32Array;
}

export function backwardPlan(
  plan: Plan,
  seeds: readonly Seed[],
  wanted: ReadonlySet<StorageId>,
): BackwardPlan {
  const builder = new PlanBuilder(plan.storages);
  const depends = dependents(plan, wanted);
  const gradients = new Map<StorageId, PlanTensor>();
  const stopped = new Map<NodeId, string>();
  const give = (storage: StorageId, term: PlanTensor): void => {
    const known = gradients.get(storage);
    const flat = builder.reshape(term, [plan.storages[storage]]);
    gradients.set(storage, known ? builder.map(add(input(0), input(1)), [known, flat]) : flat);
  };
  for (const { storage, values } of seeds)
    give(
      storage,
      builder.constant([values.length], [], () => values),
    );
  for (let i = plan.steps.length - 1; i >= 0; i--) {
    const step = plan.steps[i];
    const dy = gradients.get(step.output);
    const wants = step.inputs.map((storage) => depends.has(storage));
    if (!dy || !wants.includes(true)) continue;
    builder.node = step.node;
    const before = builder.steps.length;
    try {
      const found = transposeOp(step.op, {
        builder,
        inputs: step.inputs,
        output: step.output,
        dy: dy.storage,
        wants,
      });
      found.forEach((term, k) => {
        if (term && wants[k]) give(step.inputs[k], term);
      });
    } catch (error) {
      if (!(error instanceof CannotRun)) throw error;
      builder.steps.length = before;
      stopped.set(step.node, error.message);
    }
  }
  return {
    steps: needed(
      builder.steps,
      [...wanted].flatMap((storage) => gradients.get(storage)?.storage ?? []),
    ),
    constants: builder.constants,
    storages: builder.storages,
    gradients: new Map(
      [...wanted].flatMap((storage) => {
        const tensor = gradients.get(storage);
        return tensor ? [[storage, tensor.storage] as const] : [];
      }),
    ),
    stopped: [...stopped].map(([node, reason]) => ({ node, reason })),
  };
}

/** The wanted storages and all that is computed from them. */
function dependents(plan: Plan, wanted: ReadonlySet<StorageId>): Set<StorageId> {
  const found = new Set(wanted);
  for (const step of plan.steps)
    if (step.inputs.some((storage) => found.has(storage))) found.add(step.output);
  return found;
}

/** Only the steps that lead to the results. */
function needed(steps: readonly Step[], results: readonly StorageId[]): Step[] {
  const used = new Set(results);
  const kept: Step[] = [];
  for (let i = steps.length - 1; i >= 0; i--) {
    if (!used.has(steps[i].output)) continue;
    steps[i].inputs.forEach((storage) => used.add(storage));
    kept.push(steps[i]);
  }
  return kept.reverse();
}
