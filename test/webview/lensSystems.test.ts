/** The lens' systems show one arithmetic: matrices, scattering and sliding give what the engine's reference computes, cell by cell. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { convolve } from '../../src/engine/reference/convolution';
import type { ConvOp } from '../../src/engine/ops';
import { analyze } from '../../src/features';
import { convWindow, transposedWindow } from '../../src/keras/geometry';
import { inputShapes, outputShape } from '../../src/webview/network/items';
import {
  arithmetic,
  links,
  miniature,
  outputs,
  reads,
  sumText,
  valueAt,
  valuesOf,
  type Arithmetic,
} from '../../src/webview/lens/arithmetic';
import { convolutions } from '../../src/webview/lens/convolutions';
import { alternatives } from '../../src/webview/lens/costs';
import { gateOf } from '../../src/webview/lens/gates';
import { mixed } from '../../src/webview/lens/gateSystem';
import { lensAxis, type LensAxis } from '../../src/webview/lens/geometry';
import { interiorOverlap, overlaps } from '../../src/webview/lens/gradientSystem';
import { shift } from '../../src/webview/lens/shiftSystem';

const window = fc.record({
  input: fc.integer({ min: 1, max: 16 }),
  kernel: fc.integer({ min: 1, max: 5 }),
  stride: fc.integer({ min: 1, max: 4 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  padding: fc.constantFrom('valid' as const, 'same' as const),
});
const axisOf = (transposed: boolean): fc.Arbitrary<LensAxis> =>
  window
    .map((given) => lensAxis(transposed ? transposedWindow(given) : convWindow(given), transposed))
    .filter((axis): axis is LensAxis => axis !== null);
const convs = fc.tuple(axisOf(false), axisOf(false)).map(([r, c]) => arithmetic('conv', r, c));
const transposeds = fc.tuple(axisOf(true), axisOf(true)).map(([r, c]) => arithmetic('transposed', r, c));

/** The seven forward cases of Dumoulin & Visin's guide (2016), the window as they draw it. */
const CASES: [string, number, number, number, number][] = [
  ['no padding, no strides', 4, 3, 1, 0],
  ['arbitrary padding, no strides', 5, 4, 1, 2],
  ['half padding', 5, 3, 1, 1],
  ['full padding', 5, 3, 1, 2],
  ['no padding, strides', 5, 3, 2, 0],
  ['padding, strides', 5, 3, 2, 1],
  ['padding, strides, odd', 6, 3, 2, 1],
];
const LENGTHS = [2, 6, 5, 7, 2, 3, 3];

/** What the engine computes for the lens' numbers. */
function computed(a: Arithmetic): number[] {
  const axes = [a.rows, a.columns];
  const transposed = a.operation === 'transposed';
  const op = {
    op: 'conv',
    n: 1,
    axes,
    inChannels: 1,
    outChannels: 1,
    groups: 1,
    depthwise: false,
    transposed,
    activation: null,
    bias: false,
  } as unknown as ConvOp;
  return [
    ...convolve(op, [Float64Array.from(a.input), Float64Array.from(a.kernel)], (n) => new Float64Array(n)),
  ];
}

