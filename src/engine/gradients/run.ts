/** Runs the way back on the engine's device: maps and weights of the run before, gradients released after their last use. */
import type { WeightId } from '../../graph/graph';
import type { Backend, Handle } from '../backends/backend';
import type { Plan, Step, StorageId, WeightReader } from '../plan/plan';
import { backwardPlan, type BackwardPlan, type Seed } from './backwardPlan';

/** What the engine lends for it. */
export interface BackwardHost {
  readonly plan: Plan;
  readonly weights: WeightReader;
  readonly device: Backend;
  /** A storage of the plan, computed when it was fused away. Rejects when the model has not run. */
  handle(storage: StorageId): Promise<Handle>;
  compute(step: Step, inputs: readonly Handle[]): Promise<Handle>;
  /** Lets the worker's messages through; throws when the request has been overtaken. */
  pause(): Promise<void>;
}

export interface Gradients {
  readonly stopped: BackwardPlan['stopped'];
  /** Gradient of a storage that was asked for; null where nothing comes back to it. */
  of(storage: StorageId): Float32Array | null;
}

export async function runBackward(
  host: BackwardHost,
  seeds: readonly Seed[],
  wanted: ReadonlySet<StorageId>,
): Promise<Gradients> {
  const { plan, device } = host;
  const back = backwardPlan(plan, seeds, wanted);
  const own = new Map<StorageId, Handle>();
  const results = new Map([...back.gradients].map(([storage, gradient]) => [gradient, storage]));
  const values = new Map<StorageId, Float32Array>();
  const lastUse = new Map<StorageId, number>();
  back.steps.forEach((step, i) => step.inputs.forEach((storage) => lastUse.set(storage, i)));
  const handleOf = async (storage: StorageId): Promise<Handle> => {
    const known = own.get(storage);
    if (known) return known;
    const constant = back.constants.get(storage);
    if (!constant) return host.handle(storage);
    const handle = device.upload(constant.values(host.weights));
    own.set(storage, handle);
    return handle;
  };
  const release = (storage: StorageId): void => {
    const handle = own.get(storage);
    if (handle) device.release(handle);
    own.delete(storage);
  };
  /** A result is read as soon as it is whole. */
  const collect = async (storage: StorageId): Promise<void> => {
    const of = results.get(storage);
    if (of === undefined) return;
    const handle = await handleOf(storage);
    values.set(of, (await device.read(handle)).slice(0, handle.length));
    if (!lastUse.has(storage)) release(storage);
  };
  try {
    // A seed may itself be asked for.
    for (const storage of back.constants.keys()) await collect(storage);
    let work = 0;
    for (const [i, step] of back.steps.entries()) {
      const inputs: Handle[] = [];
      for (const storage of step.inputs) inputs.push(await handleOf(storage));
      own.set(step.output, await host.compute(step, inputs));
      await collect(step.output);
      for (const storage of step.inputs) if (lastUse.get(storage) === i) release(storage);
      work += step.work;
      if (work > 50_000_000) {
        work = 0;
        await device.finish();
        await host.pause();
      }
    }
  } finally {
    for (const storage of [...own.keys()]) release(storage);
  }
  return { stopped: back.stopped, of: (storage) => values.get(storage) ?? null };
}

/** Gradients of the graph's weights from those of the plan's constants. */
export function weightGradients(host: BackwardHost, gradients: Gradients): Map<WeightId, Float32Array> {
  const found = new Map<WeightId, Float32Array>();
  for (const [storage, constant] of host.plan.constants) {
    const gradient = gradients.of(storage);
    if (!gradient || !constant.pull) continue;
    for (const [weight, own] of constant.pull(gradient, host.weights)) {
      const known = found.get(weight);
      found.set(weight, known ? known.map((value, i) => value + own[i]) : own);
    }
  }
  return found;
}
