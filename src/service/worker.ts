/**
 * Entry of the analysis thread, one file for every host: a worker of Node, a Web Worker, or, where a host can make neither, a
 * module that the host loads itself and connects to `serve`.
 */
import type { FromThread, ToThread } from './messages';
import { serve, type Port } from './server';

export { serve };

/** What a Web Worker's global scope has, as far as it is used here. */
interface WorkerScope {
  postMessage(message: FromThread): void;
  addEventListener(type: 'message', listener: (event: { readonly data: ToThread }) => void): void;
}

/** The way to the host that made this thread; null where the file was loaded as a module. */
function portToHost(): Port | null {
  const node = typeof process === 'object' ? process.getBuiltinModule?.('worker_threads') : undefined;
  if (node) {
    const { parentPort } = node;
    return (
      parentPort && {
        post: (message) => parentPort.postMessage(message),
        onMessage: (receive) => void parentPort.on('message', receive),
      }
    );
  }
  const scope = globalThis as unknown as WorkerScope;
  return {
    post: (message) => scope.postMessage(message),
    onMessage: (receive) => scope.addEventListener('message', ({ data }) => receive(data)),
  };
}

const port = portToHost();
if (port !== null) serve(port);
