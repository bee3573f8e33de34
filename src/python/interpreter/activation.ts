/** What is running: an activation of a function or module, and how a block of statements ended. */
import type { Frame, PyRaise } from '../machine';
import type { SourceRange } from '../source';
import type { ClassValue, ListValue, Scope, UnknownValue, Value } from '../values';
import type { States } from './trail';

/** How a statement or block ended. Python exceptions travel as `PyRaise`. */
export const enum Completion {
  Normal,
  Return,
  Break,
  Continue,
}

/** A path that left the normal flow on one side of an undecided branch: it is joined where its way meets the others'. */
export interface Exit {
  readonly completion: Completion;
  readonly value: Value;
  readonly states: States;
  /** Why the branch was undecided. */
  readonly cause: UnknownValue | null;
}

export interface Activation extends Frame {
  file: string;
  readonly scope: Scope;
  /** The value of the `return` under way. */
  result: Value;
  /** Elements that a generator has given so far. */
  readonly yields: ListValue | null;
  /** Takes what a generator gives while the block of a `with` runs in the place of its `yield`; false: it is not for that block. */
  around?: (value: Value) => boolean;
  /** Paths that left early, one entry per open trail frame, innermost last. */
  readonly open: Exit[][];
  /** For zero-argument `super()`. */
  readonly owner: ClassValue | null;
  readonly self: Value | null;
  readonly callSite: SourceRange | null;
  /** The exception being handled, for a bare `raise`. */
  handling: PyRaise | null;
  /** One side of an undecided `if` raised: what follows runs only where the program's own check let it pass. */
  guarded?: boolean;
}

/** The fuel is used up: unwinds to the run. */
export class OutOfFuel {}
/** An endless generator has given enough: unwinds to the generator. */
export class GeneratorCut {}
