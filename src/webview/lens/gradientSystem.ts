/**
 * A transposed convolution as what it is, the gradient of a convolution: every input cell spreads its multiple of the kernel over
 * the output, and where they overlap they add (col2im). Uneven overlaps are the checkerboard of strides that do not divide kernels.
 */
import { links, number, outputs, place, type Arithmetic } from './arithmetic';
import type { LensAxis } from './geometry';
import { pair } from './pair';
import type { Subject, SystemView, Tools } from './system';

/** How many taps write each output cell. */
export function overlaps(a: Arithmetic): number[] {
  const counts = new Array<number>(outputs(a)).fill(0);
  for (const link of links(a)) counts[link.output]++;
  return counts;
}

export function gradientSystem(subject: Subject, tools: Tools): SystemView {
  const { t } = tools;
  let at = 0;
  let pointed: number | null = null;
  const { a, input, output, stage } = pair(
    tools,
    subject.arithmetic!,
    (size) => `${t('output')} ${size}`,
    (cell) => {
      pointed = cell;
      paint();
      tools.say(cell === null ? null : told(cell));
    },
  );
  const all = links(a);
  const counts = overlaps(a);
  const most = Math.max(1, ...counts);
  const steps = a.input.length;
  const told = (cell: number): readonly string[] => {
    const terms = all.filter((link) => link.output === cell);
    const text = terms.map(
      ({ input: from, tap }) =>
        `${number(a.input[from])}·${a.kernel[tap] < 0 ? `(${number(a.kernel[tap])})` : number(a.kernel[tap])}`,
    );
    const sum = terms.reduce((total, { input: from, tap }) => total + a.input[from] * a.kernel[tap], 0);
    return [
      t('overlapCell', place(a, cell, 'output'), terms.length),
      `${text.join(' + ') || '0'} = ${number(sum)}`,
    ];
  };
  const paint = (): void => {
    const sums = new Array<number>(counts.length).fill(0);
    for (const link of all)
      if (link.input <= at) sums[link.output] += a.input[link.input] * a.kernel[link.tap];
    const now = new Set(all.filter((link) => link.input === at).map((link) => link.output));
    const from = new Set(all.filter((link) => link.output === pointed).map((link) => link.input));
    input.update((row, column) => {
      const cell = row * a.columns.input + column;
      const read = pointed === null ? cell === at : from.has(cell);
      return {
        classes: `is-real${read ? ' is-read' : ''}`,
        text: number(a.input[cell]),
        title: place(a, cell, 'input'),
      };
    });
    output.update((row, column) => {
      const cell = row * a.columns.output + column;
      return {
        classes: `is-out overlap-${Math.ceil((4 * counts[cell]) / most)}${pointed === cell ? ' is-fed' : ''}${now.has(cell) ? ' is-written' : ''}`,
        text: number(sums[cell]),
        title: place(a, cell, 'output'),
        cell,
      };
    });
  };
  const [inRows, inColumns] = [interiorOverlap(a.rows), interiorOverlap(a.columns)];
  const [least, greatest] = [inRows[0] * inColumns[0], inRows[1] * inColumns[1]];
  return {
    element: stage(least !== greatest ? t('overlapUneven', least, greatest) : t('overlapEven', least)),
    title: t('system_gradient'),
    steps,
    draw(position) {
      at = position;
      pointed = null;
      paint();
      return [
        t(
          'spreads',
          place(a, at, 'input'),
          number(a.input[at]),
          all.filter((link) => link.input === at).length,
        ),
        t('overlapsAdd'),
      ];
    },
  };
}

/**
 * How many taps write an output cell that is far from every border: the least and the most along one axis. Tap `k` writes
 * cells `i·s + k·d − p`, so a cell is written by the taps whose `k·d` is congruent to it modulo the stride.
 */
export function interiorOverlap({ kernel, stride, dilation }: LensAxis): [number, number] {
  const counts = new Array<number>(stride).fill(0);
  for (let k = 0; k < kernel; k++) counts[(k * dilation) % stride]++;
  return [Math.min(...counts), Math.max(...counts)];
}
