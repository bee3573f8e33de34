/** Operations that move elements about: reshape, transpose, join, split, pad, repeat, resize. */
import { isOpen, isUnknown, type Dim, type Shape } from '../../graph/graph';
import { dimToLength, shapeToValue, toUnknown, valueToDim, valueToShape } from '../model/shapes';
import { asTensor } from '../model/structure';
import type { Value } from '../../python/values';
import { KerasError, type TensorRef } from '../definition';
import {
  OPEN,
  addToDim,
  combineDims,
  dimsEqual,
  floorDivideDim,
  formatShape,
  isKnownRank,
  mulDim,
  product,
} from '../dims';
import { dtypeOf } from './operators';
import type { OpContext, OpDefinition } from './opFunction';
import { Lost, axisOf, needs, rule } from './opRule';
import type { OpResult } from './record';
import { axesOf } from './reduceOps';

const moved = (shape: Shape, dtype: string | null): OpResult => ({
  outputs: [{ shape, dtype }],
  primitive: { op: 'reshape' },
});

/** `reshape(x, shape)` with one −1; an open total leaves the −1 open. */
export function reshaped(shape: readonly Dim[], target: readonly Dim[]): readonly Dim[] {
  const at = target.findIndex((dim) => dim === -1);
  if (at < 0) {
    const before = product(shape);
    const after = product(target);
    if (dimsEqual(before, after) === false) throw sizeError(shape, target);
    return target;
  }
  const rest = product(target.filter((_, i) => i !== at));
  const total = product(shape);
  if (isUnknown(total)) return target.map((dim, i) => (i === at ? total : dim));
  if (isUnknown(rest)) return target.map((dim, i) => (i === at ? rest : dim));
  if (typeof total === 'number' && typeof rest === 'number') {
    if (rest === 0 || total % rest !== 0) throw sizeError(shape, target);
    return target.map((dim, i) => (i === at ? total / rest : dim));
  }
  // Keras infers nothing from open lengths, even where they would cancel out.
  const inferred = combineDims('//', total, rest);
  return target.map((dim, i) => (i === at ? (typeof inferred === 'number' ? OPEN : inferred) : dim));
}

function sizeError(shape: readonly Dim[], target: readonly Dim[]): KerasError {
  return new KerasError(
    'reshape-size',
    `${formatShape(shape)} has another number of elements than ${formatShape(target)}`,
    `cannot reshape array of shape ${formatShape(shape)} into shape ${formatShape(target)}`,
    {
      callArgument: 'newshape',
      facts: { from: formatShape(shape), to: formatShape(target) },
    },
  );
}

function joined(context: OpContext, stack: boolean, fixed?: number): OpResult {
  const { params, recorder, machine } = context;
  const items = machine.iterate(params['xs']);
  if (items === undefined || items.tail !== null) throw new Lost('the tensors to join are not known', null);
  const refs = items.items.map((value) => asTensor(recorder, value));
  if (refs.length === 0 || refs.some((ref) => ref === undefined))
    throw new Lost('the tensors to join are not known', null);
  const known = refs.map((ref) => ref!);
  const dtype = dtypeOf(recorder, 'promote', known);
  const unknownShape = known.find((ref) => !isKnownRank(ref.shape));
  if (unknownShape !== undefined) throw new Lost((unknownShape.shape as { reason: string }).reason, dtype);
  const shapes = known.map((ref) => ref.shape as readonly Dim[]);
  const rank = shapes[0].length;
  const axis = fixed ?? axisOf(params['axis'], rank, shapes[0], stack ? 1 : 0);
  if (axis === null) throw new Lost('the axis is not known', dtype);
  if (shapes.some((shape) => shape.length !== rank)) throw mismatch(shapes, axis, stack);
  const dims = shapes[0].map((dim, i) => {
    if (i === axis && !stack) return dim;
    let best = dim;
    for (const shape of shapes.slice(1)) {
      if (dimsEqual(best, shape[i]) === false) throw mismatch(shapes, axis, stack);
      if (typeof best !== 'number' && typeof shape[i] === 'number') best = shape[i];
    }
    return best;
  });
  if (stack) {
    dims.splice(axis, 0, shapes.length);
    return { outputs: [{ shape: dims, dtype }], primitive: { op: 'stack', axis } };
  }
  dims[axis] = shapes.map((shape) => shape[axis]).reduce((a, b) => combineDims('+', a, b));
  return { outputs: [{ shape: dims, dtype }], primitive: { op: 'concat', axis } };
}

