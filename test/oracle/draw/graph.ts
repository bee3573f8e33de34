/** Draws programs that build networks: branches, merges, operators, layers and models that are shared or nested. */
import {
  call,
  list,
  print,
  ref,
  text,
  type Argument,
  type Expression,
  type Program,
  type Statement,
  dict,
} from '../expression';
import type { Random } from '../random';
import { anyShape, imageShape, inputExpression } from './inputs';
import { OPAQUE, drawConstructor, type Signatures } from './layer';
import { drawOperation, type Made } from './operations';

/** Tensors of the program so far, as ConvLens sees them: they only guide what is drawn next. */
export type Look = (program: Program) => readonly Made[];

const ANY = [
  'Dense',
  'BatchNormalization',
  'LayerNormalization',
  'Activation',
  'ReLU',
  'LeakyReLU',
  'Dropout',
  'Softmax',
  'PReLU',
  'UnitNormalization',
  'RMSNormalization',
  'GroupNormalization',
  'Rescaling',
  'Identity',
  'GaussianNoise',
  'ELU',
  'Lambda',
  'AlphaDropout',
  'GaussianDropout',
  'ActivityRegularization',
];
const OWN = ['Scale()', 'Block(4)', 'Block(6, rate=0.2)', 'Split()', 'Tower()', 'Tower((3,))'];
/** What a program may set before all else. */
const SETTINGS = [
  "keras.config.set_dtype_policy('mixed_float16')",
  "keras.config.set_dtype_policy('bfloat16')",
  "keras.config.set_image_data_format('channels_first')",
];
const BY_RANK: Readonly<Record<number, readonly string[]>> = {
  2: ['Dense', 'Dense', 'RepeatVector', 'Reshape', 'Flatten', 'EinsumDense', 'Embedding', 'Embedding', 'SpectralNormalization', 'TernaryDense', 'CategoryEncoding', 'Discretization', 'Normalization'],
  3: ['Conv1D', 'Conv1D', 'SeparableConv1D', 'DepthwiseConv1D', 'Conv1DTranspose', 'MaxPooling1D', 'AveragePooling1D', 'GlobalAveragePooling1D', 'GlobalMaxPooling1D', 'LSTM', 'GRU', 'SimpleRNN', 'Bidirectional', 'UpSampling1D', 'ZeroPadding1D', 'Cropping1D', 'Flatten', 'Permute', 'Reshape', 'TimeDistributed', 'SpatialDropout1D', 'AdaptiveAveragePooling1D', 'Masking', 'Masking', 'RNN', 'RNN', 'MultiHeadAttention', 'Attention', 'AdditiveAttention', 'GroupQueryAttention', 'Bidirectional', 'EinsumDense', 'SpectralNormalization', 'LSTM'],
  4: ['Conv2D', 'Conv2D', 'Conv2D', 'SeparableConv2D', 'DepthwiseConv2D', 'Conv2DTranspose', 'MaxPooling2D', 'AveragePooling2D', 'GlobalAveragePooling2D', 'GlobalMaxPooling2D', 'UpSampling2D', 'ZeroPadding2D', 'Cropping2D', 'Flatten', 'Permute', 'Reshape', 'SpatialDropout2D', 'Resizing', 'ConvLSTM1D', 'AdaptiveMaxPooling2D', 'TimeDistributed', 'CenterCrop', 'RandomFlip', 'RandomRotation', 'Pipeline', 'SpectralNormalization', 'Normalization', 'MultiHeadAttention'],
  5: ['Conv3D', 'MaxPooling3D', 'AveragePooling3D', 'Conv3DTranspose', 'UpSampling3D', 'ZeroPadding3D', 'GlobalAveragePooling3D', 'ConvLSTM2D', 'Flatten', 'TimeDistributed'],
}; // prettier-ignore
const MERGES = ['Add', 'Multiply', 'Concatenate', 'Average', 'Maximum', 'Minimum', 'Subtract'];
const FUNCTIONS = ['add', 'multiply', 'concatenate', 'average', 'maximum', 'minimum', 'subtract'];

