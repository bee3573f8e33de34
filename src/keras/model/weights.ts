/** Variables of layers: made from weight specs and from `add_weight`, with their initialisers as plain data. */
import { isOpen, type Shape, type Weight } from '../../graph/graph';
import type { Machine } from '../../python/machine';
import type { CallArgs, InstanceValue, Value } from '../../python/values';
import { didYouMean, wrongName } from '../arguments';
import { closest } from '../names';
import { FROZEN, KerasError, type WeightSpec } from '../definition';
import { formatShape, isKnownRank } from '../dims';
import { toSnakeCase } from './names';
import type { LayerState } from './layerState';
import { valueToShape } from './shapes';

/** Payload of an initialiser object (`keras.initializers.HeNormal(seed=1)`). */
export class InitializerData {
  constructor(readonly arguments_: ReadonlyMap<string, Value>) {}
}

type Initializer = Weight['initializer'];

/** An initialiser given as a string, a class or an object; null for functions and unknown ones. */
export function initializerOf(value: Value): Initializer {
  if (value.kind === 'str') return { name: canonical(value.value) };
  if (value.kind === 'class') return { name: canonical(value.name) };
  if (value.kind !== 'instance' || !(value.data instanceof InitializerData)) return null;
  const config: Record<string, number | string | null> = {};
  for (const [name, argument] of value.data.arguments_) {
    if (argument.kind === 'int' || argument.kind === 'float' || argument.kind === 'str')
      config[name] = argument.value;
    else if (argument.kind === 'none') config[name] = null;
  }
  return Object.keys(config).length === 0
    ? { name: canonical(value.cls.name) }
    : { name: canonical(value.cls.name), config };
}

const SHORT: Readonly<Record<string, string>> = {
  normal: 'random_normal',
  uniform: 'random_uniform',
  one: 'ones',
  zero: 'zeros',
  identity_initializer: 'identity',
  orthogonal_initializer: 'orthogonal',
};

function canonical(name: string): string {
  const snake = toSnakeCase(name);
  return SHORT[snake] ?? snake;
}

/** Creates the variables that a definition asks for. */
export function createWeights(state: LayerState, specs: readonly WeightSpec[]): void {
  const { recorder, config } = state;
  for (const spec of specs) {
    const initializer =
      spec.initializer === undefined
        ? null
        : 'name' in spec.initializer
          ? { name: spec.initializer.name }
          : config === null
            ? null
            : initializerOf(config.value(spec.initializer.argument));
    if (spec.initializer !== undefined && 'argument' in spec.initializer)
      checkRank(spec, initializer, spec.initializer.argument);
    const trainable = spec.trainable ?? true;
    const weight = recorder.weight({
      name: spec.name,
      shape: spec.shape,
      trainable: trainable && (spec.inCell ? config?.memo.get(FROZEN) !== true : state.layer.trainable),
      dtype: spec.dtype ?? config?.variableDtype ?? 'float32',
      initializer,
      owner: state.id,
    });
    state.own(weight.id, spec.name, trainable);
  }
}

/** Some initialisers take matrices only (Keras `random_initializers.py`, `constant_initializers.py`). */
function checkRank(spec: WeightSpec, initializer: Initializer, argument: string): void {
  if (!isKnownRank(spec.shape)) return;
  const rank = spec.shape.length;
  const shape = formatShape(spec.shape);
  if (initializer?.name === 'orthogonal' && rank < 2) {
    throw new KerasError(
      'initializer-rank',
      `An orthogonal initialiser needs at least two axes, but \`${spec.name}\` has the shape ${shape}.`,
      `The tensor to initialize must be at least two-dimensional. Received: shape=${shape} of rank ${rank}.`,
      { argument, facts: { weight: spec.name } },
    );
  }
  if (initializer?.name === 'identity' && rank !== 2) {
    throw new KerasError(
      'initializer-rank',
      `An identity initialiser makes matrices only, but \`${spec.name}\` has the shape ${shape}.`,
      `Identity matrix initializer can only be used for 2D matrices. Received: shape=${shape} of rank ${rank}.`,
      { argument, facts: { weight: spec.name } },
    );
  }
}

