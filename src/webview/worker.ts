/** Entry of the panel's worker: owns the engine and its device, and speaks `engine/workerProtocol.ts` with the page. */
import { startWorkerLoop } from '../engine/workerLoop';
import type { ToWorker } from '../engine/workerProtocol';

const scope = self as unknown as {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};
const handle = startWorkerLoop((message, transfer = []) => scope.postMessage(message, transfer));
scope.onmessage = (event) => handle(event.data);
