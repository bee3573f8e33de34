/** Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate and Dot. Sources: Keras `layers/merging/*.py`. */
import { isOpen, isUnknown, type Dim, type Shape } from '../../graph/graph';
import { argumentError, computeDtype, elementsOf, intOf, reasonFor } from '../arguments';
import { mergeOpen, mergeShapes } from '../broadcast';
import {
  KerasError,
  type CallContext,
  type CallResult,
  type Config,
  type LayerDefinition,
  type TensorSpec,
} from '../definition';
import { OPEN, combineDims, dimsEqual, isKnownRank, unknownDim } from '../dims';
import { argumentText, listText, tupleText } from '../pythonText';
import { signature } from '../signature';
import { spec, unknownReason } from './shared';

const shapesText = (inputs: readonly TensorSpec[]): string =>
  `[${inputs.map((input) => (isKnownRank(input.shape) ? tupleText(input.shape) : '(…)')).join(', ')}]`;

/** A merge layer takes a list. A value that is not known may be one: then false. */
function requireList(context: CallContext, name: string): boolean {
  if (context.inputIsList) {
    if (context.inputs.length > 0) return true;
    // A probe's arguments are guesses: a loop over one of them may have filled the list.
    if (context.machine.probing) return false;
    throw new KerasError(
      'merge-count',
      `${name} needs tensors to merge, but the list is empty.`,
      name === 'Concatenate'
        ? "object of type 'NoneType' has no len()"
        : "'NoneType' object is not subscriptable",
      { callArgument: 'inputs', exception: 'TypeError', facts: { count: 0 } },
    );
  }
  if (context.inputs.every((entry) => !isKnownRank(entry.shape))) return false;
  const [input] = context.inputs;
  const text = input && isKnownRank(input.shape) ? tupleText(input.shape) : '(…)';
  throw new KerasError(
    'merge-single-tensor',
    `${name} takes a list of tensors, but got one tensor.`,
    name === 'Concatenate'
      ? `A \`Concatenate\` layer should be called on a list of at least 1 input. Received: input_shape=${text}`
      : name === 'Dot'
        ? `A \`Dot\` layer should be called on a list of 2 inputs. Received: input_shape=${text}`
        : `A merge layer should be called on a list of inputs. Received: input_shape=${text} (not a list of shapes)`,
    { callArgument: 'inputs' },
  );
}

/** The result of merging what is not known. */
function notKnown(context: CallContext): CallResult {
  const reason = unknownReason(context.inputs[0]?.shape ?? []) ?? 'the inputs are not known';
  return {
    outputs: [spec({ kind: 'unknown', reason }, computeDtype(context.config))],
    primitive: { op: 'opaque', reason },
    unknown: reason,
  };
}

/** The batch length of a merge: the one known length among the inputs, else open. */
function mergedBatch(inputs: readonly TensorSpec[], builds: boolean): Dim {
  const batches = inputs.map((input) =>
    isKnownRank(input.shape) ? (input.shape[0] ?? OPEN) : unknownDim(input.shape.reason),
  );
  const lost = batches.find((dim) => isUnknown(dim));
  if (lost !== undefined) return lost;
  const sizes = new Set(batches.filter((dim) => typeof dim === 'number'));
  if (sizes.size === 1) return [...sizes][0];
  // Only building compares the batches: later calls let one sample stand for all, as any operation does.
  if (!builds && sizes.size === 2 && sizes.delete(1)) return [...sizes][0];
  if (sizes.size > 1) {
    throw new KerasError(
      'merge-batch',
      'The tensors to merge have different batch sizes.',
      `Cannot merge tensors with different batch sizes. Received tensors with shapes ${shapesText(inputs)}`,
      { input: 1 },
    );
  }
  return batches.reduce((a, b) => mergeOpen(a, b));
}

