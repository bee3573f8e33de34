// Comparison of two models: rows added, removed and changed with their arguments, and the differences of the figures.
import assert from 'node:assert/strict';
import { compareModels, comparisonReport, counterpart, isSame, type Comparison } from '../../src/features';
import { analyse } from './analyse';

const program = (...rows: string[]): string =>
  `import keras\nfrom keras import layers\nm = keras.Sequential([${rows.join(', ')}])\n`;

const INPUT = 'keras.Input((8, 8, 3))';
const CONV = 'layers.Conv2D(4, 3, activation="relu")';
const DENSE = 'layers.Dense(3)';

function side(text: string): { analysis: ReturnType<typeof analyse>; model: number; label: string } {
  return { analysis: analyse(text), model: 0, label: 'now' };
}

const compare = (before: string, after: string): Comparison => compareModels(side(before), side(after));

describe('comparison of models', () => {
  it('finds nothing between equal ones, whatever their layers are called', () => {
    const found = compare(
      program(INPUT, CONV, DENSE),
      program(INPUT, 'layers.Conv2D(4, (3, 3), activation="relu", name="stem")', DENSE),
    );
    assert.ok(isSame(found));
    assert.equal(found.same, 2);
  });

  it('tells added and removed layers', () => {
    const found = compare(
      program(INPUT, CONV, 'layers.Dropout(0.5)', DENSE),
      program(INPUT, CONV, 'layers.BatchNormalization()', DENSE),
    );
    assert.deepEqual(
      [found.added.map(({ type }) => type), found.removed.map(({ type }) => type), found.changed.length],
      [['BatchNormalization'], ['Dropout'], 0],
    );
    assert.equal(found.same, 2);
    // Four channels with scale, offset and two moving averages.
    assert.equal(found.after.params! - found.before.params!, 16);
  });

  it('tells which arguments of a layer changed, also where no shape does', () => {
    const found = compare(
      program(INPUT, CONV, DENSE),
      program(INPUT, CONV.replace('relu', 'gelu').replace('4, 3', '6, 3'), DENSE),
    );
    assert.deepEqual(
      found.changed.map(({ after, arguments: names }) => [after.type, [...names].sort()]),
      [
        ['Conv2D', ['activation', 'filters']],
        ['Dense', []],
      ],
    );
    assert.ok(!isSame(compare(program(INPUT, CONV), program(INPUT, CONV.replace('relu', 'gelu')))));
  });

  it('matches rows by their arguments when another input changes every shape', () => {
    const found = compare(
      program(INPUT, CONV, DENSE),
      program('keras.Input((10, 10, 3))', CONV, 'layers.BatchNormalization()', DENSE),
    );
    assert.deepEqual(
      [found.changed.length, found.added.map(({ type }) => type), found.removed.length],
      [2, ['BatchNormalization'], 0],
    );
  });

  it('stays quick and right on long models', () => {
    const many = Array.from({ length: 300 }, (_, i) => `layers.Dense(${(i % 7) + 2})`);
    const changed = [...many.slice(0, 150), 'layers.LayerNormalization()', ...many.slice(150)];
    const found = compare(program(INPUT, ...many), program(INPUT, ...changed));
    assert.deepEqual([found.same, found.added.length, found.changed.length], [300, 1, 0]);
  });

  it('finds a model again by its name, else by its place', () => {
    const before = analyse(`${program(INPUT, DENSE)}k = keras.Sequential([${INPUT}])\n`);
    const renamed = analyse(
      `${program(INPUT, DENSE).replace('m =', 'net =')}k = keras.Sequential([${INPUT}])\n`,
    );
    assert.equal(counterpart(renamed, 1, before), 1);
    assert.equal(counterpart(renamed, 0, before), 0);
    assert.equal(counterpart(renamed, 0, analyse('import keras\n')), null);
  });

  it('writes differences with sign and per cent', () => {
    const report = comparisonReport(
      side(program(INPUT, CONV)),
      side(program(INPUT, CONV.replace('4, 3', '6, 3'))),
    );
    // 3·3·3·4 + 4 = 112 and 168 parameters; 36 positions of 27·4 and 27·6 multiply-adds.
    assert.match(report, /\| Parameters \| 112 \| 168 \| \+56 \(\+50\.0\u00a0%\) \|/);
    assert.match(report, /\| 3,888 \| 5,832 \| \+1,944 \(\+50\.0\u00a0%\) \|/);
    assert.match(report, /`filters` `4` → `6`/);
  });
});
