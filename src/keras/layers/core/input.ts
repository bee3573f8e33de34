/** InputLayer (and `Input`, which makes one): what a functional model starts from. Source: Keras `layers/core/input_layer.py`. */
import type { Dim, Shape } from '../../../graph/graph';
import { argumentError, elementsOf, intOf, reasonFor } from '../../arguments';
import { KerasError, type Config, type LayerDefinition } from '../../definition';
import { OPEN, unknownDim } from '../../dims';
import { argumentText, valueText } from '../../pythonText';
import { signature } from '../../signature';

/** One entry of a shape given as a constructor argument: None is open. */
function shapeEntry(config: Config, name: string, value: ReturnType<Config['value']>): Dim {
  if (value.kind === 'none') return OPEN;
  if (value.kind === 'symbolic')
    return value.isNone
      ? { kind: 'open', formula: value.expr }
      : unknownDim('a length computed from open dimensions');
  const length = intOf(value);
  if (length !== null) {
    if (length >= 0) return length;
    return argumentError(
      'shape-argument',
      name,
      `A length cannot be negative: ${length}.`,
      `Cannot convert '${argumentText(config, name)}' to a shape. Negative dimensions are not allowed.`,
    );
  }
  if (value.kind === 'unknown') return unknownDim(value.reason);
  if (value.kind === 'float' || value.kind === 'str' || value.kind === 'tuple' || value.kind === 'list') {
    argumentError(
      'shape-argument',
      name,
      `A shape is made of integers and None, not ${valueText(config, value)}.`,
      `Cannot convert '${argumentText(config, name)}' to a shape. Found invalid dimension '${valueText(config, value)}' of type '${value.kind}'.`,
    );
  }
  return unknownDim(reasonFor(config, name));
}

/** A whole shape argument; undefined when it is None. Raises Keras' error for a bare number. */
export function shapeArgument(config: Config, name: string): Shape | undefined {
  const value = config.value(name);
  if (value.kind === 'none') return undefined;
  const entries = elementsOf(value);
  if (entries) return entries.map((entry) => shapeEntry(config, name, entry));
  // Keras 2 took the length of a vector alone.
  if (value.kind === 'int' && config.kerasVersion === 2) return [value.value];
  if (value.kind === 'int' || value.kind === 'float' || value.kind === 'bool' || value.kind === 'str') {
    argumentError(
      'shape-argument',
      name,
      `\`${name}\` must be a tuple, such as (${valueText(config, value)},).`,
      `Cannot convert '${argumentText(config, name)}' to a shape.`,
      { suggestion: `(${valueText(config, value)},)` },
    );
  }
  return { kind: 'unknown', reason: reasonFor(config, name) };
}

/**
 * The tensor's shape for `Input(shape, batch_size, batch_shape, …)`, batch axis first; `batch` is the open batch
 * dimension to use when none is given. Raises KerasError when no shape is given.
 */
export function inputShape(config: Config, batch: Dim = OPEN): Shape {
  // `InputLayer` still takes the names of Keras 2, which then win.
  const batchShape = shapeArgument(config, 'batch_input_shape') ?? shapeArgument(config, 'batch_shape');
  if (batchShape) return batchShape;
  const shape = shapeArgument(config, 'input_shape') ?? shapeArgument(config, 'shape');
  if (!shape) {
    if (!config.isNone('input_tensor'))
      return { kind: 'unknown', reason: 'the shape is that of `input_tensor`' };
    throw new KerasError(
      'input-shape-missing',
      'An input needs a `shape`.',
      'You must pass a `shape` argument.',
      { facts: {} },
    );
  }
  if (!Array.isArray(shape)) return shape;
  const size = config.value('batch_size');
  const first = size.kind === 'none' ? batch : shapeEntry(config, 'batch_size', size);
  return [first, ...(shape as readonly Dim[])];
}

export const inputLayer: LayerDefinition = {
  name: 'InputLayer',
  parameters:
    signature(`shape=None, batch_size=None, dtype=None, sparse=None, ragged=None, batch_shape=None, input_tensor=None,
    optional=False, name=None`),
  configure(config) {
    inputShape(config);
  },
  call: () => ({ outputs: [], primitive: { op: 'input' } }),
};

/** Parameters of the function `keras.Input`. */
export const INPUT_PARAMETERS =
  signature(`shape=None, batch_size=None, dtype=None, sparse=None, ragged=None, batch_shape=None, name=None,
  tensor=None, optional=False`);