class Drawing {
  readonly program: Statement[] = [];
  private count = 0;
  private channelsFirst = false;
  private readonly inputs: string[] = [];
  /** Layers and models to be called again, with the shape they were made for. */
  private readonly shared: { readonly name: string; readonly shape: readonly (number | null)[] }[] = [];

  constructor(
    private readonly random: Random,
    private readonly signatures: Signatures,
    private readonly look: Look,
  ) {}

  private add(prefix: string, value: Expression): string {
    const name = `${prefix}${this.count++}`;
    this.program.push({ name, value });
    return name;
  }

  private layer(shape: readonly (number | null)[], slips = 0): Expression {
    const { random } = this;
    if (random.chance(0.06)) return text(random.pick(OWN));
    if (random.chance(0.04)) return this.anything(shape);
    const own = BY_RANK[shape.length] ?? [];
    const type = own.length && random.chance(0.65) ? random.pick(own) : random.pick(ANY);
    const rank = Number(/([123])D/.exec(type)?.[1] ?? 2);
    return drawConstructor(
      this.signatures,
      type,
      { random, rank, channelsFirst: this.channelsFirst, shape: shape.slice(1) },
      slips,
      0.06,
    );
  }

  /** Any class at all, whether it suits or not. */
  private anything(shape: readonly (number | null)[]): Expression {
    const { random } = this;
    const type = random.pick(
      Object.keys(this.signatures).filter((name) => !OPAQUE.includes(name) && !/Cells?$/.test(name)),
    );
    const rank = Number(/([123])D/.exec(type)?.[1] ?? 2);
    return drawConstructor(
      this.signatures,
      type,
      { random, rank, channelsFirst: this.channelsFirst, shape: shape.slice(1) },
      0,
      0.06,
    );
  }

  /** What the layer is called on: some take lists, or several tensors. */
  private arguments(layer: Expression, tensor: Made, made: readonly Made[]): Argument[] {
    const type = layer.kind === 'call' ? print(layer.callee) : '';
    const { random } = this;
    const value = ref(tensor.name);
    const suited = made.filter(
      ({ shape }) => shape.length === tensor.shape.length && shape.at(-1) === tensor.shape.at(-1),
    );
    const other = ref(random.pick(suited.length ? suited : made).name);
    if (type === 'MultiHeadAttention' || type === 'GroupQueryAttention') {
      const args: Argument[] = [{ value }, { value: other }];
      if (random.chance(0.2)) args.push({ name: 'use_causal_mask', value: text('True') });
      if (random.chance(0.1)) args.push({ name: 'return_attention_scores', value: text('True') });
      return args;
    }
    if (type === 'Attention' || type === 'AdditiveAttention' || MERGES.includes(type) || type === 'Dot')
      return [{ value: list([value, other]) }];
    return [{ value }];
  }

  draw(): Program {
    const { random } = this;
    if (random.chance(0.08)) {
      const setting = random.pick(SETTINGS);
      this.add('p', text(setting));
      this.channelsFirst = setting.includes('channels_first');
    }
    const first = random.chance(0.5)
      ? imageShape(random, random.pick([1, 2, 2, 2, 3]), this.channelsFirst)
      : anyShape(random, 1, 3);
    for (let i = random.pick([1, 1, 2]); i > 0; i--)
      this.inputs.push(
        this.add(
          'x',
          inputExpression({
            shape: random.chance(0.7) ? first : anyShape(random, 1, 3),
            ...(random.chance(0.08) ? { dtype: random.pick(['int32', 'float16', 'uint8', 'bool']) } : {}),
            ...(random.chance(0.05) ? { batch: random.int(1, 4) } : {}),
          }),
        ),
      );
    const steps = random.int(2, 9);
    for (let i = 0; i < steps; i++) {
      const made = this.look(this.program);
      if (made.length > 0) this.step(made);
    }
    this.finish(this.look(this.program));
    return this.program;
  }

