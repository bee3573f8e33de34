/** Built-in functions about objects and attributes: `isinstance`, `getattr`, `callable`, `vars`, `repr`, `print`, … */
import type { Machine } from '../../machine';
import { identity, hashKey, isUnhashable } from '../../hash';
import {
  FALSE,
  NONE,
  TRUE,
  bool,
  int,
  list,
  str,
  unknown,
  type DictValue,
  type PropertyValue,
  type Value,
} from '../../values';
import { fn, functions } from '../define';
import { because, elements, firstUnknown, strOf } from '../known';
import { formatValue } from '../format/spec';
import { openFile } from '../modules/files';

/** `isinstance(value, classes)`; undefined when not known. */
export function isInstance(machine: Machine, value: Value, classes: Value): boolean | undefined {
  return anyClass(machine, classes, (cls) => {
    if (cls.kind === 'class') return machine.isInstance(value, cls);
    if (cls.kind === 'none')
      return value.kind === 'unknown'
        ? undefined
        : value.kind === 'none' || (value.kind === 'symbolic' && value.isNone);
    return undefined;
  });
}

function anyClass(
  machine: Machine,
  classes: Value,
  test: (cls: Value) => boolean | undefined,
): boolean | undefined {
  if (classes.kind === 'tuple') {
    let answer: boolean | undefined = false;
    for (const cls of classes.items) {
      const verdict = anyClass(machine, cls, test);
      if (verdict === true) return true;
      if (verdict === undefined) answer = undefined;
    }
    return answer;
  }
  if (classes.kind === 'instance') {
    // `int | None`, `typing.Union[...]`
    const parts = machine.findAttr(classes, '__args__');
    if (parts?.kind === 'tuple') return anyClass(machine, parts, test);
    return undefined;
  }
  if (classes.kind === 'int' || classes.kind === 'str' || classes.kind === 'list') {
    machine.raise('TypeError', 'isinstance() arg 2 must be a type, a tuple of types, or a union');
  }
  return test(classes);
}

const verdict = (answer: boolean | undefined, reason: string): Value =>
  answer === undefined ? unknown(reason, null, 'bool') : bool(answer);

/** True when the object certainly has the attribute, false when it certainly has not. */
export function hasAttr(machine: Machine, obj: Value, name: string): boolean | undefined {
  if (obj.kind === 'unknown') return undefined;
  const found = machine.findAttr(obj, name);
  if (!found) return false;
  if (found.kind !== 'unknown') return true;
  if (obj.kind === 'instance') {
    return obj.attrs.has(name) || machine.findClassAttr(obj.cls, name) !== undefined ? true : undefined;
  }
  if (obj.kind === 'class') return machine.findClassAttr(obj, name) !== undefined ? true : undefined;
  return obj.kind === 'module' && obj.attrs.has(name) ? true : undefined;
}

/** The instance's, module's or class's own namespace as a dict. */
export function namespaceOf(machine: Machine, obj: Value): Value {
  if (obj.kind !== 'instance' && obj.kind !== 'module' && obj.kind !== 'class') {
    return obj.kind === 'unknown'
      ? because(obj, 'dict')
      : machine.raise('TypeError', 'vars() argument must have __dict__ attribute');
  }
  if (obj.kind === 'instance') return machine.getAttr(obj, '__dict__');
  const entries: DictValue['entries'] = new Map();
  for (const [name, value] of obj.attrs) entries.set(`s:${name}`, { key: str(name), value });
  return { kind: 'dict', entries, tail: null };
}

function namesOf(machine: Machine, obj: Value | undefined): Value {
  if (obj === undefined || obj.kind === 'unknown')
    return unknown('the names in scope are not listed', null, 'list');
  const names = new Set<string>();
  if ('attrs' in obj && obj.attrs) for (const name of obj.attrs.keys()) names.add(name);
  const cls = obj.kind === 'class' ? obj : machine.typeOf(obj);
  for (const { attrs } of cls.mro) for (const name of attrs.keys()) names.add(name);
  const open =
    obj.kind === 'module' && obj.open ? machine.unknown(`not every name of ${obj.name} is known`) : null;
  return list([...names].sort().map(str), open);
}

/** `property(fget, fset)`: the decorator's `.setter` makes a new one. */
const makeProperty = fn(
  'property(fget=None, fset=None, fdel=None, doc=None)',
  (_machine, { fget, fset }): PropertyValue => ({
    kind: 'property',
    get: fget.kind === 'none' ? null : fget,
    set: fset.kind === 'none' ? null : fset,
  }),
);

