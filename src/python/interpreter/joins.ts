/** Join of two values after alternative paths: what agrees stays known, the rest is unknown with the alternatives. */
import type { UnknownValue, Value } from '../values';
import { tuple } from '../values';
import { same } from '../symbolic';
import { joinEntries, joinItems, joinMembers, type Joins } from './trail';
import type { Interpreter } from './interpreter';

const MAX_ALTERNATIVES = 8;

/** Containers nested deeper are not compared part by part. */
const MAX_DEPTH = 16;

export function joinValues(vm: Interpreter, a: Value, b: Value, joins: Joins): Value {
  if (a === b) return a;
  vm.spend(1);
  vm.nesting++;
  const joined = joinKinds(vm, a, b, joins);
  vm.nesting--;
  return joined;
}

function joinKinds(vm: Interpreter, a: Value, b: Value, joins: Joins): Value {
  if (a.kind === 'unknown')
    return b.kind === 'unknown' && a.among !== undefined && b.among === undefined
      ? b
      : widen(vm, a, b, joins);
  if (b.kind === 'unknown') return widen(vm, b, a, joins);
  if (a.kind !== b.kind || vm.nesting > MAX_DEPTH) return differ(vm, [a], [b], joins);
  switch (a.kind) {
    case 'none':
    case 'ellipsis':
      return a;
    case 'bool':
    case 'str':
    case 'bytes':
      return a.value === (b as typeof a).value ? a : differ(vm, [a], [b], joins);
    case 'int':
    case 'float': {
      const other = b as typeof a;
      return Object.is(a.value, other.value) && a.numpy === other.numpy ? a : differ(vm, [a], [b], joins);
    }
    case 'symbolic': {
      const other = b as typeof a;
      return a.isNone === other.isNone && same(a.expr, other.expr) ? a : differ(vm, [a], [b], joins);
    }
    case 'tuple': {
      const other = b as typeof a;
      if (a.items.length !== other.items.length || a.cls !== other.cls) return differ(vm, [a], [b], joins);
      const items = a.items.map((item, i) => joinValues(vm, item, other.items[i], joins));
      if (items.every((item, i) => item === a.items[i])) return a;
      return a.cls === undefined ? tuple(items) : { ...a, items };
    }
    case 'list': {
      const other = b as typeof a;
      return { kind: 'list', ...joinItems(a.items, a.tail, other.items, other.tail, joins) };
    }
    case 'dict': {
      const other = b as typeof a;
      if (a.cls !== other.cls) return differ(vm, [a], [b], joins);
      return { ...a, ...joinEntries(a.entries, a.tail, other.entries, other.tail, joins) };
    }
    case 'set': {
      const other = b as typeof a;
      return {
        kind: 'set',
        frozen: a.frozen,
        ...joinMembers(a.entries, a.tail, other.entries, other.tail, joins),
      };
    }
    case 'range': {
      const other = b as typeof a;
      return a.start === other.start && a.stop === other.stop && a.step === other.step
        ? a
        : differ(vm, [a], [b], joins);
    }
    case 'method': {
      const other = b as typeof a;
      return a.self === other.self && a.fn === other.fn ? a : differ(vm, [a], [b], joins);
    }
    case 'instance': {
      for (const joiner of vm.joiners) {
        const joined = joiner(a, b as typeof a);
        if (joined !== undefined) return joined;
      }
      return differ(vm, [a], [b], joins);
    }
    case 'iterator': {
      const other = b as typeof a;
      const { items, tail } = joinItems(
        a.items.slice(a.position),
        a.tail,
        other.items.slice(other.position),
        other.tail,
        joins,
      );
      return { kind: 'iterator', items, position: 0, tail };
    }
    default:
      return differ(vm, [a], [b], joins);
  }
}

/** One side is not known already: its reason stays, for it came first. */
function widen(vm: Interpreter, a: UnknownValue, b: Value, joins: Joins): Value {
  if (a.among !== undefined) return differ(vm, a.among, b.kind === 'unknown' ? (b.among ?? [b]) : [b], joins);
  if (a.type !== undefined || a.quotient !== undefined) {
    const type =
      a.type !== undefined && (b.kind === 'unknown' ? b.type : b.kind) === a.type ? a.type : undefined;
    return type === undefined
      ? { kind: 'unknown', reason: a.reason, at: a.at }
      : { kind: 'unknown', reason: a.reason, at: a.at, type };
  }
  return a;
}

function differ(vm: Interpreter, a: readonly Value[], b: readonly Value[], joins: Joins): UnknownValue {
  const cause = joins.cause();
  const among: Value[] = [...a];
  for (const value of b) {
    if (value.kind === 'unknown') return value;
    if (
      !among.some(
        (other) =>
          other === value ||
          (other.kind === value.kind && 'value' in other && 'value' in value && other.value === value.value),
      )
    )
      among.push(value);
  }
  const kind = among[0].kind;
  const type =
    (kind === 'int' || kind === 'str' || kind === 'bool' || kind === 'float' || kind === 'tuple') &&
    among.every((value) => value.kind === kind)
      ? kind
      : undefined;
  return {
    kind: 'unknown',
    reason: cause.reason,
    at: cause.at,
    ...(type === undefined ? {} : { type }),
    ...(among.length <= MAX_ALTERNATIVES && !vm.loopJoin ? { among } : {}),
  };
}
