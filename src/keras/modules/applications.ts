/** `keras.applications`: the shipped programs of the architectures, interpreted when a program first asks for one. */
import { native, type ModuleValue, type Value } from '../../python/values';
import type { FileReader } from '../../python/source';
import { MODULE_OF, PACKAGE, PREPROCESSING, SOURCES } from '../applications';
import type { Recorder } from '../model/recorder';

/** Root under which the interpreter finds the shipped programs; no file system has it. */
export const SHIPPED = '<convlens>';

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
  if (name === 'decode_predictions') return native(name, (owner) => owner.unknown('what the model predicts is not computed'));
  if (name === 'preprocess_input') return fromShipped(recorder, 'preprocessing', PREPROCESSING[submodule ?? ''] ?? 'unchanged');
  if (Object.hasOwn(MODULE_OF, name)) return fromShipped(recorder, MODULE_OF[name], name);
  if (submodule === undefined && Object.hasOwn(PREPROCESSING, name)) return submoduleOf(recorder, name);
  return /^[A-Z]/.test(name) ? native(name, (machine) => machine.unknown(`the architecture ${name} is not known`)) : undefined;
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
    lookup: (key) => applicationsLookup(recorder, key, submodule) ?? recorder.machine.unknown(`keras.applications.${submodule}.${key} is not modelled`),
  };
}
