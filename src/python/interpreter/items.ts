/** Subscripts, membership and length. */
import type { DictEntry, SliceValue, UnknownValue, Value } from '../values';
import { int, list, str, tuple, unknown } from '../values';
import { hashKey, isUnhashable } from '../hash';
import { bindAttr } from './attributes';
import { hook, lookupValue, unwrap } from './classes';
import { equal } from './equality';
import type { Interpreter } from './interpreter';
import { iterate } from './iteration';

const because = (cause: UnknownValue): UnknownValue => unknown(cause.reason, cause.at);

function indexOf(value: Value): number | undefined {
  return value.kind === 'int' ? value.value : value.kind === 'bool' ? Number(value.value) : undefined;
}

/** A special method that the instance's class defines itself, bound; none for those of a built-in type it wraps. */
export function ownMethod(vm: Interpreter, obj: Value, name: string): Value | undefined {
  if (obj.kind !== 'instance') return undefined;
  const found = lookupValue(obj.cls, name);
  if (found === undefined || (found.kind === 'native' && unwrap(obj) !== obj)) return undefined;
  return bindAttr(vm, found, obj, obj.cls);
}

export function getItem(vm: Interpreter, obj: Value, index: Value): Value {
  switch (obj.kind) {
    case 'tuple':
      return sequenceItem(vm, obj.items, null, index, 'tuple');
    case 'list':
      return sequenceItem(vm, obj.items, obj.tail, index, 'list');
    case 'str':
    case 'bytes':
      return textItem(vm, obj, index);
    case 'range':
      return rangeItem(vm, obj, index);
    case 'dict': {
      const key = hashKey(index);
      if (key === undefined) {
        if (isUnhashable(index)) return vm.raise('TypeError', `unhashable type: '${vm.typeOf(index).name}'`);
        return index.kind === 'unknown' ? because(index) : unknown('the key is not known');
      }
      const entry = obj.entries.get(key);
      if (entry !== undefined) return entry.value;
      if (obj.defaultFactory !== undefined && obj.defaultFactory.kind !== 'none' && obj.tail === null) {
        const made = vm.apply(obj.defaultFactory, []);
        vm.touch(obj);
        obj.entries.set(key, { key: index, value: made });
        return made;
      }
      if (obj.cls !== undefined) {
        const missing = lookupValue(obj.cls, '__missing__');
        if (missing !== undefined) return vm.apply(bindAttr(vm, missing, obj, obj.cls), [index]);
      }
      if (obj.tail !== null) return because(obj.tail);
      return vm.raiseWith('KeyError', [index]);
    }
    case 'instance': {
      const own = ownMethod(vm, obj, '__getitem__');
      if (own !== undefined) return vm.apply(own, [index]);
      const wrapped = unwrap(obj);
      if (wrapped !== obj) {
        if (wrapped.kind === 'dict') {
          const missing = ownMethod(vm, obj, '__missing__');
          const key = hashKey(index);
          if (
            missing !== undefined &&
            key !== undefined &&
            !wrapped.entries.has(key) &&
            wrapped.tail === null
          )
            return vm.apply(missing, [index]);
        }
        return getItem(vm, wrapped, index);
      }
      const base = vm.unknownBase(obj.cls);
      if (base !== null) return because(base);
      break;
    }
    case 'class': {
      const answered = hook(obj, 'meta')?.(vm, obj, 'getItem', [index]);
      if (answered !== undefined) return answered;
      const own = lookupValue(obj, '__class_getitem__');
      // `list[int]`, `Generic[T]`: the class itself, for all that is computed here.
      return own === undefined ? obj : vm.apply(bindAttr(vm, own, obj, obj), [index]);
    }
    case 'unknown':
      return obj.among === undefined && obj.type === undefined ? obj : because(obj);
    case 'native':
    case 'function':
      break;
  }
  return vm.raise('TypeError', `'${vm.typeOf(obj).name}' object is not subscriptable`);
}

