/** Assignment to targets: names, attributes, subscripts, unpacking with a star; deletion; what a failed statement leaves. */
import type { Expr, ListExpr, Stmt, TupleExpr } from '../ast';
import type { UnknownValue, Value } from '../values';
import { list, unknown } from '../values';
import type { Activation } from './activation';
import { deleteAttr } from './attributes';
import { at, asUnknown, evaluate, sourceText } from './expressions';
import { deleteItem } from './items';
import { iterate } from './iteration';
import type { Interpreter } from './interpreter';
import { wrongCount } from './mistakes';

export function assign(vm: Interpreter, activation: Activation, target: Expr, value: Value): void {
  switch (target.type) {
    case 'Name':
      bindName(vm, activation, target.id, value);
      vm.observer.bind?.(target.id, at(activation, target), value, activation.scope);
      return;
    case 'Attribute': {
      const obj = evaluate(vm, activation, target.value);
      vm.setAttr(obj, target.attr, value);
      if (vm.observer.bind)
        vm.observer.bind(sourceText(vm, activation, target), at(activation, target), value, activation.scope);
      return;
    }
    case 'Subscript': {
      const obj = evaluate(vm, activation, target.value);
      vm.setItem(obj, evaluate(vm, activation, target.index), value);
      if (vm.observer.bind)
        vm.observer.bind(sourceText(vm, activation, target), at(activation, target), value, activation.scope);
      return;
    }
    case 'Tuple':
    case 'List':
      unpack(vm, activation, target, value);
      return;
    case 'Starred':
      assign(vm, activation, target.value, value);
      return;
    default:
  }
}

function unpack(vm: Interpreter, activation: Activation, target: TupleExpr | ListExpr, value: Value): void {
  const targets = target.elts;
  if (value.kind === 'instance')
    for (const { hooks } of value.cls.mro) hooks?.unpack?.(vm, value, targets.length, at(activation, target));
  const elements = iterate(vm, value, at(activation, target));
  const star = targets.findIndex((target) => target.type === 'Starred');
  if (
    elements === undefined ||
    (elements.tail !== null && star < 0 && elements.items.length < targets.length)
  ) {
    const cause = elements?.tail ?? asUnknown(value, 'the elements are not known');
    targets.forEach((target, i) => {
      const item = elements?.items[i];
      if (target.type === 'Starred') assign(vm, activation, target.value, list([], cause));
      else assign(vm, activation, target, item ?? unknown(cause.reason, cause.at));
    });
    return;
  }
  const { items, tail } = elements;
  if (star < 0) {
    if (tail === null && items.length !== targets.length)
      wrongCount(vm, at(activation, target), targets.length, items.length, false, value);
    targets.forEach((target, i) => assign(vm, activation, target, items[i]));
    return;
  }
  const after = targets.length - star - 1;
  if (tail === null) {
    if (items.length < targets.length - 1)
      wrongCount(vm, at(activation, target), targets.length - 1, items.length, true, value);
    targets.forEach((target, i) => {
      if (i < star) assign(vm, activation, target, items[i]);
      else if (i === star) assign(vm, activation, target, list(items.slice(star, items.length - after)));
      else assign(vm, activation, target, items[items.length - (targets.length - i)]);
    });
    return;
  }
  targets.forEach((target, i) => {
    if (i < star) assign(vm, activation, target, items[i] ?? unknown(tail.reason, tail.at));
    else if (i === star) assign(vm, activation, target, list(after === 0 ? items.slice(star) : [], tail));
    else assign(vm, activation, target, unknown(tail.reason, tail.at));
  });
}

export function bindName(vm: Interpreter, activation: Activation, id: string, value: Value): void {
  let scope = activation.scope;
  const declared = scope.declared?.get(id);
  if (declared === 'global') scope = scope.globals ?? scope;
  else if (declared === 'nonlocal') {
    let outer = scope.parent;
    while (outer !== null && !(outer.kind === 'function' && outer.vars.has(id))) outer = outer.parent;
    if (outer !== null) scope = outer;
  }
  vm.touch(scope);
  scope.vars.set(id, value);
}

/** The target of a walrus inside a comprehension is the scope around it. */
export function bindWalrus(vm: Interpreter, activation: Activation, id: string, value: Value): void {
  let scope = activation.scope;
  while (scope.kind === 'comprehension' && scope.parent !== null) scope = scope.parent;
  bindName(vm, { ...activation, scope }, id, value);
}

export function remove(vm: Interpreter, activation: Activation, target: Expr): void {
  switch (target.type) {
    case 'Name': {
      const scope =
        activation.scope.declared?.get(target.id) === 'global'
          ? (activation.scope.globals ?? activation.scope)
          : activation.scope;
      if (!scope.vars.has(target.id) && !vm.trail.conditional)
        vm.raise('NameError', `name '${target.id}' is not defined`);
      vm.touch(scope);
      scope.vars.delete(target.id);
      return;
    }
    case 'Attribute':
      deleteAttr(vm, evaluate(vm, activation, target.value), target.attr);
      return;
    case 'Subscript':
      deleteItem(vm, evaluate(vm, activation, target.value), evaluate(vm, activation, target.index));
      return;
    case 'Tuple':
    case 'List':
      for (const element of target.elts) remove(vm, activation, element);
  }
}

/** Names that a statement would bind become unknown: it could not be run to its end. */
export function abandonTargets(
  vm: Interpreter,
  activation: Activation,
  statement: Stmt,
  why: UnknownValue,
): void {
  const names: string[] = [];
  const target = (expr: Expr): void => {
    if (expr.type === 'Name') names.push(expr.id);
    else if (expr.type === 'Tuple' || expr.type === 'List') expr.elts.forEach(target);
    else if (expr.type === 'Starred') target(expr.value);
    else if (expr.type === 'Attribute' && expr.value.type === 'Name') {
      const obj = activation.scope.vars.get(expr.value.id);
      if (obj?.kind === 'instance') {
        vm.touch(obj);
        obj.attrs.set(expr.attr, why);
      }
    }
  };
  switch (statement.type) {
    case 'Assign':
      statement.targets.forEach(target);
      break;
    case 'AnnAssign':
    case 'AugAssign':
      target(statement.target);
      break;
    case 'FunctionDef':
    case 'ClassDef':
      names.push(statement.name);
      break;
    case 'With':
      for (const item of statement.items) if (item.target !== null) target(item.target);
      break;
    case 'For':
      target(statement.target);
      break;
    case 'Import':
      for (const alias of statement.names) names.push(alias.asName ?? alias.name.split('.')[0]);
      break;
    case 'ImportFrom':
      if (statement.names !== '*')
        for (const alias of statement.names) names.push(alias.asName ?? alias.name);
      break;
    case 'Error':
      if (statement.partial !== null) abandonTargets(vm, activation, statement.partial, why);
      return;
  }
  for (const name of names) if (name !== '') bindName(vm, activation, name, why);
}
