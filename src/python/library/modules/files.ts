/** `open()`: text files that the injected reader can give, read whole; everything else is an unknown file. */
import type { Machine } from '../../machine';
import { NONE, list, str, unknown, type ClassValue, type InstanceValue, type Value } from '../../values';
import { nativeClass } from '../classes';
import { because, firstUnknown, iterator, strOf } from '../known';

/** Payload of an open text file. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

const classes = new WeakMap<Machine, ClassValue>();

/** The text of a file of the workspace, if the machine can read files and the file exists. */
export function readText(machine: Machine, path: string): string | undefined {
  const text = machine.readFile?.(path);
  return typeof text === 'string' ? text : undefined;
}

/** `open(path, mode)`: reading a known text file gives its text; other modes and files are unknown. */
export function openFile(machine: Machine, file: Value, mode: Value): Value {
  const path = pathOf(machine, file);
  if (path === undefined) return because(firstUnknown(file) ?? unknown('the file is not known'), 'file');
  const how = strOf(mode) ?? 'r';
  const text =
    how.startsWith('r') && !how.includes('b') && !how.includes('+') ? readText(machine, path) : undefined;
  if (text === undefined) return unknown(`the content of file ${path} is not known`, null, 'file');
  return machine.allocate(fileClass(machine), { path, text } satisfies TextFile);
}

/** A path given as text or as an object with `__fspath__`. */
export function pathOf(machine: Machine, value: Value): string | undefined {
  if (value.kind === 'str') return value.value;
  if (value.kind !== 'instance') return undefined;
  const method = machine.findAttr(value, '__fspath__');
  return method && method.kind !== 'unknown' ? strOf(machine.apply(method, [])) : undefined;
}

/** The text of an open file, undefined for anything else. */
export function textOfFile(value: Value): string | undefined {
  const data = value.kind === 'instance' ? (value.data as Partial<TextFile> | null) : null;
  return data && typeof data === 'object' && typeof data.text === 'string' && typeof data.path === 'string'
    ? data.text
    : undefined;
}

function fileClass(machine: Machine): ClassValue {
  let cls = classes.get(machine);
  if (cls) return cls;
  const text = (self: Value): string => ((self as InstanceValue).data as TextFile).text;
  const lines = (self: Value): Value[] => (text(self).match(/[^\n]*\n|[^\n]+$/g) ?? []).map(str);
  cls = nativeClass(machine, 'TextIOWrapper', {
    partial: true,
    module: 'io',
    methods: [
      [
        'read(self, size=-1)',
        (_machine, { self, size }) =>
          size.kind === 'int' && size.value < 0 ? str(text(self)) : unknown('a part of a file', null, 'str'),
      ],
      ['readlines(self, hint=-1)', (_machine, { self }) => list(lines(self))],
      ['readline(self, size=-1)', () => unknown('a line of a file', null, 'str')],
      ['close(self)', () => NONE],
      ['__iter__(self)', (_machine, { self }) => iterator(lines(self))],
      ['__enter__(self)', (_machine, { self }) => self],
      ['__exit__(self, *args)', () => NONE],
    ],
  });
  classes.set(machine, cls);
  return cls;
}
