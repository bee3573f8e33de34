/** Native functions from signature texts such as `round(number, ndigits=None)`, with Python's own binding of arguments. */
import type { Machine } from '../machine';
import {
  ELLIPSIS,
  FALSE,
  NONE,
  TRUE,
  float,
  int,
  native,
  str,
  tuple,
  unknown,
  type CallArgs,
  type DictValue,
  type NativeFunction,
  type Value,
} from '../values';

/** Bound arguments by parameter name; `*args` is a tuple and `**kwargs` a dict. Optional parameters (`x?`) may be absent. */
export type Params = Readonly<Record<string, Value>>;
export type Body = (machine: Machine, params: Params, call: CallArgs) => Value;

interface Parameter {
  readonly name: string;
  readonly kind: 'positionalOnly' | 'normal' | 'keywordOnly' | 'args' | 'kwargs';
  /** Undefined: required, unless `optional`. */
  readonly fallback: Value | undefined;
  /** Written `name?`: absent from `Params` when not given. */
  readonly optional: boolean;
}

interface Signature {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Those that positional arguments fill, in order. */
  readonly slots: readonly Parameter[];
  /** Those that a keyword may name. */
  readonly named: ReadonlyMap<string, Parameter>;
  readonly hasRest: boolean;
  readonly hasMore: boolean;
}

/**
 * A native function with the given signature: `name(a, /, b=1, *rest, key='x', **more)`. Defaults are the literals
 * `None`, `True`, `False`, `...`, `()`, numbers and quoted strings; `b?` is optional without a default. Wrong calls
 * raise TypeError as in Python unless an open `*` or `**` may have supplied what is missing.
 */
export function fn(signature: string, body: Body): NativeFunction {
  const open = signature.indexOf('(');
  const name = signature.slice(0, open);
  let parsed: Signature | undefined;
  return native(name, (machine, args) => {
    parsed ??= parseSignature(name, signature.slice(open + 1, -1));
    return body(machine, bindParameters(machine, parsed, args), args);
  });
}

/** A table of functions by their own names, from `[signature, body]` rows. */
export function functions(rows: readonly (readonly [string, Body])[]): Map<string, Value> {
  return new Map(
    rows.map(([signature, body]) => {
      const made = fn(signature, body);
      return [made.name, made];
    }),
  );
}

function parseSignature(name: string, text: string): Signature {
  const parameters = parseParameters(text);
  return {
    name,
    parameters,
    slots: parameters.filter(({ kind }) => kind === 'positionalOnly' || kind === 'normal'),
    named: new Map(
      parameters
        .filter(({ kind }) => kind === 'normal' || kind === 'keywordOnly')
        .map((parameter) => [parameter.name, parameter]),
    ),
    hasRest: parameters.some(({ kind }) => kind === 'args'),
    hasMore: parameters.some(({ kind }) => kind === 'kwargs'),
  };
}

function parseParameters(text: string): Parameter[] {
  const parameters: Parameter[] = [];
  let keywordOnly = false;
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue;
    if (part === '/') {
      for (let i = 0; i < parameters.length; i++)
        parameters[i] = { ...parameters[i], kind: 'positionalOnly' };
    } else if (part === '*') {
      keywordOnly = true;
    } else if (part.startsWith('**')) {
      parameters.push({ name: part.slice(2), kind: 'kwargs', fallback: undefined, optional: true });
    } else if (part.startsWith('*')) {
      parameters.push({ name: part.slice(1), kind: 'args', fallback: undefined, optional: true });
      keywordOnly = true;
    } else {
      const equals = part.indexOf('=');
      const optional = part.endsWith('?');
      parameters.push({
        name: equals >= 0 ? part.slice(0, equals) : optional ? part.slice(0, -1) : part,
        kind: keywordOnly ? 'keywordOnly' : 'normal',
        fallback: equals >= 0 ? literal(part.slice(equals + 1)) : undefined,
        optional,
      });
    }
  }
  return parameters;
}

const LITERALS: Readonly<Record<string, Value>> = {
  None: NONE,
  True: TRUE,
  False: FALSE,
  '...': ELLIPSIS,
  '()': tuple([]),
};

function literal(text: string): Value {
  const known = LITERALS[text];
  if (known) return known;
  if (text.startsWith("'")) return str(text.slice(1, -1));
  return /[.e]/.test(text) ? float(Number(text)) : int(Number(text));
}

function bindParameters(machine: Machine, signature: Signature, args: CallArgs): Params {
  const { name, parameters, slots, named } = signature;
  const params: Record<string, Value> = Object.create(null) as Record<string, Value>;
  const extra: Value[] = [];
  for (let i = 0; i < args.positional.length; i++) {
    if (i < slots.length) params[slots[i].name] = args.positional[i].value;
    else extra.push(args.positional[i].value);
  }
  if (extra.length > 0 && !signature.hasRest) {
    machine.raise(
      'TypeError',
      `${name}() takes ${slots.length} positional argument${slots.length === 1 ? '' : 's'} but ${args.positional.length} were given`,
    );
  }
  const entries: DictValue['entries'] = new Map();
  for (const [key, { value }] of args.keywords) {
    if (named.has(key)) {
      if (params[key] !== undefined)
        machine.raise('TypeError', `${name}() got multiple values for argument '${key}'`);
      params[key] = value;
    } else if (signature.hasMore) entries.set(`s:${key}`, { key: str(key), value });
    else machine.raise('TypeError', `${name}() got an unexpected keyword argument '${key}'`);
  }
  for (const parameter of parameters) {
    if (parameter.kind === 'args') {
      // An open `*args` cannot be told apart from its listed elements by callers of a tuple: make it a list with a tail.
      params[parameter.name] = args.openPositional
        ? { kind: 'list', items: extra, tail: args.openPositional }
        : tuple(extra);
    } else if (parameter.kind === 'kwargs') {
      params[parameter.name] = { kind: 'dict', entries, tail: args.openKeywords };
    } else if (params[parameter.name] === undefined) {
      const source =
        parameter.kind === 'keywordOnly' ? args.openKeywords : (args.openPositional ?? args.openKeywords);
      if (source && !(parameter.kind === 'positionalOnly' && !args.openPositional)) {
        params[parameter.name] = unknown(source.reason, source.at);
      } else if (parameter.fallback !== undefined) params[parameter.name] = parameter.fallback;
      else if (!parameter.optional) {
        machine.raise('TypeError', `${name}() missing 1 required positional argument: '${parameter.name}'`);
      }
    }
  }
  return params;
}
