/** Products over axes: `matmul`, `dot`, `tensordot`, `einsum`. */
import type { Dim } from '../../graph/graph';
import { asTensor } from '../model/structure';
import type { TensorRef } from '../definition';
import { dimsEqual, formatShape, isKnownRank } from '../dims';
import { KerasError } from '../definition';
import { dtypeOf, matmulResult } from './operators';
import { lostResult, type OpContext, type OpDefinition } from './opFunction';
import type { OpResult } from './record';

/** `einsum(equation, *operands)` with one `...` at most per term. */
function einsum({ params, recorder }: OpContext): OpResult {
  const equation = params['subscripts'];
  const operands =
    params['operands'].kind === 'tuple'
      ? params['operands'].items.map((value) => asTensor(recorder, value))
      : [];
  const known = operands.filter((ref): ref is TensorRef => ref !== undefined && isKnownRank(ref.shape));
  if (equation.kind !== 'str' || known.length !== operands.length || known.length === 0)
    return lostResult('the operands of einsum() are not known');
  const [left, right] = equation.value.replace(/\s/g, '').split('->');
  const terms = left.split(',');
  if (terms.length !== known.length) {
    throw new KerasError(
      'einsum-operands',
      `the equation has ${terms.length} terms, but ${known.length} tensors are given`,
      `Number of einsum subscripts must be equal to the number of operands.`,
      { facts: { terms: terms.length, operands: known.length } },
    );
  }
  const lengths = new Map<string, Dim>();
  let ellipsis: readonly Dim[] = [];
  for (const [i, term] of terms.entries()) {
    const shape = known[i].shape as readonly Dim[];
    const letters = [...term.replace('...', '.')];
    const at = letters.indexOf('.');
    const extra = shape.length - letters.filter((letter) => letter !== '.').length;
    if (extra < 0 || (extra > 0 && at < 0)) {
      throw new KerasError(
        'einsum-rank',
        `the term "${term}" does not fit a tensor with ${shape.length} axes`,
        `Operand ${i} has ${shape.length} dimensions but the subscript "${term}" has ${letters.length}.`,
        { facts: { term, rank: shape.length } },
      );
    }
    let axis = 0;
    for (const letter of letters) {
      if (letter === '.') {
        if (extra > ellipsis.length) ellipsis = shape.slice(axis, axis + extra);
        axis += extra;
        continue;
      }
      const dim = shape[axis++];
      const before = lengths.get(letter);
      if (before !== undefined && before !== 1 && dim !== 1 && dimsEqual(before, dim) === false) {
        throw new KerasError(
          'einsum-shape',
          `the axis "${letter}" has length ${String(before)} in one operand and ${String(dim)} in another`,
          `Dimension mismatch for subscript ${letter}.`,
          { facts: { letter } },
        );
      }
      if (before === undefined || before === 1 || (typeof before !== 'number' && typeof dim === 'number'))
        lengths.set(letter, dim);
    }
  }
  const target = right ?? implicit(terms);
  const dims = [...target.replace('...', '.')].flatMap((letter): readonly Dim[] =>
    letter === '.' ? ellipsis : [lengths.get(letter) ?? { kind: 'unknown', reason: 'not in the equation' }],
  );
  const dtype = dtypeOf(recorder, 'promote', known);
  return {
    outputs: [{ shape: dims, dtype }],
    primitive: { op: 'einsum', equation: equation.value, weight: null, useBias: false, activation: 'linear' },
  };
}

/** Without an arrow: letters that occur once, in alphabetical order. */
function implicit(terms: readonly string[]): string {
  const all = [...terms.join('').replace(/\./g, '')];
  const dots = terms.some((term) => term.includes('...')) ? '...' : '';
  return (
    dots +
    [...new Set(all)]
      .filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter))
      .sort()
      .join('')
  );
}

