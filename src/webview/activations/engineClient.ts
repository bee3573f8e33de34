/** The page's side of the engine: starts the worker from a blob, runs one network at a time, keeps what came back. */
import type {
  BackendInfo,
  CustomInput,
  FeatureMap,
  LoadedInput,
  SampleName,
  Unsupported,
} from '../../engine/api';
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
  run: 0,
};

/** Feature maps kept on the page, in values. */
const CACHE_VALUES = 24_000_000;

interface Waiting {
  resolve(map: FeatureMap): void;
  reject(reason: Error): void;
}

export class EngineClient {
  state: EngineState = EMPTY;
  private worker: Worker | null = null;
  private starting: Promise<Worker> | null = null;
  private ids = 0;
  private loadId = 0;
  private readonly reads = new Map<number, Waiting>();
  private maps = new Map<string, FeatureMap>();
  private cached = 0;

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
    const id = ++this.ids;
    return new Promise<FeatureMap>((resolve, reject) => {
      this.reads.set(id, {
        resolve: (map) => {
          this.keep(key, map);
          resolve(map);
        },
        reject,
      });
      this.post({ type: 'read', id, node });
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
    for (const waiting of this.reads.values()) waiting.reject(new Error('a newer run began'));
    this.reads.clear();
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
      case 'map': {
        const waiting = this.reads.get(message.id);
        this.reads.delete(message.id);
        waiting?.resolve(message.map);
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
        const waiting = message.id === null ? undefined : this.reads.get(message.id);
        if (waiting && message.id !== null) {
          this.reads.delete(message.id);
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
