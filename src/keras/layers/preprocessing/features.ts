/** Preprocessing of numbers, categories, text and sound. Sources: Keras `layers/preprocessing/*.py`. */
import { isOpen, isUnknown, type Dim, type Shape } from '../../../graph/graph';
import {
  argumentError,
  computeDtype,
  elementsOf,
  intOf,
  isPlainData,
  orList,
  reasonFor,
  variables,
} from '../../arguments';
import {
  KerasError,
  type CallContext,
  type CallResult,
  type Config,
  type LayerDefinition,
  type TensorSpec,
} from '../../definition';
import { OPEN, addToDim, floorDivideDim, isKnownRank, unknownDim } from '../../dims';
import { argumentText, tupleText } from '../../pythonText';
import { signature } from '../../signature';
import { argumentDim, onlyInput, spec } from '../shared';
import { tensorsOf } from '../compound';

const OPAQUE = { op: 'opaque', reason: 'a lookup, not a computation on neighbouring values' } as const;

const rescaling: LayerDefinition = {
  name: 'Rescaling',
  parameters: signature('scale, offset=0.0'),
  call: (context) => ({
    outputs: [spec(onlyInput(context).shape, computeDtype(context.config))],
    primitive: {
      op: 'elementwise',
      fn: 'rescale',
      params: { scale: context.config.float('scale'), offset: context.config.float('offset') },
    },
  }),
  fallback: (config, [input]) => [spec(input.shape, computeDtype(config))],
};

/** Axes kept by Normalization, non-negative and sorted; null when not known. */
function keptAxes(config: Config, input: TensorSpec): number[] | null {
  const value = config.value('axis');
  if (!isKnownRank(input.shape)) return null;
  const rank = input.shape.length;
  if (value.kind === 'none') return [];
  const axes = (elementsOf(value) ?? [value]).map((element) => intOf(element));
  if (axes.some((axis) => axis === null)) return null;
  const given = axes as number[];
  if (given.some((axis) => axis < -rank || axis >= rank)) {
    argumentError(
      'axis-out-of-range',
      'axis',
      `The input has ${rank} axes, so that \`axis\` cannot be ${argumentText(config, 'axis')}.`,
      `All \`axis\` values must be in the range [-ndim, ndim). Received inputs with ndim=${rank}, while axis=${tupleText(given)}`,
      { rank },
    );
  }
  const kept = given.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  const shape = input.shape;
  const open = kept.find((axis) => {
    const dim = shape[axis];
    return typeof dim === 'object' && isOpen(dim);
  });
  if (open !== undefined) {
    argumentError(
      'open-dimension-weight',
      'axis',
      `The length of axis ${open} must be known, but is open in ${tupleText(shape)}.`,
      `All \`axis\` values to be kept must have a known shape. Received axis=${tupleText(given)}, inputs.shape=${tupleText(shape)}, with unknown axis at index ${open}`,
    );
  }
  return kept;
}

const normalization: LayerDefinition = {
  name: 'Normalization',
  parameters: signature('axis=-1, mean=None, variance=None, invert=False'),
  configure(config) {
    const [mean, variance] = [config.value('mean'), config.value('variance')];
    if (
      mean.kind === 'unknown' ||
      variance.kind === 'unknown' ||
      (mean.kind === 'none') === (variance.kind === 'none')
    )
      return;
    argumentError(
      'normalization-moments',
      mean.kind === 'none' ? 'variance' : 'mean',
      '`mean` and `variance` must be given together.',
      `When setting values directly, both \`mean\` and \`variance\` must be set. Received: mean=${argumentText(config, 'mean')} and variance=${argumentText(config, 'variance')}`,
    );
  },
  weights(config, [input]) {
    const axes = keptAxes(config, input);
    if (!config.isNone('mean')) return [];
    const shape: Shape =
      axes === null || !isKnownRank(input.shape)
        ? {
            kind: 'unknown',
            reason: isKnownRank(input.shape) ? reasonFor(config, 'axis') : input.shape.reason,
          }
        : axes.map((axis) => (input.shape as readonly Dim[])[axis]);
    return variables(
      { name: 'mean', shape, trainable: false, initializer: { name: 'zeros' } },
      { name: 'variance', shape, trainable: false, initializer: { name: 'ones' } },
      { name: 'count', shape: [], trainable: false, dtype: 'int32', initializer: { name: 'zeros' } },
    );
  },
  call(context) {
    const { config } = context;
    const input = onlyInput(context);
    return {
      outputs: [spec(input.shape, computeDtype(config))],
      primitive: {
        op: 'normalize',
        mode: 'other',
        axis: keptAxes(config, input) ?? [],
        epsilon: 1e-7,
        center: false,
        scale: false,
      },
    };
  },
  fallback: (config, [input]) => [spec(input.shape, computeDtype(config))],
};

