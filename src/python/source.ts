/** Places in source text: ranges of UTF-16 offsets within a named file. */

/** Half-open range `[from, to)` in `file`. */
export interface SourceRange {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** Reads files for the interpreter; injected, so that the core does no I/O. */
export interface FileReader {
  /** The file's text; undefined when there is none; `'pending'` when it is being fetched (a later run will have it). */
  read(path: string): string | undefined | 'pending';
}

/**
 * The file name that ranges in a notebook's cell carry: `path#cell3`, where 3 counts the cells given to the run from 0.
 */
export function cellFile(path: string, cell: number): string {
  return `${path}#cell${cell}`;
}

/** Takes a file name of a range apart: the path, and the cell where it names one. */
export function splitCellFile(file: string): { readonly path: string; readonly cell: number | null } {
  const match = /^(.*)#cell(\d+)$/s.exec(file);
  return match === null ? { path: file, cell: null } : { path: match[1], cell: Number(match[2]) };
}
