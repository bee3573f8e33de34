/** Turns a plan's steps into the schedule that a device runs: the same results with fewer or better shaped steps. */
import type { NodeId } from '../../graph/graph';
import type { BackendName } from '../api';
import type { Constant, Plan, Step, StorageId } from '../plan/plan';
import { fuseEpilogues } from './fuse';
import { padChannels } from './padChannels';
import { useWinograd } from './winograd';

/** A step as scheduled; it does the work of these steps of the plan. */
export interface DraftStep extends Step {
  readonly does: readonly number[];
}

export interface Draft {
  steps: DraftStep[];
  readonly constants: Map<StorageId, Constant>;
  readonly fusedInto: Map<StorageId, NodeId>;
  /** A new storage. */
  storage(): StorageId;
}

export interface ScheduledStep extends Step {
  /** All steps of the plan before this index are done when this one is. */
  readonly covers: number;
  /** Storages of the schedule's own that nothing reads after this step. */
  readonly frees: readonly StorageId[];
  /** All storages but constants that nothing reads after this step, its own output among them when nothing reads it at all. */
  readonly done: readonly StorageId[];
}

export interface Schedule {
  readonly steps: readonly ScheduledStep[];
  /** Constants that the schedule adds (re-laid weights). */
  readonly constants: ReadonlyMap<StorageId, Constant>;
  /** Storages that the schedule does not fill because their step runs within another node's. */
  readonly fusedInto: ReadonlyMap<StorageId, NodeId>;
}

export interface ScheduleOptions {
  /** Runs elementwise steps within the convolution or product before them; what lies between is computed when looked at. */
  readonly fuse: boolean;
}

export function optimize(plan: Plan, backend: BackendName, options: ScheduleOptions): Schedule {
  let next = plan.storages.length;
  const draft: Draft = {
    steps: plan.steps.map((step, index) => ({ ...step, does: [index] })),
    constants: new Map(),
    fusedInto: new Map(),
    storage: () => next++,
  };
  if (options.fuse) fuseEpilogues(plan, draft);
  if (backend === 'webgl2' || backend === 'webgpu') padChannels(plan, draft);
  // Elsewhere products are so fast that the transforms cost more than they save.
  if (backend === 'webgl2' || backend === 'webgpu') useWinograd(plan, draft);
  return {
    steps: finished(draft.steps, plan),
    constants: draft.constants,
    fusedInto: draft.fusedInto,
  };
}

function finished(steps: readonly DraftStep[], plan: Plan): ScheduledStep[] {
  const count = plan.steps.length;
  const done = new Uint8Array(count);
  const lastUse = new Map<StorageId, number>();
  steps.forEach((step, i) => step.inputs.forEach((storage) => lastUse.set(storage, i)));
  let prefix = 0;
  return steps.map(({ does, ...step }, i) => {
    for (const index of does) done[index] = 1;
    while (prefix < count && done[prefix]) prefix++;
    const last = step.inputs.filter((storage) => lastUse.get(storage) === i);
    const frees = last.filter((storage) => storage >= plan.storages.length);
    const spent = [...last, ...(lastUse.has(step.output) ? [] : [step.output])].filter(
      (storage) => !plan.constants.has(storage),
    );
    return { ...step, covers: prefix, frees, done: spent };
  });
}
