/**
 * Typed messages between the panel's page and the worker that owns the engine. Every request carries an `id` that its answers
 * repeat; a new `load` cancels what is running, and answers to older requests may still arrive (compare ids).
 */
import type { ModelGraph, NodeId } from '../graph/graph';
import type { GradientRequest, GradientResult, ShiftRequest, ShiftResult } from './gradients/requests';
import type {
  BackendInfo,
  CustomInput,
  EngineOptions,
  FeatureMap,
  LoadResult,
  NodeDone,
  RunResult,
  SampleName,
  WeightValues,
} from './api';

export type ToWorker =
  /** Loads a model; answered by `loaded`. With `run: true` it is run at once (then `node`… and `done` follow with the same id). */
  | {
      readonly type: 'load';
      readonly id: number;
      readonly graph: ModelGraph;
      readonly model: number;
      readonly seed?: number;
      readonly sample?: SampleName | CustomInput;
      readonly backend?: EngineOptions['backend'];
      readonly inputShapes?: readonly (readonly (number | null)[])[];
      readonly run?: boolean;
    }
  | { readonly type: 'run'; readonly id: number }
  /**
   * Opens a file of trained weights, which every later `load` uses (`null` forgets it); answered by `weights`. What became of
   * each layer stands in the next `loaded`.
   */
  | {
      readonly type: 'weights';
      readonly id: number;
      readonly file: { readonly name: string; readonly bytes: Uint8Array } | null;
    }
  /** Answered by `map`, or by `error` with the reason. Allowed while a run is under way, for nodes already done. */
  | { readonly type: 'read'; readonly id: number; readonly node: NodeId; readonly output?: number }
  /** The weights that a node uses; answered by `kernels` or `error`. */
  | { readonly type: 'kernels'; readonly id: number; readonly node: NodeId }
  /** Goes back through the model that has run: effective receptive field, saliency, norms; answered by `gradient` or `error`. */
  | { readonly type: 'gradient'; readonly id: number; readonly request: GradientRequest }
  /** Compares the maps with those of the shifted input; answered by `shifted` or `error`. Takes two runs. */
  | { readonly type: 'shifted'; readonly id: number; readonly request: ShiftRequest }
  | { readonly type: 'cancel' }
  | { readonly type: 'dispose' };

export type FromWorker =
  /** The worker has started; requests may be sent before it too. */
  | { readonly type: 'ready' }
  | { readonly type: 'loaded'; readonly id: number; readonly result: LoadResult }
  /** `name` null: no file is in use, for the reason in `message` when one was given and cannot be read. */
  | {
      readonly type: 'weights';
      readonly id: number;
      readonly name: string | null;
      readonly message: string | null;
    }
  | { readonly type: 'node'; readonly id: number; readonly done: NodeDone }
  | { readonly type: 'done'; readonly id: number; readonly result: RunResult }
  | { readonly type: 'kernels'; readonly id: number; readonly weights: readonly WeightValues[] }
  | { readonly type: 'gradient'; readonly id: number; readonly result: GradientResult }
  | { readonly type: 'shifted'; readonly id: number; readonly result: ShiftResult }
  /** `map.data` is transferred. */
  | { readonly type: 'map'; readonly id: number; readonly map: FeatureMap }
  /** The device was lost and the plan rebuilt; the maps are gone until the next run (which starts by itself). */
  | { readonly type: 'restarted'; readonly backend: BackendInfo; readonly reason: string }
  | { readonly type: 'error'; readonly id: number | null; readonly message: string };
