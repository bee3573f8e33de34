/**
 * Runs ops as WGSL compute shaders on WebGPU. Storages are buffers of four numbers per element, commands are gathered and handed
 * over together, and buffers that are let go are destroyed once the commands that use them are on their way.
 */
import { kernelFor } from '../kernels';
import { outputSize, type EngineOp } from '../ops';
import type { DeviceMemory } from '../api';
import type { Backend, Handle } from './backend';
import { Tally } from './tally';
import {
  MAP_READ,
  USAGE,
  type GpuBuffer,
  type GpuDevice,
  type GpuEncoder,
  type GpuPass,
  type GpuPipeline,
  type NavigatorGpu,
} from './webgpu';
import {
  convolutionShader,
  MOST_GROUPS,
  productShader,
  servesConvolution,
  servesProduct,
  translate,
  WORKGROUP,
  type Shader,
} from './wgsl';

interface BufferHandle extends Handle {
  readonly buffer: GpuBuffer;
}

/** Limits asked for as far as the adapter has them. */
const LIMITS = ['maxStorageBufferBindingSize', 'maxBufferSize', 'maxStorageBuffersPerShaderStage'];
/** Commands that are gathered before they are handed over. */
const MOST_GATHERED = 32;
const MOST_PIPELINES_KEPT = 400;

/** Rejects with the reason where WebGPU is not there or computes wrongly. */
export async function openWebGpu(): Promise<Backend> {
  const gpu = (globalThis as { navigator?: { gpu?: NavigatorGpu } }).navigator?.gpu;
  if (!gpu) throw new Error('WebGPU is not available here');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('WebGPU finds no graphics device');
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const device = await adapter.requestDevice({ requiredLimits });
  const backend = new WebGpuBackend(device);
  const probe = backend.upload(Float32Array.from({ length: 9 }, (_, i) => i));
  device.pushErrorScope('validation');
  const sum = backend.compute({ kind: 'reduce', fn: 'sum', outer: 1, size: 9, inner: 1 }, [probe]);
  const value = sum ? (await backend.read(sum))[0] : NaN;
  const problem = await device.popErrorScope();
  backend.release(probe);
  if (sum) backend.release(sum);
  if (problem || Math.abs(value - 36) > 1e-3) {
    backend.dispose();
    throw new Error(problem?.message ?? `WebGPU computes wrongly here (a sum of 36 came out as ${value})`);
  }
  return backend;
}

class WebGpuBackend implements Backend {
  readonly name = 'webgpu';
  private readonly pipelines = new Map<string, GpuPipeline>();
  private encoder: GpuEncoder | null = null;
  private pass: GpuPass | null = null;
  private gathered = 0;
  private readonly doomed: GpuBuffer[] = [];
  private readonly tally = new Tally();
  private lostReason: string | null = null;
  /** What the device refused; it then leaves zeros where results should be, and nobody may take these for numbers. */
  private refusal: string | null = null;
  private readonly mostBuffers: number;
  private disposed = false;

  constructor(private readonly device: GpuDevice) {
    this.mostBuffers = device.limits['maxStorageBuffersPerShaderStage'] ?? 8;
    device.addEventListener('uncapturederror', ({ error }) => {
      this.refusal ??= error.message.split('\n')[0];
    });
    void device.lost.then(({ message }) => {
      if (!this.disposed) this.lostReason = `the graphics device was lost${message ? ` (${message})` : ''}`;
    });
  }

  upload(data: Float32Array): Handle {
    const handle = this.allocate(data.length);
    this.device.queue.writeBuffer(handle.buffer, 0, data);
    return handle;
  }

  private allocate(length: number): BufferHandle {
    const size = Math.max(1, Math.ceil(length / 4)) * 16;
    const most = this.device.limits['maxStorageBufferBindingSize'] ?? 2 ** 27;
    if (size > most) throw new Error(`${length} numbers do not fit a buffer of this device`);
    const usage = USAGE.storage | USAGE.copySource | USAGE.copyTarget;
    this.tally.take(size);
    return { length, buffer: this.device.createBuffer({ size, usage }) };
  }

