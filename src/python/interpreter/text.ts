/** `repr` and `str` of values, as far as they are known. */
import type { Value } from '../values';
import { reprFloat, reprStr } from '../library/numbers';
import { bindAttr } from './attributes';
import { lookupValue, unwrap } from './classes';
import type { Interpreter } from './interpreter';

const MAX_DEPTH = 20;

export function repr(vm: Interpreter, value: Value, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return '...';
  switch (value.kind) {
    case 'none':
      return 'None';
    case 'ellipsis':
      return 'Ellipsis';
    case 'bool':
      return value.value ? 'True' : 'False';
    case 'int':
      return String(value.value);
    case 'float':
      return reprFloat(value.value);
    case 'str':
      return reprStr(value.value);
    case 'bytes':
      return `b${reprStr(value.value)}`;
    case 'symbolic':
      return value.isNone ? 'None' : undefined;
    case 'tuple': {
      if (value.cls !== undefined) {
        const own = lookupValue(value.cls, '__repr__');
        if (own !== undefined) return textOf(vm.apply(bindAttr(vm, own, value, value.cls), []));
      }
      const items = all(vm, value.items, depth);
      return items === undefined
        ? undefined
        : items.length === 1
          ? `(${items[0]},)`
          : `(${items.join(', ')})`;
    }
    case 'list': {
      const items = value.tail === null ? all(vm, value.items, depth) : undefined;
      return items === undefined ? undefined : `[${items.join(', ')}]`;
    }
    case 'set': {
      const items = value.tail === null ? all(vm, [...value.entries.values()], depth) : undefined;
      if (items === undefined || items.length > 1) return undefined;
      return items.length === 0
        ? value.frozen
          ? 'frozenset()'
          : 'set()'
        : value.frozen
          ? `frozenset({${items[0]}})`
          : `{${items[0]}}`;
    }
    case 'dict': {
      if (value.cls !== undefined) {
        const own = lookupValue(value.cls, '__repr__');
        return own === undefined ? undefined : textOf(vm.apply(bindAttr(vm, own, value, value.cls), []));
      }
      if (value.tail !== null) return undefined;
      const parts: string[] = [];
      for (const entry of value.entries.values()) {
        const key = repr(vm, entry.key, depth + 1);
        const item = repr(vm, entry.value, depth + 1);
        if (key === undefined || item === undefined) return undefined;
        parts.push(`${key}: ${item}`);
      }
      return `{${parts.join(', ')}}`;
    }
    case 'range':
      return value.step === 1
        ? `range(${value.start}, ${value.stop})`
        : `range(${value.start}, ${value.stop}, ${value.step})`;
    case 'slice': {
      const parts = all(vm, [value.start, value.stop, value.step], depth);
      return parts && `slice(${parts.join(', ')})`;
    }
    case 'class':
      return value.module === 'builtins'
        ? `<class '${value.name}'>`
        : `<class '${value.module}.${value.name}'>`;
    case 'native':
      return `<built-in function ${value.name}>`;
    case 'module':
      return `<module '${value.name}'>`;
    case 'instance': {
      const own = lookupValue(value.cls, '__repr__');
      if (own !== undefined) return textOf(vm.apply(bindAttr(vm, own, value, value.cls), []));
      if (unwrap(value) !== value) return repr(vm, unwrap(value), depth);
      if (vm.isException(value.cls)) {
        const args = value.attrs.get('args');
        const items = args?.kind === 'tuple' ? all(vm, args.items, depth) : undefined;
        return items === undefined ? undefined : `${value.cls.name}(${items.join(', ')})`;
      }
      return undefined;
    }
    default:
      // The rest print an address.
      return undefined;
  }
}

function all(vm: Interpreter, items: readonly Value[], depth: number): string[] | undefined {
  vm.spend(1);
  const texts: string[] = [];
  for (const item of items) {
    const text = repr(vm, item, depth + 1);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return texts;
}

function textOf(value: Value): string | undefined {
  return value.kind === 'str' ? value.value : undefined;
}

export function text(vm: Interpreter, value: Value): string | undefined {
  if (value.kind === 'str') return value.value;
  if (value.kind === 'instance') {
    const own = lookupValue(value.cls, '__str__');
    if (own !== undefined) return textOf(vm.apply(bindAttr(vm, own, value, value.cls), []));
    if (unwrap(value).kind === 'str') return text(vm, unwrap(value));
    if (vm.isException(value.cls) && lookupValue(value.cls, '__repr__') === undefined) {
      const args = value.attrs.get('args');
      if (args?.kind !== 'tuple') return undefined;
      if (args.items.length === 0) return '';
      return args.items.length === 1 && value.cls.name !== 'KeyError'
        ? text(vm, args.items[0])
        : args.items.length === 1
          ? repr(vm, args.items[0])
          : repr(vm, args);
    }
  }
  return repr(vm, value);
}
