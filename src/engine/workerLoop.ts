/**
 * The worker's message loop: one engine, one model at a time, reads answered between the steps of a run. Free of any global,
 * so that it can be tested without a worker.
 */
import type { CustomInput, Engine, EngineOptions, FeatureMap, SampleName, WeightSource } from './api';
import { DeviceLost } from './deviceLost';
import { createEngine } from './engine';
import { openWeightFile, UnreadableFile } from './weights/weightFile';
import type { FromWorker, ToWorker } from './workerProtocol';

export type Post = (message: FromWorker, transfer?: Transferable[]) => void;

type LoadMessage = Extract<ToWorker, { type: 'load' }>;

/** How often a lost device is opened anew for one request. */
const MOST_RESTARTS = 2;

export function startWorkerLoop(post: Post): (message: ToWorker) => void {
  let engine: Engine | null = null;
  let backend: EngineOptions['backend'] = 'auto';
  let weights: WeightSource | undefined;
  /** Newest load or run; older ones stop at their next step. */
  let current = 0;
  let queue: Promise<void> = Promise.resolve();
  /** Settled when no measurement on a shifted input is under way. */
  let shifting: Promise<void> = Promise.resolve();
  /** The request whose run filled the maps; null while a run is under way or none was. */
  let filledBy: number | null = null;

  const fail = (id: number | null, error: unknown): void =>
    post({ type: 'error', id, message: error instanceof Error ? error.message : String(error) });

  const open = async (wanted: EngineOptions['backend']): Promise<Engine> => {
    if (engine && wanted === backend) return engine;
    engine?.dispose();
    backend = wanted;
    engine = await createEngine({ backend: wanted ?? 'auto' });
    return engine;
  };

  const run = async (id: number, token: number): Promise<void> => {
    filledBy = null;
    for (let restarts = 0; engine; restarts++) {
      try {
        const result = await engine.run({
          onNode: (done) => post({ type: 'node', id, done }),
          cancelled: () => token !== current,
          pause: letOthersThrough,
        });
        filledBy = id;
        post({ type: 'done', id, result });
        return;
      } catch (error) {
        if (!(error instanceof DeviceLost) || restarts >= MOST_RESTARTS) throw error;
        post({ type: 'restarted', backend: engine.backend, reason: error.message });
      }
    }
  };

  const load = async (message: LoadMessage, token: number): Promise<void> => {
    if (token !== current) return;
    const ready = await open(message.backend ?? backend);
    const result = await ready.load(message.graph, message.model, {
      seed: message.seed,
      weights,
      sample: message.sample as SampleName | CustomInput | undefined,
      inputShapes: message.inputShapes,
    });
    post({ type: 'loaded', id: message.id, result });
    if (message.run && result.ok) await run(message.id, token);
  };

  const openWeights = ({ id, file }: Extract<ToWorker, { type: 'weights' }>): void => {
    weights = undefined;
    let message: string | null = null;
    try {
      if (file) weights = openWeightFile(file.name, file.bytes);
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      ({ message } = error);
    }
    post({ type: 'weights', id, name: weights?.name ?? null, message });
  };

  const measure = async (
    message: Extract<ToWorker, { type: 'gradient' | 'shifted' }>,
    token: number,
  ): Promise<void> => {
    if (!engine) throw new Error('no model is loaded');
    const { id } = message;
    const pause = async (): Promise<void> => {
      await letOthersThrough();
      if (token !== current) throw new Error('the request was overtaken by another');
    };
    if (message.type === 'gradient')
      post({ type: 'gradient', id, result: await engine.gradient(message.request, pause) });
    else {
      const measured = engine.shifted(message.request, { pause });
      shifting = measured.then(
        () => undefined,
        () => undefined,
      );
      post({ type: 'shifted', id, result: await measured });
    }
  };

  const read = async (message: Extract<ToWorker, { type: 'read' }>): Promise<void> => {
    // While the input is shifted, the maps are not those of the input.
    await shifting;
    if (!engine) throw new Error('no model is loaded');
    let map: FeatureMap;
    try {
      map = await engine.read(message.node, message.output ?? 0);
    } catch (error) {
      // The maps went with the device: they are made again without being asked, once for all reads that notice.
      if (error instanceof DeviceLost && filledBy !== null) {
        const id = filledBy;
        filledBy = null;
        post({ type: 'restarted', backend: engine.backend, reason: error.message });
        const token = ++current;
        inTurn(id, () => run(id, token));
      }
      throw error;
    }
    // The device may keep its own array: what is transferred away must be a copy.
    const data = map.data.slice();
    post({ type: 'map', id: message.id, map: { ...map, data } }, [data.buffer]);
  };

  const inTurn = (id: number, body: () => Promise<void>): void => {
    queue = queue.then(() => body()).catch((error: unknown) => fail(id, error));
  };

  post({ type: 'ready' });
  return (message) => {
    switch (message.type) {
      case 'load': {
        const token = ++current;
        inTurn(message.id, () => load(message, token));
        break;
      }
      case 'run': {
        const token = ++current;
        inTurn(message.id, () => run(message.id, token));
        break;
      }
      case 'weights':
        // In turn with loads, so that each uses the file that was in force when it was asked for.
        inTurn(message.id, () => Promise.resolve(openWeights(message)));
        break;
      case 'read':
        read(message).catch((error: unknown) => fail(message.id, error));
        break;
      case 'kernels':
        try {
          if (!engine) throw new Error('no model is loaded');
          post({ type: 'kernels', id: message.id, weights: engine.weights(message.node) });
        } catch (error) {
          fail(message.id, error);
        }
        break;
      case 'gradient':
      case 'shifted': {
        const token = current;
        inTurn(message.id, () => measure(message, token));
        break;
      }
      case 'cancel':
        current++;
        break;
      case 'dispose':
        current++;
        queue = queue.then(() => {
          engine?.dispose();
          engine = null;
        });
        break;
    }
  };
}

/** Lets waiting messages be handled; a message channel is not slowed down as nested timers are. */
function letOthersThrough(): Promise<void> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(null);
  });
}
