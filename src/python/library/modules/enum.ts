/** The module `enum`: the attributes of a subclass's body become its members. */
import type { Machine } from '../../machine';
import { Wrapped } from '../../interpreter/classes';
import {
  Instance,
  bool,
  int,
  str,
  unknown,
  type ClassHooks,
  type ClassValue,
  type InstanceValue,
  type ModuleValue,
  type Value,
} from '../../values';
import { nativeClass, nativeModule } from '../classes';
import { fn, functions } from '../define';
import { because, elements, indexOf, iterator, strOf } from '../known';
import { asDict } from './namedtuple';

const membersByClass = new WeakMap<ClassValue, InstanceValue[]>();

/** Members in order of definition; undefined for classes without any. */
export function enumMembers(cls: ClassValue): readonly InstanceValue[] | undefined {
  return membersByClass.get(cls);
}

const isPlain = (value: Value): boolean =>
  !['function', 'native', 'wrapped', 'property', 'class', 'method'].includes(value.kind);

/** The names that the class body assigns, in order. */
function assigned(cls: ClassValue): string[] {
  const names: string[] = [];
  const add = (name: string): void => {
    if (!names.includes(name)) names.push(name);
  };
  for (const statement of cls.def?.body ?? []) {
    if (statement.type === 'AnnAssign' && statement.value && statement.target.type === 'Name')
      add(statement.target.id);
    if (statement.type !== 'Assign') continue;
    for (const target of statement.targets) {
      if (target.type === 'Name') add(target.id);
      if (target.type === 'Tuple') for (const part of target.elts) if (part.type === 'Name') add(part.id);
    }
  }
  return names;
}

function makeMembers(machine: Machine, cls: ClassValue, autoClass: ClassValue): void {
  const members: InstanceValue[] = [];
  let last = 0;
  for (const name of assigned(cls)) {
    const raw = cls.attrs.get(name);
    if (raw === undefined || name.startsWith('_') || !isPlain(raw)) continue;
    const value = raw.kind === 'instance' && raw.cls === autoClass ? autoValue(cls, name, last) : raw;
    const alias = members.find((member) => machine.equal(valueOf(member), value) === true);
    if (alias) {
      cls.attrs.set(name, alias);
      continue;
    }
    last = indexOf(value) ?? last;
    members.push(makeMember(machine, cls, name, value));
    cls.attrs.set(name, members[members.length - 1]);
  }
  finish(cls, members);
}

const valueOf = (member: InstanceValue): Value =>
  member.attrs.get('_value_') ?? unknown('the value of the member is not known');

function autoValue(cls: ClassValue, name: string, last: number): Value {
  if (cls.mro.some((ancestor) => ancestor.name === 'StrEnum')) return str(name.toLowerCase());
  if (!cls.mro.some((ancestor) => ancestor.name === 'Flag')) return int(last + 1);
  return int(last === 0 ? 1 : 2 ** (Math.floor(Math.log2(last)) + 1));
}

function makeMember(machine: Machine, cls: ClassValue, name: string, value: Value): InstanceValue {
  const mixedIn = cls.mro.some(
    (ancestor) => ancestor.module === 'builtins' && ['int', 'str', 'float', 'tuple'].includes(ancestor.name),
  );
  const member = new Instance(cls, mixedIn ? new Wrapped(value) : undefined);
  for (const key of ['_name_', 'name']) member.attrs.set(key, str(name));
  for (const key of ['_value_', 'value']) member.attrs.set(key, value);
  const init = machine.findClassAttr(cls, '__init__');
  if (init?.value.kind === 'function')
    machine.apply(init.value, [member, ...(value.kind === 'tuple' ? value.items : [value])]);
  return member;
}

/** `Enum('Color', 'RED GREEN')`: names as a text, a list of names or of pairs, or a dict. */
function functional(machine: Machine, base: ClassValue, [name, names]: readonly Value[]): Value {
  const title = strOf(name);
  const text = strOf(names);
  const given =
    text === undefined
      ? elements(machine, names.kind === 'dict' ? machine.invoke(names, 'items', []) : names)
      : undefined;
  const pairs = (
    text
      ?.split(/[\s,]+/)
      .filter((part) => part !== '')
      .map(str) ??
    given?.items ??
    []
  ).map((item, i): readonly [string | undefined, Value] =>
    item.kind === 'tuple' ? [strOf(item.items[0]), item.items[1]] : [strOf(item), int(i + 1)],
  );
  if (title === undefined || given?.tail || pairs.some(([key]) => key === undefined))
    return unknown('the members of an enum are not known');
  const cls = nativeClass(machine, title, { module: '__main__', bases: [base] });
  const members = pairs.map(([key, value]) => makeMember(machine, cls, key!, value));
  for (const member of members) cls.attrs.set(strOf(member.attrs.get('_name_')) ?? '', member);
  finish(cls, members);
  return cls;
}

