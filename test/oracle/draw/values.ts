/** Random values for constructor arguments, by the argument's name: valid ones, and the mistakes that people make. */
import { bool, ints, list, quoted, text, tuple, type Expression } from '../expression';
import type { Random } from '../random';

/** What is known of the layer being drawn. */
export interface Situation {
  readonly random: Random;
  /** Class name in `keras.layers`. */
  readonly type: string;
  /** Spatial axes of the layer (1 to 3); 2 where it has none. */
  readonly rank: number;
  readonly channelsFirst: boolean;
  /** The first input, without its batch axis. */
  readonly shape: readonly (number | null)[];
  /** Draws a layer constructor, for wrappers. */
  readonly layer: (types: readonly string[]) => Expression;
}

type Draw = (situation: Situation) => Expression | undefined;

const ACTIVATIONS = [
  'relu', 'tanh', 'sigmoid', 'softmax', 'gelu', 'silu', 'swish', 'elu', 'selu', 'softplus', 'softsign', 'linear',
  'exponential', 'leaky_relu', 'relu6', 'hard_sigmoid', 'hard_silu', 'mish', 'log_softmax', 'celu', 'glu', 'squareplus',
  'hard_tanh', 'threshold', 'sparsemax', 'tanh_shrink', 'soft_shrink', 'hard_shrink', 'sparse_plus', 'sparse_sigmoid', 'log_sigmoid',
]; // prettier-ignore
const ACTIVATION_OBJECTS = [
  'keras.activations.relu', 'ops.tanh', 'layers.LeakyReLU(0.1)', 'lambda x: x * 2', "keras.activations.get('gelu')", 'None', 'layers.ReLU(6.0)',
  'keras.activations.softmax', 'ops.nn.relu', 'layers.PReLU()', 'layers.Softmax()',
]; // prettier-ignore
const OBJECTS: Readonly<Record<string, readonly string[]>> = {
  initializer: ['keras.initializers.HeNormal(seed=1)', 'keras.initializers.Constant(0.5)', 'keras.initializers.RandomUniform(-1, 1)', 'keras.initializers.Zeros', 'keras.initializers.GlorotNormal()'],
  regularizer: ['keras.regularizers.L1L2(0.1, 0.2)', 'keras.regularizers.l2(0.01)', 'keras.regularizers.L1(0.1)', 'keras.regularizers.OrthogonalRegularizer()'],
  constraint: ['keras.constraints.MaxNorm(2)', 'keras.constraints.NonNeg()', 'keras.constraints.UnitNorm(axis=0)', 'keras.constraints.MinMaxNorm()'],
}; // prettier-ignore
const INITIALIZERS = [
  'zeros',
  'ones',
  'glorot_uniform',
  'he_normal',
  'random_normal',
  'lecun_uniform',
  'orthogonal',
  'variance_scaling',
];
const REGULARIZERS = ['l1', 'l2', 'l1_l2', 'L2'];
const CONSTRAINTS = ['max_norm', 'non_neg', 'unit_norm', 'MinMaxNorm'];

const one =
  (...values: readonly (string | number)[]): Draw =>
  ({ random }) =>
    text(random.pick(values));
const oneString =
  (...values: readonly string[]): Draw =>
  ({ random }) =>
    quoted(random.pick(values));
const flag: Draw = ({ random }) => bool(random.chance(0.5));
const count =
  (low: number, high: number): Draw =>
  ({ random }) =>
    text(random.int(low, high));
/** One number for all axes, or one each. */
const window =
  (low: number, high: number): Draw =>
  ({ random, rank }) =>
    random.chance(0.5)
      ? text(random.int(low, high))
      : (random.chance(0.8) ? tuple : list)(random.times(rank, () => text(random.int(low, high))));
/** Mostly the default, since two unusual arguments together are often refused. */
const mostly =
  (usual: string, draw: Draw, p = 0.5): Draw =>
  (situation) =>
    situation.random.chance(p) ? text(usual) : draw(situation);
const range: Draw = ({ random }) =>
  random.chance(0.6)
    ? text(random.pick([0, 0.1, 0.2, 0.5, 1]))
    : tuple([text(random.pick([0, 0.1, -0.2])), text(random.pick([0.3, 0.5]))]);
