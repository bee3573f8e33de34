/** The modules `os` and `os.path`: paths of known texts; the environment and the file system are unknown. */
import { hashKey } from '../../hash';
import type { Machine } from '../../machine';
import {
  NONE,
  TRUE,
  list,
  str,
  tuple,
  unknown,
  type DictEntry,
  type DictValue,
  type ModuleValue,
  type Value,
} from '../../values';
import { nativeClass, nativeModule } from '../classes';
import { functions, type Body, type Params } from '../define';
import { because, elements, firstUnknown } from '../known';
import { pathOf } from './files';

const outside =
  (what: string, type?: string): Body =>
  () =>
    unknown(what, null, type);
const nothing: Body = () => NONE;

/** `os.path.join` for POSIX paths. */
export function joinPaths(parts: readonly string[]): string {
  let path = '';
  for (const part of parts) {
    if (part.startsWith('/') || path === '') path = part;
    else path += path.endsWith('/') ? part : `/${part}`;
  }
  return path;
}

/** Directory and last part, as `os.path.split` has them. */
export function splitPath(path: string): [string, string] {
  const at = path.lastIndexOf('/') + 1;
  const head = path.slice(0, at);
  return [/^\/*$/.test(head) ? head : head.replace(/\/+$/, ''), path.slice(at)];
}

export function splitExtension(path: string): [string, string] {
  const base = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  return dot > base && /[^.]/.test(path.slice(base, dot))
    ? [path.slice(0, dot), path.slice(dot)]
    : [path, ''];
}

export function normalizePath(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && out.length > 0 && out[out.length - 1] !== '..') out.pop();
    else if (part !== '..' || !path.startsWith('/')) out.push(part);
  }
  return (path.startsWith('/') ? '/' : '') + out.join('/') || '.';
}

/** A function of one path that is known as text. */
const onPath =
  (compute: (path: string) => Value, type: string): Body =>
  (machine, { path }) => {
    const known = pathOf(machine, path);
    return known === undefined
      ? because(firstUnknown(path) ?? unknown('the path is not known'), type)
      : compute(known);
  };

const absolute = (path: string): Value =>
  path.startsWith('/')
    ? str(normalizePath(path))
    : unknown('the working directory is not known', null, 'str');

export const osPathModule = () =>
  nativeModule('os.path', [
    ...functions([
      [
        'join(*parts)',
        (m, { parts }) => {
          const { items, tail } = elements(m, parts);
          const known = items.map((item) => pathOf(m, item));
          if (tail || known.some((part) => part === undefined))
            return because(
              tail ?? firstUnknown(...items) ?? unknown('a part of the path is not known'),
              'str',
            );
          return str(joinPaths(known as string[]));
        },
      ],
      ['basename(path)', onPath((path) => str(splitPath(path)[1]), 'str')],
      ['dirname(path)', onPath((path) => str(splitPath(path)[0]), 'str')],
      ['split(path)', onPath((path) => tuple(splitPath(path).map(str)), 'tuple')],
      ['splitext(path)', onPath((path) => tuple(splitExtension(path).map(str)), 'tuple')],
      ['normpath(path)', onPath((path) => str(normalizePath(path)), 'str')],
      ['isabs(path)', onPath((path) => ({ kind: 'bool', value: path.startsWith('/') }), 'bool')],
      ['abspath(path)', onPath(absolute, 'str')],
      ['realpath(path, **kwargs)', onPath(absolute, 'str')],
      [
        'expanduser(path)',
        onPath(
          (path) =>
            path.startsWith('~') ? unknown('the home directory is not known', null, 'str') : str(path),
          'str',
        ),
      ],
      [
        'expandvars(path)',
        onPath(
          (path) => (path.includes('$') ? unknown('the environment is not known', null, 'str') : str(path)),
          'str',
        ),
      ],
      ['relpath(path, start=None)', outside('the working directory is not known', 'str')],
      ['commonprefix(paths)', outside('the paths are not compared', 'str')],
      ...['exists', 'isfile', 'isdir', 'islink', 'lexists'].map((name): [string, Body] => [
        `${name}(path)`,
        outside('what files there are is not known', 'bool'),
      ]),
      ['getsize(path)', outside('the size of a file is not known', 'int')],
      ['getmtime(path)', outside('the time of a file is not known', 'float')],
    ]),
    ['sep', str('/')],
    ['pathsep', str(':')],
    ['extsep', str('.')],
  ]);

/**
 * `os.environ`: what the program sets is known, and where it names a default for a variable, that is what it gets (as with
 * the arguments of a command line); any other variable may be set or not.
 */
function environment(machine: Machine): Value {
  const reason = 'an environment variable';
  const set: DictValue = { kind: 'dict', entries: new Map(), tail: unknown(reason) };
  machine.environ = set;
  const written = (key: Value): DictEntry | undefined => {
    const hash = hashKey(key);
    return hash === undefined ? undefined : set.entries.get(hash);
  };
  const get: Body = (m, { key, default: fallback }) => {
    const entry = written(key);
    const otherwise = fallback === undefined || fallback.kind === 'none' ? unknown(reason) : fallback;
    if (entry !== undefined) return entry.maybe ? m.join(entry.value, otherwise) : entry.value;
    // A key that is not known may be one that the program has set.
    return hashKey(key) === undefined && set.entries.size > 0 ? unknown(reason) : otherwise;
  };
  const put = (m: Machine, key: Value, value: Value): void => {
    m.touch(set);
    m.setItem(set, key, value);
  };
  return machine.allocate(
    nativeClass(machine, '_Environ', {
      partial: true,
      module: 'os',
      methods: [
        [
          '__getitem__(self, key)',
          (_m, { key }) => {
            const entry = written(key);
            return entry === undefined || entry.maybe ? unknown(reason, null, 'str') : entry.value;
          },
        ],
        [
          '__setitem__(self, key, value)',
          (m, { key, value }) => {
            put(m, key, value);
            return NONE;
          },
        ],
        [
          '__delitem__(self, key)',
          (m, { key }) => {
            if (written(key) !== undefined) m.invoke(set, 'pop', [key]);
            return NONE;
          },
        ],
        [
          '__contains__(self, key)',
          (_m, { key }) => {
            const entry = written(key);
            return entry === undefined || entry.maybe
              ? unknown('whether an environment variable is set', null, 'bool')
              : TRUE;
          },
        ],
        [
          '__iter__(self)',
          () => ({ kind: 'iterator', items: [], position: 0, tail: unknown('the environment is not known') }),
        ],
        ['__len__(self)', outside('the environment is not known', 'int')],
        ['get(self, key, default=None)', get],
        ['pop(self, key, default=None)', get],
        [
          'setdefault(self, key, value=None)',
          (m, { key, value }, call) => {
            const found = get(m, { key, default: value } as Params, call);
            put(m, key, found);
            return found;
          },
        ],
        [
          'update(self, *args, **kwargs)',
          (m, { args, kwargs }) => {
            m.touch(set);
            for (const given of [...elements(m, args).items, kwargs]) m.invoke(set, 'update', [given]);
            return NONE;
          },
        ],
        ['copy(self)', (_m, { self }) => self],
        ['keys(self)', () => list([], unknown('the environment is not known'))],
        ['items(self)', () => list([], unknown('the environment is not known'))],
      ],
    }),
  );
}

export function osModule(machine: Machine, _name: string, get: (name: string) => ModuleValue): ModuleValue {
  const path = get('os.path');
  const environ = environment(machine);
  return nativeModule('os', [
    ['path', path],
    ['environ', environ],
    ['sep', str('/')],
    ['linesep', str('\n')],
    ['pathsep', str(':')],
    ...functions([
      [
        'getenv(key, default=None)',
        (m, { key, default: fallback }) => m.invoke(environ, 'get', [key, fallback]),
      ],
      ['putenv(key, value)', nothing],
      ['getcwd()', outside('the working directory is not known', 'str')],
      ['listdir(path=None)', () => list([], unknown('what files there are is not known'))],
      ['scandir(path=None)', () => list([], unknown('what files there are is not known'))],
      ['walk(top, **kwargs)', () => list([], unknown('what files there are is not known'))],
      ['cpu_count()', outside('the number of processors', 'int')],
      ['getpid()', outside('the process', 'int')],
      [
        'fspath(path)',
        (m, { path: given }) => {
          const known = pathOf(m, given);
          return known === undefined ? given : str(known);
        },
      ],
      ['system(command)', outside('the result of a command', 'int')],
      ...[
        'makedirs',
        'mkdir',
        'remove',
        'rename',
        'rmdir',
        'chdir',
        'unlink',
        'symlink',
        'replace',
        'umask',
        'nice',
      ].map((name): [string, Body] => [`${name}(*args, **kwargs)`, nothing]),
    ]),
  ]);
}
