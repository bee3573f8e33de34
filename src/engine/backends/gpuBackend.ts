/**
 * Runs ops on a GPU.js backend. Kernels are made once per source and size and kept; storages stay on the device: textures of
 * four numbers per texel on WebGL2, buffers on WebGPU, arrays on WebAssembly.
 */
import { GPU } from 'gpu.js';
import { outputSize, type EngineOp } from '../ops';
import { kernelFor } from '../kernels';
import type { DeviceMemory } from '../api';
import type { Backend, Handle } from './backend';
import { computeDirectly } from './simd/direct';
import { SimdProducts } from './simd/simd';
import { Tally } from './tally';
import { TexturePool } from './texturePool';

/** What GPU.js gives and takes between kernels. */
type Resident = Float32Array | Texture;

interface Texture {
  readonly size?: ArrayLike<number>;
  readonly output?: ArrayLike<number>;
  delete?(): void;
  toArray(): unknown;
  /** The texture's numbers as they lie in memory (WebGL). */
  renderValues?(): Float32Array;
}

/** Without a device GPU.js gives rows of rows. */
type Rows = readonly (Float32Array | Rows)[];

/** A WebGL texture as GPU.js counts who holds it. */
type Counted = WebGLTexture & { _refs?: number };

type KernelFunction = ((...args: unknown[]) => Resident | Rows) & {
  /** GPU.js' own kernel: the texture that it draws into next, and whether that is another than last time. */
  kernel?: {
    texture?: { texture: Counted; readonly size: ArrayLike<number> } | null;
    _textureSwitched?: boolean;
  };
  destroy?(removeCanvas?: boolean): void;
};

type TextureModel = Texture & {
  texture: Counted;
  readonly context: WebGL2RenderingContext;
  constructor: new (settings: object) => Texture;
};

interface GpuHandle extends Handle {
  readonly data: Resident;
}

const MOST_WEBASM_KERNELS = 40;
/** Bytes of textures that wait to be drawn into again. */
const MOST_POOLED = 128 * 1024 ** 2;
/** Compiled kernels kept from model to model, so that an edit compiles only what changed. */
const MOST_KERNELS_KEPT = 300;

export type GpuMode = 'webgl2' | 'webasm';

export class GpuBackend implements Backend {
  private readonly gpu: InstanceType<typeof GPU>;
  private readonly kernels = new Map<string, KernelFunction>();
  private readonly tally = new Tally();
  private lostReason: string | null = null;
  private model: TextureModel | null = null;
  private readonly pool = new TexturePool(MOST_POOLED);
  private readonly simd: SimdProducts | null;
  private readonly texels: boolean;
  private readonly onLost = (event: Event): void => {
    event.preventDefault();
    this.lostReason = 'the graphics device was lost';
  };

  constructor(readonly name: GpuMode) {
    this.gpu = new GPU({ mode: name });
    this.texels = name === 'webgl2';
    this.simd = this.texels ? null : openSimd();
    this.probe();
    this.model?.context.canvas.addEventListener('webglcontextlost', this.onLost);
  }

  /** A first sum proves that the backend computes, and right. */
  private probe(): void {
    const handle = this.upload(Float32Array.from({ length: 9 }, (_, i) => i));
    const sum = this.compute({ kind: 'reduce', fn: 'sum', outer: 1, size: 9, inner: 1 }, [handle]);
    const value = sum ? this.readNow(sum as GpuHandle)[0] : NaN;
    this.release(handle);
    if (sum) this.release(sum);
    if (Math.abs(value - 36) > 1e-3)
      throw new Error(`${this.name} computes wrongly here (a sum of 36 came out as ${value})`);
  }

  upload(data: Float32Array): Handle {
    return this.handle(data.length, this.texels ? this.uploadTexture(data) : data);
  }

  /**
   * A texture as GPU.js' kernels give them, filled without a kernel: no shader to compile for each size, no second copy on the
   * device.
   */
  private uploadTexture(data: Float32Array): Resident {
    const model = this.modelTexture();
    const { context } = model;
    const texels = Math.ceil(data.length / 4);
    const width = Math.ceil(Math.sqrt(texels));
    const height = Math.ceil(texels / width);
    if (width > context.getParameter(context.MAX_TEXTURE_SIZE))
      throw new Error(`${data.length} numbers do not fit a texture of this device`);
    const texture = context.createTexture();
    context.activeTexture(context.TEXTURE0 + 15);
    context.bindTexture(context.TEXTURE_2D, texture);
    for (const side of [context.TEXTURE_WRAP_S, context.TEXTURE_WRAP_T])
      context.texParameteri(context.TEXTURE_2D, side, context.CLAMP_TO_EDGE);
    for (const filter of [context.TEXTURE_MIN_FILTER, context.TEXTURE_MAG_FILTER])
      context.texParameteri(context.TEXTURE_2D, filter, context.NEAREST);
    const whole = data.length === width * height * 4 ? data : pad(data, width * height * 4);
    context.texImage2D(
      context.TEXTURE_2D,
      0,
      context.RGBA32F,
      width,
      height,
      0,
      context.RGBA,
      context.FLOAT,
      whole,
    );
    return new model.constructor({
      ...model,
      texture,
      size: new Int32Array([width, height]),
      output: new Int32Array([texels]),
      context,
    });
  }

  /** Any texture that GPU.js made: new ones are of its class. */
  private modelTexture(): TextureModel {
    if (!this.model) {
      // Not among the kernels that go when there are too many: what is uploaded is read through it.
      const kernel = this.create('function() { return [0, 0, 0, 0]; }', [1], []);
      this.model = kernel() as unknown as TextureModel;
    }
    return this.model;
  }

