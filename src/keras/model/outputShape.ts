/** `layer.compute_output_shape(input_shape)`: the shape rule tried on a shape, leaving nothing in the graph. */
import type { Value } from '../../python/values';
import { KerasError, type CallContext, type TensorSpec } from '../definition';
import { specsFromShapes } from './layerBuild';
import type { LayerState } from './layerState';
import { shapeToValue, valueToShape } from './shapes';

export function outputShapeFor(state: LayerState, shape: Value): Value {
  const { recorder, definition, config } = state;
  const { machine } = recorder;
  const lost = (): Value =>
    machine.unknown(`the output shape of ${state.layer.type} for this input is not known`);
  if (definition?.call === undefined || config === null) return lost();
  const inputs = specsFromShapes(shape, valueToShape).map((spec) => ({ ...spec, tensor: -1 }));
  const memo = new Map(config.memo);
  const context: CallContext = {
    machine,
    config,
    self: state.self,
    inputs,
    computes: false,
    builds: true,
    inputIsList: inputs.length > 1,
    callArgs: new Map(),
    tensor: () => undefined,
    weight: (name) => {
      const id = state.weightNamed(name);
      return id === undefined ? undefined : recorder.graph.weights[id].shape;
    },
    step: ({ outputs }) => outputs.map((output) => ({ ...output, tensor: -1 })),
    callLayer: () => lost(),
    report: () => undefined,
    value: () => lost(),
  };
  try {
    const outputs: readonly TensorSpec[] = definition.call(context).outputs;
    const values = outputs.map((output) => shapeToValue(output.shape));
    return values.length === 1 ? values[0] : { kind: 'list', items: values, tail: null };
  } catch (error) {
    if (!(error instanceof KerasError)) throw error;
    if (machine.wouldCatch(error.options.exception ?? 'ValueError'))
      machine.raise(error.options.exception ?? 'ValueError', error.keras ?? error.message);
    return lost();
  } finally {
    config.memo.clear();
    for (const [key, value] of memo) config.memo.set(key, value);
  }
}
