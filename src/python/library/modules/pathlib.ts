/** The module `pathlib`: paths of known text; what is on the disk is unknown. */
import type { Machine } from '../../machine';
import {
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
import { nativeClass, nativeModule } from '../classes';
import type { Body } from '../define';
import { because, elements, firstUnknown, strOf } from '../known';
import { openFile, pathOf, readText } from './files';
import { joinPaths, normalizePath, splitExtension, splitPath } from './os';

const textOf = (self: Value): string | undefined => strOf((self as InstanceValue).attrs.get('_path'));

export function pathlibModule(machine: Machine): ModuleValue {
  const make = (path: string | undefined): Value => {
    const made = machine.allocate(cls);
    made.attrs.set('_path', path === undefined ? unknown('the path is not known', null, 'str') : str(path));
    return made;
  };
  const join = (first: string | undefined, rest: readonly Value[]): Value => {
    const parts = rest.map((part) => pathOf(machine, part));
    if (first === undefined || parts.some((part) => part === undefined)) return make(undefined);
    return make(joinPaths([first, ...(parts as string[])]));
  };
  const known =
    (compute: (path: string) => Value): Body =>
    (_m, { self }) => {
      const path = textOf(self);
      return path === undefined ? unknown('the path is not known') : compute(path);
    };
  const outside =
    (what: string, type?: string): Body =>
    () =>
      unknown(what, null, type);
  const nothing: Body = () => ({ kind: 'none' });
  const cls: ClassValue = nativeClass(machine, 'PosixPath', {
    partial: true,
    module: 'pathlib',
    hooks: {
      getAttr: (_m, self, name) => {
        const path = textOf(self);
        const part = (compute: (known: string) => Value): Value =>
          path === undefined ? unknown('the path is not known') : compute(path);
        switch (name) {
          case 'name':
            return part((known) => str(splitPath(known)[1]));
          case 'stem':
            return part((known) => str(splitExtension(splitPath(known)[1])[0]));
          case 'suffix':
            return part((known) => str(splitExtension(known)[1]));
          case 'parent':
            return part((known) => make(splitPath(known)[0] || '.'));
          case 'parts':
            return part((known) =>
              tuple(known.split('/').map((each, i) => str(each === '' && i === 0 ? '/' : each))),
            );
          case 'parents':
            return part((known) => {
              const above: Value[] = [];
              for (let at = known; at !== '' && at !== '/' && at !== '.';) {
                at = splitPath(at)[0] || '.';
                above.push(make(at));
              }
              return tuple(above);
            });
          default:
            return undefined;
        }
      },
    },
    methods: [
      [
        '__init__(self, *parts)',
        (m, { self, parts }) => {
          const made = join('', elements(m, parts).items) as InstanceValue;
          const path = textOf(made);
          m.setAttr(
            self,
            '_path',
            path === undefined
              ? unknown('the path is not known', null, 'str')
              : str(path === '' ? '.' : path.length > 1 ? path.replace(/\/+$/, '') : path),
          );
          return { kind: 'none' };
        },
      ],
      ['__truediv__(self, other)', (_m, { self, other }) => join(textOf(self), [other])],
      ['__rtruediv__(self, other)', (_m, { self, other }) => join(pathOf(machine, other), [self])],
      ['joinpath(self, *parts)', (m, { self, parts }) => join(textOf(self), elements(m, parts).items)],
      ['__fspath__(self)', known(str)],
      ['__str__(self)', known(str)],
      ['__repr__(self)', known((path) => str(`PosixPath('${path}')`))],
      ['as_posix(self)', known(str)],
      [
        '__eq__(self, other)',
        (_m, { self, other }) => {
          if (other.kind === 'unknown') return because(other, 'bool');
          const [a, b] = [textOf(self), other.kind === 'instance' && other.cls === cls ? textOf(other) : ''];
          return a === undefined || b === undefined
            ? unknown('the path is not known', null, 'bool')
            : bool(a === b);
        },
      ],
      [
        'with_suffix(self, suffix)',
        (_m, { self, suffix }) => {
          const [path, ending] = [textOf(self), strOf(suffix)];
          return make(
            path === undefined || ending === undefined ? undefined : splitExtension(path)[0] + ending,
          );
        },
      ],
      [
        'with_name(self, name)',
        (_m, { self, name }) => {
          const [path, last] = [textOf(self), strOf(name)];
          return make(
            path === undefined || last === undefined ? undefined : joinPaths([splitPath(path)[0], last]),
          );
        },
      ],
      ['absolute(self)', (_m, { self }) => make(textOf(self)?.startsWith('/') ? textOf(self) : undefined)],
      [
        'resolve(self, strict=False)',
        (_m, { self }) => {
          const path = textOf(self);
          return make(path?.startsWith('/') ? normalizePath(path) : undefined);
        },
      ],
      ['expanduser(self)', (_m, { self }) => make(textOf(self)?.startsWith('~') ? undefined : textOf(self))],
      [
        'read_text(self, *args, **kwargs)',
        (m, { self }) => {
          const path = textOf(self);
          const text = path === undefined ? undefined : readText(m, path);
          return text === undefined
            ? because(
                firstUnknown((self as InstanceValue).attrs.get('_path')) ??
                  unknown(`the content of file ${path} is not known`),
                'str',
              )
            : str(text);
        },
      ],
      ["open(self, mode='r', *args, **kwargs)", (m, { self, mode }) => openFile(m, self, mode)],
      ...['exists', 'is_file', 'is_dir'].map((name): [string, Body] => [
        `${name}(self)`,
        outside('what files there are is not known', 'bool'),
      ]),
      ...['mkdir', 'unlink', 'rmdir', 'touch', 'write_text', 'rename'].map((name): [string, Body] => [
        `${name}(self, *args, **kwargs)`,
        nothing,
      ]),
      ...['glob', 'rglob', 'iterdir'].map((name): [string, Body] => [
        `${name}(self, *args)`,
        () => list([], unknown('what files there are is not known')),
      ]),
      ['stat(self)', outside('the state of a file')],
      ['read_bytes(self)', outside('the content of a file', 'bytes')],
      ['cwd()', () => make(undefined)],
      ['home()', () => make(undefined)],
    ],
  });
  const names = ['Path', 'PurePath', 'PosixPath', 'PurePosixPath'];
  return nativeModule(
    'pathlib',
    names.map((name) => [name, cls]),
  );
}
