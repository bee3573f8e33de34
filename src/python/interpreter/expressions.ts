/** Evaluation of expressions. */
import type {
  Attribute,
  BinOp,
  Call,
  CompareOperator,
  Expr,
  IfExp,
  JoinedStr,
  Lambda,
  Param,
  UnaryOp,
} from '../ast';
import type { SourceRange } from '../source';
import { PyRaise } from '../machine';
import type { DictValue, FunctionValue, Scope, UnknownValue, Value } from '../values';
import { FALSE, NONE, TRUE, list, str, tuple, unknown } from '../values';
import { hashKey, isUnhashable } from '../hash';
import { formatValue } from '../library/format/spec';
import type { Activation } from './activation';
import { bindWalrus } from './assignment';
import { branchValue } from './branching';
import { call } from './calls';
import { give, sends } from './generators';
import type { Interpreter } from './interpreter';
import { beyondEnd, missingAttribute, undefinedName } from './mistakes';
import { checkReturned } from './misuses';
import { narrow, narrowed } from './narrowing';
import { compare } from './comparison';
import { evaluateArguments } from './arguments';
import { evaluateComp, evaluateDictComp } from './comprehensions';
import { iterate } from './iteration';

type Place = { readonly from: number; readonly to: number };

export const at = (activation: Activation, node: Place): SourceRange => ({
  file: activation.file,
  from: node.from,
  to: node.to,
});

/** Source text of a node, for reasons and observations. */
export function sourceText(
  vm: Interpreter,
  activation: Activation,
  node: { readonly from: number; readonly to: number },
  limit = Infinity,
): string {
  const text = vm.sources.get(activation.file)?.text.slice(node.from, node.to) ?? '';
  if (text.length <= limit && !text.includes('\n')) return text;
  const line = text.replace(/\s+/g, ' ');
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}

/** Makes no function itself: one that captured the parameters would cost memory in every evaluation. */
export function evaluate(vm: Interpreter, activation: Activation, expr: Expr): Value {
  switch (expr.type) {
    case 'Name': {
      const value = findName(vm, activation.scope, expr.id) ?? undefinedName(vm, activation, expr);
      vm.observer.read?.(expr.id, at(activation, expr), value);
      return value;
    }
    case 'Constant':
      return expr.value;
    case 'Attribute': {
      const value = attributeOf(vm, activation, expr, evaluate(vm, activation, expr.value));
      vm.observer.read?.(sourceText(vm, activation, expr), at(activation, expr), value);
      return value;
    }
    case 'Call':
      return evaluateCall(vm, activation, expr);
    case 'Subscript': {
      const subject = evaluate(vm, activation, expr.value);
      const index = evaluate(vm, activation, expr.index);
      const value = elementAt(vm, activation, expr, subject, index);
      vm.observer.read?.(sourceText(vm, activation, expr), at(activation, expr), value);
      return value;
    }
    case 'BinOp':
      return evaluateBinary(vm, activation, expr);
    case 'UnaryOp': {
      return unaryAt(vm, activation, expr, expr.op, evaluate(vm, activation, expr.operand));
    }
    case 'BoolOp':
      return evaluateBool(vm, activation, expr.op, expr.values, 0);
    case 'Compare':
      return evaluateCompare(vm, activation, expr.left, expr);
    case 'IfExp': {
      const test = evaluate(vm, activation, expr.test);
      const known = vm.truth(test);
      return known === undefined
        ? eitherValue(vm, activation, expr, test)
        : evaluate(vm, activation, known ? expr.body : expr.orelse);
    }
    case 'Tuple': {
      const items = evaluateItems(vm, activation, expr.elts);
      return items.tail === null ? tuple(items.items) : unknown(items.tail.reason, items.tail.at, 'tuple');
    }
    case 'List': {
      const items = evaluateItems(vm, activation, expr.elts);
      const made = list(items.items, items.tail);
      vm.trail.created(made);
      return made;
    }
    case 'Set': {
      const items = evaluateItems(vm, activation, expr.elts);
      return vm.apply(vm.builtin('set'), [list(items.items, items.tail)]);
    }
    case 'Dict':
      return evaluateDict(vm, activation, expr.keys, expr.values);
    case 'JoinedStr':
      return evaluateFormat(vm, activation, expr);
    case 'Lambda':
      return makeFunction(vm, activation, expr, '<lambda>');
    case 'ListComp':
    case 'SetComp':
    case 'GeneratorExp':
      return evaluateComp(vm, activation, expr);
    case 'DictComp':
      return evaluateDictComp(vm, activation, expr);
    case 'Slice':
      return {
        kind: 'slice',
        start: expr.lower === null ? NONE : evaluate(vm, activation, expr.lower),
        stop: expr.upper === null ? NONE : evaluate(vm, activation, expr.upper),
        step: expr.step === null ? NONE : evaluate(vm, activation, expr.step),
      };
    case 'NamedExpr': {
      const value = evaluate(vm, activation, expr.value);
      bindWalrus(vm, activation, expr.target.id, value);
      vm.observer.bind?.(expr.target.id, at(activation, expr.target), value, activation.scope);
      return value;
    }
    case 'Starred':
      return evaluate(vm, activation, expr.value);
    case 'Await':
      return evaluate(vm, activation, expr.value);
    case 'Yield':
      give(vm, activation, expr.value === null ? NONE : evaluate(vm, activation, expr.value));
      // A loop or next() sends None.
      return sends(vm)
        ? unknown('what is sent into a generator is not followed', at(activation, expr))
        : NONE;
    case 'YieldFrom': {
      const source = evaluate(vm, activation, expr.value);
      const elements = iterate(vm, source);
      for (const item of elements?.items ?? []) give(vm, activation, item);
      const tail = elements === undefined ? asUnknown(source, 'the elements are not known') : elements.tail;
      if (tail !== null && activation.yields !== null) {
        vm.touch(activation.yields);
        activation.yields.tail ??= tail;
      }
      return NONE;
    }
    case 'Error':
      return unknown('the expression is incomplete', at(activation, expr));
  }
}

