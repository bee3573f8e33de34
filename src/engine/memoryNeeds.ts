/** What a plan needs of a device's memory, against what is allowed. */
import type { NodeId } from '../graph/graph';
import type { Plan, StorageId } from './plan/plan';

export interface MemoryNeeds {
  readonly weightBytes: number;
  readonly mapBytes: number;
  /** Weights do not fit beside the maps: each is let go after use. */
  readonly transientWeights: boolean;
  /** In words for the user; null when it fits. */
  readonly excess: string | null;
}

export function memoryNeeds(plan: Plan, budget: number): MemoryNeeds {
  const weights = [...plan.constants.values()].map((constant) => 4 * constant.length);
  const weightBytes = weights.reduce((total, bytes) => total + bytes, 0);
  const mapBytes =
    4 *
    plan.storages.reduce((total, length, storage) => total + (plan.constants.has(storage) ? 0 : length), 0);
  const transientWeights = weightBytes + mapBytes > budget;
  const needed = mapBytes + (transientWeights ? Math.max(0, ...weights) : weightBytes);
  const excess =
    needed > budget
      ? `the maps need ${megabytes(needed)} and ${megabytes(budget)} are allowed: choose a smaller input`
      : null;
  return { weightBytes, mapBytes, transientWeights, excess };
}

/** The storages that hold these nodes' outputs. */
export function keptStorages(plan: Plan, nodes: readonly NodeId[]): ReadonlySet<StorageId> {
  const wanted = new Set(nodes);
  return new Set(
    plan.nodes
      .filter(({ node }) => wanted.has(node))
      .flatMap(({ outputs }) => outputs.flatMap((tensor) => (tensor ? [tensor.storage] : []))),
  );
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;
