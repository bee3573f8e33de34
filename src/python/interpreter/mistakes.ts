/**
 * Exceptions that are certainly mistakes of the program: names that nothing defines, arguments that a function of the
 * program does not take, elements that are not there. Only what the program's own text settles belongs here; what rests on
 * a library that is modelled in part raises an ordinary exception.
 */
import type { Expr, Name } from '../ast';
import { PyRaise, type Mistake } from '../machine';
import type { SourceRange } from '../source';
import type { CallArgs, FunctionValue, Scope, Value } from '../values';
import { namesAround } from '../syntax/bindings';
import type { Activation } from './activation';
import { makeException } from './builtinClasses';
import { at } from './expressions';
import type { Interpreter } from './interpreter';

/** The codes that mistakes carry. */
export const PYTHON_CODES = ['undefined-name', 'call-arguments', 'element-range', 'unpack-count'] as const;

type Facts = Mistake['facts'];

/** Raises the exception and says that it is the program's own doing, at `range`. */
export function raiseMistake(
  vm: Interpreter,
  exceptionName: string,
  python: string,
  code: (typeof PYTHON_CODES)[number],
  message: string,
  range: SourceRange,
  facts: Facts = {},
): never {
  const cls = vm.classes.byName.get(exceptionName)!;
  const stack = vm
    .callStack()
    .filter(
      (site, i) => i > 0 || site.from !== range.from || site.to !== range.to || site.file !== range.file,
    );
  throw new PyRaise(makeException(cls, python), range, {
    code,
    message,
    python: `${exceptionName}: ${python}`,
    range,
    stack,
    facts,
  });
}

// --- names -------------------------------------------------------------------------------------------------------------

/** Built-ins of Python 2: a text that uses them is of that language. */
const PYTHON2 = new Set(
  'xrange unicode basestring raw_input unichr long reduce file execfile cmp reload apply buffer intern coerce'.split(
    ' ',
  ),
);

/** Names that a host puts into a program's name space. */
const HOST = new Set([
  'get_ipython',
  'display',
  'In',
  'Out',
  'exit',
  'quit',
  'spark',
  'dbutils',
  'sc',
  'reveal_type',
  'WindowsError',
]);

/** Text that defines names in ways that no statement shows. */
const HIDDEN =
  /\bexec\s*\(|\bexecfile\b|\bglobals\s*\(\)|\blocals\s*\(\)|\bbuiltins\b|__builtins__|^\s*[%!]|\bget_ipython\s*\(/m;

/** A name that was looked up in vain: a mistake where no statement around it binds it. */
export function undefinedName(vm: Interpreter, activation: Activation, name: Name): never {
  const python = `name '${name.id}' is not defined`;
  const near = candidates(vm, activation, name);
  if (near === null) return vm.raise('NameError', python);
  return raiseMistake(
    vm,
    'NameError',
    python,
    'undefined-name',
    `\`${name.id}\` is not defined here`,
    at(activation, name),
    { name: name.id, names: near },
  );
}

/** The names that could have been meant; null where the name may be defined after all. */
function candidates(vm: Interpreter, activation: Activation, { id, from }: Name): string[] | null {
  if (PYTHON2.has(id) || HOST.has(id) || id.startsWith('__')) return null;
  if (vm.incomplete) return null;
  const source = vm.sources.get(activation.file);
  if (source === undefined) return null;
  // The cells of a notebook are one module.
  const [base] = activation.file.split('#');
  const cells = activation.file.includes('#')
    ? [...vm.sources.values()].filter(({ file }) => file.startsWith(`${base}#`))
    : [source];
  if (cells.some((cell) => HIDDEN.test(cell.source))) return null;
  const around = namesAround(cells, activation.file, from);
  if (around.has(id)) return null;
  return [...visible(activation.scope)];
}

/** Names bound now. */
function visible(scope: Scope): Set<string> {
  const names = new Set<string>();
  for (let at: Scope | null = scope; at !== null; at = at.parent)
    for (const name of at.vars.keys()) names.add(name);
  for (const name of scope.globals?.vars.keys() ?? []) names.add(name);
  return names;
}

// --- arguments -----------------------------------------------------------------------------------------------------------

/** A call that does not fit the parameters of a function of the program. */
export function wrongArguments(
  vm: Interpreter,
  fn: FunctionValue,
  args: CallArgs,
  python: string,
  message: string,
  facts: Facts = {},
  place: SourceRange | null = null,
): never {
  // A call that no source makes is a library's, of which only a part is modelled.
  if (args.range === null) return vm.raise('TypeError', python);
  return raiseMistake(vm, 'TypeError', python, 'call-arguments', message, place ?? args.range, {
    function: fn.name,
    parameters: fn.def.params
      .filter((param) => param.kind === 'positional' || param.kind === 'keyword')
      .map((param) => param.name),
    ...facts,
  });
}

// --- elements ------------------------------------------------------------------------------------------------------------

/** `items[n]` beyond the end of a list or tuple, at the subscript. */
export function beyondEnd(
  vm: Interpreter,
  activation: Activation,
  expr: Expr,
  subject: Value,
  index: Value,
  error: PyRaise,
): PyRaise {
  if (error.mistake !== null || (subject.kind !== 'list' && subject.kind !== 'tuple') || index.kind !== 'int')
    return error;
  if (error.value.kind !== 'instance' || error.value.cls.name !== 'IndexError') return error;
  const count = subject.items.length;
  // An empty list is often one that something filled which is not followed.
  if (count === 0 || vm.escaped.has(subject)) return error;
  try {
    return raiseMistake(
      vm,
      'IndexError',
      `${subject.kind} index out of range`,
      'element-range',
      `there is no element ${index.value} among ${count}: they count from 0 to ${count - 1}`,
      at(activation, expr),
      { index: index.value, count },
    );
  } catch (raised) {
    return raised as PyRaise;
  }
}

/** `a, b = …` with another number of values. */
export function wrongCount(
  vm: Interpreter,
  range: SourceRange,
  expected: number,
  got: number,
  starred: boolean,
  value: Value,
): never {
  const python =
    got < expected
      ? `not enough values to unpack (expected ${starred ? 'at least ' : ''}${expected}, got ${got})`
      : `too many values to unpack (expected ${expected})`;
  if (got === 0 || vm.escaped.has(value)) return vm.raise('ValueError', python);
  const what = value.kind === 'tuple' || value.kind === 'list' ? `the ${value.kind}` : 'the value';
  const message = `${what} gives ${got} value${got === 1 ? '' : 's'}, but ${expected} name${expected === 1 ? ' is' : 's are'} to take them`;
  return raiseMistake(vm, 'ValueError', python, 'unpack-count', message, range, { expected, got });
}
