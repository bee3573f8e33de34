/** Flatten, Reshape, Permute and RepeatVector. Sources: Keras `layers/reshaping/*.py`, `ops/operation_utils.py`. */
import { isOpen, isUnknown, type Dim, type Shape } from '../../../graph/graph';
import {
  argumentError,
  certainlyNotInt,
  computeDtype,
  elementsOf,
  intOf,
  reasonFor,
  requireDataFormat,
} from '../../arguments';
import { KerasError, type Config, type LayerDefinition, type TensorSpec } from '../../definition';
import { OPEN, combineDims, isKnownRank, product, unknownDim } from '../../dims';
import { argumentText, tupleText } from '../../pythonText';
import { signature } from '../../signature';
import { argumentDim, onlyInput, spec } from '../shared';

function flattenShape(input: TensorSpec): Shape {
  if (!isKnownRank(input.shape)) {
    // Whatever its rank, two axes come out.
    return [unknownDim(input.shape.reason), unknownDim(input.shape.reason)];
  }
  return [input.shape[0], product(input.shape.slice(1))];
}

const flatten: LayerDefinition = {
  name: 'Flatten',
  parameters: signature('data_format=None'),
  configure: requireDataFormat,
  inputSpec: () => ({ minNdim: 1 }),
  call(context) {
    const { config } = context;
    const input = onlyInput(context);
    const output = spec(flattenShape(input), input.dtype);
    const rank = isKnownRank(input.shape) ? input.shape.length : null;
    if (config.channelsFirst() === true && rank !== null && rank > 2) {
      // Channels go last first, so that the order of the result does not depend on the data format.
      const perm = [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
      const shape = input.shape as readonly Dim[];
      const [turned] = context.step({
        type: 'Transpose',
        primitive: { op: 'transpose', perm },
        inputs: [input],
        outputs: [
          spec(
            perm.map((axis) => shape[axis]),
            input.dtype,
          ),
        ],
      });
      return {
        outputs: context.step({
          type: 'Reshape',
          primitive: { op: 'reshape' },
          inputs: [turned],
          outputs: [output],
        }),
      };
    }
    return { outputs: [output], primitive: { op: 'reshape' } };
  },
  fallback: (_config, [input]) => [spec(flattenShape(input), input.dtype)],
};

/** An entry of a target shape: a length, −1, Keras' None, or not known. */
type Entry = number | 'open' | { readonly dim: Dim };

function targetEntries(config: Config, name: string): readonly Entry[] | null {
  const elements = elementsOf(config.value(name));
  if (!elements) return null;
  return elements.map((element): Entry => {
    const length = intOf(element);
    if (length !== null) return length;
    // Keras 3 takes a length that is no integer for one that is open.
    if (element.kind === 'none' || (element.kind === 'float' && config.kerasVersion === 3)) return 'open';
    if (element.kind === 'symbolic') return { dim: { kind: 'open', formula: element.expr } };
    return { dim: unknownDim(element.kind === 'unknown' ? element.reason : reasonFor(config, name)) };
  });
}

function checkTarget(config: Config): void {
  const value = config.value('target_shape');
  const text = argumentText(config, 'target_shape');
  if (['int', 'float', 'none', 'bool'].includes(value.kind)) {
    argumentError(
      'target-shape',
      'target_shape',
      `\`target_shape\` must be a tuple, such as (${text},).`,
      `'${value.kind === 'none' ? 'NoneType' : value.kind}' object is not iterable`,
      { suggestion: `(${text},)` },
      'TypeError',
    );
  }
  const entries = targetEntries(config, 'target_shape');
  if (!entries) return;
  if (entries.some((entry) => typeof entry === 'number' && entry < -1)) {
    argumentError(
      'target-shape',
      'target_shape',
      'A length must not be negative; −1 stands for one length to be worked out.',
      `Each dimension in \`target_shape\` must be a non-negative integer, or \`-1\` for a single unknown dimension. Received: target_shape=${text}.`,
    );
  }
  if (entries.filter((entry) => entry === -1).length > 1) {
    argumentError(
      'reshape-two-unknown',
      'target_shape',
      'Only one length can be −1: the others must be given.',
      `There must be at most one unknown dimension (-1) in \`target_shape\`. Received: target_shape=${text}.`,
    );
  }
}

/**
 * Shape after a reshape of `dims` (without the batch axis) to `entries`. Raises KerasError when the sizes cannot agree.
 * As in Keras, an open length anywhere makes −1 open; a formula is kept for it where there is one.
 */
export function reshapedDims(dims: readonly Dim[], entries: readonly Entry[], argument: string): Dim[] {
  const given = entries.map((entry): Dim =>
    entry === 'open' ? OPEN : typeof entry === 'number' ? entry : entry.dim,
  );
  const at = entries.indexOf(-1);
  const size = product(dims);
  const rest = product(given.filter((_, i) => i !== at));
  const quote = `input_shape=${tupleText(dims)}, ${argument}=${tupleText(given)}`;
  // Keras gives up as soon as anything is open, though a formula may still tell the length.
  const open = [...dims, ...given].some((dim) => typeof dim === 'object' && isOpen(dim));
  if (at < 0) {
    if (!open && typeof size === 'number' && typeof rest === 'number' && size !== rest)
      throw sizeError(dims, given, size, rest, quote, argument, false);
    return given;
  }
  if (open) return given.map((dim, i) => (i === at ? openQuotient(size, rest) : dim));
  if (typeof size !== 'number' || typeof rest !== 'number') {
    const lost = [size, rest].find((dim) => isUnknown(dim));
    return given.map((dim, i) =>
      i === at ? unknownDim('a length that goes into it is not known', lost) : dim,
    );
  }
  if (rest === 0 || size % rest !== 0) throw sizeError(dims, given, size, rest, quote, argument, true);
  return given.map((dim, i) => (i === at ? size / rest : dim));
}

/** −1 against open lengths stays open, with the quotient's formula where it is known. */
function openQuotient(size: Dim, rest: Dim): Dim {
  const quotient = combineDims('//', size, rest);
  return typeof quotient === 'number'
    ? { kind: 'open', formula: quotient }
    : isUnknown(quotient)
      ? OPEN
      : quotient;
}

function sizeError(
  dims: readonly Dim[],
  target: readonly Dim[],
  size: number,
  rest: number,
  quote: string,
  argument: string,
  unknown: boolean,
): KerasError {
  return new KerasError(
    'reshape-size',
    unknown
      ? `${size} elements ${tupleText(dims)} cannot be arranged as ${tupleText(target)}: ${size} is not divisible by ${rest}.`
      : `${size} elements ${tupleText(dims)} cannot be arranged as ${tupleText(target)}, which has ${rest}.`,
    unknown
      ? `The total size of the tensor must be unchanged, however, the input size cannot by divided by the specified dimensions in ${argument}. Received: ${quote}`
      : `The total size of the tensor must be unchanged. Received: ${quote}`,
    { argument, input: 0, facts: { size, target: rest } },
  );
}

function reshapeOutput(config: Config, input: TensorSpec, lenient: boolean): Shape {
  const entries = targetEntries(config, 'target_shape');
  if (!entries) return { kind: 'unknown', reason: reasonFor(config, 'target_shape') };
  const batch: Dim = isKnownRank(input.shape) ? (input.shape[0] ?? OPEN) : unknownDim(input.shape.reason);
  const dims: readonly Dim[] = isKnownRank(input.shape)
    ? input.shape.slice(1)
    : [unknownDim(input.shape.reason)];
  if (!lenient) return [batch, ...reshapedDims(dims, entries, 'target_shape')];
  const lost = unknownDim('the sizes do not fit');
  return [
    batch,
    ...entries.map((entry): Dim =>
      entry === -1 ? lost : entry === 'open' ? OPEN : typeof entry === 'number' ? entry : entry.dim,
    ),
  ];
}

const reshape: LayerDefinition = {
  name: 'Reshape',
  parameters: signature('target_shape'),
  configure: checkTarget,
  call(context) {
    const input = onlyInput(context);
    return {
      outputs: [spec(reshapeOutput(context.config, input, false), input.dtype)],
      primitive: { op: 'reshape' },
    };
  },
  fallback: (config, [input]) => [spec(reshapeOutput(config, input, true), input.dtype)],
};

function permutation(config: Config): (number | null)[] | null {
  return elementsOf(config.value('dims'))?.map((element) => intOf(element)) ?? null;
}

function permuted(config: Config, input: TensorSpec): Shape {
  const dims = permutation(config);
  if (!dims) return { kind: 'unknown', reason: reasonFor(config, 'dims') };
  const lost = unknownDim(isKnownRank(input.shape) ? reasonFor(config, 'dims') : input.shape.reason);
  const shape = isKnownRank(input.shape) && input.shape.length === dims.length + 1 ? input.shape : null;
  return [
    shape ? shape[0] : lost,
    ...dims.map((axis) => (shape && axis !== null ? (shape[axis] ?? lost) : lost)),
  ];
}

function outOfOrder(text: string, count: number | null): never {
  argumentError(
    'permute-dims',
    'dims',
    count === null
      ? `\`dims\` must be a tuple of axes, not ${text}.`
      : `\`dims\` must name each axis from 1 to ${count} once (0, the batch axis, stays where it is).`,
    `Invalid permutation argument \`dims\` for Permute Layer. The set of indices in \`dims\` must be consecutive and start from 1. Received dims=${text}`,
  );
}

const permute: LayerDefinition = {
  name: 'Permute',
  parameters: signature('dims'),
  configure(config) {
    const dims = permutation(config);
    const text = argumentText(config, 'dims');
    if (!dims) {
      const { kind } = config.value('dims');
      if (kind === 'int' || kind === 'float' || kind === 'none') {
        argumentError(
          'permute-dims',
          'dims',
          '`dims` must be a tuple of axes.',
          `'${kind === 'none' ? 'NoneType' : kind}' object is not iterable`,
          {},
          'TypeError',
        );
      }
      if (kind === 'str') outOfOrder(text, null);
      return;
    }
    if (elementsOf(config.value('dims'))?.some(({ kind }) => kind === 'str')) outOfOrder(text, dims.length);
    if (dims.some((axis) => axis === null)) return;
    if ([...dims].sort((a, b) => (a as number) - (b as number)).every((axis, i) => axis === i + 1)) return;
    outOfOrder(text, dims.length);
  },
  inputSpec(config) {
    const dims = permutation(config);
    return dims ? { ndim: dims.length + 1 } : undefined;
  },
  call(context) {
    const input = onlyInput(context);
    const dims = permutation(context.config);
    const known = dims?.every((axis) => axis !== null) ? (dims as number[]) : null;
    return {
      outputs: [spec(permuted(context.config, input), input.dtype)],
      primitive: known
        ? { op: 'transpose', perm: [0, ...known] }
        : { op: 'opaque', reason: reasonFor(context.config, 'dims') },
    };
  },
  fallback: (config, [input]) => [spec(permuted(config, input), input.dtype)],
};

function repeated(config: Config, input: TensorSpec): Shape {
  const n = argumentDim(config, 'n', intOf(config.value('n')));
  const shape = isKnownRank(input.shape) ? input.shape : [input.shape, input.shape];
  const lost = unknownDim('the input has the wrong number of axes');
  return [shape[0] ?? lost, n, shape.length === 2 ? shape[1] : lost];
}

const repeatVector: LayerDefinition = {
  name: 'RepeatVector',
  parameters: signature('n'),
  configure(config) {
    const value = config.value('n');
    const text = argumentText(config, 'n');
    if (value.kind === 'bool' || certainlyNotInt(value)) {
      argumentError(
        'repeat-count',
        'n',
        `\`n\` must be an integer, not ${text}.`,
        `Expected an integer value for \`n\`, got <class '${value.kind === 'none' ? 'NoneType' : value.kind}'>.`,
        {},
        'TypeError',
      );
    }
    const n = intOf(value);
    if (n !== null && n <= 0)
      argumentError(
        'repeat-count',
        'n',
        '`n` must be positive.',
        `Argument \`n\` should be a positive integer. Received: n=${n}`,
      );
  },
  inputSpec: () => ({ ndim: 2 }),
  call(context) {
    const { config } = context;
    const input = onlyInput(context);
    const shape = repeated(config, input);
    const dtype = computeDtype(config);
    const [batch, , features] = shape as readonly Dim[];
    const [row] = context.step({
      type: 'Reshape',
      primitive: { op: 'reshape' },
      inputs: [input],
      outputs: [spec([batch, 1, features], dtype)],
    });
    return {
      outputs: context.step({
        type: 'Repeat',
        primitive: {
          op: 'upsample',
          factors: [intOf(config.value('n'))],
          interpolation: 'nearest',
          channelsFirst: false,
        },
        inputs: [row],
        outputs: [spec(shape, dtype)],
      }),
    };
  },
  fallback: (config, [input]) => [spec(repeated(config, input), computeDtype(config))],
};

export const reshapings: readonly LayerDefinition[] = [flatten, reshape, permute, repeatVector];
