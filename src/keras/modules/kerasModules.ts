/** The module tree of Keras under all the names it goes by (`keras`, `tensorflow.keras`, `tf_keras`, `keras.src`, …). */
import type { Machine } from '../../python/machine';
import { fn } from '../../python/library/define';
import { NONE, bool, native, str, type ModuleValue, type Value } from '../../python/values';
import { ACTIVATIONS, INITIALIZERS } from '../names';
import { cloneModel } from '../model/clone';
import { inputFunction } from '../model/input';
import { recorderOf, type Recorder } from '../model/recorder';
import { InitializerData } from '../model/weights';
import { activationFunction, kerasLookup, opsLookup } from '../ops';
import { RANDOM } from '../ops/kerasSignatures';
import { backendLookup } from '../ops/backend';
import { folderLookup } from '../data/folders';
import { imageLookup } from '../data/images';
import { applicationsLookup } from './applications';
import { datasetsModule } from './datasets';
import { layersLookup } from './layersModule';
import { lazyModule, opaqueClass, opaqueLookup, type Lookup } from './lookup';
import { dtypeName } from '../model/input';
import { dtypePolicyClass } from './dtypePolicy';
import { misspeltClass } from './publicNames';
import { utilsLookup } from './utils';

/** Submodules of `keras`, each with how its names are found. */
const SUBMODULES: Readonly<Record<string, (recorder: Recorder, machine: Machine) => Lookup>> = {
  layers: (recorder) => (name) => layersLookup(recorder, name),
  models: (recorder) => (name) =>
    modelsLookup(recorder, name) ??
    misspeltClass(recorder, 'models', name, (known) => modelsLookup(recorder, known)),
  ops: (recorder) => (name) => kerasLookup(recorder, name),
  backend: (recorder) => (name) => backendLookup(recorder, name),
  activations: () => (name) =>
    ACTIVATIONS.includes(name) ? activationFunction(name) : name === 'get' ? getActivation : undefined,
  initializers: (_recorder, machine) => (name) => initializer(machine, name),
  applications: (recorder) => (name) => applicationsLookup(recorder, name),
  datasets: (_recorder, machine) => (name) => datasetsModule(machine, name),
  utils: (recorder) => (name) =>
    utilsLookup(recorder, name) ?? folderLookup(recorder, name) ?? imageLookup(recorder, name),
  saving: (recorder) => (name) => utilsLookup(recorder, name),
  config: (recorder) => (name) => configLookup(recorder, name),
  mixed_precision: (recorder) => (name) => configLookup(recorder, name),
  dtype_policies: (_recorder, machine) => (name) =>
    policyClass(machine, name) ?? opaqueLookup(machine, 'keras.dtype_policies')(name),
  random: (recorder) => (name) => kerasLookup(recorder, name, RANDOM, 'random.'),
};

const OPAQUE = [
  'optimizers',
  'losses',
  'metrics',
  'callbacks',
  'regularizers',
  'constraints',
  'preprocessing',
  'distribution',
  'export',
  'legacy',
  'wrappers',
  'tree',
  'visualization',
  'quantizers',
  'estimator',
  'experimental',
  'premade',
  'feature_column',
  'engine',
  'api',
  'src',
];

/** Opaque modules that have modules of their own. */
const NESTED = [
  'preprocessing',
  'wrappers',
  'legacy',
  'experimental',
  'estimator',
  'optimizers',
  'distribution',
];

/** Old places of things (`keras.layers.core`, `keras.engine.topology`): where to look instead. */
function canonical(parts: readonly string[]): readonly string[] {
  const rest = parts.filter(
    (part) => !['src', 'api', '_v1', '_v2', 'keras', '_tf_keras', 'engine', 'v2', 'legacy'].includes(part),
  );
  if (rest[0] === 'layers') return ['layers'];
  if (
    [
      'topology',
      'training',
      'base_layer',
      'network',
      'functional',
      'sequential',
      'input_layer',
      'input_spec',
    ].includes(rest[0] ?? '')
  )
    return ['models'];
  if (rest[0] === 'models') return ['models'];
  if (rest[0] === 'optimizer_v2' || rest[0] === 'optimizer_v1') return ['optimizers'];
  if (
    rest[0] === 'ops' ||
    rest[0] === 'backend' ||
    rest[0] === 'utils' ||
    rest[0] === 'activations' ||
    rest[0] === 'initializers' ||
    rest[0] === 'random'
  )
    return rest.slice(0, 1);
  return rest;
}

