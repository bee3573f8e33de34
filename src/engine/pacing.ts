/**
 * Paces a run: devices take work on trust and finish later, so every so often the run waits for them, and the time waited is
 * shared out to the steps issued since. Short waits keep progress and reading smooth, long stretches keep the device busy.
 */
import type { NodeId } from '../graph/graph';

/** Milliseconds of device work between two waits that are aimed at. */
const STRETCH = 80;
/** Multiply-adds before the first wait, when the device's speed is not known yet. */
const FIRST_STRETCH = 20_000_000;

export class Pacing {
  /** Milliseconds by node so far. */
  readonly spent = new Map<NodeId, number>();
  private issued: { readonly node: NodeId; readonly work: number }[] = [];
  private work = 0;
  private limit = FIRST_STRETCH;
  private began: number;

  constructor(private readonly now: () => number) {
    this.began = now();
  }

  /** Counts a step that took `milliseconds` to issue; true when it is time to wait. */
  issue(node: NodeId, work: number, milliseconds: number): boolean {
    this.add(node, milliseconds);
    this.issued.push({ node, work: work + 1 });
    this.work += work + 1;
    return this.work >= this.limit || this.now() - this.began > STRETCH;
  }

  /** Waits by `finish` and shares the time out. */
  async settle(finish: () => Promise<void>): Promise<void> {
    const before = this.now();
    await finish();
    const ended = this.now();
    for (const { node, work } of this.issued) this.add(node, ((ended - before) * work) / this.work);
    if (this.work > 0) {
      const rate = this.work / Math.max(1, ended - this.began);
      this.limit = Math.max(1_000_000, rate * STRETCH);
    }
    this.issued = [];
    this.work = 0;
    this.began = this.now();
  }

  private add(node: NodeId, milliseconds: number): void {
    this.spent.set(node, (this.spent.get(node) ?? 0) + milliseconds);
  }
}
