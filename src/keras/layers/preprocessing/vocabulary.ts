/** Layers with a vocabulary: StringLookup, IntegerLookup, TextVectorization. Sources: Keras `index_lookup.py` and the files beside it. */
import type { Dim, Shape } from '../../../graph/graph';
import { NONE, type Mutable } from '../../../python/values';
import { argumentError, elementsOf, intOf, isPlainData, orList, reasonFor } from '../../arguments';
import type { Config, LayerDefinition, TensorSpec } from '../../definition';
import { OPEN, isKnownRank, unknownDim } from '../../dims';
import { argumentText } from '../../pythonText';
import { signature } from '../../signature';
import { argumentDim, onlyInput, spec } from '../shared';
import { OPAQUE, encoded, outputMode, requireMode } from './encoding';

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

/** `adapt(data)`: from then on the vocabulary has the length that the data give it. */
const METHODS: LayerDefinition['methods'] = {
  adapt: (machine, { positional }) => {
    const self = positional[0]?.value;
    const state = self?.kind === 'instance' ? (self.data as Partial<Adaptable> & Mutable) : null;
    if (state?.config != null) {
      machine.touch(state);
      state.config.memo.set('adapted', true);
    }
    return NONE;
  },
};

interface Adaptable {
  readonly config: Config | null;
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
  if (words?.length === 0)
    fail('vocabulary', 'The vocabulary is empty.', 'Cannot set an empty vocabulary. Received: vocabulary=[]');
  const wantsText = !config.bound.values.has('vocabulary_dtype');
  if (
    (isPlainData(vocabulary) && !['list', 'tuple', 'set'].includes(vocabulary.kind)) ||
    (wantsText && words?.some(({ kind }) => kind === 'int' || kind === 'float'))
  )
    fail(
      'vocabulary',
      `\`vocabulary\` must be a list of ${wantsText ? 'strings' : 'integers'}.`,
      'Failed to convert a NumPy array to a Tensor.',
    );
  const idf = elementsOf(weights);
  if (words && idf && words.length !== idf.length)
    fail(
      'idf_weights',
      `There are ${idf.length} weights for ${words.length} words.`,
      `\`idf_weights\` must be the same length as vocabulary. len(idf_weights) is ${idf.length}; len(vocabulary) is ${words.length}.`,
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
    methods: METHODS,
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
  methods: METHODS,
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

export const vocabularyLayers: readonly LayerDefinition[] = [
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
];
