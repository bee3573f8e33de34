/** Execution of `match`: the first case that certainly fits; undecided ones are followed and joined. */
import type { Match, Pattern } from '../ast';
import type { DictValue, Value } from '../values';
import { list, unknown } from '../values';
import { hashKey } from '../hash';
import { type Activation, Completion } from './activation';
import { bindName } from './assignment';
import { branch } from './branching';
import { conditionCause, evaluate } from './expressions';
import { unwrap } from './classes';
import { length } from './items';
import type { Interpreter } from './interpreter';
import { execute } from './statements';

type Bindings = Map<string, Value>;

export function executeMatch(vm: Interpreter, activation: Activation, statement: Match): Completion {
  const subject = evaluate(vm, activation, statement.subject);
  const from = (index: number): Completion => {
    if (index === statement.cases.length) return Completion.Normal;
    const { pattern, guard, body } = statement.cases[index];
    const bindings: Bindings = new Map();
    const fits = matches(vm, activation, pattern, subject, bindings);
    if (fits === false) return from(index + 1);
    const bind = (): void => {
      for (const [name, value] of bindings) bindName(vm, activation, name, value);
    };
    if (fits === true && guard === null) {
      bind();
      return execute(vm, activation, body);
    }
    if (fits === true && guard !== null) {
      bind();
      const test = evaluate(vm, activation, guard);
      const known = vm.truth(test);
      if (known !== undefined) return known ? execute(vm, activation, body) : from(index + 1);
      return branch(vm, activation, conditionCause(vm, activation, guard, test), [
        () => execute(vm, activation, body),
        () => from(index + 1),
      ]);
    }
    const cause = conditionCause(vm, activation, statement.subject, subject);
    return branch(vm, activation, cause, [
      () => {
        bind();
        if (guard !== null && vm.truth(evaluate(vm, activation, guard)) === false) return from(index + 1);
        return execute(vm, activation, body);
      },
      () => from(index + 1),
    ]);
  };
  return from(0);
}

function all(answers: Iterable<boolean | undefined>): boolean | undefined {
  let result: boolean | undefined = true;
  for (const answer of answers) {
    if (answer === false) return false;
    if (answer === undefined) result = undefined;
  }
  return result;
}

