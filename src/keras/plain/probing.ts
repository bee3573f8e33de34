/**
 * Looks into classes that build networks without being layers of Keras: `tf.Module`s and plain classes. One that nothing
 * makes is made with unknown arguments; then its methods that nothing called are called, in the order of their definition.
 */
import { PyRaise } from '../../python/machine';
import type { CallArgs, ClassValue, FunctionValue, InstanceValue, Value } from '../../python/values';
import type { Recorder } from '../model/recorder';
import { specified } from '../modules/tensorflowRoot';

export interface PlainProbes {
  /** Runs a probe whose effects are undone. */
  keep(body: () => void): void;
  /** Unknown values for the parameters after the first `skip` that have no default. */
  unknownArguments(fn: FunctionValue, skip: number): CallArgs;
}

/** `objects`: instances of the program's classes that the module holds by name. */
export function probePlainClasses(
  recorder: Recorder,
  classes: readonly ClassValue[],
  objects: Iterable<InstanceValue>,
  probes: PlainProbes,
): void {
  const { machine } = recorder;
  // In a program of Keras, other classes are data generators and callbacks.
  const isPlain = (cls: ClassValue): boolean =>
    !cls.mro.includes(recorder.classes.Layer) &&
    (isModule(cls) || !recorder.layers.some((layer) => !recorder.plain.functionLayers.has(layer.layer.id)));
  const found = new Set<InstanceValue>();
  for (const object of objects) if (object.cls.def !== null && isPlain(object.cls)) found.add(object);
  for (const object of found) probes.keep(() => callMethods(recorder, object, probes));
  for (const cls of classes) {
    if (cls.instances > 0 || !isPlain(cls)) continue;
    probes.keep(() => {
      const init = machine.findClassAttr(cls, '__init__')?.value;
      const made = machine.instantiate(
        cls,
        init?.kind === 'function' ? probes.unknownArguments(init, 1) : machine.args([]),
      );
      if (made.kind === 'instance') callMethods(recorder, made, probes);
    });
  }
}

const isModule = (cls: ClassValue): boolean =>
  cls.mro.some(({ name, def }) => name === 'Module' && def === null);

/** Calls what nothing called, keeping what it leaves in the object; an exception ends that call alone. */
function callMethods(recorder: Recorder, object: InstanceValue, probes: PlainProbes): void {
  const { machine } = recorder;
  for (const cls of [...object.cls.mro].reverse()) {
    if (cls.def === null) continue;
    for (const [name, value] of cls.attrs) {
      if (value.kind !== 'function' || value.calls > 0 || (name.startsWith('__') && name !== '__call__'))
        continue;
      if (machine.findClassAttr(object.cls, name)?.value !== value) continue;
      const args = withSignature(recorder, value, probes.unknownArguments(value, 1));
      try {
        machine.call({ kind: 'method', self: object, fn: value, name }, args);
      } catch (error) {
        if (!(error instanceof PyRaise)) throw error;
      }
    }
  }
}

/** The arguments with those that `tf.function(input_signature=…)` states. */
export function withSignature(recorder: Recorder, fn: FunctionValue, args: CallArgs): CallArgs {
  const stated = recorder.plain.signatures.get(fn);
  if (stated === undefined) return args;
  const values: Value[] = stated.map(
    (spec, i) => specified(recorder, spec) ?? args.positional[i]?.value ?? spec,
  );
  return {
    ...args,
    positional: [...values.map((value) => ({ value, range: null })), ...args.positional.slice(values.length)],
  };
}
