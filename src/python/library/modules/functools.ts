/** The module `functools`: `partial`, `reduce`, `wraps` and the caching decorators, which leave a function as it is. */
import type { Machine } from '../../machine';
import {
  NONE,
  str,
  tuple,
  unknown,
  type Arg,
  type CallArgs,
  type DictValue,
  type InstanceValue,
  type ModuleValue,
  type Value,
} from '../../values';
import { nativeClass, nativeModule } from '../classes';
import { fn, functions, type Params } from '../define';
import { because, elements } from '../known';
import { dispatchers } from './dispatch';

/** Payload of `partial(...)`. */
export interface Partial {
  readonly isPartial: true;
  readonly func: Value;
  readonly args: readonly Value[];
  readonly keywords: DictValue;
}

function partialCall(
  machine: Machine,
  { func, args, keywords }: Partial,
  call: CallArgs,
  self: number,
): Value {
  const merged = new Map<string, CallArgs['keywords'] extends ReadonlyMap<string, infer V> ? V : never>();
  for (const { key, value } of keywords.entries.values()) {
    if (key.kind === 'str') merged.set(key.value, { value, range: null, nameRange: null });
  }
  for (const [name, arg] of call.keywords) merged.set(name, arg);
  const positional: Arg[] = [
    ...args.map((value) => ({ value, range: null })),
    ...call.positional.slice(self),
  ];
  return machine.call(func, {
    positional,
    keywords: merged,
    openPositional: call.openPositional,
    openKeywords: call.openKeywords ?? keywords.tail,
    range: call.range,
  });
}

/** Keeps attributes that a wrapper shows of the function it wraps. */
function wrapped(machine: Machine, wrapper: Value, inner: Value): Value {
  if (wrapper.kind !== 'function' && wrapper.kind !== 'instance') return wrapper;
  const own = inner.kind === 'function' || inner.kind === 'class' ? inner.name : undefined;
  if (own !== undefined) machine.setAttr(wrapper, '__name__', str(own));
  machine.setAttr(wrapper, '__wrapped__', inner);
  return wrapper;
}

/** What a decorated function gets beside its own attributes. */
const CACHE_ATTRS: readonly Value[] = [
  fn('cache_clear()', () => NONE),
  fn('cache_info()', () => unknown('the cache is not followed')),
];
/** A decorator usable bare and with arguments, which leaves the function as it is, with a few attributes more. */
function transparent(name: string, attrs: readonly Value[] = []): [string, Value] {
  const decorate = (machine: Machine, inner: Value): Value => {
    if (inner.kind === 'function')
      for (const attr of attrs) if (attr.kind === 'native') machine.setAttr(inner, attr.name, attr);
    return inner;
  };
  const isFunction = (value: Value): boolean => !['none', 'int', 'bool', 'unknown'].includes(value.kind);
  return [
    name,
    fn(`${name}(function=None, *args, **kwargs)`, (machine, { function: inner }: Params) =>
      isFunction(inner)
        ? decorate(machine, inner)
        : fn('decorator(function)', (m, params) => decorate(m, params.function)),
    ),
  ];
}

export function functoolsModule(machine: Machine): ModuleValue {
  const data = (self: Value): Partial => (self as InstanceValue).data as Partial;
  const partial = nativeClass(machine, 'partial', {
    module: 'functools',
    hooks: {
      create: (_m, _self, args): Partial => ({
        isPartial: true,
        func: args.positional[0]?.value ?? NONE,
        args: args.positional.slice(1).map(({ value }) => value),
        keywords: {
          kind: 'dict',
          entries: new Map(
            [...args.keywords].map(([name, { value }]) => [`s:${name}`, { key: str(name), value }]),
          ),
          tail: args.openKeywords,
        },
      }),
      getAttr: (_m, self, name) => {
        if (name === 'func') return data(self).func;
        if (name === 'args') return tuple(data(self).args);
        return name === 'keywords' ? data(self).keywords : undefined;
      },
    },
  });
  partial.attrs.set(
    '__init__',
    fn('__init__(self, *args, **kwargs)', () => NONE),
  );
  partial.attrs.set('__call__', {
    kind: 'native',
    name: '__call__',
    impl: (m, call) => partialCall(m, data(call.positional[0].value), call, 1),
  });
  return nativeModule('functools', [
    ['partial', partial],
    transparent('lru_cache', CACHE_ATTRS),
    transparent('cache', CACHE_ATTRS),
    transparent('total_ordering'),
    ...dispatchers(machine),
    [
      'cached_property',
      fn('cached_property(func)', (_m, { func }) => ({
        kind: 'property',
        get: func,
        set: null,
        cached: true,
      })),
    ],
    ...functions([
      [
        'reduce(function, iterable, initial?, /)',
        (m, { function: f, iterable, initial }) => {
          const { items, tail } = elements(m, iterable);
          const all = initial === undefined ? items : [initial, ...items];
          if (all.length === 0)
            return tail
              ? because(tail)
              : m.raise('TypeError', 'reduce() of empty iterable with no initial value');
          const total = all.slice(1).reduce((value, item) => m.apply(f, [value, item]), all[0]);
          if (!tail) return total;
          m.apply(f, [total, tail]);
          return because(tail);
        },
      ],
      [
        'wraps(wrapped, *args, **kwargs)',
        (_m, { wrapped: inner }) => fn('decorator(wrapper)', (m, { wrapper }) => wrapped(m, wrapper, inner)),
      ],
      [
        'update_wrapper(wrapper, wrapped, *args, **kwargs)',
        (m, { wrapper, wrapped: inner }) => wrapped(m, wrapper, inner),
      ],
      [
        'partialmethod(func, /, *args, **keywords)',
        (_m, { func, args, keywords }) => {
          const fixed = args.kind === 'tuple' ? args.items : [];
          return {
            kind: 'native',
            name: 'partialmethod',
            impl: (m, call) =>
              partialCall(
                m,
                {
                  isPartial: true,
                  func,
                  args: [call.positional[0].value, ...fixed],
                  keywords: keywords as DictValue,
                },
                call,
                1,
              ),
          };
        },
      ],
      ['cmp_to_key(function)', (m) => m.unknown('cmp_to_key() is not followed')],
    ]),
  ]);
}
