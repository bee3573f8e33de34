/** Image preprocessing: Resizing, CenterCrop, RandomCrop and the layers that keep the shape. Sources: Keras `layers/preprocessing/image_preprocessing/*.py`. */
import type { Dim, Primitive, Shape } from '../../../graph/graph';
import {
  argumentError,
  computeDtype,
  didYouMean,
  elementsOf,
  intOf,
  numberOf,
  orList,
  requireDataFormat,
} from '../../arguments';
import { KerasError, type Config, type LayerDefinition, type TensorSpec } from '../../definition';
import { isKnownRank, unknownDim } from '../../dims';
import { closest } from '../../names';
import { argumentText, tupleText } from '../../pythonText';
import { signature } from '../../signature';
import { argumentDim, onlyInput, sameShape, spec } from '../shared';

/** Positions of height and width, counted from the front; null when rank or data format is not known. */
function sizeAxes(config: Config, input: TensorSpec): readonly [number, number] | null {
  const format = config.channelsFirst();
  if (!isKnownRank(input.shape) || format === null) return null;
  const rank = input.shape.length;
  return format ? [rank - 2, rank - 1] : [rank - 3, rank - 2];
}

function resized(config: Config, input: TensorSpec): Shape {
  const axes = sizeAxes(config, input);
  if (!isKnownRank(input.shape)) return input.shape;
  if (axes === null) {
    const batched = input.shape.length === 4;
    return input.shape.map((dim, i) =>
      batched && i === 0 ? dim : unknownDim('the data format is not known'),
    );
  }
  const sizes: readonly Dim[] = ['height', 'width'].map((name) =>
    argumentDim(config, name, intOf(config.value(name))),
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

function sizing(
  name: string,
  parameters: string,
  primitive: (config: Config, input: TensorSpec) => Primitive,
  strictRank: boolean,
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
      return {
        outputs: [spec(resized(config, input), computeDtype(config))],
        primitive: primitive(config, input),
      };
    },
    fallback: (config, [input]) => [spec(resized(config, input), computeDtype(config))],
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

const FILL_MODES = ['reflect', 'wrap', 'constant', 'nearest'];
const INTERPOLATIONS = ['nearest', 'bilinear'];

function requireOneOf(
  config: Config,
  name: string,
  allowed: readonly string[],
  keras: (text: string) => string,
  exception: string,
): void {
  const value = config.value(name);
  if (value.kind !== 'str' || allowed.includes(value.value)) return;
  const suggestion = closest(value.value, allowed);
  argumentError(
    `${name.replace(/_/g, '-')}-name`,
    name,
    suggestion === undefined
      ? `\`${name}\` must be ${orList(allowed)}, not "${value.value}".`
      : `"${value.value}" is no ${name.replace(/_/g, ' ')}${didYouMean(suggestion)}`,
    keras(value.value),
    { received: value.value, suggestion: suggestion ?? null },
    exception,
  );
}

/** The layers that transform by a fill mode and an interpolation check both. */
function checkTransform(config: Config): void {
  requireOneOf(
    config,
    'fill_mode',
    FILL_MODES,
    (text) => `Unknown \`fill_mode\` ${text}. Expected of one ('reflect', 'wrap', 'constant', 'nearest').`,
    'NotImplementedError',
  );
  requireOneOf(
    config,
    'interpolation',
    INTERPOLATIONS,
    (text) => `Unknown \`interpolation\` ${text}. Expected of one ('nearest', 'bilinear').`,
    'NotImplementedError',
  );
}

/** `factor` as the base class checks it. */
function checkFactor(low: number, high: number): (config: Config) => void {
  return (config) => {
    const value = config.value('factor');
    const text = argumentText(config, 'factor');
    const wrong = (): never =>
      argumentError(
        'factor-range',
        'factor',
        `\`factor\` must be one or two numbers between ${low} and ${high}, not ${text}.`,
        `The \`factor\` argument should be a number (or a list of two numbers) in the range [${low}, ${high}]. Received: factor=${text}`,
      );
    const pair = elementsOf(value);
    if (pair) {
      if (pair.length !== 2) wrong();
      const [a, b] = pair.map(numberOf);
      if ((a !== null && a > high) || (b !== null && b < low)) wrong();
      return;
    }
    const factor = numberOf(value);
    if (value.kind === 'str' || (factor !== null && (factor < low || factor > high))) wrong();
  };
}

/** A layer that changes values and keeps shape; `keepsDtype` when it keeps the dtype as well. */
function keeping(
  name: string,
  parameters: string,
  configure?: (config: Config) => void,
  keepsDtype = false,
): LayerDefinition {
  return {
    name,
    parameters: signature(parameters),
    callParameters: signature('inputs, training=True'),
    configure(config) {
      requireDataFormat(config);
      configure?.(config);
    },
    call: (context) => ({
      outputs: context.inputs.map((input) =>
        keepsDtype ? sameShape(input) : spec(input.shape, computeDtype(context.config)),
      ),
      structure: context.inputIsList ? 'list' : 'single',
      primitive: { op: 'identity' },
    }),
    fallback: (config, inputs) => inputs.map((input) => spec(input.shape, computeDtype(config))),
  };
}

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
  sizing('RandomCrop', `height, width, seed=None, data_format=None, ${BOXES}`, crop, false),
  keeping('RandomFlip', `mode='horizontal_and_vertical', seed=None, data_format=None, ${BOXES}`),
  keeping('RandomRotation', `factor, ${FILL}`, (config) => {
    checkFactor(-1, 1)(config);
    checkTransform(config);
  }),
  keeping('RandomZoom', `height_factor, width_factor=None, ${FILL}`, checkTransform),
  keeping('RandomTranslation', `height_factor, width_factor, ${FILL}`, checkTransform),
  keeping(
    'RandomShear',
    `x_factor=0.0, y_factor=0.0, interpolation='bilinear', fill_mode='reflect', fill_value=0.0, data_format=None, seed=None, ${BOXES}`,
    checkTransform,
  ),
  keeping(
    'RandomBrightness',
    `factor, ${RANGE}, seed=None, *, data_format=None, bounding_box_format=None`,
    checkFactor(-1, 1),
  ),
  keeping(
    'RandomContrast',
    `factor, ${RANGE}, seed=None, *, data_format=None, bounding_box_format=None`,
    checkFactor(0, 1),
  ),
  keeping('RandomHue', `factor, ${RANGE}, data_format=None, seed=None, ${BOXES}`, checkFactor(0, 1)),
  keeping('RandomSaturation', `factor, ${RANGE}, data_format=None, seed=None, ${BOXES}`),
  keeping('RandomSharpness', `factor, ${RANGE}, data_format=None, seed=None, ${BOXES}`),
  keeping('RandomColorDegeneration', `factor, ${RANGE}, data_format=None, seed=None, ${BOXES}`),
  keeping(
    'RandomColorJitter',
    `${RANGE}, brightness_factor=None, contrast_factor=None, saturation_factor=None, hue_factor=None, seed=None, data_format=None, ${BOXES}`,
  ),
  keeping('RandomPosterization', `factor, ${RANGE}, data_format=None, seed=None, ${BOXES}`),
  keeping('RandomGrayscale', `factor=0.5, data_format=None, seed=None, ${BOXES}`, undefined, true),
  keeping('RandomInvert', `factor=1.0, ${RANGE}, seed=None, data_format=None, ${BOXES}`),
  keeping(
    'RandomPerspective',
    `factor=1.0, scale=1.0, interpolation='bilinear', fill_value=0.0, seed=None, data_format=None, ${BOXES}`,
  ),
  keeping(
    'RandomElasticTransform',
    `factor=1.0, scale=1.0, interpolation='bilinear', fill_mode='reflect', fill_value=0.0, ${RANGE}, seed=None, data_format=None, ${BOXES}`,
  ),
  keeping(
    'RandomErasing',
    `factor=1.0, scale=(0.02, 0.33), fill_value=None, ${RANGE}, seed=None, data_format=None, ${BOXES}`,
  ),
  keeping(
    'RandomGaussianBlur',
    `factor=1.0, kernel_size=3, sigma=1.0, ${RANGE}, data_format=None, seed=None, ${BOXES}`,
  ),
  keeping(
    'RandAugment',
    `${RANGE}, num_ops=2, factor=0.5, interpolation='bilinear', seed=None, data_format=None, ${BOXES}`,
  ),
  keeping(
    'AugMix',
    `${RANGE}, num_chains=3, chain_depth=3, factor=0.3, alpha=1.0, all_ops=True, interpolation='bilinear', seed=None, data_format=None, ${BOXES}`,
  ),
  keeping('MixUp', `alpha=0.2, data_format=None, seed=None, ${BOXES}`),
  keeping('CutMix', `factor=1.0, seed=None, data_format=None, ${BOXES}`),
  keeping('AutoContrast', `${RANGE}, *, data_format=None, bounding_box_format=None`),
  keeping('Equalization', `${RANGE}, bins=256, data_format=None, ${BOXES}`, undefined, true),
  keeping(
    'ContrastLimitedAdaptiveHistogramEqualization',
    `${RANGE}, clip_limit=4.0, tile_grid_size=(8, 8), data_format=None, ${BOXES}`,
  ),
  keeping(
    'Solarization',
    `addition_factor=0.0, threshold_factor=0.0, ${RANGE}, seed=None, *, data_format=None, bounding_box_format=None`,
  ),
  keeping('MaxNumBoundingBoxes', 'max_number, fill_value=-1, *, data_format=None, bounding_box_format=None'),
];
