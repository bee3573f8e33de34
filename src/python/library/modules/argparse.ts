/** The module `argparse`: a parser collects its arguments, and `parse_args()` gives their defaults (or what a known list says). */
import type { Machine } from '../../machine';
import {
  FALSE,
  NONE,
  TRUE,
  bool,
  list,
  str,
  tuple,
  unknown,
  type ClassValue,
  type DictValue,
  type InstanceValue,
  type ModuleValue,
  type UnknownValue,
  type Value,
} from '../../values';
import { nativeClass, nativeModule } from '../classes';
import { fn } from '../define';
import { elements, indexOf, strOf } from '../known';
import { asDict } from './namedtuple';

/** One argument that a parser was told of; kept as a native payload in a list of the parser, so that branches join it. */
interface Argument {
  readonly isArgument: true;
  readonly dest: string;
  readonly flags: readonly string[];
  readonly action: string;
  readonly type: Value;
  readonly fallback: Value;
  readonly constant: Value;
  readonly nargs: Value;
  readonly required: boolean;
}

const argumentOf = (value: Value): Argument | undefined => {
  const data = value.kind === 'instance' ? (value.data as Partial<Argument> | null | undefined) : undefined;
  return data?.isArgument ? (data as Argument) : undefined;
};

/** Names of the types whose values an unknown argument certainly is. */
const typeHint = (type: Value): string | undefined =>
  type.kind === 'class' ? type.name : type.kind === 'none' ? 'str' : undefined;

function describe(machine: Machine, names: readonly string[], options: DictValue): Argument {
  const option = (name: string): Value | undefined => options.entries.get(`s:${name}`)?.value;
  const flags = names.filter((name) => name.startsWith('-'));
  const long = flags.find((name) => name.startsWith('--')) ?? flags[0];
  const dest =
    strOf(option('dest')) ??
    (long === undefined ? (names[0] ?? '') : long.replace(/^-+/, '').replaceAll('-', '_'));
  const given = option('action');
  const action =
    given === undefined ? 'store' : (strOf(given) ?? (given.kind === 'class' ? given.name : 'unknown'));
  const implied = action === 'store_true' ? FALSE : action === 'store_false' ? TRUE : NONE;
  return {
    isArgument: true,
    dest,
    flags,
    action,
    type: option('type') ?? NONE,
    fallback: option('default') ?? implied,
    constant: option('const') ?? (action === 'store_true' ? TRUE : action === 'store_false' ? FALSE : NONE),
    nargs: option('nargs') ?? NONE,
    required: machine.truth(option('required') ?? FALSE) !== false,
  };
}

/** What an argument is when the command line does not name it. */
function defaultOf(machine: Machine, argument: Argument): Value {
  const positional = argument.flags.length === 0;
  const optional = ['?', '*'].includes(strOf(argument.nargs) ?? '');
  if ((positional && !optional) || argument.required) {
    return unknown(
      `argument "${argument.flags[0] ?? argument.dest}" comes from the command line`,
      null,
      argument.nargs.kind === 'none' ? typeHint(argument.type) : 'list',
    );
  }
  if (argument.fallback.kind === 'str' && argument.type.kind !== 'none')
    return machine.apply(argument.type, [argument.fallback]);
  return argument.fallback;
}

const isOption = (text: string, known: readonly Argument[]): boolean =>
  known.some(({ flags }) => flags.includes(text.split('=')[0]));

/** Reads a known list of words as the command line would be; undefined where it cannot be followed. */
function parseWords(
  machine: Machine,
  known: readonly Argument[],
  words: readonly string[],
): { values: Map<string, Value>; rest: string[] } | undefined {
  const values = new Map(known.map((argument) => [argument.dest, defaultOf(machine, argument)]));
  const positional = known.filter(({ flags }) => flags.length === 0);
  const rest: string[] = [];
  const convert = (argument: Argument, text: string): Value =>
    argument.type.kind === 'none' ? str(text) : machine.apply(argument.type, [str(text)]);
  for (let i = 0; i < words.length;) {
    const word = words[i++];
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const flag = equals < 0 ? word : word.slice(0, equals);
    const attached = equals < 0 ? undefined : word.slice(equals + 1);
    const argument =
      known.find(({ flags }) => flags.includes(flag)) ??
      (word.startsWith('--') ? undefined : positional.shift());
    if (!argument) {
      rest.push(word);
      continue;
    }
    if (argument.flags.length === 0) i--;
    if (argument.action !== 'store' && argument.action !== 'append') {
      if (!argument.action.startsWith('store_')) return undefined;
      values.set(argument.dest, argument.constant);
      continue;
    }
    const nargs = argument.nargs;
    const single = nargs.kind === 'none' || strOf(nargs) === '?';
    const most = attached !== undefined ? 0 : single ? 1 : (indexOf(nargs) ?? Infinity);
    const texts = attached === undefined ? [] : [attached];
    while (texts.length < most && i < words.length && !isOption(words[i], known)) texts.push(words[i++]);
    if (single && texts.length === 0 && strOf(nargs) !== '?') return undefined;
    const made = texts.map((text) => convert(argument, text));
    const value = single ? (made[0] ?? argument.constant) : list(made);
    const old = values.get(argument.dest);
    values.set(
      argument.dest,
      argument.action === 'append' ? list([...(old?.kind === 'list' ? old.items : []), value]) : value,
    );
  }
  return { values, rest };
}

