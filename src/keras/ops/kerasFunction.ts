/**
 * `keras.ops.<name>` as programs call it: bound by Keras' own signature, which refuses what Keras refuses, and handed on with
 * the names that the operation's definition uses (its definition also serves TensorFlow's twins, which name things otherwise).
 */
import { fn } from '../../python/library/define';
import type { SourceRange } from '../../python/source';
import { native, type Arg, type KeywordArg, type NativeFunction } from '../../python/values';
import { recorderOf } from '../model/recorder';
import { argumentMistake } from './argumentChecks';
import { opDefinition } from './index';

interface Parameters {
  /** Those that take one value each. */
  readonly names: readonly string[];
  readonly required: ReadonlySet<string>;
  /** Whether `*args` or `**kwargs` takes more. */
  readonly more: boolean;
}

function parametersOf(signature: string): Parameters {
  const parts = signature
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== '*');
  const single = parts.filter((part) => !part.startsWith('*'));
  return {
    names: single.map((part) => part.split('=')[0]),
    required: new Set(single.filter((part) => !part.includes('='))),
    more: single.length < parts.length,
  };
}

function rangesOf(given: ReadonlyMap<string, Arg>): Record<string, SourceRange> {
  return Object.fromEntries(
    [...given].flatMap(([name, { range }]) => (range === null ? [] : [[name, range] as const])),
  );
}

/** `op` under Keras' signature `(x, axis=None)`. */
export function kerasFunction(
  op: NativeFunction,
  /** Name of the operation's definition. */
  name: string,
  signature: string,
  /** Name within `keras.ops`, or `random.…`, `activations.…`. */
  label = name,
): NativeFunction {
  const theirs = parametersOf(signature);
  const definition = opDefinition(name);
  // An operation without a definition makes a tensor of its first argument.
  const ours = definition === undefined ? null : parametersOf(definition.signature);
  const own = (parameter: string): string => {
    if (ours === null || ours.names.includes(parameter) || !theirs.required.has(parameter)) return parameter;
    const other = ours.names[theirs.names.indexOf(parameter)];
    return other === undefined || theirs.names.includes(other) ? parameter : other;
  };
  const strict = fn(`${op.name}${signature}`, (machine, _params, args) => {
    if (args.openPositional !== null || args.openKeywords !== null) return machine.call(op, args);
    const recorder = recorderOf(machine);
    const given = new Map<string, Arg>([
      ...args.positional.map((arg, i): [string, Arg] => [theirs.names[i] ?? `*${i}`, arg]),
      ...args.keywords,
    ]);
    const mistake = argumentMistake(recorder, label, given);
    if (mistake !== undefined) {
      recorder.fail(mistake.error, { site: recorder.site(), callArgs: rangesOf(given) });
      if (mistake.argument !== null && theirs.required.has(mistake.argument))
        return machine.unknown(mistake.error.message);
    }
    if (theirs.more) return machine.call(op, args);
    const keywords = new Map<string, KeywordArg>();
    const add = (parameter: string, arg: KeywordArg): void => {
      // What cannot be read is left at its default.
      if (parameter === mistake?.argument) return;
      const name = own(parameter);
      if (ours === null || ours.names.includes(name) || definition!.signature.includes('**'))
        keywords.set(name, arg);
    };
    args.positional.forEach((arg, i) => add(theirs.names[i], { ...arg, nameRange: null }));
    for (const [parameter, arg] of args.keywords) add(parameter, arg);
    const first = ours === null ? keywords.get(theirs.names[0]) : undefined;
    if (first !== undefined) keywords.delete(theirs.names[0]);
    return machine.call(op, { ...args, positional: first === undefined ? [] : [first], keywords });
  });
  // Keras 2 names some of them otherwise.
  return native(op.name, (machine, args) =>
    machine.call(recorderOf(machine).kerasVersion === 2 ? op : strict, args),
  );
}