  compute(op: EngineOp, inputs: readonly Handle[]): Handle | null {
    if (inputs.length + 1 > this.mostBuffers) return null;
    const shader = shaderFor(op, inputs);
    if (!shader) return null;
    const output = this.allocate(outputSize(op));
    const pipeline = this.pipeline(shader.code);
    const buffers = [...inputs.map((handle) => (handle as BufferHandle).buffer), output.buffer];
    const group = this.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    const pass = this.openPass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    const groups = Math.ceil(shader.threads / WORKGROUP);
    pass.dispatchWorkgroups(Math.min(groups, MOST_GROUPS), Math.ceil(groups / MOST_GROUPS));
    if (++this.gathered >= MOST_GATHERED) this.submit();
    return output;
  }

  private openPass(): GpuPass {
    this.encoder ??= this.device.createCommandEncoder();
    this.pass ??= this.encoder.beginComputePass();
    return this.pass;
  }

  private submit(): void {
    this.pass?.end();
    if (this.encoder) this.device.queue.submit([this.encoder.finish()]);
    this.pass = null;
    this.encoder = null;
    this.gathered = 0;
    for (const buffer of this.doomed.splice(0)) buffer.destroy();
  }

  async read(handle: Handle): Promise<Float32Array> {
    const { buffer, length } = handle as BufferHandle;
    this.submit();
    const { size } = buffer;
    const staging = this.device.createBuffer({ size, usage: USAGE.mapRead | USAGE.copyTarget });
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
    this.device.queue.submit([encoder.finish()]);
    try {
      await staging.mapAsync(MAP_READ);
      this.throwRefusal();
      return new Float32Array(staging.getMappedRange().slice(0, 4 * length));
    } catch (error) {
      // A lost device refuses first and says why a little later.
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw error;
    } finally {
      staging.destroy();
    }
  }

  release(handle: Handle): void {
    const { buffer } = handle as BufferHandle;
    this.tally.give(buffer.size);
    // Commands that are gathered but not handed over may still use it.
    if (this.encoder) this.doomed.push(buffer);
    else buffer.destroy();
  }

  memory(): DeviceMemory {
    return this.tally.read(this.pipelines.size);
  }

  restartPeak(): void {
    this.tally.restart();
  }

  trim(): void {
    while (this.pipelines.size > MOST_PIPELINES_KEPT)
      this.pipelines.delete(this.pipelines.keys().next().value as string);
  }

  async finish(): Promise<void> {
    this.submit();
    await this.device.queue.onSubmittedWorkDone();
    this.throwRefusal();
  }

  private throwRefusal(): void {
    if (this.refusal === null) return;
    const reason = this.refusal;
    this.refusal = null;
    throw new Error(`WebGPU refused to compute: ${reason}`);
  }

  lost(): string | null {
    return this.lostReason;
  }

  dispose(): void {
    this.disposed = true;
    this.submit();
    this.pipelines.clear();
    this.device.destroy();
  }

  private pipeline(code: string): GpuPipeline {
    let pipeline = this.pipelines.get(code);
    // Most recently used last.
    if (pipeline) this.pipelines.delete(code);
    else
      pipeline = this.device.createComputePipeline({
        layout: 'auto',
        compute: { module: this.device.createShaderModule({ code }), entryPoint: 'main' },
      });
    this.pipelines.set(code, pipeline);
    return pipeline;
  }
}

function shaderFor(op: EngineOp, inputs: readonly Handle[]): Shader | null {
  if (op.kind === 'conv' && servesConvolution(op)) return convolutionShader(op, inputs.length);
  if (op.kind === 'matmul' && servesProduct(op)) return productShader(op, inputs.length);
  const source = kernelFor(
    op,
    inputs.map((input) => input.length),
    true,
  );
  return source ? translate(source) : null;
}
