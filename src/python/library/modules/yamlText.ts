/** A reader of the YAML that configurations are written in: block mappings and lists, flow collections, plain and quoted scalars. */
import { FALSE, NONE, TRUE, float, int, list, str, type Value } from '../../values';

interface Line {
  readonly indent: number;
  readonly text: string;
}

/** The document's value; undefined for anything beyond the subset (anchors, tags, block scalars, several documents). */
export function parseYamlText(
  text: string,
  parseJson: (text: string) => Value | undefined,
): Value | undefined {
  if (/^\s*[[{]/.test(text)) {
    const json = parseJson(text);
    if (json) return json;
  }
  const lines: Line[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const line = stripComment(raw).trimEnd();
    if (line.trim() === '' || (lines.length === 0 && line.trim() === '---')) continue;
    if (/^\s*\t/.test(line) || /^(---|\.\.\.|%)/.test(line)) return undefined;
    lines.push({ indent: line.length - line.trimStart().length, text: line.trim() });
  }
  if (lines.length === 0) return NONE;
  const reader = new Reader(lines);
  const value = reader.block(lines[0].indent);
  return reader.failed || !reader.done ? undefined : value;
}

function stripComment(line: string): string {
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const char = line[i];
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") {
      if (i === 0 || /[\s,[{:]/.test(line[i - 1])) quote = char;
    } else if (char === '#' && (i === 0 || /\s/.test(line[i - 1]))) return line.slice(0, i);
  }
  return line;
}

const KEY = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s&*!|>%@`"'[\]{},#][^#]*?):(?:\s+(.*))?$/s;

class Reader {
  private at = 0;
  failed = false;

  constructor(private readonly lines: readonly Line[]) {}

  get done(): boolean {
    return this.at >= this.lines.length;
  }

  /** The value of the lines from here on that are indented by exactly `indent`. */
  block(indent: number): Value {
    const line = this.lines[this.at];
    if (line.text === '-' || line.text.startsWith('- ')) return this.sequence(indent);
    if (KEY.test(line.text)) return this.mapping(indent);
    this.at++;
    return this.scalar(line.text);
  }

  private sequence(indent: number): Value {
    const items: Value[] = [];
    while (!this.done && this.lines[this.at].indent === indent && /^-(\s|$)/.test(this.lines[this.at].text)) {
      const rest = this.lines[this.at].text.slice(1).trim();
      if (rest === '') {
        this.at++;
        items.push(this.nested(indent));
      } else if (KEY.test(rest) && !/^[[{"']/.test(rest)) {
        // `- key: value` opens a mapping whose other keys stand under the first one.
        const inner = indent + (this.lines[this.at].text.length - rest.length);
        (this.lines as Line[])[this.at] = { indent: inner, text: rest };
        items.push(this.mapping(inner));
      } else {
        this.at++;
        items.push(this.scalar(rest));
      }
    }
    return list(items);
  }

  private mapping(indent: number): Value {
    const entries = new Map<string, { key: Value; value: Value }>();
    while (!this.done && this.lines[this.at].indent === indent) {
      const match = KEY.exec(this.lines[this.at].text);
      if (!match) {
        this.failed = true;
        break;
      }
      this.at++;
      const key = this.scalar(match[1].trim());
      const rest = match[2]?.trim() ?? '';
      const value = rest === '' ? this.nested(indent, true) : this.scalar(rest);
      entries.set(key.kind === 'int' ? `n:${key.value}` : `s:${key.kind === 'str' ? key.value : match[1]}`, {
        key,
        value,
      });
    }
    if (!this.done && this.lines[this.at].indent > indent) this.failed = true;
    return { kind: 'dict', entries, tail: null };
  }

  /** What stands deeper; a list under a key may stand at the key's own depth. */
  private nested(indent: number, underKey = false): Value {
    const next = this.lines[this.at];
    if (next && (next.indent > indent || (underKey && next.indent === indent && /^-(\s|$)/.test(next.text))))
      return this.block(next.indent);
    return NONE;
  }

  private scalar(text: string): Value {
    if (text.startsWith('[') || text.startsWith('{')) return this.flow(text);
    if (/^[&*!|>%@`]/.test(text)) this.failed = true;
    return plainScalar(text);
  }

  private flow(text: string): Value {
    const inner = text.slice(1, -1).trim();
    const closing = text.startsWith('[') ? ']' : '}';
    if (!text.endsWith(closing)) {
      this.failed = true;
      return NONE;
    }
    const parts = splitFlow(inner);
    if (closing === ']') return list(parts.map((part) => this.scalar(part)));
    const entries = new Map<string, { key: Value; value: Value }>();
    for (const part of parts) {
      const match = /^("[^"]*"|'[^']*'|[^:]+):\s*(.*)$/s.exec(part);
      if (!match) {
        this.failed = true;
        break;
      }
      const key = plainScalar(match[1].trim());
      entries.set(key.kind === 'int' ? `n:${key.value}` : `s:${key.kind === 'str' ? key.value : match[1]}`, {
        key,
        value: match[2] === '' ? NONE : this.scalar(match[2]),
      });
    }
    return { kind: 'dict', entries, tail: null };
  }
}

/** Splits at commas outside of brackets and quotes. */
function splitFlow(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') depth--;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  const last = text.slice(from).trim();
  return last === '' ? parts : [...parts, last];
}

/** YAML 1.1 as PyYAML reads it: `yes` is true, `1e-3` without a dot is a string. */
function plainScalar(text: string): Value {
  if (/^".*"$/s.test(text)) {
    try {
      return str(JSON.parse(text) as string);
    } catch {
      return str(text.slice(1, -1));
    }
  }
  if (/^'.*'$/s.test(text)) return str(text.slice(1, -1).replaceAll("''", "'"));
  if (/^(true|yes|on)$/i.test(text)) return TRUE;
  if (/^(false|no|off)$/i.test(text)) return FALSE;
  if (/^(null|~|)$/i.test(text)) return NONE;
  if (/^[-+]?(0|[1-9][0-9_]*)$/.test(text)) return int(Number(text.replaceAll('_', '')));
  if (/^0x[0-9a-f]+$/i.test(text)) return int(Number(text));
  if (/^[-+]?(\d[\d_]*\.\d*|\.\d+)([eE][-+]\d+)?$/.test(text)) return float(Number(text.replaceAll('_', '')));
  if (/^[-+]?\.inf$/i.test(text)) return float(text.startsWith('-') ? -Infinity : Infinity);
  if (/^\.nan$/i.test(text)) return float(NaN);
  return str(text);
}
