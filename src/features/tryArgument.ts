/**
 * What-if: a program with some arguments changed in memory. A change becomes text edits, the edited program is analysed like
 * any other, and the difference to the source can be written back. Nothing here guesses figures: they come from the analysis.
 */
import type { Analysis } from '../analysis/analysis';
import { addKeyword, ownRange } from '../analysis/argumentEdit';
import type { TextEdit } from '../analysis/diagnostic';
import type { Program, ProgramText } from '../analysis/program';
import type { ConfigValue, Layer, LayerId, SourceRange } from '../graph/graph';
import { statedInput, whatIf } from './whatIf';

/** One number, one per axis (null: left open, `None`), or a word such as `same`. */
export type ArgumentValue = number | string | readonly (number | null)[];

export interface ArgumentChange {
  /** In the graph of the analysis that is changed. */
  readonly layer: LayerId;
  /** The constructor's parameter: `kernel_size`, `filters`, `shape`, … */
  readonly argument: string;
  readonly value: ArgumentValue;
}

/** Why a change cannot be made. */
export type Refusal =
  /** The call stands in another file or in Keras itself. */
  | 'elsewhere'
  /** The call gets the argument through `*args` or `**kwargs`. */
  | 'unpacked'
  /** Not a value that can be written. */
  | 'value'
  /** The changed program could not be analysed. */
  | 'unread';

/** What was changed, for telling. Texts are Python expressions; `from` is null for an argument that was not written. */
export interface Told {
  readonly layer: string;
  readonly argument: string;
  readonly from: string | null;
  readonly to: string;
}

export interface PlannedChange {
  readonly edits: readonly TextEdit[];
  readonly told: Told;
}

/** Not an argument but the comment that states the input of a model that no `Input` starts; the value is without the batch axis. */
export const STATED_INPUT = 'input';

/** The edits that set one argument of a layer's constructor, or why there are none. */
export function planChange(analysis: Analysis, change: ArgumentChange): PlannedChange | Refusal {
  const { program, graph } = analysis;
  if (change.argument === STATED_INPUT) return planInput(analysis, change);
  const layer = graph.layers[change.layer];
  if (!layer || !ownRange(program, layer.site.range)) return 'elsewhere';
  if (!isWritable(change.value)) return 'value';
  const told = (from: string | null, to: string): Told => ({
    layer: layer.name,
    argument: change.argument,
    from,
    to,
  });
  const written = layer.args[change.argument];
  if (written !== undefined) {
    if (!ownRange(program, written) || written.to <= written.from) return 'elsewhere';
    if (/\*\s*$/.test(program.text.slice(0, written.from))) return 'unpacked';
    const old = program.text.slice(written.from, written.to);
    const text = rewritten(old, change.value, layer.config[change.argument]);
    return {
      edits: [{ file: program.path, from: written.from, to: written.to, text }],
      told: told(old, text),
    };
  }
  if (unpacks(program, layer)) return 'unpacked';
  const text = python(change.value);
  const edits = addKeyword(program, layer.site.range, `${change.argument}=${text}`);
  return edits === null ? 'elsewhere' : { edits, told: told(null, text) };
}

function planInput(analysis: Analysis, { layer, value }: ArgumentChange): PlannedChange | Refusal {
  const { graph } = analysis;
  const index = graph.models.findIndex((model) => model.layer === layer);
  if (index < 0) return 'elsewhere';
  if (typeof value === 'string' || !isWritable(value)) return 'value';
  const shape = [null, ...(typeof value === 'number' ? [value] : value)];
  const before = statedInput(analysis, index);
  const planned = whatIf(analysis, index, [shape]);
  if (planned.kind === 'impossible') return 'elsewhere';
  const to = `(${shape.map((length) => length ?? 'None').join(', ')})`;
  return {
    edits: planned.edits,
    told: {
      layer: graph.layers[layer].name,
      argument: STATED_INPUT,
      from: before === '' ? null : before,
      to,
    },
  };
}

/** The program with edits applied; offsets are those of the joined text. */
export function editedProgram(program: ProgramText, edits: readonly TextEdit[]): Program {
  const cells = program.cells.map((cell) => cell.text);
  for (const edit of [...edits].sort((a, b) => b.from - a.from)) {
    const { cell, offset } = program.place(edit.from);
    cells[cell] = cells[cell].slice(0, offset) + edit.text + cells[cell].slice(offset + edit.to - edit.from);
  }
  return program.notebook
    ? { path: program.path, cells, indices: program.cells.map((cell) => cell.index) }
    : { path: program.path, text: cells[0] };
}