function mismatch(shapes: readonly (readonly Dim[])[], axis: number, stack: boolean): KerasError {
  const text = shapes.map((shape) => formatShape(shape)).join(', ');
  return new KerasError(
    stack ? 'stack-shape' : 'concat-shape',
    stack
      ? `tensors to stack must have equal shapes, not ${text}`
      : `tensors to concatenate along axis ${axis} must agree on all other axes, not ${text}`,
    `Every value in \`xs\` must have the same shape${stack ? '' : ' except on the `axis` dim'}. But found element of shape [${text}]`,
    {
      facts: { axis, shapes: text },
    },
  );
}

function split(context: OpContext): OpResult {
  const x = needs(context);
  const { params, machine } = context;
  const sections = params['indices_or_sections'];
  const axis = axisOf(params['axis'], x.shape.length, x.shape);
  if (axis === null) throw new Lost('the axis is not known', x.dtype);
  const make = (lengths: readonly Dim[]): OpResult => ({
    outputs: lengths.map((length) => ({
      shape: x.shape.map((dim, i) => (i === axis ? length : dim)),
      dtype: x.dtype,
    })),
    structure: 'list',
    primitive: { op: 'split', axis },
  });
  if (sections.kind === 'int') {
    const length = x.shape[axis];
    if (typeof length === 'number' && length % sections.value !== 0) {
      throw new KerasError(
        'split-size',
        `${length} elements cannot be split into ${sections.value} equal parts`,
        `\`x\` size on given \`axis\` must be divisible by \`indices_or_sections\` when \`indices_or_sections\` is an int. But received ${length} and ${sections.value}.`,
        { facts: { length, parts: sections.value } },
      );
    }
    return make(Array.from({ length: sections.value }, () => floorDivideDim(length, sections.value)));
  }
  const items = machine.iterate(sections);
  if (items === undefined || items.tail !== null || !items.items.every((item) => item.kind === 'int'))
    throw new Lost('the parts of this split are not known', x.dtype);
  const numbers = items.items.map((item) => (item as { value: number }).value);
  // TensorFlow gives the lengths of the parts, Keras and NumPy the indices where they begin.
  if (params['sizes'] !== undefined && params['sizes'].kind === 'bool' && params['sizes'].value) {
    const rest =
      typeof x.shape[axis] === 'number'
        ? (x.shape[axis] as number) - numbers.filter((size) => size >= 0).reduce((a, b) => a + b, 0)
        : null;
    return make(numbers.map((size) => (size >= 0 ? size : (rest ?? OPEN))));
  }
  const cuts = [0, ...numbers];
  return make(
    cuts.map((from, i) => (i + 1 < cuts.length ? cuts[i + 1] - from : addToDim(x.shape[axis], -from))),
  );
}

function transposed(context: OpContext): OpResult {
  const x = needs(context);
  const { params, machine } = context;
  const rank = x.shape.length;
  const axes = params['axes'];
  const items = axes.kind === 'none' ? undefined : machine.iterate(axes)?.items;
  const perm =
    axes.kind === 'none'
      ? Array.from({ length: rank }, (_, i) => rank - 1 - i)
      : items?.map((item) => (item.kind === 'int' ? (item.value < 0 ? item.value + rank : item.value) : NaN));
  if (perm === undefined || perm.some(Number.isNaN))
    throw new Lost('the order of the axes is not known', x.dtype);
  if (perm.length !== rank || new Set(perm).size !== rank || perm.some((axis) => axis < 0 || axis >= rank)) {
    throw new KerasError(
      'transpose-axes',
      `axes ${perm.join(', ')} do not fit a tensor with ${rank} axes`,
      `axes must be a list of the same length as the input shape, expected ${rank}, but received ${perm.length}.`,
      { callArgument: 'axes', facts: { rank } },
    );
  }
  return {
    outputs: [{ shape: perm.map((axis) => x.shape[axis]), dtype: x.dtype }],
    primitive: { op: 'transpose', perm },
  };
}

