/** Arithmetic and the other binary and unary operators, with Python's reflection rules and symbolic integers. */
import type { BinaryOp } from '../machine';
import type { DictValue, SetValue, UnknownValue, Value } from '../values';
import { bool, float, int, list, str, tuple, unknown } from '../values';
import { combine } from '../symbolic';
import { combineSets } from '../library/methods/set';
import { percentFormat } from '../library/format/percent';
import { mark, npScalar, resultType, scalarType } from '../library/numpy/marks';
import { combineInts, intValue } from '../library/known';
import { bindAttr } from './attributes';
import { reasonOf } from './comparison';
import { lookupValue, unwrap } from './classes';
import { truth } from './equality';
import type { Interpreter } from './interpreter';

const METHODS: Readonly<Record<BinaryOp, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'truediv',
  '//': 'floordiv',
  '%': 'mod',
  '**': 'pow',
  '@': 'matmul',
  '<<': 'lshift',
  '>>': 'rshift',
  '&': 'and',
  '|': 'or',
  '^': 'xor',
};

export function binary(vm: Interpreter, op: BinaryOp, a: Value, b: Value): Value {
  const left = number(a);
  const right = number(b);
  if (left !== undefined && right !== undefined) return arithmetic(vm, op, a, b, left, right);
  if (a.kind === 'instance' || b.kind === 'instance') return instanceBinary(vm, op, a, b);
  if (a.kind === 'class' || b.kind === 'class') {
    // `int | None`: a type union; nothing is computed with it.
    if (op === '|') return unknown('a union of types', null, 'type');
  }
  // `"%s" % unknown` and the like stay strings; an unknown operand decides everything else.
  if (a.kind === 'str' && op === '%') return percentFormat(vm, a.value, b);
  if (a.kind === 'unknown' || b.kind === 'unknown') return unknownBinary(vm, op, a, b);
  const result = plainBinary(vm, op, a, b);
  if (result !== undefined) return result;
  return vm.raise(
    'TypeError',
    `unsupported operand type(s) for ${op}: '${vm.typeOf(a).name}' and '${vm.typeOf(b).name}'`,
  );
}

function number(value: Value): number | undefined {
  return value.kind === 'int' || value.kind === 'float'
    ? value.value
    : value.kind === 'bool'
      ? Number(value.value)
      : undefined;
}

function arithmetic(vm: Interpreter, op: BinaryOp, a: Value, b: Value, x: number, y: number): Value {
  const isFloat = a.kind === 'float' || b.kind === 'float';
  if (
    y === 0 &&
    (scalarType(a) !== undefined || scalarType(b) !== undefined) &&
    (op === '/' || op === '//' || op === '%')
  ) {
    return unknown('a division by zero, of which numpy only warns', null, 'float');
  }
  const result = compute(vm, op, x, y, isFloat);
  if (
    (scalarType(a) !== undefined || scalarType(b) !== undefined) &&
    (result.kind === 'int' || result.kind === 'float')
  ) {
    const dtype = resultType(a, b);
    return result.kind === 'float' && !/float/.test(dtype)
      ? npScalar(result.value, 'float64')
      : npScalar(result.value, dtype);
  }
  if (
    a.kind === 'bool' &&
    b.kind === 'bool' &&
    (op === '&' || op === '|' || op === '^') &&
    result.kind === 'int'
  )
    return bool(result.value !== 0);
  return result;
}