export function argparseModule(machine: Machine): ModuleValue {
  const namespace = nativeClass(machine, 'Namespace', {
    module: 'argparse',
    hooks: {
      // Arguments that the parser may have without our knowing.
      getAttr: (_m, self, name) => {
        const open = self.data as UnknownValue | undefined;
        return open && !self.attrs.has(name) && !name.startsWith('__') ? open : undefined;
      },
    },
    methods: [
      [
        '__init__(self, **kwargs)',
        (m, { self, kwargs }) => {
          if (kwargs.kind === 'dict')
            for (const { key, value } of kwargs.entries.values())
              if (key.kind === 'str') m.setAttr(self, key.value, value);
          return NONE;
        },
      ],
      [
        '__contains__(self, key)',
        (_m, { self, key }) => {
          const name = strOf(key);
          return name === undefined || (self as InstanceValue).data
            ? unknown('which arguments there are', null, 'bool')
            : bool((self as InstanceValue).attrs.has(name));
        },
      ],
      [
        '__repr__(self)',
        (m, { self }) => {
          const parts = [...(self as InstanceValue).attrs].map(
            ([name, value]) => `${name}=${m.repr(value) ?? '\0'}`,
          );
          const text = `Namespace(${parts.join(', ')})`;
          return text.includes('\0')
            ? unknown('the text of an argument is not known', null, 'str')
            : str(text);
        },
      ],
    ],
  });
  const parts = (self: Value): { items: readonly Value[]; tail: UnknownValue | null } => {
    const found = (self as InstanceValue).attrs.get('_arguments');
    return found?.kind === 'list'
      ? found
      : { items: [], tail: unknown('the arguments of the parser are not known') };
  };
  const parse = (m: Machine, self: Value, args: Value, into: Value): { result: Value; rest: Value } => {
    const { items, tail } = parts(self);
    const known = items.map(argumentOf).filter((argument): argument is Argument => argument !== undefined);
    const given = args.kind === 'none' ? undefined : elements(m, args);
    const words = given && !given.tail ? given.items.map(strOf) : undefined;
    const parsed = words?.every((word): word is string => word !== undefined)
      ? parseWords(m, known, words)
      : undefined;
    const result = into.kind === 'instance' ? into : m.allocate(namespace);
    if (into.kind === 'instance') m.touch(into);
    for (const argument of known) {
      if (argument.action === 'help' || argument.action === 'version') continue;
      const value =
        args.kind === 'none'
          ? defaultOf(m, argument)
          : (parsed?.values.get(argument.dest) ?? unknown('the arguments given are not known'));
      result.attrs.set(argument.dest, value);
    }
    const more = (self as InstanceValue).attrs.get('_defaults');
    if (more?.kind === 'dict')
      for (const { key, value } of more.entries.values())
        if (key.kind === 'str') result.attrs.set(key.value, value);
    if (tail) result.data = tail;
    return {
      result,
      rest: parsed ? list(parsed.rest.map(str)) : list([], unknown('the arguments of the command line')),
    };
  };
  const argument = nativeClass(machine, 'Action', { partial: true, module: 'argparse' });
  const parser: ClassValue = nativeClass(machine, 'ArgumentParser', {
    partial: true,
    module: 'argparse',
    methods: [
      [
        '__init__(self, *args, **kwargs)',
        (m, { self, kwargs }) => {
          const parents = kwargs.kind === 'dict' ? kwargs.entries.get('s:parents')?.value : undefined;
          const inherited = parents ? elements(m, parents) : { items: [], tail: null };
          const lists = inherited.items.map((parent) =>
            parent.kind === 'instance'
              ? parts(parent)
              : { items: [], tail: unknown('a parent of the parser is not known') },
          );
          m.setAttr(
            self,
            '_arguments',
            list(
              lists.flatMap(({ items }) => [...items]),
              inherited.tail ?? lists.find(({ tail }) => tail)?.tail ?? null,
            ),
          );
          m.setAttr(self, '_defaults', asDict([]));
          return NONE;
        },
      ],
      [
        'add_argument(self, *names, **options)',
        (m, { self, names, options }) => {
          const found = elements(m, names).items.map(strOf);
          const into = (self as InstanceValue).attrs.get('_arguments');
          const made = m.allocate(argument);
          if (into?.kind !== 'list') return made;
          m.touch(into);
          if (options.kind !== 'dict' || options.tail || found.some((name) => name === undefined)) {
            into.tail ??= unknown('an argument of the parser is not known');
          } else {
            const described = describe(m, found as string[], options);
            made.data = described;
            made.attrs.set('dest', str(described.dest));
            // A later argument of the same name takes the earlier one's place.
            into.items = [...into.items.filter((item) => argumentOf(item)?.dest !== described.dest), made];
          }
          return made;
        },
      ],
      ['add_argument_group(self, *args, **kwargs)', (_m, { self }) => self],
      ['add_mutually_exclusive_group(self, *args, **kwargs)', (_m, { self }) => self],
      [
        'add_subparsers(self, *args, **kwargs)',
        (m, { self }) => {
          const into = (self as InstanceValue).attrs.get('_arguments');
          if (into?.kind === 'list') {
            m.touch(into);
            into.tail ??= unknown('which command is chosen comes from the command line');
          }
          return m.allocate(subparsers);
        },
      ],
      [
        'set_defaults(self, **kwargs)',
        (m, { self, kwargs }) => {
          const into = (self as InstanceValue).attrs.get('_defaults');
          if (into && kwargs.kind === 'dict') m.invoke(into, 'update', [kwargs]);
          return NONE;
        },
      ],
      [
        'get_default(self, dest)',
        (m, { self, dest }) => {
          const found = parts(self)
            .items.map(argumentOf)
            .find((each) => each?.dest === strOf(dest));
          return found ? defaultOf(m, found) : NONE;
        },
      ],
      [
        'parse_args(self, args=None, namespace=None)',
        (m, { self, args, namespace: into }) => parse(m, self, args, into).result,
      ],
      [
        'parse_known_args(self, args=None, namespace=None)',
        (m, { self, args, namespace: into }) => {
          const { result, rest } = parse(m, self, args, into);
          return tuple([result, rest]);
        },
      ],
      ['print_help(self, *args)', () => NONE],
      ['print_usage(self, *args)', () => NONE],
      ['format_help(self)', () => unknown('the text of the help', null, 'str')],
      ['error(self, message)', (m) => m.raise('SystemExit', '2')],
      ['exit(self, status=0, message=None)', (m) => m.raise('SystemExit', '')],
    ],
  });
  const subparsers = nativeClass(machine, '_SubParsersAction', {
    partial: true,
    module: 'argparse',
    methods: [['add_parser(self, name, **kwargs)', (m) => m.apply(parser, [])]],
  });
  const formatter = nativeClass(machine, 'HelpFormatter', { module: 'argparse' });
  return nativeModule('argparse', [
    ['ArgumentParser', parser],
    ['Namespace', namespace],
    ['Action', argument],
    [
      'BooleanOptionalAction',
      nativeClass(machine, 'BooleanOptionalAction', { module: 'argparse', bases: [argument] }),
    ],
    ['HelpFormatter', formatter],
    ['ArgumentDefaultsHelpFormatter', formatter],
    ['RawTextHelpFormatter', formatter],
    ['RawDescriptionHelpFormatter', formatter],
    ['SUPPRESS', str('==SUPPRESS==')],
    [
      'FileType',
      fn('FileType(*args, **kwargs)', () =>
        fn('open(path)', () => unknown('a file named on the command line', null, 'file')),
      ),
    ],
    ['ArgumentTypeError', machine.builtin('ValueError')],
    ['ArgumentError', machine.builtin('ValueError')],
  ]);
}
