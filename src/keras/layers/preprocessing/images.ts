/** Image preprocessing: Resizing, CenterCrop, RandomCrop and the layers that keep the shape. Sources: Keras `layers/preprocessing/image_preprocessing/*.py`. */
import type { Dim, Primitive, Shape } from '../../../graph/graph';
import { argumentError, computeDtype, elementsOf, intOf, requireDataFormat } from '../../arguments';
import { KerasError, type Config, type LayerDefinition, type TensorSpec } from '../../definition';
import { OPEN, isKnownRank, unknownDim } from '../../dims';
import { argumentText, tupleText } from '../../pythonText';
import { signature } from '../../signature';
import { argumentDim, onlyInput, sameShape, spec } from '../shared';
import {
  CHECKS_RANGE,
  checkChannels,
  checkFactor,
  checkInterpolation,
  checkTransform,
  checkImageRank,
  requireOddSize,
  requireOneNumber,
  requireOutputInterval,
} from './imageChecks';

/**
 * Positions of height and width, counted from the front; null when rank or data format is not known. Of a shape that is no
 * batch of images, Resizing and CenterCrop take the first axes as those of one image; RandomCrop counts from the end.
 */
function sizeAxes(config: Config, input: TensorSpec, fromEnd = false): readonly [number, number] | null {
  const format = config.channelsFirst();
  if (!isKnownRank(input.shape) || format === null) return null;
  const rank = input.shape.length;
  const first = fromEnd ? rank - 3 : rank === 4 ? 1 : 0;
  return format ? [first + 1, first + 2] : [first, first + 1];
}

function resized(config: Config, input: TensorSpec, fromEnd: boolean): Shape {
  const axes = sizeAxes(config, input, fromEnd);
  if (!isKnownRank(input.shape)) return input.shape;
  if (axes === null) {
    const batched = input.shape.length === 4;
    return input.shape.map((dim, i) =>
      batched && i === 0 ? dim : unknownDim('the data format is not known'),
    );
  }
  const sizes: readonly Dim[] = ['height', 'width'].map((name) =>
    config.isNone(name) ? OPEN : argumentDim(config, name, intOf(config.value(name))),
  );
  return input.shape.map((dim, i) => (i === axes[0] ? sizes[0] : i === axes[1] ? sizes[1] : dim));
}

function checkRank(input: TensorSpec): void {
  if (!isKnownRank(input.shape) || input.shape.length === 3 || input.shape.length === 4) return;
  throw new KerasError(
    'input-rank',
    `Images have 3 axes, or 4 with the batch, but the input ${tupleText(input.shape)} has ${input.shape.length}.`,
    '`input_shape` must be a non-nested tuple or list of rank-1 with size 3 (unbatched) or 4 (batched). ',
    { input: 0, facts: { rank: input.shape.length, expected: 4 } },
  );
}

/** Height and width become lengths of the output. */
function requireSizes(config: Config): void {
  for (const name of ['height', 'width']) {
    const value = config.value(name);
    const wrong = value.kind === 'float' || value.kind === 'str' || elementsOf(value) !== undefined;
    if (config.kerasVersion === 2 || !(wrong || (intOf(value) ?? 0) < 0)) continue;
    const text = argumentText(config, name);
    argumentError(
      'tuple-argument',
      name,
      `\`${name}\` must be a positive integer, not ${text}.`,
      wrong
        ? `Cannot convert '(…, ${text}, …)' to a shape. Found invalid dimension '${text}'.`
        : `Cannot convert '(…, ${text}, …)' to a shape. Negative dimensions are not allowed.`,
    );
  }
}

function sizing(
  name: string,
  parameters: string,
  primitive: (config: Config, input: TensorSpec) => Primitive,
  strictRank: boolean,
  fromEnd = false,
): LayerDefinition {
  return {
    name,
    parameters: signature(parameters),
    callParameters: signature('inputs, training=True'),
    configure: requireDataFormat,
    call(context) {
      const { config } = context;
      const input = onlyInput(context);
      if (strictRank) checkRank(input);
      requireSizes(config);
      return {
        outputs: [spec(resized(config, input, fromEnd), computeDtype(config))],
        primitive: primitive(config, input),
      };
    },
    fallback: (config, [input]) => [spec(resized(config, input, fromEnd), computeDtype(config))],
  };
}

const resize = (config: Config): Primitive => ({
  op: 'resize',
  size: [intOf(config.value('height')), intOf(config.value('width'))],
  interpolation: config.string('interpolation') ?? 'unknown',
  channelsFirst: config.channelsFirst() === true,
});

