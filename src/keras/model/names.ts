/** Automatic names as Keras makes them: the class name in snake case and a counter per name. */
import type { Mutable } from '../../python/values';

export { snakeCase as toSnakeCase } from '../names';

/** Counters of automatic names; the two sides of an unknown `if` count from the same state. */
export class NameCounter implements Mutable {
  private counts = new Map<string, number>();

  /** `name` the first time, then `name_1`, `name_2`, … */
  unique(name: string): string {
    const count = this.counts.get(name) ?? 0;
    this.counts.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  }

  /** `keras.backend.get_uid`. */
  uid(name: string): number {
    const count = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, count);
    return count;
  }

  reset(): void {
    this.counts = new Map();
  }

  save(): unknown {
    return new Map(this.counts);
  }

  restore(saved: unknown): void {
    this.counts = new Map(saved as Map<string, number>);
  }

  join(a: unknown, b: unknown): void {
    const joined = new Map(a as Map<string, number>);
    for (const [name, count] of b as Map<string, number>)
      joined.set(name, Math.max(count, joined.get(name) ?? 0));
    this.counts = joined;
  }
}
