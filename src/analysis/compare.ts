/** Compares two models: layers added, removed and changed, and what that does to parameters, cost and memory. */
import type { Layer, Model, ModelGraph } from '../graph/graph';
import { formatShape } from '../keras/dims';
import type { Figures, ModelTotals } from './figures';

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
}

export interface Comparison {
  readonly added: readonly ComparedRow[];
  readonly removed: readonly ComparedRow[];
  readonly changed: readonly { readonly before: ComparedRow; readonly after: ComparedRow }[];
  readonly same: number;
  readonly before: ModelTotals;
  readonly after: ModelTotals;
}

/**
 * Rows are matched in order: first those that are equal but for their automatic names (longest common subsequence of type,
 * output and parameters), then, between those, rows of one type in order as changed.
 */
export function compareGraphs(before: Side, after: Side): Comparison {
  const a = rowsOf(before);
  const b = rowsOf(after);
  const pairs = commonRows(a, b);
  const added: ComparedRow[] = [];
  const removed: ComparedRow[] = [];
  const changed: { before: ComparedRow; after: ComparedRow }[] = [];
  let [i, j] = [0, 0];
  for (const [nextI, nextJ] of [...pairs, [a.length, b.length] as const]) {
    const gone = a.slice(i, nextI);
    for (const row of b.slice(j, nextJ)) {
      const at = gone.findIndex((other) => other.type === row.type);
      if (at >= 0) {
        changed.push({ before: gone[at], after: row });
        gone.splice(at, 1);
      } else {
        added.push(row);
      }
    }
    removed.push(...gone);
    [i, j] = [nextI + 1, nextJ + 1];
  }
  return {
    added,
    removed,
    changed,
    same: pairs.length,
    before: before.figures.ofModel(before.model),
    after: after.figures.ofModel(after.model),
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
      output: node === null ? '?' : node.outputs.map((id) => formatShape(graph.tensors[id].shape)).join(', '),
      params: figure.params,
      macs: figure.macs,
    };
  });
}

const key = (row: ComparedRow): string => `${row.type}|${row.output}|${row.params}|${row.macs}`;

/** Index pairs of a longest common subsequence. */
function commonRows(a: readonly ComparedRow[], b: readonly ComparedRow[]): (readonly [number, number])[] {
  const left = a.map(key);
  const right = b.map(key);
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
