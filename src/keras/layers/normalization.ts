/** Batch, layer, group, RMS and unit normalization. Sources: Keras `layers/normalization/*.py`. */
import { isOpen, type Dim } from '../../graph/graph';
import {
  argumentError,
  certainlyNotInt,
  computeDtype,
  elementsOf,
  intOf,
  reasonFor,
  requireNames,
  requireNumber,
  variables,
} from '../arguments';
import { KerasError, type Config, type LayerDefinition, type TensorSpec } from '../definition';
import { isKnownRank, unknownDim } from '../dims';
import { argumentText, tupleText } from '../pythonText';
import { signature } from '../signature';
import { builtSpec, onlyInput, rememberAxes, spec } from './shared';

const AFFINE = [
  'beta_initializer',
  'gamma_initializer',
  'beta_regularizer',
  'gamma_regularizer',
  'beta_constraint',
  'gamma_constraint',
];
const AFFINE_TEXT = `center=True, scale=True, beta_initializer='zeros', gamma_initializer='ones'`;
const AFFINE_REST =
  'beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None';

/** The axes argument (an int or several) as given; an entry that is not known is null. */
function axesArgument(config: Config): readonly (number | null)[] {
  const value = config.value('axis');
  return (elementsOf(value) ?? [value]).map((element) =>
    element.kind === 'float' ? Math.trunc(element.value) : intOf(element),
  );
}

/** Axes as non-negative numbers, for a known rank; null when one is not known. Raises Keras' error for one that is not there. */
function resolveAxes(
  config: Config,
  rank: number,
  keras: (axis: number) => string,
  exception = 'ValueError',
): number[] | null {
  const axes: number[] = [];
  for (const axis of axesArgument(config)) {
    if (axis === null) return null;
    if (axis >= rank || axis < -rank) {
      argumentError(
        'axis-out-of-range',
        'axis',
        `The input has ${rank} axes: there is no axis ${axis}.`,
        keras(axis),
        { axis, rank },
        exception,
      );
    }
    axes.push(axis < 0 ? axis + rank : axis);
  }
  return axes;
}

const outOfBounds = (rank: number) => (axis: number) =>
  `axis ${axis} is out of bounds for an array with dimension ${rank}.`;

/** The primitive's axes when they can be worked out (errors were raised before). */
function primitiveAxes(config: Config, input: TensorSpec): number[] {
  if (!isKnownRank(input.shape)) return [];
  const rank = input.shape.length;
  return axesArgument(config).flatMap((axis) => (axis === null ? [] : [axis < 0 ? axis + rank : axis]));
}

function lengthAt(config: Config, input: TensorSpec, axis: number | null): Dim {
  if (!isKnownRank(input.shape)) return unknownDim(input.shape.reason);
  if (axis === null) return unknownDim(reasonFor(config, 'axis'));
  return input.shape[axis];
}

const centered = (config: Config): boolean => config.flag('center') !== false;
const scaled = (config: Config): boolean => config.flag('scale') !== false;

const batchNormalization: LayerDefinition = {
  name: 'BatchNormalization',
  parameters:
    signature(`axis=-1, momentum=0.99, epsilon=0.001, ${AFFINE_TEXT}, moving_mean_initializer='zeros',
    moving_variance_initializer='ones', ${AFFINE_REST}, renorm=False, renorm_clipping=None, renorm_momentum=0.99, synchronized=False`),
  callParameters: signature('inputs, training=None, mask=None'),
  configure(config) {
    const axis = config.value('axis');
    if (
      config.kerasVersion === 3 &&
      (axis.kind === 'tuple' || axis.kind === 'none' || (axis.kind === 'list' && axis.tail === null))
    ) {
      argumentError(
        'axis-invalid',
        'axis',
        `\`axis\` must be one integer, not ${argumentText(config, 'axis')}.`,
        `int() argument must be a string, a bytes-like object or a real number, not '${axis.kind === 'none' ? 'NoneType' : axis.kind}'`,
        {},
        'TypeError',
      );
    }
    for (const name of ['momentum', 'epsilon']) if (config.kerasVersion === 3) requireNumber(config, name);
    requireNames(config, ...AFFINE, 'moving_mean_initializer', 'moving_variance_initializer');
  },
  inputSpec: (config) => builtSpec(config, undefined),
  weights(config, [input]) {
    const rank = isKnownRank(input.shape) ? input.shape.length : null;
    const axes =
      rank === null ? null : resolveAxes(config, rank, () => 'tuple index out of range', 'IndexError');
    const lengths =
      axes === null ? [lengthAt(config, input, null)] : axes.map((axis) => lengthAt(config, input, axis));
    const weight = (name: string, trainable: boolean, argument: string) => ({
      name,
      shape: lengths,
      trainable,
      initializer: { argument },
    });
    const renorm = config.flag('renorm') === true;
    const specs = variables(
      scaled(config) && weight('gamma', true, 'gamma_initializer'),
      centered(config) && weight('beta', true, 'beta_initializer'),
      weight('moving_mean', false, 'moving_mean_initializer'),
      weight('moving_variance', false, 'moving_variance_initializer'),
      renorm && weight('moving_stddev', false, 'moving_variance_initializer'),
      renorm && weight('renorm_mean', false, 'moving_mean_initializer'),
      renorm && weight('renorm_stddev', false, 'moving_variance_initializer'),
    );
    if (rank !== null && axes !== null) {
      rememberAxes(config, { ndim: rank }, Object.fromEntries(axes.map((axis, i) => [axis, lengths[i]])));
    }
    return specs;
  },
  call(context) {
    const { config } = context;
    const input = onlyInput(context);
    return {
      outputs: [spec(input.shape, computeDtype(config))],
      primitive: {
        op: 'normalize',
        mode: 'batch',
        axis: primitiveAxes(config, input),
        epsilon: config.float('epsilon') ?? 0.001,
        center: centered(config),
        scale: scaled(config),
      },
    };
  },
  fallback: (config, [input]) => [spec(input.shape, computeDtype(config))],
  keras2: {
    parameters:
      signature(`axis=-1, momentum=0.99, epsilon=0.001, ${AFFINE_TEXT}, moving_mean_initializer='zeros',
      moving_variance_initializer='ones', ${AFFINE_REST}, renorm=False, renorm_clipping=None, renorm_momentum=0.99, synchronized=False,
      fused=None, virtual_batch_size=None, adjustment=None`),
  },
};