/** The least edits that turn `before` into `after`, line by line (changed arguments never add a line). */
export function difference(before: ProgramText, after: ProgramText): TextEdit[] {
  const [old, now] = [before.text.split('\n'), after.text.split('\n')];
  if (old.length !== now.length) return [{ file: before.path, ...trimmed(before.text, after.text, 0) }];
  const edits: TextEdit[] = [];
  let at = 0;
  old.forEach((line, index) => {
    if (line !== now[index]) edits.push({ file: before.path, ...trimmed(line, now[index], at) });
    at += line.length + 1;
  });
  return edits;
}

/** Where an offset of the program lies once the edits are made; within replaced text, at its end at most. */
export function shifted(offset: number, edits: readonly TextEdit[]): number {
  let by = 0;
  for (const edit of edits) {
    if (edit.to <= offset) by += edit.text.length - (edit.to - edit.from);
    else if (edit.from < offset) return edit.from + by + Math.min(offset - edit.from, edit.text.length);
  }
  return offset + by;
}

/** The edits that undo `edits`, in offsets of the edited program. */
export function inverse(edits: readonly TextEdit[], before: ProgramText): TextEdit[] {
  let by = 0;
  return edits.map((edit) => {
    const from = edit.from + by;
    by += edit.text.length - (edit.to - edit.from);
    return {
      file: edit.file,
      from,
      to: from + edit.text.length,
      text: before.text.slice(edit.from, edit.to),
    };
  });
}

function trimmed(old: string, now: string, at: number): { from: number; to: number; text: string } {
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start++;
  let end = 0;
  while (
    end < Math.min(old.length, now.length) - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  )
    end++;
  return { from: at + start, to: at + old.length - end, text: now.slice(start, now.length - end) };
}

function isWritable(value: ArgumentValue): boolean {
  if (typeof value === 'string') return /^\w+$/.test(value);
  const whole = (n: number | null): boolean => n === null || (Number.isSafeInteger(n) && n >= 0);
  if (typeof value === 'number') return whole(value);
  return value.length > 0 && value.length <= 8 && value.every(whole);
}

function python(value: ArgumentValue): string {
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'number') return String(value);
  const items = value.map(item);
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
}

const item = (value: number | null): string => (value === null ? 'None' : String(value));

/** The expression with a new value, written as it was: a tuple stays one, and its elements that stay the same stay as they are. */
function rewritten(old: string, value: ArgumentValue, config: ConfigValue | undefined): string {
  if (typeof value === 'string') return old.startsWith("'") ? `'${value}'` : python(value);
  const elements = elementsOf(old);
  if (!elements) return python(value);
  const values = typeof value === 'number' ? elements.map(() => value) : value;
  if (values.length !== elements.length) return python(value);
  const known = Array.isArray(config) ? (config as readonly ConfigValue[]) : null;
  const texts = elements.map((text, index) => {
    const was = known ? known[index] : /^\d+$/.test(text) ? Number(text) : text === 'None' ? null : undefined;
    return was === values[index] ? text : item(values[index]);
  });
  const tail = texts.length === 1 && old.startsWith('(') ? ',' : '';
  return `${old[0]}${texts.join(', ')}${tail}${old[old.length - 1]}`;
}

/** The elements of a tuple or list display on one level; null when it is something else. */
function elementsOf(text: string): string[] | null {
  if (!/^[([][^]*[)\]]$/.test(text)) return null;
  const parts: string[] = [];
  let depth = 0;
  let start = 1;
  for (let i = 1; i < text.length; i++) {
    const char = text[i];
    if ('\'"#'.includes(char)) return null;
    if ('([{'.includes(char)) depth++;
    const last = i === text.length - 1;
    if (depth === 0 && (char === ',' || last)) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    } else if (')]}'.includes(char)) {
      depth--;
      if (depth < 0) return null;
    }
  }
  if (parts[parts.length - 1] === '') parts.pop();
  // `(3)` is a number in parentheses, and `(*sizes, 3)` unpacks.
  if (text[0] === '(' && parts.length === 1 && !/,\s*\)$/.test(text)) return null;
  return parts.length > 0 && parts.every((part) => part !== '' && !part.startsWith('*')) ? parts : null;
}

/** True when the call unpacks arguments, so that one that is not written may be given all the same. */
function unpacks(program: ProgramText, layer: Layer): boolean {
  const { from, to }: SourceRange = layer.site.range;
  return /[(,]\s*\*{1,2}\s*[\w([{]/.test(program.text.slice(from, to));
}