const axis: Draw = ({ random, shape }) =>
  text(random.int(-shape.length - 1, shape.length + (random.chance(0.1) ? 1 : 0)) || -1);
const axes: Draw = (situation) => {
  const { random, shape } = situation;
  if (random.chance(0.6)) return axis(situation);
  const several = random
    .shuffle(shape.map((_, i) => i + 1))
    .slice(0, random.int(1, Math.max(1, shape.length)));
  return (random.chance(0.5) ? tuple : list)(several.map((entry) => text(entry)));
};
const lookupMode = oneString('int', 'one_hot', 'multi_hot', 'count', 'tf_idf');
const pads =
  (low: number, high: number): Draw =>
  ({ random, rank }) => {
    const pair = (): Expression => ints([random.int(low, high), random.int(low, high)]);
    if (random.chance(0.35)) return text(random.int(low, high));
    if (rank === 1) return pair();
    if (random.chance(0.4)) return ints(random.times(rank, () => random.int(low, high)));
    return tuple(random.times(rank, pair));
  };

function targetShape({ random, shape }: Situation): Expression {
  const total = shape.reduce<number>((product, dim) => product * (dim ?? 1), 1);
  const factors: number[] = [];
  let rest = total;
  while (rest > 1 && factors.length < 3) {
    const divisors = Array.from({ length: Math.min(rest, 64) }, (_, i) => i + 1).filter(
      (d) => rest % d === 0,
    );
    const factor = random.pick(divisors);
    factors.push(factor);
    rest /= factor;
  }
  const entries = random.shuffle([...factors, rest]);
  if (random.chance(0.4)) entries[random.int(0, entries.length - 1)] = -1;
  if (random.chance(0.1)) entries[random.int(0, entries.length - 1)] = random.int(0, 5);
  return (random.chance(0.85) ? tuple : list)(entries.map((entry) => text(entry)));
}

