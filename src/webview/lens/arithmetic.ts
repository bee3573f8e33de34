/**
 * A window operation with small whole numbers in place of a layer's values, so that every product can be shown: the input, the
 * kernel, and for every output cell what it reads. The geometry is the layer's own; of long axes a shorter one of equal behaviour.
 */
import type { Node } from '../../graph/graph';
import { measured } from '../format';
import { feeds, lensAxis, type LensAxis } from './geometry';

export type Operation = 'conv' | 'transposed' | 'max' | 'average';

export interface Arithmetic {
  readonly operation: Operation;
  /** A sequence has one row. */
  readonly rows: LensAxis;
  readonly columns: LensAxis;
  readonly sequence: boolean;
  /** Input values, row by row. */
  readonly input: readonly number[];
  /** Kernel values, row by row; ones for pooling. */
  readonly kernel: readonly number[];
  /** The values are a layer's own, not small whole numbers. */
  readonly isOwn?: boolean;
}

/** One tap of an output cell: flat indices into kernel and input; null: padding, or a hole between stretched cells. */
export interface Read {
  readonly tap: number;
  readonly input: number | null;
}

const LINE: Omit<LensAxis, 'transposed'> = {
  kernel: 1,
  stride: 1,
  dilation: 1,
  padBefore: 0,
  padAfter: 0,
  input: 1,
  output: 1,
};

/** The last two spatial axes of a window operation with every number known; null when there is none. */
export function arithmeticOf(node: Node): Arithmetic | null {
  const { primitive } = node;
  if (primitive.op !== 'conv' && primitive.op !== 'pool') return null;
  const transposed = primitive.op === 'conv' && primitive.transposed;
  const axes = primitive.axes.slice(-2).map((axis) => lensAxis(axis, transposed));
  if (axes.length === 0 || axes.some((axis) => axis === null)) return null;
  const [first, second] = axes as LensAxis[];
  const operation = primitive.op === 'pool' ? primitive.mode : transposed ? 'transposed' : 'conv';
  return second === undefined
    ? arithmetic(operation, { ...LINE, transposed }, first, true)
    : arithmetic(operation, first, second, false);
}

export function arithmetic(
  operation: Operation,
  rows: LensAxis,
  columns: LensAxis,
  sequence = false,
): Arithmetic {
  const pools = operation === 'max' || operation === 'average';
  return {
    operation,
    rows,
    columns,
    sequence,
    input: fill(rows.input, columns.input, (y, x) => (y * 31 + x * 17 + y * x * 7 + 3) % 10),
    kernel: fill(rows.kernel, columns.kernel, (y, x) => (pools ? 1 : ((2 * y + 3 * x + 1) % 5) - 2)),
  };
}

function fill(height: number, width: number, of: (y: number, x: number) => number): number[] {
  return Array.from({ length: height * width }, (_, i) => of(Math.floor(i / width), i % width));
}

/** The same operation on axes of about `most` cells. */
export function shortened(whole: Arithmetic, most: number): Arithmetic {
  const rows = miniature(whole.rows, most);
  const columns = miniature(whole.columns, most);
  return rows === whole.rows && columns === whole.columns
    ? whole
    : arithmetic(whole.operation, rows, columns, whole.sequence);
}

/**
 * A shorter axis that behaves alike: taking a stride from the input takes one window from the output and leaves the pads as
 * they are, since they depend on the input's length only modulo the stride. Transposed, the other way round.
 */
export function miniature(axis: LensAxis, most: number): LensAxis {
  if (Math.max(axis.input, axis.output) <= most) return axis;
  const { input, output, stride, transposed } = axis;
  const [outer, inner] = transposed ? [output, input] : [input, output];
  const wanted = Math.ceil((Math.max(outer, inner) - most) / (outer >= inner ? stride : 1));
  const windows = Math.max(0, Math.min(wanted, inner - 3, Math.floor((outer - 1) / stride)));
  return transposed
    ? { ...axis, input: input - windows, output: output - windows * stride }
    : { ...axis, input: input - windows * stride, output: output - windows };
}

