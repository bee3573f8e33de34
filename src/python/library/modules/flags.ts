/** Command-line flags of `absl` (and `tf.app.flags`): each is its default, since the program's run line is not known. */
import type { Machine } from '../../machine';
import { NONE, list, str, unknown, type InstanceValue, type ModuleValue, type Value } from '../../values';
import { nativeClass, nativeModule, type ModuleMaker } from '../classes';
import { functions, type Body } from '../define';
import { strOf } from '../known';
import { loggingModule } from './silent';

const KINDS = [
  'string',
  'integer',
  'float',
  'bool',
  'boolean',
  'list',
  'spaceseplist',
  'multi_string',
  'multi_integer',
  'multi_float',
  'alias',
  'flag',
];

export function flagsModule(machine: Machine): ModuleValue {
  const values = machine.allocate(
    nativeClass(machine, 'FlagValues', {
      module: 'absl.flags',
      hooks: {
        getAttr: (m, self, name) =>
          self.attrs.has(name) || m.findClassAttr(self.cls, name) || name.startsWith('__')
            ? undefined
            : unknown(`flag "${name}" is defined elsewhere`),
      },
      methods: [
        [
          '__call__(self, argv=None, *args, **kwargs)',
          () => list([], unknown('the arguments of the command line')),
        ],
        [
          '__getitem__(self, name)',
          (m, { self, name }) => {
            const key = strOf(name);
            const value = key === undefined ? undefined : (self as InstanceValue).attrs.get(key);
            return value === undefined ? unknown('the flag is not known') : holderOf(m, value);
          },
        ],
        ['mark_as_parsed(self)', () => NONE],
        ['flag_values_dict(self)', () => unknown('the flags as a dict', null, 'dict')],
      ],
    }),
  );
  const holder = nativeClass(machine, 'FlagHolder', { partial: true, module: 'absl.flags' });
  const holderOf = (m: Machine, value: Value): Value => {
    const made = m.allocate(holder);
    made.attrs.set('value', value);
    made.attrs.set('default', value);
    return made;
  };
  const define = (name: Value, value: Value): Value => {
    const key = strOf(name);
    if (key !== undefined) machine.setAttr(values, key, value);
    return holderOf(machine, value);
  };
  const plain: Body = (_m, { name, default: value }) => define(name, value);
  return nativeModule('absl.flags', [
    ['FLAGS', values],
    ['FlagValues', values.cls],
    ...functions([
      ...KINDS.map((kind): [string, Body] => [
        `DEFINE_${kind}(name, default=None, help=None, *args, **kwargs)`,
        plain,
      ]),
      ['DEFINE_enum(name, default=None, enum_values=None, help=None, **kwargs)', plain],
      ['DEFINE_multi_enum(name, default=None, enum_values=None, help=None, **kwargs)', plain],
      ['DEFINE_enum_class(name, default=None, enum_class=None, help=None, **kwargs)', plain],
      ['DEFINE(parser, name, default=None, help=None, **kwargs)', plain],
      [
        'mark_flag_as_required(name, **kwargs)',
        (m, { name }) => {
          const key = strOf(name);
          if (key !== undefined) m.setAttr(values, key, unknown(`flag "${key}" comes from the command line`));
          return NONE;
        },
      ],
      ['mark_flags_as_required(names, **kwargs)', () => NONE],
      ['register_validator(*args, **kwargs)', () => NONE],
    ]),
  ]);
}

export const appModule = () =>
  nativeModule(
    'absl.app',
    functions([
      [
        'run(main, argv=None, **kwargs)',
        (m, { main }) => {
          // As `__main__`: the program's own main is called with its name and what the command line adds.
          m.apply(main, [list([str(m.mainFile)], unknown('the arguments of the command line'))]);
          return NONE;
        },
      ],
    ]),
  );

export const abslModule: ModuleMaker = (_machine, _name, get) =>
  nativeModule(
    'absl',
    ['flags', 'app', 'logging'].map((name) => [name, get(`absl.${name}`)]),
  );

export const abslLogging = (machine: Machine): ModuleValue =>
  nativeModule('absl.logging', loggingModule(machine).attrs);
