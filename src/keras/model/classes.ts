/** Sets a machine up for Keras: its recorder and the Python classes that everything else refers to. */
import type { Machine } from '../../python/machine';
import type { Backend } from '../dtypes';
import { layerDefinition } from '../registry';
import { opsLookup } from '../ops';
import { makeLayerClass } from './layerBase';
import { layerClass } from './layerClass';
import { makeModelClasses } from './modelClass';
import { Recorder, type Classes } from './recorder';
import { makeTensorClasses } from './tensorClass';

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
  machine.numberAttributes.push((value, name) =>
    name === 'value' && recorder.plain.active && (value.kind === 'int' || value.kind === 'symbolic')
      ? value
      : undefined,
  );
  const classes: Partial<Classes> = makeTensorClasses(recorder, (name) => opsLookup(recorder, name));
  recorder.classes = classes as Classes;
  recorder.classes.Layer = makeLayerClass(recorder);
  Object.assign(recorder.classes, makeModelClasses(recorder));
  recorder.classes.InputLayer = layerClass(recorder, layerDefinition('InputLayer')!);
  return recorder;
}