const layerNormalization: LayerDefinition = {
  name: 'LayerNormalization',
  parameters: signature(`axis=-1, epsilon=0.001, ${AFFINE_TEXT}, ${AFFINE_REST}, *, rms_scaling=False`),
  configure(config) {
    const axis = config.value('axis');
    if (axis.kind === 'float' || axis.kind === 'str' || axis.kind === 'none') {
      const text = argumentText(config, 'axis');
      argumentError(
        'axis-invalid',
        'axis',
        `\`axis\` must be an integer or several, not ${text}.`,
        `Expected an int or a list/tuple of ints for the argument 'axis', but received: ${text}`,
        {},
        'TypeError',
      );
    }
    requireNames(config, ...AFFINE);
  },
  weights(config, [input]) {
    const rank = isKnownRank(input.shape) ? input.shape.length : null;
    const axes = rank === null ? null : resolveAxes(config, rank, outOfBounds(rank));
    if (axes && new Set(axes).size !== axes.length) {
      argumentError(
        'axis-duplicate',
        'axis',
        'An axis is named twice.',
        `Duplicate axes are not allowed. Received: axis=${argumentText(config, 'axis')}`,
      );
    }
    const sorted = axes === null ? null : [...axes].sort((a, b) => a - b);
    const shape =
      sorted === null
        ? axesArgument(config).map(() => lengthAt(config, input, null))
        : sorted.map((axis) => lengthAt(config, input, axis));
    const rms = config.flag('rms_scaling') === true;
    return variables(
      (scaled(config) || rms) && { name: 'gamma', shape, initializer: { argument: 'gamma_initializer' } },
      centered(config) && !rms && { name: 'beta', shape, initializer: { argument: 'beta_initializer' } },
    );
  },
  call(context) {
    const { config } = context;
    const input = onlyInput(context);
    if (isKnownRank(input.shape)) resolveAxes(config, input.shape.length, outOfBounds(input.shape.length));
    return {
      outputs: [spec(input.shape, computeDtype(config))],
      primitive: {
        op: 'normalize',
        mode: 'layer',
        axis: primitiveAxes(config, input),
        epsilon: config.float('epsilon') ?? 0.001,
        center: centered(config),
        scale: scaled(config),
      },
    };
  },
  fallback: (config, [input]) => [spec(input.shape, computeDtype(config))],
};

function checkGroups(config: Config, input: TensorSpec, axis: number, dim: Dim): void {
  const shape = input.shape as readonly Dim[];
  if (typeof dim === 'object' && isOpen(dim)) {
    throw new KerasError(
      'open-dimension-weight',
      `GroupNormalization must know the length of axis ${axis}, which is open in ${tupleText(shape)}.`,
      `Axis ${argumentText(config, 'axis')} of input tensor should have a defined dimension but the layer received an input with shape ${tupleText(shape)}.`,
      { input: 0, facts: { axis } },
    );
  }
  const given = intOf(config.value('groups'));
  if (given === null || typeof dim !== 'number') return;
  const groups = given === -1 ? dim : given;
  if (dim < groups) {
    argumentError(
      'groups-more-than-channels',
      'groups',
      `There are more groups (${groups}) than channels (${dim}).`,
      `Number of groups (${groups}) cannot be more than the number of channels (${dim}).`,
      { groups, channels: dim },
    );
  }
  if (dim % groups !== 0) {
    argumentError(
      'groups-divide-channels',
      'groups',
      `${dim} channels cannot be shared out evenly among ${groups} groups.`,
      `Number of groups (${groups}) must be a multiple of the number of channels (${dim}).`,
      { groups, channels: dim },
    );
  }
}