function compute(vm: Interpreter, op: BinaryOp, x: number, y: number, isFloat: boolean): Value {
  const make = (value: number): Value => (isFloat ? float(value) : intValue(value));
  switch (op) {
    case '+':
      return make(x + y);
    case '-':
      return make(x - y);
    case '*':
      return make(x * y);
    case '/':
      return y === 0 ? vm.raise('ZeroDivisionError', 'division by zero') : float(x / y);
    case '//':
      if (y === 0)
        return vm.raise(
          'ZeroDivisionError',
          isFloat ? 'float floor division by zero' : 'integer division or modulo by zero',
        );
      return make(isFloat ? (x - modulo(x, y)) / y : Math.floor(x / y));
    case '%':
      return y === 0 ? vm.raise('ZeroDivisionError', 'modulo by zero') : make(modulo(x, y));
    case '**':
      if (x === 0 && y < 0) return vm.raise('ZeroDivisionError', '0.0 cannot be raised to a negative power');
      if (!isFloat && y >= 0) return intValue(x ** y);
      if (x < 0 && !Number.isInteger(y)) return unknown('complex numbers are not followed', null, 'complex');
      return float(x ** y);
    case '@':
      break;
    default:
      if (!isFloat) return bits(vm, op, x, y);
  }
  return vm.raise(
    'TypeError',
    `unsupported operand type(s) for ${op}: '${isFloat ? 'float' : 'int'}' and '${isFloat ? 'float' : 'int'}'`,
  );
}

function modulo(x: number, y: number): number {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}

function bits(vm: Interpreter, op: BinaryOp, x: number, y: number): Value {
  if ((op === '<<' || op === '>>') && y < 0) return vm.raise('ValueError', 'negative shift count');
  if (op === '<<')
    return y > 60 && x !== 0
      ? unknown('an integer beyond 2^53 is not followed', null, 'int')
      : intValue(x * 2 ** y);
  if (op === '>>') return int(Math.floor(x / 2 ** Math.min(y, 1000)));
  const result =
    op === '&' ? BigInt(x) & BigInt(y) : op === '|' ? BigInt(x) | BigInt(y) : BigInt(x) ^ BigInt(y);
  return intValue(Number(result));
}

/** What the result must be, where the other operand tells (`unknown + 1.0` is no int for certain, so only safe cases). */
function unknownBinary(vm: Interpreter, op: BinaryOp, a: Value, b: Value): UnknownValue {
  const cause = (a.kind === 'unknown' ? a : b) as UnknownValue;
  const other = a.kind === 'unknown' ? b : a;
  if (op === '+' && (other.kind === 'str' || other.kind === 'list' || other.kind === 'tuple'))
    return unknown(cause.reason, cause.at, other.kind);
  if (
    cause.type === 'int' &&
    op !== '/' &&
    op !== '**' &&
    (other.kind === 'int' || (other.kind === 'unknown' && other.type === 'int') || other.kind === 'symbolic')
  ) {
    return unknown(cause.reason, cause.at, 'int');
  }
  if (cause.type === 'str' && op === '%') return unknown(cause.reason, cause.at, 'str');
  if (
    cause.quotient !== undefined &&
    (op === '+' || op === '-') &&
    a.kind === 'unknown' &&
    other.kind === 'int'
  ) {
    // h/2 + 1 = (h + 2)/2
    const { a: top, b: bottom } = cause.quotient;
    return {
      ...unknown(cause.reason, cause.at, 'float'),
      quotient: { a: combine(op, top, other.value * bottom), b: bottom },
    };
  }
  return unknown(cause.reason, cause.at);
}

function plainBinary(vm: Interpreter, op: BinaryOp, a: Value, b: Value): Value | undefined {
  if (a.kind === 'symbolic' || b.kind === 'symbolic') return symbolicBinary(op, a, b);
  switch (op) {
    case '+':
      if (a.kind === 'str' && b.kind === 'str') {
        return a.value.length + b.value.length > MAX_TEXT
          ? unknown('a very long text is not followed', null, 'str')
          : str(a.value + b.value);
      }
      if (a.kind === 'tuple' && b.kind === 'tuple') {
        vm.spend((a.items.length + b.items.length) >> 3);
        return tuple([...a.items, ...b.items]);
      }
      if (a.kind === 'list' && b.kind === 'list') {
        vm.spend((a.items.length + b.items.length) >> 3);
        // What follows an open end stands at no known place.
        return a.tail !== null ? list([...a.items], a.tail) : list([...a.items, ...b.items], b.tail);
      }
      if (a.kind === 'bytes' && b.kind === 'bytes') return { kind: 'bytes', value: a.value + b.value };
      return undefined;
    case '*':
      return repeat(vm, a, b) ?? repeat(vm, b, a);
    case '|':
      if (a.kind === 'dict' && b.kind === 'dict') return mergeDicts(a, b);
      return a.kind === 'set' && b.kind === 'set' ? combineSets('|', a, b) : undefined;
    case '&':
    case '-':
    case '^':
      return a.kind === 'set' && b.kind === 'set' ? combineSets(op, a, b) : undefined;
    default:
      return undefined;
  }
}

