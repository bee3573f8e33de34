/**
 * The engine's public face: load a model of a graph, run it progressively on a sample, read the maps one looks at.
 *
 * Shapes are as Keras prints them with every dimension bound, batch axis first (always 1 for the model's inputs), elements in
 * C order (channels last unless the layer says otherwise). Times are milliseconds, sizes bytes.
 */
import type { GradientRequest, GradientResult, ShiftRequest, ShiftResult } from './gradients/requests';
import type { LayerId, ModelGraph, NodeId, TensorId, Weight, WeightId } from '../graph/graph';

export type BackendName = 'webgl2' | 'webgpu' | 'webasm' | 'reference';

export interface EngineOptions {
  /** `auto` (default) takes the one that a small measurement shows to be fastest here; a name takes that one and falls back with the reason kept. */
  readonly backend?: BackendName | 'auto';
  /** Upper bound for weights and maps together. Default 1.5 GiB. */
  readonly memoryBudget?: number;
  /**
   * Runs batch normalisations and activations within the convolution before them; a map that was fused away is computed when it
   * is read. Default true; false is faster where every map is read.
   */
  readonly fuse?: boolean;
  /** Clock in milliseconds; default `performance.now`. */
  readonly now?: () => number;
}

/** Which input the model gets. `auto` chooses by the input's shape. */
export type SampleName = 'auto' | 'photo' | 'digit' | 'text' | 'signal' | 'noise' | 'zeros' | 'impulse';

/** Input of the user's own: a picture (RGBA, 8 bits) that is scaled to the input's shape, or exact values. */
export type CustomInput =
  | {
      readonly kind: 'picture';
      readonly name: string;
      readonly width: number;
      readonly height: number;
      readonly rgba: Uint8ClampedArray | Uint8Array;
    }
  | {
      readonly kind: 'values';
      readonly name: string;
      readonly shape: readonly number[];
      readonly data: Float32Array;
    };

/** Trained weights, matched with a model when it is loaded. */
export interface WeightSource {
  readonly name: string;
  /**
   * `shapeOf` gives a weight's concrete shape and throws `CannotRun` where it is not known. May throw `UnreadableFile`.
   */
  match(graph: ModelGraph, model: number, shapeOf: (weight: Weight) => readonly number[]): WeightMatch;
}

export interface WeightMatch {
  /** Values in C order, of the weight's shape; undefined for one that the source does not have. */
  get(weight: WeightId): Float32Array | undefined;
  readonly report: WeightReport;
}

/** What became of each layer that has weights. */
export interface WeightReport {
  readonly name: string;
  /** In words: `Keras 3`, `Keras weights`, `legacy HDF5`. */
  readonly format: string;
  /** How many layers have all their weights from the file. */
  readonly loaded: number;
  readonly layers: readonly LayerWeights[];
}

export interface LayerWeights {
  readonly layer: LayerId;
  readonly name: string;
  /** `partly`: some of its weights; `mismatch`: found, but of other shapes; `missing`: not in the file. Others keep initial values. */
  readonly status: 'loaded' | 'partly' | 'mismatch' | 'missing';
  /** In words; null when all is well. */
  readonly reason: string | null;
}

export interface LoadOptions {
  /** Seed of the initialisers. Default 0. */
  readonly seed?: number;
  /** For all inputs. */
  readonly sample?: SampleName | CustomInput;
  /** For one input each, by index; takes precedence over `sample`. */
  readonly samples?: readonly (SampleName | CustomInput | undefined)[];
  readonly weights?: WeightSource;
  /** Lengths for open input dimensions, by input index then axis; others are chosen (and reported as `assumed`). */
  readonly inputShapes?: readonly (readonly (number | null)[])[];
}

export interface LoadedInput {
  readonly tensor: TensorId;
  readonly name: string;
  readonly shape: readonly number[];
  /** Axes (not the batch) whose length was chosen here because the model leaves it open. */
  readonly assumed: readonly number[];
  /** Which sample fills it. */
  readonly sample: string;
  /** How a picture's pixels became its numbers, in words; null when it is no picture. */
  readonly scaling: string | null;
}

export interface Unsupported {
  readonly node: NodeId;
  /** In words for the user. */
  readonly reason: string;
  /** The node whose trouble it is: `node` itself, or one that it waits for. */
  readonly cause: NodeId;
}