/** By name; `Type.name` takes precedence. */
const BY_NAME: Readonly<Record<string, Draw>> = {
  units: count(1, 12),
  filters: ({ random }) => text(random.pick([1, 2, 3, 4, 6, 8, 12])),
  kernel_size: window(1, 5),
  pool_size: window(1, 4),
  strides: mostly('1', window(1, 3)),
  padding: ({ random, type }) =>
    quoted(random.chance(0.06) ? random.pick(['SAME', 'full', 'Valid']) : random.pick(/Conv1D$|LSTM1D/.test(type) ? ['valid', 'same', 'causal'] : ['valid', 'same'])),
  dilation_rate: mostly('1', window(1, 3), 0.65),
  groups: ({ random }) => text(random.pick([1, 1, 2, 3, 4])),
  'GroupNormalization.groups': ({ random }) => text(random.pick([1, 2, 3, 4, 32, -1])),
  depth_multiplier: count(1, 3),
  output_padding: mostly('None', window(0, 2)),
  output_size: window(1, 6),
  size: window(1, 3),
  data_format: ({ random, channelsFirst }) =>
    random.chance(0.04) ? quoted(random.pick(['channels_lats', 'CHANNELS_LAST', 'NHWC'])) : quoted(channelsFirst ? 'channels_first' : 'channels_last'),
  activation: ({ random }) => random.chance(0.12) ? text(random.pick(ACTIVATION_OBJECTS)) : (random.chance(0.05) ? quoted(random.pick(['rleu', 'ReLU', 'Softmax'])) : quoted(random.pick(ACTIVATIONS))),
  recurrent_activation: oneString('sigmoid', 'hard_sigmoid', 'tanh'),
  use_bias: flag,
  rate: ({ random }) => text(random.pick([0, 0.1, 0.5, 0.9, 1, 1.5, -0.1])),
  dropout: ({ random }) => text(random.pick([0, 0.1, 0.5, 1, 1.5])),
  recurrent_dropout: one(0, 0.1, 0.5),
  stddev: one(0, 0.1, 1, 2),
  seed: mostly('None', count(0, 100)),
  noise_shape: ({ random, shape }) => tuple([text('None'), ...shape.map(() => text(random.pick(['1', 'None'])))]),
  axis: ({ random, ...rest }) => (/BatchNorm|GroupNorm|Concatenate/.test(rest.type) || random.chance(0.5) ? axis : axes)({ random, ...rest }),
  epsilon: one(1e-3, 1e-5, 1e-6),
  momentum: one(0.9, 0.99),
  center: flag,
  scale: flag,
  renorm: mostly('False', flag, 0.8),
  renorm_clipping: one('None'),
  renorm_momentum: one(0.9),
  // Only TensorFlow can synchronise.
  synchronized: one('False'),
  return_sequences: flag,
  return_state: mostly('False', flag),
  go_backwards: mostly('False', flag),
  stateful: mostly('False', flag, 0.8),
  unroll: mostly('False', flag, 0.8),
  reset_after: flag,
  unit_forget_bias: flag,
  use_cudnn: one("'auto'", 'True', 'False'),
  zero_output_for_mask: flag,
  keepdims: flag,
  cropping: pads(0, 3),
  'ZeroPadding1D.padding': pads(0, 3),
  'ZeroPadding2D.padding': pads(0, 3),
  'ZeroPadding3D.padding': pads(0, 3),
  target_shape: targetShape,
  dims: ({ random, shape }) => tuple(random.shuffle(shape.map((_, i) => text(i + 1)))),
  n: count(1, 6),
  interpolation: oneString('nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5', 'area', 'bilinaer'),
  input_dim: count(1, 50),
  output_dim: count(1, 12),
  mask_zero: flag,
  tie_weights: flag,
  reverse_dtype: one('None', "'float16'", "'float32'"),
  logit_soft_cap: one('None', 5.0),
  weights: one('None'),
  lora_rank: mostly('None', count(1, 4), 0.6),
  lora_alpha: one('None', 2),
  quantization_config: one('None'),
  gptq_unpacked_column_size: one('None'),
  threshold: one(0.0, 0.5, 1),
  'TernaryDense.threshold': one('None', 0.1),
  max_value: one('None', 6.0, 1),
  negative_slope: one(0.0, 0.1, 0.3),
  alpha: one(0.1, 0.2, 1.0),
  shared_axes: ({ random, shape }) => list(random.shuffle(shape.map((_, i) => i + 1)).slice(0, random.int(1, Math.max(1, shape.length))).map((entry) => text(entry))),
  l1: one(0.0, 0.01),
  l2: one(0.0, 0.01),
  mask_value: one(0.0, 1, 'None'),
  normalize: flag,
  axes: ({ random, shape }) => (random.chance(0.5) ? text(random.pick([1, -1, 2, shape.length])) : ints([random.int(1, shape.length), random.int(1, shape.length)])),
  use_scale: flag,
  score_mode: oneString('dot', 'concat', 'dto'),
  num_heads: count(1, 4),
  key_dim: count(1, 8),
  value_dim: mostly('None', count(1, 8)),
  attention_axes: ({ random, shape }) => (random.chance(0.5) ? text('None') : random.chance(0.5) ? text(random.int(1, Math.max(1, shape.length - 1))) : ints([1, 2].slice(0, Math.max(1, shape.length - 1)))),
  sliding_window: mostly('None', count(1, 4), 0.8),
  flash_attention: mostly('None', flag, 0.9),
  use_gate: flag,
  'MultiHeadAttention.output_shape': ({ random }) => (random.chance(0.4) ? text('None') : random.chance(0.5) ? text(random.int(1, 8)) : ints(random.times(random.int(1, 2), () => random.int(1, 6)))),
  head_dim: count(1, 8),
  num_query_heads: ({ random }) => text(random.pick([2, 4, 6])),
  num_key_value_heads: ({ random }) => text(random.pick([1, 2, 2, 3, 4])),
  power_iterations: ({ random }) => text(random.pick([1, 2, 0])),
  merge_mode: one("'concat'", "'sum'", "'mul'", "'ave'", 'None', "'cat'"),
  layer: ({ layer, type, shape }) => layer(WRAPPED[type]?.(shape.length) ?? ['Dense']),
  backward_layer: one('None'),
  cell: ({ random, layer }) => {
    const cell = (): Expression => random.chance(0.12) ? text(`MinimalCell(${random.int(1, 6)})`) : layer(['LSTMCell', 'GRUCell', 'SimpleRNNCell']);
    return random.chance(0.6) ? cell() : random.chance(0.25) ? layer(['StackedRNNCells']) : list(random.times(random.int(1, 3), cell));
  },
  cells: ({ random, layer }) => list(random.times(random.int(1, 3), () => (random.chance(0.1) ? text(`MinimalCell(${random.int(1, 6)})`) : layer(['LSTMCell', 'GRUCell', 'SimpleRNNCell'])))),
  layers: ({ random, layer }) => list(random.times(random.int(1, 3), () => layer(['Rescaling', 'RandomFlip', 'Resizing', 'RandomRotation', 'CenterCrop', 'RandomContrast']))),
  function: one('lambda x: x', 'lambda x: x * 2', 'lambda x: x + 1', 'lambda x: ops.sum(x, axis=-1)', 'lambda x: ops.expand_dims(x, 1)'),
  arguments: one('None'),
  mask: one('None'),
  'Lambda.output_shape': one('None'),
  height: count(1, 20),
  width: count(1, 20),
  crop_to_aspect_ratio: flag,
  pad_to_aspect_ratio: flag,
  antialias: flag,
  fill_mode: oneString('reflect', 'constant', 'wrap', 'nearest', 'warp'),
  fill_value: one(0.0, 1.0),
  value_range: one('(0, 255)', '(0.0, 1.0)', '[0, 255]', '(-1, 1)'),
  factor: range,
  'RandAugment.factor': one(0.1, 0.5, 1.0),
  'AugMix.factor': one(0.1, 0.3),
  'CutMix.factor': one(0.5, 1.0),
  height_factor: range,
  width_factor: range,
  x_factor: range,
  y_factor: range,
  brightness_factor: range,
  contrast_factor: range,
  saturation_factor: range,
  hue_factor: range,
  'Rescaling.scale': one(0.5, '1.0 / 255', 2),
  'RandomElasticTransform.scale': one(0.5, 1.0),
  'RandomPerspective.scale': one(0.5, 1.0),
  'RandomErasing.scale': one('(0.02, 0.33)', '(0.1, 0.2)'),
  'RandomGaussianBlur.kernel_size': one(3, 5, '(3, 5)'),
  'RandomPosterization.factor': ({ random }) => text(random.pick([1, 2, 4, 8, 9, 0])),
  sigma: one(1.0, 0.5),
  offset: one(0.0, -1),
  addition_factor: range,
  threshold_factor: range,
  num_ops: count(1, 4),
  num_chains: count(1, 3),
  chain_depth: count(1, 3),
  all_ops: flag,
  bins: one(64, 256),
  clip_limit: one(2.0, 4.0),
  tile_grid_size: one('(8, 8)', '(4, 4)'),
  max_number: count(1, 5),
  mean: one('None', 1.0, '[1.0, 2.0, 3.0]'),
  variance: one('None', 2.0, '[1.0, 2.0, 3.0]'),
  invert: mostly('False', flag, 0.8),
  mode: oneString('horizontal', 'vertical', 'horizontal_and_vertical', 'sideways'),
  'STFTSpectrogram.mode': oneString('log', 'magnitude', 'psd', 'real', 'imag', 'angle', 'stft', 'power'),
  frame_length: one(16, 32, 100),
  frame_step: one('None', 8, 16, 30),
  fft_length: one('None', 64, 128, 16),
  'MelSpectrogram.fft_length': one(64, 512),
  window: one("'hann'", "'hamming'", 'None', "'square'"),
  periodic: flag,
  scaling: one("'density'", "'spectrum'", 'None'),
  expand_dims: flag,
  sequence_stride: one(16, 128),
  sequence_length: one('None', 32),
  sampling_rate: one(8000, 16000),
  num_mel_bins: one(8, 32),
  min_freq: one(20.0, 100.0),
  max_freq: one('None', 4000.0),
  power_to_db: flag,
  top_db: one(80.0),
  mag_exp: one(1.0, 2.0),
  min_power: one(1e-10),
  ref_power: one(1.0),
  num_tokens: count(1, 6),
  output_mode: lookupMode,
  sparse: one('False'),
  bin_boundaries: one('[0.0, 1.0]', '[0.0, 0.5, 2.0]', 'None'),
  num_bins: count(1, 8),
  'Discretization.num_bins': one('None', 3),
  salt: one('None', 5, '[1, 2]'),
  max_tokens: one('None', 10, 20),
  num_oov_indices: count(0, 2),
  mask_token: one('None'),
  oov_token: one("'[UNK]'"),
  'IntegerLookup.oov_token': one(-1),
  'IntegerLookup.vocabulary': one('None', '[1, 2, 3]', '[4, 5]'),
  vocabulary: one('None', "['a', 'b']", "['a', 'b', 'c']"),
  vocabulary_dtype: one("'int64'", "'int32'"),
  idf_weights: one('None', '[0.1, 0.2]', '[0.1, 0.2, 0.3]'),
  pad_to_max_tokens: flag,
  oov_method: one("'floormod'", "'farmhash'"),
  encoding: one("'utf-8'"),
  standardize: one("'lower_and_strip_punctuation'", "'lower'", 'None', "'upper'"),
  split: one("'whitespace'", "'character'", 'None', "'words'"),
  ngrams: one('None', 2, '(1, 2)'),
  output_sequence_length: one('None', 4, 10),
  ragged: one('False'),
  name: one("'given'"),
  dtype: ({ random }) => random.chance(0.2) ? text(random.pick("keras.DTypePolicy('mixed_float16')|keras.dtype_policies.DTypePolicy('float16')|keras.mixed_precision.DTypePolicy('mixed_bfloat16')".split('|'))) : quoted(random.pick(['float32', 'float16', 'bfloat16', 'mixed_float16', 'mixed_bfloat16', 'float31'])),
  trainable: flag,
}; // prettier-ignore

