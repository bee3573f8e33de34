/** ZeroPadding and Cropping in one to three dimensions. Sources: Keras `layers/reshaping/zero_padding*.py`, `cropping*.py`. */
import type { Dim, Known, Primitive, Shape } from '../../../graph/graph';
import {
  argumentError,
  certainlyNotInt,
  computeDtype,
  elementsOf,
  intOf,
  requireDataFormat,
  requireTuple,
} from '../../arguments';
import type { Config, LayerDefinition, TensorSpec } from '../../definition';
import { addToDim, isKnownRank, unknownDim } from '../../dims';
import { argumentText, tupleText, valueText } from '../../pythonText';
import { signature } from '../../signature';
import { onlyInput, spec } from '../shared';

type Pair = readonly [Known<number>, Known<number>];

/** Reads the amounts per axis: an int for all, an int or a pair for each. `check` raises Keras' errors for wrong ones. */
function amounts(config: Config, name: string, rank: number, check = false): readonly Pair[] {
  if (rank === 1) {
    const [before, after] = check ? requireTuple(config, name, 2, true) : config.ints(name, 2);
    return [[before, after]];
  }
  const value = config.value(name);
  const elements = elementsOf(value);
  const text = check ? argumentText(config, name) : '';
  if (!elements) {
    const all = intOf(value);
    if (check && all !== null && all < 0 && name === 'cropping') {
      argumentError(
        'border-argument',
        name,
        `\`${name}\` cannot be negative.`,
        `\`cropping\` cannot be negative. Received: cropping=${all}.`,
      );
    }
    if (check && certainlyNotInt(value) && ['float', 'none'].includes(value.kind)) {
      argumentError(
        'border-argument',
        name,
        `\`${name}\` must be an integer, ${rank} of them, or ${rank} pairs, not ${text}.`,
        eitherText(name, rank, text),
      );
    }
    return Array.from({ length: rank }, () => [all, all] as const);
  }
  if (check && elements.length !== rank) {
    argumentError(
      'border-argument',
      name,
      `\`${name}\` must have ${rank} entries, one for each axis, not ${elements.length}.`,
      rank === 2
        ? `\`${name}\` should have two elements. Received: ${name}=${text}.`
        : `\`${name}\` should have 3 elements. Received: ${text}.`,
      { rank },
    );
  }
  return Array.from({ length: rank }, (_, i) => {
    const entry = elements[i];
    if (entry === undefined) return [null, null] as const;
    const pair = elementsOf(entry);
    const ordinal = ['1st', '2nd', '3rd'][i];
    const wrong = (more = ''): never =>
      argumentError(
        'border-argument',
        name,
        `Each entry of \`${name}\` must be one integer or two, none negative, not ${valueText(config, entry)}.`,
        `The \`${ordinal} entry of ${name}\` argument must be a tuple of 2 integers. Received ${ordinal} entry of ${name}=${valueText(config, entry)}${more}`,
      );
    if (check && (pair ? pair.length !== 2 : certainlyNotInt(entry) && entry.kind !== 'list')) wrong();
    const values = pair ? [intOf(pair[0] ?? entry), intOf(pair[1] ?? entry)] : [intOf(entry), intOf(entry)];
    const negative = values.filter((n): n is number => n !== null && n < 0);
    if (check && negative.length)
      wrong(`, including values {${[...new Set(negative)].join(', ')}} that do not satisfy \`value >= 0\``);
    return [values[0], values[1]] as const;
  });
}

/** Keras' sentence for amounts of the wrong kind. */
function eitherText(name: string, rank: number, text: string): string {
  const [one, pairs] =
    rank === 2
      ? ['symmetric_height_crop, symmetric_width_crop', '(top_crop, bottom_crop), (left_crop, right_crop)']
      : name === 'padding'
        ? [
            'symmetric_dim1_pad, symmetric_dim2_pad, symmetric_dim3_pad',
            '(left_dim1_pad, right_dim1_pad), (left_dim2_pad, right_dim2_pad), (left_dim3_pad, right_dim2_pad)',
          ]
        : [
            'symmetric_dim1_crop, symmetric_dim2_crop, symmetric_dim3_crop',
            '(left_dim1_crop, right_dim1_crop), (left_dim2_crop, right_dim2_crop), (left_dim3_crop, right_dim2_crop)',
          ];
  const received = rank === 3 && name === 'cropping' ? text : `${name}=${text}`;
  return `\`${name}\` should be either an int, a tuple of ${rank} ints (${one}), or a tuple of ${rank} tuples of 2 ints (${pairs}). Received: ${received}.`;
}