/** Output for a layer that gives indices (`int`) or vectors of `depth` entries. `last1`: an axis of length 1 is replaced. */
function encoded(shape: Shape, mode: string | null, depth: Dim): Shape {
  if (mode === null) return { kind: 'unknown', reason: 'the argument output_mode is not known' };
  if (mode === 'int' || !isKnownRank(shape)) return shape;
  if (mode !== 'one_hot') return [...shape.slice(0, -1), depth];
  const last = shape[shape.length - 1];
  if (typeof last === 'object' && last.kind === 'unknown') return { kind: 'unknown', reason: last.reason };
  return shape.length > 1 && last === 1 ? [...shape.slice(0, -1), depth] : [...shape, depth];
}

/** `output_mode` with Keras' older names; raises for a wrong one. */
function outputMode(config: Config): string | null {
  const mode = config.string('output_mode');
  return mode === 'binary' ? 'multi_hot' : mode === 'tf-idf' ? 'tf_idf' : mode;
}

function requireMode(config: Config, allowed: readonly string[], layer: string): void {
  const mode = outputMode(config);
  if (mode === null || allowed.includes(mode)) return;
  argumentError(
    'output-mode',
    'output_mode',
    `\`output_mode\` must be one of ${allowed.join(', ')}, not ${mode}.`,
    `Unknown value for \`output_mode\` argument of ${layer}. Allowed values are: (${allowed.map((name) => `'${name}'`).join(', ')}). Received: output_mode=${mode}`,
  );
}

const categoryEncoding: LayerDefinition = {
  name: 'CategoryEncoding',
  parameters: signature("num_tokens=None, output_mode='multi_hot', sparse=False"),
  callParameters: signature('inputs, count_weights=None'),
  configure(config) {
    requireMode(config, ['count', 'one_hot', 'multi_hot'], 'CategoryEncoding');
    const count = intOf(config.value('num_tokens'));
    if (config.isNone('num_tokens')) {
      argumentError(
        'num-tokens',
        'num_tokens',
        'CategoryEncoding must be told how many tokens there are.',
        'num_tokens must be set to use this layer. If the number of tokens is not known beforehand, use the IntegerLookup layer instead.',
      );
    }
    if (count !== null && count < 1)
      argumentError(
        'num-tokens',
        'num_tokens',
        '`num_tokens` must be positive.',
        `\`num_tokens\` must be >= 1. Received: num_tokens=${count}.`,
      );
  },
  call(context) {
    const { config } = context;
    const depth = argumentDim(config, 'num_tokens', intOf(config.value('num_tokens')));
    return {
      outputs: [spec(encoded(onlyInput(context).shape, outputMode(config), depth), computeDtype(config))],
      primitive: OPAQUE,
    };
  },
};

