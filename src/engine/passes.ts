/** Turns a plan's steps into the schedule that a device runs: the same results with fewer or better shaped steps. */
import type { NodeId } from '../graph/graph';
import type { BackendName } from './api';
import type { Constant, Plan, Step, StorageId } from './plan/plan';

export interface ScheduledStep extends Step {
  /** Index after the last step of the plan that is done when this one is. */
  readonly covers: number;
}

export interface Schedule {
  readonly steps: readonly ScheduledStep[];
  /** Constants that the schedule adds (re-laid weights). */
  readonly constants: ReadonlyMap<StorageId, Constant>;
  /** Storages that the schedule does not fill because their step runs within another node's. */
  readonly fusedInto: ReadonlyMap<StorageId, NodeId>;
}

export function optimize(plan: Plan, _backend: BackendName): Schedule {
  return { steps: plan.steps.map((step, index) => ({ ...step, covers: index + 1 })), constants: new Map(), fusedInto: new Map() };
}