/** First spatial axis; null when the data format is not known. Cropping1D has no data format. */
function firstAxis(config: Config, name: string): number | null {
  if (name === 'Cropping1D') return 1;
  const format = config.channelsFirst();
  return format === null ? null : format ? 2 : 1;
}

function shapeOf(
  config: Config,
  name: string,
  argument: string,
  rank: number,
  input: TensorSpec,
  sign: 1 | -1,
): Shape {
  const dims: readonly Dim[] = isKnownRank(input.shape)
    ? input.shape
    : Array<Dim>(rank + 2).fill(input.shape);
  const first = firstAxis(config, name);
  const pairs = amounts(config, argument, rank);
  return dims.map((dim, i) => {
    if (first === null) return i === 0 ? dim : unknownDim('the data format is not known');
    const pair = pairs[i - first];
    if (i < first || pair === undefined) return dim;
    if (pair[0] === null || pair[1] === null)
      return typeof dim === 'object' && dim.kind === 'open'
        ? dim
        : unknownDim(`\`${argument}\` is not known`, dim);
    return addToDim(dim, sign * (pair[0] + pair[1]));
  });
}

/** Amounts per tensor axis, batch and channels included. */
function perAxis(config: Config, name: string, argument: string, rank: number): Pair[] {
  const first = firstAxis(config, name) ?? 1;
  const pairs = amounts(config, argument, rank);
  return Array.from({ length: rank + 2 }, (_, i) => pairs[i - first] ?? [0, 0]);
}

function checkCrop(config: Config, name: string, rank: number, input: TensorSpec, output: Shape): void {
  if (!isKnownRank(output) || !isKnownRank(input.shape)) return;
  const first = firstAxis(config, name);
  if (first === null) return;
  const pairs = amounts(config, 'cropping', rank);
  for (let i = 0; i < rank; i++) {
    const left = output[first + i];
    if (typeof left !== 'number' || left > 0) continue;
    const text = rank === 1 ? tupleText(pairs[0]) : `(${pairs.map((pair) => tupleText(pair)).join(', ')})`;
    argumentError(
      'crop-too-large',
      'cropping',
      `Cropping takes away ${(pairs[i][0] ?? 0) + (pairs[i][1] ?? 0)} of ${tupleText([input.shape[first + i]]).slice(1, -2)}: nothing would be left.`,
      rank === 1
        ? `\`cropping\` parameter of \`Cropping1D\` layer must be smaller than the input length. Received: input_shape=${tupleText(input.shape)}, cropping=${text}`
        : `Values in \`cropping\` argument should be smaller than the corresponding spatial dimension of the input. Received: input_shape=${tupleText(input.shape)}, cropping=${text}`,
      { axis: first + i },
    );
  }
}

function border(kind: 'ZeroPadding' | 'Cropping', rank: 1 | 2 | 3): LayerDefinition {
  const name = `${kind}${rank}D`;
  const argument = kind === 'Cropping' ? 'cropping' : 'padding';
  const defaults =
    kind === 'Cropping'
      ? ['(1, 1)', '((0, 0), (0, 0))', '((1, 1), (1, 1), (1, 1))'][rank - 1]
      : ['1', '(1, 1)', '((1, 1), (1, 1), (1, 1))'][rank - 1];
  const hasFormat = name !== 'Cropping1D';
  const sign = kind === 'Cropping' ? -1 : 1;
  return {
    name,
    parameters: signature(`${argument}=${defaults}${hasFormat ? ', data_format=None' : ''}`),
    configure(config) {
      if (hasFormat) requireDataFormat(config);
      amounts(config, argument, rank, true);
    },
    inputSpec: () => ({ ndim: rank + 2 }),
    call(context) {
      const { config } = context;
      const input = onlyInput(context);
      const shape = shapeOf(config, name, argument, rank, input, sign);
      if (kind === 'Cropping') checkCrop(config, name, rank, input, shape);
      const pairs = perAxis(config, name, argument, rank);
      const primitive: Primitive =
        kind === 'Cropping'
          ? { op: 'crop', crops: pairs }
          : { op: 'pad', pads: pairs, mode: 'constant', value: 0 };
      return { outputs: [spec(shape, computeDtype(config))], primitive };
    },
    fallback(config, [input]) {
      const shape = shapeOf(config, name, argument, rank, input, sign);
      const lost = unknownDim('the cropping is larger than the input');
      return [
        spec(
          isKnownRank(shape) ? shape.map((dim) => (typeof dim === 'number' && dim <= 0 ? lost : dim)) : shape,
          computeDtype(config),
        ),
      ];
    },
  };
}

const RANKS = [1, 2, 3] as const;
export const borders: readonly LayerDefinition[] = RANKS.flatMap((rank) => [
  border('ZeroPadding', rank),
  border('Cropping', rank),
]);
