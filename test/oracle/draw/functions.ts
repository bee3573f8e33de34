/** Draws one call of a function on tensors (`keras.ops`, `keras.activations`, `keras.random`) with arguments by their names. */
import {
  call,
  ints,
  list,
  quoted,
  ref,
  text,
  tuple,
  type Argument,
  type Expression,
  type Program,
} from '../expression';
import type { Random } from '../random';
import { inputExpression, length } from './inputs';
import type { Signatures } from './layer';

/** They run functions or look at values: no tensor comes of them that both sides could tell. */
const NOT_DRAWN =
  /\.(map|scan|cond|switch|while_loop|fori_loop|associative_scan|vectorize|vectorized_map|custom_gradient|jvp|dtype|shape|ndim|size|convert_to_numpy|is_tensor|get|serialize|deserialize)$/;

type Shape = readonly (number | null)[];

/** What a function wants of its first tensor: `image`, `sequence`, `square`, `vector`, `indices`, or anything. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [
    /\.(conv|conv_transpose|depthwise_conv|separable_conv|max_pool|average_pool|adaptive_\w+_pool)$/,
    'window',
  ],
  [/\.image\.extract_patches_3d$/, 'volume'],
  [/\.image\.|\.(depth_to_space|space_to_depth|unfold|fold)$/, 'image'],
  [
    /\.(cholesky|cholesky_inverse|inv|det|logdet|slogdet|eig|eigh|lu_factor|matrix_power|solve|solve_triangular)$/,
    'square',
  ],
  [/\.(bartlett|blackman|hamming|hanning|kaiser|vander|corrcoef|identity|eye|tri)$/, 'vector'],
  [/\.(bincount|in_top_k|unravel_index|segment_\w+)$/, 'vector'],
  [/\.dot_product_attention$/, 'heads'],
  [/\.(stft|rfft|extract_sequences|logsumexp|psnr)$/, 'any'],
];
/** Functions of integers. */
const INTEGERS =
  /\.(bitwise_\w+|left_shift|right_shift|gcd|lcm|bincount|one_hot|multi_hot|unravel_index|segment_\w+|ldexp)$/;
const DTYPES = [
  'float16',
  'bfloat16',
  'float64',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'bool',
  'float32',
];

interface Drawing {
  readonly random: Random;
  readonly name: string;
  readonly kind: string;
  readonly dtype: string;
  readonly inputs: { name: string; value: Expression }[];
  /** The first tensor with its batch axis. */
  shape: Shape | undefined;
}

function drawShape({ random, kind }: Drawing): Shape {
  const n = (): number | null => length(random, 1, 8, 0.1);
  switch (kind) {
    case 'image':
      return random.chance(0.08)
        ? [n(), n()]
        : [length(random, 3, 16), length(random, 3, 16), random.pick([1, 3, 3, 4, 8])];
    case 'volume':
      return [n(), n(), n(), random.int(1, 4)];
    case 'window':
      return [
        ...random.times(random.pick([1, 2, 2, 3]), () => length(random, 4, 12)),
        random.pick([1, 2, 3, 4]),
      ];
    case 'square': {
      const size = random.int(1, 5);
      return [...random.times(random.int(0, 1), n), size, random.chance(0.9) ? size : size + 1];
    }
    case 'vector':
      return random.chance(0.6) ? [] : [n()];
    case 'heads':
      return [n(), random.int(1, 4), random.int(1, 8)];
    default:
      return random.times(random.pick([0, 1, 1, 2, 2, 3, 3, 4]), n);
  }
}

function input(drawing: Drawing, shape: Shape, dtype = drawing.dtype): Expression {
  const { inputs, random } = drawing;
  const name = `x${inputs.length}`;
  inputs.push({
    name,
    value: inputExpression({
      shape,
      ...(dtype === 'float32' ? {} : { dtype }),
      ...(random.chance(0.15) ? { batch: random.int(1, 4) } : {}),
    }),
  });
  return ref(name);
}

