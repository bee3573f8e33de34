/** Counts what a device holds, so that leaks and peaks can be told. */
import type { DeviceMemory } from '../api';

export class Tally {
  private bytes = 0;
  private storages = 0;
  private peak = 0;

  take(bytes: number): void {
    this.bytes += bytes;
    this.storages++;
    this.peak = Math.max(this.peak, this.bytes);
  }

  give(bytes: number): void {
    this.bytes -= bytes;
    this.storages--;
  }

  /** Peaks are counted from here. */
  restart(): void {
    this.peak = this.bytes;
  }

  read(kernels: number): DeviceMemory {
    const { bytes, storages, peak } = this;
    return { bytes, storages, peak, kernels };
  }
}
