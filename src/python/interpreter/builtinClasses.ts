/** Python's built-in types and exception classes as class values. */
import {
  Instance,
  native,
  NONE,
  str,
  tuple,
  type CallArgs,
  type ClassHooks,
  type ClassValue,
  type InstanceValue,
  type Value,
} from '../values';
import type { Machine } from '../machine';

export function makeClass(
  name: string,
  bases: readonly ClassValue[],
  options: { readonly hooks?: ClassHooks | null; readonly native?: unknown; readonly module?: string } = {},
): ClassValue {
  const mro: ClassValue[] = [];
  const cls: ClassValue = {
    kind: 'class',
    name,
    module: options.module ?? 'builtins',
    bases,
    mro,
    attrs: new Map(),
    def: null,
    file: null,
    unknownBase: null,
    native: options.native ?? null,
    hooks: options.hooks ?? null,
    instances: 0,
  };
  mro.push(cls);
  for (const base of bases) for (const ancestor of base.mro) if (!mro.includes(ancestor)) mro.push(ancestor);
  return cls;
}

/** Types whose instances are values of their own kind, by their name. */
const TYPES: readonly (readonly [string, string])[] = [
  ['int', 'object'],
  ['bool', 'int'],
  ['float', 'object'],
  ['complex', 'object'],
  ['str', 'object'],
  ['bytes', 'object'],
  ['bytearray', 'object'],
  ['memoryview', 'object'],
  ['list', 'object'],
  ['tuple', 'object'],
  ['dict', 'object'],
  ['set', 'object'],
  ['frozenset', 'object'],
  ['range', 'object'],
  ['slice', 'object'],
  ['property', 'object'],
  ['staticmethod', 'object'],
  ['classmethod', 'object'],
  ['super', 'object'],
  ['NoneType', 'object'],
  ['ellipsis', 'object'],
  ['function', 'object'],
  ['method', 'object'],
  ['builtin_function_or_method', 'object'],
  ['module', 'object'],
  ['generator', 'object'],
  ['NotImplementedType', 'object'],
];
/** Those that programs cannot name without an import. */
const HIDDEN = new Set([
  'NoneType',
  'ellipsis',
  'function',
  'method',
  'builtin_function_or_method',
  'module',
  'generator',
  'NotImplementedType',
]);

/** Exception hierarchy of the library reference; indentation is inheritance. */
const EXCEPTIONS = `
BaseException
 BaseExceptionGroup
 GeneratorExit
 KeyboardInterrupt
 SystemExit
 Exception
  ExceptionGroup
  ArithmeticError
   FloatingPointError
   OverflowError
   ZeroDivisionError
  AssertionError
  AttributeError
  BufferError
  EOFError
  ImportError
   ModuleNotFoundError
  LookupError
   IndexError
   KeyError
  MemoryError
  NameError
   UnboundLocalError
  OSError
   BlockingIOError
   ChildProcessError
   ConnectionError
    BrokenPipeError
    ConnectionAbortedError
    ConnectionRefusedError
    ConnectionResetError
   FileExistsError
   FileNotFoundError
   InterruptedError
   IsADirectoryError
   NotADirectoryError
   PermissionError
   ProcessLookupError
   TimeoutError
  ReferenceError
  RuntimeError
   NotImplementedError
   RecursionError
  StopAsyncIteration
  StopIteration
  SyntaxError
   IndentationError
    TabError
  SystemError
  TypeError
  ValueError
   UnicodeError
    UnicodeDecodeError
    UnicodeEncodeError
    UnicodeTranslateError
  Warning
   BytesWarning
   DeprecationWarning
   EncodingWarning
   FutureWarning
   ImportWarning
   PendingDeprecationWarning
   ResourceWarning
   RuntimeWarning
   SyntaxWarning
   UnicodeWarning
   UserWarning`;

export interface BuiltinClasses {
  /** Every built-in class by name, the hidden ones too. */
  readonly byName: ReadonlyMap<string, ClassValue>;
  /** What programs see. */
  readonly visible: ReadonlyMap<string, ClassValue>;
  readonly object: ClassValue;
  readonly type: ClassValue;
}

export function makeBuiltinClasses(): BuiltinClasses {
  const byName = new Map<string, ClassValue>();
  const object = makeClass('object', []);
  object.attrs.set(
    '__init__',
    native('__init__', () => NONE),
  );
  byName.set('object', object);
  const type = makeClass('type', [object]);
  byName.set('type', type);
  for (const [name, base] of TYPES) byName.set(name, makeClass(name, [byName.get(base)!]));
  const path: ClassValue[] = [];
  for (const line of EXCEPTIONS.trim().split('\n')) {
    const name = line.trim();
    const depth = line.length - line.trimStart().length;
    path.length = depth;
    const cls = makeClass(name, [depth === 0 ? object : path[depth - 1]]);
    path.push(cls);
    byName.set(name, cls);
  }
  const base = byName.get('BaseException')!;
  const keepArgs = (_machine: Machine, args: CallArgs): Value => {
    const [self, ...rest] = args.positional;
    if (self?.value.kind === 'instance') self.value.attrs.set('args', tuple(rest.map((arg) => arg.value)));
    return NONE;
  };
  base.attrs.set('__init__', native('__init__', keepArgs));
  base.attrs.set(
    'with_traceback',
    native('with_traceback', (_machine, args) => args.positional[0]?.value ?? NONE),
  );
  base.attrs.set(
    'add_note',
    native('add_note', () => NONE),
  );
  for (const name of ['__cause__', '__context__', '__traceback__']) base.attrs.set(name, NONE);
  byName.set('IOError', byName.get('OSError')!);
  byName.set('EnvironmentError', byName.get('OSError')!);
  const visible = new Map([...byName].filter(([name]) => !HIDDEN.has(name)));
  return { byName, visible, object, type };
}

/** An exception instance as `cls(message)` makes it. */
export function makeException(cls: ClassValue, message: string): InstanceValue {
  const made = new Instance(cls, undefined);
  made.attrs.set('args', tuple(message === '' ? [] : [str(message)]));
  return made;
}
