/** `tensorflow` and its submodules as far as model code uses them; `tf.keras` is Keras itself. */
import { fn } from '../../python/library/define';
import { nativeClass } from '../../python/library/classes';
import type { Machine } from '../../python/machine';
import {
  FALSE,
  NONE,
  TRUE,
  native,
  str,
  type ClassValue,
  type ModuleValue,
  type Value,
} from '../../python/values';
import { KerasError } from '../definition';
import { inputFunction } from '../model/input';
import { recorderOf, type Recorder } from '../model/recorder';
import { dimToLength, shapeToValue } from '../model/shapes';
import { asTensor, flatten, tensorDataOf } from '../model/structure';
import { tensorflowVariable } from '../ops/createOps';
import { opsLookup } from '../ops';
import { tensorflowOp } from '../ops/tensorflowOps';
import { kerasModule } from './kerasModules';
import { lazyModule, opaqueClass } from './lookup';
import { dataModule } from './tfdata';

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
  cumsum: 'cumsum',
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

const DTYPES = [
  'float16',
  'float32',
  'float64',
  'bfloat16',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
  'string',
  'complex64',
  'complex128',
  'half',
  'double',
];
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
  const special =
    tensorflowOp(recorder, space === undefined ? name : `${space}.${name}`) ?? tensorflowOp(recorder, name);
  if (special !== undefined) return special;
  if (space === 'random' || space === 'dtypes')
    return (
      opsLookup(recorder, `random.${name}`) ?? (DTYPES.includes(name) ? dtype(recorder, name) : undefined)
    );
  if (space === undefined || ['nn', 'math', 'image', 'linalg', 'signal'].includes(space)) {
    const op = opsLookup(recorder, RENAMED[name] ?? name);
    if (op !== undefined && op.kind !== 'module') return op;
  }
  if (/^[A-Z]/.test(name)) return opaqueClass(machine, name, ['tensorflow', ...path].join('.'));
  return SUBMODULES.includes(name) || space === 'python'
    ? tensorflowModule(machine, [...path, name])
    : undefined;
}

function rootName(recorder: Recorder, machine: Machine, name: string): Value | undefined {
  switch (name) {
    case 'keras':
      return kerasModule(machine, []);
    case 'Variable':
      return tensorflowVariable;
    case 'Tensor':
      return recorder.classes.KerasTensor;
    case 'TensorShape':
      return recorder.classes.TensorShape;
    case '__version__':
      return str(recorder.kerasVersion === 2 ? '2.15.0' : '2.19.0');
    case 'newaxis':
      return NONE;
    case 'shape':
      return fn('shape(input, out_type=None, name=None)', (owner, { input }) => {
        const ref = asTensor(recorder, input);
        return ref === undefined
          ? owner.unknown('the shape of this is not known')
          : shapeToValue(ref.shape, dimToLength);
      });
    case 'size':
      return fn('size(input, **kwargs)', (owner, { input }) => owner.getAttr(input, 'size'));
    case 'rank':
      return fn('rank(input, name=None)', (owner, { input }) => owner.getAttr(input, 'ndim'));
    case 'function':
    case 'autograph':
    case 'custom_gradient':
    case 'recompute_grad':
      // A decorator, with or without arguments; what it wraps runs as it is.
      return native(name, (_machine, args) =>
        isCallable(args.positional[0]?.value) ? args.positional[0].value : passThrough,
      );
    case 'Module':
      return opaqueClass(machine, 'Module', 'tensorflow');
    case 'placeholder':
      return fn(
        'placeholder(dtype=None, shape=None, name=None)',
        (owner, { dtype: type, shape, name: label }) =>
          owner.apply(inputFunction, [], { batch_shape: shape, dtype: type, name: label }),
      );
    case 'executing_eagerly':
      return native(name, () => TRUE);
    case 'is_tensor':
      return opsLookup(recorder, 'is_tensor');
    case 'device':
    case 'name_scope':
    case 'variable_scope':
    case 'control_dependencies':
    case 'init_scope':
    case 'GradientTape':
    case 'Session':
    case 'Graph':
      return contextClass(machine, name);
    case 'disable_eager_execution':
    case 'enable_eager_execution':
    case 'disable_v2_behavior':
    case 'enable_v2_behavior':
    case 'reset_default_graph':
    case 'set_random_seed':
    case 'print':
      return native(name, () => NONE);
    case 'UnconnectedGradients':
      return FALSE;
    default:
      return DTYPES.includes(name) ? dtype(recorder, name) : undefined;
  }
}

const passThrough = native('decorator', (_machine, args) => args.positional[0]?.value ?? NONE);

function isCallable(value: Value | undefined): boolean {
  return value !== undefined && ['function', 'method', 'native', 'class', 'instance'].includes(value.kind);
}

/** A context manager that gives itself and of which nothing else is known. */
function contextClass(machine: Machine, name: string): ClassValue {
  const cls = opaqueClass(machine, name, 'tensorflow');
  cls.attrs.set(
    '__enter__',
    native('__enter__', (_machine, args) => args.positional[0]?.value ?? NONE),
  );
  cls.attrs.set(
    '__exit__',
    native('__exit__', () => FALSE),
  );
  return cls;
}

/** `tf.float32`: equal to the string of its name, as `x.dtype` gives it. */
function dtype(recorder: Recorder, name: string): Value {
  const known = recorder.ops.get(`dtype:${name}`);
  if (known !== undefined) return known;
  const { machine } = recorder;
  let cls = recorder.dtypeClass;
  if (cls === null) {
    cls = nativeClass(machine, 'DType', {
      module: 'tensorflow',
      attrs: [
        [
          '__eq__',
          fn('__eq__(self, other)', (_owner, { self, other }) => ({
            kind: 'bool',
            value: nameOf(self) === nameOf(other),
          })),
        ],
        [
          '__ne__',
          fn('__ne__(self, other)', (_owner, { self, other }) => ({
            kind: 'bool',
            value: nameOf(self) !== nameOf(other),
          })),
        ],
        ['__str__', fn('__str__(self)', (_owner, { self }) => str(nameOf(self)))],
      ],
      hooks: {
        getAttr: (owner, self, key) =>
          key === 'name'
            ? str(nameOf(self))
            : owner.findClassAttr(self.cls, key) === undefined && !key.startsWith('__')
              ? owner.unknown(`.${key} of a dtype is not modelled`)
              : undefined,
      },
    });
    recorder.dtypeClass = cls;
  }
  const canonical = name === 'half' ? 'float16' : name === 'double' ? 'float64' : name;
  const made = machine.allocate(cls, { dtype: canonical });
  recorder.ops.set(`dtype:${name}`, made);
  return made;
}

function nameOf(value: Value): string {
  if (value.kind === 'str') return value.value;
  return value.kind === 'instance' ? ((value.data as { dtype?: string } | null)?.dtype ?? '') : '';
}
