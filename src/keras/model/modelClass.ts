/** The classes `Model`, `Functional` and `Sequential` as programs use them. Training and saving pass without effect. */
import { nativeClass } from '../../python/library/classes';
import type { CallSite, SourceRange } from '../../graph/graph';
import type { Bound, Machine } from '../../python/machine';
import {
  NONE,
  list,
  native,
  str,
  type CallArgs,
  type ClassHooks,
  type ClassValue,
  type Value,
} from '../../python/values';
import { KerasError } from '../definition';
import { signature } from '../signature';
import { closest } from '../names';
import { checkCompile } from './compiled';
import { buildFromData } from './data';
import { initialiseFunctional, flatList } from './functionalInit';
import {
  inputShapeValue,
  addToSequential,
  missPart,
  buildSequential,
  popSequential,
  rebuildSequential,
} from './sequentialBuild';
import { buildBase, layerHooks, layerMethod, layerProperty, refresh } from './layerBase';
import { COMMON, createState, setUp } from './layerClass';
import { MODEL_ATTRIBUTE_NAMES } from './attributeNames';
import { layerStateOf, type LayerState } from './layerState';
import { importsOldKeras } from '../version';
import { countParameters } from './parameters';
import { recorderOf, type Recorder } from './recorder';
import { shapesOf } from './layerBuild';
import { toSnakeCase } from './names';
import { toUnknown, valueToShape } from './shapes';
import { tensorDataOf } from './structure';
import { hasErrors } from './modelCall';
import { checkData } from './training';

/** Keras' `functional_init_arguments`; `args` without self. */
function isFunctionalCall(args: CallArgs, skip: number): boolean {
  const count = args.positional.length - skip;
  return (
    count === 2 ||
    (count === 1 && args.keywords.has('outputs')) ||
    (args.keywords.has('inputs') && args.keywords.has('outputs'))
  );
}

const FUNCTIONAL = signature('inputs, outputs, name=None, trainable=True, dtype=None, **kwargs');

const modelHooks: ClassHooks = {
  ...layerHooks,
  attributeNames: MODEL_ATTRIBUTE_NAMES,
  attributesComplete: true,
  create: (machine, self, args) => {
    const recorder = recorderOf(machine);
    const skip = args.positional[0]?.value === self ? 1 : 0;
    const functional =
      self.cls === recorder.classes.Functional ||
      (self.cls === recorder.classes.Model && isFunctionalCall(args, skip));
    return createState(
      machine,
      self,
      functional ? 'functional' : 'subclass',
      functional ? 'Functional' : self.cls.name,
      args.range,
    );
  },
};

const sequentialHooks: ClassHooks = {
  ...layerHooks,
  attributeNames: MODEL_ATTRIBUTE_NAMES,
  attributesComplete: true,
  create: (machine, self, args) => createState(machine, self, 'sequential', self.cls.name, args.range),
};

function initialiseModel(machine: Machine, args: CallArgs): Value {
  const state = args.positional[0] === undefined ? undefined : layerStateOf(args.positional[0].value);
  if (state === undefined) return NONE;
  const own = { ...args, positional: args.positional.slice(1) };
  if (!isFunctionalCall(args, 1) && state.role !== 'functional') {
    const old = ['input', 'output'].filter((name) => own.keywords.has(name));
    const wrong =
      state.self.cls === state.recorder.classes.Model && refusesOldNames(state.recorder)
        ? own.keywords.get(old[0] ?? '')
        : undefined;
    if (wrong !== undefined) {
      state.recorder.fail(
        new KerasError(
          'unknown-argument',
          `Model takes no argument \`${old[0]}\`; did you mean \`${old[0]}s\`?`,
          `Unrecognized keyword arguments passed to Model: {'${old[0]}': …}`,
          {
            callArgument: 'wrong',
            facts: { name: old[0], suggestion: `${old[0]}s`, renames: old as never },
          },
        ),
        {
          site: state.recorder.site(),
          layer: state.layer,
          callArgs: wrong.nameRange === null ? {} : { wrong: wrong.nameRange },
        },
      );
    }
    if (
      state.self.cls === state.recorder.classes.Model &&
      own.positional.length > 0 &&
      state.recorder.kerasVersion === 3
    )
      state.recorder.fail(
        new KerasError(
          'missing-argument',
          'Model needs both `inputs` and `outputs`',
          `Layer.__init__() takes 1 positional argument but ${own.positional.length + 1} positional arguments were given`,
          { exception: 'TypeError', facts: { argument: 'inputs' } },
        ),
        { site: state.recorder.site(), layer: state.layer },
      );
    setUp(machine, state, machine.bind(COMMON, own));
    return NONE;
  }
  const bound = machine.bind(FUNCTIONAL, own);
  setUp(machine, state, bound);
  const { recorder } = state;
  initialiseFunctional(
    state,
    bound.values.get('inputs') ?? NONE,
    bound.values.get('outputs') ?? NONE,
    recorder.site(),
    Object.fromEntries(bound.ranges),
  );
  return NONE;
}

