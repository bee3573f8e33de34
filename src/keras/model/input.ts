/** `keras.Input` and `InputLayer`: the tensors that models start from, with named open lengths. */
import { isOpen, isUnknown, type CallSite, type Dim, type Shape, type SourceRange } from '../../graph/graph';
import { native, type CallArgs, type NativeFunction, type Value } from '../../python/values';
import { KerasError } from '../definition';
import { isShipped } from '../applications';
import { isKnownRank } from '../dims';
import { INPUT_PARAMETERS, inputLayer, inputShape } from '../layers/core/input';
import { LayerConfig } from './config';
import { statedShapes } from './stated';
import { LayerState } from './layerState';
import { recorderOf, type Recorder } from './recorder';
import { tensorDataOf } from './structure';

export interface InputOptions {
  readonly shape: Shape;
  readonly dtype: string | null;
  readonly name: string | null;
}

/** Makes an InputLayer object with its tensor. Open lengths without a formula get names: batch, and H, W, … by rank. */
export function makeInputLayer(
  recorder: Recorder,
  options: InputOptions,
  site: CallSite,
  args: Readonly<Record<string, SourceRange>> = {},
): LayerState {
  const { machine } = recorder;
  const instance = machine.allocate(recorder.classes.InputLayer);
  const name = options.name ?? recorder.autoName('InputLayer');
  const layer = recorder.layer({
    name,
    type: 'InputLayer',
    builtin: 'InputLayer',
    site,
    args,
    config: {},
    unknowns: {},
    built: true,
    trainable: true,
    weights: [],
    sublayers: [],
    nodes: [],
    probed: machine.probing,
  });
  const state = new LayerState(recorder, layer, inputLayer, 'layer');
  state.self = instance;
  state.initialised = true;
  recorder.layers.push(state);
  instance.data = state;
  attachInputTensor(recorder, state, options, site);
  return state;
}

/** Gives an InputLayer its tensor and node. */
export function attachInputTensor(
  recorder: Recorder,
  state: LayerState,
  options: InputOptions,
  site: CallSite,
): void {
  const shape = nameOpenDims(recorder, assumedShape(recorder, site) ?? options.shape);
  const internal = recorder.driven !== null;
  const node = recorder.within(recorder.parent, () =>
    recorder.drive(site, () =>
      recorder.begin({
        layer: state,
        type: 'InputLayer',
        name: state.layer.name,
        inputs: [],
        primitive: { op: 'input' },
        args: state.layer.args,
        internal,
      }),
    ),
  );
  const [ref] = recorder.finish(node, [{ shape, dtype: options.dtype ?? 'float32' }]);
  recorder.graph.tensors[ref.tensor].name = state.layer.name;
  state.inputTensor = ref.tensor;
  state.layer.built = true;
  const value = recorder.valueOf(ref.tensor);
  state.calls.push({ node: node.id, inputs: value, outputs: value });
}

/**
 * The shape that a comment `# convlens: input=(…)` behind the call states in the program's place; for an Input of an
 * architecture of keras.applications, behind the call of that.
 */
export function assumedShape({ directives }: Recorder, site: CallSite): Shape | undefined {
  const range = isShipped(site.range.file) ? site.stack.find(({ file }) => !isShipped(file)) : site.range;
  if (range === undefined) return undefined;
  for (const directive of directives) {
    const behind = directive.trailing && directive.lineFrom <= range.to && range.to <= directive.from;
    if (!behind || directive.file !== range.file || range.to === range.from) continue;
    const [shape] = statedShapes(directive) ?? [];
    if (shape !== undefined) return shape;
  }
  return undefined;
}

const SPATIAL: Readonly<Record<number, readonly string[]>> = {
  3: ['steps'],
  4: ['H', 'W'],
  5: ['D', 'H', 'W'],
};

