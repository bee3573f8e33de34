/** Comprehensions and generator expressions. */
import type { Comp, Comprehension, DictComp, Expr } from '../ast';
import type { DictValue, Scope, UnknownValue, Value } from '../values';
import { NONE, list, unknown } from '../values';
import { type Activation, Completion } from './activation';
import { assign } from './assignment';
import { branch, branchValue } from './branching';
import { asUnknown, at, conditionCause, evaluate, putEntry } from './expressions';
import type { Interpreter } from './interpreter';
import { iterate } from './iteration';
import { LazyIterator } from './lazy';
import { tooLong } from './loops';

/** Runs the clauses of a comprehension; `emit` for each element, `open` when there may be more. */
function comprehend(
  vm: Interpreter,
  activation: Activation,
  generators: readonly Comprehension[],
  emit: (inner: Activation) => void,
  open: (why: UnknownValue) => void,
  firstIterable?: Value,
): void {
  const scope: Scope = {
    kind: 'comprehension',
    vars: new Map(),
    parent: activation.scope,
    globals: activation.scope.globals ?? activation.scope,
    declared: null,
  };
  vm.trail.created(scope);
  const inner: Activation = { ...activation, scope };
  const clause = (level: number): void => {
    if (level === generators.length) {
      emit(inner);
      return;
    }
    const { target, iter, ifs } = generators[level];
    const source =
      level === 0 ? (firstIterable ?? evaluate(vm, activation, iter)) : evaluate(vm, inner, iter);
    const elements = iterate(vm, source, at(activation, iter));
    const one = (item: Value): void => {
      vm.spend(1);
      assign(vm, inner, target, item);
      conditions(level, ifs, 0);
    };
    const fuel = vm.fuel;
    let rounds = 0;
    let cut = false;
    for (const item of elements?.items ?? []) {
      if (rounds++ % 64 === 63 && tooLong(rounds / 10, fuel - vm.fuel)) {
        cut = true;
        break;
      }
      one(item);
    }
    const tail = cut
      ? unknown('the comprehension is too long to follow to its end', at(activation, target))
      : elements === undefined
        ? asUnknown(source, 'the elements are not known')
        : elements.tail;
    if (tail !== null) {
      // Some more, of unknown number: once, to follow the calls inside.
      open(tail);
      const element = tail.like ?? unknown(tail.reason, tail.at);
      branchValue(vm, activation, tail, [() => (one(element), NONE), () => NONE]);
    }
  };
  const conditions = (level: number, ifs: readonly Expr[], i: number): void => {
    if (i === ifs.length) {
      clause(level + 1);
      return;
    }
    const test = evaluate(vm, inner, ifs[i]);
    const known = vm.truth(test);
    if (known === true) conditions(level, ifs, i + 1);
    else if (known === undefined) {
      const cause = conditionCause(vm, activation, ifs[i], test);
      open(cause);
      branch(vm, inner, cause, [
        () => (conditions(level, ifs, i + 1), Completion.Normal),
        () => Completion.Normal,
      ]);
    }
  };
  clause(0);
}

export function evaluateComp(vm: Interpreter, activation: Activation, expr: Comp): Value {
  const first = evaluate(vm, activation, expr.generators[0].iter);
  const collect = (): { items: Value[]; tail: UnknownValue | null } => {
    const items: Value[] = [];
    let tail: UnknownValue | null = null;
    comprehend(
      vm,
      activation,
      expr.generators,
      (inner) => {
        const value = evaluate(vm, inner, expr.elt);
        if (tail === null) items.push(value);
      },
      (why) => {
        tail ??= why;
      },
      first,
    );
    return { items, tail };
  };
  if (expr.type === 'GeneratorExp') return new LazyIterator(collect);
  const { items, tail } = collect();
  return expr.type === 'ListComp' ? list(items, tail) : vm.apply(vm.builtin('set'), [list(items, tail)]);
}

export function evaluateDictComp(vm: Interpreter, activation: Activation, expr: DictComp): Value {
  const made: DictValue = { kind: 'dict', entries: new Map(), tail: null };
  comprehend(
    vm,
    activation,
    expr.generators,
    (inner) => {
      const key = evaluate(vm, inner, expr.key);
      const value = evaluate(vm, inner, expr.value);
      if (made.tail === null) putEntry(vm, made, key, value);
    },
    (why) => {
      made.tail ??= why;
    },
    evaluate(vm, activation, expr.generators[0].iter),
  );
  return made;
}
