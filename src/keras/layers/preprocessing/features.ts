/** Preprocessing of numbers, categories, text and sound. Sources: Keras `layers/preprocessing/*.py`. */
import { isOpen, isUnknown, type Dim, type Shape } from '../../../graph/graph';
import type { Value } from '../../../python/values';
import { argumentError, computeDtype, elementsOf, intOf, numberOf, reasonFor } from '../../arguments';
import {
  KerasError,
  type CallContext,
  type CallResult,
  type Config,
  type LayerDefinition,
  type TensorRef,
  type TensorSpec,
} from '../../definition';
import { addToDim, floorDivideDim, formatShape, isKnownRank, unknownDim } from '../../dims';
import { argumentText, tupleText } from '../../pythonText';
import { signature } from '../../signature';
import { argumentDim, keptShapes, onlyInput, spec } from '../shared';
import { layerParts, tensorsOf } from '../compound';
import { OPAQUE, encoded, outputMode, requireMode } from './encoding';
import { normalization } from './normalization';
import { vocabularyLayers } from './vocabulary';

const rescaling: LayerDefinition = {
  name: 'Rescaling',
  parameters: signature('scale, offset=0.0'),
  call: (context) =>
    keptShapes(context, computeDtype(context.config), () => ({
      op: 'elementwise',
      fn: 'rescale',
      params: { scale: context.config.float('scale'), offset: context.config.float('offset') },
    })),
  fallback: (config, [input]) => [spec(input.shape, computeDtype(config))],
};

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
    const tokens = config.value('num_tokens');
    if ((count !== null && count < 1) || elementsOf(tokens) || tokens.kind === 'str')
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
  commonArguments: false,
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

/** Bins are counted in integers, whatever dtype the layer is given. */
function requireIntegers(config: Config): void {
  const dtype = config.string('dtype');
  if (outputMode(config) !== 'int' || dtype === null || /^u?int/.test(dtype) || config.kerasVersion === 2)
    return;
  argumentError(
    'dtype-name',
    'dtype',
    `With \`output_mode="int"\` the dtype must be an integer one, not "${dtype}".`,
    `When \`output_mode="int"\`, \`dtype\` should be an integer type, 'int32' or 'in64'. Received: dtype=${dtype}`,
  );
}

const hashing: LayerDefinition = {
  name: 'Hashing',
  parameters: signature("num_bins, mask_value=None, salt=None, output_mode='int', sparse=False"),
  configure(config) {
    requireMode(config, ['int', 'one_hot', 'multi_hot', 'count'], 'Hashing');
    const bins = intOf(config.value('num_bins'));
    if (!config.isNone('num_bins') && (bins === null || bins > 0)) return requireIntegers(config);
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

const melSpectrogram: LayerDefinition = {
  name: 'MelSpectrogram',
  parameters:
    signature(`fft_length=2048, sequence_stride=512, sequence_length=None, window='hann', sampling_rate=16000,
    num_mel_bins=128, min_freq=20.0, max_freq=None, power_to_db=True, top_db=80.0, mag_exp=2.0, min_power=1e-10, ref_power=1.0`),
  configure(config) {
    const [length, fft] = [config.value('sequence_length'), numberOf(config.value('fft_length'))];
    const number = numberOf(length);
    if (
      length.kind === 'str' ||
      elementsOf(length)?.length ||
      (number !== null && fft !== null && number > fft)
    )
      argumentError(
        'frame-step',
        'sequence_length',
        `\`sequence_length\` must be a number not above \`fft_length\`${fft === null ? '' : ` (${fft})`}, not ${argumentText(config, 'sequence_length')}.`,
        `\`fft_length\` must be equal or larger than \`sequence_length\`. Received: \`sequence_length\`=${argumentText(config, 'sequence_length')}, \`fft_length\`=${fft ?? argumentText(config, 'fft_length')}.`,
      );
  },
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
    const time = isKnownRank(output) ? output[output.length - 1] : null;
    if (typeof time === 'number' && time < 0)
      argumentError(
        'frame-step',
        'sequence_stride',
        '`sequence_stride` must be positive.',
        `Cannot convert '${tupleText(output as readonly Dim[])}' to a shape. Negative dimensions are not allowed.`,
      );
    return {
      outputs: [spec(output, computeDtype(config))],
      primitive: { op: 'opaque', reason: 'a spectrogram' },
    };
  },
};

/** Layers that work on the pixels of an image, or of a batch of them, when data runs through. */
const ON_IMAGES =
  /^(?:Random|Rand|AugMix$|AutoContrast$|CenterCrop$|ContrastLimited|CutMix$|Equalization$|MaxNumBoundingBoxes$|MixUp$|Resizing$|Solarization$)/;

/** A pipeline runs the `call` of its layers, which says more than the shape rule of each alone. */
function requireImages(layer: Value, input: TensorRef): void {
  const name = layerParts(layer)?.definition?.name ?? '';
  if (!ON_IMAGES.test(name) || !isKnownRank(input.shape)) return;
  const rank = input.shape.length;
  if (rank === 3 || rank === 4) return;
  throw new KerasError(
    'input-rank',
    `${name} works on images of 3 axes, or 4 with the batch, but the input ${formatShape(input.shape)} has ${rank}.`,
    `Expected the input image to be rank 3 or 4. Received: inputs.shape=${formatShape(input.shape)}`,
    { input: 0, facts: { rank, expected: 4 } },
  );
}

function callPipeline(context: CallContext): CallResult {
  const layers = elementsOf(context.config.value('layers'));
  let [current] = context.inputs;
  for (const layer of layers ?? []) {
    requireImages(layer, current);
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
  ...vocabularyLayers,
  melSpectrogram,
  pipeline,
];
