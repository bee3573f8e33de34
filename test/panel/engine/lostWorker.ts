// The product's worker with its graphics contexts in reach, so that a test can take them away as a driver reset does.
import { startWorkerLoop } from '../../../src/engine/workerLoop';
import type { ToWorker } from '../../../src/engine/workerProtocol';

const contexts: WebGL2RenderingContext[] = [];
const original = OffscreenCanvas.prototype.getContext as (
  this: OffscreenCanvas,
  kind: string,
  options?: unknown,
) => RenderingContext | null;
OffscreenCanvas.prototype.getContext = function (this: OffscreenCanvas, kind: string, options?: unknown) {
  const context = original.call(this, kind, options);
  if (context instanceof WebGL2RenderingContext && !contexts.includes(context)) contexts.push(context);
  return context;
} as typeof OffscreenCanvas.prototype.getContext;

const scope = self as unknown as {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker | { readonly type: 'lose' }>) => void) | null;
};
const handle = startWorkerLoop((message, transfer = []) => scope.postMessage(message, transfer));
scope.onmessage = (event) => {
  if (event.data.type === 'lose')
    for (const context of contexts) context.getExtension('WEBGL_lose_context')?.loseContext();
  else handle(event.data);
};
