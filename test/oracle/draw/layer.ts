/** Draws one layer: a constructor call with random arguments, inputs that mostly suit it, and a call. */
import {
  call,
  list,
  quoted,
  ref,
  text,
  type Argument,
  type Expression,
  type Program,
  type Statement,
} from '../expression';
import type { Random } from '../random';
import {
  anyShape,
  drawDtype,
  imageShape,
  inputExpression,
  length,
  spoilShape,
  type DrawnInput,
} from './inputs';
import { drawCallArguments } from './callArguments';
import { drawSlip, drawValue, type Situation } from './values';

/** Constructor parameters of every class of `keras.layers` as recorded from Keras: name and default (null: none). */
export type Signatures = Readonly<Record<string, readonly (readonly [string, string | null])[]>>;

/** Classes that a program cannot draw: they wrap what other libraries make, or are meant to be derived from. */
export const OPAQUE = ['InputLayer', 'TFSMLayer', 'TorchModuleWrapper', 'JaxLayer', 'FlaxLayer', 'Wrapper'];

const MERGES = /^(Add|Average|Maximum|Minimum|Multiply|Subtract|Concatenate|Dot)$/;
/** Arguments that a layer needs although its signature gives a default. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  StringLookup: ['vocabulary'],
  IntegerLookup: ['vocabulary'],
  CategoryEncoding: ['num_tokens'],
  Discretization: ['bin_boundaries'],
};
const EINSUMS: readonly (readonly [string, string, number])[] = [
  ['ab,bc->ac', '5', 1], ['abc,cd->abd', '(None, 7)', 2], ['abc,cde->abde', '(None, 2, 3)', 2], ['...x,xy->...y', '4', 2],
  ['abc,bd->acd', '(None, 8)', 2], ['ab...,bc->ac...', '(6,)', 2], ['abc,cd->adb', '(4, None)', 2], ['ab,bc->ad', '5', 1], ['abcd,de->abce', '(2, 2, 3)', 3],
]; // prettier-ignore

/** A constructor call of `type`. `optional`: share of the arguments with defaults that are given. */
export function drawConstructor(
  signatures: Signatures,
  type: string,
  situation: Omit<Situation, 'type' | 'layer'>,
  slips: number,
  optional = 0.2,
): Expression {
  const { random } = situation;
  const whole: Situation = {
    ...situation,
    type,
    layer: (types) =>
      drawConstructor(
        signatures,
        random.pick(types),
        { ...situation, shape: situation.shape.slice(1) },
        slips / 2,
        0.1,
      ),
  };
  if (type === 'EinsumDense' && !random.chance(0.02)) {
    const suited = EINSUMS.filter(([, , rank]) => rank === situation.shape.length);
    const [equation, shape] = random.pick(suited.length ? suited : EINSUMS);
    const args: Argument[] = [{ value: quoted(equation) }, { name: 'output_shape', value: text(shape) }];
    if (random.chance(0.4))
      args.push({ name: 'bias_axes', value: quoted(random.pick(['c', 'd', 'e', 'y', 'bd'])) });
    if (random.chance(0.2)) args.push({ name: 'activation', value: drawValue('activation', whole)! });
    return call(type, args);
  }
  const args: Argument[] = [];
  const needed = NEEDED[type] ?? [];
  let positional = random.chance(0.5);
  const common: (readonly [string, string | null])[] = [
    ['dtype', 'None'],
    ['trainable', 'True'],
    ['name', 'None'],
  ];
  const own = signatures[type] ?? [];
  for (const [name, standard] of [
    ...own,
    ...common.filter(([name]) => !own.some(([other]) => other === name)),
  ]) {
    const isCommon = !own.some(([other]) => other === name);
    const required = standard === null || needed.includes(name);
    const formatNeeded = name === 'data_format' && situation.channelsFirst;
    if (!required && !formatNeeded && !random.chance(isCommon ? 0.03 : optional)) {
      positional = false;
      continue;
    }
    // Sparse and ragged tensors are TensorFlow's alone: JAX, which answers here, refuses them.
    const backendOnly = name === 'sparse' || name === 'ragged';
    const value = random.chance(slips) && !backendOnly ? drawSlip(whole) : drawValue(name, whole);
    if (value === undefined) positional = false;
    else args.push(positional && !isCommon ? { value } : { name, value });
  }
  if (random.chance(slips / 3))
    args.push({ name: random.pick(['filter', 'unit', 'kernal_size', 'paddings']), value: text(3) });
  return call(type, args);
}