/** The first tensor, or one that goes with it. */
function tensor(drawing: Drawing): Expression {
  const { random, shape, inputs } = drawing;
  if (shape === undefined) {
    const own = drawShape(drawing);
    drawing.shape = [null, ...own];
    return input(drawing, own);
  }
  if (random.chance(0.1)) return ref('x0');
  if (random.chance(0.12)) return text(random.pick(['2', '0.5', '-1', '1.0', 'True', '3']));
  const other = random.chance(0.3) ? random.pick(DTYPES) : drawing.dtype;
  const own = shape.slice(1);
  if (random.chance(0.65)) return input(drawing, own, other);
  if (random.chance(0.5))
    return input(
      drawing,
      own.map((dim) => (random.chance(0.3) ? 1 : dim)),
      other,
    );
  return input(
    drawing,
    random.chance(0.5) ? own.slice(1) : own.map((dim) => (random.chance(0.2) ? random.int(1, 6) : dim)),
    other,
  );
  void inputs;
}

const axis = ({ random, shape }: Drawing): number => {
  const rank = shape?.length ?? 2;
  return random.chance(0.04) ? rank + random.int(0, 1) : random.int(-rank, rank - 1);
};
const axes: Draw = (drawing) => {
  const { random, shape } = drawing;
  if (random.chance(0.6)) return text(axis(drawing));
  if (random.chance(0.2)) return text('None');
  const all = (shape ?? []).map((_, i) => (random.chance(0.3) ? i - shape!.length : i));
  const some = random.shuffle(all).slice(0, random.int(1, Math.max(1, all.length)));
  return (random.chance(0.7) ? tuple : list)(some.map((entry) => text(entry)));
};

type Draw = (drawing: Drawing) => Expression;
const one =
  (...values: readonly (string | number)[]): Draw =>
  ({ random }) =>
    text(random.pick(values));
const flag = one('True', 'False');
const oneAxis: Draw = (drawing) => text(axis(drawing));
/** Mostly a plain shape, of which a few say something impossible. */
const shapeValue: Draw = ({ random }) => ints(random.times(random.int(0, 3), () => random.int(1, 5)));
const floats = ['float16', 'bfloat16', 'float32'];
const dtypeValue: Draw = ({ random }) =>
  quoted(random.pick([...floats, ...floats, 'int32', 'int8', 'uint8', 'bool', 'float31']));
const window =
  (low: number, high: number): Draw =>
  ({ random, shape }) => {
    const rank = Math.max(1, (shape?.length ?? 4) - 2);
    return random.chance(0.6)
      ? text(random.int(low, high))
      : ints(random.times(rank, () => random.int(low, high)));
  };
const ones = (shape: Shape): Expression => call('ops.ones', [{ value: ints(shape.map((dim) => dim ?? 2)) }]);
const several: Draw = (drawing) => {
  const { random } = drawing;
  const first = tensor(drawing);
  return (random.chance(0.8) ? list : tuple)([
    first,
    ...random.times(random.int(0, 2), () => tensor(drawing)),
  ]);
};
/** Kernel of a convolution over `shape`. */
const kernel =
  (make: (random: Random, channels: number) => readonly number[]): Draw =>
  ({ random, shape }) => {
    const spatial = (shape ?? []).slice(1, -1).map(() => random.int(1, 4));
    return ones([...spatial, ...make(random, shape?.at(-1) ?? 1)]);
  };
const channels = (random: Random, count: number): number => (random.chance(0.05) ? count + 1 : count);

