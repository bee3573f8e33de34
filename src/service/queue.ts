/** Questions that wait for the analysis thread: the most urgent first, of equal ones the oldest. */

export interface Waiting {
  /** Higher goes first; asked anew each time, since what is urgent changes while a question waits. */
  urgency(): number;
}

export class Queue<T extends Waiting> {
  private readonly items: T[] = [];

  get size(): number {
    return this.items.length;
  }

  push(item: T): void {
    this.items.push(item);
  }

  /** Puts an item back that was taken out before those that are here now. */
  putBack(item: T): void {
    this.items.unshift(item);
  }

  remove(item: T): boolean {
    const at = this.items.indexOf(item);
    if (at >= 0) this.items.splice(at, 1);
    return at >= 0;
  }

  /** Takes out what is to be done next. */
  next(): T | undefined {
    let best: T | undefined;
    let most = -Infinity;
    for (const item of this.items) {
      const urgency = item.urgency();
      if (urgency > most) [best, most] = [item, urgency];
    }
    if (best !== undefined) this.remove(best);
    return best;
  }

  drain(): T[] {
    return this.items.splice(0);
  }
}