const MAX_REPEAT = 100_000;
const MAX_TEXT = 1_000_000;

function repeat(vm: Interpreter, sequence: Value, times: Value): Value | undefined {
  if (
    sequence.kind !== 'str' &&
    sequence.kind !== 'tuple' &&
    sequence.kind !== 'list' &&
    sequence.kind !== 'bytes'
  )
    return undefined;
  const count = times.kind === 'int' || times.kind === 'bool' ? Math.max(0, Number(times.value)) : undefined;
  if (count === undefined) return undefined;
  const length = 'items' in sequence ? sequence.items.length : sequence.value.length;
  if (length * count > MAX_REPEAT)
    return unknown(`a sequence of ${length * count} elements is not followed`, null, sequence.kind);
  vm.spend(Math.ceil((length * count) / 100));
  if (sequence.kind === 'str') return str(sequence.value.repeat(count));
  if (sequence.kind === 'bytes') return { kind: 'bytes', value: sequence.value.repeat(count) };
  const items: Value[] = [];
  for (let i = 0; i < count; i++) items.push(...sequence.items);
  if (sequence.kind === 'tuple') return tuple(items);
  return sequence.tail !== null && count > 0 ? list([...sequence.items], sequence.tail) : list(items);
}

function symbolicBinary(op: BinaryOp, a: Value, b: Value): Value | undefined {
  const other = a.kind === 'symbolic' ? b : a;
  if (op === '*' && (other.kind === 'list' || other.kind === 'tuple' || other.kind === 'str')) {
    return unknown('a sequence repeated by an open length', null, other.kind);
  }
  if (other.kind !== 'int' && other.kind !== 'bool' && other.kind !== 'float' && other.kind !== 'symbolic')
    return undefined;
  if (op === '+' || op === '-' || op === '*' || op === '//' || op === '%') {
    const result = combineInts(op, a, b);
    if (result !== undefined) return result;
  }
  if (op === '/' && a.kind === 'symbolic' && b.kind === 'int' && b.value > 0) {
    return { ...unknown('a fraction of an open length', null, 'float'), quotient: { a: a.expr, b: b.value } };
  }
  return unknown(
    'a number that depends on an open length',
    null,
    op === '/' || other.kind === 'float' ? 'float' : undefined,
  );
}

function mergeDicts(a: DictValue, b: DictValue): DictValue {
  const entries = new Map(a.entries);
  for (const [key, entry] of b.entries) entries.set(key, entry);
  return { kind: 'dict', entries, tail: a.tail ?? b.tail, cls: a.cls };
}

export function ownMethod(vm: Interpreter, self: Value, name: string): Value | undefined {
  if (self.kind !== 'instance') return undefined;
  const found = lookupValue(self.cls, name);
  if (found === undefined || (found.kind === 'native' && unwrap(self) !== self)) return undefined;
  return bindAttr(vm, found, self, self.cls);
}

function instanceBinary(vm: Interpreter, op: BinaryOp, a: Value, b: Value): Value {
  if (a.kind === 'str' && op === '%') return percentFormat(vm, a.value, b);
  const name = METHODS[op];
  const forward = ownMethod(vm, a, `__${name}__`);
  const backward = ownMethod(vm, b, `__r${name}__`);
  const reflectedFirst =
    backward !== undefined &&
    a.kind === 'instance' &&
    b.kind === 'instance' &&
    a.cls !== b.cls &&
    b.cls.mro.includes(a.cls);
  const attempts: (readonly [Value | undefined, Value])[] = [
    [forward, b],
    [backward, a],
  ];
  if (reflectedFirst) attempts.reverse();
  for (const [attempt, other] of attempts) {
    if (attempt === undefined) continue;
    const result = vm.apply(attempt, [other]);
    if (!vm.isNotImplemented(result)) return result;
  }
  const [left, right] = [unwrap(a), unwrap(b)];
  if (left !== a || right !== b) return binary(vm, op, left, right);
  for (const side of [a, b]) if (side.kind === 'unknown') return unknown(side.reason, side.at);
  for (const side of [a, b]) {
    const base = side.kind === 'instance' ? vm.unknownBase(side.cls) : null;
    if (base !== null) return unknown(base.reason, base.at);
  }
  return vm.raise(
    'TypeError',
    `unsupported operand type(s) for ${op}: '${vm.typeOf(a).name}' and '${vm.typeOf(b).name}'`,
  );
}

