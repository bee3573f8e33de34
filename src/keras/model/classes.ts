/** Sets a machine up for Keras: its recorder and the Python classes that everything else refers to. */
import type { Machine } from '../../python/machine';
import type { Backend } from '../dtypes';
import { layerDefinition } from '../registry';
import { opsLookup } from '../ops';
import { makeLayerClass } from './layerBase';
import { layerClass } from './layerClass';
import { makeModelClasses } from './modelClass';
import { Recorder, type Classes } from './recorder';
import { valueToShape } from './shapes';
import { makeTensorClasses, tensorShape } from './tensorClass';

/** What TensorFlow's `TensorShape` has and a tuple has not. */
const SHAPE_ATTRIBUTES: ReadonlySet<string> = new Set([
  'as_list',
  'rank',
  'ndims',
  'dims',
  'num_elements',
  'is_fully_defined',
  'assert_has_rank',
  'assert_is_compatible_with',
  'assert_is_fully_defined',
  'is_compatible_with',
  'merge_with',
  'with_rank',
  'with_rank_at_least',
  'concatenate',
]);

/** The recorder of a new machine, in `machine.library`. */
export function installKeras(
  machine: Machine,
  file: string,
  kerasVersion: 2 | 3,
  backend: Backend | null = null,
): Recorder {
  const recorder = new Recorder(machine, file, kerasVersion, backend);
  machine.library = recorder;
  // The lengths of TensorFlow 1's shapes are objects with a `value`.
  machine.plainAttributes.push((value, name) =>
    name === 'value' && recorder.plain.active && (value.kind === 'int' || value.kind === 'symbolic')
      ? value
      : undefined,
  );
  // The shape of a TensorFlow tensor (also that of Keras 2, and of what a layer's `call` gets) has methods of its own.
  machine.plainAttributes.push((value, name) => {
    if (value.kind !== 'tuple' || !SHAPE_ATTRIBUTES.has(name)) return undefined;
    const shape = valueToShape(value);
    return shape === undefined ? undefined : machine.findAttr(tensorShape(machine, shape), name);
  });
  const classes: Partial<Classes> = makeTensorClasses(recorder, (name) => opsLookup(recorder, name));
  recorder.classes = classes as Classes;
  recorder.classes.Layer = makeLayerClass(recorder);
  Object.assign(recorder.classes, makeModelClasses(recorder));
  recorder.classes.InputLayer = layerClass(recorder, layerDefinition('InputLayer')!);
  return recorder;
}
