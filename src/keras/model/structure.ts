/** Nested structures of tensors (lists, tuples, dicts) as Keras' `tree` walks them, and what counts as a tensor in them. */
import type { Dim, Shape, SourceRange, TensorId } from '../../graph/graph';
import type { Arg, CallArgs, InstanceValue, KeywordArg, Value } from '../../python/values';
import type { TensorRef } from '../definition';
import { LayerState } from './layerState';
import type { Recorder, TensorData } from './recorder';
import { toUnknown } from './shapes';

/** Leaves in Keras' order: dicts by sorted key. None is a leaf too. */
export function flatten(value: Value, leaves: Value[] = []): Value[] {
  switch (value.kind) {
    case 'tuple':
    case 'list':
      for (const item of value.items) flatten(item, leaves);
      return leaves;
    case 'dict':
      for (const { value: item } of sortedEntries(value)) flatten(item, leaves);
      return leaves;
    default:
      leaves.push(value);
      return leaves;
  }
}

type Entry = { readonly key: Value; readonly value: Value };

function sortedEntries(dict: Extract<Value, { kind: 'dict' }>): Entry[] {
  const entries = [...dict.entries.values()];
  if (entries.some(({ key }) => key.kind !== 'str')) return entries;
  return entries.sort((a, b) =>
    (a.key as { value: string }).value < (b.key as { value: string }).value ? -1 : 1,
  );
}

/** The same structure with every leaf replaced; the leaves are met in the order of `flatten`. */
export function mapStructure(value: Value, change: (leaf: Value) => Value): Value {
  switch (value.kind) {
    case 'tuple':
      return { ...value, items: value.items.map((item) => mapStructure(item, change)) };
    case 'list':
      return { kind: 'list', items: value.items.map((item) => mapStructure(item, change)), tail: value.tail };
    case 'dict': {
      // Leaves are met in `flatten`'s order, so that those of one structure can be put into another; the entries keep theirs.
      const changed = new Map<Value, Value>();
      for (const entry of sortedEntries(value)) changed.set(entry.key, mapStructure(entry.value, change));
      return {
        ...value,
        entries: new Map(
          [...value.entries].map(([key, entry]) => [
            key,
            { key: entry.key, value: changed.get(entry.key) ?? entry.value },
          ]),
        ),
      };
    }
    case 'slice':
      return {
        kind: 'slice',
        start: change(value.start),
        stop: change(value.stop),
        step: change(value.step),
      };
    default:
      return change(value);
  }
}

/** Arguments with every leaf replaced; containers are copies, since the program may change its own later. */
export function mapArgs(args: CallArgs, change: (leaf: Value) => Value): CallArgs {
  const mapped = <A extends Arg>(arg: A): A => {
    const value = mapStructure(arg.value, change);
    return value === arg.value ? arg : { ...arg, value };
  };
  let positional: Arg[] | null = null;
  for (let i = 0; i < args.positional.length; i++) {
    const arg = args.positional[i];
    const changed = mapped(arg);
    if (changed !== arg) (positional ??= args.positional.slice())[i] = changed;
  }
  let keywords: Map<string, KeywordArg> | null = null;
  for (const [name, arg] of args.keywords) {
    const changed = mapped(arg);
    if (changed !== arg) (keywords ??= new Map(args.keywords)).set(name, changed);
  }
  if (positional === null && keywords === null) return args;
  return {
    positional: positional ?? args.positional,
    keywords: keywords ?? args.keywords,
    openPositional: args.openPositional,
    openKeywords: args.openKeywords,
    range: args.range,
  };
}

/** Payload of a tensor or variable object. */
export function tensorDataOf(value: Value): TensorData | undefined {
  if (
    value.kind !== 'instance' ||
    value.data === null ||
    typeof value.data !== 'object' ||
    value.data instanceof LayerState
  )
    return undefined;
  const data = value.data as Partial<TensorData>;
  return typeof data.tensor === 'number' ? (data as TensorData) : undefined;
}

/** A tensor or variable object. Unknown values and plain numbers are none. */
export function isTensor(value: Value): value is InstanceValue {
  return tensorDataOf(value) !== undefined;
}

/** Whether some leaf of the structure is a tensor. */
export function containsTensor(value: Value): boolean {
  switch (value.kind) {
    case 'instance':
      return isTensor(value);
    case 'tuple':
    case 'list':
      return value.items.some(containsTensor);
    case 'dict':
      for (const entry of value.entries.values()) if (containsTensor(entry.value)) return true;
      return false;
    default:
      return false;
  }
}

/** The tensors among the leaves. */
export function tensorsIn(value: Value): TensorId[] {
  const ids: TensorId[] = [];
  for (const leaf of flatten(value)) {
    const data = tensorDataOf(leaf);
    if (data !== undefined) ids.push(data.tensor);
  }
  return ids;
}

interface ArrayData {
  readonly shape: Shape;
  readonly dtype?: string | null;
  readonly data?: unknown;
}

