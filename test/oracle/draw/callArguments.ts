/** Draws what a layer's call takes beside its inputs: masks and states, mostly of the shapes that suit. */
import { list, ref, text, type Argument, type Expression, type Statement } from '../expression';
import type { Random } from '../random';
import { inputExpression, type DrawnInput } from './inputs';

interface Drawn {
  readonly inputs: readonly Statement[];
  readonly args: readonly Argument[];
}

type Shape = readonly (number | null)[];

class Extra {
  readonly inputs: Statement[] = [];
  readonly args: Argument[] = [];

  /** Another input of the program. */
  tensor(shape: Shape, dtype?: string): Expression {
    const name = `m${this.inputs.length}`;
    this.inputs.push({ name, value: inputExpression({ shape, ...(dtype ? { dtype } : {}) }) });
    return ref(name);
  }

  add(name: string, value: Expression): void {
    this.args.push({ name, value });
  }
}

const RECURRENT = /^(LSTM|GRU|SimpleRNN|RNN|Bidirectional|ConvLSTM.D)$/;

/** The number of units that a constructor was given, where that is a plain number. */
function unitsOf(constructor: Expression): number | undefined {
  if (constructor.kind !== 'call') return undefined;
  const [first] = constructor.args;
  if (first?.value.kind === 'call') return unitsOf(first.value);
  return first?.value.kind === 'text' && /^\d+$/.test(first.value.text)
    ? Number(first.value.text)
    : undefined;
}

export function drawCallArguments(
  random: Random,
  type: string,
  inputs: readonly DrawnInput[],
  constructor: Expression,
): Drawn {
  const extra = new Extra();
  const shape = inputs[0]?.shape ?? [];
  const off = (length: number | null | undefined): number | null =>
    length === undefined ? 3 : random.chance(0.05) ? (length ?? 4) + 1 : length;
  if (RECURRENT.test(type)) {
    if (random.chance(0.12)) extra.add('mask', extra.tensor([off(shape[0])], 'bool'));
    const units = unitsOf(constructor);
    if (random.chance(0.12) && units !== undefined && !type.startsWith('Conv')) {
      const states = (/LSTM/.test(type) ? 2 : 1) * (type === 'Bidirectional' ? 2 : 1);
      const given = random.times(random.chance(0.93) ? states : random.int(1, 3), () =>
        extra.tensor([off(units)]),
      );
      extra.add('initial_state', given.length === 1 && random.chance(0.5) ? given[0]! : list(given));
    }
  }
  if (type === 'MultiHeadAttention' || type === 'GroupQueryAttention') {
    const places = (input: DrawnInput | undefined): number | null | undefined =>
      (input ?? inputs[0])?.shape[0];
    if (random.chance(0.1))
      extra.add('attention_mask', extra.tensor([off(places(inputs[0])), off(places(inputs[1]))], 'bool'));
    else if (random.chance(0.08)) extra.add('query_mask', extra.tensor([off(places(inputs[0]))], 'bool'));
  }
  if ((type === 'Attention' || type === 'AdditiveAttention') && random.chance(0.1))
    extra.add(
      'mask',
      list([
        random.chance(0.5) ? text('None') : extra.tensor([off(inputs[0]?.shape[0])], 'bool'),
        extra.tensor([off(inputs[1]?.shape[0])], 'bool'),
      ]),
    );
  if (/^(Softmax|BatchNormalization|GlobalAveragePooling1D)$/.test(type) && random.chance(0.1))
    extra.add('mask', extra.tensor(type === 'Softmax' ? shape : shape.slice(0, -1), 'bool'));
  return extra;
}
