/** Lowers recurrent layers: their mask, the states they start from, and which states they give. Source: Keras `layers/rnn/*.py`. */
import { activationExpression } from '../../activations';
import type { RecurrentOp } from '../../ops';
import { CannotRun, type PlanTensor } from '../plan';
import { known, type LowerContext, type PrimitiveOf } from './context';

export function lowerRecurrent(
  context: LowerContext,
  primitive: PrimitiveOf<'recurrent'>,
): (PlanTensor | null)[] {
  const { x, builder } = context;
  const { cell } = primitive;
  if (cell === 'other' || primitive.conv) throw new CannotRun('this recurrent cell cannot be computed here');
  if (x.shape.length !== 3) throw new CannotRun('its input is not a sequence of vectors');
  const [n, steps, features] = x.shape;
  const units = known(primitive.units, 'the number of units');
  const gates = cell === 'lstm' ? 4 : cell === 'gru' ? 3 : 1;
  const activation = primitive.activation === null ? null : activationExpression(primitive.activation);
  const recurrentActivation =
    cell === 'simple'
      ? activation
      : primitive.recurrentActivation === null
        ? null
        : activationExpression(primitive.recurrentActivation);
  if (!activation || !recurrentActivation) throw new CannotRun('its activation cannot be computed here');
  const resetAfter = cell === 'gru' && primitive.resetAfter !== false;
  const mask = sequenceMask(context);
  const states = givenStates(context, cell === 'lstm' ? 2 : 1, [n, units]);
  const inputs = [
    x,
    context.weight('kernel', [features, gates * units]),
    context.weight('recurrent_kernel', [units, gates * units]),
    ...(primitive.useBias ? [context.weight('bias', [(resetAfter ? 2 : 1) * gates * units])] : []),
    ...(mask ? [mask] : []),
    ...states,
  ];
  const op = {
    kind: 'recurrent',
    cell,
    n,
    steps,
    features,
    units,
    bias: primitive.useBias,
    goBackwards: primitive.goBackwards,
    masked: mask !== null,
    zeroMasked: zeroesMasked(context, mask),
    initial: states.length > 0,
    resetAfter,
    activation,
    recurrentActivation,
  } as const;
  const make = (own: Pick<RecurrentOp, 'result' | 'returnSequences' | 'zeroMasked'>): PlanTensor =>
    builder.emit({ ...op, ...own }, inputs, own.returnSequences ? [n, steps, units] : [n, units]);
  const { returnSequences } = primitive;
  return context.node.outputs.map((_, index) => {
    if (index === 0) return make({ result: 'hidden', returnSequences, zeroMasked: op.zeroMasked });
    const result = index === 1 ? 'hidden' : 'carry';
    return index <= 2 ? make({ result, returnSequences: false, zeroMasked: false }) : null;
  });
}

/** The mask of the time steps, `[batch, steps]`; null for none. */
export function sequenceMask(context: LowerContext): PlanTensor | null {
  const mask = context.givenTensor('mask');
  if (!mask) return null;
  const [n, steps] = context.x.shape;
  if (mask.shape.length !== 2 || mask.shape[0] !== n || mask.shape[1] !== steps)
    throw new CannotRun('its mask is not one number per time step');
  return mask;
}

/** Whether masked steps give zeros instead of the state before. */
export function zeroesMasked(context: LowerContext, mask: PlanTensor | null): boolean {
  const zeroes = context.layer?.config['zero_output_for_mask'];
  if (mask && 'zero_output_for_mask' in (context.layer?.unknowns ?? {}))
    throw new CannotRun('what its masked steps give is not known');
  return zeroes === true;
}

/** `initial_state`, or none; a stateful layer starts from zeros as after `reset_state`. */
export function givenStates(context: LowerContext, count: number, shape: readonly number[]): PlanTensor[] {
  const states = context.givenTensors('initial_state');
  if (states.length === 0) return [];
  if (states.length !== count || states.some((state) => state === null))
    throw new CannotRun('the state it starts from is not known');
  for (const state of states as PlanTensor[])
    if (state.shape.join() !== shape.join())
      throw new CannotRun(`the state it starts from has the shape (${state.shape.join(', ')})`);
  return states as PlanTensor[];
}
