/** The modules that this room gives to the interpreter, by dotted name. */
import type { Machine } from '../../python/machine';
import type { ModuleValue } from '../../python/values';
import { kerasModule } from './kerasModules';
import { tensorflowModule } from './tensorflow';

export function kerasModules(name: string, machine: Machine): ModuleValue | undefined {
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
