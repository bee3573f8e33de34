/**
 * Turns the ranges of a notebook's graph, which name a cell, into ranges of the joined program, so that everything after
 * interpretation sees one text.
 */
import type { ModelGraph } from '../graph/graph';
import { splitCellFile } from '../python/source';
import type { ProgramText } from './program';

/** Changes the graph in place. */
export function joinCells(graph: ModelGraph, program: ProgramText): void {
  const seen = new Set<object>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    const range = value as { file?: unknown; from?: unknown; to?: unknown };
    if (typeof range.file === 'string' && typeof range.from === 'number' && typeof range.to === 'number') {
      const { path, cell } = splitCellFile(range.file);
      const start = cell === null || path !== program.path ? undefined : program.cells[cell]?.from;
      if (start !== undefined)
        Object.assign(range, { file: path, from: range.from + start, to: range.to + start });
      return;
    }
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(graph);
}