function matches(
  vm: Interpreter,
  activation: Activation,
  pattern: Pattern,
  subject: Value,
  bindings: Bindings,
): boolean | undefined {
  switch (pattern.type) {
    case 'As': {
      const fits =
        pattern.pattern === null ? true : matches(vm, activation, pattern.pattern, subject, bindings);
      if (fits !== false && pattern.name !== null) bindings.set(pattern.name, subject);
      return fits;
    }
    case 'Value': {
      const value = evaluate(vm, activation, pattern.value);
      if (value.kind === 'none' || value.kind === 'bool') return vm.truth(vm.compare('is', subject, value));
      return vm.equal(subject, value);
    }
    case 'Or': {
      let undecided = false;
      for (const option of pattern.patterns) {
        const fits = matches(vm, activation, option, subject, bindings);
        if (fits === true) return undecided ? undefined : true;
        if (fits === undefined) undecided = true;
      }
      return undecided ? undefined : false;
    }
    case 'Star':
      return true;
    case 'Sequence':
      return matchSequence(vm, activation, pattern.patterns, unwrap(subject), bindings);
    case 'Mapping': {
      const mapping = unwrap(subject);
      if (mapping.kind === 'unknown') {
        pattern.patterns.forEach((inner) =>
          matches(vm, activation, inner, unknown(mapping.reason, mapping.at), bindings),
        );
        if (pattern.rest !== null) bindings.set(pattern.rest, unknown(mapping.reason, mapping.at, 'dict'));
        return undefined;
      }
      if (mapping.kind !== 'dict') return false;
      const used = new Set<string>();
      const fits = all(
        pattern.keys.map((keyExpr, i) => {
          const hash = hashKey(evaluate(vm, activation, keyExpr));
          if (hash === undefined) return undefined;
          used.add(hash);
          const entry = mapping.entries.get(hash);
          if (entry === undefined) {
            if (mapping.tail === null) return false;
            matches(
              vm,
              activation,
              pattern.patterns[i],
              unknown(mapping.tail.reason, mapping.tail.at),
              bindings,
            );
            return undefined;
          }
          return matches(vm, activation, pattern.patterns[i], entry.value, bindings);
        }),
      );
      if (pattern.rest !== null) {
        const rest: DictValue = {
          kind: 'dict',
          entries: new Map([...mapping.entries].filter(([hash]) => !used.has(hash))),
          tail: mapping.tail,
        };
        bindings.set(pattern.rest, rest);
      }
      return fits;
    }
    case 'Class': {
      const cls = evaluate(vm, activation, pattern.cls);
      const is = cls.kind === 'class' ? vm.isInstance(subject, cls) : undefined;
      if (is === false) return false;
      let names: readonly Value[] = [];
      if (cls.kind === 'class' && pattern.patterns.length > 0) {
        const args = vm.findAttr(cls, '__match_args__');
        names = args?.kind === 'tuple' ? args.items : [];
      }
      const parts = pattern.patterns.map((inner, i) => {
        const name = names[i];
        if (name?.kind === 'str')
          return matches(
            vm,
            activation,
            inner,
            vm.findAttr(subject, name.value) ?? unknown('an attribute is not known'),
            bindings,
          );
        // `int(x)`, `str(x)`, …: the subject itself.
        return matches(
          vm,
          activation,
          inner,
          cls.kind === 'class' && cls.module === 'builtins' ? subject : unknown('an attribute is not known'),
          bindings,
        );
      });
      const named = pattern.keywords.map(({ name, pattern: inner }) => {
        const value =
          subject.kind === 'unknown' ? unknown(subject.reason, subject.at) : vm.findAttr(subject, name);
        return value === undefined ? false : matches(vm, activation, inner, value, bindings);
      });
      return all([is, ...parts, ...named]);
    }
  }
}

function matchSequence(
  vm: Interpreter,
  activation: Activation,
  patterns: readonly Pattern[],
  subject: Value,
  bindings: Bindings,
): boolean | undefined {
  if (subject.kind === 'unknown') {
    for (const inner of patterns) {
      if (inner.type === 'Star') {
        if (inner.name !== null) bindings.set(inner.name, list([], unknown(subject.reason, subject.at)));
      } else matches(vm, activation, inner, unknown(subject.reason, subject.at), bindings);
    }
    return undefined;
  }
  if (subject.kind !== 'list' && subject.kind !== 'tuple' && subject.kind !== 'range') return false;
  const size = length(vm, subject);
  const elements = vm.iterate(subject)!;
  const star = patterns.findIndex((inner) => inner.type === 'Star');
  if (size.kind !== 'int') {
    patterns.forEach((inner, i) => {
      if (inner.type === 'Star') {
        if (inner.name !== null)
          bindings.set(inner.name, list(i === star ? elements.items.slice(i) : [], elements.tail));
      } else
        matches(
          vm,
          activation,
          inner,
          (star < 0 || i < star ? elements.items[i] : undefined) ?? unknown(elements.tail?.reason ?? ''),
          bindings,
        );
    });
    return star < 0 && elements.items.length > patterns.length ? false : undefined;
  }
  if (star < 0 ? size.value !== patterns.length : size.value < patterns.length - 1) return false;
  const after = star < 0 ? 0 : patterns.length - star - 1;
  return all(
    patterns.map((inner, i) => {
      if (inner.type === 'Star') {
        if (inner.name !== null)
          bindings.set(inner.name, list(elements.items.slice(star, elements.items.length - after)));
        return true;
      }
      const at = star < 0 || i < star ? i : elements.items.length - (patterns.length - i);
      return matches(vm, activation, inner, elements.items[at], bindings);
    }),
  );
}
