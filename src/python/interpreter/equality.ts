/** Truth, equality, identity and order of values; undefined where an unknown decides. */
import type { Value } from '../values';
import { hashKey } from '../hash';
import { same } from '../symbolic';
import { bindAttr } from './attributes';
import { lookupValue, unknownBase, unwrap } from './classes';
import type { Interpreter } from './interpreter';

export function truth(vm: Interpreter, value: Value): boolean | undefined {
  switch (value.kind) {
    case 'none':
      return false;
    case 'bool':
      return value.value;
    case 'int':
    case 'float':
      return value.value !== 0;
    case 'str':
    case 'bytes':
      return value.value !== '';
    case 'symbolic':
      // As `None` it is false; as a length it may be zero or not.
      return value.isNone ? false : undefined;
    case 'tuple':
      return value.items.length > 0;
    case 'list':
      return value.items.length > 0 ? true : value.tail === null ? false : undefined;
    case 'dict': {
      for (const entry of value.entries.values()) if (!entry.maybe) return true;
      return value.tail === null ? false : undefined;
    }
    case 'set':
      return value.entries.size > 0 ? true : value.tail === null ? false : undefined;
    case 'range':
      return value.step > 0 ? value.start < value.stop : value.start > value.stop;
    case 'unknown': {
      if (value.among === undefined) return undefined;
      const first = truth(vm, value.among[0]);
      return value.among.every((option) => truth(vm, option) === first) ? first : undefined;
    }
    case 'instance': {
      const wrapped = unwrap(value);
      for (const name of ['__bool__', '__len__']) {
        const method = lookupValue(value.cls, name);
        if (method === undefined) continue;
        if (method.kind === 'native' && wrapped !== value) break;
        const result = vm.apply(bindAttr(vm, method, value, value.cls), []);
        return result.kind === 'instance' ? undefined : truth(vm, result);
      }
      if (wrapped !== value) return truth(vm, wrapped);
      return unknownBase(value.cls) === null ? true : undefined;
    }
    default:
      return true;
  }
}

const isNumber = (value: Value): value is Value & { kind: 'int' | 'float' | 'bool' } =>
  value.kind === 'int' || value.kind === 'float' || value.kind === 'bool';

/** Python's `==` as true, false or not known; a user's `__eq__` is called. */
export function equal(vm: Interpreter, a: Value, b: Value): boolean | undefined {
  if (a.kind === 'unknown' || b.kind === 'unknown') return equalUnknown(vm, a, b);
  if (a === b && a.kind !== 'instance' && a.kind !== 'float') return true;
  if (a.kind === 'instance' || b.kind === 'instance') return equalInstances(vm, a, b);
  if (isNumber(a) && isNumber(b)) return Number(a.value) === Number(b.value);
  if (a.kind === 'symbolic' || b.kind === 'symbolic') return equalSymbolic(a, b);
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'str':
    case 'bytes':
      return a.value === (b as typeof a).value;
    case 'tuple':
      return equalItems(vm, a.items, (b as typeof a).items);
    case 'list': {
      const other = b as typeof a;
      if (a.tail !== null || other.tail !== null) {
        const common = Math.min(a.items.length, other.items.length);
        for (let i = 0; i < common; i++) if (equal(vm, a.items[i], other.items[i]) === false) return false;
        if (
          (a.tail === null && other.items.length > a.items.length) ||
          (other.tail === null && a.items.length > other.items.length)
        )
          return false;
        return undefined;
      }
      return equalItems(vm, a.items, other.items);
    }
    case 'dict': {
      const other = b as typeof a;
      if (a.tail !== null || other.tail !== null) return undefined;
      if (a.entries.size !== other.entries.size) return false;
      let answer: boolean | undefined = true;
      for (const [key, entry] of a.entries) {
        const found = other.entries.get(key);
        if (found === undefined) return false;
        const same = equal(vm, entry.value, found.value);
        if (same === false) return false;
        if (same === undefined) answer = undefined;
      }
      return answer;
    }
    case 'set': {
      const other = b as typeof a;
      if (a.tail !== null || other.tail !== null) return undefined;
      if (a.entries.size !== other.entries.size) return false;
      for (const key of a.entries.keys()) if (!other.entries.has(key)) return false;
      return true;
    }
    case 'none':
    case 'ellipsis':
      return true;
    case 'range':
    case 'method': {
      const left = hashKey(a);
      return left === undefined ? undefined : left === hashKey(b);
    }
    case 'slice': {
      const other = b as typeof a;
      return equalItems(vm, [a.start, a.stop, a.step], [other.start, other.stop, other.step]);
    }
    default:
      return a === b;
  }
}

function equalUnknown(vm: Interpreter, a: Value, b: Value): boolean | undefined {
  const unknownSide = a.kind === 'unknown' ? a : b;
  const other = a.kind === 'unknown' ? b : a;
  if (unknownSide.kind !== 'unknown' || unknownSide.among === undefined || other.kind === 'unknown')
    return undefined;
  const answers = unknownSide.among.map((option) => equal(vm, option, other));
  return answers.every((answer) => answer === answers[0]) ? answers[0] : undefined;
}

/** Containers nested deeper are not compared. */
const MAX_DEPTH = 50;

