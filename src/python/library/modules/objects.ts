/** Small modules about objects and types: `types`, `inspect`, `numbers`, `abc`, `string`. */
import { InstanceCheck } from '../../interpreter/interpreter';
import type { Machine } from '../../machine';
import {
  NONE,
  bool,
  list,
  str,
  tuple,
  unknown,
  type ClassValue,
  type InstanceValue,
  type ModuleValue,
  type Value,
} from '../../values';
import { classMethod, nativeClass, nativeModule } from '../classes';
import { fn, functions, type Body } from '../define';
import { because, firstUnknown, numberOf, strOf } from '../known';
import { asDict } from './namedtuple';

export function typesModule(machine: Machine): ModuleValue {
  const namespace = nativeClass(machine, 'SimpleNamespace', {
    module: 'types',
    methods: [
      [
        '__init__(self, mapping?, /, **kwargs)',
        (m, { self, mapping, kwargs }) => {
          for (const source of [mapping, kwargs]) {
            if (source?.kind !== 'dict') continue;
            for (const { key, value } of source.entries.values())
              if (key.kind === 'str') m.setAttr(self, key.value, value);
          }
          return NONE;
        },
      ],
      [
        '__repr__(self)',
        (m, { self }) => {
          const parts = [...(self as InstanceValue).attrs].map(
            ([name, value]) => `${name}=${m.repr(value) ?? '\0'}`,
          );
          const text = `namespace(${parts.join(', ')})`;
          return text.includes('\0')
            ? unknown('the text of an attribute is not known', null, 'str')
            : str(text);
        },
      ],
      [
        '__eq__(self, other)',
        (m, { self, other }) => {
          if (other.kind === 'unknown') return because(other, 'bool');
          if (other.kind !== 'instance' || other.cls !== (self as InstanceValue).cls) return bool(false);
          return m.compare('==', asDict([...(self as InstanceValue).attrs]), asDict([...other.attrs]));
        },
      ],
    ],
  });
  const builtin = (name: string): Value => machine.builtin(name);
  return nativeModule('types', [
    ['SimpleNamespace', namespace],
    ['FunctionType', builtin('function')],
    ['LambdaType', builtin('function')],
    [
      'MethodType',
      fn('MethodType(function, instance, /)', (_m, { function: inner, instance }) =>
        inner.kind === 'function' || inner.kind === 'native'
          ? { kind: 'method', self: instance, fn: inner, name: inner.name }
          : unknown('the method is not known'),
      ),
    ],
    ['BuiltinFunctionType', builtin('builtin_function_or_method')],
    ['GeneratorType', builtin('generator')],
    ['ModuleType', builtin('module')],
    ['NoneType', builtin('NoneType')],
    ['MappingProxyType', fn('MappingProxyType(mapping, /)', (_m, { mapping }) => mapping)],
    ['EllipsisType', builtin('ellipsis')],
  ]);
}

/** Whether a value is of one of the kinds; unknown values leave it open. */
const kindTest =
  (...kinds: readonly Value['kind'][]): Body =>
  (_machine, { object }) =>
    object.kind === 'unknown' ? because(object, 'bool') : bool(kinds.includes(object.kind));

/** Parameters of a function, without a bound `self`. */
function parametersOf(
  machine: Machine,
  value: Value,
): { name: string; fallback: Value | undefined; kind: string }[] | undefined {
  if (value.kind === 'function') {
    return value.def.params.map((param) => ({
      name: param.name,
      fallback: value.defaults.get(param.name),
      kind: param.kind,
    }));
  }
  if (value.kind === 'method') return parametersOf(machine, value.fn)?.slice(1);
  if (value.kind === 'class') {
    const init = machine.findClassAttr(value, '__init__')?.value;
    return init?.kind === 'function' ? parametersOf(machine, init)?.slice(1) : undefined;
  }
  if (value.kind === 'instance') {
    const call = machine.findClassAttr(value.cls, '__call__')?.value;
    return call?.kind === 'function' ? parametersOf(machine, call)?.slice(1) : undefined;
  }
  return undefined;
}