/** Names for lengths that are left open: batch, then H, W, … by rank. */
export function nameOpenDims(recorder: Recorder, shape: Shape): Shape {
  if (!isKnownRank(shape)) return shape;
  return shape.map((dim: Dim, axis) => {
    if (typeof dim === 'number' || isUnknown(dim) || (isOpen(dim) && dim.formula !== undefined)) return dim;
    if (axis === 0) return { kind: 'open', formula: 'batch' };
    const names = SPATIAL[shape.length];
    const name =
      shape.length === 2
        ? 'length'
        : (names?.[axis - 1] ?? (axis === shape.length - 1 ? 'channels' : `n${axis}`));
    return { kind: 'open', formula: recorder.dimName(name) };
  });
}

/** The function `keras.Input(...)`: gives the tensor. */
export const inputFunction: NativeFunction = native('Input', (machine, args) => {
  const recorder = recorderOf(machine);
  const state = inputFromArgs(recorder, args);
  return recorder.valueOf(state.inputTensor!);
});

/** Makes the InputLayer that the arguments of `Input(...)` describe; errors are recorded. */
export function inputFromArgs(recorder: Recorder, args: CallArgs): LayerState {
  const { machine } = recorder;
  const site = recorder.site();
  const bound = machine.bind(INPUT_PARAMETERS, args);
  const config = new LayerConfig(machine, bound, recorder.kerasVersion, 'float32');
  const ranges = Object.fromEntries(bound.ranges) as Record<string, SourceRange>;
  const wraps = config.value('tensor').kind !== 'none';
  // What wraps a tensor has that tensor's shape.
  const stated: Shape =
    wraps && config.isNone('shape') && config.isNone('batch_shape')
      ? { kind: 'unknown', reason: 'the shape is that of `tensor`' }
      : bound.unexpected[0]?.name === 'type_spec'
        ? { kind: 'unknown', reason: 'the shape is that of `type_spec`' }
        : readShape(recorder, config, site, ranges);
  const extra = bound.unexpected[0];
  if (extra !== undefined && extra.name !== 'type_spec') {
    recorder.fail(
      new KerasError(
        'unknown-argument',
        `Input() takes no argument \`${extra.name}\``,
        `Input() got an unexpected keyword argument '${extra.name}'`,
        { argument: extra.name, exception: 'TypeError', facts: { name: extra.name, suggestion: null } },
      ),
      { site: extra.nameRange === null ? site : { ...site, range: extra.nameRange } },
    );
  }
  const tensor = config.value('tensor');
  const given = tensorDataOf(tensor);
  const shape = given === undefined ? stated : recorder.ref(given.tensor).shape;
  const dtype = config.value('dtype');
  const name = config.value('name');
  return makeInputLayer(
    recorder,
    { shape, dtype: dtypeName(dtype), name: name.kind === 'str' ? name.value : null },
    site,
    ranges,
  );
}

export function readShape(
  recorder: Recorder,
  config: LayerConfig,
  site: CallSite,
  ranges: Readonly<Record<string, SourceRange>>,
): Shape {
  const { machine } = recorder;
  try {
    return inputShape(config);
  } catch (error) {
    if (!(error instanceof KerasError)) throw error;
    // A function that nothing calls is tried with its defaults: a shape that is None there comes with the call.
    if (machine.probing && error.code === 'input-shape-missing')
      return { kind: 'unknown', reason: 'the shape comes with the call' };
    const at = error.options.argument === undefined ? undefined : ranges[error.options.argument];
    recorder.fail(error, { site: at === undefined ? site : { ...site, range: at } });
    return { kind: 'unknown', reason: error.message };
  }
}

/** `'float32'`, `tf.float32`, `np.float32`; null when absent or not known. */
export function dtypeName(value: Value): string | null {
  if (value.kind === 'str') return value.value;
  if (value.kind === 'class')
    return value.name === 'float' ? 'float32' : value.name === 'int' ? 'int32' : value.name;
  if (value.kind === 'instance') {
    const data = value.data as { dtype?: unknown } | null;
    if (data !== null && typeof data === 'object' && typeof data.dtype === 'string') return data.dtype;
  }
  return null;
}