export function outputs({ rows, columns }: Arithmetic): number {
  return rows.output * columns.output;
}

/** What an output cell reads, tap by tap. */
export function reads({ rows, columns }: Arithmetic, output: number): Read[] {
  const ys = feeds(rows, Math.floor(output / columns.output));
  const xs = feeds(columns, output % columns.output);
  return ys.flatMap((y, ky) =>
    xs.map((x, kx) => ({
      tap: ky * columns.kernel + kx,
      input: y === null || x === null ? null : y * columns.input + x,
    })),
  );
}

/** Every pair of an output and an input cell that a tap joins. */
export function links(a: Arithmetic): { output: number; input: number; tap: number }[] {
  return Array.from({ length: outputs(a) }, (_, output) => output).flatMap((output) =>
    reads(a, output).flatMap(({ tap, input }) => (input === null ? [] : [{ output, input, tap }])),
  );
}

/** The value of one output cell; `input` replaces the input's values. Pooling leaves padding out, as Keras does. */
export function valueAt(a: Arithmetic, output: number, input: readonly number[] = a.input): number {
  const inside = reads(a, output).flatMap((read) =>
    read.input === null ? [] : [{ ...read, input: read.input }],
  );
  const values = inside.map((read) => input[read.input]);
  if (a.operation === 'max') return Math.max(...values);
  if (a.operation === 'average') return values.reduce((sum, value) => sum + value, 0) / values.length;
  return inside.reduce((sum, read) => sum + input[read.input] * a.kernel[read.tap], 0);
}

export function valuesOf(a: Arithmetic, input: readonly number[] = a.input): number[] {
  return Array.from({ length: outputs(a) }, (_, output) => valueAt(a, output, input));
}

/** The sum behind an output cell as it is written: `3·(−1) + 5·2 = 7`; at most `most` terms. */
export function sumText(a: Arithmetic, output: number, most = 12): string {
  const inside = reads(a, output).filter((read) => read.input !== null);
  const said = a.isOwn ? measured : number;
  const is = a.isOwn ? '≈' : '=';
  const result = said(valueAt(a, output));
  const values = inside.map((read) => said(a.input[read.input!]));
  const cut = (terms: readonly string[], by: string): string =>
    terms.length > most ? `${terms.slice(0, most).join(by)}${by}…` : terms.join(by);
  if (inside.length === 0) return `0 = ${result}`;
  if (a.operation === 'max') return `max(${cut(values, ', ')}) = ${result}`;
  if (a.operation === 'average') return `(${cut(values, ' + ')}) / ${inside.length} ${is} ${result}`;
  const terms = inside.map((read, i) => {
    const weight = a.kernel[read.tap];
    return `${values[i]}·${weight < 0 ? `(${said(weight)})` : said(weight)}`;
  });
  return `${cut(terms, ' + ')} ${is} ${result}`;
}

/** Short, with a proper minus sign. */
export function number(value: number): string {
  return String(Math.round(value * 10) / 10).replace('-', '−');
}

/** A value as it fits a cell: whole numbers as they are, a layer's own in two digits. */
export function inCell(a: Arithmetic, value: number): string {
  if (!a.isOwn) return number(value);
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return measured(value);
  if (value !== 0 && size < 0.005) return value < 0 ? '−0' : '+0';
  const text = size >= 9.95 ? value.toFixed(0) : size >= 0.995 ? value.toFixed(1) : value.toFixed(2);
  return text
    .replace('-', '−')
    .replace(/^(−?)0\./, '$1.')
    .replace(/^\.00$/, '0');
}

/** `(row, column)`, of a sequence the position. */
export function place(a: Arithmetic, cell: number, of: 'input' | 'output'): string {
  const width = a.columns[of];
  return a.sequence ? String(cell) : `(${Math.floor(cell / width)}, ${cell % width})`;
}
