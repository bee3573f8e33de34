/** The arguments of a call take their places in the scope of a function of the program. */
import type { Param } from '../ast';
import {
  type CallArgs,
  type DictValue,
  type FunctionValue,
  list,
  str,
  tuple,
  unknown,
  type Value,
} from '../values';
import type { Interpreter } from './interpreter';
import { wrongArguments } from './mistakes';

/**
 * Sets the parameters of `fn` in `vars`. Raises TypeError for a call that does not fit them; where a decorator that is not
 * known stands before the function, it may be that decorator which is called: then nothing is known of the arguments.
 */
export function bindToScope(
  vm: Interpreter,
  fn: FunctionValue,
  args: CallArgs,
  vars: Map<string, Value>,
): void {
  const decorator = fn.decorator ?? null;
  if (decorator === null || fits(fn, args)) {
    bind(vm, fn, args, vars);
    return;
  }
  for (const param of fn.def.params) vars.set(param.name, unknown(decorator.reason, decorator.at));
}

/** Whether the arguments of a call are those that `fn` takes. */
function fits(fn: FunctionValue, args: CallArgs): boolean {
  const { params } = fn.def;
  const places = params.filter(({ kind }) => kind === 'positional' || kind === 'positionalOnly');
  const given = args.positional.length;
  if (given > places.length && !params.some(({ kind }) => kind === 'args')) return false;
  const named = params.filter(({ kind }) => kind === 'positional' || kind === 'keyword');
  const taken = new Set(places.slice(0, given).map(({ name }) => name));
  const open = params.some(({ kind }) => kind === 'kwargs');
  for (const name of args.keywords.keys())
    if (taken.has(name) || (!open && !named.some((param) => param.name === name))) return false;
  return params.every(
    (param) =>
      param.kind === 'args' ||
      param.kind === 'kwargs' ||
      taken.has(param.name) ||
      args.keywords.has(param.name) ||
      fn.defaults.has(param.name) ||
      args.openKeywords !== null ||
      args.openPositional !== null,
  );
}

function bind(vm: Interpreter, fn: FunctionValue, args: CallArgs, vars: Map<string, Value>): void {
  const params = fn.def.params;
  const positional = args.positional;
  let next = 0;
  let used = 0;
  let extraKeywords: DictValue['entries'] | null = null;
  let hasKwargs = false;
  for (let i = 0; i < params.length; i++) {
    const param = params[i];
    switch (param.kind) {
      case 'positional':
      case 'positionalOnly':
        if (next < positional.length) {
          vars.set(param.name, positional[next++].value);
          if (param.kind === 'positional' && args.keywords.has(param.name)) {
            wrongArguments(
              vm,
              fn,
              args,
              `${fn.name}() got multiple values for argument '${param.name}'`,
              `${fn.name}() gets \`${param.name}\` twice: by its place and by its name`,
              { twice: param.name },
              args.keywords.get(param.name)?.nameRange,
            );
          }
        } else used += keywordOrDefault(vm, fn, args, param, vars);
        break;
      case 'args': {
        const rest: Value[] = [];
        while (next < positional.length) rest.push(positional[next++].value);
        vars.set(param.name, args.openPositional === null ? tuple(rest) : list(rest, args.openPositional));
        break;
      }
      case 'keyword':
        used += keywordOrDefault(vm, fn, args, param, vars);
        break;
      case 'kwargs':
        hasKwargs = true;
        break;
    }
  }
  if (next < positional.length) {
    // `self` counts, as in Python's own sentence.
    const own = fn.owner === null ? 0 : 1;
    wrongArguments(
      vm,
      fn,
      args,
      `${fn.name}() takes ${next} positional argument${next === 1 ? '' : 's'} but ${positional.length} were given`,
      `${fn.name}() takes ${next - own} argument${next - own === 1 ? '' : 's'}, but gets ${positional.length - own}`,
      { takes: next - own, given: positional.length - own },
    );
  }
  if (hasKwargs || used < args.keywords.size) {
    for (const [name, arg] of args.keywords) {
      if (
        params.some(
          (param) => param.name === name && (param.kind === 'positional' || param.kind === 'keyword'),
        )
      )
        continue;
      if (!hasKwargs)
        wrongArguments(
          vm,
          fn,
          args,
          `${fn.name}() got an unexpected keyword argument '${name}'`,
          `${fn.name}() takes no argument \`${name}\``,
          { unexpected: name },
          arg.nameRange,
        );
      extraKeywords ??= new Map();
      extraKeywords.set(`s:${name}`, { key: str(name), value: arg.value });
    }
    const kwargs = params.find((param) => param.kind === 'kwargs');
    if (kwargs !== undefined)
      vars.set(kwargs.name, { kind: 'dict', entries: extraKeywords ?? new Map(), tail: args.openKeywords });
  }
}

/** Returns 1 when a keyword gave it. */
function keywordOrDefault(
  vm: Interpreter,
  fn: FunctionValue,
  args: CallArgs,
  param: Param,
  vars: Map<string, Value>,
): number {
  const given = param.kind === 'positionalOnly' ? undefined : args.keywords.get(param.name);
  if (given !== undefined) {
    vars.set(param.name, given.value);
    return 1;
  }
  const open = param.kind === 'keyword' ? args.openKeywords : (args.openPositional ?? args.openKeywords);
  if (open !== null) {
    vars.set(param.name, unknown(open.reason, open.at));
    return 0;
  }
  const fallback = fn.defaults.get(param.name);
  if (fallback !== undefined) vars.set(param.name, fallback);
  else {
    // Python complains of what it does not know first.
    checkUnexpected(vm, fn, args);
    wrongArguments(
      vm,
      fn,
      args,
      `${fn.name}() missing 1 required ${param.kind === 'keyword' ? 'keyword-only' : 'positional'} argument: '${param.name}'`,
      `${fn.name}() needs an argument \`${param.name}\` that this call does not give`,
      { missing: param.name },
    );
  }
  return 0;
}

/** Raises for a keyword that no parameter takes. */
function checkUnexpected(vm: Interpreter, fn: FunctionValue, args: CallArgs): void {
  const { params } = fn.def;
  if (params.some(({ kind }) => kind === 'kwargs')) return;
  for (const [name, { nameRange }] of args.keywords) {
    if (
      params.some((param) => param.name === name && (param.kind === 'positional' || param.kind === 'keyword'))
    )
      continue;
    wrongArguments(
      vm,
      fn,
      args,
      `${fn.name}() got an unexpected keyword argument '${name}'`,
      `${fn.name}() takes no argument \`${name}\``,
      { unexpected: name },
      nameRange,
    );
  }
}
