/**
 * Typed messages between the extension host and the panel. Always whole snapshots, never deltas: the panel keeps view
 * state (zoom, selection, sort) only and can be redrawn from the last snapshot at any time.
 */
import type { ModelGraph, NodeId, LayerId } from './graph/graph';

/** What the analysis says of one node or summary row, as plain numbers for display. null: not known. */
export interface NodeFigures {
  readonly params: number | null;
  readonly trainable: number | null;
  /** Multiply-adds for one sample. */
  readonly macs: number | null;
  readonly flops: number | null;
  /** Bytes of the output for one sample. */
  readonly activationBytes: number | null;
  readonly receptiveField: {
    readonly size: readonly (number | null)[];
    readonly minSize: readonly (number | null)[];
    readonly stride: readonly (number | null)[];
    readonly padding: readonly (number | null)[];
    readonly aligned: boolean | null;
    /** True when it covers the whole input. */
    readonly global: boolean;
  } | null;
}

/** A node as a step of a sequence model; null in a number: it depends on a length that is left open. */
export interface SequenceFigures {
  /** Positions of the network's input. */
  readonly positions: number | null;
  /** Positions that one unit reads. */
  readonly span: number | null;
  /** Operations between the farthest two positions that meet in a unit. */
  readonly pathLength: number | null;
  /** Operations that must run one after another. */
  readonly steps: number | null;
}

/** Totals of one model, as in the command line's JSON. */
export interface PanelTotals {
  readonly params: number | null;
  readonly trainable: number | null;
  readonly nonTrainable: number | null;
  readonly macs: number | null;
  readonly flops: number | null;
  readonly activationBytes: number | null;
  /** True when parts are unknown and the totals are lower bounds. */
  readonly atLeast: boolean;
}

/** Arguments that were changed in the panel and are not in the source: the snapshot is of the changed program. */
export interface WhatIf {
  /** Oldest first; Python expressions, `from` null for an argument that the call does not write. */
  readonly changes: readonly {
    readonly layer: string;
    readonly argument: string;
    readonly from: string | null;
    readonly to: string;
  }[];
  /** Totals of the program as it is in the source, per model index. */
  readonly before: readonly PanelTotals[];
}

export interface PanelDiagnostic {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info' | 'hint';
  readonly message: string;
  readonly node: NodeId | null;
  readonly layer: LayerId | null;
  readonly from: number;
  readonly to: number;
}

/** Everything the panel needs to draw one file. */
export interface Snapshot {
  /** For matching replies with documents. */
  readonly uri: string;
  readonly version: number;
  readonly fileName: string;
  readonly graph: ModelGraph;
  /** Index into `graph.models` of the model that the cursor is in or that was last chosen; null when there is none. */
  readonly model: number | null;
  /** By node id. */
  readonly figures: Readonly<Record<NodeId, NodeFigures>>;
  /** Nodes that a sequence reaches. */
  readonly sequences?: Readonly<Record<NodeId, SequenceFigures>>;
  /** Per model index: totals, as in the command line's JSON. */
  readonly totals: readonly PanelTotals[];
  readonly diagnostics: readonly PanelDiagnostic[];
  /** Node under the cursor, or null. */
  readonly selected: NodeId | null;
  /** Interface language (`en`, `zh-cn`). */
  readonly language: string;
  /** Absent when the snapshot is of the source as it is. */
  readonly whatIf?: WhatIf;
}

export type ToPanel =
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  /** Cursor moved: nodes at the cursor, none when empty. */
  | { readonly type: 'select'; readonly nodes: readonly NodeId[]; readonly model: number | null }
  /** No Python file with Keras is active. */
  | { readonly type: 'empty'; readonly reason: string }
  | { readonly type: 'analyzing' }
  /** A change asked for in the panel could not be made or written. */
  | {
      readonly type: 'refused';
      readonly reason: 'elsewhere' | 'unpacked' | 'value' | 'unread' | 'stale' | 'readOnly';
    }
  | { readonly type: 'weights'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly type: 'image'; readonly name: string; readonly bytes: Uint8Array };

export type ToHost =
  | { readonly type: 'ready' }
  /** A node was clicked: select its source. */
  | { readonly type: 'reveal'; readonly uri: string; readonly node: NodeId }
  | { readonly type: 'chooseModel'; readonly uri: string; readonly model: number }
  /** Tries an argument of a layer of the shown snapshot; answered by a snapshot with `whatIf`, or by `refused`. */
  | {
      readonly type: 'tryArgument';
      readonly uri: string;
      readonly version: number;
      readonly layer: LayerId;
      /** The layer's name, so that a request that an edit has overtaken is noticed. */
      readonly name: string;
      readonly argument: string;
      readonly value: number | string | readonly (number | null)[];
    }
  /** Takes back the last tried change or all of them, or writes them to the source. */
  | { readonly type: 'whatIf'; readonly uri: string; readonly action: 'undo' | 'discard' | 'write' }
  | { readonly type: 'pick'; readonly what: 'image' | 'weights' }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'save'; readonly name: string; readonly content: string | Uint8Array }
  | { readonly type: 'error'; readonly message: string };