function permuted(x: TensorRef & { readonly shape: readonly Dim[] }, perm: readonly number[]): OpResult {
  return {
    outputs: [{ shape: perm.map((axis) => x.shape[axis]), dtype: x.dtype }],
    primitive: { op: 'transpose', perm },
  };
}

function pad(context: OpContext): OpResult {
  const x = needs(context);
  const { params, machine } = context;
  const width = params['pad_width'];
  const mode = params['mode'];
  const rows =
    width.kind === 'int'
      ? x.shape.map(() => [width, width])
      : machine
          .iterate(width)
          ?.items.map((item) => (item.kind === 'int' ? [item, item] : (machine.iterate(item)?.items ?? [])));
  if (rows === undefined) throw new Lost('the padding is not known', x.dtype);
  const all = rows.length === 1 && x.shape.length > 1 ? x.shape.map(() => rows[0]) : rows;
  const pads = x.shape.map(
    (_, axis) => [known(all[axis]?.[0]), known(all[axis]?.[1] ?? all[axis]?.[0])] as const,
  );
  const dims = x.shape.map((dim, axis) => {
    const [before, after] = pads[axis];
    return before === null || after === null
      ? ({ kind: 'unknown', reason: 'the padding is not known' } as const)
      : addToDim(dim, before + after);
  });
  const name = mode.kind === 'str' ? mode.value.toLowerCase() : 'constant';
  const modes = ['constant', 'reflect', 'symmetric', 'edge', 'circular'] as const;
  return {
    outputs: [{ shape: dims, dtype: x.dtype }],
    primitive: { op: 'pad', pads, mode: modes.find((entry) => entry === name) ?? 'constant' },
  };
}

function known(value: Value | undefined): number | null {
  return value?.kind === 'int' ? value.value : null;
}

function repeated(context: OpContext, tile: boolean): OpResult {
  const x = needs(context);
  const { params, machine } = context;
  const count = params['repeats'];
  if (tile) {
    const items = count.kind === 'int' ? [count] : machine.iterate(count)?.items;
    const factors = items?.map((item) => valueToDim(item));
    if (factors === undefined || factors.some((factor) => factor === undefined))
      throw new Lost('the number of repeats is not known', x.dtype);
    const rank = Math.max(factors.length, x.shape.length);
    const dims = Array.from({ length: rank }, (_, i) =>
      combineDims('*', x.shape[i - rank + x.shape.length] ?? 1, factors[i - rank + factors.length] ?? 1),
    );
    return {
      outputs: [{ shape: dims, dtype: x.dtype }],
      primitive: { op: 'opaque', reason: 'tiles its input' },
    };
  }
  const axis = params['axis'].kind === 'none' ? null : axisOf(params['axis'], x.shape.length, x.shape);
  if (count.kind !== 'int') throw new Lost('the number of repeats is not known', x.dtype);
  if (params['axis'].kind === 'none')
    return {
      outputs: [{ shape: [mulDim(product(x.shape), count.value)], dtype: x.dtype }],
      primitive: { op: 'opaque', reason: 'repeats elements' },
    };
  if (axis === null) throw new Lost('the axis is not known', x.dtype);
  const primitive: OpResult['primitive'] =
    x.shape.length === 4 && (axis === 1 || axis === 2)
      ? {
          op: 'upsample',
          factors: axis === 1 ? [count.value, 1] : [1, count.value],
          interpolation: 'nearest',
          channelsFirst: false,
        }
      : { op: 'opaque', reason: 'repeats elements' };
  return {
    outputs: [
      { shape: x.shape.map((dim, i) => (i === axis ? mulDim(dim, count.value) : dim)), dtype: x.dtype },
    ],
    primitive,
  };
}

