/**
 * Makes Python classes of layer definitions: binding of the constructor's arguments, names, configuration, and what the
 * definitions add. The classes of a program's own layers derive from these.
 */
import type { ConfigValue, Layer, SourceRange, Unknown } from '../../graph/graph';
import type { Bound, Machine, Parameter } from '../../python/machine';
import { nativeClass, property } from '../../python/library/classes';
import {
  NONE,
  native,
  tuple,
  type CallArgs,
  type ClassValue,
  type InstanceValue,
  type Value,
} from '../../python/values';
import { KerasError, type LayerDefinition } from '../definition';
import { closest } from '../names';
import { tensorDataOf } from './structure';
import { layerDefinition } from '../registry';
import { signature } from '../signature';
import { checkCommonArguments } from './commonArguments';
import { LayerConfig, computeDtypeOf, variableDtypeOf } from './config';
import { attachInputTensor, dtypeName, readShape } from './input';
import { userMethod } from './layerBuild';
import { withoutSelf } from './callArguments';
import { builtinCall } from './layerCall';
import { layerStateOf, LayerState } from './layerState';
import { modernArguments } from './oldArguments';
import { recorderOf, siteKey, type Recorder } from './recorder';
import { toUnknown } from './shapes';

/** Arguments that every layer takes (keras/src/layers/layer.py, `Layer.__init__`), Keras 2's included. */
export const COMMON: readonly Parameter[] = signature(
  '*, activity_regularizer=None, trainable=True, dtype=None, autocast=True, name=None, input_shape=None, input_dim=None, batch_input_shape=None, batch_size=None, input_length=None, weights=None, dynamic=None, input_dtype=None, batch_shape=None, implementation=None',
);

export function definitionOf(cls: ClassValue): LayerDefinition | null {
  for (const ancestor of cls.mro)
    if (ancestor.native !== null && typeof ancestor.native === 'object')
      return ancestor.native as LayerDefinition;
  return null;
}

/** The definition as this version of Keras has it. */
function forVersion(definition: LayerDefinition, version: 2 | 3): LayerDefinition {
  return version === 2 && definition.keras2 !== undefined
    ? { ...definition, ...definition.keras2 }
    : definition;
}

/** Python class of a definition, made once per machine. */
export function layerClass(recorder: Recorder, definition: LayerDefinition): ClassValue {
  const known = recorder.layerClasses.get(definition.name);
  if (known !== undefined) return known;
  const versioned = forVersion(definition, recorder.kerasVersion);
  const baseDefinition = definition.base === undefined ? undefined : layerDefinition(definition.base);
  const base =
    baseDefinition === undefined || baseDefinition === definition
      ? recorder.classes.Layer
      : layerClass(recorder, baseDefinition);
  const attrs: [string, Value][] = [
    ['__init__', native('__init__', (machine, args) => initialise(machine, versioned, args))],
  ];
  if (versioned.call !== undefined) attrs.push(['call', builtinCall]);
  for (const [name, impl] of Object.entries(versioned.methods ?? {})) attrs.push([name, native(name, impl)]);
  for (const [name, get] of Object.entries(versioned.properties ?? {}))
    attrs.push([name, property((machine, { self }) => get(machine, self as InstanceValue))]);
  const cls = nativeClass(recorder.machine, definition.name, {
    module: 'keras.layers',
    bases: [base],
    native: versioned,
    attrs,
  });
  recorder.layerClasses.set(definition.name, cls);
  return cls;
}

interface Constructor {
  /** The layer's own parameters, then those that all layers have. */
  readonly parameters: readonly Parameter[];
  /** Whether the layer itself takes any keyword. */
  readonly open: boolean;
}

const constructors = new WeakMap<LayerDefinition, Constructor>();

/** One list per definition, so that its signature is worked out once and not for every layer. */
function constructorOf(definition: LayerDefinition): Constructor {
  let made = constructors.get(definition);
  if (made === undefined) {
    const own = definition.parameters.filter((parameter) => parameter.kind !== 'kwargs');
    const names = new Set(own.map((parameter) => parameter.name));
    made = {
      parameters:
        definition.commonArguments === false
          ? own
          : [...own, ...COMMON.filter((parameter) => !names.has(parameter.name))],
      open: own.length < definition.parameters.length,
    };
    constructors.set(definition, made);
  }
  return made;
}

