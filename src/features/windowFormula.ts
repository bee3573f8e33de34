/** The arithmetic of a window written out with its numbers, as `⌊(28 + 2·0 − 3)/1⌋ + 1 = 26`. */
import { isOpen, isUnknown, type AxisWindow, type Dim } from '../graph/graph';
import { effectiveKernel } from '../keras/geometry';
import { format } from '../python/symbolic';

/** One line per distinct axis; null where a number is missing. */
export function windowFormulas(axes: readonly AxisWindow[], transposed: boolean): string[] {
  const lines = axes.map((axis) => (transposed ? transposedFormula(axis) : windowFormula(axis)));
  return [...new Set(lines.filter((line): line is string => line !== null))];
}

function length(dim: Dim): string | null {
  if (typeof dim === 'number') return String(dim);
  if (isUnknown(dim)) return null;
  return isOpen(dim) && dim.formula !== undefined ? format(dim.formula) : 'n';
}

/** As an operand: in parentheses when it is a sum. */
function operand(text: string): string {
  return /[+−-]/.test(text) && !/^⌊.*⌋$/.test(text) ? `(${text})` : text;
}

function span(axis: AxisWindow): string | null {
  if (axis.kernel === null || axis.dilation === null) return null;
  return axis.dilation === 1 ? String(axis.kernel) : `(${axis.dilation}·(${axis.kernel} − 1) + 1)`;
}

function windowFormula(axis: AxisWindow): string | null {
  const input = length(axis.input);
  const output = length(axis.output);
  const wide = span(axis);
  if (input === null || wide === null || axis.stride === null) return null;
  const { padBefore: before, padAfter: after, stride } = axis;
  if (before === null || after === null)
    return axis.padding === 'same' ? `⌈${operand(input)}/${stride}⌉` + equals(axis.output, output) : null;
  const pads = before === after ? `2·${before}` : `${before} + ${after}`;
  return `⌊(${input} + ${pads} − ${wide})/${stride}⌋ + 1` + equals(axis.output, output);
}

function transposedFormula(axis: AxisWindow): string | null {
  const { kernel, dilation, stride, padBefore, outputPadding } = axis;
  const input = length(axis.input);
  const output = length(axis.output);
  if (input === null || kernel === null || dilation === null || stride === null) return null;
  const wide = effectiveKernel(kernel, dilation);
  if (outputPadding === null || outputPadding === undefined) {
    return axis.padding === 'same'
      ? `${operand(input)}·${stride}` + equals(axis.output, output)
      : `(${input} − 1)·${stride} + max(${wide}, ${stride})` + equals(axis.output, output);
  }
  return (
    `(${input} − 1)·${stride} + ${wide} − 2·${padBefore ?? '?'} + ${outputPadding}` +
    equals(axis.output, output)
  );
}

/** `= 26`; for an open length nothing more than the formula itself. */
function equals(dim: Dim, text: string | null): string {
  return typeof dim === 'number' ? ` = ${text}` : '';
}
