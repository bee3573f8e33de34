/** UpSampling in one to three dimensions. Sources: Keras `layers/reshaping/up_sampling*.py`. */
import type { Dim, Known, Shape } from '../../../graph/graph';
import {
  argumentError,
  certainlyNotInt,
  computeDtype,
  intOf,
  isPlainData,
  pythonType,
  requireDataFormat,
  requireTuple,
} from '../../arguments';
import { KerasError, type Config, type LayerDefinition, type TensorSpec } from '../../definition';
import { isKnownRank, mulDim, unknownDim } from '../../dims';
import { closest } from '../../names';
import { argumentText } from '../../pythonText';
import { signature } from '../../signature';
import { onlyInput, spec } from '../shared';

const INTERPOLATIONS = ['nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'];

function factors(config: Config, rank: number): Known<number>[] {
  return rank === 1 ? [intOf(config.value('size'))] : config.ints('size', rank);
}

function shapeOf(config: Config, rank: number, input: TensorSpec): Shape {
  const dims: readonly Dim[] = isKnownRank(input.shape)
    ? input.shape
    : Array<Dim>(rank + 2).fill(input.shape);
  const format = rank === 1 ? false : config.channelsFirst();
  const sizes = factors(config, rank);
  return dims.map((dim, i) => {
    if (format === null) return i === 0 ? dim : unknownDim('the data format is not known');
    const at = i - (format ? 2 : 1);
    if (at < 0 || at >= rank) return dim;
    const factor = sizes[at];
    if (factor !== null) return mulDim(dim, factor);
    return typeof dim === 'object' && dim.kind === 'open'
      ? { kind: 'open' }
      : unknownDim('`size` is not known', dim);
  });
}

/** UpSampling1D takes an int alone. */
function requireSize(config: Config): void {
  const value = config.value('size');
  const size = intOf(value);
  const text = argumentText(config, 'size');
  if (value.kind === 'bool' || (size === null && certainlyNotInt(value))) {
    if (config.kerasVersion === 2 && value.kind !== 'tuple' && value.kind !== 'list') return;
    argumentError(
      'tuple-argument',
      'size',
      `\`size\` must be an integer, not ${text}.`,
      `Expected an integer value for \`size\`, got <class '${value.kind}'>.`,
      { rank: 1 },
      'TypeError',
    );
  }
  if (size !== null && size <= 0) {
    argumentError(
      'tuple-argument',
      'size',
      `\`size\` must be positive, not ${text}.`,
      `Argument \`size\` should be a positive integer. Received: size=${text}`,
      { rank: 1 },
    );
  }
}

function upSampling(rank: 1 | 2 | 3): LayerDefinition {
  const twos = rank === 1 ? '2' : `(${Array(rank).fill('2').join(', ')})`;
  return {
    name: `UpSampling${rank}D`,
    parameters: signature(
      `size=${twos}${rank > 1 ? ', data_format=None' : ''}${rank === 2 ? ", interpolation='nearest'" : ''}`,
    ),
    configure(config) {
      if (rank === 1) requireSize(config);
      else {
        requireDataFormat(config);
        requireTuple(config, 'size', rank);
        if (rank === 2) requireText(config, 'interpolation');
      }
    },
    inputSpec: () => ({ ndim: rank + 2 }),
    call(context) {
      const { config } = context;
      const input = onlyInput(context);
      const interpolation =
        rank === 2 ? (config.string('interpolation')?.toLowerCase() ?? 'unknown') : 'nearest';
      if (rank === 2) checkInterpolation(config, context.report.bind(context));
      return {
        outputs: [spec(shapeOf(config, rank, input), computeDtype(config))],
        primitive: {
          op: 'upsample',
          factors: factors(config, rank),
          interpolation,
          channelsFirst: rank > 1 && config.channelsFirst() === true,
        },
      };
    },
    fallback: (config, [input]) => [spec(shapeOf(config, rank, input), computeDtype(config))],
  };
}

/** The name is put in lower case at once, which only text allows. */
function requireText(config: Config, name: string): void {
  const value = config.value(name);
  if (!isPlainData(value) && value.kind !== 'none') return;
  argumentError(
    'interpolation-name',
    name,
    `\`${name}\` must be a name, not ${argumentText(config, name)}.`,
    `'${pythonType(value)}' object has no attribute 'lower'`,
    {},
    'AttributeError',
  );
}

/** Keras takes any name when the model is built and fails when data runs through it. */
function checkInterpolation(config: Config, report: (error: KerasError) => void): void {
  const name = config.string('interpolation');
  if (name === null || INTERPOLATIONS.includes(name.toLowerCase())) return;
  const suggestion = closest(name, INTERPOLATIONS);
  report(
    new KerasError(
      'interpolation-name',
      `"${name}" is no interpolation${suggestion ? `. Did you mean "${suggestion}"?` : '.'}`,
      `Invalid \`interpolation\` argument. Expected one of {'nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'}. Received: interpolation=${name.toLowerCase()}`,
      {
        argument: 'interpolation',
        severity: 'warning',
        facts: { received: name, suggestion: suggestion ?? null },
      },
    ),
  );
}

export const upSamplings: readonly LayerDefinition[] = [upSampling(1), upSampling(2), upSampling(3)];