export const productOps: Readonly<Record<string, OpDefinition>> = {
  matmul: {
    signature: '(x1, x2, transpose_a=False, transpose_b=False, **kwargs)',
    type: 'Matmul',
    inputs: ['x1', 'x2'],
    compute: ({ tensor, params, machine, recorder }) => {
      const a = tensor('x1');
      const b = tensor('x2');
      if (a === undefined || b === undefined) return lostResult('the operands of matmul() are not known');
      return matmulResult(
        recorder,
        a,
        b,
        machine.truth(params['transpose_a']) ?? false,
        machine.truth(params['transpose_b']) ?? false,
      );
    },
  },
  dot: {
    signature: '(x1, x2, **kwargs)',
    type: 'Dot',
    inputs: ['x1', 'x2'],
    compute: ({ tensor, recorder, params }) => {
      const a = tensor('x1');
      const b = tensor('x2');
      if (a === undefined || b === undefined || !isKnownRank(a.shape) || !isKnownRank(b.shape))
        return lostResult('the operands of dot() are not known');
      const second = b.shape.length > 1 ? b.shape.length - 2 : 0;
      const [summed, against] = [a.shape[a.shape.length - 1], b.shape[second]];
      if (typeof summed === 'number' && typeof against === 'number' && summed !== against)
        throw new KerasError(
          'matmul-shape',
          `${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit: ${summed} against ${against}`,
          `Shape must match on the last axis of \`x1\` and second last axis of \`x2\` when \`x1\` is N-d array while \`x2\` is M-D, but received \`x1.shape=${formatShape(a.shape)}\` and x2.shape=\`${formatShape(b.shape)}\`.`,
          { input: 1, facts: { a: formatShape(a.shape), b: formatShape(b.shape) } },
        );
      const dims =
        a.shape.length === 0
          ? b.shape
          : b.shape.length === 0
            ? a.shape
            : [...a.shape.slice(0, -1), ...b.shape.filter((_, i) => i !== second)];
      return {
        outputs: [{ shape: dims, dtype: dtypeOf(recorder, 'promote', [a, b], [params['x1'], params['x2']]) }],
        primitive: { op: 'matmul', transposeA: false, transposeB: false },
      };
    },
  },
  tensordot: {
    signature: '(x1, x2, axes=2, **kwargs)',
    type: 'Tensordot',
    inputs: ['x1', 'x2'],
    compute: ({ tensor, params, recorder }) => {
      const a = tensor('x1');
      const b = tensor('x2');
      const { axes } = params;
      if (a === undefined || b === undefined || !isKnownRank(a.shape) || !isKnownRank(b.shape))
        return lostResult('the operands of tensordot() are not known');
      const lists =
        axes.kind === 'int'
          ? [
              Array.from(
                { length: axes.value },
                (_, i) => (a.shape as readonly Dim[]).length - axes.value + i,
              ),
              Array.from({ length: axes.value }, (_, i) => i),
            ]
          : pairs(axes);
      if (lists === null) return lostResult('the axes of tensordot() are not known', a.dtype);
      const [left, right] = [a.shape, b.shape];
      let mistake: KerasError | undefined;
      lists[0].forEach((axis, i) => {
        const [x, y] = [
          left[axis < 0 ? axis + left.length : axis],
          right[(lists[1][i] ?? 0) < 0 ? lists[1][i] + right.length : lists[1][i]],
        ];
        if (typeof x === 'number' && typeof y === 'number' && x !== y)
          mistake ??= new KerasError(
            'matmul-shape',
            `The axes to sum over differ: ${x} against ${y}`,
            `Shape mismatch on \`x1[axes[0]]\` and \`x2[axes[1]]\`, received [${x}] and [${y}].`,
            { input: 1, facts: { a: formatShape(left), b: formatShape(right) } },
          );
      });
      // Keras 3 compares the axes that are listed; how many there are shows when data run through.
      if (mistake !== undefined && (axes.kind !== 'int' || recorder.kerasVersion === 2)) throw mistake;
      const drop = (shape: readonly Dim[], which: readonly number[]): readonly Dim[] =>
        shape.filter((_, i) => !which.some((axis) => (axis < 0 ? axis + shape.length : axis) === i));
      return {
        outputs: [
          {
            shape: [...drop(a.shape, lists[0]), ...drop(b.shape, lists[1])],
            dtype: dtypeOf(recorder, 'promote', [a, b], [params['x1'], params['x2']]),
          },
        ],
        primitive: { op: 'matmul', transposeA: false, transposeB: false },
        warning: mistake,
      };
    },
  },
  einsum: {
    signature: '(subscripts, *operands, **kwargs)',
    type: 'Einsum',
    inputs: ['operands'],
    compute: einsum,
  },
};

function pairs(value: OpContext['params'][string]): number[][] | null {
  if ((value.kind !== 'tuple' && value.kind !== 'list') || value.items.length !== 2) return null;
  const lists = value.items.map((item) =>
    item.kind === 'int'
      ? [item.value]
      : item.kind === 'tuple' || item.kind === 'list'
        ? item.items.map((entry) => (entry.kind === 'int' ? entry.value : NaN))
        : [NaN],
  );
  return lists.some((entries) => entries.some(Number.isNaN)) ? null : lists;
}