/** `__init__` of a builtin layer. */
function initialise(machine: Machine, definition: LayerDefinition, args: CallArgs): Value {
  const recorder = recorderOf(machine);
  const self = args.positional[0]?.value;
  const state = self === undefined ? undefined : layerStateOf(self);
  if (state === undefined) return NONE;
  const { parameters, open } = constructorOf(definition);
  const takes = (name: string): boolean => parameters.some((parameter) => parameter.name === name);
  const own = withoutSelf(modernArguments(recorder, definition.name, takes, args));
  const asWritten = machine.bind(parameters, own);
  const meant = open ? null : meantArgument(asWritten, parameters);
  const bound = meant === null ? asWritten : machine.bind(parameters, renamed(own, meant));
  setUp(machine, state, bound);
  const config = new LayerConfig(
    machine,
    bound,
    recorder.kerasVersion,
    computeOf(recorder, bound),
    variableOf(recorder, bound),
  );
  state.config = config;
  describe(state, bound, definition);
  // Interpretation goes on with the argument that was meant.
  if (meant !== null) {
    const error = unknownArgument(state, definition, asWritten.unexpected[0], meant.suggestion);
    recorder.fail(error, { site: siteOf(state, error, asWritten), layer: state.layer });
  }
  try {
    checkTensors(state, definition, args);
    checkBinding(state, definition, parameters, bound, open, args);
    checkCommonArguments(config, definition);
    definition.configure?.(config);
  } catch (error) {
    if (!(error instanceof KerasError)) throw error;
    state.broken = (error.options.severity ?? 'error') === 'error';
    if (state.broken) recorder.brokenSites.add(siteKey(state.layer.site.range));
    recorder.fail(error, { site: siteOf(state, error, bound), layer: state.layer });
  }
  adoptArguments(state, definition, bound);
  // Layers without weights of their own are built from the start (`Layer._build_at_init`).
  if (
    definition.weights === undefined &&
    state.sublayers.length === 0 &&
    userMethod(state, 'build') === undefined &&
    state.self.cls.def === null
  )
    state.layer.built = true;
  if (definition.name === 'InputLayer') {
    const name = bound.values.get('name');
    const shape = readShape(recorder, config, state.layer.site, state.layer.args);
    attachInputTensor(
      recorder,
      state,
      {
        shape,
        dtype: dtypeName(bound.values.get('dtype') ?? NONE),
        name: name?.kind === 'str' ? name.value : null,
      },
      state.layer.site,
    );
  }
  return NONE;
}

/** Name, `trainable`, input shape: what the base class does with the common arguments. */
export function setUp(machine: Machine, state: LayerState, bound: Bound): void {
  const { recorder } = state;
  state.touch();
  state.initialised = true;
  const value = (name: string): Value => bound.values.get(name) ?? NONE;
  const name = value('name');
  state.layer.name =
    name.kind === 'str'
      ? name.value
      : name.kind === 'unknown'
        ? `${recorder.autoName(autoNameOf(state))}`
        : recorder.autoName(autoNameOf(state));
  if (name.kind === 'unknown') (state.layer.unknowns as Record<string, Unknown>)['name'] = toUnknown(name);
  if (machine.truth(value('trainable')) === false) state.layer.trainable = false;
  state.policy = machine.truth(value('autocast')) === false ? undefined : policyOf(recorder, bound);
  const args = state.layer.args as Record<string, SourceRange>;
  bound.eachRange((parameter, range) => (args[parameter] ??= range));
  state.inputShapeArg = inputShapeArgument(value);
  if (recorder.kerasVersion === 3 && name.kind === 'str' && name.value.includes('/')) {
    recorder.fail(
      new KerasError(
        'layer-name',
        `the name "${name.value}" contains a slash`,
        `Argument \`name\` must be a string and cannot contain character \`/\`. Received: name=${name.value} (of type <class 'str'>)`,
        { argument: 'name', facts: { name: name.value } },
      ),
      { site: state.layer.site, layer: state.layer },
    );
  }
}

function autoNameOf(state: LayerState): string {
  const { definition, layer } = state;
  if (definition?.autoName !== undefined && layer.type === definition.name) return definition.autoName;
  return state.role === 'functional' && layer.type === 'Functional' && state.recorder.kerasVersion === 2
    ? 'Model'
    : layer.type;
}

/** `input_shape=`, `input_dim=` or `batch_input_shape=`, with the batch axis. */
function inputShapeArgument(value: (name: string) => Value): Value | null {
  const whole = value('batch_input_shape');
  if (whole.kind === 'tuple' || whole.kind === 'list') return whole;
  const batch = value('batch_size');
  const dim = value('input_dim');
  // Embedding has its own `input_dim`; there Keras 2's `input_length` states the shape.
  if (value('output_dim').kind !== 'none')
    return value('input_length').kind === 'int' ? tuple([batch, value('input_length')]) : null;
  if (dim.kind === 'int') return tuple([batch, dim]);
  const shape = value('input_shape');
  if (shape.kind === 'tuple') return tuple([batch, ...shape.items]);
  if (shape.kind === 'list') return shape.tail === null ? tuple([batch, ...shape.items]) : null;
  return null;
}

