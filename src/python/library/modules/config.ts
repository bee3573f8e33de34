/** Dictionaries whose keys are attributes too: `ml_collections.ConfigDict`, `easydict.EasyDict`, `omegaconf`, `addict`, `munch`. */
import { Wrapped } from '../../interpreter/classes';
import type { Machine } from '../../machine';
import {
  Instance,
  NONE,
  bool,
  str,
  unknown,
  type ClassValue,
  type DictValue,
  type InstanceValue,
  type ModuleValue,
  type Value,
} from '../../values';
import { nativeClass, nativeModule } from '../classes';
import { fillDict } from '../construct';
import { functions, type Body } from '../define';
import { readText } from './files';
import { parseYaml } from './yaml';
import { strOf } from '../known';

const dictOf = (self: InstanceValue): DictValue | undefined =>
  self.data instanceof Wrapped && self.data.value.kind === 'dict' ? self.data.value : undefined;

/** `missing`: what an unset attribute is; `AttributeError` follows where undefined. */
function attributeDict(
  machine: Machine,
  name: string,
  module: string,
  missing: (key: string) => Value | undefined,
): ClassValue {
  const base = machine.builtin('dict');
  const convert = (value: Value): Value => {
    if (value.kind === 'list' && value.items.some(({ kind }) => kind === 'dict' || kind === 'list')) {
      const items = value.items.map(convert);
      return items.some((item, i) => item !== value.items[i]) ? { ...value, items } : value;
    }
    if (value.kind !== 'dict' || value.cls) return value;
    const made = machine.allocate(cls, new Wrapped({ ...value, entries: new Map() }));
    const into = dictOf(made)!;
    for (const [key, entry] of value.entries)
      into.entries.set(key, { ...entry, value: convert(entry.value) });
    return made;
  };
  const cls: ClassValue = nativeClass(machine, name, {
    module,
    bases: base.kind === 'class' ? [base] : [],
    hooks: {
      create: (m, _self, args) => {
        const made: DictValue = { kind: 'dict', entries: new Map(), tail: args.openKeywords };
        const [source] = args.positional;
        if (source && source.value.kind !== 'none') fillDict(m, made, source.value, undefined);
        for (const [key, { value }] of args.keywords) made.entries.set(`s:${key}`, { key: str(key), value });
        for (const [key, entry] of made.entries)
          made.entries.set(key, { ...entry, value: convert(entry.value) });
        return new Wrapped(made);
      },
      getAttr: (m, self, key) => {
        const entry = dictOf(self)?.entries.get(`s:${key}`);
        if (entry) {
          const value = convert(entry.value);
          if (value !== entry.value) {
            const own = dictOf(self)!;
            m.touch(own);
            own.entries.set(`s:${key}`, { ...entry, value });
          }
          return value;
        }
        if (key.startsWith('__') || m.findClassAttr(self.cls, key) || self.attrs.has(key)) return undefined;
        const tail = dictOf(self)?.tail;
        return isDictMethod(key) ? undefined : (tail ?? missing(key));
      },
      didSetAttr: (m, self, key, value) => {
        const own = dictOf(self);
        if (!own) return;
        m.touch(own);
        own.entries.set(`s:${key}`, { key: str(key), value: convert(value) });
        self.attrs.delete(key);
      },
    },
    methods: [
      ['copy(self)', (_m, { self }) => copyOf(self as InstanceValue)],
      ['lock(self)', (_m, { self }) => self],
      ['unlock(self)', (_m, { self }) => self],
      ['unlocked(self)', (m) => m.apply(m.getAttr(m.importModule('contextlib') ?? NONE, 'nullcontext'), [])],
      ['to_dict(self, **kwargs)', (_m, { self }) => plain(self)],
      ['toDict(self)', (_m, { self }) => plain(self)],
      ['copy_and_resolve_references(self, **kwargs)', (_m, { self }) => copyOf(self as InstanceValue)],
    ],
  });
  return cls;
}

function copyOf(self: InstanceValue): Value {
  const own = dictOf(self);
  const made = new Instance(
    self.cls,
    own ? new Wrapped({ ...own, entries: new Map(own.entries) }) : self.data,
  );
  for (const [name, value] of self.attrs) made.attrs.set(name, value);
  return made;
}

