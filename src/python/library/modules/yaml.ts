/** The modules `json` and `yaml`: reading known texts and files of the workspace, writing known values. */
import type { Machine } from '../../machine';
import {
  FALSE,
  NONE,
  TRUE,
  float,
  int,
  list,
  str,
  unknown,
  type DictValue,
  type ModuleValue,
  type Value,
} from '../../values';
import { nativeModule } from '../classes';
import { functions, type Body } from '../define';
import { because, firstUnknown, indexOf, strOf } from '../known';
import { reprFloat } from '../numbers';
import { textOfFile } from './files';
import { parseYamlText } from './yamlText';

const makeDict = (pairs: readonly (readonly [Value, Value])[]): DictValue => ({
  kind: 'dict',
  entries: new Map(
    pairs.map(([key, value]) => [
      key.kind === 'int' ? `n:${key.value}` : `s:${key.kind === 'str' ? key.value : ''}`,
      { key, value },
    ]),
  ),
  tail: null,
});

/** A JSON text as values: `1` an int and `1.0` a float. Undefined when it is no JSON. */
export function parseJson(text: string): Value | undefined {
  let at = 0;
  const space = (): void => {
    while (/\s/.test(text[at] ?? '')) at++;
  };
  const read = (): Value | undefined => {
    space();
    const char = text[at];
    if (char === '{') {
      at++;
      const pairs: [Value, Value][] = [];
      for (space(); text[at] !== '}'; space()) {
        const key = read();
        space();
        if (key?.kind !== 'str' || text[at++] !== ':') return undefined;
        const value = read();
        if (!value) return undefined;
        pairs.push([key, value]);
        space();
        if (text[at] === ',') at++;
        else if (text[at] !== '}') return undefined;
      }
      at++;
      return makeDict(pairs);
    }
    if (char === '[') {
      at++;
      const items: Value[] = [];
      for (space(); text[at] !== ']'; space()) {
        const value = read();
        if (!value) return undefined;
        items.push(value);
        space();
        if (text[at] === ',') at++;
        else if (text[at] !== ']') return undefined;
      }
      at++;
      return list(items);
    }
    const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity/y;
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    if (found === undefined) return undefined;
    at += found.length;
    return scalar(found);
  };
  const value = read();
  space();
  return at >= text.length ? value : undefined;
}

function scalar(token: string): Value | undefined {
  if (token.startsWith('"')) {
    try {
      return str(JSON.parse(token) as string);
    } catch {
      return undefined;
    }
  }
  if (token === 'true') return TRUE;
  if (token === 'false') return FALSE;
  if (token === 'null') return NONE;
  const number = Number(token);
  return /^-?\d+$/.test(token) && Number.isSafeInteger(number) ? int(number) : float(number);
}

export function parseYaml(text: string): Value | undefined {
  return parseYamlText(text, parseJson);
}

/** What a function makes of every object of a text, the innermost first. */
function hooked(machine: Machine, value: Value, hook: Value): Value {
  if (value.kind === 'list')
    return { ...value, items: value.items.map((item) => hooked(machine, item, hook)) };
  if (value.kind !== 'dict') return value;
  const entries: DictValue['entries'] = new Map();
  for (const [key, entry] of value.entries)
    entries.set(key, { ...entry, value: hooked(machine, entry.value, hook) });
  return machine.apply(hook, [{ ...value, entries }]);
}

const reading =
  (parse: (text: string) => Value | undefined, what: string, raises: boolean): Body =>
  (machine, { source, object_hook: hook }) => {
    const text = strOf(source) ?? textOfFile(source);
    if (text === undefined) return because(firstUnknown(source) ?? unknown(`the ${what} text is not known`));
    const value = parse(text);
    if (value) return hook === undefined || hook.kind === 'none' ? value : hooked(machine, value, hook);
    return raises
      ? machine.raise('ValueError', 'Expecting value: line 1 column 1 (char 0)')
      : unknown(`this ${what} text is not followed`);
  };

/** `json.dumps` of a value; undefined when something in it is not known. */
function dump(value: Value, indent: number | undefined, sort: boolean, depth = 0): string | undefined {
  const separator = indent === undefined ? ', ' : `,\n${' '.repeat(indent * (depth + 1))}`;
  const open = indent === undefined ? '' : `\n${' '.repeat(indent * (depth + 1))}`;
  const close = indent === undefined ? '' : `\n${' '.repeat(indent * depth)}`;
  switch (value.kind) {
    case 'none':
      return 'null';
    case 'bool':
      return String(value.value);
    case 'int':
      return String(value.value);
    case 'float':
      return reprFloat(value.value);
    case 'str':
      return JSON.stringify(value.value).replace(
        /[\u007f-\uffff]/g,
        (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    case 'list':
    case 'tuple': {
      if (value.kind === 'list' && value.tail) return undefined;
      const parts = value.items.map((item) => dump(item, indent, sort, depth + 1));
      if (parts.some((part) => part === undefined)) return undefined;
      return parts.length === 0 ? '[]' : `[${open}${parts.join(separator)}${close}]`;
    }
    case 'dict': {
      if (value.tail) return undefined;
      const entries = [...value.entries.values()].map(
        ({ key, value: inner }): [string | undefined, string | undefined] => [
          key.kind === 'str' ? key.value : dump(key, undefined, sort),
          dump(inner, indent, sort, depth + 1),
        ],
      );
      if (entries.some((pair) => pair.includes(undefined))) return undefined;
      if (sort) entries.sort(([a], [b]) => (a! < b! ? -1 : 1));
      return entries.length === 0
        ? '{}'
        : `{${open}${entries.map(([key, inner]) => `${JSON.stringify(key)}: ${inner}`).join(separator)}${close}}`;
    }
    default:
      return undefined;
  }
}

export function jsonModule(machine: Machine): ModuleValue {
  return nativeModule('json', [
    ...functions([
      ['loads(source, *, object_hook=None, **kwargs)', reading(parseJson, 'JSON', true)],
      ['load(source, *, object_hook=None, **kwargs)', reading(parseJson, 'JSON', true)],
      [
        'dumps(obj, *, indent=None, sort_keys=False, **kwargs)',
        (m, { obj, indent, sort_keys }) => {
          const text = dump(obj, indexOf(indent), m.truth(sort_keys) === true);
          return text === undefined
            ? because(firstUnknown(obj) ?? unknown('the JSON text of a value that is not known'), 'str')
            : str(text);
        },
      ],
      ['dump(obj, file, **kwargs)', () => NONE],
    ]),
    ['JSONDecodeError', machine.builtin('ValueError')],
  ]);
}

export const yamlModule = () =>
  nativeModule(
    'yaml',
    functions([
      ...['safe_load', 'load', 'full_load', 'unsafe_load'].map((name): [string, Body] => [
        `${name}(source, *args, **kwargs)`,
        reading(parseYaml, 'YAML', false),
      ]),
      [
        'dump(obj, stream=None, **kwargs)',
        (_m, { stream }) => (stream.kind === 'none' ? unknown('the YAML text', null, 'str') : NONE),
      ],
      [
        'safe_dump(obj, stream=None, **kwargs)',
        (_m, { stream }) => (stream.kind === 'none' ? unknown('the YAML text', null, 'str') : NONE),
      ],
    ]),
  );
