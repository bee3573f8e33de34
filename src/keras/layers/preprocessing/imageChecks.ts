/** Checks of what image layers are told: factors, ranges, fill modes, interpolations, channels. Sources: Keras `base_image_preprocessing_layer.py` and the layers beside it. */
import {
  argumentError,
  didYouMean,
  elementsOf,
  isPlainData,
  numberOf,
  orList,
  pythonType,
} from '../../arguments';
import type { Value } from '../../../python/values';
import { KerasError, type Config, type TensorSpec } from '../../definition';
import { isKnownRank } from '../../dims';
import { closest } from '../../names';
import { argumentText, tupleText } from '../../pythonText';

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
  const wrongKind = isPlainData(value) || value.kind === 'none';
  if (!wrongKind && (value.kind !== 'str' || allowed.includes(value.value))) return;
  const received = value.kind === 'str' ? value.value : argumentText(config, name);
  const suggestion = value.kind === 'str' ? closest(received, allowed) : undefined;
  argumentError(
    `${name.replace(/_/g, '-')}-name`,
    name,
    suggestion === undefined
      ? `\`${name}\` must be ${orList(allowed)}, not ${value.kind === 'str' ? `"${received}"` : received}.`
      : `"${received}" is no ${name.replace(/_/g, ' ')}${didYouMean(suggestion)}`,
    keras(received),
    { received, suggestion: suggestion ?? null },
    exception,
  );
}

/** The layers that transform by a fill mode and an interpolation check both. */
export function checkTransform(config: Config): void {
  checkFillMode(config);
  checkInterpolation(config);
}

export function checkFillMode(config: Config): void {
  requireOneOf(
    config,
    'fill_mode',
    FILL_MODES,
    (text) => `Unknown \`fill_mode\` ${text}. Expected of one ('reflect', 'wrap', 'constant', 'nearest').`,
    'NotImplementedError',
  );
}

export function checkInterpolation(config: Config): void {
  requireOneOf(
    config,
    'interpolation',
    INTERPOLATIONS,
    (text) => `Unknown \`interpolation\` ${text}. Expected of one ('nearest', 'bilinear').`,
    'NotImplementedError',
  );
}

/** Layers that look at their `value_range` when they are made; the others find out when they run. */
export const CHECKS_RANGE = new Set([
  'AugMix',
  'AutoContrast',
  'Equalization',
  'RandAugment',
  'RandomBrightness',
  'RandomColorDegeneration',
  'RandomPosterization',
  'RandomSaturation',
  'RandomSharpness',
  'Solarization',
]);

/** `value_range`: two numbers. */
export function requireOutputInterval(config: Config): void {
  const value = config.value('value_range');
  const pair = elementsOf(value);
  const text = argumentText(config, 'value_range');
  if (pair ? pair.length === 2 : !(isPlainData(value) || value.kind === 'none' || value.kind === 'str'))
    return;
  argumentError(
    'value-range',
    'value_range',
    `\`value_range\` must be two numbers, not ${text}.`,
    `The \`value_range\` argument should be a list of two numbers. Received: value_range=${text}`,
  );
}

/**
 * A factor as the base class checks it. `strict`: both ends of a pair must lie within the bounds; else only the
 * nearest ends are looked at, as most layers do.
 */
export function checkFactor(
  low: number,
  high: number,
  name = 'factor',
  strict = false,
  /** Nothing at all (None, an empty tuple) counts as 0. */
  orZero = false,
): (config: Config) => void {
  return (config) => {
    const value = config.value(name);
    const text = argumentText(config, name);
    const wrong = (): never =>
      argumentError(
        'factor-range',
        name,
        `\`${name}\` must be one or two numbers between ${low} and ${high}, not ${text}.`,
        `The \`${name}\` argument should be a number (or a list of two numbers) in the range [${low}, ${high}]. Received: ${name}=${text}`,
      );
    const pair = elementsOf(value);
    if (orZero && (value.kind === 'none' || pair?.length === 0)) return;
    if (pair) {
      if (pair.length !== 2) wrong();
      const [a, b] = pair.map(numberOf);
      if ((a !== null && a > high) || (b !== null && b < low)) wrong();
      if (strict && ((a !== null && a < low) || (b !== null && b > high))) wrong();
      return;
    }
    const factor = numberOf(value);
    if (value.kind === 'str' || value.kind === 'none' || (factor !== null && (factor < low || factor > high)))
      wrong();
  };
}

/** Turning colours to grey takes colours. */
export function checkChannels(config: Config, input: TensorSpec, channels: number): void {
  const format = config.channelsFirst();
  if (!isKnownRank(input.shape) || format === null) return;
  const found = input.shape[format ? input.shape.length - 3 : input.shape.length - 1];
  if (typeof found !== 'number' || found === channels) return;
  throw new KerasError(
    'input-axis',
    `This layer takes images of ${channels} channels, but the input ${tupleText(input.shape)} has ${found}.`,
    `Input images must have ${channels} channels, but received images with ${found} channels.`,
    { input: 0, facts: { expected: channels, found } },
  );
}

/** Turning colours to grey takes one image or a batch of them. */
export function checkImageRank({ shape }: TensorSpec): void {
  if (!isKnownRank(shape) || shape.length === 3 || shape.length === 4) return;
  throw new KerasError(
    'input-rank',
    `Images have 3 axes, or 4 with the batch, but the input ${tupleText(shape)} has ${shape.length}.`,
    `Invalid images rank: expected rank 3 (single image) or rank 4 (batch of images). Received: input_shape=${tupleText(shape)}`,
    { input: 0, facts: { rank: shape.length, expected: 4 } },
  );
}

/** A blur's kernel has a centre: one odd number, or two. */
export function requireOddSize(config: Config): void {
  const value = config.value('kernel_size');
  const pair = elementsOf(value);
  const even = (entry: Value): boolean => {
    const number = numberOf(entry);
    return number !== null && number % 2 === 0;
  };
  const text = argumentText(config, 'kernel_size');
  if (pair && pair.length !== 2)
    argumentError(
      'tuple-argument',
      'kernel_size',
      `\`kernel_size\` must be one odd number or two, not ${text}.`,
      `The \`kernel_size\` argument should be a number (or a list of two numbers) Received: kernel_size=${text}`,
    );
  const wrong = value.kind === 'none' || value.kind === 'str' || (pair ?? [value]).some(even);
  if (wrong)
    argumentError(
      'tuple-argument',
      'kernel_size',
      `\`kernel_size\` must be odd, not ${text}.`,
      `kernel_size must be an odd number. Received: kernel_size=${text}`,
    );
}

/** One number: no sequence, no text. */
export function requireOneNumber(config: Config, name: string): void {
  const value = config.value(name);
  if (value.kind !== 'str' && value.kind !== 'none' && elementsOf(value) === undefined) return;
  const text = argumentText(config, name);
  argumentError(
    'factor-range',
    name,
    `\`${name}\` must be one number, not ${text}.`,
    `'<' not supported between instances of '${pythonType(value)}' and 'int'`,
    {},
    'TypeError',
  );
}
