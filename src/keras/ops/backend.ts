/** `keras.backend` (Keras 2's `K`): the same operations under older names. */
import { fn } from '../../python/library/define';
import { NONE, int, native, str, type Value } from '../../python/values';
import type { Recorder } from '../model/recorder';
import { asTensor } from '../model/structure';
import { dimToLength, shapeToValue } from '../model/shapes';
import { opsLookup } from './index';

const RENAMED: Readonly<Record<string, string>> = {
  pow: 'power',
  batch_dot: 'matmul',
  permute_dimensions: 'transpose',
  batch_flatten: 'batch_flatten',
  sum: 'sum',
  mean: 'mean',
  spatial_2d_padding: 'pad',
  gather: 'take',
  l2_normalize: 'unit_normalize',
  concatenate: 'concatenate',
  random_normal: 'random.normal',
  random_uniform: 'random.uniform',
  truncated_normal: 'random.truncated_normal',
  variable: 'Variable',
  constant: 'constant',
  clip: 'clip',
  dropout: 'linear',
  flatten: 'ravel',
  eval: 'linear',
};

export function backendLookup(recorder: Recorder, name: string): Value | undefined {
  switch (name) {
    case 'int_shape':
      return fn('int_shape(x)', (machine, { x }) => {
        const ref = asTensor(recorder, x);
        return ref === undefined
          ? machine.unknown('the shape of this is not known')
          : shapeToValue(ref.shape);
      });
    case 'shape':
      return fn('shape(x)', (machine, { x }) => {
        const ref = asTensor(recorder, x);
        return ref === undefined
          ? machine.unknown('the shape of this is not known')
          : shapeToValue(ref.shape, dimToLength);
      });
    case 'image_data_format':
      return native(name, () => str(recorder.channelsFirstDefault ? 'channels_first' : 'channels_last'));
    case 'set_image_data_format':
      return fn('set_image_data_format(data_format)', (_machine, { data_format: format }) => {
        if (format.kind === 'str') recorder.channelsFirstDefault = format.value === 'channels_first';
        return NONE;
      });
    case 'backend':
      return native(name, () => str(recorder.backend));
    case 'floatx':
      return native(name, () => str('float32'));
    case 'epsilon':
      return native(name, () => ({ kind: 'float', value: 1e-7 }));
    case 'clear_session':
      return native(name, (machine) => {
        machine.touch(recorder.names);
        recorder.names.reset();
        return NONE;
      });
    case 'get_uid':
      return fn("get_uid(prefix='')", (_machine, { prefix }) =>
        int(recorder.names.uid(prefix.kind === 'str' ? prefix.value : '')),
      );
    case 'learning_phase':
      return native(name, (machine) => machine.unknown('whether the model trains is not known'));
    case 'is_keras_tensor':
      return native(name, (_machine, args) => ({
        kind: 'bool',
        value: asTensor(recorder, args.positional[0]?.value ?? NONE) !== undefined,
      }));
    case 'set_session':
    case 'set_floatx':
    case 'set_learning_phase':
    case 'set_value':
    case 'manual_variable_initialization':
      return native(name, () => NONE);
    default:
      return opsLookup(recorder, RENAMED[name] ?? name);
  }
}