  compute(op: EngineOp, inputs: readonly Handle[]): Handle | null {
    const data = inputs.map((input) => (input as GpuHandle).data);
    if (data.every((own): own is Float32Array => own instanceof Float32Array)) {
      // The same array each time: re-laid weights are kept by it.
      const arrays = data.map((own, i) =>
        own.length === inputs[i].length ? own : own.subarray(0, inputs[i].length),
      );
      const result = computeDirectly(op, arrays) ?? this.simd?.compute(op, arrays) ?? null;
      if (result) return this.handle(result.length, result);
    }
    const source = kernelFor(
      op,
      inputs.map((input) => input.length),
      this.texels,
    );
    if (!source) return null;
    // GPU.js writes the sizes of its arguments into a kernel: they are part of its identity.
    const sizes = data.map((own) =>
      own instanceof Float32Array
        ? String(own.length)
        : `${Array.from(own.size ?? []).join('x')}:${Array.from(own.output ?? []).join('x')}`,
    );
    const types = data.map((own) => (own instanceof Float32Array ? 'Array' : 'ArrayTexture(4)'));
    const kernel = this.kernel(source.source, source.output, sizes, types);
    if (!this.texels) return this.handle(outputSize(op), flat(kernel(...data), outputSize(op)));
    const own = kernel.kernel;
    if (own?.texture) {
      const waiting = this.pool.take(own.texture.size);
      if (waiting) {
        own.texture.texture = waiting;
        own._textureSwitched = true;
      }
    }
    const result = kernel(...data) as TextureModel;
    // The texture is the handle's alone: a kernel that kept it would hold on to the map for as long as it is kept itself.
    result.texture._refs = 1;
    if (own?.texture) own.texture.texture = { _refs: 2 } as Counted;
    return this.handle(outputSize(op), result);
  }

  private handle(length: number, data: Resident): GpuHandle {
    this.tally.take(4 * length);
    return { length, data };
  }

  memory(): DeviceMemory {
    return this.tally.read(this.kernels.size);
  }

  restartPeak(): void {
    this.tally.restart();
  }

  read(handle: Handle): Promise<Float32Array> {
    return Promise.resolve(this.readNow(handle as GpuHandle));
  }

  private readNow(handle: GpuHandle): Float32Array {
    const { data, length } = handle;
    if (data instanceof Float32Array) return data.length === length ? data : data.subarray(0, length);
    if (!data.renderValues) throw new Error('this texture cannot be read');
    return data.renderValues().subarray(0, length);
  }

  release(handle: Handle): void {
    const { data } = handle as GpuHandle;
    this.tally.give(4 * handle.length);
    if (data instanceof Float32Array) return;
    const { texture, size } = data as TextureModel;
    if (!size || !this.pool.put(texture, size)) data.delete?.();
  }

  /** Polls a fence: the worker's messages come through meanwhile. */
  async finish(): Promise<void> {
    if (!this.texels) return;
    const { context } = this.modelTexture();
    const fence = context.fenceSync(context.SYNC_GPU_COMMANDS_COMPLETE, 0);
    context.flush();
    while (fence && !context.isContextLost()) {
      const state = context.clientWaitSync(fence, 0, 0);
      if (state !== context.TIMEOUT_EXPIRED) break;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    context.deleteSync(fence);
  }

  trim(): void {
    if (this.model) this.pool.empty(this.model.context);
    while (this.kernels.size > MOST_KERNELS_KEPT) this.dropOldest();
  }

  lost(): string | null {
    if (this.model?.context.isContextLost()) this.lostReason = 'the graphics device was lost';
    return this.lostReason;
  }

  dispose(): void {
    this.model?.context.canvas.removeEventListener('webglcontextlost', this.onLost);
    this.kernels.clear();
    void this.gpu.destroy();
  }

  /** Each WebAssembly kernel has a memory of its own, and a browser gives about a hundred: the ones not used for longest go. */
  private makeRoom(): void {
    if (this.texels) return;
    while (this.kernels.size >= MOST_WEBASM_KERNELS) this.dropOldest();
  }

  private dropOldest(): void {
    const [oldest, kernel] = this.kernels.entries().next().value as [string, KernelFunction];
    kernel.destroy?.(false);
    this.kernels.delete(oldest);
  }

  private create(source: string, output: readonly number[], types: readonly string[]): KernelFunction {
    return this.gpu.createKernel(source, {
      output: [...output],
      precision: 'single',
      pipeline: this.texels,
      immutable: this.texels,
      argumentTypes: Object.fromEntries(types.map((type, i) => [`a${i}`, type])),
    } as never) as unknown as KernelFunction;
  }

  private kernel(
    source: string,
    output: readonly number[],
    sizes: readonly string[],
    types: readonly string[],
  ): KernelFunction {
    const key = `${output.join('x')}|${sizes.join(',')}|${source}`;
    let kernel = this.kernels.get(key);
    if (kernel) this.kernels.delete(key);
    else {
      this.makeRoom();
      kernel = this.create(source, output, types);
    }
    // Most recently used last.
    this.kernels.set(key, kernel);
    return kernel;
  }
}

function openSimd(): SimdProducts | null {
  try {
    return new SimdProducts();
  } catch {
    // Without SIMD GPU.js' own kernels compute everything.
    return null;
  }
}

/** Rows of rows as one array. */
function flat(result: Resident | Rows, length: number): Resident {
  if (!Array.isArray(result)) return result as Resident;
  const out = new Float32Array(length);
  let at = 0;
  const visit = (rows: Rows): void => {
    for (const row of rows) {
      if (row instanceof Float32Array) {
        out.set(row, at);
        at += row.length;
      } else visit(row);
    }
  };
  visit(result as Rows);
  return out;
}

function pad(data: Float32Array, length: number): Float32Array {
  const out = new Float32Array(length);
  out.set(data);
  return out;
}