function sequenceItem(
  vm: Interpreter,
  items: readonly Value[],
  tail: UnknownValue | null,
  index: Value,
  kind: 'list' | 'tuple',
): Value {
  const at = indexOf(index);
  if (at !== undefined) {
    if (at < 0 && tail !== null) return because(tail);
    const value = items[at < 0 ? at + items.length : at];
    if (value !== undefined) return value;
    return tail !== null ? because(tail) : vm.raise('IndexError', `${kind} index out of range`);
  }
  if (index.kind === 'slice') {
    const bounds = sliceBounds(index, tail === null ? items.length : null);
    if (bounds === undefined)
      return unknown(sliceReason(index) ?? tail?.reason ?? 'the slice is not known', null, kind);
    if (tail !== null) return kind === 'list' ? openSlice(items, tail, bounds) : because(tail);
    const picked: Value[] = [];
    for (let i = bounds.start; bounds.step > 0 ? i < bounds.stop : i > bounds.stop; i += bounds.step)
      picked.push(items[i]);
    return kind === 'list' ? list(picked) : tuple(picked);
  }
  if (index.kind === 'unknown') {
    // Whatever the index, it is one of them.
    if (tail === null && items.length === 1) return items[0];
    return unknown(index.reason, index.at);
  }
  if (index.kind === 'symbolic') return unknown('the index depends on an open length');
  if (index.kind === 'instance') {
    const own = ownMethod(vm, index, '__index__');
    if (own !== undefined) return sequenceItem(vm, items, tail, vm.apply(own, []), kind);
    return unknown('the index is not known');
  }
  return vm.raise('TypeError', `${kind} indices must be integers or slices, not ${vm.typeOf(index).name}`);
}

/** A slice of a list with an open end: known as far as it stays within the known elements. */
function openSlice(items: readonly Value[], tail: UnknownValue, bounds: Bounds): Value {
  if (bounds.step !== 1 || bounds.start < 0 || bounds.stop < 0) return unknown(tail.reason, tail.at, 'list');
  if (bounds.stop <= items.length) return list(items.slice(bounds.start, bounds.stop));
  return bounds.start <= items.length
    ? list(items.slice(bounds.start), tail)
    : unknown(tail.reason, tail.at, 'list');
}

