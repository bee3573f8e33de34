/**
 * Runs a plan on a backend: keeps weights and maps on the device, reports nodes as they finish, reads back only what is asked
 * for, and starts over on the next backend when a device is lost.
 */
import type { ModelGraph, NodeId } from '../graph/graph';
import type {
  BackendInfo,
  DeviceMemory,
  Engine,
  EngineOptions,
  FeatureMap,
  LoadOptions,
  LoadResult,
  NodeDone,
  RunOptions,
  RunResult,
  Unsupported,
  WeightValues,
} from './api';
import type { Backend, Handle } from './backends/backend';
import { openBackend } from './backends/choose';
import { compareAll, shiftInputs } from './equivariance';
import type { GradientRequest, GradientResult, ShiftRequest, ShiftResult } from './gradients/requests';
import { DeviceLost } from './deviceLost';
import { computeGradient } from './gradients/uses';
import { float32 } from './reference/arrays';
import { computeOp } from './reference';
import type { Plan, PlannedNode, Step, StorageId } from './plan/plan';
import { Pacing } from './pacing';
import { optimize, type Schedule, type ScheduledStep } from './passes';
import { keptStorages, memoryNeeds } from './memoryNeeds';
import { prepare } from './prepare';
import type { WeightReader } from './plan/plan';

const DEFAULT_BUDGET = 1.5 * 1024 ** 3;

export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const opened = await openBackend(options.backend ?? 'auto', options.now);
  return new PlanEngine(opened.backend, opened.info, options);
}

interface Loaded {
  readonly plan: Plan;
  readonly schedule: Schedule;
  readonly graph: ModelGraph;
  readonly model: number;
  readonly weights: WeightReader;
  readonly weightsOf: (node: NodeId) => WeightValues[];
  readonly inputs: ReadonlyMap<StorageId, Float32Array>;
  /** Weights do not fit beside the maps: each is released after use. */
  readonly transientWeights: boolean;
}

class PlanEngine implements Engine {
  private loaded: Loaded | null = null;
  private readonly handles = new Map<StorageId, Handle>();
  private readonly now: () => number;
  private readonly budget: number;
  private readonly fuse: boolean;

  constructor(
    private device: Backend,
    private info: BackendInfo,
    options: EngineOptions,
  ) {
    this.now = options.now ?? (() => performance.now());
    this.budget = options.memoryBudget ?? DEFAULT_BUDGET;
    this.fuse = options.fuse !== false;
  }

  get backend(): BackendInfo {
    return this.info;
  }

  async load(graph: ModelGraph, model: number, options: LoadOptions = {}): Promise<LoadResult> {
    this.releaseAll();
    this.loaded = null;
    this.device.trim();
    await this.reopenIfLost();
    const { plan, read, weightsOf, assumed, samples, trained, problems } = prepare(graph, model, options);
    const { weightBytes, mapBytes, transientWeights, excess } = memoryNeeds(plan, this.budget);
    const fits = excess === null;
    if (!fits) problems.push(excess);
    this.device.restartPeak();
    const ok = plan.nodes.length > 0 && fits;
    const inputs = new Map(plan.inputs.map((input, index) => [input.storage, samples[index].data]));
    if (ok)
      this.loaded = {
        plan,
        schedule: optimize(plan, this.device.name, { fuse: this.fuse }),
        graph,
        model,
        weights: read,
        weightsOf,
        inputs,
        transientWeights,
      };
    if (assumed.length)
      problems.push(`initialisers not known, taken for Keras' default: ${assumed.join(', ')}`);
    return {
      ok,
      message: problems.length ? problems.join('; ') : null,
      inputs: plan.inputs.map((input, index) => ({
        tensor: input.tensor,
        name: input.name,
        shape: input.shape,
        assumed: input.assumed,
        sample: samples[index].name,
        scaling: samples[index].scaling,
      })),
      nodes: plan.nodes.map((node) => node.node),
      shapes: Object.fromEntries(plan.nodes.map((node) => [node.node, node.outputs[0]?.shape ?? []])),
      unsupported: plan.unsupported,
      backend: this.info,
      weights: trained?.report ?? null,
      weightBytes,
      mapBytes,
    };
  }

