/** Lowers what only moves elements: reshape, transpose, concatenate, stack, split, pad, crop, slice, depth to space. */
import { CannotRun, type PlanTensor } from '../plan';
import { keepAxis } from '../builder';
import type { GatherAxis } from '../../ops';
import { sizeOf } from '../../ops';
import { isKnownRank } from '../../../keras/dims';
import { channelsLast, known, type LowerContext, type PrimitiveOf } from './context';

export function lowerReshape(context: LowerContext): PlanTensor[] {
  const { x } = context;
  return [context.builder.reshape(x, context.outputShape(sizeOf(x.shape)))];
}

export function lowerTranspose(context: LowerContext, primitive: PrimitiveOf<'transpose'>): PlanTensor[] {
  return [context.builder.transpose(context.x, primitive.perm)];
}

export function lowerConcat(context: LowerContext, primitive: PrimitiveOf<'concat'>): PlanTensor[] {
  const axis = primitive.axis < 0 ? primitive.axis + context.x.shape.length : primitive.axis;
  return [context.builder.concat(context.inputs, axis)];
}

export function lowerStack(context: LowerContext, primitive: PrimitiveOf<'stack'>): PlanTensor[] {
  const { builder } = context;
  const axis = primitive.axis < 0 ? primitive.axis + context.x.shape.length + 1 : primitive.axis;
  const expanded = context.inputs.map((tensor) =>
    builder.reshape(tensor, [...tensor.shape.slice(0, axis), 1, ...tensor.shape.slice(axis)]),
  );
  return [builder.concat(expanded, axis)];
}

export function lowerSplit(context: LowerContext, primitive: PrimitiveOf<'split'>): PlanTensor[] {
  const { x, builder } = context;
  const axis = primitive.axis < 0 ? primitive.axis + x.shape.length : primitive.axis;
  const count = context.node.outputs.length;
  // `unstack`: the parts lose the axis.
  const { shape } = context.graph.tensors[context.node.outputs[0]];
  const unstacks = isKnownRank(shape) && shape.length === x.shape.length - 1;
  const shaped = (part: PlanTensor): PlanTensor =>
    unstacks
      ? builder.reshape(
          part,
          part.shape.filter((_, d) => d !== axis),
        )
      : part;
  const lengths = context.node.outputs.map((_, index) => (unstacks ? 1 : context.outputLength(axis, index)));
  const equal = lengths.every((length) => length === null) && x.shape[axis] % count === 0;
  let start = 0;
  return lengths.map((given) => {
    const length = equal ? x.shape[axis] / count : known(given, 'the length of a part');
    start += length;
    if (start > x.shape[axis]) throw new CannotRun('its parts are longer than the axis');
    return shaped(builder.section(x, axis, start - length, length));
  });
}

export function lowerPad(context: LowerContext, primitive: PrimitiveOf<'pad'>): PlanTensor[] {
  const { x } = context;
  const value = primitive.value ?? context.given('constant_values') ?? 0;
  if (typeof value !== 'number') throw new CannotRun('the value it pads with is not known');
  const outside = primitive.mode === 'constant' ? 'value' : primitive.mode;
  const pads = x.shape.map((_, d) =>
    (primitive.pads[d] ?? [0, 0]).map((amount) => known(amount, 'the padding')),
  );
  const shape = x.shape.map((length, d) => length + pads[d][0] + pads[d][1]);
  const axes = x.shape.map((_, d): GatherAxis =>
    pads[d][0] === 0 && pads[d][1] === 0
      ? keepAxis(d)
      : { from: d, mul: 1, add: -pads[d][0], div: 1, outside },
  );
  return [context.builder.gather(x, shape, axes, value)];
}

export function lowerCrop(context: LowerContext, primitive: PrimitiveOf<'crop'>): PlanTensor[] {
  const { x } = context;
  const crops = x.shape.map((_, d) =>
    (primitive.crops[d] ?? [0, 0]).map((amount) => known(amount, 'the cropping')),
  );
  const shape = x.shape.map((length, d) => length - crops[d][0] - crops[d][1]);
  return [
    context.builder.gather(
      x,
      shape,
      x.shape.map((_, d) => ({ ...keepAxis(d), add: crops[d][0] })),
    ),
  ];
}

export function lowerSlice(context: LowerContext, primitive: PrimitiveOf<'slice'>): PlanTensor[] {
  const { x } = context;
  const axes: GatherAxis[] = [];
  const shape: number[] = [];
  for (const item of primitive.items) {
    const d = axes.length;
    if (item.kind === 'newAxis') {
      shape.push(1);
      continue;
    }
    const length = x.shape[d];
    if (length === undefined) throw new CannotRun('it has more indices than its input has axes');
    if (item.kind === 'index') {
      const index = known(item.index, 'an index');
      const place = index < 0 ? index + length : index;
      if (place < 0 || place >= length)
        throw new CannotRun(`index ${index} is outside an axis of length ${length}`);
      axes.push({ from: null, mul: 1, add: place, div: 1, outside: 'inside' });
      continue;
    }
    const step = known(item.step, 'a step');
    const count = known(context.outputLength(shape.length), 'how long a slice is');
    // A slice as long as its axis has one place to start from.
    const whole = count === length && Math.abs(step) === 1 ? (step < 0 ? length - 1 : 0) : null;
    const given = whole ?? known(item.start, 'where a slice starts');
    const start = given < 0 ? given + length : given;
    const last = start + step * (count - 1);
    if (count <= 0 || start < 0 || start >= length || last < 0 || last >= length)
      throw new CannotRun(`a slice does not fit an axis of length ${length}`);
    axes.push({ from: shape.length, mul: step, add: start, div: 1, outside: 'inside' });
    shape.push(count);
  }
  while (axes.length < x.shape.length) {
    shape.push(x.shape[axes.length]);
    axes.push(keepAxis(shape.length - 1));
  }
  const whole = axes.every((axis, d) =>
    axis.from === null
      ? x.shape[d] === 1
      : axis.mul === 1 && axis.add === 0 && shape[axis.from] === x.shape[d],
  );
  return [whole ? context.builder.reshape(x, shape) : context.builder.gather(x, shape, axes)];
}

export function lowerDepthSpace(
  context: LowerContext,
  primitive: PrimitiveOf<'depthToSpace' | 'spaceToDepth'>,
): PlanTensor[] {
  const { builder } = context;
  const { block } = primitive;
  return [
    channelsLast(builder, primitive.channelsFirst, context.x, (x) => {
      const [n, h, w, c] = x.shape;
      if (primitive.op === 'depthToSpace') {
        const depth = c / (block * block);
        const moved = builder.transpose(
          builder.reshape(x, [n, h, w, block, block, depth]),
          [0, 1, 3, 2, 4, 5],
        );
        return builder.reshape(moved, [n, h * block, w * block, depth]);
      }
      const split = builder.reshape(x, [n, h / block, block, w / block, block, c]);
      return builder.reshape(builder.transpose(split, [0, 1, 3, 2, 4, 5]), [
        n,
        h / block,
        w / block,
        block * block * c,
      ]);
    }),
  ];
}