const BY_NAME: Readonly<Record<string, Draw>> = {
  axis: axes,
  axes,
  axisa: oneAxis, axisb: oneAxis, axisc: oneAxis, axis1: oneAxis, axis2: oneAxis, source: oneAxis, destination: oneAxis,
  keepdims: flag, sorted: flag, from_logits: flag, is_causal: flag, antialias: flag, endpoint: flag, increasing: flag, upper: flag, lower: flag,
  full_matrices: flag, compute_uv: flag, approximate: flag, equal_nan: flag, invert: flag, return_counts: one('False'), return_index: one('False'),
  return_inverse: one('False'), is_stable: flag, crop_to_aspect_ratio: flag, pad_to_aspect_ratio: one('False'), center: flag, has_aux: flag, retstep: one('False'),
  dtype: dtypeValue, seed: one('None', 1), sparse: one('False'), synchronized: one('False'), ragged: one('None'), flash_attention: one('None', 'False'),
  num_classes: one(1, 3, 5), num_segments: one(2, 4), num: one('None', 2, 3), k: one(0, 1, 2, -1), 'top_k.k': one(1, 2, 3), 'in_top_k.k': one(1, 2),
  n: one(1, 2, 0), N: one(3, 'None', 2), M: one('None', 2, 4), 'eye.N': one(3, 1), 'tri.N': one(3, 2), 'identity.n': one(3),
  q: one('0.5', '50', '[0.1, 0.5]', '0.25'), method: one("'linear'", "'nearest'"), ord: one('None', '1', '2', "'fro'", "'nuc'", "'inf'"), decimals: one(0, 2, -1),
  x_min: one(0, -1.0), x_max: one(1, 6.0), alpha: one(1.0, 0.5), negative_slope: one(0.1, 0.2), threshold: one(0.5, 1.0), default_value: one(0, 1.0), b: one(4, 2),
  'solve.b': tensor, 'lstsq.b': tensor, 'solve_triangular.b': tensor, 'tensordot.axes': one(0, 1, 2, '[[1], [1]]', '[[1, 2], [1, 2]]', '[[-1], [-1]]'),
  'keras.activations.relu.threshold': one(0.0, 1.0), max_value: one('None', 6), 'transpose.axes': ({ random, shape }) => random.chance(0.3) ? text('None') : ints(random.shuffle((shape ?? []).map((_, i) => i))),
  'moments.axes': ({ random, shape }) => list([text(random.int(0, (shape?.length ?? 1) - 1))]), 'rot90.axes': ({ random, shape }) => ints(random.shuffle((shape ?? []).map((_, i) => i)).slice(0, 2)),
  'concatenate.axis': oneAxis, 'stack.axis': oneAxis, 'softmax.axis': axes, 'take_along_axis.axis': oneAxis, 'batch_normalization.axis': one(-1),
  shift: one(1, 2, -1), repeats: one(1, 2, 3), 'tile.repeats': ({ random, shape }) => random.chance(0.4) ? text(2) : ints(random.times(random.chance(0.8) ? shape?.length ?? 1 : random.int(1, 3), () => random.int(1, 3))),
  indices_or_sections: one(1, 2, 3, '[1]', '[1, 3]', '(2,)'),
  newshape: ({ random, shape }) => { const known = (shape ?? []).slice(1).reduce<number>((all, dim) => all * (dim ?? 1), 1); return random.chance(0.4) ? ints([-1, known]) : random.chance(0.4) ? ints([-1]) : random.chance(0.5) ? ints([-1, 1, known]) : ints([random.int(1, 3), -1, random.int(1, 4)]); },
  'broadcast_to.shape': ({ random, shape }) => ints((shape ?? []).map((dim) => (dim === 1 || random.chance(0.1) ? random.int(1, 4) : dim ?? 2))),
  'reshape.newshape': ({ random, shape }) => { const known = (shape ?? []).slice(1).reduce<number>((all, dim) => all * (dim ?? 1), 1); return random.chance(0.7) ? ints([-1, known]) : ints([-1, random.int(1, 4)]); },
  shape: shapeValue, 'unravel_index.shape': one('(4, 4)', '(2, 3, 4)'), 'slice.shape': ({ random, shape }) => ints((shape ?? []).map((dim, i) => (i === 0 ? 1 : random.int(1, dim ?? 2)))),
  start_indices: ({ shape }) => ints((shape ?? []).map(() => 0)), pad_width: ({ random, shape }) => random.chance(0.3) ? text(random.int(0, 2)) : random.chance(0.2) ? text('((1, 1),)') : random.chance(0.2) ? text('(1, 2)') : tuple((shape ?? []).map(() => ints([random.int(0, 2), random.int(0, 2)]))),
  mode: one("'constant'", "'reflect'", "'symmetric'"), 'qr.mode': one("'reduced'", "'complete'"), 'correlate.mode': one("'valid'", "'same'", "'full'"), constant_values: one('None', 0, 1.0),
  indexing: one("'xy'", "'ij'"), side: one("'left'", "'right'"), offset: one(0, 1, -1), 'batch_normalization.offset': one('None'), scale: one('None'), gamma: one('None'), beta: one('None'), epsilon: one('1e-5', '0.001'), bias: one('None'), mask: one('None'),
  nan: one(0.0), posinf: one('None', 1.0), neginf: one('None'), order: one(1, 2), p: one(2), rcond: one('None'), tol: one('None'), weights: one('None'), minlength: one(0, 5), initial: one('None', 0), attn_logits_soft_cap: one('None', 5.0),
  fill_value: one(0, 1.0, 2), rate: one(0.1, 0.5, 0), noise_shape: one('None'), num_samples: one(1, 3), minval: one(0, 1), maxval: one(5, 10), mean: one(0.0, 1), stddev: one(1.0, 2), counts: one(5), probabilities: one(0.5),
  'batch_normalization.mean': ({ shape }) => ones([shape?.at(-1) ?? 2]), 'batch_normalization.variance': ({ shape }) => ones([shape?.at(-1) ?? 2]),
  padding: oneText('valid', 'same'), strides: window(1, 3), pool_size: window(1, 4), 'conv.kernel': kernel((random, count) => [channels(random, count), random.int(1, 4)]),
  'depthwise_conv.kernel': kernel((random, count) => [channels(random, count), random.int(1, 2)]), 'conv_transpose.kernel': kernel((random, count) => [random.int(1, 4), channels(random, count)]),
  depthwise_kernel: kernel((random, count) => [channels(random, count), 2]), pointwise_kernel: ({ shape }) => ones([...(shape ?? []).slice(1, -1).map(() => 1), 2 * (shape?.at(-1) ?? 1), 3]),
  dilation_rate: one(1, 1, 2), output_padding: one('None'), output_size: window(1, 5), data_format: one("'channels_last'", "'channels_last'", 'None', "'channels_first'", "'NHWC'"),
  block_size: one(1, 2, 3), kernel_size: one(1, 2, 3, '(2, 3)'), 'gaussian_blur.kernel_size': one('(3, 3)', '(5, 3)'), dilation: one(1, 2), 'unfold.padding': one(0, 1), 'fold.padding': one(0), stride: one(1, 2),
  size: one('(4, 6)', '(2, 2)', 3, '(3, 1)'), 'resize.size': one('(4, 6)', '(9, 2)', '(7,)'), 'extract_patches.size': one(2, '(2, 3)', 4), interpolation: oneText('nearest', 'bilinear', 'bicubic', 'lanczos3', 'area'),
  fill_mode: oneText('constant', 'reflect', 'wrap', 'nearest'), top_padding: one(0, 1), left_padding: one(2), bottom_padding: one(1), right_padding: one(0, 3), target_height: one(30, 4), target_width: one(30, 5),
  top_cropping: one(0, 1), left_cropping: one(1), bottom_cropping: one(1), right_cropping: one(0, 1), max_val: one(1.0), sigma: one('(1.0, 1.0)'),
  sequence_length: one(2, 4), sequence_stride: one(1, 2), fft_length: one(4, 8), 'rfft.fft_length': one('None', 8, 5), length: one('None'), window: one("'hann'", "'hamming'", 'None'),
  indices: ({ random }) => text(random.pick(['0', '-1', '[0, 1]', '[[0, 1], [1, 0]]', '(0, 0, 0)'])), 'take_along_axis.indices': ({ shape, ...drawing }) => input({ shape, ...drawing }, (shape ?? []).slice(1), 'int32'), 'unravel_index.indices': (drawing) => tensor(drawing),
  kth: one(0, 1), bins: one('[0.0, 1.0]', '[0.0, 0.5, 1.0]'), 'histogram.bins': one(5, 10), range: one('None', '(0, 1)'), start: one(0, 1, 2.0), stop: one('None', 5, 7), step: one('None', 1, 2), 'linspace.stop': one(5, 2.0), 'logspace.stop': one(2), 'geomspace.stop': one(8), 'geomspace.start': one(1), 'linspace.num': one(3, 50), 'logspace.num': one(3), 'geomspace.num': one(4), base: one(10, 2), dx: one(1.0),
  segment_ids: ({ shape, ...drawing }) => input({ shape, ...drawing }, [], 'int32'), key: one('0', '(0, 1)', '(slice(None), 0)', '(Ellipsis, 0)', 'slice(1, None)'), subscripts: one("'ij'"),
  xs: several, x: tensor, 'stack.x': several, 'trapezoid.x': one('None'), rtol: one(1e-3), atol: one(1e-3), decimal: one(1), beta_: one(1), sorted_sequence: one('[0.0, 1.0, 2.0]'), parameter: one(1), order_: one(1),
  'kaiser.beta': one(2.0), 'keras.random.beta.alpha': one(1.0), 'keras.random.beta.beta': one(1.0), 'randint.dtype': oneText('int32', 'uint8'), 'categorical.dtype': oneText('int32', 'int8'),
  assume_unique: flag, filter_size: one(3), filter_sigma: one(1.5), k1: one(0.01), k2: one(0.03), 'ssim.max_val': one(1.0), ddof: one(0), condlist: (drawing) => list([{ kind: 'binary', op: '>', left: tensor(drawing), right: text(0) }]), choicelist: (drawing) => list([tensor(drawing)]), default: one(0),
  condition: (drawing) => ({ kind: 'binary', op: '>', left: tensor(drawing), right: text(0) }), pattern: one("'b c -> c b'", "'b h w -> b (h w)'", "'b h w c -> b c h w'"), alpha_: one(1),
}; // prettier-ignore

