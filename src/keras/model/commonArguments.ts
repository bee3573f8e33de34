/**
 * Checks of arguments that mean the same wherever they stand: name, dtype, seed, data format, initialisers, regularisers
 * and constraints. Sources: Keras `layers/layer.py`, `ops/operation.py`, `dtype_policies/__init__.py`, `random/seed_generator.py`.
 */
import { argumentError, didYouMean, isPlainData, numberOf, requireNames } from '../arguments';
import type { Config, LayerDefinition } from '../definition';
import { closest } from '../names';
import { argumentText } from '../pythonText';

const DTYPES = [
  'float16', 'float32', 'float64', 'uint8', 'uint16', 'uint32', 'uint64', 'int8', 'int16', 'int32', 'int64', 'bfloat16',
  'bool', 'string', 'float8_e4m3fn', 'float8_e5m2', 'complex64', 'complex128', 'int', 'mixed_float16', 'mixed_bfloat16',
]; // prettier-ignore

/** Raises the first mistake among a layer's common arguments. Keras 3 only: Keras 2 looked names up elsewhere. */
export function checkCommonArguments(config: Config, definition: LayerDefinition): void {
  if (config.kerasVersion === 2) return;
  checkDtype(config);
  checkName(config);
  checkTrainable(config);
  const { names, looked } = namesOf(definition);
  requireNames(config, ...looked);
  if (names.includes('seed') && drawsRandomly(config, names)) checkSeed(config);
}

interface Names {
  readonly names: readonly string[];
  /** Parameters that Keras looks up by name. */
  readonly looked: readonly string[];
}

const namesByDefinition = new WeakMap<LayerDefinition, Names>();

/** Worked out once per definition, not for every layer. */
function namesOf(definition: LayerDefinition): Names {
  let made = namesByDefinition.get(definition);
  if (made === undefined) {
    const names = definition.parameters.map(({ name }) => name);
    const looked = [...new Set([...names, 'activity_regularizer'])].filter(
      (name) => /_(initializer|regularizer|constraint)$/.test(name) && !definition.ignored?.includes(name),
    );
    made = { names, looked };
    namesByDefinition.set(definition, made);
  }
  return made;
}

function checkDtype(config: Config): void {
  if (!config.given('dtype')) return;
  const value = config.value('dtype');
  if (isPlainData(value)) {
    const text = argumentText(config, 'dtype');
    argumentError(
      'dtype-name',
      'dtype',
      `\`dtype\` must be a name such as "float32", not ${text}.`,
      `Cannot interpret \`dtype\` argument. Expected a string or an instance of DTypePolicy. Received: dtype=${text}`,
    );
  }
  // Quantised policies have parts in their names; only what is no policy at all is certain.
  if (
    value.kind !== 'str' ||
    DTYPES.includes(value.value) ||
    /^(int8|int4|float8|gptq|awq)/.test(value.value)
  )
    return;
  const suggestion = closest(value.value, DTYPES);
  argumentError(
    'dtype-name',
    'dtype',
    `"${value.value}" is no dtype${didYouMean(suggestion)}`,
    `Cannot convert '${value.value}' to a mixed precision DTypePolicy. Valid policies include 'mixed_float16', 'mixed_bfloat16', and the name of any float dtype such as 'float32'.`,
    { received: value.value, suggestion: suggestion ?? null },
  );
}

function checkName(config: Config): void {
  if (!config.given('name')) return;
  if (!isPlainData(config.value('name'))) return;
  const text = argumentText(config, 'name');
  argumentError(
    'layer-name',
    'name',
    `\`name\` must be a string, not ${text}.`,
    `Argument \`name\` must be a string and cannot contain character \`/\`. Received: name=${text}`,
  );
}

function checkTrainable(config: Config): void {
  if (!config.given('trainable')) return;
  const value = config.value('trainable');
  if (value.kind === 'bool' || !(isPlainData(value) || value.kind === 'none' || value.kind === 'str')) return;
  const text = argumentText(config, 'trainable');
  argumentError(
    'trainable-invalid',
    'trainable',
    `\`trainable\` must be True or False, not ${text}.`,
    `Expected \`trainable\` to be a boolean. Received: trainable=${text}`,
  );
}

/** Layers that drop or add noise make their generator only where there is something to draw; others always do. */
function drawsRandomly(config: Config, names: readonly string[]): boolean {
  if (names.includes('recurrent_dropout')) return true;
  const share = ['rate', 'stddev', 'dropout'].find((name) => names.includes(name));
  return share === undefined || (numberOf(config.value(share)) ?? 0) > 0;
}

function checkSeed(config: Config): void {
  const value = config.value('seed');
  if (value.kind === 'int' || value.kind === 'bool' || !(isPlainData(value) || value.kind === 'str')) return;
  const text = argumentText(config, 'seed');
  argumentError(
    'seed-invalid',
    'seed',
    `\`seed\` must be an integer, not ${text}.`,
    `Argument \`seed\` must be an integer. Received: seed=${text}`,
  );
}
