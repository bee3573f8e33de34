/** When the engine runs and on what: on request, and by itself for small networks once typing rests and someone looks. */
import type { CustomInput, SampleName } from '../../engine/api';
import type { ModelGraph, NodeId } from '../../graph/graph';
import { indexNodes, type NodeIndex, type Shown } from '../model';
import type { ViewState } from '../state';
import type { EngineClient, EngineState } from './engineClient';
import { decodePicture } from './picture';
import type { ActivationInput } from './input';
import type { OwnSource } from '../lens/ownView';

/** Networks up to here run by themselves; larger ones when asked to. */
const BY_ITSELF = { macs: 300e6, params: 8e6, wait: 500 } as const;

export class Runs {
  /** The user's own picture or array, when one was chosen. */
  picture: CustomInput | null = null;
  /** Name of the file of trained weights in use. */
  weights: string | null = null;
  /** Why the last chosen file could not be used, in words. */
  problem: string | null = null;
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

  /** Takes a picture or array as the input of runs to come. False when it cannot be read; `problem` says why. */
  async usePicture(name: string, bytes: Uint8Array): Promise<boolean> {
    return this.attempt(name, async () => {
      this.picture = await decodePicture(name, bytes);
    });
  }

  /** Takes a file of trained weights for runs to come; null goes back to initial ones. */
  async useWeights(file: { readonly name: string; readonly bytes: Uint8Array } | null): Promise<boolean> {
    return this.attempt(file?.name ?? '', async () => {
      this.weights = null;
      await this.client.useWeights(file);
      this.weights = file?.name ?? null;
    });
  }

  private async attempt(name: string, body: () => Promise<void>): Promise<boolean> {
    this.problem = null;
    try {
      await body();
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.problem = message.includes(name) ? message : `${name}: ${message}`;
      return false;
    }
  }

  /** Times and norms of the last run, if it was of what is shown. */
  measured(shown: Shown): { times: EngineState['times']; norms: EngineState['norms'] } {
    const { times, norms } = this.client.state;
    return this.isFresh(shown) ? { times, norms } : { times: new Map(), norms: null };
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
      weights: this.weights,
      problem: this.problem,
    };
  }

  /** The run's own numbers for the lens: only of the very graph that is shown. */
  forLens(shown: Shown, view: ViewState): OwnSource {
    const { client } = this;
    const { status, run } = client.state;
    const fresh = this.isFresh(shown) && status !== 'failed' && status !== 'idle';
    return {
      run,
      state: !client.available ? 'unavailable' : !fresh ? 'none' : status === 'done' ? 'ready' : 'running',
      read: (node) => client.read(node),
      weights: (node) => client.weights(node),
      compute: () => this.run(shown, view),
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

  isFresh({ snapshot, model }: Shown): boolean {
    const { state } = this.client;
    return state.graph === snapshot.graph && state.model === model;
  }
}
