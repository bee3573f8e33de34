/** The wire to the extension host: typed messages, and the view state that the editor keeps for the panel. */
import type { ToHost, ToPanel } from '../protocol';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Host {
  post(message: ToHost): void;
  readonly stored: unknown;
  store(state: unknown): void;
}

/** To be called once per page: the editor hands its interface out a single time. */
export function connect(onMessage: (message: ToPanel) => void): Host {
  const api = acquireVsCodeApi();
  window.addEventListener('message', (event: MessageEvent) => {
    const message = event.data as ToPanel | null;
    if (message && typeof message === 'object' && typeof message.type === 'string') onMessage(message);
  });
  return {
    post: (message) => api.postMessage(message),
    stored: api.getState(),
    store: (state) => api.setState(state),
  };
}