const DICT_METHODS = [
  'get',
  'keys',
  'values',
  'items',
  'pop',
  'popitem',
  'setdefault',
  'update',
  'clear',
  'copy',
  'fromkeys',
];
const isDictMethod = (key: string): boolean => DICT_METHODS.includes(key);

/** As an ordinary dict, nested ones too. */
function plain(value: Value): Value {
  if (value.kind === 'instance') {
    const own = dictOf(value);
    return own ? plain(own) : value;
  }
  if (value.kind !== 'dict') return value;
  return {
    ...value,
    entries: new Map(
      [...value.entries].map(([key, entry]) => [key, { ...entry, value: plain(entry.value) }]),
    ),
  };
}

const absent = (): undefined => undefined;

export function mlCollectionsModule(machine: Machine): ModuleValue {
  const cls = attributeDict(machine, 'ConfigDict', 'ml_collections', absent);
  const placeholder: Body = (_m, { field_type }) =>
    unknown(
      'a placeholder of the configuration',
      null,
      field_type.kind === 'class' ? field_type.name : undefined,
    );
  const attrs: [string, Value][] = [
    ['ConfigDict', cls],
    ['FrozenConfigDict', cls],
    [
      'FieldReference',
      { kind: 'native', name: 'FieldReference', impl: (_m, { positional }) => positional[0]?.value ?? NONE },
    ],
    [
      'placeholder',
      {
        kind: 'native',
        name: 'placeholder',
        impl: (m, call) => placeholder(m, { field_type: call.positional[0]?.value ?? NONE }, call),
      },
    ],
  ];
  return nativeModule('ml_collections', [
    ...attrs,
    ['config_dict', nativeModule('ml_collections.config_dict', attrs)],
  ]);
}

export const easyDictModule = (machine: Machine): ModuleValue =>
  nativeModule('easydict', [['EasyDict', attributeDict(machine, 'EasyDict', 'easydict', absent)]]);

/** `addict.Dict` makes an empty one for what is missing, and `box`/`munch` act as their names say. */
export const addictModule = (machine: Machine): ModuleValue =>
  nativeModule('addict', [
    ['Dict', attributeDict(machine, 'Dict', 'addict', () => unknown('an attribute that was never set'))],
  ]);
export const munchModule = (machine: Machine): ModuleValue =>
  nativeModule('munch', [['Munch', attributeDict(machine, 'Munch', 'munch', absent)]]);

export function omegaconfModule(machine: Machine): ModuleValue {
  const cls = attributeDict(machine, 'DictConfig', 'omegaconf', () => NONE);
  const fromYaml = (m: Machine, text: string | undefined, otherwise: string): Value => {
    const parsed = text === undefined ? undefined : parseYaml(text);
    return parsed === undefined
      ? unknown(otherwise)
      : parsed.kind === 'dict'
        ? m.apply(cls, [parsed])
        : parsed;
  };
  // A class in Python; only its static methods are used, and those not listed are unknown.
  const api = nativeModule(
    'OmegaConf',
    functions([
      [
        'create(obj=None, **kwargs)',
        (m, { obj }) =>
          obj.kind === 'str'
            ? fromYaml(m, obj.value, 'the configuration is not known')
            : obj.kind === 'dict' || obj.kind === 'none'
              ? m.apply(cls, [obj])
              : obj,
      ],
      [
        'load(file)',
        (m, { file }) =>
          fromYaml(
            m,
            strOf(file) === undefined ? undefined : readText(m, strOf(file)!),
            'the content of a configuration file is not known',
          ),
      ],
      [
        'merge(*configs)',
        (m, { configs }) => {
          const made = m.apply(cls, []);
          if (configs.kind === 'tuple')
            for (const config of configs.items) m.invoke(made, 'update', [config]);
          return configs.kind === 'tuple' && configs.items.every(({ kind }) => kind !== 'unknown')
            ? made
            : unknown('a merged configuration');
        },
      ],
      ['to_container(config, **kwargs)', (_m, { config }) => plain(config)],
      ['to_yaml(config, **kwargs)', () => unknown('the text of the configuration', null, 'str')],
      ['from_cli(*args)', () => unknown('the arguments of the command line')],
      ['set_struct(config, value)', () => NONE],
      ['is_config(obj)', (_m, { obj }) => bool(obj.kind === 'instance' && obj.cls === cls)],
    ]),
  );
  return nativeModule('omegaconf', [
    ['OmegaConf', api],
    ['DictConfig', cls],
  ]);
}