export function inspectModule(machine: Machine): ModuleValue {
  const empty = nativeClass(machine, '_empty', { module: 'inspect' });
  const parameter = nativeClass(machine, 'Parameter', { partial: true, module: 'inspect' });
  const kinds = {
    positionalOnly: 'POSITIONAL_ONLY',
    positional: 'POSITIONAL_OR_KEYWORD',
    args: 'VAR_POSITIONAL',
    keyword: 'KEYWORD_ONLY',
    kwargs: 'VAR_KEYWORD',
  };
  for (const kind of Object.values(kinds)) parameter.attrs.set(kind, str(kind));
  parameter.attrs.set('empty', empty);
  const signature = nativeClass(machine, 'Signature', {
    partial: true,
    module: 'inspect',
    attrs: [['empty', empty]],
  });
  return nativeModule('inspect', [
    ['Parameter', parameter],
    ['Signature', signature],
    ['_empty', empty],
    ...functions([
      ['isclass(object)', kindTest('class')],
      ['isfunction(object)', kindTest('function')],
      ['ismethod(object)', kindTest('method')],
      ['ismodule(object)', kindTest('module')],
      ['isbuiltin(object)', kindTest('native')],
      ['isroutine(object)', kindTest('function', 'native', 'method')],
      ['isgenerator(object)', kindTest('iterator')],
      [
        'signature(callable, **kwargs)',
        (m, { callable }) => {
          const parameters = parametersOf(m, callable);
          if (!parameters) return because(firstUnknown(callable) ?? unknown('the signature is not known'));
          const made = m.allocate(signature);
          made.attrs.set(
            'parameters',
            asDict(
              parameters.map(({ name, fallback, kind }) => {
                const one = m.allocate(parameter);
                one.attrs.set('name', str(name));
                one.attrs.set('default', fallback ?? empty);
                one.attrs.set('kind', str(kinds[kind as keyof typeof kinds]));
                return [name, one];
              }),
            ),
          );
          return made;
        },
      ],
      [
        'getfullargspec(func)',
        (m, { func }) => {
          const parameters = parametersOf(m, func);
          if (!parameters) return because(firstUnknown(func) ?? unknown('the signature is not known'));
          const made = m.allocate(signature);
          const plain = parameters.filter(({ kind }) => kind.startsWith('positional'));
          made.attrs.set(
            'args',
            list([...(func.kind === 'method' ? ['self'] : []), ...plain.map(({ name }) => name)].map(str)),
          );
          const defaults = plain.flatMap(({ fallback }) => (fallback ? [fallback] : []));
          made.attrs.set('defaults', defaults.length > 0 ? tuple(defaults) : NONE);
          const nameOf = (kind: string): Value => {
            const found = parameters.find((each) => each.kind === kind);
            return found ? str(found.name) : NONE;
          };
          made.attrs.set('varargs', nameOf('args'));
          made.attrs.set('varkw', nameOf('kwargs'));
          made.attrs.set(
            'kwonlyargs',
            list(parameters.filter(({ kind }) => kind === 'keyword').map(({ name }) => str(name))),
          );
          return made;
        },
      ],
      ['getdoc(object)', (m, { object }) => m.findAttr(object, '__doc__') ?? NONE],
    ]),
  ]);
}

/** The numeric tower: which numbers are instances of each of its classes. */
export function numbersModule(machine: Machine): ModuleValue {
  const tower = (name: string, above: ClassValue | undefined, holds: (value: Value) => boolean): ClassValue =>
    nativeClass(machine, name, {
      module: 'numbers',
      ...(above ? { bases: [above] } : {}),
      attrs: [['register', classMethod('register(cls, subclass)', (_m, { subclass }) => subclass)]],
      native: new InstanceCheck((value) =>
        value.kind === 'unknown'
          ? undefined
          : value.kind === 'symbolic'
            ? !value.isNone
            : numberOf(value) !== undefined && holds(value),
      ),
    });
  const number = tower('Number', undefined, () => true);
  const complex = tower('Complex', number, () => true);
  const real = tower('Real', complex, () => true);
  const rational = tower('Rational', real, (value) => value.kind !== 'float');
  const integral = tower('Integral', rational, (value) => value.kind !== 'float');
  return nativeModule(
    'numbers',
    [number, complex, real, rational, integral].map((cls) => [cls.name, cls]),
  );
}

export function abcBaseModule(machine: Machine): ModuleValue {
  const type = machine.builtin('type');
  return nativeModule('abc', [
    [
      'ABC',
      nativeClass(machine, 'ABC', {
        module: 'abc',
        attrs: [['register', classMethod('register(cls, subclass)', (_m, { subclass }) => subclass)]],
      }),
    ],
    [
      'ABCMeta',
      nativeClass(machine, 'ABCMeta', { module: 'abc', ...(type.kind === 'class' ? { bases: [type] } : {}) }),
    ],
    ['abstractmethod', fn('abstractmethod(function)', (_m, { function: inner }) => inner)],
    [
      'abstractproperty',
      fn('abstractproperty(fget)', (_m, { fget }) => ({ kind: 'property', get: fget, set: null })),
    ],
    [
      'abstractclassmethod',
      fn('abstractclassmethod(function)', (_m, { function: inner }) => ({
        kind: 'wrapped',
        mode: 'class',
        fn: inner,
      })),
    ],
    [
      'abstractstaticmethod',
      fn('abstractstaticmethod(function)', (_m, { function: inner }) => ({
        kind: 'wrapped',
        mode: 'static',
        fn: inner,
      })),
    ],
  ]);
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
export const stringModule = () =>
  nativeModule('string', [
    ['ascii_lowercase', str(LOWER)],
    ['ascii_uppercase', str(LOWER.toUpperCase())],
    ['ascii_letters', str(LOWER + LOWER.toUpperCase())],
    ['digits', str('0123456789')],
    ['hexdigits', str('0123456789abcdefABCDEF')],
    ['octdigits', str('01234567')],
    ['punctuation', str('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~')],
    ['whitespace', str(' \t\n\r\x0b\x0c')],
  ]);

export const importlibModule = () =>
  nativeModule(
    'importlib',
    functions([
      [
        'import_module(name, package=None)',
        (m, { name }) => {
          const path = strOf(name);
          if (path === undefined || path.startsWith('.'))
            return unknown('which module is imported is not known');
          return m.importModule(path) ?? unknown(`module ${path} is not found`);
        },
      ],
      ['reload(module)', (_m, { module }) => module],
    ]),
  );

export const builtinsModule = (machine: Machine): ModuleValue => ({
  ...nativeModule('builtins', []),
  lookup: (name) => machine.builtin(name),
});
