/** The lens draws what the engine computes: its windows are held against brute-force sums over indicator inputs, cell by cell. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { forEachTap } from '../../src/engine/reference/convolution';
import { convWindow, transposedWindow } from '../../src/keras/geometry';
import {
  cellAt,
  cutOut,
  fedBy,
  feeds,
  lensAxis,
  lengthFormula,
  placeRange,
  tapPlaces,
  type LensAxis,
} from '../../src/webview/lens/geometry';

const conv = fc
  .record({
    input: fc.integer({ min: 1, max: 16 }),
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 4 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    padding: fc.constantFrom('valid', 'same', 'causal', 'full', 'odd'),
  })
  .map(({ padding, ...rest }) => {
    const span = rest.dilation * (rest.kernel - 1) + 1;
    const mode =
      padding === 'full'
        ? { before: span - 1, after: span - 1 }
        : padding === 'odd'
          ? { before: 1, after: 2 }
          : (padding as 'valid' | 'same' | 'causal');
    return lensAxis(convWindow({ ...rest, padding: mode }), false);
  })
  .filter((axis): axis is LensAxis => axis !== null);

const transposed = fc
  .record({
    input: fc.integer({ min: 1, max: 16 }),
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 4 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    padding: fc.constantFrom('valid' as const, 'same' as const),
  })
  .map((given) => lensAxis(transposedWindow(given), true))
  .filter((axis): axis is LensAxis => axis !== null);

/** The dense matrix of the padded convolution, written out: pad the input, then slide. `[output][tap]` → input cell or null. */
function slide(axis: LensAxis): (number | null)[][] {
  const padded: (number | null)[] = [
    ...new Array<null>(axis.padBefore).fill(null),
    ...Array.from({ length: axis.input }, (_, i) => i),
    ...new Array<null>(Math.max(0, axis.padAfter)).fill(null),
  ];
  return Array.from({ length: axis.output }, (_, o) =>
    Array.from({ length: axis.kernel }, (_, k) => padded[o * axis.stride + k * axis.dilation] ?? null),
  );
}

/** The transpose of the convolution that leads from the output's length back to the input's: scatter every input cell. */
function scatter(axis: LensAxis): (number | null)[][] {
  const reads: (number | null)[][] = Array.from({ length: axis.output }, () =>
    new Array<number | null>(axis.kernel).fill(null),
  );
  for (let i = 0; i < axis.input; i++) {
    for (let k = 0; k < axis.kernel; k++) {
      const o = i * axis.stride + k * axis.dilation - axis.padBefore;
      if (o >= 0 && o < axis.output) reads[o][k] = i;
    }
  }
  return reads;
}