interface Drawn {
  readonly inputs: readonly DrawnInput[];
  readonly call: (names: readonly Expression[]) => readonly Argument[];
}

const first = (names: readonly Expression[]): Argument[] => [{ value: names[0]! }];

/** Inputs and call that suit a class, with a slip now and then. */
function drawInputs(random: Random, type: string, rank: number, channelsFirst: boolean): Drawn {
  const dtype = drawDtype(random);
  const one = (shape: readonly (number | null)[], usual?: string, spoil = 0.04): DrawnInput => ({
    shape: spoilShape(random, shape, spoil),
    ...((dtype ?? usual) ? { dtype: dtype ?? usual } : {}),
    ...(random.chance(0.05) ? { batch: random.int(1, 4) } : {}),
  });
  const single = (shape: readonly (number | null)[], usual?: string): Drawn => ({
    inputs: [one(shape, usual)],
    call: first,
  });
  const sequence = (): (number | null)[] => [length(random), random.chance(0.03) ? null : random.int(1, 8)];

  if (MERGES.test(type)) {
    const shape = anyShape(random, 1, 4);
    const alter = (): (number | null)[] => {
      if (type === 'Concatenate' && random.chance(0.7)) return shape.with(-1, random.int(1, 8));
      if (random.chance(0.6)) return shape;
      return shape.map((dim) => (random.chance(0.25) ? random.pick([1, null, random.int(1, 6)]) : dim));
    };
    const count =
      type === 'Dot' || type === 'Subtract'
        ? random.chance(0.95)
          ? 2
          : 3
        : random.int(random.chance(0.1) ? 1 : 2, 4);
    return {
      inputs: [one(shape, undefined, 0.02), ...random.times(count - 1, () => one(alter(), undefined, 0.02))],
      call: (names) => [{ value: list(names) }],
    };
  }
  if (type === 'Attention' || type === 'AdditiveAttention') {
    const width = random.int(2, 8);
    const keys = length(random);
    const inputs = [one([length(random), width]), one([keys, random.chance(0.95) ? width : width + 1])];
    if (random.chance(0.4)) inputs.push(one([keys, random.int(1, 8)]));
    const options: Argument[] = random.chance(0.2)
      ? [{ name: 'return_attention_scores', value: text('True') }]
      : [];
    if (random.chance(0.2)) options.push({ name: 'use_causal_mask', value: text('True') });
    return { inputs, call: (names) => [{ value: list(names) }, ...options] };
  }
  if (type === 'MultiHeadAttention' || type === 'GroupQueryAttention') {
    const rankOf = type === 'GroupQueryAttention' || random.chance(0.8) ? 1 : 2;
    const places = random.times(rankOf, () => length(random, 2, 8));
    const inputs = [one([...places, random.int(1, 8)], undefined, 0.02)];
    const others = random.int(0, 2);
    const keys = random.times(rankOf, () => length(random, 2, 8));
    for (let i = 0; i < others; i++) inputs.push(one([...keys, random.int(1, 8)], undefined, 0.02));
    const options: Argument[] = [];
    if (random.chance(0.2)) options.push({ name: 'return_attention_scores', value: text('True') });
    if (random.chance(0.2)) options.push({ name: 'use_causal_mask', value: text('True') });
    return {
      inputs,
      call: (names) => [
        ...(names.length === 1 ? [names[0]!, ...(random.chance(0.97) ? [names[0]!] : [])] : names).map(
          (value) => ({ value }),
        ),
        ...options,
      ],
    };
  }
  if (type === 'StackedRNNCells') return single(sequence());
  if (/Cell$/.test(type)) {
    return { inputs: [one([random.int(1, 8)])], call: first };
  }
  if (/ConvLSTM/.test(type))
    return single([length(random, 1, 6), ...imageShape(random, rank, channelsFirst)]);
  if (/^(LSTM|GRU|SimpleRNN|RNN)$/.test(type)) return single(sequence());
  if (type === 'Bidirectional') return single(sequence());
  if (type === 'TimeDistributed') return single([length(random, 1, 6), ...anyShape(random, 1, 3)]);
  if (type === 'SpectralNormalization')
    return single(random.chance(0.3) ? anyShape(random, 1, 3) : imageShape(random, random.int(1, 2), false));
  if (type === 'Embedding' || type === 'ReversibleEmbedding') {
    const reverse = type === 'ReversibleEmbedding' && random.chance(0.4);
    return {
      inputs: [one(anyShape(random, 1, 2), random.chance(0.5) ? 'int32' : undefined)],
      call: (names) => [...first(names), ...(reverse ? [{ name: 'reverse', value: text('True') }] : [])],
    };
  }
  if (
    /^Random|^(Resizing|CenterCrop|AutoContrast|Equalization|Solarization|RandAugment|AugMix|MixUp|CutMix|Pipeline|ContrastLimited)/.test(
      type,
    )
  )
    return single(
      imageShape(random, 2, channelsFirst).map((dim, i) =>
        i === (channelsFirst ? 0 : 2) && random.chance(0.7) ? 3 : dim,
      ),
    );
  if (/^(StringLookup|TextVectorization)$/.test(type))
    return single(random.chance(0.7) ? [1] : anyShape(random, 1, 2), 'string');
  if (type === 'HashedCrossing')
    return {
      inputs: random.times(random.chance(0.9) ? 2 : 1, () => one([1], 'string')),
      call: (names) => [{ value: list(names) }],
    };
  if (type === 'Hashing') return single([random.int(1, 3)], random.chance(0.5) ? 'string' : 'int32');
  if (/^(IntegerLookup|CategoryEncoding)$/.test(type)) return single(anyShape(random, 1, 2), 'int32');
  if (/Spectrogram$/.test(type)) {
    const samples = random.chance(0.1) ? null : random.pick([100, 1000, 4000]);
    return single(type === 'MelSpectrogram' ? [samples] : [samples, random.int(1, 2)]);
  }
  if (type === 'MaxNumBoundingBoxes') return single([20, 20, 3]);
  if (/[123]D/.test(type)) return single(imageShape(random, rank, channelsFirst));
  if (type === 'RepeatVector') return single([random.int(1, 8)]);
  if (type === 'EinsumDense') return single(anyShape(random, 1, 3));
  return single(random.chance(0.03) ? [] : anyShape(random, 1, 4));
}

