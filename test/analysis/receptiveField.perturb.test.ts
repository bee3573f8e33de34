// Random networks, one input position perturbed at a time: sizes, strides and paddings of receptive fields are what outputs move.
import assert from 'node:assert/strict';
import type { AxisReceptiveField } from '../../src/analysis/receptiveField';
import type { Numbers } from '../../src/engine/reference/arrays';
import { analyse } from '../features/analyse';
import { Random } from '../oracle/random';
import { network } from './reference';

/** More graphs for a longer look: `CONVLENS_FIELD_GRAPHS=200`. */
const GRAPHS = Number(process.env.CONVLENS_FIELD_GRAPHS ?? 24);
const SEED = Number(process.env.CONVLENS_FIELD_SEED ?? 11);
/** A unit shows its whole field where that lies this far inside the input: what borders cut off or pad is not to be seen. */
const MARGIN = { 1: 40, 2: 16 } as const;
const LENGTHS = { 1: [150, 181], 2: [48, 57] } as const;

/** Source of a random network of `rank` spatial axes: windows, strides, dilation, transposed and up-sampling layers, branches. */
function program(random: Random, rank: 1 | 2): string {
  const d = `${rank}D`;
  const [low, high] = LENGTHS[rank];
  const lines = [
    'import keras',
    'from keras import layers',
    `x = i = keras.Input((${Array.from({ length: rank }, () => `${random.int(low, high)}, `).join('')}1))`,
  ];
  const size = (max: number): string =>
    random.chance(0.5)
      ? String(random.int(1, max))
      : `(${Array.from({ length: rank }, () => `${random.int(1, max)},`).join(' ')})`;
  const padding = (causal: boolean): string =>
    random.pick(causal && rank === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same']);
  const conv = (kind: string, causal: boolean, filters: boolean): string => {
    const moves = random.chance(0.5);
    const how = moves ? `strides=${random.int(1, 2)}` : `dilation_rate=${random.int(1, 3)}`;
    return `layers.${kind}${d}(${filters ? '1, ' : ''}${size(4)}, ${how}, padding='${padding(causal)}')`;
  };
  const kinds: (() => readonly string[])[] = [
    () => [`x = ${conv('Conv', true, true)}(x)`],
    () => [`x = ${conv('Conv', true, true)}(x)`],
    () => [`x = ${conv('DepthwiseConv', false, false)}(x)`],
    () => [`x = ${conv('SeparableConv', true, true)}(x)`],
    () => [`x = layers.${random.pick(['Max', 'Average'])}Pooling${d}(${size(3)}, strides=${random.int(1, 2)}, padding='${padding(false)}')(x)`],
    () => [`x = layers.Conv${d}Transpose(1, ${size(4)}, strides=${random.int(1, 3)}, padding='${padding(false)}')(x)`],
    () => [rank === 2 && random.chance(0.5) ? "x = layers.UpSampling2D(2, interpolation='bilinear')(x)" : `x = layers.UpSampling${d}(2)(x)`],
    () => [`x = layers.ZeroPadding${d}(${random.int(1, 3)})(x)`],
    () => [`x = layers.Cropping${d}(1)(x)`],
    () => ['x = layers.BatchNormalization()(x)', 'x = layers.ReLU()(x)', 'x = layers.Dropout(0.2)(x)'],
    () => [`x = layers.Add()([x, layers.Conv${d}(1, ${size(4)}, dilation_rate=${random.int(1, 3)}, padding='same')(x)])`],
    () => [`a = layers.Conv${d}(1, ${size(3)}, padding='same')(x)`, `b = layers.MaxPooling${d}(${size(4)}, strides=1, padding='same')(x)`, `b = layers.Conv${d}(1, ${size(3)}, padding='same')(b)`, 'x = layers.Concatenate()([a, b, x])'],
    () => [`s = keras.Sequential([layers.Conv${d}(1, ${size(3)}, padding='same'), layers.ReLU()])`, 'x = s(x)', 'x = s(x) + x'],
  ]; // prettier-ignore
  for (let i = random.int(2, 5); i > 0; i--) {
    for (const line of random.pick(kinds)()) lines.push(line);
    // One channel keeps layers shared and branches addable.
    if (lines[lines.length - 1].includes('Concatenate')) lines.push(`x = layers.Conv${d}(1, 1)(x)`);
  }
  return [...lines, 'm = keras.Model(i, x)', ''].join('\n');
}

/** Per unit along the axis, first and last input position along it that moves the unit. */
type Moved = readonly (readonly [number, number] | null)[];

/** Perturbs all positions of one plane of the input at a time: along the other axes everything moves together. */
function movedAlong(axis: number, net: ReturnType<typeof network>, base: Numbers, before: Numbers): Moved {
  const { shape } = net.input;
  const out = net.output.shape;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outInner = out.slice(axis + 1).reduce((a, b) => a * b, 1);
  const moved: ([number, number] | null)[] = Array.from({ length: out[axis] }, () => null);
  for (let position = 0; position < shape[axis]; position++) {
    const input = Float64Array.from(base, (x, i) =>
      Math.floor(i / inner) % shape[axis] === position ? x + 1e6 : x,
    );
    const after = net.run(input)[net.output.storage];
    for (let i = 0; i < after.length; i++) {
      if (Math.abs(after[i] - before[i]) <= 1e-9 * Math.abs(before[i])) continue;
      const unit = Math.floor(i / outInner) % out[axis];
      const seen = moved[unit];
      if (seen === null) moved[unit] = [position, position];
      else seen[1] = position;
    }
  }
  return moved;
}

/** First and last unit whose fields lie wholly inside the input; undefined where there are too few between them to judge. */
function inside(
  field: AxisReceptiveField,
  moved: Moved,
  length: number,
  margin: number,
): readonly [number, number] | undefined {
  const units = moved.flatMap((seen, unit) => {
    const [low, high] = field.span!(unit);
    return seen !== null && low >= margin && high < length - margin ? [unit] : [];
  });
  const [first, last] = [units[0], units[units.length - 1]];
  return units.length < 12 ? undefined : [first, last];
}

/** After how many units the field has moved by the same stretch everywhere; undefined where too few units are seen. */
function periodOf(moved: Moved, [first, last]: readonly [number, number]): number | undefined {
  for (let period = 1; 3 * period <= last - first + 1; period++) {
    const moves = new Set<number | null>();
    for (let unit = first; unit + period <= last; unit++) {
      const [here, there] = [moved[unit], moved[unit + period]];
      if (here !== null && there !== null) moves.add(there[0] - here[0]);
      else if (here !== there) moves.add(null);
    }
    if (moves.size === 1 && !moves.has(null)) return period;
  }
  return undefined;
}

/** The figures that the perturbation shows, in the terms of the analysis: how many units were compared. */
function compareAxis(field: AxisReceptiveField, moved: Moved, length: number, margin: number): number {
  assert.ok(field.span !== null, 'the field moves');
  const range = inside(field, moved, length, margin);
  const period = range && periodOf(moved, range);
  if (range === undefined || period === undefined) return 0;
  const [first, last] = range;
  const stride = (moved[first + period]![0] - moved[first]![0]) / period;
  let size = 0;
  let padding = field.padding;
  for (let unit = first; unit <= last; unit++) {
    const seen = moved[unit];
    if (seen === null) continue;
    assert.deepEqual(seen, [...field.span(unit)], `unit ${unit}`);
    size = Math.max(size, seen[1] - seen[0] + 1);
    if (unit % period === 0) padding = unit * stride - seen[0];
  }
  assert.deepEqual(
    { size: field.size, stride: field.stride, padding: field.padding },
    { size, stride, padding },
  );
  return last - first + 1;
}

describe('receptive field, against perturbed inputs', () => {
  it(`of ${GRAPHS} random networks`, function () {
    this.timeout(600_000);
    const random = new Random(SEED);
    let compared = 0;
    let graphs = 0;
    for (let attempt = 0; graphs < GRAPHS && attempt < 20 * GRAPHS; attempt++) {
      const rank = random.pick([1, 1, 2] as const);
      const source = program(random, rank);
      const analysis = analyse(source);
      // Cropped or pooled to nothing: drawn again.
      if (analysis.diagnostics.some(({ severity }) => severity === 'error')) continue;
      const model = analysis.graph.models.length - 1;
      const field = analysis.figures.fields.of(analysis.graph.models[model].outputs[0]);
      assert.ok(field, source);
      const net = network(analysis.graph, model, ({ name }) =>
        name === 'moving_mean' ? 0 : 0.5 + random.next(),
      );
      if (net.plan.steps.reduce((work, step) => work + step.work, 0) > 60_000) continue;
      const base = Float64Array.from(
        { length: net.input.shape.reduce((a, b) => a * b, 1) },
        () => 1 + random.next(),
      );
      const before = net.run(base)[net.output.storage];
      let units = Infinity;
      try {
        for (const axis of field.axes) {
          const moved = movedAlong(axis.axis, net, base, before);
          units = Math.min(units, compareAxis(axis, moved, net.input.shape[axis.axis], MARGIN[rank]));
        }
      } catch (error) {
        throw new Error(`${source}\n${String(error)}`, { cause: error });
      }
      if (units < 1) continue;
      graphs++;
      compared += units;
    }
    assert.equal(graphs, GRAPHS);
    assert.ok(compared > 2 * GRAPHS, `${compared} units compared`);
  });
});
