// Runs in a blob worker under the panel's policy: random edits of a network, each loaded and run, while what the device holds and
// compiles is counted by its own API.
import type { BackendName, Engine } from '../../../src/engine/api';
import { createEngine } from '../../../src/engine/engine';
import { randomStream } from '../../../src/engine/weights/random';
import { interpret } from '../../../src/keras/interpret';

export interface EditsRequest {
  readonly backend: BackendName;
  readonly edits: number;
  readonly seed: number;
}

export interface EditsAnswer {
  readonly error?: string;
  /** What the unedited network holds: before the edits, and after them. */
  readonly before: Held;
  readonly after: Held;
  /** Textures or buffers at the end of each edit. */
  readonly live: readonly number[];
  /** Programs or pipelines that each edit compiled. */
  readonly compiled: readonly number[];
  readonly layers: number;
}

export interface Held {
  readonly live: number;
  readonly bytes: number;
  readonly storages: number;
}

/** Textures or buffers that are there; a set, for one may be let go twice. */
const alive = new Set<unknown>();
let compiled = 0;

/** Counts what is made and let go through these methods. */
function watch(prototype: object | undefined, makes: string, lets: string | null, compiles: boolean): void {
  if (!prototype) return;
  const methods = prototype as Record<string, (...args: unknown[]) => unknown>;
  const make = methods[makes];
  methods[makes] = function (this: unknown, ...args: unknown[]) {
    const made = make.apply(this, args);
    if (compiles) compiled++;
    else alive.add(made);
    return made;
  };
  if (lets === null) return;
  const letGo = methods[lets];
  methods[lets] = function (this: unknown, ...args: unknown[]) {
    alive.delete(args[0]);
    return letGo.apply(this, args);
  };
}

const scope = self as unknown as Record<string, { prototype: object } | undefined>;
watch(scope['WebGL2RenderingContext']?.prototype, 'createTexture', 'deleteTexture', false);
watch(scope['WebGL2RenderingContext']?.prototype, 'linkProgram', null, true);
watch(scope['GPUDevice']?.prototype, 'createBuffer', null, false);
watch(scope['GPUDevice']?.prototype, 'createComputePipeline', null, true);
const buffers = scope['GPUBuffer']?.prototype as { destroy(): void } | undefined;
if (buffers) {
  const { destroy } = buffers;
  buffers.destroy = function () {
    alive.delete(this);
    destroy.call(this);
  };
}

interface Layer {
  filters: number;
  kernel: number;
  stride: number;
  activation: string;
}

const program = (layers: readonly Layer[]): string =>
  [
    'import keras',
    'from keras import layers as L',
    'x = keras.Input((24, 24, 3))',
    'y = x',
    ...layers.map(
      ({ filters, kernel, stride, activation }) =>
        `y = L.Conv2D(${filters}, ${kernel}, strides=${stride}, padding="same", activation="${activation}")(y)\ny = L.BatchNormalization()(y)`,
    ),
    'model = keras.Model(x, L.Dense(5)(L.GlobalAveragePooling2D()(y)))',
    '',
  ].join('\n');

const START: readonly Layer[] = [8, 12, 16, 12].map((filters) => ({
  filters,
  kernel: 3,
  stride: 1,
  activation: 'relu',
}));

async function run(engine: Engine, layers: readonly Layer[]): Promise<void> {
  const graph = interpret({ path: 'm.py', text: program(layers) });
  const loaded = await engine.load(graph, graph.models.length - 1, {});
  if (!loaded.ok || loaded.unsupported.length) throw new Error(loaded.message ?? 'cannot run');
  const result = await engine.run();
  if (result.failures.length) throw new Error(result.failures[0].reason);
  await engine.read(loaded.nodes[loaded.nodes.length - 1]);
}

const held = (engine: Engine): Held => ({
  live: alive.size,
  bytes: engine.memory().bytes,
  storages: engine.memory().storages,
});

async function edit({ backend, edits, seed }: EditsRequest): Promise<EditsAnswer> {
  const engine = await createEngine({ backend });
  if (engine.backend.name !== backend) throw new Error(engine.backend.fallbacks[0].reason);
  const random = randomStream(`edits/${seed}`);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  await run(engine, START);
  await run(engine, START);
  const before = held(engine);
  const counts: number[] = [];
  const compilations: number[] = [];
  const layers = START.map((layer) => ({ ...layer }));
  for (let i = 0; i < edits; i++) {
    const layer = pick(layers);
    const [field, value] = pick([
      ['filters', pick([4, 6, 8, 10, 12, 16, 20, 24])],
      ['kernel', pick([1, 2, 3, 5])],
      ['stride', pick([1, 2])],
      ['activation', pick(['relu', 'elu', 'tanh', 'linear'])],
    ] as const);
    Object.assign(layer, { [field]: value });
    const compiledBefore = compiled;
    await run(engine, layers);
    compilations.push(compiled - compiledBefore);
    counts.push(alive.size);
  }
  await run(engine, START);
  await run(engine, START);
  const after = held(engine);
  engine.dispose();
  return { before, after, live: counts, compiled: compilations, layers: layers.length };
}

self.onmessage = ({ data }: MessageEvent<EditsRequest>) => {
  edit(data).then(
    (answer) => self.postMessage(answer),
    (error: unknown) => self.postMessage({ error: String(error) }),
  );
};
