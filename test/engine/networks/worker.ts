// Runs in a blob worker: fetches a saved network from the test's server, since its file is too large for a message through the test's
// protocol, and compares.
import type { BackendName } from '../../../src/engine/api';
import { runNetwork } from './network';

self.onmessage = ({ data }: MessageEvent<{ backend: BackendName; name: string; url: string }>) => {
  const bytes = async (ending: string): Promise<ArrayBuffer> =>
    (await fetch(`${data.url}/${data.name}.${ending}`)).arrayBuffer();
  const work = async (): Promise<unknown> =>
    runNetwork(data.backend, {
      name: data.name,
      program: new TextDecoder().decode(await bytes('py')),
      file: new Uint8Array(await bytes('keras')),
      input: new Float32Array(await bytes('input')),
      output: new Float32Array(await bytes('output')),
    });
  work().then(
    (answer) => self.postMessage(answer),
    (error: unknown) => self.postMessage({ failure: String(error) }),
  );
};