interface Bounds {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

/** `slice.indices(length)`; for an unknown length (null) the raw bounds. Undefined when a part is not known. */
export function sliceBounds(slice: SliceValue, length: number | null): Bounds | undefined {
  const part = (value: Value): number | null | undefined =>
    value.kind === 'none' || (value.kind === 'symbolic' && value.isNone) ? null : indexOf(value);
  const step = part(slice.step) ?? (part(slice.step) === null ? 1 : undefined);
  const start = part(slice.start);
  const stop = part(slice.stop);
  if (step === undefined || start === undefined || stop === undefined || step === 0) return undefined;
  if (length === null) return { start: start ?? 0, stop: stop ?? Infinity, step };
  const clip = (value: number): number => {
    const from = value < 0 ? value + length : value;
    return step > 0 ? Math.min(Math.max(from, 0), length) : Math.min(Math.max(from, -1), length - 1);
  };
  return {
    start: start === null ? (step > 0 ? 0 : length - 1) : clip(start),
    stop: stop === null ? (step > 0 ? length : -1) : clip(stop),
    step,
  };
}

function sliceReason(slice: SliceValue): string | undefined {
  for (const part of [slice.start, slice.stop, slice.step]) {
    if (part.kind === 'unknown') return part.reason;
    if (part.kind === 'symbolic') return 'the slice depends on an open length';
  }
  return undefined;
}

function textItem(vm: Interpreter, obj: Value & { kind: 'str' | 'bytes' }, index: Value): Value {
  const characters = obj.kind === 'str' ? [...obj.value] : obj.value.split('');
  const picked = sequenceItem(vm, characters.map(str), null, index, 'tuple');
  if (picked.kind === 'tuple') {
    const text = picked.items.map((item) => (item.kind === 'str' ? item.value : '')).join('');
    return obj.kind === 'str' ? str(text) : { kind: 'bytes', value: text };
  }
  if (picked.kind === 'unknown')
    return unknown(picked.reason, picked.at, index.kind === 'slice' || obj.kind === 'str' ? obj.kind : 'int');
  return obj.kind === 'bytes' && picked.kind === 'str' ? int(picked.value.charCodeAt(0)) : picked;
}

export function rangeLength(range: Value & { kind: 'range' }): number {
  return Math.max(0, Math.ceil((range.stop - range.start) / range.step));
}

function rangeItem(vm: Interpreter, range: Value & { kind: 'range' }, index: Value): Value {
  const length = rangeLength(range);
  const at = indexOf(index);
  if (at !== undefined) {
    const place = at < 0 ? at + length : at;
    return place >= 0 && place < length
      ? int(range.start + place * range.step)
      : vm.raise('IndexError', 'range object index out of range');
  }
  if (index.kind === 'slice') {
    const bounds = sliceBounds(index, length);
    if (bounds === undefined) return unknown(sliceReason(index) ?? 'the slice is not known', null, 'range');
    return {
      kind: 'range',
      start: range.start + bounds.start * range.step,
      stop: range.start + bounds.stop * range.step,
      step: range.step * bounds.step,
    };
  }
  return index.kind === 'unknown'
    ? unknown(index.reason, index.at, 'int')
    : unknown('the index is not known', null, 'int');
}

export function setItem(vm: Interpreter, obj: Value, index: Value, value: Value): void {
  switch (obj.kind) {
    case 'list': {
      vm.touch(obj);
      const at = indexOf(index);
      if (at !== undefined) {
        const place = at < 0 ? at + obj.items.length : at;
        if (at < 0 && obj.tail !== null) {
          // Counted from an end that is not known: it may have been any of them.
          obj.items = obj.items.map((item) => vm.join(item, value));
        } else if (place >= 0 && place < obj.items.length) obj.items[place] = value;
        else if (obj.tail === null) vm.raise('IndexError', 'list assignment index out of range');
        return;
      }
      if (index.kind === 'slice') {
        setSlice(vm, obj, index, value);
        return;
      }
      const cause = index.kind === 'unknown' ? index : unknown('the index is not known');
      obj.items = obj.items.map((item) => (item === value ? item : unknown(cause.reason, cause.at)));
      return;
    }
    case 'dict': {
      vm.touch(obj);
      const key = hashKey(index);
      if (key !== undefined) {
        const before = obj.entries.get(key);
        obj.entries.set(key, { key: before?.key ?? index, value });
      } else if (isUnhashable(index)) vm.raise('TypeError', `unhashable type: '${vm.typeOf(index).name}'`);
      else {
        const cause = index.kind === 'unknown' ? index : unknown('the key is not known');
        for (const [at, entry] of obj.entries) {
          const replaced: DictEntry = {
            key: entry.key,
            value: vm.join(entry.value, value),
            maybe: entry.maybe,
          };
          obj.entries.set(at, replaced);
        }
        obj.tail ??= unknown(cause.reason, cause.at);
      }
      return;
    }
    case 'instance': {
      const own = ownMethod(vm, obj, '__setitem__');
      if (own !== undefined) {
        vm.apply(own, [index, value]);
        return;
      }
      const wrapped = unwrap(obj);
      if (wrapped !== obj) {
        setItem(vm, wrapped, index, value);
        return;
      }
      if (vm.unknownBase(obj.cls) !== null) return;
      break;
    }
    case 'unknown':
      return;
  }
  vm.raise('TypeError', `'${vm.typeOf(obj).name}' object does not support item assignment`);
}

function setSlice(vm: Interpreter, obj: Value & { kind: 'list' }, index: SliceValue, value: Value): void {
  const elements = vm.iterate(value);
  const bounds = obj.tail === null ? sliceBounds(index, obj.items.length) : undefined;
  if (elements === undefined || elements.tail !== null || bounds === undefined) {
    const cause = elements?.tail ?? (value.kind === 'unknown' ? value : null);
    obj.tail ??= unknown(
      cause?.reason ?? sliceReason(index) ?? 'the slice assigned to is not known',
      cause?.at ?? null,
    );
    obj.items = [];
    return;
  }
  if (bounds.step === 1) {
    obj.items.splice(bounds.start, Math.max(0, bounds.stop - bounds.start), ...elements.items);
    return;
  }
  let k = 0;
  for (let i = bounds.start; bounds.step > 0 ? i < bounds.stop : i > bounds.stop; i += bounds.step) {
    if (k >= elements.items.length) break;
    obj.items[i] = elements.items[k++];
  }
}

export function deleteItem(vm: Interpreter, obj: Value, index: Value): void {
  if (obj.kind === 'list') {
    vm.touch(obj);
    const at = indexOf(index);
    if (at !== undefined) {
      const place = at < 0 ? at + obj.items.length : at;
      if (at < 0 && obj.tail !== null) return;
      if (place >= 0 && place < obj.items.length) obj.items.splice(place, 1);
      else if (obj.tail === null) vm.raise('IndexError', 'list assignment index out of range');
    } else if (index.kind === 'slice') {
      const bounds = obj.tail === null ? sliceBounds(index, obj.items.length) : undefined;
      if (bounds?.step === 1) obj.items.splice(bounds.start, Math.max(0, bounds.stop - bounds.start));
      else if (bounds !== undefined) {
        const gone = new Set<number>();
        for (let i = bounds.start; bounds.step > 0 ? i < bounds.stop : i > bounds.stop; i += bounds.step)
          gone.add(i);
        obj.items = obj.items.filter((_item, i) => !gone.has(i));
      } else {
        obj.tail ??= unknown(sliceReason(index) ?? 'the slice deleted is not known');
        obj.items = [];
      }
    } else {
      obj.tail ??=
        index.kind === 'unknown'
          ? unknown(index.reason, index.at)
          : unknown('the element deleted is not known');
      obj.items = [];
    }
  } else if (obj.kind === 'dict') {
    vm.touch(obj);
    const key = hashKey(index);
    if (key === undefined)
      obj.tail ??=
        index.kind === 'unknown' ? unknown(index.reason, index.at) : unknown('the key deleted is not known');
    else if (!obj.entries.delete(key) && obj.tail === null) vm.raiseWith('KeyError', [index]);
  } else if (obj.kind === 'instance') {
    const own = ownMethod(vm, obj, '__delitem__');
    if (own !== undefined) vm.apply(own, [index]);
    else if (unwrap(obj) !== obj) deleteItem(vm, unwrap(obj), index);
  }
}

/** `member in container`. */
export function contains(vm: Interpreter, container: Value, member: Value): boolean | undefined {
  switch (container.kind) {
    case 'str':
    case 'bytes':
      if (member.kind === 'str' || member.kind === 'bytes') return container.value.includes(member.value);
      if (member.kind === 'unknown') return undefined;
      return vm.raise(
        'TypeError',
        `'in <string>' requires string as left operand, not ${vm.typeOf(member).name}`,
      );
    case 'dict': {
      const key = hashKey(member);
      if (key === undefined) {
        if (member.kind === 'unknown' && container.entries.size === 0 && container.tail === null)
          return false;
        return undefined;
      }
      const entry = container.entries.get(key);
      if (entry !== undefined) return entry.maybe ? undefined : true;
      return container.tail === null ? false : undefined;
    }
    case 'set': {
      const key = hashKey(member);
      if (key === undefined)
        return container.entries.size === 0 && container.tail === null ? false : undefined;
      return container.entries.has(key) ? true : container.tail === null ? false : undefined;
    }
    case 'instance': {
      const own = ownMethod(vm, container, '__contains__');
      if (own !== undefined) {
        const result = vm.apply(own, [member]);
        return vm.truth(result);
      }
      if (unwrap(container) !== container) return contains(vm, unwrap(container), member);
      break;
    }
    case 'class': {
      const answered = hook(container, 'meta')?.(vm, container, 'contains', [member]);
      if (answered !== undefined) return vm.truth(answered);
      break;
    }
    case 'unknown':
      return undefined;
  }
  const elements = iterate(vm, container);
  if (elements === undefined) return undefined;
  let answer: boolean | undefined = false;
  for (const item of elements.items) {
    const same = item === member && item.kind !== 'unknown' ? true : equal(vm, item, member);
    if (same === true) return true;
    if (same === undefined) answer = undefined;
  }
  return elements.tail === null ? answer : undefined;
}

export function length(vm: Interpreter, value: Value): Value {
  switch (value.kind) {
    case 'tuple':
      return int(value.items.length);
    case 'list':
      return value.tail === null ? int(value.items.length) : unknown(value.tail.reason, value.tail.at, 'int');
    case 'dict':
    case 'set':
      return value.tail === null ? int(value.entries.size) : unknown(value.tail.reason, value.tail.at, 'int');
    case 'str':
      return int([...value.value].length);
    case 'bytes':
      return int(value.value.length);
    case 'range':
      return int(rangeLength(value));
    case 'unknown':
      return unknown(value.reason, value.at, 'int');
    case 'instance': {
      const own = ownMethod(vm, value, '__len__');
      if (own !== undefined) return vm.apply(own, []);
      if (unwrap(value) !== value) return length(vm, unwrap(value));
      const base = vm.unknownBase(value.cls);
      if (base !== null) return unknown(base.reason, base.at, 'int');
      break;
    }
    case 'class': {
      const answered = hook(value, 'meta')?.(vm, value, 'len', []);
      if (answered !== undefined) return answered;
    }
  }
  return vm.raise('TypeError', `object of type '${vm.typeOf(value).name}' has no len()`);
}