describe('lens systems', () => {
  it('slide to what the engine computes', () =>
    fc.assert(
      fc.property(fc.oneof(convs, transposeds), (a) =>
        assert.deepEqual(
          valuesOf(a).map((v) => v + 0),
          computed(a).map((v) => v + 0),
        ),
      ),
      { numRuns: 150 },
    ));

  CASES.forEach(([name, input, kernel, stride, pad], index) => {
    it(`draw ${name}, and its transposed twin`, () => {
      const given = convWindow({ input, kernel, stride, padding: { before: pad, after: pad } });
      const axis = lensAxis(given, false)!;
      assert.equal(axis.output, LENGTHS[index]);
      const forward = arithmetic('conv', axis, axis);
      assert.deepEqual(valuesOf(forward), computed(forward));
      // The twin leads back: it reads for every input cell what that cell feeds.
      const twin: LensAxis = { ...axis, input: axis.output, output: axis.input, transposed: true };
      const back = arithmetic('transposed', twin, twin);
      const key = (from: number, to: number, tap: number): string => `${from}>${to}@${tap}`;
      assert.deepEqual(
        links(back)
          .map((link) => key(link.output, link.input, link.tap))
          .sort(),
        links(forward)
          .map((link) => key(link.input, link.output, link.tap))
          .sort(),
      );
      assert.deepEqual(valuesOf(back), computed(back));
    });
  });

  it('draw dilation', () => {
    const axis = lensAxis(
      convWindow({ input: 7, kernel: 3, stride: 1, dilation: 2, padding: 'valid' }),
      false,
    )!;
    const a = arithmetic('conv', axis, axis);
    assert.equal(axis.output, 3);
    assert.deepEqual(
      reads(a, 0).map((read) => read.input),
      [0, 2, 4, 14, 16, 18, 28, 30, 32],
    );
    assert.deepEqual(valuesOf(a), computed(a));
  });

  it('give the same by the sparse matrix as by sliding', () =>
    fc.assert(
      fc.property(fc.oneof(convs, transposeds), (a) => {
        const product = new Array<number>(outputs(a)).fill(0);
        for (const link of links(a)) product[link.output] += a.input[link.input] * a.kernel[link.tap];
        assert.deepEqual(
          product.map((v) => v + 0),
          valuesOf(a).map((v) => v + 0),
        );
      }),
      { numRuns: 100 },
    ));

  it('write the sum that they show', () =>
    fc.assert(
      fc.property(fc.oneof(convs, transposeds), fc.nat(), (a, n) => {
        const output = n % outputs(a);
        const [sum, result] = sumText(a, output, 1000).replaceAll('−', '-').split(' = ');
        const terms = sum.split(' + ').map((term) => {
          const factors = term.split('·').map((factor) => Number(factor.replace(/[()]/g, '')));
          return factors.reduce((product, factor) => product * factor, 1);
        });
        assert.equal(
          terms.reduce((total, term) => total + term, 0),
          Number(result),
        );
        assert.equal(Number(result) + 0, valueAt(a, output) + 0);
      }),
      { numRuns: 100 },
    ));

  it('leave padding out of pooling, as Keras does', () => {
    const axis = lensAxis(convWindow({ input: 3, kernel: 2, stride: 2, padding: 'same' }), false)!;
    const a = { ...arithmetic('average', axis, axis), input: [1, 2, 3, 4, 5, 6, 7, 8, 9] };
    assert.deepEqual(valuesOf(a), [3, 4.5, 7.5, 9]);
    assert.deepEqual(valuesOf({ ...a, operation: 'max' }), [5, 6, 8, 9]);
  });

  it('shorten an axis to one that behaves alike', () =>
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.record({
          input: fc.integer({ min: 17, max: 300 }),
          kernel: fc.integer({ min: 1, max: 5 }),
          stride: fc.integer({ min: 1, max: 4 }),
          dilation: fc.integer({ min: 1, max: 2 }),
          padding: fc.constantFrom('valid' as const, 'same' as const),
        }),
        (transposed, given) => {
          const make = transposed ? transposedWindow : convWindow;
          const whole = lensAxis(make(given), transposed)!;
          const small = miniature(whole, 7);
          // The geometry's author says the same of the shorter input.
          const expected = lensAxis(make({ ...given, input: small.input }), transposed);
          assert.deepEqual(small, expected);
          const [before, after] = [whole, small].map((axis) => Math.max(axis.input, axis.output));
          assert.ok(Math.min(whole.input, whole.output) > 8 ? after < before : after <= before);
        },
      ),
      { numRuns: 300 },
    ));

  it('know where overlaps are uneven', () =>
    fc.assert(
      fc.property(axisOf(true), (axis) => {
        // Long enough that some cells are far from the borders.
        const span = axis.dilation * axis.kernel;
        const long = { ...axis, input: axis.input + 4 * span, output: axis.output + 4 * span * axis.stride };
        const line = {
          ...axis,
          kernel: 1,
          stride: 1,
          dilation: 1,
          padBefore: 0,
          padAfter: 0,
          input: 1,
          output: 1,
        };
        const counts = overlaps(arithmetic('transposed', line, long, true)).slice(
          span * axis.stride,
          long.output - span * axis.stride,
        );
        assert.deepEqual(interiorOverlap(axis), [Math.min(...counts), Math.max(...counts)]);
      }),
      { numRuns: 100 },
    ));

  it('see an exact shift where nothing is padded, and none between strides', () => {
    const valid = lensAxis(convWindow({ input: 8, kernel: 3, stride: 2, padding: 'valid' }), false)!;
    const a = arithmetic('conv', valid, valid);
    assert.equal(shift(a, 0, 1).error, null);
    const moved = shift(a, 2, 2);
    moved.expected.forEach((value, cell) => value !== null && assert.equal(moved.output[cell], value));
    assert.equal(moved.error, 0);
    const same = lensAxis(convWindow({ input: 8, kernel: 3, stride: 1, padding: 'same' }), false)!;
    assert.ok(shift(arithmetic('conv', same, same), 0, 1).error! > 0);
  });
});