const groupNormalization: LayerDefinition = {
  name: 'GroupNormalization',
  parameters: signature(`groups=32, axis=-1, epsilon=0.001, ${AFFINE_TEXT}, ${AFFINE_REST}`),
  configure(config) {
    const value = config.value('groups');
    const groups = intOf(value);
    if (groups === null ? certainlyNotInt(value) : groups <= 0 && groups !== -1) {
      const text = argumentText(config, 'groups');
      argumentError(
        'groups-invalid',
        'groups',
        `\`groups\` must be a positive integer or −1, not ${text}.`,
        `Received an invalid value for argument \`groups\`, expected a positive integer (or \`-1\` for instance normalization). Received: groups=${text}`,
        { received: text },
      );
    }
    requireNames(config, ...AFFINE);
  },
  inputSpec: (config) => builtSpec(config, undefined),
  weights(config, [input]) {
    const rank = isKnownRank(input.shape) ? input.shape.length : null;
    const axes =
      rank === null ? null : resolveAxes(config, rank, () => 'tuple index out of range', 'IndexError');
    const dim = lengthAt(config, input, axes ? axes[0] : null);
    if (axes) checkGroups(config, input, axes[0], dim);
    if (rank !== null && axes) rememberAxes(config, { ndim: rank }, { [axes[0]]: dim });
    return variables(
      scaled(config) && { name: 'gamma', shape: [dim], initializer: { argument: 'gamma_initializer' } },
      centered(config) && { name: 'beta', shape: [dim], initializer: { argument: 'beta_initializer' } },
    );
  },
  call(context) {
    const { config } = context;
    const input = onlyInput(context);
    const axis = primitiveAxes(config, input);
    const given = intOf(config.value('groups'));
    const dim = isKnownRank(input.shape) && axis.length ? input.shape[axis[0]] : undefined;
    const groups = given === -1 ? (typeof dim === 'number' ? dim : null) : given;
    return {
      outputs: [spec(input.shape, computeDtype(config))],
      primitive: {
        op: 'normalize',
        mode: given === -1 ? 'instance' : 'group',
        axis,
        groups,
        epsilon: config.float('epsilon') ?? 0.001,
        center: centered(config),
        scale: scaled(config),
      },
    };
  },
  fallback: (config, [input]) => [spec(input.shape, computeDtype(config))],
};

const axisOutOfBounds = (config: Config, input: TensorSpec) => (axis: number) =>
  `Axis ${axis} is out of bounds for input shape ${isKnownRank(input.shape) ? tupleText(input.shape) : ''}. Received: axis=${argumentText(config, 'axis')}`;

const rmsNormalization: LayerDefinition = {
  name: 'RMSNormalization',
  parameters: signature('axis=-1, epsilon=1e-06'),
  weights(config, [input]) {
    const rank = isKnownRank(input.shape) ? input.shape.length : null;
    const axes =
      rank === null ? null : resolveAxes(config, rank, () => 'tuple index out of range', 'IndexError');
    // Keras sorts the axes as given, negative ones first.
    const given = axesArgument(config);
    const order =
      axes === null
        ? null
        : axes.map((axis, i) => ({ axis, key: given[i] ?? axis })).sort((a, b) => a.key - b.key);
    const shape =
      order === null
        ? given.map(() => lengthAt(config, input, null))
        : order.map(({ axis }) => lengthAt(config, input, axis));
    return variables({ name: 'scale', shape, initializer: { name: 'ones' } });
  },
  call(context) {
    const { config } = context;
    const input = onlyInput(context);
    if (isKnownRank(input.shape)) resolveAxes(config, input.shape.length, axisOutOfBounds(config, input));
    return {
      outputs: [spec(input.shape, computeDtype(config))],
      primitive: {
        op: 'normalize',
        mode: 'rms',
        axis: primitiveAxes(config, input),
        epsilon: config.float('epsilon') ?? 1e-6,
        center: false,
        scale: true,
      },
    };
  },
  fallback: (config, [input]) => [spec(input.shape, computeDtype(config))],
};

const unitNormalization: LayerDefinition = {
  name: 'UnitNormalization',
  parameters: signature('axis=-1'),
  configure(config) {
    const axis = config.value('axis');
    if (axis.kind !== 'float' && axis.kind !== 'str' && axis.kind !== 'none') return;
    const text = argumentText(config, 'axis');
    argumentError(
      'axis-invalid',
      'axis',
      `\`axis\` must be an integer or several, not ${text}.`,
      `Invalid value for \`axis\` argument: expected an int or a list/tuple of ints. Received: axis=${text}`,
      {},
      'TypeError',
    );
  },
  call(context) {
    const { config } = context;
    const input = onlyInput(context);
    if (isKnownRank(input.shape)) resolveAxes(config, input.shape.length, axisOutOfBounds(config, input));
    return {
      outputs: [spec(input.shape, computeDtype(config))],
      primitive: {
        op: 'normalize',
        mode: 'unit',
        axis: primitiveAxes(config, input),
        epsilon: 1e-12,
        center: false,
        scale: false,
      },
    };
  },
  fallback: (config, [input]) => [spec(input.shape, computeDtype(config))],
};

export const normalizations: readonly LayerDefinition[] = [
  batchNormalization,
  layerNormalization,
  groupNormalization,
  rmsNormalization,
  unitNormalization,
];