function arrayDataOf(value: Value): ArrayData | undefined {
  if (value.kind !== 'instance' || value.cls.name !== 'ndarray') return undefined;
  const data = value.data as Partial<ArrayData> | null;
  return data !== null && typeof data === 'object' && data.shape !== undefined
    ? (data as ArrayData)
    : undefined;
}

/**
 * Anything that Keras converts to a tensor, as one: tensors, variables, arrays, numbers, nested lists of numbers, and
 * values that are not known (a tensor of unknown shape). Undefined for what certainly is none.
 */
export function asTensor(recorder: Recorder, value: Value): TensorRef | undefined {
  const data = tensorDataOf(value);
  if (data !== undefined) return recorder.ref(data.tensor);
  switch (value.kind) {
    case 'unknown':
      return recorder.standFor(toUnknown(value));
    case 'int':
      return refOf(recorder.constant({ shape: [], dtype: 'int32' }, value.value), recorder);
    case 'bool':
      return refOf(recorder.constant({ shape: [], dtype: 'bool' }, Number(value.value)), recorder);
    case 'float':
      return refOf(recorder.constant({ shape: [], dtype: 'float32' }, value.value), recorder);
    case 'symbolic':
      return refOf(recorder.constant({ shape: [], dtype: 'int32' }), recorder);
    case 'list':
    case 'tuple': {
      const shape = nestedShape(recorder, value);
      return shape === undefined
        ? undefined
        : refOf(
            recorder.constant({ shape, dtype: nestedDtype(value) }, undefined, nestedNumbers(value)),
            recorder,
          );
    }
    case 'instance': {
      const array = arrayDataOf(value);
      if (array !== undefined)
        return refOf(
          recorder.constant(
            { shape: arrayShape(array), dtype: array.dtype ?? null },
            undefined,
            array.data as readonly number[] | undefined,
          ),
          recorder,
        );
      if (value.data instanceof LayerState) return undefined;
      return refOf(
        recorder.constant({
          shape: { kind: 'unknown', reason: `the shape of this ${value.cls.name} is not known` },
          dtype: null,
        }),
        recorder,
      );
    }
    default:
      return undefined;
  }
}

function refOf(value: InstanceValue, recorder: Recorder): TensorRef {
  return recorder.ref((value.data as TensorData).tensor);
}

/** Array shapes may hold values of the program (symbolic lengths) beside plain numbers. */
function arrayShape(array: ArrayData): Shape {
  const shape = array.shape as unknown;
  if (!Array.isArray(shape)) {
    const unknown = shape as { reason?: string };
    return { kind: 'unknown', reason: unknown.reason ?? 'the shape of this array is not known' };
  }
  return shape.map((dim: unknown) => {
    if (typeof dim === 'number') return dim;
    const entry = dim as { kind?: string; reason?: string; expr?: never; formula?: never };
    if (entry.kind === 'symbolic') return { kind: 'open', formula: entry.expr };
    if (entry.kind === 'open') return { kind: 'open', formula: entry.formula };
    return { kind: 'unknown', reason: entry.reason ?? 'a length of this array is not known' };
  });
}

function nestedShape(recorder: Recorder, value: Value): Shape | undefined {
  if (value.kind === 'str') return [];
  if (value.kind !== 'list' && value.kind !== 'tuple') return asTensor(recorder, value)?.shape;
  if (value.kind === 'list' && value.tail !== null) return toUnknown(value.tail);
  if (value.items.length === 0) return [0];
  const first = nestedShape(recorder, value.items[0]);
  if (first === undefined || !Array.isArray(first)) return first;
  return [value.items.length, ...(first as readonly Dim[])];
}

/** The numbers of nested lists, in C order; undefined where one is not known. */
function nestedNumbers(value: Value): readonly number[] | undefined {
  const numbers: number[] = [];
  for (const leaf of flatten(value)) {
    if (leaf.kind === 'int' || leaf.kind === 'float') numbers.push(leaf.value);
    else if (leaf.kind === 'bool') numbers.push(Number(leaf.value));
    else return undefined;
  }
  return numbers;
}

function nestedDtype(value: Value): string | null {
  for (const leaf of flatten(value)) {
    if (leaf.kind === 'str') return 'string';
    if (leaf.kind === 'float') return 'float32';
    if (leaf.kind !== 'int') return null;
  }
  return 'int32';
}

/** Ranges of a call's arguments by parameter name. */
export function argumentRanges(
  names: readonly string[],
  args: CallArgs,
  skip = 1,
): Record<string, SourceRange> {
  const ranges: Record<string, SourceRange> = {};
  for (let i = skip; i < args.positional.length; i++) {
    const { range } = args.positional[i];
    const name = names[i - skip];
    if (range !== null && name !== undefined) ranges[name] = range;
  }
  for (const [name, arg] of args.keywords) if (arg.range !== null) ranges[name] = arg.range;
  return ranges;
}
