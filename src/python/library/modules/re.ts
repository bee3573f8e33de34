/** The module `re`: Python's regular expressions translated to JavaScript's, on known texts. */
import type { Machine } from '../../machine';
import {
  NONE,
  int,
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
import { functions, type Body, type Params } from '../define';
import { because, firstUnknown, indexOf, iterator, strOf } from '../known';
import { asDict } from './namedtuple';

const FLAGS: Readonly<Record<string, { readonly value: number; readonly js: string }>> = {
  IGNORECASE: { value: 2, js: 'i' },
  MULTILINE: { value: 8, js: 'm' },
  DOTALL: { value: 16, js: 's' },
  VERBOSE: { value: 64, js: 'x' },
  ASCII: { value: 256, js: '' },
  UNICODE: { value: 32, js: '' },
};

/** Longer texts are not searched: an ill-made pattern could take for ever. */
const LONGEST = 2000;

/** JavaScript's expression for a Python pattern; undefined for what has no counterpart. */
export function translate(pattern: string, flags: number): RegExp | undefined {
  let source = pattern;
  let js = '';
  let verbose = (flags & 64) !== 0;
  const inline = /^\(\?([aiLmsux]+)\)/.exec(source);
  if (inline) {
    source = source.slice(inline[0].length);
    for (const flag of inline[1]) {
      if ('ims'.includes(flag)) js += flag;
      if (flag === 'x') verbose = true;
    }
  }
  for (const { value, js: flag } of Object.values(FLAGS))
    if ((flags & value) !== 0 && 'ims'.includes(flag)) js += flag;
  if (verbose)
    source = source.replace(/\\[\s\S]|\[(?:\\.|[^\]])*\]|\s+|#[^\n]*/g, (part) =>
      /^[\s#]/.test(part) ? '' : part,
    );
  // Nested repetition of a group can take exponential time.
  if (/\((?:[^()\\]|\\.)*[*+](?:[^()\\]|\\.)*\)[*+{]/.test(source)) return undefined;
  const translated = source
    .replace(/\(\?P<(\w+)>/g, '(?<$1>')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replace(/\\A/g, '(?<![\\s\\S])')
    .replace(/\\Z/g, '(?![\\s\\S])')
    .replace(/(?<!\\)\$(?=$|\)|\|)/g, js.includes('m') ? '$' : '(?=\\n?(?![\\s\\S]))');
  if (/\(\?\(|\(\?[aimsx-]+:|\(\?#|(?<!\\)[*+?}]\+/.test(translated)) return undefined;
  try {
    return new RegExp(translated, `${[...new Set(js)].join('')}dgu`);
  } catch {
    try {
      return new RegExp(translated, `${[...new Set(js)].join('')}dg`);
    } catch {
      return undefined;
    }
  }
}

/** Replacement text with Python's `\1` and `\g<name>`. */
function expand(template: string, match: RegExpExecArray): string {
  return template.replace(
    /\\(?:g<(\w+)>|(\d{1,2})|(.))/gs,
    (_all, name?: string, digits?: string, other?: string) => {
      if (other !== undefined) return { n: '\n', t: '\t', r: '\r', '\\': '\\' }[other] ?? `\\${other}`;
      const key = name ?? digits!;
      return (/^\d+$/.test(key) ? match[Number(key)] : match.groups?.[key]) ?? '';
    },
  );
}

export function reModule(machine: Machine): ModuleValue {
  const matchOf = (self: Value): RegExpExecArray => (self as InstanceValue).data as RegExpExecArray;
  const text = (part: string | undefined): Value => (part === undefined ? NONE : str(part));
  const group = (match: RegExpExecArray, key: Value): Value => {
    const index = indexOf(key);
    const name = strOf(key);
    if (index !== undefined)
      return index < match.length ? text(match[index]) : machine.raise('IndexError', 'no such group');
    if (name !== undefined)
      return match.groups && name in match.groups
        ? text(match.groups[name])
        : machine.raise('IndexError', 'no such group');
    return unknown('the group is not known');
  };
  const span = (match: RegExpExecArray, key: Value): readonly [number, number] => {
    const index = indexOf(key) ?? 0;
    return match.indices?.[index] ?? [-1, -1];
  };
  const matchClass: ClassValue = nativeClass(machine, 'Match', {
    partial: true,
    module: 're',
    methods: [
      [
        'group(self, *keys)',
        (_m, { self, keys }) => {
          const wanted = keys.kind === 'tuple' ? keys.items : [];
          const found = wanted.map((key) => group(matchOf(self), key));
          return found.length === 0 ? str(matchOf(self)[0]) : found.length === 1 ? found[0] : tuple(found);
        },
      ],
      ['__getitem__(self, key)', (_m, { self, key }) => group(matchOf(self), key)],
      [
        'groups(self, default=None)',
        (_m, { self, default: fallback }) =>
          tuple(
            matchOf(self)
              .slice(1)
              .map((part) => (part === undefined ? fallback : str(part))),
          ),
      ],
      [
        'groupdict(self, default=None)',
        (_m, { self, default: fallback }) =>
          asDict(
            Object.entries(matchOf(self).groups ?? {}).map(([name, part]) => [
              name,
              (part as string | undefined) === undefined ? fallback : str(part),
            ]),
          ),
      ],
      ['start(self, group=0)', (_m, { self, group: key }) => int(span(matchOf(self), key)[0])],
      ['end(self, group=0)', (_m, { self, group: key }) => int(span(matchOf(self), key)[1])],
      [
        'span(self, group=0)',
        (_m, { self, group: key }) => tuple(span(matchOf(self), key).map((at) => int(at))),
      ],
      [
        'expand(self, template)',
        (_m, { self, template }) => {
          const known = strOf(template);
          return known === undefined
            ? unknown('the template is not known', null, 'str')
            : str(expand(known, matchOf(self)));
        },
      ],
    ],
  });
  const asMatch = (match: RegExpExecArray | null): Value =>
    match ? machine.allocate(matchClass, match) : NONE;

  /** The expression and the text to work on, or the unknown that the result is. */
  const ready = (params: Params): { regex: RegExp; string: string } | Value => {
    const compiled = params.pattern.kind === 'instance' ? params.pattern : undefined;
    const pattern = strOf(compiled?.attrs.get('pattern') ?? params.pattern);
    const flags = indexOf(compiled?.attrs.get('flags') ?? params.flags ?? int(0));
    const string = strOf(params.string);
    if (pattern === undefined || string === undefined || flags === undefined) {
      return because(firstUnknown(params.pattern, params.string) ?? unknown('a text to search is not known'));
    }
    const regex = string.length > LONGEST ? undefined : translate(pattern, flags);
    return regex ? { regex, string } : unknown('this regular expression is not followed');
  };
  const searching =
    (use: (regex: RegExp, string: string, params: Params) => Value): Body =>
    (_m, params) => {
      const found = ready(params);
      return 'kind' in found ? found : use(found.regex, found.string, params);
    };
  const all = (regex: RegExp, string: string): RegExpExecArray[] =>
    [...string.matchAll(regex)] as RegExpExecArray[];
  const sub: Body = (m, params) => {
    const found = ready(params);
    if ('kind' in found) return because(firstUnknown(found) ?? unknown('the text is not known'), 'str');
    const limit = indexOf(params.count) || Infinity;
    let out = '';
    let last = 0;
    let made = 0;
    for (const match of all(found.regex, found.string)) {
      if (made++ >= limit) break;
      const template = strOf(params.repl);
      const replaced =
        template === undefined
          ? strOf(params.repl.kind === 'unknown' ? params.repl : m.apply(params.repl, [asMatch(match)]))
          : expand(template, match);
      if (replaced === undefined) return unknown('the replacement is not known', null, 'str');
      out += found.string.slice(last, match.index) + replaced;
      last = match.index + match[0].length;
    }
    return str(out + found.string.slice(last));
  };
  const OPERATIONS: readonly (readonly [string, string, Body])[] = [
    ['search', 'string', searching((regex, string) => asMatch(regex.exec(string)))],
    [
      'match',
      'string',
      searching((regex, string) =>
        asMatch(new RegExp(`(?:${regex.source})`, regex.flags.replace('g', 'y')).exec(string)),
      ),
    ],
    [
      'fullmatch',
      'string',
      searching((regex, string) =>
        asMatch(new RegExp(`(?:${regex.source})(?![\\s\\S])`, regex.flags.replace('g', 'y')).exec(string)),
      ),
    ],
    [
      'findall',
      'string',
      searching((regex, string) =>
        list(
          all(regex, string).map((match) =>
            match.length === 1
              ? str(match[0])
              : match.length === 2
                ? str(match[1] ?? '')
                : tuple(match.slice(1).map((part) => str(part ?? ''))),
          ),
        ),
      ),
    ],
    ['finditer', 'string', searching((regex, string) => iterator(all(regex, string).map(asMatch)))],
    [
      'split',
      'string, maxsplit=0',
      searching((regex, string, { maxsplit }) => {
        const limit = indexOf(maxsplit) || Infinity;
        const out: Value[] = [];
        let last = 0;
        for (const match of all(regex, string).slice(0, limit)) {
          out.push(str(string.slice(last, match.index)), ...match.slice(1).map(text));
          last = match.index + match[0].length;
        }
        return list([...out, str(string.slice(last))]);
      }),
    ],
    ['sub', 'repl, string, count=0', sub],
    ['subn', 'repl, string, count=0', () => unknown('re.subn() is not followed')],
  ];
  const patternClass = nativeClass(machine, 'Pattern', {
    partial: true,
    module: 're',
    methods: OPERATIONS.map(([name, parameters, body]): [string, Body] => [
      parameters === 'string' ? `${name}(self, string, pos=0, endpos=None)` : `${name}(self, ${parameters})`,
      (m, params, call) => {
        const whole =
          params.pos === undefined || (indexOf(params.pos) === 0 && params.endpos.kind === 'none');
        return whole
          ? body(m, { ...params, pattern: params.self, flags: int(0) }, call)
          : unknown('a search in a part of a text is not followed');
      },
    ]),
  });
  return nativeModule('re', [
    ['Pattern', patternClass],
    ['Match', matchClass],
    ['error', machine.builtin('ValueError')],
    ...Object.entries(FLAGS).flatMap(([name, { value }]): [string, Value][] => [
      [name, int(value)],
      [name === 'VERBOSE' ? 'X' : name[0], int(value)],
    ]),
    ['S', int(16)],
    ...functions([
      ...OPERATIONS.map(([name, parameters, body]): [string, Body] => [
        `${name}(pattern, ${parameters}, flags=0)`,
        body,
      ]),
      [
        'compile(pattern, flags=0)',
        (m, { pattern, flags }) => {
          if (pattern.kind === 'instance') return pattern;
          const made = m.allocate(patternClass);
          made.attrs.set('pattern', pattern);
          made.attrs.set('flags', flags);
          return made;
        },
      ],
      [
        'escape(pattern)',
        (_m, { pattern }) => {
          const known = strOf(pattern);
          return known === undefined
            ? because(firstUnknown(pattern) ?? unknown('the text is not known'), 'str')
            : str(known.replace(/[^\w\s!"%',/:;<=>@`]/g, '\\$&').replace(/\s/g, '\\$&'));
        },
      ],
      ['purge()', () => NONE],
    ]),
  ]);
}