function equalItems(vm: Interpreter, a: readonly Value[], b: readonly Value[]): boolean | undefined {
  if (a.length !== b.length) return false;
  vm.spend(1);
  if (vm.nesting > MAX_DEPTH) return undefined;
  vm.nesting++;
  const answer = equalParts(vm, a, b);
  vm.nesting--;
  return answer;
}

function equalParts(vm: Interpreter, a: readonly Value[], b: readonly Value[]): boolean | undefined {
  let answer: boolean | undefined = true;
  for (let i = 0; i < a.length; i++) {
    const same = a[i] === b[i] && a[i].kind !== 'unknown' ? true : equal(vm, a[i], b[i]);
    if (same === false) return false;
    if (same === undefined) answer = undefined;
  }
  return answer;
}

/**
 * An open shape entry is `None` to the program: equal to `None` and to another open entry, to no number. As a length
 * (`isNone: false`) it is equal only to the same formula; anything else is not known.
 */
function equalSymbolic(a: Value, b: Value): boolean | undefined {
  if (a.kind === 'symbolic' && b.kind === 'symbolic') {
    if (a.isNone && b.isNone) return true;
    return a.isNone === b.isNone && same(a.expr, b.expr) ? true : undefined;
  }
  const symbolic = a.kind === 'symbolic' ? a : b;
  const other = a.kind === 'symbolic' ? b : a;
  if (symbolic.kind !== 'symbolic') return undefined;
  if (symbolic.isNone) return other.kind === 'none';
  return other.kind === 'int' || other.kind === 'float' ? undefined : false;
}

function equalInstances(vm: Interpreter, a: Value, b: Value): boolean | undefined {
  for (const [self, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (self.kind !== 'instance') continue;
    const method = lookupValue(self.cls, '__eq__');
    if (method === undefined || (method.kind === 'native' && unwrap(self) !== self)) continue;
    const result = vm.apply(bindAttr(vm, method, self, self.cls), [other]);
    if (vm.isNotImplemented(result)) continue;
    return result.kind === 'instance' ? undefined : truth(vm, result);
  }
  const [left, right] = [unwrap(a), unwrap(b)];
  if (left !== a || right !== b) return equal(vm, left, right);
  if (a === b) return true;
  if (
    (a.kind === 'instance' && unknownBase(a.cls) !== null) ||
    (b.kind === 'instance' && unknownBase(b.cls) !== null)
  )
    return undefined;
  return false;
}

/** `a is b`. */
export function identical(a: Value, b: Value): boolean | undefined {
  if (a === b && a.kind !== 'unknown') return true;
  if (a.kind === 'unknown' || b.kind === 'unknown') {
    const one = a.kind === 'unknown' ? a : b;
    const other = a.kind === 'unknown' ? b : a;
    if (one.kind !== 'unknown' || other.kind === 'unknown') return undefined;
    if (one.among !== undefined) {
      const answers = one.among.map((option) => identical(option, other));
      return answers.every((answer) => answer === answers[0]) ? answers[0] : undefined;
    }
    // What is known to be an int, a tensor, … is not None.
    return other.kind === 'none' && one.type !== undefined && one.type !== 'None' ? false : undefined;
  }
  if (a.kind === 'symbolic' || b.kind === 'symbolic') {
    const isNone = (value: Value): boolean =>
      value.kind === 'none' || (value.kind === 'symbolic' && value.isNone);
    if (isNone(a) && isNone(b)) return true;
    if (isNone(a) !== isNone(b)) return false;
    return a.kind === b.kind ? undefined : false;
  }
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'none':
    case 'ellipsis':
      return true;
    case 'bool':
      return a.value === (b as typeof a).value;
    case 'int':
      // CPython keeps one object for each small int, and one for each literal that looks like a name.
      return a.value !== (b as typeof a).value ? false : a.value >= -5 && a.value <= 256 ? true : undefined;
    case 'str':
      return a.value !== (b as typeof a).value ? false : /^\w*$/.test(a.value) ? true : undefined;
    case 'tuple':
      return a.items.length === 0 && (b as typeof a).items.length === 0 ? true : false;
    case 'method':
      return false;
    default:
      return false;
  }
}

/** Order of `a` and `b`: negative, zero or positive; undefined when not known; null when Python has no order for them. */
export function order(vm: Interpreter, a: Value, b: Value): number | undefined | null {
  if (isNumber(a) && isNumber(b)) {
    const left = Number(a.value);
    const right = Number(b.value);
    return left < right ? -1 : left > right ? 1 : left === right ? 0 : NaN;
  }
  if (a.kind === 'str' && b.kind === 'str') return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  if ((a.kind === 'tuple' && b.kind === 'tuple') || (a.kind === 'list' && b.kind === 'list')) {
    const tails = (a.kind === 'list' && a.tail !== null) || (b.kind === 'list' && b.tail !== null);
    for (let i = 0; i < a.items.length && i < b.items.length; i++) {
      const same = equal(vm, a.items[i], b.items[i]);
      if (same === undefined) return undefined;
      if (!same) return order(vm, a.items[i], b.items[i]);
    }
    return tails ? undefined : a.items.length - b.items.length;
  }
  if (a.kind === 'unknown' || b.kind === 'unknown' || a.kind === 'symbolic' || b.kind === 'symbolic')
    return undefined;
  return null;
}
