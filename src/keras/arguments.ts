/**
 * Checks of constructor arguments that many layers share, with Keras' own sentences. Everything raised here is certain:
 * an argument that is not known, or of a kind that might convert, passes silently and reads as null.
 *
 * Sources: Keras `utils/argument_validation.py`, `activations/__init__.py`, `backend/config.py`.
 */
import type { Known, Shape } from '../graph/graph';
import { isOpen } from '../graph/graph';
import type { Value } from '../python/values';
import { KerasError, type Config, type WeightSpec } from './definition';
import { isKnownRank } from './dims';
import { ACTIVATIONS, CONSTRAINTS, INITIALIZERS, KERAS2_ACTIVATIONS, REGULARIZERS, closest } from './names';
import { argumentText, tupleText, valueText } from './pythonText';

type Facts = NonNullable<KerasError['options']['facts']>;

/** Raises a mistake caused by the constructor argument `argument`. */
export function argumentError(
  code: string,
  argument: string,
  message: string,
  keras: string,
  facts: Facts = {},
  exception = 'ValueError',
): never {
  throw new KerasError(code, message, keras, { argument, facts: { argument, ...facts }, exception });
}

/** The value as an integer constant: ints and bools (as Python), for Keras 2 also floats, which it truncated. */
export function intOf(value: Value, config?: Config): Known<number> {
  if (value.kind === 'int') return value.value;
  if (value.kind === 'bool') return value.value ? 1 : 0;
  if (value.kind === 'float' && config?.kerasVersion === 2) return Math.trunc(value.value);
  return null;
}

/** A number, int or float. */
export function numberOf(value: Value): Known<number> {
  return value.kind === 'int' || value.kind === 'float'
    ? value.value
    : value.kind === 'bool'
      ? value.value
        ? 1
        : 0
      : null;
}

/** What Keras passes to `float()`: a number, or text that reads as one. */
export function requireNumber(config: Config, name: string): void {
  const value = config.value(name);
  const reads = value.kind === 'str' ? Number.isFinite(Number(value.value.trim() || 'x')) : false;
  if (reads || (value.kind !== 'str' && value.kind !== 'none' && elementsOf(value) === undefined)) return;
  const text = argumentText(config, name);
  argumentError(
    'number-argument',
    name,
    `\`${name}\` must be a number, not ${text}.`,
    value.kind === 'str'
      ? `could not convert string to float: ${text}`
      : `float() argument must be a string or a real number, not '${pythonType(value)}'`,
    {},
    value.kind === 'str' ? 'ValueError' : 'TypeError',
  );
}

/** True when the value certainly has no integer meaning in Python (a float counts as none; NumPy scalars and tensors may). */
export function certainlyNotInt(value: Value): boolean {
  switch (value.kind) {
    case 'int':
    case 'bool':
    case 'unknown':
    case 'instance':
      return false;
    case 'symbolic':
      return value.isNone;
    default:
      return true;
  }
}

/** Numbers, tuples, lists: certainly neither a name nor an object of the library. */
export function isPlainData({ kind }: Value): boolean {
  return (
    kind === 'int' ||
    kind === 'float' ||
    kind === 'bool' ||
    kind === 'tuple' ||
    kind === 'list' ||
    kind === 'set'
  );
}

/** Elements of a tuple or list that is wholly known in length, else undefined. */
export function elementsOf(value: Value): readonly Value[] | undefined {
  if (value.kind === 'tuple') return value.items;
  if (value.kind === 'list' && value.tail === null) return value.items;
  if (value.kind === 'range') {
    const items: Value[] = [];
    for (let i = value.start; value.step > 0 ? i < value.stop : i > value.stop; i += value.step)
      items.push({ kind: 'int', value: i });
    return items;
  }
  return undefined;
}

/** Why an argument is not known, in words. */
export function reasonFor(config: Config, name: string): string {
  const value = config.value(name);
  return value.kind === 'unknown' ? value.reason : `the argument ${name} is not known`;
}

/**
 * Keras' `standardize_tuple`: an int or `rank` ints, all positive (or not negative). Unknown entries are null. Floats within a
 * tuple pass there; as lengths of a kernel they fail when the weight is made.
 */
export function requireTuple(config: Config, name: string, rank: number, allowZero = false): Known<number>[] {
  const value = config.value(name);
  if (value.kind === 'int' && value.value > 0) return new Array<number>(rank).fill(value.value);
  const plain = positiveInts(value, rank);
  return plain ?? checkedTuple(config, name, rank, allowZero, value);
}

/** The usual case, without the apparatus of complaints. */
function positiveInts(value: Value, rank: number): number[] | null {
  if (value.kind !== 'tuple' || value.items.length !== rank) return null;
  const entries = new Array<number>(rank);
  for (let i = 0; i < rank; i++) {
    const item = value.items[i];
    if (item.kind !== 'int' || item.value <= 0) return null;
    entries[i] = item.value;
  }
  return entries;
}