/**
 * Layers to wrap, by the rank of what they are called on without its batch axis: Keras computes the shape of a wrapped layer
 * without looking at its input's rank, and fails only when it runs; that is no shape to agree on.
 */
const WRAPPED: Readonly<Record<string, (rank: number) => readonly string[]>> = {
  Bidirectional: () => ['LSTM', 'GRU', 'SimpleRNN', 'RNN'],
  TimeDistributed: (rank) => [
    ...['Dense', 'Flatten', 'BatchNormalization'],
    ...([[], [], ['Conv1D', 'GlobalAveragePooling1D', 'LSTM'], ['Conv2D', 'MaxPooling2D']][rank - 1] ?? []),
  ],
  SpectralNormalization: (rank) => [
    'Dense',
    ...([[], [], ['Conv1D', 'Embedding'], ['Conv2D', 'Conv2DTranspose', 'SeparableConv2D']][rank] ?? []),
  ],
};

/** What a slip of the pen leaves: the wrong type, length, sign. */
const SLIPS = [
  'None',
  '0',
  '-1',
  '2.5',
  "'x'",
  'True',
  '(2,)',
  '(1, 2)',
  '(1, 2, 3)',
  '[2, 3]',
  '(0, 1)',
  '7',
  '()',
];

export function drawSlip({ random }: Situation): Expression {
  return text(random.pick(SLIPS));
}

/** A value for the argument; undefined where there is no way to draw one. */
export function drawValue(name: string, situation: Situation): Expression | undefined {
  const { random, type } = situation;
  const draw = BY_NAME[`${type}.${name}`] ?? BY_NAME[name];
  if (draw) return draw(situation);
  const named = (usual: readonly string[], slip: string): Expression =>
    random.chance(0.05) ? quoted(slip) : random.chance(0.2) ? text('None') : quoted(random.pick(usual));
  const kind = /_(initializer|regularizer|constraint)$/.exec(name)?.[1];
  if (kind && random.chance(0.15)) return text(random.pick(OBJECTS[kind]!));
  if (name.endsWith('_initializer'))
    return random.chance(0.05) ? quoted('he_norml') : quoted(random.pick(INITIALIZERS));
  if (name.endsWith('_regularizer')) return named(REGULARIZERS, 'l3');
  if (name.endsWith('_constraint')) return named(CONSTRAINTS, 'maxnorm');
  return undefined;
}