const discretization: LayerDefinition = {
  name: 'Discretization',
  parameters: signature(
    "bin_boundaries=None, num_bins=None, epsilon=0.01, output_mode='int', sparse=False, dtype=None, name=None",
  ),
  configure(config) {
    requireMode(config, ['int', 'one_hot', 'multi_hot', 'count'], 'Discretization');
    const [boundaries, bins] = [config.value('bin_boundaries'), config.value('num_bins')];
    if (boundaries.kind === 'none' && bins.kind === 'none') {
      argumentError(
        'bins',
        'num_bins',
        'Give either `num_bins` or `bin_boundaries`.',
        'You need to set either `num_bins` or `bin_boundaries`.',
      );
    }
    if (
      boundaries.kind !== 'none' &&
      boundaries.kind !== 'unknown' &&
      bins.kind !== 'none' &&
      bins.kind !== 'unknown'
    ) {
      argumentError(
        'bins',
        'num_bins',
        'Give either `num_bins` or `bin_boundaries`, not both.',
        `Both \`num_bins\` and \`bin_boundaries\` should not be set. Received: \`num_bins=${argumentText(config, 'num_bins')}\` and \`bin_boundaries=${argumentText(config, 'bin_boundaries')}\``,
      );
    }
  },
  call(context) {
    const { config } = context;
    const { shape } = onlyInput(context);
    const mode = outputMode(config);
    const boundaries = elementsOf(config.value('bin_boundaries'));
    const depth = boundaries
      ? boundaries.length + 1
      : argumentDim(config, 'num_bins', intOf(config.value('num_bins')));
    const dtype = mode === 'int' ? 'int32' : computeDtype(config);
    // Counting modes drop the second axis, whatever the rank.
    const counted = isKnownRank(shape)
      ? shape.length >= 2
        ? [shape[0], ...shape.slice(2), depth]
        : [depth]
      : shape;
    const output = mode === 'multi_hot' || mode === 'count' ? counted : encoded(shape, mode, depth);
    return { outputs: [spec(output, dtype)], primitive: OPAQUE };
  },
};

const hashing: LayerDefinition = {
  name: 'Hashing',
  parameters: signature("num_bins, mask_value=None, salt=None, output_mode='int', sparse=False"),
  configure(config) {
    requireMode(config, ['int', 'one_hot', 'multi_hot', 'count'], 'Hashing');
    const bins = intOf(config.value('num_bins'));
    if (!config.isNone('num_bins') && (bins === null || bins > 0)) return;
    argumentError(
      'bins',
      'num_bins',
      '`num_bins` must be positive.',
      `The \`num_bins\` for \`Hashing\` cannot be \`None\` or non-positive values. Received: num_bins=${argumentText(config, 'num_bins')}.`,
    );
  },
  call(context) {
    const { config } = context;
    const { shape } = onlyInput(context);
    const mode = outputMode(config);
    const bins = argumentDim(config, 'num_bins', intOf(config.value('num_bins')));
    const dtype = config.given('dtype') ? computeDtype(config) : mode === 'int' ? 'int64' : 'float32';
    // Unlike the others, one_hot replaces the last axis here too.
    const output =
      mode === null || mode === 'int' || !isKnownRank(shape)
        ? encoded(shape, mode, bins)
        : [...shape.slice(0, -1), bins];
    return { outputs: [spec(output, dtype)], primitive: OPAQUE };
  },
};

/** Keras compares the last axes only. */
function checkSameShapes([a, b]: readonly TensorSpec[]): void {
  if (!a || !b || !isKnownRank(a.shape) || !isKnownRank(b.shape)) return;
  const [x, y] = [a.shape[a.shape.length - 1], b.shape[b.shape.length - 1]];
  if (x === undefined || y === undefined || isUnknown(x) || isUnknown(y)) return;
  if (isOpen(x) ? isOpen(y) : x === y) return;
  throw new KerasError(
    'merge-shape',
    `HashedCrossing takes two tensors of one shape, not ${tupleText(a.shape)} and ${tupleText(b.shape)}.`,
    `Expected the two input tensors to have identical shapes. Received input_shape=[${tupleText(a.shape)}, ${tupleText(b.shape)}]`,
    { callArgument: 'inputs' },
  );
}

const hashedCrossing: LayerDefinition = {
  name: 'HashedCrossing',
  parameters: signature("num_bins, output_mode='int', sparse=False, name=None, dtype=None, **kwargs"),
  configure: (config) => requireMode(config, ['int', 'one_hot'], 'HashedCrossing'),
  call(context) {
    const { config, inputs } = context;
    if (context.inputIsList ? inputs.length !== 2 : inputs.some((input) => isKnownRank(input.shape))) {
      throw new KerasError(
        'merge-count',
        'HashedCrossing takes two tensors.',
        'Expected as input a list/tuple of 2 tensors.',
        { callArgument: 'inputs', facts: { count: inputs.length } },
      );
    }
    checkSameShapes(inputs);
    const bins = argumentDim(config, 'num_bins', intOf(config.value('num_bins')));
    const mode = outputMode(config);
    const dtype = config.given('dtype') ? computeDtype(config) : mode === 'int' ? 'int64' : 'float32';
    return { outputs: [spec(encoded(inputs[0].shape, mode, bins), dtype)], primitive: OPAQUE };
  },
};