function resize(context: OpContext): OpResult {
  const x = needs(context);
  const { params } = context;
  const size = params['size'].kind === 'unknown' ? undefined : valueToShape(params['size']);
  const format = params['data_format'];
  const first =
    format.kind === 'none'
      ? context.recorder.channelsFirstDefault
      : format.kind === 'str' && format.value === 'channels_first';
  const interpolation = params['interpolation'].kind === 'str' ? params['interpolation'].value : 'bilinear';
  const dims: readonly Dim[] =
    size !== undefined && isKnownRank(size) && size.length === 2
      ? size
      : [
          { kind: 'unknown', reason: 'the size is not known' },
          { kind: 'unknown', reason: 'the size is not known' },
        ];
  if (x.shape.length !== 3 && x.shape.length !== 4) {
    throw new KerasError(
      'input-rank',
      `Images have 3 axes, or 4 with the batch, but this has the shape ${formatShape(x.shape)}.`,
      `Invalid images rank: expected rank 3 (single image) or rank 4 (batch of images). Received input with shape: images.shape=${formatShape(x.shape)}`,
      { input: 0, facts: { rank: x.shape.length } },
    );
  }
  const offset = x.shape.length === 3 ? 0 : 1;
  const spatial = first ? offset + 1 : offset;
  return {
    outputs: [{ shape: x.shape.map((dim, i) => dims[i - spatial] ?? dim), dtype: x.dtype }],
    primitive: {
      op: 'resize',
      size: dims.map((dim) => (typeof dim === 'number' ? dim : null)),
      interpolation,
      channelsFirst: first,
    },
  };
}

