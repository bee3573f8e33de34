/** Reads an einsum equation into labels, one per axis, with `...` spread over the axes it stands for. */

export interface EinsumLabels {
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/**
 * `ranks` of the operands say how many axes an ellipsis stands for; null where not known. Null when the equation cannot be
 * read or an ellipsis cannot be spread.
 */
export function parseEinsum(
  equation: string,
  ranks: readonly (number | null)[],
  outputRank: number | null,
): EinsumLabels | null {
  const text = equation.replace(/\s/g, '');
  const [left, right] = text.split('->');
  const terms = left.split(',');
  const operands: string[][] = [];
  for (let i = 0; i < terms.length; i++) {
    const labels = spread(terms[i], ranks[i] ?? null);
    if (labels === null) return null;
    operands.push(labels);
  }
  if (right !== undefined) {
    const dots = operands.flat().filter((label) => label.startsWith('.')).length;
    const output = spread(right, outputRank ?? (right.includes('...') && dots === 0 ? null : right.length));
    return output === null ? null : { operands, output };
  }
  // Implicit form: labels that occur once, in alphabetical order.
  const all = operands.flat();
  return {
    operands,
    output: [...new Set(all)].filter((label) => all.filter((other) => other === label).length === 1).sort(),
  };
}

function spread(term: string, rank: number | null): string[] | null {
  const [before, after, more] = term.split('...');
  if (more !== undefined) return null;
  if (after === undefined) return [...term];
  if (rank === null) return null;
  const count = rank - before.length - after.length;
  if (count < 0) return null;
  // Counted from the right, as ellipses are brought into line from the last axis.
  const dots = Array.from({ length: count }, (_, i) => `.${count - i}`);
  return [...before, ...dots, ...after];
}