/** Entries of a lookup's vocabulary, out-of-vocabulary ones included; null when it is learnt, undefined when not known. */
function vocabularySize(config: Config): Dim | null {
  const value = config.value('vocabulary');
  if (value.kind === 'none') return null;
  const words = elementsOf(value);
  if (!words || words.some((word) => word.kind !== 'str' && word.kind !== 'int'))
    return unknownDim('the size of the vocabulary is not known');
  const special = ['oov_token', 'mask_token'].map((name) => config.value(name));
  const named = (word: (typeof words)[number]): boolean =>
    special.some(
      (entry) =>
        (entry.kind === 'str' || entry.kind === 'int') &&
        (word.kind === 'str' || word.kind === 'int') &&
        entry.value === word.value,
    );
  if (words.some(named)) return unknownDim('the vocabulary names special tokens');
  const oov = intOf(config.value('num_oov_indices'));
  return oov === null ? 1 + words.length : words.length + oov;
}

/** Length of the vectors that a lookup gives. */
function lookupDepth(config: Config): Dim {
  if (config.flag('pad_to_max_tokens') === true)
    return argumentDim(config, 'max_tokens', intOf(config.value('max_tokens')));
  const size = vocabularySize(config);
  // Keras leaves the length open until the vocabulary is learnt.
  return size ?? (config.memo.get('adapted') ? unknownDim('the vocabulary is learnt from data') : OPEN);
}

const MODES = ['int', 'one_hot', 'multi_hot', 'count', 'tf_idf'];

/** Arguments of a vocabulary that exclude each other (Keras `index_lookup.py`). */
function checkLookup(config: Config): void {
  const fail = (argument: string, message: string, keras: string): never =>
    argumentError(
      'lookup-argument',
      argument,
      message,
      `${keras} Received: ${argument}=${argumentText(config, argument)}`,
    );
  const most = intOf(config.value('max_tokens'));
  const mode = outputMode(config);
  if (most !== null && most <= 1)
    fail(
      'max_tokens',
      '`max_tokens` must be greater than 1.',
      'If set, `max_tokens` must be greater than 1.',
    );
  if (config.flag('pad_to_max_tokens') === true && config.isNone('max_tokens'))
    fail(
      'pad_to_max_tokens',
      '`pad_to_max_tokens` needs `max_tokens`.',
      'If pad_to_max_tokens is True, must set `max_tokens`.',
    );
  if ((intOf(config.value('num_oov_indices')) ?? 0) < 0)
    fail(
      'num_oov_indices',
      '`num_oov_indices` must not be negative.',
      '`num_oov_indices` must be greater than or equal to 0.',
    );
  if (mode !== null && mode !== 'int' && config.flag('invert') === true)
    fail(
      'invert',
      '`invert` goes with `output_mode="int"` only.',
      "`output_mode` must be `'int'` when `invert` is true.",
    );
  const weights = config.value('idf_weights');
  if (
    mode !== null &&
    mode !== 'tf_idf' &&
    mode !== 'tf-idf' &&
    (isPlainData(weights) || weights.kind === 'str')
  )
    fail(
      'idf_weights',
      '`idf_weights` goes with `output_mode="tf_idf"` only.',
      "`idf_weights` should only be set if `output_mode` is `'tf_idf'`.",
    );
  const vocabulary = config.value('vocabulary');
  const words = elementsOf(vocabulary);
  if (mode === 'tf_idf' && words && weights.kind === 'none')
    fail(
      'vocabulary',
      'With `output_mode="tf_idf"` a vocabulary needs `idf_weights`.',
      'When specifying the `vocabulary` argument, in TF-IDF output mode, the `idf_weights` argument must also be provided.',
    );
  const wantsText = !config.bound.values.has('vocabulary_dtype');
  if (
    (isPlainData(vocabulary) && !words) ||
    (wantsText && words?.some(({ kind }) => kind === 'int' || kind === 'float'))
  )
    fail(
      'vocabulary',
      `\`vocabulary\` must be a list of ${wantsText ? 'strings' : 'integers'}.`,
      'Failed to convert a NumPy array to a Tensor.',
    );
  const dtype = config.string('vocabulary_dtype');
  if (dtype !== null && dtype !== 'int64')
    fail(
      'vocabulary_dtype',
      '`vocabulary_dtype` must be "int64".',
      "Only `vocabulary_dtype='int64'` is supported at this time.",
    );
  checkSalt(config, fail);
}