/** Keras of its own took `input` and `output` before 2.3; TensorFlow's never did. */
function refusesOldNames(recorder: Recorder): boolean {
  return (
    recorder.kerasVersion === 3 ||
    ![...recorder.machine.imported].some((name) => name.split('.')[0] === 'keras')
  );
}

/** Layers of a model in the order of `model.layers`. */
export function layersOf(state: LayerState): readonly LayerState[] {
  if (state.role === 'sequential') return (state.stack ?? []).filter((layer) => layer.inputTensor === null);
  if (state.functional !== null) return state.functional.layers;
  refresh(state);
  return state.sublayers;
}

function getLayer(state: LayerState, params: Readonly<Record<string, Value>>, machine: Machine): Value {
  const { name, index } = params;
  const layers = layersOf(state);
  const { recorder } = state;
  if (index.kind === 'int') {
    const found = layers[index.value < 0 ? layers.length + index.value : index.value];
    if (found !== undefined) return found.self;
    return fail(
      new KerasError(
        'get-layer',
        `this model has ${layers.length} layers, so there is none at ${index.value}`,
        `Was asked to retrieve layer at index ${index.value} but model only has ${layers.length} layers.`,
        { facts: { index: index.value, count: layers.length } },
      ),
    );
  }
  if (name.kind !== 'str') return machine.unknown('which layer get_layer() is asked for is not known');
  // Keras 2 names the first layers of DenseNet with a slash (`conv1/relu`), Keras 3 without.
  const asked = recorder.kerasVersion === 2 ? name.value.replaceAll('/', '_') : name.value;
  const found = layers.find(({ layer }) => layer.name === name.value || layer.name === asked);
  if (found !== undefined) return found.self;
  if (
    state.unknownPart !== null ||
    hasErrors(state) ||
    layers.some((layer) => layer.layer.unknowns['name'] !== undefined)
  )
    return machine.unknown(`get_layer("${name.value}"): not all layers of this model are known`);
  if ((recorder.kerasVersion === 2 || machine.probing) && isAutomaticName(name.value, layers))
    return machine.unknown(
      `get_layer("${name.value}"): the names that Keras gives depend on what ran before`,
    );
  return fail(
    new KerasError(
      'get-layer',
      `this model has no layer "${name.value}"`,
      `No such layer: ${name.value}. Existing layers are: [${layers.map((layer) => `'${layer.layer.name}'`).join(', ')}].`,
      {
        facts: { name: name.value, layers: layers.map((layer) => layer.layer.name) as never },
      },
    ),
  );
  function fail(error: KerasError): Value {
    recorder.fail(error, { site: recorder.site(), layer: state.layer });
    return machine.unknown(error.message);
  }
}

/** Whether Keras may have made up the name for one of the layers: how it counts depends on its version and on what ran before. */
function isAutomaticName(name: string, layers: readonly LayerState[]): boolean {
  const stem = name.replace(/_\d+$/, '');
  return layers.some(
    ({ layer }) => stem === (layer.type === 'InputLayer' ? 'input' : toSnakeCase(layer.type)),
  );
}

/** Data and labels of a training method: they build a model without inputs, and must fit one that has them. */
function given(state: LayerState, params: Readonly<Record<string, Value>>, call: CallArgs): void {
  buildFromData(state, params['x'] ?? NONE);
  const site = state.recorder.site();
  const at = (name: string, place: number): SourceRange | null =>
    (call.keywords.get(name) ?? call.positional[place])?.range ?? null;
  checkData(state, { x: params['x'], y: params['y'], site, written: { x: at('x', 1), y: at('y', 2) } });
  const held = call.keywords.get('validation_data')?.value;
  if (held?.kind === 'tuple' && held.items.length >= 2)
    checkData(state, { x: held.items[0], y: held.items[1], site, written: { x: null, y: null } });
}