export const shapeOps: Readonly<Record<string, OpDefinition>> = {
  reshape: rule('(x, newshape=None, shape=None, name=None)', 'Reshape', (context) => {
    const { params } = context;
    const value = params['newshape'].kind === 'none' ? params['shape'] : params['newshape'];
    const target = value.kind === 'int' ? [value.value] : valueToShape(value);
    const x = context.tensor('x');
    if (target === undefined || !isKnownRank(target))
      throw new Lost(
        value.kind === 'unknown' ? value.reason : 'the new shape is not known',
        x?.dtype ?? null,
      );
    if (x === undefined || !isKnownRank(x.shape))
      return moved(
        target.map((dim) =>
          dim === -1 ? { kind: 'unknown', reason: 'it depends on an input that is not known' } : dim,
        ),
        x?.dtype ?? null,
      );
    return moved(reshaped(x.shape, target), x.dtype);
  }),
  transpose: rule('(x, axes=None, perm=None, name=None, conjugate=False)', 'Transpose', (context) =>
    transposed(
      context.params['perm'].kind === 'none'
        ? context
        : { ...context, params: { ...context.params, axes: context.params['perm'] } },
    ),
  ),
  swapaxes: rule('(x, axis1, axis2)', 'Swapaxes', (context) => {
    const x = needs(context);
    const [a, b] = [
      axisOf(context.params['axis1'], x.shape.length, x.shape),
      axisOf(context.params['axis2'], x.shape.length, x.shape),
    ];
    if (a === null || b === null) throw new Lost('the axes are not known', x.dtype);
    return permuted(
      x,
      x.shape.map((_, i) => (i === a ? b : i === b ? a : i)),
    );
  }),
  moveaxis: rule('(x, source, destination)', 'Moveaxis', (context) => {
    const x = needs(context);
    const source = axesList(context.params['source'], x.shape.length);
    const destination = axesList(context.params['destination'], x.shape.length);
    if (source === null || destination === null) throw new Lost('the axes are not known', x.dtype);
    const rest = x.shape.map((_, i) => i).filter((i) => !source.includes(i));
    const perm = [...rest];
    destination
      .map((to, i) => [to, source[i]] as const)
      .sort((a, b) => a[0] - b[0])
      .forEach(([to, from]) => perm.splice(to, 0, from));
    return permuted(x, perm);
  }),
  expand_dims: rule('(x, axis=-1, name=None, dim=None)', 'ExpandDims', (context) => {
    const x = needs(context);
    const { axis: value } = context.params;
    const several = value.kind === 'tuple' || value.kind === 'list';
    // Several axes are places in the result.
    const rank = x.shape.length + (several ? value.items.length : 1);
    const axes: readonly (number | null)[] | null = several
      ? axesOf(value, rank, x.shape)
      : [axisOf(value, x.shape.length, x.shape, 1)];
    if (axes === null || axes.includes(null) || (value.kind === 'list' && value.tail !== null))
      throw new Lost('the axis is not known', x.dtype);
    let next = 0;
    return moved(
      Array.from({ length: rank }, (_, place) => (axes.includes(place) ? 1 : x.shape[next++])),
      x.dtype,
    );
  }),
  squeeze: rule('(x, axis=None, name=None)', 'Squeeze', (context) => {
    const x = needs(context);
    if (context.params['axis'].kind === 'none') {
      if (x.shape.some((dim) => isUnknown(dim)))
        throw new Lost('a length that is not known may be 1', x.dtype);
      return moved(
        x.shape.filter((dim) => dim !== 1),
        x.dtype,
      );
    }
    const axes = axesOf(context.params['axis'], x.shape.length, x.shape);
    if (axes === null) throw new Lost('the axis is not known', x.dtype);
    for (const axis of axes) {
      const dim = x.shape[axis];
      // A functional tensor's open axis counts as one that is not 1; a traced one is looked at when it runs.
      const { recorder } = context;
      const open = typeof dim === 'object' && dim.kind === 'open' && recorder.kerasVersion === 3;
      const traced = recorder.parent !== null || recorder.driven !== null;
      if ((typeof dim === 'number' && dim !== 1) || (open && !traced))
        throw new KerasError(
          'squeeze-axis',
          `axis ${axis} of ${formatShape(x.shape)} has length ${typeof dim === 'number' ? dim : 'None'}, not 1`,
          `Cannot squeeze axis ${axis}, because the dimension is not 1.`,
          { callArgument: 'axis', facts: { axis, length: typeof dim === 'number' ? dim : null } },
        );
    }
    return moved(
      x.shape.filter((_, axis) => !axes.includes(axis)),
      x.dtype,
    );
  }),
  ravel: rule('(x, *args, **kwargs)', 'Ravel', (context) => {
    const x = needs(context);
    return moved([product(x.shape)], x.dtype);
  }),
  batch_flatten: rule('(x)', 'Reshape', (context) => {
    const x = needs(context);
    return moved([x.shape[0], product(x.shape.slice(1))], x.dtype);
  }),
  concatenate: rule('(xs, axis=0, name=None)', 'Concatenate', (context) => joined(context, false)),
  stack: rule('(xs, axis=0, name=None)', 'Stack', (context) => joined(context, true)),
  hstack: rule('(xs)', 'Hstack', (context) => joined(context, false, 1)),
  vstack: rule('(xs)', 'Vstack', (context) => joined(context, false, 0)),
  top_k: rule('(x, k, sorted=True, is_stable=True, name=None)', 'TopK', (context) => {
    const x = needs(context);
    const k = valueToDim(context.params['k']) ?? {
      kind: 'unknown',
      reason: 'the number of elements is not known',
    };
    const shape = [...x.shape.slice(0, -1), k];
    return {
      outputs: [
        { shape, dtype: x.dtype },
        { shape, dtype: 'int32' },
      ],
      structure: 'tuple',
      primitive: { op: 'opaque', reason: 'picks the largest along an axis' },
    };
  }),
  split: rule('(x, indices_or_sections, axis=0, sizes=False)', 'Split', split),
  unstack: rule('(x, num=None, axis=0, name=None)', 'Unstack', (context) => {
    const x = needs(context);
    const axis = axisOf(context.params['axis'], x.shape.length, x.shape);
    const length =
      context.params['num'].kind === 'int'
        ? context.params['num'].value
        : axis === null
          ? null
          : x.shape[axis];
    if (length !== null && isOpen(length))
      throw new KerasError(
        'unstack-open',
        `The number of tensors that this gives is open: ${formatShape(x.shape)} along axis ${axis}.`,
        `Cannot infer argument \`num\` from shape ${formatShape(x.shape)}. Either provide a tensor with a concrete shape in the \`axis\` dimension or explicitly pass the \`num\` argument.`,
        { callArgument: 'x', input: 0, facts: { axis } },
      );
    if (axis === null || typeof length !== 'number')
      throw new Lost('the number of tensors that this gives is not known', x.dtype);
    const shape = x.shape.filter((_, i) => i !== axis);
    return {
      outputs: Array.from({ length }, () => ({ shape, dtype: x.dtype })),
      structure: 'list',
      primitive: { op: 'split', axis },
    };
  }),
  pad: rule(
    '(x, pad_width, mode="constant", constant_values=None, name=None)'.replace(/"/g, "'"),
    'Pad',
    pad,
  ),
  tile: rule('(x, repeats, name=None)', 'Tile', (context) => repeated(context, true)),
  repeat: rule('(x, repeats, axis=None)', 'Repeat', (context) => repeated(context, false)),
  broadcast_to: rule('(x, shape, name=None)', 'BroadcastTo', (context) => {
    const shape = valueToShape(context.params['shape']);
    const x = context.tensor('x');
    if (shape === undefined) throw new Lost('the shape is not known', x?.dtype ?? null);
    return { outputs: [{ shape, dtype: x?.dtype ?? null }], primitive: { op: 'elementwise', fn: 'linear' } };
  }),
  resize: rule(
    "(x, size, interpolation='bilinear', antialias=False, data_format=None, **kwargs)",
    'Resize',
    resize,
  ),
  cast: rule(
    '(x, dtype, name=None)',
    'Cast',
    (context) => {
      const x = context.tensor('x');
      const dtype = context.params['dtype'];
      const name =
        dtype.kind === 'str'
          ? dtype.value
          : dtype.kind === 'class'
            ? dtype.name
            : dtype.kind === 'instance'
              ? ((dtype.data as { dtype?: string } | null)?.dtype ?? null)
              : null;
      return {
        outputs: [
          { shape: x?.shape ?? toUnknown(context.machine.unknown('the operand is not known')), dtype: name },
        ],
        primitive: { op: 'elementwise', fn: 'cast' },
      };
    },
    { plain: ({ params }) => castPlain(params['x'], params['dtype']) },
  ),
  take: rule('(x, indices, axis=None, **kwargs)', 'Take', (context) => gather(context)),
  depth_to_space: rule('(x, block_size, data_format=None, name=None)', 'DepthToSpace', (context) =>
    blocks(context, true),
  ),
  space_to_depth: rule('(x, block_size, data_format=None, name=None)', 'SpaceToDepth', (context) =>
    blocks(context, false),
  ),
  rgb_to_grayscale: rule('(x, data_format=None, name=None)', 'RGBToGrayscale', (context) => {
    const x = needs(context);
    const format = context.params['data_format'];
    const first =
      format.kind === 'none'
        ? context.recorder.channelsFirstDefault
        : format.kind === 'str' && format.value === 'channels_first';
    const at = first ? x.shape.length - 3 : x.shape.length - 1;
    const channels = x.shape[at];
    if (typeof channels === 'number' && channels !== 3 && channels !== 1)
      throw new KerasError(
        'input-axis',
        `Images of 3 channels (or 1) turn grey, but these have ${channels}.`,
        `Invalid channel size: expected 3 (RGB) or 1 (Grayscale). Received input with shape: images.shape=${formatShape(x.shape)}`,
        { input: 0, facts: { expected: 3, found: channels } },
      );
    return {
      outputs: [{ shape: x.shape.map((dim, i) => (i === at ? 1 : dim)), dtype: x.dtype }],
      primitive: { op: 'reduce', fn: 'other', axes: [at], keepDims: true },
    };
  }),
  one_hot: rule('(x, num_classes, axis=-1, dtype=None, **kwargs)', 'OneHot', (context) => {
    const x = needs(context);
    const classes = valueToDim(context.params['num_classes']) ?? {
      kind: 'unknown',
      reason: 'the number of classes is not known',
    };
    const axis = context.params['axis'].kind === 'int' ? context.params['axis'].value : -1;
    const at = axis < 0 ? x.shape.length + 1 + axis : axis;
    const dtype = context.params['dtype'];
    return {
      outputs: [
        {
          shape: [...x.shape.slice(0, at), classes, ...x.shape.slice(at)],
          dtype: dtype.kind === 'str' ? dtype.value : 'float32',
        },
      ],
      primitive: { op: 'opaque', reason: 'one-hot encoding' },
    };
  }),
};

function axesList(value: Value, rank: number): number[] | null {
  const items = value.kind === 'tuple' || value.kind === 'list' ? value.items : [value];
  return items.every((item) => item.kind === 'int')
    ? items.map((item) => ((item as { value: number }).value + rank) % rank)
    : null;
}

function castPlain(value: Value, dtype: Value): Value | undefined {
  const name =
    dtype.kind === 'str'
      ? dtype.value
      : dtype.kind === 'instance'
        ? ((dtype.data as { dtype?: string } | null)?.dtype ?? '')
        : dtype.kind === 'class'
          ? dtype.name
          : '';
  if (value.kind === 'symbolic') return value;
  if (value.kind !== 'int' && value.kind !== 'float') return undefined;
  if (/float/.test(name)) return { kind: 'float', value: value.value };
  return /int/.test(name) ? { kind: 'int', value: Math.trunc(value.value) } : undefined;
}

function gather(context: OpContext): OpResult {
  const x = needs(context);
  const indices = context.tensor('indices');
  if (indices === undefined || !isKnownRank(indices.shape))
    throw new Lost('the indices are not known', x.dtype);
  const axis =
    context.params['axis'].kind === 'none' ? null : axisOf(context.params['axis'], x.shape.length, x.shape);
  if (axis === null && context.params['axis'].kind !== 'none')
    throw new Lost('the axis is not known', x.dtype);
  const shape =
    axis === null ? indices.shape : [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  return { outputs: [{ shape, dtype: x.dtype }], primitive: { op: 'opaque', reason: 'gathers by index' } };
}

function blocks(context: OpContext, toSpace: boolean): OpResult {
  const x = needs(context);
  const block = context.params['block_size'];
  const format = context.params['data_format'];
  if (block.kind !== 'int') throw new Lost('the block size is not known', x.dtype);
  const first =
    format.kind === 'none'
      ? context.recorder.channelsFirstDefault
      : format.kind === 'str' && (format.value === 'channels_first' || format.value === 'NCHW');
  const b = block.value;
  if (x.shape.length !== 4) {
    throw new KerasError(
      'input-rank',
      `This takes a tensor of 4 axes (batch, height, width, channels), not ${formatShape(x.shape)}.`,
      `not enough values to unpack (expected 4, got ${x.shape.length})`,
      { input: 0, facts: { rank: x.shape.length } },
    );
  }
  const [n, h, w, c] = first ? [x.shape[0], x.shape[2], x.shape[3], x.shape[1]] : x.shape;
  const scale = (dim: Dim): Dim => (toSpace ? mulDim(dim, b) : floorDivideDim(dim, b));
  if (toSpace && typeof c === 'number' && c % (b * b) !== 0) {
    throw new KerasError(
      'block-channels',
      `${c} channels cannot be shared out among blocks of ${b}×${b}.`,
      `The number of channels (${c}) must be divisible by block_size**2 (${b * b}).`,
      { input: 0, facts: { channels: c, block: b } },
    );
  }
  const channels = toSpace ? floorDivideDim(c, b * b) : mulDim(c, b * b);
  const dims = first ? [n, channels, scale(h), scale(w)] : [n, scale(h), scale(w), channels];
  return {
    outputs: [{ shape: dims, dtype: x.dtype }],
    primitive: { op: toSpace ? 'depthToSpace' : 'spaceToDepth', block: b, channelsFirst: first },
  };
}

/** `ops.shape(x)` and `tf.shape(x)`: a tuple of lengths, open ones symbolic. */
export function shapeTuple(context: OpContext, asNone: boolean): Value {
  const x = context.tensor('x');
  if (x === undefined) return context.machine.unknown('the shape of this is not known');
  return asNone ? shapeToValue(x.shape) : shapeToValue(x.shape, dimToLength);
}
