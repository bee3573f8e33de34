/** The modules that this room gives to the interpreter, by dotted name. */
import type { Machine } from '../../python/machine';
import type { ModuleValue } from '../../python/values';
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

function find(name: string, machine: Machine): ModuleValue | undefined {
  const parts = name.split('.');
  switch (parts[0]) {
    case 'keras':
    case 'tf_keras':
      return kerasModule(machine, parts.slice(1));
    case 'tensorflow':
      return tensorflowModule(machine, parts.slice(1));
    default:
      return undefined;
  }
}