/** A program of one layer on its inputs: `x0 = …`, `layer = …`, `y = layer(x0)`. */
export function drawLayerProgram(random: Random, signatures: Signatures, type: string): Program {
  const rank = Number(/([123])D/.exec(type)?.[1] ?? 2);
  const takesFormat = (signatures[type] ?? []).some(([name]) => name === 'data_format');
  const channelsFirst = takesFormat && random.chance(0.3);
  const drawn = drawInputs(random, type, rank, channelsFirst);
  const slips = random.chance(0.75) ? 0 : 0.12;
  const situation = { random, rank, channelsFirst, shape: drawn.inputs[0]!.shape };
  const optional = random.chance(0.1) ? 0.6 : 0.15;
  const names = drawn.inputs.map((_, i) => ref(`x${i}`));
  const constructor = drawConstructor(signatures, type, situation, slips, optional);
  const more = drawCallArguments(random, type, drawn.inputs, constructor);
  const args = [...drawn.call(names), ...stateArguments(random, type, constructor), ...more.args];
  if (random.chance(0.05)) args.push({ name: 'training', value: text('True') });
  const inputs: Statement[] = drawn.inputs.map((input, i) => ({
    name: `x${i}`,
    value: inputExpression(input),
  }));
  inputs.push(...more.inputs);
  const callee = type === 'StackedRNNCells' ? call('RNN', [{ value: ref('layer') }]) : ref('layer');
  return [...inputs, { name: 'layer', value: constructor }, { name: 'y', value: call(callee, args) }];
}

/** States for a cell: mostly as many and as wide as it wants. */
function stateArguments(random: Random, type: string, constructor: Expression): readonly Argument[] {
  if (!/Cell$/.test(type) || constructor.kind !== 'call') return [];
  const units = constructor.args[0]?.value;
  const fits = units?.kind === 'text' && /^\d+$/.test(units.text) && random.chance(0.9);
  const width = fits ? units.text : String(random.int(1, 8));
  const count = random.chance(0.9) ? (type === 'LSTMCell' ? 2 : 1) : random.int(1, 3);
  return [{ value: list(random.times(count, () => text(`ops.zeros((1, ${width}))`))) }];
}
