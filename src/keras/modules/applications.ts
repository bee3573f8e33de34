/** `keras.applications`: hook for the definitions of the forty architectures; a model that is not known stays unknown. */
import { native, type Value } from '../../python/values';
import type { Recorder } from '../model/recorder';

export function applicationsLookup(recorder: Recorder, name: string): Value | undefined {
  const found = recorder.applications?.(name);
  if (found !== undefined) return found;
  return /^[A-Z]/.test(name) ? native(name, (machine) => machine.unknown(`the architecture ${name} is not known`)) : undefined;
}

/** Connects the shipped programs of the architectures. */
export function installApplications(_recorder: Recorder): void {}
