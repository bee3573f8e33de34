/** `keras.layers`: the classes of all definitions, `Input`, and the functional forms of merging. */
import { list, native, type Arg, type CallArgs, type ClassValue, type Value } from '../../python/values';
import { KerasError } from '../definition';
import { containsTensor } from '../model/structure';
import { inputFunction } from '../model/input';
import { layerClass } from '../model/layerClass';
import type { Recorder } from '../model/recorder';
import { FUNCTIONAL_FORMS, layerDefinition, layerNames } from '../registry';
import { opaqueClass } from './lookup';
import { slip } from './publicNames';

export function layersLookup(recorder: Recorder, name: string): Value | undefined {
  const { classes, machine } = recorder;
  switch (name) {
    case 'Input':
      return inputFunction;
    case 'Layer':
      return classes.Layer;
    case 'InputLayer':
      return classes.InputLayer;
    case 'InputSpec':
      return opaqueClass(machine, 'InputSpec', 'keras.layers');
  }
  const definition = layerDefinition(name);
  if (definition !== undefined) return layerClass(recorder, definition);
  const form = FUNCTIONAL_FORMS[name];
  const formDefinition = form === undefined ? undefined : layerDefinition(form);
  if (formDefinition === undefined) return misspelt(recorder, name);
  const cls = layerClass(recorder, formDefinition);
  // `add([a, b], name='sum')`: an object of the class, called at once.
  return native(name, (owner, args) => {
    const inputs = args.positional[0] ?? args.keywords.get('inputs');
    if (inputs === undefined)
      return owner.raise('TypeError', `${name}() missing 1 required positional argument: 'inputs'`);
    const others = args.positional.slice(1).filter(({ value }) => containsTensor(value));
    if (others.length > 0) return severalArguments(recorder, cls, name, [inputs, ...others], args);
    const keywords = new Map([...args.keywords].filter(([key]) => key !== 'inputs'));
    const layer = owner.instantiate(cls, { ...args, positional: args.positional.slice(1), keywords });
    return owner.call(layer, {
      positional: [inputs],
      keywords: new Map(),
      openPositional: null,
      openKeywords: null,
      range: args.range,
    });
  });
}

/** `add(a, b)`: the tensors belong into one list, and are taken as one. */
function severalArguments(
  recorder: Recorder,
  cls: ClassValue,
  name: string,
  tensors: readonly Arg[],
  args: CallArgs,
): Value {
  const { machine } = recorder;
  recorder.fail(
    new KerasError(
      'merge-single-tensor',
      `${name}() takes one list of tensors, but gets ${tensors.length} arguments`,
      `${name}() takes 1 positional argument but ${tensors.length} were given`,
      { exception: 'TypeError', facts: { count: tensors.length } },
    ),
    { site: recorder.site() },
  );
  const layer = machine.instantiate(cls, { ...args, positional: [], keywords: new Map() });
  return machine.call(layer, machine.args([list(tensors.map(({ value }) => value))], {}, args.range));
}

/** Class names of Keras that have no definition of their own, and old ones: no slips. */
const OTHER_NAMES = [
  'Input',
  'InputSpec',
  'Layer',
  'InputLayer',
  'RandomHeight',
  'RandomWidth',
  'LocallyConnected1D',
  'LocallyConnected2D',
  'CuDNNLSTM',
  'CuDNNGRU',
  'ConvRecurrent2D',
  'AlphaDropout',
  'DenseFeatures',
  'MaxoutDense',
  'Merge',
  'Highway',
  'ConvLSTM2DCell',
  'Recurrent',
];

/** A name one slip away from a layer's: a mistake where it is imported or called, after which the layer meant goes on. */
function misspelt(recorder: Recorder, name: string): Value | undefined {
  const known = [...layerNames().keys()];
  if (name.length < 4 || !/^[A-Z]/.test(name) || OTHER_NAMES.includes(name)) return undefined;
  const suggestion = slip(name, known);
  const definition = suggestion === undefined ? undefined : layerDefinition(suggestion);
  if (suggestion === undefined || definition === undefined) return undefined;
  const value: Value = native(name, (machine, args) => {
    recorder.misspelt(value);
    return machine.instantiate(layerClass(recorder, definition), args);
  });
  recorder.misspellings.set(value, { name, suggestion, module: 'keras.layers' });
  return value;
}