/** What an undecided `a if test else b` gives. */
function eitherValue(vm: Interpreter, activation: Activation, expr: IfExp, test: Value): Value {
  return branchValue(vm, activation, conditionCause(vm, activation, expr.test, test), [
    () => {
      narrow(vm, activation, expr.test, true);
      return evaluate(vm, activation, expr.body);
    },
    () => {
      narrow(vm, activation, expr.test, false);
      return evaluate(vm, activation, expr.orelse);
    },
  ]);
}

function unaryAt(
  vm: Interpreter,
  activation: Activation,
  node: Place,
  op: UnaryOp['op'],
  operand: Value,
): Value {
  return operand.kind === 'instance'
    ? operate(vm, activation, node, () => vm.unary(op, operand))
    : vm.unary(op, operand);
}

function attributeOf(vm: Interpreter, activation: Activation, expr: Attribute, subject: Value): Value {
  try {
    if (subject.kind === 'none')
      checkReturned(
        vm,
        subject,
        `which has no \`${expr.attr}\``,
        `'NoneType' object has no attribute '${expr.attr}'`,
        { file: activation.file, from: expr.attrFrom, to: expr.to },
      );
    return vm.getAttr(subject, expr.attr);
  } catch (error) {
    throw error instanceof PyRaise ? missingAttribute(vm, activation, expr, subject, error) : error;
  }
}

function elementAt(vm: Interpreter, activation: Activation, expr: Expr, subject: Value, index: Value): Value {
  if (subject.kind === 'instance') return operate(vm, activation, expr, () => vm.getItem(subject, index));
  try {
    if (subject.kind === 'none')
      checkReturned(
        vm,
        subject,
        'which has no elements',
        `'NoneType' object is not subscriptable`,
        at(activation, expr),
      );
    return vm.getItem(subject, index);
  } catch (error) {
    throw error instanceof PyRaise ? beyondEnd(vm, activation, expr, subject, index, error) : error;
  }
}

export function asUnknown(value: Value, otherwise: string): UnknownValue {
  return value.kind === 'unknown' ? unknown(value.reason, value.at) : unknown(otherwise);
}

/** Operators group to the left: a long sum is walked along its spine rather than by recursion. */
function evaluateBinary(vm: Interpreter, activation: Activation, expr: BinOp): Value {
  if (expr.left.type !== 'BinOp')
    return binaryAt(
      vm,
      activation,
      expr,
      expr.op,
      evaluate(vm, activation, expr.left),
      evaluate(vm, activation, expr.right),
    );
  const spine: BinOp[] = [];
  let first: Expr = expr;
  while (first.type === 'BinOp') {
    spine.push(first);
    first = first.left;
  }
  let value = evaluate(vm, activation, first);
  for (let i = spine.length - 1; i >= 0; i--)
    value = binaryAt(vm, activation, spine[i], spine[i].op, value, evaluate(vm, activation, spine[i].right));
  return value;
}