/** Keywords of the training methods (keras/src/trainers/trainer.py). */
const TRAINING: Readonly<Record<string, readonly string[]>> = {
  compile: signatureNames(
    'optimizer loss loss_weights metrics weighted_metrics run_eagerly steps_per_execution jit_compile auto_scale_loss',
  ),
  fit: signatureNames(
    'x y batch_size epochs verbose callbacks validation_split validation_data shuffle class_weight sample_weight initial_epoch steps_per_epoch validation_steps validation_batch_size validation_freq',
  ),
  fit_generator: signatureNames(
    'generator steps_per_epoch epochs verbose callbacks validation_data validation_steps validation_freq class_weight shuffle initial_epoch samples_per_epoch nb_epoch nb_val_samples nb_worker max_q_size pickle_safe',
  ),
  predict: signatureNames('x batch_size verbose steps callbacks'),
};

function signatureNames(names: string): readonly string[] {
  return names.split(' ');
}

/** What Keras 2 takes besides (tf_keras/src/engine/training.py). */
const TRAINING_2: readonly string[] = [
  'max_queue_size',
  'workers',
  'use_multiprocessing',
  'pss_evaluation_shards',
  'sample_weight_mode',
  'target_tensors',
  'cloning',
  'experimental_run_tf_function',
  'distribute',
];

