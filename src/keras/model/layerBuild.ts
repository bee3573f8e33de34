/** Building a layer on its first call: the weights of its definition, or the program's own `build`. */
import type { SourceRange } from '../../graph/graph';
import { NONE, list, type Value } from '../../python/values';
import { KerasError, type TensorSpec } from '../definition';
import type { LayerState } from './layerState';
import { shapeToValue } from './shapes';
import { asTensor, containsTensor, mapStructure } from './structure';
import { createWeights } from './weights';

/** The program's own method of that name, undefined when Keras' applies. */
export function userMethod(state: LayerState, name: string): Value | undefined {
  const { cls } = state.self;
  if (cls.def === null && cls.mro.every(({ def }) => def === null)) return undefined;
  const found = state.recorder.machine.findClassAttr(cls, name);
  return found !== undefined && found.owner.def !== null ? found.value : undefined;
}

/** Builds for the first call's tensors. `tensorArguments` are the arguments that hold tensors, in order. */
export function buildForCall(
  state: LayerState,
  inputs: readonly TensorSpec[],
  tensorArguments: readonly { readonly name: string; readonly value: Value }[],
  args: Readonly<Record<string, SourceRange>>,
): void {
  if (state.layer.built) return;
  const { recorder } = state;
  if (userMethod(state, 'build') !== undefined) {
    const shapes = tensorArguments.map(({ value }) => shapesOf(state, value));
    runUserBuild(state, shapes);
    return;
  }
  state.touch();
  state.layer.built = true;
  buildDefinition(state, inputs, (error) =>
    recorder.fail(error, {
      site: recorder.site(),
      layer: state.layer,
      callArgs: args,
      inputs: inputs.flatMap((input) => ('tensor' in input ? [input.tensor as number] : [])),
    }),
  );
}

/** Creates the definition's weights; an error is passed to `failed` and leaves the layer without them. Returns success. */
export function buildDefinition(
  state: LayerState,
  inputs: readonly TensorSpec[],
  failed: (error: KerasError) => void,
): boolean {
  if (state.definition?.weights === undefined || state.config === null) return true;
  const { definition, recorder } = state;
  try {
    const before = recorder.parent;
    recorder.parent = null;
    let specs;
    try {
      specs = definition.weights!(state.config, inputs, state.self);
    } finally {
      recorder.parent = before;
    }
    createWeights(state, specs);
    return true;
  } catch (error) {
    if (error instanceof TypeError) {
      recorder.internal(error, recorder.site().range);
      return true;
    }
    if (!(error instanceof KerasError)) throw error;
    if (!state.broken) failed(error);
    return false;
  }
}

/** Runs the program's `build` with the shapes, as Keras passes them: one shape, or one per tensor argument. */
export function runUserBuild(state: LayerState, shapes: readonly Value[]): void {
  const { recorder } = state;
  const { machine } = recorder;
  state.touch();
  const build = machine.getAttr(state.self, 'build');
  recorder.within(null, () =>
    recorder.userCode(() => machine.apply(build, shapes.length === 0 ? [NONE] : takes(build, shapes))),
  );
  state.touch();
  state.layer.built = true;
}

/** As many shapes as `build` has parameters; a call with several tensors may still have a one-shape `build`. */
function takes(build: Value, shapes: readonly Value[]): readonly Value[] {
  if (build.kind !== 'method' || build.fn.kind !== 'function' || shapes.length < 2)
    return shapes.slice(0, Math.max(1, shapes.length));
  const count = build.fn.def.params.length - 1;
  return count >= shapes.length ? shapes : shapes.slice(0, Math.max(1, count));
}

/** The shapes of a structure of tensors, in the same structure. */
export function shapesOf(state: LayerState, value: Value): Value {
  if (value.kind === 'tuple' && containsTensor(value))
    return list(value.items.map((item) => shapesOf(state, item)));
  return mapStructure(value, (leaf) => {
    const ref = leaf.kind === 'none' ? undefined : asTensor(state.recorder, leaf);
    return ref === undefined ? NONE : shapeToValue(ref.shape);
  });
}

/** Specs for `layer.build(input_shape)`: one shape or a list of shapes. */
export function specsFromShapes(
  value: Value,
  toShape: (value: Value) => TensorSpec['shape'] | undefined,
): TensorSpec[] {
  const items = value.kind === 'list' || value.kind === 'tuple' ? value.items : [];
  if (items.length > 0 && items.every((item) => item.kind === 'tuple' || item.kind === 'list')) {
    return items.map((item) => ({
      shape: toShape(item) ?? { kind: 'unknown', reason: 'not a shape' },
      dtype: 'float32',
    }));
  }
  return [
    {
      shape: toShape(value) ?? { kind: 'unknown', reason: 'the shape given to build() is not known' },
      dtype: 'float32',
    },
  ];
}
