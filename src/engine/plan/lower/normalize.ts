/** Lowers normalisations: batch normalisation to a scale and a shift per channel, the others to statistics and arithmetic. */
import { add, binary, input, mul, num, sub, unary } from '../../expression';
import { CannotRun, type PlanTensor, type WeightReader } from '../plan';
import { known, type LowerContext, type PrimitiveOf } from './context';

type Normalize = PrimitiveOf<'normalize'>;

export function lowerNormalize(context: LowerContext, primitive: Normalize): PlanTensor[] {
  switch (primitive.mode) {
    case 'batch':
      return [batch(context, primitive)];
    case 'layer':
      return [overAxes(context, primitive, false)];
    case 'rms':
      return [overAxes(context, primitive, true)];
    case 'group':
      return [group(context, primitive)];
    case 'instance':
      return [instance(context, primitive)];
    case 'unit': {
      const sum = context.builder.reduce(
        'sum',
        context.builder.map(unary('square', input(0)), [context.x]),
        primitive.axis,
        true,
      );
      return [
        context.builder.map(mul(input(0), binary('min', unary('rsqrt', input(1)), num(1e12))), [
          context.x,
          sum,
        ]),
      ];
    }
    default:
      throw new CannotRun(`a normalisation of kind “${primitive.mode}” cannot be computed here`);
  }
}

/** With the moving statistics, as when predicting: `x·scale + shift`. */
function batch(context: LowerContext, primitive: Normalize): PlanTensor {
  const { x, builder } = context;
  if (primitive.axis.length !== 1)
    throw new CannotRun('a batch normalisation over several axes cannot be computed here');
  const [axis] = primitive.axis;
  const channels = x.shape[axis];
  const id = (name: string): number => {
    const weight = context.findWeight(name);
    if (!weight) throw new CannotRun(`its weight “${name}” is not known`);
    return weight.id;
  };
  const mean = id('moving_mean');
  const variance = id('moving_variance');
  const gamma = primitive.scale ? id('gamma') : null;
  const beta = primitive.center ? id('beta') : null;
  const ids = [mean, variance, gamma, beta].filter((weight): weight is number => weight !== null);
  const shape = [channels, ...x.shape.slice(axis + 1).map(() => 1)];
  const deviation = (read: WeightReader, c: number): number =>
    Math.sqrt(read(variance)[c] + primitive.epsilon);
  const scale = builder.constant(
    shape,
    ids,
    (read) => read(variance).map((_, c) => (gamma === null ? 1 : read(gamma)[c]) / deviation(read, c)),
    (gradient, read) => (gamma === null ? [] : [[gamma, gradient.map((d, c) => d / deviation(read, c))]]),
  );
  const shift = builder.constant(
    shape,
    [],
    (read) =>
      read(mean).map(
        (value, c) =>
          (beta === null ? 0 : read(beta)[c]) -
          (value * (gamma === null ? 1 : read(gamma)[c])) / deviation(read, c),
      ),
    (gradient, read) => [
      ...(beta === null ? [] : [[beta, gradient] as const]),
      ...(gamma === null
        ? []
        : [[gamma, gradient.map((d, c) => (-d * read(mean)[c]) / deviation(read, c))] as const]),
    ],
  );
  return builder.map(add(mul(input(0), input(1)), input(2)), [x, scale, shift]);
}

/** Layer and RMS normalisation over the listed axes, which also have the weights. */
function overAxes(context: LowerContext, primitive: Normalize, rootMeanSquare: boolean): PlanTensor {
  const { x, builder } = context;
  const axes = primitive.axis;
  const shape = x.shape.map((length, d) => (axes.includes(d) ? length : 1));
  const normalized = rootMeanSquare
    ? builder.map(mul(input(0), unary('rsqrt', add(input(1), num(primitive.epsilon)))), [
        x,
        builder.reduce('mean', builder.map(unary('square', input(0)), [x]), axes, true),
      ])
    : standardize(context, x, axes, primitive.epsilon);
  return affine(
    context,
    primitive,
    normalized,
    shape,
    rootMeanSquare && context.hasWeight('scale') ? 'scale' : 'gamma',
  );
}

function standardize(
  context: LowerContext,
  x: PlanTensor,
  axes: readonly number[],
  epsilon: number,
): PlanTensor {
  const { builder } = context;
  const mean = builder.reduce('mean', x, axes, true);
  const variance = builder.reduce('var', x, axes, true);
  return builder.map(mul(sub(input(0), input(1)), unary('rsqrt', add(input(2), num(epsilon)))), [
    x,
    mean,
    variance,
  ]);
}

function affine(
  context: LowerContext,
  primitive: Normalize,
  x: PlanTensor,
  shape: readonly number[],
  gamma = 'gamma',
): PlanTensor {
  const scale = primitive.scale ? [context.weight(gamma, shape)] : [];
  const shift = primitive.center ? [context.weight('beta', shape)] : [];
  if (!scale.length && !shift.length) return x;
  const scaled = scale.length ? mul(input(0), input(1)) : input(0);
  return context.builder.map(shift.length ? add(scaled, input(scale.length + 1)) : scaled, [
    x,
    ...scale,
    ...shift,
  ]);
}

function group(context: LowerContext, primitive: Normalize): PlanTensor {
  const { x, builder } = context;
  const axis = primitive.axis[0];
  const channels = x.shape[axis];
  const given = known(primitive.groups, 'the number of groups');
  const groups = given === -1 ? channels : given;
  if (channels % groups !== 0)
    throw new CannotRun(`its ${channels} channels do not divide into ${groups} groups`);
  const split = [...x.shape.slice(0, axis), groups, channels / groups, ...x.shape.slice(axis + 1)];
  const reduced = split.map((_, d) => d).filter((d) => d !== 0 && d !== axis);
  const normalized = builder.reshape(
    standardize(context, builder.reshape(x, split), reduced, primitive.epsilon),
    x.shape,
  );
  return affine(
    context,
    primitive,
    normalized,
    x.shape.map((length, d) => (d === axis ? length : 1)),
  );
}

function instance(context: LowerContext, primitive: Normalize): PlanTensor {
  const { x } = context;
  const axis = primitive.axis[0];
  const reduced = x.shape.map((_, d) => d).filter((d) => d !== 0 && d !== axis);
  return affine(
    context,
    primitive,
    standardize(context, x, reduced, primitive.epsilon),
    x.shape.map((length, d) => (d === axis ? length : 1)),
  );
}