/** A binary operator that stands at `node`. */
export function binaryAt(
  vm: Interpreter,
  activation: Activation,
  node: Place,
  op: BinOp['op'],
  a: Value,
  b: Value,
): Value {
  return a.kind === 'instance' || b.kind === 'instance'
    ? binaryOfObjects(vm, activation, node, op, a, b)
    : vm.binary(op, a, b);
}

/** Apart, as the function it makes would cost memory for numbers too. */
function binaryOfObjects(
  vm: Interpreter,
  activation: Activation,
  node: Place,
  op: BinOp['op'],
  a: Value,
  b: Value,
): Value {
  return operate(vm, activation, node, () => vm.binary(op, a, b));
}

/** Runs an operator on an object: the expression is the call site of the method that does the work, as a call's would be. */
export function operate(vm: Interpreter, activation: Activation, node: Place, body: () => Value): Value {
  const depth = vm.frames.length;
  vm.frames.push({ ...activation, callSite: at(activation, node), open: [] });
  const value = body();
  vm.frames.length = depth;
  return value;
}

// --- names -----------------------------------------------------------------------------------------------------------------

export function findName(vm: Interpreter, scope: Scope, id: string): Value | undefined {
  if (scope.declared?.get(id) === 'global') return scope.globals?.vars.get(id) ?? vm.builtins.get(id);
  let value = scope.vars.get(id);
  if (value !== undefined) return value;
  for (let outer = scope.parent; outer !== null; outer = outer.parent) {
    // Names of a class body are seen in the body alone, not from its methods or comprehensions.
    if (outer.kind === 'class') continue;
    value = outer.vars.get(id);
    if (value !== undefined) return value;
  }
  if (scope.globals !== null) {
    value = scope.globals.vars.get(id);
    if (value !== undefined) return value;
  }
  return vm.builtins.get(id) ?? vm.starNames(scope, id);
}

// --- undecided conditions ----------------------------------------------------------------------------------------------------

/** Why a condition is undecided, in words: `depends on "use_bn", which is not known (…)`. */
export function conditionCause(
  vm: Interpreter,
  activation: Activation,
  test: Expr,
  value: Value,
): UnknownValue {
  const cause = value.kind === 'unknown' ? value : null;
  if (cause !== null && cause.reason.startsWith('depends on ')) return unknown(cause.reason, cause.at);
  const why = cause === null ? (value.kind === 'symbolic' ? ' (an open length)' : '') : ` (${cause.reason})`;
  return unknown(
    `depends on "${sourceText(vm, activation, test, 40)}", which is not known${why}`,
    cause?.at ?? at(activation, test),
  );
}

function evaluateBool(
  vm: Interpreter,
  activation: Activation,
  op: 'and' | 'or',
  values: readonly Expr[],
  from: number,
): Value {
  for (let i = from; ; i++) {
    const value = evaluate(vm, activation, values[i]);
    if (i === values.length - 1) return value;
    const known = vm.truth(value);
    if (known === undefined) {
      // Undecided: the value itself, or what the rest gives.
      const cause = conditionCause(vm, activation, values[i], value);
      return branchValue(vm, activation, cause, [
        () => narrowed(value, (option) => vm.truth(option) !== (op === 'and')),
        () => {
          narrow(vm, activation, values[i], op === 'and');
          return evaluateBool(vm, activation, op, values, i + 1);
        },
      ]);
    }
    if (known === (op === 'or')) return value;
  }
}

function evaluateCompare(
  vm: Interpreter,
  activation: Activation,
  first: Expr,
  expr: Expr & { type: 'Compare' },
): Value {
  let left = evaluate(vm, activation, first);
  let result: Value = TRUE;
  for (let i = 0; i < expr.ops.length; i++) {
    const right = evaluate(vm, activation, expr.comparators[i]);
    const one = compareAt(vm, activation, expr, expr.ops[i], left, right);
    if (expr.ops.length === 1) return one;
    const known = vm.truth(one);
    if (known === false) return one.kind === 'unknown' ? FALSE : one;
    if (result.kind !== 'unknown') result = one;
    left = right;
  }
  return result;
}