function checkedTuple(
  config: Config,
  name: string,
  rank: number,
  allowZero: boolean,
  value: Value,
): Known<number>[] {
  const wrong = (more = ''): never =>
    argumentError(
      'tuple-argument',
      name,
      `\`${name}\` must be ${rank === 1 ? 'one positive integer' : `one positive integer or ${rank} of them`}, not ${valueText(config, value)}.`,
      `The \`${name}\` argument must be a tuple of ${rank} integers. Received ${name}=${argumentText(config, name)}${more}`,
      { rank },
    );
  const elements = elementsOf(value);
  let entries: Known<number>[];
  if (elements) {
    if (elements.length !== rank) wrong();
    for (const element of elements)
      if (certainlyNotInt(element) && (element.kind !== 'float' || name === 'kernel_size'))
        wrong(`including element ${valueText(config, element)}`);
    entries = elements.map((element) => intOf(element));
  } else {
    if (
      certainlyNotInt(value) &&
      value.kind !== 'list' &&
      value.kind !== 'iterator' &&
      value.kind !== 'dict' &&
      value.kind !== 'set'
    )
      wrong();
    entries = Array.from({ length: rank }, () => intOf(value));
  }
  const bad = entries.filter(
    (entry): entry is number => entry !== null && (allowZero ? entry < 0 : entry <= 0),
  );
  if (bad.length)
    wrong(
      `, including values {${[...new Set(bad)].join(', ')}} that do not satisfy \`value ${allowZero ? '>= 0' : '> 0'}\``,
    );
  return entries;
}

export type PaddingName = 'valid' | 'same' | 'causal';
const VALID_OR_SAME: readonly string[] = ['valid', 'same'];
const WITH_CAUSAL: readonly string[] = ['valid', 'same', 'causal'];

/** Keras' `standardize_padding`; null when not known. */
export function requirePadding(config: Config, allowCausal = false, name = 'padding'): PaddingName | null {
  const value = config.value(name);
  const allowed = allowCausal ? WITH_CAUSAL : VALID_OR_SAME;
  if (value.kind === 'none' || value.kind === 'int' || value.kind === 'float' || value.kind === 'bool') {
    argumentError(
      'padding-name',
      name,
      `\`${name}\` must be ${orList(allowed)}.`,
      `'${pythonType(value)}' object has no attribute 'lower'`,
      {},
      'AttributeError',
    );
  }
  if (isPlainData(value) && config.kerasVersion === 3) {
    // Keras' constructor lets a sequence through; every backend then refuses it.
    argumentError(
      'padding-name',
      name,
      `\`${name}\` must be ${orList(allowed)}.`,
      `\`padding\` must be either \`'valid'\` or \`'same'\`. Received ${argumentText(config, name)}.`,
    );
  }
  if (value.kind !== 'str') return null;
  const padding = value.value.toLowerCase();
  if (allowed.includes(padding)) return padding as PaddingName;
  const suggestion = closest(padding, allowed);
  const set = `{${allowed.map((entry) => `'${entry}'`).join(', ')}}`;
  argumentError(
    'padding-name',
    name,
    padding === 'causal'
      ? 'Causal padding exists for 1-D convolutions only.'
      : `"${value.value}" is no padding${didYouMean(suggestion)}`,
    `The \`padding\` argument must be a list/tuple or one of ${set}. Received: ${padding}`,
    { received: value.value, suggestion: suggestion ?? null },
  );
}

/** Keras' `standardize_data_format`. */
export function requireDataFormat(config: Config): void {
  if (!config.given('data_format')) return;
  const value = config.value('data_format');
  const allowed = ['channels_last', 'channels_first'];
  if (isPlainData(value)) {
    const text = argumentText(config, 'data_format');
    argumentError(
      'data-format-name',
      'data_format',
      `\`data_format\` must be ${orList(allowed)}, not ${text}.`,
      `The \`data_format\` argument must be one of {'channels_first', 'channels_last'}. Received: data_format=${text}`,
    );
  }
  if (value.kind !== 'str' || allowed.includes(value.value.toLowerCase())) return;
  const suggestion = closest(value.value, allowed);
  argumentError(
    'data-format-name',
    'data_format',
    `"${value.value}" is no data format${didYouMean(suggestion)}`,
    `The \`data_format\` argument must be one of {'channels_first', 'channels_last'}. Received: data_format=${value.value.toLowerCase()}`,
    { received: value.value, suggestion: suggestion ?? null },
  );
}

/** An activation given by name must be one of Keras'. */
export function requireActivation(config: Config, name = 'activation'): void {
  const value = config.value(name);
  const known = config.kerasVersion === 2 ? KERAS2_ACTIVATIONS : ACTIVATIONS;
  if (isPlainData(value)) {
    argumentError(
      'activation-name',
      name,
      `\`${name}\` must be a name or a function.`,
      `Could not interpret activation function identifier: ${argumentText(config, name)}`,
    );
  }
  if (value.kind !== 'str' || known.includes(value.value)) return;
  // Keras 2 looks among registered objects too: only what looks like a slip is certain enough there.
  const suggestion = closest(value.value, known);
  if (config.kerasVersion === 2 && suggestion === undefined) return;
  argumentError(
    'activation-name',
    name,
    `"${value.value}" is no activation${didYouMean(suggestion)}`,
    `Could not interpret activation function identifier: ${value.value}`,
    { received: value.value, suggestion: suggestion ?? null },
  );
}