  async run(options: RunOptions = {}): Promise<RunResult> {
    const { loaded } = this;
    if (!loaded) throw new Error('no model is loaded');
    await this.reopenIfLost();
    const { plan, schedule } = loaded;
    this.releaseMaps();
    const kept = options.keep && keptStorages(plan, options.keep);
    const start = this.now();
    const nodes: NodeDone[] = [];
    const failures: Unsupported[] = [];
    /** Storages that could not be computed, and the node whose trouble that is. */
    const failed = new Map<StorageId, NodeId>();
    const pacing = new Pacing(this.now);
    const total = schedule.steps.reduce((sum, step) => sum + step.work, 0) || 1;
    let done = 0;
    let covered = 0;
    let cancelled = false;
    // A node is finished when the last of its steps is; nodes without steps (inputs, reshapes) when those before them are.
    const pending = [...plan.nodes];
    const finishNodes = (): void => {
      while (pending.length && pending[0].endStep <= covered) {
        const node = pending.shift() as PlannedNode;
        const output = node.outputs[0];
        if (output && failed.has(output.storage)) continue;
        const fusedInto = output ? (schedule.fusedInto.get(output.storage) ?? null) : null;
        const report: NodeDone = {
          node: node.node,
          shape: output?.shape ?? [],
          milliseconds: this.timeOf(node, plan.steps, pacing.spent),
          fusedInto: fusedInto === node.node ? null : fusedInto,
          progress: done / total,
        };
        nodes.push(report);
        options.onNode?.(report);
      }
    };
    const settle = async (): Promise<void> => {
      await pacing.settle(() => this.finishDevice());
      finishNodes();
      await options.pause?.();
    };
    finishNodes();
    for (const step of schedule.steps) {
      if (options.cancelled?.()) {
        cancelled = true;
        break;
      }
      const began = this.now();
      const waitsFor = step.inputs.find((storage) => failed.has(storage));
      try {
        if (waitsFor !== undefined) throw new Error('it waits for a node that failed');
        await this.execute(step);
        if (kept) this.letGo(step.done.filter((storage) => !kept.has(storage)));
      } catch (error) {
        this.refuseLost();
        const cause = waitsFor === undefined ? step.node : (failed.get(waitsFor) as NodeId);
        failed.set(step.output, cause);
        if (!failures.some((failure) => failure.node === step.node)) {
          failures.push({
            node: step.node,
            reason: error instanceof Error ? error.message : String(error),
            cause,
          });
        }
      }
      done += step.work;
      covered = step.covers;
      if (pacing.issue(step.node, step.work, this.now() - began)) await settle();
    }
    await settle();
    return { milliseconds: this.now() - start, nodes, cancelled, backend: this.info, failures };
  }

  async read(node: NodeId, output = 0): Promise<FeatureMap> {
    const { loaded } = this;
    if (!loaded) throw new Error('no model is loaded');
    const planned = loaded.plan.nodes.find((candidate) => candidate.node === node);
    const tensor = planned?.outputs[output];
    if (!planned || !tensor) {
      const reason = loaded.plan.unsupported.find((entry) => entry.node === node)?.reason;
      throw new Error(reason ?? 'this node is not part of the plan');
    }
    this.refuseLost();
    const handle = await this.materialize(tensor.storage, true);
    const data = await this.device.read(handle).catch((error: unknown) => {
      this.refuseLost();
      throw error;
    });
    this.refuseLost();
    return {
      node,
      output,
      shape: tensor.shape,
      data: data.length === handle.length ? data : data.subarray(0, handle.length),
      channelAxis: planned.channelAxis,
    };
  }

  weights(node: NodeId): WeightValues[] {
    if (!this.loaded) throw new Error('no model is loaded');
    return this.loaded.weightsOf(node);
  }

  async gradient(request: GradientRequest, pause?: () => Promise<void>): Promise<GradientResult> {
    const { loaded } = this;
    if (!loaded) throw new Error('no model is loaded');
    this.refuseLost();
    const began = this.now();
    const { plan, graph, model, weights } = loaded;
    const result = await computeGradient(
      {
        plan,
        graph,
        model: graph.models[model],
        weights,
        device: this.device,
        handle: (storage) => this.materialize(storage, true),
        compute: (step, inputs) => this.compute(step, inputs),
        read: async (storage) => this.device.read(await this.materialize(storage, true)),
        pause: async () => {
          await pause?.();
          if (this.loaded !== loaded) throw new Error('another model was loaded meanwhile');
        },
      },
      request,
    );
    this.refuseLost();
    return { ...result, milliseconds: this.now() - began } as GradientResult;
  }

  async shifted({ shift }: ShiftRequest, options: RunOptions = {}): Promise<ShiftResult> {
    const { loaded } = this;
    if (!loaded) throw new Error('no model is loaded');
    const began = this.now();
    const { plan, graph } = loaded;
    const quiet = { pause: options.pause, cancelled: options.cancelled };
    const inputs = shiftInputs(graph, plan, loaded.inputs, shift);
    const moved = new Map<NodeId, Float32Array>();
    try {
      this.loaded = { ...loaded, inputs };
      const ran = await this.run(quiet);
      for (const { node } of ran.nodes) moved.set(node, (await this.read(node)).data.slice());
    } finally {
      this.loaded = loaded;
      // Whatever comes next, nobody may take these maps for those of the input itself.
      this.releaseMaps();
    }
    // The maps on the device are those of the input itself again.
    await this.run(quiet);
    const nodes = await compareAll(graph, plan, shift, moved, async (node) => (await this.read(node)).data);
    return { milliseconds: this.now() - began, nodes };
  }

