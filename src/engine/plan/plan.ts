/** What planning gives: steps over numbered storages, constants to fill, and which storage holds which tensor of the graph. */
import type { NodeId, TensorId, WeightId } from '../../graph/graph';
import type { EngineOp } from '../ops';

export type StorageId = number;

/** A tensor of the plan: elements in C order in a storage, which reshaped tensors share. */
export interface PlanTensor {
  readonly storage: StorageId;
  readonly shape: readonly number[];
}

export interface Step {
  /** The graph node it belongs to. */
  readonly node: NodeId;
  readonly op: EngineOp;
  readonly inputs: readonly StorageId[];
  readonly output: StorageId;
  /** Multiply-adds, for progress. */
  readonly work: number;
}

/** Numbers that do not depend on the input: weights, and tables derived from weights or geometry. */
export interface Constant {
  readonly storage: StorageId;
  readonly length: number;
  /** Weights it is made of, for matching trained ones and for accounting; none for tables. */
  readonly weights: readonly WeightId[];
  values(weights: WeightReader): Float32Array;
  /** From the gradient of these numbers to those of the weights they are made of; absent where there is no way back. */
  pull?(gradient: Float32Array, weights: WeightReader): readonly (readonly [WeightId, Float32Array])[];
}

/** Gives a weight's values (initialised or trained). */
export type WeightReader = (weight: WeightId) => Float32Array;

export interface PlanInput {
  readonly tensor: TensorId;
  readonly name: string;
  readonly storage: StorageId;
  readonly shape: readonly number[];
  readonly dtype: string | null;
  /** Axes whose length was chosen because the model leaves it open. */
  readonly assumed: readonly number[];
  /** For indices: how many different ones the embedding that reads them knows; null when none does. */
  readonly vocabulary: number | null;
}

export interface PlannedNode {
  readonly node: NodeId;
  /** One per output of the node; null for one that is not computed. */
  readonly outputs: readonly (PlanTensor | null)[];
  /** Index of the axis that holds channels. */
  readonly channelAxis: number;
  /** First and last step (exclusive) that belong to it; equal when it takes no work of its own. */
  readonly firstStep: number;
  readonly endStep: number;
}

export interface CannotRunNode {
  readonly node: NodeId;
  readonly reason: string;
  readonly cause: NodeId;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Elements of each storage. */
  readonly storages: readonly number[];
  readonly constants: ReadonlyMap<StorageId, Constant>;
  readonly inputs: readonly PlanInput[];
  /** In order of execution. */
  readonly nodes: readonly PlannedNode[];
  readonly unsupported: readonly CannotRunNode[];
}

/** Thrown while lowering a node that the engine cannot compute; the message is for the user. */
export class CannotRun extends Error {}
