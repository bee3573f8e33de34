/** Iterators that work out their elements when they are first looked at: generators and generator expressions. */
import { unknown, type FunctionValue, type IteratorValue, type UnknownValue, type Value } from '../values';
import type { Activation } from './activation';

/** A call of a generator function that has not begun to run. */
export interface GeneratorCall {
  readonly activation: Activation;
  readonly fn: FunctionValue;
}

/** An iterator whose elements are worked out when they are first looked at. */
export class LazyIterator implements IteratorValue {
  readonly kind = 'iterator';
  position = 0;
  private made: { items: Value[]; tail: UnknownValue | null } | null = null;

  constructor(
    private readonly make: () => { items: Value[]; tail: UnknownValue | null },
    /** Where the elements come of a generator function. */
    readonly call: GeneratorCall | null = null,
  ) {}

  /** Whether its elements have been worked out. */
  get forced(): boolean {
    return this.made !== null;
  }
  /** Its elements, worked out by somebody else. */
  settle(items: Value[], tail: UnknownValue | null): void {
    this.made = { items, tail };
  }
  private force(): { items: Value[]; tail: UnknownValue | null } {
    if (this.made === null) {
      // While it runs, and if it raises, nothing is known of its elements.
      this.made = { items: [], tail: unknown('an iterator that could not be followed') };
      this.made = this.make();
    }
    return this.made;
  }
  get items(): Value[] {
    return this.force().items;
  }
  set items(items: Value[]) {
    this.force().items = items;
  }
  get tail(): UnknownValue | null {
    return this.force().tail;
  }
  set tail(tail: UnknownValue | null) {
    this.force().tail = tail;
  }
}