export interface LoadResult {
  /** True when at least one node can run. */
  readonly ok: boolean;
  /** Why nothing can run, or a warning (memory); null when all is well. */
  readonly message: string | null;
  readonly inputs: readonly LoadedInput[];
  /** Nodes that will have a map, in order of execution (composites too). */
  readonly nodes: readonly NodeId[];
  /** Output shapes of those nodes' first outputs. */
  readonly shapes: Readonly<Record<NodeId, readonly number[]>>;
  readonly unsupported: readonly Unsupported[];
  readonly backend: BackendInfo;
  /** What became of the weights given; null when none were, or when they could not be read (`message` says why). */
  readonly weights: WeightReport | null;
  /** Bytes of weights and of all maps together. */
  readonly weightBytes: number;
  readonly mapBytes: number;
}

export interface BackendInfo {
  readonly name: BackendName;
  /** Why a preferred backend is not used, oldest first. */
  readonly fallbacks: readonly { readonly backend: BackendName; readonly reason: string }[];
}

/** One node finished. */
export interface NodeDone {
  readonly node: NodeId;
  readonly shape: readonly number[];
  /** Time spent on it: issuing, and its share (by multiply-adds) of the waits for the device. */
  readonly milliseconds: number;
  /** Computed together with that node (a batch normalisation fused into its convolution): no time of its own. */
  readonly fusedInto: NodeId | null;
  /** 0…1 of the plan's multiply-adds done so far. */
  readonly progress: number;
}

/** What a device holds. */
export interface DeviceMemory {
  /** Weights, tables and maps. */
  readonly bytes: number;
  readonly storages: number;
  /** Most bytes at once since the model was loaded. */
  readonly peak: number;
  /** Compiled kernels that are kept. */
  readonly kernels: number;
}

export interface RunOptions {
  /** Nodes whose maps are wanted afterwards; others are let go as soon as nothing needs them. Default: all stay. */
  readonly keep?: readonly NodeId[];
  onNode?(done: NodeDone): void;
  /** Polled between steps; true stops the run. */
  cancelled?(): boolean;
  /** Called when the engine wants to let other work through (the worker's message loop). */
  pause?(): Promise<void>;
}

export interface RunResult {
  readonly milliseconds: number;
  readonly nodes: readonly NodeDone[];
  readonly cancelled: boolean;
  readonly backend: BackendInfo;
  /** Nodes that failed while running although the plan allowed them. */
  readonly failures: readonly Unsupported[];
}

export interface FeatureMap {
  readonly node: NodeId;
  readonly output: number;
  readonly shape: readonly number[];
  /** C order. */
  readonly data: Float32Array;
  /** Index of the axis that holds channels: the last, or 1 for channels-first layers. */
  readonly channelAxis: number;
}

/** A weight's numbers as the engine uses them (trained or initial). */
export interface WeightValues {
  readonly weight: WeightId;
  readonly name: string;
  readonly shape: readonly number[];
  /** C order, Keras' layout. */
  readonly data: Float32Array;
  /** From the file of weights, not from an initialiser. */
  readonly trained: boolean;
}

export interface Engine {
  readonly backend: BackendInfo;
  /** Plans the model and prepares its kernels; replaces what was loaded before. Never throws for the model's sake. */
  load(graph: ModelGraph, model: number, options?: LoadOptions): Promise<LoadResult>;
  run(options?: RunOptions): Promise<RunResult>;
  /** Brings one map from the device. Rejects with a reason when the node has not run. */
  read(node: NodeId, output?: number): Promise<FeatureMap>;
  /** The weights that a node uses. Throws with a reason when one cannot be made. */
  weights(node: NodeId): WeightValues[];
  /** Goes back through the model that has run. Rejects with a reason in words. */
  gradient(request: GradientRequest, pause?: () => Promise<void>): Promise<GradientResult>;
  /** Runs on the shifted input, then on the input itself again, and compares every map. */
  shifted(request: ShiftRequest, options?: RunOptions): Promise<ShiftResult>;
  /** What the device holds. */
  memory(): DeviceMemory;
  dispose(): void;
}

export { createEngine } from './engine';
