/** What the views of activations are given, and what they ask for. */
import type { NodeId } from '../../graph/graph';
import type { NodeFigures, Snapshot } from '../../protocol';
import type { ViewState } from '../state';
import type { Translate } from '../strings';
import type { EngineClient } from './engineClient';

export interface ActivationEvents {
  run(): void;
  stop(): void;
  change(view: Partial<ViewState>): void;
  pick(what: 'image' | 'weights'): void;
  /** Forgets the file of trained weights. */
  initialWeights(): void;
}

export interface ActivationInput {
  readonly t: Translate;
  readonly view: ViewState;
  readonly snapshot: Snapshot;
  readonly model: number;
  readonly node: NodeId;
  readonly figures: NodeFigures | null;
  readonly client: EngineClient;
  /** The run is of this very graph. */
  readonly fresh: boolean;
  /** Name of the user's own picture, when there is one. */
  readonly picture: string | null;
  /** Name of the file of trained weights in use. */
  readonly weights: string | null;
  /** Why the last chosen file could not be used. */
  readonly problem: string | null;
  /** The node as the run's graph numbers it; null when that graph has none of that name. */
  readonly ranNode: NodeId | null;
}
