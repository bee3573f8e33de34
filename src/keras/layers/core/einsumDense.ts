/** EinsumDense: a weight applied by an einsum equation. Source: Keras `layers/core/einsum_dense.py`. */
import { isOpen, type Dim, type Shape } from '../../../graph/graph';
import {
  argumentError,
  computeDtype,
  elementsOf,
  intOf,
  reasonFor,
  requireActivation,
  requireNames,
  variables,
} from '../../arguments';
import { KerasError, type Config, type LayerDefinition, type TensorSpec } from '../../definition';
import { isKnownRank, unknownDim } from '../../dims';
import { signature } from '../../signature';
import { builtSpec, onlyInput, rememberAxes, spec } from '../shared';
import { lengthOf, lost } from '../compound';

interface Equation {
  readonly input: string;
  readonly weight: string;
  readonly output: string;
  /** Where `...` stands. */
  readonly elided: 'none' | 'left' | 'right';
}

/** Takes `ab,bc->ac`, `...ab,bc->...ac` or `ab...,bc->ac...` apart; undefined when it is none of them. Python's `match` is anchored at the start only. */
export function parseEquation(text: string): Equation | undefined {
  const dots = text.replace(/\.\.\./g, '0');
  const plain = /^([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)/.exec(dots);
  if (plain) return { input: plain[1], weight: plain[2], output: plain[3], elided: 'none' };
  const left = /^0([a-zA-Z]+),([a-zA-Z]+)->0([a-zA-Z]+)/.exec(dots);
  if (left) return { input: left[1], weight: left[2], output: left[3], elided: 'left' };
  const right = /^([a-zA-Z]{2,})0,([a-zA-Z]+)->([a-zA-Z]+)0/.exec(dots);
  return right ? { input: right[1], weight: right[2], output: right[3], elided: 'right' } : undefined;
}

export interface EinsumShapes {
  readonly kernel: readonly Dim[];
  readonly bias: readonly Dim[] | null;
  readonly output: readonly Dim[];
}

/**
 * Shapes of kernel, bias and output for an input. `partial` is the output shape without its batch axis; null entries are
 * Keras' None: open, though the formula keeps the length where the input tells it. Raises KerasError as Keras would.
 */
export function einsumShapes(
  equation: Equation,
  text: string,
  partial: readonly (Dim | null)[],
  biasAxes: string | null,
  input: readonly Dim[],
): EinsumShapes {
  const elided = input.length - equation.input.length;
  const leftElided = equation.elided === 'left';
  const extra: (Dim | null)[] = [];
  const output: (Dim | null)[] = [input[0], ...partial];
  // Keras inserts the elided axes one by one in second place, which turns their order round.
  if (elided > 0 && leftElided) output.splice(1, 0, ...input.slice(1, elided).reverse());
  else if (elided > 0) extra.push(...input.slice(input.length - elided));
  output.push(...extra);
  const inputAt = (letter: string): number =>
    leftElided ? equation.input.lastIndexOf(letter) + elided : equation.input.lastIndexOf(letter);
  const outputAt = (letter: string): number =>
    leftElided ? equation.output.lastIndexOf(letter) + elided : equation.output.lastIndexOf(letter);
  const outOfRange = (): never => {
    throw new KerasError(
      'input-rank',
      `The equation ${text} names ${equation.input.length} axes of the input, which has ${input.length}.`,
      'tuple index out of range',
      {
        argument: 'equation',
        input: 0,
        exception: 'IndexError',
      },
    );
  };
  const resolved = [...output];
  for (const letter of equation.input) {
    const at = inputAt(letter);
    if (at < 0 || at >= input.length) outOfRange();
    if (!equation.output.includes(letter)) continue;
    const to = outputAt(letter);
    if (to < 0 || to >= output.length) outOfRange();
    checkShared(letter, input[at], output[to]);
    if (output[to] === null) resolved[to] = openLike(input[at]);
  }
  for (const letter of equation.output) {
    if (equation.input.includes(letter) || equation.weight.includes(letter)) continue;
    throw new KerasError(
      'einsum-equation',
      `The letter ${letter} of the output stands in neither input nor weight of ${text}.`,
      `Dimension '${letter}' was specified in the output '${equation.output}' but has no corresponding dim in the input spec '${equation.input}' or weight spec '${equation.output}'`,
      { argument: 'equation' },
    );
  }
  const kernel = [...equation.weight].map((letter): Dim => {
    if (equation.output.includes(letter)) {
      const at = outputAt(letter);
      if (at >= resolved.length) outOfRange();
      return resolved[at] ?? { kind: 'open' };
    }
    if (equation.input.includes(letter)) return input[inputAt(letter)];
    throw new KerasError(
      'einsum-equation',
      `The letter ${letter} of the weight stands in neither input nor output of ${text}.`,
      `Weight dimension '${letter}' did not have a match in either the input spec '${equation.input}' or the output spec '${equation.output}'. For this layer, the weight must be fully specified.`,
      { argument: 'equation' },
    );
  });
  const bias =
    biasAxes === null ? null : biasShape(equation, biasAxes, resolved, leftElided ? elided : 0, elided);
  return { kernel, bias, output: resolved.map((dim) => dim ?? { kind: 'open' }) };
}

function checkShared(letter: string, inputDim: Dim, outputDim: Dim | null): void {
  if (outputDim === null || typeof outputDim !== 'number') return;
  if (typeof inputDim === 'number' ? inputDim === outputDim : !isOpen(inputDim)) return;
  const received = typeof inputDim === 'number' ? String(inputDim) : 'None';
  throw new KerasError(
    'einsum-shape',
    `The axis ${letter} has length ${received} in the input, but \`output_shape\` says ${outputDim}.`,
    `Input shape and output shape do not match at shared dimension '${letter}'. Input shape is ${received}, and output shape is ${outputDim}.`,
    { argument: 'output_shape', input: 0 },
  );
}

/** Keras' None for an axis that the input has: open, with the length kept as its formula. */
function openLike(dim: Dim): Dim {
  return typeof dim === 'number' ? { kind: 'open', formula: dim } : dim;
}

function biasShape(
  equation: Equation,
  axes: string,
  output: readonly (Dim | null)[],
  offset: number,
  elided: number,
): Dim[] {
  for (const letter of axes) {
    if (equation.output.includes(letter)) continue;
    argumentError(
      'einsum-bias',
      'bias_axes',
      `The bias axis ${letter} is no axis of the output ${equation.output}.`,
      `Bias dimension '${letter}' was requested, but is not part of the output spec '${equation.output}'`,
    );
  }
  const first = Math.min(...[...axes].map((letter) => equation.output.indexOf(letter)));
  const shape = [...equation.output]
    .slice(first)
    .map((letter, i): Dim => (axes.includes(letter) ? (output[first + i + offset] ?? { kind: 'open' }) : 1));
  if (equation.elided !== 'left') for (let i = 0; i < elided; i++) shape.push(1);
  return shape;
}

function partialShape(config: Config): readonly (Dim | null)[] | null {
  const value = config.value('output_shape');
  const one = intOf(value);
  if (one !== null) return [one];
  const elements = elementsOf(value);
  if (!elements) return null;
  return elements.map((element) => {
    if (element.kind === 'none' || (element.kind === 'symbolic' && element.isNone)) return null;
    return (
      intOf(element) ??
      unknownDim(element.kind === 'unknown' ? element.reason : reasonFor(config, 'output_shape'))
    );
  });
}

/** All shapes for an input, null when something they depend on is not known. */
function shapesFor(config: Config, input: TensorSpec): EinsumShapes | null {
  const text = config.string('equation');
  const partial = partialShape(config);
  const equation = text === null ? undefined : parseEquation(text);
  if (text === null || !equation || partial === null || !isKnownRank(input.shape)) return null;
  const axes = config.value('bias_axes');
  return einsumShapes(equation, text, partial, axes.kind === 'str' ? axes.value : null, input.shape);
}

function unknownOutput(config: Config, input: TensorSpec): Shape {
  const partial = partialShape(config);
  const equation = parseEquation(config.string('equation') ?? '');
  if (partial && equation && equation.elided === 'none') {
    const batch =
      isKnownRank(input.shape) && input.shape.length ? input.shape[0] : lost('the input shape is not known');
    return [batch, ...partial.map((dim) => dim ?? { kind: 'open' as const })];
  }
  return isKnownRank(input.shape)
    ? lost(reasonFor(config, equation ? 'output_shape' : 'equation'))
    : input.shape;
}

export const einsumDense: LayerDefinition = {
  name: 'EinsumDense',
  parameters:
    signature(`equation, output_shape, activation=None, bias_axes=None, kernel_initializer='glorot_uniform',
    bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, kernel_constraint=None, bias_constraint=None,
    lora_rank=None, lora_alpha=None, gptq_unpacked_column_size=None, quantization_config=None`),
  configure(config) {
    requireActivation(config);
    requireNames(
      config,
      'kernel_initializer',
      'bias_initializer',
      'kernel_regularizer',
      'bias_regularizer',
      'kernel_constraint',
      'bias_constraint',
    );
  },
  inputSpec: (config) => builtSpec(config, undefined),
  weights(config, [input]) {
    const text = config.string('equation');
    if (text !== null && !parseEquation(text)) {
      argumentError(
        'einsum-equation',
        'equation',
        `${text} is no equation of the form ab,bc->ac, ...ab,bc->...ac or ab...,bc->ac....`,
        `Invalid einsum equation '${text}'. Equations must be in the form [X],[Y]->[Z], ...[X],[Y]->...[Z], or [X]...,[Y]->[Z]....`,
      );
    }
    const shapes = shapesFor(config, input);
    if (shapes === null) {
      const reason = isKnownRank(input.shape)
        ? reasonFor(config, text === null ? 'equation' : 'output_shape')
        : input.shape.reason;
      return [
        { name: 'kernel', shape: lost(reason), initializer: { argument: 'kernel_initializer' } },
        ...(config.isNone('bias_axes')
          ? []
          : [{ name: 'bias', shape: lost(reason), initializer: { argument: 'bias_initializer' } as const }]),
      ];
    }
    if (isKnownRank(input.shape)) rememberAxes(config, { ndim: input.shape.length }, {});
    return variables(
      { name: 'kernel', shape: shapes.kernel, initializer: { argument: 'kernel_initializer' } },
      shapes.bias && { name: 'bias', shape: shapes.bias, initializer: { argument: 'bias_initializer' } },
    );
  },
  call(context) {
    const { config } = context;
    const input = onlyInput(context);
    const shapes = shapesFor(config, input);
    const equation = config.string('equation');
    return {
      outputs: [spec(shapes?.output ?? unknownOutput(config, input), computeDtype(config))],
      primitive:
        equation === null
          ? { op: 'opaque', reason: 'the equation is not known' }
          : {
              op: 'einsum',
              equation,
              weight: 'kernel',
              useBias: !config.isNone('bias_axes'),
              activation: config.activation('activation'),
            },
    };
  },
  fallback: (config, [input]) => [spec(unknownOutput(config, input), computeDtype(config))],
};

/** Length of the axis that a letter of `spec` stands for, for those who count: null when not known. */
export function letterLength(spec: string, letter: string, shape: readonly Dim[]): number | null {
  return lengthOf(shape[spec.indexOf(letter)]);
}
