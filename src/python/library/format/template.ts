/** `str.format`: replacement fields with attribute and item access, conversions and nested specs. */
import type { Machine } from '../../machine';
import { int, str, unknown, type DictValue, type Value } from '../../values';
import { formatValue } from './spec';

/** The formatted text; unknown when a value that goes into it is. */
export function formatTemplate(
  machine: Machine,
  template: string,
  positional: readonly Value[],
  keywords: DictValue,
): Value {
  const state: State = { machine, positional, keywords, next: 0, missing: undefined };
  const text = expand(state, template);
  return state.missing ?? str(text);
}

interface State {
  readonly machine: Machine;
  readonly positional: readonly Value[];
  readonly keywords: DictValue;
  next: number;
  missing: Value | undefined;
}

function expand(state: State, template: string): string {
  let out = '';
  for (let i = 0; i < template.length; i++) {
    const char = template[i];
    if (char !== '{' && char !== '}') out += char;
    else if (template[i + 1] === char) {
      out += char;
      i++;
    } else if (char === '}') state.machine.raise('ValueError', "Single '}' encountered in format string");
    else {
      const end = closing(template, i);
      if (end < 0) state.machine.raise('ValueError', "expected '}' before end of string");
      out += field(state, template.slice(i + 1, end));
      i = end;
    }
  }
  return out;
}

function closing(template: string, open: number): number {
  let depth = 0;
  for (let i = open; i < template.length; i++) {
    if (template[i] === '{') depth++;
    else if (template[i] === '}' && --depth === 0) return i;
  }
  return -1;
}

function field(state: State, text: string): string {
  const [, name, conversion, spec] =
    /^([^!:]*(?:\[[^\]]*\][^!:]*)*)(?:!([rsa]))?(?::(.*))?$/s.exec(text) ?? [];
  if (name === undefined) state.machine.raise('ValueError', `cannot read the replacement field '${text}'`);
  const value = lookUp(state, name);
  const expanded = spec === undefined ? '' : expand(state, spec);
  const made =
    value.kind === 'unknown' ? undefined : formatValue(state.machine, value, expanded, conversion ?? null);
  if (made === undefined) {
    state.missing ??=
      value.kind === 'unknown'
        ? unknown(value.reason, value.at, 'str')
        : unknown('the text of a value in the format is not known', null, 'str');
  }
  return made ?? '';
}

function lookUp(state: State, name: string): Value {
  const machine: Machine = state.machine;
  const [, first, path] = /^([^.[]*)(.*)$/s.exec(name)!;
  let value: Value;
  if (first === '' || /^\d+$/.test(first)) {
    const index = first === '' ? state.next++ : Number(first);
    const found = state.positional[index];
    if (found === undefined) {
      machine.raise('IndexError', `Replacement index ${index} out of range for positional args tuple`);
    }
    value = found;
  } else {
    const entry = state.keywords.entries.get(`s:${first}`);
    if (!entry) {
      if (state.keywords.tail) return state.keywords.tail;
      machine.raise('KeyError', first);
    }
    value = entry.value;
  }
  for (const [, attribute, item] of path.matchAll(/\.([^.[]+)|\[([^\]]*)\]/g)) {
    if (attribute !== undefined) value = machine.getAttr(value, attribute);
    else value = machine.getItem(value, /^\d+$/.test(item) ? int(Number(item)) : str(item));
  }
  return value;
}
