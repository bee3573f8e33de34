/** What one can ask of the way back through a loaded model, and of shifting its input; plain data, also between page and worker. */
import type { NodeId, TensorId, WeightId } from '../../graph/graph';

export type GradientRequest =
  /**
   * Effective receptive field (Luo et al., 2016): how much each input position matters for one unit of a node's output, the mean of
   * |gradient| over random mixes of its channels. `position` along the spatial axes, default the centre; `channel` for one alone.
   */
  | {
      readonly kind: 'receptiveField';
      readonly node: NodeId;
      readonly output?: number;
      readonly position?: readonly number[];
      readonly channel?: number;
      /** Random mixes. Default 4. */
      readonly rounds?: number;
    }
  /** Class saliency (Simonyan et al., 2014): |gradient| of one score of an output (before its softmax). Default: the highest score. */
  | { readonly kind: 'saliency'; readonly node?: NodeId; readonly index?: number }
  /**
   * Norms of the gradients of every node's output and of every weight, for a random gradient of norm 1 at the model's outputs. Batch
   * normalisation counts with its moving statistics, as when predicting.
   */
  | { readonly kind: 'norms'; readonly seed?: number };

/** A picture over the positions of one model input. */
export interface InputMap {
  readonly tensor: TensorId;
  /** Lengths of the input's axes without batch and channels; tokens count as positions. */
  readonly shape: readonly number[];
  /** Non-negative, C order; all zeros where the input has no influence. */
  readonly data: Float32Array;
}

export interface FieldMap extends InputMap {
  /** Per axis first and last position of any influence; null when there is none. */
  readonly reach: readonly (readonly [number, number])[] | null;
  /** Positions of at least 4.55 % (1 − 95.45 %) of the greatest influence, whose square root Luo et al. call the field's size. */
  readonly strong: number;
}

export interface WeightNorm {
  readonly weight: WeightId;
  readonly name: string;
  /** ‖∂/∂W‖₂. */
  readonly norm: number;
  readonly elements: number;
}

export interface NodeNorm {
  readonly node: NodeId;
  /** ‖∂/∂y‖₂ of the node's first output; null where nothing comes back to it. */
  readonly output: number | null;
  readonly elements: number;
  readonly weights: readonly WeightNorm[];
}

export interface Stopped {
  readonly node: NodeId;
  /** Why nothing comes back through it, in words. */
  readonly reason: string;
}

export type GradientResult = { readonly milliseconds: number; readonly stopped: readonly Stopped[] } & (
  | {
      readonly kind: 'receptiveField';
      readonly node: NodeId;
      readonly position: readonly number[];
      readonly maps: readonly FieldMap[];
    }
  | {
      readonly kind: 'saliency';
      readonly node: NodeId;
      readonly index: number;
      readonly score: number;
      readonly maps: readonly InputMap[];
    }
  | { readonly kind: 'norms'; readonly nodes: readonly NodeNorm[] }
);

/** Shifts every input with positions by so many of them along its spatial axes (later axes first matter most): `[down, right]`. */
export interface ShiftRequest {
  readonly shift: readonly number[];
}

/** How far a node is from f(shift(x)) = shift(f(x)). */
export interface NodeShift {
  readonly node: NodeId;
  /** Shift of its map along its spatial axes; empty for one without positions, which should not change at all. */
  readonly shift: readonly number[];
  /** False when the map would have to move by a part of a position: its stride breaks the equality. */
  readonly whole: boolean;
  /** Largest difference over the middle half of the map, and over all of it, by its largest value. */
  readonly middle: number;
  readonly everywhere: number;
}

export interface ShiftResult {
  readonly milliseconds: number;
  readonly nodes: readonly NodeShift[];
}