/** Shape of an elementwise merge. Raises Keras' error for lengths that do not fit. */
function mergedShape(inputs: readonly TensorSpec[], builds: boolean): Shape {
  const lost = inputs.find((input) => !isKnownRank(input.shape));
  if (lost) return lost.shape;
  if (inputs.some((input) => isKnownRank(input.shape) && input.shape.length === 0))
    throw new KerasError(
      'input-rank',
      'Tensors to merge have a batch axis, but one of these has no axes at all.',
      'tuple index out of range',
      { callArgument: 'inputs', facts: { rank: 0, minNdim: 1 }, exception: 'IndexError' },
    );
  const batch = mergedBatch(inputs, builds);
  let merged = (inputs[0].shape as readonly Dim[]).slice(1);
  inputs.slice(1).forEach((input, i) => {
    const shape = (input.shape as readonly Dim[]).slice(1);
    const before = merged;
    const fail = (): KerasError =>
      new KerasError(
        'merge-shape',
        `The inputs ${inputs.map((entry) => tupleText(entry.shape as readonly Dim[])).join(' and ')} do not fit together.`,
        `Inputs have incompatible shapes. Received shapes ${tupleText(before.length < shape.length ? shape : before)} and ${tupleText(before.length < shape.length ? before : shape)}`,
        { input: i + 1, facts: { a: numbers(before), b: numbers(shape) } },
      );
    merged = [...mergeShapes(merged, shape, fail)];
  });
  return [batch, ...merged];
}

const numbers = (dims: readonly Dim[]): (number | null)[] =>
  dims.map((dim) => (typeof dim === 'number' ? dim : null));

function elementwise(name: string, fn: string): LayerDefinition {
  return {
    name,
    base: 'Merge',
    parameters: [],
    call(context) {
      if (!requireList(context, name)) return notKnown(context);
      const { inputs } = context;
      const shape = mergedShape(inputs, context.builds);
      if (name === 'Subtract' && inputs.length !== 2) {
        throw new KerasError(
          'merge-count',
          `Subtract takes exactly 2 tensors, but got ${inputs.length}.`,
          `A \`Subtract\` layer should be called on exactly 2 inputs. Received: input_shape=${shapesText(inputs)}`,
          { callArgument: 'inputs', facts: { count: inputs.length } },
        );
      }
      return { outputs: [spec(shape, computeDtype(context.config))], primitive: { op: 'elementwise', fn } };
    },
    fallback: (config, inputs) => [spec(largest(inputs), computeDtype(config))],
  };
}

/** After a mismatch: the shape of the input with most axes, the first of them. */
function largest(inputs: readonly TensorSpec[]): Shape {
  const known = inputs.filter((input) => isKnownRank(input.shape));
  if (known.length === 0) return { kind: 'unknown', reason: 'the shapes of the inputs are not known' };
  return known.reduce((best, input) =>
    (input.shape as readonly Dim[]).length > (best.shape as readonly Dim[]).length ? input : best,
  ).shape;
}

function concatShape(
  config: Config,
  inputs: readonly TensorSpec[],
  lenient = false,
): { shape: Shape; axis: number | null } {
  const value = config.value('axis');
  const axis = intOf(value);
  const lost = inputs.find((input) => !isKnownRank(input.shape));
  if (axis === null) {
    const rank = lost ? null : (inputs[0].shape as readonly Dim[]).length;
    const reason = reasonFor(config, 'axis');
    return {
      shape: rank === null ? { kind: 'unknown', reason } : Array<Dim>(rank).fill(unknownDim(reason)),
      axis: null,
    };
  }
  const known = inputs.filter((input) => isKnownRank(input.shape));
  if (known.length === 0) return { shape: inputs[0].shape, axis: null };
  // An input of unknown rank must have the rank of the others: its lengths are unknown.
  const rank = (known[0].shape as readonly Dim[]).length;
  const shapes = inputs.map((input) =>
    isKnownRank(input.shape) ? input.shape : Array<Dim>(rank).fill(unknownDim(input.shape.reason)),
  );
  const at = axis < 0 ? axis + rank : axis;
  if (!lenient) checkConcat(inputs, shapes, axis, at);
  if (at < 0 || at >= rank) return { shape: shapes[0], axis: null };
  const total = shapes
    .map((shape) => shape[at] ?? unknownDim('an input has fewer axes'))
    .reduce((a, b) => combineDims('+', a, b));
  return { shape: shapes[0].map((dim, i) => (i === at ? total : dim)), axis: at };
}