/** `a op= b` for lists, dicts and sets changes the object itself; undefined where the plain operator applies. */
export function inPlace(vm: Interpreter, op: BinaryOp, a: Value, b: Value): Value | undefined {
  const own = ownMethod(vm, a, `__i${METHODS[op]}__`);
  if (own !== undefined) {
    const result = vm.apply(own, [b]);
    return vm.isNotImplemented(result) ? undefined : result;
  }
  if (a.kind === 'list') {
    if (op === '+') {
      const added = vm.iterate(b);
      vm.touch(a);
      if (added === undefined)
        a.tail ??=
          b.kind === 'unknown' ? unknown(b.reason, b.at) : unknown('the elements added are not known');
      else if (a.tail === null) {
        vm.spend(added.items.length);
        for (const item of added.items.slice()) a.items.push(item);
        a.tail = added.tail;
      }
      return a;
    }
    if (op === '*') {
      const repeated = binary(vm, '*', a, b);
      vm.touch(a);
      if (repeated.kind === 'list') {
        a.items = repeated.items;
        a.tail = repeated.tail;
      } else a.tail ??= unknown('how often a list is repeated is not known');
      return a;
    }
  }
  if (a.kind === 'dict' && b.kind === 'dict' && op === '|') {
    vm.touch(a);
    for (const [key, entry] of b.entries) a.entries.set(key, entry);
    a.tail ??= b.tail;
    return a;
  }
  if (
    a.kind === 'set' &&
    b.kind === 'set' &&
    !a.frozen &&
    (op === '|' || op === '&' || op === '-' || op === '^')
  ) {
    const result: SetValue = combineSets(op, a, b);
    vm.touch(a);
    a.entries = result.entries;
    a.tail = result.tail;
    return a;
  }
  return undefined;
}

export function unary(vm: Interpreter, op: '-' | '+' | '~' | 'not', a: Value): Value {
  if (op === 'not') {
    const known = truth(vm, a);
    return known === undefined
      ? unknown(reasonOf(a), a.kind === 'unknown' ? a.at : null, 'bool')
      : bool(!known);
  }
  switch (a.kind) {
    case 'int':
    case 'bool': {
      const value = Number(a.value);
      const result = int(op === '-' ? 0 - value : op === '+' ? value : -value - 1);
      return a.kind === 'int' ? mark(result, a) : result;
    }
    case 'float':
      if (op !== '~') return mark(float(op === '-' ? -a.value : a.value), a);
      break;
    case 'symbolic':
      if (op === '-') return combineInts('*', int(-1), a) ?? unknown('an open length');
      if (op === '+') return a;
      return unknown('a number that depends on an open length', null, 'int');
    case 'unknown':
      return unknown(a.reason, a.at, a.type === 'int' || a.type === 'float' ? a.type : undefined);
    case 'instance': {
      const name = op === '-' ? '__neg__' : op === '+' ? '__pos__' : '__invert__';
      const own = ownMethod(vm, a, name);
      if (own !== undefined) return vm.apply(own, []);
      if (unwrap(a) !== a) return unary(vm, op, unwrap(a));
      const base = vm.unknownBase(a.cls);
      if (base !== null) return unknown(base.reason, base.at);
    }
  }
  return vm.raise('TypeError', `bad operand type for unary ${op}: '${vm.typeOf(a).name}'`);
}
