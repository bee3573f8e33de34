/** The finished drawing as data: boxes and lines with absolute positions, in pixels at zoom 1. */
import type { NodeId, TensorId } from '../../graph/graph';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedBox {
  /** Stable across edits (see `Item.key`). */
  readonly key: string;
  /**
   * `node`: one node; `group`: a nested model or custom layer; `call`: what one call of a function made; `repeat`: a block, ×N;
   * `block`: one of the N.
   */
  readonly kind: 'node' | 'group' | 'call' | 'repeat' | 'block';
  /** The node it stands for; for a call, a repetition and its blocks the last node in it, whose output leaves it. */
  readonly node: NodeId;
  /** The function's name, for a call. */
  readonly name?: string;
  /** Every node drawn in it or hidden in it. */
  readonly covers: readonly NodeId[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly light: boolean;
  readonly foldable: boolean;
  readonly open: boolean;
  /** Enclosing boxes. */
  readonly depth: number;
  /** Instances of a repetition, else 1. */
  readonly count: number;
  /** Place among a repetition's blocks, from 1. */
  readonly ordinal: number;
  /** Key of the enclosing box, or null. */
  readonly parent: string | null;
}

export interface PlacedEdge {
  readonly key: string;
  /** Keys of the boxes at both ends; the enclosing box's own key for its boundary, '' for the drawing's. */
  readonly from: string;
  readonly to: string;
  readonly tensor: TensorId;
  /** SVG path data. */
  readonly path: string;
  /** Goes around the branches instead of through them. */
  readonly skip: boolean;
  readonly bounds: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
}

export interface PlacedLabel {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly tensor: TensorId;
  /** The shape is that of the input: said quietly. */
  readonly unchanged: boolean;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** Outer boxes before inner ones. */
  readonly boxes: readonly PlacedBox[];
  readonly edges: readonly PlacedEdge[];
  readonly labels: readonly PlacedLabel[];
}