/** Cropping the middle (or, when predicting, what a random crop does): how much goes on each side, where known. */
function crop(config: Config, input: TensorSpec): Primitive {
  const axes = sizeAxes(config, input);
  if (!isKnownRank(input.shape) || axes === null)
    return { op: 'opaque', reason: 'the input shape is not known' };
  const sizes = ['height', 'width'].map((name) => intOf(config.value(name)));
  const crops = input.shape.map((dim, i): readonly [number | null, number | null] => {
    const at = axes.indexOf(i);
    if (at < 0) return [0, 0];
    const size = sizes[at];
    if (typeof dim !== 'number' || size === null) return [null, null];
    const extra = dim - size;
    return [Math.floor(extra / 2), extra - Math.floor(extra / 2)];
  });
  // An image smaller than the crop is resized instead.
  if (crops.some(([before, after]) => (before ?? 0) < 0 || (after ?? 0) < 0))
    return { ...resize(config), interpolation: 'bilinear' } as Primitive;
  return { op: 'crop', crops };
}

/** A layer that changes values and keeps shape; `keepsDtype` when it keeps the dtype as well. */
function keeping(
  name: string,
  parameters: string,
  configure?: (config: Config) => void,
  keepsDtype = false,
  channels?: number,
): LayerDefinition {
  return {
    name,
    parameters: signature(parameters),
    callParameters: signature('inputs, training=True'),
    configure(config) {
      requireDataFormat(config);
      if (CHECKS_RANGE.has(name)) requireOutputInterval(config);
      configure?.(config);
    },
    call: (context) => {
      if (channels !== undefined)
        for (const input of context.inputs) {
          checkImageRank(input);
          checkChannels(context.config, input, channels);
        }
      return {
        outputs: context.inputs.map((input) =>
          keepsDtype ? sameShape(input) : spec(input.shape, computeDtype(context.config)),
        ),
        structure: context.inputIsList ? 'list' : 'single',
        primitive: { op: 'identity' },
      };
    },
    fallback: (config, inputs) => inputs.map((input) => spec(input.shape, computeDtype(config))),
  };
}

const COLOURS = [
  ['brightness_factor', -1],
  ['contrast_factor', 0],
  ['saturation_factor', -1],
  ['hue_factor', 0],
] as const;

const RANGE = 'value_range=(0, 255)';
const FILL =
  "fill_mode='reflect', interpolation='bilinear', seed=None, fill_value=0.0, data_format=None, *, bounding_box_format=None";
const BOXES = '*, bounding_box_format=None';

