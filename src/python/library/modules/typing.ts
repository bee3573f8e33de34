/** The module `typing` (and `typing_extensions`): annotations that evaluate, and the few names that act at run time. */
import type { Machine } from '../../machine';
import { FALSE, NONE, str, tuple, type ClassValue, type InstanceValue, type Value } from '../../values';
import { classMethod, nativeClass, nativeModule, type ModuleMaker } from '../classes';
import { fn, functions } from '../define';
import { elements, strOf } from '../known';
import { annotatedFields } from './annotations';
import { addFields, namedTuple } from './namedtuple';

/** Names that stand for a built-in class when a value is tested against them. */
const ORIGINS: Readonly<Record<string, string>> = {
  List: 'list',
  Dict: 'dict',
  Set: 'set',
  FrozenSet: 'frozenset',
  Tuple: 'tuple',
  Type: 'type',
  Text: 'str',
};

const SPECIAL = [
  'Any',
  'Optional',
  'Union',
  'Literal',
  'Final',
  'ClassVar',
  'Annotated',
  'NoReturn',
  'Never',
  'Self',
  'LiteralString',
  'Required',
  'NotRequired',
  'ReadOnly',
  'Unpack',
  'Concatenate',
  'TypeAlias',
  'TypeGuard',
  'AnyStr',
  'SupportsFloat',
  'SupportsInt',
  'DefaultDict',
  'OrderedDict',
  'Counter',
  'Deque',
  'ContextManager',
  'Awaitable',
  'Coroutine',
  'AsyncIterator',
  'AsyncIterable',
  'AsyncGenerator',
  'Pattern',
  'Match',
  'IO',
  'TextIO',
  'BinaryIO',
  'ByteString',
];

/** A subscriptable alias; `List[int]` is one with arguments. */
function aliasClass(
  machine: Machine,
): (name: string, origin: Value, args: readonly Value[]) => InstanceValue {
  const alias: (name: string, origin: Value, args: readonly Value[]) => InstanceValue = (
    name,
    origin,
    args,
  ) => {
    const made = machine.allocate(cls);
    made.attrs.set('_name', str(name));
    made.attrs.set('__name__', str(name));
    made.attrs.set('__origin__', origin);
    if (args.length > 0) made.attrs.set('__args__', tuple(args));
    return made;
  };
  const nameOf = (self: Value): string => strOf((self as InstanceValue).attrs.get('_name')) ?? '';
  const union = (a: Value, b: Value): Value => alias('Union', NONE, [a, b]);
  const cls: ClassValue = nativeClass(machine, '_GenericAlias', {
    partial: true,
    module: 'typing',
    methods: [
      [
        '__getitem__(self, item)',
        (_m, { self, item }) => {
          const args = item.kind === 'tuple' ? item.items : [item];
          const name = nameOf(self);
          return alias(
            name,
            (self as InstanceValue).attrs.get('__origin__') ?? NONE,
            name === 'Optional' ? [...args, NONE] : args,
          );
        },
      ],
      ['__or__(self, other)', (_m, { self, other }) => union(self, other)],
      ['__ror__(self, other)', (_m, { self, other }) => union(other, self)],
      [
        '__call__(self, *args, **kwargs)',
        (m, { self }, call) => {
          const origin = (self as InstanceValue).attrs.get('__origin__');
          if (origin?.kind !== 'class') return m.unknown(`typing.${nameOf(self)} is not callable here`);
          return m.call(origin, { ...call, positional: call.positional.slice(1) });
        },
      ],
    ],
  });
  return alias;
}

export const typingModule: ModuleMaker = (machine, name, get) => {
  const alias = aliasClass(machine);
  const subscriptable = classMethod('__class_getitem__(cls, item)', (_m, { cls }) => cls);
  const plainClass = (className: string, bases: readonly ClassValue[] = []): ClassValue =>
    nativeClass(machine, className, {
      module: 'typing',
      ...(bases.length > 0 ? { bases } : {}),
      attrs: [['__class_getitem__', subscriptable]],
    });
  const classOf = (builtin: string): ClassValue[] => {
    const cls = machine.builtin(builtin);
    return cls.kind === 'class' ? [cls] : [];
  };
  const namedTupleClass: ClassValue = nativeClass(machine, 'NamedTuple', {
    module: 'typing',
    bases: classOf('tuple'),
    hooks: {
      didSubclass: (_m, cls) => {
        if (!cls.bases.includes(namedTupleClass)) return;
        const fields = annotatedFields(cls);
        const defaults = new Map(
          fields.flatMap(({ name: field, value }) => (value ? [[field, value] as const] : [])),
        );
        addFields(
          cls,
          fields.map((field) => field.name),
          defaults,
        );
      },
      meta: (m, cls, operation, args) => {
        if (cls !== namedTupleClass || operation !== 'call') return undefined;
        const typeName = strOf(args[0]);
        const pairs =
          args[1] === undefined
            ? []
            : elements(m, args[1]).items.map((pair) => strOf(elements(m, pair).items[0]));
        if (typeName === undefined || pairs.some((pair) => pair === undefined))
          return m.unknown('the fields of a named tuple are not known');
        return namedTuple(m, typeName, pairs as string[], new Map());
      },
    },
  });
  const typedDict: ClassValue = nativeClass(machine, 'TypedDict', {
    module: 'typing',
    bases: classOf('dict'),
    attrs: [['__class_getitem__', subscriptable]],
    // `TypedDict('Name', {…})` makes a class.
    hooks: {
      meta: (_m, cls, operation) =>
        cls === typedDict && operation === 'call' ? plainClass('TypedDict', [typedDict]) : undefined,
    },
  });
  const identity = (signature: string): Value => fn(signature, (_m, params) => params.value);
  return nativeModule(name, [
    ...SPECIAL.map((special): [string, Value] => [special, alias(special, NONE, [])]),
    ...Object.entries(ORIGINS).map(([special, origin]): [string, Value] => [
      special,
      alias(special, machine.builtin(origin), []),
    ]),
    ...[...get('collections.abc').attrs].map(([abstract, cls]): [string, Value] => [abstract, cls]),
    ['Generic', plainClass('Generic')],
    ['Protocol', plainClass('Protocol')],
    ['TypedDict', typedDict],
    ['NamedTuple', namedTupleClass],
    ['TYPE_CHECKING', FALSE],
    ['overload', identity('overload(value)')],
    ['final', identity('final(value)')],
    ['override', identity('override(value)')],
    ['runtime_checkable', identity('runtime_checkable(value)')],
    ['no_type_check', identity('no_type_check(value)')],
    ...functions([
      ['cast(type, value)', (_m, { value }) => value],
      ['TypeVar(name, *args, **kwargs)', (_m, { name: variable }) => alias(strOf(variable) ?? 'T', NONE, [])],
      ['TypeVarTuple(name, **kwargs)', (_m, { name: variable }) => alias(strOf(variable) ?? 'Ts', NONE, [])],
      ['ParamSpec(name, **kwargs)', (_m, { name: variable }) => alias(strOf(variable) ?? 'P', NONE, [])],
      ['NewType(name, type)', () => fn('new_type(value)', (_m, { value }) => value)],
      ['get_type_hints(*args, **kwargs)', (m) => m.unknown('type hints are not followed')],
      ['get_origin(tp)', (m, { tp }) => m.findAttr(tp, '__origin__') ?? NONE],
      ['get_args(tp)', (m, { tp }) => m.findAttr(tp, '__args__') ?? tuple([])],
      ['assert_never(value)', () => NONE],
      ['dataclass_transform(*args, **kwargs)', () => identity('decorator(value)')],
    ]),
  ]);
};
