/** Compares two models: layers added, removed and changed, and what that does to parameters, cost, receptive field and memory. */
import type { ConfigValue, Layer, Model, ModelGraph } from '../graph/graph';
import { formatShape } from '../keras/dims';
import { fieldFigures, type FieldFigures, type Figures, type ModelTotals } from './figures';

export interface Side {
  readonly graph: ModelGraph;
  readonly model: Model;
  readonly figures: Figures;
}

/** One row of a model, reduced to what is compared. */
export interface ComparedRow {
  readonly name: string;
  readonly type: string;
  readonly output: string;
  readonly params: number | null;
  readonly macs: number | null;
  /** Constructor arguments after defaults, by name, as text. */
  readonly arguments: Readonly<Record<string, string>>;
}

export interface ChangedRow {
  readonly before: ComparedRow;
  readonly after: ComparedRow;
  /** Names of the arguments that differ. */
  readonly arguments: readonly string[];
}

export interface ComparedTotals extends ModelTotals {
  readonly rows: number;
  readonly inputs: string;
  readonly outputs: string;
  /** Of the first output on the model's inputs; null where there is none or it is not known. */
  readonly receptiveField: FieldFigures | null;
}

export interface Comparison {
  readonly added: readonly ComparedRow[];
  readonly removed: readonly ComparedRow[];
  readonly changed: readonly ChangedRow[];
  readonly same: number;
  readonly before: ComparedTotals;
  readonly after: ComparedTotals;
}

/**
 * Rows are matched in order, by longest common subsequences: first those that are equal but for their automatic names; what
 * lies between them by the same arguments (an input of another size changes every shape), then by type.
 */
export function compareGraphs(before: Side, after: Side): Comparison {
  const a = rowsOf(before);
  const b = rowsOf(after);
  const result: Mutable = { added: [], removed: [], changed: [], same: 0 };
  align(a, b, 0, result);
  return { ...result, before: totalsOf(before), after: totalsOf(after) };
}

/** True when the comparison found nothing. */
export function isSame({ added, removed, changed, before, after }: Comparison): boolean {
  return added.length + removed.length + changed.length === 0 && before.inputs === after.inputs;
}

interface Mutable {
  added: ComparedRow[];
  removed: ComparedRow[];
  changed: ChangedRow[];
  same: number;
}

/** What rows must share to be taken for one another, strictest first. */
const KEYS: readonly ((row: ComparedRow) => string)[] = [
  (row) => `${row.type}|${row.output}|${row.params}|${row.macs}|${JSON.stringify(row.arguments)}`,
  (row) => `${row.type}|${JSON.stringify(row.arguments)}`,
  (row) => `${row.type}|${row.name}`,
  (row) => row.type,
];

function align(a: readonly ComparedRow[], b: readonly ComparedRow[], level: number, result: Mutable): void {
  if (level === KEYS.length) {
    result.removed.push(...a);
    result.added.push(...b);
    return;
  }
  let [i, j] = [0, 0];
  for (const [nextI, nextJ] of [
    ...commonRows(a.map(KEYS[level]), b.map(KEYS[level])),
    [a.length, b.length] as const,
  ]) {
    const [goneRows, newRows] = [a.slice(i, nextI), b.slice(j, nextJ)];
    if (goneRows.length > 0 || newRows.length > 0)
      align(goneRows, newRows, goneRows.length > 0 && newRows.length > 0 ? level + 1 : KEYS.length, result);
    if (nextI < a.length) {
      if (level === 0) result.same++;
      else result.changed.push(changedRow(a[nextI], b[nextJ]));
    }
    [i, j] = [nextI + 1, nextJ + 1];
  }
}

function changedRow(before: ComparedRow, after: ComparedRow): ChangedRow {
  const names = new Set([...Object.keys(before.arguments), ...Object.keys(after.arguments)]);
  return {
    before,
    after,
    arguments: [...names].filter((name) => before.arguments[name] !== after.arguments[name]),
  };
}

function rowsOf({ graph, model, figures }: Side): ComparedRow[] {
  return model.rows.map((row) => {
    const layer: Layer | null = row.layer === null ? null : graph.layers[row.layer];
    const node = row.node === null ? null : graph.nodes[row.node];
    const figure = figures.ofRow(row, model);
    return {
      name: layer?.name ?? node?.name ?? '',
      type: layer?.type ?? node?.type ?? '',
      output: node === null ? '?' : shapesOf(graph, node.outputs),
      params: figure.params,
      macs: figure.macs,
      arguments: Object.fromEntries(
        Object.entries(layer?.config ?? {}).map(([name, value]) => [name, argumentText(value)]),
      ),
    };
  });
}

function totalsOf({ graph, model, figures }: Side): ComparedTotals {
  const producer = model.outputs.length === 0 ? null : graph.tensors[model.outputs[0]].producer;
  return {
    ...figures.ofModel(model),
    rows: model.rows.length,
    inputs: shapesOf(graph, model.inputs),
    outputs: shapesOf(graph, model.outputs),
    receptiveField: producer === null ? null : fieldFigures(figures.fieldOf(graph.nodes[producer], model)),
  };
}

function shapesOf(graph: ModelGraph, ids: readonly number[]): string {
  return ids.map((id) => formatShape(graph.tensors[id].shape)).join(', ');
}

/** `3` and `(3, 3)` are the same size. */
function argumentText(value: ConfigValue): string {
  if (Array.isArray(value)) {
    const items = (value as readonly ConfigValue[]).map(argumentText);
    return items.length > 0 && items.every((item) => item === items[0] && !Number.isNaN(Number(item)))
      ? items[0]
      : `(${items.join(', ')})`;
  }
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Index pairs of a longest common subsequence. */
function commonRows(left: readonly string[], right: readonly string[]): (readonly [number, number])[] {
  // What both begin and end with needs no table: an edit touches little of a long model.
  let head = 0;
  while (head < left.length && head < right.length && left[head] === right[head]) head++;
  let tail = 0;
  while (
    tail < left.length - head &&
    tail < right.length - head &&
    left[left.length - 1 - tail] === right[right.length - 1 - tail]
  )
    tail++;
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0; i < head; i++) pairs.push([i, i]);
  const middle = longest(left.slice(head, left.length - tail), right.slice(head, right.length - tail));
  for (const [i, j] of middle) pairs.push([i + head, j + head]);
  for (let i = tail; i > 0; i--) pairs.push([left.length - i, right.length - i]);
  return pairs;
}

function longest(left: readonly string[], right: readonly string[]): (readonly [number, number])[] {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        left[i] === right[j]
          ? lengths[(i + 1) * width + j + 1] + 1
          : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    if (left[i] === right[j]) pairs.push([i++, j++]);
    else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i++;
    else j++;
  }
  return pairs;
}
