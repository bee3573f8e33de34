/** `keras.utils` and `keras.saving`: decorators that register classes, and helpers whose effects matter to shapes. */
import type { TensorId } from '../../graph/graph';
import { fn } from '../../python/library/define';
import { NONE, bool, list, native, type Value } from '../../python/values';
import { KerasError } from '../definition';
import type { Recorder } from '../model/recorder';
import { asTensor } from '../model/structure';
import { opaqueClass } from './lookup';

export function utilsLookup(recorder: Recorder, name: string): Value | undefined {
  switch (name) {
    case 'register_keras_serializable':
      // Used as `@register_keras_serializable(...)` and, wrongly but often, without the call.
      return native(name, (_machine, args) =>
        args.positional[0]?.value.kind === 'class' ? args.positional[0].value : passThrough,
      );
    case 'to_categorical':
      return fn('to_categorical(x, num_classes=None)', (machine, { x, num_classes: classes }) => {
        const ref = asTensor(recorder, x);
        if (ref === undefined || !Array.isArray(ref.shape))
          return machine.unknown('the shape of these labels is not known');
        const shape =
          ref.shape.length > 1 && ref.shape[ref.shape.length - 1] === 1 ? ref.shape.slice(0, -1) : ref.shape;
        checkClasses(recorder, x, classes);
        const count =
          classes.kind === 'int'
            ? classes.value
            : ({ kind: 'unknown', reason: 'the number of classes follows from the labels' } as const);
        return recorder.constant({ shape: [...shape, count], dtype: 'float32' });
      });
    case 'get_source_inputs':
      return fn('get_source_inputs(tensor)', (machine, { tensor }) => {
        const ref = asTensor(recorder, tensor);
        return ref === undefined
          ? machine.unknown('not a tensor')
          : list(sourceInputs(recorder, ref.tensor).map((id) => recorder.valueOf(id)));
      });
    case 'is_keras_tensor':
      return fn('is_keras_tensor(x)', (_machine, { x }) => {
        const ref = asTensor(recorder, x);
        return bool(ref !== undefined && recorder.isSymbolic(ref.tensor));
      });
    case 'plot_model':
    case 'set_random_seed':
    case 'model_to_dot':
    case 'print_summary':
    case 'enable_interactive_logging':
    case 'disable_interactive_logging':
    case 'save_img':
      return native(name, () => NONE);
    case 'CustomObjectScope':
    case 'custom_object_scope':
    case 'Sequence':
    case 'PyDataset':
    case 'Progbar':
      return opaqueClass(recorder.machine, name, 'keras.utils');
    default:
      return undefined;
  }
}

/** Fewer classes than the labels of a public data set have. */
function checkClasses(recorder: Recorder, labels: Value, classes: Value): void {
  const known = recorder.labelClasses.get(labels);
  if (known === undefined || classes.kind !== 'int' || classes.value >= known) return;
  // One number for the labels of both halves of a data set is one mistake.
  if (recorder.silent.has(classes)) return;
  recorder.silent.add(classes);
  recorder.fail(
    new KerasError(
      'class-count',
      `${classes.value} classes do not hold these labels, which are numbered from 0 to ${known - 1}`,
      `index ${classes.value} is out of bounds for axis 1 with size ${classes.value}`,
      { exception: 'IndexError', facts: { classes: known, width: classes.value } },
    ),
    { site: recorder.site() },
  );
}

/** The inputs from which a tensor was computed, in the order in which a walk back meets them. */
function sourceInputs(recorder: Recorder, tensor: TensorId): TensorId[] {
  const found: TensorId[] = [];
  const seen = new Set<TensorId>();
  const waiting = [tensor];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const node = recorder.producerOf(id);
    if (node === null) continue;
    if (node.primitive.op === 'input') found.push(id);
    waiting.push(...[...node.inputs].reverse());
  }
  return found;
}

const passThrough = native('decorator', (_machine, args) => args.positional[0]?.value ?? NONE);
