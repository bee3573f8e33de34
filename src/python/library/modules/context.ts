/** Context managers: the module `contextlib`. */
import type { Machine } from '../../machine';
import {
  FALSE,
  NONE,
  TRUE,
  bool,
  type ClassValue,
  type InstanceValue,
  type ModuleValue,
  type Value,
} from '../../values';
import { nativeClass, nativeModule } from '../classes';
import { fn, functions } from '../define';
import { elements } from '../known';
import { next } from '../builtins/iteration';

/** An object that enters with the first element of a generator. */
function generatorManager(machine: Machine): ClassValue {
  const generator = (self: Value): Value => (self as InstanceValue).attrs.get('gen') ?? NONE;
  return nativeClass(machine, '_GeneratorContextManager', {
    module: 'contextlib',
    methods: [
      ['__enter__(self)', (m, { self }) => next(m, generator(self), NONE)],
      ['__exit__(self, *args)', () => FALSE],
      // Used as a decorator the function stays what it is.
      ['__call__(self, function)', (_m, { function: inner }) => inner],
    ],
  });
}

/** Swallows the named exceptions. */
function suppressing(machine: Machine): ClassValue {
  const exit = fn('__exit__(self, type=None, value=None, traceback=None)', (m, { self, type }) => {
    const wanted = elements(m, m.getAttr(self, 'exceptions')).items;
    return bool(
      type.kind === 'class' && wanted.some((cls) => cls.kind === 'class' && m.isSubclass(type, cls)),
    );
  });
  return nativeClass(machine, 'suppress', {
    module: 'contextlib',
    // The mark tells the interpreter that an exception may end here.
    attrs: [['__exit__', { ...exit, attrs: new Map([['swallows', TRUE]]) }]],
    methods: [
      [
        '__init__(self, *exceptions)',
        (m, { self, exceptions }) => {
          m.setAttr(self, 'exceptions', exceptions);
          return NONE;
        },
      ],
      ['__enter__(self)', () => NONE],
    ],
  });
}

export function contextlibModule(machine: Machine): ModuleValue {
  const manager = generatorManager(machine);
  const holder = nativeClass(machine, 'nullcontext', {
    module: 'contextlib',
    methods: [
      [
        '__init__(self, value=None)',
        (m, { self, value }) => {
          m.setAttr(self, 'value', value);
          return NONE;
        },
      ],
      ['__enter__(self)', (_m, { self }) => (self as InstanceValue).attrs.get('value') ?? NONE],
      ['__exit__(self, *args)', () => FALSE],
    ],
  });
  const stack = nativeClass(machine, 'ExitStack', {
    module: 'contextlib',
    methods: [
      ['__enter__(self)', (_m, { self }) => self],
      ['__exit__(self, *args)', () => FALSE],
      ['enter_context(self, manager)', (m, { manager: inner }) => m.invoke(inner, '__enter__', [])],
      ['push(self, exit)', (_m, { exit }) => exit],
      ['callback(self, function, *args, **kwargs)', (_m, { function: inner }) => inner],
      ['close(self)', () => NONE],
      ['pop_all(self)', (_m, { self }) => self],
    ],
  });
  return nativeModule('contextlib', [
    [
      'contextmanager',
      fn('contextmanager(function)', (_m, { function: inner }) => ({
        kind: 'native',
        name: inner.kind === 'function' ? inner.name : 'contextmanager',
        impl: (m, call) => {
          const made = m.allocate(manager);
          made.attrs.set('gen', m.call(inner, call));
          return made;
        },
      })),
    ],
    ['nullcontext', holder],
    ['closing', holder],
    ['ExitStack', stack],
    ['suppress', suppressing(machine)],
    [
      'ContextDecorator',
      nativeClass(machine, 'ContextDecorator', {
        module: 'contextlib',
        methods: [['__call__(self, function)', (_m, { function: inner }) => inner]],
      }),
    ],
    [
      'AbstractContextManager',
      nativeClass(machine, 'AbstractContextManager', {
        module: 'contextlib',
        methods: [
          ['__enter__(self)', (_m, { self }) => self],
          ['__exit__(self, *args)', () => NONE],
        ],
      }),
    ],
    ...functions([
      ['redirect_stdout(target)', (m, { target }) => m.apply(holder, [target])],
      ['redirect_stderr(target)', (m, { target }) => m.apply(holder, [target])],
    ]),
  ]);
}