/** Configuration as plain data, and why what is missing in it is not known. */
function describe(state: LayerState, bound: Bound, definition: LayerDefinition): void {
  const config = { ...defaultsOf(definition) };
  const unknowns = state.layer.unknowns as Record<string, Unknown>;
  for (const parameter of definition.parameters) {
    const { name } = parameter;
    const value = bound.values.get(name);
    if (value === parameter.default) continue;
    if (value === undefined) {
      delete config[name];
      continue;
    }
    if (value.kind === 'unknown') unknowns[name] = toUnknown(value);
    config[name] = plain(value);
  }
  (state.layer as { config: Layer['config'] }).config = config;
}

const defaultsByDefinition = new WeakMap<LayerDefinition, Readonly<Record<string, ConfigValue>>>();

/** The configuration of a layer whose arguments are all left at their defaults: the shared start of every other. */
function defaultsOf(definition: LayerDefinition): Readonly<Record<string, ConfigValue>> {
  let made = defaultsByDefinition.get(definition);
  if (made === undefined) {
    made = Object.fromEntries(
      definition.parameters.map((parameter) => [
        parameter.name,
        parameter.default === undefined ? null : plain(parameter.default),
      ]),
    );
    defaultsByDefinition.set(definition, made);
  }
  return made;
}

/** A value as plain data; null for None and for what is no data. */
export function plain(value: Value, depth = 0): ConfigValue {
  switch (value.kind) {
    case 'bool':
    case 'int':
    case 'float':
    case 'str':
      return value.value;
    case 'tuple':
    case 'list':
      return depth > 4 ? null : value.items.map((item) => plain(item, depth + 1));
    case 'dict':
      return depth > 4
        ? null
        : Object.fromEntries(
            [...value.entries.values()].flatMap(({ key, value: item }) =>
              key.kind === 'str' || key.kind === 'int'
                ? [[String(key.value), plain(item, depth + 1)] as const]
                : [],
            ),
          );
    case 'native':
    case 'function':
    case 'class':
      return value.name;
    case 'instance':
      return value.cls.name;
    default:
      return null;
  }
}

/** `BatchNormalization(x)`: the tensor belongs into a second pair of brackets. What is made of it is no mistake of its own. */
function checkTensors(state: LayerState, definition: LayerDefinition, args: CallArgs): void {
  const { recorder } = state;
  if (definition.name === 'InputLayer') return;
  if (!args.positional.some(({ value }, i) => i > 0 && mayHoldTensor(value))) return;
  const given = args.positional.slice(1);
  const tensors = ({ value }: (typeof given)[number]): number[] =>
    [value, ...(value.kind === 'list' ? value.items : [])].flatMap(
      (item) => tensorDataOf(item)?.tensor ?? [],
    );
  const at = given.findIndex((arg) => tensors(arg).some((id) => recorder.isSymbolic(id)));
  if (at >= 0 || given.some((arg) => tensors(arg).some((id) => recorder.isDoubtful(id))))
    recorder.silent.add(state.self);
  if (at < 0) return;
  const others = given.length + args.keywords.size > 1 ? '…' : '';
  throw new KerasError(
    'tensor-in-constructor',
    `${definition.name} is made with a tensor as an argument: the layer is made first, and then called on the tensor: ${definition.name}(${others})(…)`,
    null,
    { exception: 'TypeError', facts: { layer: definition.name, position: at } },
  );
}

const mayHoldTensor = ({ kind }: Value): boolean => kind === 'instance' || kind === 'list';

/** Unknown keywords, missing and excess arguments, as Python and Keras complain of them. */
function checkBinding(
  state: LayerState,
  definition: LayerDefinition,
  parameters: readonly Parameter[],
  bound: Bound,
  open: boolean,
  args: CallArgs,
): void {
  const extra = open ? undefined : bound.unexpected[0];
  if (extra !== undefined) {
    const suggestion =
      closest(
        extra.name,
        parameters.map((parameter) => parameter.name),
      ) ?? null;
    throw unknownArgument(state, definition, extra, suggestion);
  }
  const twice =
    args.keywords.size > 0 && args.positional.length > 1
      ? parameters
          .filter(({ kind }) => kind === undefined || kind === 'positional')
          .slice(0, args.positional.length - 1)
          .find(({ name }) => args.keywords.has(name))
      : undefined;
  if (twice !== undefined)
    throw new KerasError(
      'argument-twice',
      `${definition.name} gets \`${twice.name}\` twice: by its place and by its name`,
      `${definition.name}.__init__() got multiple values for argument '${twice.name}'`,
      { exception: 'TypeError', argument: twice.name, facts: { twice: twice.name } },
    );
  const missing = bound.missing[0];
  if (missing !== undefined) {
    throw new KerasError(
      'missing-argument',
      `${definition.name} needs the argument \`${missing}\``,
      `${definition.name}.__init__() missing ${bound.missing.length} required positional argument${bound.missing.length === 1 ? '' : 's'}: ${bound.missing.map((name) => `'${name}'`).join(' and ')}`,
      { exception: 'TypeError', facts: { name: missing, layer: definition.name } },
    );
  }
  if (bound.excess > 0) {
    const most =
      parameters.filter((parameter) => parameter.kind === undefined || parameter.kind === 'positional')
        .length + 1;
    throw new KerasError(
      'excess-arguments',
      `${definition.name} takes at most ${most - 1} positional arguments`,
      `${definition.name}.__init__() takes from 1 to ${most} positional arguments but ${most + bound.excess} were given`,
      {
        exception: 'TypeError',
        facts: { layer: definition.name, most: most - 1 },
      },
    );
  }
}