/** A salt chooses among hash functions, which only strings and farmhash have. */
function checkSalt(config: Config, fail: (argument: string, message: string, keras: string) => never): void {
  const salt = config.value('salt');
  const items = elementsOf(salt);
  if (!isPlainData(salt)) return;
  if (config.string('vocabulary_dtype') !== null && config.string('oov_method') === 'floormod')
    fail(
      'salt',
      '`salt` goes with `oov_method="farmhash"` only.',
      "`salt` can only be used when `oov_method='farmhash'`.",
    );
  if (salt.kind === 'float' || (items && items.length !== 2))
    fail(
      'salt',
      '`salt` must be one integer or two.',
      'The `salt` argument for `IndexLookup` can only be a tuple of 2 integers, or a single integer.',
    );
}

/** A step of TextVectorization: a name, a function or None. */
function requireStep(config: Config, name: string, allowed: readonly string[]): void {
  const value = config.value(name);
  if (value.kind === 'str' ? allowed.includes(value.value) : !isPlainData(value)) return;
  const text = argumentText(config, name);
  argumentError(
    'lookup-argument',
    name,
    `\`${name}\` must be ${orList(allowed)}, a function or None, not ${text}.`,
    `Unknown value for \`${name}\` argument of TextVectorization. Allowed values are: (${allowed.map((entry) => `'${entry}'`).join(', ')}). Received: ${name}=${text}`,
  );
}

function lookup(name: string, parameters: string): LayerDefinition {
  return {
    name,
    parameters: signature(parameters),
    configure(config) {
      requireMode(config, MODES, name);
      checkLookup(config);
    },
    call(context) {
      const { config } = context;
      const mode = outputMode(config);
      const invert = config.flag('invert');
      const dtype = mode === 'int' ? 'int64' : 'float32';
      return {
        outputs: [
          spec(encoded(onlyInput(context).shape, mode, lookupDepth(config)), invert === null ? null : dtype),
        ],
        primitive: OPAQUE,
      };
    },
  };
}

function vectorized(config: Config, input: TensorSpec): Shape {
  const mode = outputMode(config);
  const { shape } = input;
  if (mode === null) return { kind: 'unknown', reason: reasonFor(config, 'output_mode') };
  if (mode === 'int') {
    const length = config.isNone('output_sequence_length')
      ? OPEN
      : argumentDim(config, 'output_sequence_length', intOf(config.value('output_sequence_length')));
    return [
      isKnownRank(shape) && shape.length > 0
        ? shape[0]
        : isKnownRank(shape)
          ? OPEN
          : unknownDim(shape.reason),
      length,
    ];
  }
  if (!isKnownRank(shape)) return shape;
  const split = config.value('split');
  if (split.kind === 'unknown') return { kind: 'unknown', reason: split.reason };
  const tokens = split.kind !== 'none' ? [...shape, OPEN] : shape.length <= 1 ? [...shape, 1] : shape;
  return encoded(tokens, mode, lookupDepth(config));
}

