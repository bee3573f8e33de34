/** The page's side of the engine: starts the worker from a blob, runs one network at a time, keeps what came back. */
import type {
  BackendInfo,
  CustomInput,
  FeatureMap,
  LoadedInput,
  SampleName,
  Unsupported,
  WeightReport,
  WeightValues,
} from '../../engine/api';
import type { GradientRequest, GradientResult, ShiftResult } from '../../engine/gradients/requests';
import type { FromWorker, ToWorker } from '../../engine/workerProtocol';
import type { ModelGraph, NodeId } from '../../graph/graph';

export type EngineStatus = 'idle' | 'starting' | 'loading' | 'running' | 'done' | 'failed';

/** Everything known of the current run; replaced, never changed. */
export interface EngineState {
  readonly status: EngineStatus;
  /** 0 … 1. */
  readonly progress: number;
  readonly message: string | null;
  readonly backend: BackendInfo | null;
  readonly milliseconds: number | null;
  /** The graph and model that were run. */
  readonly graph: ModelGraph | null;
  readonly model: number;
  readonly inputs: readonly LoadedInput[];
  readonly done: ReadonlySet<NodeId>;
  readonly times: ReadonlyMap<NodeId, number>;
  readonly unsupported: ReadonlyMap<NodeId, Unsupported>;
  /** What became of the trained weights; null when none were given or the file cannot be read. */
  readonly weights: WeightReport | null;
  /** ‖∂/∂y‖₂ by node for a random gradient of norm 1 at the outputs; null until asked for. */
  readonly norms: ReadonlyMap<NodeId, number> | null;
  /** Grows with every run: maps of older runs are not those of this one. */
  readonly run: number;
}

export interface RunRequest {
  readonly graph: ModelGraph;
  readonly model: number;
  readonly seed: number;
  readonly sample: SampleName | CustomInput;
}

const EMPTY: EngineState = {
  status: 'idle',
  progress: 0,
  message: null,
  backend: null,
  milliseconds: null,
  graph: null,
  model: 0,
  inputs: [],
  done: new Set(),
  times: new Map(),
  unsupported: new Map(),
  weights: null,
  norms: null,
  run: 0,
};

/** Feature maps kept on the page, in values. */
const CACHE_VALUES = 24_000_000;

interface Waiting {
  resolve(message: FromWorker): void;
  reject(reason: Error): void;
}

type Question = Extract<ToWorker, { type: 'read' | 'gradient' | 'shifted' | 'kernels' | 'weights' }>;
type Answer<Type extends FromWorker['type']> = Promise<Extract<FromWorker, { type: Type }>>;
/** A message without its number, which is given when it is sent. */
type Unnumbered<Message> = Message extends unknown ? Omit<Message, 'id'> : never;

export class EngineClient {
  state: EngineState = EMPTY;
  private worker: Worker | null = null;
  private starting: Promise<Worker> | null = null;
  private ids = 0;
  private loadId = 0;
  private readonly waiting = new Map<number, Waiting>();
  private maps = new Map<string, FeatureMap>();
  private cached = 0;
  private normsOf = -1;

  constructor(
    private readonly workerUri: string | undefined,
    private readonly changed: () => void,
  ) {}

  get available(): boolean {
    return this.workerUri !== undefined && this.workerUri !== '' && typeof Worker !== 'undefined';
  }

  async run(request: RunRequest): Promise<void> {
    const id = ++this.ids;
    this.loadId = id;
    this.forget();
    this.set({
      ...EMPTY,
      status: this.worker ? 'loading' : 'starting',
      graph: request.graph,
      model: request.model,
      run: this.state.run + 1,
    });
    try {
      const worker = await this.start();
      if (this.loadId !== id) return;
      this.set({ ...this.state, status: 'loading' });
      const message: ToWorker = {
        type: 'load',
        id,
        graph: request.graph,
        model: request.model,
        seed: request.seed,
        sample: request.sample,
        run: true,
      };
      worker.postMessage(message);
    } catch (error) {
      if (this.loadId === id) this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  stop(): void {
    this.post({ type: 'cancel' });
    if (
      this.state.status === 'starting' ||
      this.state.status === 'loading' ||
      this.state.status === 'running'
    ) {
      this.loadId = ++this.ids;
      this.set({ ...this.state, status: this.state.done.size > 0 ? 'done' : 'idle' });
    }
  }

  /** The map of a node of the current run. Rejects with a reason in words. */
  read(node: NodeId): Promise<FeatureMap> {
    const key = `${this.state.run}:${node}`;
    const known = this.maps.get(key);
    if (known) return Promise.resolve(known);
    return this.ask('map', { type: 'read', node }).then(({ map }) => {
      this.keep(key, map);
      return map;
    });
  }

  /** The weights that a node computes with, trained or initial. Rejects with a reason in words. */
  weights(node: NodeId): Promise<readonly WeightValues[]> {
    return this.ask('kernels', { type: 'kernels', node }).then(({ weights }) => weights);
  }

  /** Goes back through the network that has run. Rejects with a reason in words. */
  gradient(request: GradientRequest): Promise<GradientResult> {
    return this.ask('gradient', { type: 'gradient', request }).then(({ result }) => result);
  }

  /** Runs on the input shifted by so many positions, `[down, right]`, and compares every map. Rejects with a reason. */
  shifted(shift: readonly number[]): Promise<ShiftResult> {
    return this.ask('shifted', { type: 'shifted', request: { shift } }).then(({ result }) => result);
  }

  /** Works out the gradient norms of the run, once; they appear in the state. */
  async findNorms(): Promise<void> {
    const { run, status, norms } = this.state;
    if (status !== 'done' || norms !== null || this.normsOf === run) return;
    this.normsOf = run;
    const result = await this.gradient({ kind: 'norms' }).catch(() => null);
    if (this.state.run !== run || result?.kind !== 'norms') return;
    const found = result.nodes.flatMap(({ node, output }) =>
      output === null ? [] : [[node, output] as const],
    );
    this.set({ ...this.state, norms: new Map(found) });
  }

  /** Opens a file of trained weights for the runs to come, or forgets it. Rejects with the reason when it cannot be read. */
  async useWeights(file: { readonly name: string; readonly bytes: Uint8Array } | null): Promise<void> {
    await this.start();
    const { message } = await this.ask('weights', { type: 'weights', file });
    if (message !== null) throw new Error(message);
  }

  private ask<Type extends FromWorker['type']>(_answer: Type, question: Unnumbered<Question>): Answer<Type> {
    const id = ++this.ids;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.post({ ...question, id } as Question);
    });
  }

