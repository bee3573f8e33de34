// `npm run check:networks -- --python PYTHON [--folder DIRECTORY]`: MobileNetV2, ResNet50 and a U-Net from `.keras` files that Keras
// saved, on WebGL2, WebGPU (in Chromium) and WebAssembly: the largest difference of their outputs relative to the largest value.
// Prints one JSON object on the last line; fails above 1e-3. Keras is needed only where the folder does not hold its answers yet.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { WorkerPage } from '../../panel/engine/workerPage';
import { runNetwork, type NetworkAnswer } from './network';

const NAMES = ['MobileNetV2', 'ResNet50', 'UNet'];
const TOLERANCE = 1e-3;
const option = (name: string, fallback: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
};
const root = path.resolve(__dirname, '../../..');
const folder = path.resolve(option('folder', path.join(root, 'out/networks')));

const float32 = (file: string): Float32Array => {
  const bytes = readFileSync(path.join(folder, file));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};

async function inChromium(backend: 'webgl2' | 'webgpu', name: string): Promise<NetworkAnswer> {
  const page = await WorkerPage.start('test/engine/networks/worker.ts', folder);
  try {
    const answer = await page.ask<NetworkAnswer & { failure?: string; workerError?: string }>({
      backend,
      name,
      url: page.url,
    });
    if (answer.failure ?? answer.workerError) throw new Error(answer.failure ?? answer.workerError);
    return answer;
  } finally {
    await page.stop();
  }
}

async function main(): Promise<void> {
  if (!NAMES.every((name) => existsSync(path.join(folder, `${name}.output`)))) {
    const recorder = path.join(__dirname, 'record.py');
    const { status } = spawnSync(option('python', 'python'), [recorder, folder], { stdio: 'inherit' });
    if (status !== 0) throw new Error('Keras could not save the networks');
  }
  const rows: Record<string, Record<string, NetworkAnswer>> = {};
  for (const name of NAMES) {
    const webasm = await runNetwork('webasm', {
      name,
      program: readFileSync(path.join(folder, `${name}.py`), 'utf8'),
      file: new Uint8Array(readFileSync(path.join(folder, `${name}.keras`))),
      input: float32(`${name}.input`),
      output: float32(`${name}.output`),
    });
    rows[name] = {
      webasm,
      webgl2: await inChromium('webgl2', name),
      webgpu: await inChromium('webgpu', name),
    };
    console.log(name, JSON.stringify(rows[name]));
  }
  const worst = Math.max(
    ...Object.values(rows).flatMap((row) => Object.values(row).map(({ error }) => error)),
  );
  console.log(JSON.stringify({ worst, tolerance: TOLERANCE, rows }));
  if (!(worst < TOLERANCE)) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
