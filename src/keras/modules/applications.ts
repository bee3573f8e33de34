/** `keras.applications`: the shipped programs of the architectures, interpreted when a program first asks for one. */
import { PyRaise, type Machine } from '../../python/machine';
import { NONE, native, type CallArgs, type ModuleValue, type Value } from '../../python/values';
import type { FileReader } from '../../python/source';
import { MODULE_OF, PACKAGE, PREPROCESSING, SHIPPED, SOURCES } from '../applications';
import { KerasError } from '../definition';
import { recorderOf, type Recorder } from '../model/recorder';
import { misspeltClass } from './publicNames';

/** A reader that knows the shipped programs beside the files of `reader`. */
export function withShipped(reader: FileReader | undefined): FileReader {
  const prefix = `${SHIPPED}/${PACKAGE}/`;
  return {
    read: (path) => {
      if (!path.startsWith(SHIPPED)) return reader?.read(path);
      if (!path.startsWith(prefix) || !path.endsWith('.py')) return undefined;
      const name = path.slice(prefix.length, -'.py'.length);
      return name === '__init__' ? '' : Object.hasOwn(SOURCES, name) ? SOURCES[name] : undefined;
    },
  };
}

/** A name of `keras.applications`, or of its submodule where one is given. */
export function applicationsLookup(recorder: Recorder, name: string, submodule?: string): Value | undefined {
  if (name === 'decode_predictions')
    return native(name, (owner) => owner.unknown('what the model predicts is not computed'));
  if (name === 'preprocess_input')
    return fromShipped(recorder, 'preprocessing', PREPROCESSING[submodule ?? ''] ?? 'unchanged');
  if (Object.hasOwn(MODULE_OF, name)) return architecture(fromShipped(recorder, MODULE_OF[name], name), name);
  if (submodule === undefined && Object.hasOwn(PREPROCESSING, name)) return submoduleOf(recorder, name);
  const meant = misspeltClass(
    recorder,
    submodule === undefined ? 'applications' : `applications.${submodule}`,
    name,
    (known) => applicationsLookup(recorder, known, submodule),
    Object.keys(MODULE_OF),
  );
  if (meant !== undefined) return meant;
  return /^[A-Z]/.test(name)
    ? native(name, (machine) => machine.unknown(`the architecture ${name} is not known`))
    : undefined;
}

/**
 * The architecture as Keras offers it: what its program raises is an error of the user's call. Interpretation goes on with
 * the model that the same arguments give without published weights, where they give one.
 */
function architecture(build: Value | undefined, name: string): Value {
  return native(name, (machine, args) => {
    if (build === undefined) return machine.unknown(`the architecture ${name} is not known`);
    const first = attempt(machine, build, args);
    if (typeof first !== 'string') return first;
    const recorder = recorderOf(machine);
    recorder.fail(new KerasError('application-argument', `${name} does not accept these arguments`, first), {
      site: recorder.site(),
    });
    const unweighted = new Map([
      ...args.keywords,
      ['weights', { value: NONE, range: null, nameRange: null }] as const,
    ]);
    const second =
      args.positional.length > 1 ? first : attempt(machine, build, { ...args, keywords: unweighted });
    return typeof second === 'string' ? machine.unknown(`${name} raises an error`) : second;
  });
}

/** The result, or the message of a ValueError. */
function attempt(machine: Machine, build: Value, args: CallArgs): Value | string {
  try {
    return machine.call(build, args);
  } catch (error) {
    const raised = error instanceof PyRaise && error.value.kind === 'instance' ? error.value : undefined;
    if (raised?.cls.name !== 'ValueError') throw error;
    return machine.str(raised) ?? 'ValueError';
  }
}

function fromShipped(recorder: Recorder, module: string, name: string): Value | undefined {
  const { machine } = recorder;
  const found = machine.importModule(`${PACKAGE}.${module}`);
  return found === undefined ? undefined : machine.findAttr(found, name);
}

function submoduleOf(recorder: Recorder, submodule: string): ModuleValue {
  return {
    kind: 'module',
    name: `keras.applications.${submodule}`,
    attrs: new Map(),
    open: true,
    lookup: (key) =>
      applicationsLookup(recorder, key, submodule) ??
      recorder.machine.unknown(`keras.applications.${submodule}.${key} is not modelled`),
  };
}