export const images: readonly LayerDefinition[] = [
  sizing(
    'Resizing',
    "height, width, interpolation='bilinear', crop_to_aspect_ratio=False, pad_to_aspect_ratio=False, fill_mode='constant', fill_value=0.0, antialias=False, data_format=None, *, bounding_box_format=None",
    resize,
    false,
  ),
  sizing('CenterCrop', `height, width, data_format=None, ${BOXES}`, crop, true),
  sizing('RandomCrop', `height, width, seed=None, data_format=None, name=None, ${BOXES}`, crop, false, true),
  keeping('RandomFlip', `mode='horizontal_and_vertical', seed=None, data_format=None, ${BOXES}`),
  keeping('RandomRotation', `factor, ${FILL}`, (config) => {
    checkFactor(-1, 1, 'factor', false, true)(config);
    checkTransform(config);
  }),
  keeping('RandomZoom', `height_factor, width_factor=None, ${FILL}`, (config) => {
    checkFactor(-1, 1, 'height_factor', true)(config);
    if (!config.isNone('width_factor')) checkFactor(-1, 1, 'width_factor', true)(config);
    checkTransform(config);
  }),
  keeping('RandomTranslation', `height_factor, width_factor, ${FILL}`, (config) => {
    checkFactor(-1, 1, 'height_factor', true)(config);
    checkFactor(-1, 1, 'width_factor', true)(config);
    checkTransform(config);
  }),
  keeping(
    'RandomShear',
    `x_factor=0.0, y_factor=0.0, interpolation='bilinear', fill_mode='reflect', fill_value=0.0, data_format=None, seed=None, ${BOXES}`,
    (config) => {
      checkFactor(0, 1, 'x_factor', true)(config);
      checkFactor(0, 1, 'y_factor', true)(config);
      checkTransform(config);
    },
  ),
  keeping(
    'RandomBrightness',
    `factor, ${RANGE}, seed=None, *, data_format=None, bounding_box_format=None`,
    checkFactor(-1, 1, 'factor', false, true),
  ),
  keeping(
    'RandomContrast',
    `factor, ${RANGE}, seed=None, *, data_format=None, bounding_box_format=None`,
    checkFactor(0, 1),
  ),
  keeping('RandomHue', `factor, ${RANGE}, data_format=None, seed=None, ${BOXES}`, checkFactor(0, 1)),
  keeping('RandomSaturation', `factor, ${RANGE}, data_format=None, seed=None, ${BOXES}`, checkFactor(-1, 1)),
  keeping('RandomSharpness', `factor, ${RANGE}, data_format=None, seed=None, ${BOXES}`, checkFactor(0, 1)),
  keeping(
    'RandomColorDegeneration',
    `factor, ${RANGE}, data_format=None, seed=None, ${BOXES}`,
    checkFactor(-1, 1),
    false,
    3,
  ),
  keeping(
    'RandomColorJitter',
    `${RANGE}, brightness_factor=None, contrast_factor=None, saturation_factor=None, hue_factor=None, seed=None, data_format=None, ${BOXES}`,
    (config) => {
      for (const [name, low] of COLOURS)
        if (!config.isNone(name)) checkFactor(low, 1, name, false, name === 'brightness_factor')(config);
    },
  ),
  keeping(
    'RandomPosterization',
    `factor, ${RANGE}, data_format=None, seed=None, ${BOXES}`,
    checkFactor(1, 8),
  ),
  keeping(
    'RandomGrayscale',
    `factor=0.5, data_format=None, seed=None, ${BOXES}`,
    (config) => {
      if (elementsOf(config.value('factor'))) requireOneNumber(config, 'factor');
      checkFactor(0, 1)(config);
    },
    true,
  ),
  keeping('RandomInvert', `factor=1.0, ${RANGE}, seed=None, data_format=None, ${BOXES}`, checkFactor(0, 1)),
  keeping(
    'RandomPerspective',
    `factor=1.0, scale=1.0, interpolation='bilinear', fill_value=0.0, seed=None, data_format=None, ${BOXES}`,
    (config) => {
      checkFactor(0, 1)(config);
      checkInterpolation(config);
    },
  ),
  keeping(
    'RandomElasticTransform',
    `factor=1.0, scale=1.0, interpolation='bilinear', fill_mode='reflect', fill_value=0.0, ${RANGE}, seed=None, data_format=None, ${BOXES}`,
    (config) => {
      checkFactor(0, 1)(config);
      checkTransform(config);
    },
  ),
  keeping(
    'RandomErasing',
    `factor=1.0, scale=(0.02, 0.33), fill_value=None, ${RANGE}, seed=None, data_format=None, ${BOXES}`,
    (config) => {
      checkFactor(0, 1)(config);
      checkFactor(0, 1, 'scale')(config);
    },
  ),
  keeping(
    'RandomGaussianBlur',
    `factor=1.0, kernel_size=3, sigma=1.0, ${RANGE}, data_format=None, seed=None, ${BOXES}`,
    (config) => {
      checkFactor(0, 1)(config);
      requireOddSize(config);
      checkFactor(0, 1, 'sigma')(config);
    },
  ),
  keeping(
    'RandAugment',
    `${RANGE}, num_ops=2, factor=0.5, interpolation='bilinear', seed=None, data_format=None, ${BOXES}`,
    (config) => {
      checkFactor(0, 1)(config);
      checkInterpolation(config);
    },
  ),
  keeping(
    'AugMix',
    `${RANGE}, num_chains=3, chain_depth=3, factor=0.3, alpha=1.0, all_ops=True, interpolation='bilinear', seed=None, data_format=None, ${BOXES}`,
    (config) => {
      checkFactor(0, 1, 'factor', true)(config);
      checkInterpolation(config);
    },
  ),
  keeping('MixUp', `alpha=0.2, data_format=None, seed=None, ${BOXES}`),
  keeping('CutMix', `factor=1.0, seed=None, data_format=None, ${BOXES}`, checkFactor(0, 1)),
  keeping('AutoContrast', `${RANGE}, *, data_format=None, bounding_box_format=None`),
  keeping('Equalization', `${RANGE}, bins=256, data_format=None, ${BOXES}`, undefined, true),
  keeping(
    'ContrastLimitedAdaptiveHistogramEqualization',
    `${RANGE}, clip_limit=4.0, tile_grid_size=(8, 8), data_format=None, ${BOXES}`,
  ),
  keeping(
    'Solarization',
    `addition_factor=0.0, threshold_factor=0.0, ${RANGE}, seed=None, *, data_format=None, bounding_box_format=None`,
    (config) => {
      checkFactor(0, 1, 'addition_factor', true)(config);
      checkFactor(0, 1, 'threshold_factor', true)(config);
    },
  ),
  keeping(
    'MaxNumBoundingBoxes',
    'max_number, fill_value=-1, *, data_format=None, bounding_box_format=None',
    (config) => requireOneNumber(config, 'max_number'),
  ),
];