function checkConcat(
  inputs: readonly TensorSpec[],
  shapes: readonly (readonly Dim[])[],
  axis: number,
  at: number,
): void {
  const rank = shapes[0].length;
  const received = `Received: input_shape=${shapesText(inputs)}`;
  const odd = shapes.findIndex((shape) => shape.length !== rank);
  if (odd > 0) {
    throw new KerasError(
      'concat-shape',
      `The inputs have different numbers of axes: ${tupleText(shapes[0])} and ${tupleText(shapes[odd])}.`,
      `A \`Concatenate\` layer requires inputs with matching shapes except for the concatenation axis. ${received}`,
      { input: odd },
    );
  }
  if (at < 0 || at >= rank) {
    argumentError(
      'axis-out-of-range',
      'axis',
      `The inputs have ${rank} axes: there is no axis ${axis}.`,
      axis < 0 ? 'list assignment index out of range' : 'list index out of range',
      { axis, rank },
      'IndexError',
    );
  }
  for (let i = 0; i < rank; i++) {
    if (i === at) continue;
    const [first, second] = firstPair(shapes, i);
    if (second < 0) continue;
    throw new KerasError(
      'concat-shape',
      `The inputs differ on axis ${i}, where they must agree (they are joined along axis ${at}): ${tupleText(shapes[first])} and ${tupleText(shapes[second])}.`,
      `A \`Concatenate\` layer requires inputs with matching shapes except for the concatenation axis. ${received}`,
      { input: second, facts: { axis: i, a: numbers(shapes[first]), b: numbers(shapes[second]) } },
    );
  }
}

/** The first two inputs whose known lengths on `axis` differ; -1 where there are none. */
function firstPair(shapes: readonly (readonly Dim[])[], axis: number): readonly [number, number] {
  const first = shapes.findIndex((shape) => typeof shape[axis] === 'number');
  const second =
    first < 0
      ? -1
      : shapes.findIndex((shape) => typeof shape[axis] === 'number' && shape[axis] !== shapes[first][axis]);
  return [first, second];
}

const concatenate: LayerDefinition = {
  name: 'Concatenate',
  base: 'Merge',
  parameters: signature('axis=-1'),
  call(context) {
    if (!requireList(context, 'Concatenate')) return notKnown(context);
    const { shape, axis } = concatShape(context.config, context.inputs);
    return {
      outputs: [spec(shape, computeDtype(context.config))],
      primitive: axis === null ? { op: 'opaque', reason: 'the axis is not known' } : { op: 'concat', axis },
    };
  },
  fallback: (config, inputs) => [spec(concatShape(config, inputs, true).shape, computeDtype(config))],
};

/** The two axes that Dot contracts, as Keras works them out; null where not known. */
function dotAxes(config: Config, ranks: readonly [number, number]): readonly [number, number] | null {
  const value = config.value('axes');
  const one = intOf(value);
  if (one !== null) return one < 0 ? [mod(one, ranks[0]), mod(one, ranks[1])] : [one, one];
  const elements = elementsOf(value)?.map((element) => intOf(element));
  if (!elements || elements.length !== 2 || elements[0] === null || elements[1] === null) return null;
  return [
    elements[0] < 0 ? elements[0] + ranks[0] : elements[0],
    elements[1] < 0 ? elements[1] + ranks[1] : elements[1],
  ];
}

const mod = (a: number, b: number): number => ((a % b) + b) % b;

function checkAxes(config: Config): void {
  const value = config.value('axes');
  const text = argumentText(config, 'axes');
  if (['float', 'str', 'none', 'dict'].includes(value.kind)) {
    argumentError(
      'dot-axes',
      'axes',
      `\`axes\` must be an integer or two of them, not ${text}.`,
      `Invalid type for argument \`axes\`: it should be a list or an int. Received: axes=${text}`,
      {},
      'TypeError',
    );
  }
  const elements = elementsOf(value);
  if (!elements) return;
  if (elements.length !== 2) {
    argumentError(
      'dot-axes',
      'axes',
      `\`axes\` must have two elements, not ${elements.length}.`,
      `Invalid format for argument \`axes\`: it should contain two elements. Received: axes=${text}`,
    );
  }
  if (elements.some((element) => ['float', 'str', 'none', 'tuple', 'list'].includes(element.kind))) {
    argumentError(
      'dot-axes',
      'axes',
      `\`axes\` must hold integers, not ${text}.`,
      `Invalid format for argument \`axes\`: list elements should be integers. Received: axes=${text}`,
    );
  }
}

