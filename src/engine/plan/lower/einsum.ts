/** Lowers an einsum of one or two operands to sums, transposes and one matrix product. */
import { input, mul } from '../../expression';
import { sizeOf } from '../../ops';
import { CannotRun, type PlanTensor } from '../plan';
import type { PlanBuilder } from '../builder';

/** Computes `equation` (`ab,bc->ac`, with `...`). */
export function einsum(builder: PlanBuilder, equation: string, operands: readonly PlanTensor[]): PlanTensor {
  const [left, right] = equation.replace(/\s+/g, '').split('->');
  const inputs = left.split(',');
  if (inputs.length !== operands.length || operands.length > 2 || right === undefined)
    throw new CannotRun(`the equation “${equation}” cannot be computed here`);
  // Ellipses become upper-case letters that the equation cannot hold otherwise (digits), aligned at the right.
  const spread = inputs.map((term, i) => operands[i].shape.length - term.replace('...', '').length);
  const most = Math.max(...spread.map((count, i) => (inputs[i].includes('...') ? count : 0)));
  const digits = (count: number): string =>
    Array.from({ length: count }, (_, i) => String(most - count + i)).join('');
  const terms = inputs.map((term, i) => term.replace('...', digits(spread[i])));
  const output = right.replace('...', digits(most));
  const sizes = new Map<string, number>();
  terms.forEach((term, i) => {
    if (term.length !== operands[i].shape.length || new Set(term).size !== term.length)
      throw new CannotRun(`the equation “${equation}” cannot be computed here`);
    [...term].forEach((letter, d) => {
      const before = sizes.get(letter);
      if (before !== undefined && before !== operands[i].shape[d])
        throw new CannotRun(`“${letter}” of “${equation}” has two lengths`);
      sizes.set(letter, operands[i].shape[d]);
    });
  });
  /** Sums over letters that nothing else mentions, then orders the rest. */
  const prepare = (i: number, order: string): PlanTensor => {
    const drop = [...terms[i]].map((letter, d) => (order.includes(letter) ? -1 : d)).filter((d) => d >= 0);
    const rest = [...terms[i]].filter((letter) => order.includes(letter));
    const reduced = drop.length ? builder.reduce('sum', operands[i], drop, false) : operands[i];
    return builder.transpose(
      reduced,
      [...order].map((letter) => rest.indexOf(letter)),
    );
  };
  if (operands.length === 1) return prepare(0, output);
  const [a, b] = terms;
  const inBoth = [...a].filter((letter) => b.includes(letter));
  const batch = inBoth.filter((letter) => output.includes(letter)).join('');
  const summed = inBoth.filter((letter) => !output.includes(letter)).join('');
  const onlyA = [...a].filter((letter) => !b.includes(letter) && output.includes(letter)).join('');
  const onlyB = [...b].filter((letter) => !a.includes(letter) && output.includes(letter)).join('');
  const size = (letters: string): number => sizeOf([...letters].map((letter) => sizes.get(letter) ?? 1));
  const x = builder.reshape(prepare(0, batch + onlyA + summed), [size(batch), size(onlyA), size(summed)]);
  const y = builder.reshape(prepare(1, batch + summed + onlyB), [size(batch), size(summed), size(onlyB)]);
  const product =
    summed === '' && onlyB === '' && onlyA === ''
      ? builder.map(mul(input(0), input(1)), [x, y])
      : builder.matmul(x, y);
  const order = batch + onlyA + onlyB;
  if ([...output].some((letter) => !order.includes(letter)) || output.length !== order.length)
    throw new CannotRun(`the equation “${equation}” cannot be computed here`);
  const full = builder.reshape(
    product,
    [...order].map((letter) => sizes.get(letter) ?? 1),
  );
  return builder.transpose(
    full,
    [...output].map((letter) => order.indexOf(letter)),
  );
}
