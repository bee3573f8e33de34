/**
 * Makes analysis threads: a worker of Node, a Web Worker, or, where Node makes none, the analysis on the host's own thread.
 * All of them behave alike but for that.
 */
import type { FromThread, ToThread } from './messages';
import type { Port } from './server';

export interface Thread {
  readonly kind: 'worker' | 'own';
  /** Holds the id of the question that the thread is to give up; null where it cannot be told while it works (no shared memory). */
  readonly stop: Int32Array | null;
  post(message: ToThread): void;
  /** Ends it without a word to `onDeath`. */
  end(): void;
}

export interface ThreadEvents {
  onMessage(message: FromThread): void;
  /** It will answer no more, and why. Told once. */
  onDeath(reason: string): void;
}

/**
 * Memory of a Node worker in MiB. The young generation is far larger than Node's 16 MiB: an analysis makes much that lives
 * shortly, and with the default a quarter of its time goes to collecting it.
 */
const LIMITS = { maxYoungGenerationSizeMb: 64, maxOldGenerationSizeMb: 2048 };

/** A worker of Node that runs a file, once it lives. Rejects where none can be made. */
export function nodeThread(file: string, events: ThreadEvents, limits = LIMITS): Promise<Thread> {
  const { Worker } = process.getBuiltinModule('worker_threads');
  return new Promise((resolve, reject) => {
    // Without the host's own arguments, which may make it listen for a debugger.
    const worker = new Worker(file, { name: 'ConvLens', resourceLimits: limits, execArgv: [] });
    let lives = false;
    const die = once((reason) => {
      if (lives) events.onDeath(reason);
      else reject(new Error(reason));
    });
    worker.on('message', (message: FromThread) => events.onMessage(message));
    worker.on('messageerror', (error) => die(error.message));
    worker.on('error', (error) => die(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => die(`it ended with code ${code}`));
    worker.on('online', () => {
      lives = true;
      const post = (message: ToThread): void => worker.postMessage(message);
      const end = (): void => {
        die.quiet();
        void worker.terminate();
      };
      resolve({ kind: 'worker', stop: introduce(post), post, end });
    });
  });
}

/** A Web Worker that runs the script of a URL. */
export function webThread(url: string, events: ThreadEvents): Thread {
  const worker = new Worker(url, { name: 'ConvLens' });
  const die = once(events.onDeath);
  worker.onmessage = ({ data }: MessageEvent<FromThread>) => events.onMessage(data);
  worker.onmessageerror = () => die('a message could not be read');
  worker.onerror = (event) => die(event.message || 'the worker could not be started');
  const post = (message: ToThread): void => worker.postMessage(message);
  return {
    kind: 'worker',
    stop: introduce(post),
    post,
    end() {
      die.quiet();
      worker.terminate();
    },
  };
}

/** The analysis on this thread, loaded from the same file: Node only, for hosts that can make no worker. */
export function ownThread(file: string, events: ThreadEvents): Thread {
  const { createRequire } = process.getBuiltinModule('module');
  const { serve } = createRequire(file)(file) as { serve(port: Port): void };
  let receive: ((message: ToThread) => void) | undefined;
  let ended = false;
  serve({
    post: (message) => void setTimeout(() => ended || events.onMessage(message), 0),
    onMessage: (listener) => (receive = listener),
  });
  return {
    kind: 'own',
    stop: null,
    post: (message) => void setTimeout(() => ended || receive?.(message), 0),
    end: () => void (ended = true),
  };
}

/**
 * True in a host that runs on Node, where threads come from a file; others take a URL. Node's modules are asked for and not
 * imported, since the same bundle loads where there are none.
 */
export function onNode(): boolean {
  return typeof process === 'object' && typeof process.getBuiltinModule === 'function';
}

/** Says hello with a memory that both sides see, where there is such a thing. */
function introduce(post: (message: ToThread) => void): Int32Array | null {
  // Browsers share memory between isolated pages and workers only.
  const shares =
    typeof SharedArrayBuffer === 'function' &&
    (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
  if (shares) {
    try {
      const stop = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
      post({ type: 'hello', stop });
      return new Int32Array(stop);
    } catch {
      // It cannot be sent after all.
    }
  }
  post({ type: 'hello', stop: null });
  return null;
}

interface Once {
  (reason: string): void;
  quiet(): void;
}

function once(tell: (reason: string) => void): Once {
  let told = false;
  const die = (reason: string): void => {
    if (!told) tell(reason);
    told = true;
  };
  return Object.assign(die, { quiet: () => void (told = true) });
}
