/**
 * Exceptions that are certainly mistakes of the program: names that nothing defines, arguments that a function of the
 * program does not take, elements that are not there. Only what the program's own text settles belongs here; what rests on
 * a library that is modelled in part raises an ordinary exception.
 */
import type { Attribute, Expr, Name, Stmt } from '../ast';
import { PyRaise, type Mistake } from '../machine';
import type { SourceRange } from '../source';
import type { CallArgs, FunctionValue, Scope, Value } from '../values';
import { namesAround } from '../syntax/bindings';
import type { Activation } from './activation';
import { makeException } from './builtinClasses';
import { unknownBase } from './classes';
import { at } from './expressions';
import type { Interpreter } from './interpreter';

/** The codes that mistakes carry. */
export const PYTHON_CODES = [
  'undefined-name',
  'call-arguments',
  'element-range',
  'unpack-count',
  'attribute-name',
  'not-iterable',
  'no-return',
  'not-callable',
] as const;

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
  whole = range,
): never {
  if (unfinished(vm, whole)) return vm.raise(exceptionName, python);
  const cls = vm.classes.byName.get(exceptionName)!;
  const stack = vm
    .callStack()
    .filter(
      (site, i) => i > 0 || site.from !== whole.from || site.to !== whole.to || site.file !== whole.file,
    );
  throw new PyRaise(makeException(cls, python), range, {
    code,
    message,
    python: `${exceptionName}: ${python}`,
    range,
    site: whole,
    stack,
    facts,
  });
}

/**
 * Whether the place belongs to a statement that is being typed: the last one of a text that breaks off without a line end, or
 * a name that stands alone on its line. What is to follow may make it right.
 */
export function unfinished(vm: Interpreter, { file, from }: SourceRange): boolean {
  const module = vm.sources.get(file);
  if (module === undefined) return false;
  const last = lastStatement(module.body);
  // A cell of a notebook has no line end of its own.
  if (last !== null && !file.includes('#') && !/\n[ \t]*$/.test(module.source) && from >= last.from)
    return true;
  const line = module.text.slice(module.text.lastIndexOf('\n', from - 1) + 1).split('\n', 1)[0];
  return /^\s*[A-Za-z_]\w*\s*$/.test(line) && !inBrackets(module.text, from);
}

/** The innermost statement that ends the text. */
function lastStatement(body: readonly Stmt[]): Stmt | null {
  let found: Stmt | null = null;
  for (let block: readonly Stmt[] = body; block.length > 0;) {
    found = block[block.length - 1];
    block =
      blocksOf(found)
        .filter((inner) => inner.length > 0)
        .pop() ?? [];
  }
  return found;
}

function blocksOf(statement: Stmt): (readonly Stmt[])[] {
  switch (statement.type) {
    case 'If':
    case 'While':
    case 'For':
      return [statement.body, statement.orelse];
    case 'Try':
      return [
        statement.body,
        ...statement.handlers.map((handler) => handler.body),
        statement.orelse,
        statement.finalbody,
      ];
    case 'With':
    case 'FunctionDef':
    case 'ClassDef':
      return [statement.body];
    case 'Match':
      return statement.cases.map((option) => option.body);
    case 'Error':
      return statement.partial === null ? [] : blocksOf(statement.partial);
    default:
      return [];
  }
}

/** Whether a bracket is open at the offset, looking back to where its statement may begin. */
function inBrackets(text: string, offset: number): boolean {
  let depth = 0;
  for (let i = offset - 1; i >= 0 && offset - i < 4000; i--) {
    const char = text[i];
    if (')]}'.includes(char)) depth++;
    else if ('([{'.includes(char) && --depth < 0) return true;
  }
  return false;
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
  return raiseMistake(
    vm,
    'TypeError',
    python,
    'call-arguments',
    message,
    place ?? args.range,
    {
      function: fn.name,
      parameters: fn.def.params
        .filter((param) => param.kind === 'positional' || param.kind === 'keyword')
        .map((param) => param.name),
      ...facts,
    },
    args.range,
  );
}

// --- attributes ----------------------------------------------------------------------------------------------------------

/** An attribute that the object does not have: a slip of one that it has, or one that nothing in the program ever sets. */
export function missingAttribute(
  vm: Interpreter,
  activation: Activation,
  expr: Attribute,
  subject: Value,
  error: PyRaise,
): PyRaise {
  const { attr } = expr;
  if (error.mistake !== null || error.value.kind !== 'instance' || error.value.cls.name !== 'AttributeError')
    return error;
  const python = vm.str(error.value) ?? '';
  // One raised within a property is about something else.
  if (!python.endsWith(`has no attribute '${attr}'`) || attr.startsWith('__')) return error;
  const cls = subject.kind === 'instance' ? subject.cls : null;
  if (cls === null || unknownBase(cls) !== null) return error;
  if (cls.file === null && cls.hooks?.attributesComplete !== true) return error;
  const library = cls.mro
    .map((ancestor) => ancestor.hooks?.attributeNames)
    .find((names) => names !== undefined);
  const closed = cls.mro.every((ancestor) => ancestor.def !== null || ancestor === vm.classes.object);
  // Of a class of a library that says nothing of its attributes, a layer of Keras' own say, any may be there.
  const silent = cls.mro.some(
    (ancestor) =>
      ancestor.def === null && ancestor !== vm.classes.object && ancestor.hooks?.attributeNames === undefined,
  );
  if ((library === undefined && !closed) || (library !== undefined && silent) || library?.has(attr) === true)
    return error;
  // What the program sets on an object of its own may have any form; of a library's, only that of an attribute.
  const read =
    cls.file === null
      ? new RegExp(`\\.${attr}\\s*=(?!=)|["']${attr}["']`)
      : new RegExp(`\\.${attr}\\s*(?:=(?!=)|:)|def\\s+${attr}\\b|["']${attr}["']|\\b${attr}\\s*=(?!=)`);
  for (const { source } of vm.sources.values())
    if (read.test(source) || /\bsetattr\s*\(|__dict__|\bvars\s*\(|__setattr__|__slots__/.test(source))
      return error;
  const names = new Set<string>();
  if (subject.kind === 'instance') for (const name of subject.attrs.keys()) names.add(name);
  for (const ancestor of cls.mro) for (const name of ancestor.attrs.keys()) names.add(name);
  for (const name of library ?? []) names.add(name);
  try {
    return raiseMistake(
      vm,
      'AttributeError',
      python,
      'attribute-name',
      `${cls.name} has no \`${attr}\`, and nothing in the program gives it one`,
      { file: activation.file, from: expr.attrFrom, to: expr.to },
      { name: attr, names: [...names].filter((name) => !name.startsWith('__')) },
    );
  } catch (raised) {
    return raised as PyRaise;
  }
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
