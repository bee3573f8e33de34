/**
 * Lowers up-sampling and resizing: nearest as a gather, the others as one matrix product per axis.
 * Half-pixel centres, weights renormalised at the borders. Source: Keras `image.resize` over `jax.image.resize`.
 */
import type { PlanTensor } from '../plan';
import { CannotRun } from '../plan';
import { keepAxis } from '../builder';
import { channelsLast, known, type LowerContext, type PrimitiveOf } from './context';
import { resample } from './windows';

export function lowerUpsample(context: LowerContext, primitive: PrimitiveOf<'upsample'>): PlanTensor[] {
  const factors = primitive.factors.map((factor) => known(factor, 'the factor'));
  return [
    channelsLast(context.builder, primitive.channelsFirst, context.x, (x) =>
      resizeTo(
        context,
        x,
        factors.map((factor, d) => factor * x.shape[d + 1]),
        primitive.interpolation,
      ),
    ),
  ];
}

export function lowerResize(context: LowerContext, primitive: PrimitiveOf<'resize'>): PlanTensor[] {
  const size = primitive.size.map((length) => known(length, 'the size'));
  const antialias = (context.layer?.config['antialias'] ?? context.given('antialias')) === true;
  for (const name of [
    'preserve_aspect_ratio',
    'align_corners',
    'crop_to_aspect_ratio',
    'pad_to_aspect_ratio',
  ])
    if (context.layer === null && context.given(name) === true)
      throw new CannotRun(`resizing with “${name}” cannot be computed here`);
  return [
    channelsLast(context.builder, primitive.channelsFirst, context.x, (x) =>
      resizeTo(context, x, size, primitive.interpolation, antialias),
    ),
  ];
}

/** `antialias`: a filter that shrinks is as wide as what it makes one of. */
export function resizeTo(
  context: LowerContext,
  x: PlanTensor,
  size: readonly number[],
  interpolation: string,
  antialias = false,
): PlanTensor {
  if (interpolation === 'nearest') {
    const shape = x.shape.map((length, d) => (d >= 1 && d <= size.length ? size[d - 1] : length));
    const axes = x.shape.map((length, d) =>
      shape[d] === length
        ? keepAxis(d)
        : { from: d, mul: 2 * length, add: length, div: 2 * shape[d], outside: 'inside' as const },
    );
    return context.builder.gather(x, shape, axes);
  }
  const filter = FILTERS[interpolation];
  if (!filter) throw new CannotRun(`the interpolation “${interpolation}” cannot be computed here`);
  return size.reduce(
    (tensor, length, d) =>
      length === tensor.shape[d + 1]
        ? tensor
        : resample(
            context,
            tensor,
            d + 1,
            filterMatrix(tensor.shape[d + 1], length, filter, antialias),
            length,
          ),
    x,
  );
}

interface Filter {
  readonly radius: number;
  weight(distance: number): number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const lanczos = (radius: number): Filter => ({
  radius,
  weight: (x) => (Math.abs(x) < radius ? sinc(x) * sinc(x / radius) : 0),
});

const FILTERS: Readonly<Record<string, Filter>> = {
  bilinear: { radius: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  /** Keys' cubic with a = −1/2. */
  bicubic: {
    radius: 2,
    weight(x) {
      const d = Math.abs(x);
      if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
      return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
    },
  },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};

/** `[output, input]` weights; each row sums to one. */
function filterMatrix(input: number, output: number, filter: Filter, antialias: boolean): Float32Array {
  const scale = antialias ? Math.max(input / output, 1) : 1;
  const matrix = new Float32Array(output * input);
  for (let o = 0; o < output; o++) {
    const centre = ((o + 0.5) * input) / output - 0.5;
    let total = 0;
    for (
      let i = Math.max(0, Math.ceil(centre - filter.radius * scale));
      i <= Math.min(input - 1, Math.floor(centre + filter.radius * scale));
      i++
    ) {
      matrix[o * input + i] = filter.weight((centre - i) / scale);
      total += matrix[o * input + i];
    }
    for (let i = 0; i < input; i++) matrix[o * input + i] /= total;
  }
  return matrix;
}