function unknownArgument(
  state: LayerState,
  definition: LayerDefinition,
  extra: Bound['unexpected'][number],
  suggestion: string | null,
): KerasError {
  const repr = state.recorder.machine.repr(extra.value) ?? '…';
  return new KerasError(
    'unknown-argument',
    `${definition.name} takes no argument \`${extra.name}\`${suggestion === null ? '' : `; did you mean \`${suggestion}\`?`}`,
    `Unrecognized keyword arguments passed to ${definition.name}: {'${extra.name}': ${repr}}`,
    { argument: extra.name, facts: { name: extra.name, suggestion, layer: definition.name } },
  );
}

interface Renaming {
  readonly name: string;
  readonly suggestion: string;
}

/** The parameter that a misspelt keyword was meant for, where that is not given besides. */
function meantArgument(bound: Bound, parameters: readonly Parameter[]): Renaming | null {
  const extra = bound.unexpected[0];
  if (extra === undefined) return null;
  const suggestion = closest(
    extra.name,
    parameters.map(({ name }) => name),
  );
  return suggestion === undefined || bound.ranges.has(suggestion) ? null : { name: extra.name, suggestion };
}

function renamed(args: CallArgs, { name, suggestion }: Renaming): CallArgs {
  return {
    ...args,
    keywords: new Map(
      [...args.keywords].map(([keyword, arg]) => [keyword === name ? suggestion : keyword, arg] as const),
    ),
  };
}

/** An unknown keyword has no parameter range: its name in the call is the place. */
function siteOf(state: LayerState, error: KerasError, bound: Bound): LayerState['layer']['site'] {
  const range = error.code === 'unknown-argument' ? bound.unexpected[0]?.nameRange : null;
  return range == null ? state.layer.site : { ...state.layer.site, range };
}

/** Layers given as arguments of a wrapper belong to it. */
function adoptArguments(state: LayerState, definition: LayerDefinition, bound: Bound): void {
  for (const name of definition.sublayers ?? []) {
    const value = bound.values.get(name);
    if (value === undefined) continue;
    const items = value.kind === 'list' || value.kind === 'tuple' ? value.items : [value];
    for (const item of items) {
      const layer = layerStateOf(item);
      if (layer === undefined) continue;
      state.adopt(layer);
      // What a layer with a mistake gives is a guess, and so is what a wrapper makes of it.
      if (layer.broken) state.broken = true;
    }
  }
}

function policyOf(recorder: Recorder, bound: Bound): string | null {
  const dtype = bound.values.get('dtype') ?? NONE;
  if (dtype.kind === 'none') return recorder.dtypePolicy;
  return dtypeName(dtype);
}

function computeOf(recorder: Recorder, bound: Bound): string | null {
  const policy = policyOf(recorder, bound);
  return policy === null ? null : computeDtypeOf(policy);
}

function variableOf(recorder: Recorder, bound: Bound): string | null {
  const policy = policyOf(recorder, bound);
  return policy === null ? null : variableDtypeOf(policy);
}

/** The configuration of a layer that is being made. */
const NOTHING: Layer['config'] = Object.freeze({});

/** Creates the state of a new layer object; hooked to the class `Layer`. */
export function createState(
  machine: Machine,
  self: InstanceValue,
  kind: LayerState['role'],
  type: string,
  range: SourceRange | null = null,
): LayerState {
  const recorder = recorderOf(machine);
  const definition = kind === 'layer' ? definitionOf(self.cls) : null;
  const layer = recorder.layer({
    name: '',
    type,
    builtin: definition?.name ?? null,
    site:
      range === null || recorder.driven !== null
        ? recorder.site()
        : recorder.siteOf(range, machine.callStack()),
    args: {},
    config: NOTHING,
    unknowns: {},
    built: false,
    trainable: true,
    weights: [],
    sublayers: [],
    nodes: [],
    probed: machine.probing,
  });
  const state = new LayerState(recorder, layer, definition, kind);
  state.self = self;
  recorder.layers.push(state);
  return state;
}