const dot: LayerDefinition = {
  name: 'Dot',
  base: 'Merge',
  parameters: signature('axes, normalize=False'),
  configure: checkAxes,
  call(context) {
    const { config, inputs } = context;
    if (!requireList(context, 'Dot')) return notKnown(context);
    if (inputs.length !== 2) {
      throw new KerasError(
        'merge-count',
        `Dot takes exactly 2 tensors, but got ${inputs.length}.`,
        `A \`Dot\` layer should be called on a list of 2 inputs. Received: input_shape=${shapesText(inputs)}`,
        { callArgument: 'inputs', facts: { count: inputs.length } },
      );
    }
    const [a, b] = inputs.map((input) => input.shape);
    const dtype = computeDtype(config);
    if (!isKnownRank(a) || !isKnownRank(b))
      return { outputs: [spec(isKnownRank(a) ? b : a, dtype)], primitive: opaque };
    const axes = dotAxes(config, [a.length, b.length]);
    if (axes === null)
      return {
        outputs: [spec({ kind: 'unknown', reason: reasonFor(config, 'axes') }, dtype)],
        primitive: opaque,
      };
    checkDot(a, b, axes);
    if (axes[0] === 0 || axes[1] === 0) context.report(batchAxis());
    const shape = [...a.filter((_, i) => i !== axes[0]), ...b.filter((_, i) => i !== axes[1]).slice(1)];
    if (shape.length === 1) shape.push(1);
    return {
      outputs: [spec(shape, dtype)],
      primitive: {
        op: 'einsum',
        equation: dotEquation(a.length, b.length, axes),
        weight: null,
        useBias: false,
        activation: 'linear',
      },
    };
  },
  fallback: (config) => [
    spec({ kind: 'unknown', reason: 'the inputs of Dot do not fit together' }, computeDtype(config)),
  ],
};

/** Keras notices this only when numbers run through the layer, so that the model still builds. */
function batchAxis(): KerasError {
  return new KerasError(
    'dot-axes',
    'Dot cannot multiply along the batch axis: this fails as soon as data runs through it.',
    'Cannot perform batch_dot over axis 0. If your inputs are not batched, add a dummy batch dimension to your inputs using keras.ops.expand_dims(x, 0)',
    { argument: 'axes', severity: 'warning' },
  );
}

const opaque = { op: 'opaque', reason: 'the axes are not known' } as const;

function checkDot(a: readonly Dim[], b: readonly Dim[], axes: readonly [number, number]): void {
  if (axes[0] >= a.length || axes[1] >= b.length || axes[0] < 0 || axes[1] < 0) {
    argumentError(
      'dot-axes',
      'axes',
      `There is no axis ${axes[0] >= a.length ? axes[0] : axes[1]} in these inputs.`,
      'tuple index out of range',
      {},
      'IndexError',
    );
  }
  const [x, y] = [a[axes[0]], b[axes[1]]];
  // Keras compares with !=, so that an open length differs from a known one.
  const differ =
    typeof x === 'number'
      ? typeof y === 'number'
        ? x !== y
        : isOpen(y)
      : isOpen(x) && typeof y === 'number';
  if (differ && dimsEqual(x, y) !== true) {
    throw new KerasError(
      'dot-shape',
      `The axes to multiply along differ in length: ${tupleText(a)} along ${axes[0]} and ${tupleText(b)} along ${axes[1]}.`,
      `Incompatible input shapes: axis values ${listText([x]).slice(1, -1)} (at axis ${axes[0]}) != ${listText([y]).slice(1, -1)} (at axis ${axes[1]}). Full input shapes: ${tupleText(a)}, ${tupleText(b)}`,
      { input: 1, argument: 'axes' },
    );
  }
}

/** Einsum equation of a batch dot product: shared batch letter, the contracted axes share another. */
function dotEquation(rankA: number, rankB: number, axes: readonly [number, number]): string {
  const letters = 'cdefghijklmnopqrstuvw';
  let next = 0;
  const name = (rank: number, axis: number): string[] =>
    Array.from({ length: rank }, (_, i) => (i === 0 ? 'a' : i === axis ? 'b' : letters[next++]));
  const a = name(rankA, axes[0]);
  const b = name(rankB, axes[1]);
  return `${a.join('')},${b.join('')}->${a.filter((l) => l !== 'b').join('')}${b.filter((l) => l !== 'b' && l !== 'a').join('')}`;
}

export const merges: readonly LayerDefinition[] = [
  elementwise('Add', 'add'),
  elementwise('Average', 'average'),
  elementwise('Maximum', 'maximum'),
  elementwise('Minimum', 'minimum'),
  elementwise('Multiply', 'multiply'),
  elementwise('Subtract', 'subtract'),
  concatenate,
  dot,
];
