/** The arguments of a layer call as Keras sees them: which hold tensors, and in which order they enter the node. */
import type { SourceRange, TensorId } from '../../graph/graph';
import type { Parameter } from '../../python/machine';
import type { Arg, CallArgs, UnknownValue, Value } from '../../python/values';
import type { TensorRef } from '../definition';
import type { Recorder } from './recorder';
import { asTensor, flatten, isTensor, tensorDataOf, tensorsIn } from './structure';

const names = new WeakMap<readonly Parameter[], readonly string[]>();

/** Names of a signature, worked out once. */
export function namesOf(parameters: readonly Parameter[]): readonly string[] {
  let made = names.get(parameters);
  if (made === undefined) names.set(parameters, (made = parameters.map(({ name }) => name)));
  return made;
}
/** Arrays become tensors, as Keras converts them. */
export function toTensorLeaf(recorder: Recorder, leaf: Value): Value {
  if (leaf.kind !== 'instance' || leaf.cls.name !== 'ndarray' || isTensor(leaf)) return leaf;
  const ref = asTensor(recorder, leaf);
  return ref === undefined ? leaf : recorder.valueOf(ref.tensor);
}

export function firstArgument(args: CallArgs, name: string | undefined): Arg | undefined {
  return (
    args.positional[1] ??
    (name === undefined ? undefined : args.keywords.get(name)) ??
    [...args.keywords.values()][0]
  );
}

/** Tensors of the first argument; what is not known counts as a tensor of unknown shape. */
export function inputRefs(recorder: Recorder, value: Value, numbers = false): TensorRef[] {
  const data = tensorDataOf(value);
  if (data !== undefined) return [recorder.ref(data.tensor)];
  const leaves = flatten(value);
  // Text in lists is one tensor of strings, as the layers that read text take it; so are numbers for some layers.
  const text = leaves.every(({ kind }) => kind === 'str');
  const counted =
    numbers && openTail(value) === null && leaves.every(({ kind }) => kind === 'int' || kind === 'float');
  if (leaves.length > 0 && (text || counted)) {
    const ref = asTensor(recorder, value);
    return ref === undefined ? [] : [ref];
  }
  // A list that may go on: nothing can be said for certain about the whole of it.
  const open = openTail(value);
  const rest = open === null ? [] : [recorder.doubt(asTensor(recorder, open)!)];
  return [...refsOf(recorder, leaves), ...rest];
}

/** Why a list within the structure may go on; null when all of it is known. */
export function openTail(value: Value): UnknownValue | null {
  switch (value.kind) {
    case 'list':
      return value.tail ?? firstTail(value.items);
    case 'tuple':
      return firstTail(value.items);
    case 'dict':
      return value.tail;
    default:
      return null;
  }
}

function firstTail(items: readonly Value[]): UnknownValue | null {
  for (const item of items) {
    const tail = openTail(item);
    if (tail !== null) return tail;
  }
  return null;
}

function refsOf(recorder: Recorder, leaves: readonly Value[]): TensorRef[] {
  const refs: TensorRef[] = [];
  for (const leaf of leaves) {
    if (leaf.kind === 'none' || leaf.kind === 'str') continue;
    const ref = asTensor(recorder, leaf);
    if (ref !== undefined) refs.push(ref);
  }
  return refs;
}

/** Input tensors of the node: those of the first argument, then others by argument, each call of it once. */
export function orderedInputs(
  first: readonly TensorRef[],
  tensorArguments: readonly { readonly value: Value }[],
): TensorId[] {
  const ids = first.map((ref) => ref.tensor);
  // The usual call, on one tensor.
  if (
    ids.length === 1 &&
    tensorArguments.length === 1 &&
    tensorDataOf(tensorArguments[0].value)?.tensor === ids[0]
  )
    return ids;
  const all =
    tensorArguments.length === 1
      ? tensorsIn(tensorArguments[0].value)
      : tensorArguments.flatMap(({ value }) => tensorsIn(value));
  for (let i = ids.length > 0 && all[0] === ids[0] ? ids.length : 0; i < all.length; i++) ids.push(all[i]);
  return ids;
}

export function withMask(args: CallArgs, mask: Value): CallArgs {
  return {
    ...args,
    keywords: new Map([...args.keywords, ['mask', { value: mask, range: null, nameRange: null }]]),
  };
}

export function withoutSelf(args: CallArgs): CallArgs {
  return {
    positional: args.positional.slice(1),
    keywords: args.keywords,
    openPositional: args.openPositional,
    openKeywords: args.openKeywords,
    range: args.range,
  };
}

/** Ranges by input index are not known for elements of a list: the whole argument stands for them. */
export function elementRanges(arg: Arg | undefined): (SourceRange | null)[] {
  return arg === undefined ? [] : [arg.range];
}