  private step(made: readonly Made[]): void {
    const { random } = this;
    // Deep rather than broad: mostly the newest tensor goes on.
    const tensor = random.chance(0.6) ? made[made.length - 1]! : random.pick(made);
    const same = made.filter(({ shape }) => JSON.stringify(shape) === JSON.stringify(tensor.shape));
    const kind = random.next();
    if (kind < 0.35) {
      const layer = this.layer(tensor.shape, 0.01);
      this.add('t', call(layer, this.arguments(layer, tensor, made)));
    } else if (kind < 0.45) {
      const name = this.add('layer', this.layer(tensor.shape));
      this.shared.push({ name, shape: tensor.shape });
      this.add('t', call(ref(name), [{ value: ref(tensor.name) }]));
    } else if (kind < 0.53 && this.shared.length > 0) {
      const { name, shape } = random.pick(this.shared);
      const fitting = made.filter((other) => JSON.stringify(other.shape) === JSON.stringify(shape));
      this.add(
        't',
        call(ref(name), [
          { value: ref(random.pick(fitting.length && random.chance(0.8) ? fitting : made).name) },
        ]),
      );
    } else if (kind < 0.65) {
      const other = random.pick(random.chance(0.9) ? same : made);
      const operands = list([ref(tensor.name), ref(other.name)]);
      if (random.chance(0.3)) this.add('t', call(`layers.${random.pick(FUNCTIONS)}`, [{ value: operands }]));
      else this.add('t', call(call(random.pick(MERGES), []), [{ value: operands }]));
    } else if (kind < 0.9) this.add('t', drawOperation(random, tensor, made));
    else if (kind < 0.95) this.sequential(tensor);
    else this.nested(tensor, made);
  }

  private sequential(tensor: Made): void {
    const { random } = this;
    const items = random.times(random.int(1, 3), () => this.layer(tensor.shape));
    if (random.chance(0.5)) items.unshift(inputExpression({ shape: tensor.shape.slice(1) }));
    const name = this.add('model', call('keras.Sequential', [{ value: list(items) }]));
    this.shared.push({ name, shape: tensor.shape });
    if (random.chance(0.8)) this.add('t', call(ref(name), [{ value: ref(tensor.name) }]));
  }

  private nested(tensor: Made, made: readonly Made[]): void {
    const input = this.random.chance(0.8) ? this.inputs[0]! : this.random.pick(made).name;
    const name = this.add('model', call('keras.Model', [{ value: ref(input) }, { value: ref(tensor.name) }]));
    const shape = made.find((other) => other.name === input)?.shape;
    if (shape) this.shared.push({ name, shape });
  }

  private finish(made: readonly Made[]): void {
    if (made.length === 0) return;
    const { random } = this;
    const last = made[made.length - 1]!.name;
    const second = ref(random.pick(made).name);
    const outputs = random.chance(0.7)
      ? ref(last)
      : random.chance(0.5)
        ? list([ref(last), second])
        : dict({ main: ref(last), aux: second });
    const keyed = random.chance(0.1);
    const inputs = keyed
      ? dict(Object.fromEntries(this.inputs.map((input) => [input, ref(input)])))
      : this.inputs.length === 1
        ? ref(this.inputs[0]!)
        : list(this.inputs.map(ref));
    const name = this.add('model', call('keras.Model', [{ value: inputs }, { value: outputs }]));
    if (random.chance(0.3)) {
      const fresh = this.inputs.map((input) =>
        this.add('x', this.program.find((statement) => statement.name === input)!.value),
      );
      this.add(
        't',
        call(ref(name), [
          {
            value: keyed
              ? dict(Object.fromEntries(fresh.map((input, i) => [this.inputs[i]!, ref(input)])))
              : fresh.length === 1
                ? ref(fresh[0]!)
                : list(fresh.map(ref)),
          },
          ...(random.chance(0.2) ? [{ name: 'training', value: text('True') }] : []),
        ]),
      );
    }
  }
}

export function drawGraphProgram(random: Random, signatures: Signatures, look: Look): Program {
  return new Drawing(random, signatures, look).draw();
}