/** The module `keras.<parts>`; undefined when Keras has none that is known of. */
export function kerasModule(machine: Machine, parts: readonly string[]): ModuleValue | undefined {
  const recorder = recorderOf(machine);
  if (isName(recorder, machine, parts)) return undefined;
  const path = canonical(parts);
  const key = path.join('.');
  const known = recorder.modules.get(key);
  if (known !== undefined) return known;
  const made = make(recorder, machine, path);
  if (made !== undefined) recorder.modules.set(key, made);
  return made;
}

/** The modules of `keras.preprocessing`, in Keras 2 and 3. */
const PREPROCESSING = new Set([
  'dataset_utils',
  'image',
  'image_dataset',
  'sequence',
  'text',
  'text_dataset',
  'timeseries',
]);

/** Whether the last part is a class or function of the module before it: `from keras.layers import add` asks for it. */
function isName(recorder: Recorder, machine: Machine, parts: readonly string[]): boolean {
  const last = parts[parts.length - 1];
  if (last === undefined) return false;
  if (/^[A-Z]/.test(last)) return true;
  const [top, ...below] = canonical(parts);
  // What else is below `keras.preprocessing` are functions.
  if (top === 'preprocessing' && (below.length > 1 || (below.length === 1 && !PREPROCESSING.has(below[0]))))
    return true;
  const [head] = canonical(parts.slice(0, -1));
  const lookup =
    head === undefined
      ? (name: string): Value | undefined => modelsLookup(recorder, name)
      : SUBMODULES[head]?.(recorder, machine);
  const found = parts.length > 1 || head !== undefined ? lookup?.(last) : modelsLookup(recorder, last);
  return found !== undefined && found.kind !== 'module';
}

function make(recorder: Recorder, machine: Machine, path: readonly string[]): ModuleValue | undefined {
  const [head, ...rest] = path;
  if (head === undefined) return lazyModule('keras', (name) => rootLookup(recorder, machine, name));
  if (head === 'datasets' && rest.length > 0) return asModule(datasetsModule(machine, rest[0]));
  if (head === 'applications' && rest.length > 0)
    return lazyModule(`keras.applications.${rest[0]}`, (name) => applicationsLookup(recorder, name, rest[0]));
  const maker = SUBMODULES[head];
  if (maker !== undefined) return lazyModule(`keras.${head}`, maker(recorder, machine));
  if (!OPAQUE.includes(head) || (rest.length > 0 && !NESTED.includes(head))) return undefined;
  const name = `keras.${path.join('.')}`;
  const classes = opaqueLookup(machine, name);
  return lazyModule(
    name,
    (key) =>
      (head === 'preprocessing' ? (folderLookup(recorder, key) ?? imageLookup(recorder, key)) : undefined) ??
      misspeltClass(recorder, head, key, classes) ??
      classes(key) ??
      (/^[a-z]/.test(key) && head === 'preprocessing' && rest.length === 0
        ? kerasModule(machine, [...path, key])
        : undefined),
  );
}

function asModule(value: Value | undefined): ModuleValue | undefined {
  return value?.kind === 'module' ? value : undefined;
}

