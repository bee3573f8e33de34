/** Normalization: by moments that are given or learnt from data. Source: Keras `layers/preprocessing/normalization.py`. */
import { isOpen, type Dim, type Shape } from '../../../graph/graph';
import type { Value } from '../../../python/values';
import {
  argumentError,
  computeDtype,
  elementsOf,
  intOf,
  numberOf,
  reasonFor,
  variables,
} from '../../arguments';
import { KerasError, type Config, type LayerDefinition, type TensorSpec } from '../../definition';
import { isKnownRank } from '../../dims';
import { argumentText, tupleText } from '../../pythonText';
import { signature } from '../../signature';
import { onlyInput, spec } from '../shared';

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

/** Lengths of nested lists of numbers (`()` for a number); null when not known or not regular. */
function literalShape(value: Value): readonly number[] | null {
  if (numberOf(value) !== null) return [];
  const items = elementsOf(value);
  if (!items) return null;
  const inner = items.map(literalShape);
  const [first] = inner;
  if (first === undefined) return [0];
  return first !== null && inner.every((shape) => shape !== null && String(shape) === String(first))
    ? [items.length, ...first]
    : null;
}

/** Mean and variance given: of one shape, with no more axes than are kept. */
function checkMoments(config: Config): void {
  const [mean, variance] = ['mean', 'variance'].map((name) => literalShape(config.value(name)));
  if (mean === null || variance === null || config.kerasVersion === 2) return;
  if (String(mean) !== String(variance) || mean.length !== variance.length)
    argumentError(
      'normalization-moments',
      'variance',
      `\`mean\` and \`variance\` must have the same shape, but have ${tupleText(mean)} and ${tupleText(variance)}.`,
      `When setting values directly, \`mean\` and \`variance\` must have the same shape. Received: mean shape ${tupleText(mean)} and variance shape ${tupleText(variance)}`,
    );
  const axis = config.value('axis');
  const axes = axis.kind === 'none' ? 0 : (elementsOf(axis)?.length ?? (intOf(axis) === null ? null : 1));
  if (axes !== null && mean.length > axes)
    argumentError(
      'normalization-moments',
      'mean',
      `\`mean\` has ${mean.length} axes, but only ${axes} ${axes === 1 ? 'is' : 'are'} kept.`,
      `The rank of \`mean\` must be less than or equal to the number of axes (${axes}). Received: mean shape ${tupleText(mean)} for axis ${argumentText(config, 'axis')}`,
    );
}

/** The mean is spread over the kept axes from the right: each of its lengths must be the input's, or 1. */
function checkSpread(config: Config, input: TensorSpec, axes: readonly number[]): void {
  const mean = literalShape(config.value('mean'));
  if (mean === null || !isKnownRank(input.shape) || config.kerasVersion === 2) return;
  for (let i = 1; i <= Math.min(mean.length, axes.length); i++) {
    const found = mean[mean.length - i];
    const wanted = input.shape[axes[axes.length - i]];
    if (typeof wanted !== 'number' || found === wanted || found === 1) continue;
    throw new KerasError(
      'normalization-moments',
      `\`mean\` has ${found} entries for an axis of ${wanted}.`,
      `Incompatible shapes for broadcasting: ${tupleText(mean)} and requested shape ${tupleText(axes.map((axis) => (input.shape as readonly Dim[])[axis]))}`,
      { argument: 'mean', input: 0 },
    );
  }
}

export const normalization: LayerDefinition = {
  name: 'Normalization',
  parameters: signature('axis=-1, mean=None, variance=None, invert=False'),
  configure(config) {
    const [mean, variance] = [config.value('mean'), config.value('variance')];
    if (mean.kind === 'unknown' || variance.kind === 'unknown') return;
    if ((mean.kind === 'none') === (variance.kind === 'none')) return checkMoments(config);
    argumentError(
      'normalization-moments',
      mean.kind === 'none' ? 'variance' : 'mean',
      '`mean` and `variance` must be given together.',
      `When setting values directly, both \`mean\` and \`variance\` must be set. Received: mean=${argumentText(config, 'mean')} and variance=${argumentText(config, 'variance')}`,
    );
  },
  weights(config, [input]) {
    const axes = keptAxes(config, input);
    if (axes !== null) checkSpread(config, input, axes);
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
