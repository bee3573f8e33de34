/** What the lens can show of a layer: each system is one way to look at the same arithmetic, drawn step by step. */
import type { Node } from '../../graph/graph';
import type { Snapshot } from '../../protocol';
import type { Translate } from '../strings';
import type { Arithmetic } from './arithmetic';

export const SYSTEMS = [
  'window',
  'stretched',
  'gradient',
  'im2col',
  'sparse',
  'separable',
  'gate',
  'shift',
  'cost',
] as const;
export type SystemId = (typeof SYSTEMS)[number];

/** The layer that is looked at. */
export interface Subject {
  readonly snapshot: Snapshot;
  /** As chosen. */
  readonly node: Node;
  /** The step that it is about (the convolution within a SeparableConv2D). */
  readonly step: Node;
  /** Of that step; null when it is no window operation or its lengths are not known. */
  readonly arithmetic: Arithmetic | null;
}

/** A system drawn for one subject. */
export interface SystemView {
  readonly element: HTMLElement;
  readonly title: string;
  /** Positions to step through; 0 when nothing moves. */
  readonly steps: number;
  /** Where to begin, when nothing was stepped to; absent: at the first. */
  readonly start?: number;
  /** Draws a position; returns what is to be said of it, in up to three lines. */
  draw(at: number): readonly string[];
}

export interface Tools {
  readonly t: Translate;
  /** Says something of what the pointer is on, until the next step; null: of the position again. */
  say(lines: readonly string[] | null): void;
}
