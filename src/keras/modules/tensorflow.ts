/** `tensorflow` and its submodules as far as model code uses them; `tf.keras` is Keras itself. */
import type { Machine } from '../../python/machine';
import { native, str, type ModuleValue, type Value } from '../../python/values';
import { KerasError } from '../definition';
import { recorderOf, type Recorder } from '../model/recorder';
import { flatten, tensorDataOf } from '../model/structure';
import { activationFunction, opsLookup } from '../ops';
import { opFunction } from '../ops/opFunction';
import { lossFunction, nnOp } from '../ops/tensorflowNn';
import { stringFunction } from '../data/strings';
import { tensorflowImageOps } from '../ops/tensorflowImage';
import { renamed, tensorflowOp } from '../ops/tensorflowOps';
import { layerFunction } from '../plain/layers';
import { slimFunction } from '../plain/slim';
import { kerasModule } from './kerasModules';
import { layersLookup } from './layersModule';
import { lazyModule, opaqueClass } from './lookup';
import { dataModule } from '../data/dataset';
import { decodeLookup } from '../data/decode';
import { DTYPES, dtype, rootName } from './tensorflowRoot';

/** TensorFlow's names of operations that Keras calls otherwise. */
const RENAMED: Readonly<Record<string, string>> = {
  reduce_mean: 'mean',
  reduce_sum: 'sum',
  reduce_max: 'max',
  reduce_min: 'min',
  reduce_prod: 'prod',
  reduce_any: 'any',
  reduce_all: 'all',
  reduce_variance: 'var',
  reduce_std: 'std',
  reduce_logsumexp: 'logsumexp',
  concat: 'concatenate',
  pow: 'power',
  gather: 'take',
  clip_by_value: 'clip',
  unstack: 'unstack',
  floordiv: 'floor_divide',
  truediv: 'true_divide',
  div: 'divide',
  mul: 'multiply',
  sub: 'subtract',
  asin: 'arcsin',
  acos: 'arccos',
  atan: 'arctan',
  atan2: 'arctan2',
  floormod: 'mod',
  l2_normalize: 'unit_normalize',
  reverse: 'flip',
  is_nan: 'isnan',
  is_inf: 'isinf',
  is_finite: 'isfinite',
  swish: 'silu',
  'random.normal': 'random.normal',
  crelu: 'relu',
  multiply_no_nan: 'multiply',
  identity: 'linear',
  divide_no_nan: 'divide_no_nan',
};

/** Functions of which Keras has a namesake that computes something else, or gives it otherwise. */
const NAMESAKES = new Set([
  'fft', 'fft2', 'ifft', 'ifft2', 'rfft', 'irfft', 'stft', 'istft', 'unique', 'diagonal', 'trace', 'normalize', 'scan',
  'lstsq', 'unravel_index', 'ctc_loss', 'ctc_decode', 'rot90', 'vectorized_map', 'map',
]); // prettier-ignore

/** TensorFlow's names of initialisers that Keras calls otherwise. */
const INITIALIZERS: Readonly<Record<string, string>> = {
  truncated_normal_initializer: 'TruncatedNormal',
  random_normal_initializer: 'RandomNormal',
  random_uniform_initializer: 'RandomUniform',
  constant_initializer: 'Constant',
  zeros_initializer: 'Zeros',
  ones_initializer: 'Ones',
  orthogonal_initializer: 'Orthogonal',
  glorot_uniform_initializer: 'GlorotUniform',
  glorot_normal_initializer: 'GlorotNormal',
  uniform_unit_scaling_initializer: 'VarianceScaling',
  variance_scaling_initializer: 'VarianceScaling',
  xavier_initializer: 'GlorotUniform',
  xavier_initializer_conv2d: 'GlorotUniform',
  truncated_normal: 'TruncatedNormal',
  random_normal: 'RandomNormal',
  random_uniform: 'RandomUniform',
  constant: 'Constant',
  zeros: 'Zeros',
  ones: 'Ones',
  orthogonal: 'Orthogonal',
  glorot_uniform: 'GlorotUniform',
  glorot_normal: 'GlorotNormal',
  he_normal: 'HeNormal',
  he_uniform: 'HeUniform',
  lecun_normal: 'LecunNormal',
  lecun_uniform: 'LecunUniform',
  variance_scaling: 'VarianceScaling',
  identity: 'Identity',
};

const SUBMODULES = [
  'nn',
  'math',
  'image',
  'linalg',
  'random',
  'data',
  'io',
  'train',
  'saved_model',
  'config',
  'distribute',
  'summary',
  'errors',
  'debugging',
  'strings',
  'signal',
  'sparse',
  'ragged',
  'experimental',
  'autograph',
  'lite',
  'compat',
  'python',
  'estimator',
  'types',
  'dtypes',
  'initializers',
  'losses',
  'metrics',
  'optimizers',
  'layers',
  'contrib',
  'test',
  'gfile',
  'logging',
  'app',
  'flags',
  'raw_ops',
  'bitwise',
  'quantization',
  'sets',
  'audio',
  'profiler',
  'tpu',
  'version',
  'sysconfig',
  'feature_column',
  'nest',
  'xla',
  'mixed_precision',
  'initializers_v1',
  'keras',
];

