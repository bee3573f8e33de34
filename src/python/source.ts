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
