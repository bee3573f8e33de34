/** Gives a model's inputs concrete shapes: what the caller asks for, the model's own lengths, and choices for open ones. */
import { isOpen, isUnknown, type Dim, type Model, type ModelGraph, type TensorId } from '../../graph/graph';
import type { Bindings } from './dims';
import { evaluateDim } from './dims';
import { CannotRun } from './plan';

export interface BoundInput {
  readonly tensor: TensorId;
  readonly shape: readonly number[];
  readonly assumed: readonly number[];
}

/**
 * Lengths tried for open spatial dimensions, by rank of the input: the first with which every window fits is taken. Small
 * enough to run at once, divisible by 32 where networks halve five times.
 */
export const OPEN_LENGTHS: Readonly<Record<number, readonly number[]>> = {
  2: [64, 256],
  3: [128, 512],
  4: [128, 224, 320],
  5: [32, 64],
};

/** How many choices there are for a model whose inputs have these ranks. */
export function choicesFor(graph: ModelGraph, model: Model): number {
  return Math.max(
    1,
    ...model.inputs.map((id) => {
      const { shape } = graph.tensors[id];
      return isUnknown(shape) ? 1 : (OPEN_LENGTHS[(shape as readonly Dim[]).length] ?? [64]).length;
    }),
  );
}

/** Binds inputs and the names of their open dimensions. Throws `CannotRun` when an input's rank is not known. */
export function bindInputs(
  graph: ModelGraph,
  model: Model,
  choice: number,
  given: readonly (readonly (number | null)[])[] | undefined,
  bindings: Bindings,
): BoundInput[] {
  return model.inputs.map((tensor, index) => {
    const { shape, name } = graph.tensors[tensor];
    if (isUnknown(shape))
      throw new CannotRun(`the shape of the input “${name}” is not known (${shape.reason})`);
    const dims = shape as readonly Dim[];
    const assumed: number[] = [];
    const lengths = dims.map((dim, axis) => {
      const wanted = given?.[index]?.[axis] ?? null;
      if (typeof dim === 'number') return dim;
      const formula = isOpen(dim) ? dim.formula : undefined;
      const bound = evaluateDim(dim, bindings);
      const length = wanted ?? bound ?? chooseLength(dims, axis, choice);
      if (axis > 0 && wanted === null) assumed.push(axis);
      if (typeof formula === 'string') bindings.set(formula, length);
      return length;
    });
    return { tensor, shape: lengths, assumed };
  });
}

function chooseLength(dims: readonly Dim[], axis: number, choice: number): number {
  if (axis === 0) return 1;
  const rank = dims.length;
  // An open channel count: colour, as most pictures have.
  if (rank >= 4 && axis === rank - 1) return 3;
  if (rank === 3 && axis === 2) return 16;
  const lengths = OPEN_LENGTHS[rank] ?? [64];
  return lengths[Math.min(choice, lengths.length - 1)];
}