/**
 * Initialisers, regularisers and constraints by name. An initialiser may be registered by the program, so there only a
 * slip of a known name counts as a mistake.
 */
export function requireNames(config: Config, ...names: readonly string[]): void {
  for (const name of names) {
    // Defaults are right.
    if (!config.given(name)) continue;
    const value = config.value(name);
    const kind = name.endsWith('regularizer')
      ? 'regularizer'
      : name.endsWith('constraint')
        ? 'constraint'
        : 'initializer';
    if (isPlainData(value) && config.kerasVersion === 3) {
      argumentError(
        `${kind}-name`,
        name,
        `\`${name}\` must be a name or an object, not ${argumentText(config, name)}.`,
        `Could not interpret ${kind} identifier: ${argumentText(config, name)}`,
      );
    }
    const error = value.kind === 'str' ? wrongName(kind, value.value, name, config.kerasVersion) : null;
    if (error !== null) throw error;
  }
}

/** A name that Keras looks up and certainly does not find; null for others. `argument`: what it is given as. */
export function wrongName(
  kind: 'initializer' | 'regularizer' | 'constraint',
  value: string,
  argument: string,
  kerasVersion: 2 | 3 = 3,
): KerasError | null {
  const known =
    kind === 'regularizer'
      ? kerasVersion === 2
        ? [...REGULARIZERS, 'l1_l2']
        : REGULARIZERS
      : kind === 'constraint'
        ? CONSTRAINTS
        : INITIALIZERS;
  if (known.includes(value)) return null;
  const suggestion = closest(value, known);
  // Keras 3 looks regularisers and constraints up in a fixed table; all others may be registered.
  if (suggestion === undefined && (kind === 'initializer' || kerasVersion === 2)) return null;
  return new KerasError(
    `${kind}-name`,
    `"${value}" is no ${kind}${didYouMean(suggestion)}`,
    `Could not interpret ${kind} identifier: ${value}`,
    { argument, facts: { argument, received: value, suggestion: suggestion ?? null } },
  );
}

/** ` Did you mean "relu"?` or a full stop. */
export function didYouMean(suggestion: string | undefined): string {
  return suggestion === undefined ? '.' : `. Did you mean "${suggestion}"?`;
}

/** `"valid" or "same"`. */
export function orList(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return quoted.length < 2
    ? quoted.join('')
    : `${quoted.slice(0, -1).join(', ')} or ${quoted[quoted.length - 1]}`;
}

/** Python's class name of a plain value. */
export function pythonType(value: Value): string {
  switch (value.kind) {
    case 'none':
      return 'NoneType';
    case 'list':
    case 'tuple':
    case 'dict':
    case 'int':
    case 'float':
    case 'str':
    case 'bool':
    case 'set':
    case 'function':
      return value.kind;
    default:
      return 'object';
  }
}

/** The dtype a layer computes in (and casts float inputs to): from its `dtype` argument or policy; null when not known. */
export function computeDtype(config: Config): string | null {
  return config.computeDtype === undefined ? 'float32' : config.computeDtype;
}

/** A float input is cast to the compute dtype when a layer is called; integers and strings stay. */
export function castInput(config: Config, dtype: string | null): string | null {
  if (dtype === null) return null;
  return /^(float|bfloat)/.test(dtype) ? computeDtype(config) : dtype;
}

/** Keras refuses variables with open dimensions. `shape` may have unknown entries: those pass. */
export function requireDefined(name: string, shape: Shape): void {
  if (!isKnownRank(shape) || !shape.some((dim) => isOpen(dim))) return;
  throw new KerasError(
    'open-dimension-weight',
    `The weight \`${name}\` would have the shape ${tupleText(shape)}: every length in it must be known when the layer is built, but the input leaves it open.`,
    `Shapes used to initialize variables must be fully-defined (no \`None\` dimensions). Received: shape=${tupleText(shape)} for variable path='${name}'`,
    { input: 0, facts: { weight: name } },
  );
}

/** A constraint on weights that LoRA freezes (Keras `enable_lora`). */
export function refuseWithLora(config: Config, constraint: string, what: string): void {
  const value = config.value(constraint);
  if (value.kind === 'none' || value.kind === 'unknown') return;
  argumentError(
    'lora-constraint',
    constraint,
    `\`${constraint}\` does not go with \`lora_rank\`.`,
    `Lora is incompatible with ${what} constraints. In order to enable lora on this layer, remove the \`${constraint}\` argument.`,
  );
}

/** Weights to create, after making sure that Keras can. */
export function variables(
  ...specs: readonly (WeightSpec | false | null | undefined)[]
): readonly WeightSpec[] {
  const wanted = specs.filter((spec): spec is WeightSpec => Boolean(spec));
  for (const spec of wanted) requireDefined(spec.name, spec.shape);
  return wanted;
}
