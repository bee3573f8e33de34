/** The modules that this room gives to the interpreter, by dotted name. */
import type { Machine } from '../../python/machine';
import { str, type ModuleValue } from '../../python/values';
import { recorderOf } from '../model/recorder';
import { kerasModule } from './kerasModules';
import { tensorflowModule } from './tensorflow';

export function kerasModules(name: string, machine: Machine): ModuleValue | undefined {
  return isOwnSource(name) ? undefined : find(name, machine);
}

/** What stands in for modules that are read from an installed Keras where there is one. */
export function kerasStandIns(name: string, machine: Machine): ModuleValue | undefined {
  return isOwnSource(name) ? find(name, machine) : undefined;
}

/** The architectures by their place in Keras' source tree: whoever names that place means these very files. */
function isOwnSource(name: string): boolean {
  return /^(?:tf_)?keras\.src\.applications\./.test(name);
}

/** Whether the program sets, on some path, the variable by which TensorFlow's `tf.keras` becomes the package `tf_keras`. */
function asksForKeras2(machine: Machine): boolean {
  const environ = machine.importModule('os')?.attrs.get('environ');
  if (environ === undefined) return false;
  const value = machine.invoke(environ, 'get', [str('TF_USE_LEGACY_KERAS'), str('0')]);
  const possible = value.kind === 'unknown' ? (value.among ?? []) : [value];
  return possible.some((one) => one.kind === 'str' && ['1', 'true'].includes(one.value.toLowerCase()));
}

function find(name: string, machine: Machine): ModuleValue | undefined {
  const parts = name.split('.');
  switch (parts[0]) {
    case 'tf_keras':
      recorderOf(machine).useKeras2();
      return kerasModule(machine, parts.slice(1));
    case 'tf_slim':
      return tensorflowModule(machine, ['contrib', 'slim', ...parts.slice(1)]);
    case 'keras':
      return kerasModule(machine, parts.slice(1));
    case 'tensorflow':
      if (asksForKeras2(machine)) recorderOf(machine).useKeras2();
      return tensorflowModule(machine, parts.slice(1));
    default:
      return undefined;
  }
}