function oneText(...values: readonly string[]): Draw {
  return ({ random }) => quoted(random.pick(values));
}

/** Parameters that hold tensors; every other one that has no draw of its own leaves the function undrawn. */
const TENSORS =
  /^(x|x1|x2|y|a|array|inputs|images|image1|image2|volumes|patches|target|output|targets|predictions|query|key|value|data|values|updates|tensor|variable|logits|abs_|angle|arrays|transform|start_points|end_points|coordinates|elems)$/;

function drawParameter(drawing: Drawing, parameter: string): Expression | undefined {
  const short = drawing.name.replace(/^.*\./, '');
  if (/^dot_product_attention$/.test(short) && /^(query|key|value)$/.test(parameter)) return tensor(drawing);
  const draw =
    BY_NAME[`${drawing.name}.${parameter}`] ?? BY_NAME[`${short}.${parameter}`] ?? BY_NAME[parameter];
  if (draw !== undefined) return draw(drawing);
  return TENSORS.test(parameter) ? tensor(drawing) : undefined;
}

/** Slips of the pen, as `drawSlip` draws them for layers. */
const SLIPS = ['None', '0', '-1', '2.5', "'x'", 'True', '(2,)', '[1, 2]', '7', '()'];

export class FunctionDrawer {
  readonly names: readonly string[];