/** A keyword that the method does not take: TypeError, as Python says it. */
function checkKeywords(state: LayerState, method: string, call: CallArgs): void {
  const { recorder } = state;
  if (recorder.kerasVersion === 2 && importsOldKeras(recorder.machine.imported)) return;
  if (TRAINING[method] === undefined) return;
  const names = [...TRAINING[method], ...(recorder.kerasVersion === 2 ? TRAINING_2 : [])];
  for (const [name, { nameRange }] of call.keywords) {
    if (names.includes(name) || nameRange === null) continue;
    const suggestion = closest(name, names) ?? null;
    recorder.fail(
      new KerasError(
        'unknown-argument',
        `${method}() takes no argument \`${name}\`${suggestion === null ? '' : `; did you mean \`${suggestion}\`?`}`,
        `Trainer.${method}() got an unexpected keyword argument '${name}'`,
        { exception: 'TypeError', facts: { name, suggestion } },
      ),
      { site: { range: nameRange, stack: recorder.site().stack }, layer: state.layer },
    );
    return;
  }
}

const noEffect = (name: string): [string, Value] => [name, native(name, () => NONE)];
/** A method that reads or writes a file: its path is kept where it is known. */
const file = (name: string, keep: (files: string[], path: string) => void): [string, Value] =>
  layerMethod(`${name}(self, filepath=None, *args, **kwargs)`, (state, { filepath }) => {
    if (filepath.kind === 'str') keep(state.weightFiles, filepath.value);
    return NONE;
  });
const unknownResult = (name: string, what: string): [string, Value] => [
  name,
  native(name, (machine) => machine.unknown(what)),
];

export function makeModelClasses(recorder: Recorder): {
  Model: ClassValue;
  Functional: ClassValue;
  Sequential: ClassValue;
} {
  const { machine } = recorder;
  const history = (name: string): [string, Value] =>
    layerMethod(`${name}(self, x=None, y=None, *args, **kwargs)`, (state, params, owner, call) => {
      checkKeywords(state, name, call);
      given(state, params, call);
      return owner.unknown('the history of training is not known');
    });
  const attrs: [string, Value][] = [
    ['__init__', native('__init__', initialiseModel)],
    [
      'layers',
      layerProperty((state, owner) =>
        state.unknownPart === null
          ? list(layersOf(state).map((layer) => layer.self))
          : {
              kind: 'list',
              items: layersOf(state).map((layer) => layer.self),
              tail: owner.unknown(state.unknownPart.reason),
            },
      ),
    ],
    ['_layers', layerProperty((state) => list(layersOf(state).map((layer) => layer.self)))],
    [
      'inputs',
      layerProperty((state, owner) =>
        state.functional === null
          ? owner.unknown(`the model ${state.layer.name} has no defined inputs yet`)
          : flatList(recorder, state.functional.inputIds),
      ),
    ],
    [
      'outputs',
      layerProperty((state, owner) =>
        state.functional === null
          ? owner.unknown(`the model ${state.layer.name} has no defined outputs yet`)
          : flatList(recorder, state.functional.outputIds),
      ),
    ],
    ['input', layerProperty((state, owner) => ends(state, 'inputs', owner))],
    ['output', layerProperty((state, owner) => ends(state, 'outputs', owner))],
    [
      'input_shape',
      layerProperty((state, owner) =>
        state.functional === null
          ? owner.unknown('this model has no defined input shape yet')
          : unpack(shapesOf(state, flatList(recorder, state.functional.inputIds))),
      ),
    ],
    [
      'output_shape',
      layerProperty((state, owner) =>
        state.functional === null
          ? owner.unknown('this model has no defined output shape yet')
          : unpack(shapesOf(state, flatList(recorder, state.functional.outputIds))),
      ),
    ],
    ['input_names', layerProperty((state, owner) => names(state, 'inputIds', owner))],
    ['output_names', layerProperty((state, owner) => names(state, 'outputIds', owner))],
    ['optimizer', layerProperty((_state, owner) => owner.unknown('the optimizer is not followed'))],
    [
      'loss',
      layerProperty((state, owner) => state.compiled?.loss ?? owner.unknown('the model is not compiled')),
    ],
    ['history', layerProperty((_state, owner) => owner.unknown('the history of training is not known'))],
    [
      'stop_training',
      layerProperty(
        (_state, owner) => owner.unknown('it depends on training'),
        () => undefined,
      ),
    ],
    ['distribute_strategy', layerProperty((_state, owner) => owner.unknown('the strategy is not known'))],
    layerMethod('get_layer(self, name=None, index=None)', getLayer),
    layerMethod('count_params(self)', (state, _params, owner) => {
      refresh(state);
      return countParameters(state, owner);
    }),
    layerMethod('build(self, input_shape=None)', (state, { input_shape: shape }) => {
      if (state.role === 'sequential') {
        const known = valueToShape(shape);
        if (known !== undefined) buildSequential(state, known);
      } else buildBase(state, shape);
      return NONE;
    }),
    ['compile', native('compile', compile)],
    history('fit'),
    history('fit_generator'),
    layerMethod('evaluate(self, x=None, y=None, *args, **kwargs)', (state, params, owner, call) => {
      given(state, params, call);
      return owner.unknown('the result of evaluating is not known');
    }),
    layerMethod('predict(self, x=None, *args, **kwargs)', (state, params, owner, call) => {
      checkKeywords(state, 'predict', call);
      given(state, { x: params['x'] }, call);
      return owner.unknown('what the model predicts is not computed');
    }),
    unknownResult('predict_on_batch', 'what the model predicts is not computed'),
    unknownResult('train_on_batch', 'the result of training is not known'),
    unknownResult('test_on_batch', 'the result of evaluating is not known'),
    unknownResult('train_step', 'the result of training is not known'),
    unknownResult('test_step', 'the result of evaluating is not known'),
    unknownResult('compute_loss', 'the loss is not computed'),
    unknownResult('to_json', 'the model as text is not made'),
    unknownResult('to_yaml', 'the model as text is not made'),
    unknownResult('get_compile_config', 'not kept'),
    noEffect('summary'),
    file('save', (files, path) => files.push(path)),
    file('save_weights', (files, path) => files.push(path)),
    file('load_weights', (files, path) => files.unshift(path)),
    noEffect('export'),
    noEffect('reset_states'),
    noEffect('reset_metrics'),
    noEffect('compile_from_config'),
    noEffect('_set_inputs'),
    noEffect('quantize'),
    layerMethod('add(self, layer, rebuild=True)', (state, { layer, rebuild }, owner) => {
      if (state.role !== 'sequential') return NONE;
      addToSequential(state, layer, recorder.site(), owner.truth(rebuild) !== false);
      return NONE;
    }),
  ];
  const Model = nativeClass(machine, 'Model', {
    module: 'keras.models',
    bases: [recorder.classes.Layer],
    hooks: modelHooks,
    attrs: attrs.filter(([name]) => name !== 'add'),
  });
  const Functional = nativeClass(machine, 'Functional', {
    module: 'keras.models',
    bases: [Model],
    hooks: modelHooks,
    attrs: [],
  });
  const Sequential = nativeClass(machine, 'Sequential', {
    module: 'keras.models',
    bases: [Model],
    hooks: sequentialHooks,
    attrs: [
      ['__init__', native('__init__', initialiseSequential)],
      attrs.find(([name]) => name === 'add')!,
      layerMethod('pop(self, rebuild=True)', (state) => popSequential(state)?.self ?? NONE),
      [
        'input_shape',
        layerProperty(
          (state, owner) =>
            inputShapeValue(state) ?? owner.unknown('this model has no defined input shape yet'),
        ),
      ],
    ],
  });
  return { Model, Functional, Sequential };
}

function unpack(value: Value): Value {
  return value.kind === 'list' && value.items.length === 1 ? value.items[0] : value;
}

function ends(state: LayerState, which: 'inputs' | 'outputs', machine: Machine): Value {
  if (state.functional !== null) return unpack(state.functional[which]);
  const call = state.calls[0];
  return call === undefined
    ? machine.unknown(`the model ${state.layer.name} has not been called`)
    : call[which];
}

function names(state: LayerState, which: 'inputIds' | 'outputIds', machine: Machine): Value {
  const { functional, recorder } = state;
  if (functional === null) return machine.unknown('this model has no names of that kind yet');
  return list(
    functional[which].map((id) => {
      const node = recorder.producerOf(id);
      return str(node === null ? recorder.graph.tensors[id].name : node.name);
    }),
  );
}

const COMPILE = signature(
  'optimizer="rmsprop", loss=None, metrics=None, loss_weights=None, weighted_metrics=None, run_eagerly=False, steps_per_execution=1, jit_compile="auto", auto_scale_loss=True, **kwargs',
);

function compile(machine: Machine, args: CallArgs): Value {
  const state = args.positional[0] === undefined ? undefined : layerStateOf(args.positional[0].value);
  if (state === undefined) return NONE;
  const bound = machine.bind(COMPILE, { ...args, positional: args.positional.slice(1) });
  state.touch();
  checkKeywords(state, 'compile', args);
  checkCompile(
    state,
    bound.values.get('loss') ?? NONE,
    bound.values.get('optimizer') ?? NONE,
    Object.fromEntries(bound.ranges),
  );
  state.compiled = {
    loss: bound.values.get('loss') ?? NONE,
    metrics: bound.values.get('metrics') ?? NONE,
    args: Object.fromEntries(bound.ranges),
    site: state.recorder.site(),
  };
  return NONE;
}

/** `Sequential(a, b)`: layers that should stand in a list; the model goes on with them. */
function withoutList(state: LayerState, args: CallArgs, bound: Bound, site: CallSite): void {
  const { recorder } = state;
  const given = args.positional
    .slice(1)
    .filter(({ value }) => layerStateOf(value) !== undefined || tensorDataOf(value) !== undefined);
  const type = recorder.machine.typeOf(given[0]?.value ?? NONE).name;
  if (recorder.kerasVersion === 3 && bound.values.get('layers')?.kind === 'instance')
    recorder.fail(
      new KerasError(
        'sequential-list',
        `Sequential takes one list of layers, not ${given.length === 1 ? 'a layer' : `${given.length} arguments`}`,
        `'${type}' object is not iterable`,
        { exception: 'TypeError', facts: { count: given.length } },
      ),
      { site, layer: state.layer },
    );
  for (const { value } of given) addToSequential(state, value, site, false);
  rebuildSequential(state);
}

function initialiseSequential(machine: Machine, args: CallArgs): Value {
  const state = args.positional[0] === undefined ? undefined : layerStateOf(args.positional[0].value);
  if (state === undefined) return NONE;
  const { recorder } = state;
  const bound = machine.bind([...signature('layers=None'), ...COMMON], {
    ...args,
    positional: args.positional.slice(1),
  });
  setUp(machine, state, bound);
  state.stack = [];
  const layers = bound.values.get('layers') ?? NONE;
  if (layers.kind === 'none') return NONE;
  const site = recorder.site();
  const alone = layerStateOf(layers) !== undefined && machine.findAttr(layers, '__iter__') === undefined;
  if (alone || tensorDataOf(layers) !== undefined) {
    withoutList(state, args, bound, site);
    return NONE;
  }
  const items = machine.iterate(layers);
  if (layers.kind === 'unknown' || items === undefined) {
    missPart(
      state,
      layers.kind === 'unknown'
        ? toUnknown(layers)
        : { kind: 'unknown', reason: 'the layers of this model are not known' },
    );
    return NONE;
  }
  for (const item of items.items) addToSequential(state, item, site, false);
  if (items.tail !== null) missPart(state, toUnknown(items.tail));
  rebuildSequential(state);
  return NONE;
}
