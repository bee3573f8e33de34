/** Runs small Python programs in tests: `run(text)`, `values(text)` and, for texts with `# ^^^ value` markers, `check(text)`. */
import assert from 'node:assert/strict';
import { runProgram, type Program, type RunResult } from '../../src/python/run';
import type { Machine, Observer } from '../../src/python/machine';
import type { FileReader } from '../../src/python/source';
import type { Value } from '../../src/python/values';

/** A reader over files given as data. */
export function filesReader(files: Readonly<Record<string, string>>): FileReader {
  return { read: (path) => (Object.hasOwn(files, path) ? files[path] : undefined) };
}

/** Runs a program; an error of the interpreter's own fails the test. */
export function run(
  text: string,
  options: Partial<Program> = {},
): RunResult & { readonly uncaught: readonly string[] } {
  const uncaught: string[] = [];
  const result = runProgram({
    path: 'main.py',
    text,
    onInternal: (error) => {
      throw error;
    },
    onUncaught: (_range, error) => {
      uncaught.push(error.value.kind === 'instance' ? error.value.cls.name : error.value.kind);
    },
    ...options,
  });
  const internal = result.problems.filter((problem) => problem.kind === 'internal');
  assert.deepEqual(internal, [], 'the interpreter failed');
  return { ...result, uncaught };
}

/** How a value reads in tests: Python's repr where it has one; `?` for unknown, `?type`, `?{a|b}` for one of a few. */
export function show(machine: Machine, value: Value | undefined): string {
  if (value === undefined) return '<unbound>';
  if (value.kind === 'unknown') {
    if (value.among !== undefined)
      return `?{${value.among
        .map((option) => show(machine, option))
        .sort()
        .join('|')}}`;
    return value.type === undefined ? '?' : `?${value.type}`;
  }
  const text = machine.repr(value);
  if (text !== undefined) return text;
  switch (value.kind) {
    case 'list':
      return `[${[...value.items.map((item) => show(machine, item)), ...(value.tail === null ? [] : ['...'])].join(', ')}]`;
    case 'tuple':
      return `(${value.items.map((item) => show(machine, item)).join(', ')}${value.items.length === 1 ? ',' : ''})`;
    case 'dict': {
      const parts = [...value.entries.values()].map(
        (entry) => `${show(machine, entry.key)}: ${show(machine, entry.value)}${entry.maybe ? '?' : ''}`,
      );
      return `{${[...parts, ...(value.tail === null ? [] : ['...'])].join(', ')}}`;
    }
    case 'set':
      return `{${[...[...value.entries.values()].map((item) => show(machine, item)).sort(), ...(value.tail === null ? [] : ['...'])].join(', ')}}`;
    case 'instance':
      return `<${value.cls.name}>`;
    case 'function':
      return `<function ${value.name}>`;
    case 'method':
      return `<method ${value.name}>`;
    default:
      return `<${value.kind}>`;
  }
}

/** The main module's names after the run, shown. */
export function values(text: string, options: Partial<Program> = {}): Record<string, string> {
  const { machine, globals } = run(text, options);
  return Object.fromEntries(
    [...globals]
      .filter(([name]) => !name.startsWith('__'))
      .map(([name, value]) => [name, show(machine, value)]),
  );
}

/**
 * Runs a program with markers and checks what it saw:
 *
 *     x = (1, 2)[0]
 *     #   ^^^^^^^^^ 1
 *
 * The marked text must have been read or called as an expression, or bound as a target; with several results, they are
 * joined by ` ; `.
 */
export function check(text: string, options: Partial<Program> = {}): void {
  const seen = new Map<string, string[]>();
  let machine: Machine | undefined;
  const note = (from: number, to: number, value: Value): void => {
    const key = `${from}:${to}`;
    const list = seen.get(key) ?? [];
    list.push(show(machine!, value));
    seen.set(key, list);
  };
  const observer: Observer = {
    bind: (_name, range, value) => note(range.from, range.to, value),
    read: (_text, range, value) => note(range.from, range.to, value),
    called: (range, _callee, result) => note(range.from, range.to, result),
  };
  run(text, { ...options, observer, setup: (made) => (machine = made) });
  const lines = text.split('\n');
  let offset = 0;
  let lineStart = 0;
  let markers = 0;
  for (const line of lines) {
    const marker = /^(\s*#\s*)(\^+)\s+(.*)$/.exec(line);
    if (marker === null) {
      lineStart = offset;
    } else {
      markers++;
      const from = lineStart + marker[1].length;
      const to = from + marker[2].length;
      const found = seen.get(`${from}:${to}`);
      assert.ok(found, `nothing was seen at "${text.slice(from, to)}"`);
      assert.equal([...new Set(found)].join(' ; '), marker[3].trim(), `at "${text.slice(from, to)}"`);
    }
    offset += line.length + 1;
  }
  assert.ok(markers > 0, 'the text has no markers');
}
