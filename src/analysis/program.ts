/**
 * The text that is analysed: a file, or the code cells of a notebook joined in order. Offsets of the whole program are
 * turned into offsets of one cell and back.
 */
import { LineIndex, type Position } from './lineIndex';

export type Program =
  | { readonly path: string; readonly text: string }
  /** Texts of the Python cells in order; `indices` are their places among all the notebook's cells (default: 0, 1, …). */
  | { readonly path: string; readonly cells: readonly string[]; readonly indices?: readonly number[] };

/** A place in one document of the program: the file itself, or a cell. */
export interface Place {
  /** Index into `Program.cells`; 0 for a file. */
  readonly cell: number;
  readonly offset: number;
}

export class ProgramText {
  readonly path: string;
  readonly text: string;
  readonly lines: LineIndex;
  readonly notebook: boolean;
  /** Where each cell begins in `text`, and its own text. */
  readonly cells: readonly {
    readonly from: number;
    readonly text: string;
    readonly lines: LineIndex;
    readonly index: number;
  }[];

  constructor(program: Program) {
    this.path = program.path;
    this.notebook = 'cells' in program;
    const sources = 'cells' in program ? program.cells : [program.text];
    let from = 0;
    this.cells = sources.map((source, i) => {
      const cell = {
        from,
        text: source,
        lines: new LineIndex(source),
        index: ('cells' in program ? program.indices?.[i] : undefined) ?? i,
      };
      from += source.length + 1;
      return cell;
    });
    this.text = sources.join('\n');
    this.lines = new LineIndex(this.text);
  }

  place(offset: number): Place {
    let cell = 0;
    while (cell + 1 < this.cells.length && this.cells[cell + 1].from <= offset) cell++;
    return { cell, offset: Math.min(offset - this.cells[cell].from, this.cells[cell].text.length) };
  }

  offset(place: Place): number {
    // A cell that the text does not have (yet) lies behind its end.
    const cell = this.cells[place.cell];
    return cell === undefined ? this.text.length : cell.from + place.offset;
  }

  /** Line and column within the cell, from 0. */
  position(offset: number): Position & { readonly cell: number } {
    const place = this.place(offset);
    return { ...this.cells[place.cell].lines.position(place.offset), cell: place.cell };
  }
}