  constructor(private readonly signatures: Signatures) {
    this.names = Object.keys(signatures).filter((name) => !NOT_DRAWN.test(name));
  }

  /** Inputs and `t = function(…)`; undefined where a needed argument cannot be drawn. */
  draw(random: Random, name: string): Program | undefined {
    const drawing: Drawing = {
      random,
      name,
      kind: KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? 'any',
      dtype: random.chance(0.35)
        ? random.pick(DTYPES)
        : INTEGERS.test(name) && random.chance(0.8)
          ? 'int32'
          : 'float32',
      inputs: [],
      shape: undefined,
    };
    const slips = random.chance(0.85) ? 0 : 0.15;
    const args: Argument[] = [];
    let positional = true;
    for (const [parameter, standard] of this.signatures[name]!) {
      const isTensor = TENSORS.test(parameter) || parameter === 'xs';
      if (standard !== null && !random.chance(0.35)) {
        positional = false;
        continue;
      }
      const value =
        random.chance(slips) && !isTensor ? text(random.pick(SLIPS)) : drawParameter(drawing, parameter);
      if (value === undefined) {
        if (standard === null) return undefined;
        positional = false;
        continue;
      }
      if (positional && !random.chance(0.1)) args.push({ value });
      else {
        positional = false;
        args.push({ name: parameter, value });
      }
    }
    if (random.chance(0.01)) args.push({ name: random.pick(['dim', 'keep_dims', 'axes']), value: text(1) });
    return [...drawing.inputs, { name: 't', value: call(name, args) }];
  }
}
