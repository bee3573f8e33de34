/** Reads the Python cells of a notebook file (`.ipynb`, format 3 or 4) as one program. */
import type { Program } from '../analysis/program';

/** Throws an Error with a plain message when the text is not a notebook. */
export function notebookProgram(path: string, json: string): Program {
  let notebook: unknown;
  try {
    notebook = JSON.parse(json);
  } catch (error) {
    throw new Error(`${path} is not a notebook: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const cells = cellsOf(notebook);
  if (cells === null) throw new Error(`${path} is not a notebook: it has no list of cells`);
  const texts: string[] = [];
  const indices: number[] = [];
  cells.forEach((cell, index) => {
    if (typeof cell !== 'object' || cell === null || (cell as { cell_type?: unknown }).cell_type !== 'code')
      return;
    const { source, input } = cell as { source?: unknown; input?: unknown };
    const text = source ?? input;
    texts.push(Array.isArray(text) ? text.join('') : typeof text === 'string' ? text : '');
    indices.push(index);
  });
  return { path, cells: texts, indices };
}

function cellsOf(notebook: unknown): readonly unknown[] | null {
  if (typeof notebook !== 'object' || notebook === null) return null;
  const { cells, worksheets } = notebook as { cells?: unknown; worksheets?: unknown };
  if (Array.isArray(cells)) return cells;
  if (Array.isArray(worksheets))
    return worksheets.flatMap((sheet: { cells?: unknown }) =>
      Array.isArray(sheet?.cells) ? sheet.cells : [],
    );
  return null;
}