describe('lens geometry', () => {
  it('reads what a padded, slid window reads', () =>
    fc.assert(
      fc.property(conv, (axis) =>
        assert.deepEqual(
          Array.from({ length: axis.output }, (_, o) => feeds(axis, o)),
          slide(axis),
        ),
      ),
      { numRuns: 500 },
    ));

  it('reads, transposed, what scattering the input writes', () =>
    fc.assert(
      fc.property(transposed, (axis) =>
        assert.deepEqual(
          Array.from({ length: axis.output }, (_, o) => feeds(axis, o)),
          scatter(axis),
        ),
      ),
      { numRuns: 500 },
    ));

  it('says both ways who feeds whom', () =>
    fc.assert(
      fc.property(fc.oneof(conv, transposed), (axis) => {
        for (let cell = 0; cell < axis.input; cell++) {
          const expected = Array.from({ length: axis.output }, (_, o) => o).filter((o) =>
            feeds(axis, o).includes(cell),
          );
          assert.deepEqual(fedBy(axis, cell), expected);
        }
      }),
      { numRuns: 200 },
    ));

  it('draws every place that a window touches', () =>
    fc.assert(
      fc.property(fc.oneof(conv, transposed), (axis) => {
        const [first, last] = placeRange(axis);
        for (let o = 0; o < axis.output; o++)
          for (const place of tapPlaces(axis, o)) assert.ok(place >= first && place <= last);
        const cells = Array.from({ length: last - first + 1 }, (_, i) => cellAt(axis, first + i)).filter(
          (cell) => cell !== null,
        );
        assert.deepEqual(
          cells,
          Array.from({ length: axis.input }, (_, i) => i),
        );
      }),
    ));

  it('cuts out a part that holds the window', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: -5, max: 5 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 8 }),
        (first, length, offset, width) => {
          const last = first + length;
          const from = Math.min(last, first + offset);
          const to = Math.min(last, from + width);
          const [begin, end] = cutOut(first, last, from, to, 13);
          assert.ok(begin >= first && end <= last && begin <= from && end >= to);
          assert.equal(end - begin + 1, Math.min(last - first + 1, Math.max(13, to - from + 1)));
        },
      ),
    ));

  it('works the length out as it is', () => {
    const formula = (window: ReturnType<typeof convWindow>, isTransposed = false): string[] =>
      lengthFormula({
        op: 'conv',
        axes: [window, window],
        transposed: isTransposed,
        depthwise: false,
        depthMultiplier: null,
        groups: 1,
        inChannels: 1,
        outChannels: 1,
        channelsFirst: false,
        useBias: true,
        activation: null,
      });
    assert.deepEqual(formula(convWindow({ input: 28, kernel: 3, stride: 1, padding: 'valid' })), [
      '⌊(28 − 3)/1⌋ + 1 = 26',
    ]);
    assert.deepEqual(formula(convWindow({ input: 5, kernel: 3, stride: 2, padding: 'same' })), [
      '⌊(5 + 2·1 − 3)/2⌋ + 1 = 3',
    ]);
    assert.deepEqual(formula(convWindow({ input: 6, kernel: 3, stride: 2, padding: 'same' })), [
      '⌊(6 + 0 + 1 − 3)/2⌋ + 1 = 3',
    ]);
    assert.deepEqual(
      formula(convWindow({ input: 28, kernel: 3, stride: 1, dilation: 2, padding: 'valid' })),
      ['⌊(28 − (2·(3 − 1) + 1))/1⌋ + 1 = 24'],
    );
    assert.deepEqual(formula(transposedWindow({ input: 7, kernel: 4, stride: 2, padding: 'same' }), true), [
      '(7 − 1)·2 + 4 − 2 = 14',
    ]);
  });

  it('works every length out right', () => {
    /** The value of `⌊(in + pads − span)/stride⌋ + 1` as it is written. */
    const value = (text: string): number => {
      const match =
        /^⌊\((\d+)(?: \+ (\d+)([·+ ]+)(\d+))? − (?:(\d+)|\((\d+)·\((\d+) − 1\) \+ 1\))\)\/(\d+)⌋ \+ 1$/.exec(
          text,
        );
      assert.ok(match, text);
      const [input, a, , b, kernel, dilation, dilated, stride] = match
        .slice(1)
        .map((part, i) => (i === 2 ? 0 : Number(part ?? 0)));
      const pads = match[3]?.includes('·') ? a * b : a + b;
      const span = match[5] ? kernel : dilation * (dilated - 1) + 1;
      return Math.floor((input + pads - span) / stride) + 1;
    };
    fc.assert(
      fc.property(conv, (axis) => {
        const [left, right] = lengthFormula({
          op: 'pool',
          mode: 'max',
          axes: [{ ...axis, padding: 'explicit' }],
          channelsFirst: false,
        })[0].split(' = ');
        assert.equal(Number(right), axis.output);
        assert.equal(value(left), axis.output);
      }),
    );
  });

  it('reads, cell by cell, what the engine multiplies', () =>
    fc.assert(
      fc.property(fc.oneof(fc.tuple(conv, conv), fc.tuple(transposed, transposed)), ([rows, columns]) => {
        const drawn = new Set<string>();
        for (let y = 0; y < rows.output; y++) {
          for (let x = 0; x < columns.output; x++) {
            feeds(rows, y).forEach((row, ky) =>
              feeds(columns, x).forEach(
                (column, kx) =>
                  row !== null && column !== null && drawn.add(`${y},${x}<${row},${column}@${ky},${kx}`),
              ),
            );
          }
        }
        const computed = new Set<string>();
        const flat = (index: number, width: number): string =>
          `${Math.floor(index / width)},${index % width}`;
        forEachTap([rows, columns], rows.transposed, (position, tap, other) => {
          const [output, input] = rows.transposed ? [other, position] : [position, other];
          computed.add(
            `${flat(output, columns.output)}<${flat(input, columns.input)}@${flat(tap, columns.kernel)}`,
          );
        });
        assert.deepEqual([...drawn].sort(), [...computed].sort());
      }),
      { numRuns: 60 },
    ));
});
