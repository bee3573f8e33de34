/**
 * Arguments by the names of Keras 1, which Keras up to 2.3 turned into those of Keras 2 (keras/legacy/interfaces.py): for programs
 * that import modules of that time.
 */
import type { CallArgs, Value } from '../../python/values';
import { str, tuple } from '../../python/values';
import { importsOldKeras } from '../version';
import type { Recorder } from './recorder';

const NAMES: Readonly<Record<string, string>> = {
  output_dim: 'units',
  nb_filter: 'filters',
  filter_length: 'kernel_size',
  border_mode: 'padding',
  subsample: 'strides',
  subsample_length: 'strides',
  atrous_rate: 'dilation_rate',
  dim_ordering: 'data_format',
  pool_length: 'pool_size',
  stride: 'strides',
  init: 'kernel_initializer',
  inner_init: 'recurrent_initializer',
  forget_bias_init: 'unit_forget_bias',
  inner_activation: 'recurrent_activation',
  activation_regularizer: 'activity_regularizer',
  W_regularizer: 'kernel_regularizer',
  U_regularizer: 'recurrent_regularizer',
  b_regularizer: 'bias_regularizer',
  W_constraint: 'kernel_constraint',
  b_constraint: 'bias_constraint',
  dropout_W: 'dropout',
  dropout_U: 'recurrent_dropout',
  consume_less: 'implementation',
  bias: 'use_bias',
  p: 'rate',
  sigma: 'stddev',
  length: 'size',
};
/** What Keras then left out of account. */
const DROPPED = ['nb_row', 'nb_col', 'weights', 'W_learning_rate_multiplier', 'input_length', 'mode'];
/** By their new names, arguments whose values changed too. */
const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  data_format: { th: 'channels_first', tf: 'channels_last' },
};

/** The arguments as Keras 2 takes them. `takes` tells the constructor's own parameters. */
export function modernArguments(
  recorder: Recorder,
  type: string,
  takes: (name: string) => boolean,
  args: CallArgs,
): CallArgs {
  if (recorder.kerasVersion !== 2 || !importsOldKeras(recorder.machine.imported)) return args;
  let { positional } = args;
  const numbers = positional.slice(1).map(({ value }) => value);
  const keywords = new Map<string, CallArgs['keywords'] extends ReadonlyMap<string, infer V> ? V : never>();
  const convolution = /^(?:Separable)?Conv[23]D/.test(type);
  const rank = type.includes('3D') ? 3 : 2;
  if (
    convolution &&
    numbers.length === rank + 1 &&
    numbers.every(({ kind }) => kind === 'int') &&
    !args.keywords.has('strides')
  )
    positional = [...positional.slice(0, 2), { value: tuple(numbers.slice(1)), range: positional[2].range }];
  const size = ['nb_row', 'nb_col'].map((name) => args.keywords.get(name));
  if (convolution && size[0] !== undefined && size[1] !== undefined)
    keywords.set('kernel_size', { ...size[0], value: tuple(size.map((part) => part!.value)) });
  for (const [name, arg] of args.keywords) {
    const modern = takes(name) ? name : NAMES[name];
    if (modern !== undefined && takes(modern))
      keywords.set(modern, { ...arg, value: modernValue(modern, arg.value) });
    else if (modern === undefined && !DROPPED.includes(name)) keywords.set(name, arg);
  }
  return { ...args, positional, keywords };
}

function modernValue(name: string, value: Value): Value {
  const modern = value.kind === 'str' ? VALUES[name]?.[value.value] : undefined;
  return modern === undefined ? value : str(modern);
}
