/** Makes native functions of op definitions: a signature, Keras' class name, and a shape rule over the tensors given. */
import { fn, type Params } from '../../python/library/define';
import type { Machine } from '../../python/machine';
import type { CallArgs, NativeFunction, Value } from '../../python/values';
import type { TensorRef } from '../definition';
import { recorderOf, type Recorder } from '../model/recorder';
import { asTensor, containsTensor, flatten, tensorDataOf } from '../model/structure';
import { givenArguments } from '../model/given';
import { recordOp, type OpResult } from './record';

export interface OpContext {
  readonly machine: Machine;
  readonly recorder: Recorder;
  readonly params: Params;
  readonly args: CallArgs;
  /** The function itself, to run it again. */
  readonly self: NativeFunction;
  /** The tensor in a parameter; undefined when it certainly holds none. */
  tensor(name: string): TensorRef | undefined;
}

export interface OpDefinition {
  /** `name(x, axis=None)`. */
  readonly signature: string;
  /** Keras' class name. */
  readonly type: string;
  /** Parameters that hold the input tensors; lists of tensors count with all their elements. Default: the first. */
  readonly inputs?: readonly string[];
  /** Arguments that further parameters have when they are not given, where the signature does not say. */
  readonly defaults?: Readonly<Record<string, number | boolean>>;
  compute(context: OpContext): OpResult;
  /** For calls without any tensor: a plain value, or undefined to go on as a constant tensor. */
  plain?(context: OpContext): Value | undefined;
}

/** The function under `name`. */
export function opFunction(definition: OpDefinition, name: string): NativeFunction {
  const self: NativeFunction = fn(`${name}${definition.signature}`, (machine, params, args) => {
    const recorder = recorderOf(machine);
    const context: OpContext = {
      machine,
      recorder,
      params,
      args,
      self,
      tensor: (parameter) =>
        params[parameter] === undefined || params[parameter].kind === 'none'
          ? undefined
          : asTensor(recorder, params[parameter]),
    };
    const names = definition.inputs ?? Object.keys(params).slice(0, 1);
    const given = names
      .map((parameter) => params[parameter])
      .filter((value): value is Value => value !== undefined && value.kind !== 'none');
    if (!given.some(containsTensor)) {
      const plain = definition.plain?.(context);
      if (plain !== undefined) return plain;
    }
    const inputs = given.flatMap((value) => inputsOf(recorder, value));
    return recordOp(recorder, {
      type: definition.type,
      fn: self,
      args,
      inputs,
      given: { ...definition.defaults, ...givenArguments(params) },
      compute: () => definition.compute(context),
    });
  });
  return self;
}

/** Tensors with a place in the graph; what is not known and arrays count, plain numbers do not. */
function inputsOf(recorder: Recorder, value: Value): TensorRef[] {
  return flatten(value).flatMap((leaf) => {
    if (tensorDataOf(leaf) === undefined && leaf.kind !== 'unknown' && leaf.kind !== 'instance') return [];
    const ref = asTensor(recorder, leaf);
    return ref === undefined ? [] : [ref];
  });
}

export const lostResult = (reason: string, dtype: string | null = null): OpResult => ({
  outputs: [{ shape: { kind: 'unknown', reason }, dtype }],
  primitive: { op: 'opaque', reason },
  unknown: reason,
});
