/** When the engine runs and on what: on request, and by itself for small networks once typing rests and someone looks. */
import type { CustomInput, SampleName } from '../../engine/api';
import type { ModelGraph, NodeId } from '../../graph/graph';
import { indexNodes, type NodeIndex, type Shown } from '../model';
import type { ViewState } from '../state';
import type { EngineClient } from './engineClient';
import type { ActivationInput } from './view';

/** Networks up to here run by themselves; larger ones when asked to. */
const BY_ITSELF = { macs: 300e6, params: 8e6, wait: 500 } as const;

export class Runs {
  /** The user's own picture, when one was chosen. */
  picture: CustomInput | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ran: { readonly graph: ModelGraph; readonly index: NodeIndex } | null = null;

  constructor(private readonly client: EngineClient) {}

  run({ snapshot, model }: Shown, view: ViewState): void {
    if (!this.client.available) return;
    const sample = view.sample === 'picture' ? (this.picture ?? 'auto') : (view.sample as SampleName);
    void this.client.run({ graph: snapshot.graph, model, seed: view.seed, sample });
  }

  /** Once more, if anything was run at all. */
  again(shown: Shown, view: ViewState): void {
    if (this.client.state.graph !== null) this.run(shown, view);
  }

  /** Computes a small network anew after an edit, if `wanted` still says so once typing rests. */
  maybe(shown: Shown, view: ViewState, wanted: () => boolean): void {
    clearTimeout(this.timer);
    const totals = shown.snapshot.totals[shown.model];
    if (!totals || totals.params === null || totals.macs === null) return;
    if (totals.params > BY_ITSELF.params || totals.macs > BY_ITSELF.macs) return;
    this.timer = setTimeout(() => {
      if (!this.isFresh(shown) && wanted() && document.visibilityState === 'visible') this.run(shown, view);
    }, BY_ITSELF.wait);
  }

  /** What the view of activations needs of the run for a node of the shown graph. */
  inputFor(shown: Shown, node: NodeId): Omit<ActivationInput, 't' | 'view' | 'node'> {
    return {
      snapshot: shown.snapshot,
      model: shown.model,
      figures: shown.snapshot.figures[node] ?? null,
      client: this.client,
      fresh: this.isFresh(shown),
      ranNode: this.nodeOfRun(shown, node),
      picture: this.picture?.name ?? null,
    };
  }

  /** The node of the run's graph with the same name; null when it has none. */
  nodeOfRun(shown: Shown, node: NodeId): NodeId | null {
    const { graph, model } = this.client.state;
    if (graph === null) return null;
    if (this.isFresh(shown)) return node;
    if (this.ran?.graph !== graph) this.ran = { graph, index: indexNodes(graph, model) };
    return this.ran.index.nodeOf.get(shown.index.keyOf.get(node) ?? '') ?? null;
  }

  private isFresh({ snapshot, model }: Shown): boolean {
    const { state } = this.client;
    return state.graph === snapshot.graph && state.model === model;
  }
}
