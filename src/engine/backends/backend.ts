/** What the engine needs of a device: upload, compute one op, read back, release. Handles are the device's own. */
import type { BackendName, DeviceMemory } from '../api';
import type { EngineOp } from '../ops';

/** A storage on the device. */
export interface Handle {
  readonly length: number;
}

export interface Backend {
  readonly name: BackendName;
  upload(data: Float32Array): Handle;
  /** Null when the device has no kernel for the op (the engine then computes it on the processor). */
  compute(op: EngineOp, inputs: readonly Handle[]): Handle | null;
  read(handle: Handle): Promise<Float32Array>;
  release(handle: Handle): void;
  /** Lets go of kernels beyond what is worth keeping. Only while no handle is held. */
  trim(): void;
  /** Waits until what was issued has been computed. */
  finish(): Promise<void>;
  /** What it holds now, and at most since `restartPeak`. */
  memory(): DeviceMemory;
  restartPeak(): void;
  /** Why the device is gone, or null while it works. */
  lost(): string | null;
  dispose(): void;
}