/** Modules with modules of their own. */
const NESTED = [
  'python',
  'compat',
  'experimental',
  'contrib',
  'data',
  'io',
  'lite',
  'distribute',
  'train',
  'config',
];

/** The module `tensorflow.<parts>`. */
export function tensorflowModule(machine: Machine, parts: readonly string[]): ModuleValue | undefined {
  const recorder = recorderOf(machine);
  const path = parts.filter(
    (part, i) =>
      !(part === 'compat' && (parts[i + 1] === 'v1' || parts[i + 1] === 'v2')) &&
      !(part === 'v1' || part === 'v2') &&
      !(part === '_api'),
  );
  const python = path[0] === 'python' ? path.slice(1) : path;
  if (python[0] === 'keras') return kerasModule(machine, python.slice(1));
  if (path.length > 0 && !SUBMODULES.includes(path[0])) return undefined;
  recorder.plain.active = true;
  if (path.some((part) => /^[A-Z]/.test(part)) || (path.length > 1 && !NESTED.includes(path[0])))
    return undefined;
  const key = `tf:${path.join('.')}`;
  const known = recorder.modules.get(key);
  if (known !== undefined) return known;
  const name = ['tensorflow', ...path].join('.');
  const made =
    path[0] === 'data'
      ? dataModule(machine, name)
      : lazyModule(name, (child) => onArrays(recorder, name, child, lookup(recorder, machine, path, child)));
  recorder.modules.set(key, made);
  return made;
}

/** TensorFlow's functions that look at a symbolic tensor without computing on it, or compute nothing on tensors. */
const ON_ANY_TENSOR = new Set([
  'print',
  'is_tensor',
  'get_static_value',
  'function',
  'custom_gradient',
  'recompute_grad',
  'placeholder',
  'executing_eagerly',
]);

/**
 * Since Keras 3, a TensorFlow function does not take the symbolic tensors of a functional model
 * (keras/src/backend/common/keras_tensor.py, `__tf_tensor__`); within a layer's `call` it meets TensorFlow's own.
 */
function onArrays(
  recorder: Recorder,
  module: string,
  name: string,
  value: Value | undefined,
): Value | undefined {
  if (recorder.kerasVersion === 2 || value?.kind !== 'native' || ON_ANY_TENSOR.has(name)) return value;
  const known = recorder.guarded.get(value);
  if (known !== undefined) return known;
  const made = native(value.name, (machine, args) => {
    const leaves = [...args.positional, ...args.keywords.values()].flatMap((arg) => flatten(arg.value));
    const symbolic =
      recorder.parent === null &&
      recorder.driven === null &&
      leaves.some((leaf) => recorder.isSymbolic(tensorDataOf(leaf)?.tensor ?? -1));
    if (symbolic && !recorder.tensorflowMet) {
      recorder.tensorflowMet = true;
      const short = `${module.replace(/^tensorflow\b/, 'tf')}.${name}`;
      recorder.fail(
        new KerasError(
          'tensorflow-function',
          `\`${short}\` cannot take a tensor of a functional model (Keras 3): use keras.ops, or call it within a layer.`,
          'A KerasTensor cannot be used as input to a TensorFlow function.',
          {
            facts: {
              function: short,
              op:
                opsLookup(recorder, RENAMED[name] ?? name)?.kind === 'native'
                  ? (RENAMED[name] ?? name)
                  : null,
            },
          },
        ),
        { site: recorder.site() },
      );
    }
    return machine.call(value, args);
  });
  recorder.guarded.set(value, made);
  return made;
}

/** Modules whose functions share no more than a name with those of `tf` itself (`tf.strings.split`, `tf.sparse.concat`). */
const OWN_NAMES: ReadonlySet<string> = new Set([
  'strings',
  'sparse',
  'ragged',
  'sets',
  'io',
  'bitwise',
  'data',
  'train',
]);

