/** Matches the arguments of a call to the parameters of a native signature. */
import type { Bound, Parameter } from '../machine';
import type { SourceRange } from '../source';
import type { CallArgs, DictValue, Value } from '../values';
import { str, tuple, unknown, list } from '../values';

/** What is asked of a signature on every call, worked out once: signatures are constants that many calls share. */
interface Compiled {
  readonly slots: readonly Parameter[];
  readonly named: ReadonlySet<string>;
  readonly rest: boolean;
  readonly more: boolean;
}

const compiled = new WeakMap<readonly Parameter[], Compiled>();

function compile(parameters: readonly Parameter[]): Compiled {
  let made = compiled.get(parameters);
  if (made === undefined) {
    made = {
      slots: parameters.filter(({ kind }) => kind === undefined || kind === 'positional'),
      named: new Set(
        parameters.flatMap(({ name, kind }) => (kind === 'args' || kind === 'kwargs' ? [] : [name])),
      ),
      rest: parameters.some(({ kind }) => kind === 'args'),
      more: parameters.some(({ kind }) => kind === 'kwargs'),
    };
    compiled.set(parameters, made);
  }
  return made;
}

export function bindParameters(parameters: readonly Parameter[], args: CallArgs): Bound {
  const values = new Map<string, Value>();
  const ranges = new Map<string, SourceRange>();
  const given = new Set<string>();
  const unexpected: {
    name: string;
    value: Value;
    range: SourceRange | null;
    nameRange: SourceRange | null;
  }[] = [];
  const missing: string[] = [];
  const { slots, named, rest, more } = compile(parameters);
  const extra: Value[] = [];
  args.positional.forEach((arg, i) => {
    if (i >= slots.length) {
      extra.push(arg.value);
      return;
    }
    values.set(slots[i].name, arg.value);
    given.add(slots[i].name);
    if (arg.range !== null) ranges.set(slots[i].name, arg.range);
  });
  const extraKeywords: DictValue['entries'] = new Map();
  for (const [name, arg] of args.keywords) {
    if (named.has(name)) {
      values.set(name, arg.value);
      given.add(name);
      if (arg.range !== null) ranges.set(name, arg.range);
    } else if (more) {
      extraKeywords.set(`s:${name}`, { key: str(name), value: arg.value });
      if (arg.range !== null) ranges.set(name, arg.range);
    } else unexpected.push({ name, value: arg.value, range: arg.range, nameRange: arg.nameRange });
  }
  for (const parameter of parameters) {
    if (values.has(parameter.name)) continue;
    if (parameter.kind === 'args')
      values.set(
        parameter.name,
        args.openPositional === null ? tuple(extra) : list(extra, args.openPositional),
      );
    else if (parameter.kind === 'kwargs')
      values.set(parameter.name, { kind: 'dict', entries: extraKeywords, tail: args.openKeywords });
    else {
      const open =
        parameter.kind === 'keyword' ? args.openKeywords : (args.openPositional ?? args.openKeywords);
      if (open !== null) values.set(parameter.name, unknown(open.reason, open.at));
      else if (parameter.default !== undefined) values.set(parameter.name, parameter.default);
      else missing.push(parameter.name);
    }
  }
  return { values, ranges, given, unexpected, missing, excess: rest ? 0 : extra.length };
}