function finish(cls: ClassValue, members: InstanceValue[]): void {
  membersByClass.set(cls, members);
  if (members.length > 0)
    cls.attrs.set(
      '__members__',
      asDict(members.map((member) => [strOf(member.attrs.get('_name_')) ?? '', member])),
    );
}

/** What the metaclass of enums answers for the class. */
const meta: NonNullable<ClassHooks['meta']> = (machine, cls, operation, args) => {
  const members = membersByClass.get(cls);
  if (operation === 'call' && (!members || members.length === 0) && args.length >= 2)
    return functional(machine, cls, args);
  if (!members || members.length === 0) return undefined;
  switch (operation) {
    case 'call': {
      const [wanted] = args;
      if (wanted === undefined) return undefined;
      if (wanted.kind === 'instance' && members.includes(wanted)) return wanted;
      let certain = true;
      for (const member of members) {
        const same = machine.equal(valueOf(member), wanted);
        if (same) return member;
        if (same === undefined) certain = false;
      }
      if (!certain || machine.findClassAttr(cls, '_missing_')?.value.kind === 'wrapped') {
        return {
          ...(wanted.kind === 'unknown' ? because(wanted) : unknown(`which ${cls.name} it is is not known`)),
          among: members,
        };
      }
      return machine.raise('ValueError', `${machine.repr(wanted) ?? 'value'} is not a valid ${cls.name}`);
    }
    case 'getItem': {
      const name = strOf(args[0]);
      if (name === undefined) return { ...unknown(`which ${cls.name} it is is not known`), among: members };
      const found = cls.attrs.get(name);
      return found?.kind === 'instance' && members.includes(found) ? found : machine.raise('KeyError', name);
    }
    case 'iterate':
      return iterator(members);
    case 'len':
      return int(members.length);
    case 'contains': {
      const [wanted] = args;
      if (wanted?.kind === 'unknown') return because(wanted, 'bool');
      return bool(
        members.some((member) => member === wanted || machine.equal(valueOf(member), wanted) === true),
      );
    }
  }
};

export function enumModule(machine: Machine): ModuleValue {
  const autoClass = nativeClass(machine, 'auto', { module: 'enum' });
  const builtinBase = (name: string): ClassValue[] => {
    const cls = machine.builtin(name);
    return cls.kind === 'class' ? [cls] : [];
  };
  const text = (
    self: Value,
    form: (cls: string, name: string, value: Value) => string | undefined,
  ): Value => {
    const member = self as InstanceValue;
    const name = strOf(member.attrs?.get('_name_'));
    const made = name === undefined ? undefined : form(member.cls.name, name, valueOf(member));
    return made === undefined ? unknown('the text of the member is not known', null, 'str') : str(made);
  };
  const base = nativeClass(machine, 'Enum', {
    module: 'enum',
    hooks: { meta, didSubclass: (m, cls) => makeMembers(m, cls, autoClass) },
    methods: [
      ['__str__(self)', (_m, { self }) => text(self, (cls, name) => `${cls}.${name}`)],
      [
        '__repr__(self)',
        (m, { self }) =>
          text(self, (cls, name, value) => {
            const shown = m.repr(value);
            return shown === undefined ? undefined : `<${cls}.${name}: ${shown}>`;
          }),
      ],
    ],
  });
  const plainText = fn('__str__(self)', (m, { self }) => text(self, (_cls, _name, value) => m.str(value)));
  const derived = (name: string, mixin: string | undefined, above: ClassValue = base): ClassValue =>
    nativeClass(machine, name, {
      module: 'enum',
      bases: mixin === undefined ? [above] : [...builtinBase(mixin), above],
      attrs: mixin === undefined ? [] : [['__str__', plainText]],
    });
  const flag = derived('Flag', undefined);
  for (const [method, op] of [
    ['__or__', '|'],
    ['__and__', '&'],
    ['__xor__', '^'],
  ] as const) {
    flag.attrs.set(
      method,
      fn(`${method}(self, other)`, (m, { self, other }) => {
        if (self.kind !== 'instance' || other.kind !== 'instance') return unknown('the flags are not known');
        const value = m.binary(op, valueOf(self), valueOf(other));
        const known = membersByClass
          .get(self.cls)
          ?.find((member) => m.equal(valueOf(member), value) === true);
        return (
          known ??
          makeMember(
            m,
            self.cls,
            `${strOf(self.attrs.get('_name_')) ?? ''}${op}${strOf(other.attrs.get('_name_')) ?? ''}`,
            value,
          )
        );
      }),
    );
  }
  return nativeModule('enum', [
    ['Enum', base],
    ['IntEnum', derived('IntEnum', 'int')],
    ['StrEnum', derived('StrEnum', 'str')],
    ['Flag', flag],
    ['IntFlag', derived('IntFlag', 'int', flag)],
    ['auto', autoClass],
    ...functions([
      ['unique(cls)', (_m, { cls }) => cls],
      ['member(value)', (_m, { value }) => value],
      ['nonmember(value)', (_m, { value }) => value],
    ]),
  ]);
}