  private keep(key: string, map: FeatureMap): void {
    this.maps.set(key, map);
    this.cached += map.data.length;
    for (const [oldest, old] of this.maps) {
      if (this.cached <= CACHE_VALUES || oldest === key) break;
      this.maps.delete(oldest);
      this.cached -= old.data.length;
    }
  }

  private forget(): void {
    this.maps = new Map();
    this.cached = 0;
    for (const waiting of this.waiting.values()) waiting.reject(new Error('a newer run began'));
    this.waiting.clear();
  }

  private post(message: ToWorker): void {
    this.worker?.postMessage(message);
  }

  /** Webview pages may not start workers from files; the text is fetched and started as a blob. */
  private start(): Promise<Worker> {
    this.starting ??= (async () => {
      if (!this.workerUri) throw new Error('no worker address');
      const response = await fetch(this.workerUri);
      if (!response.ok) throw new Error(`worker: HTTP ${response.status}`);
      const url = URL.createObjectURL(new Blob([await response.text()], { type: 'text/javascript' }));
      const worker = new Worker(url);
      URL.revokeObjectURL(url);
      worker.onmessage = (event: MessageEvent<FromWorker>) => this.receive(event.data);
      worker.onerror = (event) => this.fail(event.message || 'the worker stopped');
      this.worker = worker;
      return worker;
    })();
    this.starting.catch(() => (this.starting = null));
    return this.starting;
  }

  private receive(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        return;
      case 'loaded': {
        if (message.id !== this.loadId) return;
        const { result } = message;
        const unsupported = new Map(result.unsupported.map((entry) => [entry.node, entry]));
        this.set({
          ...this.state,
          status: result.ok ? 'running' : 'failed',
          message: result.message,
          backend: result.backend,
          inputs: result.inputs,
          unsupported,
          weights: result.weights,
        });
        return;
      }
      case 'node': {
        if (message.id !== this.loadId) return;
        const { done } = message;
        const times = new Map(this.state.times);
        if (done.fusedInto === null) times.set(done.node, done.milliseconds);
        this.set({
          ...this.state,
          status: 'running',
          progress: done.progress,
          done: new Set([...this.state.done, done.node]),
          times,
        });
        return;
      }
      case 'done': {
        if (message.id !== this.loadId) return;
        const { result } = message;
        const unsupported = new Map([
          ...this.state.unsupported,
          ...result.failures.map((entry) => [entry.node, entry] as const),
        ]);
        this.set({
          ...this.state,
          status: 'done',
          progress: 1,
          backend: result.backend,
          milliseconds: result.milliseconds,
          unsupported,
        });
        return;
      }
      case 'map':
      case 'kernels':
      case 'weights':
      case 'gradient':
      case 'shifted': {
        const waiting = this.waiting.get(message.id);
        this.waiting.delete(message.id);
        waiting?.resolve(message);
        return;
      }
      case 'restarted':
        this.forget();
        this.set({
          ...this.state,
          status: 'running',
          progress: 0,
          done: new Set(),
          backend: message.backend,
          message: message.reason,
          run: this.state.run + 1,
        });
        return;
      case 'error': {
        const waiting = message.id === null ? undefined : this.waiting.get(message.id);
        if (waiting && message.id !== null) {
          this.waiting.delete(message.id);
          waiting.reject(new Error(message.message));
        } else if (message.id === null || message.id === this.loadId) this.fail(message.message);
      }
    }
  }

  private fail(message: string): void {
    this.set({ ...this.state, status: 'failed', message });
  }

  private set(state: EngineState): void {
    this.state = state;
    this.changed();
  }
}