  dispose(): void {
    this.releaseAll();
    this.loaded = null;
    this.device.dispose();
  }

  /** Time of a node: its own steps, and for composites those of the steps inside. */
  private timeOf(node: PlannedNode, steps: readonly Step[], spent: ReadonlyMap<NodeId, number>): number {
    const inside = new Set(steps.slice(node.firstStep, node.endStep).map((step) => step.node));
    let total = 0;
    for (const id of inside) total += spent.get(id) ?? 0;
    return total;
  }

  private async execute(step: ScheduledStep): Promise<void> {
    const inputs: Handle[] = [];
    for (const storage of step.inputs) inputs.push(await this.materialize(storage, false));
    this.handles.set(step.output, await this.compute(step, inputs));
    const { plan, schedule, transientWeights } = this.loaded as Loaded;
    for (const storage of step.inputs) {
      const handle = this.handles.get(storage);
      const constant = plan.constants.has(storage) || schedule.constants.has(storage);
      // What the schedule adds is of no use to anybody after its last reader.
      const spent = constant ? transientWeights : step.frees.includes(storage);
      if (!handle || !spent) continue;
      this.device.release(handle);
      this.handles.delete(storage);
    }
  }

  private letGo(storages: readonly StorageId[]): void {
    for (const storage of storages) {
      const handle = this.handles.get(storage);
      if (handle) this.device.release(handle);
      this.handles.delete(storage);
    }
  }

  memory(): DeviceMemory {
    return this.device.memory();
  }

  private async compute(step: Pick<Step, 'op'>, inputs: readonly Handle[]): Promise<Handle> {
    const handle = this.device.compute(step.op, inputs);
    if (handle) return handle;
    // No kernel for this op on the device: the processor computes it.
    const data: Float32Array[] = [];
    for (const input of inputs) data.push((await this.device.read(input)).subarray(0, input.length));
    return this.device.upload(computeOp(step.op, data, float32) as Float32Array);
  }

  /** The storage's handle: there already, uploaded, or (a step fused away, once looked at) computed now when `demand` allows. */
  private async materialize(storage: StorageId, demand: boolean): Promise<Handle> {
    const known = this.handles.get(storage);
    if (known) return known;
    const loaded = this.loaded as Loaded;
    const constant = loaded.plan.constants.get(storage) ?? loaded.schedule.constants.get(storage);
    const values = constant ? constant.values(loaded.weights) : loaded.inputs.get(storage);
    if (values) {
      const handle = this.device.upload(values);
      this.handles.set(storage, handle);
      return handle;
    }
    const step =
      demand && loaded.schedule.fusedInto.has(storage)
        ? loaded.plan.steps.find((candidate) => candidate.output === storage)
        : undefined;
    if (!step) throw new Error('this map has not been computed yet');
    const inputs: Handle[] = [];
    for (const input of step.inputs) inputs.push(await this.materialize(input, demand));
    const handle = await this.compute(step, inputs);
    this.handles.set(storage, handle);
    return handle;
  }

  private async finishDevice(): Promise<void> {
    await this.device.finish();
    this.refuseLost();
  }

  /** A lost device computes nothing and says nothing: zeros would come back as maps. */
  private refuseLost(): void {
    const reason = this.device.lost();
    if (reason !== null) throw new DeviceLost(reason);
  }

  /** Lets go of all but weights and tables. */
  private releaseMaps(): void {
    const { plan, schedule } = this.loaded as Loaded;
    const constant = (storage: StorageId): boolean =>
      plan.constants.has(storage) || schedule.constants.has(storage);
    this.letGo([...this.handles.keys()].filter((storage) => !constant(storage)));
  }

  private releaseAll(): void {
    for (const handle of this.handles.values()) this.device.release(handle);
    this.handles.clear();
  }

  /** A lost device is opened anew; what it held is gone, the plan stays. */
  private async reopenIfLost(): Promise<void> {
    const reason = this.device.lost();
    if (reason === null) return;
    this.handles.clear();
    const previous = this.info;
    this.device.dispose();
    const opened = await openBackend(previous.name);
    this.device = opened.backend;
    this.info = {
      name: opened.info.name,
      fallbacks: [...previous.fallbacks, { backend: previous.name, reason }, ...opened.info.fallbacks],
    };
    if (this.loaded)
      this.loaded = {
        ...this.loaded,
        schedule: optimize(this.loaded.plan, this.device.name, { fuse: this.fuse }),
      };
  }
}