const textVectorization: LayerDefinition = {
  name: 'TextVectorization',
  parameters:
    signature(`max_tokens=None, standardize='lower_and_strip_punctuation', split='whitespace', ngrams=None,
    output_mode='int', output_sequence_length=None, pad_to_max_tokens=False, vocabulary=None, idf_weights=None, sparse=False,
    ragged=False, encoding='utf-8', name=None`),
  configure(config) {
    requireStep(config, 'standardize', ['lower_and_strip_punctuation', 'lower', 'strip_punctuation']);
    requireStep(config, 'split', ['whitespace', 'character']);
    requireMode(config, MODES, 'TextVectorization');
    checkLookup(config);
    const length = config.value('output_sequence_length');
    const mode = outputMode(config);
    if (mode === 'int' && (length.kind === 'float' || length.kind === 'str')) {
      argumentError(
        'output-sequence-length',
        'output_sequence_length',
        '`output_sequence_length` must be an integer or None.',
        `\`output_sequence_length\` must be either None or an integer when \`output_mode\` is 'int'. Received: output_sequence_length=${argumentText(config, 'output_sequence_length')}`,
      );
    }
    if (mode !== null && mode !== 'int' && length.kind !== 'none' && length.kind !== 'unknown') {
      argumentError(
        'output-sequence-length',
        'output_sequence_length',
        '`output_sequence_length` goes with `output_mode="int"` only.',
        `\`output_sequence_length\` must not be set if \`output_mode\` is not 'int'. Received output_sequence_length=${argumentText(config, 'output_sequence_length')}.`,
      );
    }
  },
  call(context) {
    const { config } = context;
    return {
      outputs: [
        spec(vectorized(config, onlyInput(context)), outputMode(config) === 'int' ? 'int64' : 'float32'),
      ],
      primitive: OPAQUE,
    };
  },
};

const melSpectrogram: LayerDefinition = {
  name: 'MelSpectrogram',
  parameters:
    signature(`fft_length=2048, sequence_stride=512, sequence_length=None, window='hann', sampling_rate=16000,
    num_mel_bins=128, min_freq=20.0, max_freq=None, power_to_db=True, top_db=80.0, mag_exp=2.0, min_power=1e-10, ref_power=1.0`),
  call(context) {
    const { config } = context;
    const { shape } = onlyInput(context);
    const bins = argumentDim(config, 'num_mel_bins', intOf(config.value('num_mel_bins')));
    const stride = intOf(config.value('sequence_stride'));
    const steps = (dim: Dim): Dim =>
      stride === null
        ? unknownDim(reasonFor(config, 'sequence_stride'))
        : floorDivideDim(addToDim(dim, stride + 1), stride);
    const output: Shape = isKnownRank(shape)
      ? shape.length === 1
        ? [bins, steps(shape[0])]
        : [shape[0], bins, steps(shape[1])]
      : shape;
    return {
      outputs: [spec(output, computeDtype(config))],
      primitive: { op: 'opaque', reason: 'a spectrogram' },
    };
  },
};

function callPipeline(context: CallContext): CallResult {
  const layers = elementsOf(context.config.value('layers'));
  let [current] = context.inputs;
  for (const layer of layers ?? []) {
    const [next] = tensorsOf(context, context.callLayer(layer, [current]));
    if (!next)
      return {
        outputs: [
          spec({ kind: 'unknown', reason: 'what a layer of the pipeline returns is not known' }, null),
        ],
      };
    current = next;
  }
  if (!layers)
    return { outputs: [spec({ kind: 'unknown', reason: 'the layers of the pipeline are not known' }, null)] };
  if (layers.length === 0)
    return { outputs: [spec(current.shape, current.dtype)], primitive: { op: 'identity' } };
  return { outputs: [current] };
}

const pipeline: LayerDefinition = {
  name: 'Pipeline',
  commonArguments: false,
  parameters: signature('layers, name=None'),
  callParameters: signature('inputs, training=True, mask=None'),
  sublayers: ['layers'],
  call: callPipeline,
};

export const featureLayers: readonly LayerDefinition[] = [
  rescaling,
  normalization,
  categoryEncoding,
  discretization,
  hashing,
  hashedCrossing,
  lookup(
    'StringLookup',
    `max_tokens=None, num_oov_indices=1, mask_token=None, oov_token='[UNK]', vocabulary=None, idf_weights=None, invert=False,
    output_mode='int', pad_to_max_tokens=False, sparse=False, encoding='utf-8', name=None, salt=None`,
  ),
  lookup(
    'IntegerLookup',
    `max_tokens=None, num_oov_indices=1, mask_token=None, oov_token=-1, vocabulary=None, vocabulary_dtype='int64', idf_weights=None,
    invert=False, output_mode='int', sparse=False, pad_to_max_tokens=False, oov_method='floormod', salt=None, name=None`,
  ),
  textVectorization,
  melSpectrogram,
  pipeline,
];
