/**
 * Checks of what Keras' functions are called with, by rule rather than function by function: dtypes, data formats, kinds of
 * arguments, and functions that work on values alone. Sources: Keras `backend/common/variables.py` (`standardize_dtype`),
 * `backend/config.py` (`standardize_data_format`).
 */
import type { Arg } from '../../python/values';
import { KerasError } from '../definition';
import { dtypeName } from '../model/input';
import type { Recorder } from '../model/recorder';
import { flatten, tensorDataOf } from '../model/structure';
import { closest } from '../names';
import { refused } from './argumentKinds';

const DTYPES = [
  'bfloat16', 'float16', 'float32', 'float64', 'uint8', 'uint16', 'uint32', 'uint64', 'int8', 'int16', 'int32', 'int64', 'bool', 'string',
  'complex64', 'complex128', 'float8_e4m3fn', 'float8_e5m2', 'float', 'int',
]; // prettier-ignore

/** Functions that have no symbolic form: a tensor of a functional model stops them. */
const VALUES_ONLY = new Set([
  ...['mish', 'hard_silu', 'hard_swish', 'sparsemax'].map((name) => `activations.${name}`),
  ...['bartlett', 'blackman', 'hamming', 'hanning', 'kaiser', 'convert_to_numpy'],
  ...['beta', 'binomial', 'categorical', 'dropout', 'gamma', 'randint', 'shuffle', 'normal', 'uniform'].map(
    (name) => `random.${name}`,
  ),
]);
/** They take a pair of tensors, real and imaginary; one tensor alone is asked whether it holds any. */
const PAIRS = new Set(['fft', 'fft2', 'ifft2', 'irfft', 'istft']);
/** Random distributions of real numbers. */
const REAL = /^random\.(?:beta|binomial|gamma|normal|truncated_normal|uniform)$/;

type Given = ReadonlyMap<string, Arg>;

/** The first mistake among the arguments of `name` (`sort`, `image.resize`, `activations.mish`), by Keras' parameter names. */
export function argumentMistake(
  recorder: Recorder,
  name: string,
  given: Given,
): { readonly error: KerasError; readonly argument: string | null } | undefined {
  const traced = recorder.parent !== null || recorder.driven !== null;
  const symbolic =
    !traced &&
    [...given.values()].some(({ value }) =>
      flatten(value).some((leaf) => recorder.isSymbolic(tensorDataOf(leaf)?.tensor ?? -1)),
    );
  const dtype = given.get('dtype');
  const found =
    (dtype === undefined ? undefined : dtypeMistake(name, dtype)) ??
    (given.has('data_format') && !name.startsWith('adaptive_')
      ? formatMistake(given.get('data_format')!, recorder)
      : undefined);
  if (found !== undefined) return { error: found, argument: dtype === undefined ? 'data_format' : 'dtype' };
  if (!symbolic) return undefined;
  const first = [...given.values()][0];
  const rate = given.get('rate')?.value;
  // Without anything to drop the tensor is handed back.
  const drops = name !== 'random.dropout' || (rate?.kind === 'float' && rate.value > 0);
  if ((VALUES_ONLY.has(name) && drops) || (PAIRS.has(name) && tensorDataOf(first.value) !== undefined))
    return { error: valuesOnly(name), argument: null };
  for (const [parameter, { value }] of given) {
    const wrong = refused(name, parameter, value);
    if (wrong === undefined) continue;
    const text = recorder.machine.repr(value) ?? '…';
    return {
      argument: parameter,
      error:
        wrong === 'tensor'
          ? new KerasError(
              'op-tensor',
              `\`${parameter}\` of \`${name}()\` must be a tensor, not ${text}.`,
              `'${value.kind}' object has no attribute 'shape'`,
              { callArgument: parameter, exception: 'AttributeError', facts: { function: name, parameter } },
            )
          : new KerasError(
              'op-argument',
              `\`${parameter}\` of \`${name}()\` cannot be ${text}.`,
              `'${value.kind}' object cannot be interpreted as an integer`,
              { callArgument: parameter, exception: 'TypeError', facts: { function: name, parameter } },
            ),
    };
  }
  return undefined;
}

function dtypeMistake(name: string, { value }: Arg): KerasError | undefined {
  const dtype = dtypeName(value);
  if (value.kind === 'none' || (dtype === null && value.kind !== 'int' && value.kind !== 'float'))
    return undefined;
  // Classes of other libraries carry names of their own.
  if (value.kind === 'class' && !DTYPES.includes(dtype ?? '')) return undefined;
  if (dtype !== null && DTYPES.includes(dtype)) {
    if (!REAL.test(name) || !/^(u?int|bool)/.test(dtype)) return undefined;
    return new KerasError(
      'dtype-name',
      `\`keras.${name}()\` draws real numbers: its dtype cannot be ${dtype}.`,
      `\`keras.${name}\` requires a floating point \`dtype\`. Received: dtype=${dtype}`,
      { callArgument: 'dtype', facts: { received: dtype, suggestion: 'float32' } },
    );
  }
  const suggestion = dtype === null ? undefined : closest(dtype, DTYPES);
  return new KerasError(
    'dtype-name',
    `${dtype === null ? 'A number' : `"${dtype}"`} is no dtype${suggestion === undefined ? '.' : `. Did you mean "${suggestion}"?`}`,
    `Invalid dtype: ${dtype}`,
    { callArgument: 'dtype', facts: { received: dtype, suggestion: suggestion ?? null } },
  );
}

function formatMistake({ value }: Arg, recorder: Recorder): KerasError | undefined {
  if (value.kind === 'none') return undefined;
  if (value.kind === 'str' && ['channels_last', 'channels_first'].includes(value.value.toLowerCase()))
    return undefined;
  if (!['str', 'int', 'float', 'bool', 'tuple'].includes(value.kind)) return undefined;
  const text = value.kind === 'str' ? value.value : (recorder.machine.repr(value) ?? '…');
  const suggestion = value.kind === 'str' ? closest(text, ['channels_last', 'channels_first']) : undefined;
  return new KerasError(
    'data-format-name',
    `\`data_format\` must be "channels_last" or "channels_first", not ${text}.`,
    `The \`data_format\` argument must be one of {'channels_first', 'channels_last'}. Received: data_format=${text}`,
    { callArgument: 'data_format', facts: { received: text, suggestion: suggestion ?? null } },
  );
}

function valuesOnly(name: string): KerasError {
  return new KerasError(
    'op-symbolic',
    `\`${name}()\` works on values: it cannot take a tensor of a functional model. Call it within a layer.`,
    'A KerasTensor cannot be used as input to a JAX function. A KerasTensor is a symbolic placeholder for a shape and dtype, used when constructing Keras Functional models or Keras Functions.',
    { facts: { function: name } },
  );
}