/** `layer.add_weight(...)` in the argument order of Keras 3 or, with a name first, of Keras 2. */
export function addWeight(
  machine: Machine,
  state: LayerState,
  params: ReadonlyMap<string, Value>,
  call: CallArgs | null = null,
): InstanceValue {
  const { recorder } = state;
  const value = (name: string): Value | undefined => {
    const found = params.get(name);
    return found === undefined || found.kind === 'none' ? undefined : found;
  };
  if (call !== null) checkKeywords(state, call);
  const shapeValue = value('shape');
  let shape: Shape = shapeValue === undefined ? [] : (valueToShape(shapeValue) ?? oneAxis(shapeValue));
  if (isKnownRank(shape) && shape.some((dim) => isOpen(dim))) {
    recorder.fail(
      new KerasError(
        'open-dimension-weight',
        `A weight of shape ${formatShape(shape)} cannot be made: every length in it must be known.`,
        `Shapes used to initialize variables must be fully-defined (no \`None\` dimensions). Received: shape=${formatShape(shape)} for variable path='${state.layer.name}/${name(value('name'))}'`,
        { callArgument: 'shape', facts: { shape: formatShape(shape) } },
      ),
      { site: recorder.site(), layer: state.layer },
    );
    shape = shape.map((dim) =>
      isOpen(dim) ? { kind: 'unknown', reason: 'this length must be known to make a weight' } : dim,
    );
  }
  const trainableValue = value('trainable');
  const trainable = trainableValue === undefined ? true : (machine.truth(trainableValue) ?? true);
  const dtypeValue = value('dtype');
  const weight = recorder.weight({
    name: name(value('name')),
    shape,
    trainable: trainable && state.layer.trainable,
    dtype: dtypeValue !== undefined && dtypeValue.kind === 'str' ? dtypeValue.value : 'float32',
    initializer:
      value('initializer') === undefined
        ? { name: isFloatDefault(dtypeValue) ? 'glorot_uniform' : 'zeros' }
        : initializerOf(value('initializer')!),
    owner: state.id,
  });
  state.own(weight.id, weight.name, trainable);
  return recorder.variable(weight);
}

/** Keywords that Keras 3 or Keras 2 takes. */
const KEYWORDS =
  'shape initializer dtype trainable autocast regularizer constraint aggregation overwrite_with_gradient name ' +
  'layout synchronization use_resource partitioner getter collections caching_device experimental_autocast experimental_enable_variable_lifting';

/** Keywords that do not exist, and names of initialisers, regularisers and constraints that Keras does not find. */
function checkKeywords(state: LayerState, call: CallArgs): void {
  const { recorder } = state;
  const known = KEYWORDS.split(' ');
  const { stack } = recorder.site();
  for (const [keyword, { value, range, nameRange }] of call.keywords) {
    if (!known.includes(keyword) && nameRange !== null) {
      const suggestion = closest(keyword, known) ?? null;
      recorder.fail(
        new KerasError(
          'unknown-argument',
          `add_weight() takes no argument \`${keyword}\`${didYouMean(suggestion ?? undefined).replace(/\.$/, '')}`,
          `Layer.add_weight() got an unexpected keyword argument '${keyword}'`,
          { exception: 'TypeError', facts: { name: keyword, suggestion } },
        ),
        { site: { range: nameRange, stack }, layer: state.layer },
      );
    }
    if (keyword !== 'initializer' && keyword !== 'regularizer' && keyword !== 'constraint') continue;
    const error =
      value.kind === 'str' ? wrongName(keyword, value.value, keyword, recorder.kerasVersion) : null;
    if (error !== null && range !== null)
      recorder.fail(error, { site: { range, stack }, layer: state.layer });
  }
}

function name(value: Value | undefined): string {
  return value !== undefined && value.kind === 'str' ? value.value : 'variable';
}

/** A bare int is a vector's length. */
function oneAxis(value: Value): Shape {
  return value.kind === 'int'
    ? [value.value]
    : { kind: 'unknown', reason: 'the shape of this weight is not known' };
}

function isFloatDefault(dtype: Value | undefined): boolean {
  return dtype === undefined || dtype.kind !== 'str' || dtype.value.includes('float');
}