describe('costs beside each other', () => {
  const of = (layer: string) => {
    const text = `import keras\nfrom keras import layers\ni = keras.Input((32, 32, 16))\nm = keras.Model(i, layers.${layer}(i))\n`;
    const { graph } = analyze({ path: 'm.py', text }, { reader: { read: () => undefined }, searchPath: [] });
    const node = graph.nodes.find((each) => each.primitive.op !== 'input' && each.parent === null)!;
    const found = alternatives(
      convolutions(graph, node),
      inputShapes(graph, node.id)[0],
      outputShape(graph, node.id),
    );
    return Object.fromEntries(found.map(({ id, weights, macs }) => [id, [weights, macs]]));
  };

  it('compare a plain convolution', () => {
    assert.deepEqual(of('Conv2D(24, 7, padding="same")'), {
      this: [7 * 7 * 16 * 24, 1024 * 7 * 7 * 16 * 24],
      separable: [7 * 7 * 16 + 16 * 24, 1024 * (7 * 7 * 16 + 16 * 24)],
      stack: [9 * 16 * 24 + 2 * 9 * 24 * 24, 1024 * (9 * 16 * 24 + 2 * 9 * 24 * 24)],
      dense: [1024 * 16 * 1024 * 24, 1024 * 16 * 1024 * 24],
    });
  });

  it('compare a separable one with the plain', () => {
    const found = of('SeparableConv2D(24, 3)');
    assert.deepEqual(found.this, [9 * 16 + 16 * 24, 900 * (9 * 16 + 16 * 24)]);
    assert.deepEqual(found.plain, [9 * 16 * 24, 900 * 9 * 16 * 24]);
  });

  it('say nothing of what is no convolution', () => assert.deepEqual(of('Dense(3)'), {}));
});

describe('gates', () => {
  const gate = (body: string) => {
    const text = `import keras\nfrom keras import layers, ops\nx = i = keras.Input((20, 8))\n${body}\nm = keras.Model(i, y)\n`;
    const { graph } = analyze({ path: 'm.py', text }, { reader: { read: () => undefined }, searchPath: [] });
    return graph.nodes.map((node) => {
      const found = gateOf(graph, node);
      return found && { ...found, names: [found.value, found.gate].map((id) => graph.nodes[id].name) };
    });
  };

  it('are found where a sigmoid multiplies', () => {
    const found = gate(
      'a = layers.Conv1D(8, 3, name="a", padding="same")(x)\nb = layers.Conv1D(8, 3, name="b", activation="sigmoid", padding="same")(x)\ny = a * b',
    );
    const last = found[found.length - 1]!;
    assert.equal(last.form, 'glu');
    assert.deepEqual(last.names, ['a', 'b']);
    assert.ok(found[1] && found[2], 'from its convolutions too');
    assert.equal(found[0], null);
  });

  it('are found where old and new are mixed', () => {
    const found = gate(
      'a = layers.Conv1D(8, 3, name="a", padding="same")(x)\ns = ops.sigmoid(layers.Conv1D(8, 3, name="b", padding="same")(x))\ny = x * (1 - s) + a * s',
    );
    assert.equal(found[found.length - 1]!.form, 'mix');
    assert.equal(found[found.length - 1]!.names[0], 'a');
  });

  it('are not seen in other products', () => {
    assert.ok(gate('y = layers.Conv1D(8, 3, padding="same")(x) * x').every((each) => each === null));
  });

  it('mix', () => {
    assert.equal(mixed('glu', 5, 2, 0.25), 0.5);
    assert.equal(mixed('mix', 5, 2, 0.25), 4.25);
    assert.equal(mixed('mix', 5, 2, 0), 5);
  });
});
