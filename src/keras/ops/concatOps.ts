/** Operations that join tensors along an axis, and take them apart: concatenate, stack, split, unstack. Source: Keras `ops/numpy.py`. */
import { isOpen, isUnknown, type Dim } from '../../graph/graph';
import { int } from '../../python/values';
import { KerasError } from '../definition';
import { OPEN, addToDim, combineDims, dimsEqual, floorDivideDim, formatShape, isKnownRank } from '../dims';
import { asTensor } from '../model/structure';
import { dtypeOf } from './operators';
import type { OpContext, OpDefinition } from './opFunction';
import { Lost, axisOf, needs, rule } from './opRule';
import type { OpResult } from './record';

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
      // Keras goes by the first tensor: what it leaves open stays open.
      if (isUnknown(best) && typeof shape[i] === 'number') best = shape[i];
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

/** `split` along the axis that the name says, of tensors that have it. */
function splitAlong(type: string, axis: (rank: number) => number, needed: number): OpDefinition {
  return rule('(x, indices_or_sections)', type, (context) => {
    const { shape } = needs(context);
    if (shape.length < needed)
      throw new KerasError(
        'input-rank',
        `${type.toLowerCase()}() takes at least ${needed} axes, not ${formatShape(shape)}.`,
        `\`${type.toLowerCase()}\` only works on arrays of at least ${needed} dimension${needed > 1 ? 's' : ''}. Received array with shape ${formatShape(shape)}.`,
        { input: 0, facts: { rank: shape.length, expected: needed, minNdim: needed } },
      );
    return split({ ...context, params: { ...context.params, axis: int(axis(shape.length)) } });
  });
}

export const concatOps: Readonly<Record<string, OpDefinition>> = {
  concatenate: rule('(xs, axis=0, name=None)', 'Concatenate', (context) => joined(context, false)),
  stack: rule('(xs, axis=0, name=None)', 'Stack', (context) => joined(context, true)),
  hsplit: splitAlong('Hsplit', (rank) => (rank === 1 ? 0 : 1), 1),
  vsplit: splitAlong('Vsplit', () => 0, 2),
  dsplit: splitAlong('Dsplit', () => 2, 3),
  hstack: rule('(xs)', 'Hstack', (context) => joined(context, false, 1)),
  vstack: rule('(xs)', 'Vstack', (context) => joined(context, false, 0)),
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
};