function rootLookup(recorder: Recorder, machine: Machine, name: string): Value | undefined {
  const direct = modelsLookup(recorder, name);
  if (direct !== undefined) return direct;
  if (name === '__version__') return str(recorder.kerasVersion === 2 ? '2.15.0' : '3.16.0');
  // Keras 2 had no such function; programs tell the two apart by it.
  if (name === 'version') return recorder.kerasVersion === 3 ? native(name, () => str('3.16.0')) : undefined;
  if (name === 'KerasTensor') return recorder.classes.KerasTensor;
  if (name === 'Variable') return opsLookup(recorder, 'Variable');
  if (name === 'name_scope') return opaqueClass(machine, 'name_scope', 'keras');
  if (SUBMODULES[name] !== undefined || OPAQUE.includes(name)) return kerasModule(machine, [name]);
  return (
    misspeltClass(recorder, 'keras', name, (known) => modelsLookup(recorder, known)) ??
    (/^[A-Z]/.test(name) ? opaqueClass(machine, name, 'keras') : undefined)
  );
}

function modelsLookup(recorder: Recorder, name: string): Value | undefined {
  const { classes } = recorder;
  switch (name) {
    case 'Model':
      return classes.Model;
    case 'Functional':
      return classes.Functional;
    case 'Sequential':
      return classes.Sequential;
    case 'Layer':
      return classes.Layer;
    case 'Input':
      return inputFunction;
    case 'InputSpec':
    case 'InputLayer':
      return layersLookup(recorder, name);
    case 'clone_model':
      return cloneModel;
    case 'DTypePolicy':
      return policyClass(recorder.machine, name);
    case 'load_model':
    case 'model_from_json':
    case 'model_from_config':
      return native(name, (machine) => machine.unknown('the model comes from a file'));
    default:
      return undefined;
  }
}

/** `keras.activations.get(x)`: names become functions, the rest passes. */
const getActivation = fn('get(identifier)', (_machine, { identifier }) => {
  if (identifier.kind === 'none') return activationFunction('linear');
  return identifier.kind === 'str' && ACTIVATIONS.includes(identifier.value)
    ? activationFunction(identifier.value)
    : identifier;
});

function initializer(machine: Machine, name: string): Value | undefined {
  if (name === 'get') return fn('get(identifier)', (_machine, { identifier }) => identifier);
  if (!INITIALIZERS.includes(name) && !/^[A-Z]/.test(name)) return undefined;
  if (!INITIALIZERS.includes(name)) {
    const slipped = misspeltClass(recorderOf(machine), 'initializers', name, (known) =>
      initializer(machine, known),
    );
    if (slipped !== undefined) return slipped;
  }
  const cls = opaqueClass(machine, name, 'keras.initializers', (keywords) => new InitializerData(keywords));
  // Called on a shape, an initialiser gives numbers.
  cls.attrs.set(
    '__call__',
    fn('__call__(self, shape, dtype=None, **kwargs)', (owner, { shape, dtype }) =>
      owner.apply(opsLookup(recorderOf(owner), 'zeros') ?? NONE, [shape], {
        dtype: dtype.kind === 'none' ? str('float32') : dtype,
      }),
    ),
  );
  return cls;
}

const policyClass = (machine: Machine, name: string): Value | undefined =>
  name === 'DTypePolicy' || name === 'Policy' ? dtypePolicyClass(machine) : undefined;

function configLookup(recorder: Recorder, name: string): Value | undefined {
  switch (name) {
    case 'set_image_data_format':
      return fn('set_image_data_format(data_format)', (_machine, { data_format: format }) => {
        if (format.kind === 'str') recorder.channelsFirstDefault = format.value === 'channels_first';
        return NONE;
      });
    case 'image_data_format':
      return native(name, () => str(recorder.channelsFirstDefault ? 'channels_first' : 'channels_last'));
    case 'set_dtype_policy':
    case 'set_global_policy':
    case 'set_policy':
      return fn(`${name}(policy)`, (_machine, { policy }) => {
        recorder.dtypePolicy = dtypeName(policy);
        return NONE;
      });
    case 'DTypePolicy':
    case 'Policy':
      return policyClass(recorder.machine, name);
    case 'floatx':
      return native(name, () => str('float32'));
    case 'backend':
      return native(name, (machine) => machine.unknown('the backend depends on where it runs'));
    case 'is_keras_3':
      return native(name, () => bool(recorder.kerasVersion === 3));
    case 'epsilon':
      return native(name, () => ({ kind: 'float', value: 1e-7 }));
    default:
      return undefined;
  }
}