function compareAt(
  vm: Interpreter,
  activation: Activation,
  node: Place,
  op: CompareOperator,
  a: Value,
  b: Value,
): Value {
  return a.kind === 'instance' || b.kind === 'instance'
    ? operate(vm, activation, node, () => compare(vm, op, a, b))
    : compare(vm, op, a, b);
}

// --- displays ------------------------------------------------------------------------------------------------------------------

function evaluateItems(
  vm: Interpreter,
  activation: Activation,
  elts: readonly Expr[],
): { items: Value[]; tail: UnknownValue | null } {
  const items: Value[] = [];
  let tail: UnknownValue | null = null;
  for (const element of elts) {
    if (element.type !== 'Starred') {
      const value = evaluate(vm, activation, element);
      if (tail === null) items.push(value);
      continue;
    }
    const source = evaluate(vm, activation, element.value);
    const elements = iterate(vm, source);
    if (tail !== null) continue;
    if (elements === undefined) tail = asUnknown(source, 'the elements are not known');
    else {
      vm.spend(elements.items.length);
      for (const item of elements.items) items.push(item);
      tail = elements.tail;
    }
  }
  return { items, tail };
}

function evaluateDict(
  vm: Interpreter,
  activation: Activation,
  keys: readonly (Expr | null)[],
  values: readonly Expr[],
): Value {
  const made: DictValue = { kind: 'dict', entries: new Map(), tail: null };
  vm.trail.created(made);
  for (let i = 0; i < keys.length; i++) {
    const keyExpr = keys[i];
    if (keyExpr === null) {
      const source = evaluate(vm, activation, values[i]);
      vm.spreadInto(made, source);
      continue;
    }
    const key = evaluate(vm, activation, keyExpr);
    putEntry(vm, made, key, evaluate(vm, activation, values[i]));
  }
  return made;
}

export function putEntry(vm: Interpreter, target: DictValue, key: Value, value: Value): void {
  const hash = hashKey(key);
  if (hash !== undefined) target.entries.set(hash, { key, value });
  else if (isUnhashable(key)) vm.raise('TypeError', `unhashable type: '${vm.typeOf(key).name}'`);
  else target.tail ??= asUnknown(key, 'a key of the dict is not known');
}

function evaluateFormat(vm: Interpreter, activation: Activation, expr: JoinedStr): Value {
  let text = '';
  let missing: Value | undefined;
  for (const part of expr.parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const value = evaluate(vm, activation, part.value);
    const spec = part.spec === null ? undefined : evaluateFormat(vm, activation, part.spec);
    if (spec !== undefined && spec.kind !== 'str') {
      missing ??= spec;
      continue;
    }
    const made = formatValue(
      vm,
      value,
      spec?.kind === 'str' ? spec.value : '',
      part.conversion === '' ? null : part.conversion,
    );
    if (made === undefined) missing ??= value;
    else text += (part.selfDoc ?? '') + made;
  }
  if (missing === undefined) return str(text);
  return missing.kind === 'unknown'
    ? unknown(missing.reason, missing.at, 'str')
    : unknown('the text of a value in it is not known', at(activation, expr), 'str');
}

// --- calls -----------------------------------------------------------------------------------------------------------------------

function evaluateCall(vm: Interpreter, activation: Activation, expr: Call): Value {
  const callee = evaluate(vm, activation, expr.func);
  const args = evaluateArguments(vm, activation, expr);
  const special = vm.scopeFunction(activation, callee, args);
  const result = special ?? call(vm, callee, args);
  vm.observer.called?.(expr.range, callee, result, activation.scope.kind === 'module');
  return result;
}

// --- functions and comprehensions ----------------------------------------------------------------------------------------------------

export function evaluateDefaults(
  vm: Interpreter,
  activation: Activation,
  params: readonly Param[],
): Map<string, Value> {
  const defaults = new Map<string, Value>();
  for (const param of params)
    if (param.default !== null) defaults.set(param.name, evaluate(vm, activation, param.default));
  return defaults;
}

function makeFunction(vm: Interpreter, activation: Activation, def: Lambda, name: string): FunctionValue {
  return {
    kind: 'function',
    name,
    qualname: name,
    def,
    file: activation.file,
    closure: activation.scope,
    globals: activation.scope.globals ?? activation.scope,
    defaults: evaluateDefaults(vm, activation, def.params),
    owner: activation.owner,
    attrs: null,
    calls: 0,
  };
}