export const objects = new Map<string, Value>([
  ...functions([
    [
      'isinstance(obj, cls, /)',
      (machine, { obj, cls }) =>
        verdict(
          isInstance(machine, obj, cls),
          obj.kind === 'unknown' ? obj.reason : 'the class of a value is not known',
        ),
    ],
    [
      'issubclass(cls, of, /)',
      (machine, { cls, of }) => {
        if (cls.kind !== 'class') {
          return cls.kind === 'unknown'
            ? because(cls, 'bool')
            : machine.raise('TypeError', 'issubclass() arg 1 must be a class');
        }
        const answer = anyClass(machine, of, (base) =>
          base.kind !== 'class'
            ? undefined
            : machine.isSubclass(cls, base)
              ? true
              : cls.mro.some(({ unknownBase }) => unknownBase)
                ? undefined
                : false,
        );
        return verdict(answer, `the bases of ${cls.name} are not all known`);
      },
    ],
    [
      'callable(obj, /)',
      (machine, { obj }) => {
        if (obj.kind === 'unknown') return because(obj, 'bool');
        if (['function', 'native', 'method', 'class'].includes(obj.kind)) return TRUE;
        if (obj.kind !== 'instance') return FALSE;
        if (machine.findClassAttr(obj.cls, '__call__')) return TRUE;
        return obj.cls.mro.some(({ unknownBase }) => unknownBase)
          ? unknown(`the bases of ${obj.cls.name} are not all known`, null, 'bool')
          : FALSE;
      },
    ],
    [
      'getattr(obj, name, default?, /)',
      (machine, { obj, name, default: fallback }) => {
        const key = strOf(name);
        if (key === undefined) {
          return name.kind === 'unknown'
            ? because(name)
            : machine.raise('TypeError', 'attribute name must be string');
        }
        if (fallback === undefined) return machine.getAttr(obj, key);
        return machine.findAttr(obj, key) ?? fallback;
      },
    ],
    [
      'hasattr(obj, name, /)',
      (machine, { obj, name }) => {
        const key = strOf(name);
        return verdict(
          key === undefined ? undefined : hasAttr(machine, obj, key),
          firstUnknown(obj, name)?.reason ?? 'the attributes of a value are not all known',
        );
      },
    ],
    [
      'setattr(obj, name, value, /)',
      (machine, { obj, name, value }) => {
        const key = strOf(name);
        if (key !== undefined) machine.setAttr(obj, key, value);
        return NONE;
      },
    ],
    [
      'delattr(obj, name, /)',
      (machine, { obj, name }) => {
        const key = strOf(name);
        if (key === undefined || (obj.kind !== 'instance' && obj.kind !== 'class')) return NONE;
        if (!obj.attrs.has(key)) return machine.raise('AttributeError', key);
        machine.touch(obj);
        obj.attrs.delete(key);
        return NONE;
      },
    ],
    [
      'vars(obj?, /)',
      (machine, { obj }) =>
        obj === undefined
          ? unknown('vars() of the scope is not followed', null, 'dict')
          : namespaceOf(machine, obj),
    ],
    ['dir(obj?, /)', (machine, { obj }) => namesOf(machine, obj)],
    ['globals()', () => unknown('globals() is not followed', null, 'dict')],
    ['locals()', () => unknown('locals() is not followed', null, 'dict')],
    [
      'id(obj, /)',
      (_machine, { obj }) => (obj.kind === 'unknown' ? because(obj, 'int') : int(identity(obj))),
    ],
    [
      'hash(obj, /)',
      (machine, { obj }) => {
        if (isUnhashable(obj))
          return machine.raise('TypeError', `unhashable type: '${machine.typeOf(obj).name}'`);
        const key = hashKey(obj);
        if (key === undefined) return unknown('the hash of a value that is not known', null, 'int');
        return obj.kind === 'int' ? obj : unknown('hashes differ from run to run', null, 'int');
      },
    ],
    ['repr(obj, /)', (machine, { obj }) => text(machine.repr(obj), obj)],
    ['ascii(obj, /)', (machine, { obj }) => text(machine.repr(obj), obj)],
    [
      "format(value, spec='', /)",
      (machine, { value, spec }) => {
        const by = strOf(spec);
        return by === undefined
          ? because(firstUnknown(spec) ?? unknown('the format is not known'), 'str')
          : text(formatValue(machine, value, by), value);
      },
    ],
    ['print(*args, sep=None, end=None, file=None, flush=False)', () => NONE],
    ['display(*args, **kwargs)', () => NONE],
    ['input(prompt=None, /)', () => unknown('input() is read when the program runs', null, 'str')],
    ["open(file, mode='r', *args, **kwargs)", (machine, { file, mode }) => openFile(machine, file, mode)],
    ['eval(source, globals=None, locals=None, /)', () => unknown('eval() is not followed')],
    ['exec(source, globals=None, locals=None, /, **kwargs)', () => NONE],
    ['compile(source, *args, **kwargs)', () => unknown('compile() is not followed')],
    ['breakpoint(*args, **kwargs)', () => NONE],
    ['help(*args)', () => NONE],
    [
      '__import__(name, *args, **kwargs)',
      (machine, { name, args }) => {
        const path = strOf(name);
        if (path === undefined) return unknown('the name of the imported module is not known');
        // With a `fromlist` the submodule itself is returned, else the top package.
        const wanted = elements(machine, args).items.length >= 3 ? path : path.split('.')[0];
        return machine.importModule(wanted) ?? unknown(`module ${wanted} is not found`);
      },
    ],
    ['exit(code=None, /)', (machine) => machine.raise('SystemExit', '')],
    ['quit(code=None, /)', (machine) => machine.raise('SystemExit', '')],
  ]),
  ['property', makeProperty],
  [
    'staticmethod',
    fn('staticmethod(function, /)', (_machine, { function: inner }) => ({
      kind: 'wrapped',
      mode: 'static',
      fn: inner,
    })),
  ],
  [
    'classmethod',
    fn('classmethod(function, /)', (_machine, { function: inner }) => ({
      kind: 'wrapped',
      mode: 'class',
      fn: inner,
    })),
  ],
  ['__debug__', TRUE],
]);

function text(known: string | undefined, value: Value): Value {
  if (known !== undefined) return str(known);
  return value.kind === 'unknown'
    ? because(value, 'str')
    : unknown('the text of a value that is not known', null, 'str');
}