function lookup(
  recorder: Recorder,
  machine: Machine,
  path: readonly string[],
  name: string,
): Value | undefined {
  const [space] = path;
  if (path.length === 0 || (path.length === 1 && space === 'compat')) {
    const own = rootName(recorder, machine, name);
    if (own !== undefined) return own;
  }
  if (space === 'compat' && (name === 'v1' || name === 'v2')) return tensorflowModule(machine, []);
  const plain = plainName(recorder, machine, path, name);
  if (plain !== undefined) return plain;
  const special =
    (space === undefined ? undefined : tensorflowOp(recorder, `${space}.${name}`)) ??
    (space !== undefined && OWN_NAMES.has(space) ? undefined : tensorflowOp(recorder, name));
  if (special !== undefined) return special;
  if (space === 'strings') return stringFunction(name);
  if (name === 'svd') return opsLookup(recorder, 'tf.svd');
  if (space === 'image' && name === 'ResizeMethod') return resizeMethods(machine);
  if (space === 'image' || name === 'random_crop') {
    const changed = tensorflowImageOps[name];
    if (changed !== undefined) return opFunction(changed, name);
  }
  if (space === 'random' || space === 'dtypes')
    return (
      opsLookup(recorder, `random.${name}`) ?? (DTYPES.includes(name) ? dtype(recorder, name) : undefined)
    );
  if (space === undefined || ['nn', 'math', 'image', 'linalg', 'signal'].includes(space)) {
    if (NAMESAKES.has(name)) return notModelled(path, name);
    if (name === 'eye') return eye(recorder);
    if (name === 'diag') return diag(recorder);
    const op = name === 'gelu' ? activationFunction(name) : opsLookup(recorder, RENAMED[name] ?? name);
    if (op?.kind === 'native') return renamed(op, RENAMED[name] ?? name);
    if (op !== undefined && op.kind !== 'module') return op;
  }
  if (space === undefined || ['io', 'image', 'audio'].includes(space)) {
    const read = decodeLookup(recorder, name);
    if (read !== undefined) return read;
  }
  if (/^[A-Z]/.test(name)) return opaqueClass(machine, name, ['tensorflow', ...path].join('.'));
  return SUBMODULES.includes(name) || space === 'python'
    ? tensorflowModule(machine, [...path, name])
    : undefined;
}

/** `tf.image.ResizeMethod`: names for the texts that `tf.image.resize` takes too. */
function resizeMethods(machine: Machine): Value {
  const cls = opaqueClass(machine, 'ResizeMethod', 'tensorflow.image');
  for (const method of ['bilinear', 'bicubic', 'lanczos3', 'lanczos5', 'gaussian', 'area', 'mitchellcubic'])
    cls.attrs.set(method.toUpperCase(), str(method));
  cls.attrs.set('NEAREST_NEIGHBOR', str('nearest'));
  return cls;
}

/** `tf.eye`: a third argument states a batch, where Keras' moves the diagonal. */
function eye(recorder: Recorder): Value {
  return native('eye', (machine, args) => {
    const batch = args.positional[2] ?? args.keywords.get('batch_shape');
    const op = opsLookup(recorder, 'eye');
    if (op === undefined || (batch !== undefined && batch.value.kind !== 'none'))
      return machine.unknown('tensorflow.eye with a batch is not modelled');
    const keywords = new Map(args.keywords);
    for (const [theirs, ours] of [
      ['num_rows', 'N'],
      ['num_columns', 'M'],
    ] as const) {
      const arg = keywords.get(theirs);
      if (arg === undefined) continue;
      keywords.delete(theirs);
      keywords.set(ours, arg);
    }
    keywords.delete('name');
    keywords.delete('batch_shape');
    return machine.call(op, { ...args, keywords });
  });
}

/** `tf.linalg.diag` of a vector, which Keras' does too; of more axes it makes a matrix of each last one. */
function diag(recorder: Recorder): Value {
  return native('diag', (machine, args) => {
    const op = opsLookup(recorder, 'diag');
    const data = args.positional.length === 1 ? tensorDataOf(args.positional[0].value) : undefined;
    const shape = data === undefined ? undefined : recorder.graph.tensors[data.tensor].shape;
    const vector = Array.isArray(shape) && shape.length === 1 && args.keywords.size === 0;
    return op !== undefined && vector
      ? machine.call(op, args)
      : machine.unknown('tensorflow.linalg.diag of more than a vector is not modelled');
  });
}

/** A function of which nothing is known but that it is there. */
function notModelled(path: readonly string[], name: string): Value {
  const whole = ['tensorflow', ...path, name].join('.');
  return native(name, (machine) => machine.unknown(`${whole} is not modelled`));
}

/** Names of networks that are written without Keras: `tf.layers`, slim, initialisers, losses, `tf.nn`. */
function plainName(
  recorder: Recorder,
  machine: Machine,
  path: readonly string[],
  name: string,
): Value | undefined {
  const space = path.join('.');
  if (/_initializer$/.test(name) || space === 'initializers' || name === 'xavier_initializer_conv2d') {
    const cls = INITIALIZERS[name] ?? (/^[A-Z]/.test(name) ? name : undefined);
    return cls === undefined ? undefined : kerasModule(machine, ['initializers'])?.lookup?.(cls);
  }
  switch (space) {
    case 'layers':
      return layerFunction(name) ?? (/^[A-Z]/.test(name) ? layersLookup(recorder, name) : undefined);
    case 'contrib.layers':
    case 'contrib.slim':
    case 'contrib.framework':
      return slimFunction(recorder, name);
    case 'losses':
      return lossFunction(name);
    case 'nn':
      return nnOp(name);
    default:
      return undefined;
  }
}
